import Machine
import Primitives
import Sync
import Synchronization
import Timekeeping

/// Work that a CPU does before it enters a guest, asked for by itself or by others.
public struct PendingWork: BitFlags {
  /// The bits.
  public let rawValue: UInt32
  /// The work of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Decide again who runs.
  public static var reschedule: PendingWork { PendingWork(rawValue: 1) }
  /// Look at the timers.
  public static var timers: PendingWork { PendingWork(rawValue: 2) }
  /// Look at the console and other slow devices.
  public static var console: PendingWork { PendingWork(rawValue: 4) }
}

/// A physical CPU, as the core sees it.
public struct PerCPU: ~Copyable {
  /// Which one.
  public let index: CPUIndex
  /// The vCPU it runs, nil while it idles. Written by the CPU itself.
  public var current: Ref<VCPU>?
  /// Work to do before entering a guest: bits of `PendingWork`.
  public let pending = Atomic<UInt32>(0)
  /// The armed timers.
  public let timers: SpinLock<TimerQueue>
  /// When to decide again who runs. Written by the CPU itself.
  public var sliceEnd = SystemTime.never
  /// Nanoseconds spent idle, and since when it idles. Written by the CPU itself.
  public var idleNanoseconds: UInt64 = 0
  public var idleSince: SystemTime?

  /// A CPU that idles.
  public init(index: CPUIndex) {
    self.index = index
    timers = SpinLock(TimerQueue(cpu: index))
  }

  /// Asks for work.
  public borrowing func raise(_ work: PendingWork) {
    pending.bitwiseOr(work.rawValue, ordering: .sequentiallyConsistent)
  }

  /// Takes all work asked for.
  public borrowing func takePending() -> PendingWork {
    PendingWork(rawValue: pending.exchange(0, ordering: .sequentiallyConsistent))
  }
}
