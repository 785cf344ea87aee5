// Control of the host. A request is the header, then the command's structure.
//
// Source: xen/sysctl.h.

/// Command of `sysctl`.
public enum SysctlCommand: UInt32, Sendable {
  /// Reads the console ring (`XEN_SYSCTL_readconsole`).
  case readConsole = 1
  /// Trace buffers (`XEN_SYSCTL_tbuf_op`).
  case traceBufferOp = 2
  /// Tells about the host (`XEN_SYSCTL_physinfo`).
  case physicalInfo = 3
  /// Tells the scheduler (`XEN_SYSCTL_sched_id`).
  case schedulerID = 4
  /// Performance counters (`XEN_SYSCTL_perfc_op`).
  case performanceCounterOp = 5
  /// Tells about all domains (`XEN_SYSCTL_getdomaininfolist`).
  case getDomainInfoList = 6
  /// Presses debug keys (`XEN_SYSCTL_debug_keys`).
  case debugKeys = 7
  /// Tells idle times (`XEN_SYSCTL_getcpuinfo`).
  case getCPUInfo = 8
  /// Tells free memory (`XEN_SYSCTL_availheap`).
  case availableHeap = 9
  /// Power statistics (`XEN_SYSCTL_get_pmstat`).
  case getPMStat = 10
  /// Switches pCPUs (`XEN_SYSCTL_cpu_hotplug`).
  case cpuHotplug = 11
  /// Power management (`XEN_SYSCTL_pm_op`).
  case pmOp = 12
  /// Takes frames out of use (`XEN_SYSCTL_page_offline_op`).
  case pageOfflineOp = 14
  /// Lock profile (`XEN_SYSCTL_lockprof_op`).
  case lockProfileOp = 15
  /// Tells the topology of pCPUs (`XEN_SYSCTL_cputopoinfo`).
  case cpuTopologyInfo = 16
  /// Tells NUMA nodes (`XEN_SYSCTL_numainfo`).
  case numaInfo = 17
  /// pCPU pools (`XEN_SYSCTL_cpupool_op`).
  case cpuPoolOp = 18
  /// Scheduling parameters of a pool (`XEN_SYSCTL_scheduler_op`).
  case schedulerOp = 19
  /// Code coverage (`XEN_SYSCTL_coverage_op`).
  case coverageOp = 20
  /// Cache monitoring (`XEN_SYSCTL_psr_cmt_op`).
  case psrCMTOp = 21
  /// Tells the nodes of devices (`XEN_SYSCTL_pcitopoinfo`).
  case pciTopologyInfo = 22
  /// Cache allocation (`XEN_SYSCTL_psr_alloc`).
  case psrAlloc = 23
  /// Tells how CPUID can be masked (`XEN_SYSCTL_get_cpu_levelling_caps`).
  case getCPULevellingCapabilities = 25
  /// Tells feature bits (`XEN_SYSCTL_get_cpu_featureset`).
  case getCPUFeatureSet = 26
  /// Live patches (`XEN_SYSCTL_livepatch_op`).
  case livePatchOp = 27
  /// Tells CPUID and MSR policies (`XEN_SYSCTL_get_cpu_policy`).
  case getCPUPolicy = 29
}

/// Start of a sysctl; `u` follows.
public struct SysctlHeader: BitwiseCopyable, Sendable {
  /// A `SysctlCommand` (`cmd`).
  public var command: UInt32 = 0
  /// `SysctlLayout.interfaceVersion`, else EACCES (`interface_version`).
  public var interfaceVersion: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, interfaceVersion: UInt32 = 0) {
    self.command = command
    self.interfaceVersion = interfaceVersion
  }
}

/// Byte offsets in a sysctl.
public enum SysctlLayout {
  /// Byte offset of the command (`cmd`).
  public static var command: Int { 0x0 }
  /// Byte offset of the interface version (`interface_version`).
  public static var interfaceVersionOffset: Int { 0x4 }
  /// Byte offset of the command's structure (`u`).
  public static var union: Int { 0x8 }
  /// Size of the structure in bytes.
  public static var size: Int { 136 }
}

extension SysctlLayout {
  /// Version that a request must carry (`XEN_SYSCTL_INTERFACE_VERSION`).
  public static var interfaceVersion: UInt32 { 0x15 }
}

