import Machine
import Primitives
import Synchronization

/// A set of CPUs that several CPUs change at the same time.
public struct AtomicCPUSet: ~Copyable, Sendable {
  private let words: InlineArray<4, Atomic<UInt64>>

  /// The empty set.
  public init() { words = InlineArray { _ in Atomic<UInt64>(0) } }

  /// Adds `cpu`; ordered before whatever the caller does next (loading an address space).
  public borrowing func insert(_ cpu: CPUIndex) {
    words[cpu.index >> 6 & 3].bitwiseOr(
      1 << UInt64(cpu.index & 63), ordering: .sequentiallyConsistent)
  }

  /// Removes `cpu`.
  public borrowing func remove(_ cpu: CPUIndex) {
    words[cpu.index >> 6 & 3].bitwiseAnd(
      ~(1 << UInt64(cpu.index & 63)), ordering: .sequentiallyConsistent)
  }

  /// The members at this moment.
  public var members: CPUSet {
    var set = CPUSet()
    for i in 0..<4 { set.storage[i] = words[i].load(ordering: .sequentiallyConsistent) }
    return set
  }
}

/// A set of a domain's vCPUs that several CPUs change at the same time.
public struct AtomicVCPUSet: ~Copyable, Sendable {
  private let low = Atomic<UInt64>(0)
  private let high = Atomic<UInt64>(0)

  /// The empty set.
  public init() {}

  /// Adds a vCPU.
  public borrowing func insert(_ id: VCPUID) {
    if id.index < 64 {
      low.bitwiseOr(1 << UInt64(id.index), ordering: .sequentiallyConsistent)
    } else {
      high.bitwiseOr(1 << UInt64(id.index & 63), ordering: .sequentiallyConsistent)
    }
  }

  /// Removes a vCPU.
  /// - Returns: whether it was a member.
  @discardableResult public borrowing func remove(_ id: VCPUID) -> Bool {
    let bit: UInt64 = 1 << UInt64(id.index & 63)
    let old =
      id.index < 64
      ? low.bitwiseAnd(~bit, ordering: .sequentiallyConsistent).oldValue
      : high.bitwiseAnd(~bit, ordering: .sequentiallyConsistent).oldValue
    return old & bit != 0
  }

  /// The members at this moment.
  public var members: Bitmap<2> {
    var set = Bitmap<2>()
    set.storage[0] = low.load(ordering: .sequentiallyConsistent)
    set.storage[1] = high.load(ordering: .sequentiallyConsistent)
    return set
  }
}
