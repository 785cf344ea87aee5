import XenStoreState
import XenStoreWire

/// A walk over the nodes of one version of the tree: parents before their children, and those in
/// their order.
struct ExportWalk {
  var tree: Tree
  /// The node that comes next; -1 behind the last one.
  var next = NodeStore.root
  /// The path of the node above it; empty for the root and what is below that.
  var path = ByteBuffer()
}

// A stream is what `exportClients` writes, then the nodes, in as many slices as wished: they are
// those of the moment when the walk began, whatever is served in between.
extension XenStore {
  // MARK: Clients

  /// Writes everything but nodes: connections with their watches, quotas and domains, open
  /// transactions, and the permissions of the special watches.
  ///
  /// Version 1 has no quotas, domains or depths, and of transactions the numbers only. No effect may
  /// be under way: whoever waits for one would wait forever.
  ///
  /// - Parameter complete: adds to a connection's record what the owner knows: how the client is
  ///   reached, and behind the unread bytes those that it holds. False leaves the connection out.
  /// - Throws: `doesNotFit` when a connection has more unread bytes than a record holds.
  public func exportClients(
    to writer: inout StateWriter,
    _ complete: (ConnectionID, inout ConnectionRecord) -> Bool
  ) throws(StateError) {
    if writer.version != .one { try writer.append(quotas: records(defaultQuotas)) }
    var numbers: [(index: Int, number: UInt32)] = []
    for index in connections.indices where connections[index].isOpen {
      let number = UInt32(truncatingIfNeeded: numbers.count &+ 1)
      var record = record(of: index, number)
      guard complete(ConnectionID(index: index), &record) else { continue }
      try writer.append(record)
      try exportWatches(index, number, to: &writer)
      numbers.append((index, number))
    }
    if writer.version != .one {
      for number in domains.numbers { try exportDomain(number, to: &writer) }
    }
    for (index, number) in numbers {
      for transaction in connections[index].transactions {
        writer.append(TransactionRecord(connection: number, id: transaction.id))
      }
    }
    for special in [Special.releaseDomain, .introduceDomain] {
      let entries = specialPermissions[special.rawValue].map { StatePermission($0) }
      try writer.appendNode(
        path: Array(special.name.utf8).span, permissions: entries, value: Span())
    }
  }

  private func record(of index: Int, _ number: UInt32) -> ConnectionRecord {
    let connection = connections[index]
    var kind = ConnectionRecord.Kind.socket(-1)
    if connection.isRing {
      let target = UInt16(exactly: connection.caller.target).map(DomainID.init(rawValue:))
      kind = .ring(
        ConnectionRecord.Ring(
          domain: DomainID(rawValue: connection.caller.domain), target: target, port: nil))
    }
    return ConnectionRecord(
      id: number, kind: kind, unread: [], unsent: connection.output.bytes(from: connection.sent),
      partialReply: connection.partialReply)
  }

  private func exportWatches(
    _ index: Int, _ number: UInt32, to writer: inout StateWriter
  ) throws(StateError) {
    // The newest comes first in the list.
    var found: [Int32] = []
    var watch = connections[index].firstWatch
    while watch >= 0 {
      found.append(watch)
      watch = watches[watch].nextOfConnection
    }
    for id in found.reversed() {
      var path: [UInt8] = []
      watches.appendPath(watches[id].place, to: &path)
      try writer.append(
        WatchRecord(
          connection: number, path: Array(path[watches[id].prefix...]),
          token: watches[id].token.dropLast(),
          depth: watches[id].depth.map { UInt16(clamping: $0) }))
    }
  }

  private func exportDomain(_ number: UInt16, to writer: inout StateWriter) throws(StateError) {
    guard let domain = domains[number] else { return }
    // A domain that is only named in permissions is known again when those are read. The C daemon
    // takes records of connected domains only.
    guard
      domain.connection >= 0 || domain.hasShutDown || domain.features != .all
        || domain.quotas != defaultQuotas
    else { return }
    var quotas = records(domain.quotas)
    // Others ignore the names of quotas that they do not know.
    if domain.hasShutDown { quotas.append(QuotaRecord(Self.shutDownName, 1)) }
    try writer.append(
      XenStoreState.DomainRecord(
        domain: DomainID(rawValue: number), features: domain.features, quotas: quotas))
  }

  /// What says that a domain has shut down and those who watch for it were told.
  static let shutDownName = Array("martlet-has-shut-down".utf8)

  private func records(_ quotas: Quotas) -> [QuotaRecord] {
    let limits = QuotaKind.allCases.map {
      QuotaRecord(Array($0.name.utf8), UInt32(clamping: quotas[$0]))
    }
    // What the next one begins with may be another: that there is none must be said of memory.
    let soft = QuotaKind.allCases.filter { $0 == .memory || quotas[soft: $0] != 0 }
    return limits
      + soft.map {
        QuotaRecord(
          LimitName.softPrefix + Array($0.name.utf8), UInt32(clamping: quotas[soft: $0]))
      }
  }

  // MARK: Nodes

  /// Takes a version of the tree whose nodes `exportNodes` will write. One that was taken before is
  /// forgotten.
  public mutating func beginExport() {
    endExport()
    exportWalk = ExportWalk(tree: nodes.fork())
  }

