/// Builds messages as a client sends them.
public enum RequestEncoding {
  /// Appends a message whose payload is these strings, each closed by a nul.
  public static func append(
    _ type: MessageType, requestID: UInt32 = 0, transactionID: UInt32 = 0, strings: [String],
    to bytes: inout [UInt8]
  ) {
    var payload: [UInt8] = []
    for string in strings {
      payload.append(contentsOf: string.utf8)
      payload.append(0)
    }
    append(
      type, requestID: requestID, transactionID: transactionID, payload: payload, to: &bytes)
  }

  /// Appends a message with this payload.
  public static func append(
    _ type: MessageType, requestID: UInt32 = 0, transactionID: UInt32 = 0, payload: [UInt8],
    to bytes: inout [UInt8]
  ) {
    MessageHeader(
      type: type.rawValue, requestID: requestID, transactionID: transactionID,
      length: UInt32(truncatingIfNeeded: payload.count)
    ).append(to: &bytes)
    bytes.append(contentsOf: payload)
  }
}
