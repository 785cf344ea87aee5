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

  /// Tops up a buffer of `count` bits, least significant first, to more than 56 bits.
  ///
  /// Past the end it supplies zeros, and `position` tells how many.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func refill(_ buffer: inout UInt64, _ count: inout Int) {
    if end &- position >= 8 {
      // Safety: 0 <= position and position + 8 <= end <= byteCount; the load is unaligned.
      let word = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position, as: UInt64.self)
      // Bits of the word above the whole bytes counted are the same ones that come next time.
      buffer |= UInt64(littleEndian: word) &<< UInt64(truncatingIfNeeded: count)
      let taken = (63 &- count) &>> 3
      position &+= taken
      count &+= taken &<< 3
      return
    }
    while count <= 56 {
      buffer |= UInt64(next()) &<< UInt64(truncatingIfNeeded: count)
      count &+= 8
    }
  }
}

/// Input read backwards, from the last byte to the first.
struct ReverseInputWindow: ~Escapable {
  private let bytes: RawSpan
  private let start: Int
  /// One past the next byte to be read; never below `start` nor above the span's count.
  private(set) var position: Int

  /// Covers `range`, cut to what `bytes` holds.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    self.bytes = bytes
    start = max(0, range.lowerBound)
    position = max(start, min(range.upperBound, bytes.byteCount))
  }

  /// Whether all bytes were taken.
  var isAtStart: Bool { @inline(__always) get { position <= start } }

  /// Tops up a buffer of `count` bits, most significant first, to more than 56 bits or all there
  /// are.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func refill(_ buffer: inout UInt64, _ count: inout Int) {
    if position &- start >= 8 {
      // Safety: start <= position - 8 and position <= byteCount, unless the span is shorter than
      // start, when position equals start and the branch is not taken; the load is unaligned.
      let word = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position &- 8, as: UInt64.self)
      // Bits of the word below the whole bytes counted are the same ones that come next time.
      buffer |= UInt64(littleEndian: word) &>> UInt64(truncatingIfNeeded: count)
      let taken = (63 &- count) &>> 3
      position &-= taken
      count &+= taken &<< 3
      return
    }
    while count <= 56, position > start {
      position &-= 1
      // Safety: start <= position, and it was at most byteCount before the decrement.
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
      buffer |= UInt64(byte) &<< UInt64(truncatingIfNeeded: 56 &- count)
      count &+= 8
    }
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

  /// Appends `count` copies of `byte`; false when they do not fit.
  @_lifetime(self: copy self)
  mutating func append(_ byte: UInt8, count: Int) -> Bool {
    guard count >= 0, count <= limit &- position else { return false }
    guard count > 0 else { return true }
    return append(byte) && copyMatch(distance: 1, length: count &- 1)
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
    // Safety, for each access below: start <= to - distance, and to + width <= limit. Words are
    // moved only when the distance is at least their width, so each reads finished bytes. The
    // last may spill over `stop`, onto bytes that count as unwritten still.
    if distance >= 8 && limit &- stop >= 8 {
      while to < stop {
        let word = unsafe bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: to &- distance, as: UInt64.self)
        unsafe bytes.storeBytes(of: word, toUncheckedByteOffset: to, as: UInt64.self)
        to &+= 8
      }
      return true
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

/// Scratch memory that holds a decoder's tables side by side, all in one address space.
///
/// Offsets wrap instead of trapping, as with `MaskedTable`; each decoder says in one place which
/// offsets its tables start at. An element's offset counts in elements of its own size.
struct ScratchMemory: ~Copyable, ~Escapable {
  /// The bytes there are: a power of two.
  static let byteCount = 262_144

  private var bytes: MutableRawSpan

  /// Takes over the first `byteCount` bytes of `bytes`, whatever they hold.
  ///
  /// - Throws: `FormatError.scratchTooSmall`.
  @_lifetime(copy bytes)
  init(_ bytes: consuming MutableRawSpan) throws(FormatError) {
    guard bytes.byteCount >= Self.byteCount else { throw .scratchTooSmall }
    self.bytes = bytes
  }

  /// The contents, to read.
  var contents: RawSpan {
    @_lifetime(borrow self) get { bytes.bytes }
  }

  /// The byte at `offset`.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { load(offset, UInt8.self) }

  /// The 16-bit element at `offset`.
  @inline(__always)
  func half(_ offset: Int) -> UInt16 { load(offset, UInt16.self) }

  /// The 64-bit element at `offset`.
  @inline(__always)
  func word(_ offset: Int) -> UInt64 { load(offset, UInt64.self) }

  /// Sets the element at `offset`, counted in elements of its size.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
    let mask = Self.byteCount / MemoryLayout<T>.size &- 1
    // Safety: the masked offset is below byteCount / size, and init checked byteCount.
    unsafe bytes.storeBytes(
      of: value, toUncheckedByteOffset: (offset & mask) &* MemoryLayout<T>.size, as: T.self)
  }

  @inline(__always)
  private func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: T.Type) -> T {
    let mask = Self.byteCount / MemoryLayout<T>.size &- 1
    // Safety: the masked offset is below byteCount / size, and init checked byteCount.
    return unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: (offset & mask) &* MemoryLayout<T>.size, as: T.self)
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
