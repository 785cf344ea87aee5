import Glibc
import XenStoreWire

@testable import XenStoreCore
@testable import XenStoreServer

extension Simulation {
  static let names = ["a", "b", "c", "d1", "backend", "a-longer-name_with@signs"]

  mutating func advance() {
    switch dice.roll(1000) {
    case 0..<12: actOnDomains()
    case 12..<30: actOnRing()
    case 30..<34: replaceSocket()
    default: sendRequests()
    }
    if dice.roll(64) == 0 { wakeSleepers() }
  }

  // MARK: Requests

  private mutating func path() -> String {
    switch dice.roll(24) {
    case 0: return dice.roll(4) == 0 ? "/" : dice.pick(["/a", "/b", "/c"])
    case 1: return dice.pick(["", "//a", "/a/", "a/", "/a b", "@x", "/a//b"])
    case 2, 3: return "/local/domain/\(1 + dice.roll(Int(Self.domainCount)))"
    default: break
    }
    var path = dice.roll(4) == 0 ? "" : "/"
    for level in 0...(1 + dice.roll(4)) {
      if level > 0 { path += "/" }
      path += dice.pick(Self.names)
    }
    return path
  }

  private mutating func value() -> [UInt8] {
    let length = dice.roll(100) == 0 ? 2200 : dice.pick([0, 1, 3, 8, 8, 20, 40, 70, 300])
    let first = dice.roll(256)
    return (0..<length).map { UInt8(truncatingIfNeeded: first &+ $0 &* 37) }
  }

  private mutating func permissions() -> [Permission] {
    let letters: [Access] = [[], .read, .write, [.read, .write]]
    return (0...(dice.roll(40) == 0 ? 5 : dice.roll(3))).map { index in
      var domain = UInt16(dice.roll(4) == 0 ? 0 : 1 + dice.roll(Int(Self.domainCount)))
      if index > 0, dice.roll(6) == 0 { domain = DomainID.any.rawValue }
      return Permission(DomainID(rawValue: domain), dice.pick(letters))
    }
  }

  private mutating func operation(_ number: Int) -> Model.Operation {
    let path = path()
    switch dice.roll(20) {
    case 0...4: return .write(path, value())
    case 5...8: return .read(path)
    case 9, 10: return .makeDirectory(path)
    case 11: return .remove(path)
    case 12, 13: return .directory(path)
    case 14: return .directoryPart(path)
    case 15, 16: return .getPermissions(path)
    default:
      var list = permissions()
      // A guest may only name itself as the owner.
      if let client = model.clients[number], !client.isPrivileged, dice.roll(10) > 0 {
        list[0].domain = DomainID(rawValue: client.domain)
      }
      return .setPermissions(path, list)
    }
  }

  static func encode(_ operation: Model.Operation) -> (MessageType, [UInt8]) {
    var payload = Array(operation.path.utf8) + [0]
    switch operation {
    case .read: return (.read, payload)
    case .write(_, let value): return (.write, payload + value)
    case .makeDirectory: return (.makeDirectory, payload)
    case .remove: return (.remove, payload)
    case .directory: return (.directory, payload)
    case .directoryPart: return (.directoryPart, payload + [UInt8(ascii: "0"), 0])
    case .getPermissions: return (.getPermissions, payload)
    case .setPermissions(_, let list):
      for entry in list { entry.append(to: &payload) }
      return (.setPermissions, payload)
    }
  }

  private mutating func pickClient() -> Int {
    // Some are busier than others, so that they meet.
    let pool = dice.roll(3) == 0 ? sockets : rings
    guard !pool.isEmpty else { return tools }
    return pool[dice.roll(2) == 0 ? dice.roll(min(12, pool.count)) : dice.roll(pool.count)]
  }

  private mutating func sendRequests() {
    let number = pickClient()
    guard let client = clients[number], !client.hasFailed else { return }
    if client.sleeps > 0 { return wake(number) }
    if client.half != nil { return finishHalf(number) }
    if case .ring = client.link, dice.roll(60) == 0 { return startHalf(number) }
    for _ in 0...dice.roll(6) { addRequest(number) }
    expectEvents()
    pump(number)
  }

