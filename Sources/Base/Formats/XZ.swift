/// The XZ container: streams of independent blocks, each LZMA2 with at most a branch filter
/// before it.
///
/// ```
///  stream: header | block ... | index | footer
///  block:  header | LZMA2 chunks | padding to 4 | check of the decoded bytes
/// ```
///
/// - Source: The .xz File Format, version 1.1.0 (tukaani.org/xz/xz-file-format.txt).
public enum XZ {
  /// The scratch bytes `decompress` needs: LZMA's probabilities and the checksum's tables.
  public static let scratchByteCount = probabilityByteCount + CRC.scratchByteCount

  private static let probabilityByteCount =
    (1 << LZMADecoder.probabilityBits) * MemoryLayout<UInt16>.size

  /// Whether `input` starts as an XZ stream does.
  public static func isRecognized(_ input: RawSpan) -> Bool {
    guard let word = input.littleEndian(UInt32.self, at: 0),
      let half = input.littleEndian(UInt16.self, at: 4)
    else { return false }
    return word == 0x587A_37FD && half == 0x005A
  }

  /// Decodes the stream at the start of `input` into the start of `output`.
  ///
  /// Returns the bytes used and the bytes made. All of the format's integrity checks are made,
  /// except that SHA-256 checks are refused.
  ///
  /// - Throws: any `FormatError` but `.invalidImage`; `output` is then partly overwritten.
  public static func decompress(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    guard scratch.byteCount >= scratchByteCount else { throw .scratchTooSmall }
    let check = try parseStreamHeader(input)
    var stream = XZStream(check: check, position: 12)
    while try input.load(UInt8.self, at: stream.position) != 0 {
      try stream.decodeBlock(
        input, into: &output, scratch: &scratch, probabilityByteCount: probabilityByteCount)
    }
    let indexByteCount = try stream.verifyIndex(input)
    try stream.verifyFooter(input, indexByteCount: indexByteCount)
    return (stream.position, stream.produced)
  }

  private static func parseStreamHeader(_ input: RawSpan) throws(FormatError) -> XZCheck {
    guard input.byteCount >= 12 else { throw .truncated }
    guard isRecognized(input) else { throw .unknownFormat }
    let flags = try input.load(UInt16.self, at: 6)
    let crc = try input.load(UInt32.self, at: 8)
    guard CRC.checksum32(try input.slice(at: 6, count: 2)) == crc else { throw .checksumMismatch }
    return try XZCheck(streamFlags: flags)
  }
}

/// How a stream's blocks are checked.
enum XZCheck {
  case none
  case crc32
  case crc64

  /// Decodes the two bytes of stream flags.
  ///
  /// - Throws: `FormatError.unsupported` for reserved bits and for SHA-256.
  init(streamFlags: UInt16) throws(FormatError) {
    switch streamFlags {
    case 0x0000: self = .none
    case 0x0100: self = .crc32
    case 0x0400: self = .crc64
    default: throw .unsupported
    }
  }

  var streamFlags: UInt16 {
    switch self {
    case .none: 0x0000
    case .crc32: 0x0100
    case .crc64: 0x0400
    }
  }

  var byteCount: Int {
    switch self {
    case .none: 0
    case .crc32: 4
    case .crc64: 8
    }
  }
}

/// What decoding one stream has come to.
private struct XZStream {
  let check: XZCheck
  /// The offset of the next structure in the input.
  var position: Int
  /// How many bytes of output are final.
  var produced = 0
  private var blocks = XZRecords()

  init(check: XZCheck, position: Int) {
    self.check = check
    self.position = position
  }

  mutating func decodeBlock(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan,
    probabilityByteCount: Int
  ) throws(FormatError) {
    let header = try XZBlockHeader(input, at: position)
    let dataStart = position &+ header.byteCount
    var decoder = LZMA2Decoder(position: dataStart, produced: produced)
    do {
      var probabilities = scratch.part(0..<probabilityByteCount)
      try decoder.decode(input, into: &output, scratch: &probabilities)
    }
    let compressed = decoder.position &- dataStart
    let made = produced..<decoder.produced
    guard header.compressedSize == nil || header.compressedSize == UInt64(compressed),
      header.uncompressedSize == nil || header.uncompressedSize == UInt64(made.count)
    else { throw .corrupt }
    if let startOffset = header.branchFilterOffset {
      try X86BranchFilter.decode(&output, made, startOffset: startOffset)
    }

    let padding = (0 &- compressed) & 3
    guard try isZero(input.slice(at: decoder.position, count: padding)) else { throw .corrupt }
    try verifyCheck(input, at: decoder.position &+ padding, output, made, &scratch)
    blocks.add(
      unpaddedSize: UInt64(header.byteCount &+ compressed &+ check.byteCount),
      uncompressedSize: UInt64(made.count))
    position = decoder.position &+ padding &+ check.byteCount
    produced = made.upperBound
  }

  private func verifyCheck(
    _ input: RawSpan, at offset: Int, _ output: borrowing MutableRawSpan, _ made: Range<Int>,
    _ scratch: inout MutableRawSpan
  ) throws(FormatError) {
    // The branch is over; LZMA's probabilities stay valid in the scratch below the tables.
    let polynomial: UInt64
    let stored: UInt64
    switch check {
    case .none: return
    case .crc32:
      polynomial = CRC.polynomial32
      stored = UInt64(try input.load(UInt32.self, at: offset))
    case .crc64:
      polynomial = CRC.polynomial64
      stored = try input.load(UInt64.self, at: offset)
    }
    let tables = scratch.byteCount &- CRC.scratchByteCount
    let crc = try CRC(polynomial, scratch: scratch.part(tables..<scratch.byteCount))
    guard crc.checksum(output.bytes.extracting(made)) == stored else { throw .checksumMismatch }
  }

