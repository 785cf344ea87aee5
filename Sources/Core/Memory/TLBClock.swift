import Machine
import Primitives
import Synchronization

/// Tells which CPUs may still cache a translation that ended some time ago, so that a shootdown
/// goes only to those.
///
/// The clock ticks at every full flush. A CPU notes the tick of its last flush; a frame notes the
/// tick at which its last use ended. A CPU whose last flush is later than that tick cannot hold a
/// translation of that use. When the 32-bit clock wraps it stays at zero, which means "flush".
public struct TLBClock: ~Copyable, Sendable {
  private let tick = Atomic<UInt32>(1)
  private let lastFlush: InlineArray<256, Atomic<UInt32>>

  /// A clock at its first tick; no CPU has flushed yet.
  public init() { lastFlush = InlineArray { _ in Atomic<UInt32>(0) } }

  /// The tick to note when a use of a frame ends.
  public var present: UInt32 { tick.load(ordering: .sequentiallyConsistent) }

  /// Notes that `cpu` is about to flush everything; call before the flush itself.
  public borrowing func willFlush(_ cpu: CPUIndex) {
    let t = tick.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    lastFlush[cpu.index & 255].store(t, ordering: .sequentiallyConsistent)
  }

  /// The members of `cpus` that have not flushed since `stamp`.
  public borrowing func needingFlush(_ cpus: CPUSet, since stamp: UInt32) -> CPUSet {
    var result = CPUSet()
    var next = cpus.next()
    while let n = next {
      let flushed = lastFlush[n & 255].load(ordering: .sequentiallyConsistent)
      // Wrapping difference: a flush that came at most half the clock's range later counts.
      if Int32(truncatingIfNeeded: flushed &- stamp) <= 0 { result.insert(n) }
      next = cpus.next(from: n + 1)
    }
    return result
  }
}
