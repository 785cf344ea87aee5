import Testing
import XenStoreWire

@testable import XenStoreCore

@Suite struct StoreTests {
  @Test func nodesAreWrittenReadListedAndRemoved() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.write(mine, "/a/b/c", "value") == "OK")
    #expect(harness.read(mine, "/a/b/c") == "value")
    #expect(harness.read(mine, "/a/b") == "")
    #expect(harness.read(mine, "/a/x") == "ENOENT")
    #expect(harness.ask(mine, .makeDirectory, "/a/b") == "OK")
    harness.write(mine, "/a/z", "")
    harness.write(mine, "/a/b2", "")
    #expect(harness.list(mine, "/a") == "b,z,b2")
    #expect(harness.remove(mine, "/a/missing") == "OK")
    #expect(harness.remove(mine, "/a/missing/x") == "ENOENT")
    #expect(harness.remove(mine, "/") == "EINVAL")
    #expect(harness.remove(mine, "/a") == "OK")
    #expect(harness.list(mine, "/") == "")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test(arguments: ["", "//", "/a/", "/a//b", "/a b", "/a\u{e9}", "@releaseDomain", "a/", "/a."])
  func whatIsNoPathIsRefused(path: String) {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.read(mine, path) == "EINVAL")
    #expect(harness.write(mine, path, "x") == "EINVAL")
  }

  @Test func longPathsAreRefused() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let guest = harness.introduce(1)
    #expect(harness.read(mine, "/" + String(repeating: "x", count: 3071)) == "ENOENT")
    #expect(harness.read(mine, "/" + String(repeating: "x", count: 3072)) == "EINVAL")
    #expect(harness.read(guest, String(repeating: "x", count: 2048)) == "EACCES")
    #expect(harness.read(guest, String(repeating: "x", count: 2049)) == "EINVAL")
  }

  @Test func valuesOfEverySizeKeepTheirBytes() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    for size in [0, 1, 7, 15, 16, 17, 40, 64, 100, 500, 2000, 4000, 4090, 12, 0, 4000] {
      let value = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      _ = harness.send(mine, 11, Array("/v\0".utf8) + value)
      #expect(harness.send(mine, 2, Array("/v\0".utf8)).payload == value)
    }
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func aListThatIsTooLongComesInParts() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    let names = (0..<900).map { "child\($0)" }
    for name in names { harness.write(mine, "/d/\(name)", "") }
    #expect(harness.list(mine, "/d") == "E2BIG")
    var collected: [UInt8] = []
    var generation = ""
    while true {
      let reply = harness.send(mine, 22, Array("/d\0\(collected.count)\0".utf8)).payload
      let end = reply.firstIndex(of: 0) ?? 0
      let head = String(decoding: reply[..<end], as: UTF8.self)
      #expect(generation.isEmpty || generation == head)
      generation = head
      let names = reply[(end + 1)...]
      if names.count == 1 || names.suffix(2) == [0, 0] {
        collected += names.dropLast()
        break
      }
      collected += names
    }
    #expect(collected == names.flatMap { Array($0.utf8) + [0] })
    harness.remove(mine, "/d/child3")
    let later = harness.ask(mine, .directoryPart, "/d", "0").split(separator: ",").first
    #expect(later.map(String.init) != generation)
  }

  @Test func aBigSubtreeGoesInSlicesAndIsGoneAtOnce() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    for index in 0..<6000 { harness.write(mine, "/big/\(index % 60)/\(index)", "v") }
    let payload = Array("/big\0".utf8)
    harness.store.handle(
      mine, MessageHeader(type: 13, requestID: 1, transactionID: 0, length: 5), payload.span)
    let isLeft = harness.store.continueWork(budget: 1)
    #expect(isLeft)
    #expect(harness.read(mine, "/big/3/3") == "ENOENT")
    harness.write(mine, "/big/3", "new")
    #expect(harness.list(mine, "/big/3") == "")
    let isStillLeft = harness.store.continueWork(budget: .max)
    #expect(!isStillLeft)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func unknownTypesAreRefusedAndTooLongMessagesEndTheConnection() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    for type: UInt32 in [15, 16, 20, 27, 65535, 0x8000_0000] {
      #expect(harness.send(mine, type, [0]).text == "ENOSYS\0")
    }
    var bytes: [UInt8] = []
    RequestEncoding.append(.read, strings: ["/"], to: &bytes)
    let whole = bytes.count
    MessageHeader(type: 2, requestID: 0, transactionID: 0, length: 4097).append(to: &bytes)
    let taken = harness.store.consume(mine, bytes.span)
    #expect(taken == Consumption(bytes: whole, reason: .tooLong))
  }

  @Test func messagesAreTakenAsFarAsTheBudgetGoes() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    var bytes: [UInt8] = []
    for _ in 0..<10 { RequestEncoding.append(.read, strings: ["/"], to: &bytes) }
    let one = bytes.count / 10
    let first = harness.store.consume(mine, bytes.span, budget: 3)
    #expect(first == Consumption(bytes: 3 * one, reason: .budget))
    bytes.removeFirst(first.bytes)
    bytes.removeLast()
    let second = harness.store.consume(mine, bytes.span)
    #expect(second == Consumption(bytes: 6 * one, reason: .incomplete))
  }
}

