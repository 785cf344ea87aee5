import Glibc
import XenStoreTestSupport
import XenStoreWire

/// A client that speaks in bytes, through a socket or as a domain through its ring.
final class Link {
  struct Message {
    var header: MessageHeader
    var payload: [UInt8]
  }

  private let descriptor: Int32
  let guest: SimulatedGuest?
  private var input: [UInt8] = []
  private(set) var events: [[UInt8]] = []
  private var lastID: UInt32 = 0

  init(_ guest: SimulatedGuest) {
    self.guest = guest
    descriptor = -1
  }

  init?(_ path: String) {
    guest = nil
    guard let connected = connectSocket(path) else { return nil }
    descriptor = connected
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  enum Answer {
    case message(Message)
    case closed
    case silence
    /// A reply whose header does not repeat the request's.
    case stray(MessageHeader)
  }

  /// Sends a request and waits for its reply; events that come before are kept.
  ///
  /// - Parameter patience: how long to wait, in milliseconds.
  func ask(
    _ type: UInt32, transaction: UInt32, _ payload: [UInt8], patience: Int = Patience.long
  ) -> Answer {
    lastID &+= 1
    var bytes: [UInt8] = []
    MessageHeader(
      type: type, requestID: lastID, transactionID: transaction, length: UInt32(payload.count)
    ).append(to: &bytes)
    bytes += payload
    if !put(bytes) { return guest == nil ? .closed : .silence }
    return answer(transaction, type, patience)
  }

  /// Sends a request whose payload is in the notation of cases.
  @discardableResult
  func ask(_ type: MessageType, _ payload: String) -> Answer {
    ask(type.rawValue, transaction: 0, Payload.expand(payload))
  }

  /// Forgets what came in.
  func forget() {
    input = []
    events = []
  }

  /// Sends bytes.
  func put(_ bytes: [UInt8]) -> Bool {
    if let guest { return guest.send(bytes) }
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }

  private func answer(_ transaction: UInt32, _ type: UInt32, _ patience: Int) -> Answer {
    while true {
      switch next(patience) {
      case .message(let message) where message.header.type == MessageType.watchEvent.rawValue:
        events.append(message.payload)
      case .message(let message):
        let header = message.header
        let isError = header.type == MessageType.error.rawValue
        guard header.requestID == lastID, header.transactionID == transaction,
          isError || header.type == type
        else { return .stray(header) }
        return .message(message)
      case let other: return other
      }
    }
  }

  /// Takes in one that comes without having been asked for.
  func listen() {
    if case .message(let message) = next(Patience.long) { events.append(message.payload) }
  }

  func takeEvent() -> [UInt8]? { events.isEmpty ? nil : events.removeFirst() }

  private func next(_ patience: Int) -> Answer {
    while true {
      if let header = MessageHeader(reading: input.span) {
        let end = MessageHeader.byteCount + Int(header.length)
        if input.count >= end {
          let payload = Array(input[MessageHeader.byteCount..<end])
          input.removeSubrange(..<end)
          return .message(Message(header: header, payload: payload))
        }
      }
      if let guest {
        guard let more = guest.receive(patience: patience) else { return .silence }
        input += more
        continue
      }
      var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&polled, 1, Int32(patience)) > 0 else { return .silence }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return .closed }
      input += buffer[..<count]
    }
  }
}
