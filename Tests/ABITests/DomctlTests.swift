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
}
