import XenStoreWire

/// Turns what was traced into lines.
///
///     2026-11-22T20:41:17.123456Z IN domain=5 connection=7 READ request=1 transaction=0 (name )
///
/// `IN`, `OUT`, `CREATE` and `DESTROY` and the names of types are the C daemon's; in a payload a nul
/// is a space, and what cannot be printed `\xNN`.
enum TraceText {
  /// The bytes of a payload that are shown.
  static let payload = 512

  /// Appends the lines of a record, whose messages begin at `position`.
  static func append(
    _ record: TraceRecord, _ bytes: Span<UInt8>, at position: Int, to text: inout [UInt8]
  ) {
    switch record.event {
    case .connected: appendHead(record, "CREATE", to: &text)
    case .disconnected: appendHead(record, "DESTROY", to: &text)
    case .received, .sent:
      appendMessages(
        record, bytes.extracting(position..<min(position &+ record.length, bytes.count)), to: &text)
      return
    }
    text.append(UInt8(ascii: "\n"))
  }

  private static func appendMessages(
    _ record: TraceRecord, _ bytes: Span<UInt8>, to text: inout [UInt8]
  ) {
    var position = 0
    while let header = MessageHeader(reading: bytes, at: position) {
      let start = position &+ MessageHeader.byteCount
      let end = min(start &+ Int(header.length), bytes.count)
      position = end
      let type = MessageType(rawValue: header.type)
      if !record.switches.contains(.reads), let type, type.onlyReads { continue }
      appendHead(record, record.event == .received ? "IN" : "OUT", to: &text)
      text.append(UInt8(ascii: " "))
      text.append(contentsOf: (type?.protocolName ?? "UNKNOWN").utf8)
      text.append(contentsOf: " request=".utf8)
      Decimal.append(UInt64(header.requestID), to: &text)
      text.append(contentsOf: " transaction=".utf8)
      Decimal.append(UInt64(header.transactionID), to: &text)
      text.append(contentsOf: " (".utf8)
      appendPayload(bytes.extracting(start..<end), to: &text)
      text.append(contentsOf: ")\n".utf8)
    }
  }

  private static func appendHead(_ record: TraceRecord, _ word: String, to text: inout [UInt8]) {
    record.time.append(to: &text)
    text.append(UInt8(ascii: " "))
    text.append(contentsOf: word.utf8)
    text.append(contentsOf: (record.isRing ? " domain=" : " socket of=").utf8)
    Decimal.append(UInt64(record.domain), to: &text)
    text.append(contentsOf: " connection=".utf8)
    Decimal.append(UInt64(record.connection), to: &text)
  }

  private static func appendPayload(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
    for index in 0..<min(bytes.count, payload) {
      let byte = bytes[index]
      switch byte {
      case 0: text.append(UInt8(ascii: " "))
      case UInt8(ascii: "\\"), 0x7F..., ..<0x20:
        text.append(contentsOf: "\\x".utf8)
        text.append(hexDigit(byte >> 4))
        text.append(hexDigit(byte & 15))
      default: text.append(byte)
      }
    }
    if bytes.count > payload { text.append(contentsOf: "...".utf8) }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ value &- 10
  }
}

extension MessageType {
  /// Whether it changes nothing.
  fileprivate var onlyReads: Bool {
    switch self {
    case .read, .directory, .directoryPart, .getPermissions: true
    default: false
    }
  }
}
