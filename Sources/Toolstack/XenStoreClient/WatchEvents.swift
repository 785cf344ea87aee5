import Synchronization
import XenStoreWire

/// Something that is watched changed.
public struct WatchEvent: Hashable, Sendable {
  /// The node that changed: below the watched path, and relative when that was. The first event of
  /// a watch names the watched path itself.
  public let path: String
}

/// Which events are kept for a reader that is slower than the store.
public enum WatchBuffering: Sendable {
  /// All, however many.
  case everyEvent
  /// One for each node: who reads the node sees its last state anyway.
  case onePerNode
}

/// The events of one or more watches, in the order in which the server sent them. Each watch begins
/// with an event of its own. The watches end when the sequence and its iterators are gone.
///
/// An event is only a hint: read the node to see what it holds now.
public struct WatchEvents: AsyncSequence, Sendable {
  /// What the sequence is made of.
  public typealias Element = WatchEvent
  /// Why it ends early.
  public typealias Failure = XenStoreClientError

  private let subscription: Subscription

  init(_ subscription: Subscription) { self.subscription = subscription }

  /// The reader; there is one at a time.
  public func makeAsyncIterator() -> Iterator { Iterator(subscription: subscription) }

  /// Waits for events; nil comes when the task is cancelled.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let subscription: Subscription

    public mutating func next() async throws(XenStoreClientError) -> WatchEvent? {
      try await subscription.queue.next()
    }

    public mutating func next(
      isolation: isolated (any Actor)?
    ) async throws(XenStoreClientError) -> WatchEvent? {
      try await subscription.queue.next()
    }
  }
}

/// Holds watches as long as somebody may read their events.
final class Subscription: Sendable {
  let queue: EventQueue
  private let client: XenStoreClient
  private let token: String

  init(_ client: XenStoreClient, _ queue: EventQueue, token: String) {
    self.client = client
    self.queue = queue
    self.token = token
  }

  deinit { client.channel.removeQueue(token) }
}

/// Something to be done when no lock is held: resuming a task that is being cancelled takes locks
/// that its cancellation holds while it waits for ours.
typealias Due = @Sendable () -> Void

/// Events between the thread that receives them and the task that reads them.
final class EventQueue: Sendable {
  fileprivate typealias Outcome = Result<WatchEvent?, XenStoreClientError>
  fileprivate typealias Reader = CheckedContinuation<Outcome, Never>

  fileprivate struct State {
    var events: [WatchEvent] = []
    var first = 0
    var kept: Set<WatchEvent> = []
    var reader: Reader?
    var isOver = false
    var end: XenStoreClientError?
  }

  private let state = Mutex(State())
  private let buffering: WatchBuffering

  init(_ buffering: WatchBuffering) { self.buffering = buffering }

  /// Adds an event; what is returned resumes the reader, and is to be called without a lock.
  func add(_ event: WatchEvent) -> Due? {
    state.withLock { state in
      guard !state.isOver else { return nil }
      if let reader = state.takeReader() {
        return { reader.resume(returning: .success(event)) }
      }
      if buffering == .onePerNode, !state.kept.insert(event).inserted { return nil }
      state.events.append(event)
      return nil
    }
  }

  /// Lets the reader read what is there, then ends; returns as `add` does.
  func finish(_ reason: XenStoreClientError?) -> Due? {
    state.withLock { state in
      guard !state.isOver else { return nil }
      state.isOver = true
      state.end = reason
      guard let reader = state.takeReader() else { return nil }
      let end = state.takeEnd()
      return { reader.resume(returning: end) }
    }
  }

  /// The next event; nil when the task is cancelled or the watches are over.
  func next() async throws(XenStoreClientError) -> WatchEvent? {
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { (reader: Reader) in wait(reader)?() }
    } onCancel: {
      let reader = state.withLock { $0.takeReader() }
      reader?.resume(returning: .success(nil))
    }
    return try outcome.get()
  }

  private func wait(_ reader: Reader) -> Due? {
    state.withLock { (state) -> Due? in
      let outcome: Outcome
      if state.first < state.events.count {
        outcome = .success(state.take())
      } else if state.isOver {
        outcome = state.takeEnd()
      } else if Task.isCancelled {
        outcome = .success(nil)
      } else {
        // A second reader of the same sequence would make the first wait for ever.
        let other = state.takeReader()
        state.reader = reader
        return { other?.resume(returning: .success(nil)) }
      }
      return { reader.resume(returning: outcome) }
    }
  }
}

extension EventQueue.State {
  fileprivate mutating func take() -> WatchEvent {
    let event = events[first]
    first += 1
    kept.remove(event)
    if first == events.count || first > 1024 {
      events.removeSubrange(..<first)
      first = 0
    }
    return event
  }

  fileprivate mutating func takeReader() -> EventQueue.Reader? {
    defer { reader = nil }
    return reader
  }

  /// Why it is over is said once.
  fileprivate mutating func takeEnd() -> EventQueue.Outcome {
    let reason = end
    end = nil
    return reason.map { .failure($0) } ?? .success(nil)
  }
}
