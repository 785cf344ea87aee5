import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import Timekeeping
import XenABI

/// Reasons why a vCPU does not run, each of which can be present or not.
public struct VCPUBlockers: BitFlags {
  /// The bits.
  public let rawValue: UInt32
  /// The reasons of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Not brought up, or taken down (`VCPUOP_down`).
  public static var down: VCPUBlockers { VCPUBlockers(rawValue: 1) }
  /// Waits for an event (`SCHEDOP_block`).
  public static var blocked: VCPUBlockers { VCPUBlockers(rawValue: 2) }
  /// Waits for some ports (`SCHEDOP_poll`).
  public static var polling: VCPUBlockers { VCPUBlockers(rawValue: 4) }
}

/// How long a vCPU has spent in each state.
/// - Source: `struct vcpu_runstate_info` in `xen/include/public/vcpu.h`.
public struct RunstateAccount: Sendable {
  /// The state it is in.
  public var state = RunState.offline
  /// Since when.
  public var since = SystemTime(nanoseconds: 0)
  /// Nanoseconds spent in each state before the present one, by `RunState.rawValue`.
  public var spent = InlineArray<4, UInt64>(repeating: 0)

  /// Moves to `state` at `now`.
  public mutating func enter(_ state: RunState, at now: SystemTime) {
    let index = Int(self.state.rawValue) & 3
    spent[index] &+= now.nanoseconds(since: since)
    self.state = state
    since = now
  }

  /// Nanoseconds spent in `state` until `now`.
  public func nanoseconds(in state: RunState, at now: SystemTime) -> UInt64 {
    let past = spent[Int(state.rawValue) & 3]
    return state == self.state ? past &+ now.nanoseconds(since: since) : past
  }
}

/// A virtual CPU.
public struct VCPU: ~Copyable {
  /// Its number within its domain.
  public let id: VCPUID
  /// Its domain.
  public let domain: Ref<Domain>

  /// Reasons of its own not to run: bits of `VCPUBlockers`.
  public let blockers: Atomic<UInt32>
  /// More reasons not to run: how many parties hold it paused.
  public let pauseCount = Atomic<UInt32>(0)
  /// Whether a CPU holds its registers: set by the CPU that loads it, cleared after it has saved.
  public let isLoaded = Atomic<Bool>(false)
  /// Whether it has registers to start with (`VCPUOP_initialise` or `setvcpucontext`).
  /// Guarded by the domain's `stateLock`.
  public var isInitialised = false
  /// Whether somebody is giving it registers. Guarded by the domain's `stateLock`.
  public var isBeingInitialised = false

  /// Its part of the scheduler. Guarded by the scheduler's lock.
  public var scheduling: SchedulingEntity
  /// Where its time goes. Guarded by the scheduler's lock.
  public var runstate = RunstateAccount()
  /// Guest address that gets a copy of `runstate` at every switch; 0 for none. The vCPU's own.
  public var runstateArea: UInt64 = 0
  /// Guest address that gets a copy of the time record; 0 for none. The vCPU's own.
  public var timeArea: UInt64 = 0
  /// Whether `runstateArea`, and `timeArea`, could not be written: the page tables in force were not
  /// its kernel's. The CPU's that has loaded it.
  public var owesRunstate = false
  public var owesTime = false
  /// Its hard affinity while `SCHEDOP_pin_override` replaces it. Guarded by the scheduler's lock.
  public var overriddenAffinity: CPUSet?

  /// The frame that holds its `vcpu_info`.
  public var infoFrame: MFN
  /// The offset of `vcpu_info` in that frame.
  public var infoOffset: Int
  /// Whether it has registered a place of its own for `vcpu_info`.
  public var hasRegisteredInfo = false

  /// Guards the timers below and what is said of the periodic one.
  public let timerLock = TicketLock()
  /// `VCPUOP_set_singleshot_timer`.
  public var singleShotTimer: Timer
  /// `VCPUOP_set_periodic_timer`.
  public var periodicTimer: Timer
  /// The timeout of `SCHEDOP_poll`.
  public var pollTimer: Timer
  /// The period of the periodic timer; 0 while it is stopped. Every vCPU starts with one of 10 ms.
  public var periodicNanoseconds: UInt64 = 10_000_000
  /// When its last periodic event was due.
  public var periodicSince = SystemTime(nanoseconds: 0)
  /// Whether a CPU runs the vCPU, so that its periodic timer counts.
  public var isPeriodicCounting = false
  /// The one port it polls, 0 if several; meaningful while it polls.
  public let pollPort = Atomic<UInt32>(0)

  /// Whether an NMI waits to be delivered.
  public let isNMIPending = Atomic<Bool>(false)

  /// The frame this record lives in.
  public var recordFrame = MFN.invalid
  /// Where the processor's floor keeps its registers.
  public var architecture: UInt = 0

  /// A vCPU that is down.
  public init(
    id: VCPUID, domain: Ref<Domain>, address: UInt, cpu: CPUIndex, affinity: CPUSet,
    infoFrame: MFN, infoOffset: Int
  ) {
    self.id = id
    self.domain = domain
    blockers = Atomic<UInt32>(VCPUBlockers.down.rawValue)
    scheduling = SchedulingEntity(
      owner: address, group: domain.schedulingGroup, cpu: cpu, affinity: affinity)
    self.infoFrame = infoFrame
    self.infoOffset = infoOffset
    singleShotTimer = Timer(kind: .singleShot, owner: address)
    periodicTimer = Timer(kind: .periodic, owner: address)
    pollTimer = Timer(kind: .poll, owner: address)
  }

  /// Whether nothing keeps it from running.
  public var isRunnable: Bool {
    blockers.load(ordering: .sequentiallyConsistent) == 0
      && pauseCount.load(ordering: .sequentiallyConsistent) == 0
      && domain.pointee.pauseCount.load(ordering: .sequentiallyConsistent) == 0
  }
}
