import Glibc
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer

/// A hypervisor in memory: pages that both sides see, events in a queue, domains that a test makes
/// and ends. Our end of a domain's event channel is port 100 and its number.
final class FakeHost: DomainHost {
  private var ends: [Int32] = [0, 0]
  private var events: [HostEvent] = []
  /// Our ends whose events were taken in this round, and those of them that have another.
  private var masked: Set<UInt32> = []
  private var held: [UInt32] = []
  /// Our ends of which an event waits to be taken.
  private var queued: Set<UInt32> = []
  /// How many events were taken.
  private(set) var takenCount = 0
  /// Our ends of domains that send the next event when one was taken.
  var tireless: Set<UInt32> = []
  /// The ring pages of domains that can be mapped.
  var pages: [DomainID: SharedPage] = [:]
  /// The domains that exist.
  var domains: [DomainState] = [DomainState(domain: .zero, isDead: false, hasShutDown: false)]
  /// Our ends that are bound, and the domain's port at the other end.
  var bound: [UInt32: UInt32] = [:]
  /// How many events were sent through each of our ends.
  var notices: [UInt32: Int] = [:]
  var refusesToBind = false

  /// How the server learns of events: by a pipe that epoll watches, or by `Server.serveHost`.
  enum Wakes {
    case byPipe
    case byHand
  }

  private let wakes: Wakes

  init(wakes: Wakes = .byPipe) {
    self.wakes = wakes
    if wakes == .byPipe { precondition(pipe(&ends) == 0) }
  }

  deinit {
    guard wakes == .byPipe else { return }
    close(ends[0])
    close(ends[1])
  }

  /// Makes a domain with an empty ring.
  func makeDomain(_ number: UInt16) -> Guest {
    let domain = DomainID(rawValue: number)
    let page = SharedPage.blank()!
    pages[domain] = page
    if domain != .zero {
      domains.append(DomainState(domain: domain, isDead: false, hasShutDown: false))
      domains.sort { $0.domain.rawValue < $1.domain.rawValue }
    }
    return Guest(host: self, domain: domain, page: page)
  }

  /// Changes how a domain is, and says so.
  func set(_ number: UInt16, isDead: Bool = false, hasShutDown: Bool = false) {
    for index in domains.indices where domains[index].domain.rawValue == number {
      domains[index].isDead = isDead
      domains[index].hasShutDown = hasShutDown
    }
    post(.domains)
  }

  /// Removes a domain without a trace, and says so.
  func removeDomain(_ number: UInt16) {
    domains.removeAll { $0.domain.rawValue == number }
    pages[DomainID(rawValue: number)] = nil
    post(.domains)
  }

  /// Whether events wait to be taken.
  var hasEvents: Bool { !events.isEmpty }

  func post(_ event: HostEvent) {
    if case .ring(let port) = event {
      if masked.contains(port) {
        if !held.contains(port) { held.append(port) }
        return
      }
      // One that was not taken yet is all that a port has.
      guard queued.insert(port).inserted else { return }
    }
    events.append(event)
    guard wakes == .byPipe else { return }
    var byte: UInt8 = 0
    _ = write(ends[1], &byte, 1)
  }

  var descriptor: Int32? { wakes == .byPipe ? ends[0] : nil }

  func nextEvent() -> HostEvent? {
    guard !events.isEmpty else { return nil }
    var byte: UInt8 = 0
    if wakes == .byPipe { _ = read(ends[0], &byte, 1) }
    let event = events.removeFirst()
    takenCount += 1
    if case .ring(let port) = event {
      queued.remove(port)
      masked.insert(port)
      if tireless.contains(port) { post(event) }
    }
    return event
  }

  func allowEvents() {
    masked.removeAll()
    let ports = held
    held.removeAll()
    for port in ports { post(.ring(port: port)) }
  }

  func exists(_ domain: DomainID) -> Bool {
    domains.contains { $0.domain == domain && !$0.isDead }
  }

  func states() -> [DomainState]? { domains }

  func map(_ domain: DomainID, frame: UInt64) throws(StoreError) -> SharedPage? {
    guard let page = pages[domain] else { throw .inputOutput }
    return page
  }

  func bind(_ domain: DomainID, port: UInt32) throws(StoreError) -> UInt32 {
    let local = 100 + UInt32(domain.rawValue)
    guard !refusesToBind, bound[local] == nil else { throw .inputOutput }
    bound[local] = port
    masked.remove(local)
    return local
  }

  func remotePort(of port: UInt32) -> UInt32? { bound[port] }

  func unbind(_ port: UInt32) {
    bound[port] = nil
    masked.remove(port)
    held.removeAll { $0 == port }
  }

  func notify(_ port: UInt32) { notices[port, default: 0] += 1 }

  func ownRing() throws(SystemError) -> RingLink? {
    guard let page = pages[.zero] else { return nil }
    bound[100] = 1
    return RingLink(page: page, port: 100)
  }
}

/// The domain's side of a ring, which keeps to the protocol unless a test makes it do otherwise.
struct Guest {
  let host: FakeHost
  let domain: DomainID
  let page: SharedPage

  /// Our end of the domain's event channel.
  var port: UInt32 { 100 + UInt32(domain.rawValue) }

  /// Sends an event.
  func notify() { host.post(.ring(port: port)) }

  /// Puts bytes into the ring, as many as fit; returns how many that were.
  func put(_ bytes: ArraySlice<UInt8>) -> Int {
    let indexes = RingIndexes(
      consumer: page[word: RingPage.requestConsumer], producer: page[word: RingPage.requestProducer]
    )
    guard let space = try? indexes.space() else { return 0 }
    let count = min(bytes.count, space)
    let (first, second) = indexes.toWrite(count)
    let source = Array(bytes.prefix(count))
    page.write(source.span, from: 0, to: first)
    page.write(source.span, from: first.count, to: second)
    page[word: RingPage.requestProducer] = indexes.producer &+ UInt32(count)
    return count
  }

  /// Takes what is in the ring; nothing when its indexes cannot be.
  func take() -> [UInt8] {
    let indexes = RingIndexes(
      consumer: page[word: RingPage.replyConsumer], producer: page[word: RingPage.replyProducer])
    guard let count = try? indexes.used(), count > 0 else { return [] }
    let (first, second) = indexes.toRead(count)
    var bytes: [UInt8] = []
    for run in [first, second] {
      page.append(RingPage.replies + run.lowerBound..<RingPage.replies + run.upperBound, to: &bytes)
    }
    page[word: RingPage.replyConsumer] = indexes.producer
    return bytes
  }
}
