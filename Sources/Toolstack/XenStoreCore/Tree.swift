/// One version of the tree: tables of pages, and counters. Copying it copies no page.
struct Tree {
  /// The slots of one size class that can be given out: freed ones, then those from next to end.
  struct Slots: BitwiseCopyable {
    var firstFree: Int32 = -1
    var next: Int32 = 0
    var end: Int32 = 0
  }

  var version: Version
  /// When the fork was taken; 0 for the store's own version.
  var time: UInt64 = 0
  /// Counts changes; two versions with the same count and the same origin are equal.
  var generation: UInt64 = 1
  var nodes: [Int32] = []
  var nodesUsed: Int32 = 0
  var firstFreeNode: Int32 = -1
  var nodeCount = 0
  var buckets: [Int32] = []
  /// Linear hashing: bucketCount buckets, of which those below bucketCount - level are split.
  var bucketCount = 0
  var level = 1
  /// A page of owners stands here, or -1 where no owner has a node.
  var owners: [Int32] = Array(repeating: -1, count: 65536 / 64)
  /// The pages of slots of all classes: a slot's number says its place here, its class the rest.
  var slotPages: [Int32] = []
  /// The class of each of those pages.
  var slotClasses: [UInt8] = []
  var slots: [Slots] = Array(repeating: Slots(), count: SizeClass.count)
  /// Two versions with the same shape have the same nodes under the same names.
  var shape: UInt64 = 0
  /// Whether no other version has this one's shape: then nodes that come leave it right for what is
  /// known of those that are there.
  var isShapeOwn = false
  /// Detached subtrees whose nodes are yet to be freed, deepest last.
  var detached: [Int32] = []

  /// The same nodes in another version.
  func copied(as version: consuming Version, at time: UInt64) -> Tree {
    Tree(
      version: version, time: time, generation: generation, nodes: nodes, nodesUsed: nodesUsed,
      firstFreeNode: firstFreeNode, nodeCount: nodeCount, buckets: buckets,
      bucketCount: bucketCount, level: level, owners: owners, slotPages: slotPages,
      slotClasses: slotClasses, slots: slots, shape: shape, detached: detached)
  }

  /// Stands for a fork that is not taken yet.
  static var none: Tree { Tree(version: Version(token: 0, isFork: true), owners: [], slots: []) }
}

/// The nodes of all versions of the tree. `tree` is the version that calls read and write; the
/// store's own, unless a transaction's has been exchanged for it.
struct NodeStore {
  var nodes = PagedArray(number: 0, shift: 5, stride: 1, zero: Node())
  var buckets = PagedArray(number: 1, shift: 8, stride: 1, zero: Int32(-1))
  var owners = PagedArray(number: 2, shift: 6, stride: 1, zero: OwnerUsage())
  var blobs: [PagedArray<UInt8>] = []
  var snapshots = Snapshots()
  var tree: Tree
  /// What forks that were adopted leave, empty: others use the space of its lists again.
  var spareVersions: [Version] = []
  /// The last shape that was given out.
  var lastShape: UInt64 = 0
  let seed: UInt64

  static let root: Int32 = 0

  /// Makes a tree of one node, whose only permission is its owner's.
  init(seed: UInt64) {
    self.seed = seed
    tree = Tree(version: Version(token: 1, isFork: false))
    for number in 0..<SizeClass.count {
      blobs.append(
        PagedArray(
          number: UInt32(3 &+ number), shift: SizeClass.shift(number),
          stride: SizeClass.size(number), zero: 0))
    }
    addBucket()
    let root = makeNode()
    let place = own(root)
    nodes[place].permissionCount = 1
    nodes[place].blob = makeSlot(SizeClass.fitting(4))
    charge(place, 1)
  }

  // MARK: Reading

  /// Where a node stands.
  @inline(__always)
  func place(_ id: Int32) -> Int { nodes.place(id, tree.nodes) }

  @inline(__always)
  func node(_ id: Int32) -> Node { nodes[place(id)] }

  /// The hash of a child's name below its parent.
  @inline(__always)
  func childHash(_ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>) -> UInt32 {
    let value = hash(
      path, name, seed: seed &+ UInt64(UInt32(bitPattern: parent)) &* 0x9fb2_1c65_1e98_df25)
    return UInt32(truncatingIfNeeded: value ^ value &>> 32)
  }

  /// The child of that name; -1 when there is none.
  @inline(__always)
  func child(_ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32) -> Int32 {
    var id = buckets[buckets.place(Int32(truncatingIfNeeded: bucket(hash)), tree.buckets)]
    while id >= 0 {
      let place = place(id)
      if nodes[place].hash == hash, nodes[place].parent == parent,
        Int(nodes[place].nameLength) == name.count, nameEquals(nodes[place], path, name)
      {
        return id
      }
      id = nodes[place].bucketNext
    }
    return -1
  }

