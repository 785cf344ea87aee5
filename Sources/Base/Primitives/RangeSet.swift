/// A set of numbers kept as a few disjoint ranges, by value: permissions for ports, frames, IRQs.
public struct RangeSet: Sendable {
  private var lower = InlineArray<16, UInt64>(repeating: 0)
  private var upper = InlineArray<16, UInt64>(repeating: 0)
  private var count = 0

  /// The most disjoint ranges the set can keep.
  public static var capacity: Int { 16 }

  /// The empty set.
  public init() {}

  /// Whether every number of `first...last` is a member.
  public func contains(_ first: UInt64, through last: UInt64) -> Bool {
    for i in 0..<count where lower[i] <= first && last <= upper[i] { return true }
    return false
  }

  /// Whether the number is a member.
  public func contains(_ number: UInt64) -> Bool { contains(number, through: number) }

  /// The first run of numbers within `first...last` that are not members, or nil if all are.
  public func nextMissing(from first: UInt64, through last: UInt64) -> ClosedRange<UInt64>? {
    guard first <= last else { return nil }
    var start = first
    var i = 0
    while i < count {
      if lower[i] <= start, start <= upper[i] {
        guard upper[i] < last else { return nil }
        start = upper[i] + 1
        i = 0
      } else {
        i += 1
      }
    }
    var end = last
    for i in 0..<count where lower[i] > start && lower[i] <= end { end = lower[i] - 1 }
    return start...end
  }

  /// Whether nothing is a member.
  public var isEmpty: Bool { count == 0 }

  /// Adds `first...last`.
  /// - Returns: false if the set would need more than `capacity` ranges; it is then unchanged.
  public mutating func insert(_ first: UInt64, through last: UInt64) -> Bool {
    // Cutting a hole into a range that holds all of it would need a place that a full set lacks.
    guard first <= last, !contains(first, through: last) else { return true }
    var result = self
    guard result.cut(first, last) else { return false }
    var low = first
    var high = last
    var i = 0
    while i < result.count {
      let touchesBelow = result.upper[i] != UInt64.max && result.upper[i] + 1 == low
      let touchesAbove = high != UInt64.max && result.lower[i] == high + 1
      if touchesBelow || touchesAbove {
        low = min(low, result.lower[i])
        high = max(high, result.upper[i])
        result.drop(i)
        i = 0
      } else {
        i += 1
      }
    }
    guard result.push(low, high) else { return false }
    self = result
    return true
  }

  /// Removes `first...last`.
  /// - Returns: false if the set would need more than `capacity` ranges; it is then unchanged.
  public mutating func remove(_ first: UInt64, through last: UInt64) -> Bool {
    guard first <= last else { return true }
    var result = self
    guard result.cut(first, last) else { return false }
    self = result
    return true
  }

  // Takes first...last out of every range.
  private mutating func cut(_ first: UInt64, _ last: UInt64) -> Bool {
    var i = 0
    while i < count {
      let low = lower[i]
      let high = upper[i]
      if high < first || low > last {
        i += 1
        continue
      }
      drop(i)
      if low < first, !push(low, first - 1) { return false }
      if high > last, !push(last + 1, high) { return false }
      i = 0
    }
    return true
  }

  private mutating func push(_ low: UInt64, _ high: UInt64) -> Bool {
    guard count < Self.capacity else { return false }
    lower[count] = low
    upper[count] = high
    count += 1
    return true
  }

  private mutating func drop(_ index: Int) {
    count -= 1
    lower[index] = lower[count]
    upper[index] = upper[count]
  }
}
