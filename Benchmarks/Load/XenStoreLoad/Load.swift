/// What the server answered.
struct Answer {
  let type: UInt32
  let tag: UInt8
  /// Nanoseconds from sending to receiving.
  let time: Int64

  var isError: Bool { type == Kind.error }
}

/// What is done with answers.
protocol Scenario {
  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>)
}

/// Counts answers and does nothing else.
struct Quiet: Scenario {
  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {}
}

/// The connections to a server, in one thread.
final class Load {
  private(set) var links: [Link] = []
  private(set) var process: Int32 = 0
  /// When bytes came last.
  private(set) var now: Int64 = 0
  /// Events that came.
  var events = 0
  /// Requests that are not answered.
  var waiting: Int { links.reduce(0) { $0 &+ $1.waiting } }

  private let path: String
  private let epoll = System.epoll()
  private var ready = [UInt32](repeating: 0, count: 256)
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  init(_ path: String) { self.path = path }

  /// Opens further connections.
  func open(_ count: Int) {
    for _ in 0..<count {
      let (descriptor, process) = System.connect(path)
      self.process = process
      let link = Link(links.count, descriptor)
      links.append(link)
      System.watch(
        epoll, descriptor, isNew: true, writes: false, number: UInt32(link.index))
    }
    now = System.now()
  }

  /// Sends what a connection has to send.
  @inline(__always)
  func flush(_ link: Link) {
    guard !link.output.isEmpty else { return }
    guard let count = System.send(link.descriptor, link.output.span) else { lost(link) }
    let isBlocked = count < link.output.count
    if isBlocked {
      link.output.removeFirst(count)
    } else {
      link.output.removeAll(keepingCapacity: true)
    }
    guard isBlocked != link.isBlocked else { return }
    link.isBlocked = isBlocked
    System.watch(
      epoll, link.descriptor, isNew: false, writes: isBlocked, number: UInt32(link.index))
  }

  private func lost(_ link: Link) -> Never {
    System.fail("connection \(link.index): the server closed it")
  }

  /// Waits for answers once and has the scenario deal with them.
  @inline(__always)
  func turn(_ scenario: inout some Scenario, milliseconds: Int32 = 100) {
    let count = System.wait(epoll, into: &ready, milliseconds: milliseconds)
    for index in 0..<count {
      let link = links[Int(ready[index])]
      receive(link, &scenario)
      flush(link)
    }
  }

  @inline(__always)
  private func receive(_ link: Link, _ scenario: inout some Scenario) {
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    defer { swap(&bytes, &buffer) }
    var start = 0
    if !link.input.isEmpty {
      start = link.input.count
      bytes.replaceSubrange(0..<start, with: link.input)
      link.input.removeAll(keepingCapacity: true)
    }
    guard case .bytes(let count) = System.receive(link.descriptor, into: &bytes, from: start) else {
      lost(link)
    }
    now = System.now()
    let end = start &+ count
    var position = 0
    let all = bytes.span.extracting(0..<end)
    while end &- position >= 16 {
      let length = Int(word(all, position &+ 12))
      guard end &- position >= 16 &+ length else { break }
      let payload = all.extracting(position &+ 16..<position &+ 16 &+ length)
      let type = word(all, position)
      let number = word(all, position &+ 4)
      position &+= 16 &+ length
      if type == Kind.event {
        events &+= 1
        continue
      }
      guard let pending = link.next(), pending.number == number else {
        System.fail("connection \(link.index): an answer that nobody asked for")
      }
      scenario.answered(
        self, link, Answer(type: type, tag: pending.tag, time: now &- pending.sent), payload)
    }
    if position < end { link.input.append(contentsOf: bytes[position..<end]) }
  }

  /// Serves until everything is answered.
  func finish(_ scenario: inout some Scenario) {
    for link in links { flush(link) }
    while waiting > 0 { turn(&scenario, milliseconds: 1000) }
  }

  // MARK: One request at a time

  /// Asks and waits for the answer.
  @discardableResult
  func call(_ link: Link, _ message: Message) -> (type: UInt32, payload: [UInt8]) {
    var one = One()
    link.ask(message, at: System.now())
    flush(link)
    while one.answer == nil { turn(&one, milliseconds: 1000) }
    return one.answer ?? (Kind.error, [])
  }

  /// Asks for many things, some at a time.
  func prepare(_ messages: [Message]) {
    var quiet = Expecting()
    for (index, message) in messages.enumerated() {
      let link = links[0]
      link.ask(message, at: now)
      if index % 64 == 63 {
        flush(link)
        while link.waiting > 0 { turn(&quiet, milliseconds: 1000) }
      }
    }
    finish(&quiet)
  }
}

/// Keeps one answer.
private struct One: Scenario {
  var answer: (type: UInt32, payload: [UInt8])?

  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    var bytes: [UInt8] = []
    for index in payload.indices { bytes.append(payload[index]) }
    self.answer = (answer.type, bytes)
  }
}

/// Ends the program when something is refused.
private struct Expecting: Scenario {
  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    if answer.isError { System.fail("preparing: refused") }
  }
}