  private mutating func addRequest(_ number: Int) {
    let open = model.clients[number]?.transactions.keys.sorted() ?? []
    switch dice.roll(60) {
    case 0...4 where open.count < 4:
      note("\(number) start")
      let id = model.start(number)
      let answer = id.map { Model.Answer.bytes(Array("\($0)".utf8) + [0]) }
      ask(number, .transactionStart, [""], answer ?? .error(.noSpace))
    case 5...11 where !open.isEmpty:
      end(number, dice.roll(50) == 0 ? 77 : dice.pick(open), commits: dice.roll(5) != 0)
    case 12, 13: watch(number)
    case 14: unwatch(number)
    case 15 where dice.roll(10) == 0:
      note("\(number) reset")
      model.reset(number)
      ask(number, .resetWatches, [""], .ok)
    case 16 where dice.roll(4) == 0: askForDomain(number)
    case 17 where dice.roll(8) == 0 && model.clients[number]?.isPrivileged == true:
      setSpecial(number)
    default:
      let transaction = open.isEmpty || dice.roll(3) == 0 ? 0 : dice.pick(open)
      let operation = operation(number)
      note("\(number) tx\(transaction) \(operation)")
      let answer = model.request(number, transaction, operation)
      let (type, payload) = Self.encode(operation)
      expectEvents()
      queue(number, type, payload, transaction, answer)
    }
  }

  private mutating func end(_ number: Int, _ transaction: UInt32, commits: Bool) {
    let answer = model.end(number, transaction, commits: commits)
    note("\(number) end \(transaction) \(commits): \(answer)")
    expectEvents()
    queue(
      number, .transactionEnd, [UInt8(ascii: commits ? "T" : "F"), 0], transaction, answer)
  }

  private mutating func watch(_ number: Int) {
    var path = path()
    if dice.roll(6) == 0 {
      path = dice.pick(["@releaseDomain", "@introduceDomain"])
      if dice.roll(2) == 0 { path += "/\(1 + dice.roll(Int(Self.domainCount)))" }
    }
    // A watch high up is told of everything: a few are enough.
    if path == "/" || path.utf8.count < 3 && path.hasPrefix("/"), dice.roll(20) > 0 { return }
    let token = dice.pick(["t", "u", "a token"])
    let depth = dice.roll(3) == 0 ? dice.roll(3) : nil
    note("\(number) watch \(path) \(token) \(depth.map(String.init) ?? "-")")
    if path == "@x" { return }
    let answer = model.watch(number, path, token, depth)
    ask(number, .watch, [path, token] + (depth.map { ["\($0)"] } ?? []), answer)
    expectEvents()
  }

  private mutating func unwatch(_ number: Int) {
    guard let watches = model.clients[number]?.watches, !watches.isEmpty else { return }
    let watch = dice.pick(watches)
    let token = dice.roll(12) == 0 ? "other" : watch.token
    note("\(number) unwatch \(watch.place) \(token)")
    ask(number, .unwatch, [watch.place, token], model.unwatch(number, watch.place, token))
  }

  private mutating func askForDomain(_ number: Int) {
    let domain = UInt16(1 + dice.roll(Int(Self.domainCount)))
    guard model.clients[number]?.isPrivileged == true else {
      note("\(number) may not ask for \(domain)")
      ask(number, .isDomainIntroduced, ["\(domain)"], .error(.accessDenied))
      return
    }
    let isServed = model.domains[domain]?.client != nil
    if dice.roll(2) == 0 {
      note("\(number) asks for \(domain)")
      let letter = UInt8(ascii: isServed ? "T" : "F")
      ask(number, .isDomainIntroduced, ["\(domain)"], .bytes([letter, 0]))
    } else {
      note("\(number) resume \(domain)")
      ask(number, .resume, ["\(domain)"], isServed ? .ok : .error(.notFound))
      if isServed { model.domains[domain]?.hasShutDown = false }
    }
  }

