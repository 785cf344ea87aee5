import Testing
import XenStoreWire

@testable import XenStoreCore

/// What is remembered of paths must never be told to a version of the tree for which it is not so.
@Suite final class PathCacheTests {
  private var harness = Harness()
  private let mine: ConnectionID
  private let other: ConnectionID

  init() {
    mine = harness.store.connectSocket()
    other = harness.store.connectSocket()
  }

  @Test func aDirectoryThatWasRemovedIsNotFoundByItsOldNode() {
    harness.write(mine, "/a/b/1", "1")
    #expect(harness.read(mine, "/a/b/2") == "ENOENT")
    #expect(harness.remove(mine, "/a/b") == "OK")
    #expect(harness.read(mine, "/a/b/1") == "ENOENT")
    harness.write(mine, "/c", "")
    #expect(harness.write(mine, "/a/b/2", "2") == "OK")
    #expect(harness.read(mine, "/a/b/2") == "2")
    #expect(harness.read(mine, "/a/b/1") == "ENOENT")
    #expect(harness.list(mine, "/a") == "b")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func whatOneVersionMakesAnotherDoesNotFind() {
    harness.write(mine, "/t", "")
    let one = harness.start(mine)
    let two = harness.start(other)
    #expect(harness.ask(mine, .makeDirectory, "/t/one/d", transaction: one) == "OK")
    #expect(harness.ask(other, .makeDirectory, "/t/two/d", transaction: two) == "OK")
    harness.write(mine, "/t/zero/d", "")
    for number in 0..<3 {
      let name = "\(number)"
      #expect(harness.write(mine, "/t/one/d/" + name, name, in: one) == "OK")
      #expect(harness.read(mine, "/t/one/d/" + name) == "ENOENT")
      #expect(harness.read(other, "/t/one/d/" + name, in: two) == "ENOENT")
      #expect(harness.write(other, "/t/two/d/" + name, name, in: two) == "OK")
      #expect(harness.write(mine, "/t/zero/d/" + name, name) == "OK")
      #expect(harness.read(mine, "/t/two/d/" + name, in: one) == "ENOENT")
      #expect(harness.read(mine, "/t/zero/d/" + name, in: one) == "ENOENT")
      #expect(harness.read(mine, "/t/one/d/" + name, in: one) == name)
    }
    #expect(harness.commit(mine, one) == "EAGAIN")
    #expect(harness.commit(other, two) == "OK")
    #expect(harness.list(mine, "/t") == "zero,two")
    #expect(harness.list(mine, "/t/zero/d") == "0,1,2")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func whatATransactionMadeIsFoundWhenItIsCommittedAndNotWhenItIsNot() {
    for commits in [true, false] {
      let transaction = harness.start(mine)
      #expect(harness.ask(mine, .makeDirectory, "/\(commits)/d", transaction: transaction) == "OK")
      #expect(harness.write(mine, "/\(commits)/d/1", "1", in: transaction) == "OK")
      #expect(harness.read(other, "/\(commits)/d/1") == "ENOENT")
      let end = harness.ask(mine, .transactionEnd, commits ? "T" : "F", transaction: transaction)
      #expect(end == "OK")
      #expect(harness.read(other, "/\(commits)/d/1") == (commits ? "1" : "ENOENT"))
      #expect(harness.read(other, "/\(commits)/d/2") == "ENOENT")
    }
    #expect(harness.store.inconsistency() == nil)
  }
}
