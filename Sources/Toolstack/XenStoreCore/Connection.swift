import XenStoreWire

/// Names a connection until it is closed.
public struct ConnectionID: Hashable, Sendable {
  /// An index that the owner of the connection may use for tables of its own.
  public let index: Int
}

/// Who asks.
struct Caller: BitwiseCopyable {
  var connection: Int32
  var domain: UInt16
  /// The domain that it may act for; -1 for none.
  var target: Int32 = -1
  var isPrivileged: Bool
}

/// A node that a transaction touched before it came from another server.
struct TouchedNode {
  var path: [UInt8]
  var isRemoval: Bool
}

/// A snapshot with what was done to it, so that it can be done again on a newer one. It is large: it is
/// used where it stands, or moved.
struct Transaction {
  /// What it looks at.
  enum Sight {
    /// Nothing yet: what it wrote is only noted.
    case nothing
    /// The store itself, which has not changed since: what it wrote is only noted.
    case store
    /// A snapshot, with what it wrote.
    case fork
  }

  var id: UInt32
  var tree: Tree = .none
  /// The store's generation when it first looked at it.
  var base: UInt64 = 0
  /// Requests: type, length in two bytes, payload.
  var log = ByteBuffer()
  /// What each was answered with.
  var answers: [UInt64] = []
  /// How many of them changed something.
  var changes = 0
  /// What it had done before it came from another server.
  var imported: [TouchedNode] = []
  /// What it saw is not known any more: it is served on, but cannot be committed.
  var isBroken = false
  var sight = Sight.nothing

  init(_ id: UInt32) { self.id = id }

  /// What a request is charged.
  static func charge(_ payload: Span<UInt8>) -> Int { payload.count &+ 3 &+ 8 }

  /// Sees the store as it is at a generation.
  mutating func see(_ tree: consuming Tree, at generation: UInt64) {
    sight = .fork
    self.tree = tree
    base = generation
  }

  /// Forgets all but the space that it took.
  mutating func reset() {
    if sight == .fork { tree = .none }
    base = 0
    log.clear()
    answers.removeAll(keepingCapacity: true)
    changes = 0
    imported = []
    isBroken = false
    sight = .nothing
  }

  /// Remembers a request and what it was answered with.
  mutating func note(
    _ type: MessageType, _ payload: Span<UInt8>, answer: UInt64, changed: Bool
  ) {
    answers.append(answer)
    let length = UInt64(UInt16(truncatingIfNeeded: payload.count))
    log.append(UInt64(type.rawValue) | length &<< 8, bytes: 3)
    log.append(payload, 0..<payload.count)
    if changed { changes &+= 1 }
  }
}

/// A client: what it set up here and what it has yet to read.
struct Connection {
  var caller: Caller
  var isOpen = true
  var isRing: Bool
  var features: ServerFeatures
  /// Replies and events; what stands before `sent` is gone already.
  var output = ByteBuffer()
  var sent = 0
  /// How many bytes at the front of the output are the rest of a message that an earlier server
  /// began to send.
  var importedRest = 0
  /// Up to where the owner has noted the output.
  var noted = 0
  var isDirty = false
  /// Counts how often the output became empty.
  var drains: UInt64 = 1
  var firstWatch: Int32 = -1
  var watchCount = 0
  var watchBytes = 0
  var transactions: [Transaction] = []
  /// Whether it is on the list of those with transactions that see the store itself.
  var isViewer = false
  var nextTransaction: UInt32 = 1
  var transactionBytes = 0
  /// What relative paths begin with: `/local/domain/N/`.
  var prefix: [UInt8]
  /// A request of its waits for the world outside or for its turn, and so do those after it.
  var isWaiting = false
  /// How many of its next transactions take turns with those of others.
  var conflicts = 0
  /// How often it was told EAGAIN since it last committed.
  var losses = 0

  var pendingBytes: Int { output.count &- sent }

  /// How many of the pending bytes are the rest of a message whose beginning was sent.
  var partialReply: Int {
    var boundary = importedRest
    while boundary < sent {
      guard let header = MessageHeader(reading: output.span, at: boundary) else { return 0 }
      boundary = boundary &+ MessageHeader.byteCount &+ Int(header.length)
    }
    return boundary &- sent
  }

  /// Notes a request of the transaction at a position.
  @inline(__always)
  mutating func note(
    _ position: Int, _ type: MessageType, _ payload: Span<UInt8>, answer: UInt64, changed: Bool
  ) {
    transactions[position].note(type, payload, answer: answer, changed: changed)
    transactionBytes &+= Transaction.charge(payload)
  }

  /// Appends a message; true when the client was not on the list of those who are owed something.
  @inline(__always)
  mutating func queue(_ header: MessageHeader, _ payload: ByteBuffer) -> Bool {
    output.append(header)
    output.append(payload.span, 0..<payload.count)
    let isNew = !isDirty
    isDirty = true
    return isNew
  }

  /// Forgets so many bytes of its output: they are sent.
  mutating func noteSent(_ bytes: Int) {
    isDirty = false
    sent = min(sent &+ max(bytes, 0), output.count)
    guard pendingBytes == 0 else { return }
    sent = 0
    importedRest = 0
    noted = 0
    drains &+= 1
    output.clear(keepingAtMost: 65536)
  }

  init(_ caller: Caller, isRing: Bool, features: ServerFeatures) {
    self.caller = caller
    self.isRing = isRing
    self.features = features
    prefix = Array("/local/domain/".utf8)
    Decimal.append(UInt64(caller.domain), to: &prefix)
    prefix.append(UInt8(ascii: "/"))
  }
}

/// Something that the store needs done outside; it waits for `complete`.
public struct Effect: Sendable {
  /// What it is.
  public enum Action: Sendable {
    /// Map a domain's ring and bind its event channel. `again` when it was served already.
    case introduce(domain: DomainID, frame: UInt64, port: UInt32, again: Bool)
    /// Unmap a domain's ring. Its connection is closed already; nothing waits for this one.
    case release(domain: DomainID)
    /// Carry out a command; the strings stand one after the other, each closed by a nul.
    case control(arguments: [UInt8])
  }

  /// What shall be done.
  public let action: Action
  /// Who waits for it; nil when nobody does.
  public let connection: ConnectionID?
  let type: UInt32
  let requestID: UInt32
  let transactionID: UInt32
}
