import NativeThread
import Synchronization
import XenStoreWire

/// A connection to a server: requests go out as they come, replies find their requests by number,
/// events find their queues by token.
///
/// One thread receives, and sends what the kernel did not take at once. It closes a descriptor
/// when it finds that the connection has ended; so it may be used under the lock as long as it has
/// not. Then the thread looks for the next server. The lock is never held while anything waits, nor
/// while a task is resumed: a task that is being cancelled takes it.
final class Channel: Sendable {
  typealias Outcome = Result<Answer, XenStoreClientError>

  /// An answer, and the number of the connection that it came through.
  struct Answer: Sendable {
    var payload: [UInt8]
    var connection: UInt32
  }

  /// What a request is part of: a transaction ends with its connection.
  struct Scope: Sendable {
    var transaction: UInt32
    var connection: UInt32

    static let none = Scope(transaction: 0, connection: 0)
  }

  /// What is to be undone when an answer comes that nobody waits for any more.
  enum Undo: Sendable {
    case nothing
    case abortTransaction
    case watch(token: String)
    /// Nothing, but who reads its events is told when the watch cannot be set again.
    case restoredWatch(token: String)
  }

  private let state: Mutex<State>
  private let endpoint: Endpoint
  private let reconnection: Reconnection
  private let kind: SystemCalls.Kind
  private let wakeUp: Int32

  /// Longest payload that is taken for one: the OCaml daemon sends longer ones than the protocol.
  private static let longestPayload: UInt32 = 16 << 20

  /// Opens a connection.
  ///
  /// - Throws: why there can be none.
  static func open(
    _ endpoint: Endpoint, _ reconnection: Reconnection
  ) throws(XenStoreClientError) -> Channel {
    let (descriptor, kind) = try endpoint.open()
    guard let (woken, wakeUp) = SystemCalls.makePipe() else {
      SystemCalls.close(descriptor)
      throw .cannotOpen(path: "a pipe", code: SystemCalls.lastError)
    }
    let channel = Channel(endpoint, reconnection, descriptor, kind, wakeUp)
    guard NativeThread.start({ channel.run(descriptor, woken) }) else {
      for each in [descriptor, woken, wakeUp] { SystemCalls.close(each) }
      throw .cannotOpen(path: "a thread", code: SystemCalls.lastError)
    }
    return channel
  }

  private init(
    _ endpoint: Endpoint, _ reconnection: Reconnection, _ descriptor: Int32,
    _ kind: SystemCalls.Kind, _ wakeUp: Int32
  ) {
    // The kernel's device does not go away.
    let recovers = kind == .socket && reconnection.patience != nil
    state = Mutex(State(descriptor: descriptor, recovers: recovers))
    self.endpoint = endpoint
    self.reconnection = reconnection
    self.kind = kind
    self.wakeUp = wakeUp
  }

