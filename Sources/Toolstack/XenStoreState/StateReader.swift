import XenStoreWire

/// Reads a stream or a dump record by record.
public struct StateReader {
  /// The version; nil for a dump of the OCaml daemon, which has none.
  public let version: StateVersion?
  /// Where the next record begins, in bytes.
  public private(set) var offset: Int
  private var isAtEnd = false
  private var dump: DumpReader?

  /// Reads the beginning and finds out which of both it is.
  ///
  /// - Throws: `notAStream`, `unknownVersion`, `unknownFlags`.
  public init(_ stream: Span<UInt8>) throws(StateError) {
    if let start = DumpReader.start(of: stream) {
      version = nil
      dump = DumpReader()
      offset = start
      return
    }
    let ident = Array("xenstore".utf8)
    guard stream.count >= Layout.header else { throw StateError(.notAStream, at: 0) }
    for index in ident.indices where stream[index] != ident[index] {
      throw StateError(.notAStream, at: 0)
    }
    let number = Layout.word(stream, 8).byteSwapped
    guard let version = StateVersion(rawValue: number) else {
      throw StateError(.unknownVersion(number), at: 8)
    }
    let flags = Layout.word(stream, 12)
    guard flags == 0 else { throw StateError(.unknownFlags(flags), at: 12) }
    self.version = version
    offset = Layout.header
  }

  /// The next record; nil behind the last one.
  ///
  /// - Parameter stream: the same bytes in every call.
  /// - Throws: what is wrong with it. After `unknownType` and `badLine` the next call goes on behind
  ///   the record; after anything else it says the same again.
  public mutating func next(in stream: Span<UInt8>) throws(StateError) -> StateRecord? {
    if isAtEnd { return nil }
    if dump != nil {
      let record = try dump?.next(in: stream, from: &offset)
      isAtEnd = record == nil
      return record
    }
    let start = offset
    guard start <= stream.count &- Layout.recordHeader else {
      throw StateError(.truncated, at: start)
    }
    let type = Layout.word(stream, start)
    let length = Int(Layout.word(stream, start &+ 4))
    let body = start &+ Layout.recordHeader
    guard length <= stream.count &- body else { throw StateError(.truncated, at: start) }
    // The C daemons count the padding, the document does not.
    let end = min(Layout.padded(body &+ length), stream.count)
    let record = try RecordReader(start: start, end: end, version: version ?? .one).read(
      type, stream)
    offset = end
    isAtEnd = type == RecordType.end.rawValue
    if !isAtEnd, record == nil { throw StateError(.unknownType(type), at: start) }
    return record
  }

  /// How many nodes come from here on, at most.
  public func countNodes(in stream: Span<UInt8>) -> Int {
    // A line of a node has its path, permissions and more.
    if dump != nil { return (stream.count &- offset) / 20 }
    var count = 0
    var at = offset
    while at <= stream.count &- Layout.recordHeader {
      if Layout.word(stream, at) == RecordType.node.rawValue { count &+= 1 }
      at = Layout.padded(at &+ Layout.recordHeader &+ Int(Layout.word(stream, at &+ 4)))
    }
    return count
  }

  /// Hands out the bytes that the ranges of the last node refer to.
  public func withBytes<Result, Failure: Error>(
    in stream: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let dump else { return try body(stream) }
    return try body(dump.text.span)
  }
}

/// The numbers of the types of records.
enum RecordType: UInt32 {
  case end = 0
  case global = 1
  case connection = 2
  case watch = 3
  case transaction = 4
  case node = 5
  case quotas = 6
  case domain = 7
  case watchWithDepth = 8
}

/// Lengths and places in a stream, in bytes.
///
/// - Source: `tools/xenstored/xenstore_state.h`
enum Layout {
  static let header = 16
  static let recordHeader = 8
  static let connection = 24
  static let watch = 8
  static let watchWithDepth = 10
  static let node = 16
  static let quotas = 4
  static let domain = 8
  /// `DOMID_INVALID`.
  static let noDomain: UInt16 = 0x7ff4
  /// A connection's number of its domain follows its data (`XS_STATE_CONN_FIELDS_UNIQ_ID`).
  static let hasUniqueID: UInt16 = 1
  /// A watch of any depth, in a record that has one.
  static let anyDepth: UInt16 = 0xffff

  @inline(__always)
  static func padded(_ offset: Int) -> Int { (offset &+ 7) & ~7 }

  @inline(__always)
  static func half(_ bytes: Span<UInt8>, _ at: Int) -> UInt16 {
    UInt16(bytes[at]) | UInt16(bytes[at &+ 1]) &<< 8
  }

  @inline(__always)
  static func word(_ bytes: Span<UInt8>, _ at: Int) -> UInt32 {
    UInt32(half(bytes, at)) | UInt32(half(bytes, at &+ 2)) &<< 16
  }
}