  private mutating func setSpecial(_ number: Int) {
    let operation = Model.Operation.setPermissions(
      dice.pick(["@releaseDomain", "@introduceDomain"]), permissions())
    note("\(number) \(operation)")
    let answer = model.request(number, 0, operation)
    let (type, payload) = Self.encode(operation)
    queue(number, type, payload, 0, answer)
  }

  // MARK: Halves and sleepers

  private mutating func startHalf(_ number: Int) {
    let operation = operation(number)
    let (type, payload) = Self.encode(operation)
    var bytes: [UInt8] = []
    let request = nextRequest(number)
    RequestEncoding.append(type, requestID: request, payload: payload, to: &bytes)
    let cut = 1 + dice.roll(min(bytes.count - 1, 900))
    note("\(number) sends \(cut) bytes of \(operation)")
    guard clients[number]?.put(bytes[..<cut]) == cut else { return fail("no room in the ring") }
    clients[number]?.half = (Array(bytes[cut...]), operation, request)
    round()
  }

  private mutating func finishHalf(_ number: Int) {
    guard let half = clients[number]?.half else { return }
    clients[number]?.half = nil
    note("\(number) sends the rest: \(half.operation)")
    let answer = model.request(number, 0, half.operation)
    let (type, _) = Self.encode(half.operation)
    expectEvents()
    expect(number, type, half.request, answer)
    outgoing = half.rest
    pump(number)
  }

  private mutating func wake(_ number: Int) {
    note("\(number) reads")
    clients[number]?.sleeps = 0
    touched.insert(number)
    collectOthers()
  }

  private mutating func wakeSleepers() {
    for number in rings where clients[number]?.sleeps ?? 0 > 0 {
      clients[number]?.sleeps -= 1
      if clients[number]?.sleeps == 0 { touched.insert(number) }
    }
    collectOthers()
  }

  // MARK: Sockets

  private mutating func replaceSocket() {
    guard sockets.count > 1 else { return }
    let place = 1 + dice.roll(sockets.count - 1)
    let number = sockets.remove(at: place)
    note("\(number) leaves")
    if case .socket(let descriptor)? = clients.removeValue(forKey: number)?.link {
      close(descriptor)
    }
    model.disconnect(number)
    round()
    connect()
  }

  // MARK: Faults of rings

  private mutating func actOnRing() {
    guard !rings.isEmpty else { return }
    let number = dice.pick(rings)
    guard let client = clients[number], case .ring(let guest) = client.link else { return }
    switch dice.roll(8) {
    case 0, 1, 2:
      note("\(number) starts afresh")
      clients[number]?.forget()
      clients[number]?.hasFailed = false
      model.reset(number)
      guest.page[word: RingPage.connection] = 1
      guest.notify()
      round()
      if guest.page[word: RingPage.connection] != 0 { fail("no fresh start of \(number)") }
    case 3:
      note("\(number) has bad indexes")
      let index = dice.pick([RingPage.requestProducer, RingPage.requestConsumer])
      guest.page[word: index] &+= UInt32(1025 + dice.roll(1 << 30))
      guest.notify()
      spoil(number, guest, .indexes)
    case 4 where client.half == nil && !client.hasFailed:
      note("\(number) sends too much")
      var bytes: [UInt8] = []
      MessageHeader(type: 2, requestID: 1, transactionID: 0, length: UInt32(4097 + dice.roll(9)))
        .append(to: &bytes)
      guard clients[number]?.put(bytes[...]) == 16 else { return }
      spoil(number, guest, .tooLong)
    case 5 where client.half == nil && client.sleeps == 0 && !client.hasFailed:
      note("\(number) wipes its page")
      touched.insert(number)
      collectOthers()
      for offset in stride(from: 0, to: SharedPage.byteCount, by: 4) {
        guest.page[word: offset] = 0
      }
      guest.notify()
      round()
    case 6 where client.half == nil && !client.hasFailed:
      note("\(number) reads no more")
      clients[number]?.sleeps = 1 + dice.roll(6)
    case 7 where client.half == nil && client.sleeps == 0 && !client.hasFailed:
      note("\(number) has a bad index of replies")
      touched.insert(number)
      collectOthers()
      guest.page[word: RingPage.replyConsumer] &-= UInt32(1025 + dice.roll(1 << 30))
      var bytes: [UInt8] = []
      RequestEncoding.append(.getDomainPath, strings: ["1"], to: &bytes)
      _ = clients[number]?.put(bytes[...])
      spoil(number, guest, .indexes)
    default: return
    }
  }

