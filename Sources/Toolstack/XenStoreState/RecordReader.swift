import XenStoreWire

/// Reads the body of one record of a stream; nothing behind its end is looked at.
struct RecordReader {
  /// Where the record begins.
  let start: Int
  /// Where the next record begins.
  let end: Int
  let version: StateVersion

  private var body: Int { start &+ Layout.recordHeader }

  /// Finds the end of the record whose header stands there.
  ///
  /// - Throws: `truncated` when its body is not all there.
  @inline(__always)
  init(at start: Int, in stream: Span<UInt8>, _ version: StateVersion) throws(StateError) {
    let length = Int(Layout.word(stream, start &+ 4))
    let body = start &+ Layout.recordHeader
    guard length <= stream.count &- body else { throw StateError(.truncated, at: start) }
    self.start = start
    // The C daemons count the padding, the document does not.
    end = min(Layout.padded(body &+ length), stream.count)
    self.version = version
  }

  /// Reads a record of that type; nil when it is the end, or of a type that we do not know.
  ///
  /// - Throws: what is wrong with it.
  func read(_ type: UInt32, _ stream: Span<UInt8>) throws(StateError) -> StateRecord? {
    switch RecordType(rawValue: type) {
    case .node: .node(try node(stream))
    case .end, nil: nil
    case .global: .global(try global(stream))
    case .connection: .connection(try connection(stream))
    case .watch: .watch(try watch(stream, hasDepth: false))
    case .watchWithDepth: .watch(try watch(stream, hasDepth: true))
    case .transaction: .transaction(try transaction(stream))
    case .quotas: .quotas(try quotas(stream))
    case .domain: .domain(try domain(stream))
    }
  }

  @inline(__always)
  private func need(_ length: Int) throws(StateError) {
    guard length <= end &- body else { throw StateError(.tooShort, at: start) }
  }

  /// Reads a node.
  ///
  /// - Throws: what is wrong with it.
  @inline(__always)
  func node(_ stream: Span<UInt8>) throws(StateError) -> NodeRecord {
    try need(Layout.node)
    let pathLength = Int(Layout.half(stream, body &+ 8))
    let valueLength = Int(Layout.half(stream, body &+ 10))
    let count = Int(Layout.half(stream, body &+ 14))
    try need(Layout.node &+ count &* 4 &+ pathLength &+ valueLength)
    let permissions = body &+ Layout.node
    let path = permissions &+ count &* 4
    let value = path &+ pathLength
    guard pathLength > 1, stream[value &- 1] == 0 else { throw StateError(.badString, at: start) }
    let connection = Layout.word(stream, body)
    guard count > 0 || connection != 0 else { throw StateError(.badPermissions, at: start) }
    for index in 0..<count where Access(letter: stream[permissions &+ index &* 4]) == nil {
      throw StateError(.badPermissions, at: start)
    }
    return NodeRecord(
      connection: connection, transaction: Layout.word(stream, body &+ 4),
      accesses: NodeRecord.Accesses(rawValue: Layout.half(stream, body &+ 12)),
      path: path..<value &- 1, value: value..<value &+ valueLength, permissions: permissions..<path)
  }

  private func global(_ stream: Span<UInt8>) throws(StateError) -> GlobalRecord {
    try need(8)
    return GlobalRecord(
      socket: descriptor(Layout.word(stream, body)),
      eventChannels: descriptor(Layout.word(stream, body &+ 4)))
  }

  private func descriptor(_ word: UInt32) -> Int32? {
    let number = Int32(bitPattern: word)
    return number >= 0 ? number : nil
  }

  private func connection(_ stream: Span<UInt8>) throws(StateError) -> ConnectionRecord {
    try need(Layout.connection)
    let input = Int(Layout.half(stream, body &+ 16))
    let partial = Int(Layout.half(stream, body &+ 18))
    let output = Int(Layout.word(stream, body &+ 20))
    let data = body &+ Layout.connection
    try need(Layout.connection &+ input &+ output)
    guard partial <= output else { throw StateError(.tooShort, at: start) }
    var uniqueID: UInt64?
    if Layout.half(stream, body &+ 6) & Layout.hasUniqueID != 0 {
      let at = Layout.padded(data &+ input &+ output)
      try need(at &- body &+ 8)
      uniqueID =
        UInt64(Layout.word(stream, at)) | UInt64(Layout.word(stream, at &+ 4)) &<< 32
    }
    return ConnectionRecord(
      id: Layout.word(stream, body), kind: try kind(stream),
      unread: bytes(stream, data..<data &+ input),
      unsent: bytes(stream, data &+ input..<data &+ input &+ output), partialReply: partial,
      uniqueID: uniqueID)
  }

