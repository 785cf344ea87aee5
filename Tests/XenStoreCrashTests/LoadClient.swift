import Glibc
import XenStoreTestSupport
import XenStoreWire

/// How bytes go to a server and come back.
protocol Line: AnyObject {
  /// Sends, if it can; what cannot be sent is lost with the server.
  func send(_ bytes: [UInt8])
  /// What has come.
  func receive() -> [UInt8]
}

/// A socket; it ends with its server.
final class SocketLine: Line {
  private let descriptor: Int32

  init(_ path: String) {
    descriptor = connectSocket(path) ?? -1
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  func receive() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count > 0 ? Array(buffer[..<count]) : []
  }
}

/// A domain's ring; it outlives its server.
final class RingLine: Line {
  let guest: SimulatedGuest
  /// What there was no room for yet: room comes from the next server when this one is killed.
  private var queue: [UInt8] = []

  init(_ guest: SimulatedGuest) { self.guest = guest }

  func send(_ bytes: [UInt8]) {
    queue += bytes
    push()
  }

  func receive() -> [UInt8] {
    push()
    return guest.take()
  }

  private func push() {
    let used = guest.word(RingPage.requestProducer) &- guest.word(RingPage.requestConsumer)
    let part = queue.prefix(max(0, RingPage.ringSize - Int(used)))
    guard !part.isEmpty, guest.send(Array(part), patience: 0) else { return }
    queue.removeFirst(part.count)
  }
}

/// A client that changes nodes of its own and knows what they must be.
final class LoadClient {
  /// What a request does to nodes when it succeeds: new values, nil for nodes that go.
  typealias Changes = [String: String?]

  /// A request without its reply.
  private struct Pending {
    var id: UInt32
    var type: MessageType
    var changes: Changes = [:]
  }

  let home: String
  var line: any Line
  private(set) var nodes: [String: String] = [:]
  private(set) var requests = 0
  private(set) var events: [String] = []
  /// What went wrong, first.
  private(set) var complaint: String?
  private var pending: [Pending] = []
  private var unread: [UInt8] = []
  private var next: UInt32 = 1
  private var transaction: UInt32 = 0
  private var changesOfTransaction: Changes = [:]
  private var dice: SystemRandomNumberGenerator = .init()

  init(home: String, line: any Line) {
    self.home = home
    self.line = line
  }

  var isIdle: Bool { pending.isEmpty }

  // MARK: Load

  /// Sends a request when few are without reply, and reads what has come.
  func step() {
    read()
    guard complaint == nil, pending.count < 4 else { return }
    let name = "k\(Int.random(in: 0..<16, using: &dice))"
    let value = "\(next) " + String(repeating: "x", count: Int.random(in: 0..<200, using: &dice))
    if transaction > 0 {
      if changesOfTransaction.count < 3 {
        changesOfTransaction[name] = value
        ask(.write, path(name) + [0] + value.utf8, in: transaction)
      } else {
        ask(.transactionEnd, [UInt8(ascii: "T"), 0], in: transaction, changesOfTransaction)
        (transaction, changesOfTransaction) = (0, [:])
      }
      return
    }
    switch Int.random(in: 0..<10, using: &dice) {
    case 0 where !pending.contains { $0.type == .transactionStart }: ask(.transactionStart, [0])
    case 1, 2: ask(.remove, path(name) + [0], [name: nil])
    case 3: ask(.read, path(name) + [0])
    default: ask(.write, path(name) + [0] + value.utf8, [name: value])
    }
  }

  private func path(_ name: String) -> [UInt8] { Array("\(home)/\(name)".utf8) }

  private func ask(
    _ type: MessageType, _ payload: [UInt8], in transaction: UInt32 = 0, _ changes: Changes = [:]
  ) {
    var bytes: [UInt8] = []
    RequestEncoding.append(
      type, requestID: next, transactionID: transaction, payload: payload, to: &bytes)
    pending.append(Pending(id: next, type: type, changes: changes))
    next += 1
    requests += 1
    line.send(bytes)
  }

  /// Watches its home.
  func watch() { ask(.watch, Array("\(home)\0w\0".utf8)) }

  // MARK: Replies

  /// Reads what has come.
  func read() {
    unread += line.receive()
    var position = 0
    while let header = MessageHeader(reading: unread.span, at: position),
      position + MessageHeader.byteCount + Int(header.length) <= unread.count
    {
      let start = position + MessageHeader.byteCount
      position = start + Int(header.length)
      take(header, Array(unread[start..<position]))
    }
    unread.removeFirst(position)
  }

  private func take(_ header: MessageHeader, _ payload: [UInt8]) {
    let text = String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
    if header.type == MessageType.watchEvent.rawValue {
      events.append(text)
      return
    }
    guard let request = pending.first, request.id == header.requestID else {
      complaint = complaint ?? "request \(header.requestID) answered, not \(pending.first?.id ?? 0)"
      return
    }
    pending.removeFirst()
    guard header.type != MessageType.error.rawValue else {
      refuse(request, text)
      return
    }
    if header.type != request.type.rawValue {
      complaint = complaint ?? "\(request.type) answered as \(header.type)"
    } else if request.type == .transactionStart {
      transaction = UInt32(text) ?? 0
    } else if request.type == .read {
      // Those before it are answered, those behind it are not served yet.
    } else if text != "OK" {
      complaint = complaint ?? "\(request.type) answered with \(text)"
    }
    apply(request.changes, to: &nodes)
  }

  private func refuse(_ request: Pending, _ error: String) {
    switch (request.type, error) {
    case (.read, "ENOENT"), (.transactionEnd, "EAGAIN"): break
    default: complaint = complaint ?? "\(request.type) refused with \(error)"
    }
  }

  private func apply(_ changes: Changes, to nodes: inout [String: String]) {
    for (name, value) in changes { nodes[name] = value }
  }

  // MARK: After a crash

  /// Goes on with another line: the server may have done all, some or none of what it had not
  /// answered, in order.
  ///
  /// - Parameter found: what its nodes are now.
  /// - Returns: whether that can be.
  func resume(on line: any Line, found: [String: String]) -> Bool {
    self.line = line
    defer {
      nodes = found
      pending = []
      unread = []
      (transaction, changesOfTransaction) = (0, [:])
    }
    var possible = nodes
    if possible == found { return true }
    for request in pending {
      apply(request.changes, to: &possible)
      if possible == found { return true }
    }
    return false
  }

  /// Forgets the events that have come.
  func takeEvents() -> [String] {
    defer { events = [] }
    return events
  }
}
