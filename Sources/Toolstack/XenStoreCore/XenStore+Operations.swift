import XenStoreWire

/// What a request did to the tree.
enum Effectiveness {
  case readOnly
  case changed
}

// The requests on the tree, in and out of transactions: they act on the version that `nodes.tree`
// is. Each checks everything before it changes anything, so that a request that fails leaves no
// trace.
extension XenStore {
  /// Serves a request on the tree; the reply goes into the scratch space.
  ///
  /// - Throws: why it was refused.
  mutating func operate(
    _ caller: Caller, _ request: Request, _ payload: Span<UInt8>, isInTransaction: Bool
  ) throws(StoreError) -> Effectiveness {
    switch request {
    case .read(let path):
      let id = try find(caller, payload, path, .read)
      nodes.appendValue(nodes.node(id), to: &reply)
      return .readOnly
    case .write(let path, let value):
      return try write(caller, payload, path, value, isInTransaction)
    case .directory(let path):
      let id = try find(caller, payload, path, .read)
      try isInTransaction ? listChildren(id) : listChildrenKept(id)
      return .readOnly
    case .directoryPart(let path, let offset):
      let id = try find(caller, payload, path, .read)
      try listChildren(id, from: offset)
      return .readOnly
    case .makeDirectory(let path):
      return try write(caller, payload, path, nil, isInTransaction)
    case .remove(let path): return try remove(caller, payload, path, isInTransaction)
    case .getPermissions(let path):
      try listPermissions(caller, payload, path)
      return .readOnly
    case .setPermissions(let path, let list):
      return try setPermissions(caller, payload, path, list, isInTransaction)
    default: throw .notImplemented
    }
  }

  /// Finds a node that the caller may use so.
  ///
  /// - Throws: `accessDenied` when it may not, or may not even know that the node is missing;
  ///   `notFound` when it is missing.
  @inline(__always)
  private mutating func find(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ wanted: Access
  ) throws(StoreError) -> Int32 {
    let walk = try follow(caller, payload, range, keepsPath: wanted == .write)
    let exists = walk.node >= 0
    guard caller.isPrivileged || access(caller, exists ? walk.node : walk.ancestor).contains(wanted)
    else { throw .accessDenied }
    guard exists else { throw .notFound }
    return walk.node
  }

  /// Lists all names, from what was kept of the last time if nothing changed. Only the store's own
  /// version may: its generations are never given out twice.
  private mutating func listChildrenKept(_ id: Int32) throws(StoreError) {
    let generation = nodes.node(id).childGeneration
    switch lists.append(id, generation, to: &reply) {
    case .appended: return
    case .tooLong: throw .tooBig
    case .unknown: break
    }
    do throws(StoreError) {
      try listChildren(id)
      lists.keep(id, generation, reply)
    } catch {
      lists.keepTooLong(id, generation)
      throw error
    }
  }

  /// Lists all names.
  private mutating func listChildren(_ id: Int32) throws(StoreError) {
    var child = nodes.node(id).firstChild
    while child >= 0 {
      let node = nodes.node(child)
      guard reply.count &+ Int(node.nameLength) < WireLimit.payload else { throw .tooBig }
      nodes.appendName(node, to: &reply)
      reply.append(0)
      child = node.next
    }
  }

  /// Lists as many whole names as fit from a byte offset of the whole list; an empty name follows
  /// the last one.
  private mutating func listChildren(_ id: Int32, from offset: Int) throws(StoreError) {
    reply.append(decimal: nodes.node(id).childGeneration)
    reply.append(0)
    var position = 0
    var child = nodes.node(id).firstChild
    while child >= 0 {
      let node = nodes.node(child)
      let length = Int(node.nameLength) &+ 1
      if position >= offset {
        guard reply.count &+ length <= WireLimit.payload else { return }
        nodes.appendName(node, to: &reply)
        reply.append(0)
      } else if position &+ length > offset {
        throw .invalid
      }
      position &+= length
      child = node.next
    }
    work &+= position &>> 10
    guard offset <= position else { throw .invalid }
    if reply.count < WireLimit.payload { reply.append(0) }
  }

  // MARK: Writing

  /// Sets a value, or with none makes sure that the node exists.
  private mutating func write(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ value: Range<Int>?,
    _ isInTransaction: Bool
  ) throws(StoreError) -> Effectiveness {
    let walk = try follow(caller, payload, range, keepsPath: watches.count > 0)
    var id = walk.node
    let existing = id >= 0 ? id : walk.ancestor
    if !caller.isPrivileged {
      guard access(caller, existing).contains(.write) else { throw .accessDenied }
      let permissions = Int(nodes.node(existing).permissionCount) &* 4
      try check(caller, permissions &+ (value?.count ?? 0), .nodeSize)
    }
    if id < 0 {
      id = try create(caller, walk)
    } else if value == nil {
      ok()
      return .readOnly
    }
    if let value { nodes.setValue(id, payload, value) }
    if !isInTransaction { fire(id, .all) }
    ok()
    return .changed
  }