  @inline(__always)
  func nameEquals(_ node: Node, _ path: Span<UInt8>, _ name: Range<Int>) -> Bool {
    let number = Int(node.blob & 31)
    let start = blobPlace(node.blob) &+ Int(node.permissionCount) &* 4
    return blobs[number].equals(start, path, name)
  }

  @inline(__always)
  func blobPlace(_ blob: UInt32) -> Int {
    let number = Int(blob & 31)
    return blobs[number].place(Int32(bitPattern: blob &>> 5), tree.slotPages)
  }

  /// Appends all bytes of a node: its permissions, its name and its value. It changes nothing, but may
  /// use the slots in place, where a copy would count references.
  @inline(__always)
  mutating func appendBlob(_ node: Node, to bytes: inout some ByteSink) {
    let start = blobPlace(node.blob)
    blobs[Int(node.blob & 31)].appendInPlace(start..<start &+ node.blobLength, to: &bytes)
  }

  /// Appends the value of a node.
  @inline(__always)
  func appendValue(_ node: Node, to bytes: inout some ByteSink) {
    let start = blobPlace(node.blob) &+ node.valueOffset
    blobs[Int(node.blob & 31)].append(start..<start &+ Int(node.valueLength), to: &bytes)
  }

  /// Appends the name of a node.
  @inline(__always)
  func appendName(_ node: Node, to bytes: inout some ByteSink) {
    let start = blobPlace(node.blob) &+ Int(node.permissionCount) &* 4
    blobs[Int(node.blob & 31)].append(start..<start &+ Int(node.nameLength), to: &bytes)
  }

  /// The domain and the access bits of a node's permission.
  @inline(__always)
  func permission(_ node: Node, _ index: Int) -> (domain: UInt16, access: UInt8) {
    let at = blobPlace(node.blob) &+ index &* 4
    let array = Int(node.blob & 31)
    return (UInt16(blobs[array][at]) | UInt16(blobs[array][at &+ 1]) << 8, blobs[array][at &+ 2])
  }

  /// What an owner's nodes come to.
  func usage(_ owner: UInt16) -> OwnerUsage {
    guard tree.owners[Int(owner) &>> 6] >= 0 else { return OwnerUsage() }
    return owners[owners.place(Int32(owner), tree.owners)]
  }

  /// Says that nodes went from the current version, or came to it and not to others.
  mutating func changeShape() {
    lastShape &+= 1
    tree.shape = lastShape
    tree.isShapeOwn = true
  }

  // MARK: Pages

  /// Where a node stands, the current version's to write.
  @inline(__always)
  mutating func own(_ id: Int32) -> Int {
    nodes.own(id, &tree.nodes, &tree.version, &snapshots)
  }

  @inline(__always)
  mutating func ownBucket(_ number: Int) -> Int {
    buckets.own(
      Int32(truncatingIfNeeded: number), &tree.buckets, &tree.version, &snapshots)
  }

  @inline(__always)
  mutating func ownSlot(_ blob: UInt32) -> Int {
    let number = Int(blob & 31)
    return blobs[number].own(
      Int32(bitPattern: blob &>> 5), &tree.slotPages, &tree.version, &snapshots)
  }

  mutating func ownOwner(_ owner: UInt16) -> Int {
    let slot = Int(owner) &>> 6
    if tree.owners[slot] < 0 {
      let page = owners.allocate(&tree.version, snapshots)
      for index in 0..<64 { owners[Int(page) &* 64 &+ index] = OwnerUsage() }
      tree.owners[slot] = page
    }
    return owners.own(Int32(owner), &tree.owners, &tree.version, &snapshots)
  }

  mutating func makeNode() -> Int32 {
    let id = takeNumber()
    nodes[own(id)] = Node()
    return id
  }

  /// Counts a node whose number is free; what stands there is anything.
  @inline(__always)
  mutating func takeNumber() -> Int32 {
    let id: Int32
    if tree.firstFreeNode >= 0 {
      id = tree.firstFreeNode
      tree.firstFreeNode = node(id).next
    } else {
      id = tree.nodesUsed
      if Int(id) &>> nodes.shift == tree.nodes.count {
        tree.nodes.append(nodes.allocate(&tree.version, snapshots))
      }
      tree.nodesUsed &+= 1
    }
    tree.nodeCount &+= 1
    return id
  }

