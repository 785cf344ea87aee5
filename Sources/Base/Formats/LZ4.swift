/// LZ4: byte-aligned literals and matches, in the modern frame or the one Linux's kernels use.
///
/// - Source: github.com/lz4/lz4, doc/lz4_Frame_format.md and doc/lz4_Block_format.md.
public enum LZ4 {
  private static let modernMagic: UInt32 = 0x184D_2204
  private static let legacyMagic: UInt32 = 0x184C_2102
  private static let legacyBlockByteCount = 8 << 20

  /// Whether `input` starts as an LZ4 frame, modern or legacy, does.
  public static func isRecognized(_ input: RawSpan) -> Bool {
    switch input.littleEndian(UInt32.self, at: 0) {
    case modernMagic, legacyMagic: true
    default: false
    }
  }

  /// Decodes the frames at the start of `input` into the start of `output`.
  ///
  /// Returns the bytes used and the bytes made. A legacy frame has neither an end mark nor a
  /// checksum: it ends with the input, or with the size that Linux puts there, which must be right.
  ///
  /// - Throws: any `FormatError` but `.invalidImage` and `.scratchTooSmall`; `output` is then
  ///   partly overwritten.
  public static func decompress(
    _ input: RawSpan, into output: inout MutableRawSpan
  ) throws(FormatError) -> (consumed: Int, produced: Int) {
    var position = 0
    var produced = 0
    repeat {
      switch try input.load(UInt32.self, at: position) {
      case legacyMagic:
        position += 4
        try decodeLegacyFrame(input, &position, into: &output, &produced)
      case modernMagic:
        position += 4
        try decodeModernFrame(input, &position, into: &output, &produced)
      case 0x184D_2A50...0x184D_2A5F:
        position =
          try position + 8
          + input.slice(
            at: position + 8, count: Int(input.load(UInt32.self, at: position + 4))
          ).byteCount
      default: throw .unknownFormat
      }
    } while isFrame(input, at: position)
    return (position, produced)
  }

  /// The content size the first frame declares, or nil when it declares none.
  static func contentSize(_ input: RawSpan) throws(FormatError) -> UInt64? {
    guard try input.load(UInt32.self, at: 0) == modernMagic else { return nil }
    var position = 4
    return try LZ4FrameHeader(input, &position).contentSize
  }

  private static func isFrame(_ input: RawSpan, at position: Int) -> Bool {
    switch input.littleEndian(UInt32.self, at: position) {
    case legacyMagic, modernMagic: true
    case .some(0x184D_2A50...0x184D_2A5F): true
    default: false
    }
  }

  private static func decodeLegacyFrame(
    _ input: RawSpan, _ position: inout Int, into output: inout MutableRawSpan,
    _ produced: inout Int
  ) throws(FormatError) {
    let start = produced
    var isFirst = true
    while isFirst || position < input.byteCount {
      let size = try input.load(UInt32.self, at: position)
      if !isFirst {
        if isFrame(input, at: position) { return }
        if input.byteCount - position == 4 {
          guard size == UInt32(truncatingIfNeeded: produced - start) else { throw .corrupt }
          return
        }
      }
      let block = try input.slice(at: position + 4, count: Int(size))
      try decodeBlock(
        block, into: &output, start: produced, &produced, maximum: legacyBlockByteCount)
      position += 4 + Int(size)
      isFirst = false
    }
  }

