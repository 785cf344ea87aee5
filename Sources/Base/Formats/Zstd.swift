/// The zstd container: frames of blocks, with skippable frames among them.
///
/// - Source: RFC 8878.
public enum Zstd {
  /// The scratch bytes `decompress` needs.
  public static let scratchByteCount = 262_144

  static let magic: UInt32 = 0xFD2F_B528
  private static let skippable: ClosedRange<UInt32> = 0x184D_2A50...0x184D_2A5F

  /// Whether `input` starts as a zstd frame does.
  public static func isRecognized(_ input: RawSpan) -> Bool {
    input.littleEndian(UInt32.self, at: 0) == magic
  }

  /// Decodes the frames at the start of `input` into the start of `output`.
  ///
  /// Returns the bytes used and the bytes made; sizes and checksums are verified where present.
  /// Dictionaries are refused.
  ///
  /// - Throws: any `FormatError` but `.invalidImage`; `output` is then partly overwritten.
  public static func decompress(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    guard isFrame(input, at: 0) else { throw .unknownFormat }
    var memory = try ScratchMemory(scratch.whole())
    var position = 0
    var produced = 0
    repeat {
      let word = try input.load(UInt32.self, at: position)
      if skippable.contains(word) {
        let size = Int(try input.load(UInt32.self, at: position + 4))
        guard size <= input.byteCount - position - 8 else { throw .truncated }
        position += 8 + size
      } else {
        try decodeFrame(input, &position, into: &output, &produced, &memory)
      }
    } while isFrame(input, at: position)
    return (position, produced)
  }

  /// The content size the first frame declares, or nil when it declares none.
  static func contentSize(_ input: RawSpan) throws(FormatError) -> UInt64? {
    var position = 0
    return try ZstdFrameHeader(input, &position).contentSize
  }

  private static func isFrame(_ input: RawSpan, at position: Int) -> Bool {
    guard let word = input.littleEndian(UInt32.self, at: position) else { return false }
    return word == magic || skippable.contains(word)
  }

  private static func decodeFrame(
    _ input: RawSpan, _ position: inout Int, into output: inout MutableRawSpan,
    _ produced: inout Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    let header = try ZstdFrameHeader(input, &position)
    let start = produced
    var decoder = ZstdBlockDecoder(maximum: header.blockByteCount)
    var isLast = false
    while !isLast {
      let low = UInt32(try input.load(UInt16.self, at: position))
      let word = low | UInt32(try input.load(UInt8.self, at: position + 2)) << 16
      position += 3
      isLast = word & 1 != 0
      let size = Int(word >> 3)
      let isRun = word >> 1 & 3 == 1
      guard size <= header.blockByteCount else { throw .corrupt }
      let block = try input.slice(at: position, count: isRun ? 1 : size)
      position += block.byteCount

      let room = output.byteCount - produced
      let limit = produced + min(room, header.blockByteCount)
      var window = try OutputWindow(
        output.whole(), start: start, position: produced, limit: limit)
      switch word >> 1 & 3 {
      case 0:
        guard window.append(block, at: 0, count: size) else { throw .outputTooSmall }
      case 1:
        guard window.append(try block.load(UInt8.self, at: 0), count: size) else {
          throw .outputTooSmall
        }
      case 2:
        let full: FormatError = room < header.blockByteCount ? .outputTooSmall : .corrupt
        try decoder.decode(block, into: &window, &scratch, whenFull: full)
      default: throw .corrupt
      }
      produced = window.position
    }
    if let size = header.contentSize {
      guard size == UInt64(produced - start) else { throw .corrupt }
    }
    if header.hasChecksum {
      let hash = XXHash.hash64(output.bytes.extracting(start..<produced))
      guard try input.load(UInt32.self, at: position) == UInt32(truncatingIfNeeded: hash) else {
        throw .checksumMismatch
      }
      position += 4
    }
  }
}

/// A frame header, checked.
///
/// - Source: RFC 8878 section 3.1.1.1.
private struct ZstdFrameHeader {
  let contentSize: UInt64?
  let hasChecksum: Bool
  /// The largest a block of the frame may be, packed or not.
  let blockByteCount: Int

  /// Reads the header at `position` and moves behind it.
  init(_ input: RawSpan, _ position: inout Int) throws(FormatError) {
    guard try input.load(UInt32.self, at: position) == Zstd.magic else { throw .unknownFormat }
    let descriptor = try input.load(UInt8.self, at: position + 4)
    guard descriptor & 0x08 == 0 else { throw .unsupported }
    hasChecksum = descriptor & 0x04 != 0
    let isSingleSegment = descriptor & 0x20 != 0
    position += 5

    var window: UInt64 = 0
    if !isSingleSegment {
      let byte = try input.load(UInt8.self, at: position)
      // The reference decoder stops at 2 GiB.
      guard byte >> 3 <= 21 else { throw .unsupported }
      let base: UInt64 = 1 << (10 + UInt64(byte >> 3))
      window = base + base / 8 * UInt64(byte & 7)
      position += 1
    }

    let dictionarySize: Int = descriptor & 3 == 3 ? 4 : Int(descriptor & 3)
    for index in 0..<dictionarySize {
      guard try input.load(UInt8.self, at: position + index) == 0 else { throw .unsupported }
    }
    position += dictionarySize

    switch descriptor >> 6 {
    case 0:
      contentSize = isSingleSegment ? UInt64(try input.load(UInt8.self, at: position)) : nil
      position += isSingleSegment ? 1 : 0
    case 1:
      contentSize = UInt64(try input.load(UInt16.self, at: position)) + 256
      position += 2
    case 2:
      contentSize = UInt64(try input.load(UInt32.self, at: position))
      position += 4
    default:
      contentSize = try input.load(UInt64.self, at: position)
      position += 8
    }
    // A single segment's window is its content.
    if let contentSize, isSingleSegment { window = contentSize }
    blockByteCount = Int(min(window, 131_072))
  }
}
