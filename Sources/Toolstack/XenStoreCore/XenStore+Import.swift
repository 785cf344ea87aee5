import XenStoreState
import XenStoreWire

/// A record that the store cannot take; everything else can still be taken.
public enum ImportError: Error, Hashable, Sendable {
  /// It belongs to a connection or a transaction that did not come before.
  case unknownOwner
  /// There is such a connection, watch or transaction already.
  case isThere
  /// The path is none.
  case badPath
  /// The first permission does not name a domain.
  case badPermissions
  /// The number cannot be a domain's.
  case badDomain
  /// Name, value and permissions are longer than a node can hold.
  case tooLong
}

/// Fills an empty store with the records of a stream, then `finish` is called once.
///
/// Nobody is told anything, no quota is checked: what is there was allowed. A record that is refused
/// leaves no trace.
public struct StateImport {
  /// Where the connections of the stream stand.
  private var connections: [UInt32: Int] = [:]
  private var transactions: [TransactionRecord] = []
  /// Nodes of transactions: those are opened when the store is complete.
  private var touched: [TransactionRecord: [PendingNode]] = [:]
  var place = ImportPlace()

  /// Makes an import.
  public init() {}

  /// Makes an import into a store that is empty still, and makes room there for the nodes that come
  /// next.
  public init(from reader: StateReader, in stream: Span<UInt8>, into store: inout XenStore) {
    var slots = [Int](repeating: 0, count: SizeClass.count)
    let count = reader.surveyNodes(in: stream) { slots[SizeClass.fitting($0)] &+= 64 }
    // All that slots hold stands in the stream, however unlike the others those may be that were seen.
    for number in slots.indices {
      slots[number] = min(slots[number], count, stream.count / SizeClass.size(number))
    }
    store.nodes.reserve(count, slots: slots)
    place.index = FillingIndex(of: store.nodes, reserving: count)
  }

  /// Takes a record.
  ///
  /// - Parameters:
  ///   - bytes: what the ranges of a node refer to.
  /// - Returns: the connection that the record is about; its kind and its unread bytes are the
  ///   caller's business, as is a record about the whole server.
  /// - Throws: why it cannot be taken.
  @discardableResult
  public mutating func take(
    _ record: StateRecord, _ bytes: Span<UInt8>, into store: inout XenStore
  ) throws(ImportError) -> ConnectionID? {
    switch record {
    case .node(let node): try take(node, bytes, into: &store)
    case .global: break
    case .connection(let record):
      guard connections[record.id] == nil else { throw .isThere }
      let id = try store.importConnection(record)
      connections[record.id] = id.index
      return id
    case .watch(let record):
      guard let index = connections[record.connection] else { throw .unknownOwner }
      try store.importWatch(record, index)
    case .transaction(let record):
      guard connections[record.connection] != nil, record.id != 0 else { throw .unknownOwner }
      guard !transactions.contains(record) else { throw .isThere }
      transactions.append(record)
    case .quotas(let quotas): store.defaultQuotas.take(quotas)
    case .domain(let record): try store.importDomain(record)
    }
    return nil
  }

  @inline(__always)
  mutating func take(
    _ node: NodeRecord, _ bytes: Span<UInt8>, into store: inout XenStore
  ) throws(ImportError) {
    if node.connection == 0 {
      try store.importNode(node, bytes, &place)
    } else {
      try note(node, bytes)
    }
  }

  /// Keeps a node of a transaction for later.
  private mutating func note(_ node: NodeRecord, _ bytes: Span<UInt8>) throws(ImportError) {
    let key = TransactionRecord(connection: node.connection, id: node.transaction)
    guard transactions.contains(key) else { throw .unknownOwner }
    // What was only read need not be known: such a transaction cannot be committed.
    guard node.accesses.contains(.written) || node.permissionCount == 0 else { return }
    var copy: [UInt8] = []
    var moved = node
    moved.permissions = append(bytes, node.permissions, to: &copy)
    moved.path = append(bytes, node.path, to: &copy)
    moved.value = append(bytes, node.value, to: &copy)
    touched[key, default: []].append(PendingNode(record: moved, bytes: copy))
  }

