/// DEFLATE: Huffman-coded literals and matches in blocks.
///
/// - Source: RFC 1951.
enum Deflate {
  // Where the tables start in scratch memory, in bytes; the sizes are those of `Code`.
  private static let literalCode = 0
  private static let distanceCode = 0x1000
  private static let codeLengths = 0x2000

  /// Decodes the stream at `position` of `input` into the start of `output`.
  ///
  /// Returns the offset behind the stream's last byte and the number of bytes made.
  ///
  /// - Throws: `FormatError.truncated`, `.corrupt`, `.outputTooSmall`.
  static func decompress(
    _ input: RawSpan, from position: Int, into output: inout MutableRawSpan,
    scratch: inout ScratchMemory
  ) throws(FormatError) -> (position: Int, produced: Int) {
    let limit = output.byteCount
    var window = try OutputWindow(output.whole(), start: 0, position: 0, limit: limit)
    var reader = BitReader(InputWindow(input, from: position))
    var isLast = false
    while !isLast {
      isLast = reader.read(1) == 1
      switch reader.read(2) {
      case 0:
        let resumed = try copyStored(input, reader, into: &window)
        reader = BitReader(InputWindow(input, from: resumed))
      case 1:
        let codes = try fixedCodes(&scratch)
        try decodeBlock(&reader, codes, into: &window, scratch: scratch)
      case 2:
        let codes = try readCodes(&reader, &scratch)
        try decodeBlock(&reader, codes, into: &window, scratch: scratch)
      default:
        throw reader.isOverrun ? .truncated : .corrupt
      }
    }
    guard !reader.isOverrun else { throw .truncated }
    return (reader.position, window.position)
  }

  /// The two codes of a block.
  private struct Codes {
    var literal: HuffmanCode
    var distance: HuffmanCode
  }

  /// Copies a stored block and returns the offset behind it.
  private static func copyStored(
    _ input: RawSpan, _ reader: BitReader, into window: inout OutputWindow
  ) throws(FormatError) -> Int {
    let start = reader.position
    let length = try input.load(UInt16.self, at: start)
    guard try input.load(UInt16.self, at: start + 2) == ~length else { throw .corrupt }
    guard Int(length) <= input.byteCount - start - 4 else { throw .truncated }
    guard window.append(input, at: start + 4, count: Int(length)) else { throw .outputTooSmall }
    return start + 4 + Int(length)
  }

  private static func fixedCodes(_ scratch: inout ScratchMemory) throws(FormatError) -> Codes {
    for symbol in 0..<288 {
      let length: UInt8 = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
      scratch.store(length, at: codeLengths &+ symbol)
    }
    for symbol in 288..<320 { scratch.store(5 as UInt8, at: codeLengths &+ symbol) }
    return Codes(
      literal: try HuffmanCode(lengths: codeLengths, count: 288, table: literalCode, &scratch),
      distance: try HuffmanCode(
        lengths: codeLengths &+ 288, count: 32, table: distanceCode, &scratch))
  }

  /// Reads the description of a dynamic block's codes (RFC 1951 section 3.2.7).
  private static func readCodes(
    _ reader: inout BitReader, _ scratch: inout ScratchMemory
  ) throws(FormatError) -> Codes {
    let literals = reader.read(5) &+ 257
    let distances = reader.read(5) &+ 1
    let described = reader.read(4) &+ 4
    guard literals <= 286, distances <= 30 else { throw .corrupt }
    for index in 0..<19 {
      let length = index < described ? reader.read(3) : 0
      scratch.store(
        UInt8(truncatingIfNeeded: length), at: codeLengths &+ lengthSymbol(at: index))
    }
    let lengthCode = try HuffmanCode(
      lengths: codeLengths, count: 19, table: literalCode, scratch: &scratch, mayBeIncomplete: false
    )

    var index = 0
    let count = literals &+ distances
    var previous: UInt8 = 0
    while index < count {
      guard !reader.isOverrun else { throw .truncated }
      reader.require(22)
      let symbol = try lengthCode.decode(&reader, scratch)
      var times = 1
      switch symbol {
      case 0..<16: previous = UInt8(truncatingIfNeeded: symbol)
      case 16:
        guard index > 0 else { throw .corrupt }
        times = 3 &+ reader.take(2)
      case 17:
        previous = 0
        times = 3 &+ reader.take(3)
      default:
        previous = 0
        times = 11 &+ reader.take(7)
      }
      guard times <= count &- index else { throw .corrupt }
      for _ in 0..<times {
        scratch.store(previous, at: codeLengths &+ index)
        index &+= 1
      }
    }
    // Without a code for the end of the block there would be no end.
    guard scratch.byte(codeLengths &+ 256) != 0 else { throw .corrupt }
    return Codes(
      literal: try HuffmanCode(
        lengths: codeLengths, count: literals, table: literalCode, &scratch),
      distance: try HuffmanCode(
        lengths: codeLengths &+ literals, count: distances, table: distanceCode, &scratch))
  }

  /// The order in which a description gives the lengths of the length symbols:
  /// 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15.
  private static func lengthSymbol(at index: Int) -> Int {
    switch index {
    case 0..<3: 16 &+ index
    case 3: 0
    default: index & 1 == 0 ? 6 &+ index &>> 1 : 9 &- index &>> 1
    }
  }

  private static func decodeBlock(
    _ reader: inout BitReader, _ codes: Codes, into window: inout OutputWindow,
    scratch: borrowing ScratchMemory
  ) throws(FormatError) {
    while true {
      // Enough for a match: 15 + 5 bits of length, 15 + 13 of distance.
      reader.require(48)
      guard !reader.isOverrun else { throw .truncated }
      let symbol = try codes.literal.decode(&reader, scratch)
      if symbol < 256 {
        guard window.append(UInt8(truncatingIfNeeded: symbol)) else { throw .outputTooSmall }
        continue
      }
      if symbol == 256 { return }
      guard symbol < 286 else { throw .corrupt }
      let length = takeLength(&reader, symbol &- 257)
      let distanceSymbol = try codes.distance.decode(&reader, scratch)
      guard distanceSymbol < 30 else { throw .corrupt }
      let distance = takeDistance(&reader, distanceSymbol)
      guard distance <= window.position, distance <= 32_768 else { throw .corrupt }
      guard window.copyMatch(distance: distance, length: length) else { throw .outputTooSmall }
    }
  }

  @inline(__always)
  private static func takeLength(_ reader: inout BitReader, _ symbol: Int) -> Int {
    if symbol < 8 { return 3 &+ symbol }
    if symbol == 28 { return 258 }
    let extra = symbol &>> 2 &- 1
    return 3 &+ (4 &+ symbol & 3) &<< extra &+ reader.take(extra)
  }

  @inline(__always)
  private static func takeDistance(_ reader: inout BitReader, _ symbol: Int) -> Int {
    if symbol < 4 { return 1 &+ symbol }
    let extra = symbol &>> 1 &- 1
    return 1 &+ (2 &+ symbol & 1) &<< extra &+ reader.take(extra)
  }
}