  private func kind(_ stream: Span<UInt8>) throws(StateError) -> ConnectionRecord.Kind {
    switch Layout.half(stream, body &+ 4) {
    case 0:
      let target = Layout.half(stream, body &+ 10)
      return .ring(
        ConnectionRecord.Ring(
          domain: DomainID(rawValue: Layout.half(stream, body &+ 8)),
          target: target == Layout.noDomain ? nil : DomainID(rawValue: target),
          port: Layout.word(stream, body &+ 12)))
    case 1: return .socket(Int32(bitPattern: Layout.word(stream, body &+ 8)))
    case let other: throw StateError(.unknownConnectionType(other), at: start)
    }
  }

  private func watch(_ stream: Span<UInt8>, hasDepth: Bool) throws(StateError) -> WatchRecord {
    try need(hasDepth ? Layout.watchWithDepth : Layout.watch)
    let pathLength = Int(Layout.half(stream, body &+ 4))
    let tokenLength = Int(Layout.half(stream, body &+ 6))
    var depth: UInt16?
    var path = body &+ Layout.watch
    if hasDepth {
      let number = Layout.half(stream, body &+ 8)
      depth = number == Layout.anyDepth ? nil : number
      path = body &+ Layout.watchWithDepth
      // The document pads the depth to four bytes, the C daemon does not; no path begins with a nul.
      if path &+ 1 < end, stream[path] == 0, stream[path &+ 1] == 0 { path &+= 2 }
    }
    try need(path &- body &+ pathLength &+ tokenLength)
    return WatchRecord(
      connection: Layout.word(stream, body),
      path: try string(stream, path..<path &+ pathLength),
      token: try string(stream, path &+ pathLength..<path &+ pathLength &+ tokenLength),
      depth: depth)
  }

  private func transaction(_ stream: Span<UInt8>) throws(StateError) -> TransactionRecord {
    try need(8)
    return TransactionRecord(
      connection: Layout.word(stream, body), id: Layout.word(stream, body &+ 4))
  }

  private func quotas(_ stream: Span<UInt8>) throws(StateError) -> [QuotaRecord] {
    try need(Layout.quotas)
    // Those of domains, then those of the whole server: names are enough to tell them apart.
    let count = Int(Layout.half(stream, body)) &+ Int(Layout.half(stream, body &+ 2))
    return try quotas(stream, at: Layout.quotas, count)
  }

  private func domain(_ stream: Span<UInt8>) throws(StateError) -> DomainRecord {
    try need(Layout.domain)
    let count = Int(Layout.half(stream, body &+ 2))
    let features = ServerFeatures(rawValue: Layout.word(stream, body &+ 4))
    return DomainRecord(
      domain: DomainID(rawValue: Layout.half(stream, body)),
      features: version == .one ? nil : features,
      quotas: try quotas(stream, at: Layout.domain, count))
  }

  private func quotas(
    _ stream: Span<UInt8>, at offset: Int, _ count: Int
  ) throws(StateError) -> [QuotaRecord] {
    try need(offset &+ count &* 4)
    var found: [QuotaRecord] = []
    var name = body &+ offset &+ count &* 4
    for index in 0..<count {
      var nul = name
      while nul < end, stream[nul] != 0 { nul &+= 1 }
      guard nul < end else { throw StateError(.badString, at: start) }
      found.append(
        QuotaRecord(
          bytes(stream, name..<nul), Layout.word(stream, body &+ offset &+ index &* 4)))
      name = nul &+ 1
    }
    return found
  }

  /// The bytes of a string that is closed by its only nul.
  private func string(
    _ stream: Span<UInt8>, _ range: Range<Int>
  ) throws(StateError) -> [UInt8] {
    guard !range.isEmpty else { throw StateError(.badString, at: start) }
    let text = range.lowerBound..<range.upperBound &- 1
    guard stream[text.upperBound] == 0 else { throw StateError(.badString, at: start) }
    for index in text where stream[index] == 0 { throw StateError(.badString, at: start) }
    return bytes(stream, text)
  }

  private func bytes(_ stream: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    Array(copying: stream.extracting(range))
  }
}

extension [UInt8] {
  /// Copies the bytes of a span.
  init(copying span: Span<UInt8>) {
    self.init(capacity: span.count) { output in
      for index in span.indices { output.append(span[index]) }
    }
  }
}