/// Argument of `XEN_SYSCTL_readconsole` (`struct xen_sysctl_readconsole`).
public struct SysctlReadConsole: BitwiseCopyable, Sendable {
  /// Nonzero to clear (`clear`).
  public var clear: UInt8 = 0
  /// Nonzero to start at the index (`incremental`).
  public var incremental: UInt8 = 0
  /// Unused (`pad0`).
  public var pad0: UInt8 = 0
  /// Unused (`pad1`).
  public var pad1: UInt8 = 0
  /// In: start; out: end (`index`).
  public var index: UInt32 = 0
  /// Out: text (`buffer`).
  public var buffer: GuestHandle<UInt8> = GuestHandle()
  /// In: bytes of the buffer; out: bytes written (`count`).
  public var count: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    clear: UInt8 = 0, incremental: UInt8 = 0, pad0: UInt8 = 0, pad1: UInt8 = 0, index: UInt32 = 0,
    buffer: GuestHandle<UInt8> = GuestHandle(), count: UInt32 = 0
  ) {
    self.clear = clear
    self.incremental = incremental
    self.pad0 = pad0
    self.pad1 = pad1
    self.index = index
    self.buffer = buffer
    self.count = count
  }
}

/// Command of `SysctlTraceBufferOp`.
public enum TraceBufferCommand: UInt32, Sendable {
  /// Tells the buffers (`XEN_SYSCTL_TBUFOP_get_info`).
  case getInfo = 0
  /// Sets the pCPUs (`XEN_SYSCTL_TBUFOP_set_cpu_mask`).
  case setCPUMask = 1
  /// Sets the events (`XEN_SYSCTL_TBUFOP_set_evt_mask`).
  case setEventMask = 2
  /// Sets the size (`XEN_SYSCTL_TBUFOP_set_size`).
  case setSize = 3
  /// Starts (`XEN_SYSCTL_TBUFOP_enable`).
  case enable = 4
  /// Stops (`XEN_SYSCTL_TBUFOP_disable`).
  case disable = 5
}

/// Argument of `XEN_SYSCTL_tbuf_op` (`struct xen_sysctl_tbuf_op`).
public struct SysctlTraceBufferOp: BitwiseCopyable, Sendable {
  /// A `TraceBufferCommand` (`cmd`).
  public var command: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// pCPUs (`cpu_mask`).
  public var cpuMask: ControlBitmap = ControlBitmap()
  /// Events (`evt_mask`).
  public var eventMask: UInt32 = 0
  private var _pad1: UInt32 = 0
  /// Out: frame (`buffer_mfn`).
  public var bufferMFN: UInt64 = 0
  /// In and out: size (`size`).
  public var size: UInt32 = 0
  private var _pad2: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    command: UInt32 = 0, cpuMask: ControlBitmap = ControlBitmap(), eventMask: UInt32 = 0,
    bufferMFN: UInt64 = 0, size: UInt32 = 0
  ) {
    self.command = command
    self.cpuMask = cpuMask
    self.eventMask = eventMask
    self.bufferMFN = bufferMFN
    self.size = size
  }
}

/// Bits of `SysctlPhysicalInfo.capabilities`.
public enum PhysicalCapabilities {
  /// HVM guests (`XEN_SYSCTL_PHYSCAP_hvm`).
  public static var hvm: UInt32 { 1 << 0 }
  /// PV guests (`XEN_SYSCTL_PHYSCAP_pv`).
  public static var pv: UInt32 { 1 << 1 }
  /// Devices for guests (`XEN_SYSCTL_PHYSCAP_directio`).
  public static var directIO: UInt32 { 1 << 2 }
  /// Hardware-assisted paging (`XEN_SYSCTL_PHYSCAP_hap`).
  public static var hap: UInt32 { 1 << 3 }
  /// Shadow paging (`XEN_SYSCTL_PHYSCAP_shadow`).
  public static var shadow: UInt32 { 1 << 4 }
  /// Page tables shared with the I/O MMU (`XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share`).
  public static var iommuHAPPTShare: UInt32 { 1 << 5 }
  /// Processor trace (`XEN_SYSCTL_PHYSCAP_vmtrace`).
  public static var vmtrace: UInt32 { 1 << 6 }
  /// Virtual performance counters (`XEN_SYSCTL_PHYSCAP_vpmu`).
  public static var vpmu: UInt32 { 1 << 7 }
  /// Grant tables, version 1 (`XEN_SYSCTL_PHYSCAP_gnttab_v1`).
  public static var grantTableV1: UInt32 { 1 << 8 }
  /// Grant tables, version 2 (`XEN_SYSCTL_PHYSCAP_gnttab_v2`).
  public static var grantTableV2: UInt32 { 1 << 9 }
}

