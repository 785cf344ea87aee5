import Testing
import XenStoreTestSupport
import XenStoreWire

@testable import XenStoreClient

@Suite struct ClientTests {
  private let daemon: Daemon
  private let store: XenStoreClient

  init() throws {
    daemon = try Daemon()
    store = try XenStoreClient(Endpoint(socket: daemon.socket))
  }

  @Test func whatIsWrittenIsRead() async throws {
    try await store.write("/a/b", "value")
    #expect(try await store.readText("/a/b") == "value")
    #expect(try await store.read("/a") == [])
    #expect(try await store.list("/a") == ["b"])
    #expect(try await store.exists("/a/b"))
    try await store.makeDirectory("/a/c")
    try await store.remove("/a/b")
    #expect(try await store.list("/a") == ["c"])
    #expect(try await !store.exists("/a/b"))
  }

  @Test func permissionsComeBackAsTheyWereSet() async throws {
    try await store.write("/p", "")
    let wanted = [Permission(.zero, []), Permission(DomainID(rawValue: 5), [.read, .write])]
    try await store.setPermissions(wanted, of: "/p")
    #expect(try await store.permissions(of: "/p") == wanted)
  }

  @Test func aRefusalNamesRequestNodeAndReason() async throws {
    let error = await #expect(throws: XenStoreClientError.self) { try await store.read("/none") }
    #expect(error == .refused(.notFound, .read, subject: "/none"))
    #expect(error?.description == "READ /none: does not exist (ENOENT)")
  }