  /// The ring cannot be served any more.
  private mutating func spoil(_ number: Int, _ guest: Guest, _ error: RingError) {
    let hadFailed = clients[number]?.hasFailed == true
    clients[number]?.forget()
    clients[number]?.hasFailed = true
    model.reset(number)
    for _ in 0..<3 { round() }
    if !hadFailed, guest.page[word: RingPage.error] != error.rawValue {
      fail("\(number) is served on: \(guest.page[word: RingPage.error])")
    }
  }

  // MARK: Domains

  private mutating func actOnDomains() {
    let domain = UInt16(1 + dice.roll(Int(Self.domainCount)))
    switch dice.roll(8) {
    case 0, 1, 2: introduceAny()
    case 3 where model.domains[domain]?.client != nil: introduce(domain)
    case 4:
      guard model.existing.contains(domain) else { return }
      note("domain \(domain) ends")
      model.existing.remove(domain)
      lookAtDomains { host in
        if domain & 1 == 0 { host.set(domain, isDead: true) } else { host.removeDomain(domain) }
      }
    case 5:
      let shuts = dice.roll(3) > 0
      guard model.existing.contains(domain) else { return }
      note("domain \(domain) \(shuts ? "shuts down" : "goes on")")
      if shuts { model.shutDown.insert(domain) } else { model.shutDown.remove(domain) }
      lookAtDomains { $0.set(domain, hasShutDown: shuts) }
    default:
      note("release \(domain)")
      let isServed = model.domains[domain]?.client != nil
      if isServed { model.release(domain) }
      expectEvents()
      ask(tools, .release, ["\(domain)"], isServed ? .ok : .error(.notFound))
      forgetReleased()
      pump(tools)
      checkReleased(domain, isServed)
    }
  }

  /// Introduces a domain that is not served; makes it when there is none.
  private mutating func introduceAny() {
    guard !absent.isEmpty else { return }
    let domain = absent.remove(at: dice.roll(absent.count))
    if !model.existing.contains(domain) {
      host.removeDomain(domain)
      makeDomain(domain)
      note("domain \(domain) begins")
      lookAtDomains { _ in }
    }
    introduce(domain)
  }

  private mutating func lookAtDomains(_ change: (FakeHost) -> Void) {
    change(host)
    model.lookAtDomains()
    expectEvents()
    forgetReleased()
    round()
    collectOthers()
    for domain in 1...Self.domainCount where !model.existing.contains(domain) {
      checkReleased(domain, true)
    }
  }

  /// Drops clients whose domains are gone.
  private mutating func forgetReleased() {
    for number in rings where model.clients[number] == nil {
      if case .ring(let guest)? = clients.removeValue(forKey: number)?.link {
        absent.append(guest.domain.rawValue)
      }
    }
    rings.removeAll { clients[$0] == nil }
  }

  /// Nothing is charged to a domain that is gone.
  private mutating func checkReleased(_ domain: UInt16, _ wasServed: Bool) {
    guard wasServed else { return }
    let usage = server.store.nodes.usage(domain)
    if usage.nodes != 0 || usage.bytes != 0 {
      fail("domain \(domain) is gone and has \(usage.nodes) nodes, \(usage.bytes) bytes")
    }
    if server.store.domains[domain] != nil { fail("domain \(domain) is gone and remembered") }
  }
}
