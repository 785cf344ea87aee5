import XenStoreWire

/// What a domain has here.
public struct DomainUsage: Equatable, Sendable {
  /// Nodes that it owns.
  public var nodes: Int
  /// Watches of its ring.
  public var watches: Int
  /// Transactions of its ring.
  public var transactions: Int
  /// Bytes held for it in all.
  public var memory: Int
  /// Limits that it ran into.
  public var reached: [QuotaKind]
}

extension XenStore {
  /// Makes the node that says that a server is there, as the C daemon does at its start.
  public mutating func makeOwnNode() {
    let id = connectSocket()
    let path = Array("/tool/xenstored\0".utf8)
    let header = MessageHeader(
      type: MessageType.makeDirectory.rawValue, requestID: 0, transactionID: 0,
      length: UInt32(truncatingIfNeeded: path.count))
    handle(id, header, path.span)
    disconnect(id)
  }

  /// What a domain has here; nil when it is not known. Of the control domain, local sockets do not
  /// count.
  public func usage(of domain: DomainID) -> DomainUsage? {
    guard domain == .zero || domains[domain.rawValue] != nil else { return nil }
    let record = domains[domain.rawValue]
    let owned = nodes.usage(domain.rawValue)
    var usage = DomainUsage(
      nodes: Int(owned.nodes), watches: 0, transactions: 0, memory: Int(owned.bytes),
      reached: QuotaKind.allCases.filter { (record?.hits ?? 0) >> UInt16($0.rawValue) & 1 == 1 })
    if let index = connection(of: domain) {
      usage.watches = connections[index].watchCount
      usage.transactions = connections[index].transactions.count
      usage.memory = memory(connections[index].caller)
    }
    return usage
  }

  /// Changes a limit of all domains that have the usual one, and of those to come.
  ///
  /// - Parameter effect: what asked for it.
  public mutating func setQuota(_ kind: QuotaKind, to value: UInt64, for effect: Effect) {
    guard let id = effect.connection, isOpen(id) else { return }
    let caller = connections[id.index].caller
    let usual = defaultQuotas[kind]
    defaultQuotas[kind] = value
    note(caller, .setQuota, Array("\(kind.name)\0\(value)\0".utf8).span)
    for domain in domains.numbers where domains[domain]?.quotas[kind] == usual {
      domains[domain]?.quotas[kind] = value
      note(caller, .setQuota, Array("\(domain)\0\(kind.name)\0\(value)\0".utf8).span)
    }
  }

  /// The most that any domain but the control domain had at a time, or in one node or transaction.
  public func highest(_ kind: QuotaKind) -> Int { maxima[Int(kind.rawValue)] }

  /// Forgets those.
  public mutating func forgetHighest() {
    for index in maxima.indices { maxima[index] = 0 }
  }

  /// Notes what a domain is about to have, within its limits.
  mutating func noteAmount(_ caller: Caller, _ amount: Int, _ kind: QuotaKind, _ quotas: Quotas) {
    if amount > maxima[Int(kind.rawValue)] { maxima[Int(kind.rawValue)] = amount }
    let soft = quotas[soft: kind]
    guard soft > 0, amount > 0, UInt64(amount) > soft else { return }
    let bit = UInt16(1) << UInt16(kind.rawValue &+ 8)
    guard let record = domains[caller.domain], record.hits & bit == 0 else { return }
    domains[caller.domain]?.hits |= bit
    quotaHits.append(
      QuotaHit(domain: DomainID(rawValue: caller.domain), kind: kind, isSoft: true))
  }

  /// The soft limit of the bytes held for a domain; 0 means none. Setting it changes that of all
  /// domains that have the usual one.
  public var softMemory: UInt64 {
    get { defaultQuotas[soft: .memory] }
    set {
      let usual = defaultQuotas[soft: .memory]
      defaultQuotas[soft: .memory] = newValue
      for domain in domains.numbers where domains[domain]?.quotas[soft: .memory] == usual {
        domains[domain]?.quotas[soft: .memory] = newValue
      }
    }
  }
}