  @Test func requestsOfManyTasksShareAConnection() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<500 {
        group.addTask {
          try await store.write("/many/\(index)", "\(index)")
          #expect(try await store.readText("/many/\(index)") == "\(index)")
        }
      }
      try await group.waitForAll()
    }
    #expect(Set(try await store.list("/many")) == Set((0..<500).map(String.init)))
  }

  @Test func aListTooLongForAMessageComesInParts() async throws {
    let names = (0..<700).map { "child-with-a-long-name-\($0)" }
    try await store.withTransaction(attempts: 3) { transaction throws(XenStoreClientError) in
      for name in names { try await transaction.write("/long/\(name)", "") }
    }
    #expect(try await store.list("/long") == names)
  }

  @Test func aListWhoseEndFallsOnAMessagesEndIsWhole() async throws {
    // Names of 15 bytes and a nul: parts end at every place that 16 divides, and beside it.
    for padding in 1...20 {
      let directory = "/edge/\(padding)"
      var names = [String(repeating: "p", count: padding)]
      names += (0..<600).map { "n" + String($0 + 10_000_000_000_000) }
      try await store.withTransaction(attempts: 3) { transaction throws(XenStoreClientError) in
        for name in names { try await transaction.write("\(directory)/\(name)", "") }
      }
      #expect(try await store.list(directory) == names)
    }
  }

  // MARK: Transactions

  @Test func aTransactionIsSeenAtItsEnd() async throws {
    let other = try XenStoreClient(Endpoint(socket: daemon.socket))
    let result = try await store.withTransaction(attempts: 1) {
      transaction throws(XenStoreClientError) in
      try await transaction.write("/t", "1")
      #expect(try await !other.exists("/t"))
      return try await transaction.readText("/t")
    }
    #expect(result == "1")
    #expect(try await other.readText("/t") == "1")
  }

  @Test func aTransactionThatThrowsLeavesNoTrace() async throws {
    await #expect(throws: XenStoreClientError.refused(.notFound, .read, subject: "/none")) {
      try await store.withTransaction(attempts: 5) { transaction throws(XenStoreClientError) in
        try await transaction.write("/t", "1")
        _ = try await transaction.read("/none")
      }
    }
    #expect(try await !store.exists("/t"))
  }

  @Test func conflictsAreTriedAgainAsOftenAsTheCallerSays() async throws {
    try await store.write("/n", "0")
    let other = try XenStoreClient(Endpoint(socket: daemon.socket))
    nonisolated(unsafe) var runs = 0
    await #expect(throws: XenStoreClientError.conflict(attempts: 3)) {
      try await store.withTransaction(attempts: 3) { transaction throws(XenStoreClientError) in
        runs += 1
        _ = try await transaction.read("/n")
        try await other.write("/n", "\(runs)")
        try await transaction.write("/m", "1")
      }
    }
    #expect(runs == 3)
    #expect(try await !store.exists("/m"))
  }

  @Test func countersLoseNoUpdate() async throws {
    try await store.write("/counter", "0")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let client = try XenStoreClient(Endpoint(socket: daemon.socket))
          for _ in 0..<20 {
            try await client.withTransaction(attempts: 1000) {
              transaction throws(XenStoreClientError) in
              let value = Int(try await transaction.readText("/counter")) ?? 0
              try await transaction.write("/counter", String(value + 1))
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await store.readText("/counter") == "160")
  }

  // MARK: Watches

  @Test func aWatchBeginsWithItselfAndTellsOfChangesBelow() async throws {
    var events = try await store.watch("/w", buffering: .everyEvent).makeAsyncIterator()
    #expect(try await events.next()?.path == "/w")
    try await store.write("/w/x", "1")
    #expect(try await events.next()?.path == "/w/x")
    try await store.remove("/w")
    #expect(try await events.next()?.path == "/w")
  }

  @Test func severalWatchesShareASequence() async throws {
    var events = try await store.watch(["/v", "/w"]).makeAsyncIterator()
    #expect(try await events.next()?.path == "/v")
    #expect(try await events.next()?.path == "/w")
  }

  @Test func aSlowReaderHearsOfEachNodeOnce() async throws {
    var events = try await store.watch("/w", buffering: .onePerNode).makeAsyncIterator()
    for index in 0..<50 { try await store.write("/w/x", "\(index)") }
    try await store.write("/w/y", "last")
    var seen: [String] = []
    while seen.last != "/w/y", let event = try await events.next() { seen.append(event.path) }
    #expect(seen == ["/w", "/w/x", "/w/y"])
  }

  @Test func watchesEndWithTheirSequence() async throws {
    func watchShortly() async throws {
      var events = try await store.watch("/w").makeAsyncIterator()
      _ = try await events.next()
    }
    // A guest may have 128; nobody may have two with the same token.
    for _ in 0..<300 { try await watchShortly() }
    let report = try await store.control(["memreport"])
    #expect(!report.isEmpty)
  }

  @Test func aWatchOfANonsensePathIsRefused() async throws {
    await #expect(throws: XenStoreClientError.refused(.invalid, .watch, subject: "/bad/")) {
      _ = try await store.watch(["/good", "/bad/"])
    }
  }

  // MARK: Cancellation and loss

  @Test func aWaitForEventsCanBeCancelled() async throws {
    let events = try await store.watch("/w")
    let task = Task {
      var count = 0
      for try await _ in events { count += 1 }
      return count
    }
    try await Task.sleep(for: .milliseconds(50))
    task.cancel()
    #expect(try await task.value == 1)
    #expect(try await store.list("/") != ["nothing"])
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await store.write("/never", "1")
    }
    task.cancel()
    await #expect(throws: XenStoreClientError.cancelled) { try await task.value }
    #expect(try await !store.exists("/never"))
  }

  @Test func aTransactionOfACancelledTaskIsEnded() async throws {
    try await store.write("/n", "0")
    for _ in 0..<20 {
      let task = Task {
        try await store.withTransaction(attempts: 1) { transaction throws(XenStoreClientError) in
          while true { _ = try await transaction.read("/n") }
        }
      }
      try await Task.sleep(for: .milliseconds(2))
      task.cancel()
      await #expect(throws: XenStoreClientError.cancelled) { try await task.value }
    }
    #expect(try await store.readText("/n") == "0")
  }

  /// Cancelling a task takes locks of the task, as resuming it does: held in the other order with
  /// the connection's own, both sides would wait for ever.
  @Test func answersMayComeWhileTheirTasksAreCancelled() async throws {
    try await store.write("/n", "0")
    for round in 0..<500 {
      let task = Task { try await store.read("/n") }
      for _ in 0..<round % 50 { await Task.yield() }
      task.cancel()
      do {
        #expect(try await task.value == [0x30])
      } catch {
        #expect(error as? XenStoreClientError == .cancelled)
      }
    }
  }

  @Test func whenTheServerEndsEveryoneIsTold() async throws {
    let store = try XenStoreClient(Endpoint(socket: daemon.socket), reconnection: .never)
    var events = try await store.watch("/w").makeAsyncIterator()
    _ = try await events.next()
    daemon.stop()
    await #expect(throws: XenStoreClientError.connectionLost(code: 0)) {
      _ = try await events.next()
    }
    let error = await #expect(throws: XenStoreClientError.self) { try await store.read("/") }
    #expect(error?.description == "xenstored closed the connection")
  }

  @Test func aMissingServerIsSaidToBeMissing() {
    let error = #expect(throws: XenStoreClientError.self) {
      _ = try XenStoreClient(Endpoint(socket: "/proc/nonexistent/socket"))
    }
    #expect(
      error?.description == "xenstored is not running: no socket at /proc/nonexistent/socket")
  }

  @Test func tooLongARequestIsNotSent() async throws {
    await #expect(throws: XenStoreClientError.unsendable(.write, subject: "/a")) {
      try await store.write("/a", [UInt8](repeating: 1, count: 4094))
    }
    try await store.write("/a", [UInt8](repeating: 1, count: 4093))
    await #expect(throws: XenStoreClientError.unsendable(.read, subject: "/a\0b")) {
      _ = try await store.read("/a\0b")
    }
  }

  // MARK: Domains and the server

  @Test func domainsAreIntroducedAndReleased() async throws {
    let domain = DomainID(rawValue: 7)
    #expect(try await store.path(of: domain) == "/local/domain/7")
    #expect(try await !store.isIntroduced(domain))
    try await store.introduce(domain, frame: 1, port: 2)
    #expect(try await store.isIntroduced(domain))
    try await store.resume(domain)
    try await store.release(domain)
    #expect(try await !store.isIntroduced(domain))
  }

  @Test func limitsAndFeaturesAreKnown() async throws {
    #expect(try await store.quotaNames().contains("nodes"))
    try await store.setQuota("nodes", to: 77)
    #expect(try await store.quota("nodes") == 77)
    #expect(try await store.features().contains(.watchDepth))
    #expect(try await store.control(["check"]) == "OK")
  }

  // MARK: Where the server is

  @Test(
    arguments: [
      ([:], "/run/xenstored/socket", "/dev/xen/xenbus"),
      (["XENSTORED_RUNDIR": "/x"], "/x/socket", "/dev/xen/xenbus"),
      (["XENSTORED_PATH": "/y", "XENSTORED_RUNDIR": "/x"], "/y", nil),
    ] as [([String: String], String, String?)])
  func theEnvironmentNamesTheSocket(
    environment: [String: String], socket: String, device: String?
  ) {
    #expect(
      Endpoint.standard(.socketOrDevice) { environment[$0] }
        == Endpoint(socket: socket, device: device))
    #expect(
      Endpoint.standard(.socketOnly) { environment[$0] } == Endpoint(socket: socket, device: nil))
  }
}
