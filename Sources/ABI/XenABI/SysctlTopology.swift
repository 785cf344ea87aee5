// Control of the host: topology, pCPU pools, schedulers, and CPU policies.
//
// Source: xen/sysctl.h.

/// Marks of unknown places.
public enum InvalidTopologyID {
  /// No core (`XEN_INVALID_CORE_ID`).
  public static var core: UInt32 { 0xFFFF_FFFF }
  /// No socket (`XEN_INVALID_SOCKET_ID`).
  public static var socket: UInt32 { 0xFFFF_FFFF }
  /// No node (`XEN_INVALID_NODE_ID`).
  public static var node: UInt32 { 0xFFFF_FFFF }
  /// No such device (`XEN_INVALID_DEV`).
  public static var device: UInt32 { 0xFFFF_FFFE }
  /// No memory size (`XEN_INVALID_MEM_SZ`).
  public static var memorySize: UInt32 { 0xFFFF_FFFF }
  /// No distance (`XEN_INVALID_NODE_DIST`).
  public static var nodeDistance: UInt32 { 0xFFFF_FFFF }
}

/// Place of a pCPU (`struct xen_sysctl_cputopo`).
public struct SysctlCPUTopology: BitwiseCopyable, Sendable {
  /// Core (`core`).
  public var core: UInt32 = 0
  /// Socket (`socket`).
  public var socket: UInt32 = 0
  /// Node (`node`).
  public var node: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(core: UInt32 = 0, socket: UInt32 = 0, node: UInt32 = 0) {
    self.core = core
    self.socket = socket
    self.node = node
  }
}

/// Argument of `XEN_SYSCTL_cputopoinfo` (`struct xen_sysctl_cputopoinfo`).
public struct SysctlCPUTopologyInfo: BitwiseCopyable, Sendable {
  /// In and out: pCPUs (`num_cpus`).
  public var cpuCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: places; null asks for the number (`cputopo`).
  public var topology: GuestHandle<SysctlCPUTopology> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cpuCount: UInt32 = 0, topology: GuestHandle<SysctlCPUTopology> = GuestHandle()) {
    self.cpuCount = cpuCount
    self.topology = topology
  }
}

/// Memory of a node (`struct xen_sysctl_meminfo`).
public struct SysctlMemoryInfo: BitwiseCopyable, Sendable {
  /// Bytes (`memsize`).
  public var memorySize: UInt64 = 0
  /// Free bytes (`memfree`).
  public var memoryFree: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(memorySize: UInt64 = 0, memoryFree: UInt64 = 0) {
    self.memorySize = memorySize
    self.memoryFree = memoryFree
  }
}

/// Argument of `XEN_SYSCTL_numainfo` (`struct xen_sysctl_numainfo`).
public struct SysctlNUMAInfo: BitwiseCopyable, Sendable {
  /// In and out: nodes (`num_nodes`).
  public var nodeCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: memory of each (`meminfo`).
  public var memoryInfo: GuestHandle<SysctlMemoryInfo> = GuestHandle()
  /// Out: distances (`distance`).
  public var distance: GuestHandle<UInt32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    nodeCount: UInt32 = 0, memoryInfo: GuestHandle<SysctlMemoryInfo> = GuestHandle(),
    distance: GuestHandle<UInt32> = GuestHandle()
  ) {
    self.nodeCount = nodeCount
    self.memoryInfo = memoryInfo
    self.distance = distance
  }
}

/// Argument of `XEN_SYSCTL_pcitopoinfo` (`struct xen_sysctl_pcitopoinfo`).
public struct SysctlPCITopologyInfo: BitwiseCopyable, Sendable {
  /// In and out: devices (`num_devs`).
  public var deviceCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Devices (`devs`).
  public var devices: GuestHandle<PhysdevPCIDevice> = GuestHandle()
  /// Out: node of each (`nodes`).
  public var nodes: GuestHandle<UInt32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    deviceCount: UInt32 = 0, devices: GuestHandle<PhysdevPCIDevice> = GuestHandle(),
    nodes: GuestHandle<UInt32> = GuestHandle()
  ) {
    self.deviceCount = deviceCount
    self.devices = devices
    self.nodes = nodes
  }
}

