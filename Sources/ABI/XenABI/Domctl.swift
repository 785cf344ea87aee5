// Control of domains: life, information, paging modes and vCPU state.
//
// Source: xen/domctl.h.

/// Argument of `XEN_DOMCTL_createdomain` (`struct xen_domctl_createdomain`).
public struct DomctlCreateDomain: BitwiseCopyable, Sendable {
  /// Security label (`ssidref`).
  public var ssidRef: UInt32 = 0
  /// UUID (`handle`).
  public var handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)
  /// `CreateDomainFlags` (`flags`).
  public var flags: UInt32 = 0
  /// `CreateDomainIOMMUOptions` (`iommu_opts`).
  public var iommuOptions: UInt32 = 0
  /// vCPUs (`max_vcpus`).
  public var maxVCPUs: UInt32 = 0
  /// Last port (`max_evtchn_port`).
  public var maxEventChannelPort: UInt32 = 0
  /// Frames of the grant table; negative for the default (`max_grant_frames`).
  public var maxGrantFrames: Int32 = 0
  /// Frames for grant mappings; negative for the default (`max_maptrack_frames`).
  public var maxMaptrackFrames: Int32 = 0
  /// `CreateDomainGrantOptions` (`grant_opts`).
  public var grantOptions: UInt32 = 0
  /// Bytes of trace buffer for each vCPU (`vmtrace_size`).
  public var vmtraceSize: UInt32 = 0
  /// pCPU pool (`cpupool_id`).
  public var cpuPool: UInt32 = 0
  /// x86 part (`arch`).
  public var arch: ArchDomainConfig = ArchDomainConfig()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    ssidRef: UInt32 = 0, handle: InlineArray<16, UInt8> = InlineArray(repeating: 0),
    flags: UInt32 = 0, iommuOptions: UInt32 = 0, maxVCPUs: UInt32 = 0,
    maxEventChannelPort: UInt32 = 0, maxGrantFrames: Int32 = 0, maxMaptrackFrames: Int32 = 0,
    grantOptions: UInt32 = 0, vmtraceSize: UInt32 = 0, cpuPool: UInt32 = 0,
    arch: ArchDomainConfig = ArchDomainConfig()
  ) {
    self.ssidRef = ssidRef
    self.handle = handle
    self.flags = flags
    self.iommuOptions = iommuOptions
    self.maxVCPUs = maxVCPUs
    self.maxEventChannelPort = maxEventChannelPort
    self.maxGrantFrames = maxGrantFrames
    self.maxMaptrackFrames = maxMaptrackFrames
    self.grantOptions = grantOptions
    self.vmtraceSize = vmtraceSize
    self.cpuPool = cpuPool
    self.arch = arch
  }
}

/// Result of `XEN_DOMCTL_getdomaininfo`; entry of `XEN_SYSCTL_getdomaininfolist` (`struct
/// xen_domctl_getdomaininfo`).
public struct DomctlGetDomainInfo: BitwiseCopyable, Sendable {
  /// Domain (`domain`).
  public var domain: UInt16 = 0
  /// Unused (`pad1`).
  public var pad1: UInt16 = 0
  /// `DomainInfoFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Pages (`tot_pages`).
  public var totalPages: UInt64 = 0
  /// Limit of pages (`max_pages`).
  public var maxPages: UInt64 = 0
  /// Claimed pages (`outstanding_pages`).
  public var outstandingPages: UInt64 = 0
  /// Shared pages (`shr_pages`).
  public var sharedPages: UInt64 = 0
  /// Paged-out pages (`paged_pages`).
  public var pagedPages: UInt64 = 0
  /// Frame of the shared page (`shared_info_frame`).
  public var sharedInfoFrame: UInt64 = 0
  /// Nanoseconds run (`cpu_time`).
  public var cpuTime: UInt64 = 0
  /// vCPUs online (`nr_online_vcpus`).
  public var onlineVCPUCount: UInt32 = 0
  /// Last vCPU (`max_vcpu_id`).
  public var maxVCPUID: UInt32 = 0
  /// Security label (`ssidref`).
  public var ssidRef: UInt32 = 0
  /// UUID (`handle`).
  public var handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)
  /// pCPU pool (`cpupool`).
  public var cpuPool: UInt32 = 0
  /// Bits of a guest physical address (`gpaddr_bits`).
  public var guestPhysicalAddressBits: UInt8 = 0
  /// Unused (`pad2`).
  public var pad2: InlineArray<7, UInt8> = InlineArray(repeating: 0)
  /// x86 part (`arch_config`).
  public var archConfig: ArchDomainConfig = ArchDomainConfig()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, pad1: UInt16 = 0, flags: UInt32 = 0, totalPages: UInt64 = 0,
    maxPages: UInt64 = 0, outstandingPages: UInt64 = 0, sharedPages: UInt64 = 0,
    pagedPages: UInt64 = 0, sharedInfoFrame: UInt64 = 0, cpuTime: UInt64 = 0,
    onlineVCPUCount: UInt32 = 0, maxVCPUID: UInt32 = 0, ssidRef: UInt32 = 0,
    handle: InlineArray<16, UInt8> = InlineArray(repeating: 0), cpuPool: UInt32 = 0,
    guestPhysicalAddressBits: UInt8 = 0, pad2: InlineArray<7, UInt8> = InlineArray(repeating: 0),
    archConfig: ArchDomainConfig = ArchDomainConfig()
  ) {
    self.domain = domain
    self.pad1 = pad1
    self.flags = flags
    self.totalPages = totalPages
    self.maxPages = maxPages
    self.outstandingPages = outstandingPages
    self.sharedPages = sharedPages
    self.pagedPages = pagedPages
    self.sharedInfoFrame = sharedInfoFrame
    self.cpuTime = cpuTime
    self.onlineVCPUCount = onlineVCPUCount
    self.maxVCPUID = maxVCPUID
    self.ssidRef = ssidRef
    self.handle = handle
    self.cpuPool = cpuPool
    self.guestPhysicalAddressBits = guestPhysicalAddressBits
    self.pad2 = pad2
    self.archConfig = archConfig
  }
}

