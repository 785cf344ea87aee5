import Machine
import Primitives
import Synchronization

/// Tells which CPUs may still cache a translation that ended some time ago, so that a shootdown
/// goes only to those.
///
/// The clock ticks at every full flush. A CPU notes the tick of its last flush; a frame notes the low
/// half of the tick at which its last use ended. A CPU whose last flush is later than that tick
/// cannot hold a translation of that use. A stamp stands for the latest moment that it can mean: the
/// older of two that look alike would spare a flush, the younger one costs one at most.
public struct TLBClock: ~Copyable, Sendable {
  private let tick: Atomic<UInt64>
  private let lastFlush: InlineArray<256, Atomic<UInt64>>

  /// A clock at `start`, which is not 0; no CPU has flushed yet.
  public init(start: UInt64 = 1) {
    tick = Atomic<UInt64>(start)
    lastFlush = InlineArray { _ in Atomic<UInt64>(0) }
  }

  /// The tick to note when a use of a frame ends, whose entry has been taken away before. Never 0,
  /// which stands for a frame that no guest has used.
  public var present: UInt32 {
    // The entry's store must not be overtaken: a CPU that flushed before it could see the entry go
    // would count as having flushed since. Pairs with the locked addition in `willFlush`.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let t = UInt32(truncatingIfNeeded: tick.load(ordering: .sequentiallyConsistent))
    return t == 0 ? UInt32.max : t
  }

  /// Notes that `cpu` is about to flush everything; call before the flush itself.
  public borrowing func willFlush(_ cpu: CPUIndex) {
    var t = tick.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    // No CPU's flush has a tick that looks like 0: `present` calls that moment the one before.
    if UInt32(truncatingIfNeeded: t) == 0 {
      t = tick.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }
    lastFlush[cpu.index & 255].store(t, ordering: .sequentiallyConsistent)
  }

  /// The members of `cpus` that have not flushed since `stamp`.
  public borrowing func needingFlush(_ cpus: CPUSet, since stamp: UInt32) -> CPUSet {
    var result = CPUSet()
    let now = tick.load(ordering: .sequentiallyConsistent)
    let age = UInt64(UInt32(truncatingIfNeeded: now) &- stamp)
    let since = now >= age ? now - age : 0
    var next = cpus.next()
    while let n = next {
      if lastFlush[n & 255].load(ordering: .sequentiallyConsistent) <= since { result.insert(n) }
      next = cpus.next(from: n + 1)
    }
    return result
  }
}
