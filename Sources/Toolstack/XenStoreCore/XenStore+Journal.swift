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

  private mutating func noteHead(
    _ kind: JournalKind, _ type: UInt32, _ domain: UInt16, _ length: Int
  ) {
    let length = UInt32(truncatingIfNeeded: length)
    for shift: UInt32 in [0, 8, 16, 24] {
      journal.append(UInt8(truncatingIfNeeded: length &>> shift))
    }
    journal.append(kind.rawValue)
    journal.append(UInt8(truncatingIfNeeded: type))
    journal.append(UInt8(truncatingIfNeeded: domain))
    journal.append(UInt8(truncatingIfNeeded: domain &>> 8))
  }

  private func source(_ caller: Caller) -> UInt16 {
    connections[Int(caller.connection)].isRing ? caller.domain : journalSocket
  }

  /// Notes a request that changed the store.
  @inline(__always)
  mutating func note(_ caller: Caller, _ type: MessageType, _ payload: Span<UInt8>) {
    guard keepsJournal else { return }
    noteHead(.request, type.rawValue, source(caller), payload.count)
    append(payload, 0..<payload.count, to: &journal)
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
    var position = 0
    for answer in transaction.answers {
      let from = position
      guard let entry = entry(transaction.log, at: &position) else { break }
      guard answer &>> 63 == 1, entry.type.changesTree else { continue }
      append(transaction.log.span, from..<position, to: &journal)
    }
    let length = journal.count &- start
    for index in 0..<4 {
      journal[start &- 8 &+ index] = UInt8(truncatingIfNeeded: length &>> (8 &* index))
    }
  }

  /// Notes something that befell a domain.
  mutating func note(_ kind: JournalKind, _ domain: UInt16) {
    if keepsJournal { noteHead(kind, 0, domain, 0) }
  }

  /// Notes that a ring's transaction began or ended.
  mutating func note(_ kind: JournalKind, _ caller: Caller, _ id: UInt32) {
    guard keepsJournal, connections[Int(caller.connection)].isRing else { return }
    noteHead(kind, 0, caller.domain, 4)
    for shift: UInt32 in [0, 8, 16, 24] { journal.append(UInt8(truncatingIfNeeded: id &>> shift)) }
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
