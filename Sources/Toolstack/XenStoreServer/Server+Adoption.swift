import CXenStore
import XenStoreCore
import XenStoreState
import XenStoreWire

/// What of a stream could not be used: how often, and what it was first.
struct Losses {
  private(set) var count = 0
  private(set) var first = ""

  /// Remembers one.
  mutating func note(_ what: @autoclosure () -> String) {
    if count == 0 { first = what() }
    count &+= 1
  }
}

extension Server {
  /// Goes on with everything that a server before us left. What is of no use is left out: there is
  /// nobody who could do better.
  mutating func adopt(_ stream: Span<UInt8>) {
    var losses = Losses()
    var adopted: [(ConnectionID, ConnectionRecord)] = []
    var records = StateImport()
    do throws(StateError) {
      var reader = try StateReader(stream)
      records = StateImport(from: reader, in: stream, into: &store)
      while try adoptRecord(&reader, stream, &records, &adopted, &losses) {}
    } catch {
      losses.note("\(error.reason) at byte \(error.offset): nothing behind it is known")
    }
    let refused = records.finish(&store)
    if refused > 0 { losses.note("\(refused) nodes of transactions") }
    for (id, record) in adopted { attach(id, record, &losses) }
    if losses.count > 0 {
      log.write(
        "live update: \(losses.count) things that the server before us left are of no use, "
          + "the first: \(losses.first)")
    }
    lookAround()
  }

  /// Takes the next record; false behind the last one.
  ///
  /// - Throws: what makes the rest of the stream unreadable.
  private mutating func adoptRecord(
    _ reader: inout StateReader, _ stream: Span<UInt8>, _ records: inout StateImport,
    _ adopted: inout [(ConnectionID, ConnectionRecord)], _ losses: inout Losses
  ) throws(StateError) -> Bool {
    let record: StateRecord
    do throws(StateError) {
      try records.takeNodes(from: &reader, in: stream, into: &store) { error, reader in
        losses.note("\(error) before byte \(reader.offset)")
      }
      guard let next = try reader.next(in: stream) else { return false }
      record = next
    } catch {
      switch error.reason {
      case .unknownType, .badLine, .unknownConnection:
        losses.note("\(error.reason) at byte \(error.offset)")
        return true
      default: throw error
      }
    }
    do throws(ImportError) {
      let id = try records.take(record, reader.bytes(in: stream), into: &store)
      if let id, case .connection(let connection) = record { adopted.append((id, connection)) }
    } catch {
      losses.note("\(error) before byte \(reader.offset)")
    }
    return true
  }

  /// Serves a connection of the server before us.
  private mutating func attach(
    _ id: ConnectionID, _ record: ConnectionRecord, _ losses: inout Losses
  ) {
    switch record.kind {
    case .socket(let descriptor):
      guard cxs_is_client(descriptor) != 0 else {
        losses.note("descriptor \(descriptor), which is no client's socket")
        store.disconnect(id)
        return
      }
      _ = cxs_set_inherited(descriptor, 0)
      addSocket(descriptor, id, unread: record.unread)
    case .ring(let ring):
      do throws(StoreError) {
        guard let link = try link(ring) else { return }
        addRing(ring.domain, link, id, error: RingError(rawValue: link.page[word: RingPage.error]))
        if let slot = ringSlots[ring.domain] { clients[slot]?.input = record.unread }
      } catch {
        // Perhaps it is about to end: that will still be seen, since the domain stays introduced.
        losses.note("the ring of domain \(ring.domain.rawValue): \(error)")
      }
    }
  }

  private mutating func addSocket(_ descriptor: Int32, _ id: ConnectionID, unread: [UInt8]) {
    let interest = UInt32(CXS_READ)
    let slot = add(Client(id: id, descriptor: descriptor, input: unread, interest: interest))
    let number = UInt32(truncatingIfNeeded: slot) &+ Number.firstClient
    if cxs_epoll_set(epoll, descriptor, 1, interest, number) != 0 { remove(slot) }
  }

  /// Serves a ring; one that had failed goes on being served no more, until the domain asks for a
  /// fresh start.
  private mutating func addRing(
    _ domain: DomainID, _ link: RingLink, _ id: ConnectionID, error: RingError?
  ) {
    addRing(domain, link, id)
    if let error, let slot = ringSlots[domain] { clients[slot]?.ring?.fail(error) }
  }

  /// Maps a ring whose event channel is bound already.
  private mutating func link(_ ring: ConnectionRecord.Ring) throws(StoreError) -> RingLink? {
    guard let page = try host.map(ring.domain, frame: ring.frame ?? 0) else { return nil }
    let frame = ring.frame ?? 0
    if let port = ring.port {
      let remote = ring.remotePort ?? host.remotePort(of: port) ?? 0
      return RingLink(page: page, port: port, remotePort: remote, frame: frame)
    }
    guard let remote = ring.remotePort else { throw .invalid }
    let port = try host.bind(ring.domain, port: remote)
    return RingLink(page: page, port: port, remotePort: remote, frame: frame)
  }

  /// Looks at everything once: nothing else tells what happened while nobody served.
  private mutating func lookAround() {
    lookAtDomains()
    for slot in clients.indices {
      guard let id = clients[slot]?.id else { continue }
      clients[slot]?.traced = store.pendingBytes(id)
      schedule(slot)
      if store.pendingBytes(id) > 0 { send(slot, id) }
    }
  }
}
