// The numbers and layouts of xen/domctl.h, for the ABI tests.
#include "xentable.h"

#include <xen/domctl.h>

static const struct xen_number numbers[] = {
  NUMBER(XEN_DOMCTL_DEV_PCI),
  NUMBER(XEN_DOMCTL_DEV_DT),
  NUMBER(XEN_DOMCTL_DEV_RDM_RELAXED),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xen_domctl_assign_device),
  STRUCT_FIELD(xen_domctl_assign_device, dev),
  STRUCT_FIELD(xen_domctl_assign_device, flags),
  STRUCT_FIELD(xen_domctl_assign_device, u.pci.machine_sbdf),
  STRUCT_SIZE(xen_domctl_get_device_group),
  STRUCT_FIELD(xen_domctl_get_device_group, machine_sbdf),
  STRUCT_FIELD(xen_domctl_get_device_group, max_sdevs),
  STRUCT_FIELD(xen_domctl_get_device_group, num_sdevs),
  STRUCT_FIELD(xen_domctl_get_device_group, sdev_array),
  STRUCT_SIZE(xen_domctl_debug_op),
  STRUCT_FIELD(xen_domctl_debug_op, op),
  STRUCT_FIELD(xen_domctl_debug_op, vcpu),
  STRUCT_SIZE(xen_domctl_vm_event_op),
  STRUCT_FIELD(xen_domctl_vm_event_op, op),
  STRUCT_FIELD(xen_domctl_vm_event_op, mode),
  STRUCT_FIELD(xen_domctl_vm_event_op, u.enable.port),
  STRUCT_SIZE(xen_domctl_audit_p2m),
  STRUCT_FIELD(xen_domctl_audit_p2m, orphans),
  STRUCT_FIELD(xen_domctl_audit_p2m, m2p_bad),
  STRUCT_FIELD(xen_domctl_audit_p2m, p2m_bad),
  STRUCT_SIZE(xen_domctl_set_access_required),
  STRUCT_FIELD(xen_domctl_set_access_required, access_required),
  STRUCT_SIZE(xen_domctl_set_broken_page_p2m),
  STRUCT_FIELD(xen_domctl_set_broken_page_p2m, pfn),
  STRUCT_SIZE(xen_domctl_psr_cmt_op),
  STRUCT_FIELD(xen_domctl_psr_cmt_op, cmd),
  STRUCT_FIELD(xen_domctl_psr_cmt_op, data),
  STRUCT_SIZE(xen_domctl_psr_alloc),
  STRUCT_FIELD(xen_domctl_psr_alloc, cmd),
  STRUCT_FIELD(xen_domctl_psr_alloc, target),
  STRUCT_FIELD(xen_domctl_psr_alloc, data),
  STRUCT_SIZE(xen_domctl_vmtrace_op),
  STRUCT_FIELD(xen_domctl_vmtrace_op, cmd),
  STRUCT_FIELD(xen_domctl_vmtrace_op, vcpu),
  STRUCT_FIELD(xen_domctl_vmtrace_op, key),
  STRUCT_FIELD(xen_domctl_vmtrace_op, value),
  STRUCT_SIZE(xen_domctl_gdbsx_memio),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, pgd3val),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, gva),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, uva),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, len),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, gwr),
  STRUCT_FIELD(xen_domctl_gdbsx_memio, remain),
  STRUCT_SIZE(xen_domctl_gdbsx_pauseunp_vcpu),
  STRUCT_FIELD(xen_domctl_gdbsx_pauseunp_vcpu, vcpu),
  STRUCT_SIZE(xen_domctl_gdbsx_domstatus),
  STRUCT_FIELD(xen_domctl_gdbsx_domstatus, paused),
  STRUCT_FIELD(xen_domctl_gdbsx_domstatus, vcpu_id),
  STRUCT_FIELD(xen_domctl_gdbsx_domstatus, vcpu_ev),
};

const struct xen_table xen_table_DomctlDevice = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
