import XenStoreWire

/// Writes a stream record by record, as the C daemon of that version does.
public struct StateWriter {
  /// The version that is written.
  public let version: StateVersion
  /// What is written so far and was not taken yet.
  public private(set) var bytes: [UInt8] = []

  /// Writes the beginning.
  public init(version: StateVersion) {
    self.version = version
    bytes.append(contentsOf: "xenstore".utf8)
    append(version.rawValue.byteSwapped)
    append(0 as UInt32)
  }

  /// Goes on with a stream whose beginning is written elsewhere.
  public init(continuing version: StateVersion) { self.version = version }

  /// Takes what is written so far, so that a long stream need not stand in memory at once.
  public mutating func take() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  /// Makes room for so many more bytes.
  public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count &+ count) }

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
    else { throw StateError(.doesNotFit, at: bytes.count) }
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
    bytes.append(contentsOf: record.unread)
    bytes.append(contentsOf: record.unsent)
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
    else { throw StateError(.doesNotFit, at: bytes.count) }
    let depth = version == .one ? nil : record.depth
    let start = begin(depth == nil ? .watch : .watchWithDepth)
    append(record.connection)
    append(path)
    append(token)
    if let depth { append(depth) }
    bytes.append(contentsOf: record.path)
    bytes.append(0)
    bytes.append(contentsOf: record.token)
    bytes.append(0)
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
      throw StateError(.doesNotFit, at: bytes.count)
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
      throw StateError(.doesNotFit, at: bytes.count)
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
      bytes.append(contentsOf: quota.name)
      bytes.append(0)
    }
  }

  // MARK: Nodes

  /// Writes a node of the store.
  ///
  /// - Parameters:
  ///   - path: the absolute path, or a name that begins with `@`.
  ///   - permissions: at least one, of the owner.
  ///   - value: appends the value to the array.
  /// - Throws: `doesNotFit` when a length needs more than 16 bits; nothing is written then.
  @inline(__always)
  public mutating func appendNode(
    path: [UInt8], permissions: [StatePermission], value: (inout [UInt8]) -> Void
  ) throws(StateError) {
    try appendNode(
      TransactionRecord(connection: 0, id: 0), [], path: path, permissions: permissions,
      value: value)
  }

  /// Writes a node of an open transaction; one without permissions was removed in it.
  ///
  /// - Throws: `doesNotFit` when a length needs more than 16 bits; nothing is written then.
  public mutating func appendNode(
    _ transaction: TransactionRecord, _ accesses: NodeRecord.Accesses, path: [UInt8],
    permissions: [StatePermission], value: (inout [UInt8]) -> Void
  ) throws(StateError) {
    let start = begin(.node)
    append(transaction.connection)
    append(transaction.id)
    append(UInt16(truncatingIfNeeded: path.count &+ 1))
    append(0 as UInt16)
    append(accesses.rawValue)
    append(UInt16(truncatingIfNeeded: permissions.count))
    for entry in permissions {
      bytes.append(entry.permission.access.letter)
      bytes.append(entry.isStale ? 1 : 0)
      append(entry.permission.domain.rawValue)
    }
    bytes.append(contentsOf: path)
    bytes.append(0)
    let before = bytes.count
    value(&bytes)
    let length = bytes.count &- before
    guard length >= 0, length <= 0xffff, path.count < 0xffff, permissions.count <= 0xffff else {
      bytes.removeSubrange(start...)
      throw StateError(.doesNotFit, at: start)
    }
    let at = start &+ Layout.recordHeader &+ 10
    bytes[at] = UInt8(truncatingIfNeeded: length)
    bytes[at &+ 1] = UInt8(truncatingIfNeeded: length &>> 8)
    finish(start)
  }

  // MARK: Bytes

  @inline(__always)
  private mutating func begin(_ type: RecordType) -> Int {
    let start = bytes.count
    append(type.rawValue)
    append(0 as UInt32)
    return start
  }

  /// Pads a record and sets its length.
  @inline(__always)
  private mutating func finish(_ start: Int) {
    pad(from: start)
    let length = bytes.count &- start &- Layout.recordHeader
    for index in 0..<4 {
      bytes[start &+ 4 &+ index] = UInt8(truncatingIfNeeded: length &>> (index &* 8))
    }
  }

  @inline(__always)
  private mutating func pad(from start: Int) {
    while (bytes.count &- start) & 7 != 0 { bytes.append(0) }
  }

  @inline(__always)
  private mutating func append(_ half: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: half))
    bytes.append(UInt8(truncatingIfNeeded: half &>> 8))
  }

  @inline(__always)
  private mutating func append(_ word: UInt32) {
    append(UInt16(truncatingIfNeeded: word))
    append(UInt16(truncatingIfNeeded: word &>> 16))
  }
}
