extension NodeStore {
  /// Adds a child; its name must not be taken.
  mutating func insert(
    under parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32,
    permissions: [(domain: UInt16, access: UInt8)], epoch: UInt32
  ) -> Int32 {
    if tree.nodeCount >= tree.bucketCount { addBucket() }
    tree.generation &+= 1
    // With no other version, what is known of nodes that exist stays true.
    if !snapshots.open.isEmpty, !tree.isShapeOwn { changeShape() }
    let id = makeNode()
    let blob = makeSlot(SizeClass.fitting(permissions.count &* 4 &+ name.count))
    let number = Int(blob & 31)
    let at = ownSlot(blob)
    putPermissions(permissions, number, at)
    blobs[number].put(path, name, at: at &+ permissions.count &* 4)

    let above = own(parent)
    let last = nodes[above].lastChild
    if last < 0 { nodes[above].firstChild = id }
    nodes[above].lastChild = id
    nodes[above].childGeneration = tree.generation
    if last >= 0 { nodes[own(last)].next = id }
    let head = ownBucket(bucket(hash))
    let place = own(id)
    nodes[place].childGeneration = tree.generation
    nodes[place].parent = parent
    nodes[place].previous = last
    nodes[place].hash = hash
    nodes[place].blob = blob
    nodes[place].nameLength = UInt16(truncatingIfNeeded: name.count)
    nodes[place].owner = permissions[0].domain
    nodes[place].permissionCount = UInt16(truncatingIfNeeded: permissions.count)
    nodes[place].permissionEpoch = epoch
    nodes[place].bucketNext = buckets[head]
    buckets[head] = id
    joinOwner(id)
    return id
  }

  /// Replaces a node's value.
  @inline(__always)
  mutating func setValue(_ id: Int32, _ payload: Span<UInt8>, _ value: Range<Int>) {
    tree.generation &+= 1
    let place = own(id)
    let before = nodes[place]
    let fitting = SizeClass.fitting(before.valueOffset &+ value.count)
    if fitting != Int(before.blob & 31) { move(id, to: fitting, keeping: before.valueOffset) }
    nodes[place].valueLength = UInt16(truncatingIfNeeded: value.count)
    let blob = nodes[place].blob
    let at = ownSlot(blob)
    blobs[Int(blob & 31)].put(payload, value, at: at &+ before.valueOffset)
  }

  /// Gives a node's bytes a slot of another class, keeping the first of them.
  @inline(never)
  private mutating func move(_ id: Int32, to number: Int, keeping length: Int) {
    let old = node(id).blob
    var bytes: [UInt8] = []
    let start = blobPlace(old)
    blobs[Int(old & 31)].append(start..<start &+ length, to: &bytes)
    charge(place(id), -1)
    freeSlot(old)
    let new = makeSlot(number)
    let at = ownSlot(new)
    blobs[number].put(bytes.span, 0..<length, at: at)
    nodes[own(id)].blob = new
    charge(place(id), 1)
  }

  /// Replaces a node's permissions.
  mutating func setPermissions(
    _ id: Int32, _ permissions: [(domain: UInt16, access: UInt8)], epoch: UInt32
  ) {
    tree.generation &+= 1
    let before = node(id)
    var rest: [UInt8] = []
    let start = blobPlace(before.blob)
    blobs[Int(before.blob & 31)].append(
      start &+ Int(before.permissionCount) &* 4..<start &+ before.blobLength, to: &rest)
    leaveOwner(id)
    freeSlot(before.blob)
    let number = SizeClass.fitting(permissions.count &* 4 &+ rest.count)
    let blob = makeSlot(number)
    let at = ownSlot(blob)
    putPermissions(permissions, number, at)
    blobs[number].put(rest.span, 0..<rest.count, at: at &+ permissions.count &* 4)
    let place = own(id)
    nodes[place].blob = blob
    nodes[place].permissionCount = UInt16(truncatingIfNeeded: permissions.count)
    nodes[place].permissionEpoch = epoch
    nodes[place].owner = permissions[0].domain
    joinOwner(id)
  }

  private mutating func putPermissions(
    _ permissions: [(domain: UInt16, access: UInt8)], _ number: Int, _ at: Int
  ) {
    for (index, entry) in permissions.enumerated() {
      blobs[number][at &+ index &* 4] = UInt8(truncatingIfNeeded: entry.domain)
      blobs[number][at &+ index &* 4 &+ 1] = UInt8(truncatingIfNeeded: entry.domain &>> 8)
      blobs[number][at &+ index &* 4 &+ 2] = entry.access
      blobs[number][at &+ index &* 4 &+ 3] = 0
    }
  }

  /// Takes a node and what is below it out of the tree. Its nodes are freed by `reclaim`.
  mutating func detach(_ id: Int32) {
    tree.generation &+= 1
    changeShape()
    let node = node(id)
    let above = own(node.parent)
    nodes[above].childGeneration = tree.generation
    if node.previous < 0 { nodes[above].firstChild = node.next }
    if node.next < 0 { nodes[above].lastChild = node.previous }
    if node.previous >= 0 { nodes[own(node.previous)].next = node.next }
    if node.next >= 0 { nodes[own(node.next)].previous = node.previous }
    nodes[own(id)].next = -1
    leaveBucket(id)
    tree.detached.append(id)
  }

  /// Frees nodes of detached subtrees, children before parents; returns how many.
  ///
  /// A detached node stays in its bucket until it is freed, and its number is not used again before
  /// all below it are gone, so that none of them can turn up under a namesake.
  mutating func reclaim(atMost limit: Int) -> Int {
    var freed = 0
    while freed < limit, let id = tree.detached.last {
      let node = node(id)
      if node.firstChild >= 0 {
        nodes[own(id)].firstChild = -1
        tree.detached.append(node.firstChild)
        continue
      }
      tree.detached.removeLast()
      if node.next >= 0 { tree.detached.append(node.next) }
      leaveBucket(id)
      leaveOwner(id)
      freeSlot(node.blob)
      let place = own(id)
      nodes[place] = Node()
      nodes[place].next = tree.firstFreeNode
      tree.firstFreeNode = id
      tree.nodeCount &-= 1
      freed &+= 1
    }
    if freed > 0 { tree.generation &+= 1 }
    return freed
  }
}
