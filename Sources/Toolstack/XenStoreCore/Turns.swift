import XenStoreWire

/// Transactions that conflict could make each other start over for ever, and each attempt costs all.
/// So who was told EAGAIN takes turns with others who were: the first request of the next transaction
/// of each that looks at the store is served when the transaction before it has ended. Starting one
/// never waits, so that a turn takes no longer than its own requests do. Who is told
/// EAGAIN twice in a row has those take turns with it, too, who committed in the meantime: one that is
/// always a little faster would win for ever. Who has no part in conflicts never waits.
struct Turns {
  /// Whose turn it is; -1 for nobody's.
  var holder = -1
  /// The transaction that its turn is for; 0 before it began.
  var transaction: UInt32 = 0
  /// Connections with a transaction whose first look waits.
  var waiting: [Int] = []
  /// Counts turns.
  var count = 0

  /// Who committed lately, and the generation of the store that this made; the oldest is replaced.
  var commits: [(connection: Int, generation: UInt64)] = []
  var nextCommit = 0

  /// How many transactions take turns after a conflict.
  static let afterConflict = 64
}

extension XenStore {
  /// Whether somebody waits for a turn: then the owner calls `passTurn` after a few milliseconds,
  /// since the one whose turn it is may never end.
  public var hasTurnWaiters: Bool { !turns.waiting.isEmpty }

  /// Counts turns: while it stays the same, so does the one whose turn it is.
  public var turnCount: Int { turns.count }

  /// Lets the next one begin although the one whose turn it was has not ended.
  public mutating func passTurn() {
    guard turns.holder >= 0, !turns.waiting.isEmpty else { return }
    // It had its time: it shall not hold up others again.
    connections[turns.holder].conflicts = 0
    turns.holder = -1
    grantTurn()
  }

  /// Makes a transaction's first look at the store wait when it is another's turn; true when it waits.
  @inline(__always)
  mutating func waitsForTurn(_ index: Int, _ header: MessageHeader) -> Bool {
    takesTurns && connections[index].conflicts > 0 && takesTurn(index, header)
  }

  /// The same for a connection whose transactions take turns.
  private mutating func takesTurn(_ index: Int, _ header: MessageHeader) -> Bool {
    guard isLook(index, header.type),
      connections[index].transactions.contains(where: {
        $0.id == header.transactionID && $0.sight == .nothing
      })
    else { return false }
    if turns.holder < 0 { giveTurn(to: index) }
    guard turns.holder == index else {
      connections[index].isWaiting = true
      turns.waiting.append(index)
      return true
    }
    if turns.transaction == 0 { turns.transaction = header.transactionID }
    return false
  }

  /// Whether a request of that type in a blind transaction has it see the store.
  private func isLook(_ index: Int, _ type: UInt32) -> Bool {
    switch MessageType(rawValue: type) {
    case .read, .directory, .directoryPart, .makeDirectory, .remove, .getPermissions,
      .setPermissions:
      true
    case .write: !connections[index].caller.isPrivileged
    default: false
    }
  }

  private mutating func giveTurn(to index: Int) {
    turns.holder = index
    turns.transaction = 0
    turns.count &+= 1
  }

  /// Remembers a transaction that was committed.
  mutating func noteCommit(_ index: Int) {
    connections[index].losses = 0
    let commit = (connection: index, generation: nodes.tree.generation)
    if turns.commits.count < 16 {
      turns.commits.append(commit)
    } else {
      turns.commits[turns.nextCommit & 15] = commit
      turns.nextCommit &+= 1
    }
  }

  /// Has a connection take turns whose transaction could not be committed.
  mutating func noteLoss(_ index: Int, since base: UInt64) {
    connections[index].conflicts = Turns.afterConflict
    connections[index].losses &+= 1
    guard connections[index].losses > 1 else { return }
    for commit in turns.commits where commit.generation > base {
      connections[commit.connection].conflicts = Turns.afterConflict
    }
  }

  /// Ends a connection's turn, and its waiting.
  mutating func leaveTurn(_ index: Int) {
    if !turns.waiting.isEmpty { turns.waiting.removeAll { $0 == index } }
    guard turns.holder == index else { return }
    turns.holder = -1
    grantTurn()
  }

  /// Lets go on who waited longest.
  private mutating func grantTurn() {
    guard turns.holder < 0, !turns.waiting.isEmpty else { return }
    let next = turns.waiting.removeFirst()
    giveTurn(to: next)
    connections[next].isWaiting = false
    resumed.append(ConnectionID(index: next))
  }
}