@Suite struct PermissionTests {
  @Test func guestsMayOnlyDoWhatPermissionsSay() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let one = harness.introduce(1)
    let two = harness.introduce(2)
    harness.write(zero, "/p/x", "v")
    #expect(harness.read(one, "/p/x") == "EACCES")
    #expect(harness.ask(zero, .setPermissions, "/p/x", "n0", "r1", "b1") == "OK")
    #expect(harness.read(one, "/p/x") == "v")
    #expect(harness.write(one, "/p/x", "w") == "EACCES")
    #expect(harness.read(two, "/p/x") == "EACCES")
    #expect(harness.ask(zero, .setPermissions, "/p/x", "b0", "n1") == "OK")
    #expect(harness.read(one, "/p/x") == "EACCES")
    #expect(harness.write(two, "/p/x", "2") == "OK")
    #expect(harness.ask(zero, .setPermissions, "/p/x", "n0", "r32757") == "OK")
    #expect(harness.read(two, "/p/x") == "2")
    #expect(harness.read(two, "/p/missing") == "EACCES")
    #expect(harness.read(zero, "/p/missing") == "ENOENT")
  }

  @Test func whoMakesANodeOwnsIt() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let one = harness.introduce(1)
    harness.write(zero, "/shared", "")
    #expect(harness.ask(zero, .setPermissions, "/shared", "n0", "w1") == "OK")
    #expect(harness.write(one, "/shared/a/b", "mine") == "OK")
    #expect(harness.ask(zero, .getPermissions, "/shared/a") == "n1,w1")
    #expect(harness.ask(one, .setPermissions, "/shared/a", "n1", "r2") == "OK")
    #expect(harness.ask(one, .setPermissions, "/shared/a", "n2") == "EPERM")
    #expect(harness.ask(one, .setPermissions, "/shared", "n1") == "EACCES")
    harness.write(zero, "/shared/a/c", "")
    #expect(harness.ask(zero, .getPermissions, "/shared/a/c") == "n1,r2")
    for bad in ["", "x1", "r", "1", "r1x", "r70000", "n32757"] {
      #expect(harness.ask(zero, .setPermissions, "/shared", bad) == "EINVAL", "\(bad)")
    }
  }

  @Test func aTargetLendsItsRights() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let stub = harness.introduce(2)
    _ = harness.introduce(1)
    harness.write(zero, "/p", "v")
    _ = harness.ask(zero, .setPermissions, "/p", "n1")
    #expect(harness.read(stub, "/p") == "EACCES")
    #expect(harness.ask(zero, .setTarget, "2", "1") == "OK")
    #expect(harness.read(stub, "/p") == "v")
    #expect(harness.ask(zero, .release, "1") == "OK")
    #expect(harness.ask(zero, .isDomainIntroduced, "1") == "F")
    #expect(harness.read(stub, "/p") == "EACCES")
  }

  /// XSA-322, XSA-417.
  @Test func aNamesakeInheritsNothing() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let first = harness.introduce(5)
    harness.write(zero, "/p", "v")
    _ = harness.ask(zero, .setPermissions, "/p", "n0", "r5")
    harness.write(zero, "/own/by", "v")
    _ = harness.ask(zero, .setPermissions, "/own", "n5")
    #expect(harness.read(first, "/p") == "v")
    #expect(harness.ask(zero, .release, "5") == "OK")
    #expect(harness.read(zero, "/own") == "ENOENT")
    let second = harness.introduce(5)
    #expect(harness.read(second, "/p") == "EACCES")
    #expect(harness.ask(zero, .getPermissions, "/p") == "n0")
    harness.write(zero, "/p/below", "")
    #expect(harness.ask(zero, .getPermissions, "/p/below") == "n0")
  }

  /// What a domain that is gone owned of the special watches falls to the control domain; what it
  /// might hear goes, what others may stays.
  @Test(arguments: ["@introduceDomain", "@releaseDomain"])
  func specialPermissionsForgetADomainThatIsGone(special: String) {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let (gone, other) = (harness.introduce(5), harness.introduce(6))
    for id in [gone, other] { _ = harness.ask(id, .watch, special, "t") }
    #expect(harness.ask(zero, .setPermissions, special, "n5", "r6", "b5", "r7") == "OK")
    #expect(harness.ask(zero, .release, "5") == "OK")
    #expect(harness.ask(zero, .getPermissions, special) == "n0,r6,r7")
    let namesake = harness.introduce(5)
    _ = harness.ask(namesake, .watch, special, "t")
    _ = (harness.take(namesake), harness.take(other))
    _ = harness.introduce(8)
    _ = harness.ask(zero, .release, "8")
    #expect(harness.take(namesake) == [])
    #expect(harness.take(other) == ["\(special) t"])
    // 7 was never introduced: a namesake that is, later, is another.
    harness.store.release(DomainID(rawValue: 7))
    #expect(harness.ask(zero, .getPermissions, special) == "n0,r6")
    #expect(harness.ask(zero, .setPermissions, special, "r6") == "OK")
    #expect(harness.ask(zero, .release, "6") == "OK")
    #expect(harness.ask(zero, .getPermissions, special) == "r0")
  }

  @Test func onlyTheControlDomainMayControl() {
    var harness = Harness()
    let guest = harness.introduce(1)
    for type in MessageType.allCases where type.needsPrivilege {
      #expect(harness.ask(guest, type, "1") == "EACCES")
    }
    #expect(harness.ask(guest, .getFeature, "") == "15")
    #expect(harness.ask(guest, .getFeature, "1") == "EACCES")
    #expect(harness.ask(guest, .getDomainPath, "7") == "/local/domain/7")
  }
}

