import Testing
import XenStoreCore
import XenStoreWire

@Suite struct SoftQuotaTests {
  private let one = DomainID(rawValue: 1)

  @Test func everyKindHasASoftLimit() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    _ = harness.introduce(1)
    for kind in QuotaKind.allCases {
      #expect(harness.ask(zero, .getQuota, "1", "soft-\(kind.name)") == "0")
      #expect(harness.ask(zero, .setQuota, "1", "soft-\(kind.name)", "77") == "OK")
      #expect(harness.ask(zero, .getQuota, "1", "soft-\(kind.name)") == "77")
      #expect(harness.ask(zero, .getQuota, "soft-\(kind.name)") == "0")
    }
    #expect(harness.ask(zero, .getQuota, "1", "nodes") == "1000")
    for name in ["soft-", "soft-bogus", "soft", "soft-soft-nodes"] {
      #expect(harness.ask(zero, .getQuota, name) == "EINVAL")
    }
  }

  @Test func whatExceedsASoftLimitIsReportedOncePerDomainAndKind() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    _ = harness.ask(zero, .setQuota, "soft-watches", "2")
    _ = harness.ask(zero, .setQuota, "soft-transactions", "1")
    let guests = [harness.introduce(1), harness.introduce(2)]
    for guest in guests {
      for number in 0..<5 {
        #expect(harness.ask(guest, .watch, "w\(number)", "t") == "OK")
        #expect(harness.start(guest) != 0)
      }
    }
    let hits = harness.store.quotaHits
    #expect(hits.allSatisfy { $0.isSoft })
    for domain in guests.indices.map({ DomainID(rawValue: UInt16($0 + 1)) }) {
      let kinds = hits.filter { $0.domain == domain }.map(\.kind)
      #expect(Set(kinds) == [.watches, .transactions])
    }
    #expect(hits.count == 4)
  }

  @Test func theHardLimitIsReportedBesideTheSoftOne() {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    _ = harness.ask(zero, .setQuota, "soft-watches", "1")
    _ = harness.ask(zero, .setQuota, "watches", "2")
    let guest = harness.introduce(1)
    for number in 0..<4 { _ = harness.ask(guest, .watch, "w\(number)", "t") }
    let hits = harness.store.quotaHits
    #expect(hits.map(\.isSoft) == [true, false])
    #expect(harness.store.usage(of: one)?.reached == [.watches])
  }

  @Test func softLimitsAreHandedOver() throws {
    var harness = Harness()
    let zero = harness.store.connectSocket()
    _ = harness.introduce(1)
    harness.store.softMemory = 3000
    _ = harness.ask(zero, .setQuota, "1", "soft-nodes", "5")
    let stream = try exported(&harness.store)
    let imported = try Imported(stream)
    let ids = imported.connections
    harness.store = imported.take()
    #expect(harness.ask(ids[0], .getQuota, "1", "soft-nodes") == "5")
    #expect(harness.ask(ids[0], .getQuota, "1", "soft-memory") == "3000")
    let soft = harness.store.softMemory
    #expect(soft == 3000)
    #expect(try exported(&harness.store) == stream)
  }
}
