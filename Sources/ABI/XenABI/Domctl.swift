// Control of domains: life, memory, vCPUs, scheduling and permissions.
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

/// Argument of `XEN_DOMCTL_getvcpuinfo` (`struct xen_domctl_getvcpuinfo`).
public struct DomctlGetVCPUInfo: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Out: up (`online`).
  public var online: UInt8 = 0
  /// Out: waits for an event (`blocked`).
  public var blocked: UInt8 = 0
  /// Out: runs (`running`).
  public var running: UInt8 = 0
  private var _pad0: UInt8 = 0
  /// Out: nanoseconds run (`cpu_time`).
  public var cpuTime: UInt64 = 0
  /// Out: pCPU (`cpu`).
  public var cpu: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpu: UInt32 = 0, online: UInt8 = 0, blocked: UInt8 = 0, running: UInt8 = 0,
    cpuTime: UInt64 = 0, cpu: UInt32 = 0
  ) {
    self.vcpu = vcpu
    self.online = online
    self.blocked = blocked
    self.running = running
    self.cpuTime = cpuTime
    self.cpu = cpu
  }
}

/// Argument of `XEN_DOMCTL_setnodeaffinity` and `XEN_DOMCTL_getnodeaffinity` (`struct
/// xen_domctl_nodeaffinity`).
public struct DomctlNodeAffinity: BitwiseCopyable, Sendable {
  /// Nodes (`nodemap`).
  public var nodeMap: ControlBitmap = ControlBitmap()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(nodeMap: ControlBitmap = ControlBitmap()) {
    self.nodeMap = nodeMap
  }
}

/// Argument of `XEN_DOMCTL_setvcpuaffinity` and `XEN_DOMCTL_getvcpuaffinity` (`struct
/// xen_domctl_vcpuaffinity`).
public struct DomctlVCPUAffinity: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// `VCPUAffinityFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Hard affinity (`cpumap_hard`).
  public var hardCPUMap: ControlBitmap = ControlBitmap()
  /// Soft affinity (`cpumap_soft`).
  public var softCPUMap: ControlBitmap = ControlBitmap()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpu: UInt32 = 0, flags: UInt32 = 0, hardCPUMap: ControlBitmap = ControlBitmap(),
    softCPUMap: ControlBitmap = ControlBitmap()
  ) {
    self.vcpu = vcpu
    self.flags = flags
    self.hardCPUMap = hardCPUMap
    self.softCPUMap = softCPUMap
  }
}

/// Argument of `XEN_DOMCTL_max_vcpus` (`struct xen_domctl_max_vcpus`).
public struct DomctlMaxVCPUs: BitwiseCopyable, Sendable {
  /// vCPUs (`max`).
  public var max: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(max: UInt32 = 0) {
    self.max = max
  }
}

/// Parameters of the credit scheduler (`struct xen_domctl_sched_credit`).
public struct DomctlSchedCredit: BitwiseCopyable, Sendable {
  /// Weight (`weight`).
  public var weight: UInt16 = 0
  /// Percent of one pCPU; 0 for no limit (`cap`).
  public var cap: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(weight: UInt16 = 0, cap: UInt16 = 0) {
    self.weight = weight
    self.cap = cap
  }
}

/// Parameters of the credit 2 scheduler (`struct xen_domctl_sched_credit2`).
public struct DomctlSchedCredit2: BitwiseCopyable, Sendable {
  /// Weight (`weight`).
  public var weight: UInt16 = 0
  /// Percent of one pCPU; 0 for no limit (`cap`).
  public var cap: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(weight: UInt16 = 0, cap: UInt16 = 0) {
    self.weight = weight
    self.cap = cap
  }
}