/// Argument of `XEN_DOMCTL_getpageframeinfo3` (`struct xen_domctl_getpageframeinfo3`).
public struct DomctlGetPageFrameInfo3: BitwiseCopyable, Sendable {
  /// Frames (`num`).
  public var count: UInt64 = 0
  /// In: frames; out: `PageFrameInfo` (`array`).
  public var array: GuestHandle<UInt64> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(count: UInt64 = 0, array: GuestHandle<UInt64> = GuestHandle()) {
    self.count = count
    self.array = array
  }
}

/// Counters of `DomctlShadowOp` (`struct xen_domctl_shadow_op_stats`).
public struct DomctlShadowOpStats: BitwiseCopyable, Sendable {
  /// Faults (`fault_count`).
  public var faultCount: UInt32 = 0
  /// Dirty frames (`dirty_count`).
  public var dirtyCount: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(faultCount: UInt32 = 0, dirtyCount: UInt32 = 0) {
    self.faultCount = faultCount
    self.dirtyCount = dirtyCount
  }
}

/// Argument of `XEN_DOMCTL_shadow_op` (`struct xen_domctl_shadow_op`).
public struct DomctlShadowOp: BitwiseCopyable, Sendable {
  /// A `ShadowOp` (`op`).
  public var op: UInt32 = 0
  /// `ShadowEnableFlags` or `ShadowLogDirtyFlags` (`mode`).
  public var mode: UInt32 = 0
  /// Size of the pool (`mb`).
  public var megabytes: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: dirty frames (`dirty_bitmap`).
  public var dirtyBitmap: GuestHandle<UInt8> = GuestHandle()
  /// In and out: bits of it (`pages`).
  public var pages: UInt64 = 0
  /// Out: counters (`stats`).
  public var stats: DomctlShadowOpStats = DomctlShadowOpStats()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    op: UInt32 = 0, mode: UInt32 = 0, megabytes: UInt32 = 0,
    dirtyBitmap: GuestHandle<UInt8> = GuestHandle(), pages: UInt64 = 0,
    stats: DomctlShadowOpStats = DomctlShadowOpStats()
  ) {
    self.op = op
    self.mode = mode
    self.megabytes = megabytes
    self.dirtyBitmap = dirtyBitmap
    self.pages = pages
    self.stats = stats
  }
}

/// Argument of `XEN_DOMCTL_max_mem` (`struct xen_domctl_max_mem`).
public struct DomctlMaxMemory: BitwiseCopyable, Sendable {
  /// Limit in KiB (`max_memkb`).
  public var maxKiB: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(maxKiB: UInt64 = 0) {
    self.maxKiB = maxKiB
  }
}

/// Argument of `XEN_DOMCTL_setvcpucontext` and `XEN_DOMCTL_getvcpucontext` (`struct
/// xen_domctl_vcpucontext`).
public struct DomctlVCPUContext: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Its state (`ctxt`).
  public var context: GuestHandle<VCPUGuestContext> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(vcpu: UInt32 = 0, context: GuestHandle<VCPUGuestContext> = GuestHandle()) {
    self.vcpu = vcpu
    self.context = context
  }
}
