import XenStoreWire

/// Which watchers of a node are meant: where its permissions change, those who may read it under
/// the old ones and those who only may under the new ones.
enum Watchers {
  case all
  case before
  case after
}

extension XenStore {
  // MARK: Requests

  /// Sets a watch, replies, and sends its first event.
  mutating func watch(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ token: Range<Int>,
    _ depth: Int?, _ header: MessageHeader
  ) throws(StoreError) {
    let index = Int(caller.connection)
    let prefix = try resolveWatched(caller, payload, range)
    if depth != nil, !connections[index].features.contains(.watchDepth) { throw .invalid }
    guard watches.find(caller.connection, path.span, payload, token) < 0 else { throw .exists }
    try check(caller, connections[index].watchCount &+ 1, .watches, .tooBig)
    let bytes = watchBytes(path: path.count, token: token.count)
    try checkMemory(caller, adding: bytes)
    guard path.count &- prefix &+ token.count &+ 2 <= WireLimit.payload else { throw .tooBig }
    let text = path
    var tokenBytes: [UInt8] = []
    tokenBytes.reserveCapacity(token.count &+ 1)
    append(payload, token, to: &tokenBytes)
    tokenBytes.append(0)
    let id = addWatch(caller, tokenBytes, prefix: prefix, depth: depth)
    noteForRing(caller, .watch, payload)
    ok()
    answer(index, header.type, header.requestID, header.transactionID)
    sendEvent(id, text.span)
  }

  /// Adds a watch on the path in the scratch space; the token has its nul.
  mutating func addWatch(
    _ caller: Caller, _ token: [UInt8], prefix: Int, depth: Int?
  ) -> Int32 {
    let index = Int(caller.connection)
    let bytes = watchBytes(path: path.count, token: token.count &- 1)
    let watch = WatchTable.Watch(
      connection: caller.connection, place: -1, token: token, prefix: prefix, depth: depth)
    let text = path
    let id = watches.add(text.span, watch, first: &connections[index].firstWatch)
    connections[index].watchCount &+= 1
    connections[index].watchBytes &+= bytes
    watches[id].bytes = bytes
    return id
  }

  private func watchBytes(path: Int, token: Int) -> Int {
    path &+ token &+ MemoryLayout<WatchTable.Watch>.stride
  }

  mutating func unwatch(
    _ caller: Caller, _ payload: Span<UInt8>, _ range: Range<Int>, _ token: Range<Int>
  ) throws(StoreError) {
    // What is no path cannot be watched.
    guard (try? resolveWatched(caller, payload, range)) != nil else { throw .notFound }
    let id = watches.find(caller.connection, path.span, payload, token)
    guard id >= 0 else { throw .notFound }
    removeWatch(id)
    noteForRing(caller, .unwatch, payload)
    ok()
  }

  mutating func removeWatch(_ id: Int32) {
    let index = Int(watches[id].connection)
    connections[index].watchCount &-= 1
    connections[index].watchBytes &-= watches[id].bytes
    watches.remove(id, first: &connections[index].firstWatch)
  }

  // MARK: Events

  /// Sends events for a change of the node whose path is in the scratch space.
  @inline(__always)
  mutating func fire(_ id: Int32, _ which: Watchers) {
    guard watches.count > 0 else { return }
    fireMatches(id, which)
  }

  private mutating func fireMatches(_ id: Int32, _ which: Watchers) {
    let text = path
    if which != .after {
      matches.removeAll(keepingCapacity: true)
      watches.collect(text.span, into: &matches)
    }
    guard !matches.isEmpty else { return }
    for position in matches.indices {
      let watch = matches[position]
      guard watch >= 0 else { continue }
      let caller = connections[Int(watches[watch].connection)].caller
      guard caller.isPrivileged || mayHear(caller, id) else { continue }
      if which == .before { matches[position] = -1 }
      sendEvent(watch, text.span)
    }
  }

  /// Whether an event for the path in the scratch space matches any watch.
  mutating func isWatched() -> Bool {
    let text = path
    matches.removeAll(keepingCapacity: true)
    watches.collect(text.span, into: &matches)
    return !matches.isEmpty
  }

