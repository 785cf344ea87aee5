import Testing
import XenABI

@Suite struct DomctlLayouts {
  @Test func domctlCreateDomainIsLaidOutAsInC() {
    expectLayout(
      of: DomctlCreateDomain.self, as: "xen_domctl_createdomain",
      [
        (\.ssidRef, "ssidref"),
        (\.handle, "handle"),
        (\.flags, "flags"),
        (\.iommuOptions, "iommu_opts"),
        (\.maxVCPUs, "max_vcpus"),
        (\.maxEventChannelPort, "max_evtchn_port"),
        (\.maxGrantFrames, "max_grant_frames"),
        (\.maxMaptrackFrames, "max_maptrack_frames"),
        (\.grantOptions, "grant_opts"),
        (\.vmtraceSize, "vmtrace_size"),
        (\.cpuPool, "cpupool_id"),
        (\.arch, "arch"),
      ])
  }

  @Test func domctlGetDomainInfoIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGetDomainInfo.self, as: "xen_domctl_getdomaininfo",
      [
        (\.domain, "domain"),
        (\.pad1, "pad1"),
        (\.flags, "flags"),
        (\.totalPages, "tot_pages"),
        (\.maxPages, "max_pages"),
        (\.outstandingPages, "outstanding_pages"),
        (\.sharedPages, "shr_pages"),
        (\.pagedPages, "paged_pages"),
        (\.sharedInfoFrame, "shared_info_frame"),
        (\.cpuTime, "cpu_time"),
        (\.onlineVCPUCount, "nr_online_vcpus"),
        (\.maxVCPUID, "max_vcpu_id"),
        (\.ssidRef, "ssidref"),
        (\.handle, "handle"),
        (\.cpuPool, "cpupool"),
        (\.guestPhysicalAddressBits, "gpaddr_bits"),
        (\.pad2, "pad2"),
        (\.archConfig, "arch_config"),
      ])
  }

  @Test func domctlGetPageFrameInfo3IsLaidOutAsInC() {
    expectLayout(
      of: DomctlGetPageFrameInfo3.self, as: "xen_domctl_getpageframeinfo3",
      [
        (\.count, "num"),
        (\.array, "array"),
      ])
  }

  @Test func domctlShadowOpStatsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlShadowOpStats.self, as: "xen_domctl_shadow_op_stats",
      [
        (\.faultCount, "fault_count"),
        (\.dirtyCount, "dirty_count"),
      ])
  }

  @Test func domctlShadowOpIsLaidOutAsInC() {
    expectLayout(
      of: DomctlShadowOp.self, as: "xen_domctl_shadow_op",
      [
        (\.op, "op"),
        (\.mode, "mode"),
        (\.megabytes, "mb"),
        (\.dirtyBitmap, "dirty_bitmap"),
        (\.pages, "pages"),
        (\.stats, "stats"),
      ])
  }

  @Test func domctlMaxMemoryIsLaidOutAsInC() {
    expectLayout(
      of: DomctlMaxMemory.self, as: "xen_domctl_max_mem",
      [
        (\.maxKiB, "max_memkb")
      ])
  }

  @Test func domctlVCPUContextIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUContext.self, as: "xen_domctl_vcpucontext",
      [
        (\.vcpu, "vcpu"),
        (\.context, "ctxt"),
      ])
  }

  @Test func domctlGetVCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGetVCPUInfo.self, as: "xen_domctl_getvcpuinfo",
      [
        (\.vcpu, "vcpu"),
        (\.online, "online"),
        (\.blocked, "blocked"),
        (\.running, "running"),
        (\.cpuTime, "cpu_time"),
        (\.cpu, "cpu"),
      ])
  }

  @Test func domctlNodeAffinityIsLaidOutAsInC() {
    expectLayout(
      of: DomctlNodeAffinity.self, as: "xen_domctl_nodeaffinity",
      [
        (\.nodeMap, "nodemap")
      ])
  }

  @Test func domctlVCPUAffinityIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUAffinity.self, as: "xen_domctl_vcpuaffinity",
      [
        (\.vcpu, "vcpu"),
        (\.flags, "flags"),
        (\.hardCPUMap, "cpumap_hard"),
        (\.softCPUMap, "cpumap_soft"),
      ])
  }

  @Test func domctlMaxVCPUsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlMaxVCPUs.self, as: "xen_domctl_max_vcpus",
      [
        (\.max, "max")
      ])
  }

  @Test func domctlSchedCreditIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedCredit.self, as: "xen_domctl_sched_credit",
      [
        (\.weight, "weight"),
        (\.cap, "cap"),
      ])
  }

  @Test func domctlSchedCredit2IsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedCredit2.self, as: "xen_domctl_sched_credit2",
      [
        (\.weight, "weight"),
        (\.cap, "cap"),
      ])
  }

  @Test func domctlSchedRTDSIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedRTDS.self, as: "xen_domctl_sched_rtds",
      [
        (\.period, "period"),
        (\.budget, "budget"),
        (\.flags, "flags"),
      ])
  }

  @Test func domctlSchedParamVCPUIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedParamVCPU.self, as: "xen_domctl_schedparam_vcpu",
      [
        (\.rtds, "u.rtds"),
        (\.vcpu, "vcpuid"),
      ])
  }

  @Test func domctlSchedulerOpHeaderIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpHeader.self, as: "xen_domctl_scheduler_op", endingAt: "u",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
      ])
  }

  @Test func domctlSchedulerOpCreditIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpCredit.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.credit, "u.credit"),
      ])
  }

  @Test func domctlSchedulerOpCredit2IsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpCredit2.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.credit2, "u.credit2"),
      ])
  }

  @Test func domctlSchedulerOpRTDSIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpRTDS.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.rtds, "u.rtds"),
      ])
  }

  @Test func domctlSchedulerOpVCPUsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpVCPUs.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.vcpus, "u.v.vcpus"),
        (\.vcpuCount, "u.v.nr_vcpus"),
        (\.padding, "u.v.padding"),
      ])
  }

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