/// Operation of `SysctlCPUPoolOp`.
public enum CPUPoolOp: UInt32, Sendable {
  /// Makes a pool (`XEN_SYSCTL_CPUPOOL_OP_CREATE`).
  case create = 1
  /// Destroys a pool (`XEN_SYSCTL_CPUPOOL_OP_DESTROY`).
  case destroy = 2
  /// Tells about a pool (`XEN_SYSCTL_CPUPOOL_OP_INFO`).
  case info = 3
  /// Adds a pCPU (`XEN_SYSCTL_CPUPOOL_OP_ADDCPU`).
  case addCPU = 4
  /// Removes a pCPU (`XEN_SYSCTL_CPUPOOL_OP_RMCPU`).
  case removeCPU = 5
  /// Moves a domain (`XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN`).
  case moveDomain = 6
  /// Tells the free pCPUs (`XEN_SYSCTL_CPUPOOL_OP_FREEINFO`).
  case freeInfo = 7
}

/// Special values of `SysctlCPUPoolOp`.
public enum CPUPoolValue {
  /// Any (`XEN_SYSCTL_CPUPOOL_PAR_ANY`).
  public static var `any`: UInt32 { 0xFFFF_FFFF }
}

/// Argument of `XEN_SYSCTL_cpupool_op` (`struct xen_sysctl_cpupool_op`).
public struct SysctlCPUPoolOp: BitwiseCopyable, Sendable {
  /// A `CPUPoolOp` (`op`).
  public var op: UInt32 = 0
  /// In or out: pool (`cpupool_id`).
  public var cpuPool: UInt32 = 0
  /// In or out: `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// Domain (`domid`).
  public var domain: UInt32 = 0
  /// pCPU (`cpu`).
  public var cpu: UInt32 = 0
  /// Out: domains (`n_dom`).
  public var domainCount: UInt32 = 0
  /// Out: pCPUs (`cpumap`).
  public var cpuMap: ControlBitmap = ControlBitmap()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    op: UInt32 = 0, cpuPool: UInt32 = 0, scheduler: UInt32 = 0, domain: UInt32 = 0, cpu: UInt32 = 0,
    domainCount: UInt32 = 0, cpuMap: ControlBitmap = ControlBitmap()
  ) {
    self.op = op
    self.cpuPool = cpuPool
    self.scheduler = scheduler
    self.domain = domain
    self.cpu = cpu
    self.domainCount = domainCount
    self.cpuMap = cpuMap
  }
}

/// Command of `SysctlSchedulerOpHeader`.
public enum SysctlSchedulerCommand: UInt32, Sendable {
  /// Sets (`XEN_SYSCTL_SCHEDOP_putinfo`).
  case putInfo = 0
  /// Tells (`XEN_SYSCTL_SCHEDOP_getinfo`).
  case getInfo = 1
}

/// Limits of scheduling parameters.
public enum SchedulerLimits {
  /// Largest rate limit in microseconds (`XEN_SYSCTL_SCHED_RATELIMIT_MAX`).
  public static var rateLimitMax: UInt32 { 500000 }
  /// Smallest rate limit in microseconds (`XEN_SYSCTL_SCHED_RATELIMIT_MIN`).
  public static var rateLimitMin: UInt32 { 100 }
  /// Longest time slice in milliseconds (`XEN_SYSCTL_CSCHED_TSLICE_MAX`).
  public static var timesliceMax: UInt32 { 1000 }
  /// Shortest time slice in milliseconds (`XEN_SYSCTL_CSCHED_TSLICE_MIN`).
  public static var timesliceMin: UInt32 { 1 }
  /// Longest migration delay in microseconds (`XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US`).
  public static var migrationDelayMax: UInt32 { 100000 }
}

