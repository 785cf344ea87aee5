// Operations on one vCPU, their arguments, and run states.
//
// Source: xen/vcpu.h.

/// Command of `vcpu_op`.
public enum VCPUOp: UInt32, Sendable {
  /// Sets the first state of a vCPU (`VCPUOP_initialise`).
  case initialise = 0
  /// Makes a vCPU runnable (`VCPUOP_up`).
  case up = 1
  /// Makes a vCPU not runnable (`VCPUOP_down`).
  case down = 2
  /// Tells whether a vCPU is up (`VCPUOP_is_up`).
  case isUp = 3
  /// Copies a vCPU's runstate (`VCPUOP_get_runstate_info`).
  case getRunstateInfo = 4
  /// Registers memory that gets the caller's runstate (`VCPUOP_register_runstate_memory_area`).
  case registerRunstateMemoryArea = 5
  /// Starts the periodic timer (`VCPUOP_set_periodic_timer`).
  case setPeriodicTimer = 6
  /// Stops the periodic timer (`VCPUOP_stop_periodic_timer`).
  case stopPeriodicTimer = 7
  /// Starts the single-shot timer (`VCPUOP_set_singleshot_timer`).
  case setSingleShotTimer = 8
  /// Stops the single-shot timer (`VCPUOP_stop_singleshot_timer`).
  case stopSingleShotTimer = 9
  /// Moves a vCPU's `VCPUInfo` into guest memory (`VCPUOP_register_vcpu_info`).
  case registerVCPUInfo = 10
  /// Sends an NMI (`VCPUOP_send_nmi`).
  case sendNMI = 11
  /// Tells the APIC and ACPI identifiers of a pinned vCPU (`VCPUOP_get_physid`).
  case getPhysicalID = 12
  /// Registers memory that gets a copy of the time (`VCPUOP_register_vcpu_time_memory_area`).
  case registerTimeMemoryArea = 13
}

/// What a vCPU is doing.
public enum RunState: Int32, Sendable {
  /// Runs on a pCPU (`RUNSTATE_running`).
  case running = 0
  /// Waits for a pCPU (`RUNSTATE_runnable`).
  case runnable = 1
  /// Waits for an event (`RUNSTATE_blocked`).
  case blocked = 2
  /// Neither runnable nor blocked: down or paused (`RUNSTATE_offline`).
  case offline = 3
}

/// Flag in `VCPURunStateInfo.stateEntryTime`.
public enum RunStateFlags {
  /// An update is in progress (`XEN_RUNSTATE_UPDATE`).
  public static var update: UInt64 { 0x8000_0000_0000_0000 }
}

/// State and times of a vCPU (`struct vcpu_runstate_info`).
public struct VCPURunStateInfo: BitwiseCopyable, Sendable {
  /// A `RunState` (`state`).
  public var state: Int32 = 0
  private var _pad0: UInt32 = 0
  /// System time at which it was entered, in nanoseconds (`state_entry_time`).
  public var stateEntryTime: UInt64 = 0
  /// Nanoseconds spent in each state (`time`).
  public var time: InlineArray<4, UInt64> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    state: Int32 = 0, stateEntryTime: UInt64 = 0,
    time: InlineArray<4, UInt64> = InlineArray(repeating: 0)
  ) {
    self.state = state
    self.stateEntryTime = stateEntryTime
    self.time = time
  }
}

/// Byte offsets in `VCPURunStateInfo`.
public enum VCPURunStateInfoLayout {
  /// Byte offset of the state (`state`).
  public static var state: Int { 0x0 }
  /// Byte offset of the entry time (`state_entry_time`).
  public static var stateEntryTime: Int { 0x8 }
  /// Byte offset of the times (`time`).
  public static var time: Int { 0x10 }
  /// Size of the structure in bytes.
  public static var size: Int { 48 }
}

/// Argument of `VCPUOP_register_runstate_memory_area` (`struct
/// vcpu_register_runstate_memory_area`).
public struct VCPURegisterRunStateArea: BitwiseCopyable, Sendable {
  /// Guest virtual address (`addr.p`).
  public var address: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(address: UInt64 = 0) {
    self.address = address
  }
}

/// Argument of `VCPUOP_set_periodic_timer` (`struct vcpu_set_periodic_timer`).
public struct VCPUSetPeriodicTimer: BitwiseCopyable, Sendable {
  /// The period (`period_ns`).
  public var periodNanoseconds: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(periodNanoseconds: UInt64 = 0) {
    self.periodNanoseconds = periodNanoseconds
  }
}

/// Argument of `VCPUOP_set_singleshot_timer` (`struct vcpu_set_singleshot_timer`).
public struct VCPUSetSingleShotTimer: BitwiseCopyable, Sendable {
  /// Absolute system time (`timeout_abs_ns`).
  public var timeoutNanoseconds: UInt64 = 0
  /// `SingleShotTimerFlags` (`flags`).
  public var flags: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(timeoutNanoseconds: UInt64 = 0, flags: UInt32 = 0) {
    self.timeoutNanoseconds = timeoutNanoseconds
    self.flags = flags
  }
}

/// Flags of `VCPUSetSingleShotTimer`.
public enum SingleShotTimerFlags {
  /// Fails with ETIME when the time has passed (`VCPU_SSHOTTMR_future`).
  public static var future: UInt32 { 1 << 0 }
}

/// Argument of `VCPUOP_register_vcpu_info` (`struct vcpu_register_vcpu_info`).
public struct VCPURegisterInfo: BitwiseCopyable, Sendable {
  /// Frame that gets the `VCPUInfo` (`mfn`).
  public var mfn: UInt64 = 0
  /// Its offset in the frame (`offset`).
  public var offset: UInt32 = 0
  /// Unused (`rsvd`).
  public var reserved: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(mfn: UInt64 = 0, offset: UInt32 = 0, reserved: UInt32 = 0) {
    self.mfn = mfn
    self.offset = offset
    self.reserved = reserved
  }
}

/// Argument of `VCPUOP_get_physid` (`struct vcpu_get_physid`).
public struct VCPUGetPhysicalID: BitwiseCopyable, Sendable {
  /// Out: APIC identifier in the low half, ACPI identifier in the high half (`phys_id`).
  public var physicalID: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(physicalID: UInt64 = 0) {
    self.physicalID = physicalID
  }
}

/// Argument of `VCPUOP_register_vcpu_time_memory_area` (`struct vcpu_register_time_memory_area`).
public struct VCPURegisterTimeArea: BitwiseCopyable, Sendable {
  /// Guest virtual address (`addr.p`).
  public var address: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(address: UInt64 = 0) {
    self.address = address
  }
}