  /// Writes at most so many nodes; true when more are left.
  ///
  /// - Throws: `doesNotFit`, which no node of ours causes.
  public mutating func exportNodes(
    atMost limit: Int, to writer: inout StateWriter
  ) throws(StateError) -> Bool {
    guard var walk = exportWalk.take() else { return false }
    swap(&nodes.tree, &walk.tree)
    defer {
      swap(&nodes.tree, &walk.tree)
      exportWalk = walk
    }
    var entries: [StatePermission] = []
    var blob = ByteBuffer()
    let rootPath = [UInt8(ascii: "/")]
    var count = 0
    while walk.next >= 0, count < limit {
      let node = nodes.node(walk.next)
      blob.clear()
      nodes.appendBlob(node, to: &blob)
      collect(node, blob.span, into: &entries)
      let value = blob.span.extracting(node.valueOffset..<node.blobLength)
      if node.parent < 0 {
        try writer.appendNode(path: rootPath.span, permissions: entries, value: value)
      } else {
        let name = Int(node.permissionCount) &* 4..<node.valueOffset
        walk.path.append(UInt8(ascii: "/"))
        walk.path.append(blob.span, name)
        try writer.appendNode(path: walk.path.span, permissions: entries, value: value)
      }
      step(&walk, node)
      count &+= 1
    }
    return walk.next >= 0
  }

  /// Forgets the version that `beginExport` took.
  public mutating func endExport() {
    if let walk = exportWalk.take() { nodes.drop(walk.tree) }
  }

  /// Goes on to the next node.
  @inline(__always)
  private func step(_ walk: inout ExportWalk, _ last: Node) {
    walk.next = last.firstChild
    var node = last
    while walk.next < 0, node.parent >= 0 {
      walk.path.removeLast(Int(node.nameLength) &+ 1)
      walk.next = node.next
      if walk.next < 0 { node = nodes.node(node.parent) }
    }
  }

  /// Collects a node's permissions, with which its bytes begin, without those of domains that are gone.
  @inline(__always)
  private func collect(
    _ node: Node, _ blob: Span<UInt8>, into entries: inout [StatePermission]
  ) {
    entries.removeAll(keepingCapacity: true)
    for index in 0..<Int(node.permissionCount) {
      let at = index &* 4
      let domain = UInt16(blob[at]) | UInt16(blob[at &+ 1]) &<< 8
      guard index == 0 || isAlive(domain, node.permissionEpoch) else { continue }
      entries.append(
        StatePermission(Permission(DomainID(rawValue: domain), Access(rawValue: blob[at &+ 2]))))
    }
  }

  // MARK: Transactions

  /// Writes what open transactions did, so that they can go on until they end. A daemon that does
  /// not know of nodes of transactions takes them for the store's: it must not be told.
  ///
  /// - Parameter isIncluded: as `complete` of `exportClients` answered.
  /// - Throws: `doesNotFit`, which no node of ours causes.
  public mutating func exportTransactions(
    to writer: inout StateWriter, _ isIncluded: (ConnectionID) -> Bool = { _ in true }
  ) throws(StateError) {
    guard writer.version != .one else { return }
    var number: UInt32 = 0
    for index in connections.indices where connections[index].isOpen {
      guard isIncluded(ConnectionID(index: index)) else { continue }
      number &+= 1
      for position in connections[index].transactions.indices {
        try exportTransaction(index, position, number, to: &writer)
      }
    }
  }

  private mutating func exportTransaction(
    _ index: Int, _ position: Int, _ number: UInt32, to writer: inout StateWriter
  ) throws(StateError) {
    let caller = connections[index].caller
    if connections[index].transactions[position].sight != .fork {
      takeSnapshot(caller, position)
    }
    let id = connections[index].transactions[position].id
    let record = TransactionRecord(connection: number, id: id)
    let log = connections[index].transactions[position].log
    let answers = connections[index].transactions[position].answers
    swap(&nodes.tree, &connections[index].transactions[position].tree)
    defer { swap(&nodes.tree, &connections[index].transactions[position].tree) }
    for touched in connections[index].transactions[position].imported {
      try exportTouched(touched, record, to: &writer)
    }
    var place = 0
    for answer in answers {
      guard let entry = entry(log.span, at: &place) else { return }
      guard entry.type.changesTree, answer &>> 63 == 1 else { continue }
      let payload = log.span.extracting(entry.payload)
      var strings = Strings()
      guard let range = strings.next(in: payload), (try? resolve(caller, payload, range)) != nil
      else { continue }
      // What was removed and made again is both: what stood below it is gone.
      if entry.type == .remove {
        try exportTouched(TouchedNode(path: path, isRemoval: true), record, to: &writer)
      }
      try exportTouched(TouchedNode(path: path, isRemoval: false), record, to: &writer)
    }
  }

  /// Writes a node that a transaction touched: that it was removed, or as it is now.
  private mutating func exportTouched(
    _ touched: TouchedNode, _ record: TransactionRecord, to writer: inout StateWriter
  ) throws(StateError) {
    let path = touched.path
    let id = nodes.walk(path.span).node
    if id < 0 || touched.isRemoval {
      try writer.appendNode(
        record, .written, path: path.span, permissions: [], value: Span())
      return
    }
    let node = nodes.node(id)
    var blob: [UInt8] = []
    nodes.appendBlob(node, to: &blob)
    var entries: [StatePermission] = []
    collect(node, blob.span, into: &entries)
    try writer.appendNode(
      record, .written, path: path.span, permissions: entries,
      value: blob.span.extracting(node.valueOffset..<node.blobLength))
  }
}
