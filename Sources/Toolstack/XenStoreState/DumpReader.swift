import XenStoreWire

/// Reads the text dump of the OCaml daemon, a line at a time. Strings stand in it as hexadecimal
/// digits, so they are decoded into `text`, which the ranges of the last node refer to.
///
///     $xenstored-dump-format
///     global,SOCKET
///     evtchn-dev,DESCRIPTOR,PORT
///     socket,DESCRIPTOR
///     dom,DOMAIN,FRAME,REMOTE PORT,PORT
///     watch,DOMAIN or -DESCRIPTOR,PATH,TOKEN
///     store,PATH,PERMISSIONS,VALUE
///
/// - Source: `tools/ocaml/xenstored/xenstored.ml` (`DB`), `connection.ml`, `domain.ml`, `event.ml`
struct DumpReader {
  private(set) var text: [UInt8] = []
  /// The numbers that we gave the connections of domains, and to those on sockets, by descriptor.
  private var connections: [Int64: UInt32] = [:]

  private static let header = Array("$xenstored-dump-format\n".utf8)

  /// Where the first line begins; nil when this is no dump.
  static func start(of stream: Span<UInt8>) -> Int? {
    guard stream.count >= header.count else { return nil }
    for index in header.indices where stream[index] != header[index] { return nil }
    return header.count
  }

  /// How many lines there are: hardly more than nodes.
  static func countLines(in stream: Span<UInt8>) -> Int {
    var count = 0
    for index in 0..<stream.count where stream[index] == UInt8(ascii: "\n") { count &+= 1 }
    return count
  }

  /// Reads the next line, which is not a node's; nil behind the last one.
  mutating func next(
    in stream: Span<UInt8>, from offset: inout Int
  ) throws(StateError) -> StateRecord? {
    let start = offset
    guard start < stream.count else { return nil }
    var fields: [Range<Int>] = []
    var field = start
    var end = start
    while end < stream.count, stream[end] != UInt8(ascii: "\n") {
      if stream[end] == UInt8(ascii: ",") {
        fields.append(field..<end)
        field = end &+ 1
      }
      end &+= 1
    }
    // The last line is closed, too: without that it was cut off.
    guard end < stream.count else { throw StateError(.truncated, at: start) }
    fields.append(field..<end)
    offset = end &+ 1
    do throws(LineError) {
      return try read(stream, fields)
    } catch {
      let reason: StateError.Reason = error == .unknownConnection ? .unknownConnection : .badLine
      throw StateError(reason, at: start)
    }
  }

  private enum LineError: Error {
    case malformed
    case unknownConnection
  }

  private mutating func read(
    _ stream: Span<UInt8>, _ fields: [Range<Int>]
  ) throws(LineError) -> StateRecord {
    switch (name(stream, fields[0]), fields.count) {
    case ("watch", 4):
      guard let id = connections[try number(stream, fields[1])] else { throw .unknownConnection }
      let path = try string(stream, fields[2])
      return .watch(WatchRecord(connection: id, path: path, token: try string(stream, fields[3])))
    case ("dom", 4...):
      guard let domain = UInt16(exactly: try number(stream, fields[1])),
        let frame = UInt64(exactly: try number(stream, fields[2])),
        let remote = UInt32(exactly: try number(stream, fields[3]))
      else { throw .malformed }
      var port: UInt32?
      if fields.count > 4 { port = UInt32(exactly: try number(stream, fields[4])) }
      let ring = ConnectionRecord.Ring(
        domain: DomainID(rawValue: domain), port: port, frame: frame, remotePort: remote)
      return .connection(ConnectionRecord(id: give(Int64(domain)), kind: .ring(ring)))
    case ("socket", 2):
      let descriptor = try descriptor(stream, fields[1])
      return .connection(
        ConnectionRecord(id: give(-Int64(descriptor)), kind: .socket(descriptor)))
    case ("global", 2...):
      // Older daemons name a second socket, for reading only, which nobody uses.
      let socket = try number(stream, fields[1])
      return .global(
        GlobalRecord(socket: socket < 0 ? nil : Int32(exactly: socket), eventChannels: nil))
    case ("evtchn-dev", 3):
      guard let port = UInt32(exactly: try number(stream, fields[2])) else { throw .malformed }
      return .global(
        GlobalRecord(
          socket: nil, eventChannels: try descriptor(stream, fields[1]), exceptionPort: port))
    default: throw .malformed
    }
  }

  private mutating func give(_ key: Int64) -> UInt32 {
    let id = UInt32(truncatingIfNeeded: connections.count &+ 1)
    connections[key] = id
    return id
  }

