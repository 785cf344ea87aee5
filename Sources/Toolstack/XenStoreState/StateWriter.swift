import XenStoreWire

/// Writes a stream record by record, as the C daemon of that version does.
public struct StateWriter {
  /// The version that is written.
  public let version: StateVersion
  /// The first `count` bytes are what is written so far and was not cleared yet.
  private var space: [UInt8] = []
  /// How many bytes are written so far and were not cleared yet.
  public private(set) var count = 0

  /// Writes the beginning.
  public init(version: StateVersion) {
    self.version = version
    append(Array("xenstore".utf8))
    append(version.rawValue.byteSwapped)
    append(0 as UInt32)
  }

  /// What is written so far and was not cleared yet.
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { space.span.extracting(0..<count) }
  }

  /// Forgets what is written so far, so that a long stream need not stand in memory at once.
  public mutating func clear() { count = 0 }

  /// Writes the end.
  public mutating func end() { finish(begin(.end)) }

  /// Writes what concerns the whole server.
  public mutating func append(_ record: GlobalRecord) {
    let start = begin(.global)
    append(UInt32(bitPattern: record.socket ?? -1))
    append(UInt32(bitPattern: record.eventChannels ?? -1))
    finish(start)
  }

  /// Writes a connection.
  ///
  /// - Throws: `doesNotFit` when it holds more than 65,535 unread bytes, or 4 GiB unsent.
  public mutating func append(_ record: ConnectionRecord) throws(StateError) {
    guard let unread = UInt16(exactly: record.unread.count),
      let partial = UInt16(exactly: record.partialReply),
      let unsent = UInt32(exactly: record.unsent.count), record.partialReply <= record.unsent.count
    else { throw StateError(.doesNotFit, at: count) }
    let start = begin(.connection)
    append(record.id)
    let fields = record.uniqueID == nil ? 0 : Layout.hasUniqueID
    switch record.kind {
    case .ring(let ring):
      append(0 as UInt16)
      append(fields)
      append(ring.domain.rawValue)
      append(ring.target?.rawValue ?? Layout.noDomain)
      append(ring.port ?? 0)
    case .socket(let descriptor):
      append(1 as UInt16)
      append(fields)
      append(UInt32(bitPattern: descriptor))
      append(0 as UInt32)
    }
    append(unread)
    append(partial)
    append(unsent)
    append(record.unread)
    append(record.unsent)
    if let uniqueID = record.uniqueID {
      pad(from: start)
      append(UInt32(truncatingIfNeeded: uniqueID))
      append(UInt32(truncatingIfNeeded: uniqueID &>> 32))
    }
    finish(start)
  }

  /// Writes a watch. Version 1 has no depth: the watch then counts all levels.
  ///
  /// - Throws: `doesNotFit` when the path or the token is longer than 65,534 bytes.
  public mutating func append(_ record: WatchRecord) throws(StateError) {
    guard let path = UInt16(exactly: record.path.count &+ 1),
      let token = UInt16(exactly: record.token.count &+ 1)
    else { throw StateError(.doesNotFit, at: count) }
    let depth = version == .one ? nil : record.depth
    let start = begin(depth == nil ? .watch : .watchWithDepth)
    append(record.connection)
    append(path)
    append(token)
    if let depth { append(depth) }
    append(record.path)
    append(0 as UInt8)
    append(record.token)
    append(0 as UInt8)
    finish(start)
  }

  /// Writes an open transaction.
  public mutating func append(_ record: TransactionRecord) {
    let start = begin(.transaction)
    append(record.connection)
    append(record.id)
    finish(start)
  }

  /// Writes the quotas that domains begin with. Version 1 of the C daemon has none, but ignores
  /// records that it does not know.
  ///
  /// - Throws: `doesNotFit` when there are more than 65,535.
  public mutating func append(quotas: [QuotaRecord]) throws(StateError) {
    guard let count = UInt16(exactly: quotas.count) else {
      throw StateError(.doesNotFit, at: self.count)
    }
    let start = begin(.quotas)
    append(count)
    append(0 as UInt16)
    write(quotas)
    finish(start)
  }

  /// Writes what is known of a domain.
  ///
  /// - Throws: `doesNotFit` when it has more than 65,535 quotas.
  public mutating func append(_ record: DomainRecord) throws(StateError) {
    guard let count = UInt16(exactly: record.quotas.count) else {
      throw StateError(.doesNotFit, at: self.count)
    }
    let start = begin(.domain)
    append(record.domain.rawValue)
    append(count)
    let features = version == .one ? 0 : record.features?.rawValue ?? 0
    append(features)
    write(record.quotas)
    finish(start)
  }

  private mutating func write(_ quotas: [QuotaRecord]) {
    for quota in quotas { append(quota.value) }
    for quota in quotas {
      append(quota.name)
      append(0 as UInt8)
    }
  }

  // MARK: Nodes

  /// Writes a node of the store.
  ///
  /// - Parameters:
  ///   - path: the absolute path, or a name that begins with `@`.
  ///   - permissions: at least one, of the owner.
  /// - Throws: `doesNotFit` when a length needs more than 16 bits; nothing is written then.
  public mutating func appendNode(
    path: Span<UInt8>, permissions: [StatePermission], value: Span<UInt8>
  ) throws(StateError) {
    try appendNode(
      TransactionRecord(connection: 0, id: 0), [], path: path, permissions: permissions,
      value: value)
  }

  /// Writes a node of an open transaction; one without permissions was removed in it.
  ///
  /// - Throws: `doesNotFit` when a length needs more than 16 bits; nothing is written then.
  @inline(__always)
  public mutating func appendNode(
    _ transaction: TransactionRecord, _ accesses: NodeRecord.Accesses, path: Span<UInt8>,
    permissions: [StatePermission], value: Span<UInt8>
  ) throws(StateError) {
    guard path.count < 0xffff, value.count <= 0xffff, permissions.count <= 0xffff else {
      throw StateError(.doesNotFit, at: count)
    }
    let body = Layout.node &+ permissions.count &* 4 &+ path.count &+ 1 &+ value.count
    let length = Layout.padded(body)
    makeRoom(Layout.recordHeader &+ length)
    // There are many nodes: their records are put together in place.
    var at = count
    let end = at &+ Layout.recordHeader &+ length
    count = end
    var output = space.mutableSpan
    Layout.put(RecordType.node.rawValue, &output, &at)
    Layout.put(UInt32(truncatingIfNeeded: length), &output, &at)
    Layout.put(transaction.connection, &output, &at)
    Layout.put(transaction.id, &output, &at)
    Layout.put(path.count &+ 1, value.count, &output, &at)
    Layout.put(Int(accesses.rawValue), permissions.count, &output, &at)
    for entry in permissions {
      let flags = entry.isStale ? 0x100 : 0
      let letter = Int(entry.permission.access.letter)
      Layout.put(letter | flags, Int(entry.permission.domain.rawValue), &output, &at)
    }
    Layout.put(path, &output, &at)
    output[at] = 0
    at &+= 1
    Layout.put(value, &output, &at)
    while at < end {
      output[at] = 0
      at &+= 1
    }
  }

  // MARK: Bytes

  private mutating func begin(_ type: RecordType) -> Int {
    let start = count
    append(type.rawValue)
    append(0 as UInt32)
    return start
  }

  /// Pads a record and sets its length.
  private mutating func finish(_ start: Int) {
    pad(from: start)
    let length = UInt32(truncatingIfNeeded: count &- start &- Layout.recordHeader)
    var at = start &+ 4
    var output = space.mutableSpan
    Layout.put(length, &output, &at)
  }

  private mutating func pad(from start: Int) {
    while (count &- start) & 7 != 0 { append(0 as UInt8) }
  }

  private mutating func append(_ byte: UInt8) {
    makeRoom(1)
    space[count] = byte
    count &+= 1
  }

  private mutating func append(_ bytes: [UInt8]) {
    makeRoom(bytes.count)
    var at = count
    count = at &+ bytes.count
    var output = space.mutableSpan
    Layout.put(bytes.span, &output, &at)
  }

  private mutating func append(_ half: UInt16) {
    append(UInt8(truncatingIfNeeded: half))
    append(UInt8(truncatingIfNeeded: half &>> 8))
  }

  private mutating func append(_ word: UInt32) {
    makeRoom(4)
    var at = count
    count = at &+ 4
    var output = space.mutableSpan
    Layout.put(word, &output, &at)
  }

  @inline(__always)
  private mutating func makeRoom(_ bytes: Int) {
    if space.count &- count < bytes { grow(bytes) }
  }

  @inline(never)
  private mutating func grow(_ bytes: Int) {
    space.append(contentsOf: repeatElement(0, count: max(bytes, space.count, 4096)))
  }
}
