import Glibc
import XenStoreWire

@testable import XenStoreServer

/// What a client is to be sent next.
enum Expected {
  case reply(type: UInt32, request: UInt32, payload: [UInt8])
  case event(Model.Event)
}

/// A client of the simulation: a socket or a domain's ring, and what it is to be sent.
struct SimulatedClient {
  enum Link {
    case socket(Int32)
    case ring(Guest)
  }

  var link: Link
  /// Bytes that came, less than a message.
  var partial: [UInt8] = []
  var expected: [Expected] = []
  /// Where in `expected` the next one stands.
  var next = 0
  /// The rest of a message that it has sent the first part of, and what it will do.
  var half: (rest: [UInt8], operation: Model.Operation, request: UInt32)?
  /// Its ring is served no more.
  var hasFailed = false
  /// It does not read what it is sent before so many steps have passed.
  var sleeps = 0
  var lastRequest: UInt32 = 0

  init(_ link: Link) { self.link = link }

  /// Sends as many of the bytes as fit; returns how many.
  func put(_ bytes: ArraySlice<UInt8>) -> Int {
    switch link {
    case .ring(let guest):
      let count = guest.put(bytes)
      guest.notify()
      return count
    case .socket(let descriptor):
      let result = bytes.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
      }
      return max(result, 0)
    }
  }

  /// Takes what it was sent.
  mutating func take(_ buffer: inout [UInt8]) -> Bool {
    switch link {
    case .ring(let guest):
      let bytes = guest.take()
      guard !bytes.isEmpty else { return false }
      partial += bytes
      guest.notify()
      return true
    case .socket(let descriptor):
      let count = buffer.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      guard count > 0 else { return false }
      partial += buffer[0..<count]
      return true
    }
  }

  /// Drops what it is to be sent: its connection is as new.
  mutating func forget() {
    partial = []
    expected = []
    next = 0
    half = nil
    sleeps = 0
  }

  /// Whether everything came that must.
  var hasAll: Bool {
    expected[next...].allSatisfy {
      if case .event(let event) = $0 { event.mayBeMissing } else { false }
    }
  }

  /// Compares what came with what is expected; returns the first difference.
  mutating func compare() -> String? {
    var position = 0
    while let header = MessageHeader(reading: partial.span, at: position) {
      let end = position + MessageHeader.byteCount + Int(header.length)
      guard end <= partial.count else { break }
      let payload = partial[(position + MessageHeader.byteCount)..<end]
      position = end
      let difference =
        header.type == MessageType.watchEvent.rawValue
        ? compareEvent(payload) : compareReply(header, payload)
      if let difference { return difference }
    }
    if position > 0 { partial.removeSubrange(0..<position) }
    if next == expected.count, next > 0 {
      expected.removeAll(keepingCapacity: true)
      next = 0
    }
    return nil
  }

  private mutating func compareReply(
    _ header: MessageHeader, _ payload: ArraySlice<UInt8>
  ) -> String? {
    while next < expected.count {
      defer { next += 1 }
      switch expected[next] {
      case .event(let event) where event.mayBeMissing: continue
      case .event(let event): return "\(event) did not come before reply \(header.requestID)"
      case .reply(let type, let request, let wanted):
        var found = payload
        if header.type == MessageType.directoryPart.rawValue {
          // The generation says nothing by itself.
          found = payload.drop { $0 != 0 }.dropFirst()
        }
        if type == header.type, request == header.requestID, wanted.elementsEqual(found) {
          return nil
        }
        return "reply \(header.type) to \(header.requestID): \(Self.text(found)), "
          + "not \(type) to \(request): \(Self.text(wanted[...]))"
      }
    }
    return "reply \(header.requestID) that nobody asked for"
  }

  private mutating func compareEvent(_ payload: ArraySlice<UInt8>) -> String? {
    let parts = payload.split(separator: 0, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].isEmpty else { return "event \(Self.text(payload))" }
    var position = next
    // One that must come was passed over: it may only be one of the same group that does.
    var group: Int?
    while position < expected.count, case .event(let event) = expected[position] {
      if let group, event.group != group { break }
      if event.path.utf8.elementsEqual(parts[0]), event.token.utf8.elementsEqual(parts[1]) {
        let passed = expected[next..<position].contains {
          if case .event(let other) = $0 {
            event.group != 0 && other.group == event.group
          } else {
            false
          }
        }
        if passed { expected.remove(at: position) } else { next = position + 1 }
        return nil
      }
      if !event.mayBeMissing {
        guard event.group != 0 else { return "event \(Self.text(payload)), not \(event)" }
        group = event.group
      }
      position += 1
    }
    return "unexpected event \(Self.text(payload))"
  }

  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(200).map { $0 == 0 ? UInt8(ascii: ",") : $0 }, as: UTF8.self)
  }
}