  private func name(_ stream: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: [UInt8](copying: stream.extracting(range)), as: UTF8.self)
  }

  private func number(_ stream: Span<UInt8>, _ range: Range<Int>) throws(LineError) -> Int64 {
    let isNegative = !range.isEmpty && stream[range.lowerBound] == UInt8(ascii: "-")
    let digits = isNegative ? range.dropFirst() : range
    guard let value = Decimal.parse(stream, digits), let number = Int64(exactly: value) else {
      throw .malformed
    }
    return isNegative ? -number : number
  }

  private func descriptor(_ stream: Span<UInt8>, _ range: Range<Int>) throws(LineError) -> Int32 {
    guard let number = Int32(exactly: try number(stream, range)), number >= 0 else {
      throw .malformed
    }
    return number
  }

  // MARK: Strings

  private func string(_ stream: Span<UInt8>, _ range: Range<Int>) throws(LineError) -> [UInt8] {
    var bytes: [UInt8] = []
    var offset = range.lowerBound
    decode(stream, from: &offset, into: &bytes)
    guard offset == range.upperBound, !bytes.isEmpty, !bytes.contains(0) else { throw .malformed }
    return bytes
  }

  /// What a byte is as a hexadecimal digit; 0xff when it is none.
  private let digits: [UInt8] = (0...UInt8.max).map { byte in
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: 0xff
    }
  }

  /// Appends the bytes whose digits stand there, up to the first pair that is none.
  @inline(__always)
  private func decode(
    _ stream: Span<UInt8>, from offset: inout Int, into bytes: inout [UInt8]
  ) {
    let digits = digits.span
    // Then the compiler sees that every byte has its place in the table.
    precondition(digits.count == 256)
    var at = offset
    var isDone = false
    while !isDone {
      bytes.append(addingCapacity: 64) { output in
        while output.freeCapacity > 0 {
          guard at &+ 1 < stream.count else { break }
          let (high, low) = (digits[Int(stream[at])], digits[Int(stream[at &+ 1])])
          guard (high | low) & 0x80 == 0 else { break }
          output.append(high &<< 4 | low)
          at &+= 2
        }
        isDone = output.freeCapacity > 0
      }
    }
    offset = at
  }

  // MARK: Nodes

  // A dump is nodes for the most part, so their lines are read in one go.

  private static let nodePrefix = 6

  /// Whether a line begins with `store,`.
  @inline(__always)
  private static func isNode(_ stream: Span<UInt8>, at start: Int) -> Bool {
    guard stream.count &- start >= nodePrefix else { return false }
    return stream[start] == UInt8(ascii: "s") && stream[start &+ 1] == UInt8(ascii: "t")
      && stream[start &+ 2] == UInt8(ascii: "o") && stream[start &+ 3] == UInt8(ascii: "r")
      && stream[start &+ 4] == UInt8(ascii: "e") && stream[start &+ 5] == UInt8(ascii: ",")
  }

  /// Reads the next line if it is a node's; nil if it is none, or none is left.
  mutating func nextNode(
    in stream: Span<UInt8>, from offset: inout Int
  ) throws(StateError) -> NodeRecord? {
    guard Self.isNode(stream, at: offset) else { return nil }
    var end = offset &+ Self.nodePrefix
    if let node = nodeFields(stream, from: &end) {
      offset = end &+ 1
      return node
    }
    while end < stream.count, stream[end] != UInt8(ascii: "\n") { end &+= 1 }
    guard end < stream.count else { throw StateError(.truncated, at: offset) }
    defer { offset = end &+ 1 }
    throw StateError(.badLine, at: offset)
  }

  /// Reads the fields of a node up to the end of the line; nil when they make no sense, with an
  /// offset that is not beyond the end.
  private mutating func nodeFields(
    _ stream: Span<UInt8>, from offset: inout Int
  ) -> NodeRecord? {
    text.removeAll(keepingCapacity: true)
    // Special names stand there as children of the root, the root itself with no name or a slash.
    var path = 0
    guard field(stream, from: &offset, endsWith: UInt8(ascii: ",")) else { return nil }
    offset &+= 1
    if text.count > 1, text[0] == UInt8(ascii: "/"),
      text[1] == UInt8(ascii: "@") || text[1] == UInt8(ascii: "/")
    {
      path = 1
    }
    if text.isEmpty { text.append(UInt8(ascii: "/")) }
    let pathEnd = text.count
    guard field(stream, from: &offset, endsWith: UInt8(ascii: ",")) else { return nil }
    offset &+= 1
    guard let permissions = takePermissions(from: pathEnd),
      field(stream, from: &offset, endsWith: UInt8(ascii: "\n"))
    else { return nil }
    return NodeRecord(
      connection: 0, transaction: 0, accesses: [], path: path..<pathEnd,
      value: permissions.upperBound..<text.count, permissions: permissions)
  }

  /// Decodes a field into the text; false when it does not end so.
  private mutating func field(
    _ stream: Span<UInt8>, from offset: inout Int, endsWith byte: UInt8
  ) -> Bool {
    var bytes: [UInt8] = []
    swap(&bytes, &text)
    decode(stream, from: &offset, into: &bytes)
    swap(&bytes, &text)
    return offset < stream.count && stream[offset] == byte
  }

  /// Puts the permissions that stand in the text behind it as a stream has them; nil when they make
  /// no sense.
  private mutating func takePermissions(from start: Int) -> Range<Int>? {
    if text.last != 0 { text.append(0) }
    let words = text.count
    var strings = Strings(at: start)
    while let range = strings.next(in: text.span) {
      guard let entry = try? Permission(reading: text.span, range) else { return nil }
      text.append(entry.access.letter)
      text.append(0)
      text.append(UInt8(truncatingIfNeeded: entry.domain.rawValue))
      text.append(UInt8(truncatingIfNeeded: entry.domain.rawValue &>> 8))
      if range.upperBound &+ 1 >= words { break }
    }
    return text.count > words ? words..<text.count : nil
  }
}
