import XenStoreWire

extension XenStore {
  /// Adds a client on a local socket: it may do everything.
  public mutating func connectSocket() -> ConnectionID {
    open(
      Connection(
        Caller(connection: 0, domain: 0, isPrivileged: true), isRing: false,
        features: .all))
  }

  /// Adds a domain's ring. The control domain's may do everything.
  mutating func connectRing(_ domain: DomainID, _ record: DomainRecord) -> ConnectionID {
    let caller = Caller(
      connection: 0, domain: domain.rawValue, target: record.target, isPrivileged: domain == .zero)
    return open(Connection(caller, isRing: true, features: record.features))
  }

  private mutating func open(_ connection: Connection) -> ConnectionID {
    var connection = connection
    let index = freeConnections.popLast() ?? connections.count
    connection.caller.connection = Int32(truncatingIfNeeded: index)
    if index == connections.count {
      connections.append(connection)
    } else {
      connections[index] = connection
    }
    return ConnectionID(index: index)
  }

  /// Removes a client with its watches, transactions and unread output.
  public mutating func disconnect(_ id: ConnectionID) {
    guard isOpen(id) else { return }
    forgetEverything(of: id.index)
    if connections[id.index].isRing {
      domains[connections[id.index].caller.domain]?.connection = -1
    }
    connections[id.index].isOpen = false
    connections[id.index].output = ByteBuffer()
    connections[id.index].sent = 0
    connections[id.index].noted = 0
    dirty.removeAll { $0 == id }
    effects.removeAll { $0.connection == id }
    connections[id.index].isWaiting = false
    freeConnections.append(id.index)
  }

  /// Whether this names a client.
  public func isOpen(_ id: ConnectionID) -> Bool {
    connections.indices.contains(id.index) && connections[id.index].isOpen
  }

  /// Drops watches and transactions.
  mutating func forgetEverything(of index: Int) {
    while connections[index].firstWatch >= 0 {
      removeWatch(connections[index].firstWatch)
    }
    while let transaction = connections[index].transactions.popLast() {
      nodes.drop(transaction.tree)
    }
    connections[index].transactionBytes = 0
    if connections[index].isViewer {
      connections[index].isViewer = false
      viewers.removeAll { $0 == index }
    }
    leaveTurn(index)
  }

  // MARK: Output

  /// The bytes that a client has yet to read.
  public func pendingBytes(_ id: ConnectionID) -> Int { connections[id.index].pendingBytes }

  /// Has a client sent what it has yet to read, when there is something.
  public mutating func owe(_ id: ConnectionID) {
    if connections[id.index].pendingBytes > 0 { touch(id.index) }
  }

  /// Hands a client's unread bytes to `body`, which returns how many of them it took.
  public mutating func send(_ id: ConnectionID, _ body: (Span<UInt8>) -> Int) {
    let index = id.index
    let output = connections[index].output
    let start = connections[index].sent
    let taken = body(output.span.extracting(start..<output.count))
    connections[index].noteSent(taken)
  }

  @inline(__always)
  mutating func touch(_ index: Int) {
    guard !connections[index].isDirty else { return }
    connections[index].isDirty = true
    dirty.append(ConnectionID(index: index))
  }

  /// Appends a message whose payload is the scratch reply.
  @inline(__always)
  mutating func answer(
    _ index: Int, _ type: UInt32, _ requestID: UInt32, _ transactionID: UInt32
  ) {
    let header = MessageHeader(
      type: type, requestID: requestID, transactionID: transactionID,
      length: UInt32(truncatingIfNeeded: reply.count))
    if connections[index].queue(header, reply) { dirty.append(ConnectionID(index: index)) }
  }

  // MARK: Charging

  /// The limits of a connection; nil for those who have none.
  func quotas(_ caller: Caller) -> Quotas? {
    caller.isPrivileged ? nil : domains[caller.domain]?.quotas ?? defaultQuotas
  }

  /// The bytes that are held for a connection's domain.
  func memory(_ caller: Caller) -> Int {
    let index = Int(caller.connection)
    return Int(nodes.usage(caller.domain).bytes) &+ connections[index].watchBytes
      &+ connections[index].transactionBytes &+ connections[index].pendingBytes
  }

  /// Refuses what would take more memory than a connection's domain may have.
  ///
  /// - Throws: `noSpace` when it would.
  mutating func checkMemory(_ caller: Caller, adding bytes: Int) throws(StoreError) {
    if !caller.isPrivileged { try check(caller, memory(caller) &+ bytes, .memory) }
  }

  /// Refuses what would exceed a quota.
  ///
  /// - Throws: `error` when it would.
  @inline(__always)
  mutating func check(
    _ caller: Caller, _ amount: Int, _ kind: QuotaKind, _ error: StoreError = .noSpace
  ) throws(StoreError) {
    if !caller.isPrivileged { try checkQuotas(caller, amount, kind, error) }
  }

  @inline(never)
  private mutating func checkQuotas(
    _ caller: Caller, _ amount: Int, _ kind: QuotaKind, _ error: StoreError
  ) throws(StoreError) {
    guard let quotas = quotas(caller) else { return }
    guard quotas.forbids(amount, of: kind), !isReplaying else {
      noteAmount(caller, amount, kind, quotas)
      return
    }
    let bit = UInt16(1) << UInt16(kind.rawValue)
    if let record = domains[caller.domain], record.hits & bit == 0 {
      domains[caller.domain]?.hits |= bit
      quotaHits.append(QuotaHit(domain: DomainID(rawValue: caller.domain), kind: kind))
    }
    throw error
  }
}