/// Parameters of the real-time scheduler (`struct xen_domctl_sched_rtds`).
public struct DomctlSchedRTDS: BitwiseCopyable, Sendable {
  /// Microseconds (`period`).
  public var period: UInt32 = 0
  /// Microseconds of each period (`budget`).
  public var budget: UInt32 = 0
  /// `SchedulerRTFlags` (`flags`).
  public var flags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(period: UInt32 = 0, budget: UInt32 = 0, flags: UInt32 = 0) {
    self.period = period
    self.budget = budget
    self.flags = flags
  }
}

/// Parameters of one vCPU (`struct xen_domctl_schedparam_vcpu`).
public struct DomctlSchedParamVCPU: BitwiseCopyable, Sendable {
  /// Real-time parameters (`u.rtds`).
  public var rtds: DomctlSchedRTDS = DomctlSchedRTDS()
  /// vCPU (`vcpuid`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(rtds: DomctlSchedRTDS = DomctlSchedRTDS(), vcpu: UInt32 = 0) {
    self.rtds = rtds
    self.vcpu = vcpu
  }
}

/// Start of the argument of `XEN_DOMCTL_scheduler_op`; the parameters follow (`struct
/// xen_domctl_scheduler_op`).
public struct DomctlSchedulerOpHeader: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `DomctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(scheduler: UInt32 = 0, command: UInt32 = 0) {
    self.scheduler = scheduler
    self.command = command
  }
}

/// Argument of `XEN_DOMCTL_scheduler_op` for the credit scheduler (`struct
/// xen_domctl_scheduler_op`).
public struct DomctlSchedulerOpCredit: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `DomctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  /// Parameters (`u.credit`).
  public var credit: DomctlSchedCredit = DomctlSchedCredit()
  private var _pad0: InlineArray<12, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    scheduler: UInt32 = 0, command: UInt32 = 0, credit: DomctlSchedCredit = DomctlSchedCredit()
  ) {
    self.scheduler = scheduler
    self.command = command
    self.credit = credit
  }
}

/// Argument of `XEN_DOMCTL_scheduler_op` for the credit 2 scheduler (`struct
/// xen_domctl_scheduler_op`).
public struct DomctlSchedulerOpCredit2: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `DomctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  /// Parameters (`u.credit2`).
  public var credit2: DomctlSchedCredit2 = DomctlSchedCredit2()
  private var _pad0: InlineArray<12, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    scheduler: UInt32 = 0, command: UInt32 = 0, credit2: DomctlSchedCredit2 = DomctlSchedCredit2()
  ) {
    self.scheduler = scheduler
    self.command = command
    self.credit2 = credit2
  }
}

/// Argument of `XEN_DOMCTL_scheduler_op` for the real-time scheduler (`struct
/// xen_domctl_scheduler_op`).
public struct DomctlSchedulerOpRTDS: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `DomctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  /// Parameters (`u.rtds`).
  public var rtds: DomctlSchedRTDS = DomctlSchedRTDS()
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    scheduler: UInt32 = 0, command: UInt32 = 0, rtds: DomctlSchedRTDS = DomctlSchedRTDS()
  ) {
    self.scheduler = scheduler
    self.command = command
    self.rtds = rtds
  }
}

/// Argument of `XEN_DOMCTL_scheduler_op` for vCPUs (`struct xen_domctl_scheduler_op`).
public struct DomctlSchedulerOpVCPUs: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `DomctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  /// Parameters of each (`u.v.vcpus`).
  public var vcpus: GuestHandle<DomctlSchedParamVCPU> = GuestHandle()
  /// In and out: vCPUs (`u.v.nr_vcpus`).
  public var vcpuCount: UInt32 = 0
  /// Unused (`u.v.padding`).
  public var padding: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    scheduler: UInt32 = 0, command: UInt32 = 0,
    vcpus: GuestHandle<DomctlSchedParamVCPU> = GuestHandle(), vcpuCount: UInt32 = 0,
    padding: UInt32 = 0
  ) {
    self.scheduler = scheduler
    self.command = command
    self.vcpus = vcpus
    self.vcpuCount = vcpuCount
    self.padding = padding
  }
}

