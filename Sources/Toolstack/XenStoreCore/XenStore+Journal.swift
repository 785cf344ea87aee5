import XenStoreWire

/// What an entry of the journal says.
///
/// - Layout: length of the rest in four bytes, kind, message type, domain in two; the rest.
enum JournalKind: UInt8 {
  /// A request that changed something, or a ring's watches: its payload.
  case request = 1
  /// A transaction's requests that succeeded and may have changed something: of each the type, the
  /// length in two bytes, the payload.
  case commit
  /// A domain became known.
  case known
  /// A domain shut down.
  case shutDown
  /// A domain was released.
  case release
  /// A domain's ring is served.
  case introduce
  /// A ring's connection was made as new.
  case restart
  /// A ring's transaction began, or ended: its number in four bytes.
  case start
  case end
  /// The owner's: how far it is with a domain's ring.
  case ring
}

/// Where an entry comes from when it is no domain's ring.
let journalSocket: UInt16 = 0xffff

// The journal says what changed the store, in order, so that another store to which the same is done
// is the same: `replay` does it. It says nothing of sockets' watches and transactions: those end with
// the process that has the sockets.
extension XenStore {
  /// Appends an entry of the owner's, about a domain's ring; `replay` hands it back.
  public mutating func noteRing(_ domain: DomainID, _ bytes: [UInt8]) {
    noteHead(.ring, 0, domain.rawValue, bytes.count)
    journal.append(contentsOf: bytes)
  }

  /// Has the generations of lists, which clients compare, begin at a number that no store before this
  /// one came to.
  public mutating func beginGenerations(at number: UInt64) {
    nodes.tree.generation = max(nodes.tree.generation, number)
  }

  /// Whether a client is owed more than the owner has noted.
  public func hasMoreToNote(_ id: ConnectionID) -> Bool {
    connections[id.index].output.count > connections[id.index].noted
  }

  /// What a client is owed and the owner has not noted yet, which it does now.
  ///
  /// - Parameter everything: from the first byte on that is not sent.
  public mutating func noteOutput(_ id: ConnectionID, everything: Bool) -> [UInt8] {
    let connection = connections[id.index]
    let start = everything ? connection.sent : max(connection.sent, connection.noted)
    connections[id.index].noted = connection.output.count
    return connection.output.bytes(from: start)
  }

  /// How much of what a client is owed is the rest of a message whose beginning was sent.
  public func partialReply(_ id: ConnectionID) -> Int { connections[id.index].partialReply }

  /// Gives a ring what a server before us owed it; nothing else may be owed to it yet.
  ///
  /// - Parameter rest: how much of that is the rest of a message.
  public mutating func restoreOutput(_ id: ConnectionID, _ bytes: ArraySlice<UInt8>, rest: Int) {
    connections[id.index].output = ByteBuffer(Array(bytes))
    connections[id.index].importedRest = rest
    recallEvents(id.index)
    owe(id)
  }

  /// The ring's connection of a domain.
  public func ring(of domain: DomainID) -> ConnectionID? {
    connection(of: domain).map { ConnectionID(index: $0) }
  }

  /// Notes what no request says of the domains that there are: where a journal goes on from a
  /// checkpoint.
  public mutating func noteDomains() {
    for domain in knownDomains {
      note(.known, domain.rawValue)
      if domains[domain.rawValue]?.hasShutDown == true { note(.shutDown, domain.rawValue) }
    }
  }

  private mutating func noteHead(
    _ kind: JournalKind, _ type: UInt32, _ domain: UInt16, _ length: Int
  ) {
    let length = UInt64(UInt32(truncatingIfNeeded: length))
    let source = UInt64(kind.rawValue) | UInt64(type & 0xff) &<< 8 | UInt64(domain) &<< 16
    journal.append(length | source &<< 32, bytes: 8)
  }

  private func source(_ caller: Caller) -> UInt16 {
    connections[Int(caller.connection)].isRing ? caller.domain : journalSocket
  }

  /// Notes a request that changed the store.
  @inline(__always)
  mutating func note(_ caller: Caller, _ type: MessageType, _ payload: Span<UInt8>) {
    guard keepsJournal else { return }
    noteHead(.request, type.rawValue, source(caller), payload.count)
    journal.append(payload, 0..<payload.count)
  }

  /// Notes a request that changed what a ring has set up here.
  mutating func noteForRing(_ caller: Caller, _ type: MessageType, _ payload: Span<UInt8>) {
    if connections[Int(caller.connection)].isRing { note(caller, type, payload) }
  }

  /// Notes a transaction that was committed.
  mutating func note(_ caller: Caller, _ transaction: Transaction) {
    guard keepsJournal else { return }
    noteHead(.commit, 0, source(caller), 0)
    let start = journal.count
    let log = transaction.log
    if transaction.changes == transaction.answers.count {
      journal.append(log.span, 0..<log.count)
    } else {
      var position = 0
      for answer in transaction.answers {
        let from = position
        guard let entry = entry(log.span, at: &position) else { break }
        guard answer &>> 63 == 1, entry.type.changesTree else { continue }
        journal.append(log.span, from..<position)
      }
    }
    let length = UInt32(truncatingIfNeeded: journal.count &- start)
    journal.replace(at: start &- 8, with: length)
  }

  /// Notes something that befell a domain.
  mutating func note(_ kind: JournalKind, _ domain: UInt16) {
    if keepsJournal { noteHead(kind, 0, domain, 0) }
  }

  /// Notes that a ring's transaction began or ended.
  mutating func note(_ kind: JournalKind, _ caller: Caller, _ id: UInt32) {
    guard keepsJournal, connections[Int(caller.connection)].isRing else { return }
    noteHead(kind, 0, caller.domain, 4)
    journal.append(UInt64(id), bytes: 4)
  }
}

extension MessageType {
  /// Whether such a request may change nodes.
  var changesTree: Bool {
    switch self {
    case .write, .makeDirectory, .remove, .setPermissions: true
    default: false
    }
  }
}
