/// A domain's kernel as it lies in a boot module: an ELF image, alone, compressed, or inside a
/// bzImage.
public enum KernelPayload {
  /// The scratch bytes `decompress` needs, whatever the compression.
  public static let scratchByteCount = 196_608

  /// How a payload is packed.
  public enum Compression: Equatable, Sendable {
    /// Not at all: an ELF image.
    case none
    /// The XZ container.
    case xz

    /// Tells the compression by the magic number `input` starts with.
    ///
    /// - Throws: `FormatError.unknownFormat`.
    public init(detecting input: RawSpan) throws(FormatError) {
      if input.starts(with: "\u{7F}ELF") {
        self = .none
      } else if XZ.isRecognized(input) {
        self = .xz
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
  /// Linux ends each compressed payload with this number, little-endian, where the format does not
  /// already do so; the claim is not to be trusted beyond sizing the output buffer.
  ///
  /// - Throws: `FormatError.unknownFormat`, `.truncated`.
  public static func uncompressedSize(_ input: RawSpan) throws(FormatError) -> Int {
    switch try Compression(detecting: input) {
    case .none: input.byteCount
    case .xz: Int(try input.load(UInt32.self, at: input.byteCount - 4))
    }
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
    case .xz:
      return try XZ.decompress(input, into: &output, scratch: &scratch).produced
    }
  }
}
