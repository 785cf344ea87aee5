import Testing
import XenStoreWire

@testable import XenStoreCore

@Suite struct JournalTests {
  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func aStoreToWhichTheJournalIsDoneIsTheSame(seed: UInt64) throws {
    var simulation = Simulation(seed: seed)
    simulation.harness.store.keepsJournal = true
    for _ in 0..<1000 { #expect(simulation.step() == nil) }
    let journal = simulation.harness.store.journal
    var other = Simulation(seed: seed)
    try other.harness.store.replay(journal.span) { _, _ in }
    simulation.harness.drain()
    #expect(dump(&simulation.harness) == dump(&other.harness))
    #expect(other.harness.store.inconsistency() == nil)
  }

  @Test func aRingKeepsWatchesAndItsTransactionsCannotBeCommitted() throws {
    var harness = Harness()
    harness.store.keepsJournal = true
    let control = harness.store.connectSocket()
    let guest = harness.introduce(5)
    harness.write(control, "/a", "1")
    _ = harness.ask(control, .setPermissions, "/a", "b5")
    #expect(harness.ask(guest, .watch, "/a", "t") == "OK")
    #expect(harness.ask(guest, .watch, "/b", "t") == "OK")
    #expect(harness.ask(guest, .unwatch, "/b", "t") == "OK")
    let open = harness.start(guest)
    let ended = harness.start(guest)
    #expect(harness.commit(guest, ended) == "OK")

    var other = Harness()
    try other.store.replay(harness.store.journal.span) { _, _ in }
    let again = other.store.domains[5].map { ConnectionID(index: Int($0.connection)) }
    let ring = try #require(again)
    other.drain()
    #expect(other.events.isEmpty)
    #expect(other.read(ring, "/a", in: open) == "1")
    #expect(other.write(ring, "/a", "2", in: open) == "OK")
    #expect(other.commit(ring, open) == "EAGAIN")
    #expect(other.commit(ring, ended) == "ENOENT")
    #expect(other.write(ring, "/a", "3") == "OK")
    #expect(other.take(ring) == ["/a t"])
    #expect(other.start(ring) == ended + 1)
  }

  @Test func whatTheOwnerNotedOfARingComesBackInOrder() throws {
    var harness = Harness()
    harness.store.keepsJournal = true
    harness.store.noteRing(DomainID(rawValue: 3), [1, 2, 3])
    harness.store.noteRing(DomainID(rawValue: 4), [])
    var notes: [String] = []
    var other = Harness()
    try other.store.replay(harness.store.journal.span) { domain, bytes in
      notes.append("\(domain.rawValue): \(bytes.count)")
    }
    #expect(notes == ["3: 3", "4: 0"])
  }

  @Test func aJournalThatIsCutOffOrWrongSaysWhere() {
    var harness = Harness()
    harness.store.keepsJournal = true
    let control = harness.store.connectSocket()
    harness.write(control, "/a", "1")
    let first = harness.store.journal.count
    harness.write(control, "/b", "1")
    let journal = harness.store.journal.bytes(from: 0)
    for length in first + 1..<journal.count {
      var other = Harness()
      #expect(throws: JournalError(offset: first)) {
        try other.store.replay(journal.span.extracting(0..<length)) { _, _ in }
      }
    }
    for index in 0..<journal.count {
      for bit in 0..<8 {
        var wrong = journal
        wrong[index] ^= 1 << UInt8(bit)
        var other = Harness()
        try? other.store.replay(wrong.span) { _, _ in }
        #expect(other.store.inconsistency() == nil)
      }
    }
  }

  /// Every node with its value and permissions.
  private func dump(_ harness: inout Harness) -> [String] {
    let control = harness.store.connectSocket()
    defer { harness.store.disconnect(control) }
    var lines: [String] = []
    var stack = ["/"]
    while let path = stack.popLast() {
      let value = harness.send(control, MessageType.read.rawValue, Array(path.utf8) + [0]).payload
      lines.append("\(path) \(value) \(harness.ask(control, .getPermissions, path))")
      let children = harness.list(control, path).split(separator: ",")
      stack += children.map { path == "/" ? "/\($0)" : "\(path)/\($0)" }
    }
    return lines
  }
}
