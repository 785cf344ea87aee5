/// The gzip container: one DEFLATE stream with a header and a checksum.
///
/// - Source: RFC 1952.
public enum GZIP {
  /// Whether `input` starts as a gzip member does.
  public static func isRecognized(_ input: RawSpan) -> Bool {
    input.littleEndian(UInt16.self, at: 0) == 0x8B1F
  }

  /// Decodes the first member of `input` into the start of `output`.
  ///
  /// Returns the bytes used and the bytes made; checksum and size are verified.
  ///
  /// - Throws: any `FormatError` but `.invalidImage`; `output` is then partly overwritten.
  public static func decompress(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    let start = try headerByteCount(input)
    let end: Int
    let produced: Int
    do {
      var memory = try ScratchMemory(scratch.whole())
      (end, produced) = try Deflate.decompress(
        input, from: start, into: &output, scratch: &memory)
    }
    let stored = try input.load(UInt32.self, at: end)
    let size = try input.load(UInt32.self, at: end + 4)
    let crc = try CRC(CRC.polynomial32, scratch: scratch.whole())
    guard crc.checksum(output.bytes.extracting(0..<produced)) == UInt64(stored),
      UInt32(truncatingIfNeeded: produced) == size
    else { throw .checksumMismatch }
    return (end + 8, produced)
  }

  private static func headerByteCount(_ input: RawSpan) throws(FormatError) -> Int {
    guard isRecognized(input) else { throw .unknownFormat }
    guard try input.load(UInt8.self, at: 2) == 8 else { throw .unsupported }
    let flags = try input.load(UInt8.self, at: 3)
    guard flags & 0xE0 == 0 else { throw .unsupported }
    var position = 10
    // FEXTRA: a counted field. FNAME and FCOMMENT: text up to a zero. FHCRC: half a CRC-32.
    if flags & 4 != 0 { position += 2 + Int(try input.load(UInt16.self, at: position)) }
    if flags & 8 != 0 { try skipText(input, &position) }
    if flags & 16 != 0 { try skipText(input, &position) }
    if flags & 2 != 0 {
      let crc = CRC.checksum32(try input.slice(at: 0, count: position))
      guard try input.load(UInt16.self, at: position) == UInt16(truncatingIfNeeded: crc) else {
        throw .checksumMismatch
      }
      position += 2
    }
    return position
  }

  private static func skipText(_ input: RawSpan, _ position: inout Int) throws(FormatError) {
    while try input.load(UInt8.self, at: position) != 0 { position &+= 1 }
    position &+= 1
  }
}
