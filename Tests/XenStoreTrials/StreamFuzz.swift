import XenStoreWire

@testable import XenStoreCore

/// Bytes of two sockets and three rings, in pieces as the input says.
enum StreamFuzz {
  static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    var store = XenStore(seed: 1)
    var ids = [store.connectSocket(), store.connectSocket()]
    for domain in 1...3 as ClosedRange<UInt16> {
      ids.append(store.introduce(DomainID(rawValue: domain)))
    }
    store.takesTurns = true
    var waiting = [[UInt8]](repeating: [], count: ids.count)
    var steps = 0
    while !input.isEmpty {
      steps += 1
      let choice = input.byte()
      let number = Int(choice) % ids.count
      switch choice >> 5 {
      case 0, 1, 2, 3, 4: waiting[number] += FuzzMessage.build(&input)
      case 5: waiting[number] += input.take(Int(input.byte()))
      case 6: drain(&store, ids)
      default: store.passTurn()
      }
      serve(&store, &ids, &waiting)
    }
    check(&store, ids, steps: steps + bytes.count)
  }

  /// Serves what is whole; who breaks the protocol begins anew.
  private static func serve(
    _ store: inout XenStore, _ ids: inout [ConnectionID], _ waiting: inout [[UInt8]]
  ) {
    for number in ids.indices {
      if !store.isOpen(ids[number]) {
        waiting[number] = []
        ids[number] =
          number < 2
          ? store.connectSocket() : store.introduce(DomainID(rawValue: UInt16(number - 1)))
      }
      guard !waiting[number].isEmpty else { continue }
      let bytes = waiting[number]
      let consumed = store.consume(ids[number], bytes.span, budget: 512)
      precondition(consumed.bytes >= 0 && consumed.bytes <= bytes.count)
      waiting[number].removeSubrange(0..<consumed.bytes)
      if consumed.reason == .tooLong {
        waiting[number] = []
        store.restart(ids[number])
      }
      while let effect = store.effects.first {
        store.effects.removeFirst()
        store.complete(effect)
      }
    }
    _ = store.continueWork(budget: 64)
    store.resumed = []
    store.quotaHits = []
    store.checkBounds()
  }

  private static func drain(_ store: inout XenStore, _ ids: [ConnectionID]) {
    for id in store.dirty where store.isOpen(id) { store.send(id) { $0.count } }
    store.dirty = []
  }

  /// What must hold whatever was sent: what guests cost us is bounded, and goes when they do.
  private static func check(_ store: inout XenStore, _ ids: [ConnectionID], steps: Int) {
    precondition(store.work < 4096 * (steps + 16), "more work than the input accounts for")
    for domain in 1...3 as ClosedRange<UInt16> { store.release(DomainID(rawValue: domain)) }
    for id in ids { store.disconnect(id) }
    while store.continueWork(budget: 4096) {}
    for domain in 1...3 as ClosedRange<UInt16> {
      precondition(store.nodes.usage(domain).bytes == 0, "a released domain is charged")
    }
    if let fault = store.inconsistency() { preconditionFailure(fault) }
  }
}

extension XenStore {
  /// Stops when more is held for a domain than it may have.
  func checkBounds() {
    for connection in connections where connection.isOpen && !connection.caller.isPrivileged {
      let limit = Int(clamping: domains[connection.caller.domain]?.quotas[.memory] ?? 0)
      // A reply is never refused: one of them may come on top.
      precondition(limit < 2_000_000 || memory(connection.caller) - 2 * WireLimit.payload <= limit)
    }
  }
}