  private static func decodeModernFrame(
    _ input: RawSpan, _ position: inout Int, into output: inout MutableRawSpan,
    _ produced: inout Int
  ) throws(FormatError) {
    let header = try LZ4FrameHeader(input, &position)
    let start = produced
    while true {
      let word = try input.load(UInt32.self, at: position)
      position += 4
      if word == 0 { break }
      let size = Int(word & 0x7FFF_FFFF)
      guard size <= header.blockByteCount else { throw .corrupt }
      let block = try input.slice(at: position, count: size)
      position += size
      if header.hasBlockChecksums {
        guard try input.load(UInt32.self, at: position) == XXHash.hash32(block) else {
          throw .checksumMismatch
        }
        position += 4
      }
      if word >> 31 != 0 {
        let limit = output.byteCount
        var window = try OutputWindow(
          output.whole(), start: start, position: produced, limit: limit)
        guard window.append(block, at: 0, count: size) else { throw .outputTooSmall }
        produced = window.position
      } else {
        try decodeBlock(
          block, into: &output, start: header.hasLinkedBlocks ? start : produced, &produced,
          maximum: header.blockByteCount)
      }
    }
    if let size = header.contentSize {
      guard size == UInt64(produced - start) else { throw .corrupt }
    }
    if header.hasContentChecksum {
      let hash = XXHash.hash32(output.bytes.extracting(start..<produced))
      guard try input.load(UInt32.self, at: position) == hash else { throw .checksumMismatch }
      position += 4
    }
  }

  /// Decodes one block; `start` is how far back its matches may reach.
  ///
  /// ```
  ///  token | more literal length | literals | offset (2) | more match length | token ...
  /// ```
  private static func decodeBlock(
    _ block: RawSpan, into output: inout MutableRawSpan, start: Int, _ produced: inout Int,
    maximum: Int
  ) throws(FormatError) {
    let room = output.byteCount &- produced
    let full: FormatError = room < maximum ? .outputTooSmall : .corrupt
    var window = try OutputWindow(
      output.whole(), start: start, position: produced, limit: produced &+ min(room, maximum))
    var input = InputWindow(block)
    while true {
      guard input.remaining > 0 else { throw .corrupt }
      let token = Int(input.next())
      let literals = try readLength(&input, token &>> 4)
      guard literals <= input.remaining else { throw .corrupt }
      guard window.append(block, at: input.position, count: literals) else { throw full }
      input = InputWindow(block, from: input.position &+ literals)
      // The last sequence has literals only.
      if input.remaining == 0 { break }
      let distance = Int(input.next()) | Int(input.next()) &<< 8
      let length = try readLength(&input, token & 15) &+ 4
      guard !input.isOverrun, distance > 0, distance <= window.position &- start else {
        throw .corrupt
      }
      guard window.copyMatch(distance: distance, length: length) else { throw full }
    }
    produced = window.position
  }

  @inline(__always)
  private static func readLength(
    _ input: inout InputWindow, _ nibble: Int
  ) throws(FormatError) -> Int {
    var length = nibble
    guard nibble == 15 else { return length }
    var byte: UInt8
    repeat {
      guard input.remaining > 0 else { throw .corrupt }
      byte = input.next()
      length &+= Int(byte)
    } while byte == 255
    return length
  }
}

/// The descriptor of a modern frame, checked.
private struct LZ4FrameHeader {
  let hasLinkedBlocks: Bool
  let hasBlockChecksums: Bool
  let hasContentChecksum: Bool
  let contentSize: UInt64?
  let blockByteCount: Int

  /// Reads the descriptor at `position` and moves behind it.
  init(_ input: RawSpan, _ position: inout Int) throws(FormatError) {
    let start = position
    let flags = try input.load(UInt8.self, at: position)
    let block = try input.load(UInt8.self, at: position + 1)
    // Version 01, no dictionary, nothing reserved.
    guard flags & 0xC3 == 0x40, block & 0x8F == 0, block >> 4 >= 4 else { throw .unsupported }
    hasLinkedBlocks = flags & 0x20 == 0
    hasBlockChecksums = flags & 0x10 != 0
    hasContentChecksum = flags & 0x04 != 0
    blockByteCount = 1 << (8 + 2 * Int(block >> 4))
    position += 2
    if flags & 0x08 != 0 {
      contentSize = try input.load(UInt64.self, at: position)
      position += 8
    } else {
      contentSize = nil
    }
    let hash = XXHash.hash32(try input.slice(at: start, count: position - start))
    guard try input.load(UInt8.self, at: position) == UInt8(truncatingIfNeeded: hash >> 8) else {
      throw .checksumMismatch
    }
    position += 1
  }
}
