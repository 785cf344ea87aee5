import XenStoreWire

extension XenStore {
  // MARK: Requests

  /// Serves what only concerns domains, limits and the server itself; false when the reply comes
  /// with an effect's completion.
  mutating func performForDomains(
    _ caller: Caller, _ header: MessageHeader, _ request: Request, _ payload: Span<UInt8>
  ) throws(StoreError) -> Bool {
    switch request {
    case .introduce(let domain, let frame, let port):
      guard domain.isReal, port != 0 else { throw .invalid }
      let isServed = connection(of: domain) != nil
      guard isServed || exists(domain) else { throw .invalid }
      wait(
        caller, header,
        .introduce(domain: domain, frame: frame, port: port, again: isServed))
      return false
    case .control:
      var arguments: [UInt8] = []
      append(payload, 0..<payload.count, to: &arguments)
      wait(caller, header, .control(arguments: arguments))
      return false
    case .release(let domain):
      guard domain != .zero else { throw .invalid }
      guard connection(of: domain) != nil else { throw .notFound }
      release(domain)
      ok()
    case .getDomainPath(let domain):
      reply.append(contentsOf: Array("/local/domain/".utf8))
      reply.append(decimal: UInt64(domain.rawValue))
      reply.append(0)
    case .isDomainIntroduced(let domain):
      let isIntroduced = domain == .own || connection(of: domain) != nil
      reply.append(UInt8(ascii: isIntroduced ? "T" : "F"))
      reply.append(0)
    case .resume(let domain):
      guard connection(of: domain) != nil else { throw .notFound }
      domains[domain.rawValue]?.hasShutDown = false
      ok()
    case .setTarget(let domain, let target):
      guard let index = connection(of: domain), connection(of: target) != nil else {
        throw .notFound
      }
      domains[domain.rawValue]?.target = Int32(target.rawValue)
      connections[index].caller.target = Int32(target.rawValue)
      ok()
    default: try performForLimits(caller, request, payload)
    }
    return true
  }

  private mutating func performForLimits(
    _ caller: Caller, _ request: Request, _ payload: Span<UInt8>
  ) throws(StoreError) {
    switch request {
    case .getFeature(nil):
      reply.append(decimal: UInt64(connections[Int(caller.connection)].features.rawValue))
      reply.append(0)
    case .getFeature(let domain?):
      guard caller.isPrivileged else { throw .accessDenied }
      guard let record = domains[domain.rawValue] else { throw .notFound }
      reply.append(decimal: UInt64(record.features.rawValue))
      reply.append(0)
    case .setFeature(let domain, let features):
      guard features.isSubset(of: .all) else { throw .invalid }
      try requireRecord(domain)
      guard connection(of: domain) == nil else { throw .busy }
      domains[domain.rawValue]?.features = features
      ok()
    case .getQuota(_, nil):
      for (index, kind) in QuotaKind.allCases.enumerated() {
        if index > 0 { reply.append(UInt8(ascii: " ")) }
        reply.append(contentsOf: Array(kind.name.utf8))
      }
      reply.append(0)
    case .getQuota(let domain, let name?):
      guard let limit = LimitName(payload, name) else { throw .invalid }
      var quotas = defaultQuotas
      if let domain {
        guard let record = domains[domain.rawValue] else { throw .notFound }
        quotas = record.quotas
      }
      reply.append(decimal: quotas[limit])
      reply.append(0)
    case .setQuota(let domain, let name, let value):
      guard let limit = LimitName(payload, name) else { throw .invalid }
      if let domain {
        try requireRecord(domain)
        domains[domain.rawValue]?.quotas[limit] = value
      } else {
        defaultQuotas[limit] = value
      }
      ok()
    default: throw .notImplemented
    }
  }

  private mutating func wait(_ caller: Caller, _ header: MessageHeader, _ action: Effect.Action) {
    let index = Int(caller.connection)
    connections[index].isWaiting = true
    effects.append(
      Effect(
        action: action, connection: ConnectionID(index: index), type: header.type,
        requestID: header.requestID, transactionID: header.transactionID))
  }

  // MARK: Completion

  /// Replies to the request that an effect came from.
  ///
  /// - Parameters:
  ///   - failure: why it could not be done; nil when it was.
  ///   - text: what a control command has to say; `OK` when nil.
  /// - Returns: the domain's connection, when a ring is served from now on.
  @discardableResult
  public mutating func complete(
    _ effect: Effect, failure: StoreError? = nil, text: [UInt8]? = nil
  ) -> ConnectionID? {
    guard let id = effect.connection, isOpen(id) else { return nil }
    connections[id.index].isWaiting = false
    reply.clear()
    if let failure {
      reply.append { failure.append(to: &$0) }
      answer(
        id.index, MessageType.error.rawValue, effect.requestID, effect.transactionID)
      return nil
    }
    if let text { reply.append(contentsOf: text) } else { ok() }
    reply.truncate(to: WireLimit.payload)
    answer(id.index, effect.type, effect.requestID, effect.transactionID)
    guard case .introduce(let domain, _, _, let again) = effect.action else { return nil }
    return introduce(domain, again: again)
  }

