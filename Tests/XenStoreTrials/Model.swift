import XenStoreWire

/// A XenStore that is as simple as possible: dictionaries of whole paths, scans, no sharing with the
/// real one but the codec's types. What it answers is what the real one must answer.
///
/// Every change is made on a view: what was changed, over the store as it was at some time. A request
/// outside of transactions is a view of its own that is merged at once.
struct Model {
  /// A permission, and which bearer of the domain's number it is about.
  struct Grant: Equatable {
    var domain: UInt16
    var access: Access
    var bearer: Int
  }

  struct Item {
    var value: [UInt8] = []
    var grants: [Grant]
    var children: [Int] = []
    /// Counts creations and changes of permissions: a released domain's latest node goes first.
    var stamp: Int

    var owner: UInt16 { grants[0].domain }
  }

  /// A version of the tree in the making.
  struct View {
    /// The time of the store below; nil for the present.
    var base: Int?
    var changes: [Int: Item?] = [:]
    /// Nodes by owner.
    var owned: [UInt16: Int]
  }

  struct Transaction {
    /// What it sees; nil before it asked for anything that depends on it.
    var view: View?
    var log: [(operation: Operation, answer: Answer)] = []
    var hasChanged = false
  }

  struct Watch {
    var client: Int
    var text: String
    var token: String
    var depth: Int?
    /// How much of an event's path is not shown.
    var prefix: Int
    var lastPath = ""
    var lastDrain = -1
  }

  struct Client {
    var domain: UInt16
    var isPrivileged: Bool
    var transactions: [UInt32: Transaction] = [:]
    var nextTransaction: UInt32 = 1
    /// Where its watches are.
    var watches: [(place: String, token: String)] = []
    /// Counts how often it had read everything.
    var drains = 0
  }

  struct Domain {
    var bearer: Int
    /// Its connection; nil while it is not introduced.
    var client: Int?
    var hasShutDown = false
  }

  enum Operation: CustomStringConvertible {
    case read(String)
    case write(String, [UInt8])
    case makeDirectory(String)
    case remove(String)
    case directory(String)
    case directoryPart(String)
    case getPermissions(String)
    case setPermissions(String, [Permission])

    var path: String {
      switch self {
      case .read(let path), .write(let path, _), .makeDirectory(let path), .remove(let path),
        .directory(let path), .directoryPart(let path), .getPermissions(let path),
        .setPermissions(let path, _):
        path
      }
    }

    var description: String {
      switch self {
      case .read(let path): "read \(path)"
      case .write(let path, let value): "write \(path) \(value.count) bytes"
      case .makeDirectory(let path): "mkdir \(path)"
      case .remove(let path): "rm \(path)"
      case .directory(let path): "list \(path)"
      case .directoryPart(let path): "list a part of \(path)"
      case .getPermissions(let path): "permissions of \(path)"
      case .setPermissions(let path, let list):
        "permit \(path) \(list.map { "\($0.domain.rawValue):\($0.access.rawValue)" })"
      }
    }
  }

  enum Answer: Equatable {
    case ok
    case bytes([UInt8])
    case error(StoreError)
  }

  /// An event that a client is to get.
  struct Event {
    var client: Int
    var path: String
    var token: String
    /// The same one may be unread: then it need not come.
    var mayBeMissing: Bool
    /// Events of the same group come in any order; 0 for none.
    var group: Int
  }

  // MARK: State

  var paths = ModelPaths()
  /// The store as it is, and what it was before, by when that ended.
  var tree: [Int: Item] = [:]
  var past: [Int: [(end: Int, item: Item?)]] = [:]
  var clock = 0
  var openViews = 0
  var owned: [UInt16: Int] = [0: 1]
  var stamp = 0

  var clients: [Int: Client] = [:]
  var watches: [String: [Watch]] = [:]
  var domains: [UInt16: Domain] = [:]
  var lastBearer = 0
  /// What the hypervisor says of domains.
  var existing: Set<UInt16> = []
  var shutDown: Set<UInt16> = []
  var specials: [String: [Grant]] = [:]
  var events: [Event] = []
  var lastGroup = 0

  /// The limits of domains.
  var nodeLimit = 1000
  var watchLimit = 128
  var transactionLimit = 10
  var requestLimit = 1024

  init() {
    tree[0] = Item(grants: [Grant(domain: 0, access: [], bearer: 0)], stamp: 0)
    for name in ["@introduceDomain", "@releaseDomain"] {
      specials[name] = [Grant(domain: 0, access: [], bearer: 0)]
    }
  }

  // MARK: Views

  func item(_ path: Int, _ view: View?) -> Item? {
    guard let view else { return tree[path] }
    if let change = view.changes[path] { return change }
    guard let base = view.base else { return tree[path] }
    for old in past[path] ?? [] where old.end >= base { return old.item }
    return tree[path]
  }

  func set(_ path: Int, _ item: Item?, _ view: inout View) {
    if let old = self.item(path, view)?.owner { view.owned[old, default: 0] -= 1 }
    if let owner = item?.owner { view.owned[owner, default: 0] += 1 }
    view.changes[path] = .some(item)
  }

  /// Makes a view's changes the store's.
  mutating func merge(_ view: View) {
    for (path, item) in view.changes {
      if openViews > 0 { past[path, default: []].append((clock, tree[path])) }
      tree[path] = item
    }
    owned = view.owned
    clock += 1
  }

  mutating func open() -> View {
    openViews += 1
    return View(base: clock, owned: owned)
  }

  mutating func close() {
    openViews -= 1
    if openViews == 0 { past = [:] }
  }

  // MARK: Permissions

  /// Whether the domain that is meant is still there.
  func isAlive(_ grant: Grant) -> Bool {
    grant.domain == 0 || grant.domain == DomainID.any.rawValue
      || (grant.bearer != 0 && domains[grant.domain]?.bearer == grant.bearer)
  }

  func access(_ client: Client, _ grants: [Grant]) -> Access {
    if client.isPrivileged || grants[0].domain == client.domain { return [.read, .write] }
    for grant in grants.dropFirst()
    where (grant.domain == client.domain || grant.domain == DomainID.any.rawValue)
      && isAlive(grant)
    {
      return grant.access
    }
    return grants[0].access
  }

  /// Starts to remember a domain.
  mutating func know(_ domain: UInt16) {
    guard domains[domain] == nil else { return }
    lastBearer += 1
    domains[domain] = Domain(bearer: lastBearer)
  }
}

/// Absolute paths by number: 0 is the root.
struct ModelPaths {
  private var numbers: [String: Int] = ["/": 0]
  private(set) var texts = ["/"]
  private(set) var parents = [0]

  /// The number of a path that is valid.
  mutating func number(_ text: String) -> Int {
    if let known = numbers[text] { return known }
    let slash = text.lastIndex(of: "/") ?? text.startIndex
    let parent = slash == text.startIndex ? 0 : number(String(text[..<slash]))
    texts.append(text)
    parents.append(parent)
    numbers[text] = texts.count - 1
    return texts.count - 1
  }

  /// The last component.
  func name(_ path: Int) -> Substring {
    let text = texts[path]
    return text[text.index(after: text.lastIndex(of: "/") ?? text.startIndex)...]
  }

  /// From the root down to the path itself.
  func line(_ path: Int) -> [Int] {
    var line = [path]
    while let last = line.last, last != 0 { line.append(parents[last]) }
    return line.reversed()
  }
}
