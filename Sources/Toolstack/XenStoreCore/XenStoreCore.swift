// XenStoreCore owns what a XenStore server knows: the tree of nodes, transactions, permissions,
// watches, quotas, domains, and for each connection what it may and what it has yet to read. It is
// a state machine: a message in, replies and events out into the output of connections. It has no
// sockets, rings or clock; XenStoreServer brings those, a simulator drives it in tests.
//
// The parts, lowest first:
//
//     ByteMoves     the only unsafe code: copying, comparing and hashing runs of bytes
//     ByteBuffer    bytes that are appended and forgotten all the time
//     PagedArray    pages of elements that versions share until one of them writes
//     Tree          nodes, an index by parent and name, slots for bytes; forks and their end
//     WatchTable    watches by path
//     XenStore      connections, requests, transactions, events, domains
//
// Invariants. A node is found only through its parent. Every version of the tree has its own
// counters, so that what an owner uses is always the sum over that version's nodes. Nothing here
// recurses over the tree. What a client sends is an error, never a trap.

import XenStoreWire

/// A XenStore without its surroundings.
public struct XenStore: ~Copyable {
  var nodes: NodeStore
  var watches: WatchTable
  var connections: [Connection] = []
  var freeConnections: [Int] = []
  var domains = DomainTable()
  /// For every domain number, the count of domains known when its present bearer became known; 0
  /// when there is none.
  var births: [UInt32]
  var epoch: UInt32 = 1
  /// The limits that a domain begins with.
  public var defaultQuotas = Quotas()
  /// The most that any domain had of what is limited.
  var maxima = [Int](repeating: 0, count: QuotaKind.allCases.count)
  /// A look for broken invariants that is under way.
  var check: StoreCheck?
  /// The permissions of `@introduceDomain` and `@releaseDomain`.
  var specialPermissions: [[Permission]]
  /// Which domains exist. This is what keeps the store in one place: one made of nothing but fields of
  /// known size is copied, all of it, for every call that only looks at it.
  let census: any DomainCensus

  /// Whose transactions take turns: they conflicted lately.
  var turns = Turns()
  /// Connections with transactions that see the store itself.
  var viewers: [Int] = []
  /// Transactions that have ended: their space is used again.
  var spareTransactions: [Transaction] = []
  /// The digest of `OK`; 0 before it was first needed.
  var okDigest: UInt64 = 0
  /// Lists of children as they were sent last.
  var lists = ListCache()
  /// The payloads of replies that refuse, by the error's number.
  let refusals = StoreError.allCases.map { error in
    var bytes: [UInt8] = []
    error.append(to: &bytes)
    return bytes
  }
  /// Where paths lead.
  var paths = PathCache()

  /// Scratch space that keeps its capacity: the request's path, the reply, lists.
  var path: [UInt8] = []
  var reply = ByteBuffer()
  var permissions: [(domain: UInt16, access: UInt8)] = []
  var matches: [Int32] = []

  /// What the store needs done outside, in order. The owner takes it after every call.
  public var effects: [Effect] = []
  /// Connections whose output grew since the owner last took this list.
  public var dirty: [ConnectionID] = []
  /// Connections that waited and do no longer, since the owner last took this list: what they sent
  /// meanwhile can be served.
  public var resumed: [ConnectionID] = []
  /// Whether those whose transactions conflicted lately take turns. Off by default: then no request
  /// waits for another client's.
  public var takesTurns = false
  /// Whether requests are served of clients that have much unread: there is no later.
  public var isDraining = false
  /// Quotas that bit for the first time since the owner last took this list.
  public var quotaHits: [QuotaHit] = []
  /// Whether what changes the store is noted in `journal`.
  public var keepsJournal = false
  /// What changed the store since the owner last took this: it is for `replay`.
  public var journal = ByteBuffer()
  /// What is done now was done before: nothing is refused for want of quota, no event sent.
  var isReplaying = false
  /// The version that is being exported.
  var exportWalk: ExportWalk?
  /// Work done so far, in units of about one small request.
  public internal(set) var work = 0

  /// Makes an empty store.
  ///
  /// - Parameters:
  ///   - seed: makes hashes unpredictable; any number.
  ///   - domainExists: whether a domain exists that was never introduced: permissions may name it.
  public init(seed: UInt64, domainExists: @escaping (DomainID) -> Bool = { _ in true }) {
    nodes = NodeStore(seed: seed)
    watches = WatchTable(seed: seed)
    births = Array(repeating: 0, count: 65536)
    births[0] = 1
    births[Int(DomainID.any.rawValue)] = 1
    specialPermissions = Array(repeating: [Permission(.zero, [])], count: 2)
    census = AskedCensus(ask: domainExists)
  }
}

/// Says which domains exist that were never introduced.
protocol DomainCensus {
  func holds(_ domain: DomainID) -> Bool
}

/// Asks the owner of the store.
private struct AskedCensus: DomainCensus {
  let ask: (DomainID) -> Bool

  func holds(_ domain: DomainID) -> Bool { ask(domain) }
}
