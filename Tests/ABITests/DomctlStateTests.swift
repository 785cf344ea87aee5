import Testing
import XenABI

@Suite struct DomctlStateNumbers {
  @Test func cpuidLeafValueHasTheNumbersOfTheHeader() {
    expectNumber(CPUIDLeafValue.noSubleaf, "XEN_CPUID_NO_SUBLEAF")
  }
}

@Suite struct DomctlStateLayouts {
  @Test func cpuidLeafIsLaidOutAsInC() {
    expectLayout(
      of: CPUIDLeaf.self, as: "xen_cpuid_leaf",
      [
        (\.leaf, "leaf"),
        (\.subleaf, "subleaf"),
        (\.a, "a"),
        (\.b, "b"),
        (\.c, "c"),
        (\.d, "d"),
      ])
  }

  @Test func msrEntryIsLaidOutAsInC() {
    expectLayout(
      of: MSREntry.self, as: "xen_msr_entry",
      [
        (\.index, "idx"),
        (\.flags, "flags"),
        (\.value, "val"),
      ])
  }

  @Test func domctlCPUPolicyIsLaidOutAsInC() {
    expectLayout(
      of: DomctlCPUPolicy.self, as: "xen_domctl_cpu_policy",
      [
        (\.leafCount, "nr_leaves"),
        (\.msrCount, "nr_msrs"),
        (\.leaves, "leaves"),
        (\.msrs, "msrs"),
        (\.errorLeaf, "err_leaf"),
        (\.errorSubleaf, "err_subleaf"),
        (\.errorMSR, "err_msr"),
      ])
  }

  @Test func domctlExtVCPUContextIsLaidOutAsInC() {
    expectLayout(
      of: DomctlExtVCPUContext.self, as: "xen_domctl_ext_vcpucontext",
      [
        (\.vcpu, "vcpu"),
        (\.size, "size"),
        (\.syscall32Callback, "syscall32_callback_eip"),
        (\.sysenterCallback, "sysenter_callback_eip"),
        (\.syscall32CallbackCS, "syscall32_callback_cs"),
        (\.sysenterCallbackCS, "sysenter_callback_cs"),
        (\.syscall32DisablesEvents, "syscall32_disables_events"),
        (\.sysenterDisablesEvents, "sysenter_disables_events"),
        (\.machineCheckCapabilities, "vmce.caps"),
        (\.machineCheckControl0, "vmce.mci_ctl2_bank0"),
        (\.machineCheckControl1, "vmce.mci_ctl2_bank1"),
        (\.machineCheckExtControl, "vmce.mcg_ext_ctl"),
      ])
  }

  @Test func domctlVCPUExtStateIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUExtState.self, as: "xen_domctl_vcpuextstate",
      [
        (\.vcpu, "vcpu"),
        (\.featureMask, "xfeature_mask"),
        (\.size, "size"),
        (\.buffer, "buffer"),
      ])
  }

  @Test func domctlVCPUMSRIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUMSR.self, as: "xen_domctl_vcpu_msr",
      [
        (\.index, "index"),
        (\.reserved, "reserved"),
        (\.value, "value"),
      ])
  }

  @Test func domctlVCPUMSRsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUMSRs.self, as: "xen_domctl_vcpu_msrs",
      [
        (\.vcpu, "vcpu"),
        (\.msrCount, "msr_count"),
        (\.msrs, "msrs"),
      ])
  }
}
