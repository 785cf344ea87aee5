import XenStoreWire

extension XenStore {
  /// What the store holds, for a person.
  public var summary: String {
    let open = connections.count { $0.isOpen }
    let transactions = connections.reduce(0) { $0 &+ $1.transactions.count }
    return "nodes \(nodes.tree.nodeCount)\nconnections \(open)\nwatches \(watches.count)\n"
      + "transactions \(transactions)\ndomains \(domains.count)\n"
  }

  /// How many nodes there are.
  public var nodeCount: Int { Int(nodes.tree.nodeCount) }

  /// Looks for a broken invariant, at once; nil when there is none.
  ///
  /// - Complexity: grows with the number of nodes and pages.
  public func inconsistency() -> String? {
    var pages = PageCount()
    pages.add(nodes.tree)
    for connection in connections where connection.isOpen {
      for transaction in connection.transactions { pages.add(transaction.tree) }
    }
    if let check { pages.add(check.tree) }
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
    var walk = TreeWalk(nodes.tree)
    guard case .broken(let fault) = walk.step(nodes, budget: .max &>> 1) else { return nil }
    return fault
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

/// A walk over one version of the tree that adds up what owners use, as many nodes at a time as its
/// caller likes.
struct TreeWalk {
  private var usage: [UInt16: (nodes: Int32, bytes: Int64)] = [:]
  private(set) var count = 0
  private var stack: [Int32]

  init(_ tree: borrowing Tree) { stack = [NodeStore.root] + tree.detached }

  /// What a part of the walk came to.
  enum Progress: Equatable {
    case more
    case sound
    case broken(String)
  }

  /// Looks at about so many nodes of the version that `nodes` shows.
  mutating func step(_ nodes: borrowing NodeStore, budget: Int) -> Progress {
    let limit = count &+ budget
    while count < limit {
      guard let id = stack.popLast() else { return finish(nodes) }
      if let fault = visit(id, nodes) { return .broken(fault) }
    }
    return .more
  }

  private mutating func visit(_ id: Int32, _ nodes: borrowing NodeStore) -> String? {
    let node = nodes.node(id)
    count &+= 1
    let size = MemoryLayout<Node>.stride &+ SizeClass.size(Int(node.blob & 31))
    usage[node.owner, default: (0, 0)].nodes &+= 1
    usage[node.owner, default: (0, 0)].bytes &+= Int64(size)
    var child = node.firstChild
    var previous: Int32 = -1
    while child >= 0 {
      if nodes.node(child).parent != id { return "node \(child) has another parent" }
      if nodes.node(child).previous != previous { return "node \(child) has another brother" }
      var name: [UInt8] = []
      nodes.appendName(nodes.node(child), to: &name)
      let hash = nodes.childHash(id, name.span, 0..<name.count)
      if nodes.child(id, name.span, 0..<name.count, hash) != child {
        return "node \(child) is not found by its name"
      }
      stack.append(child)
      previous = child
      child = nodes.node(child).next
    }
    return node.lastChild == previous ? nil : "node \(id) has another last child"
  }

  private func finish(_ nodes: borrowing NodeStore) -> Progress {
    if count != nodes.tree.nodeCount {
      return .broken("\(count) nodes, counted \(nodes.tree.nodeCount)")
    }
    for owner in UInt16(0)..<200 {
      let sum = usage[owner] ?? (0, 0)
      let found = nodes.usage(owner)
      if found.nodes != sum.nodes || found.bytes != sum.bytes {
        return .broken("domain \(owner) owns \(sum), charged \(found.nodes) and \(found.bytes)")
      }
      if owner != 0 {
        var listed: Int32 = 0
        var id = found.firstNode
        while id >= 0 {
          listed &+= 1
          id = nodes.node(id).ownerNext
        }
        if listed != sum.nodes { return .broken("domain \(owner) lists \(listed) of \(sum.nodes)") }
      }
    }
    return .sound
  }
}
