import Foundation
import Glibc
import XenStoreWire

/// A client that sends and receives bytes, through a socket or a domain's ring.
public final class Talker {
  private let descriptor: Int32
  private let guest: SimulatedGuest?
  private var input: [UInt8] = []
  /// Events as path and token, in the order in which they came.
  public private(set) var events: [String] = []

  /// What was waited for did not come.
  public struct Silence: Error {}

  /// Speaks as a domain.
  public init(_ guest: SimulatedGuest) {
    self.guest = guest
    descriptor = -1
  }

  /// Connects to a socket.
  public init(_ path: String) throws {
    guest = nil
    guard let connected = connectSocket(path) else { throw POSIXError(.ECONNREFUSED) }
    descriptor = connected
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// A message as it goes over the wire; in `payload`, a bar stands for a nul.
  public static func message(_ type: MessageType, _ payload: String, transaction: UInt32 = 0)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    RequestEncoding.append(
      type, requestID: 7, transactionID: transaction,
      payload: payload.utf8.map { $0 == UInt8(ascii: "|") ? 0 : $0 }, to: &bytes)
    return bytes
  }

  /// Sends bytes.
  public func put(_ bytes: some Collection<UInt8>) throws {
    let bytes = Array(bytes)
    if let guest {
      guard guest.send(bytes) else { throw Silence() }
    } else {
      guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
        throw POSIXError(.EPIPE)
      }
    }
  }

  /// The next reply: its payload with bars for nuls.
  public func reply() throws -> String {
    while true {
      if let header = MessageHeader(reading: input.span, at: 0),
        input.count >= 16 + Int(header.length)
      {
        let payload = input[16..<16 + Int(header.length)]
        let text = String(
          decoding: payload.map { $0 == 0 ? UInt8(ascii: "|") : $0 }, as: UTF8.self)
        input.removeFirst(16 + Int(header.length))
        if header.type != MessageType.watchEvent.rawValue { return text }
        events.append(text)
        continue
      }
      try fill()
    }
  }

  /// Whether something has come that was not looked at.
  public var hasInput: Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !input.isEmpty || poll(&waiting, 1, 0) == 1
  }

  private func fill() throws {
    if let guest {
      guard let bytes = guest.receive() else { throw Silence() }
      input += bytes
      return
    }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, Int32(Patience.long)) == 1 else { throw Silence() }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw POSIXError(.ECONNRESET) }
    input += buffer[..<count]
  }

  /// Sends a request and waits for its reply.
  @discardableResult
  public func ask(
    _ type: MessageType, _ payload: String, transaction: UInt32 = 0
  ) throws -> String {
    try put(Self.message(type, payload, transaction: transaction))
    return try reply()
  }

  /// The events so far, once everything has come that was sent before now.
  public func takeEvents() throws -> [String] {
    try ask(.getDomainPath, "0|")
    defer { events = [] }
    return events
  }
}
