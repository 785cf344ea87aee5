/// The permissions of a node that is added whole.
struct NodeRights {
  /// As a slot holds them, four bytes each.
  var bytes: [UInt8] = []
  var owner: UInt16 = 0
}

/// The buckets of a store that is filled, all in one place: the nodes themselves are too far apart in
/// memory to look at some for each that is added.
struct FillingIndex {
  /// Of each node its hash, in the high half, and the next one of its bucket.
  fileprivate var entries: [UInt64] = []
  private var bucketCount = -1

  init() {}

  /// Makes the index of a store that is empty but for the root; of another it knows nothing.
  init(of store: borrowing NodeStore, reserving count: Int) {
    guard store.tree.nodesUsed == 1 else { return }
    entries.reserveCapacity(count)
    findMemory(for: &entries)
    bucketCount = store.tree.bucketCount
    note(0, 0, -1)
  }

  /// Whether it knows all nodes, and none has gone to another bucket.
  @inline(__always)
  fileprivate func isComplete(for tree: borrowing Tree) -> Bool {
    entries.count == Int(tree.nodesUsed) && bucketCount == tree.bucketCount
  }

  @inline(__always)
  fileprivate mutating func note(_ id: Int32, _ hash: UInt32, _ next: Int32) {
    guard Int(id) == entries.count else { return }
    entries.append(UInt64(hash) &<< 32 | UInt64(UInt32(bitPattern: next)))
  }
}

// A store that is filled gets a hundred thousand nodes while nobody is served: what each costs is
// what clients wait for.
extension NodeStore {
  /// Makes room for so many nodes, and for so many slots of each size class.
  mutating func reserve(_ count: Int, slots: [Int]) {
    let count = min(count, 1 << 24)
    reserveBuckets(count)
    nodes.reserve(count)
    for number in slots.indices { blobs[number].reserve(slots[number]) }
  }

  private mutating func reserveBuckets(_ count: Int) {
    buckets.reserve(count)
    // No node but the root, which is in none: there is nothing to share out to new buckets.
    let isEmpty = tree.nodeCount == 1 && buckets.pages.free == 0
    while tree.bucketCount < count {
      let isNewPage = tree.bucketCount & (buckets.pageCount &- 1) == 0
      addBucket()
      guard isEmpty, isNewPage else { continue }
      tree.bucketCount = min(count, tree.bucketCount &+ buckets.pageCount &- 1)
      while tree.bucketCount >= tree.level &* 2 { tree.level &*= 2 }
    }
  }

  /// The child of that name; -1 when there is none.
  @inline(__always)
  func child(
    _ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32,
    _ index: borrowing FillingIndex
  ) -> Int32 {
    guard index.isComplete(for: tree) else { return child(parent, path, name, hash) }
    var id = buckets[buckets.place(Int32(truncatingIfNeeded: bucket(hash)), tree.buckets)]
    while id >= 0 {
      let entry = index.entries[Int(id)]
      if UInt32(truncatingIfNeeded: entry &>> 32) == hash {
        let node = node(id)
        if node.parent == parent, Int(node.nameLength) == name.count, nameEquals(node, path, name) {
          return id
        }
      }
      id = Int32(truncatingIfNeeded: entry)
    }
    return -1
  }

  /// Adds a child with all that it has; its name must not be taken.
  ///
  /// - Parameters:
  ///   - name: where the name stands in `text`.
  ///   - value: where the value stands in `bytes`.
  mutating func add(
    under parent: Int32, _ text: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32,
    _ rights: borrowing NodeRights, epoch: UInt32, _ bytes: Span<UInt8>, _ value: Range<Int>,
    _ index: inout FillingIndex
  ) -> Int32 {
    if tree.nodeCount >= tree.bucketCount { addBucket() }
    tree.generation &+= 1
    if !snapshots.open.isEmpty { changeShape() }
    let id = takeNumber()
    let length = rights.bytes.count &+ name.count &+ value.count
    let blob = makeSlot(SizeClass.fitting(length))
    let at = ownSlot(blob)
    blobs[Int(blob & 31)].put(rights.bytes.span, text, name, bytes, value, at: at)

    var node = Node()
    node.childGeneration = tree.generation
    node.parent = parent
    node.hash = hash
    node.blob = blob
    node.nameLength = UInt16(truncatingIfNeeded: name.count)
    node.valueLength = UInt16(truncatingIfNeeded: value.count)
    node.owner = rights.owner
    node.permissionCount = UInt16(truncatingIfNeeded: rights.bytes.count &>> 2)
    node.permissionEpoch = epoch
    node.previous = appendChild(id, to: parent)
    let head = ownBucket(bucket(hash))
    node.bucketNext = buckets[head]
    buckets[head] = id
    index.note(id, hash, node.bucketNext)
    chargeNew(id, &node)
    nodes[own(id)] = node
    return id
  }

  /// Makes a node the last child of its parent; returns the one before it.
  @inline(__always)
  private mutating func appendChild(_ id: Int32, to parent: Int32) -> Int32 {
    let above = own(parent)
    let last = nodes[above].lastChild
    nodes[above].lastChild = id
    nodes[above].childGeneration = tree.generation
    if last < 0 {
      nodes[above].firstChild = id
    } else {
      nodes[own(last)].next = id
    }
    return last
  }

  /// Adds a node, which is not stored yet, to what its owner uses.
  @inline(__always)
  private mutating func chargeNew(_ id: Int32, _ node: inout Node) {
    let at = ownOwner(node.owner)
    var usage = owners[at]
    usage.nodes &+= 1
    usage.bytes &+= Int64(MemoryLayout<Node>.stride &+ SizeClass.size(Int(node.blob & 31)))
    if node.owner != 0 {
      node.ownerNext = usage.firstNode
      if usage.firstNode >= 0 { nodes[own(usage.firstNode)].ownerPrevious = id }
      usage.firstNode = id
    }
    owners[at] = usage
  }
}
