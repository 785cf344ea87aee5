import XenStoreWire

// A transaction sees the store as it was at one moment: when it first looked at it. As long as the
// store has not changed since, it looks at the store itself; before that changes it gets a fork of the
// tree. It may be
// committed when everything it was told would be told again by the store as it is now: then what it
// did is done to the store. Nothing changed in between: the fork becomes the store. Something did:
// its requests are served again on a fresh fork, and every answer must be the same. What it was
// told covers what it found missing, and names in lists; a write that only says OK saw nothing.
//
// A transaction that changed nothing can always be committed: it saw the store at one moment. One that
// only wrote saw nothing: what a caller who may do everything writes cannot fail, so that it is noted,
// and done to the store at the end, or to the fork once something else is asked.
extension XenStore {
  mutating func startTransaction(_ caller: Caller) throws(StoreError) {
    let index = Int(caller.connection)
    let count = connections[index].transactions.count
    try check(caller, count &+ 1, .transactions)
    try checkMemory(caller, adding: Self.transactionCharge)
    var id = connections[index].nextTransaction
    while id == 0 || connections[index].transactions.contains(where: { $0.id == id }) { id &+= 1 }
    connections[index].nextTransaction = id &+ 1
    var transaction = spareTransactions.popLast() ?? Transaction(id)
    transaction.id = id
    connections[index].transactions.append(consume transaction)
    connections[index].transactionBytes &+= Self.transactionCharge
    note(.start, caller, id)
    reply.append(decimal: UInt64(id))
    reply.append(0)
  }

  /// Gives a connection a transaction that it began with a server before this one: what it saw there
  /// is not known here, so all that its end can say is EAGAIN.
  mutating func openBrokenTransaction(_ index: Int, _ id: UInt32) {
    guard !connections[index].transactions.contains(where: { $0.id == id }) else { return }
    var transaction = Transaction(id)
    transaction.tree = forkForTransaction(index)
    transaction.base = nodes.tree.generation
    transaction.sight = .fork
    transaction.isBroken = true
    connections[index].transactions.append(transaction)
    connections[index].transactionBytes &+= Self.transactionCharge
    connections[index].nextTransaction = max(connections[index].nextTransaction, id &+ 1)
  }

  /// Ends such a transaction, when there is one.
  mutating func endBrokenTransaction(_ index: Int, _ id: UInt32) {
    guard let position = connections[index].transactions.firstIndex(where: { $0.id == id }) else {
      return
    }
    nodes.drop(connections[index].transactions.remove(at: position).tree)
    connections[index].transactionBytes &-= Self.transactionCharge
  }

  /// What a transaction is charged besides its requests.
  private static var transactionCharge: Int { 1024 }

  func transaction(_ index: Int, _ id: UInt32) throws(StoreError) -> Int {
    guard let position = connections[index].transactions.firstIndex(where: { $0.id == id }) else {
      throw .notFound
    }
    return position
  }

  /// Serves a request within a transaction.
  mutating func operate(
    _ caller: Caller, _ id: UInt32, _ type: MessageType, _ request: Request,
    _ payload: Span<UInt8>
  ) throws(StoreError) {
    let index = Int(caller.connection)
    let position = try transaction(index, id)
    let count = connections[index].transactions[position].answers.count
    try check(caller, count &+ 1, .transactionNodes)
    try checkMemory(caller, adding: Transaction.charge(payload))
    if connections[index].transactions[position].sight != .fork {
      if caller.isPrivileged, case .write(let path, _) = request {
        try checkPath(caller, payload, path)
        ok()
        if okDigest == 0 { okDigest = digest(type) }
        connections[index].note(position, type, payload, answer: okDigest, changed: true)
        return
      }
      if connections[index].transactions[position].changes == 0, !type.changesTree {
        seeStore(index, position)
        let (answer, _, error) = serve(caller, type, request, payload)
        connections[index].note(position, type, payload, answer: answer, changed: false)
        if let error { throw error }
        return
      }
      takeSnapshot(caller, position)
    }

    swap(&nodes.tree, &connections[index].transactions[position].tree)
    let (answer, changed, error) = serve(caller, type, request, payload)
    swap(&nodes.tree, &connections[index].transactions[position].tree)

    connections[index].note(position, type, payload, answer: answer, changed: changed)
    if let error { throw error }
  }

  /// Has a transaction see the store itself until that changes.
  private mutating func seeStore(_ index: Int, _ position: Int) {
    guard connections[index].transactions[position].sight == .nothing else { return }
    connections[index].transactions[position].sight = .store
    connections[index].transactions[position].base = nodes.tree.generation
    guard !connections[index].isViewer else { return }
    connections[index].isViewer = true
    viewers.append(index)
  }

