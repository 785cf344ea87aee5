// Control of domains: vCPUs, their affinities, and scheduling.
//
// Source: xen/domctl.h.

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
