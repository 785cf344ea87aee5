import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct LinearTests {
  let guest = TestHost.guest

  @Test func aTableMayShowItselfReadOnly() throws {
    let host = TestHost()
    let root = host.frame(2)
    host.put(root, 5, root, .readOnly)
    var pending = PendingTable()
    try host.mmu.acquireTable(root, .l4, of: guest, &pending)
    #expect(Recount(heldReferences: [root: 1], heldUses: [root: 1]).disagreements(host) == [])
    host.mmu.releaseTable(root, &pending)
    #expect(Recount().disagreements(host) == [])
  }

  @Test func aTableMayNotShowItselfWritable() {
    let host = TestHost()
    let root = host.frame(2)
    host.put(root, 5, root, .table)
    var pending = PendingTable()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(root, .l4, of: guest, &pending)
      } == .EINVAL)
    _ = reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) }
    #expect(Recount().disagreements(host) == [])
  }

  @Test func aTableMayShowACheckedTableOfItsLevelAndLetsItGo() throws {
    for level in [PageTableLevel.l2, .l3, .l4] {
      let host = TestHost()
      let (shown, shower) = (host.frame(2), host.frame(3))
      host.put(shower, 9, shown, .readOnly)
      var pending = PendingTable()
      try host.mmu.acquireTable(shown, level, of: guest, &pending)
      try host.mmu.acquireTable(shower, level, of: guest, &pending)
      #expect(host.mmu.type(of: shower).linear == 1)
      #expect(host.mmu.type(of: shown).linear == -1)
      #expect(host.mmu.type(of: shown).count == 2)
      // The pin of the table shown goes first; the entry keeps it a table.
      host.mmu.releaseTable(shown, &pending)
      #expect(host.mmu.type(of: shown).kind == PageKind(level))
      #expect(Recount(heldReferences: [shower: 1], heldUses: [shower: 1]).disagreements(host) == [])
      host.mmu.releaseTable(shower, &pending)
      #expect(Recount().disagreements(host) == [])
      #expect(host.mmu.type(of: shown).count == 0)
    }
  }

  @Test func linearTablesDoNotFormChains() throws {
    let host = TestHost()
    let (a, b, c) = (host.frame(2), host.frame(3), host.frame(4))
    var pending = PendingTable()
    try host.mmu.acquireTable(a, .l4, of: guest, &pending)
    host.put(b, 1, a, .readOnly)
    try host.mmu.acquireTable(b, .l4, of: guest, &pending)
    // c shows b, which shows a: refused.
    host.put(c, 1, b, .readOnly)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(c, .l4, of: guest, &pending)
      } == .EINVAL)
    try host.mmu.finishPending(&pending)
    #expect(
      Recount(heldReferences: [a: 1, b: 1], heldUses: [a: 1, b: 1]).disagreements(host) == [])
  }
}
