import Foundation
import Glibc
import Synchronization
import Testing
import XenStoreTestSupport
import XenStoreWire

@testable import XenStoreClient

/// A server is killed and another goes on with its store: what a client notices of it.
@Suite struct ReconnectionTests {
  private let first: Daemon
  private let store: XenStoreClient

  init() throws {
    first = try Daemon()
    // Other tests may keep this one waiting for minutes.
    store = try XenStoreClient(
      Endpoint(socket: first.socket), reconnection: .within(.seconds(3600)))
  }

  private func kill() {
    first.signal(SIGKILL)
    first.stop()
  }

  /// Waits until so many requests have gone out whole.
  private func wait(forRequests count: Int) async throws {
    while !store.channel.locked({ $0.pending.count == count && $0.output.isEmpty }) {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  @Test func whatOnlyReadsIsAskedAgain() async throws {
    try await store.write("/a", "value")
    // What is sent now reaches nobody.
    first.signal(SIGSTOP)
    let values = (0..<10).map { _ in Task { try await store.readText("/a") } }
    try await wait(forRequests: 10)
    kill()
    let next = try Daemon(at: first.socket)
    for value in values { #expect(try await value.value == "value") }
    try await store.write("/a", "other")
    #expect(try await store.readText("/a") == "other")
    next.stop()
  }

  @Test func watchesAreSetAgain() async throws {
    var events = try await store.watch(["/w", "/v"]).makeAsyncIterator()
    #expect(Set([try await events.next()?.path, try await events.next()?.path]) == ["/w", "/v"])
    kill()
    let next = try Daemon(at: first.socket)
    // Each begins with an event of its own, as at first.
    #expect(Set([try await events.next()?.path, try await events.next()?.path]) == ["/w", "/v"])
    try await store.write("/w/x", "1")
    #expect(try await events.next()?.path == "/w/x")
    next.stop()
  }

  @Test func aTransactionIsTriedAgain() async throws {
    try await store.write("/n", "1")
    var attempts = 0
    var next: Daemon?
    try await store.withTransaction(attempts: 3) { transaction throws(XenStoreClientError) in
      attempts += 1
      let value = try await transaction.readText("/n")
      if attempts == 1 {
        kill()
        next = try? Daemon(at: first.socket)
      }
      try await transaction.write("/n", value + "1")
    }
    #expect(attempts == 2)
    #expect(try await store.readText("/n") == "11")
    next?.stop()
  }

  @Test func ofAChangeThatWasUnderWayTheOutcomeIsNotKnown() async throws {
    first.signal(SIGSTOP)
    let change = Task { try await store.write("/a", "1") }
    try await wait(forRequests: 1)
    kill()
    let next = try Daemon(at: first.socket)
    let error = await #expect(throws: XenStoreClientError.self) { try await change.value }
    guard case .connectionLost? = error else {
      Issue.record("not said to be lost: \(String(describing: error))")
      return
    }
    try await store.write("/a", "2")
    #expect(try await store.readText("/a") == "2")
    next.stop()
  }

  @Test func whatIsAskedWhileThereIsNoServerWaitsForOne() async throws {
    kill()
    let change = Task { try await store.write("/a", "1") }
    let cancelled = Task { try await store.write("/b", "1") }
    try await Task.sleep(for: .milliseconds(50))
    cancelled.cancel()
    await #expect(throws: (any Error).self) { try await cancelled.value }
    let next = try Daemon(at: first.socket)
    // It may have gone out just before the loss was noticed.
    try? await change.value
    try await store.write("/c", "1")
    #expect(try await !store.exists("/b"))
    next.stop()
  }

  @Test func whenNoServerComesEveryoneIsTold() async throws {
    let store = try XenStoreClient(
      Endpoint(socket: first.socket), reconnection: .within(.milliseconds(100)))
    var events = try await store.watch("/w").makeAsyncIterator()
    _ = try await events.next()
    kill()
    await #expect(throws: XenStoreClientError.self) { try await store.read("/") }
    await #expect(throws: XenStoreClientError.self) { _ = try await events.next() }
    await #expect(throws: XenStoreClientError.self) { try await store.write("/", "") }
  }

  /// Takes every connection at a socket and ends it; what it returns counts them.
  private func hangUp(at path: String) throws -> () -> Int {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(listener, 100) == 0)
    let counter = Counter()
    Thread.detachNewThread {
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        counter.count.withLock { $0 += 1 }
        close(descriptor)
      }
    }
    return { counter.count.withLock { $0 } }
  }

  private final class Counter: Sendable {
    let count = Mutex(0)
  }

  @Test(.timeLimit(.minutes(20))) func aServerThatHangsUpIsNotAskedForEver() async throws {
    try await store.write("/a", "value")
    kill()
    unlink(first.socket)
    let connections = try hangUp(at: first.socket)
    await #expect(throws: XenStoreClientError.self) { try await store.read("/a") }
    await #expect(throws: XenStoreClientError.self) {
      try await store.withTransaction(attempts: 1000) { (_) throws(XenStoreClientError) in }
    }
    // In the end nobody is asked any more.
    let events = try? await store.watch("/a")
    _ = events
    while !store.channel.locked({ $0.end != nil }) { try await Task.sleep(for: .milliseconds(10)) }
    #expect(connections() <= 22)
  }
}
