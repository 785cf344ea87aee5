import NativeThread
import Synchronization
import XenStoreWire

/// A connection to a server: requests go out as they come, replies find their requests by number,
/// events find their queues by token.
///
/// One thread receives, and sends what the kernel did not take at once. It closes the descriptors
/// when it finds that the connection has ended; so they may be used under the lock as long as it has
/// not. The lock is never held while anything waits, nor while a task is resumed: a task that is being
/// cancelled takes it.
final class Channel: Sendable {
  typealias Outcome = Result<[UInt8], XenStoreClientError>

  /// What is to be undone when an answer comes that nobody waits for any more.
  enum Undo: Sendable {
    case nothing
    case abortTransaction
    case unwatch(payload: [UInt8])
  }

  fileprivate struct Pending {
    var type: MessageType
    var subject: String
    var undo: Undo
    /// Nil when nobody waits for the answer.
    var waiter: CheckedContinuation<Outcome, Never>?
  }

  fileprivate struct State {
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
    var end: XenStoreClientError?
    /// What is to be done when the lock is free again.
    var due: [Due] = []
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  private let kind: SystemCalls.Kind
  private let wakeUp: Int32

  /// Longest payload that is taken for one: the OCaml daemon sends longer ones than the protocol.
  private static let longestPayload: UInt32 = 16 << 20

  /// Opens a connection.
  ///
  /// - Throws: why there can be none.
  static func open(_ endpoint: Endpoint) throws(XenStoreClientError) -> Channel {
    let (descriptor, kind) = try endpoint.open()
    guard let (woken, wakeUp) = SystemCalls.makePipe() else {
      SystemCalls.close(descriptor)
      throw .cannotOpen(path: "a pipe", code: SystemCalls.lastError)
    }
    let channel = Channel(descriptor, kind, wakeUp)
    guard NativeThread.start({ channel.run(woken) }) else {
      for each in [descriptor, woken, wakeUp] { SystemCalls.close(each) }
      throw .cannotOpen(path: "a thread", code: SystemCalls.lastError)
    }
    return channel
  }

  private init(_ descriptor: Int32, _ kind: SystemCalls.Kind, _ wakeUp: Int32) {
    self.descriptor = descriptor
    self.kind = kind
    self.wakeUp = wakeUp
  }

  /// Does something under the lock, then resumes whom that was for.
  private func locked<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
    let (value, due) = state.withLock { state in
      let value = body(&state)
      let due = state.due
      state.due = []
      return (value, due)
    }
    for each in due { each() }
    return value
  }

  // MARK: Requests

