// The views through which the decoders' inner loops touch memory, and the only unsafe code of the
// decoders. `RawSpan` traps on a bad offset and checks twice what the loops have already checked;
// these views check once and answer with a value instead. Their fields are private to this file,
// so the range arguments below hold whatever the decoders do with them.

extension RawSpan {
  /// Reads the little-endian integer at `offset`, which need not be aligned.
  ///
  /// - Throws: `FormatError.truncated` when it does not lie wholly inside the span.
  @inline(__always)
  func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, at offset: Int
  ) throws(FormatError) -> T {
    guard let value = littleEndian(type, at: offset) else { throw .truncated }
    return value
  }

  /// The part of the span in `offset ..< offset + count`.
  ///
  /// - Throws: `FormatError.truncated` when it does not lie wholly inside the span.
  @_lifetime(copy self)
  func slice(at offset: Int, count: Int) throws(FormatError) -> RawSpan {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount &- offset else {
      throw .truncated
    }
    return extracting(offset..<(offset &+ count))
  }

  /// Whether the span's bytes are exactly those of `text`.
  func equals(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether the span begins with the bytes of `text`.
  func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard text.hasPointerRepresentation, byteCount >= count else { return false }
    for index in 0..<count {
      // Safety: index is below the count of both the literal and this span.
      let (mine, other) = unsafe (
        unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self), text.utf8Start[index]
      )
      if mine != other { return false }
    }
    return true
  }
}

extension MutableRawSpan {
  /// Lends the bytes of `range`, which must lie inside.
  @_lifetime(&self)
  mutating func part(_ range: Range<Int>) -> MutableRawSpan { _mutatingExtracting(range) }

  /// Lends all bytes.
  @_lifetime(&self)
  mutating func whole() -> MutableRawSpan { _mutatingExtracting(0..<byteCount) }
}

/// A cursor over input bytes that reads zeros past the end and remembers that it did.
///
/// A loop may take a bounded number of bytes and ask `isOverrun` once afterwards.
struct InputWindow: ~Escapable {
  private let bytes: RawSpan
  /// One past the last byte that may be read; never above the span's count.
  let end: Int
  /// The offset of the next byte; above `end` once more was asked for than there is.
  private(set) var position: Int

  /// Starts at `start` and ends before `end`, both clamped to the span.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, from start: Int = 0, to end: Int = .max) {
    self.bytes = bytes
    self.end = max(0, min(end, bytes.byteCount))
    self.position = max(0, min(start, self.end))
  }

  /// Whether more bytes were taken than there are.
  var isOverrun: Bool { @inline(__always) get { position > end } }

  /// How many bytes are left, zero after an overrun.
  var remaining: Int { @inline(__always) get { max(0, end &- position) } }

  /// Takes the next byte, or zero past the end.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func next() -> UInt8 {
    let offset = position
    position = offset &+ 1
    guard offset < end else { return 0 }
    // Safety: 0 <= offset by construction (it only grows), and offset < end <= byteCount.
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}

extension InputWindow {
  /// Takes eight bytes as a little-endian word, or nothing when fewer are left.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func nextWord() -> UInt64? {
    guard end &- position >= 8 else { return nil }
    // Safety: 0 <= position and position + 8 <= end <= byteCount; the load is unaligned.
    let word = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: UInt64.self)
    position &+= 8
    return UInt64(littleEndian: word)
  }
}

/// The output buffer as an LZ window: bytes are appended, and earlier ones are copied forward.
struct OutputWindow: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  /// One past the last byte that may be written; never above the buffer's count.
  let limit: Int
  /// How far back a match may reach; never below zero.
  let start: Int
  /// Where the next byte goes; between `start` and `limit`.
  private(set) var position: Int

  /// Appends from `position` up to `limit`, with matches reaching back to `start`.
  ///
  /// - Throws: `FormatError.outputTooSmall` unless `0 <= start <= position <= limit <= count`.
  @inline(__always)
  @_lifetime(copy bytes)
  init(
    _ bytes: consuming MutableRawSpan, start: Int, position: Int, limit: Int
  ) throws(FormatError) {
    guard start >= 0, start <= position, position <= limit, limit <= bytes.byteCount else {
      throw .outputTooSmall
    }
    self.bytes = bytes
    self.start = start
    self.position = position
    self.limit = limit
  }

  /// Appends one byte; false when the window is full.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func append(_ byte: UInt8) -> Bool {
    guard position < limit else { return false }
    // Safety: 0 <= position < limit <= byteCount.
    unsafe bytes.storeBytes(of: byte, toUncheckedByteOffset: position, as: UInt8.self)
    position &+= 1
    return true
  }

  /// The byte `distance` positions back, or zero when that lies before the window's start.
  @inline(__always)
  func byte(back distance: Int) -> UInt8 {
    guard distance > 0, distance <= position &- start else { return 0 }
    // Safety: start <= position - distance < position <= byteCount.
    return unsafe bytes.unsafeLoad(
      fromUncheckedByteOffset: position &- distance, as: UInt8.self)
  }

  /// Appends `length` bytes read from `distance` back; false when either does not fit.
  ///
  /// Source and destination may overlap: what was just written is read again.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func copyMatch(distance: Int, length: Int) -> Bool {
    guard distance > 0, distance <= position &- start, length >= 0, length <= limit &- position
    else { return false }
    var to = position
    let stop = to &+ length
    position = stop
    // Safety, for each access below: start <= to - distance, and to + width <= stop <= limit. Words
    // are moved only when the distance is at least their width, so each reads finished bytes.
    if distance >= 8 {
      while stop &- to >= 8 {
        let word = unsafe bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: to &- distance, as: UInt64.self)
        unsafe bytes.storeBytes(of: word, toUncheckedByteOffset: to, as: UInt64.self)
        to &+= 8
      }
    }
    while to < stop {
      let byte = unsafe bytes.unsafeLoad(
        fromUncheckedByteOffset: to &- distance, as: UInt8.self)
      unsafe bytes.storeBytes(of: byte, toUncheckedByteOffset: to, as: UInt8.self)
      to &+= 1
    }
    return true
  }

  /// Appends `count` bytes of `source` from `offset`; false when they are not there or do not fit.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func append(_ source: RawSpan, at offset: Int, count: Int) -> Bool {
    guard count >= 0, offset >= 0, offset <= source.byteCount,
      count <= source.byteCount &- offset, count <= limit &- position
    else { return false }
    var done = 0
    // Safety, for each access below: offset + done + width <= source.byteCount and
    // position + done + width <= limit, both from the guard.
    while count &- done >= 8 {
      let word = unsafe source.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset &+ done, as: UInt64.self)
      unsafe bytes.storeBytes(of: word, toUncheckedByteOffset: position &+ done, as: UInt64.self)
      done &+= 8
    }
    while done < count {
      let byte = unsafe source.unsafeLoad(
        fromUncheckedByteOffset: offset &+ done, as: UInt8.self)
      unsafe bytes.storeBytes(of: byte, toUncheckedByteOffset: position &+ done, as: UInt8.self)
      done &+= 1
    }
    position &+= count
    return true
  }
}