  private func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, to copy: inout [UInt8]
  ) -> Range<Int> {
    let start = copy.count
    XenStoreCore.append(bytes, range, to: &copy)
    return start..<copy.count
  }

  /// Opens the transactions of the stream. They go on, but their end is `again`: nobody knows what
  /// they saw, and who asks for an end must be prepared for that.
  ///
  /// - Returns: how many nodes of transactions could not be taken.
  @discardableResult
  public consuming func finish(_ store: inout XenStore) -> Int {
    var refused = 0
    for index in connections.values { store.recallEvents(index) }
    for record in transactions {
      guard let index = connections[record.connection] else { continue }
      store.openBrokenTransaction(index, record.id)
      for node in touched[record] ?? [] where !store.importTouched(node, index, record.id) {
        refused &+= 1
      }
    }
    return refused
  }
}

extension Quotas {
  /// Takes those whose names we know.
  mutating func take(_ records: [QuotaRecord]) {
    for record in records {
      guard let limit = LimitName(record.name.span, 0..<record.name.count) else { continue }
      self[limit] = UInt64(record.value)
    }
  }
}

/// A node of a transaction with its own bytes.
struct PendingNode {
  var record: NodeRecord
  var bytes: [UInt8]
}

extension XenStore {
  // MARK: Clients

  mutating func importConnection(_ record: ConnectionRecord) throws(ImportError) -> ConnectionID {
    let id: ConnectionID
    switch record.kind {
    case .socket: id = connectSocket()
    case .ring(let ring):
      guard ring.domain.isReal, ring.target?.isReal != false else { throw .badDomain }
      guard connection(of: ring.domain) == nil else { throw .isThere }
      know(ring.domain)
      guard let domain = domains[ring.domain.rawValue] else { throw .badDomain }
      let target = ring.target.map { Int32($0.rawValue) } ?? -1
      id = connectRing(ring.domain, domain)
      connections[id.index].caller.target = target
      domains[ring.domain.rawValue]?.target = target
      domains[ring.domain.rawValue]?.connection = Int32(truncatingIfNeeded: id.index)
    }
    connections[id.index].output = ByteBuffer(record.unsent)
    connections[id.index].importedRest = min(max(record.partialReply, 0), record.unsent.count)
    if !record.unsent.isEmpty { touch(id.index) }
    return id
  }

  mutating func importWatch(_ record: WatchRecord, _ index: Int) throws(ImportError) {
    let caller = connections[index].caller
    guard
      let prefix = try? resolveWatched(caller, record.path.span, 0..<record.path.count)
    else { throw .badPath }
    let token = record.token + [0]
    guard watches.find(caller.connection, path.span, token.span, 0..<record.token.count) < 0 else {
      throw .isThere
    }
    _ = addWatch(caller, token, prefix: prefix, depth: record.depth.map { Int($0) })
  }

  mutating func importDomain(_ record: XenStoreState.DomainRecord) throws(ImportError) {
    guard record.domain.isReal else { throw .badDomain }
    know(record.domain)
    let number = record.domain.rawValue
    if let features = record.features {
      domains[number]?.features = features.intersection(.all)
      if let index = connection(of: record.domain) {
        connections[index].features = features.intersection(.all)
      }
    }
    for quota in record.quotas where quota.name == Self.shutDownName {
      domains[number]?.hasShutDown = quota.value != 0
    }
    var quotas = domains[number]?.quotas ?? defaultQuotas
    quotas.take(record.quotas)
    domains[number]?.quotas = quotas
  }

  // MARK: Transactions

  /// Does to a transaction what it had done to a node; false when that cannot be.
  mutating func importTouched(_ node: PendingNode, _ index: Int, _ id: UInt32) -> Bool {
    guard let position = connections[index].transactions.firstIndex(where: { $0.id == id }) else {
      return false
    }
    let span = node.bytes.span
    let path = Array(node.bytes[node.record.path])
    guard path.first == UInt8(ascii: "/") else { return false }
    let isRemoval = node.record.permissionCount == 0
    swap(&nodes.tree, &connections[index].transactions[position].tree)
    defer { swap(&nodes.tree, &connections[index].transactions[position].tree) }
    if isRemoval {
      guard path.count > 1, PathRule.isCanonical(path.span, from: 1) else { return false }
      let found = nodes.walk(path.span).node
      if found > NodeStore.root {
        nodes.detach(found)
        _ = nodes.reclaim(atMost: .max)
      }
    } else {
      var place = ImportPlace()
      guard (try? importNode(node.record, span, &place)) != nil else { return false }
    }
    connections[index].transactions[position].imported.append(
      TouchedNode(path: path, isRemoval: isRemoval))
    return true
  }
}
