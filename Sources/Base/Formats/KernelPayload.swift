/// A domain's kernel as it lies in a boot module: an ELF image, alone, compressed, or inside a
/// bzImage.
public enum KernelPayload {
  /// The scratch bytes `decompress` needs, whatever the compression.
  public static let scratchByteCount = 262_144

  /// How a payload is packed.
  public enum Compression: Equatable, Sendable {
    /// Not at all: an ELF image.
    case none
    /// The gzip container.
    case gzip
    /// The XZ container.
    case xz
    /// The zstd container.
    case zstd
    /// LZ4 frames, legacy or modern.
    case lz4

    /// Tells the compression by the magic number `input` starts with.
    ///
    /// - Throws: `FormatError.unknownFormat`.
    public init(detecting input: RawSpan) throws(FormatError) {
      if input.starts(with: "\u{7F}ELF") {
        self = .none
      } else if XZ.isRecognized(input) {
        self = .xz
      } else if GZIP.isRecognized(input) {
        self = .gzip
      } else if Zstd.isRecognized(input) {
        self = .zstd
      } else if LZ4.isRecognized(input) {
        self = .lz4
      } else {
        throw .unknownFormat
      }
    }
  }

  /// Where in `module` the payload lies: a bzImage's payload, or else the whole module.
  ///
  /// - Throws: what `BzImage` throws.
  public static func range(in module: RawSpan) throws(FormatError) -> Range<Int> {
    guard BzImage.isRecognized(module) else { return 0..<module.byteCount }
    return try BzImage(module).payload
  }

  /// The number of bytes `decompress` will make of `input`, as the input claims.
  ///
  /// A zstd or LZ4 frame may declare it; otherwise Linux ends the payload with it, little-endian, as
  /// gzip does anyway. The claim is not to be trusted beyond sizing the output buffer.
  ///
  /// - Throws: `FormatError.unknownFormat`, `.truncated`, `.corrupt`.
  public static func uncompressedSize(_ input: RawSpan) throws(FormatError) -> Int {
    var claim: UInt64?
    switch try Compression(detecting: input) {
    case .none: return input.byteCount
    case .gzip, .xz: break
    case .zstd: claim = try Zstd.contentSize(input)
    case .lz4: claim = try LZ4.contentSize(input)
    }
    if let claim {
      guard let size = Int(exactly: claim) else { throw .corrupt }
      return size
    }
    return Int(try input.load(UInt32.self, at: input.byteCount - 4))
  }

  /// Decompresses `input` into the start of `output` and returns the number of bytes made.
  ///
  /// Bytes behind the compressed stream, such as Linux's trailing size, are ignored.
  ///
  /// - Throws: any `FormatError` but `.invalidImage`; `output` is then partly overwritten.
  public static func decompress(
    _ input: RawSpan, into output: inout MutableRawSpan, scratch: inout MutableRawSpan
  ) throws(FormatError) -> Int {
    switch try Compression(detecting: input) {
    case .none:
      let count = input.byteCount
      guard count <= output.byteCount else { throw .outputTooSmall }
      var window = try OutputWindow(output.whole(), start: 0, position: 0, limit: count)
      guard window.append(input, at: 0, count: count) else { throw .corrupt }
      return count
    case .gzip:
      return try GZIP.decompress(input, into: &output, scratch: &scratch).produced
    case .xz:
      return try XZ.decompress(input, into: &output, scratch: &scratch).produced
    case .zstd:
      return try Zstd.decompress(input, into: &output, scratch: &scratch).produced
    case .lz4:
      return try LZ4.decompress(input, into: &output).produced
    }
  }
}
