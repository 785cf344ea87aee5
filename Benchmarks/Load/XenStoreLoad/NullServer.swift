/// Serves a socket without a store, for ever.
///
/// - Parameters:
///   - path: where the socket is to be.
///   - fansOut: whether a write is an event for every watch that was ever set.
public func serveNothing(at path: String, _ fansOut: Bool) {
  var server = NullServer(path, fansOut)
  System.raiseLimit()
  while true { server.turn() }
}

/// A server that has one answer for every type of request.
struct NullServer {
  private struct Client {
    let descriptor: Int32
    var input: [UInt8] = []
  }

  private static let listening: UInt32 = .max

  private let fansOut: Bool
  private let listener: Int32
  private let epoll = System.epoll()
  private var clients: [Client] = []
  private var watchers: [(client: Int, event: [UInt8])] = []
  private var ready = [UInt32](repeating: 0, count: 256)
  private var buffer = [UInt8](repeating: 0, count: 65536)
  private var output: [UInt8] = []
  private let answers: [[UInt8]]

  init(_ path: String, _ fansOut: Bool) {
    self.fansOut = fansOut
    listener = System.listen(path)
    System.watch(epoll, listener, isNew: true, writes: false, number: Self.listening)
    answers = (0..<32).map { type in
      switch UInt32(type) {
      case Kind.read: Array("xxxxxxxx".utf8)
      case Kind.start: Array("7\0".utf8)
      default: Array("OK\0".utf8)
      }
    }
  }

  mutating func turn() {
    let count = System.wait(epoll, into: &ready, milliseconds: -1)
    for index in 0..<count {
      if ready[index] == Self.listening { accept() } else { serve(Int(ready[index])) }
    }
  }

  private mutating func accept() {
    guard let descriptor = System.accept(listener) else { return }
    System.watch(epoll, descriptor, isNew: true, writes: false, number: UInt32(clients.count))
    clients.append(Client(descriptor: descriptor))
  }

  private mutating func serve(_ index: Int) {
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    defer { swap(&bytes, &buffer) }
    let start = clients[index].input.count
    if start > 0 {
      bytes.replaceSubrange(0..<start, with: clients[index].input)
      clients[index].input.removeAll(keepingCapacity: true)
    }
    let descriptor = clients[index].descriptor
    guard case .bytes(let count) = System.receive(descriptor, into: &bytes, from: start) else {
      return System.forget(descriptor)
    }
    let end = start &+ count
    let all = bytes.span
    var position = 0
    var events = 0
    output.removeAll(keepingCapacity: true)
    while end &- position >= 16 {
      let length = Int(word(all, position &+ 12))
      guard end &- position >= 16 &+ length else { break }
      let type = word(all, position)
      answer(all, position, type)
      if fansOut, type == Kind.watch { watchers.append((index, event(all, position, length))) }
      if fansOut, type == Kind.write { events &+= 1 }
      position &+= 16 &+ length
    }
    if position < end { clients[index].input.append(contentsOf: bytes[position..<end]) }
    if !output.isEmpty { _ = System.send(descriptor, output.span) }
    for _ in 0..<events { tellWatchers() }
  }

  private mutating func answer(_ bytes: Span<UInt8>, _ position: Int, _ type: UInt32) {
    let answer = answers[Int(type & 31)]
    for index in 0..<12 { output.append(bytes[position &+ index]) }
    put(UInt32(truncatingIfNeeded: answer.count), into: &output)
    output.append(contentsOf: answer)
  }

  /// The payload of a watch is path and token, and so is that of its events.
  private func event(_ bytes: Span<UInt8>, _ position: Int, _ length: Int) -> [UInt8] {
    var event: [UInt8] = []
    for word in [Kind.event, 0, 0, UInt32(length)] { put(word, into: &event) }
    for index in 0..<length { event.append(bytes[position &+ 16 &+ index]) }
    return event
  }

  /// All events for one client that stand together go out together.
  private mutating func tellWatchers() {
    var next = 0
    while next < watchers.count {
      let client = watchers[next].client
      output.removeAll(keepingCapacity: true)
      while next < watchers.count, watchers[next].client == client {
        output.append(contentsOf: watchers[next].event)
        next &+= 1
      }
      _ = System.send(clients[client].descriptor, output.span)
    }
  }
}
