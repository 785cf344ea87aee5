import Foundation
import Glibc
import SocketAddress
import Testing
import XenStoreWire

@testable import XenStoreCore
@testable import XenStoreServer
@testable import XenStoreTrials

/// A domain that asks for as much as it can, in one way.
enum Flood: CaseIterable, Sendable {
  case writes, transactions, watches, unreadReplies, badIndexes, halfMessages, reconnections

  /// Fills the ring with what this flood is made of.
  func pour(_ guest: Guest, _ number: Int) {
    var bytes: [UInt8] = []
    switch self {
    case .writes:
      for index in 0..<20 {
        RequestEncoding.append(.write, payload: Array("f\(index)".utf8) + [0, 1], to: &bytes)
      }
    case .transactions:
      for _ in 0..<40 { RequestEncoding.append(.transactionStart, strings: [""], to: &bytes) }
    case .watches:
      for index in 0..<30 {
        RequestEncoding.append(.watch, strings: ["w\(number)-\(index)", "t"], to: &bytes)
      }
    case .unreadReplies:
      for _ in 0..<40 { RequestEncoding.append(.getDomainPath, strings: ["5"], to: &bytes) }
    case .badIndexes:
      guest.page[word: RingPage.connection] = number & 1 == 0 ? 1 : 0
      guest.page[word: RingPage.requestProducer] &+= 5000
    case .halfMessages:
      MessageHeader(type: 11, requestID: 1, transactionID: 0, length: 4096).append(to: &bytes)
      bytes += [UInt8](repeating: 0x61, count: 900)
    case .reconnections: guest.page[word: RingPage.connection] = 1
    }
    _ = guest.put(bytes[...])
    guest.notify()
  }
}

@Suite struct FloodTests {
  @Test(arguments: Flood.allCases)
  func aFloodCostsARoundNoMoreThanItsBudget(flood: Flood) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    let other = harness.host.makeDomain(6)
    harness.introduce(guest)
    harness.introduce(other)
    _ = harness.ask(harness.control, .write, "/local/domain/5", value: "")
    _ = harness.ask(harness.control, .setPermissions, "/local/domain/5", "n5")
    let file = FileManager.default.temporaryDirectory.appending(path: "flood-\(UUID()).log")
    defer { try? FileManager.default.removeItem(at: file) }
    harness.server.log = try Log(path: file.path)
    var request: [UInt8] = []
    RequestEncoding.append(.getDomainPath, strings: ["6"], to: &request)
    for number in 0..<400 {
      flood.pour(guest, number)
      if flood != .unreadReplies { _ = guest.take() }
      #expect(other.put(request[...]) == request.count)
      other.notify()
      let before = harness.server.store.work
      harness.server.round(patience: 0)
      #expect(harness.server.store.work - before < 2 * harness.server.budget)
      // Its answer is there after the round, whatever the flood.
      #expect(!other.take().isEmpty, "round \(number)")
    }
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count <= 1, "\(lines)")
    let slot = try #require(harness.server.ringSlots[DomainID(rawValue: 5)])
    let id = try #require(harness.server.clients[slot]?.id)
    let caller = harness.server.store.connections[id.index].caller
    let limit = Int(harness.server.store.defaultQuotas[.memory])
    #expect(harness.server.store.memory(caller) < limit)
    #expect((harness.server.clients[slot]?.input.count ?? 0) <= 16 + WireLimit.payload + 1024)
  }

  @Test(arguments: [false, true])
  func aSocketIsAnsweredBeforeDomainsAreServed(hasInputLeft: Bool) throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let address = try #require(SocketAddress(harness.folder + "/socket"))
    #expect(address.connect(client))
    harness.settle()
    var request: [UInt8] = []
    RequestEncoding.append(.getDomainPath, strings: ["5"], to: &request)
    #expect(guest.put(request[...]) == request.count)
    let slot = try #require(harness.server.ringSlots[DomainID(rawValue: 5)])
    if hasInputLeft { harness.server.schedule(slot) } else { guest.notify() }
    #expect(send(client, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
    var answers: [Int] = []
    guest.page.interference = {
      var bytes = [UInt8](repeating: 0, count: 64)
      answers.append(
        recv(client, &bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_PEEK)))
    }
    harness.server.round(patience: 0)
    guest.page.interference = nil
    #expect(!answers.isEmpty && answers.allSatisfy { $0 > 16 }, "\(answers)")
    #expect(!guest.take().isEmpty)
  }

  @Test func aDomainThatSendsEventsWithoutEndIsHeardOnceARound() throws {
    var harness = try RingHarness()
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    harness.host.tireless = [guest.port]
    guest.notify()
    for _ in 0..<50 {
      let before = harness.host.takenCount
      harness.server.round(patience: 0)
      #expect(harness.host.takenCount - before == 1)
    }
    // What it sent meanwhile is not lost.
    var request: [UInt8] = []
    RequestEncoding.append(.getDomainPath, strings: ["5"], to: &request)
    #expect(guest.put(request[...]) == request.count)
    harness.server.round(patience: 0)
    #expect(!guest.take().isEmpty)
  }

  @Test func manyFloodsTogetherCostARoundNoMoreThanTheirSharedBudget() throws {
    var harness = try RingHarness()
    let guests = (1...60).map { harness.host.makeDomain($0) }
    let quiet = harness.host.makeDomain(61)
    for guest in guests + [quiet] { harness.introduce(guest) }
    harness.settle()
    var request: [UInt8] = []
    RequestEncoding.append(.getDomainPath, strings: ["6"], to: &request)
    let flood = Array([[UInt8]](repeating: request, count: 40).joined())
    var served = [Int](repeating: 0, count: guests.count)
    var asked: Int?
    for round in 0..<600 {
      for (index, guest) in guests.enumerated() {
        let ring = guest.page
        let before = ring[word: RingPage.requestProducer]
        // Whole requests only, as long as there is room.
        while ring[word: RingPage.requestProducer]
          &- ring[word: RingPage.requestConsumer] + UInt32(request.count) <= 1024
        {
          _ = guest.put(request[...])
        }
        served[index] += Int(ring[word: RingPage.requestProducer] &- before)
        _ = guest.take()
        guest.notify()
      }
      if round % 10 == 0 {
        #expect(quiet.put(request[...]) == request.count)
        quiet.notify()
        asked = round
      }
      // Who had input left, and who sends events, have a budget each.
      let before = harness.server.store.work
      harness.server.round(patience: 0)
      let work = harness.server.store.work - before
      #expect(work < 2 * harness.server.sharedBudget + 2 * flood.count / 16)
      if let since = asked {
        if !quiet.take().isEmpty { asked = nil } else { #expect(round - since < 16) }
      }
    }
    let most = served.max() ?? 0
    let least = served.min() ?? 0
    #expect(least > 0 && most < 2 * least, "\(least) and \(most) bytes")
  }
}
