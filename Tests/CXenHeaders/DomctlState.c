// The numbers and layouts of xen/domctl.h, for the ABI tests.
#include "xentable.h"

#include <xen/domctl.h>

static const struct xen_number numbers[] = {
  NUMBER(XEN_CPUID_NO_SUBLEAF),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xen_cpuid_leaf),
  STRUCT_FIELD(xen_cpuid_leaf, leaf),
  STRUCT_FIELD(xen_cpuid_leaf, subleaf),
  STRUCT_FIELD(xen_cpuid_leaf, a),
  STRUCT_FIELD(xen_cpuid_leaf, b),
  STRUCT_FIELD(xen_cpuid_leaf, c),
  STRUCT_FIELD(xen_cpuid_leaf, d),
  STRUCT_SIZE(xen_msr_entry),
  STRUCT_FIELD(xen_msr_entry, idx),
  STRUCT_FIELD(xen_msr_entry, flags),
  STRUCT_FIELD(xen_msr_entry, val),
  STRUCT_SIZE(xen_domctl_cpu_policy),
  STRUCT_FIELD(xen_domctl_cpu_policy, nr_leaves),
  STRUCT_FIELD(xen_domctl_cpu_policy, nr_msrs),
  STRUCT_FIELD(xen_domctl_cpu_policy, leaves),
  STRUCT_FIELD(xen_domctl_cpu_policy, msrs),
  STRUCT_FIELD(xen_domctl_cpu_policy, err_leaf),
  STRUCT_FIELD(xen_domctl_cpu_policy, err_subleaf),
  STRUCT_FIELD(xen_domctl_cpu_policy, err_msr),
  STRUCT_SIZE(xen_domctl_ext_vcpucontext),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, vcpu),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, size),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, syscall32_callback_eip),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, sysenter_callback_eip),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, syscall32_callback_cs),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, sysenter_callback_cs),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, syscall32_disables_events),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, sysenter_disables_events),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, vmce.caps),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, vmce.mci_ctl2_bank0),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, vmce.mci_ctl2_bank1),
  STRUCT_FIELD(xen_domctl_ext_vcpucontext, vmce.mcg_ext_ctl),
  STRUCT_SIZE(xen_domctl_vcpuextstate),
  STRUCT_FIELD(xen_domctl_vcpuextstate, vcpu),
  STRUCT_FIELD(xen_domctl_vcpuextstate, xfeature_mask),
  STRUCT_FIELD(xen_domctl_vcpuextstate, size),
  STRUCT_FIELD(xen_domctl_vcpuextstate, buffer),
  STRUCT_SIZE(xen_domctl_vcpu_msr),
  STRUCT_FIELD(xen_domctl_vcpu_msr, index),
  STRUCT_FIELD(xen_domctl_vcpu_msr, reserved),
  STRUCT_FIELD(xen_domctl_vcpu_msr, value),
  STRUCT_SIZE(xen_domctl_vcpu_msrs),
  STRUCT_FIELD(xen_domctl_vcpu_msrs, vcpu),
  STRUCT_FIELD(xen_domctl_vcpu_msrs, msr_count),
  STRUCT_FIELD(xen_domctl_vcpu_msrs, msrs),
};

const struct xen_table xen_table_DomctlState = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