  mutating func makeSlot(_ number: Int) -> UInt32 {
    let first = tree.slots[number].firstFree
    if first >= 0 {
      let blob = UInt32(bitPattern: first) &<< 5 | UInt32(number)
      let at = blobPlace(blob)
      var link: UInt32 = 0
      for index in 0..<4 { link |= UInt32(blobs[number][at &+ index]) &<< UInt32(index &* 8) }
      tree.slots[number].firstFree = Int32(bitPattern: link)
      return blob
    }
    if tree.slots[number].next == tree.slots[number].end {
      let shift = blobs[number].shift
      let first = Int32(truncatingIfNeeded: tree.slotPages.count &<< shift)
      tree.slotClasses.append(UInt8(truncatingIfNeeded: number))
      tree.slotPages.append(blobs[number].allocate(&tree.version, snapshots))
      tree.slots[number].next = first
      tree.slots[number].end = first &+ Int32(truncatingIfNeeded: 1 &<< shift)
    }
    let slot = tree.slots[number].next
    tree.slots[number].next = slot &+ 1
    return UInt32(bitPattern: slot) &<< 5 | UInt32(number)
  }

  mutating func freeSlot(_ blob: UInt32) {
    let number = Int(blob & 31)
    let at = ownSlot(blob)
    let link = UInt32(bitPattern: tree.slots[number].firstFree)
    for index in 0..<4 {
      blobs[number][at &+ index] = UInt8(truncatingIfNeeded: link &>> UInt32(index &* 8))
    }
    tree.slots[number].firstFree = Int32(bitPattern: blob &>> 5)
  }

  // MARK: Buckets

  @inline(__always)
  func bucket(_ hash: UInt32) -> Int {
    let number = Int(hash) & (tree.level &* 2 &- 1)
    return number < tree.bucketCount ? number : Int(hash) & (tree.level &- 1)
  }

  /// Adds a bucket and moves into it its share of the bucket that it splits.
  mutating func addBucket() {
    let new = tree.bucketCount
    if new &>> buckets.shift == tree.buckets.count {
      tree.buckets.append(buckets.allocate(&tree.version, snapshots))
    }
    buckets[ownBucket(new)] = -1
    tree.bucketCount &+= 1
    if new > 0 {
      let source = new &- tree.level
      var id = buckets[ownBucket(source)]
      buckets[ownBucket(source)] = -1
      while id >= 0 {
        let next = node(id).bucketNext
        let target = Int(node(id).hash) & (tree.level &* 2 &- 1) == new ? new : source
        let place = own(id)
        let bucket = ownBucket(target)
        nodes[place].bucketNext = buckets[bucket]
        buckets[bucket] = id
        id = next
      }
      if tree.bucketCount == tree.level &* 2 { tree.level &*= 2 }
    }
  }

  mutating func leaveBucket(_ id: Int32) {
    let number = bucket(node(id).hash)
    let after = node(id).bucketNext
    var current = buckets[buckets.place(Int32(truncatingIfNeeded: number), tree.buckets)]
    if current == id {
      buckets[ownBucket(number)] = after
      return
    }
    while current >= 0 {
      let next = node(current).bucketNext
      if next == id {
        nodes[own(current)].bucketNext = after
        return
      }
      current = next
    }
  }

  // MARK: Charging

  /// Adds a node to what its owner uses, or takes it off: always by the node's own fields.
  mutating func charge(_ place: Int, _ sign: Int32) {
    let node = nodes[place]
    let at = ownOwner(node.owner)
    owners[at].nodes &+= sign
    let size = MemoryLayout<Node>.stride &+ SizeClass.size(Int(node.blob & 31))
    owners[at].bytes &+= Int64(sign) &* Int64(size)
  }

  mutating func joinOwner(_ id: Int32) {
    let owner = node(id).owner
    charge(place(id), 1)
    guard owner != 0 else { return }
    let at = ownOwner(owner)
    let first = owners[at].firstNode
    owners[at].firstNode = id
    let mine = own(id)
    nodes[mine].ownerNext = first
    nodes[mine].ownerPrevious = -1
    if first >= 0 { nodes[own(first)].ownerPrevious = id }
  }

  mutating func leaveOwner(_ id: Int32) {
    let node = node(id)
    charge(place(id), -1)
    guard node.owner != 0 else { return }
    if node.ownerPrevious >= 0 {
      nodes[own(node.ownerPrevious)].ownerNext = node.ownerNext
    } else {
      owners[ownOwner(node.owner)].firstNode = node.ownerNext
    }
    if node.ownerNext >= 0 { nodes[own(node.ownerNext)].ownerPrevious = node.ownerPrevious }
  }
}
