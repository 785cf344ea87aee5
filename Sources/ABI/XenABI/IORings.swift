// Rings of the console and of xenstore.
//
// Source: xen/io/console.h, xen/io/xs_wire.h.

/// The console ring page (`struct xencons_interface`).
///
/// Positions run freely; mask them with the size.
public struct ConsoleRing: BitwiseCopyable, Sendable {
  /// Bytes to the guest (`in`).
  public var input: InlineArray<1024, UInt8> = InlineArray(repeating: 0)
  /// Bytes from the guest (`out`).
  public var output: InlineArray<2048, UInt8> = InlineArray(repeating: 0)
  /// Read position of input (`in_cons`).
  public var inputConsumer: UInt32 = 0
  /// Write position of input (`in_prod`).
  public var inputProducer: UInt32 = 0
  /// Read position of output (`out_cons`).
  public var outputConsumer: UInt32 = 0
  /// Write position of output (`out_prod`).
  public var outputProducer: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    input: InlineArray<1024, UInt8> = InlineArray(repeating: 0),
    output: InlineArray<2048, UInt8> = InlineArray(repeating: 0), inputConsumer: UInt32 = 0,
    inputProducer: UInt32 = 0, outputConsumer: UInt32 = 0, outputProducer: UInt32 = 0
  ) {
    self.input = input
    self.output = output
    self.inputConsumer = inputConsumer
    self.inputProducer = inputProducer
    self.outputConsumer = outputConsumer
    self.outputProducer = outputProducer
  }
}

/// Byte offsets in `ConsoleRing`.
public enum ConsoleRingLayout {
  /// Byte offset of the input bytes (`in`).
  public static var input: Int { 0x0 }
  /// Byte offset of the output bytes (`out`).
  public static var output: Int { 0x400 }
  /// Byte offset of the read position of input (`in_cons`).
  public static var inputConsumer: Int { 0xC00 }
  /// Byte offset of the write position of input (`in_prod`).
  public static var inputProducer: Int { 0xC04 }
  /// Byte offset of the read position of output (`out_cons`).
  public static var outputConsumer: Int { 0xC08 }
  /// Byte offset of the write position of output (`out_prod`).
  public static var outputProducer: Int { 0xC0C }
  /// Size of the structure in bytes.
  public static var size: Int { 3088 }
}

/// The xenstore ring page (`struct xenstore_domain_interface`).
///
/// Positions run freely; mask them with the size.
public struct XenstoreRing: BitwiseCopyable, Sendable {
  /// Bytes to xenstore (`req`).
  public var requests: InlineArray<1024, UInt8> = InlineArray(repeating: 0)
  /// Bytes from xenstore (`rsp`).
  public var replies: InlineArray<1024, UInt8> = InlineArray(repeating: 0)
  /// Read position of requests (`req_cons`).
  public var requestConsumer: UInt32 = 0
  /// Write position of requests (`req_prod`).
  public var requestProducer: UInt32 = 0
  /// Read position of replies (`rsp_cons`).
  public var replyConsumer: UInt32 = 0
  /// Write position of replies (`rsp_prod`).
  public var replyProducer: UInt32 = 0
  /// `XenstoreServerFeatures` (`server_features`).
  public var serverFeatures: UInt32 = 0
  /// `XenstoreConnection` (`connection`).
  public var connection: UInt32 = 0
  /// `XenstoreRingError` (`error`).
  public var error: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    requests: InlineArray<1024, UInt8> = InlineArray(repeating: 0),
    replies: InlineArray<1024, UInt8> = InlineArray(repeating: 0), requestConsumer: UInt32 = 0,
    requestProducer: UInt32 = 0, replyConsumer: UInt32 = 0, replyProducer: UInt32 = 0,
    serverFeatures: UInt32 = 0, connection: UInt32 = 0, error: UInt32 = 0
  ) {
    self.requests = requests
    self.replies = replies
    self.requestConsumer = requestConsumer
    self.requestProducer = requestProducer
    self.replyConsumer = replyConsumer
    self.replyProducer = replyProducer
    self.serverFeatures = serverFeatures
    self.connection = connection
    self.error = error
  }
}

/// Byte offsets in `XenstoreRing`.
public enum XenstoreRingLayout {
  /// Byte offset of the requests (`req`).
  public static var requests: Int { 0x0 }
  /// Byte offset of the replies (`rsp`).
  public static var replies: Int { 0x400 }
  /// Byte offset of the read position of requests (`req_cons`).
  public static var requestConsumer: Int { 0x800 }
  /// Byte offset of the write position of requests (`req_prod`).
  public static var requestProducer: Int { 0x804 }
  /// Byte offset of the read position of replies (`rsp_cons`).
  public static var replyConsumer: Int { 0x808 }
  /// Byte offset of the write position of replies (`rsp_prod`).
  public static var replyProducer: Int { 0x80C }
  /// Byte offset of the server's features (`server_features`).
  public static var serverFeatures: Int { 0x810 }
  /// Byte offset of the connection's state (`connection`).
  public static var connection: Int { 0x814 }
  /// Byte offset of the error (`error`).
  public static var error: Int { 0x818 }
  /// Size of the structure in bytes.
  public static var size: Int { 2076 }
}

/// Limits of the xenstore protocol, in bytes.
public enum XenstoreLimits {
  /// Half of the ring (`XENSTORE_RING_SIZE`).
  public static var ringSize: Int { 1024 }
  /// Payload of a message (`XENSTORE_PAYLOAD_MAX`).
  public static var payload: Int { 4096 }
  /// Absolute path (`XENSTORE_ABS_PATH_MAX`).
  public static var absolutePath: Int { 3072 }
  /// Relative path (`XENSTORE_REL_PATH_MAX`).
  public static var relativePath: Int { 2048 }
}

/// Bits of `XenstoreRing.serverFeatures`.
public enum XenstoreServerFeatures {
  /// A guest may reconnect (`XENSTORE_SERVER_FEATURE_RECONNECTION`).
  public static var reconnection: UInt32 { 1 }
  /// The error field is used (`XENSTORE_SERVER_FEATURE_ERROR`).
  public static var error: UInt32 { 2 }
}

/// State of the connection.
public enum XenstoreConnection {
  /// Connected (`XENSTORE_CONNECTED`).
  public static var connected: UInt32 { 0 }
  /// Reconnection in progress (`XENSTORE_RECONNECT`).
  public static var reconnect: UInt32 { 1 }
}

/// Why xenstore stopped reading a ring.
public enum XenstoreRingError {
  /// No error (`XENSTORE_ERROR_NONE`).
  public static var none: UInt32 { 0 }
  /// Communication problem (`XENSTORE_ERROR_COMM`).
  public static var communication: UInt32 { 1 }
  /// Invalid position (`XENSTORE_ERROR_RINGIDX`).
  public static var ringIndex: UInt32 { 2 }
  /// Protocol violation (`XENSTORE_ERROR_PROTO`).
  public static var protocolViolation: UInt32 { 3 }
}