  /// Makes the missing nodes of a path: they inherit from the nearest that exists, and belong to
  /// whoever makes them unless that is the control domain.
  private mutating func create(_ caller: Caller, _ walk: Walk) throws(StoreError) -> Int32 {
    collectPermissions(walk.ancestor)
    if !caller.isPrivileged {
      permissions[0].domain = caller.domain
      try check(caller, Int(nodes.usage(caller.domain).nodes) &+ walk.missing, .nodes)
      let each = MemoryLayout<Node>.stride &+ 64 &+ permissions.count &* 4
      try checkMemory(caller, adding: walk.missing &* each)
    }
    work &+= walk.missing &>> 2
    var parent = walk.ancestor
    var start = walk.rest
    let text = path
    while start < text.count {
      let end = NodeStore.componentEnd(text.span, start)
      let hash = nodes.childHash(parent, text.span, start..<end)
      parent = nodes.insert(
        under: parent, text.span, start..<end, hash, permissions: permissions, epoch: epoch)
      start = end &+ 1
    }
    return parent
  }

  private mutating func remove(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ isInTransaction: Bool
  ) throws(StoreError) -> Effectiveness {
    _ = try resolve(caller, payload, range)
    guard path.count > 1 else { throw .invalid }
    let walk = walkPath()
    let existing = walk.node >= 0 ? walk.node : walk.ancestor
    guard access(caller, existing).contains(.write) else { throw .accessDenied }
    guard walk.node >= 0 else {
      guard walk.hasParent else { throw .notFound }
      ok()
      return .readOnly
    }
    removeSubtree(walk.node, fires: !isInTransaction)
    ok()
    return .changed
  }

  /// Removes a node whose path is in the scratch space.
  mutating func removeSubtree(_ id: Int32, fires: Bool) {
    if fires {
      fireBelow(id)
      fire(id, .all)
    }
    nodes.detach(id)
  }

  // MARK: Permissions

  private mutating func listPermissions(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) {
    if let special = Special(payload, range) {
      guard
        caller.isPrivileged
          || access(caller, specialPermissions[special.rawValue])
            .contains(.read)
      else { throw .accessDenied }
      for entry in specialPermissions[special.rawValue] { reply.append { entry.append(to: &$0) } }
      return
    }
    let id = try find(caller, payload, range, .read)
    collectPermissions(id)
    for entry in permissions {
      let permission = Permission(
        DomainID(rawValue: entry.domain), Access(rawValue: entry.access))
      reply.append { permission.append(to: &$0) }
    }
    guard reply.count <= WireLimit.payload else { throw .tooBig }
  }

  private mutating func setPermissions(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ list: Range<Int>,
    _ isInTransaction: Bool
  ) throws(StoreError) -> Effectiveness {
    let entries = try parsePermissions(payload, list)
    try check(caller, entries.count, .permissions)
    if let special = Special(payload, range) {
      guard caller.isPrivileged else { throw .accessDenied }
      try know(entries)
      // Who does not exist cannot be meant, nor a namesake that comes later.
      specialPermissions[special.rawValue] = entries.enumerated().filter {
        $0.offset == 0 || births[Int($0.element.domain.rawValue)] != 0
      }.map(\.element)
      // That is outside of transactions.
      note(caller, .setPermissions, payload)
      ok()
      return .readOnly
    }
    if !range.isEmpty, payload[range.lowerBound] == UInt8(ascii: "@") { throw .notFound }
    let id = try find(caller, payload, range, .write)
    let owner = nodes.node(id).owner
    guard isOwner(caller, owner) else { throw .accessDenied }
    guard caller.isPrivileged || entries[0].domain.rawValue == owner else { throw .notPermitted }
    try check(caller, entries.count &* 4 &+ Int(nodes.node(id).valueLength), .nodeSize)
    try know(entries)
    if !isInTransaction { fire(id, .before) }
    permissions.removeAll(keepingCapacity: true)
    for entry in entries { permissions.append((entry.domain.rawValue, entry.access.rawValue)) }
    nodes.setPermissions(id, permissions, epoch: epoch)
    if !isInTransaction { fire(id, .after) }
    ok()
    return .changed
  }

  private func parsePermissions(
    _ payload: Span<UInt8>, _ list: Range<Int>
  ) throws(StoreError) -> [Permission] {
    var entries: [Permission] = []
    var strings = Strings(at: list.lowerBound)
    while let range = strings.next(in: payload) {
      entries.append(try Permission(reading: payload, range))
    }
    guard let owner = entries.first, owner.domain.isReal else { throw .invalid }
    for entry in entries where !entry.domain.isReal && entry.domain != .any { throw .invalid }
    return entries
  }

  /// Remembers the domains that permissions name, so that a later namesake is not taken for them.
  ///
  /// - Throws: `notFound` when the owner does not exist.
  private mutating func know(_ entries: [Permission]) throws(StoreError) {
    for (index, entry) in entries.enumerated() where births[Int(entry.domain.rawValue)] == 0 {
      guard exists(entry.domain) else {
        if index == 0 { throw .notFound }
        continue
      }
      know(entry.domain)
    }
  }
}
