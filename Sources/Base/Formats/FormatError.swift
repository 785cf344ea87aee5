/// Why bytes we were handed could not be decoded.
///
/// Every decoder of this module throws it; none traps, whatever the input.
public enum FormatError: Error, Equatable, Sendable {
  /// The input ends before the structure it announces does.
  case truncated
  /// The magic number at the start is not one this decoder knows.
  case unknownFormat
  /// The structure is well formed but uses a feature this decoder leaves out.
  case unsupported
  /// A field contradicts its specification or another field.
  case corrupt
  /// A checksum stored in the input differs from that of the decoded bytes.
  case checksumMismatch
  /// The decoded bytes do not fit the output buffer.
  case outputTooSmall
  /// The scratch buffer is smaller than the decoder's published size.
  case scratchTooSmall
  /// An ELF note or the image's layout asks for something no domain can be given.
  case invalidImage
}
