import XenStoreWire

extension XenStore {
  /// What the store holds, for a person.
  public var summary: String {
    let open = connections.count { $0.isOpen }
    let transactions = connections.reduce(0) { $0 &+ $1.transactions.count }
    return "nodes \(nodes.tree.nodeCount)\nconnections \(open)\nwatches \(watches.count)\n"
      + "transactions \(transactions)\ndomains \(domains.count)\n"
  }

  /// Looks for a broken invariant; nil when there is none.
  ///
  /// - Complexity: grows with the number of nodes and pages.
  public func inconsistency() -> String? {
    var pages = PageCount()
    pages.add(nodes.tree)
    for connection in connections where connection.isOpen {
      for transaction in connection.transactions { pages.add(transaction.tree) }
    }
    for fork in nodes.snapshots.open {
      for page in fork.kept { pages.insert(page.array, page.page) }
    }
    let all =
      nodes.nodes.pages.all &+ nodes.buckets.pages.all &+ nodes.owners.pages.all
      &+ nodes.blobs.reduce(0) { $0 &+ $1.pages.all }
    let free =
      nodes.nodes.pages.free &+ nodes.buckets.pages.free &+ nodes.owners.pages.free
      &+ nodes.blobs.reduce(0) { $0 &+ $1.pages.free }
    if pages.count &+ free != all {
      return "\(pages.count) pages in use and \(free) free of \(all)"
    }
    return nodes.inconsistency()
  }
}

/// The pages that anything refers to, each once.
private struct PageCount {
  private var seen: Set<UInt64> = []
  var count: Int { seen.count }

  mutating func insert(_ array: UInt32, _ page: Int32) {
    if page >= 0 { seen.insert(UInt64(array) &<< 32 | UInt64(UInt32(bitPattern: page))) }
  }

  mutating func add(_ tree: Tree) {
    for page in tree.nodes { insert(0, page) }
    for page in tree.buckets { insert(1, page) }
    for page in tree.owners { insert(2, page) }
    for (place, page) in tree.slotPages.enumerated() {
      insert(3 &+ UInt32(tree.slotClasses[place]), page)
    }
    // A page that a fork replaced is the store's still, or kept for the fork.
  }
}

extension NodeStore {
  /// Walks the current version and adds up what owners use.
  fileprivate func inconsistency() -> String? {
    var usage: [UInt16: (nodes: Int32, bytes: Int64)] = [:]
    var count = 0
    var stack: [Int32] = [Self.root] + tree.detached
    while let id = stack.popLast() {
      let node = node(id)
      count &+= 1
      let size = MemoryLayout<Node>.stride &+ SizeClass.size(Int(node.blob & 31))
      usage[node.owner, default: (0, 0)].nodes &+= 1
      usage[node.owner, default: (0, 0)].bytes &+= Int64(size)
      var child = node.firstChild
      var previous: Int32 = -1
      while child >= 0 {
        if self.node(child).parent != id { return "node \(child) has another parent" }
        if self.node(child).previous != previous { return "node \(child) has another brother" }
        var name: [UInt8] = []
        appendName(self.node(child), to: &name)
        let hash = childHash(id, name.span, 0..<name.count)
        if self.child(id, name.span, 0..<name.count, hash) != child {
          return "node \(child) is not found by its name"
        }
        stack.append(child)
        previous = child
        child = self.node(child).next
      }
      if node.lastChild != previous { return "node \(id) has another last child" }
    }
    if count != tree.nodeCount { return "\(count) nodes, counted \(tree.nodeCount)" }
    for owner in UInt16(0)..<UInt16(200) {
      let sum = usage[owner] ?? (0, 0)
      let found = self.usage(owner)
      if found.nodes != sum.nodes || found.bytes != sum.bytes {
        return "domain \(owner) owns \(sum), charged \(found.nodes) and \(found.bytes)"
      }
      if owner != 0 {
        var listed: Int32 = 0
        var id = found.firstNode
        while id >= 0 {
          listed &+= 1
          id = node(id).ownerNext
        }
        if listed != sum.nodes { return "domain \(owner) lists \(listed) of \(sum.nodes)" }
      }
    }
    return nil
  }
}
