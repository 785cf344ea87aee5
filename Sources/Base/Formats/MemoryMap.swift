/// Why a memory map could not take a change.
public enum MemoryMapError: Error, Equatable {
  /// The change needs more entries than there is room for. What fitted was done.
  case full
}

/// Physical memory by type: sorted, without overlaps, neighbours of one type joined.
///
/// Firmware may report its ranges unsorted, overlapping, empty or wrapping; `insert` makes sense
/// of any of that. The capacity is fixed, so a map never allocates; it is about 3 KiB and moves
/// rather than copies.
public struct MemoryMap: ~Copyable, Sendable {
  /// The most entries a map can hold.
  public static var capacity: Int { 128 }

  private var entries: InlineArray<128, MemoryRange>
  /// The number of entries.
  public private(set) var count: Int

  /// An empty map.
  public init() {
    entries = InlineArray(repeating: MemoryRange(.none, .reserved))
    count = 0
  }

  /// The entry at `index`, lowest address first; nil past the end.
  public subscript(index: Int) -> MemoryRange? {
    guard index >= 0, index < count, index < Self.capacity else { return nil }
    return entries[index]
  }

  /// Calls `visit` for every entry, lowest address first.
  public borrowing func forEach<Failure: Error>(
    _ visit: (MemoryRange) throws(Failure) -> Void
  ) throws(Failure) {
    var index = 0
    while let entry = self[index] {
      try visit(entry)
      index &+= 1
    }
  }

  // MARK: Changes

  private enum Rule {
    /// The higher type of the two stays; holes are filled.
    case higherTypeWins
    /// The new type replaces what was there; holes are filled.
    case replace
    /// Only memory of this type changes; holes stay holes.
    case only(MemoryType)
  }

  /// Adds what firmware says of `range`; where it said something else before, the higher
  /// (more restrictive) type wins.
  ///
  /// - Throws: `.full` if the map has no room.
  public mutating func insert(_ range: PhysicalRange, _ type: MemoryType) throws(MemoryMapError) {
    try paint(range, type, .higherTypeWins)
  }

  /// Makes `range` be of `type`, whatever it was before.
  ///
  /// - Throws: `.full` if the map has no room.
  public mutating func set(_ range: PhysicalRange, _ type: MemoryType) throws(MemoryMapError) {
    try paint(range, type, .replace)
  }

  /// Turns the memory of type `old` in `range` into `new` and leaves the rest alone.
  ///
  /// - Throws: `.full` if the map has no room.
  public mutating func change(
    _ range: PhysicalRange, from old: MemoryType, to new: MemoryType
  ) throws(MemoryMapError) {
    try paint(range, new, .only(old))
  }

  /// Takes the RAM in `range` out of use by making it reserved.
  ///
  /// - Throws: `.full` if the map has no room.
  public mutating func reserve(_ range: PhysicalRange) throws(MemoryMapError) {
    try change(range, from: .ram, to: .reserved)
  }

  /// Removes everything in `range` from the map.
  ///
  /// - Throws: `.full` if the map has no room for the split this makes.
  public mutating func remove(_ range: PhysicalRange) throws(MemoryMapError) {
    guard !range.isEmpty else { return }
    defer { join() }
    try split(at: range.start)
    try split(at: range.end)
    removeEntries { range.contains($0.range.start) }
  }

  /// Removes the RAM at and above `limit`.
  public mutating func clipRAM(at limit: UInt64) {
    // The entry that straddles the limit is shortened in place, so this needs no room.
    var index = 0
    while index < count {
      let entry = entries[index]
      if entry.type == .ram, entry.range.contains(limit) {
        entries[index].range = PhysicalRange(start: entry.range.start, end: limit)
      }
      index &+= 1
    }
    removeEntries { $0.type == .ram && ($0.range.isEmpty || $0.range.start >= limit) }
  }

  /// Removes the highest RAM until at most `bytes` of it are left.
  public mutating func limitRAM(toBytes bytes: UInt64) {
    var left = bytes
    var index = 0
    while index < count {
      let entry = entries[index]
      if entry.type == .ram {
        if entry.range.length > left {
          return clipRAM(at: entry.range.start &+ left)
        }
        left &-= entry.range.length
      }
      index &+= 1
    }
  }

  // MARK: Questions

  /// The bytes of RAM altogether.
  public var ramBytes: UInt64 {
    var sum: UInt64 = 0
    forEach { if $0.type == .ram { sum &+= $0.range.length } }
    return sum
  }

  /// The address one past the highest RAM; 0 if there is none.
  public var ramEnd: UInt64 {
    var end: UInt64 = 0
    forEach { if $0.type == .ram { end = $0.range.end } }
    return end
  }

