import Testing
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

@Suite struct RingServerTests {
  private func message(_ type: MessageType, _ strings: String...) -> [UInt8] {
    var bytes: [UInt8] = []
    RequestEncoding.append(type, strings: strings, to: &bytes)
    return bytes
  }

  @Test func anIntroducedDomainIsServedThroughItsRing() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "F")
    #expect(harness.introduce(guest, port: 9) == "OK")
    #expect(harness.host.bound[105] == 9)
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "T")
    #expect(guest.page[word: RingPage.features] == ServerFeatures.all.rawValue)
    #expect(harness.ask(harness.control, .makeDirectory, "/local/domain/5") == "OK")
    #expect(harness.ask(harness.control, .setPermissions, "/local/domain/5", "n5") == "OK")
    #expect(harness.ask(guest, .write, "name", value: "five") == "OK")
    #expect(harness.ask(harness.control, .read, "/local/domain/5/name") == "five")
    #expect(harness.ask(guest, .introduce, "6", "1", "1") == "EACCES")
  }

  @Test func whatStoodInTheRingBeforeTheIntroductionIsServed() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    for index in [
      RingPage.requestConsumer, RingPage.requestProducer, RingPage.replyConsumer,
      RingPage.replyProducer,
    ] { guest.page[word: index] = 0xffff_fff0 }
    _ = guest.put(message(.getDomainPath, "5")[...])
    harness.introduce(guest)
    #expect(harness.receive(guest).map(\.text) == ["/local/domain/5"])
  }

  @Test func manyMessagesAreServedAtOnceAndAnsweredWithOneEvent() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    let before = harness.host.notices[guest.port, default: 0]
    var bytes: [UInt8] = []
    for _ in 0..<20 { bytes += message(.getDomainPath, "5") }
    #expect(guest.put(bytes[...]) == bytes.count)
    guest.notify()
    harness.settle()
    #expect(harness.host.notices[guest.port, default: 0] == before + 1)
    #expect(harness.receive(guest).count == 20)
  }

  @Test func aMessageMayComeBytewise() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    for byte in message(.getDomainPath, "5") { harness.send(guest, [byte]) }
    #expect(harness.receive(guest).map(\.text) == ["/local/domain/5"])
  }

  @Test func messagesLongerThanTheRingGoBothWays() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    let value = String(repeating: "0123456789", count: 400)
    #expect(harness.ask(harness.control, .write, "/long", value: value) == "OK")
    #expect(harness.ask(harness.control, .setPermissions, "/long", "r0") == "OK")
    #expect(harness.ask(guest, .read, "/long") == value)
  }

  @Test func whoDoesNotReadIsNotServedOnUntilItDoes() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    let value = String(repeating: "x", count: 4000)
    _ = harness.ask(harness.control, .write, "/long", value: value)
    _ = harness.ask(harness.control, .setPermissions, "/long", "r0")
    let request = message(.read, "/long")
    var bytes: [UInt8] = []
    for _ in 0..<120 { bytes += request }
    harness.send(guest, bytes)
    #expect(guest.page[word: RingPage.requestProducer] == 2048)
    var answers = harness.receive(guest).count
    let rest = bytes.dropFirst(Int(guest.page[word: RingPage.requestProducer]))
    harness.send(guest, Array(rest))
    answers += harness.receive(guest).count
    #expect(answers == 120)
  }

  @Test func introducingAgainMakesTheConnectionAnew() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest, port: 7)
    #expect(harness.ask(guest, .watch, "/w", "token") == "OK")
    _ = guest.put(message(.getDomainPath, "5").prefix(7))
    #expect(harness.introduce(guest, port: 8) == "OK")
    #expect(harness.host.bound == [100: 1, 105: 8])
    #expect(guest.page[word: RingPage.requestProducer] == 0)
    _ = harness.takeEvents(guest)
    _ = harness.ask(harness.control, .write, "/w", value: "x")
    #expect(harness.takeEvents(guest) == [])
    #expect(harness.ask(guest, .getDomainPath, "1") == "/local/domain/1")
  }

  @Test func whatCannotBeMappedOrBoundIsNotIntroduced() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    #expect(harness.ask(harness.control, .introduce, "6", "1", "1") == "EINVAL")
    harness.host.refusesToBind = true
    #expect(harness.introduce(guest) == "EIO")
    harness.host.refusesToBind = false
    harness.host.pages = [:]
    #expect(harness.introduce(guest) == "EIO")
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "F")
    #expect(harness.ask(harness.control, .introduce, "0", "1", "1") == "EEXIST")
    #expect(harness.host.bound == [100: 1])
  }

  @Test func aReleasedDomainIsUnboundAndUnmapped() throws {
    var harness = try RingHarness()
    weak var page: SharedPage?
    do {
      let guest = harness.host.makeDomain(5)
      page = guest.page
      harness.introduce(guest)
    }
    harness.host.pages[DomainID(rawValue: 5)] = nil
    #expect(page != nil)
    #expect(harness.ask(harness.control, .release, "5") == "OK")
    #expect(harness.host.bound == [100: 1])
    #expect(page == nil)
    harness.host.post(.ring(port: 105))
    harness.settle()
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "F")
  }

  @Test func featuresThatADomainIsNotOfferedDoNotStandInItsPage() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    #expect(harness.ask(harness.control, .setFeature, "5", "2") == "OK")
    harness.introduce(guest)
    #expect(guest.page[word: RingPage.features] == 2)
    guest.page[word: RingPage.connection] = 1
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.connection] == 1)
    #expect(harness.ask(guest, .getDomainPath, "5") == "/local/domain/5")
  }
}

