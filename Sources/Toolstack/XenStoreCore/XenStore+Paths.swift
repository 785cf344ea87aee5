import XenStoreWire

/// The special watches, which have permissions like a node's.
enum Special: Int {
  case introduceDomain = 0
  case releaseDomain = 1

  var name: String { self == .introduceDomain ? "@introduceDomain" : "@releaseDomain" }

  init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "@") else { return nil }
    for special in [Special.introduceDomain, .releaseDomain] {
      let name = Array(special.name.utf8)
      if name.count == range.count, equal(name, 0, bytes, range.lowerBound, count: name.count) {
        self = special
        return
      }
    }
    return nil
  }
}

extension XenStore {
  /// Puts the absolute form of a path into the scratch space; returns how long the part is that
  /// was added in front.
  ///
  /// - Throws: `invalid` when it is not a path of a node.
  @inline(__always)
  mutating func resolve(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) -> Int {
    guard !range.isEmpty, payload[range.lowerBound] != UInt8(ascii: "@") else {
      path.removeAll(keepingCapacity: true)
      throw .invalid
    }
    let prefix = recall(caller, payload, range)
    guard
      path.count == 1
        || PathRule.isCanonical(path.span, from: max(1, prefix)),
      !PathRule.isTooLong(path.span, wasRelative: prefix > 0, prefix: prefix)
    else { throw .invalid }
    return prefix
  }

  /// The same for a path that was checked before.
  @inline(__always)
  @discardableResult
  mutating func recall(_ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>) -> Int {
    path.removeAll(keepingCapacity: true)
    var prefix = 0
    if payload[range.lowerBound] != UInt8(ascii: "/") {
      path.append(contentsOf: connections[Int(caller.connection)].prefix)
      prefix = path.count
    }
    append(payload, range, to: &path)
    return prefix
  }

  /// Puts a watched path into the scratch space: a node's, or one that begins with `@`.
  ///
  /// - Throws: `invalid` when it is neither.
  mutating func resolveWatched(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) -> Int {
    guard !range.isEmpty, payload[range.lowerBound] == UInt8(ascii: "@") else {
      return try resolve(caller, payload, range)
    }
    path.removeAll(keepingCapacity: true)
    append(payload, range, to: &path)
    guard path.count > 1, path.count <= WireLimit.relativePath,
      PathRule.isCanonical(path.span, from: 1)
    else { throw .invalid }
    return 0
  }

  /// Follows a request's path.
  ///
  /// - Parameter keepsPath: whether its absolute form is wanted in the scratch space; when the node
  ///   is missing it is there in any case.
  /// - Throws: `invalid` when it is not a path of a node.
  @inline(__always)
  mutating func follow(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, keepsPath: Bool
  ) throws(StoreError) -> Walk {
    let text = payload.extracting(range)
    let hash = hash(text, 0..<text.count, seed: nodes.seed)
    guard let known = paths.find(text, hash, shape: nodes.tree.shape) else {
      _ = try resolve(caller, payload, range)
      return walkPath()
    }
    // What is kept was checked before.
    if keepsPath {
      path.removeAll(keepingCapacity: true)
      append(text, 0..<text.count, to: &path)
    }
    return Walk(node: known.node, ancestor: known.ancestor, rest: text.count, missing: 0)
  }

  /// Checks a request's path.
  ///
  /// - Throws: `invalid` when it is not a path of a node.
  mutating func checkPath(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) {
    let text = payload.extracting(range)
    guard !paths.holds(text, hash(text, 0..<text.count, seed: nodes.seed)) else { return }
    _ = try resolve(caller, payload, range)
  }

  /// Follows the path in the scratch space.
  @inline(__always)
  mutating func walkPath() -> Walk {
    let text = path
    let span = text.span
    let hash = hash(span, 0..<span.count, seed: nodes.seed)
    if let known = paths.find(span, hash, shape: nodes.tree.shape) {
      return Walk(node: known.node, ancestor: known.ancestor, rest: span.count, missing: 0)
    }
    let (directory, start) = paths.above(span, shape: nodes.tree.shape)
    let walk = nodes.walk(span, from: directory, at: start)
    paths.keepDirectory(span, walk, shape: nodes.tree.shape)
    if walk.node >= 0 {
      paths.keep(
        span, hash, shape: nodes.tree.shape, node: walk.node, ancestor: walk.ancestor)
    }
    return walk
  }

  // MARK: Permissions

  /// Whether the domain that a permission names is the one that was meant when it was set.
  @inline(__always)
  func isAlive(_ domain: UInt16, _ epoch: UInt32) -> Bool {
    let born = births[Int(domain)]
    return born != 0 && born <= epoch
  }

  /// What a caller may do with a node.
  @inline(__always)
  func access(_ caller: Caller, _ id: Int32) -> Access {
    if caller.isPrivileged { return [.read, .write] }
    return unprivilegedAccess(caller, nodes.node(id))
  }

  private func unprivilegedAccess(_ caller: Caller, _ node: Node) -> Access {
    if isOwner(caller, node.owner) { return [.read, .write] }
    for index in 1..<max(1, Int(node.permissionCount)) {
      let entry = nodes.permission(node, index)
      guard isMeant(caller, entry.domain), isAlive(entry.domain, node.permissionEpoch) else {
        continue
      }
      return Access(rawValue: entry.access)
    }
    return Access(rawValue: nodes.permission(node, 0).access)
  }

  @inline(__always)
  func isOwner(_ caller: Caller, _ owner: UInt16) -> Bool {
    caller.isPrivileged || owner == caller.domain || Int32(owner) == caller.target
  }

  @inline(__always)
  private func isMeant(_ caller: Caller, _ domain: UInt16) -> Bool {
    domain == caller.domain || Int32(domain) == caller.target || domain == DomainID.any.rawValue
  }

  func access(_ caller: Caller, _ list: [Permission]) -> Access {
    if isOwner(caller, list[0].domain.rawValue) { return [.read, .write] }
    for entry in list.dropFirst()
    where isMeant(caller, entry.domain.rawValue) && births[Int(entry.domain.rawValue)] != 0 {
      return entry.access
    }
    return list[0].access
  }

  /// Collects a node's permissions in the scratch space, without those of domains that are gone.
  mutating func collectPermissions(_ id: Int32) {
    permissions.removeAll(keepingCapacity: true)
    let node = nodes.node(id)
    for index in 0..<Int(node.permissionCount) {
      let entry = nodes.permission(node, index)
      if index == 0 || isAlive(entry.domain, node.permissionEpoch) { permissions.append(entry) }
    }
  }
}
