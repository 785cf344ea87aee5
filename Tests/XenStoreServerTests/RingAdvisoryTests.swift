import Testing
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

/// The classes of faults that other daemons had with rings, by the advisories that told of them.
///
/// - Source: `https://xenbits.xen.org/xsa/`
@Suite struct RingAdvisoryTests {
  @Test(arguments: [0x401, 0x7fff_ffff, 0x8000_0000, 0xffff_f000] as [UInt32])
  func xsa38IndexesAreCheckedWhateverTheirSign(distance: UInt32) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    guest.page[word: RingPage.requestProducer] &+= distance
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == RingError.indexes.rawValue)
    #expect(harness.ask(harness.control, .getDomainPath, "5") == "/local/domain/5")
  }

  /// A client that is dropped for what it did is still a domain whose end is told.
  @Test func xsa325ABadClientsEndIsStillTold() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    _ = harness.ask(harness.control, .watch, "@releaseDomain", "t")
    _ = harness.takeEvents(harness.control)
    var bytes: [UInt8] = []
    MessageHeader(type: 2, requestID: 1, transactionID: 0, length: 70000).append(to: &bytes)
    harness.send(guest, bytes)
    #expect(guest.page[word: RingPage.error] == RingError.tooLong.rawValue)
    harness.host.removeDomain(5)
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,t"])
  }

  @Test(arguments: [0x8000_0000, 0xc000_0000, 0xffff_ffff] as [UInt32])
  func xsa420LengthsWithTheirHighestBitAreTooLong(length: UInt32) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    var bytes: [UInt8] = []
    MessageHeader(type: 2, requestID: 1, transactionID: 0, length: length).append(to: &bytes)
    harness.send(guest, bytes)
    #expect(guest.page[word: RingPage.error] == RingError.tooLong.rawValue)
    #expect(harness.ask(harness.control, .getDomainPath, "5") == "/local/domain/5")
  }
}
