/// Transactions, each begun when the one before it has ended. The requests of one go out together,
/// as far as they do not depend on answers; EAGAIN makes it begin again, and its time goes on.
struct TransactionLoop: Scenario {
  private enum Tag {
    static let start: UInt8 = 0
    static let body: UInt8 = 1
    static let end: UInt8 = 2
    static let counter: UInt8 = 3
    static let other: UInt8 = 4
  }

  private static let begin = Message(Kind.start, "")
  private static let commit = Message(Kind.end, "T")

  /// What a transaction of each connection asks for.
  let bodies: [[Message]]
  /// Where counters are that transactions read and increment; nil when they only write.
  let counters: [String]?
  /// What a connection that makes no transactions writes over and over.
  let others: [Int: Message]
  var meter: Meter
  var isStopping = false
  /// All commits, to compare with the counters.
  var commits = 0

  init(_ bodies: [[Message]], counters: [String]?, others: [Int: Message], _ process: Int32) {
    self.bodies = bodies
    self.counters = counters
    self.others = others
    meter = Meter(process)
  }

  mutating func begin(_ link: Link, at time: Int64) {
    if let other = others[link.index] {
      link.ask(other, tag: Tag.other, at: time)
      return
    }
    if !link.isRetry { link.began = time }
    link.ask(Self.begin, tag: Tag.start, at: time)
  }

  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    switch answer.tag {
    case Tag.start:
      link.transaction = UInt32(truncatingIfNeeded: number(payload))
      link.step = 0
      let tag = counters == nil ? Tag.body : Tag.counter
      for message in bodies[link.index] {
        link.ask(message, tag: tag, in: link.transaction, at: load.now)
      }
      if counters == nil {
        link.ask(Self.commit, tag: Tag.end, in: link.transaction, at: load.now)
      }
    case Tag.counter:
      guard let counters else { return }
      let next = Array("\(number(payload) + 1)".utf8)
      link.ask(
        Message(write: counters[link.step], next), tag: Tag.body, in: link.transaction,
        at: load.now)
      link.step += 1
      if link.step == counters.count {
        link.ask(Self.commit, tag: Tag.end, in: link.transaction, at: load.now)
      }
    case Tag.end:
      link.isRetry = answer.isError
      if answer.isError {
        meter.retries += 1
      } else {
        commits += 1
        meter.operations += 1
        meter.times.add(load.now - link.began)
      }
      if !isStopping { begin(link, at: load.now) }
    case Tag.other:
      link.count += 1
      if !isStopping { begin(link, at: load.now) }
    default: break
    }
  }

  private func number(_ text: Span<UInt8>) -> UInt64 {
    var value: UInt64 = 0
    for index in text.indices where text[index] >= 48 && text[index] <= 57 {
      value = value &* 10 &+ UInt64(text[index] &- 48)
    }
    return value
  }
}

extension Scenarios {
  /// Transactions of writes on each connection, or of increments of counters that all share; beside
  /// them `others` connections that write without.
  static func transactions(_ settings: Settings, counts: Bool) {
    let load = Load(settings.socket)
    load.open(settings.connections + settings.others)
    let shared = (0..<settings.each).map { "/bench/counters/k\($0)" }
    let own = (0..<settings.connections).map { link in
      (0..<settings.each).map { "/bench/own/\(link)/k\($0)" }
    }
    let last = settings.connections..<settings.connections + settings.others
    let others = Dictionary(
      uniqueKeysWithValues: last.map {
        ($0, Message(write: "/bench/other/\($0)", settings.value))
      })
    load.prepare(shared.map { Message(write: $0, [48]) })
    load.prepare(own.joined().map { Message(write: $0, settings.value) })
    load.prepare(Array(others.values))
    let bodies = own.map { keys in
      counts
        ? shared.map { Message(Kind.read, $0) }
        : keys.map { Message(write: $0, settings.value) }
    }
    var loop = TransactionLoop(
      bodies, counters: counts ? shared : nil, others: others, load.process)
    for link in load.links {
      loop.begin(link, at: System.now())
      load.flush(link)
    }
    while loop.meter.seconds < 0.2 { load.turn(&loop) }
    for link in load.links { link.count = 0 }
    loop.meter = Meter(load.process)
    while loop.meter.seconds < settings.seconds { load.turn(&loop) }
    let written = load.links.reduce(0) { $0 + $1.count }
    loop.meter.report("run", [("others", Double(written) / loop.meter.seconds)])
    loop.isStopping = true
    load.finish(&loop)
    guard counts else { return }
    let text = String(
      decoding: load.call(load.links[0], Message(Kind.read, shared[0])).payload, as: UTF8.self)
    if let value = Int(text), value != loop.commits {
      System.fail("lost updates: the counter is \(value) after \(loop.commits) commits")
    }
  }
}
