import Machine
import Memory
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

/// A guest whose tree (see `TestHost.makeTree`) is pinned and in use.
final class PinnedGuest {
  let host = TestHost()
  let tree: (l4: MFN, l3: MFN, l2: MFN, l1: MFN, data: MFN)
  var pending = PendingTable()
  let guest = TestHost.guest

  init() {
    tree = host.makeTree()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.pin(tree.l4, .l4, of: guest, &pending)
      } == nil)
  }

  /// Gives the tables more entries, between any two of which work can be interrupted.
  func fill() {
    for slot in 300..<308 {
      #expect(update(tree.l3, slot, PageTableEntry(tree.l2, .table)) == nil)
      #expect(update(tree.l2, slot, PageTableEntry(tree.l1, .table)) == nil)
    }
  }

  /// `mmu_update` of entry `index` of `table`.
  func update(
    _ table: MFN, _ index: Int, _ entry: PageTableEntry, _ write: EntryWrite = .replacing,
    _ parties: UpdateParties? = nil
  ) -> XenErrno? {
    let address = table.address.advanced(by: UInt64(index) * 8)
    do throws(XenErrno) {
      try host.mmu.update(
        address, entry.rawValue, write, parties ?? UpdateParties(guest), &pending)
      return nil
    } catch {
      return error
    }
  }

  /// What does not agree with a recount.
  var disagreements: [String] {
    var model = Recount()
    if let table = pending.table { model.heldReferences[table] = 1 }
    return model.disagreements(host)
  }

  func kind(_ n: Int) -> PageKind { host.mmu.type(of: host.frame(n)).kind }
  func uses(_ n: Int) -> UInt64 { host.mmu.type(of: host.frame(n)).count }
}

@Suite struct UpdateTests {
  let guest = TestHost.guest
  let other = TestHost.other

  func leaf(_ mfn: MFN, _ flags: EntryFlags = .data) -> PageTableEntry {
    PageTableEntry(mfn, flags)
  }