/// A range of bytes already written, to be changed in place; offsets count from the range's start.
struct EditWindow: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  /// How many bytes there are.
  let count: Int

  /// Opens `range` of `bytes`.
  ///
  /// - Throws: `FormatError.outputTooSmall` when the range is not inside.
  @_lifetime(copy bytes)
  init(_ bytes: consuming MutableRawSpan, _ range: Range<Int>) throws(FormatError) {
    guard range.lowerBound >= 0, range.upperBound <= bytes.byteCount else { throw .outputTooSmall }
    count = range.count
    self.bytes = bytes._consumingExtracting(range)
  }

  /// The byte at `offset`, or zero outside.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    // Safety: 0 <= offset < count.
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian word at `offset`, or zero when it is not wholly inside.
  @inline(__always)
  func word(at offset: Int) -> UInt32 {
    guard offset >= 0, offset <= count &- 4 else { return 0 }
    // Safety: 0 <= offset and offset + 4 <= count; the load is unaligned.
    return UInt32(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// Replaces the little-endian word at `offset`, unless it is not wholly inside.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func setWord(at offset: Int, _ word: UInt32) {
    guard offset >= 0, offset <= count &- 4 else { return }
    // Safety: 0 <= offset and offset + 4 <= count.
    unsafe bytes.storeBytes(
      of: word.littleEndian, toUncheckedByteOffset: offset, as: UInt32.self)
  }

  /// The first offset in `from ..< to` whose byte is E8 or E9, or `to` or more when there is none.
  @inline(__always)
  func firstBranchOpcode(from: Int, to: Int) -> Int {
    var offset = max(from, 0)
    let stop = min(to, count)
    let ones: UInt64 = 0x0101_0101_0101_0101
    while stop &- offset >= 8 {
      // Safety: 0 <= offset and offset + 8 <= stop <= count; the load is unaligned.
      let word = UInt64(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: offset, as: UInt64.self))
      // A byte of `other` is zero where the word holds E8 or E9; the lowest zero byte is the
      // lowest set flag (a borrow can only raise false flags above it).
      let other = (word ^ (0xE8 &* ones)) & (0xFE &* ones)
      let flags = (other &- ones) & ~other & (0x80 &* ones)
      if flags != 0 { return offset &+ flags.trailingZeroBitCount &>> 3 }
      offset &+= 8
    }
    while offset < stop {
      // Safety: 0 <= offset < stop <= count.
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      if byte & 0xFE == 0xE8 { return offset }
      offset &+= 1
    }
    return max(offset, to)
  }
}

/// A table of `1 << bits` integers in scratch memory whose index wraps instead of trapping.
///
/// Masking the index costs one instruction and no branch, which is what makes it fit for the
/// decoders' innermost loops: a wrong index reads a wrong entry, never other memory.
struct MaskedTable<Element: FixedWidthInteger & BitwiseCopyable>: ~Copyable, ~Escapable {
  private var bytes: MutableRawSpan
  private let mask: Int

  /// The bytes a table of `1 << bits` entries takes.
  static func byteCount(bits: Int) -> Int { (1 << bits) &* MemoryLayout<Element>.stride }

  /// Lays the table over the start of `bytes`, whose contents become its entries.
  ///
  /// - Throws: `FormatError.scratchTooSmall` when it does not fit.
  @inline(__always)
  @_lifetime(copy bytes)
  init(_ bytes: consuming MutableRawSpan, bits: Int) throws(FormatError) {
    guard bits >= 0, bits < 32, bytes.byteCount >= Self.byteCount(bits: bits) else {
      throw .scratchTooSmall
    }
    self.bytes = bytes
    self.mask = (1 << bits) &- 1
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      // Safety: the masked index is below 1 << bits, and init checked that so many entries fit.
      unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: (index & mask) &* MemoryLayout<Element>.stride, as: Element.self)
    }
    @inline(__always) @_lifetime(self: copy self) set {
      // Safety: as for the load.
      unsafe bytes.storeBytes(
        of: newValue, toUncheckedByteOffset: (index & mask) &* MemoryLayout<Element>.stride,
        as: Element.self)
    }
  }
}
