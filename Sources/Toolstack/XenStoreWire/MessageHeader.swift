/// What stands before every payload: four little-endian words.
///
///     0        4            8                12       16
///     | type   | request id | transaction id | length | payload ...
///
/// - Source: `xen/include/public/io/xs_wire.h` (`struct xsd_sockmsg`)
public struct MessageHeader: Hashable, BitwiseCopyable, Sendable {
  /// The header's own length in bytes.
  public static let byteCount = 16

  /// The message's type, which may be one we do not know.
  public var type: UInt32
  /// Chosen by the client and echoed; 0 in events.
  public var requestID: UInt32
  /// The transaction that the request belongs to; 0 for none.
  public var transactionID: UInt32
  /// The payload's length in bytes.
  public var length: UInt32

  /// Makes a header of these fields.
  @inlinable public init(type: UInt32, requestID: UInt32, transactionID: UInt32, length: UInt32) {
    self.type = type
    self.requestID = requestID
    self.transactionID = transactionID
    self.length = length
  }

  /// Reads the header at `offset`; nil when fewer than 16 bytes stand there.
  @inlinable public init?(reading bytes: Span<UInt8>, at offset: Int = 0) {
    guard offset >= 0, bytes.count >= Self.byteCount, offset <= bytes.count - Self.byteCount else {
      return nil
    }
    type = Self.word(bytes, offset)
    requestID = Self.word(bytes, offset &+ 4)
    transactionID = Self.word(bytes, offset &+ 8)
    length = Self.word(bytes, offset &+ 12)
  }

  /// Whether the payload is longer than the protocol allows: such a client is not served on.
  @inlinable public var isTooLong: Bool { length > UInt32(WireLimit.payload) }

  /// Appends the header's 16 bytes.
  @inlinable public func append(to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: Self.byteCount) { output in
      Self.append(type, to: &output)
      Self.append(requestID, to: &output)
      Self.append(transactionID, to: &output)
      Self.append(length, to: &output)
    }
  }

  @inlinable @inline(__always)
  static func word(_ bytes: Span<UInt8>, _ at: Int) -> UInt32 {
    UInt32(bytes[at]) | UInt32(bytes[at &+ 1]) << 8 | UInt32(bytes[at &+ 2]) << 16
      | UInt32(bytes[at &+ 3]) << 24
  }

  @inlinable @inline(__always)
  static func append(_ word: UInt32, to output: inout OutputSpan<UInt8>) {
    output.append(UInt8(truncatingIfNeeded: word))
    output.append(UInt8(truncatingIfNeeded: word >> 8))
    output.append(UInt8(truncatingIfNeeded: word >> 16))
    output.append(UInt8(truncatingIfNeeded: word >> 24))
  }
}