@Suite struct WatchTests {
  @Test func changesBelowAreHeardAndNothingElse() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    harness.write(mine, "/w/a", "")
    #expect(harness.ask(mine, .watch, "/w/a", "tok") == "OK")
    #expect(harness.take(mine) == ["/w/a tok"])
    #expect(harness.ask(mine, .watch, "/w/a", "tok") == "EEXIST")
    harness.write(mine, "/w/ab", "")
    #expect(harness.take(mine) == [])
    harness.write(mine, "/w/a/x/y", "")
    harness.write(mine, "/w/a/x/y", "")
    _ = harness.ask(mine, .makeDirectory, "/w/a/x")
    _ = harness.ask(mine, .setPermissions, "/w/a/x", "n0")
    harness.remove(mine, "/w/a/none")
    harness.remove(mine, "/w")
    #expect(
      harness.take(mine) == ["/w/a/x/y tok", "/w/a/x/y tok", "/w/a/x tok", "/w/a tok"])
    #expect(harness.ask(mine, .unwatch, "/w/a", "other") == "ENOENT")
    #expect(harness.ask(mine, .unwatch, "/w/a", "tok") == "OK")
    harness.write(mine, "/w/a", "")
    #expect(harness.take(mine) == [])
  }

  @Test func relativeWatchesHearRelativePaths() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let guest = harness.introduce(3)
    harness.write(zero, "/local/domain/3", "")
    _ = harness.ask(zero, .setPermissions, "/local/domain/3", "n3")
    _ = harness.ask(guest, .watch, "device", "t")
    harness.write(guest, "device/vif", "1")
    harness.write(zero, "/local/domain/3/device/vif", "2")
    #expect(harness.take(guest) == ["device t", "device/vif t", "device/vif t"])
  }

  @Test func depthLimitsHowFarDown() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    for depth in 0..<3 { _ = harness.ask(mine, .watch, "/w", "t\(depth)", "\(depth)") }
    _ = harness.take(mine)
    harness.write(mine, "/w", "")
    harness.write(mine, "/w/a", "")
    harness.write(mine, "/w/a/b", "")
    #expect(
      harness.take(mine)
        == ["/w t0", "/w t1", "/w t2", "/w/a t1", "/w/a t2", "/w/a/b t2"])
  }

  /// XSA-115.
  @Test func whatMayNotBeReadIsNotHeard() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let guest = harness.introduce(1)
    harness.write(zero, "/s/x", "")
    _ = harness.ask(guest, .watch, "/s", "t")
    _ = harness.take(guest)
    harness.write(zero, "/s/x", "secret")
    harness.remove(zero, "/s/x")
    #expect(harness.take(guest) == [])
    harness.write(zero, "/s/y", "")
    _ = harness.ask(zero, .setPermissions, "/s/y", "n0", "r1")
    #expect(harness.take(guest) == ["/s/y t"])
    _ = harness.ask(zero, .setPermissions, "/s/y", "n0")
    #expect(harness.take(guest) == ["/s/y t"])
    harness.write(zero, "/s/y", "1")
    #expect(harness.take(guest) == [])
  }

  @Test func specialWatchesTellOfDomains() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let guest = harness.introduce(9)
    for id in [zero, guest] {
      _ = harness.ask(id, .watch, "@introduceDomain", "i")
      _ = harness.ask(id, .watch, "@releaseDomain", "r")
    }
    _ = harness.ask(zero, .watch, "@releaseDomain", "deep", "1")
    _ = harness.ask(zero, .watch, "@releaseDomain/4", "four")
    _ = (harness.take(zero), harness.take(guest))
    #expect(harness.ask(zero, .introduce, "4", "100", "7") == "OK")
    #expect(harness.take(zero) == ["@introduceDomain i"])
    #expect(harness.ask(zero, .introduce, "4", "100", "7") == "OK")
    #expect(harness.take(zero) == [])
    harness.store.shutDown(DomainID(rawValue: 4))
    harness.store.shutDown(DomainID(rawValue: 4))
    harness.drain()
    let events = ["@releaseDomain r", "@releaseDomain/4 deep", "@releaseDomain/4 four"]
    #expect(harness.take(zero) == events)
    #expect(harness.ask(zero, .isDomainIntroduced, "4") == "T")
    #expect(harness.ask(zero, .release, "4") == "OK")
    #expect(harness.take(zero) == events)
    #expect(harness.ask(zero, .release, "4") == "ENOENT")
    #expect(harness.ask(zero, .release, "0") == "EINVAL")
    #expect(harness.take(guest) == [])
    #expect(harness.ask(zero, .setPermissions, "@introduceDomain", "n0", "r9") == "OK")
    #expect(harness.ask(zero, .introduce, "4", "100", "7") == "OK")
    #expect(harness.take(guest) == ["@introduceDomain i"])
  }

  @Test func watchesBelowARemovedNodeHearOfTheirs() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    harness.write(mine, "/a/p/q/r", "")
    _ = harness.ask(mine, .watch, "/a", "t")
    _ = harness.ask(mine, .watch, "/a/p/q/r", "deep")
    _ = harness.ask(mine, .watch, "/a/p/zz", "missing")
    _ = harness.take(mine)
    harness.remove(mine, "/a/p")
    #expect(harness.take(mine) == ["/a/p/q/r deep", "/a/p t"])
  }
}