  /// Whether all of `range` is of `type`; an empty range always is.
  public borrowing func isAll(_ range: PhysicalRange, _ type: MemoryType) -> Bool {
    guard !range.isEmpty else { return true }
    // Neighbours of one type are joined, so a single entry must cover it.
    var found = false
    forEach {
      if $0.type == type, $0.range.start <= range.start, range.end <= $0.range.end { found = true }
    }
    return found
  }

  /// The type at `address`; nil in a hole.
  public borrowing func type(at address: UInt64) -> MemoryType? {
    var found: MemoryType?
    forEach { if $0.range.contains(address) { found = $0.type } }
    return found
  }

  /// Finds the highest `bytes` of RAM that start at a multiple of `alignment` and end at or below
  /// `limit`.
  ///
  /// - Parameter alignment: a power of two.
  public borrowing func highestRAM(
    bytes: UInt64, alignment: UInt64, below limit: UInt64
  ) -> PhysicalRange? {
    guard bytes > 0, alignment > 0, alignment & (alignment &- 1) == 0 else { return nil }
    var best: PhysicalRange?
    forEach { entry in
      let end = min(entry.range.end, limit)
      guard entry.type == .ram, end >= bytes else { return }
      let start = (end &- bytes) & ~(alignment &- 1)
      if start >= entry.range.start { best = PhysicalRange(start: start, length: bytes) }
    }
    return best
  }

  // MARK: The work

  private mutating func paint(
    _ range: PhysicalRange, _ type: MemoryType, _ rule: Rule
  ) throws(MemoryMapError) {
    guard !range.isEmpty else { return }
    defer { join() }
    // After the two splits each entry is wholly inside or wholly outside the range.
    try split(at: range.start)
    try split(at: range.end)
    var position = range.start
    var index = 0
    while index < count, position < range.end {
      let entry = entries[index]
      if entry.range.end <= position {
        index &+= 1
        continue
      }
      let holeEnd = min(entry.range.start, range.end)
      if position < holeEnd {
        if fillsHoles(rule) {
          if try fill(MemoryRange(PhysicalRange(start: position, end: holeEnd), type), at: index) {
            index &+= 1
          }
        }
        position = holeEnd
        continue
      }
      switch rule {
      case .higherTypeWins: if type.rawValue > entry.type.rawValue { entries[index].type = type }
      case .replace: entries[index].type = type
      case .only(let old): if entry.type == old { entries[index].type = type }
      }
      position = entry.range.end
      index &+= 1
    }
    if position < range.end, fillsHoles(rule) {
      _ = try fill(MemoryRange(PhysicalRange(start: position, end: range.end), type), at: index)
    }
  }

  /// Fills the hole before the entry at `index`: by growing the entry below it if that is of the
  /// same type, so that a full map can still take what joins, else by a new entry.
  ///
  /// - Returns: whether there is a new entry at `index`.
  private mutating func fill(_ entry: MemoryRange, at index: Int) throws(MemoryMapError) -> Bool {
    let below = index &- 1
    if below >= 0, below < count, entries[below].type == entry.type,
      entries[below].range.end == entry.range.start
    {
      entries[below].range = PhysicalRange(start: entries[below].range.start, end: entry.range.end)
      return false
    }
    try place(entry, at: index)
    return true
  }

  private func fillsHoles(_ rule: Rule) -> Bool {
    switch rule {
    case .higherTypeWins, .replace: true
    case .only: false
    }
  }

  private mutating func split(at address: UInt64) throws(MemoryMapError) {
    var index = 0
    while index < count {
      let entry = entries[index]
      if entry.range.start < address, address < entry.range.end {
        let upper = MemoryRange(PhysicalRange(start: address, end: entry.range.end), entry.type)
        try place(upper, at: index &+ 1)
        entries[index].range = PhysicalRange(start: entry.range.start, end: address)
        return
      }
      index &+= 1
    }
  }

  private mutating func place(_ entry: MemoryRange, at index: Int) throws(MemoryMapError) {
    guard count < Self.capacity, index >= 0, index <= count else { throw .full }
    var last = count
    while last > index {
      entries[last] = entries[last &- 1]
      last &-= 1
    }
    entries[index] = entry
    count &+= 1
  }

  private mutating func join() {
    guard count > 1 else { return }
    var kept = 0
    var index = 1
    while index < count {
      let entry = entries[index]
      if entries[kept].type == entry.type, entries[kept].range.end == entry.range.start {
        entries[kept].range = PhysicalRange(start: entries[kept].range.start, end: entry.range.end)
      } else {
        kept &+= 1
        entries[kept] = entry
      }
      index &+= 1
    }
    count = kept &+ 1
  }

  private mutating func removeEntries(_ condition: (MemoryRange) -> Bool) {
    var kept = 0
    var index = 0
    while index < count {
      let entry = entries[index]
      if !condition(entry) {
        entries[kept] = entry
        kept &+= 1
      }
      index &+= 1
    }
    count = kept
  }
}
