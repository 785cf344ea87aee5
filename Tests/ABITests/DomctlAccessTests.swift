import Testing
import XenABI

@Suite struct DomctlAccessLayouts {
  @Test func domctlSetDomainHandleIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetDomainHandle.self, as: "xen_domctl_setdomainhandle",
      [
        (\.handle, "handle")
      ])
  }

  @Test func domctlSetDebuggingIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetDebugging.self, as: "xen_domctl_setdebugging",
      [
        (\.enable, "enable")
      ])
  }

  @Test func domctlIRQPermissionIsLaidOutAsInC() {
    expectLayout(
      of: DomctlIRQPermission.self, as: "xen_domctl_irq_permission",
      [
        (\.pirq, "pirq"),
        (\.allowAccess, "allow_access"),
        (\.pad, "pad"),
      ])
  }

  @Test func domctlIOMemoryPermissionIsLaidOutAsInC() {
    expectLayout(
      of: DomctlIOMemoryPermission.self, as: "xen_domctl_iomem_permission",
      [
        (\.firstMFN, "first_mfn"),
        (\.mfnCount, "nr_mfns"),
        (\.allowAccess, "allow_access"),
      ])
  }

  @Test func domctlIOPortPermissionIsLaidOutAsInC() {
    expectLayout(
      of: DomctlIOPortPermission.self, as: "xen_domctl_ioport_permission",
      [
        (\.firstPort, "first_port"),
        (\.portCount, "nr_ports"),
        (\.allowAccess, "allow_access"),
      ])
  }

  @Test func domctlHypercallInitIsLaidOutAsInC() {
    expectLayout(
      of: DomctlHypercallInit.self, as: "xen_domctl_hypercall_init",
      [
        (\.gmfn, "gmfn")
      ])
  }

  @Test func domctlSetTimeOffsetIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetTimeOffset.self, as: "xen_domctl_settimeoffset",
      [
        (\.timeOffsetSeconds, "time_offset_seconds")
      ])
  }

  @Test func domctlHVMContextIsLaidOutAsInC() {
    expectLayout(
      of: DomctlHVMContext.self, as: "xen_domctl_hvmcontext",
      [
        (\.size, "size"),
        (\.buffer, "buffer"),
      ])
  }

  @Test func domctlHVMContextPartialIsLaidOutAsInC() {
    expectLayout(
      of: DomctlHVMContextPartial.self, as: "xen_domctl_hvmcontext_partial",
      [
        (\.type, "type"),
        (\.instance, "instance"),
        (\.bufferSize, "bufsz"),
        (\.buffer, "buffer"),
      ])
  }

  @Test func domctlAddressSizeIsLaidOutAsInC() {
    expectLayout(
      of: DomctlAddressSize.self, as: "xen_domctl_address_size",
      [
        (\.size, "size")
      ])
  }

  @Test func domctlSendTriggerIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSendTrigger.self, as: "xen_domctl_sendtrigger",
      [
        (\.trigger, "trigger"),
        (\.vcpu, "vcpu"),
      ])
  }

  @Test func domctlSubscribeIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSubscribe.self, as: "xen_domctl_subscribe",
      [
        (\.port, "port")
      ])
  }

  @Test func domctlSetTargetIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetTarget.self, as: "xen_domctl_set_target",
      [
        (\.target, "target")
      ])
  }

  @Test func domctlSetVIRQHandlerIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSetVIRQHandler.self, as: "xen_domctl_set_virq_handler",
      [
        (\.virq, "virq")
      ])
  }

  @Test func domctlTSCInfoIsLaidOutAsInC() {
    expectLayout(
      of: DomctlTSCInfo.self, as: "xen_domctl_tsc_info",
      [
        (\.tscMode, "tsc_mode"),
        (\.guestTSCKHz, "gtsc_khz"),
        (\.incarnation, "incarnation"),
        (\.pad, "pad"),
        (\.elapsedNanoseconds, "elapsed_nsec"),
      ])
  }

  @Test func domctlMemoryMappingIsLaidOutAsInC() {
    expectLayout(
      of: DomctlMemoryMapping.self, as: "xen_domctl_memory_mapping",
      [
        (\.firstGFN, "first_gfn"),
        (\.firstMFN, "first_mfn"),
        (\.mfnCount, "nr_mfns"),
        (\.addMapping, "add_mapping"),
        (\.padding, "padding"),
      ])
  }

  @Test func domctlIOPortMappingIsLaidOutAsInC() {
    expectLayout(
      of: DomctlIOPortMapping.self, as: "xen_domctl_ioport_mapping",
      [
        (\.firstGuestPort, "first_gport"),
        (\.firstMachinePort, "first_mport"),
        (\.portCount, "nr_ports"),
        (\.addMapping, "add_mapping"),
      ])
  }

  @Test func domctlCacheFlushIsLaidOutAsInC() {
    expectLayout(
      of: DomctlCacheFlush.self, as: "xen_domctl_cacheflush",
      [
        (\.startPFN, "start_pfn"),
        (\.pfnCount, "nr_pfns"),
      ])
  }

  @Test func domctlVNUMAIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVNUMA.self, as: "xen_domctl_vnuma",
      [
        (\.nodeCount, "nr_vnodes"),
        (\.rangeCount, "nr_vmemranges"),
        (\.vcpuCount, "nr_vcpus"),
        (\.pad, "pad"),
        (\.distances, "vdistance"),
        (\.vcpuToNode, "vcpu_to_vnode"),
        (\.nodeToPhysicalNode, "vnode_to_pnode"),
        (\.ranges, "vmemrange"),
      ])
  }

  @Test func domctlPagingMempoolIsLaidOutAsInC() {
    expectLayout(
      of: DomctlPagingMempool.self, as: "xen_domctl_paging_mempool",
      [
        (\.size, "size")
      ])
  }
}