/// Start of the argument of `XEN_SYSCTL_scheduler_op`; the parameters follow (`struct
/// xen_sysctl_scheduler_op`).
public struct SysctlSchedulerOpHeader: BitwiseCopyable, Sendable {
  /// Pool (`cpupool_id`).
  public var cpuPool: UInt32 = 0
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `SysctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cpuPool: UInt32 = 0, scheduler: UInt32 = 0, command: UInt32 = 0) {
    self.cpuPool = cpuPool
    self.scheduler = scheduler
    self.command = command
  }
}

/// Argument of `XEN_SYSCTL_scheduler_op` for the credit scheduler (`struct
/// xen_sysctl_scheduler_op`).
public struct SysctlSchedulerOpCredit: BitwiseCopyable, Sendable {
  /// Pool (`cpupool_id`).
  public var cpuPool: UInt32 = 0
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `SysctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Time slice (`u.sched_credit.tslice_ms`).
  public var timesliceMilliseconds: UInt32 = 0
  /// Rate limit (`u.sched_credit.ratelimit_us`).
  public var rateLimitMicroseconds: UInt32 = 0
  /// How long a vCPU is cache-hot (`u.sched_credit.vcpu_migr_delay_us`).
  public var migrationDelayMicroseconds: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    cpuPool: UInt32 = 0, scheduler: UInt32 = 0, command: UInt32 = 0,
    timesliceMilliseconds: UInt32 = 0, rateLimitMicroseconds: UInt32 = 0,
    migrationDelayMicroseconds: UInt32 = 0
  ) {
    self.cpuPool = cpuPool
    self.scheduler = scheduler
    self.command = command
    self.timesliceMilliseconds = timesliceMilliseconds
    self.rateLimitMicroseconds = rateLimitMicroseconds
    self.migrationDelayMicroseconds = migrationDelayMicroseconds
  }
}

/// Argument of `XEN_SYSCTL_scheduler_op` for the credit 2 scheduler (`struct
/// xen_sysctl_scheduler_op`).
public struct SysctlSchedulerOpCredit2: BitwiseCopyable, Sendable {
  /// Pool (`cpupool_id`).
  public var cpuPool: UInt32 = 0
  /// A `SchedulerID` (`sched_id`).
  public var scheduler: UInt32 = 0
  /// A `SysctlSchedulerCommand` (`cmd`).
  public var command: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Rate limit (`u.sched_credit2.ratelimit_us`).
  public var rateLimitMicroseconds: UInt32 = 0
  private var _pad1: InlineArray<12, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    cpuPool: UInt32 = 0, scheduler: UInt32 = 0, command: UInt32 = 0,
    rateLimitMicroseconds: UInt32 = 0
  ) {
    self.cpuPool = cpuPool
    self.scheduler = scheduler
    self.command = command
    self.rateLimitMicroseconds = rateLimitMicroseconds
  }
}

/// Bits of `SysctlCPULevellingCapabilities`.
public enum CPULevellingCapabilities {
  /// CPUID faults (`XEN_SYSCTL_CPU_LEVELCAP_faulting`).
  public static var faulting: UInt32 { 1 << 0 }
  /// Leaf 1, ECX (`XEN_SYSCTL_CPU_LEVELCAP_ecx`).
  public static var ecx: UInt32 { 1 << 1 }
  /// Leaf 1, EDX (`XEN_SYSCTL_CPU_LEVELCAP_edx`).
  public static var edx: UInt32 { 1 << 2 }
  /// Leaf 0x80000001, ECX (`XEN_SYSCTL_CPU_LEVELCAP_extd_ecx`).
  public static var extendedECX: UInt32 { 1 << 3 }
  /// Leaf 0x80000001, EDX (`XEN_SYSCTL_CPU_LEVELCAP_extd_edx`).
  public static var extendedEDX: UInt32 { 1 << 4 }
  /// Leaf 0xD.1, EAX (`XEN_SYSCTL_CPU_LEVELCAP_xsave_eax`).
  public static var xsaveEAX: UInt32 { 1 << 5 }
  /// Leaf 6, ECX (`XEN_SYSCTL_CPU_LEVELCAP_thermal_ecx`).
  public static var thermalECX: UInt32 { 1 << 6 }
  /// Leaf 7.0, EAX (`XEN_SYSCTL_CPU_LEVELCAP_l7s0_eax`).
  public static var leaf7EAX: UInt32 { 1 << 7 }
  /// Leaf 7.0, EBX (`XEN_SYSCTL_CPU_LEVELCAP_l7s0_ebx`).
  public static var leaf7EBX: UInt32 { 1 << 8 }
}

/// Result of `XEN_SYSCTL_get_cpu_levelling_caps` (`struct xen_sysctl_cpu_levelling_caps`).
public struct SysctlCPULevellingCapabilities: BitwiseCopyable, Sendable {
  /// `CPULevellingCapabilities` (`caps`).
  public var capabilities: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(capabilities: UInt32 = 0) {
    self.capabilities = capabilities
  }
}

/// Which feature set.
public enum CPUFeatureSetIndex: UInt32, Sendable {
  /// The hardware's (`XEN_SYSCTL_cpu_featureset_raw`).
  case raw = 0
  /// The hypervisor's (`XEN_SYSCTL_cpu_featureset_host`).
  case host = 1
  /// Default for PV (`XEN_SYSCTL_cpu_featureset_pv`).
  case pv = 2
  /// Default for HVM (`XEN_SYSCTL_cpu_featureset_hvm`).
  case hvm = 3
  /// Most for PV (`XEN_SYSCTL_cpu_featureset_pv_max`).
  case pvMax = 4
  /// Most for HVM (`XEN_SYSCTL_cpu_featureset_hvm_max`).
  case hvmMax = 5
}

/// Argument of `XEN_SYSCTL_get_cpu_featureset` (`struct xen_sysctl_cpu_featureset`).
public struct SysctlCPUFeatureSet: BitwiseCopyable, Sendable {
  /// A `CPUFeatureSetIndex` (`index`).
  public var index: UInt32 = 0
  /// In and out: words (`nr_features`).
  public var featureCount: UInt32 = 0
  /// Out: words; null asks for the number (`features`).
  public var features: GuestHandle<UInt32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    index: UInt32 = 0, featureCount: UInt32 = 0, features: GuestHandle<UInt32> = GuestHandle()
  ) {
    self.index = index
    self.featureCount = featureCount
    self.features = features
  }
}

