import EventChannels
import GrantTables
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import Timekeeping
import XenABI

/// What a domain's end is coming to.
public enum Lifecycle: UInt8, Sendable {
  /// Runs, or may be unpaused.
  case alive
  /// Its memory is being taken away; it never runs again.
  case dying
  /// Nothing is left but this record, while somebody still refers to it.
  case dead
}

/// A domain: a guest, or dom0.
///
/// Fields say which lock guards them; `let`s and atomics need none. Fields of which nothing is said
/// are set while the domain is built and only read afterwards.
public struct Domain: ~Copyable {
  /// The most vCPUs a domain can have.
  public static var vcpuCapacity: Int { 128 }

  /// Its name.
  public let id: DomainID
  /// Who refers to this record: the table, every holder of a `DomainReference`, and one for all its
  /// frames together.
  public let references = Atomic<UInt32>(1)
  /// Whether it is complete, so that others may find it by its id.
  public let isPublished = Atomic<Bool>(false)
  /// Whether it may use the control interface.
  public let isPrivileged: Bool
  /// The UUID that the toolstack gave it. Written under `stateLock`.
  public var handle: InlineArray<16, UInt8>
  /// The `XEN_DOMCTL_CDF_*` flags it was created with.
  public let creationFlags: UInt32
  /// How many vCPUs it may have (at most `vcpuCapacity`).
  public let maximumVCPUs: Int
  /// Its vCPUs; entries are set once, under `stateLock`.
  public var vcpus = InlineArray<128, Ref<VCPU>?>(repeating: nil)

  /// Guards `lifecycle`, `shutdownReason`, `controllerPauses`, `handle` and the vCPU list.
  public let stateLock = TicketLock()
  /// See `Lifecycle`. Guarded by `stateLock`.
  public var lifecycle = Lifecycle.alive
  /// Why it shut down, once it has. Guarded by `stateLock`.
  public var shutdownReason: UInt32?
  /// The code that `SCHEDOP_shutdown_code` left. Guarded by `stateLock`.
  public var shutdownCode: UInt32?
  /// Reasons why none of its vCPUs may run: a count.
  public let pauseCount = Atomic<UInt32>(0)
  /// How many pauses the toolstack owns. Guarded by `stateLock`.
  public var controllerPauses: UInt32 = 0
  /// Whether the toolstack has ever started it. Guarded by `stateLock`.
  public var hasStarted = false

  /// Guards `pages`, `totalFrames`, `maximumFrames`, `sharedFrames` and `claimedFrames`.
  public let pageLock = TicketLock()
  /// The frames it owns as memory. Guarded by `pageLock`.
  public var pages = PageList()
  /// Frames in its account: those of `pages` and those being allocated. Guarded by `pageLock`.
  public var totalFrames: UInt64 = 0
  /// The limit of its account. Guarded by `pageLock`.
  public var maximumFrames: UInt64 = 0
  /// Frames of the hypervisor's own memory that it owns (shared info, grant table ...). Guarded by
  /// `pageLock`.
  public var sharedFrames: UInt64 = 0
  /// Frames it has laid claim to and not yet allocated. Guarded by `pageLock`.
  public var claimedFrames: UInt64 = 0
  /// The shared info page.
  public var sharedInfo: MFN
  /// The CPUs that may cache translations of this domain.
  public let dirtyCPUs = AtomicCPUSet()

  /// Guards `events`.
  public let eventLock = TicketLock()
  /// Its event channels; nil until they are made. Guarded by `eventLock`.
  public var events: PortTable?
  /// Guards `grants`.
  public let grantLock = TicketLock()
  /// Its grant table; nil until it is made. Guarded by `grantLock`.
  public var grants: GrantTable?
  /// Guards the watchdogs.
  public let watchdogLock = TicketLock()
  /// `SCHEDOP_watchdog`: the two that a domain can have, and bit `n` of `watchdogsInUse` for each
  /// that it has. Guarded by `watchdogLock`.
  public var watchdog0: Timer
  public var watchdog1: Timer
  public var watchdogsInUse: UInt32 = 0
  /// vCPUs that wait in `SCHEDOP_poll`, by number.
  public let pollers = AtomicVCPUSet()
  /// The port that the toolstack wants told when the domain suspends. Guarded by `stateLock`.
  public var suspendPort: UInt32 = 0

  /// Wall-clock seconds it is ahead of the host. Guarded by `stateLock`.
  public var timeOffsetSeconds: Int64 = 0
  /// I/O ports it may use.
  public var portPermissions = RangeSet()
  /// Machine frames without RAM that it may map.
  public var memoryPermissions = RangeSet()
  /// Interrupts (PIRQs) it may bind.
  public var interruptPermissions = RangeSet()

  /// Weight and cap, and what the scheduler keeps of it. Guarded by the scheduler's lock.
  public var scheduling = SchedulingGroup()

  /// Where the processor's floor keeps its part of the domain; 0 until it is made.
  public var architecture: UInt = 0
  /// The frame this record lives in.
  public var recordFrame = MFN.invalid

  /// A domain without vCPUs and memory.
  public init(
    id: DomainID, address: UInt, isPrivileged: Bool, creationFlags: UInt32, maximumVCPUs: Int,
    sharedInfo: MFN
  ) {
    self.id = id
    self.isPrivileged = isPrivileged
    self.creationFlags = creationFlags
    self.maximumVCPUs = min(maximumVCPUs, Domain.vcpuCapacity)
    self.sharedInfo = sharedInfo
    watchdog0 = Timer(kind: .watchdog, owner: address)
    watchdog1 = Timer(kind: .watchdog, owner: address)
    handle = InlineArray(repeating: 0)
  }

  /// The vCPU of this number, or nil.
  public func vcpu(_ id: VCPUID) -> Ref<VCPU>? {
    guard id.index < maximumVCPUs else { return nil }
    return vcpus[id.index]
  }

  /// Whether the domain is being taken apart.
  public var isDying: Bool { lifecycle != .alive }
}
