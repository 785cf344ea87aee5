import XenStoreWire

// A transaction that never ends keeps the pages that others replace. Nobody can be charged for what
// others write, so there is a bound: past it a guest's transactions let go of what they saw, and all
// that their end can say is EAGAIN.
extension XenStore {
  /// Pages, of about a kilobyte, that may be kept for a guest's transactions.
  static var keptPages: Int { 2048 }

  /// Lets go of the snapshots of guests that keep too much.
  mutating func breakOldTransactions() {
    for index in connections.indices
    where connections[index].isOpen && !connections[index].caller.isPrivileged {
      var count = 0
      for transaction in connections[index].transactions {
        count &+= nodes.snapshots.count(transaction.tree.time)
      }
      guard count > Self.keptPages else { continue }
      for position in connections[index].transactions.indices
      where !connections[index].transactions[position].isBlind {
        nodes.drop(connections[index].transactions[position].tree)
        connections[index].transactions[position].tree = nodes.fork()
        connections[index].transactions[position].isBroken = true
      }
    }
  }
}