  /// Serves a domain's ring from now on, or anew.
  @discardableResult
  public mutating func introduce(_ domain: DomainID, again: Bool = false) -> ConnectionID {
    if let index = connection(of: domain) {
      restart(ConnectionID(index: index))
      return ConnectionID(index: index)
    }
    know(domain)
    let record =
      domains[domain.rawValue]
      ?? DomainRecord(born: epoch, features: .all, quotas: defaultQuotas)
    note(.introduce, domain.rawValue)
    let id = connectRing(domain, record)
    domains[domain.rawValue]?.connection = Int32(truncatingIfNeeded: id.index)
    fire(.introduceDomain, domain)
    return id
  }

  /// Makes a connection as new: no watches, no transactions, nothing to read.
  public mutating func restart(_ id: ConnectionID) {
    guard isOpen(id) else { return }
    if connections[id.index].isRing { note(.restart, connections[id.index].caller.domain) }
    forgetEverything(of: id.index)
    effects.removeAll { $0.connection == id }
    connections[id.index].isWaiting = false
    connections[id.index].output = ByteBuffer()
    connections[id.index].sent = 0
    connections[id.index].importedRest = 0
    connections[id.index].noted = 0
    connections[id.index].drains &+= 1
  }

  // MARK: Life of a domain

  /// Whether a domain's ring is served.
  public func isIntroduced(_ domain: DomainID) -> Bool { connection(of: domain) != nil }

  /// What a domain is offered.
  public func features(of domain: DomainID) -> ServerFeatures {
    domains[domain.rawValue]?.features ?? .all
  }

  /// The domains that are known: introduced, or named in permissions.
  public var knownDomains: [DomainID] { domains.numbers.map(DomainID.init(rawValue:)) }

  func connection(of domain: DomainID) -> Int? {
    guard let record = domains[domain.rawValue], record.connection >= 0 else { return nil }
    return Int(record.connection)
  }

  /// Whether there is a domain that is not known yet. When it became known is noted, so for a replay
  /// there is none.
  func exists(_ domain: DomainID) -> Bool { !isReplaying && census.holds(domain) }

  /// Starts to remember a domain.
  mutating func know(_ domain: DomainID) {
    guard domain.isReal, domains[domain.rawValue] == nil else { return }
    note(.known, domain.rawValue)
    if domain != .zero {
      epoch &+= 1
      births[Int(domain.rawValue)] = epoch
    }
    domains[domain.rawValue] = DomainRecord(
      born: epoch, features: .all, quotas: defaultQuotas)
  }

  private mutating func requireRecord(_ domain: DomainID) throws(StoreError) {
    guard domain.isReal, domains[domain.rawValue] != nil || exists(domain) else {
      throw .notFound
    }
    know(domain)
  }

  /// Says that a domain has shut down: those who watch for it hear of it once.
  public mutating func shutDown(_ domain: DomainID) {
    guard let record = domains[domain.rawValue], !record.hasShutDown else { return }
    domains[domain.rawValue]?.hasShutDown = true
    note(.shutDown, domain.rawValue)
    if record.connection >= 0 { fire(.releaseDomain, domain) }
  }

  /// Stops serving a domain, and forgets it with everything that it owns.
  ///
  /// A domain that comes later with the same number has no part in what this one could do.
  public mutating func release(_ domain: DomainID) {
    guard domain != .zero, let record = domains.remove(domain.rawValue) else { return }
    note(.release, domain.rawValue)
    keepViews()
    births[Int(domain.rawValue)] = 0
    for index in connections.indices
    where connections[index].caller.target == Int32(domain.rawValue) {
      connections[index].caller.target = -1
      let other = connections[index].caller.domain
      domains[other]?.target = -1
    }
    forgetInSpecialPermissions(domain)
    let id = record.connection >= 0 ? ConnectionID(index: Int(record.connection)) : nil
    if let id {
      disconnect(id)
      effects.append(
        Effect(
          action: .release(domain: domain), connection: nil, type: 0, requestID: 0,
          transactionID: 0))
    }
    removeNodes(of: domain)
    // Transactions that are open may hold what this domain owned.
    nodes.tree.generation &+= 1
    if id != nil { fire(.releaseDomain, domain) }
  }

  /// Takes a domain out of the permissions of the special watches: what it owned falls to the control
  /// domain, what others may stays.
  private mutating func forgetInSpecialPermissions(_ domain: DomainID) {
    for special in specialPermissions.indices {
      if specialPermissions[special][0].domain == domain {
        specialPermissions[special][0].domain = .zero
      }
      var isOwner = true
      specialPermissions[special].removeAll {
        defer { isOwner = false }
        return !isOwner && $0.domain == domain
      }
    }
  }

  private mutating func removeNodes(of domain: DomainID) {
    let savedPath = path
    while !nodes.tree.detached.isEmpty { _ = nodes.reclaim(atMost: .max) }
    if nodes.node(NodeStore.root).owner == domain.rawValue {
      // The root cannot go: it falls to the control domain.
      collectPermissions(NodeStore.root)
      permissions[0].domain = 0
      nodes.setPermissions(NodeStore.root, permissions, epoch: epoch)
    }
    while true {
      let id = nodes.usage(domain.rawValue).firstNode
      guard id > NodeStore.root else { break }
      path.removeAll(keepingCapacity: true)
      nodes.appendPath(id, to: &path)
      removeSubtree(id, fires: true)
      work &+= nodes.reclaim(atMost: .max) &>> 4
    }
    path = savedPath
  }
}
