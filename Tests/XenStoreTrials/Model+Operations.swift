import XenStoreWire

extension Model {
  /// The absolute form of a path; nil when it is none.
  func absolute(_ client: Client, _ path: String) -> String? {
    guard let first = path.utf8.first, first != UInt8(ascii: "@") else { return nil }
    var last: UInt8 = 0
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f, 0x40: break
      case 0x2f where last != 0x2f: break
      default: return nil
      }
      last = byte
    }
    if path == "/" { return path }
    if last == 0x2f { return nil }
    return first == 0x2f ? path : "/local/domain/\(client.domain)/\(path)"
  }

  /// What a request does to a view, and whether that changed it.
  mutating func perform(
    _ client: Client, _ operation: Operation, _ view: inout View
  ) -> (Answer, changed: Bool) {
    if case .setPermissions(let path, let list) = operation {
      return setPermissions(client, path, list, &view)
    }
    guard let text = absolute(client, operation.path) else { return (.error(.invalid), false) }
    let path = paths.number(text)
    var near = path
    while item(near, view) == nil { near = paths.parents[near] }
    guard let nearest = item(near, view) else { return (.error(.inputOutput), false) }
    let rights = access(client, nearest.grants)
    switch operation {
    case .read, .directory, .directoryPart, .getPermissions:
      guard rights.contains(.read) else { return (.error(.accessDenied), false) }
      guard near == path else { return (.error(.notFound), false) }
      return (.bytes(answer(operation, nearest)), false)
    case .write, .makeDirectory:
      return write(client, operation, path, near, nearest, rights, &view)
    case .remove:
      guard path != 0 else { return (.error(.invalid), false) }
      guard rights.contains(.write) else { return (.error(.accessDenied), false) }
      guard near == path else {
        return (near == paths.parents[path] ? .ok : .error(.notFound), false)
      }
      delete(path, &view)
      return (.ok, true)
    case .setPermissions: return (.error(.notImplemented), false)
    }
  }

  private func answer(_ operation: Operation, _ item: Item) -> [UInt8] {
    var bytes: [UInt8] = []
    switch operation {
    case .directory, .directoryPart:
      for child in item.children {
        bytes += paths.name(child).utf8
        bytes.append(0)
      }
      if case .directoryPart = operation { bytes.append(0) }
    case .getPermissions:
      for (index, grant) in item.grants.enumerated() where index == 0 || isAlive(grant) {
        Permission(DomainID(rawValue: grant.domain), grant.access).append(to: &bytes)
      }
    default: bytes = item.value
    }
    return bytes
  }

  private mutating func write(
    _ client: Client, _ operation: Operation, _ path: Int, _ near: Int, _ nearest: Item,
    _ rights: Access, _ view: inout View
  ) -> (Answer, changed: Bool) {
    guard rights.contains(.write) else { return (.error(.accessDenied), false) }
    var value: [UInt8]?
    if case .write(_, let bytes) = operation { value = bytes }
    if !client.isPrivileged, (value?.count ?? 0) + 4 * nearest.grants.count > 2048 {
      return (.error(.noSpace), false)
    }
    if near != path {
      guard create(client, path, near, nearest, &view) else { return (.error(.noSpace), false) }
    } else if value == nil {
      return (.ok, false)
    }
    if let value, var item = item(path, view) {
      item.value = value
      set(path, item, &view)
    }
    return (.ok, true)
  }

  /// Makes what is missing of a path; false when that is more than the client may own.
  private mutating func create(
    _ client: Client, _ path: Int, _ near: Int, _ nearest: Item, _ view: inout View
  ) -> Bool {
    var missing: [Int] = []
    var current = path
    while current != near {
      missing.append(current)
      current = paths.parents[current]
    }
    var grants = nearest.grants.enumerated().filter { $0.offset == 0 || isAlive($0.element) }
      .map(\.element)
    if !client.isPrivileged {
      grants[0].domain = client.domain
      guard view.owned[client.domain, default: 0] + missing.count <= nodeLimit else {
        return false
      }
    }
    for path in missing.reversed() {
      stamp += 1
      set(path, Item(grants: grants, stamp: stamp), &view)
      let parent = paths.parents[path]
      if var above = item(parent, view) {
        above.children.append(path)
        set(parent, above, &view)
      }
    }
    return true
  }

  /// Removes a node with all below it.
  func delete(_ path: Int, _ view: inout View) {
    let parent = paths.parents[path]
    if var above = item(parent, view) {
      above.children.removeAll { $0 == path }
      set(parent, above, &view)
    }
    var doomed = [path]
    while let next = doomed.popLast() {
      doomed += item(next, view)?.children ?? []
      set(next, nil, &view)
    }
  }

  private mutating func setPermissions(
    _ client: Client, _ text: String, _ list: [Permission], _ view: inout View
  ) -> (Answer, changed: Bool) {
    if !client.isPrivileged, list.count > 5 { return (.error(.noSpace), false) }
    if let special = specials[text] {
      guard client.isPrivileged else { return (.error(.accessDenied), false) }
      guard let grants = grants(list) else { return (.error(.notFound), false) }
      _ = special
      specials[text] = grants
      return (.ok, false)
    }
    if text.hasPrefix("@") { return (.error(.notFound), false) }
    guard let absolute = absolute(client, text) else { return (.error(.invalid), false) }
    let path = paths.number(absolute)
    var near = path
    while item(near, view) == nil { near = paths.parents[near] }
    guard var found = item(near, view) else { return (.error(.inputOutput), false) }
    guard access(client, found.grants).contains(.write) else {
      return (.error(.accessDenied), false)
    }
    guard near == path else { return (.error(.notFound), false) }
    if !client.isPrivileged {
      guard found.owner == client.domain else { return (.error(.accessDenied), false) }
      guard list[0].domain.rawValue == found.owner else { return (.error(.notPermitted), false) }
      guard found.value.count + 4 * list.count <= 2048 else { return (.error(.noSpace), false) }
    }
    guard let grants = grants(list) else { return (.error(.notFound), false) }
    stamp += 1
    found.grants = grants
    found.stamp = stamp
    set(path, found, &view)
    return (.ok, true)
  }

  /// Finds out who is meant; nil when the owner does not exist.
  private mutating func grants(_ list: [Permission]) -> [Grant]? {
    var grants: [Grant] = []
    for (index, entry) in list.enumerated() {
      let domain = entry.domain.rawValue
      if domain != 0, entry.domain != .any, domains[domain] == nil {
        if existing.contains(domain) {
          know(domain)
        } else if index == 0 {
          return nil
        }
      }
      let bearer = domains[domain]?.bearer ?? 0
      grants.append(Grant(domain: domain, access: entry.access, bearer: bearer))
    }
    return grants
  }
}
