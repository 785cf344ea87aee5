import XenStoreWire

/// One thing that is traced; messages stand in the batch's bytes.
struct TraceRecord: Equatable, Sendable {
  /// What happened.
  enum Event: UInt8, Sendable {
    case received
    case sent
    case connected
    case disconnected
  }

  var event: Event
  /// Whether the client is a domain's ring.
  var isRing: Bool
  var domain: UInt16
  var connection: UInt32
  /// What was to be traced at that moment.
  var switches: TraceSwitches
  var time: ClockTime
  /// Bytes of whole messages.
  var length: Int
}

/// What was traced and not written yet: bounded, what does not fit is counted.
struct TraceBatch: Sendable {
  /// The bytes that it holds at most.
  static let limit = 1 << 20

  private(set) var records: [TraceRecord] = []
  private(set) var bytes: [UInt8] = []
  /// Messages that did not fit.
  var lost = 0

  /// Whether nothing is in it.
  var isEmpty: Bool { records.isEmpty && lost == 0 }

  /// Adds a record with its messages.
  mutating func append(_ record: TraceRecord, _ messages: Span<UInt8>) {
    let size = bytes.count &+ messages.count &+ records.count &* MemoryLayout<TraceRecord>.stride
    guard size <= Self.limit else {
      lost &+= record.length == 0 ? 1 : Self.count(messages)
      return
    }
    records.append(record)
    SystemCalls.append(messages, to: &bytes)
  }

  /// Forgets everything, and keeps the memory.
  mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    lost = 0
  }

  /// The number of messages in a run of whole ones.
  static func count(_ messages: Span<UInt8>) -> Int {
    var count = 0
    var position = 0
    while let header = MessageHeader(reading: messages, at: position) {
      count &+= 1
      position &+= MessageHeader.byteCount &+ Int(header.length)
    }
    return count
  }
}
