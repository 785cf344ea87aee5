import XenStoreWire

extension Model {
  private func mayHear(_ client: Client, _ path: Int, _ view: View?) -> Bool {
    guard let item = item(path, view) else { return false }
    if access(client, item.grants).contains(.read) { return true }
    guard path != 0, let above = self.item(paths.parents[path], view) else { return false }
    return access(client, above.grants).contains(.read)
  }

  /// Sends an event of a watch: the path as the client named its beginning.
  mutating func send(_ place: String, _ index: Int, _ path: String, group: Int) {
    guard let watch = watches[place]?[index], let drains = clients[watch.client]?.drains else {
      return
    }
    events.append(
      Event(
        client: watch.client,
        path: watch.prefix == 0 ? path : String(path.utf8.dropFirst(watch.prefix)) ?? "",
        token: watch.token,
        mayBeMissing: watch.lastPath == path && watch.lastDrain == drains, group: group))
    watches[place]?[index].lastPath = path
    watches[place]?[index].lastDrain = drains
  }

  /// Sends the events of a request that is being merged: the store is as it was, the view as it
  /// will be. A path that was touched before is not told of again.
  mutating func fire(_ client: Client, _ operation: Operation, _ view: View, _ done: inout Set<Int>)
  {
    guard let text = absolute(client, operation.path) else { return }
    switch operation {
    case .read, .directory, .directoryPart, .getPermissions: return
    case .write, .makeDirectory, .remove, .setPermissions: break
    }
    let path = paths.number(text)
    if case .makeDirectory = operation, tree[path] != nil { return }
    let isFirst = done.insert(path).inserted
    if case .remove = operation, tree[path] != nil { fireBelow(path, view, &done) }
    if isFirst { fire(path, view) }
  }

  /// Tells those who watch a node below that went: the deepest first.
  private mutating func fireBelow(_ path: Int, _ view: View, _ done: inout Set<Int>) {
    var gone: [(depth: Int, path: Int)] = []
    var rest = [(depth: 0, path: path)]
    while let next = rest.popLast() {
      for child in tree[next.path]?.children ?? [] { rest.append((next.depth + 1, child)) }
      if next.path != path, watches[paths.texts[next.path]] != nil, item(next.path, view) == nil {
        gone.append(next)
      }
    }
    guard !gone.isEmpty else { return }
    gone.sort { $0.depth > $1.depth }
    var depth = -1
    for place in gone where done.insert(place.path).inserted {
      if place.depth != depth { lastGroup += 1 }
      depth = place.depth
      let text = paths.texts[place.path]
      for (index, watch) in (watches[text] ?? []).enumerated() {
        guard let client = clients[watch.client], mayHear(client, place.path, nil) else { continue }
        send(text, index, text, group: lastGroup)
      }
    }
  }

  /// Tells those who watch a path or what is above it: who may read it as it was, then who only may
  /// as it will be.
  private mutating func fire(_ path: Int, _ view: View) {
    let line = paths.line(path)
    let existed = tree[path] != nil
    let exists = item(path, view) != nil
    var told: Set<[Int]> = []
    for isOld in [true, false] where isOld ? existed : exists {
      for (level, place) in line.enumerated() {
        let text = paths.texts[place]
        guard let here = watches[text] else { continue }
        for (index, watch) in here.enumerated() where !told.contains([place, index]) {
          if let depth = watch.depth, line.count - 1 - level > depth { continue }
          guard let client = clients[watch.client], mayHear(client, path, isOld ? nil : view) else {
            continue
          }
          if isOld { told.insert([place, index]) }
          send(text, index, paths.texts[path], group: 0)
        }
      }
    }
  }

  /// Tells those who watch for domains.
  mutating func fire(_ special: String, _ domain: UInt16) {
    let exact = "\(special)/\(domain)"
    for place in [special, exact] {
      for (index, watch) in (watches[place] ?? []).enumerated() {
        guard let client = clients[watch.client], let grants = specials[special],
          access(client, grants).contains(.read)
        else { continue }
        switch (watch.depth, place == exact) {
        case (nil, _), (0, true): send(place, index, place, group: 0)
        case (1, false): send(place, index, exact, group: 0)
        default: break
        }
      }
    }
  }
}
