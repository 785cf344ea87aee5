extension NodeStore {
  /// Takes a snapshot that can be written to.
  ///
  /// - Parameter owner: who is held to a limit for the pages that it keeps; -1 for nobody.
  mutating func fork(for owner: Int32 = -1) -> Tree {
    let time = snapshots.begin(owner)
    tree.version.token = snapshots.clock
    tree.isShapeOwn = false
    var version = spareVersions.popLast() ?? Version(token: 0, isFork: true)
    version.token = snapshots.clock
    return tree.copied(as: version, at: time)
  }

  /// Forgets a fork.
  mutating func drop(_ fork: borrowing Tree) {
    for reference in fork.version.owned { release(reference) }
    close(fork.time)
  }

  /// Makes a fork the store's version and leaves the old one in its place. Nothing may have changed in
  /// the store since the fork was taken.
  mutating func adopt(_ fork: inout Tree) {
    close(fork.time)
    swap(&tree, &fork)
    var version = Version(token: tree.version.token, isFork: false)
    swap(&version, &tree.version)
    tree.time = 0
    for reference in version.replaced where !snapshots.keeps(reference, born: born(reference)) {
      release(reference)
    }
    version.owned.removeAll(keepingCapacity: true)
    version.replaced.removeAll(keepingCapacity: true)
    if spareVersions.count < 4, version.owned.capacity < 256 { spareVersions.append(version) }
  }

  private mutating func close(_ time: UInt64) {
    let (older, kept) = snapshots.end(time)
    for reference in kept where !snapshots.passes(reference, born: born(reference), to: older) {
      release(reference)
    }
  }

  private func born(_ reference: PageReference) -> UInt64 {
    switch reference.array {
    case 0: nodes.born(reference.page)
    case 1: buckets.born(reference.page)
    case 2: owners.born(reference.page)
    default: blobs[Int(reference.array) &- 3].born(reference.page)
    }
  }

  private mutating func release(_ reference: PageReference) {
    switch reference.array {
    case 0: nodes.release(reference.page)
    case 1: buckets.release(reference.page)
    case 2: owners.release(reference.page)
    default: blobs[Int(reference.array) &- 3].release(reference.page)
    }
  }
}
