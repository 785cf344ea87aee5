// The numbers and layouts of xen/vcpu.h, for the ABI tests.
#include "xentable.h"

#include <xen/vcpu.h>

static const struct xen_number numbers[] = {
  NUMBER(VCPUOP_initialise),
  NUMBER(VCPUOP_up),
  NUMBER(VCPUOP_down),
  NUMBER(VCPUOP_is_up),
  NUMBER(VCPUOP_get_runstate_info),
  NUMBER(VCPUOP_register_runstate_memory_area),
  NUMBER(VCPUOP_set_periodic_timer),
  NUMBER(VCPUOP_stop_periodic_timer),
  NUMBER(VCPUOP_set_singleshot_timer),
  NUMBER(VCPUOP_stop_singleshot_timer),
  NUMBER(VCPUOP_register_vcpu_info),
  NUMBER(VCPUOP_send_nmi),
  NUMBER(VCPUOP_get_physid),
  NUMBER(VCPUOP_register_vcpu_time_memory_area),
  NUMBER(RUNSTATE_running),
  NUMBER(RUNSTATE_runnable),
  NUMBER(RUNSTATE_blocked),
  NUMBER(RUNSTATE_offline),
  NUMBER(XEN_RUNSTATE_UPDATE),
  NUMBER(VCPU_SSHOTTMR_future),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(vcpu_runstate_info),
  STRUCT_FIELD(vcpu_runstate_info, state),
  STRUCT_FIELD(vcpu_runstate_info, state_entry_time),
  STRUCT_FIELD(vcpu_runstate_info, time),
  STRUCT_SIZE(vcpu_register_runstate_memory_area),
  STRUCT_FIELD(vcpu_register_runstate_memory_area, addr.p),
  STRUCT_SIZE(vcpu_set_periodic_timer),
  STRUCT_FIELD(vcpu_set_periodic_timer, period_ns),
  STRUCT_SIZE(vcpu_set_singleshot_timer),
  STRUCT_FIELD(vcpu_set_singleshot_timer, timeout_abs_ns),
  STRUCT_FIELD(vcpu_set_singleshot_timer, flags),
  STRUCT_SIZE(vcpu_register_vcpu_info),
  STRUCT_FIELD(vcpu_register_vcpu_info, mfn),
  STRUCT_FIELD(vcpu_register_vcpu_info, offset),
  STRUCT_FIELD(vcpu_register_vcpu_info, rsvd),
  STRUCT_SIZE(vcpu_get_physid),
  STRUCT_FIELD(vcpu_get_physid, phys_id),
  STRUCT_SIZE(vcpu_register_time_memory_area),
  STRUCT_FIELD(vcpu_register_time_memory_area, addr.p),
};

const struct xen_table xen_table_VCPU = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