/// Result of `XEN_SYSCTL_physinfo` (`struct xen_sysctl_physinfo`).
public struct SysctlPhysicalInfo: BitwiseCopyable, Sendable {
  /// Threads of a core (`threads_per_core`).
  public var threadsPerCore: UInt32 = 0
  /// Cores of a socket (`cores_per_socket`).
  public var coresPerSocket: UInt32 = 0
  /// pCPUs online (`nr_cpus`).
  public var cpuCount: UInt32 = 0
  /// Last possible pCPU (`max_cpu_id`).
  public var maxCPUID: UInt32 = 0
  /// Nodes online (`nr_nodes`).
  public var nodeCount: UInt32 = 0
  /// Last possible node (`max_node_id`).
  public var maxNodeID: UInt32 = 0
  /// Frequency (`cpu_khz`).
  public var cpuKHz: UInt32 = 0
  /// `PhysicalCapabilities` (`capabilities`).
  public var capabilities: UInt32 = 0
  /// Further capabilities (`arch_capabilities`).
  public var archCapabilities: UInt32 = 0
  /// Unused (`pad`).
  public var pad: UInt32 = 0
  /// Pages (`total_pages`).
  public var totalPages: UInt64 = 0
  /// Free pages (`free_pages`).
  public var freePages: UInt64 = 0
  /// Pages to be scrubbed (`scrub_pages`).
  public var scrubPages: UInt64 = 0
  /// Claimed pages (`outstanding_pages`).
  public var outstandingPages: UInt64 = 0
  /// Last possible frame (`max_mfn`).
  public var maxMFN: UInt64 = 0
  /// CPUID feature words (`hw_cap`).
  public var hardwareCapabilities: InlineArray<8, UInt32> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    threadsPerCore: UInt32 = 0, coresPerSocket: UInt32 = 0, cpuCount: UInt32 = 0,
    maxCPUID: UInt32 = 0, nodeCount: UInt32 = 0, maxNodeID: UInt32 = 0, cpuKHz: UInt32 = 0,
    capabilities: UInt32 = 0, archCapabilities: UInt32 = 0, pad: UInt32 = 0, totalPages: UInt64 = 0,
    freePages: UInt64 = 0, scrubPages: UInt64 = 0, outstandingPages: UInt64 = 0, maxMFN: UInt64 = 0,
    hardwareCapabilities: InlineArray<8, UInt32> = InlineArray(repeating: 0)
  ) {
    self.threadsPerCore = threadsPerCore
    self.coresPerSocket = coresPerSocket
    self.cpuCount = cpuCount
    self.maxCPUID = maxCPUID
    self.nodeCount = nodeCount
    self.maxNodeID = maxNodeID
    self.cpuKHz = cpuKHz
    self.capabilities = capabilities
    self.archCapabilities = archCapabilities
    self.pad = pad
    self.totalPages = totalPages
    self.freePages = freePages
    self.scrubPages = scrubPages
    self.outstandingPages = outstandingPages
    self.maxMFN = maxMFN
    self.hardwareCapabilities = hardwareCapabilities
  }
}

/// Result of `XEN_SYSCTL_sched_id` (`struct xen_sysctl_sched_id`).
public struct SysctlSchedulerID: BitwiseCopyable, Sendable {
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(scheduler: UInt32 = 0) {
    self.scheduler = scheduler
  }
}

/// Argument of `XEN_SYSCTL_getdomaininfolist` (`struct xen_sysctl_getdomaininfolist`).
public struct SysctlGetDomainInfoList: BitwiseCopyable, Sendable {
  /// First domain wanted (`first_domain`).
  public var firstDomain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Entries of the buffer (`max_domains`).
  public var maxDomains: UInt32 = 0
  /// Out: domains (`buffer`).
  public var buffer: GuestHandle<DomctlGetDomainInfo> = GuestHandle()
  /// Out: their number (`num_domains`).
  public var domainCount: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    firstDomain: UInt16 = 0, maxDomains: UInt32 = 0,
    buffer: GuestHandle<DomctlGetDomainInfo> = GuestHandle(), domainCount: UInt32 = 0
  ) {
    self.firstDomain = firstDomain
    self.maxDomains = maxDomains
    self.buffer = buffer
    self.domainCount = domainCount
  }
}

/// Argument of `XEN_SYSCTL_debug_keys` (`struct xen_sysctl_debug_keys`).
public struct SysctlDebugKeys: BitwiseCopyable, Sendable {
  /// Keys (`keys`).
  public var keys: GuestHandle<UInt8> = GuestHandle()
  /// Their number (`nr_keys`).
  public var keyCount: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(keys: GuestHandle<UInt8> = GuestHandle(), keyCount: UInt32 = 0) {
    self.keys = keys
    self.keyCount = keyCount
  }
}

