import Testing
import XenStoreWire

@testable import XenStoreCore

/// The classes of faults that other daemons had, by the advisories that told of them.
///
/// - Source: `https://xenbits.xen.org/xsa/`
@Suite struct AdvisoryTests {
  /// Adds a socket and two guests, each with its own directory.
  private func fill(
    _ harness: inout Harness
  ) -> (socket: ConnectionID, one: ConnectionID, two: ConnectionID) {
    let socket = harness.store.connectSocket()
    let one = harness.introduce(1)
    let two = harness.introduce(2)
    for domain in 1...2 {
      harness.write(socket, "/local/domain/\(domain)", "")
      _ = harness.ask(socket, .setPermissions, "/local/domain/\(domain)", "n\(domain)")
    }
    return (socket, one, two)
  }

  /// A list that does not fit into a reply is an error, never a longer reply.
  @Test func xsa72RepliesAreNeverTooLong() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    let name = String(repeating: "n", count: 200)
    for index in 0..<30 { harness.write(socket, "/local/domain/1/\(name)\(index)", "") }
    #expect(harness.list(one, "/local/domain/1") == "E2BIG")
    #expect(harness.read(one, "/local/domain/1") == "")
  }

  @Test func xsa115EventsAreOnlyForThoseWhoMayRead() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    _ = harness.ask(one, .watch, "/", "t")
    _ = harness.ask(one, .watch, "@releaseDomain", "t")
    _ = harness.take(one)
    harness.write(socket, "/secret/key", "x")
    harness.write(socket, "/local/domain/2/x", "x")
    _ = harness.ask(socket, .release, "2")
    #expect(harness.take(one) == [])
  }

  /// Writes of a guest to its own nodes have nobody else's transaction fail.
  @Test func xsa206WritesElsewhereAreNoConflict() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    for _ in 0..<50 {
      let transaction = harness.start(socket)
      _ = harness.read(socket, "/local/domain/2", in: transaction)
      harness.write(socket, "/tool/x", "y", in: transaction)
      harness.write(one, "/local/domain/1/flood", "x")
      #expect(harness.commit(socket, transaction) == "OK")
    }
  }

  @Test(arguments: [[1, 2], [2, 1]] as [[UInt16]])
  func xsa233AndXsa425EndsOfADomainAndItsTargetInAnyOrder(order: [UInt16]) {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    _ = harness.ask(socket, .setTarget, "1", "2")
    _ = harness.ask(one, .watch, "@releaseDomain", "t")
    for domain in order {
      harness.store.release(DomainID(rawValue: domain))
      harness.store.release(DomainID(rawValue: domain))
      harness.drain()
    }
    #expect(harness.store.inconsistency() == nil)
    #expect(harness.ask(socket, .isDomainIntroduced, "1") == "F")
  }

  @Test func xsa272TheQuotaOfNodesHolds() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    var made = 0
    while made < 2000, harness.write(one, "/local/domain/1/\(made)", "") == "OK" { made += 1 }
    #expect(made == 999)
    #expect(harness.write(one, "/local/domain/1/a/b/c", "") == "ENOSPC")
  }

  @Test func xsa322AndXsa417ANamesakeInheritsNothing() {
    var harness = Harness()
    let (socket, _, two) = fill(&harness)
    harness.write(socket, "/shared", "secret")
    _ = harness.ask(socket, .setPermissions, "/shared", "n0", "r1")
    _ = harness.ask(socket, .setPermissions, "@releaseDomain", "n0", "r1")
    harness.store.release(DomainID(rawValue: 1))
    let namesake = harness.introduce(1)
    #expect(harness.read(namesake, "/shared") == "EACCES")
    #expect(harness.read(namesake, "/local/domain/1") == "EACCES")
    _ = harness.ask(namesake, .watch, "@releaseDomain", "t")
    _ = harness.take(namesake)
    _ = two
    harness.store.release(DomainID(rawValue: 2))
    harness.drain()
    #expect(harness.take(namesake) == [])
  }

  @Test func xsa323PathsHaveALongestLength() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    let long = String(repeating: "x/", count: 1100) + "x"
    #expect(harness.write(one, long, "") == "EINVAL")
    #expect(harness.write(one, "/" + String(repeating: "y/", count: 1600) + "y", "") == "EINVAL")
  }

  /// An event that would not fit into a message is not sent; a watch whose event could not be is
  /// refused.
  @Test func xsa324EventsAreNeverTooLong() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    let token = String(repeating: "t", count: 3000)
    #expect(harness.ask(one, .watch, "/local/domain/1", token) == "OK")
    _ = harness.take(one)
    harness.write(socket, "/local/domain/1/" + String(repeating: "z", count: 1500), "")
    #expect(harness.take(one) == [])
    #expect(harness.read(one, "/local/domain/1") == "")
  }

  /// What a guest does not read is charged to it, and stops being made.
  @Test func xsa326UnreadRepliesAreBounded() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    harness.write(one, "/local/domain/1/v", String(repeating: "v", count: 2000))
    var request: [UInt8] = []
    for _ in 0..<400 {
      RequestEncoding.append(.read, strings: ["/local/domain/1/v"], to: &request)
    }
    let taken = harness.store.consume(one, request.span)
    #expect(taken.reason == .unread)
    #expect(harness.store.pendingBytes(one) < (16 << 10) + 4200)
  }

  @Test func xsa326RequestsOfATransactionAreBounded() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    let transaction = harness.start(one)
    var count = 0
    while count < 5000, harness.read(one, "x", in: transaction) == "ENOENT" { count += 1 }
    #expect(count == 1024)
  }

  /// A transaction that never ends keeps a bounded part of what others replace.
  @Test func xsa326SnapshotsThatNeverEndAreBounded() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    let value = String(repeating: "v", count: 1100)
    for index in 0..<3000 { harness.write(socket, "/big/\(index)", value) }
    let transaction = harness.start(one)
    #expect(harness.list(one, "/local/domain/1", in: transaction) != "ENOENT")
    for index in 0..<3000 { harness.write(socket, "/big/\(index)", value) }
    #expect(harness.store.nodes.snapshots.keptCount <= XenStore.keptPages + 64)
    harness.write(one, "x", "y", in: transaction)
    #expect(harness.commit(one, transaction) == "EAGAIN")
    #expect(harness.store.nodes.snapshots.keptCount == 0)
    #expect(harness.store.inconsistency() == nil)
  }

  /// What was kept for a newer snapshot falls to a transaction when that ends, and counts then.
  @Test func xsa326SnapshotsThatInheritAreBounded() {
    var harness = Harness()
    let (socket, one, two) = fill(&harness)
    let value = String(repeating: "v", count: 1100)
    for index in 0..<3000 { harness.write(socket, "/big/\(index)", value) }
    let (old, young) = (harness.start(one), harness.start(two))
    _ = harness.read(one, "x", in: old)
    // Its snapshot is taken before the store changes.
    harness.write(socket, "/big", "")
    harness.store.beginExport()
    for index in 0..<3000 { harness.write(socket, "/big/\(index)", value) }
    _ = harness.read(two, "x", in: young)
    #expect(harness.store.nodes.snapshots.keptCount > XenStore.keptPages)
    #expect(harness.store.connections[one.index].transactions[0].isBroken == false)
    harness.store.endExport()
    #expect(harness.read(socket, "/local/domain/1") == "")
    #expect(harness.store.connections[one.index].transactions[0].isBroken)
    #expect(harness.store.nodes.snapshots.keptCount == 0)
    harness.write(two, "x", "y", in: young)
    #expect(harness.commit(one, old) == "EAGAIN")
    #expect(harness.commit(two, young) == "OK")
    #expect(harness.store.nodes.snapshots.count(Int32(one.index)) == 0)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func xsa330ResettingWatchesLeavesNothing() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    for _ in 0..<3 {
      for index in 0..<128 { #expect(harness.ask(one, .watch, "w\(index)", "t") == "OK") }
      #expect(harness.ask(one, .watch, "more", "t") == "E2BIG")
      #expect(harness.ask(one, .resetWatches, "") == "OK")
      #expect(harness.store.connections[one.index].watchBytes == 0)
    }
    #expect(harness.store.watches.count == 0)
  }

  @Test func xsa352AGuestCannotGiveItsNodesAway() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    harness.write(one, "/local/domain/1/x", "")
    #expect(harness.ask(one, .setPermissions, "/local/domain/1/x", "n2", "b1") == "EPERM")
  }

  @Test func xsa353TheRootHasPermissionsToo() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    #expect(harness.list(one, "/") == "EACCES")
    #expect(harness.write(one, "/", "x") == "EACCES")
    #expect(harness.ask(one, .setPermissions, "/", "b1") == "EACCES")
    #expect(harness.remove(one, "/") == "EINVAL")
  }

  /// XSA-414, 415, 421: what fails leaves neither nodes nor charges, in and out of transactions.
  @Test func xsa414AndXsa415WhatFailsLeavesNoTrace() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    let before = harness.store.nodes.usage(1)
    #expect(
      harness.write(one, "/local/domain/1/a/b", String(repeating: "v", count: 3000)) == "ENOSPC")
    let deep = "/local/domain/1" + String(repeating: "/d", count: 1001)
    #expect(harness.write(one, deep, "") == "ENOSPC")
    #expect(harness.store.nodes.usage(1).nodes == before.nodes)
    #expect(harness.store.nodes.usage(1).bytes == before.bytes)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func xsa418DeepTreesNeedNoStack() {
    var harness = Harness()
    let (socket, _, _) = fill(&harness)
    for index in 0..<200 {
      harness.write(socket, "/deep/\(index)" + String(repeating: "/d", count: 1400), "")
    }
    #expect(harness.remove(socket, "/deep") == "OK")
    #expect(harness.list(socket, "/deep") == "ENOENT")
    #expect(harness.store.inconsistency() == nil)
  }

  /// Nodes of a domain that is gone go, also below nodes of another; nobody inherits them.
  @Test func xsa419NodesOfADomainThatIsGoneBelongToNobody() {
    var harness = Harness()
    let (socket, one, two) = fill(&harness)
    _ = harness.ask(one, .setPermissions, "/local/domain/1", "b1")
    for index in 0..<100 { harness.write(two, "/local/domain/1/\(index)", "x") }
    let mine = harness.store.nodes.usage(0).nodes
    harness.store.release(DomainID(rawValue: 2))
    #expect(harness.store.nodes.usage(2).nodes == 0)
    #expect(harness.store.nodes.usage(0).nodes == mine)
    #expect(harness.list(socket, "/local/domain/1") == "")
  }

  @Test func xsa421NodesThatComeAndGoInTransactionsAreCounted() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    for round in 0..<20 {
      let transaction = harness.start(one)
      for index in 0..<100 { harness.write(one, "r\(round)/\(index)", "", in: transaction) }
      harness.remove(one, "r\(round)", in: transaction)
      #expect(harness.commit(one, transaction) == "OK")
    }
    #expect(harness.store.nodes.usage(1).nodes == 1)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func xsa440ConflictsAreAnAnswer() {
    var harness = Harness()
    let (socket, one, _) = fill(&harness)
    let transaction = harness.start(one)
    _ = harness.read(one, "/local/domain/1", in: transaction)
    _ = harness.list(one, "/local/domain/1", in: transaction)
    harness.write(one, "x", "1", in: transaction)
    _ = harness.remove(socket, "/local/domain/1")
    #expect(harness.commit(one, transaction) == "EAGAIN")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test(arguments: ["", "//", "a//b", "/a/", "@", "@/", "a b", "\u{7f}"])
  func xsa481PathsThatAreNoneAreRefused(path: String) {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    for type in [MessageType.read, .directory, .remove, .makeDirectory, .getPermissions] {
      #expect(harness.ask(one, type, path) == "EINVAL")
    }
    #expect(harness.ask(one, .unwatch, path, "t") == "ENOENT")
  }

  @Test func xsa483CountsEndWithTheDomain() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    var id = one
    for _ in 0..<5 {
      for index in 0..<999 { _ = harness.write(id, "n\(index)", "") }
      for index in 0..<128 { _ = harness.ask(id, .watch, "n\(index)", "t") }
      for _ in 0..<10 { #expect(harness.start(id) > 0) }
      harness.store.release(DomainID(rawValue: 1))
      harness.drain()
      #expect(harness.store.nodes.usage(1).nodes == 0)
      #expect(harness.store.nodes.usage(1).bytes == 0)
      id = harness.introduce(1)
    }
  }

  @Test func xsa484WatchesMayBeResetInATransaction() {
    var harness = Harness()
    let (_, one, _) = fill(&harness)
    let transaction = harness.start(one)
    #expect(harness.ask(one, .resetWatches, "", transaction: transaction) == "OK")
    #expect(harness.commit(one, transaction) == "ENOENT")
    #expect(harness.store.inconsistency() == nil)
  }
}
