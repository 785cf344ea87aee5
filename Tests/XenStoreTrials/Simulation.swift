import Glibc
import SocketAddress
import XenStoreWire

@testable import XenStoreCore
@testable import XenStoreServer

/// Random requests and faults of many clients on the server and on the model, and the first
/// difference. The same seed does the same every time.
public struct Simulation: ~Copyable {
  let seed: UInt64
  var dice: Dice
  var server: Server
  let host: FakeHost
  var model = Model()
  var clients: [Int: SimulatedClient] = [:]
  var nextClient = 0
  /// Clients on sockets, and on rings that are served or failed.
  var sockets: [Int] = []
  var rings: [Int] = []
  /// Domains that are not introduced.
  var absent: [UInt16] = []
  /// The control domain's tools: a socket that is always there.
  let tools = 0
  var trail: [String] = []
  let trailLength: Int
  var buffer = [UInt8](repeating: 0, count: 65536)
  let folder: String
  /// Requests and faults so far.
  public private(set) var operations = 0
  private var audit = ConnectionID(index: 0)
  private var nextAudit = 20000
  /// What differs.
  public private(set) var difference: String?

  static let socketCount = 120
  static let domainCount: UInt16 = 160

  /// Makes a server with all its clients.
  ///
  /// - Parameter trail: how many of the last operations are remembered.
  /// - Throws: what the kernel refused.
  public init(seed: UInt64, trail: Int) throws {
    let host = FakeHost(wakes: .byHand)
    let folder = try Self.makeFolder()
    let server = try Server.trial(host, seed: seed, socket: folder + "/socket")
    self.init(server, host, folder, seed, trail)
  }

  private init(
    _ server: consuming Server, _ host: FakeHost, _ folder: String, _ seed: UInt64, _ trail: Int
  ) {
    self.seed = seed
    trailLength = trail
    dice = Dice(seed: seed)
    self.host = host
    self.folder = folder
    self.server = server
    self.server.store.takesTurns = seed & 1 == 1
    model.nodeLimit = 16
    model.watchLimit = 10
    model.transactionLimit = 3
    model.requestLimit = 24
    for (kind, limit) in [
      (QuotaKind.nodes, 16 as UInt64), (.watches, 10), (.transactions, 3), (.transactionNodes, 24),
      (.memory, 0),
    ] { self.server.store.defaultQuotas[kind] = limit }
    for _ in 0..<Self.socketCount { connect() }
    // What the server says of itself is not the model's business.
    ask(tools, .remove, ["/tool"], .ok)
    pump(tools)
    audit = self.server.store.connectSocket()
    for domain in 1...Self.domainCount {
      makeDomain(domain)
      if dice.roll(8) > 0 { introduce(domain) } else { absent.append(domain) }
    }
  }

