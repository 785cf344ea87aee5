import XenStoreWire

/// What the journal says of a domain's ring at the end of a round: all that a successor needs to go
/// on with it in the middle of a message.
///
///     flags | consumer in four bytes | length of input in four | base when there is one | input | output
///     base: producer in four, port in four, frame in eight, rest in four
struct RingNote: Equatable {
  /// Where notes about a ring begin anew.
  struct Base: Equatable {
    /// The index of replies produced, as the page has it.
    var producer: UInt32
    /// The domain's port of the event channel.
    var port: UInt32
    /// The frame that INTRODUCE named.
    var frame: UInt64
    /// How much of what it is owed is the rest of a message whose beginning was sent.
    var rest: UInt32
    /// Whether it is served no more.
    var isFailed: Bool
  }

  var base: Base?
  /// Up to where requests were taken.
  var consumer: UInt32
  /// What of them is not served yet.
  var input: [UInt8]
  /// What it is owed since the last note; with a base, all that it is owed.
  var output: [UInt8]

  init(base: Base? = nil, consumer: UInt32, input: [UInt8], output: [UInt8]) {
    self.base = base
    self.consumer = consumer
    self.input = input
    self.output = output
  }

  /// The note's bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(29 &+ input.count &+ output.count)
    bytes.append(base.map { $0.isFailed ? 3 : 1 } ?? 0)
    Self.append(UInt64(consumer), 4, to: &bytes)
    Self.append(UInt64(input.count), 4, to: &bytes)
    if let base {
      Self.append(UInt64(base.producer), 4, to: &bytes)
      Self.append(UInt64(base.port), 4, to: &bytes)
      Self.append(base.frame, 8, to: &bytes)
      Self.append(UInt64(base.rest), 4, to: &bytes)
    }
    return bytes + input + output
  }

  private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value &>> (8 &* index))) }
  }

  /// Reads a note; nil when it is none.
  init?(_ bytes: Span<UInt8>) {
    func word(_ at: Int, _ count: Int = 4) -> UInt64? {
      guard at &+ count <= bytes.count else { return nil }
      return (0..<count).reduce(0) { $0 | UInt64(bytes[at &+ $1]) &<< UInt64(8 &* $1) }
    }
    guard bytes.count >= 9, bytes[0] < 4, let consumer = word(1), let length = word(5) else {
      return nil
    }
    var start = 9
    if bytes[0] & 1 != 0 {
      guard let producer = word(9), let port = word(13), let frame = word(17, 8),
        let rest = word(25)
      else { return nil }
      base = Base(
        producer: UInt32(producer), port: UInt32(port), frame: frame, rest: UInt32(rest),
        isFailed: bytes[0] & 2 != 0)
      start = 29
    }
    guard length <= UInt64(bytes.count &- start) else { return nil }
    self.consumer = UInt32(consumer)
    let middle = start &+ Int(length)
    input = (start..<middle).map { bytes[$0] }
    output = (middle..<bytes.count).map { bytes[$0] }
  }
}

/// A ring as all notes about it say that it is.
struct NotedRing: Equatable {
  private(set) var base: RingNote.Base
  private(set) var consumer: UInt32
  private(set) var input: [UInt8]
  /// All that it was owed since the base.
  private(set) var output: [UInt8]

  /// Begins with a note that has a base; nil for one that has none.
  init?(_ note: RingNote) {
    guard let base = note.base else { return nil }
    self.base = base
    consumer = note.consumer
    input = note.input
    output = note.output
  }

  /// Takes in the next note.
  mutating func take(_ note: RingNote) {
    if let fresh = NotedRing(note) {
      self = fresh
    } else {
      consumer = note.consumer
      input = note.input
      output += note.output
    }
  }

  /// What it is still owed, when the page says that replies were produced up to there, and how much
  /// of that is the rest of a message. Nothing when that cannot be: the domain has begun anew.
  func owed(producer: UInt32) -> (bytes: ArraySlice<UInt8>, rest: Int) {
    let sent = Int(producer &- base.producer)
    guard sent <= output.count else { return ([], 0) }
    var boundary = Int(base.rest)
    while boundary < sent, let header = MessageHeader(reading: output.span, at: boundary) {
      boundary = boundary &+ MessageHeader.byteCount &+ Int(header.length)
    }
    return (output[sent...], min(max(boundary &- sent, 0), output.count &- sent))
  }
}