  /// Does something under the lock, then resumes whom that was for.
  func locked<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
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
  ///   connection. A request whose transaction ended with its connection is refused as a
  ///   transaction's end is when others changed what it saw.
  func request(
    _ type: MessageType, in scope: Scope = .none, _ payload: [UInt8], subject: String,
    undo: Undo = .nothing
  ) async throws(XenStoreClientError) -> Answer {
    guard payload.count <= WireLimit.payload else {
      throw .unsendable(type, subject: subject)
    }
    let id = locked { $0.reserve() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let pending = Pending(
          type: type, subject: subject, undo: undo, scope: scope, payload: payload,
          waiter: waiter)
        locked { send(&$0, id, pending) }
      }
    } onCancel: {
      locked { $0.abandon(id) }
    }
    return try outcome.get()
  }

  /// Sends a request whose answer nobody needs.
  func post(_ type: MessageType, in scope: Scope, _ payload: [UInt8]) {
    locked { state in
      send(&state, state.reserve(), Pending(nobody: type, in: scope, payload))
    }
  }

  private func send(_ state: inout State, _ id: UInt32, _ pending: Pending) {
    let wasCancelled = state.reserved.removeValue(forKey: id) ?? false
    if let end = state.end {
      state.due(pending.waiter, .failure(end))
    } else if wasCancelled {
      state.due(pending.waiter, .failure(.cancelled))
    } else if pending.scope.transaction != 0, pending.scope.connection != state.connection {
      state.due(pending.waiter, .failure(.lostTransaction))
    } else if state.descriptor == nil {
      // What nobody waits for ended with the connection.
      if pending.waiter != nil { state.pending[id] = pending }
    } else {
      state.enqueue(id, pending)
      if state.output.count == 1 {
        transmit(&state)
        if !state.output.isEmpty { SystemCalls.wake(wakeUp) }
      }
    }
  }

  /// Whether something can be sent now. The device keeps one request, and would send the payload of
  /// a second in its place: it gets one at a time.
  private func maySend(_ state: borrowing State) -> Bool {
    state.descriptor != nil && !state.output.isEmpty
      && (kind == .socket || state.pending[state.last] == nil)
  }

  /// Sends until the kernel takes no more.
  ///
  /// - Source: `drivers/xen/xenbus/xenbus_dev_frontend.c` of Linux (`xenbus_dev_request_and_reply`)
  private func transmit(_ state: inout State) {
    while maySend(state), let descriptor = state.descriptor, let message = state.output.first {
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
          state.lose(.connectionLost(code: code))
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
  func removeQueue(_ token: String) {
    locked { state in
      for payload in state.watches.removeValue(forKey: token) ?? [] { unwatch(&state, payload) }
      guard let queue = state.queues.removeValue(forKey: token) else { return }
      state.due(queue.finish(nil))
    }
  }

  /// Takes back a watch, whose request had this payload: path, token, perhaps a depth.
  private func unwatch(_ state: inout State, _ payload: [UInt8]) {
    var strings = Strings()
    guard strings.next(in: payload.span) != nil, let token = strings.next(in: payload.span) else {
      return
    }
    let words = Array(payload[...token.upperBound])
    send(&state, state.reserve(), Pending(nobody: .unwatch, words))
  }

  // MARK: The thread

  private func run(_ first: Int32, _ woken: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    var descriptor: Int32? = first
    while let open = descriptor {
      serve(open, woken, &buffer)
      SystemCalls.close(open)
      descriptor = reconnect(woken)
    }
    for each in [woken, wakeUp] { SystemCalls.close(each) }
  }

  /// Receives and sends until the connection has ended.
  private func serve(_ descriptor: Int32, _ woken: Int32, _ buffer: inout [UInt8]) {
    var input: [UInt8] = []
    while true {
      let hasOutput = locked { $0.descriptor == nil || $0.end != nil ? nil : maySend($0) }
      guard let hasOutput else { return }
      SystemCalls.wait(descriptor, writes: hasOutput, waker: woken)
      if hasOutput { locked { transmit(&$0) } }
      switch SystemCalls.receive(descriptor, kind, into: &buffer) {
      case .wouldBlock: continue
      case .bytes(0):
        // A device that has nothing to read says so otherwise: one that ends is no server.
        locked { $0.lose(.connectionLost(code: 0)) }
      case .failed(let code): locked { $0.lose(.connectionLost(code: code)) }
      case .bytes(let count):
        input.append(contentsOf: buffer[..<count])
        take(&input)
      }
    }
  }

  /// Looks for the next server; nil when there is none for too long, or nobody wants one.
  private func reconnect(_ woken: Int32) -> Int32? {
    guard let patience = reconnection.patience else { return nil }
    let start = ContinuousClock.now
    var pause: Int32 = 5
    // Who takes connections and says nothing is not asked without a pause, nor for ever.
    let fruitless = locked { $0.fruitless }
    if fruitless > 20 { locked { $0.finish($0.loss) } }
    if fruitless > 1 {
      pause = min(pause << Int32(min(fruitless, 7)), 500)
      SystemCalls.wait(waker: woken, milliseconds: pause)
    }
    while locked({ $0.end == nil }) {
      if let descriptor = endpoint.openSocket() {
        locked { state in
          state.restore(descriptor)
          transmit(&state)
        }
        return descriptor
      }
      if ContinuousClock.now - start > patience {
        locked { $0.finish($0.loss) }
        return nil
      }
      SystemCalls.wait(waker: woken, milliseconds: pause)
      pause = min(pause * 2, 500)
    }
    return nil
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
    state.fruitless = 0
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
    guard let pending = state.pending[id] else {
      // Nobody asked: what is at the other end is no server.
      return state.finish(.malformedReply(type))
    }
    switch type {
    case .error:
      let error = StoreError(reading: payload.span)
      state.answer(id, .failure(error))
      if case .restoredWatch(let token) = pending.undo {
        state.due(state.queues[token]?.finish(.refused(error, .watch, subject: pending.subject)))
      }
    case pending.type:
      state.answer(id, .success(payload))
      if pending.waiter == nil {
        undo(&state, pending, payload)
      } else if case .watch(let token) = pending.undo, state.queues[token] != nil {
        state.watches[token, default: []].append(pending.payload)
      }
    default: state.finish(.malformedReply(pending.type))
    }
  }

  private func undo(_ state: inout State, _ pending: Pending, _ payload: [UInt8]) {
    switch pending.undo {
    case .nothing, .restoredWatch: break
    case .abortTransaction:
      guard let id = TransactionID.parse(payload) else { return }
      let scope = Scope(transaction: id, connection: state.connection)
      send(&state, state.reserve(), Pending(nobody: .transactionEnd, in: scope, Array("F\0".utf8)))
    case .watch: unwatch(&state, pending.payload)
    }
  }
}
