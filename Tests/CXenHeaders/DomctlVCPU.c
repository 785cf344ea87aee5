// The numbers and layouts of xen/domctl.h, for the ABI tests.
#include "xentable.h"

#include <xen/domctl.h>

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xen_domctl_getvcpuinfo),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, vcpu),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, online),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, blocked),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, running),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, cpu_time),
  STRUCT_FIELD(xen_domctl_getvcpuinfo, cpu),
  STRUCT_SIZE(xen_domctl_nodeaffinity),
  STRUCT_FIELD(xen_domctl_nodeaffinity, nodemap),
  STRUCT_SIZE(xen_domctl_vcpuaffinity),
  STRUCT_FIELD(xen_domctl_vcpuaffinity, vcpu),
  STRUCT_FIELD(xen_domctl_vcpuaffinity, flags),
  STRUCT_FIELD(xen_domctl_vcpuaffinity, cpumap_hard),
  STRUCT_FIELD(xen_domctl_vcpuaffinity, cpumap_soft),
  STRUCT_SIZE(xen_domctl_max_vcpus),
  STRUCT_FIELD(xen_domctl_max_vcpus, max),
  STRUCT_SIZE(xen_domctl_sched_credit),
  STRUCT_FIELD(xen_domctl_sched_credit, weight),
  STRUCT_FIELD(xen_domctl_sched_credit, cap),
  STRUCT_SIZE(xen_domctl_sched_credit2),
  STRUCT_FIELD(xen_domctl_sched_credit2, weight),
  STRUCT_FIELD(xen_domctl_sched_credit2, cap),
  STRUCT_SIZE(xen_domctl_sched_rtds),
  STRUCT_FIELD(xen_domctl_sched_rtds, period),
  STRUCT_FIELD(xen_domctl_sched_rtds, budget),
  STRUCT_FIELD(xen_domctl_sched_rtds, flags),
  STRUCT_SIZE(xen_domctl_schedparam_vcpu),
  STRUCT_FIELD(xen_domctl_schedparam_vcpu, u.rtds),
  STRUCT_FIELD(xen_domctl_schedparam_vcpu, vcpuid),
  STRUCT_SIZE(xen_domctl_scheduler_op),
  STRUCT_FIELD(xen_domctl_scheduler_op, sched_id),
  STRUCT_FIELD(xen_domctl_scheduler_op, cmd),
  STRUCT_FIELD(xen_domctl_scheduler_op, u),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.credit),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.credit2),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.rtds),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.v.vcpus),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.v.nr_vcpus),
  STRUCT_FIELD(xen_domctl_scheduler_op, u.v.padding),
};

const struct xen_table xen_table_DomctlVCPU = {
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
