/// A set of small integers as `words` times 64 bits, by value.
public struct Bitmap<let words: Int>: Sendable {
  /// The bits, lowest first.
  public var storage: InlineArray<words, UInt64>

  /// The empty set.
  public init() { storage = InlineArray(repeating: 0) }

  /// The number of bits.
  public static var capacity: Int { words * 64 }

  /// Whether `bit` is in the set; false past the capacity.
  public func contains(_ bit: Int) -> Bool {
    guard bit >= 0, bit < Self.capacity else { return false }
    return storage[bit >> 6] >> UInt64(bit & 63) & 1 != 0
  }

  /// Adds `bit`; past the capacity nothing happens.
  public mutating func insert(_ bit: Int) {
    guard bit >= 0, bit < Self.capacity else { return }
    storage[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  /// Removes `bit`.
  public mutating func remove(_ bit: Int) {
    guard bit >= 0, bit < Self.capacity else { return }
    storage[bit >> 6] &= ~(1 << UInt64(bit & 63))
  }

  /// Whether the set is empty.
  public var isEmpty: Bool {
    for i in 0..<words where storage[i] != 0 { return false }
    return true
  }

  /// The number of members.
  public var count: Int {
    var n = 0
    for i in 0..<words { n += storage[i].nonzeroBitCount }
    return n
  }

  /// The lowest member at or above `start`, or nil.
  public func next(from start: Int = 0) -> Int? {
    guard start >= 0, start < Self.capacity else { return nil }
    var word = start >> 6
    var bits = storage[word] & (UInt64.max << UInt64(start & 63))
    while true {
      if bits != 0 { return word << 6 + bits.trailingZeroBitCount }
      word += 1
      guard word < words else { return nil }
      bits = storage[word]
    }
  }

  /// The lowest number at or above `start` that is not a member, or nil.
  public func nextMissing(from start: Int = 0) -> Int? {
    guard start >= 0, start < Self.capacity else { return nil }
    var word = start >> 6
    var bits = ~storage[word] & (UInt64.max << UInt64(start & 63))
    while true {
      if bits != 0 { return word << 6 + bits.trailingZeroBitCount }
      word += 1
      guard word < words else { return nil }
      bits = ~storage[word]
    }
  }

  /// The members of both sets.
  public func intersection(_ other: Self) -> Self {
    var r = self
    for i in 0..<words { r.storage[i] &= other.storage[i] }
    return r
  }

  /// The members of either set.
  public func union(_ other: Self) -> Self {
    var r = self
    for i in 0..<words { r.storage[i] |= other.storage[i] }
    return r
  }
}

extension Bitmap: Equatable {
  /// Whether both sets have the same members.
  public static func == (a: Self, b: Self) -> Bool {
    for i in 0..<words where a.storage[i] != b.storage[i] { return false }
    return true
  }
}