@Suite struct QuotaTests {
  @Test func nodesAreCountedToTheLast() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    _ = harness.ask(zero, .setQuota, "nodes", "5")
    let guest = harness.introduce(1)
    harness.write(zero, "/g", "")
    _ = harness.ask(zero, .setPermissions, "/g", "n1")
    for index in 1...4 { #expect(harness.write(guest, "/g/\(index)", "") == "OK") }
    #expect(harness.write(guest, "/g/5", "") == "ENOSPC")
    #expect(harness.store.quotaHits == [QuotaHit(domain: DomainID(rawValue: 1), kind: .nodes)])
    #expect(harness.remove(guest, "/g/1") == "OK")
    #expect(harness.write(guest, "/g/a/b", "") == "ENOSPC")
    #expect(harness.list(guest, "/g") == "2,3,4")
    #expect(harness.write(guest, "/g/5", "") == "OK")
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func everyLimitHolds() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    for (name, value) in [("watches", 2), ("transactions", 2), ("node-size", 20)] {
      #expect(harness.ask(zero, .setQuota, name, "\(value)") == "OK")
      #expect(harness.ask(zero, .getQuota, name) == "\(value)")
    }
    _ = harness.ask(zero, .setQuota, "node-permissions", "2")
    _ = harness.ask(zero, .setQuota, "transaction-nodes", "3")
    let guest = harness.introduce(1)
    harness.write(zero, "/g", "")
    _ = harness.ask(zero, .setPermissions, "/g", "n1")
    #expect(harness.ask(guest, .watch, "/g", "1") == "OK")
    #expect(harness.ask(guest, .watch, "/g", "2") == "OK")
    #expect(harness.ask(guest, .watch, "/g", "3") == "E2BIG")
    #expect(harness.write(guest, "/g", String(repeating: "x", count: 16)) == "OK")
    #expect(harness.write(guest, "/g", String(repeating: "x", count: 17)) == "ENOSPC")
    #expect(harness.ask(guest, .setPermissions, "/g", "n1", "r2", "r3") == "ENOSPC")
    let transaction = harness.start(guest)
    _ = harness.start(guest)
    #expect(harness.ask(guest, .transactionStart, "") == "ENOSPC")
    for _ in 0..<3 { #expect(harness.read(guest, "/g", in: transaction).count == 16) }
    #expect(harness.read(guest, "/g", in: transaction) == "ENOSPC")
    #expect(harness.ask(zero, .setQuota, "1", "watches", "3") == "OK")
    #expect(harness.ask(guest, .watch, "/g", "3") == "OK")
    #expect(harness.ask(zero, .getQuota, "1", "watches") == "3")
    #expect(harness.ask(zero, .getQuota, "nonsense") == "EINVAL")
    #expect(harness.ask(zero, .getQuota, "77", "watches") == "ENOENT")
    #expect(harness.ask(zero, .getQuota, "").hasPrefix("nodes watches "))
  }

  /// XSA-326: what a guest does not read is charged to it, and stops being sent.
  @Test func unreadEventsAreBounded() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let guest = harness.introduce(1)
    _ = harness.ask(zero, .setQuota, "1", "memory", "10000")
    harness.write(zero, "/g", "")
    _ = harness.ask(zero, .setPermissions, "/g", "r0")
    _ = harness.ask(guest, .watch, "/g", "t")
    for index in 0..<2000 {
      let payload = Array("/g/\(index)\0".utf8)
      harness.store.handle(
        zero,
        MessageHeader(type: 11, requestID: 1, transactionID: 0, length: UInt32(payload.count)),
        payload.span)
    }
    #expect(harness.store.pendingBytes(guest) <= 12_000)
    #expect(harness.store.quotaHits.count == 1)
  }
}
