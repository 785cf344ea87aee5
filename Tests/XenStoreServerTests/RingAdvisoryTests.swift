import Testing
import XenStoreWire

@testable import XenStoreCore
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

  /// XSA-416: what a request took to be served goes when it was, not when its reply is read; and what
  /// comes behind unread replies stays in the domain's own page.
  @Test func xsa416NothingOfARequestIsKeptUntilItsReplyIsRead() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    _ = harness.ask(harness.control, .write, "/local/domain/5", value: "")
    _ = harness.ask(harness.control, .setPermissions, "/local/domain/5", "n5")
    for index in 0..<900 { _ = harness.ask(guest, .write, "old/\(index)", value: "v") }
    let transaction = try #require(UInt32(harness.ask(guest, .transactionStart, "")))
    // From here on it reads nothing.
    let value = [UInt8](repeating: 0x76, count: 1900)
    for index in 0..<90 {
      var bytes: [UInt8] = []
      let payload = Array("new\(index)\0".utf8) + value
      RequestEncoding.append(.write, transactionID: transaction, payload: payload, to: &bytes)
      harness.send(guest, bytes)
    }
    var bytes: [UInt8] = []
    RequestEncoding.append(.transactionEnd, transactionID: transaction, strings: ["T"], to: &bytes)
    RequestEncoding.append(.remove, strings: ["old"], to: &bytes)
    harness.send(guest, bytes)
    let slot = try #require(harness.server.ringSlots[DomainID(rawValue: 5)])
    let id = try #require(harness.server.clients[slot]?.id)
    #expect(harness.server.store.pendingBytes(id) > 0)
    #expect(harness.server.store.connections[id.index].transactions.isEmpty)
    #expect(harness.server.store.connections[id.index].transactionBytes == 0)
    #expect(harness.server.store.nodes.snapshots.keptCount == 0)
    #expect(harness.server.store.nodes.tree.detached.isEmpty)
    #expect(harness.server.store.nodes.usage(5).nodes == 91)

    for _ in 0..<60 {
      var bytes: [UInt8] = []
      RequestEncoding.append(.read, strings: ["new0"], to: &bytes)
      RequestEncoding.append(.write, payload: Array("new0\0".utf8) + value, to: &bytes)
      harness.send(guest, bytes)
    }
    #expect(
      (harness.server.clients[slot]?.input.capacity ?? 0) <= 2 * (16 + WireLimit.payload + 1024))
    #expect(harness.server.store.pendingBytes(id) < (16 << 10) + 16 + WireLimit.payload)
    #expect(harness.server.store.connections[id.index].output.capacity <= 64 << 10)
    #expect(harness.ask(harness.control, .getDomainPath, "5") == "/local/domain/5")
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
