import Glibc
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

/// A server whose clients are domains of a `FakeHost`; the control domain's ring is served.
struct RingHarness: ~Copyable {
  var server: Server
  let host: FakeHost
  let control: Guest
  let folder: String
  private var options = Options()
  private var unread: [DomainID: [UInt8]] = [:]
  /// Events of domains, as path and token, since they were last taken.
  var events: [DomainID: [String]] = [:]

  /// Starts a server.
  ///
  /// - Parameter keepsState: whether another can go on where this one ends.
  init(keepsState: Bool = false) throws {
    host = FakeHost()
    control = host.makeDomain(0)
    var template = Array("/tmp/xenstored-test-XXXXXX".utf8CString)
    folder = String(cString: mkdtemp(&template))
    options.socket = folder + "/socket"
    if keepsState { options.stateFolder = folder + "/state" }
    server = try Self.start(host, options)
    settle()
  }

  /// Ends the server as it stands, and starts another.
  mutating func restart() throws {
    host.bound = [:]
    // It has the socket and the folder until it is gone.
    if let listener = server.listener { close(listener) }
    server.recorder = nil
    server.folder = nil
    server = try Self.start(host, options)
  }

  private static func start(_ host: FakeHost, _ options: Options) throws -> Server {
    var server = try Server(options, host: host)
    try server.start(options)
    return server
  }

  deinit {
    unlink(folder + "/socket")
    for name in SystemCalls.names(in: folder + "/state") { unlink(folder + "/state/" + name) }
    rmdir(folder + "/state")
    rmdir(folder)
  }

  /// Has the server do all that it has to.
  mutating func settle() {
    for _ in 0..<20 { server.round(patience: 0) }
  }

  /// Sends a message without waiting for its end.
  mutating func send(_ guest: Guest, _ message: [UInt8]) {
    var rest = message[...]
    for _ in 0..<64 where !rest.isEmpty {
      rest = rest.dropFirst(guest.put(rest))
      guest.notify()
      settle()
    }
  }

  /// Reads the messages that a domain has been sent; events go to `events`.
  mutating func receive(_ guest: Guest) -> [(type: UInt32, text: String)] {
    var bytes = unread[guest.domain] ?? []
    for _ in 0..<1024 {
      let more = guest.take()
      if more.isEmpty { break }
      bytes += more
      guest.notify()
      settle()
    }
    var position = 0
    var messages: [(type: UInt32, text: String)] = []
    while let header = MessageHeader(reading: bytes.span, at: position),
      position + 16 + Int(header.length) <= bytes.count
    {
      let end = position + 16 + Int(header.length)
      var payload = bytes[(position + 16)..<end]
      if payload.last == 0 { payload.removeLast() }
      let text = payload.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
      position = end
      if header.type == MessageType.watchEvent.rawValue {
        events[guest.domain, default: []].append(text)
      } else {
        messages.append((header.type, text))
      }
    }
    unread[guest.domain] = Array(bytes[position...])
    return messages
  }

  /// Sends a request and returns its reply: strings joined by commas.
  mutating func ask(
    _ guest: Guest, _ type: MessageType, _ strings: String..., value: String? = nil
  ) -> String {
    var payload: [UInt8] = strings.flatMap { Array($0.utf8) + [0] }
    if let value { payload += Array(value.utf8) }
    var message: [UInt8] = []
    RequestEncoding.append(type, payload: payload, to: &message)
    send(guest, message)
    return receive(guest).last?.text ?? "nothing"
  }

  /// Has the control domain introduce a domain; returns the reply.
  @discardableResult
  mutating func introduce(_ guest: Guest, port: UInt32 = 7) -> String {
    ask(control, .introduce, "\(guest.domain.rawValue)", "1234", "\(port)")
  }

  /// The events of a domain since they were last taken.
  mutating func takeEvents(_ guest: Guest) -> [String] {
    _ = receive(guest)
    return events.removeValue(forKey: guest.domain) ?? []
  }
}