  /// Checks the index against the blocks that were seen; returns its size and moves behind it.
  mutating func verifyIndex(_ input: RawSpan) throws(FormatError) -> Int {
    let start = position
    var cursor = position &+ 1
    let count = try readVariableLength(input, &cursor)
    guard count == blocks.count else { throw .corrupt }
    var listed = XZRecords()
    while listed.count < count {
      let unpadded = try readVariableLength(input, &cursor)
      let uncompressed = try readVariableLength(input, &cursor)
      listed.add(unpaddedSize: unpadded, uncompressedSize: uncompressed)
    }
    guard listed == blocks else { throw .corrupt }
    let padding = (start &- cursor) & 3
    guard try isZero(input.slice(at: cursor, count: padding)) else { throw .corrupt }
    cursor &+= padding
    let crc = try input.load(UInt32.self, at: cursor)
    guard CRC.checksum32(try input.slice(at: start, count: cursor &- start)) == crc else {
      throw .checksumMismatch
    }
    position = cursor &+ 4
    return position &- start
  }

  mutating func verifyFooter(_ input: RawSpan, indexByteCount: Int) throws(FormatError) {
    let crc = try input.load(UInt32.self, at: position)
    let body = try input.slice(at: position &+ 4, count: 6)
    let backwardSize = try body.load(UInt32.self, at: 0)
    let flags = try body.load(UInt16.self, at: 4)
    let magic = try input.load(UInt16.self, at: position &+ 10)
    guard CRC.checksum32(body) == crc else { throw .checksumMismatch }
    guard magic == 0x5A59, flags == check.streamFlags,
      (UInt64(backwardSize) + 1) * 4 == UInt64(indexByteCount)
    else { throw .corrupt }
    position &+= 12
  }
}

/// A digest of a list of block sizes: equal lists have equal digests, others hardly ever.
private struct XZRecords: Equatable {
  private(set) var count: UInt64 = 0
  private var digest: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(unpaddedSize: UInt64, uncompressedSize: UInt64) {
    count &+= 1
    digest = (digest ^ unpaddedSize) &* 0x9E37_79B9_7F4A_7C15
    digest = (digest ^ digest >> 29 ^ uncompressedSize) &* 0xBF58_476D_1CE4_E5B9
  }
}

/// A block header, checked.
private struct XZBlockHeader {
  let byteCount: Int
  private(set) var compressedSize: UInt64?
  private(set) var uncompressedSize: UInt64?
  /// The start offset of the x86 branch filter, when the block has one.
  private(set) var branchFilterOffset: UInt32?

  init(_ input: RawSpan, at offset: Int) throws(FormatError) {
    byteCount = (Int(try input.load(UInt8.self, at: offset)) + 1) * 4
    let header = try input.slice(at: offset, count: byteCount)
    let body = try header.slice(at: 0, count: byteCount - 4)
    guard try header.load(UInt32.self, at: byteCount - 4) == CRC.checksum32(body) else {
      throw .checksumMismatch
    }
    let flags = try body.load(UInt8.self, at: 1)
    guard flags & 0x3C == 0 else { throw .unsupported }
    var cursor = 2
    if flags & 0x40 != 0 { compressedSize = try readVariableLength(body, &cursor) }
    if flags & 0x80 != 0 { uncompressedSize = try readVariableLength(body, &cursor) }

    switch flags & 3 {
    case 0: break
    case 1: try parseBranchFilter(body, &cursor)
    default: throw .unsupported
    }
    try Self.parseLZMA2Filter(body, &cursor)
    guard try isZero(body.slice(at: cursor, count: body.byteCount &- cursor)) else {
      throw .unsupported
    }
  }

  private mutating func parseBranchFilter(
    _ body: RawSpan, _ cursor: inout Int
  ) throws(FormatError) {
    guard try readVariableLength(body, &cursor) == 0x04 else { throw .unsupported }
    switch try readVariableLength(body, &cursor) {
    case 0: branchFilterOffset = 0
    case 4:
      branchFilterOffset = try body.load(UInt32.self, at: cursor)
      cursor &+= 4
    default: throw .corrupt
    }
  }

  private static func parseLZMA2Filter(
    _ body: RawSpan, _ cursor: inout Int
  ) throws(FormatError) {
    guard try readVariableLength(body, &cursor) == 0x21 else { throw .unsupported }
    guard try readVariableLength(body, &cursor) == 1 else { throw .corrupt }
    // The dictionary's size is of no concern: the whole output is the window.
    guard try body.load(UInt8.self, at: cursor) <= 40 else { throw .corrupt }
    cursor &+= 1
  }
}

/// Reads a variable-length integer of at most 63 bits, least significant seven bits first.
private func readVariableLength(
  _ input: RawSpan, _ cursor: inout Int
) throws(FormatError) -> UInt64 {
  var value: UInt64 = 0
  for index in 0..<9 {
    let byte = try input.load(UInt8.self, at: cursor)
    cursor &+= 1
    value |= UInt64(byte & 0x7F) << UInt64(index * 7)
    if byte & 0x80 == 0 {
      // A longer spelling than necessary is not allowed.
      guard byte != 0 || index == 0 else { throw .corrupt }
      return value
    }
  }
  throw .corrupt
}

private func isZero(_ bytes: RawSpan) -> Bool {
  var input = InputWindow(bytes)
  while input.remaining > 0 {
    if input.next() != 0 { return false }
  }
  return true
}
