import CXenStore
import XenStoreCore
import XenStoreState
import XenStoreWire

extension Server {
  /// Goes on where a server before us was killed, when it left something to go on with.
  mutating func recover(from folder: StateFolder) {
    guard let first = folder.newestCheckpoint else { return }
    let start = SystemCalls.milliseconds()
    do throws(SystemError) {
      guard let journal = try JournalFile.read(folder.journal(first)) else {
        log.write("\(folder.path): what is there is of an earlier boot; the store begins empty")
        return
      }
      guard try takeCheckpoint(folder.checkpoint(first)) else { return }
      var rings: [DomainID: NotedRing] = [:]
      guard replay(journal, folder.journal(first), &rings) else { return }
      for generation in folder.journals(from: first).dropFirst() {
        let path = folder.journal(generation)
        guard let journal = try JournalFile.read(path), replay(journal, path, &rings) else { break }
      }
      resume(rings)
      condemn(JournalFile.strikes(in: folder.journal(folder.newest)))
    } catch {
      log.write("\(error.message): what was known before cannot be recovered in full")
    }
    let time = SystemCalls.milliseconds() &- start
    log.write("recovered \(store.nodeCount) nodes and \(ringSlots.count) rings in \(time) ms")
  }

  /// Does what a journal says; false when it makes no sense somewhere.
  private mutating func replay(
    _ journal: [UInt8], _ path: String, _ rings: inout [DomainID: NotedRing]
  ) -> Bool {
    do throws(JournalError) {
      try store.replay(journal.span) { domain, bytes in
        guard let note = RingNote(bytes) else { return }
        if rings[domain] == nil {
          rings[domain] = NotedRing(note)
        } else {
          rings[domain]?.take(note)
        }
      }
      return true
    } catch {
      log.write("\(path): makes no sense from byte \(error.offset) on; what comes after is lost")
      return false
    }
  }

  /// Takes in a checkpoint; false when it makes no sense.
  private mutating func takeCheckpoint(_ path: String) throws(SystemError) -> Bool {
    let file = try MappedFile(path)
    let stream = file.bytes
    do throws(StateError) {
      var reader = try StateReader(stream)
      var importer = StateImport(from: reader, in: stream, into: &store)
      var losses = Losses()
      repeat {
        try importer.takeNodes(from: &reader, in: stream, into: &store) { error, reader in
          losses.note("\(error) before byte \(reader.offset)")
        }
      } while try takeRecord(&reader, stream, &importer, &losses)
      importer.finish(&store)
      if losses.count > 0 {
        log.write("\(path): \(losses.count) records are left out, the first: \(losses.first)")
      }
      return true
    } catch {
      log.write("\(path): makes no sense at byte \(error.offset): \(error.reason)")
      return false
    }
  }

  /// Takes the next record; false behind the last one.
  private mutating func takeRecord(
    _ reader: inout StateReader, _ stream: Span<UInt8>, _ importer: inout StateImport,
    _ losses: inout Losses
  ) throws(StateError) -> Bool {
    guard let record = try reader.next(in: stream) else { return false }
    do throws(ImportError) {
      try importer.take(record, reader.bytes(in: stream), into: &store)
    } catch {
      losses.note("\(error) before byte \(reader.offset)")
    }
    return true
  }

  /// Serves the rings of domains that were served before.
  private mutating func resume(_ rings: [DomainID: NotedRing]) {
    for domain in store.knownDomains {
      guard let id = store.ring(of: domain), let noted = rings[domain] else { continue }
      do throws(StoreError) {
        guard let link = try resumedLink(domain, noted.base) else { continue }
        resume(domain, link, id, noted)
      } catch {
        guard host.exists(domain) else { continue }
        log.write("the ring of domain \(domain.rawValue) cannot be served on: \(error.name)")
      }
    }
    if !ringSlots.isEmpty { lookAtDomains() }
  }

  /// Serves a domain no more whose requests end servers: all others come first.
  private mutating func condemn(_ strikes: Strikes) {
    guard let domain = strikes.condemned, let slot = ringSlots[domain] else { return }
    log.write(
      "domain \(domain.rawValue): its requests ended the server \(strikes.count) times in a row",
      .error)
    failRing(slot, .communication)
  }

  private mutating func resumedLink(
    _ domain: DomainID, _ base: RingNote.Base
  ) throws(StoreError) -> RingLink? {
    if domain != .zero { return try link(domain, frame: base.frame, port: base.port) }
    do throws(SystemError) {
      return try host.ownRing()
    } catch {
      throw .inputOutput
    }
  }

  private mutating func resume(
    _ domain: DomainID, _ link: RingLink, _ id: ConnectionID, _ noted: NotedRing
  ) {
    let ring = Ring(domain, link, store.features(of: domain), noted: noted)
    let slot = add(Client(id: id, ring: ring, input: noted.input))
    ringSlots[domain] = slot
    portSlots[link.port] = slot
    noteChange(slot)
    if !noted.base.isFailed {
      let owed = noted.owed(producer: link.page[word: RingPage.replyProducer])
      store.restoreOutput(id, owed.bytes, rest: owed.rest)
      clients[slot]?.traced = store.pendingBytes(id)
    }
    schedule(slot)
    // It may have asked for a fresh start while nobody served it.
    if ring.wantsFreshStart { serveRing(slot) }
  }
}