  /// Gives transactions that see the store itself snapshots of their own: it is about to change.
  @inline(__always)
  mutating func keepViews() {
    if !viewers.isEmpty { takeSnapshots() }
  }

  @inline(never)
  private mutating func takeSnapshots() {
    for index in viewers {
      connections[index].isViewer = false
      let caller = connections[index].caller
      for position in connections[index].transactions.indices
      where connections[index].transactions[position].sight == .store {
        takeSnapshot(caller, position)
      }
    }
    viewers.removeAll(keepingCapacity: true)
  }

  /// Has a transaction see a snapshot of the store as it is now, with what it wrote.
  mutating func takeSnapshot(_ caller: Caller, _ position: Int) {
    let index = Int(caller.connection)
    let base = nodes.tree.generation
    let tree = forkForTransaction(index)
    connections[index].transactions[position].see(tree, at: base)
    guard connections[index].transactions[position].changes > 0 else { return }
    var transaction = Transaction(0)
    swap(&transaction, &connections[index].transactions[position])
    swap(&nodes.tree, &transaction.tree)
    if !repeatRequests(caller, transaction) { transaction.isBroken = true }
    swap(&nodes.tree, &transaction.tree)
    swap(&transaction, &connections[index].transactions[position])
    reply.clear()
  }

  /// Does to the store what is only noted: an event for every node that is written, once.
  private mutating func commitNotes(_ caller: Caller, _ transaction: Transaction) {
    var done: Set<UInt64> = []
    let log = transaction.log
    var position = 0
    while let entry = entry(log.span, at: &position) {
      guard entry.type == .write else { continue }
      let payload = log.span.extracting(entry.payload)
      reply.clear()
      work &+= 1
      guard let request = try? Request(reading: entry.type, payload),
        (try? perform(caller, request, payload)) == .changed, watches.count > 0, isWatched(),
        done.insert(mark(path)).inserted
      else { continue }
      fire(walkPath().node, .all)
    }
  }

  /// Serves a request on the current version; returns a digest of what the client is told.
  private mutating func serve(
    _ caller: Caller, _ type: MessageType, _ request: Request, _ payload: Span<UInt8>
  ) -> (answer: UInt64, changed: Bool, error: StoreError?) {
    do throws(StoreError) {
      let effect = try perform(caller, request, payload)
      return (digest(type), effect == .changed, nil)
    } catch {
      return (UInt64(error.rawValue), false, error)
    }
  }

  /// Does a request to the current version.
  ///
  /// - Throws: why it was refused.
  private mutating func perform(
    _ caller: Caller, _ request: Request, _ payload: Span<UInt8>
  ) throws(StoreError) -> Effectiveness {
    let effect = try operate(caller, request, payload, isInTransaction: true)
    if !nodes.tree.detached.isEmpty { work &+= nodes.reclaim(atMost: 4096) &>> 4 }
    return effect
  }

  /// The generation at the head of a part of a list only says whether parts fit together: the
  /// names say whether the list changed.
  private func digest(_ type: MessageType) -> UInt64 {
    var start = 0
    if type == .directoryPart {
      while start < reply.count, reply.span[start] != 0 { start &+= 1 }
    }
    return hash(reply.span, start..<reply.count, seed: nodes.seed) | 1 &<< 63
  }

  mutating func endTransaction(
    _ caller: Caller, _ id: UInt32, commits: Bool
  ) throws(StoreError) {
    let index = Int(caller.connection)
    let position = try transaction(index, id)
    var transaction = connections[index].transactions.remove(at: position)
    note(.end, caller, id)
    if connections[index].conflicts > 0 { connections[index].conflicts &-= 1 }
    connections[index].transactionBytes &-=
      Self.transactionCharge &+ transaction.log.count &+ 8 &* transaction.answers.count
    let hasEnded = end(caller, &transaction, commits: commits)
    if turns.holder == index, turns.transaction == id { leaveTurn(index) }
    keepSpace(of: consume transaction)
    if !hasEnded { throw .again }
  }

