import XenStoreWire

extension Channel {
  /// A request that has no answer yet.
  struct Pending {
    var type: MessageType
    var subject: String
    var undo: Undo
    var scope: Scope
    var payload: [UInt8]
    /// Nil when nobody waits for the answer.
    var waiter: CheckedContinuation<Outcome, Never>?
    /// How many connections were lost while it was under way.
    var losses = 0
  }

  struct State {
    /// Nil while there is no server.
    var descriptor: Int32?
    /// Counts the connections.
    var connection: UInt32 = 1
    /// Another server is looked for when this one is gone.
    let recovers: Bool
    var nextID: UInt32 = 1
    var nextToken = 0
    /// Numbers given out for requests not sent yet, and whether they were cancelled before.
    var reserved: [UInt32: Bool] = [:]
    var pending: [UInt32: Pending] = [:]
    var output: [[UInt8]] = []
    var sent = 0
    /// The number of the request that went to the device last.
    var last: UInt32 = 0
    var queues: [String: EventQueue] = [:]
    /// The watches of each queue, as they were asked for.
    var watches: [String: [[UInt8]]] = [:]
    /// How many connections were lost since a server sent something.
    var fruitless = 0
    /// Why the last connection ended.
    var loss = XenStoreClientError.connectionLost(code: 0)
    var end: XenStoreClientError?
    /// What is to be done when the lock is free again.
    var due: [Due] = []
  }
}

extension Channel.Pending {
  /// A request whose answer nobody needs.
  init(nobody type: MessageType, in scope: Channel.Scope = .none, _ payload: [UInt8]) {
    self.init(
      type: type, subject: "", undo: .nothing, scope: scope, payload: payload, waiter: nil)
  }
}

extension Channel.State {
  /// Gives out a number that no request has.
  mutating func reserve() -> UInt32 {
    while nextID == 0 || pending[nextID] != nil || reserved[nextID] != nil { nextID &+= 1 }
    let id = nextID
    nextID &+= 1
    reserved[id] = false
    return id
  }

  /// Stops waiting for an answer; the request's number stays taken until it comes.
  mutating func abandon(_ id: UInt32) {
    if reserved[id] != nil { reserved[id] = true }
    let waiter = pending[id]?.waiter
    pending[id]?.waiter = nil
    due(waiter, .failure(.cancelled))
  }

  /// Hands an answer to who waits for it.
  mutating func answer(_ id: UInt32, _ result: Result<[UInt8], StoreError>) {
    guard let pending = pending.removeValue(forKey: id) else { return }
    due(
      pending.waiter,
      result.map { Channel.Answer(payload: $0, connection: connection) }
        .mapError { .refused($0, pending.type, subject: pending.subject) })
  }

  /// Ends everything for this reason; the first reason counts.
  mutating func finish(_ reason: XenStoreClientError) {
    guard end == nil else { return }
    end = reason
    output = []
    for (_, pending) in pending { due(pending.waiter, .failure(reason)) }
    pending = [:]
    watches = [:]
    for (_, queue) in queues { due(queue.finish(reason)) }
  }

  /// Remembers to resume a task.
  mutating func due(
    _ waiter: CheckedContinuation<Channel.Outcome, Never>?, _ outcome: Channel.Outcome
  ) {
    if let waiter { due.append { waiter.resume(returning: outcome) } }
  }

  mutating func due(_ more: Due?) {
    if let more { due.append(more) }
  }
}
