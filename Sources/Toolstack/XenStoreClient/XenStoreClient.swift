// XenStoreClient asks a XenStore server on behalf of Swift programs: over the server's socket, or
// the kernel's device. Requests of many tasks share one connection and go out without waiting for
// each other's answers. Bytes are XenStoreWire's; one thread per connection receives.

public import XenStoreWire

/// A connection to the XenStore server. It closes when the last reference to it, to its
/// transactions and to its watches is gone.
///
///     let store = try XenStoreClient()
///     let name = try await store.readText("/local/domain/1/name")
///     for try await event in try await store.watch("/local/domain/1/device") { ... }
public final class XenStoreClient: StoreOperations {
  let channel: Channel

  /// Connects.
  ///
  /// - Parameter reconnection: what is done when the server goes away later.
  /// - Throws: `notRunning` or `cannotOpen`.
  public init(
    _ endpoint: Endpoint = .standard(), reconnection: Reconnection = .within(.seconds(30))
  ) throws(XenStoreClientError) {
    channel = try Channel.open(endpoint, reconnection)
  }

  deinit { channel.close() }

  public func request(
    _ type: MessageType, _ payload: [UInt8], subject: String
  ) async throws(XenStoreClientError) -> [UInt8] {
    try Payload.checked(type, try await channel.request(type, payload, subject: subject).payload)
  }

  // MARK: Watches

  /// Watches a node and what is below it. The special paths `@introduceDomain` and
  /// `@releaseDomain` tell of domains that come and go.
  ///
  /// - Parameter depth: how far below the node events are wanted; nil for all. Only servers with
  ///   the feature `watchDepth` know it.
  /// - Throws: as `request`.
  public func watch(
    _ path: String, depth: Int? = nil, buffering: WatchBuffering = .onePerNode
  ) async throws(XenStoreClientError) -> WatchEvents {
    try await watch([path], depth: depth, buffering: buffering)
  }

  /// Watches several nodes; their events come in one sequence.
  ///
  /// - Throws: as `request`; none of them is watched then.
  public func watch(
    _ paths: [String], depth: Int? = nil, buffering: WatchBuffering = .onePerNode
  ) async throws(XenStoreClientError) -> WatchEvents {
    let queue = EventQueue(buffering)
    let token = channel.addQueue(queue)
    do throws(XenStoreClientError) {
      for path in paths {
        let words = [path, token] + (depth.map { [String($0)] } ?? [])
        let payload = try Payload.strings(.watch, words)
        _ = try await channel.request(
          .watch, payload, subject: path, undo: .watch(token: token))
      }
    } catch {
      channel.removeQueue(token)
      throw error
    }
    return WatchEvents(Subscription(self, queue, token: token))
  }

  // MARK: Domains

  /// Where a domain's relative paths begin.
  ///
  /// - Throws: as `request`.
  public func path(of domain: DomainID) async throws(XenStoreClientError) -> String {
    try await text(.getDomainPath, [domain.text])
  }

  /// Whether a domain's ring is served.
  ///
  /// - Throws: as `request`.
  public func isIntroduced(_ domain: DomainID) async throws(XenStoreClientError) -> Bool {
    try await text(.isDomainIntroduced, [domain.text]) == "T"
  }

  /// Has a domain's ring served.
  ///
  /// - Throws: as `request`.
  public func introduce(
    _ domain: DomainID, frame: UInt64, port: UInt32
  ) async throws(XenStoreClientError) {
    try await order(.introduce, [domain.text, String(frame), String(port)])
  }

  /// Ends that.
  ///
  /// - Throws: as `request`.
  public func release(_ domain: DomainID) async throws(XenStoreClientError) {
    try await order(.release, [domain.text])
  }

  /// Says that a domain which had shut down runs again.
  ///
  /// - Throws: as `request`.
  public func resume(_ domain: DomainID) async throws(XenStoreClientError) {
    try await order(.resume, [domain.text])
  }

  /// Lets a domain do what another may.
  ///
  /// - Throws: as `request`.
  public func setTarget(
    of domain: DomainID, to target: DomainID
  ) async throws(XenStoreClientError) {
    try await order(.setTarget, [domain.text, target.text])
  }

  // MARK: The server

  /// Gives the server a command; the first word is its name.
  ///
  /// - Returns: what the server has to say.
  /// - Throws: as `request`.
  public func control(_ words: [String]) async throws(XenStoreClientError) -> String {
    let answer = try await request(
      .control, try Payload.strings(.control, words), subject: words.joined(separator: " "))
    return String(decoding: answer.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// What the server offers to us, or has been told to offer to a domain.
  ///
  /// - Throws: as `request`; stock servers up to 4.17 do not know it.
  public func features(
    of domain: DomainID? = nil
  ) async throws(XenStoreClientError) -> ServerFeatures {
    let answer = try await text(.getFeature, domain.map { [$0.text] } ?? [""])
    guard let bits = UInt32(answer) else { throw .malformedReply(.getFeature) }
    return ServerFeatures(rawValue: bits)
  }

  /// The names of the limits that the server knows.
  ///
  /// - Throws: as `features`.
  public func quotaNames() async throws(XenStoreClientError) -> [String] {
    try await text(.getQuota, [""]).split(separator: " ").map(String.init)
  }

  /// A limit of a domain, or what a new domain gets. 0 is none.
  ///
  /// - Throws: as `features`.
  public func quota(
    _ name: String, of domain: DomainID? = nil
  ) async throws(XenStoreClientError) -> UInt64 {
    let answer = try await text(.getQuota, (domain.map { [$0.text] } ?? []) + [name])
    guard let value = UInt64(answer) else { throw .malformedReply(.getQuota) }
    return value
  }

  /// Changes a limit.
  ///
  /// - Throws: as `features`.
  public func setQuota(
    _ name: String, to value: UInt64, of domain: DomainID? = nil
  ) async throws(XenStoreClientError) {
    try await order(.setQuota, (domain.map { [$0.text] } ?? []) + [name, String(value)])
  }

  private func order(
    _ type: MessageType, _ words: [String]
  ) async throws(XenStoreClientError) {
    let payload = try Payload.strings(type, words)
    _ = try await request(type, payload, subject: words.joined(separator: " "))
  }

  private func text(
    _ type: MessageType, _ words: [String]
  ) async throws(XenStoreClientError) -> String {
    let payload = try Payload.strings(type, words)
    let answer = try await request(type, payload, subject: words.joined(separator: " "))
    return String(decoding: answer.prefix { $0 != 0 }, as: UTF8.self)
  }
}

extension DomainID {
  /// The number as the protocol writes it.
  fileprivate var text: String { String(rawValue) }
}