/// Argument of `XEN_DOMCTL_setdomainhandle` (`struct xen_domctl_setdomainhandle`).
public struct DomctlSetDomainHandle: BitwiseCopyable, Sendable {
  /// UUID (`handle`).
  public var handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)) {
    self.handle = handle
  }
}

/// Argument of `XEN_DOMCTL_setdebugging` (`struct xen_domctl_setdebugging`).
public struct DomctlSetDebugging: BitwiseCopyable, Sendable {
  /// Nonzero to mark (`enable`).
  public var enable: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(enable: UInt8 = 0) {
    self.enable = enable
  }
}

/// Argument of `XEN_DOMCTL_irq_permission` (`struct xen_domctl_irq_permission`).
public struct DomctlIRQPermission: BitwiseCopyable, Sendable {
  /// PIRQ of the caller (`pirq`).
  public var pirq: UInt32 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  /// Unused (`pad`).
  public var pad: InlineArray<3, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    pirq: UInt32 = 0, allowAccess: UInt8 = 0, pad: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  ) {
    self.pirq = pirq
    self.allowAccess = allowAccess
    self.pad = pad
  }
}

/// Argument of `XEN_DOMCTL_iomem_permission` (`struct xen_domctl_iomem_permission`).
public struct DomctlIOMemoryPermission: BitwiseCopyable, Sendable {
  /// First frame (`first_mfn`).
  public var firstMFN: UInt64 = 0
  /// Frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  private var _pad0: InlineArray<7, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(firstMFN: UInt64 = 0, mfnCount: UInt64 = 0, allowAccess: UInt8 = 0) {
    self.firstMFN = firstMFN
    self.mfnCount = mfnCount
    self.allowAccess = allowAccess
  }
}

/// Argument of `XEN_DOMCTL_ioport_permission` (`struct xen_domctl_ioport_permission`).
public struct DomctlIOPortPermission: BitwiseCopyable, Sendable {
  /// First port (`first_port`).
  public var firstPort: UInt32 = 0
  /// Ports (`nr_ports`).
  public var portCount: UInt32 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(firstPort: UInt32 = 0, portCount: UInt32 = 0, allowAccess: UInt8 = 0) {
    self.firstPort = firstPort
    self.portCount = portCount
    self.allowAccess = allowAccess
  }
}

/// Argument of `XEN_DOMCTL_hypercall_init` (`struct xen_domctl_hypercall_init`).
public struct DomctlHypercallInit: BitwiseCopyable, Sendable {
  /// Frame to fill (`gmfn`).
  public var gmfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(gmfn: UInt64 = 0) {
    self.gmfn = gmfn
  }
}

/// Argument of `XEN_DOMCTL_settimeoffset` (`struct xen_domctl_settimeoffset`).
public struct DomctlSetTimeOffset: BitwiseCopyable, Sendable {
  /// Offset (`time_offset_seconds`).
  public var timeOffsetSeconds: Int64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(timeOffsetSeconds: Int64 = 0) {
    self.timeOffsetSeconds = timeOffsetSeconds
  }
}

/// Argument of `XEN_DOMCTL_gethvmcontext` and `XEN_DOMCTL_sethvmcontext` (`struct
/// xen_domctl_hvmcontext`).
public struct DomctlHVMContext: BitwiseCopyable, Sendable {
  /// In and out: bytes (`size`).
  public var size: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// State; null asks for the size (`buffer`).
  public var buffer: GuestHandle<UInt8> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt32 = 0, buffer: GuestHandle<UInt8> = GuestHandle()) {
    self.size = size
    self.buffer = buffer
  }
}