  @Test func aNewLeafHoldsItsFrameAndIsAdjusted() {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l1, 5, leaf(g.host.frame(9), .present | .writable)) == nil)
    #expect(
      g.host.entry(g.tree.l1, 5).flags == .present | .writable | .user | .guestKernel)
    #expect(g.kind(9) == .writable)
    #expect(g.host.references(g.host.frame(9)) == 2)
    #expect(g.disagreements == [])
  }

  @Test func aReplacedLeafLetsItsFrameGo() {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l1, 0, leaf(g.host.frame(9), .readOnly)) == nil)
    #expect(g.uses(6) == 0)
    #expect(g.host.references(g.tree.data) == 1)
    #expect(g.uses(9) == 0)
    #expect(g.host.references(g.host.frame(9)) == 2)
    #expect(g.update(g.tree.l1, 0, .empty) == nil)
    #expect(g.host.references(g.host.frame(9)) == 1)
    #expect(g.disagreements == [])
  }

  @Test func absentEntriesMayHoldAnyBits() {
    let g = PinnedGuest()
    let bits = PageTableEntry(rawValue: 0xdead_beef_dead_beee)
    #expect(g.update(g.tree.l1, 7, bits) == nil)
    #expect(g.host.entry(g.tree.l1, 7) == bits)
    #expect(g.disagreements == [])
  }

  @Test func harmlessFlagsChangeWithoutCounting() {
    let g = PinnedGuest()
    let old = g.host.entry(g.tree.l1, 0)
    #expect(g.update(g.tree.l1, 0, leaf(g.tree.data, old.flags | .noExecute - .dirty)) == nil)
    #expect(g.host.entry(g.tree.l1, 0).flags.contains(.noExecute))
    #expect(!g.host.entry(g.tree.l1, 0).flags.contains(.dirty))
    #expect(g.disagreements == [])
  }

  @Test func accessedAndDirtyBitsAreKeptOnRequest() {
    let g = PinnedGuest()
    #expect(
      g.update(g.tree.l1, 0, leaf(g.tree.data, .present | .user), .preservingAccess) == nil)
    #expect(g.host.entry(g.tree.l1, 0).flags.contains(.accessed | .dirty))
    #expect(g.update(g.tree.l1, 0, leaf(g.tree.data, .present | .user)) == nil)
    #expect(!g.host.entry(g.tree.l1, 0).flags.intersects(.accessed | .dirty))
    #expect(g.disagreements == [])
  }

  @Test func flagsThatAreNotAllowedAreRefused() {
    let g = PinnedGuest()
    let before = g.host.entry(g.tree.l1, 0)
    for flags in [EntryFlags.cacheDisable, .pat] {
      #expect(g.update(g.tree.l1, 0, leaf(g.tree.data, .data | flags)) == .EINVAL)
    }
    #expect(g.update(g.tree.l2, 1, leaf(g.tree.l1, .table | .large)) == .EINVAL)
    #expect(g.host.entry(g.tree.l1, 0) == before)
    #expect(g.disagreements == [])
  }

  @Test func tablesCannotBeMappedWritableButCanBeMapped() {
    let g = PinnedGuest()
    for table in [g.tree.l1, g.tree.l2, g.tree.l3, g.tree.l4] {
      #expect(g.update(g.tree.l1, 9, leaf(table)) == .EBUSY)
      #expect(g.update(g.tree.l1, 9, leaf(table, .readOnly)) == nil)
    }
    #expect(g.disagreements == [])
  }

  @Test func framesOfOthersAreBusyUnlessAPrivilegedCallerNamesThem() {
    let g = PinnedGuest()
    let theirs = g.host.frame(40)
    #expect(g.update(g.tree.l1, 3, leaf(theirs)) == .EBUSY)
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(0))) == .EBUSY)
    let named = UpdateParties(caller: guest, tableOwner: guest, frameOwner: other)
    #expect(g.update(g.tree.l1, 3, leaf(theirs), .replacing, named) == nil)
    #expect(g.host.mmu.type(of: theirs).kind == .writable)
    // The other's own frames cannot be passed off as the caller's.
    #expect(g.update(g.tree.l1, 4, leaf(g.host.frame(9)), .replacing, named) == .EBUSY)
    #expect(g.disagreements == [])
    #expect(g.update(g.tree.l1, 3, .empty) == nil)
    #expect(g.host.references(theirs) == 1)
  }

  @Test func allCPUsForgetAFrameThatAForeignerCouldWriteBeforeItBecomesATable() throws {
    let g = PinnedGuest()
    let named = UpdateParties(caller: guest, tableOwner: guest, frameOwner: other)
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(40)), .replacing, named) == nil)
    #expect(g.update(g.tree.l1, 3, .empty) == nil)
    // The owner's own writable use does not change anything about that.
    try g.host.mmu.holdWritable(g.host.frame(40), of: other)
    g.host.mmu.releaseWritable(g.host.frame(40))
    g.host.flushes = []
    try g.host.mmu.pin(g.host.frame(40), .l1, of: other, &g.pending)
    #expect(g.host.flushes.last?.isUnderLock == true)
    #expect(g.host.flushes.allSatisfy { $0.owner == nil })
    try g.host.mmu.unpin(g.host.frame(40), of: other, &g.pending)
    try g.host.mmu.holdWritable(g.host.frame(40), of: other)
    #expect(g.host.flushes.last?.owner == other)
  }

  @Test func whatAChangeOfKindNeedsIsFlushedBeforeTheLockIsTakenAndLookedAtAgainUnderIt() throws {
    let g = PinnedGuest()
    let spare = g.host.frame(20)
    try g.host.mmu.holdWritable(spare, of: guest)
    g.host.mmu.releaseWritable(spare)
    g.host.flushes = []
    try g.host.mmu.pin(spare, .l1, of: guest, &g.pending)
    #expect(g.host.flushes.map(\.isUnderLock) == [false, true])
    try g.host.mmu.unpin(spare, of: guest, &g.pending)
    g.host.flushes = []
    #expect(g.update(g.tree.l1, 3, leaf(spare)) == nil)
    #expect(g.host.flushes.map(\.isUnderLock) == [false, true])
    #expect(g.update(g.tree.l1, 3, .empty) == nil)
    g.host.flushes = []
    #expect(g.update(g.tree.l2, 9, PageTableEntry(spare, .table)) == nil)
    #expect(g.host.flushes.map(\.isUnderLock) == [false, true])
  }

  @Test func aFrameInUseOrSomebodyElsesIsNotFlushedForAhead() throws {
    let g = PinnedGuest()
    g.host.flushes = []
    #expect(throws: XenErrno.EINVAL) {
      try g.host.mmu.pin(g.host.frame(40), .l1, of: guest, &g.pending)
    }
    try g.host.mmu.holdWritable(g.host.frame(20), of: guest)
    #expect(throws: XenErrno.EINVAL) {
      try g.host.mmu.pin(g.host.frame(20), .l1, of: guest, &g.pending)
    }
    #expect(g.host.flushes.isEmpty)
  }

  @Test func aForeignTableInUseIsNotMappedWritable() throws {
    let g = PinnedGuest()
    var pending = PendingTable()
    try g.host.mmu.pin(g.host.frame(40), .l1, of: other, &pending)
    let named = UpdateParties(caller: guest, tableOwner: guest, frameOwner: other)
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(40)), .replacing, named) == .EBUSY)
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(40), .readOnly), .replacing, named) == nil)
    #expect(g.disagreements == [])
  }

  @Test func devicesNeedPermissionAndAreUncached() {
    let g = PinnedGuest()
    let device = MFN(0xfee00)
    #expect(g.update(g.tree.l1, 3, leaf(device)) == .EPERM)
    #expect(g.update(g.tree.l1, 3, leaf(EntryRules.noFrame)) == .EINVAL)
    g.host.guests[guest]?.devices = 0xfe000...0xfefff
    #expect(g.update(g.tree.l1, 3, leaf(device)) == nil)
    #expect(g.host.entry(g.tree.l1, 3).flags.contains(.cacheDisable | .writeThrough | .writable))
    g.host.readOnlyDevices = [0xfee01]
    #expect(g.update(g.tree.l1, 4, leaf(MFN(0xfee01))) == nil)
    #expect(!g.host.entry(g.tree.l1, 4).flags.contains(.writable))
    let byName = UpdateParties(caller: guest, tableOwner: guest, frameOwner: .io)
    #expect(g.update(g.tree.l1, 5, leaf(MFN(0xfee02)), .replacing, byName) == nil)
    #expect(g.update(g.tree.l1, 5, leaf(g.host.frame(9)), .replacing, byName) == .EBUSY)
    #expect(g.disagreements == [])
    for i in 3...5 { #expect(g.update(g.tree.l1, i, .empty) == nil) }
    #expect(g.disagreements == [])
  }

  @Test func whatTheHypervisorSharesKeepsItsMemoryType() {
    let g = PinnedGuest()
    g.host.guests[guest]?.cache = .any
    g.host.frames[g.host.frame(9)].pointee.flags.insert(.shared)
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(9), .data | .cacheDisable)) == .EACCES)
    #expect(g.disagreements == [])
    #expect(g.update(g.tree.l1, 3, leaf(g.host.frame(9))) == nil)
    #expect(g.disagreements == [])
  }

  @Test func upperEntriesTypeWhatTheyNameAndLetTheOldOneGo() {
    let g = PinnedGuest()
    let table = g.host.frame(10)
    #expect(g.update(g.tree.l2, 1, leaf(table, .table)) == nil)
    #expect(g.kind(10) == .l1)
    #expect(g.update(g.tree.l2, 0, leaf(table, .table)) == nil)
    #expect(g.uses(10) == 2)
    #expect(g.uses(5) == 0)
    #expect(g.uses(6) == 0)
    #expect(g.update(g.tree.l4, 0, .empty) == nil)
    #expect(g.uses(3) == 0)
    #expect(g.uses(10) == 0)
    #expect(g.disagreements == [])
  }

  @Test func upperEntriesAreAboutTheTableOwnersFramesOnly() {
    let g = PinnedGuest()
    let named = UpdateParties(caller: guest, tableOwner: guest, frameOwner: other)
    for table in [g.tree.l2, g.tree.l3, g.tree.l4] {
      #expect(g.update(table, 3, leaf(g.host.frame(40), .table), .replacing, named) == .EINVAL)
    }
    #expect(g.disagreements == [])
  }

  @Test func theHypervisorsRootSlotsAreRefused() {
    let g = PinnedGuest()
    for i in 256...271 {
      let before = g.host.entry(g.tree.l4, i)
      #expect(g.update(g.tree.l4, i, .empty) == .EINVAL)
      #expect(g.update(g.tree.l4, i, leaf(g.tree.l3, .table)) == .EINVAL)
      #expect(g.host.entry(g.tree.l4, i) == before)
    }
    #expect(g.update(g.tree.l4, 255, leaf(g.tree.l3, .table)) == nil)
    #expect(g.update(g.tree.l4, 272, leaf(g.tree.l3, .table)) == nil)
    #expect(g.uses(3) == 3)
    #expect(g.disagreements == [])
  }

  @Test func plainMemoryIsWrittenAsIs() {
    let g = PinnedGuest()
    let anything = PageTableEntry(rawValue: 0x1234_5678_9abc_def1)
    #expect(g.update(g.host.frame(12), 3, anything) == nil)
    #expect(g.host.entry(g.host.frame(12), 3) == anything)
    #expect(g.update(g.tree.data, 3, anything) == nil)
    #expect(g.update(g.host.frame(40), 3, anything) == .EINVAL)
    #expect(g.disagreements == [])
  }

  @Test func descriptorTablesAreNotWrittenAsMemory() throws {
    let g = PinnedGuest()
    try g.host.mmu.takeType(g.host.frame(12), .descriptors)
    #expect(g.update(g.host.frame(12), 3, PageTableEntry(rawValue: 1)) == .EINVAL)
    g.host.mmu.putLeafType(g.host.frame(12))
    #expect(g.update(g.host.frame(12), 3, PageTableEntry(rawValue: 1)) == nil)
  }

  @Test func aSubtreeThatBreaksARuleHalfWayIsUndone() throws {
    let g = PinnedGuest()
    let (l3, l2, l1) = (g.host.frame(10), g.host.frame(11), g.host.frame(12))
    g.host.put(l3, 0, l2, .table)
    g.host.put(l2, 0, l1, .table)
    g.host.put(l2, 1, g.host.frame(40), .table)
    #expect(g.update(g.tree.l4, 1, leaf(l3, .table)) == .EINVAL)
    #expect(!g.host.entry(g.tree.l4, 1).isPresent)
    #expect(g.disagreements == [])
    try g.host.mmu.finishPending(&g.pending)
    #expect(g.disagreements == [])
    for n in 10...12 { #expect(g.uses(n) == 0) }
  }

  @Test func anInterruptedUpdateChangesNothingAndIsRepeated() {
    for stop in 0...3 {
      let g = PinnedGuest()
      let (l3, l2, l1) = (g.host.frame(10), g.host.frame(11), g.host.frame(12))
      for slot in [100, 200, 300] {
        g.host.put(l3, slot, l2, .table)
        g.host.put(l2, slot, l1, .table)
      }
      g.host.interruptAfter = stop
      #expect(g.update(g.tree.l4, 1, leaf(l3, .table)) == .ERESTART)
      #expect(!g.host.entry(g.tree.l4, 1).isPresent)
      #expect(g.disagreements == [])
      #expect(g.update(g.tree.l4, 1, leaf(l3, .table)) == nil)
      #expect(g.disagreements == [])
      // Taking it away again may be interrupted too: what is left is pending.
      g.host.interruptAfter = stop
      #expect(g.update(g.tree.l4, 1, .empty) == nil)
      #expect(g.pending.table == l3)
      #expect(g.disagreements == [])
      #expect(reason { () throws(XenErrno) in try g.host.mmu.finishPending(&g.pending) } == nil)
      #expect(g.disagreements == [])
      #expect(g.uses(10) == 0)
    }
  }

  @Test func pfnsAreSetForFramesOfTheNamedDomain() {
    let g = PinnedGuest()
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.setMachineToPhysical(g.host.frame(9), 77, of: guest)
      } == nil)
    #expect(g.host.machineToPhysical[g.host.frame(9)] == 77)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.setMachineToPhysical(g.host.frame(40), 78, of: guest)
      } == .EINVAL)
    #expect(g.host.machineToPhysical[g.host.frame(40)] == nil)
    #expect(g.disagreements == [])
  }

  @Test func mappingsAreChangedByAddress() {
    let g = PinnedGuest()
    func change(_ address: UInt64, _ entry: PageTableEntry, root: MFN? = nil) -> XenErrno? {
      reason { () throws(XenErrno) in
        try g.host.mmu.update(
          mappingOf: VirtualAddress(address), under: root ?? g.tree.l4, entry.rawValue,
          UpdateParties(guest))
      }
    }
    #expect(change(0x3000, leaf(g.host.frame(9))) == nil)
    #expect(g.host.entry(g.tree.l1, 3).frame == g.host.frame(9))
    #expect(change(0x20_0000, leaf(g.host.frame(9))) == .EINVAL)
    #expect(change(0xffff_8000_0000_0000, .empty) == .EINVAL)
    #expect(change(0x8000_0000_0000, .empty) == .EINVAL)
    #expect(change(0x3000, .empty, root: .invalid) == .EINVAL)
    #expect(g.disagreements == [])
  }

  @Test func linearEntriesDoNotLeadIntoTheHypervisorsTables() {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l4, 300, leaf(g.tree.l4, .readOnly)) == nil)
    // Slot 257 of the root, seen as an entry of the third level, names no memory at all here.
    for slot in 256...271 {
      let address = VirtualAddress(l4: 300, l3: slot, l2: 5, l1: 5)
      #expect(g.host.mmu.leafEntry(of: address, under: g.tree.l4) == nil)
      #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
    }
  }

  @Test func mappingsAreNotChangedThroughLinearEntries() {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l4, 300, leaf(g.tree.l4, .readOnly)) == nil)
    // Under slot 300 the L2 serves as the table of leaves.
    let address = VirtualAddress(l4: 300)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
    #expect(g.host.mmu.leafEntry(of: address, under: g.tree.l4)?.frame == g.tree.l1)
    #expect(g.disagreements == [])
  }
}
