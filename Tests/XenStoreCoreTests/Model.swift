import XenStoreWire

/// A XenStore that is as simple as possible: dictionaries of whole paths, copies for snapshots,
/// scans for watches. What it answers is what the real one must answer.
struct Model {
  struct Item: Equatable {
    var value: [UInt8] = []
    var permissions: [Permission]
    var children: [String] = []
  }

  typealias Tree = [String: Item]

  struct Client {
    var domain: UInt16
    var isPrivileged: Bool
    var transactions: [UInt32: Transaction] = [:]
    var nextTransaction: UInt32 = 1
  }

  struct Transaction {
    /// What it sees; nil before it asked for anything that depends on it.
    var tree: Tree?
    var log: [(operation: Operation, answer: Answer)] = []
    var hasChanged = false
    /// It came from another server: it can no longer be committed.
    var isBroken = false
  }

  struct Watch {
    var client: Int
    var path: String
    var token: String
    var prefix: Int
    var depth: Int?
  }

  enum Operation {
    case read(String)
    case write(String, [UInt8])
    case makeDirectory(String)
    case remove(String)
    case directory(String)
    case getPermissions(String)
    case setPermissions(String, [Permission])
  }

  enum Answer: Equatable {
    case ok
    case bytes([UInt8])
    case error(StoreError)
  }

  struct Event: Hashable {
    var client: Int
    var path: String
    var token: String
  }

  var tree: Tree = ["/": Item(permissions: [Permission(.zero, [])])]
  var clients: [Int: Client] = [:]
  var watches: [Watch] = []
  var domains: Set<UInt16> = []
  var nodeLimit = 1000
  var events: [Event] = []

  // MARK: Paths

