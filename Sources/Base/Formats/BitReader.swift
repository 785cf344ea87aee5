/// Bits read forwards, the least significant of each byte first.
///
/// Past the end it reads zeros; `isOverrun` tells afterwards.
struct BitReader: ~Escapable {
  private var input: InputWindow
  private var buffer: UInt64 = 0
  private var count = 0

  /// Begins at the input's position.
  @_lifetime(copy input)
  init(_ input: InputWindow) { self.input = input }

  /// Whether bits past the end were consumed.
  var isOverrun: Bool { @inline(__always) get { input.position &- count &>> 3 > input.end } }

  /// The offset of the first byte of which no bit was consumed.
  var position: Int { input.position &- count &>> 3 }

  /// Makes at least `bits` bits available, at most 56.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func require(_ bits: Int) {
    if count < bits { refill() }
  }

  @inline(__always)
  @_lifetime(self: copy self)
  private mutating func refill() { input.refill(&buffer, &count) }

  /// The next 32 bits, of which those made available count.
  @inline(__always)
  func peek() -> UInt32 { UInt32(truncatingIfNeeded: buffer) }

  /// Skips `bits` available bits.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func skip(_ bits: Int) {
    buffer = buffer &>> UInt64(truncatingIfNeeded: bits)
    count &-= bits
  }

  /// Takes `bits` available bits, at most 31.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func take(_ bits: Int) -> Int {
    let value = buffer & (1 &<< UInt64(truncatingIfNeeded: bits) &- 1)
    skip(bits)
    return Int(truncatingIfNeeded: value)
  }

  /// Makes bits available and takes `bits` of them, at most 31.
  @_lifetime(self: copy self)
  mutating func read(_ bits: Int) -> Int {
    require(bits)
    return take(bits)
  }
}

/// Bits read backwards from the end of a range, the most significant of each byte first.
///
/// The last byte's highest set bit marks the end of the bits and is not one of them.
struct ReverseBitReader: ~Escapable {
  private var input: ReverseInputWindow
  private var buffer: UInt64 = 0
  private var count = 0

  /// Begins at the end of `range`.
  ///
  /// - Throws: `FormatError.corrupt` when the range is empty or lacks the mark.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ range: Range<Int>) throws(FormatError) {
    input = ReverseInputWindow(bytes, range)
    input.refill(&buffer, &count)
    let zeros = buffer.leadingZeroBitCount
    guard zeros < 8 else { throw .corrupt }
    skip(zeros &+ 1)
  }

  /// Whether more bits were skipped than there are.
  var isOverrun: Bool { @inline(__always) get { count < 0 } }

  /// Whether exactly all bits were skipped.
  var isFinished: Bool { count == 0 && input.isAtStart }

  /// Makes at least `bits` bits available, at most 56, or all that are left.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func require(_ bits: Int) {
    if count < bits && count >= 0 { input.refill(&buffer, &count) }
  }

  /// The next `bits` bits, at most 63; zeros stand for those past the end.
  @inline(__always)
  func peek(_ bits: Int) -> Int {
    Int(truncatingIfNeeded: (buffer &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- bits))
  }

  /// Skips `bits` bits.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func skip(_ bits: Int) {
    buffer = buffer &<< UInt64(truncatingIfNeeded: bits)
    count &-= bits
  }

  /// Takes the next `bits` bits, at most 63.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func take(_ bits: Int) -> Int {
    let value = peek(bits)
    skip(bits)
    return value
  }
}
