import Testing
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

@Suite struct RingFaultTests {
  /// XSA-38, XSA-325: a ring that cannot be is left alone, and its domain's end is still seen.
  @Test(arguments: [RingPage.requestProducer, RingPage.requestConsumer])
  func indexesThatCannotBeEndTheServiceOfThatRing(index: Int) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    #expect(harness.ask(guest, .watch, "/w", "token") == "OK")
    #expect(harness.ask(harness.control, .watch, "@releaseDomain", "t") == "OK")
    _ = harness.takeEvents(harness.control)
    let produced = guest.page[word: RingPage.replyProducer]
    guest.page[word: index] &+= 0x4000_0000
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == RingError.indexes.rawValue)
    _ = harness.ask(harness.control, .write, "/w", value: "x")
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.replyProducer] == produced)
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "T")
    harness.host.removeDomain(5)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,t"])
  }

  @Test(arguments: [RingPage.replyProducer, RingPage.replyConsumer])
  func aReplyRingThatCannotBeEndsTheServiceToo(index: Int) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    guest.page[word: index] &-= 5000
    _ = harness.ask(guest, .getDomainPath, "5")
    #expect(guest.page[word: RingPage.error] == RingError.indexes.rawValue)
  }

  /// XSA-420 and its like.
  @Test(arguments: [4097, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32])
  func aMessageThatIsTooLongEndsTheService(length: UInt32) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    var bytes: [UInt8] = []
    MessageHeader(type: 2, requestID: 1, transactionID: 0, length: length).append(to: &bytes)
    harness.send(guest, bytes)
    #expect(guest.page[word: RingPage.error] == RingError.tooLong.rawValue)
    #expect(harness.receive(guest).isEmpty)
  }

  @Test(arguments: [false, true])
  func aDomainMayAskForAFreshStart(hasFailed: Bool) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    #expect(harness.ask(guest, .watch, "/w", "token") == "OK")
    _ = harness.takeEvents(guest)
    if hasFailed {
      guest.page[word: RingPage.requestProducer] &+= 5000
      guest.notify()
      harness.settle()
      #expect(guest.page[word: RingPage.error] != 0)
    } else {
      var half: [UInt8] = []
      RequestEncoding.append(.getDomainPath, strings: ["5"], to: &half)
      harness.send(guest, Array(half.prefix(17)))
    }
    guest.page[word: RingPage.connection] = 1
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.connection] == 0)
    #expect(guest.page[word: RingPage.error] == 0)
    #expect(guest.page[word: RingPage.requestConsumer] == 0)
    #expect(guest.page[word: RingPage.replyProducer] == 0)
    _ = harness.ask(harness.control, .write, "/w", value: "x")
    #expect(harness.takeEvents(guest) == [])
    #expect(harness.ask(guest, .watch, "/w", "token") == "OK")
    #expect(harness.takeEvents(guest) == ["/w,token"])
  }

  /// Firmware in a domain wipes the page before its kernel begins.
  @Test func aWipedPageIsServedOn() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    #expect(harness.ask(guest, .getDomainPath, "5") == "/local/domain/5")
    guest.page.write(
      [UInt8](repeating: 0, count: SharedPage.byteCount).span, from: 0,
      to: 0..<SharedPage.byteCount)
    #expect(harness.ask(guest, .getDomainPath, "5") == "/local/domain/5")
  }

  /// Whatever a domain writes into its page, others are served and the store stays whole.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func garbageInARingHarmsNobodyElse(seed: UInt64) throws {
    var random = Sequence64(state: seed)
    var harness = try RingHarness()
    let bad = harness.host.makeDomain(5)
    let good = harness.host.makeDomain(6)
    harness.introduce(bad)
    harness.introduce(good)
    _ = harness.ask(harness.control, .makeDirectory, "/local/domain/5")
    _ = harness.ask(harness.control, .setPermissions, "/local/domain/5", "n5")
    var served = 0
    for step in 0..<600 {
      switch random.next() % 8 {
      case 0:
        bad.page[word: 2048 + Int(random.next() % 8) * 4] = UInt32(
          truncatingIfNeeded: random.next())
      case 1: bad.page[word: RingPage.connection] = 1
      case 2: harness.introduce(bad, port: 1 + UInt32(random.next() % 9))
      case 3: _ = bad.take()
      default:
        var bytes: [UInt8] = []
        let path = ["a", "a/b", "/local/domain/5", "/", "@releaseDomain", "a//b", ""]
        MessageHeader(
          type: UInt32(random.next() % 28), requestID: 1, transactionID: UInt32(random.next() % 3),
          length: UInt32(random.next() % 40)
        ).append(to: &bytes)
        bytes += Array(path[Int(random.next() % 7)].utf8) + [0]
        bytes += (0..<random.next() % 60).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if random.next() % 4 > 0 {
          let producer = bad.page[word: RingPage.requestProducer]
          let used = producer &- bad.page[word: RingPage.requestConsumer]
          if used <= 1024 { _ = bad.put(bytes[...]) }
        } else {
          let at = Int(random.next() % 1900)
          bad.page.write(bytes.span, from: 0, to: at..<at + bytes.count)
        }
      }
      bad.notify()
      harness.settle()
      if step % 20 == 0, harness.ask(good, .getDomainPath, "9") == "/local/domain/9" { served += 1 }
    }
    #expect(served == 30, "seed \(seed)")
    #expect(harness.server.store.inconsistency() == nil, "seed \(seed)")
  }
}

/// Numbers that look random and are the same for the same seed.
private struct Sequence64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
