import XenStoreCore
import XenStoreWire

/// A message that the store sent.
struct Message: Equatable {
  var type: MessageType
  var requestID: UInt32 = 0
  var payload: [UInt8]

  var text: String { String(decoding: payload, as: UTF8.self) }
}

/// A store with clients that read at once what they are sent.
struct Harness: ~Copyable {
  var store: XenStore
  private var nextRequest: UInt32 = 0
  /// Events by connection, as path and token, since they were last taken.
  var events: [Int: [String]] = [:]

  init(seed: UInt64 = 1) { store = XenStore(seed: seed) }

  /// Adds a domain's ring.
  mutating func introduce(_ domain: UInt16) -> ConnectionID {
    store.introduce(DomainID(rawValue: domain))
  }

  /// Sends a request and returns its reply; events go to `events`.
  mutating func send(
    _ id: ConnectionID, _ type: UInt32, _ payload: [UInt8], transaction: UInt32 = 0
  ) -> Message {
    nextRequest += 1
    let header = MessageHeader(
      type: type, requestID: nextRequest, transactionID: transaction,
      length: UInt32(payload.count))
    store.handle(id, header, payload.span)
    while let effect = store.effects.first {
      store.effects.removeFirst()
      store.complete(effect)
    }
    while store.continueWork(budget: 10) {}
    return drain(expecting: id) ?? Message(type: .error, payload: Array("none".utf8))
  }

  /// Reads what every connection was sent; returns the reply among it.
  @discardableResult
  mutating func drain(expecting id: ConnectionID? = nil) -> Message? {
    var reply: Message?
    let dirty = store.dirty
    store.dirty = []
    for connection in dirty where store.isOpen(connection) {
      var bytes: [UInt8] = []
      store.send(connection) { span in
        for index in span.indices { bytes.append(span[index]) }
        return span.count
      }
      var position = 0
      while let header = MessageHeader(reading: bytes.span, at: position) {
        let end = position + 16 + Int(header.length)
        let payload = Array(bytes[(position + 16)..<end])
        position = end
        guard let type = MessageType(rawValue: header.type) else { continue }
        if type == .watchEvent {
          let parts = payload.split(separator: 0, omittingEmptySubsequences: false)
          let text = parts.prefix(2).map { String(decoding: $0, as: UTF8.self) }
          events[connection.index, default: []].append(text.joined(separator: " "))
        } else if connection == id {
          reply = Message(type: type, requestID: header.requestID, payload: payload)
        }
      }
    }
    return reply
  }

  /// Sends a request of strings and returns the reply as text: `OK` without its nul, strings
  /// joined by commas, errors by their names.
  mutating func ask(
    _ id: ConnectionID, _ type: MessageType, _ strings: String..., value: String? = nil,
    transaction: UInt32 = 0
  ) -> String {
    var payload: [UInt8] = strings.flatMap { (string) -> [UInt8] in Array(string.utf8) + [0] }
    if let value { payload += Array(value.utf8) }
    let reply = send(id, type.rawValue, payload, transaction: transaction)
    guard reply.payload.last == 0 else { return reply.text }
    return reply.payload.dropLast().split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
  }

  /// The events of a connection since they were last taken.
  mutating func take(_ id: ConnectionID) -> [String] {
    events.removeValue(forKey: id.index) ?? []
  }
}

extension Harness {
  mutating func read(_ id: ConnectionID, _ path: String, in transaction: UInt32 = 0) -> String {
    ask(id, .read, path, transaction: transaction)
  }

  @discardableResult
  mutating func write(
    _ id: ConnectionID, _ path: String, _ value: String, in transaction: UInt32 = 0
  ) -> String {
    ask(id, .write, path, value: value, transaction: transaction)
  }

  @discardableResult
  mutating func remove(_ id: ConnectionID, _ path: String, in transaction: UInt32 = 0) -> String {
    ask(id, .remove, path, transaction: transaction)
  }

  mutating func list(_ id: ConnectionID, _ path: String, in transaction: UInt32 = 0) -> String {
    ask(id, .directory, path, transaction: transaction)
  }

  mutating func start(_ id: ConnectionID) -> UInt32 {
    UInt32(ask(id, .transactionStart, "")) ?? 0
  }

  mutating func commit(_ id: ConnectionID, _ transaction: UInt32) -> String {
    ask(id, .transactionEnd, "T", transaction: transaction)
  }
}
