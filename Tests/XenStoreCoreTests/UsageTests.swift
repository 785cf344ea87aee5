import Testing
import XenStoreCore
import XenStoreWire

@Suite struct UsageTests {
  private let one = DomainID(rawValue: 1)

  @Test func whatADomainHasIsCounted() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    let guest = harness.introduce(1)
    _ = harness.ask(zero, .makeDirectory, "/g")
    _ = harness.ask(zero, .setPermissions, "/g", "n1")
    harness.write(guest, "/g/a", "value")
    _ = harness.ask(guest, .watch, "/g", "token")
    _ = harness.start(guest)
    let usage = harness.store.usage(of: one)
    #expect(usage?.nodes == 2)
    #expect(usage?.watches == 1)
    #expect(usage?.transactions == 1)
    #expect((usage?.memory ?? 0) > 1000)
    #expect(usage?.reached == [])
    #expect(harness.store.usage(of: DomainID(rawValue: 2)) == nil)
    #expect(harness.store.usage(of: .zero)?.nodes == 1)
  }

  @Test func limitsThatADomainRanIntoShow() {
    var harness = Harness()
    harness.store.defaultQuotas[.watches] = 1
    let guest = harness.introduce(1)
    _ = harness.ask(guest, .watch, "a", "token")
    #expect(harness.store.usage(of: one)?.reached == [])
    #expect(harness.ask(guest, .watch, "b", "token") == "E2BIG")
    #expect(harness.store.usage(of: one)?.reached == [.watches])
    #expect(harness.store.highest(.watches) == 1)
    harness.store.forgetHighest()
    #expect(harness.store.highest(.watches) == 0)
  }

  @Test func aSoftQuotaIsToldOnceAndRefusesNothing() {
    var harness = Harness()
    harness.store.softMemory = 3000
    let guest = harness.introduce(1)
    var transactions: [UInt32] = []
    for _ in 0..<5 { transactions.append(harness.start(guest)) }
    #expect(!transactions.contains(0))
    #expect(harness.store.quotaHits.count == 1)
    #expect(harness.store.quotaHits.first?.isSoft == true)
    #expect(harness.store.usage(of: one)?.reached == [])
  }

  @Test func aCheckInSlicesSeesOneVersion() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    for index in 0..<300 { harness.write(zero, "/a\(index % 20)/b\(index)", "value") }
    harness.store.beginCheck()
    var slices = 1
    var result = harness.store.continueCheck(budget: 10)
    while result == nil {
      if slices % 3 == 0 { harness.remove(zero, "/a\(slices % 20)") }
      harness.write(zero, "/c\(slices)", "value")
      #expect(harness.store.inconsistency() == nil)
      result = harness.store.continueCheck(budget: 10)
      slices += 1
    }
    #expect(result == .sound(nodes: 321))
    #expect(slices > 30)
    #expect(harness.store.inconsistency() == nil)
  }

  @Test func theServersOwnNodeIsThereForAllToSee() {
    var harness = Harness()
    harness.store.makeOwnNode()
    harness.store.makeOwnNode()
    let zero = harness.store.connectSocket()
    #expect(harness.list(zero, "/") == "tool")
    #expect(harness.list(zero, "/tool") == "xenstored")
    #expect(harness.read(zero, "/tool/xenstored") == "")
    #expect(harness.ask(zero, .getPermissions, "/tool/xenstored") == "n0")
    #expect(harness.store.inconsistency() == nil)
  }
}
