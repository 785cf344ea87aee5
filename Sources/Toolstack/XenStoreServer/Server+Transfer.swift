import CXenStore
import XenStoreCore
import XenStoreWire

extension Server {
  /// How serving a client's input ended.
  private enum Outcome {
    /// What is left is less than a message.
    case wantsMore
    /// What is left waits.
    case waits
    /// The client is gone, or its ring failed.
    case gone
  }

  // MARK: Input

  /// Receives what a socket has and serves what is whole in it.
  mutating func receive(_ slot: Int) {
    guard let client = clients[slot], !client.isStalled, !client.isRunnable,
      let descriptor = client.descriptor
    else { return }
    switch SystemCalls.receive(descriptor, into: &buffer) {
    case .wouldBlock: return
    case .closed: remove(slot)
    case .bytes(let count):
      if client.input.isEmpty {
        // The usual case: whole messages, served where they are.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let (taken, outcome) = consume(slot, client.id, bytes.span.extracting(0..<count))
        if outcome != .gone, taken < count {
          clients[slot]?.append(bytes[taken..<count])
        }
        swap(&bytes, &buffer)
      } else {
        client.append(buffer[0..<count])
        resume(slot)
      }
    }
  }

  /// Takes what a domain put into its ring and serves what is whole in it.
  ///
  /// Nothing is taken while an earlier message waits: so what is kept of a domain's input is less
  /// than a message and a ring.
  mutating func pull(_ slot: Int) {
    guard mayPull(slot), var ring = clients[slot]?.ring, let id = clients[slot]?.id else { return }
    var input = takeInput(slot)
    do throws(RingError) {
      let count = try ring.receive(into: &input)
      clients[slot]?.ring = ring
      if count == 0 {
        clients[slot]?.input = input
        return
      }
    } catch {
      fail(slot, error)
      return
    }
    noteChange(slot)
    serveInput(slot, id, &input)
  }

  /// Whether a domain's ring is looked into: nothing that came before waits.
  func mayPull(_ slot: Int) -> Bool {
    guard let client = clients[slot], client.descriptor == nil, let ring = client.ring,
      !ring.isFailed
    else { return false }
    return !client.isStalled && !client.isRunnable && !client.isHeld
  }

  /// Takes a client's input out, so that it grows without being copied.
  private mutating func takeInput(_ slot: Int) -> [UInt8] {
    let input = clients[slot]?.input ?? []
    clients[slot]?.input = []
    return input
  }

  /// Serves what was received before, then what a ring has.
  mutating func resume(_ slot: Int) {
    guard let id = clients[slot]?.id else { return }
    clients[slot]?.isRunnable = false
    clients[slot]?.isHeld = false
    var input = takeInput(slot)
    if serveInput(slot, id, &input) == .wantsMore { pull(slot) }
  }

  /// Serves what is whole in `input` and leaves the rest to the client.
  @discardableResult
  private mutating func serveInput(
    _ slot: Int, _ id: ConnectionID, _ input: inout [UInt8]
  ) -> Outcome {
    let (taken, outcome) = consume(slot, id, input.span)
    guard outcome != .gone else { return .gone }
    if taken == input.count {
      input.removeAll(keepingCapacity: input.capacity <= 65536)
    } else if taken > 0 {
      input.removeSubrange(0..<taken)
    }
    clients[slot]?.input = input
    return outcome
  }

  /// Serves messages within the client's budget; returns how many bytes they were.
  private mutating func consume(
    _ slot: Int, _ id: ConnectionID, _ bytes: Span<UInt8>
  ) -> (taken: Int, Outcome) {
    var position = 0
    if let client = clients[slot], client.descriptor == nil, let ring = client.ring {
      cxs_set_serving(UInt64(ring.domain.rawValue) &+ 1)
    }
    defer { cxs_set_serving(0) }
    while true {
      let rest = bytes.extracting(position..<bytes.count)
      let consumed = store.consume(id, rest, budget: budget)
      if trace.isOn, let client = clients[slot] {
        trace.note(.received, client, rest.extracting(0..<consumed.bytes))
      }
      position &+= consumed.bytes
      switch consumed.reason {
      case .incomplete: return (position, .wantsMore)
      case .waiting:
        if store.effects.isEmpty {
          clients[slot]?.isHeld = true
          watch(slot, reads: bytes.count &- position < 65536, writes: false)
          return (position, .waits)
        }
        perform()
      case .budget:
        schedule(slot)
        return (position, .waits)
      case .unread:
        clients[slot]?.isStalled = true
        watch(slot, reads: false, writes: true)
        return (position, .waits)
      case .tooLong:
        fail(slot, .tooLong)
        return (position, .gone)
      }
    }
  }

  /// Ends the service of a client that broke the protocol.
  mutating func fail(_ slot: Int, _ error: RingError) {
    if clients[slot]?.ring == nil { remove(slot) } else { failRing(slot, error) }
  }

  // MARK: Output

  /// Sends what clients are owed, then tells the domains whose rings changed.
  mutating func flush() {
    answer()
    record()
    sendNotices()
  }

  /// Writes down what changed and sends what clients are owed.
  mutating func answer() {
    while !store.dirty.isEmpty {
      record()
      var dirty: [ConnectionID] = []
      swap(&dirty, &store.dirty)
      defer {
        // The usual case: nobody was added, and the space is used again.
        if store.dirty.isEmpty {
          dirty.removeAll(keepingCapacity: true)
          swap(&dirty, &store.dirty)
        }
      }
      for id in dirty where store.isOpen(id) && id.index < slots.count && slots[id.index] >= 0 {
        send(slots[id.index], id)
      }
    }
  }

  /// Sends as much as a client takes.
  mutating func send(_ slot: Int, _ id: ConnectionID) {
    guard let client = clients[slot] else { return }
    let wasStalled = client.isStalled
    if trace.isOn { traceOutput(slot, client) }
    if let descriptor = client.descriptor {
      guard transmit(id, to: descriptor) else {
        remove(slot)
        return
      }
    } else if let ring = client.ring {
      guard transmit(slot, id, ring) else { return }
    }
    let isLeft = store.pendingBytes(id) > 0
    if trace.isOn { client.traced = store.pendingBytes(id) }
    if wasStalled, !isLeft {
      client.isStalled = false
      schedule(slot)
    }
    watch(slot, reads: !wasStalled || !isLeft, writes: isLeft)
  }

  /// Sends through a socket; false when it is closed.
  private mutating func transmit(_ id: ConnectionID, to descriptor: Int32) -> Bool {
    var isOpen = true
    store.send(id) { bytes in
      guard !bytes.isEmpty else { return 0 }
      switch SystemCalls.transmit(descriptor, bytes) {
      case .bytes(let count): return count
      case .wouldBlock: return 0
      case .closed:
        isOpen = false
        return 0
      }
    }
    return isOpen
  }

  /// Sends through a ring; false when it has failed.
  private mutating func transmit(_ slot: Int, _ id: ConnectionID, _ old: Ring) -> Bool {
    guard !old.isFailed else { return false }
    var ring = old
    var failure: RingError?
    store.send(id) { bytes in
      do throws(RingError) {
        return try ring.transmit(bytes)
      } catch {
        failure = error
        return 0
      }
    }
    clients[slot]?.ring = ring
    noteChange(slot)
    guard let failure else { return true }
    failRing(slot, failure)
    return false
  }
}
