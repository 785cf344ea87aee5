/// A Linux bzImage: a real-mode setup part, then a protected-mode part that carries the compressed
/// kernel.
///
/// - Source: Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
public struct BzImage: Equatable, Sendable {
  /// The boot protocol version: major in the high byte, minor in the low one.
  public let protocolVersion: UInt16
  /// Where in the file the payload lies, its trailing size word included.
  public let payload: Range<Int>

  /// Whether `image` has a bzImage's boot signature and header magic ("HdrS").
  public static func isRecognized(_ image: RawSpan) -> Bool {
    guard let bootFlag = image.littleEndian(UInt16.self, at: 0x1FE),
      let magic = image.littleEndian(UInt32.self, at: 0x202)
    else { return false }
    return bootFlag == 0xAA55 && magic == 0x5372_6448
  }

  /// Finds the payload of `image`.
  ///
  /// - Throws: `FormatError.unknownFormat` when it is no bzImage, `.unsupported` for a protocol
  ///   before 2.08, which does not tell where the payload is, `.truncated`, `.corrupt`.
  public init(_ image: RawSpan) throws(FormatError) {
    guard Self.isRecognized(image) else { throw .unknownFormat }
    protocolVersion = try image.load(UInt16.self, at: 0x206)
    guard protocolVersion >= 0x0208 else { throw .unsupported }
    let sectors = try image.load(UInt8.self, at: 0x1F1)
    let offset = try image.load(UInt32.self, at: 0x248)
    let length = try image.load(UInt32.self, at: 0x24C)
    // Zero sectors means four, for the sake of very old boot loaders.
    let setupSize = (Int(sectors == 0 ? 4 : sectors) + 1) * 512
    let start = setupSize + Int(offset)
    guard length > 0 else { throw .corrupt }
    guard start + Int(length) <= image.byteCount else { throw .truncated }
    payload = start..<(start + Int(length))
  }
}
