/// Decodes a frame's compressed blocks, keeping what one block may reuse of those before it.
///
/// - Source: RFC 8878 sections 3.1.1.3 to 3.1.1.5.
struct ZstdBlockDecoder {
  /// The largest a block may get.
  private let maximum: Int
  private var literals = ZstdLiterals()
  private var literalLengths = ZstdTable.literalLengths
  private var offsets = ZstdTable.offsets
  private var matchLengths = ZstdTable.matchLengths
  // The last three offsets, the latest first.
  private var recent0 = 1
  private var recent1 = 4
  private var recent2 = 8

  /// Begins a frame whose blocks make at most `maximum` bytes each.
  init(maximum: Int) { self.maximum = maximum }

  /// Decodes `block` into `window`.
  ///
  /// - Throws: `FormatError.corrupt`, `.truncated`, and `full` when the window cannot hold it.
  mutating func decode(
    _ block: RawSpan, into window: inout OutputWindow, _ scratch: inout ScratchMemory,
    whenFull full: FormatError
  ) throws(FormatError) {
    var position = try literals.decode(block, &scratch, maximum: maximum)
    let count = try Self.readSequenceCount(block, &position)
    if count == 0 {
      guard position == block.byteCount else { throw .corrupt }
    } else {
      let modes = try block.load(UInt8.self, at: position)
      position += 1
      guard modes & 3 == 0 else { throw .corrupt }
      try literalLengths.update(mode: modes >> 6, block, &position, &scratch)
      try offsets.update(mode: modes >> 4 & 3, block, &position, &scratch)
      try matchLengths.update(mode: modes >> 2 & 3, block, &position, &scratch)
      try decodeSequences(
        block, from: position, count, into: &window, scratch, whenFull: full)
    }
    let rest = literals.end &- literals.next
    guard window.append(scratch.contents, at: literals.next, count: rest) else { throw full }
  }

  private static func readSequenceCount(
    _ block: RawSpan, _ position: inout Int
  ) throws(FormatError) -> Int {
    let first = Int(try block.load(UInt8.self, at: position))
    if first < 128 {
      position += 1
      return first
    }
    if first < 255 {
      position += 2
      return (first - 128) << 8 + Int(try block.load(UInt8.self, at: position - 1))
    }
    position += 3
    return Int(try block.load(UInt16.self, at: position - 2)) + 0x7F00
  }

  private mutating func decodeSequences(
    _ block: RawSpan, from position: Int, _ count: Int, into window: inout OutputWindow,
    _ scratch: borrowing ScratchMemory, whenFull full: FormatError
  ) throws(FormatError) {
    var bits = try ReverseBitReader(block, position..<max(position, block.byteCount))
    bits.require(26)
    var literalState = bits.take(literalLengths.accuracy)
    var offsetState = bits.take(offsets.accuracy)
    var matchState = bits.take(matchLengths.accuracy)
    var left = count
    while true {
      let literalEntry = literalLengths.entry(literalState, scratch)
      let offsetEntry = offsets.entry(offsetState, scratch)
      let matchEntry = matchLengths.entry(matchState, scratch)

      // An offset takes up to 31 bits, the lengths up to 16 each, the states up to 26 together.
      bits.require(47)
      let offsetValue = offsetEntry.baseline &+ bits.take(offsetEntry.extraBits)
      let matchLength = matchEntry.baseline &+ bits.take(matchEntry.extraBits)
      bits.require(42)
      let literalLength = literalEntry.baseline &+ bits.take(literalEntry.extraBits)

      let offset = try resolveOffset(offsetValue, literalLength)
      guard literalLength <= literals.end &- literals.next else { throw .corrupt }
      guard window.append(scratch.contents, at: literals.next, count: literalLength) else {
        throw full
      }
      literals.next &+= literalLength
      guard offset > 0, offset <= window.position &- window.start else { throw .corrupt }
      guard window.copyMatch(distance: offset, length: matchLength) else { throw full }

      left &-= 1
      guard left > 0 else { break }
      literalState = literalEntry.nextState &+ bits.take(literalEntry.stateBits)
      matchState = matchEntry.nextState &+ bits.take(matchEntry.stateBits)
      offsetState = offsetEntry.nextState &+ bits.take(offsetEntry.stateBits)
      guard !bits.isOverrun else { throw .corrupt }
    }
    guard bits.isFinished else { throw .corrupt }
  }

  /// Turns an offset's code into a distance and makes it the most recent (RFC 8878 3.1.1.5).
  @inline(__always)
  private mutating func resolveOffset(
    _ value: Int, _ literalLength: Int
  ) throws(FormatError) -> Int {
    if value > 3 {
      recent2 = recent1
      recent1 = recent0
      recent0 = value &- 3
      return recent0
    }
    // Without literals the latest offset would be pointless, so all codes mean the next one.
    let offset: Int
    switch value &+ (literalLength == 0 ? 1 : 0) {
    case 1: return recent0
    case 2: offset = recent1
    case 3:
      offset = recent2
      recent2 = recent1
    default:
      offset = recent0 &- 1
      recent2 = recent1
    }
    recent1 = recent0
    recent0 = offset
    return offset
  }
}
