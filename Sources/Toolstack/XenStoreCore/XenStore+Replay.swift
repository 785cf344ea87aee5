import XenStoreWire

/// A journal that says what cannot be.
public struct JournalError: Error, Equatable {
  /// Where in the bytes.
  public let offset: Int
}

extension XenStore {
  /// Does to this store what a journal says was done to another that was the same.
  ///
  /// Nobody is answered and no event sent; nothing is refused for want of quota, since what a domain
  /// had not read then counted against its own.
  ///
  /// - Parameters:
  ///   - journal: whole entries.
  ///   - ring: takes what the owner noted of a domain's ring.
  /// - Throws: where the journal makes no sense; what comes before is done.
  public mutating func replay(
    _ journal: Span<UInt8>, ring: (DomainID, Span<UInt8>) -> Void
  ) throws(JournalError) {
    isReplaying = true
    let keeps = keepsJournal
    keepsJournal = false
    let socket = connectSocket()
    defer {
      disconnect(socket)
      effects.removeAll()
      quotaHits.removeAll()
      keepsJournal = keeps
      isReplaying = false
    }
    var position = 0
    while position < journal.count {
      guard let entry = JournalEntry(journal, at: position) else {
        throw JournalError(offset: position)
      }
      let body = journal.extracting(entry.body)
      if entry.kind == .ring {
        ring(DomainID(rawValue: entry.domain), body)
      } else if !replay(entry, body, socket) {
        throw JournalError(offset: position)
      }
      discardOutput()
      position = entry.body.upperBound
    }
    while !nodes.tree.detached.isEmpty { _ = nodes.reclaim(atMost: .max) }
  }

  /// Does what one entry says; false when it cannot be done.
  private mutating func replay(
    _ entry: JournalEntry, _ body: Span<UInt8>, _ socket: ConnectionID
  ) -> Bool {
    let domain = DomainID(rawValue: entry.domain)
    switch entry.kind {
    case .known: know(domain)
    case .shutDown: shutDown(domain)
    case .release: release(domain)
    case .introduce: introduce(domain)
    default:
      let index = entry.domain == journalSocket ? socket.index : connection(of: domain)
      guard let index else { return false }
      return replay(entry, body, on: index)
    }
    return true
  }

  private mutating func replay(
    _ entry: JournalEntry, _ body: Span<UInt8>, on index: Int
  ) -> Bool {
    let caller = connections[index].caller
    switch entry.kind {
    case .request:
      guard let type = MessageType(rawValue: UInt32(entry.type)) else { return false }
      return replay(caller, type, body)
    case .commit:
      var position = 0
      while position &+ 3 <= body.count {
        let length = Int(body[position &+ 1]) | Int(body[position &+ 2]) &<< 8
        let end = position &+ 3 &+ length
        guard let type = MessageType(rawValue: UInt32(body[position])), end <= body.count else {
          return false
        }
        guard replay(caller, type, body.extracting(position &+ 3..<end)) else { return false }
        position = end
      }
      return position == body.count
    case .restart: restart(ConnectionID(index: index))
    case .start, .end:
      guard let id = word(body, at: 0), body.count == 4 else { return false }
      if entry.kind == .start {
        openBrokenTransaction(index, id)
      } else {
        endBrokenTransaction(index, id)
      }
    default: return false
    }
    return true
  }

  /// Serves a request that was served before; false when it is refused now.
  private mutating func replay(
    _ caller: Caller, _ type: MessageType, _ payload: Span<UInt8>
  ) -> Bool {
    reply.clear()
    do throws(StoreError) {
      let request = try Request(reading: type, payload)
      if type.changesTree {
        _ = try operate(caller, request, payload, isInTransaction: true)
        if nodes.tree.detached.count > 64 { _ = nodes.reclaim(atMost: .max) }
      } else {
        let header = MessageHeader(
          type: type.rawValue, requestID: 0, transactionID: 0, length: 0)
        _ = try perform(Int(caller.connection), header, type, request, payload)
      }
      return true
    } catch {
      return false
    }
  }

  /// Forgets what a replay would send.
  private mutating func discardOutput() {
    for id in dirty {
      connections[id.index].isDirty = false
      connections[id.index].output.clear()
    }
    dirty.removeAll(keepingCapacity: true)
    effects.removeAll(keepingCapacity: true)
  }
}

/// The head of an entry, and where the rest stands.
private struct JournalEntry {
  var kind: JournalKind
  var type: UInt8
  var domain: UInt16
  var body: Range<Int>

  /// Reads the entry at an offset; nil when there is no whole one.
  init?(_ journal: Span<UInt8>, at offset: Int) {
    guard offset &+ 8 <= journal.count, let length = word(journal, at: offset),
      Int(length) <= journal.count &- offset &- 8,
      let kind = JournalKind(rawValue: journal[offset &+ 4])
    else { return nil }
    self.kind = kind
    type = journal[offset &+ 5]
    domain = UInt16(journal[offset &+ 6]) | UInt16(journal[offset &+ 7]) &<< 8
    body = offset &+ 8..<offset &+ 8 &+ Int(length)
  }
}

/// The little-endian word at an offset; nil when there are fewer than four bytes.
private func word(_ bytes: Span<UInt8>, at offset: Int) -> UInt32? {
  guard offset &+ 4 <= bytes.count else { return nil }
  return UInt32(bytes[offset]) | UInt32(bytes[offset &+ 1]) &<< 8
    | UInt32(bytes[offset &+ 2]) &<< 16 | UInt32(bytes[offset &+ 3]) &<< 24
}
