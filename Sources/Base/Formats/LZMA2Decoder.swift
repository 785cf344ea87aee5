/// LZMA2: LZMA and stored chunks, each with its sizes and with what it resets.
///
/// - Source: The .xz File Format 5.3.1; the chunk layout as in XZ Embedded's documentation.
struct LZMA2Decoder {
  /// The offset of the next chunk in the input.
  private(set) var position: Int
  /// How many bytes of the output are written.
  private(set) var produced: Int
  private var dictionary: Int
  private var needsDictionary = true
  private var needsProperties = true
  private var lzma = LZMADecoder()

  /// Begins at `position` of the input and `produced` of the output, where the window starts too.
  init(position: Int, produced: Int) {
    self.position = position
    self.produced = produced
    self.dictionary = produced
  }

  /// Decodes chunks up to and including the end marker.
  ///
  /// `scratch` holds LZMA's probabilities.
  ///
  /// - Throws: `FormatError.truncated`, `.corrupt`, `.outputTooSmall`, `.scratchTooSmall`.
  mutating func decode(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan
  ) throws(FormatError) {
    while true {
      let control = try input.load(UInt8.self, at: position)
      position &+= 1
      if control == 0 { return }
      if control >= 0xE0 || control == 1 {
        needsDictionary = false
        needsProperties = true
        dictionary = produced
      }
      guard !needsDictionary else { throw .corrupt }
      if control >= 0x80 {
        try decodeCompressed(input, control, into: &output, scratch: &scratch)
      } else if control <= 2 {
        try copyStored(input, into: &output)
      } else {
        throw .corrupt
      }
    }
  }

  private mutating func decodeCompressed(
    _ input: RawSpan, _ control: UInt8, into output: inout MutableRawSpan,
    scratch: inout MutableRawSpan
  ) throws(FormatError) {
    let low = UInt16(bigEndian: try input.load(UInt16.self, at: position))
    let size = Int(control & 0x1F) << 16 + Int(low) + 1
    let packed = Int(UInt16(bigEndian: try input.load(UInt16.self, at: position + 2))) + 1
    position &+= 4
    if control >= 0xC0 {
      try lzma.setProperties(try input.load(UInt8.self, at: position))
      position &+= 1
      needsProperties = false
    }
    guard !needsProperties else { throw .corrupt }
    if control >= 0xA0 { try lzma.reset(&scratch) }
    guard packed <= input.byteCount &- position else { throw .truncated }
    guard size <= output.byteCount &- produced else { throw .outputTooSmall }
    try lzma.decodeChunk(
      InputWindow(input, from: position, to: position &+ packed), into: &output,
      dictionary: dictionary, position: produced, limit: produced &+ size, scratch: &scratch)
    position &+= packed
    produced &+= size
  }

  private mutating func copyStored(
    _ input: RawSpan, into output: inout MutableRawSpan
  ) throws(FormatError) {
    let size = Int(UInt16(bigEndian: try input.load(UInt16.self, at: position))) + 1
    position &+= 2
    guard size <= input.byteCount &- position else { throw .truncated }
    guard size <= output.byteCount &- produced else { throw .outputTooSmall }
    var window = try OutputWindow(
      output.whole(), start: dictionary, position: produced,
      limit: produced &+ size)
    guard window.append(input, at: position, count: size) else { throw .corrupt }
    position &+= size
    produced &+= size
  }
}