  private static func makeFolder() throws -> String {
    var template = Array("/tmp/xenstore-simulation-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw SystemError("mkdtemp") }
    return String(cString: path)
  }

  /// Gives everything back.
  public mutating func finish() {
    for client in clients.values {
      if case .socket(let descriptor) = client.link { Glibc.close(descriptor) }
    }
    server.closeDescriptors()
    unlink(folder + "/socket")
    rmdir(folder)
  }

  /// The last operations, the oldest first.
  public var lastSteps: [String] { Array(trail.suffix(trailLength)) }

  /// Does one step of one or more operations; false when something differs.
  public mutating func step() -> Bool {
    advance()
    if difference == nil, operations >= nextAudit {
      nextAudit += 20000
      checkEverything()
    }
    return difference == nil
  }

  // MARK: What the steps are made of

  mutating func note(_ text: @autoclosure () -> String) {
    operations += 1
    guard trailLength > 0 else { return }
    trail.append("\(operations) " + text())
    if trail.count >= 2 * trailLength { trail.removeFirst(trail.count - trailLength) }
  }

  mutating func fail(_ text: String) {
    if difference == nil { difference = "seed \(seed), operation \(operations): \(text)" }
  }

  /// Has the server do what there is to do.
  mutating func round() {
    repeat { server.serveHost() } while host.hasEvents
    server.round(patience: 0)
    if server.store.hasTurnWaiters {
      server.store.passTurn()
      server.round(patience: 0)
    }
  }

  mutating func connect() {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard let address = SocketAddress(folder + "/socket"), address.connect(descriptor) else {
      return fail("connect: \(errno)")
    }
    server.round(patience: 0)
    let number = nextClient
    nextClient += 1
    clients[number] = SimulatedClient(.socket(descriptor))
    model.clients[number] = Model.Client(domain: 0, isPrivileged: true)
    sockets.append(number)
  }

  mutating func makeDomain(_ domain: UInt16) {
    _ = host.makeDomain(domain)
    model.existing.insert(domain)
    model.shutDown.remove(domain)
  }

  /// Has the tools introduce a domain, which may be served already.
  mutating func introduce(_ domain: UInt16) {
    guard let page = host.pages[DomainID(rawValue: domain)] else { return }
    note("introduce \(domain)")
    ask(tools, .introduce, ["\(domain)", "1", "7"], .ok)
    let guest = Guest(host: host, domain: DomainID(rawValue: domain), page: page)
    if let known = model.domains[domain]?.client {
      clients[known]?.forget()
      clients[known]?.hasFailed = false
      clients[known]?.link = .ring(guest)
      model.introduce(domain, known)
    } else {
      let number = nextClient
      nextClient += 1
      for offset in stride(from: RingPage.requestConsumer, to: RingPage.port, by: 4) {
        page[word: offset] = 0
      }
      clients[number] = SimulatedClient(.ring(guest))
      rings.append(number)
      model.introduce(domain, number)
    }
    expectEvents()
    pump(tools)
  }

  /// A client's next request, whose reply is known.
  mutating func ask(_ number: Int, _ type: MessageType, _ strings: [String], _ answer: Model.Answer)
  {
    var payload: [UInt8] = []
    for string in strings { payload += Array(string.utf8) + [0] }
    queue(number, type, payload, 0, answer)
  }

  /// Requests that the client whose turn it is has yet to send.
  var outgoing: [UInt8] = []

  /// Adds a request to what the client sends, and its reply to what it expects.
  mutating func queue(
    _ number: Int, _ type: MessageType, _ payload: [UInt8], _ transaction: UInt32,
    _ answer: Model.Answer
  ) {
    let request = nextRequest(number)
    RequestEncoding.append(
      type, requestID: request, transactionID: transaction, payload: payload, to: &outgoing)
    expect(number, type, request, answer)
  }

  mutating func nextRequest(_ number: Int) -> UInt32 {
    let request = (clients[number]?.lastRequest ?? 0) + 1
    clients[number]?.lastRequest = request
    return request
  }

  mutating func expect(
    _ number: Int, _ type: MessageType, _ request: UInt32, _ answer: Model.Answer
  ) {
    var kind = type
    var payload: [UInt8] = []
    switch answer {
    case .ok: payload = [UInt8(ascii: "O"), UInt8(ascii: "K"), 0]
    case .bytes(let bytes): payload = bytes
    case .error(let error):
      kind = .error
      payload = Array(error.name.utf8) + [0]
    }
    clients[number]?.expected.append(
      .reply(type: kind.rawValue, request: request, payload: payload))
  }

  /// Hands the model's events to those who are to get them.
  mutating func expectEvents() {
    for event in model.events {
      clients[event.client]?.expected.append(.event(event))
      touched.insert(event.client)
    }
    model.events.removeAll(keepingCapacity: true)
  }

  /// Clients that are to get something.
  var touched: Set<Int> = []

  /// Sends what is in `outgoing` for a client, and reads until everything came that must.
  mutating func pump(_ number: Int) {
    var rest = outgoing[...]
    outgoing = []
    touched.insert(number)
    for attempt in 0..<4096 {
      if !rest.isEmpty { rest = rest.dropFirst(clients[number]?.put(rest) ?? rest.count) }
      round()
      collect(number)
      guard difference == nil else { return }
      if rest.isEmpty, clients[number]?.hasAll ?? true { break }
      if attempt == 4095 { return fail("client \(number) is not answered: \(missing(number))") }
    }
    collectOthers()
  }

  private func missing(_ number: Int) -> String {
    guard let client = clients[number], client.next < client.expected.count else { return "-" }
    return "\(client.expected[client.next])"
  }

  /// Reads what the others were sent.
  mutating func collectOthers() {
    for number in touched.sorted() {
      guard let client = clients[number], client.sleeps == 0, !client.hasFailed else { continue }
      var attempts = 0
      while true {
        collect(number)
        if difference != nil { return }
        if clients[number]?.hasAll ?? true { break }
        attempts += 1
        if attempts > 1000 { return fail("client \(number) does not get \(missing(number))") }
        round()
      }
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// Reads what came for a client.
  mutating func collect(_ number: Int) {
    guard var client = clients.removeValue(forKey: number) else { return }
    let took = client.take(&buffer)
    if took, let text = client.compare() { fail("client \(number): \(text)") }
    if client.hasAll, !took {
      // Nothing is left, here or in the server.
      client.expected.removeAll(keepingCapacity: true)
      client.next = 0
      model.clients[number]?.drains += 1
    }
    clients[number] = client
  }

  // MARK: Checks

  /// Reads everything that anybody was sent, and compares all that both hold.
  public mutating func checkEverything() {
    for number in clients.keys.sorted() {
      clients[number]?.sleeps = 0
      touched.insert(number)
    }
    collectOthers()
    for _ in 0..<3 { round() }
    guard difference == nil else { return }
    for number in clients.keys.sorted() where clients[number]?.hasFailed == false {
      collect(number)
    }
    guard difference == nil else { return }
    if let text = server.store.inconsistency() { return fail(text) }
    checkTree()
    checkCounts()
  }

  private mutating func read(_ type: MessageType, _ path: String) -> [UInt8] {
    let payload = Array(path.utf8) + [0]
    let header = MessageHeader(
      type: type.rawValue, requestID: 0, transactionID: 0, length: UInt32(payload.count))
    server.store.handle(audit, header, payload.span)
    var reply: [UInt8] = []
    server.store.send(audit) { bytes in
      for index in MessageHeader.byteCount..<bytes.count { reply.append(bytes[index]) }
      return bytes.count
    }
    server.store.dirty.removeAll { $0 == audit }
    return reply
  }

  private mutating func checkTree() {
    var stack = [0]
    var count = 0
    while let path = stack.popLast() {
      guard let item = model.tree[path] else { return fail("the model lost a node") }
      count += 1
      let text = model.paths.texts[path]
      var names: [UInt8] = []
      for child in item.children { names += Array(model.paths.name(child).utf8) + [0] }
      if read(.directory, text) != names { return fail("other children of \(text)") }
      if read(.read, text) != item.value { return fail("another value of \(text)") }
      stack += item.children
    }
    if count != model.tree.count { fail("the model has nodes that nobody finds") }
    if count != server.store.nodes.tree.nodeCount { fail("the store counts other nodes") }
  }

  private mutating func checkCounts() {
    for slot in server.clients.indices {
      guard let client = server.clients[slot] else { continue }
      let held = server.store.connections[client.id.index]
      let domain = held.caller.domain
      guard held.isRing, domain != 0 else { continue }
      guard let number = model.domains[domain]?.client, let mine = model.clients[number] else {
        return fail("domain \(domain) is still served")
      }
      if held.watchCount != mine.watches.count { return fail("domain \(domain): watches") }
      if held.transactions.count != mine.transactions.count {
        return fail("domain \(domain): transactions")
      }
      if mine.watches.isEmpty, held.watchBytes != 0 { return fail("domain \(domain): bytes") }
      if mine.transactions.isEmpty, held.transactionBytes != 0 {
        return fail("domain \(domain): bytes of transactions")
      }
    }
    for domain in 1...Self.domainCount {
      let usage = server.store.nodes.usage(domain)
      if Int(usage.nodes) != model.owned[domain, default: 0] {
        return fail("domain \(domain) owns \(usage.nodes), not \(model.owned[domain] ?? 0)")
      }
    }
    if server.store.watches.count != model.watches.values.reduce(0, { $0 + $1.count }) {
      fail("the store counts other watches")
    }
  }
}
