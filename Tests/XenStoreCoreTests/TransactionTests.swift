import Testing
import XenStoreCore
import XenStoreWire

/// One step: inside the transaction, or outside between its last request and its end.
private enum Step {
  case inside((inout Harness, ConnectionID, UInt32) -> Void)
  case outside((inout Harness, ConnectionID) -> Void)
}

private func read(_ path: String) -> Step { .inside { _ = $0.read($1, path, in: $2) } }
private func write(_ path: String, _ value: String = "in") -> Step {
  .inside { $0.write($1, path, value, in: $2) }
}
private func list(_ path: String) -> Step { .inside { _ = $0.list($1, path, in: $2) } }
private func remove(_ path: String) -> Step { .inside { $0.remove($1, path, in: $2) } }
private func otherWrites(_ path: String, _ value: String = "out") -> Step {
  .outside { $0.write($1, path, value) }
}
private func otherRemoves(_ path: String) -> Step { .outside { $0.remove($1, path) } }

/// What a commit answers after these steps on a store with `/t/a`, `/t/b`, `/t/d/c`, all `0`.
private func outcome(_ steps: [Step]) -> String {
  var harness = Harness()
  let mine = harness.store.connectSocket()
  let other = harness.store.connectSocket()
  for path in ["/t/a", "/t/b", "/t/d/c"] { harness.write(mine, path, "0") }
  let transaction = harness.start(mine)
  for step in steps {
    switch step {
    case .inside(let body): body(&harness, mine, transaction)
    case .outside(let body): body(&harness, other)
    }
  }
  return harness.commit(mine, transaction)
}

@Suite struct TransactionTests {
  @Test func whatWasReadMustNotHaveChanged() {
    #expect(outcome([read("/t/a"), write("/t/b"), otherWrites("/t/a")]) == "EAGAIN")
    #expect(outcome([read("/t/a"), write("/t/a"), otherWrites("/t/a")]) == "EAGAIN")
    #expect(outcome([read("/t/a"), write("/t/b"), otherRemoves("/t/a")]) == "EAGAIN")
    #expect(outcome([read("/t/a"), write("/t/b"), otherWrites("/t/d/c")]) == "OK")
    #expect(outcome([read("/t/a"), write("/t/b"), otherWrites("/t/a", "0")]) == "OK")
  }

  @Test func blindWritesNeverConflict() {
    #expect(outcome([write("/t/b"), otherWrites("/t/b")]) == "OK")
    #expect(outcome([write("/t/b"), otherRemoves("/t/b")]) == "OK")
    #expect(outcome([write("/t/n"), otherWrites("/t/o")]) == "OK")
    #expect(outcome([write("/t/n"), otherWrites("/t/n")]) == "OK")
    #expect(outcome([remove("/t/d"), otherWrites("/t/d/f")]) == "OK")
    #expect(outcome([write("/t/d/e"), otherRemoves("/t/d")]) == "OK")
  }

  @Test func listsAndMissingNodesAreSeenToo() {
    #expect(outcome([list("/t"), write("/t/b"), otherWrites("/t/new")]) == "EAGAIN")
    #expect(outcome([list("/t"), write("/t/b"), otherRemoves("/t/a")]) == "EAGAIN")
    #expect(outcome([list("/t"), write("/t/b"), otherWrites("/t/a")]) == "OK")
    #expect(outcome([read("/t/n"), write("/t/b"), otherWrites("/t/n")]) == "EAGAIN")
    #expect(outcome([remove("/x/y"), write("/t/b"), otherWrites("/x", "")]) == "EAGAIN")
  }

  @Test func whoOnlyReadsIsNeverRefused() {
    #expect(outcome([read("/t/a"), otherWrites("/t/a")]) == "OK")
  }

