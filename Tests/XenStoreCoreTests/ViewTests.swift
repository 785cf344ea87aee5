import Testing
import XenStoreWire

@testable import XenStoreCore

/// A way in which the store changes under a transaction that read `/t/a`, which is `0`.
enum StoreChange: CaseIterable, Sendable {
  case write, makeDirectory, remove, permissions, notedCommit, forkedCommit, release

  func make(_ harness: inout Harness, _ other: ConnectionID) {
    switch self {
    case .write: harness.write(other, "/t/a", "1")
    case .makeDirectory: #expect(harness.ask(other, .makeDirectory, "/t/new") == "OK")
    case .remove: #expect(harness.remove(other, "/t/a") == "OK")
    case .permissions: #expect(harness.ask(other, .setPermissions, "/t/a", "n0", "r9") == "OK")
    case .notedCommit, .forkedCommit:
      let transaction = harness.start(other)
      if self == .forkedCommit { harness.remove(other, "/t/d", in: transaction) }
      harness.write(other, "/t/a", "1", in: transaction)
      #expect(harness.commit(other, transaction) == "OK")
    case .release: harness.store.release(DomainID(rawValue: 9))
    }
  }
}

/// What a transaction sees that looks at the store itself as long as that does not change.
@Suite final class ViewTests {
  private var harness = Harness()
  private let mine: ConnectionID
  private let other: ConnectionID

  init() {
    mine = harness.store.connectSocket()
    other = harness.store.connectSocket()
    _ = harness.introduce(9)
    for path in ["/t/a", "/t/d", "/t/g"] { harness.write(mine, path, "0") }
    #expect(harness.ask(mine, .setPermissions, "/t/g", "n9") == "OK")
  }

  private var snapshots: Int { harness.store.nodes.snapshots.open.count }

  @Test func readingAndWritingNeedsNoSnapshotWhileNothingChanges() {
    let transaction = harness.start(mine)
    #expect(harness.read(mine, "/t/a", in: transaction) == "0")
    #expect(harness.list(mine, "/t", in: transaction) == "a,d,g")
    #expect(harness.write(mine, "/t/a", "1", in: transaction) == "OK")
    #expect(harness.read(other, "/t/a") == "0")
    #expect(snapshots == 0)
    #expect(harness.commit(mine, transaction) == "OK")
    #expect(harness.read(other, "/t/a") == "1")
    #expect(snapshots == 0 && harness.store.inconsistency() == nil)
  }

  @Test func whatItWroteItReads() {
    let transaction = harness.start(mine)
    #expect(harness.read(mine, "/t/a", in: transaction) == "0")
    harness.write(mine, "/t/a", "1", in: transaction)
    #expect(harness.read(mine, "/t/a", in: transaction) == "1")
    #expect(harness.read(other, "/t/a") == "0")
    #expect(harness.commit(mine, transaction) == "OK")
    #expect(harness.read(other, "/t/a") == "1")
  }

  @Test(arguments: StoreChange.allCases)
  func whateverChangesItSeesOneMoment(change: StoreChange) {
    let names = harness.list(mine, "/t")
    for writes in [false, true] {
      harness.write(mine, "/t/a", "0")
      let transaction = harness.start(mine)
      #expect(harness.read(mine, "/t/a", in: transaction) == "0")
      if writes { harness.write(mine, "/t/w", "2", in: transaction) }
      change.make(&harness, other)
      #expect(snapshots == 1)
      #expect(harness.read(mine, "/t/a", in: transaction) == "0")
      let seen = harness.list(mine, "/t", in: transaction)
      #expect(writes || seen == names, "\(seen)")
      #expect(harness.read(mine, "/t/g", in: transaction) == "0")
      #expect(harness.ask(mine, .transactionEnd, "F", transaction: transaction) == "OK")
      #expect(snapshots == 0 && harness.store.inconsistency() == nil)
      guard change == .write || change == .permissions else { return }
    }
  }

  @Test func whoLeavesIsKeptNoViewFor() {
    for _ in 0..<3 {
      let client = harness.store.connectSocket()
      let transaction = harness.start(client)
      #expect(harness.read(client, "/t/a", in: transaction) == "0")
      harness.store.disconnect(client)
      #expect(harness.store.viewers.isEmpty)
    }
    harness.write(other, "/t/a", "1")
    #expect(snapshots == 0)
  }

  @Test func manyTransactionsOfOneSeeTheirOwnMoments() {
    let transactions = (0..<3).map { number in
      let transaction = harness.start(mine)
      #expect(harness.read(mine, "/t/a", in: transaction) == "\(number)")
      harness.write(other, "/t/a", "\(number + 1)")
      return transaction
    }
    for (number, transaction) in transactions.enumerated() {
      #expect(harness.read(mine, "/t/a", in: transaction) == "\(number)")
      harness.write(mine, "/t/b", "\(number)", in: transaction)
      #expect(harness.commit(mine, transaction) == "EAGAIN")
    }
    #expect(snapshots == 0 && harness.store.inconsistency() == nil)
  }
}
