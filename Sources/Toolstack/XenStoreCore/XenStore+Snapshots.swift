import XenStoreWire

// A transaction that never ends keeps the pages that others replace. Nobody can be charged for what
// others write, so there is a bound: past it a guest's transactions let go of what they saw, and all
// that their end can say is EAGAIN.
extension XenStore {
  /// Pages, of about a kilobyte, that may be kept for a guest's transactions.
  static var keptPages: Int { Snapshots.limit }

  /// Takes the snapshot of a connection's transaction.
  mutating func forkForTransaction(_ index: Int) -> Tree {
    let caller = connections[index].caller
    return nodes.fork(for: caller.isPrivileged ? -1 : caller.connection)
  }

  /// Lets go of the snapshots of guests that keep too much. Only those are looked at.
  mutating func breakOldTransactions() {
    // What one lets go of may fall to another.
    while let owner = nodes.snapshots.crowded.popLast() {
      guard nodes.snapshots.count(owner) > Self.keptPages else { continue }
      let index = Int(owner)
      for position in connections[index].transactions.indices
      where connections[index].transactions[position].sight == .fork {
        nodes.drop(connections[index].transactions[position].tree)
        connections[index].transactions[position].tree = forkForTransaction(index)
        connections[index].transactions[position].isBroken = true
      }
    }
  }
}