/// Argument of `XEN_DOMCTL_gethvmcontext_partial` (`struct xen_domctl_hvmcontext_partial`).
public struct DomctlHVMContextPartial: BitwiseCopyable, Sendable {
  /// Kind of record (`type`).
  public var type: UInt32 = 0
  /// Which of them (`instance`).
  public var instance: UInt32 = 0
  /// Bytes of the buffer (`bufsz`).
  public var bufferSize: UInt64 = 0
  /// Out: record (`buffer`).
  public var buffer: GuestHandle<UInt8> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, instance: UInt32 = 0, bufferSize: UInt64 = 0,
    buffer: GuestHandle<UInt8> = GuestHandle()
  ) {
    self.type = type
    self.instance = instance
    self.bufferSize = bufferSize
    self.buffer = buffer
  }
}

/// Argument of `XEN_DOMCTL_set_address_size` and `XEN_DOMCTL_get_address_size` (`struct
/// xen_domctl_address_size`).
public struct DomctlAddressSize: BitwiseCopyable, Sendable {
  /// 32 or 64 (`size`).
  public var size: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt32 = 0) {
    self.size = size
  }
}

/// Argument of `XEN_DOMCTL_sendtrigger` (`struct xen_domctl_sendtrigger`).
public struct DomctlSendTrigger: BitwiseCopyable, Sendable {
  /// A `TriggerType` (`trigger`).
  public var trigger: UInt32 = 0
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(trigger: UInt32 = 0, vcpu: UInt32 = 0) {
    self.trigger = trigger
    self.vcpu = vcpu
  }
}

/// Argument of `XEN_DOMCTL_subscribe` (`struct xen_domctl_subscribe`).
public struct DomctlSubscribe: BitwiseCopyable, Sendable {
  /// Port of the caller (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0) {
    self.port = port
  }
}

/// Argument of `XEN_DOMCTL_set_target` (`struct xen_domctl_set_target`).
public struct DomctlSetTarget: BitwiseCopyable, Sendable {
  /// Domain (`target`).
  public var target: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(target: UInt16 = 0) {
    self.target = target
  }
}

/// Argument of `XEN_DOMCTL_set_virq_handler` (`struct xen_domctl_set_virq_handler`).
public struct DomctlSetVIRQHandler: BitwiseCopyable, Sendable {
  /// A `VIRQ` (`virq`).
  public var virq: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(virq: UInt32 = 0) {
    self.virq = virq
  }
}

/// Argument of `XEN_DOMCTL_gettscinfo` and `XEN_DOMCTL_settscinfo` (`struct xen_domctl_tsc_info`).
public struct DomctlTSCInfo: BitwiseCopyable, Sendable {
  /// Mode: 0 default, 1 always emulate, 2 never emulate (`tsc_mode`).
  public var tscMode: UInt32 = 0
  /// Frequency (`gtsc_khz`).
  public var guestTSCKHz: UInt32 = 0
  /// Migrations (`incarnation`).
  public var incarnation: UInt32 = 0
  /// Unused (`pad`).
  public var pad: UInt32 = 0
  /// Guest time (`elapsed_nsec`).
  public var elapsedNanoseconds: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    tscMode: UInt32 = 0, guestTSCKHz: UInt32 = 0, incarnation: UInt32 = 0, pad: UInt32 = 0,
    elapsedNanoseconds: UInt64 = 0
  ) {
    self.tscMode = tscMode
    self.guestTSCKHz = guestTSCKHz
    self.incarnation = incarnation
    self.pad = pad
    self.elapsedNanoseconds = elapsedNanoseconds
  }
}

/// Argument of `XEN_DOMCTL_memory_mapping` (`struct xen_domctl_memory_mapping`).
public struct DomctlMemoryMapping: BitwiseCopyable, Sendable {
  /// First guest frame (`first_gfn`).
  public var firstGFN: UInt64 = 0
  /// First machine frame (`first_mfn`).
  public var firstMFN: UInt64 = 0
  /// Frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// 1 to map, 0 to unmap (`add_mapping`).
  public var addMapping: UInt32 = 0
  /// Unused (`padding`).
  public var padding: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    firstGFN: UInt64 = 0, firstMFN: UInt64 = 0, mfnCount: UInt64 = 0, addMapping: UInt32 = 0,
    padding: UInt32 = 0
  ) {
    self.firstGFN = firstGFN
    self.firstMFN = firstMFN
    self.mfnCount = mfnCount
    self.addMapping = addMapping
    self.padding = padding
  }
}

