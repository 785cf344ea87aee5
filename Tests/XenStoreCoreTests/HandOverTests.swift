import Foundation
import Testing
import XenStoreCore
import XenStoreState
import XenStoreWire

@Suite struct HandOverTests {
  /// Puts another store in the place of a harness's; returns the connections in order.
  private func handOver(
    _ harness: inout Harness, domainExists: @escaping (DomainID) -> Bool = { _ in true }
  ) throws -> [ConnectionID] {
    let stream = try exported(&harness.store)
    let imported = try Imported(stream, domainExists: domainExists)
    #expect(imported.errors == [])
    let connections = imported.connections
    harness.store = imported.take()
    #expect(try exported(&harness.store) == stream)
    #expect(harness.store.inconsistency() == nil)
    return connections
  }

  private func capture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = folder.appendingPathComponent("XenStoreStateTests/Captures/\(name)")
    return Array(try Data(contentsOf: file))
  }

  /// A stream of one node after the other; a name alone before `=` has no permissions but its
  /// owner's.
  private func stream(_ nodes: [(path: String, value: String, permissions: [Permission])]) throws
    -> [UInt8]
  {
    var writer = StateWriter(version: .one)
    for node in nodes {
      try writer.appendNode(
        path: Array(node.path.utf8).span,
        permissions: node.permissions.map { StatePermission($0) },
        value: Array(node.value.utf8).span)
    }
    writer.end()
    return writer.take()
  }

  private let zero = [Permission(.zero, [])]

  // MARK: Nodes

  @Test func nodesKeepOwnersPermissionsValuesAndOrder() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let guest = harness.introduce(7)
    harness.write(socket, "/local/domain/7", "")
    _ = harness.ask(socket, .setPermissions, "/local/domain/7", "n7", "r0")
    harness.write(guest, "data/z", "first")
    harness.write(guest, "data/a", "second")
    _ = harness.ask(guest, .setPermissions, "data/a", "b7", "w0", "r32757")
    let ids = try handOver(&harness)
    #expect(harness.list(ids[0], "/local/domain/7/data") == "z,a")
    #expect(harness.read(ids[1], "data/a") == "second")
    #expect(harness.ask(ids[0], .getPermissions, "/local/domain/7/data/a") == "b7,w0,r32757")
    #expect(harness.ask(ids[0], .getPermissions, "/local/domain/7/data/z") == "n7,r0")
  }

  @Test func nodesAreChargedToTheirOwners() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    _ = harness.ask(socket, .setQuota, "nodes", "3")
    let guest = harness.introduce(7)
    harness.write(socket, "/d", "")
    _ = harness.ask(socket, .setPermissions, "/d", "n7")
    harness.write(guest, "/d/1", "")
    let ids = try handOver(&harness)
    #expect(harness.write(ids[1], "/d/2", "") == "OK")
    #expect(harness.write(ids[1], "/d/3", "") == "ENOSPC")
    #expect(harness.ask(ids[0], .release, "7") == "OK")
    #expect(harness.list(ids[0], "/") == "")
  }

  @Test func childrenMayComeBeforeTheirParents() throws {
    let seven = [Permission(DomainID(rawValue: 7), .read)]
    let bytes = try stream([
      ("/a/b/c", "deep", seven), ("/a/b", "middle", zero), ("/x", "", zero),
      ("/a", "top", seven), ("/", "root", zero), ("/a/b/d", "", zero),
    ])
    let imported = try Imported(bytes)
    #expect(imported.errors == [])
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    #expect(harness.read(socket, "/") == "root")
    #expect(harness.read(socket, "/a") == "top")
    #expect(harness.ask(socket, .getPermissions, "/a") == "r7")
    #expect(harness.read(socket, "/a/b") == "middle")
    #expect(harness.ask(socket, .getPermissions, "/a/b") == "n0")
    #expect(harness.list(socket, "/a/b") == "c,d")
    #expect(harness.list(socket, "/") == "a,x")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func aPathOfManyMissingNodesIsMade() throws {
    // More nodes than there are records: the index grows while it is filled.
    let deep = (0..<40).map { number in
      ("/\(number)" + String(repeating: "/\(number)", count: number * 4), "\(number)", zero)
    }
    let bytes = try stream(deep + deep + [("/39", "top", zero)])
    let imported = try Imported(bytes)
    #expect(imported.errors == [])
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    for (path, value, _) in deep.dropLast() { #expect(harness.read(socket, path) == value) }
    #expect(harness.read(socket, "/39") == "top")
    #expect(harness.store.nodeCount == 1 + 40 + 4 * 39 * 40 / 2)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func nodesOfManyOwnersAndSizesAreChargedOneByOne() throws {
    let nodes = (0..<2_000).map { number in
      let owner = Permission(DomainID(rawValue: UInt16(number / 3 % 4)), .read)
      let others = (0..<number % 5).map { Permission(DomainID(rawValue: UInt16(8 + $0)), .write) }
      return (
        "/d\(number / 50)/n\(number)", String(repeating: "v", count: number % 90),
        [owner] + others
      )
    }
    let imported = try Imported(try stream(nodes))
    #expect(imported.errors == [])
    var harness = Harness()
    harness.store = imported.take()
    #expect(harness.store.inconsistency() == nil)
    let socket = harness.store.connectSocket()
    for number in [0, 7, 999, 1_999] {
      #expect(harness.read(socket, nodes[number].0) == nodes[number].1)
      #expect(
        harness.ask(socket, .getPermissions, nodes[number].0).split(separator: ",").count
          == number % 5 + 1)
    }
    let first = try exported(&harness.store)
    let again = try Imported(first)
    harness.store = again.take()
    #expect(try exported(&harness.store) == first)
  }

  @Test func whatIsRefusedLeavesTheNextNodeItsPlace() throws {
    let nobody = [Permission(DomainID(rawValue: 0x7ff2), .read)]
    let bytes = try stream([
      ("/a/b", "1", zero), ("/a/b//c", "", zero), ("/a/b/c", "", nobody), ("/a/b/d", "2", zero),
      ("relative", "", zero), ("/a/e", String(repeating: "v", count: 20_000), zero),
      ("/a/f", "3", zero),
    ])
    let imported = try Imported(bytes)
    #expect(imported.errors == [.badPath, .badPermissions, .badPath, .tooLong])
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    #expect(harness.list(socket, "/a") == "b,f")
    #expect(harness.list(socket, "/a/b") == "d")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func theLastRecordOfANodeCounts() throws {
    let imported = try Imported(
      try stream([("/a", "a longer value than the next", zero), ("/a", "", zero)]))
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    #expect(harness.read(socket, "/a") == "")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func permissionsOfDomainsThatAreGoneAreLeftOut() throws {
    var writer = StateWriter(version: .one)
    let gone = DomainID(rawValue: 9)
    let stale = DomainID(rawValue: 8)
    try writer.appendNode(
      path: Array("/a".utf8).span,
      permissions: [
        StatePermission(Permission(.zero, [])), StatePermission(Permission(gone, .read)),
        StatePermission(Permission(stale, .write), isStale: true),
        StatePermission(Permission(DomainID(rawValue: 7), .read)),
      ], value: Span())
    writer.end()
    let imported = try Imported(writer.take(), domainExists: { $0 != gone })
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    #expect(harness.ask(socket, .getPermissions, "/a") == "n0,r7")
    // A namesake that comes later has no part in it.
    let guest = harness.introduce(9)
    #expect(harness.read(guest, "/a") == "EACCES")
  }

  @Test func nodesOfAnOwnerThatIsGoneGoWithIt() throws {
    let imported = try Imported(
      try stream([("/a", "", [Permission(DomainID(rawValue: 9), [])]), ("/b", "", zero)]),
      domainExists: { _ in false })
    var harness = Harness()
    harness.store = imported.take()
    let known = harness.store.knownDomains
    #expect(known == [DomainID(rawValue: 9)])
    harness.store.release(DomainID(rawValue: 9))
    let socket = harness.store.connectSocket()
    #expect(harness.list(socket, "/") == "b")
  }

  @Test(arguments: ["a", "/a/", "//a", "/a b", "@x", "/a//b"])
  func pathsThatAreNoneAreRefused(_ path: String) throws {
    let imported = try Imported(try stream([(path, "", zero), ("/ok", "", zero)]))
    #expect(imported.errors == [.badPath])
    var harness = Harness()
    harness.store = imported.take()
    let socket = harness.store.connectSocket()
    #expect(harness.list(socket, "/") == "ok")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func aNodeThatIsTooLargeIsRefused() throws {
    let value = String(repeating: "v", count: 17_000)
    let imported = try Imported(
      try stream([("/a", value, zero), ("/b", "", [Permission(.any, [])])]))
    #expect(imported.errors == [.tooLong, .badPermissions])
    let wrong = imported.store.inconsistency()
    #expect(wrong == nil)
  }

  // MARK: Clients

  @Test func watchesKeepPathTokenAndDepth() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let guest = harness.introduce(7)
    harness.write(socket, "/local/domain/7", "")
    _ = harness.ask(socket, .setPermissions, "/local/domain/7", "b7")
    _ = harness.ask(guest, .watch, "device", "relative")
    _ = harness.ask(guest, .watch, "/local/domain/7", "absolute", "1")
    _ = harness.ask(socket, .watch, "@releaseDomain", "special")
    _ = harness.ask(socket, .watch, "@releaseDomain/7", "exact")
    _ = harness.ask(socket, .watch, "/", "root")
    let ids = try handOver(&harness)
    harness.events = [:]
    harness.write(ids[1], "device/vif", "1")
    #expect(harness.take(ids[1]) == ["device/vif relative"])
    #expect(harness.take(ids[0]) == ["/local/domain/7/device/vif root"])
    harness.write(ids[1], "device", "1")
    #expect(
      harness.take(ids[1]) == ["/local/domain/7/device absolute", "device relative"])
    #expect(harness.ask(ids[1], .watch, "device", "relative") == "EEXIST")
    #expect(harness.ask(ids[1], .unwatch, "device", "relative") == "OK")
    harness.events = [:]
    _ = harness.ask(ids[0], .release, "7")
    let ends = harness.take(ids[0])
    #expect(ends.contains("@releaseDomain special") && ends.contains("@releaseDomain/7 exact"))
  }

  /// Wherever another store goes on, a client hears the same as when none does.
  @Test func anEventThatIsUnreadIsNotSentAgain() throws {
    func events(handingOverBefore cut: Int?) throws -> [[String]] {
      var harness = Harness()
      let socket = harness.store.connectSocket()
      let guest = harness.introduce(7)
      harness.write(socket, "/local/domain/7/data", "")
      _ = harness.ask(socket, .setPermissions, "/local/domain/7", "n7")
      _ = harness.ask(socket, .setPermissions, "/local/domain/7/data", "n7")
      _ = harness.ask(socket, .setPermissions, "@releaseDomain", "n0", "r7")
      _ = harness.ask(guest, .watch, "data", "t")
      _ = harness.ask(guest, .watch, "/local/domain/7", "t")
      _ = harness.ask(guest, .watch, "/local/domain/7/data", "other")
      _ = harness.ask(guest, .watch, "@releaseDomain", "t", "1")
      for path in ["/a", "/", "@releaseDomain"] { _ = harness.ask(socket, .watch, path, "t") }
      for domain in 8...9 { _ = harness.introduce(UInt16(domain)) }
      _ = (harness.take(socket), harness.take(guest))
      var writer = socket
      let steps = [
        "/a", "/a", "/a/b", "/local/domain/7/data", "/local/domain/7/data", "8", "9", "/a/b",
        "/local/domain/7/data/x", "/local/domain/7/data/x", "/a/b", "/a",
      ]
      for (number, step) in steps.enumerated() {
        if number == cut { writer = try handOver(&harness)[0] }
        if let domain = UInt16(step) {
          harness.store.release(DomainID(rawValue: domain))
        } else {
          let payload = Array(step.utf8) + [0]
          harness.store.handle(
            writer,
            MessageHeader(
              type: MessageType.write.rawValue, requestID: 1, transactionID: 0,
              length: UInt32(payload.count)), payload.span)
        }
      }
      harness.drain()
      return harness.events.sorted { $0.key < $1.key }.map(\.value)
    }
    let expected = try events(handingOverBefore: nil)
    #expect(expected.count == 2)
    #expect(expected.joined().filter { $0 == "/a t" }.count == 4)
    for cut in 0..<12 { #expect(try events(handingOverBefore: cut) == expected, "\(cut)") }
  }

  @Test func whatIsUnreadIsStillSent() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let reader = harness.store.connectSocket()
    harness.write(socket, "/a", "0123456789")
    let payload = Array("/a".utf8) + [0]
    for number in UInt32(1)...3 {
      let header = MessageHeader(
        type: MessageType.read.rawValue, requestID: number, transactionID: 0, length: 3)
      harness.store.handle(reader, header, payload.span)
    }
    var before: [UInt8] = []
    // The first reply and a part of the second are on their way.
    harness.store.send(reader) { span in
      for index in 0..<30 { before.append(span[index]) }
      return 30
    }
    let stream = try exported(&harness.store)
    var records: [ConnectionRecord] = []
    var parser = try StateReader(stream.span)
    while let record = try parser.next(in: stream.span) {
      if case .connection(let found) = record { records.append(found) }
    }
    #expect(records[1].partialReply == 22)
    #expect(records[1].unsent.count == 3 * 26 - 30)
    let ids = try handOver(&harness)
    let dirty = harness.store.dirty
    #expect(dirty == [ids[1]])
    var after: [UInt8] = []
    harness.store.send(ids[1]) { span in
      for index in 0..<10 { after.append(span[index]) }
      return 10
    }
    // The rest of the second goes on being the rest of one.
    let again = try handOver(&harness)
    harness.store.send(again[1]) { span in
      for index in span.indices { after.append(span[index]) }
      return span.count
    }
    var position = 0
    var numbers: [UInt32] = []
    while let header = MessageHeader(reading: (before + after).span, at: position) {
      numbers.append(header.requestID)
      position += 16 + Int(header.length)
    }
    #expect(numbers == [1, 2, 3])
    #expect(position == before.count + after.count)
  }

  @Test func domainsKeepTargetsFeaturesAndQuotas() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    _ = harness.ask(socket, .setFeature, "7", "5")
    _ = harness.ask(socket, .setQuota, "nodes", "77")
    let stub = harness.introduce(7)
    _ = harness.introduce(8)
    _ = harness.ask(socket, .setTarget, "7", "8")
    _ = harness.ask(socket, .setQuota, "8", "watches", "3")
    harness.write(socket, "/of8", "x")
    _ = harness.ask(socket, .setPermissions, "/of8", "n8")
    #expect(harness.read(stub, "/of8") == "x")
    let ids = try handOver(&harness)
    #expect(harness.read(ids[1], "/of8") == "x")
    #expect(harness.ask(ids[0], .getFeature, "7") == "5")
    #expect(harness.ask(ids[0], .getQuota, "8", "watches") == "3")
    #expect(harness.ask(ids[0], .getQuota, "nodes") == "77")
    #expect(harness.ask(ids[0], .isDomainIntroduced, "8") == "T")
    _ = harness.ask(ids[0], .release, "8")
    #expect(harness.read(ids[1], "/of8") == "EACCES")
  }

  @Test func aShutdownThatWasSaidIsNotSaidAgain() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    _ = harness.introduce(7)
    _ = harness.introduce(8)
    harness.store.shutDown(DomainID(rawValue: 7))
    _ = harness.ask(socket, .watch, "@releaseDomain", "t")
    let ids = try handOver(&harness)
    harness.events = [:]
    harness.store.shutDown(DomainID(rawValue: 7))
    harness.drain()
    #expect(harness.take(ids[0]) == [])
    harness.store.shutDown(DomainID(rawValue: 8))
    harness.drain()
    #expect(harness.take(ids[0]) == ["@releaseDomain t"])
  }

  @Test func permissionsOfSpecialWatchesAreKept() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let guest = harness.introduce(7)
    _ = harness.ask(socket, .setPermissions, "@releaseDomain", "n0", "r7")
    _ = harness.ask(guest, .watch, "@releaseDomain", "t")
    let ids = try handOver(&harness)
    _ = harness.introduce(8)
    harness.drain()
    harness.events = [:]
    _ = harness.ask(ids[0], .release, "8")
    #expect(harness.take(ids[1]) == ["@releaseDomain t"])
  }

  @Test func aRequestThatWaitsForItsTurnIsServedBySuccessor() throws {
    var harness = Harness()
    harness.store.takesTurns = true
    let a = harness.store.connectSocket()
    let b = harness.store.connectSocket()
    harness.write(a, "/n", "0")
    // Both lose once, so that both take turns from then on.
    let lost = [harness.start(a), harness.start(b)]
    _ = harness.read(a, "/n", in: lost[0])
    _ = harness.read(b, "/n", in: lost[1])
    harness.write(a, "/m", "1", in: lost[0])
    harness.write(b, "/m", "1", in: lost[1])
    harness.write(a, "/n", "1")
    #expect(harness.commit(a, lost[0]) == "EAGAIN")
    #expect(harness.commit(b, lost[1]) == "EAGAIN")
    let held = harness.start(a)
    let waiting = harness.start(b)
    let requests = [held, waiting].map { transaction in
      var bytes: [UInt8] = []
      MessageHeader(
        type: MessageType.read.rawValue, requestID: 55, transactionID: transaction, length: 3
      ).append(to: &bytes)
      return bytes + Array("/n".utf8) + [0]
    }
    let (first, request) = (requests[0], requests[1])
    #expect(harness.store.consume(a, first.span).bytes == 19)
    harness.drain()
    #expect(harness.store.consume(b, request.span).bytes == 0)
    let waits = harness.store.hasTurnWaiters
    #expect(waits)
    let ids = try handOver(&harness)
    #expect(harness.store.consume(ids[1], request.span).bytes == request.count)
    #expect(harness.drain(expecting: ids[1])?.text == "1")
    #expect(harness.commit(ids[0], held) == "EAGAIN")
  }

  // MARK: Transactions

  @Test func aTransactionGoesOnButItsEndIsAgain() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    harness.write(socket, "/old/below", "1")
    harness.write(socket, "/kept", "1")
    let transaction = harness.start(socket)
    harness.write(socket, "/new/deep", "2", in: transaction)
    harness.write(socket, "/kept", "2", in: transaction)
    harness.remove(socket, "/old", in: transaction)
    harness.write(socket, "/old", "again", in: transaction)
    let first = try handOver(&harness)
    // A second time, too.
    let ids = try handOver(&harness)
    #expect(first.count == 1)
    #expect(harness.read(ids[0], "/new/deep") == "ENOENT")
    #expect(harness.read(ids[0], "/kept") == "1")
    #expect(harness.read(ids[0], "/new/deep", in: transaction) == "2")
    #expect(harness.read(ids[0], "/kept", in: transaction) == "2")
    #expect(harness.list(ids[0], "/old", in: transaction) == "")
    #expect(harness.read(ids[0], "/old", in: transaction) == "again")
    #expect(
      harness.ask(ids[0], .setPermissions, "/new", "n7", transaction: transaction) == "OK")
    #expect(harness.write(ids[0], "/new/more", "3", in: transaction) == "OK")
    #expect(harness.commit(ids[0], transaction) == "EAGAIN")
    #expect(harness.commit(ids[0], transaction) == "ENOENT")
    #expect(harness.read(ids[0], "/kept") == "1")
    #expect(harness.read(ids[0], "/old/below") == "1")
    let next = harness.start(ids[0])
    #expect(next != transaction)
    harness.write(ids[0], "/kept", "3", in: next)
    #expect(harness.commit(ids[0], next) == "OK")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func aTransactionThatOnlyReadIsToldAgain() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let transactions = [harness.start(socket), harness.start(socket)]
    let ids = try handOver(&harness)
    #expect(harness.commit(ids[0], transactions[0]) == "EAGAIN")
    #expect(
      harness.ask(ids[0], .transactionEnd, "F", transaction: transactions[1]) == "OK")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func versionOneHoldsNothingThatTheCDaemonWouldTakeForAnother() throws {
    var harness = Harness()
    let socket = harness.store.connectSocket()
    let transaction = harness.start(socket)
    harness.write(socket, "/pending", "", in: transaction)
    _ = harness.ask(socket, .watch, "/a", "t", "1")
    let stream = try exported(&harness.store, version: .one)
    var parser = try StateReader(stream.span)
    while let record = try parser.next(in: stream.span) {
      switch record {
      case .quotas, .domain: Issue.record("\(record)")
      case .node(let node): #expect(node.connection == 0)
      case .watch(let watch): #expect(watch.depth == nil)
      case .global, .connection, .transaction: break
      }
    }
  }

  // MARK: Other daemons

  @Test func theStreamOfTheCDaemonIsTaken() throws {
    let imported = try Imported(try capture("xenstored-4.17"))
    #expect(imported.errors == [])
    let ids = imported.connections
    var harness = Harness()
    harness.store = imported.take()
    #expect(harness.store.inconsistency() == nil)
    #expect(ids.count == 9)
    #expect(harness.list(ids[1], "/z") == "last,first")
    #expect(harness.ask(ids[1], .getPermissions, "/local/domain/7/data") == "n7,b9,r8")
    #expect(harness.read(ids[2], "data/new") == "by guest")
    #expect(harness.ask(ids[1], .isDomainIntroduced, "9") == "T")
    harness.drain()
    harness.events = [:]
    harness.write(ids[2], "device/vif/0", "x")
    #expect(
      harness.take(ids[2]) == ["/local/domain/7/device/vif/0 abs", "device/vif/0 guest token"])
    #expect(harness.take(ids[1]) == ["/local/domain/7/device/vif/0 tok one"])
  }

  @Test func theDumpOfTheOCamlDaemonIsTaken() throws {
    let imported = try Imported(try capture("oxenstored-4.17"))
    #expect(imported.errors == [])
    let ids = imported.connections
    var harness = Harness()
    harness.store = imported.take()
    #expect(harness.store.inconsistency() == nil)
    #expect(harness.read(ids[0], "data/new") == "by guest")
    harness.drain()
    harness.events = [:]
    harness.write(ids[0], "device/vif/0", "x")
    #expect(
      harness.take(ids[0]).sorted() == [
        "/local/domain/7/device/vif/0 abs", "device/vif/0 guest token",
      ])
    #expect(harness.list(ids[3], "/z") == "last,first")
  }

  @Test func recordsOfUnknownConnectionsAreRefused() throws {
    var writer = StateWriter(version: .one)
    try writer.append(WatchRecord(connection: 3, path: [0x2f], token: [0x74]))
    writer.append(TransactionRecord(connection: 3, id: 1))
    try writer.append(ConnectionRecord(id: 1, kind: .socket(4)))
    try writer.append(ConnectionRecord(id: 1, kind: .socket(4)))
    let ring = ConnectionRecord.Ring(domain: DomainID(rawValue: 0x7ff2), port: 1)
    try writer.append(ConnectionRecord(id: 2, kind: .ring(ring)))
    try writer.append(WatchRecord(connection: 1, path: [0x2f], token: [0x74]))
    try writer.append(WatchRecord(connection: 1, path: [0x2f], token: [0x74]))
    try writer.append(WatchRecord(connection: 1, path: [0x20], token: [0x74]))
    writer.end()
    let imported = try Imported(writer.take())
    #expect(
      imported.errors == [
        .unknownOwner, .unknownOwner, .isThere, .badDomain, .isThere, .badPath,
      ])
    let wrong = imported.store.inconsistency()
    #expect(wrong == nil)
  }
}