/// Result of `XEN_SYSCTL_getcpuinfo` for one pCPU (`struct xen_sysctl_cpuinfo`).
public struct SysctlCPUInfo: BitwiseCopyable, Sendable {
  /// Nanoseconds (`idletime`).
  public var idleTime: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(idleTime: UInt64 = 0) {
    self.idleTime = idleTime
  }
}

/// Argument of `XEN_SYSCTL_getcpuinfo` (`struct xen_sysctl_getcpuinfo`).
public struct SysctlGetCPUInfo: BitwiseCopyable, Sendable {
  /// Entries of the buffer (`max_cpus`).
  public var maxCPUs: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: pCPUs (`info`).
  public var info: GuestHandle<SysctlCPUInfo> = GuestHandle()
  /// Out: their number (`nr_cpus`).
  public var cpuCount: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    maxCPUs: UInt32 = 0, info: GuestHandle<SysctlCPUInfo> = GuestHandle(), cpuCount: UInt32 = 0
  ) {
    self.maxCPUs = maxCPUs
    self.info = info
    self.cpuCount = cpuCount
  }
}

/// Argument of `XEN_SYSCTL_availheap` (`struct xen_sysctl_availheap`).
public struct SysctlAvailableHeap: BitwiseCopyable, Sendable {
  /// Smallest address width, or 0 (`min_bitwidth`).
  public var minBitWidth: UInt32 = 0
  /// Largest address width, or 0 (`max_bitwidth`).
  public var maxBitWidth: UInt32 = 0
  /// Node, or -1 for all (`node`).
  public var node: Int32 = 0
  private var _pad0: UInt32 = 0
  /// Out: bytes (`avail_bytes`).
  public var availableBytes: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    minBitWidth: UInt32 = 0, maxBitWidth: UInt32 = 0, node: Int32 = 0, availableBytes: UInt64 = 0
  ) {
    self.minBitWidth = minBitWidth
    self.maxBitWidth = maxBitWidth
    self.node = node
    self.availableBytes = availableBytes
  }
}

/// Operation of `SysctlCPUHotplug`.
public enum CPUHotplugOp: UInt32, Sendable {
  /// Brings a pCPU up (`XEN_SYSCTL_CPU_HOTPLUG_ONLINE`).
  case online = 0
  /// Takes a pCPU down (`XEN_SYSCTL_CPU_HOTPLUG_OFFLINE`).
  case offline = 1
  /// Brings sibling threads up (`XEN_SYSCTL_CPU_HOTPLUG_SMT_ENABLE`).
  case smtEnable = 2
  /// Takes sibling threads down (`XEN_SYSCTL_CPU_HOTPLUG_SMT_DISABLE`).
  case smtDisable = 3
}

/// Argument of `XEN_SYSCTL_cpu_hotplug` (`struct xen_sysctl_cpu_hotplug`).
public struct SysctlCPUHotplug: BitwiseCopyable, Sendable {
  /// pCPU (`cpu`).
  public var cpu: UInt32 = 0
  /// A `CPUHotplugOp` (`op`).
  public var op: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cpu: UInt32 = 0, op: UInt32 = 0) {
    self.cpu = cpu
    self.op = op
  }
}

/// Start of the argument of `XEN_SYSCTL_pm_op`; the command's structure follows (`struct
/// xen_sysctl_pm_op`).
public struct SysctlPMOpHeader: BitwiseCopyable, Sendable {
  /// Command (`cmd`).
  public var command: UInt32 = 0
  /// pCPU (`cpuid`).
  public var cpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, cpu: UInt32 = 0) {
    self.command = command
    self.cpu = cpu
  }
}

/// Start of the argument of `XEN_SYSCTL_get_pmstat`; the statistics follow (`struct
/// xen_sysctl_get_pmstat`).
public struct SysctlGetPMStatHeader: BitwiseCopyable, Sendable {
  /// Kind (`type`).
  public var type: UInt32 = 0
  /// pCPU (`cpuid`).
  public var cpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, cpu: UInt32 = 0) {
    self.type = type
    self.cpu = cpu
  }
}

/// Argument of `XEN_SYSCTL_page_offline_op` (`struct xen_sysctl_page_offline_op`).
public struct SysctlPageOfflineOp: BitwiseCopyable, Sendable {
  /// Command (`cmd`).
  public var command: UInt32 = 0
  /// First frame (`start`).
  public var start: UInt32 = 0
  /// Last frame (`end`).
  public var end: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: a status for each (`status`).
  public var status: GuestHandle<UInt32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    command: UInt32 = 0, start: UInt32 = 0, end: UInt32 = 0,
    status: GuestHandle<UInt32> = GuestHandle()
  ) {
    self.command = command
    self.start = start
    self.end = end
    self.status = status
  }
}
