import Primitives
import Machine
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct TableTests {
  let guest = TestHost.guest
  let other = TestHost.other

  @Test func acquiringARootTypesTheTreeBelowIt() throws {
    let host = TestHost()
    let t = host.makeTree()
    var pending = PendingTable()
    try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
    #expect(host.mmu.type(of: t.l4).kind == .l4)
    #expect(host.mmu.type(of: t.l3).kind == .l3)
    #expect(host.mmu.type(of: t.l2).kind == .l2)
    #expect(host.mmu.type(of: t.l1).kind == .l1)
    #expect(host.mmu.type(of: t.data).kind == .writable)
    for mfn in [t.l4, t.l3, t.l2, t.l1, t.data] {
      #expect(host.mmu.type(of: mfn).count == 1)
      #expect(host.mmu.type(of: mfn).isValidated)
      #expect(host.references(mfn) == 2)
    }
    let held = Recount(heldReferences: [t.l4: 1], heldUses: [t.l4: 1])
    #expect(held.disagreements(host) == [])
    host.mmu.releaseTable(t.l4, &pending)
    #expect(Recount().disagreements(host) == [])
    #expect(pending.table == nil)
    #expect(host.retired.isEmpty)
  }

  @Test func theHypervisorsSlotsAreItsOwnWhateverTheGuestPutThere() throws {
    let host = TestHost()
    host.guests[guest]?.hidesMachineToPhysical = true
    let t = host.makeTree()
    for i in 256...271 { host.put(t.l4, i, host.frame(40), .data) }
    var pending = PendingTable()
    try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
    for i in 256...271 where i != 260 {
      #expect(host.entry(t.l4, i) == host.entry(host.hypervisorRoot, i))
    }
    #expect(host.entry(t.l4, 260).frame == host.hypervisorWindows)
    #expect(!host.entry(t.l4, 260).flags.contains(.user))
    #expect(host.references(host.frame(40)) == 1)
  }

  @Test func aRootHasTheMachineToPhysicalTableFromTheStartOnlyIfUserModeDoesWithout() throws {
    for hides in [true, false] {
      let host = TestHost()
      host.guests[guest]?.hidesMachineToPhysical = hides
      var pending = PendingTable()
      try host.mmu.acquireTable(host.frame(2), .l4, of: guest, &pending)
      #expect(host.entry(host.frame(2), 256).isPresent == hides)
    }
  }

  @Test func aTableInUseAsOneLevelCannotServeAsAnother() throws {
    let host = TestHost()
    let t = host.makeTree()
    var pending = PendingTable()
    try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
    for level in [PageTableLevel.l1, .l2, .l4] {
      #expect(
        reason { () throws(XenErrno) in
          try host.mmu.acquireTable(t.l3, level, of: guest, &pending)
        } == .EINVAL)
    }
    #expect(refusal { () throws(TypeRefusal) in try host.mmu.takeType(t.l3, .writable) } == .EINVAL)
    let held = Recount(heldReferences: [t.l4: 1], heldUses: [t.l4: 1])
    #expect(held.disagreements(host) == [])
  }

  @Test func aPageTableCannotBeMappedWritable() throws {
    let host = TestHost()
    let t = host.makeTree()
    host.put(t.l1, 1, t.l1, .data)
    var pending = PendingTable()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(t.l1, .l1, of: guest, &pending)
      } == .EBUSY)
    #expect(Recount().disagreements(host) == [])
    host.put(t.l1, 1, t.l1, .readOnly)
    try host.mmu.acquireTable(t.l1, .l1, of: guest, &pending)
    #expect(Recount(heldReferences: [t.l1: 1], heldUses: [t.l1: 1]).disagreements(host) == [])
  }

  @Test func aFrameMappedWritableCannotBecomeATable() throws {
    let host = TestHost()
    let t = host.makeTree()
    var pending = PendingTable()
    try host.mmu.acquireTable(t.l1, .l1, of: guest, &pending)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(t.data, .l1, of: guest, &pending)
      } == .EINVAL)
    host.mmu.releaseTable(t.l1, &pending)
    try host.mmu.acquireTable(t.data, .l1, of: guest, &pending)
  }

  @Test func foreignFramesAreRefusedInTables() {
    let host = TestHost()
    let t = host.makeTree()
    host.put(t.l1, 3, host.frame(40), .readOnly)
    var pending = PendingTable()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
      } == .EBUSY)
    #expect(pending.table == nil)
    #expect(Recount().disagreements(host) == [])
    host.put(t.l1, 3, host.frame(7), .readOnly)
    host.put(t.l2, 3, host.frame(40), .table)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
      } == .EINVAL)
    #expect(pending.table != nil)
    #expect(reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) } == nil)
    #expect(Recount().disagreements(host) == [])
  }

  @Test func aFailureHalfWayIsUndoneThroughThePendingTable() throws {
    let host = TestHost()
    let t = host.makeTree()
    host.put(t.l2, 7, host.frame(7), .table | .large)
    var pending = PendingTable()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
      } == .EINVAL)
    #expect(pending.table == t.l4)
    #expect(host.mmu.type(of: t.l2).isPartial)
    #expect(Recount(heldReferences: [t.l4: 1]).disagreements(host) == [])
    try host.mmu.finishPending(&pending)
    #expect(Recount().disagreements(host) == [])
    #expect(host.mmu.type(of: t.l2).count == 0)
  }

  @Test func flagsOfUpperLevelsAreChecked() {
    for (table, flag) in [(0, EntryFlags.large), (1, .large), (2, .global), (2, .cacheDisable)] {
      let host = TestHost()
      let t = host.makeTree()
      let tables = [t.l2, t.l3, t.l4]
      let old = host.entry(tables[table], 0)
      host.put(tables[table], 0, old.frame, old.flags | flag)
      var pending = PendingTable()
      #expect(
        reason { () throws(XenErrno) in
          try host.mmu.acquireTable(t.l4, .l4, of: guest, &pending)
        } == .EINVAL)
      _ = reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) }
      #expect(Recount().disagreements(host) == [])
    }
  }

  @Test func whatTheHypervisorSharesIsNeverATable() {
    let host = TestHost()
    host.frames[host.frame(9)].pointee.flags.insert(.shared)
    var pending = PendingTable()
    for level in [PageTableLevel.l1, .l2, .l3, .l4] {
      #expect(
        reason { () throws(XenErrno) in
          try host.mmu.acquireTable(host.frame(9), level, of: guest, &pending)
        } == .EINVAL)
    }
    #expect(
      refusal { () throws(TypeRefusal) in
        try host.mmu.takeType(host.frame(9), .writable)
      } == nil)
  }

  @Test func framesLentReadOnlyAreNeverWritable() {
    let host = TestHost()
    host.frames[host.frame(9)].pointee.flags.insert(.shared)
    host.frames[host.frame(9)].pointee.type.store(
      PageTypeWord.lentReadOnly.rawValue, ordering: .relaxed)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.takeLeaf(
          PageTableEntry(host.frame(9), .data), in: guest, of: guest, by: guest)
      } == .EBUSY)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.takeLeaf(
          PageTableEntry(host.frame(9), .readOnly), in: guest, of: guest, by: guest)
      } == nil)
  }

  @Test func translationsAreFlushedWhenAFrameChangesItsKind() throws {
    let host = TestHost()
    let mfn = host.frame(10)
    host.tlbTime = 7
    try host.mmu.takeType(mfn, .writable)
    #expect(host.flushes.isEmpty)
    host.mmu.putLeafType(mfn)
    try host.mmu.takeType(mfn, .writable)
    host.mmu.putLeafType(mfn)
    #expect(host.flushes.isEmpty)
    host.tlbTime = 9
    try host.mmu.takeType(mfn, .l1)
    #expect(host.flushes.count == 1)
    #expect(host.flushes.first?.owner == guest)
    #expect(host.flushes.first?.stamp == 7)
    try host.mmu.putType(mfn)
    try host.mmu.takeType(mfn, .writable)
    #expect(host.flushes.last?.stamp == 9)
  }

  @Test func uncachedWritesAreWrittenBackBeforeTheContentsAreTrusted() throws {
    let host = TestHost()
    host.guests[guest]?.cache = .any
    let mfn = host.frame(10)
    let entry = PageTableEntry(mfn, .data | .pat)
    let taken = try host.mmu.takeLeaf(entry, in: guest, of: guest, by: guest)
    host.mmu.putLeaf(taken, in: guest)
    try host.mmu.takeType(mfn, .writable)
    host.mmu.putLeafType(mfn)
    #expect(host.cacheFlushes.isEmpty)
    try host.mmu.takeType(mfn, .l1)
    #expect(host.cacheFlushes == [mfn])
    #expect(!host.mmu.type(of: mfn).isUncached)
  }
}
