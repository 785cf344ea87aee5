import Testing
import XenABI

@Suite struct DomctlDeviceNumbers {
  @Test func assignDeviceTypeHasTheNumbersOfTheHeader() {
    expectNumber(AssignDeviceType.pci.rawValue, "XEN_DOMCTL_DEV_PCI")
    expectNumber(AssignDeviceType.deviceTree.rawValue, "XEN_DOMCTL_DEV_DT")
  }

  @Test func assignDeviceFlagsHasTheNumbersOfTheHeader() {
    expectNumber(AssignDeviceFlags.relaxed, "XEN_DOMCTL_DEV_RDM_RELAXED")
  }
}

@Suite struct DomctlDeviceLayouts {
  @Test func domctlAssignPCIDeviceIsLaidOutAsInC() {
    expectLayout(
      of: DomctlAssignPCIDevice.self, as: "xen_domctl_assign_device",
      [
        (\.device, "dev"),
        (\.flags, "flags"),
        (\.machineSBDF, "u.pci.machine_sbdf"),
      ])
  }

  @Test func domctlGetDeviceGroupIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGetDeviceGroup.self, as: "xen_domctl_get_device_group",
      [
        (\.machineSBDF, "machine_sbdf"),
        (\.maxDevices, "max_sdevs"),
        (\.deviceCount, "num_sdevs"),
        (\.devices, "sdev_array"),
      ])
  }

  @Test func domctlDebugOpIsLaidOutAsInC() {
    expectLayout(
      of: DomctlDebugOp.self, as: "xen_domctl_debug_op",
      [
        (\.op, "op"),
        (\.vcpu, "vcpu"),
      ])
  }

  @Test func domctlVMEventOpIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVMEventOp.self, as: "xen_domctl_vm_event_op",
      [
        (\.op, "op"),
        (\.mode, "mode"),
        (\.portOrVersion, "u.enable.port"),
      ])
  }

  @Test func domctlAuditP2MIsLaidOutAsInC() {
    expectLayout(
      of: DomctlAuditP2M.self, as: "xen_domctl_audit_p2m",
      [
        (\.orphans, "orphans"),
        (\.m2pBad, "m2p_bad"),
        (\.p2mBad, "p2m_bad"),
      ])
  }

  @Test func domctlSetAccessRequiredIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetAccessRequired.self, as: "xen_domctl_set_access_required",
      [
        (\.accessRequired, "access_required")
      ])
  }

  @Test func domctlSetBrokenPageP2MIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetBrokenPageP2M.self, as: "xen_domctl_set_broken_page_p2m",
      [
        (\.pfn, "pfn")
      ])
  }

  @Test func domctlPSRCMTOpIsLaidOutAsInC() {
    expectLayout(
      of: DomctlPSRCMTOp.self, as: "xen_domctl_psr_cmt_op",
      [
        (\.command, "cmd"),
        (\.data, "data"),
      ])
  }

  @Test func domctlPSRAllocIsLaidOutAsInC() {
    expectLayout(
      of: DomctlPSRAlloc.self, as: "xen_domctl_psr_alloc",
      [
        (\.command, "cmd"),
        (\.target, "target"),
        (\.data, "data"),
      ])
  }

  @Test func domctlVMTraceOpIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVMTraceOp.self, as: "xen_domctl_vmtrace_op",
      [
        (\.command, "cmd"),
        (\.vcpu, "vcpu"),
        (\.key, "key"),
        (\.value, "value"),
      ])
  }

  @Test func domctlGDBSXMemoryIOIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGDBSXMemoryIO.self, as: "xen_domctl_gdbsx_memio",
      [
        (\.pgd3Value, "pgd3val"),
        (\.guestAddress, "gva"),
        (\.userAddress, "uva"),
        (\.length, "len"),
        (\.isWrite, "gwr"),
        (\.remaining, "remain"),
      ])
  }

  @Test func domctlGDBSXPauseVCPUIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGDBSXPauseVCPU.self, as: "xen_domctl_gdbsx_pauseunp_vcpu",
      [
        (\.vcpu, "vcpu")
      ])
  }

  @Test func domctlGDBSXDomainStatusIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGDBSXDomainStatus.self, as: "xen_domctl_gdbsx_domstatus",
      [
        (\.paused, "paused"),
        (\.vcpu, "vcpu_id"),
        (\.vcpuEvent, "vcpu_ev"),
      ])
  }
}