@Suite struct DomainLifeTests {
  @Test func aDomainThatShutsDownAndEndsIsSeenTwice() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    #expect(harness.ask(harness.control, .watch, "@releaseDomain", "t") == "OK")
    _ = harness.ask(harness.control, .write, "/local/domain/5/x", value: "1")
    _ = harness.ask(harness.control, .setPermissions, "/local/domain/5/x", "n5")
    _ = harness.takeEvents(harness.control)
    harness.host.set(5, hasShutDown: true)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,t"])
    harness.host.post(.domains)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == [])
    #expect(harness.ask(harness.control, .resume, "5") == "OK")
    harness.host.post(.domains)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,t"])
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "T")
    harness.host.set(5, isDead: true, hasShutDown: true)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,t"])
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "F")
    #expect(harness.ask(harness.control, .read, "/local/domain/5/x") == "ENOENT")
    #expect(harness.host.bound == [100: 1])
  }

  @Test func watchersOfOneDomainHearOfThatOneOnly() throws {
    var harness = try RingHarness()
    let five = harness.host.makeDomain(5)
    let six = harness.host.makeDomain(6)
    #expect(harness.ask(harness.control, .watch, "@introduceDomain", "i") == "OK")
    #expect(harness.ask(harness.control, .watch, "@releaseDomain/6", "r", "0") == "OK")
    _ = harness.takeEvents(harness.control)
    harness.introduce(five)
    harness.introduce(six)
    #expect(
      harness.takeEvents(harness.control) == ["@introduceDomain,i", "@introduceDomain,i"])
    harness.host.removeDomain(5)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == [])
    harness.host.removeDomain(6)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain/6,r"])
  }

  @Test func aLaterDomainOfTheSameNumberInheritsNothing() throws {
    var harness = try RingHarness()
    let first = harness.host.makeDomain(5)
    harness.introduce(first)
    _ = harness.ask(harness.control, .write, "/secret", value: "1")
    _ = harness.ask(harness.control, .setPermissions, "/secret", "n0", "r5")
    #expect(harness.ask(first, .read, "/secret") == "1")
    harness.host.removeDomain(5)
    harness.settle()
    let second = harness.host.makeDomain(5)
    #expect(harness.introduce(second) == "OK")
    #expect(harness.ask(second, .read, "/secret") == "EACCES")
  }

  @Test func aDomainMayActForItsTarget() throws {
    var harness = try RingHarness()
    let model = harness.host.makeDomain(5)
    let guest = harness.host.makeDomain(6)
    harness.introduce(model)
    #expect(harness.ask(harness.control, .setTarget, "5", "6") == "ENOENT")
    harness.introduce(guest)
    _ = harness.ask(harness.control, .write, "/of-six", value: "1")
    _ = harness.ask(harness.control, .setPermissions, "/of-six", "n6")
    #expect(harness.ask(model, .read, "/of-six") == "EACCES")
    #expect(harness.ask(harness.control, .setTarget, "5", "6") == "OK")
    #expect(harness.ask(model, .read, "/of-six") == "1")
    harness.host.removeDomain(6)
    harness.settle()
    #expect(harness.ask(model, .getDomainPath, "6") == "/local/domain/6")
  }
}
