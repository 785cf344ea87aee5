import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct PreemptionTests {
  let guest = TestHost.guest

  /// A tree with entries at the ends and in the middle of its tables, that shares lower tables and
  /// has a linear entry. Work on it can be interrupted before each entry but a table's first.
  func makeBushyTree(_ host: TestHost) -> MFN {
    let (root, l3a, l3b) = (host.frame(2), host.frame(3), host.frame(4))
    let (l2a, l2b) = (host.frame(5), host.frame(6))
    let (l1a, l1b) = (host.frame(7), host.frame(8))
    host.put(root, 0, l3a, .table)
    host.put(root, 3, l3b, .table)
    host.put(root, 511, root, .readOnly)
    host.put(l3a, 0, l2a, .table)
    host.put(l3a, 511, l2b, .table)
    host.put(l3b, 2, l2b, .table)
    host.put(l2a, 0, l1a, .table)
    host.put(l2a, 1, l1b, .table)
    host.put(l2b, 300, l1b, .table)
    for i in 1..<31 {
      host.put(root, i * 8, i & 1 == 0 ? l3a : l3b, .table)
      host.put(l3a, i * 16, l2a, .table)
      host.put(l3b, i * 16 + 3, l2b, .table)
      host.put(l2a, i * 9 + 2, l1a, .table)
      host.put(l2b, i * 7, l1b, .table)
    }
    host.put(l1a, 0, host.frame(10), .data)
    host.put(l1a, 511, host.frame(11), .readOnly)
    host.put(l1b, 1, host.frame(10), .data)
    return root
  }

  func unpin(_ host: TestHost, _ root: MFN) -> Recount {
    Recount(heldReferences: [root: 1], heldUses: [root: 1])
  }

  @Test func checkingMayStopAnywhereAndGoOn() throws {
    var stop = 0
    while true {
      let host = TestHost()
      let root = makeBushyTree(host)
      var pending = PendingTable()
      host.interruptAfter = stop
      let first = reason { () throws(XenErrno) in
        try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      }
      if first == nil { break }
      #expect(first == .ERESTART)
      #expect(pending.table == nil)
      #expect(host.mmu.type(of: root).isPartial)
      #expect(Recount().disagreements(host) == [], "stopped at \(stop)")
      try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      #expect(unpin(host, root).disagreements(host) == [], "resumed at \(stop)")
      stop += stop < 40 ? 1 : 7
    }
    #expect(stop > 100)
  }

  @Test func lettingGoMayStopAnywhereAndGoOn() throws {
    var stop = 0
    while true {
      let host = TestHost()
      let root = makeBushyTree(host)
      var pending = PendingTable()
      try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      host.interruptAfter = stop
      host.mmu.releaseTable(root, &pending)
      if pending.table == nil { break }
      #expect(Recount(heldReferences: [root: 1]).disagreements(host) == [], "stopped at \(stop)")
      try host.mmu.finishPending(&pending)
      #expect(Recount().disagreements(host) == [], "resumed at \(stop)")
      stop += stop < 40 ? 1 : 7
    }
    #expect(stop > 100)
  }

  @Test func anInterruptedTableCanBeUndoneInsteadOfFinished() throws {
    for stop in stride(from: 0, to: 120, by: 7) {
      let host = TestHost()
      let root = makeBushyTree(host)
      var pending = PendingTable()
      host.interruptAfter = stop
      #expect(
        reason { () throws(XenErrno) in
          try host.mmu.acquireTable(root, .l4, of: guest, &pending)
        } == .ERESTART)
      // Undone, with an interruption on the way.
      host.interruptAfter = 3
      while host.mmu.type(of: root).isPartial {
        _ = refusal { () throws(TypeRefusal) in try host.mmu.putPartial(root) }
        #expect(Recount().disagreements(host) == [])
      }
      #expect(host.mmu.type(of: root).count == 0)
    }
  }

  @Test func aPartialLowerTableThatAnotherRootFinishesIsTakenNotStolen() throws {
    let host = TestHost()
    let root = makeBushyTree(host)
    var pending = PendingTable()
    host.interruptAfter = 2
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      } == .ERESTART)
    #expect(TableProgress(stored: host.frames[root].pointee.progress).holdsNext)
    // The L3 that the first root waits for is finished by a pin of its own, and undone again.
    try host.mmu.acquireTable(host.frame(3), .l3, of: guest, &pending)
    #expect(
      Recount(heldReferences: [host.frame(3): 1], heldUses: [host.frame(3): 1])
        .disagreements(host) == [])
    host.mmu.releaseTable(host.frame(3), &pending)
    #expect(Recount().disagreements(host) == [])
    // It becomes data meanwhile; the first root then fails and is undone without harm.
    try host.mmu.takeType(host.frame(3), .writable)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      } == .EINVAL)
    try host.mmu.finishPending(&pending)
    #expect(Recount(heldUses: [host.frame(3): 1]).disagreements(host) == [])
  }

  @Test func workGoesOnEvenIfItIsInterruptedAtEveryQuestion() throws {
    let host = TestHost()
    let root = makeBushyTree(host)
    var pending = PendingTable()
    var calls = 0
    while true {
      host.interruptAfter = 0
      calls += 1
      let answer = reason { () throws(XenErrno) in
        try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      }
      if answer == nil { break }
    }
    #expect(calls < 6000)
    host.interruptAfter = 0
    host.mmu.releaseTable(root, &pending)
    while pending.table != nil {
      host.interruptAfter = 0
      _ = reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) }
    }
    host.interruptAfter = nil
    #expect(Recount().disagreements(host) == [])
  }
}