/// Argument of `XEN_DOMCTL_ioport_mapping` (`struct xen_domctl_ioport_mapping`).
public struct DomctlIOPortMapping: BitwiseCopyable, Sendable {
  /// First guest port (`first_gport`).
  public var firstGuestPort: UInt32 = 0
  /// First machine port (`first_mport`).
  public var firstMachinePort: UInt32 = 0
  /// Ports (`nr_ports`).
  public var portCount: UInt32 = 0
  /// 1 to map, 0 to unmap (`add_mapping`).
  public var addMapping: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    firstGuestPort: UInt32 = 0, firstMachinePort: UInt32 = 0, portCount: UInt32 = 0,
    addMapping: UInt32 = 0
  ) {
    self.firstGuestPort = firstGuestPort
    self.firstMachinePort = firstMachinePort
    self.portCount = portCount
    self.addMapping = addMapping
  }
}

/// Argument of `XEN_DOMCTL_cacheflush` (`struct xen_domctl_cacheflush`).
public struct DomctlCacheFlush: BitwiseCopyable, Sendable {
  /// First frame (`start_pfn`).
  public var startPFN: UInt64 = 0
  /// Frames (`nr_pfns`).
  public var pfnCount: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(startPFN: UInt64 = 0, pfnCount: UInt64 = 0) {
    self.startPFN = startPFN
    self.pfnCount = pfnCount
  }
}

/// Argument of `XEN_DOMCTL_setvnumainfo` (`struct xen_domctl_vnuma`).
public struct DomctlVNUMA: BitwiseCopyable, Sendable {
  /// Nodes (`nr_vnodes`).
  public var nodeCount: UInt32 = 0
  /// Ranges (`nr_vmemranges`).
  public var rangeCount: UInt32 = 0
  /// vCPUs (`nr_vcpus`).
  public var vcpuCount: UInt32 = 0
  /// Zero (`pad`).
  public var pad: UInt32 = 0
  /// Distance table (`vdistance`).
  public var distances: GuestHandle<UInt32> = GuestHandle()
  /// Node of each vCPU (`vcpu_to_vnode`).
  public var vcpuToNode: GuestHandle<UInt32> = GuestHandle()
  /// Physical node of each node (`vnode_to_pnode`).
  public var nodeToPhysicalNode: GuestHandle<UInt32> = GuestHandle()
  /// Ranges (`vmemrange`).
  public var ranges: GuestHandle<VMemRange> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    nodeCount: UInt32 = 0, rangeCount: UInt32 = 0, vcpuCount: UInt32 = 0, pad: UInt32 = 0,
    distances: GuestHandle<UInt32> = GuestHandle(), vcpuToNode: GuestHandle<UInt32> = GuestHandle(),
    nodeToPhysicalNode: GuestHandle<UInt32> = GuestHandle(),
    ranges: GuestHandle<VMemRange> = GuestHandle()
  ) {
    self.nodeCount = nodeCount
    self.rangeCount = rangeCount
    self.vcpuCount = vcpuCount
    self.pad = pad
    self.distances = distances
    self.vcpuToNode = vcpuToNode
    self.nodeToPhysicalNode = nodeToPhysicalNode
    self.ranges = ranges
  }
}

/// Argument of `XEN_DOMCTL_get_paging_mempool_size` and `XEN_DOMCTL_set_paging_mempool_size`
/// (`struct xen_domctl_paging_mempool`).
public struct DomctlPagingMempool: BitwiseCopyable, Sendable {
  /// Bytes (`size`).
  public var size: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt64 = 0) {
    self.size = size
  }
}