  @Test func aTransactionSeesOneMoment() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let other = harness.store.connectSocket()
    harness.write(mine, "/a", "1")
    let transaction = harness.start(mine)
    harness.write(other, "/a", "2")
    harness.write(mine, "/c", "3", in: transaction)
    #expect(harness.read(mine, "/a", in: transaction) == "2")
    harness.write(other, "/a", "4")
    harness.write(other, "/b", "4")
    harness.write(other, "/c", "4")
    #expect(harness.read(mine, "/a", in: transaction) == "2")
    #expect(harness.read(mine, "/b", in: transaction) == "ENOENT")
    #expect(harness.read(mine, "/c", in: transaction) == "3")
    harness.write(mine, "/a", "3", in: transaction)
    #expect(harness.read(mine, "/a", in: transaction) == "3")
    #expect(harness.read(other, "/a") == "4")
    #expect(harness.commit(mine, transaction) == "EAGAIN")
    #expect(harness.read(mine, "/a") == "4")
    #expect(harness.read(mine, "/c") == "4")
  }

  @Test func aTransactionThatOnlyWroteSawNothing() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let other = harness.store.connectSocket()
    let transaction = harness.start(mine)
    harness.write(mine, "/a/b", "1", in: transaction)
    harness.write(mine, "/a/c", "1", in: transaction)
    harness.write(mine, "/a/b", "2", in: transaction)
    harness.write(other, "/a/b", "3")
    #expect(harness.remove(other, "/a") == "OK")
    #expect(harness.read(other, "/a/b") == "ENOENT")
    #expect(harness.ask(other, .watch, "/a", "t") == "OK")
    #expect(harness.take(other) == ["/a t"])
    #expect(harness.commit(mine, transaction) == "OK")
    #expect(harness.take(other) == ["/a/b t", "/a/c t"])
    #expect(harness.read(other, "/a/b") == "2")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func aMalformedWriteIsRefusedAtOnceAndLeavesTheRest() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let transaction = harness.start(mine)
    harness.write(mine, "/a", "1", in: transaction)
    for path in ["/a/", "//", "@releaseDomain", "", "/a b"] {
      #expect(harness.write(mine, path, "2", in: transaction) == "EINVAL")
    }
    #expect(harness.commit(mine, transaction) == "OK")
    #expect(harness.read(mine, "/a") == "1")
  }

  @Test func whatAGuestMayNotWriteIsRefusedAtOnce() {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let guest = harness.introduce(1)
    harness.write(socket, "/a", "1")
    let transaction = harness.start(guest)
    #expect(harness.write(guest, "/a", "2", in: transaction) == "EACCES")
    #expect(harness.commit(guest, transaction) == "OK")
    #expect(harness.read(socket, "/a") == "1")
  }

  @Test func onlyOneOfTwoThatSawEachOthersNodesCommits() {
    var harness = Harness()
    let one = harness.store.connectSocket()
    let two = harness.store.connectSocket()
    harness.write(one, "/a", "0")
    harness.write(one, "/b", "0")
    let first = harness.start(one)
    let second = harness.start(two)
    _ = harness.read(one, "/a", in: first)
    harness.write(one, "/b", "1", in: first)
    _ = harness.read(two, "/b", in: second)
    harness.write(two, "/a", "1", in: second)
    #expect(harness.commit(one, first) == "OK")
    #expect(harness.commit(two, second) == "EAGAIN")
  }

  @Test func unknownAndNestedTransactionsAreRefused() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.read(mine, "/", in: 7) == "ENOENT")
    #expect(harness.commit(mine, 0) == "ENOENT")
    let transaction = harness.start(mine)
    #expect(transaction == 1)
    #expect(harness.ask(mine, .transactionStart, "", transaction: transaction) == "EBUSY")
    #expect(harness.start(mine) == 2)
    #expect(harness.ask(mine, .transactionEnd, "F", transaction: transaction) == "OK")
    #expect(harness.commit(mine, transaction) == "ENOENT")
  }

  @Test func eventsComeAtCommitOncePerNode() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let watcher = harness.store.connectSocket()
    harness.write(mine, "/w/old", "")
    _ = harness.ask(watcher, .watch, "/w", "t")
    #expect(harness.take(watcher) == ["/w t"])
    let transaction = harness.start(mine)
    harness.write(mine, "/w/a", "1", in: transaction)
    harness.write(mine, "/w/a", "2", in: transaction)
    harness.write(mine, "/w/gone", "", in: transaction)
    harness.remove(mine, "/w/gone", in: transaction)
    harness.remove(mine, "/w/old", in: transaction)
    #expect(harness.take(watcher) == [])
    #expect(harness.commit(mine, transaction) == "OK")
    #expect(harness.take(watcher) == ["/w/a t", "/w/old t"])
  }

  @Test func resettingForgetsTransactionsEvenWithinOne() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let transaction = harness.start(mine)
    #expect(harness.ask(mine, .resetWatches, "", transaction: transaction) == "OK")
    #expect(harness.commit(mine, transaction) == "ENOENT")
    #expect(harness.store.inconsistency() == nil)
  }

  /// What the simulation found: the node's own event hid those of what went with it.
  @Test func aNodeThatIsWrittenAndThenRemovedTakesAlongWhatIsWatchedBelow() {
    var harness = Harness()
    let writer = harness.store.connectSocket()
    let watcher = harness.store.connectSocket()
    harness.write(writer, "/a/b", "x")
    #expect(harness.ask(watcher, .watch, "/a/b", "t") == "OK")
    _ = harness.take(watcher)
    let transaction = harness.start(writer)
    harness.write(writer, "/a", "y", in: transaction)
    harness.remove(writer, "/a", in: transaction)
    #expect(harness.commit(writer, transaction) == "OK")
    #expect(harness.take(watcher) == ["/a/b t"])
  }
}