  /// Whether a watcher may know of a change: who may read the node or its parent.
  private func mayHear(_ caller: Caller, _ id: Int32) -> Bool {
    if access(caller, id).contains(.read) { return true }
    let parent = nodes.node(id).parent
    return parent >= 0 && access(caller, parent).contains(.read)
  }

  /// Sends an event to one watch, unless the same is still unread.
  mutating func sendEvent(_ id: Int32, _ text: Span<UInt8>) {
    if isReplaying { return }
    let index = Int(watches[id].connection)
    let prefix = watches[id].prefix
    let length = text.count &- prefix &+ 1 &+ watches[id].token.count
    guard length <= WireLimit.payload else { return }
    let caller = connections[index].caller
    if !caller.isPrivileged {
      guard (try? check(caller, memory(caller) &+ length, .memory)) != nil else { return }
    }
    let mark = hash(text, 0..<text.count, seed: UInt64(length))
    let drains = connections[index].drains
    if watches[id].lastDrain == drains, watches[id].lastEvent == mark { return }
    watches[id].lastDrain = drains
    watches[id].lastEvent = mark
    work &+= 1
    let header = MessageHeader(
      type: MessageType.watchEvent.rawValue, requestID: 0, transactionID: 0,
      length: UInt32(truncatingIfNeeded: length))
    connections[index].output.append(header)
    connections[index].output.append(text, prefix..<text.count)
    connections[index].output.append(0)
    connections[index].output.append(contentsOf: watches[id].token)
    touch(index)
  }

  /// A watched place below a node, and the node that stands there.
  struct Below {
    var place: Int32
    var node: Int32
    var path: [UInt8]
  }

  /// Finds the watched places below the node whose path is in the scratch space, where nodes exist;
  /// the highest first.
  func collectBelow(_ id: Int32) -> [Below] {
    let top = watches.place(path.span)
    guard top >= 0 else { return [] }
    var found = [Below(place: top, node: id, path: path)]
    var next = 0
    while next < found.count {
      let here = found[next]
      next &+= 1
      var child = watches.places[Int(here.place)].firstChild
      while child >= 0 {
        let name = watches.places[Int(child)].name
        let hash = nodes.childHash(here.node, name.span, 0..<name.count)
        let node = nodes.child(here.node, name.span, 0..<name.count, hash)
        if node >= 0 {
          found.append(
            Below(place: child, node: node, path: here.path + [UInt8(ascii: "/")] + name))
        }
        child = watches.places[Int(child)].next
      }
    }
    found.removeFirst()
    return found
  }

  /// Sends events to the watches that are set below a node which is about to be removed, on nodes
  /// that exist: those deeper down first.
  mutating func fireBelow(_ id: Int32) {
    guard watches.count > 0 else { return }
    for below in collectBelow(id).reversed() { fireExactly(below) }
  }

  /// Sends an event to the watches set on that very place.
  mutating func fireExactly(_ below: Below) {
    var watch = watches.places[Int(below.place)].firstWatch
    while watch >= 0 {
      let caller = connections[Int(watches[watch].connection)].caller
      if caller.isPrivileged || mayHear(caller, below.node) { sendEvent(watch, below.path.span) }
      watch = watches[watch].nextHere
    }
  }

  /// Sends the events of a special watch.
  mutating func fire(_ special: Special, _ domain: DomainID) {
    let plain = Array(special.name.utf8)
    var exact = plain + [UInt8(ascii: "/")]
    Decimal.append(UInt64(domain.rawValue), to: &exact)
    for (path, isExact) in [(plain, false), (exact, true)] {
      let place = watches.place(path.span)
      var watch = place >= 0 ? watches.places[Int(place)].firstWatch : -1
      while watch >= 0 {
        let next = watches[watch].nextHere
        let caller = connections[Int(watches[watch].connection)].caller
        if caller.isPrivileged
          || access(caller, specialPermissions[special.rawValue]).contains(.read)
        {
          switch watches[watch].depth {
          case nil: sendEvent(watch, path.span)
          case 0 where isExact: sendEvent(watch, path.span)
          case 1 where !isExact: sendEvent(watch, exact.span)
          default: break
          }
        }
        watch = next
      }
    }
  }
}
