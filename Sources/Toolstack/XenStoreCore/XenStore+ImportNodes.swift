import XenStoreState
import XenStoreWire

/// Where the last node came to stand, and who may do what with it: the next one is near, and mostly
/// like it.
struct ImportPlace {
  /// A node on the way, and where its name ends in the path; the root ends at 0.
  struct Step {
    var node: Int32
    var end: Int
  }

  /// The first `length` bytes are its path.
  private var path = [UInt8](repeating: 0, count: WireLimit.absolutePath)
  private var length = 0
  /// The first `depth` are the nodes on the way, below the root.
  private var steps: [Step] = []
  private var depth = 0
  /// Its permissions.
  var rights = ImportedRights()
  /// Where all nodes are, as long as no others come or go.
  var index = FillingIndex()

  /// The deepest node that a path has in common with the last one; the place is cut there.
  ///
  /// - Throws: `badPath`.
  @inline(__always)
  mutating func common(with text: Span<UInt8>) throws(ImportError) -> Step {
    guard text.count > 0, text[0] == UInt8(ascii: "/"), text.count <= path.count else {
      throw .badPath
    }
    let common = commonPrefix(path, text, limit: min(text.count, length))
    // The node itself is made or found below its parent, so it must not be the common one.
    while depth > 0 {
      let end = steps[depth &- 1].end
      if end <= common, end < text.count, text[end] == UInt8(ascii: "/") { break }
      depth &-= 1
    }
    let step = depth > 0 ? steps[depth &- 1] : Step(node: NodeStore.root, end: 0)
    length = step.end
    return step
  }

  /// Goes on to a node below the last one.
  @inline(__always)
  mutating func enter(_ node: Int32, end: Int) {
    let step = Step(node: node, end: end)
    if depth < steps.count { steps[depth] = step } else { steps.append(step) }
    depth &+= 1
  }

  /// Ends the way at a path's end.
  @inline(__always)
  mutating func arrive(_ text: Span<UInt8>) {
    copy(text, length..<text.count, into: &path, at: length)
    length = text.count
  }
}

/// The permissions of the last node, without those of domains that are gone.
struct ImportedRights {
  /// As the stream has them; empty when others must not be taken for the same.
  var source: [UInt8] = []
  var entries: [(domain: UInt16, access: UInt8)] = []
  /// As nodes have them.
  var made = NodeRights()
}

extension StateImport {
  /// Takes all nodes that come next: the same as `take` of each `next`, in less time.
  ///
  /// - Parameter refused: is told of each that could not be taken, when the reader is behind it.
  /// - Throws: what is wrong with the next record.
  public mutating func takeNodes(
    from reader: inout StateReader, in stream: Span<UInt8>, into store: inout XenStore,
    refused: (ImportError, StateReader) -> Void
  ) throws(StateError) {
    while let node = try reader.nextNode(in: stream) {
      do throws(ImportError) {
        try take(node, reader.bytes(in: stream), into: &store)
      } catch {
        refused(error, reader)
      }
    }
  }
}

extension XenStore {
  /// Puts a node where its path says, with exactly its permissions and value. Nodes above it that
  /// are missing are made; when their records come, they get what those say.
  mutating func importNode(
    _ record: NodeRecord, _ bytes: Span<UInt8>, _ place: inout ImportPlace
  ) throws(ImportError) {
    if bytes[record.path.lowerBound] == UInt8(ascii: "@") {
      try importSpecial(record, bytes, &place)
      return
    }
    let text = bytes.extracting(record.path)
    let above = try place.common(with: text)
    guard text.count == 1 || PathRule.isCanonical(text, from: above.end &+ 1) else {
      throw .badPath
    }
    let length = max(text.count &- (above.end &+ 1), 0)
    guard record.permissions.count &+ record.value.count &+ length <= SizeClass.largest else {
      throw .tooLong
    }
    try know(record, bytes, &place.rights)
    if text.count == 1 {
      replace(NodeStore.root, record, bytes, place.rights)
      return
    }
    var current = above.node
    var start = above.end &+ 1
    while start < text.count {
      let end = NodeStore.componentEnd(text, start)
      let isLast = end == text.count
      let hash = nodes.childHash(current, text, start..<end)
      var child = nodes.child(current, text, start..<end, hash, place.index)
      if child < 0 {
        child = nodes.add(
          under: current, text, start..<end, hash, place.rights.made, epoch: epoch, bytes,
          isLast ? record.value : 0..<0, &place.index)
      } else if isLast {
        replace(child, record, bytes, place.rights)
      }
      place.enter(child, end: end)
      current = child
      start = end &+ 1
    }
    place.arrive(text)
  }

  /// Gives a node that is there what a record says.
  private mutating func replace(
    _ id: Int32, _ record: NodeRecord, _ bytes: Span<UInt8>, _ rights: ImportedRights
  ) {
    nodes.setPermissions(id, rights.entries, epoch: epoch)
    nodes.setValue(id, bytes, record.value)
  }

  private mutating func importSpecial(
    _ record: NodeRecord, _ bytes: Span<UInt8>, _ place: inout ImportPlace
  ) throws(ImportError) {
    guard let special = Special(bytes, record.path) else { throw .badPath }
    try know(record, bytes, &place.rights)
    specialPermissions[special.rawValue] = place.rights.entries.map {
      Permission(DomainID(rawValue: $0.domain), Access(rawValue: $0.access))
    }
  }

  /// Makes the domains known that a record's permissions name, and collects those entries.
  ///
  /// - Throws: `badPermissions`.
  @inline(__always)
  private mutating func know(
    _ record: NodeRecord, _ bytes: Span<UInt8>, _ rights: inout ImportedRights
  ) throws(ImportError) {
    let count = record.permissions.count
    if count > 0, count == rights.source.count,
      equal(rights.source, 0, bytes, record.permissions.lowerBound, count: count)
    {
      return
    }
    try collect(record, bytes, &rights)
  }

  @inline(never)
  private mutating func collect(
    _ record: NodeRecord, _ bytes: Span<UInt8>, _ rights: inout ImportedRights
  ) throws(ImportError) {
    guard let owner = record.permission(0, in: bytes)?.permission, owner.domain.isReal else {
      throw .badPermissions
    }
    rights = ImportedRights()
    if births[Int(owner.domain.rawValue)] == 0 { know(owner.domain) }
    rights.add(owner)
    for index in 1..<max(1, record.permissionCount) {
      guard let entry = record.permission(index, in: bytes), !entry.isStale else { continue }
      let domain = entry.permission.domain
      if births[Int(domain.rawValue)] == 0 {
        guard domain.isReal, census.holds(domain) else { continue }
        know(domain)
      }
      rights.add(entry.permission)
    }
    // A domain that is left out here may be known by the time of the next node.
    if rights.entries.count == record.permissionCount {
      append(bytes, record.permissions, to: &rights.source)
    }
  }
}

extension ImportedRights {
  fileprivate mutating func add(_ permission: Permission) {
    let domain = permission.domain.rawValue
    if entries.isEmpty { made.owner = domain }
    entries.append((domain, permission.access.rawValue))
    made.bytes += [
      UInt8(truncatingIfNeeded: domain), UInt8(truncatingIfNeeded: domain &>> 8),
      permission.access.rawValue, 0,
    ]
  }
}
