import XenStoreWire

/// Reads a stream or a dump record by record.
public struct StateReader {
  /// The version; nil for a dump of the OCaml daemon, which has none.
  public let version: StateVersion?
  /// Where the next record begins, in bytes.
  public private(set) var offset: Int
  private var isAtEnd = false
  /// Reads the lines of a dump; a stream does not need it.
  private var dump = DumpReader()

  /// Reads the beginning and finds out which of both it is.
  ///
  /// - Throws: `notAStream`, `unknownVersion`, `unknownFlags`.
  public init(_ stream: Span<UInt8>) throws(StateError) {
    if let start = DumpReader.start(of: stream) {
      version = nil
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
    if let node = try nextNode(in: stream) { return .node(node) }
    guard let version else {
      let record = try dump.next(in: stream, from: &offset)
      isAtEnd = record == nil
      return record
    }
    let type = try type(in: stream)
    let reader = try RecordReader(at: offset, in: stream, version)
    let record = try reader.read(type, stream)
    isAtEnd = type == RecordType.end.rawValue
    offset = reader.end
    if !isAtEnd, record == nil { throw StateError(.unknownType(type), at: reader.start) }
    return record
  }

  /// The next record if it is a node, in less time than `next`; nil if it is none, or none is left.
  ///
  /// - Parameter stream: the same bytes in every call.
  /// - Throws: what is wrong with the node, as `next` does.
  public mutating func nextNode(in stream: Span<UInt8>) throws(StateError) -> NodeRecord? {
    if isAtEnd { return nil }
    guard let version else { return try dump.nextNode(in: stream, from: &offset) }
    guard try type(in: stream) == RecordType.node.rawValue else { return nil }
    let reader = try RecordReader(at: offset, in: stream, version)
    let node = try reader.node(stream)
    offset = reader.end
    return node
  }

  /// The type of the next record.
  @inline(__always)
  private func type(in stream: Span<UInt8>) throws(StateError) -> UInt32 {
    guard offset <= stream.count &- Layout.recordHeader else {
      throw StateError(.truncated, at: offset)
    }
    return Layout.word(stream, offset)
  }

  /// Looks ahead at the nodes that come from here on.
  ///
  /// - Parameter body: is told of about one in 64 how many bytes its permissions, name and value are;
  ///   of none in a dump.
  /// - Returns: how many there are, at most.
  public func surveyNodes(in stream: Span<UInt8>, _ body: (Int) -> Void) -> Int {
    guard let version else { return DumpReader.countLines(in: stream.extracting(offset...)) }
    var count = 0
    var next = 0
    var at = offset
    while at <= stream.count &- Layout.recordHeader {
      if Layout.word(stream, at) == RecordType.node.rawValue {
        if count == next {
          if let node = try? RecordReader(at: at, in: stream, version).node(stream) {
            body(node.permissions.count &+ nameLength(node, stream) &+ node.value.count)
          }
          // At no fixed distance: a store may repeat itself.
          next &+= 1 &+ Int((UInt64(at) &* 0x9e37_79b9_7f4a_7c15) &>> 57)
        }
        count &+= 1
      }
      at = Layout.padded(at &+ Layout.recordHeader &+ Int(Layout.word(stream, at &+ 4)))
    }
    return count
  }

  private func nameLength(_ node: NodeRecord, _ stream: Span<UInt8>) -> Int {
    var name = node.path.upperBound
    while name > node.path.lowerBound, stream[name &- 1] != UInt8(ascii: "/") { name &-= 1 }
    return node.path.upperBound &- name
  }

  /// The bytes that the ranges of the last node refer to.
  @_lifetime(borrow self, copy stream)
  public func bytes(in stream: Span<UInt8>) -> Span<UInt8> {
    version == nil ? dump.text.span : stream
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
