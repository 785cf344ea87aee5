import XenStoreWire

/// What became of the bytes given to `consume`.
public struct Consumption: Equatable, Sendable {
  /// Why no more was taken.
  public enum Reason: Equatable, Sendable {
    /// What is left is less than a message.
    case incomplete
    /// The budget is spent.
    case budget
    /// A request waits for an effect.
    case waiting
    /// The client does not read what it was sent.
    case unread
    /// A payload is longer than allowed: the client cannot be served on.
    case tooLong
  }

  /// The bytes taken.
  public var bytes: Int
  /// Why no more were.
  public var reason: Reason
}

extension XenStore {
  /// Takes messages from the front of a client's input, as long as work stays within the budget.
  ///
  /// - Parameter budget: units of work; the last request may exceed it.
  public mutating func consume(
    _ id: ConnectionID, _ input: Span<UInt8>, budget: Int = .max
  ) -> Consumption {
    guard isOpen(id) else { return Consumption(bytes: 0, reason: .incomplete) }
    let start = work
    let isPrivileged = connections[id.index].caller.isPrivileged
    let limit = isDraining ? .max : isPrivileged ? 4 << 20 : 16 << 10
    var position = 0
    while true {
      if connections[id.index].isWaiting { return Consumption(bytes: position, reason: .waiting) }
      // The usual end.
      if position == input.count { return Consumption(bytes: position, reason: .incomplete) }
      guard let header = MessageHeader(reading: input, at: position) else {
        return Consumption(bytes: position, reason: .incomplete)
      }
      if header.isTooLong { return Consumption(bytes: position, reason: .tooLong) }
      let end = position &+ MessageHeader.byteCount &+ Int(header.length)
      guard end <= input.count else { return Consumption(bytes: position, reason: .incomplete) }
      if work &- start >= budget { return Consumption(bytes: position, reason: .budget) }
      if connections[id.index].pendingBytes > limit {
        return Consumption(bytes: position, reason: .unread)
      }
      if header.transactionID != 0, waitsForTurn(id.index, header) {
        return Consumption(bytes: position, reason: .waiting)
      }
      handle(id, header, input.extracting(position &+ MessageHeader.byteCount..<end))
      position = end
    }
  }

  /// Serves one message.
  public mutating func handle(
    _ id: ConnectionID, _ header: MessageHeader, _ payload: Span<UInt8>
  ) {
    guard isOpen(id) else { return }
    let index = id.index
    work &+= 1
    reply.clear()
    do throws(StoreError) {
      guard let type = MessageType(rawValue: header.type) else { throw .notImplemented }
      if type.needsPrivilege, !connections[index].caller.isPrivileged { throw .accessDenied }
      let request = try Request(reading: type, payload)
      if try perform(index, header, type, request, payload) {
        answer(index, header.type, header.requestID, header.transactionID)
      }
    } catch {
      reply.clear()
      reply.append(contentsOf: refusals[Int(error.rawValue)])
      answer(index, MessageType.error.rawValue, header.requestID, header.transactionID)
    }
    work &+= reply.count &>> 10
  }

  /// Puts the reply into the scratch space; false when it comes later.
  mutating func perform(
    _ index: Int, _ header: MessageHeader, _ type: MessageType, _ request: Request,
    _ payload: Span<UInt8>
  ) throws(StoreError) -> Bool {
    let caller = connections[index].caller
    switch request {
    case .read, .write, .directory, .directoryPart, .makeDirectory, .remove, .getPermissions,
      .setPermissions:
      if header.transactionID == 0 {
        if type.changesTree { keepViews() }
        let effect = try operate(caller, request, payload, isInTransaction: false)
        if effect == .changed { note(caller, type, payload) }
        if !nodes.tree.detached.isEmpty { work &+= nodes.reclaim(atMost: 4096) &>> 4 }
      } else {
        try operate(caller, header.transactionID, type, request, payload)
      }
    case .watch(let path, let token, let depth):
      try watch(caller, payload, path, token, depth, header)
      return false
    case .unwatch(let path, let token): try unwatch(caller, payload, path, token)
    case .resetWatches:
      try requireTransaction(index, header)
      forgetEverything(of: index)
      noteForRing(caller, .resetWatches, payload)
      ok()
    case .transactionStart:
      try requireTransaction(index, header)
      guard header.transactionID == 0 else { throw .busy }
      try startTransaction(caller)
    case .transactionEnd(let commits):
      try endTransaction(caller, header.transactionID, commits: commits)
    case .control, .introduce, .release, .getDomainPath, .isDomainIntroduced, .resume, .setTarget,
      .getFeature, .setFeature, .getQuota, .setQuota:
      try requireTransaction(index, header)
      let isAnswered = try performForDomains(caller, header, request, payload)
      switch type {
      case .resume, .setTarget, .setFeature, .setQuota: note(caller, type, payload)
      default: break
      }
      return isAnswered
    }
    return true
  }

  /// Checks that the transaction which a request names is there, though it has no part in it.
  ///
  /// - Throws: `notFound` when it is not.
  private func requireTransaction(_ index: Int, _ header: MessageHeader) throws(StoreError) {
    if header.transactionID != 0 { _ = try transaction(index, header.transactionID) }
  }

  /// The reply of a request that has nothing else to say.
  @inline(__always)
  mutating func ok() {
    let text = UInt64(UInt8(ascii: "O")) | UInt64(UInt8(ascii: "K")) &<< 8
    reply.append(text, bytes: 3)
  }

  /// Does work that was put off: frees nodes of removed subtrees. True when more is left.
  public mutating func continueWork(budget: Int) -> Bool {
    if !nodes.snapshots.crowded.isEmpty { breakOldTransactions() }
    if !nodes.tree.detached.isEmpty { _ = nodes.reclaim(atMost: budget) }
    return !nodes.tree.detached.isEmpty
  }
}

extension Request {
  /// Reads a request; those of which there are most without a look at every byte.
  ///
  /// - Throws: why it is none.
  @inline(__always)
  init(reading type: MessageType, _ payload: Span<UInt8>) throws(StoreError) {
    guard type == .write || type == .read else {
      try self.init(type, payload)
      return
    }
    guard let end = firstNul(payload) else { throw .invalid }
    let rest = end &+ 1..<payload.count
    guard type == .write || rest.isEmpty else { throw .invalid }
    self = type == .write ? .write(path: 0..<end, value: rest) : .read(path: 0..<end)
  }
}