/// Which policy.
public enum CPUPolicyIndex: UInt32, Sendable {
  /// The hardware's (`XEN_SYSCTL_cpu_policy_raw`).
  case raw = 0
  /// The hypervisor's (`XEN_SYSCTL_cpu_policy_host`).
  case host = 1
  /// Most for PV (`XEN_SYSCTL_cpu_policy_pv_max`).
  case pvMax = 2
  /// Most for HVM (`XEN_SYSCTL_cpu_policy_hvm_max`).
  case hvmMax = 3
  /// Default for PV (`XEN_SYSCTL_cpu_policy_pv_default`).
  case pvDefault = 4
  /// Default for HVM (`XEN_SYSCTL_cpu_policy_hvm_default`).
  case hvmDefault = 5
}

/// Argument of `XEN_SYSCTL_get_cpu_policy` (`struct xen_sysctl_cpu_policy`).
public struct SysctlCPUPolicy: BitwiseCopyable, Sendable {
  /// A `CPUPolicyIndex` (`index`).
  public var index: UInt32 = 0
  /// In and out: leaves (`nr_leaves`).
  public var leafCount: UInt32 = 0
  /// In and out: MSRs (`nr_msrs`).
  public var msrCount: UInt32 = 0
  /// Zero (`_rsvd`).
  public var reserved: UInt32 = 0
  /// Out: leaves (`leaves`).
  public var leaves: GuestHandle<CPUIDLeaf> = GuestHandle()
  /// Out: MSRs (`msrs`).
  public var msrs: GuestHandle<MSREntry> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    index: UInt32 = 0, leafCount: UInt32 = 0, msrCount: UInt32 = 0, reserved: UInt32 = 0,
    leaves: GuestHandle<CPUIDLeaf> = GuestHandle(), msrs: GuestHandle<MSREntry> = GuestHandle()
  ) {
    self.index = index
    self.leafCount = leafCount
    self.msrCount = msrCount
    self.reserved = reserved
    self.leaves = leaves
    self.msrs = msrs
  }
}
