import Testing
import XenStoreWire

@testable import XenStoreCore

/// Input that nobody should send: the store answers or refuses, never traps, and stays consistent.
@Suite struct FuzzTests {
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func randomMessagesLeaveTheStoreConsistent(seed: UInt64) {
    var dice = Dice(seed: seed)
    var harness = Harness(seed: seed)
    let socket = harness.store.connectSocket()
    harness.store.takesTurns = true
    var guests = (1...3).map { harness.introduce(UInt16($0)) }
    let words = [
      "/", "a", "/a/b", "/local/domain/1", "@releaseDomain", "@x", "t", "T", "F", "n1", "r2", "b0",
      "1", "2", "3", "65535", "4294967295", "nodes", "memory", "", "//", "-1",
      String(repeating: "y", count: 300),
    ]
    for step in 0..<2500 {
      let id = dice.roll(3) == 0 ? socket : dice.pick(guests)
      var payload: [UInt8] = []
      for _ in 0..<dice.roll(5) { payload += Array(dice.pick(words).utf8) + [0] }
      if dice.roll(4) == 0, !payload.isEmpty { payload.removeLast() }
      if dice.roll(8) == 0 { payload += (0..<dice.roll(50)).map { _ in UInt8(dice.roll(256)) } }
      let type = UInt32(dice.roll(30))
      // The model of a domain's end is elsewhere: here one may come and go at any time.
      _ = harness.send(id, type, payload, transaction: UInt32(dice.roll(5)))
      if dice.roll(100) == 0 { harness.store.passTurn() }
      if dice.roll(200) == 0 {
        harness.store.release(DomainID(rawValue: 2))
        guests = (1...3).map { harness.introduce(UInt16($0)) }
      }
      harness.store.resumed = []
      harness.store.quotaHits = []
      guests.removeAll { !harness.store.isOpen($0) }
      if guests.isEmpty { guests = [harness.introduce(1)] }
      if step % 500 == 499 { #expect(harness.store.inconsistency() == nil, "step \(step)") }
    }
  }

  @Test func randomBytesAreTakenOrRefused() {
    var dice = Dice(seed: 9)
    var harness = Harness()
    let guest = harness.introduce(1)
    for _ in 0..<500 {
      let bytes = (0..<dice.roll(200)).map { index in
        // Small numbers in the header make it likely that a message is whole.
        UInt8(index % 4 == 0 ? dice.roll(40) : dice.roll(20) == 0 ? dice.roll(256) : 0)
      }
      let taken = harness.store.consume(guest, bytes.span, budget: 50)
      #expect(taken.bytes <= bytes.count)
      harness.drain()
    }
    #expect(harness.store.inconsistency() == nil)
  }
}
