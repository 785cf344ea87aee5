import Machine
import Primitives
import Synchronization

/// A set of CPUs that several CPUs change at the same time.
public struct AtomicCPUSet: ~Copyable, Sendable {
  // Four words by name: the compiler cannot destroy an inline array of atomics.
  private let word0 = Atomic<UInt64>(0)
  private let word1 = Atomic<UInt64>(0)
  private let word2 = Atomic<UInt64>(0)
  private let word3 = Atomic<UInt64>(0)

  /// The empty set.
  public init() {}

  /// Adds `cpu`; ordered before whatever the caller does next (loading an address space).
  public borrowing func insert(_ cpu: CPUIndex) {
    let bit: UInt64 = 1 << UInt64(cpu.index & 63)
    switch cpu.index >> 6 {
    case 0: word0.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    case 1: word1.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    case 2: word2.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    default: word3.bitwiseOr(bit, ordering: .sequentiallyConsistent)
    }
  }

  /// Removes `cpu`.
  public borrowing func remove(_ cpu: CPUIndex) {
    let others = ~(1 << UInt64(cpu.index & 63) as UInt64)
    switch cpu.index >> 6 {
    case 0: word0.bitwiseAnd(others, ordering: .sequentiallyConsistent)
    case 1: word1.bitwiseAnd(others, ordering: .sequentiallyConsistent)
    case 2: word2.bitwiseAnd(others, ordering: .sequentiallyConsistent)
    default: word3.bitwiseAnd(others, ordering: .sequentiallyConsistent)
    }
  }

  /// The members at this moment.
  public var members: CPUSet {
    var set = CPUSet()
    set.storage[0] = word0.load(ordering: .sequentiallyConsistent)
    set.storage[1] = word1.load(ordering: .sequentiallyConsistent)
    set.storage[2] = word2.load(ordering: .sequentiallyConsistent)
    set.storage[3] = word3.load(ordering: .sequentiallyConsistent)
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