  func absolute(_ client: Int, _ path: String) -> String? {
    var full = path
    if !path.hasPrefix("/") { full = "/local/domain/\(clients[client]?.domain ?? 0)/" + path }
    guard !path.isEmpty, path.first != "@" else { return nil }
    let allowed = path.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2f, 0x5f, 0x40: true
      default: false
      }
    }
    if full == "/" { return full }
    guard allowed, !full.contains("//"), !full.hasSuffix("/") else { return nil }
    return full
  }

  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  static func name(_ path: String) -> String {
    String(path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...])
  }

  static func join(_ path: String, _ name: String) -> String {
    path == "/" ? "/" + name : path + "/" + name
  }

  private func nearest(_ path: String, in tree: Tree) -> String {
    var current = path
    while tree[current] == nil { current = Self.parent(current) }
    return current
  }

  // MARK: Permissions

  func access(_ client: Int, _ permissions: [Permission]) -> Access {
    guard let client = clients[client] else { return [] }
    if client.isPrivileged || permissions[0].domain.rawValue == client.domain {
      return [.read, .write]
    }
    for entry in permissions.dropFirst()
    where entry.domain.rawValue == client.domain || entry.domain == .any {
      return entry.access
    }
    return permissions[0].access
  }

  // MARK: Operations on a tree

  /// Whether the operation changed the tree, besides its answer.
  func perform(
    _ client: Int, _ operation: Operation, on tree: inout Tree
  ) -> (Answer, changed: Bool) {
    let text: String
    switch operation {
    case .read(let path), .write(let path, _), .makeDirectory(let path), .remove(let path),
      .directory(let path), .getPermissions(let path), .setPermissions(let path, _):
      text = path
    }
    guard let path = absolute(client, text) else {
      // Special watches have permissions, but there is none by such a name.
      if case .setPermissions = operation, text.hasPrefix("@") { return (.error(.notFound), false) }
      return (.error(.invalid), false)
    }
    let isPrivileged = clients[client]?.isPrivileged ?? false
    let near = nearest(path, in: tree)
    let rights = access(client, tree[near]?.permissions ?? [])
    func need(_ wanted: Access) -> StoreError? {
      if !rights.contains(wanted) { return .accessDenied }
      return near == path ? nil : .notFound
    }
    switch operation {
    case .read:
      if let error = need(.read) { return (.error(error), false) }
      return (.bytes(tree[path]?.value ?? []), false)
    case .directory:
      if let error = need(.read) { return (.error(error), false) }
      return (.bytes((tree[path]?.children ?? []).flatMap { Array($0.utf8) + [0] }), false)
    case .getPermissions:
      if let error = need(.read) { return (.error(error), false) }
      var bytes: [UInt8] = []
      for entry in tree[path]?.permissions ?? [] { entry.append(to: &bytes) }
      return (.bytes(bytes), false)
    case .write, .makeDirectory:
      guard rights.contains(.write) else { return (.error(.accessDenied), false) }
      var changed = false
      if near != path {
        guard create(client, path, from: near, &tree) else { return (.error(.noSpace), false) }
        changed = true
      }
      if case .write(_, let value) = operation {
        tree[path]?.value = value
        changed = true
      }
      return (.ok, changed)
    case .remove:
      guard path != "/" else { return (.error(.invalid), false) }
      guard rights.contains(.write) else { return (.error(.accessDenied), false) }
      guard near == path else {
        return (near == Self.parent(path) ? .ok : .error(.notFound), false)
      }
      Self.delete(path, from: &tree)
      return (.ok, true)
    case .setPermissions(_, let entries):
      if !isPrivileged, entries.count > 5 { return (.error(.noSpace), false) }
      if let error = need(.write) { return (.error(error), false) }
      let owner = tree[path]?.permissions[0].domain
      guard isPrivileged || owner?.rawValue == clients[client]?.domain else {
        return (.error(.accessDenied), false)
      }
      guard isPrivileged || entries[0].domain == owner else {
        return (.error(.notPermitted), false)
      }
      tree[path]?.permissions = entries
      return (.ok, true)
    }
  }

  private func create(
    _ client: Int, _ path: String, from near: String, _ tree: inout Tree
  ) -> Bool {
    guard let client = clients[client], var permissions = tree[near]?.permissions else {
      return false
    }
    var missing: [String] = []
    var current = path
    while current != near {
      missing.append(current)
      current = Self.parent(current)
    }
    if !client.isPrivileged {
      permissions[0].domain = DomainID(rawValue: client.domain)
      let owned = tree.values.count { $0.permissions[0].domain.rawValue == client.domain }
      guard owned + missing.count <= nodeLimit else { return false }
    }
    for path in missing.reversed() {
      tree[path] = Item(permissions: permissions)
      tree[Self.parent(path)]?.children.append(Self.name(path))
    }
    return true
  }

  static func delete(_ path: String, from tree: inout Tree) {
    tree[parent(path)]?.children.removeAll { $0 == name(path) }
    for key in tree.keys where key == path || key.hasPrefix(path + "/") { tree[key] = nil }
  }

  // MARK: Events

  private func mayHear(_ client: Int, _ path: String, _ trees: [Tree]) -> Bool {
    for tree in trees {
      guard let item = tree[path] else { continue }
      if access(client, item.permissions).contains(.read) { return true }
      let parent = tree[Self.parent(path)]?.permissions
      if path != "/", let parent, access(client, parent).contains(.read) { return true }
    }
    return false
  }

  static func depth(_ path: String) -> Int {
    path == "/" ? 0 : path.utf8.count { $0 == 0x2f }
  }

  private mutating func fire(_ path: String, _ before: Tree, _ after: Tree) {
    for watch in watches {
      let isBelow = watch.path == "/" || path == watch.path || path.hasPrefix(watch.path + "/")
      guard isBelow else { continue }
      if let depth = watch.depth, Self.depth(path) - Self.depth(watch.path) > depth { continue }
      guard mayHear(watch.client, path, [before, after]) else { continue }
      send(watch, path)
    }
  }

  private mutating func send(_ watch: Watch, _ path: String) {
    events.append(
      Event(
        client: watch.client, path: String(path.dropFirst(watch.prefix)), token: watch.token))
  }

  /// The watched paths below a path that is gone.
  private func watchedBelow(_ path: String, _ before: Tree, _ after: Tree) -> Set<String> {
    Set(watches.map(\.path)).filter {
      $0.hasPrefix(path + "/") && before[$0] != nil && after[$0] == nil
    }
  }

  private mutating func fireExactly(_ path: String, _ before: Tree) {
    for watch in watches where watch.path == path && mayHear(watch.client, path, [before]) {
      send(watch, path)
    }
  }

  // MARK: Requests

  mutating func request(_ client: Int, _ transaction: UInt32, _ operation: Operation) -> Answer {
    guard transaction == 0 else {
      guard var held = clients[client]?.transactions[transaction] else {
        return .error(.notFound)
      }
      clients[client]?.transactions[transaction] = nil
      if !isBlind(client, operation) { look(client, &held) }
      var seen = held.tree ?? tree
      let (answer, changed) = perform(client, operation, on: &seen)
      if held.tree != nil { held.tree = seen }
      held.log.append((operation, answer))
      held.hasChanged = held.hasChanged || changed
      clients[client]?.transactions[transaction] = held
      return answer
    }
    let before = tree
    let (answer, changed) = perform(client, operation, on: &tree)
    if changed { fireOne(client, operation, before, tree) }
    return answer
  }

  /// Whether the answer is the same whatever the store holds.
  private func isBlind(_ client: Int, _ operation: Operation) -> Bool {
    guard case .write = operation else { return false }
    return clients[client]?.isPrivileged == true
  }

  /// Has a transaction see the store as it is, with what it wrote, unless it saw it before.
  private mutating func look(_ client: Int, _ held: inout Transaction) {
    guard held.tree == nil else { return }
    var seen = tree
    for (operation, _) in held.log { _ = perform(client, operation, on: &seen) }
    held.tree = seen
  }

  private func path(_ client: Int, _ operation: Operation) -> String {
    switch operation {
    case .write(let path, _), .makeDirectory(let path), .remove(let path),
      .setPermissions(let path, _), .read(let path), .directory(let path),
      .getPermissions(let path):
      absolute(client, path) ?? ""
    }
  }

  private mutating func fireOne(
    _ client: Int, _ operation: Operation, _ before: Tree, _ after: Tree
  ) {
    let path = path(client, operation)
    if case .remove = operation {
      for below in watchedBelow(path, before, after) { fireExactly(below, before) }
    }
    fire(path, before, after)
  }

  mutating func start(_ client: Int) -> UInt32 {
    let id = clients[client]?.nextTransaction ?? 0
    clients[client]?.nextTransaction = id + 1
    clients[client]?.transactions[id] = Transaction()
    return id
  }

  mutating func end(_ client: Int, _ id: UInt32, commits: Bool) -> Answer {
    guard let held = clients[client]?.transactions.removeValue(forKey: id) else {
      return .error(.notFound)
    }
    if commits, held.isBroken { return .error(.again) }
    guard commits, held.hasChanged else { return .ok }
    var fresh = tree
    for (operation, answer) in held.log {
      guard perform(client, operation, on: &fresh).0 == answer else { return .error(.again) }
    }
    var done: Set<String> = []
    let before = tree
    for (operation, answer) in held.log where answer == .ok {
      let path = path(client, operation)
      if case .makeDirectory = operation, before[path] != nil { continue }
      let isFirst = done.insert(path).inserted
      if case .remove = operation, before[path] != nil {
        for below in watchedBelow(path, before, fresh) where done.insert(below).inserted {
          fireExactly(below, before)
        }
      }
      if isFirst { fire(path, before, fresh) }
    }
    tree = fresh
    return .ok
  }

  mutating func watch(_ client: Int, _ text: String, _ token: String, _ depth: Int?) -> Answer {
    guard let path = absolute(client, text) else { return .error(.invalid) }
    if watches.contains(where: { $0.client == client && $0.path == path && $0.token == token }) {
      return .error(.exists)
    }
    let watch = Watch(
      client: client, path: path, token: token,
      prefix: text.hasPrefix("/") ? 0 : path.utf8.count - text.utf8.count, depth: depth)
    watches.append(watch)
    send(watch, path)
    return .ok
  }

  mutating func unwatch(_ client: Int, _ text: String, _ token: String) -> Answer {
    guard let path = absolute(client, text) else { return .error(.notFound) }
    let index = watches.firstIndex {
      $0.client == client && $0.path == path && $0.token == token
    }
    guard let index else { return .error(.notFound) }
    watches.remove(at: index)
    return .ok
  }

  mutating func reset(_ client: Int) {
    watches.removeAll { $0.client == client }
    clients[client]?.transactions = [:]
  }

  /// A domain is gone: what it owned goes with all below it, and nobody remembers its name.
  mutating func release(_ domain: UInt16, client: Int) {
    reset(client)
    clients[client] = nil
    for key in tree.keys {
      let permissions = tree[key]?.permissions ?? []
      let kept = permissions.enumerated().filter {
        $0.offset == 0 || $0.element.domain.rawValue != domain
      }
      tree[key]?.permissions = kept.map(\.element)
    }
    if tree["/"]?.permissions[0].domain.rawValue == domain {
      tree["/"]?.permissions[0].domain = .zero
    }
    while let path = tree.first(where: { $0.value.permissions[0].domain.rawValue == domain })?.key {
      Self.delete(path, from: &tree)
    }
    // Snapshots held by others forget the domain as a permission, too.
    for id in clients.keys {
      for transaction in clients[id]?.transactions.keys.map({ $0 }) ?? [] {
        forget(domain, id, transaction)
      }
    }
  }

  private mutating func forget(_ domain: UInt16, _ client: Int, _ transaction: UInt32) {
    guard var held = clients[client]?.transactions[transaction], var seen = held.tree else {
      return
    }
    for key in seen.keys {
      let kept = (seen[key]?.permissions ?? []).enumerated().filter {
        $0.offset == 0 || $0.element.domain.rawValue != domain
      }
      seen[key]?.permissions = kept.map(\.element)
    }
    held.tree = seen
    clients[client]?.transactions[transaction] = held
  }

  // MARK: Handing over

  /// Another server goes on: it knows of transactions what they did, not what they saw.
  mutating func handOver() {
    for client in clients.keys.sorted() {
      let open = clients[client]?.transactions ?? [:]
      clients[client]?.nextTransaction = (open.keys.max() ?? 0) + 1
      for (id, var held) in open {
        look(client, &held)
        var seen = tree
        for (operation, answer) in held.log where answer == .ok {
          repeatResult(operation, path(client, operation), of: held.tree ?? [:], in: &seen)
        }
        var moved = Transaction(tree: seen, log: held.log)
        moved.isBroken = true
        clients[client]?.transactions[id] = moved
      }
    }
  }

  private func repeatResult(
    _ operation: Operation, _ path: String, of result: Tree, in tree: inout Tree
  ) {
    let item = result[path]
    if case .remove = operation, tree[path] != nil { Self.delete(path, from: &tree) }
    guard let item else {
      if tree[path] != nil { Self.delete(path, from: &tree) }
      return
    }
    var missing: [String] = []
    var current = path
    while tree[current] == nil {
      missing.append(current)
      current = Self.parent(current)
    }
    for path in missing.reversed() {
      tree[path] = Item(permissions: item.permissions)
      tree[Self.parent(path)]?.children.append(Self.name(path))
    }
    tree[path]?.value = item.value
    tree[path]?.permissions = item.permissions
  }
}
