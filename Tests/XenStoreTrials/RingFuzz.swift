import Glibc
import XenStoreWire

@testable import XenStoreCore
@testable import XenStoreServer

/// A server with three domains whose pages hold whatever the input says, at any moment.
enum RingFuzz {
  static func run(_ bytes: [UInt8]) {
    guard var trial = try? RingTrial() else { preconditionFailure("no server") }
    var input = FuzzInput(bytes)
    var steps = 0
    // What is left of an input that asks for too much is not run: a second is a hang.
    while !input.isEmpty, steps < 4096 {
      steps += 1
      trial.step(&input)
    }
    trial.finish(steps: steps + bytes.count)
  }
}

private struct RingTrial: ~Copyable {
  private var server: Server
  let host: FakeHost
  var guests: [Guest]

  /// Where in a page a domain writes most often.
  static let places = [
    RingPage.requestConsumer, RingPage.requestProducer, RingPage.replyConsumer,
    RingPage.replyProducer, RingPage.features, RingPage.connection, RingPage.error, RingPage.port,
  ]

  init() throws {
    host = FakeHost(wakes: .byHand)
    guests = [host.makeDomain(0)]
    for number in 1...3 as ClosedRange<UInt16> { guests.append(host.makeDomain(number)) }
    server = try Server.trial(host, seed: 1)
    for guest in guests.dropFirst() {
      var message: [UInt8] = []
      RequestEncoding.append(
        .introduce, strings: ["\(guest.domain.rawValue)", "1", "7"], to: &message)
      _ = guests[0].put(message[...])
      guests[0].notify()
      settle()
      _ = guests[0].take()
    }
  }

  mutating func settle() {
    for _ in 0..<3 {
      repeat { server.serveHost() } while host.hasEvents
      server.round(patience: 0)
    }
  }

  mutating func step(_ input: inout FuzzInput) {
    let choice = input.byte()
    let number = Int(choice & 3)
    let guest = guests[number]
    switch choice >> 2 & 15 {
    case 0, 1, 2, 3, 4: put(FuzzMessage.build(&input), guest)
    case 5: put(Array(input.take(Int(input.byte()))), guest)
    case 6: guest.page[word: Self.places[Int(input.byte() & 7)]] = input.word()
    case 7:
      let place = Self.places[Int(input.byte() & 7)]
      guest.page[word: place] &+= UInt32(truncatingIfNeeded: Int8(bitPattern: input.byte()))
    case 8:
      let place = Int(input.byte()) * 16
      let bytes = Array(input.take(min(16, SharedPage.byteCount - place)))
      guest.page.write(bytes.span, from: 0, to: place..<place + bytes.count)
    case 9: guest.notify()
    case 10: _ = guest.take()
    case 11:
      for offset in stride(from: 0, to: SharedPage.byteCount, by: 4) {
        guest.page[word: offset] = 0
      }
    case 12 where number > 0:
      if input.byte() & 1 == 0 { host.set(UInt16(number), isDead: true) } else { revive(number) }
    case 13 where number > 0: host.set(UInt16(number), hasShutDown: input.byte() & 1 == 0)
    case 14 where number == 0: host.refusesToBind = input.byte() & 1 == 0
    case 14: interfere(with: guest.page, &input)
    default:
      guest.page[word: RingPage.connection] = 1
      guest.notify()
    }
    server.serveHost()
    server.round(patience: 0)
    if server.store.hasTurnWaiters { server.store.passTurn() }
    for guest in guests { guest.page.interference = nil }
    server.store.checkBounds()
  }

  /// Has the domain write one word while the server serves: just before it looks the n-th time.
  private func interfere(with page: SharedPage, _ input: inout FuzzInput) {
    var looks = Int(input.byte() & 15)
    let place = Self.places[Int(input.byte() & 7)]
    let word = input.word()
    page.interference = { [unowned page] in
      looks -= 1
      if looks == 0 { page[word: place] = word }
    }
    guests.first { $0.page === page }?.notify()
  }

  private func put(_ bytes: [UInt8], _ guest: Guest) {
    let used =
      guest.page[word: RingPage.requestProducer] &- guest.page[word: RingPage.requestConsumer]
    guard used <= UInt32(RingPage.ringSize) else { return }
    _ = guest.put(bytes[...])
    guest.notify()
  }

  private mutating func revive(_ number: Int) {
    host.removeDomain(UInt16(number))
    guests[number] = host.makeDomain(UInt16(number))
  }

  /// What must hold in the end.
  mutating func finish(steps: Int) {
    precondition(server.store.work < 4096 * (steps + 64), "more work than the input accounts for")
    for number in 1...3 as ClosedRange<UInt16> { host.removeDomain(number) }
    var rounds = 0
    repeat {
      server.serveHost()
      server.round(patience: 0)
      if server.store.hasTurnWaiters { server.store.passTurn() }
      rounds += 1
      precondition(rounds < 10000, "the server does not come to rest")
    } while rounds < 4 || !server.runnable.isEmpty
    for number in 1...3 as ClosedRange<UInt16> {
      precondition(!server.store.isIntroduced(DomainID(rawValue: number)), "it lives on")
      precondition(host.bound[100 + UInt32(number)] == nil, "its port is still bound")
    }
    if let fault = server.store.inconsistency() { preconditionFailure(fault) }
    server.closeDescriptors()
  }
}