  /// Sends a request and waits for its answer.
  ///
  /// - Throws: `refused` when the server does, `cancelled` when the task is, and what ended the
  ///   connection.
  func request(
    _ type: MessageType, transaction: UInt32, _ payload: [UInt8], subject: String,
    undo: Undo = .nothing
  ) async throws(XenStoreClientError) -> [UInt8] {
    guard payload.count <= WireLimit.payload else {
      throw .unsendable(type, subject: subject)
    }
    let id = locked { $0.reserve() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let pending = Pending(type: type, subject: subject, undo: undo, waiter: waiter)
        locked { send(&$0, id, transaction, payload, pending) }
      }
    } onCancel: {
      locked { $0.abandon(id) }
    }
    return try outcome.get()
  }

  /// Sends a request whose answer nobody needs.
  func post(_ type: MessageType, transaction: UInt32, _ payload: [UInt8]) {
    locked { state in
      let pending = Pending(type: type, subject: "", undo: .nothing, waiter: nil)
      send(&state, state.reserve(), transaction, payload, pending)
    }
  }

  private func send(
    _ state: inout State, _ id: UInt32, _ transaction: UInt32, _ payload: [UInt8],
    _ pending: Pending
  ) {
    let wasCancelled = state.reserved.removeValue(forKey: id) ?? false
    if let end = state.end {
      state.due(pending.waiter, .failure(end))
    } else if wasCancelled {
      state.due(pending.waiter, .failure(.cancelled))
    } else {
      var message: [UInt8] = []
      RequestEncoding.append(
        pending.type, requestID: id, transactionID: transaction, payload: payload, to: &message)
      state.pending[id] = pending
      state.output.append(message)
      if state.output.count == 1 {
        transmit(&state)
        if !state.output.isEmpty { SystemCalls.wake(wakeUp) }
      }
    }
  }

  /// Whether something can be sent now. The device keeps one request, and would send the payload of
  /// a second in its place: it gets one at a time.
  private func maySend(_ state: borrowing State) -> Bool {
    !state.output.isEmpty && (kind == .socket || state.pending[state.last] == nil)
  }

  /// Sends until the kernel takes no more.
  ///
  /// - Source: `drivers/xen/xenbus/xenbus_dev_frontend.c` of Linux (`xenbus_dev_request_and_reply`)
  private func transmit(_ state: inout State) {
    while maySend(state), let message = state.output.first {
      switch SystemCalls.transmit(descriptor, kind, message, from: state.sent) {
      case .bytes(let count):
        state.sent += count
        if state.sent < message.count { continue }
        state.last = MessageHeader(reading: message.span)?.requestID ?? 0
      case .wouldBlock: return
      case .failed(let code):
        // The device refuses a message itself where the server would have answered.
        guard kind == .device, let error = StoreError(errno: code),
          let header = MessageHeader(reading: message.span)
        else {
          state.finish(.connectionLost(code: code))
          SystemCalls.wake(wakeUp)
          return
        }
        state.answer(header.requestID, .failure(error))
      }
      state.output.removeFirst()
      state.sent = 0
    }
  }

  /// Ends the connection.
  func close() {
    locked { state in
      guard state.end == nil else { return }
      state.finish(.connectionLost(code: 0))
      SystemCalls.wake(wakeUp)
    }
  }

  // MARK: Watches

  /// Adds a queue for events and gives it a token of its own.
  func addQueue(_ queue: EventQueue) -> String {
    locked { state in
      state.nextToken += 1
      let token = "martlet-\(state.nextToken)"
      state.queues[token] = queue
      if let end = state.end { state.due(queue.finish(end)) }
      return token
    }
  }

  /// Forgets a queue and the watches that feed it.
  func removeQueue(_ token: String, watches payloads: [[UInt8]]) {
    locked { state in
      guard let queue = state.queues.removeValue(forKey: token) else { return }
      state.due(queue.finish(nil))
    }
    for payload in payloads { post(.unwatch, transaction: 0, payload) }
  }

  // MARK: The thread

  private func run(_ woken: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    var input: [UInt8] = []
    while true {
      let hasOutput = locked { $0.end == nil ? maySend($0) : nil }
      guard let hasOutput else { break }
      SystemCalls.wait(descriptor, writes: hasOutput, waker: woken)
      if hasOutput { locked { transmit(&$0) } }
      switch SystemCalls.receive(descriptor, kind, into: &buffer) {
      case .wouldBlock: continue
      case .bytes(0):
        // The device has nothing to read; a socket's other side is gone.
        if kind == .socket { locked { $0.finish(.connectionLost(code: 0)) } }
      case .failed(let code): locked { $0.finish(.connectionLost(code: code)) }
      case .bytes(let count):
        input.append(contentsOf: buffer[..<count])
        take(&input)
      }
    }
    for each in [descriptor, woken, wakeUp] { SystemCalls.close(each) }
  }

  /// Takes whole messages from the front of what was received.
  private func take(_ input: inout [UInt8]) {
    var position = 0
    locked { state in
      while let header = MessageHeader(reading: input.span, at: position) {
        guard header.length <= Self.longestPayload else {
          return state.finish(.malformedReply(MessageType(rawValue: header.type) ?? .error))
        }
        let start = position + MessageHeader.byteCount
        let end = start + Int(header.length)
        guard end <= input.count else { return }
        receive(&state, header, Array(input[start..<end]))
        position = end
      }
      if state.end == nil { transmit(&state) }
    }
    input.removeSubrange(..<position)
  }

  private func receive(_ state: inout State, _ header: MessageHeader, _ payload: [UInt8]) {
    guard let type = MessageType(rawValue: header.type) else { return }
    if type == .watchEvent {
      guard case .event(let path, let token)? = try? Reply(type, payload.span) else { return }
      let event = WatchEvent(path: String(decoding: payload[path], as: UTF8.self))
      guard let queue = state.queues[String(decoding: payload[token], as: UTF8.self)] else {
        return
      }
      state.due(queue.add(event))
      return
    }
    var id = header.requestID
    if state.pending[id] == nil, id == 0, type == .watch || type == .unwatch {
      // The kernel's device answers these two itself, and gives no number.
      id = state.pending.filter { $0.value.type == type }.keys.min() ?? 0
    }
    guard let pending = state.pending[id] else { return }
    switch type {
    case .error: state.answer(id, .failure(StoreError(reading: payload.span)))
    case pending.type:
      state.answer(id, .success(payload))
      if pending.waiter == nil { undo(&state, pending.undo, payload) }
    default: state.finish(.malformedReply(pending.type))
    }
  }

  private func undo(_ state: inout State, _ undo: Undo, _ payload: [UInt8]) {
    let nobody = { (type: MessageType) in
      Pending(type: type, subject: "", undo: .nothing, waiter: nil)
    }
    switch undo {
    case .nothing: break
    case .abortTransaction:
      guard let id = TransactionID.parse(payload) else { return }
      send(&state, state.reserve(), id, Array("F\0".utf8), nobody(.transactionEnd))
    case .unwatch(let payload):
      send(&state, state.reserve(), 0, payload, nobody(.unwatch))
    }
  }
}

extension Channel.State {
  /// Gives out a number that no request has.
  fileprivate mutating func reserve() -> UInt32 {
    while nextID == 0 || pending[nextID] != nil || reserved[nextID] != nil { nextID &+= 1 }
    let id = nextID
    nextID &+= 1
    reserved[id] = false
    return id
  }

  /// Stops waiting for an answer; the request's number stays taken until it comes.
  fileprivate mutating func abandon(_ id: UInt32) {
    if reserved[id] != nil { reserved[id] = true }
    let waiter = pending[id]?.waiter
    pending[id]?.waiter = nil
    due(waiter, .failure(.cancelled))
  }

  /// Hands an answer to who waits for it.
  fileprivate mutating func answer(_ id: UInt32, _ result: Result<[UInt8], StoreError>) {
    guard let pending = pending.removeValue(forKey: id) else { return }
    due(
      pending.waiter,
      result.mapError { .refused($0, pending.type, subject: pending.subject) })
  }

  /// Ends everything for this reason; the first reason counts.
  fileprivate mutating func finish(_ reason: XenStoreClientError) {
    guard end == nil else { return }
    end = reason
    output = []
    for (_, pending) in pending { due(pending.waiter, .failure(reason)) }
    pending = [:]
    for (_, queue) in queues { due(queue.finish(reason)) }
  }

  /// Remembers to resume a task.
  fileprivate mutating func due(
    _ waiter: CheckedContinuation<Channel.Outcome, Never>?, _ outcome: Channel.Outcome
  ) {
    if let waiter { due.append { waiter.resume(returning: outcome) } }
  }

  fileprivate mutating func due(_ more: Due?) {
    if let more { due.append(more) }
  }
}