  /// Commits a transaction or forgets it; false when it cannot be committed.
  private mutating func end(
    _ caller: Caller, _ transaction: inout Transaction, commits: Bool
  ) -> Bool {
    if commits, transaction.isBroken {
      nodes.drop(transaction.tree)
      return false
    }
    guard commits, transaction.changes > 0 else {
      nodes.drop(transaction.tree)
      ok()
      return true
    }
    keepViews()
    let base = transaction.base
    let isCurrent = base == nodes.tree.generation
    // One that sees the store itself is current but for nodes that were freed: nothing rests on that.
    if transaction.sight == .nothing || transaction.sight == .store && isCurrent {
      commitNotes(caller, transaction)
      finish(caller, transaction)
      return true
    }
    if !isCurrent {
      if transaction.sight == .fork { nodes.drop(transaction.tree) }
      transaction.see(nodes.fork(), at: nodes.tree.generation)
      swap(&nodes.tree, &transaction.tree)
      let same = repeatRequests(caller, transaction)
      swap(&nodes.tree, &transaction.tree)
      guard same else {
        nodes.drop(transaction.tree)
        noteLoss(Int(caller.connection), since: base)
        return false
      }
    }
    if watches.count > 0 {
      var tree = Tree.none
      swap(&tree, &transaction.tree)
      fireChanges(caller, transaction, &tree)
      swap(&tree, &transaction.tree)
    }
    nodes.adopt(&transaction.tree)
    finish(caller, transaction)
    return true
  }

  /// Says that a transaction is committed.
  private mutating func finish(_ caller: Caller, _ transaction: Transaction) {
    note(caller, transaction)
    noteCommit(Int(caller.connection))
    reply.clear()
    ok()
  }

  /// Keeps the space of a transaction that has ended for another.
  private mutating func keepSpace(of transaction: consuming Transaction) {
    guard spareTransactions.count < 16, transaction.log.capacity <= 4096 else { return }
    transaction.reset()
    spareTransactions.append(consume transaction)
  }

  /// One request of a transaction's log.
  func entry(
    _ log: Span<UInt8>, at position: inout Int
  ) -> (type: MessageType, payload: Range<Int>)? {
    guard position &+ 3 <= log.count, let type = MessageType(rawValue: UInt32(log[position])) else {
      return nil
    }
    let start = position &+ 3
    position = start &+ (Int(log[start &- 2]) | Int(log[start &- 1]) &<< 8)
    return (type, start..<position)
  }

  /// Serves a transaction's requests again; false when an answer differs.
  private mutating func repeatRequests(_ caller: Caller, _ transaction: Transaction) -> Bool {
    let log = transaction.log
    var position = 0
    for expected in transaction.answers {
      guard let entry = entry(log.span, at: &position) else { return false }
      let payload = log.span.extracting(entry.payload)
      reply.clear()
      work &+= 1
      guard let request = try? Request(reading: entry.type, payload) else { return false }
      guard serve(caller, entry.type, request, payload).answer == expected else { return false }
    }
    return true
  }

  /// Sends the events of a transaction: for every node that it touched, once, in the order of first
  /// touch; nothing for one that was not there before and is not there now.
  private mutating func fireChanges(
    _ caller: Caller, _ transaction: Transaction, _ tree: inout Tree
  ) {
    var done: Set<UInt64> = []
    let log = transaction.log
    var position = 0
    for answer in transaction.answers {
      guard let entry = entry(log.span, at: &position) else { return }
      guard [.write, .makeDirectory, .remove, .setPermissions].contains(entry.type),
        answer &>> 63 == 1
      else { continue }
      let payload = log.span.extracting(entry.payload)
      var strings = Strings()
      guard let range = strings.next(in: payload), Special(payload, range) == nil else { continue }
      recall(caller, payload, range)
      // What stands below a removed node may be watched although the node itself is not.
      guard entry.type == .remove || isWatched() else { continue }
      let old = nodes.walk(path.span).node
      // A directory that was there already was not touched.
      if entry.type == .makeDirectory, old >= 0 { continue }
      // What a removal takes along may be news although the node itself is not.
      if entry.type != .remove, done.contains(mark(path)) { continue }
      fireChange(entry.type, old, &tree, &done)
    }
  }

  private func mark(_ path: [UInt8]) -> UInt64 {
    hash(path.span, 0..<path.count, seed: nodes.seed)
  }

  /// Sends the events of one node whose path is in the scratch space; `tree` is the new version.
  private mutating func fireChange(
    _ type: MessageType, _ old: Int32, _ tree: inout Tree, _ done: inout Set<UInt64>
  ) {
    var below = old >= 0 && type == .remove ? collectBelow(old) : []
    swap(&nodes.tree, &tree)
    let new = nodes.walk(path.span).node
    below.removeAll { nodes.walk($0.path.span).node >= 0 }
    swap(&nodes.tree, &tree)
    for place in below.reversed() where done.insert(mark(place.path)).inserted {
      fireExactly(place)
    }
    guard done.insert(mark(path)).inserted else { return }
    if old >= 0 { fire(old, new >= 0 ? .before : .all) }
    guard new >= 0 else { return }
    swap(&nodes.tree, &tree)
    fire(new, old >= 0 ? .after : .all)
    swap(&nodes.tree, &tree)
  }
}
