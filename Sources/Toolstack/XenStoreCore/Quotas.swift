import XenStoreWire

/// What may be limited.
public enum QuotaKind: UInt8, CaseIterable, Sendable {
  /// Nodes owned.
  case nodes
  /// Watches set.
  case watches
  /// Transactions open at a time.
  case transactions
  /// Bytes of one node: value and permissions.
  case nodeSize
  /// Permissions of one node.
  case permissions
  /// Requests in one transaction.
  case transactionNodes
  /// Bytes held for a domain in all: nodes, watches, transactions, unread replies and events.
  case memory

  /// The name in `GET_QUOTA` and `SET_QUOTA`.
  ///
  /// - Source: `docs/misc/xenstore.txt`
  public var name: String {
    switch self {
    case .nodes: "nodes"
    case .watches: "watches"
    case .transactions: "transactions"
    case .nodeSize: "node-size"
    case .permissions: "node-permissions"
    case .transactionNodes: "transaction-nodes"
    case .memory: "memory"
    }
  }

  /// Reads a name; nil for one that we do not know.
  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    for kind in Self.allCases {
      let name = Array(kind.name.utf8)
      if name.count == range.count, equal(name, 0, bytes, range.lowerBound, count: name.count) {
        self = kind
        return
      }
    }
    return nil
  }
}

/// A limit by its name: one that refuses what exceeds it, or a soft one, of which it is only said
/// once that it was exceeded.
struct LimitName {
  var kind: QuotaKind
  var isSoft: Bool

  static let softPrefix = Array("soft-".utf8)

  /// Reads a name; nil for one that we do not know.
  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    let prefix = Self.softPrefix.count
    isSoft =
      range.count > prefix
      && equal(Self.softPrefix, 0, bytes, range.lowerBound, count: prefix)
    let name = isSoft ? range.lowerBound &+ prefix..<range.upperBound : range
    guard let kind = QuotaKind(bytes, name) else { return nil }
    self.kind = kind
  }
}

/// The limits of a domain. 0 means no limit. The control domain and local sockets have none.
public struct Quotas: Hashable, Sendable {
  /// The limits, then the soft ones.
  private var values: [UInt64]

  /// The values that the C daemon of Xen 4.17 begins with.
  public init() {
    values = [1000, 128, 10, 2048, 5, 1024, 2_621_440]
    values += repeatElement(0, count: values.count)
  }

  /// The limit of one kind.
  public subscript(_ kind: QuotaKind) -> UInt64 {
    get { values[Int(kind.rawValue)] }
    set { values[Int(kind.rawValue)] = newValue }
  }

  /// The soft limit of one kind: what exceeds it is reported once, not refused.
  public subscript(soft kind: QuotaKind) -> UInt64 {
    get { values[Int(kind.rawValue) &+ QuotaKind.allCases.count] }
    set { values[Int(kind.rawValue) &+ QuotaKind.allCases.count] = newValue }
  }

  /// The limit of that name.
  subscript(_ name: LimitName) -> UInt64 {
    get { name.isSoft ? self[soft: name.kind] : self[name.kind] }
    set {
      if name.isSoft { self[soft: name.kind] = newValue } else { self[name.kind] = newValue }
    }
  }

  /// Whether so much is more than allowed.
  func forbids(_ amount: Int, of kind: QuotaKind) -> Bool {
    let limit = self[kind]
    return limit != 0 && amount > 0 && UInt64(amount) > limit
  }
}

/// A quota that bit for the first time.
public struct QuotaHit: Hashable, Sendable {
  /// Whose quota.
  public var domain: DomainID
  /// Which one.
  public var kind: QuotaKind
  /// Whether it is one that refuses nothing.
  public var isSoft = false
}
