import XenStoreWire

/// Transactions that conflict could make each other start over for ever, and each attempt costs all.
/// So who was told EAGAIN takes turns with others who were: the next transaction of each begins when
/// the one before it has ended. Who is told so twice in a row has those take turns with it, too, who
/// committed in the meantime: one that is always a little faster would win for ever. Who has no part
/// in conflicts never waits.
struct Turns {
  /// A start of a transaction that waits.
  struct Waiting {
    var connection: Int
    var header: MessageHeader
  }

  /// Whose turn it is; -1 for nobody's.
  var holder = -1
  /// The transaction that its turn is for; 0 before it began.
  var transaction: UInt32 = 0
  var waiting: [Waiting] = []
  /// Counts turns.
  var count = 0

  /// Who committed lately, and the generation of the store that this made; the oldest is replaced.
  var commits: [(connection: Int, generation: UInt64)] = []
  var nextCommit = 0

  /// How many transactions take turns after a conflict.
  static let afterConflict = 16
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

  /// Makes the start of a transaction wait when it is another's turn; true when it waits.
  mutating func waitsForTurn(_ caller: Caller, _ header: MessageHeader) -> Bool {
    let index = Int(caller.connection)
    guard takesTurns, connections[index].conflicts > 0 else { return false }
    guard turns.holder >= 0, turns.holder != index else {
      turns.holder = index
      turns.transaction = 0
      turns.count &+= 1
      return false
    }
    connections[index].isWaiting = true
    turns.waiting.append(Turns.Waiting(connection: index, header: header))
    return true
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
    if !turns.waiting.isEmpty { turns.waiting.removeAll { $0.connection == index } }
    guard turns.holder == index else { return }
    turns.holder = -1
    grantTurn()
  }

  /// Begins the transaction of the one who waited longest.
  private mutating func grantTurn() {
    while turns.holder < 0, !turns.waiting.isEmpty {
      let next = turns.waiting.removeFirst()
      turns.holder = next.connection
      turns.transaction = 0
      turns.count &+= 1
      connections[next.connection].isWaiting = false
      resumed.append(ConnectionID(index: next.connection))
      let saved = reply
      reply.removeAll()
      begin(next)
      reply = saved
    }
  }

  private mutating func begin(_ next: Turns.Waiting) {
    var type = next.header.type
    do throws(StoreError) {
      try startTransaction(connections[next.connection].caller)
    } catch {
      reply.removeAll(keepingCapacity: true)
      error.append(to: &reply)
      type = MessageType.error.rawValue
      turns.holder = -1
    }
    answer(next.connection, type, next.header.requestID, next.header.transactionID)
  }
}
