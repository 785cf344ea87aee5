import Machine
import Memory
import Primitives
import Synchronization
import Testing
import X86Format
import XenABI

@testable import X86PV

/// Rules of which each one had been taken away and no other test noticed.
@Suite struct RuleTests {
  let guest = TestHost.guest
  let other = TestHost.other

  /// The other guest's table of leaves, frame 40, pinned.
  private func pinOthersTable(_ g: PinnedGuest) {
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.pin(g.host.frame(40), .l1, of: other, &g.pending)
      } == nil)
  }

  // MARK: Walks

  /// A guest whose root shows itself at slot 5, and a hypervisor's root whose `slot` leads to
  /// `table` with `flags`.
  private func makeLinear(_ slot: Int, _ table: MFN, _ flags: EntryFlags) -> PinnedGuest {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l4, 5, PageTableEntry(g.tree.l4, .readOnly)) == nil)
    g.host.put(g.tree.l4, slot, table, flags)
    return g
  }

  @Test func theHypervisorsAddressesAreNobodysToUpdate() {
    let g = PinnedGuest()
    // As the machine-to-physical table is: guests may read there.
    g.host.put(g.tree.l4, 256, g.tree.l3, .table)
    #expect(g.host.mmu.leafPlace(of: VirtualAddress(0), under: g.tree.l4, guest) != nil)
    #expect(g.host.mmu.leafPlace(of: VirtualAddress(l4: 256), under: g.tree.l4, guest) == nil)
    #expect(g.host.mmu.leafEntry(of: VirtualAddress(l4: 256), under: g.tree.l4) == nil)
  }

  @Test func aWalkFollowsWhatRing3MayFollow() {
    let address = VirtualAddress(l4: 5, l3: 261)
    // Through the root that shows itself: slot 261 stands for a table of the third level's entry.
    var g = makeLinear(261, MFN(4), .table)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) != nil)
    g = makeLinear(261, MFN(4), .present | .writable | .accessed)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
    g = makeLinear(261, MFN(4), .table | .large)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
    g = makeLinear(261, MFN(0xaaaaa), .table)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
  }

  @Test func aWalkThatEndsInAnothersTableIsNotTheGuests() {
    let g = makeLinear(261, MFN(30), .table)
    pinOthersTable(g)
    g.host.put(g.host.frame(30), 0, g.host.frame(40), .table)
    let address = VirtualAddress(l4: 5, l3: 261)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, guest) == nil)
    #expect(g.host.mmu.leafPlace(of: address, under: g.tree.l4, other) != nil)
  }

  // MARK: Whose frames

  @Test func aPrivilegedDomainsOwnTablesNameItsOwnFrames() {
    let g = PinnedGuest()
    let table = g.host.frame(20)
    g.host.frames[table].pointee.assign(to: .dom0)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.pin(table, .l1, of: .dom0, &g.pending)
      } == nil)
    let foreign = PageTableEntry(g.host.frame(41), .readOnly)
    #expect(g.update(table, 0, foreign, .replacing, UpdateParties(.dom0)) == .EBUSY)
    let named = UpdateParties(caller: .dom0, tableOwner: .dom0, frameOwner: other)
    #expect(g.update(table, 0, foreign, .replacing, named) == nil)
  }

  @Test func anothersTableIsNotWrittenInOnesOwnName() {
    let g = PinnedGuest()
    pinOthersTable(g)
    let table = g.host.frame(40)
    #expect(g.update(table, 3, PageTableEntry(g.host.frame(9), .data)) == .EINVAL)
    #expect(g.host.entry(table, 3) == .empty)
  }

  @Test func aDeviceMustBePermittedToTheTablesOwnerToo() {
    let g = PinnedGuest()
    g.host.guests[.dom0]?.devices = 0x1000...0x1001
    let device = PageTableEntry(MFN(0x1000), .data)
    let parties = UpdateParties(caller: .dom0, tableOwner: guest, frameOwner: .dom0)
    #expect(g.update(g.tree.l1, 3, device, .replacing, parties) == .EPERM)
    g.host.guests[guest]?.devices = 0x1000...0x1000
    #expect(g.update(g.tree.l1, 3, device, .replacing, parties) == nil)
  }

  @Test func framesOfOthersAreNotCopied() {
    let g = PinnedGuest()
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.copy(g.host.frame(41), to: g.host.frame(9), of: guest)
      } == .EINVAL)
  }

  // MARK: Entries above the leaves

  @Test func aTablesEntryGetsNoNewFlagsByTheQuickWay() {
    let g = PinnedGuest()
    let old = g.host.entry(g.tree.l2, 0)
    #expect(g.update(g.tree.l2, 0, PageTableEntry(g.tree.l1, .table | .global)) == .EINVAL)
    #expect(g.host.entry(g.tree.l2, 0) == old)
  }

  @Test func onlyLeavesNameFramesOfOthers() {
    let g = PinnedGuest()
    let parties = UpdateParties(caller: .dom0, tableOwner: guest, frameOwner: other)
    let entry = PageTableEntry(g.tree.l1, .table)
    #expect(g.update(g.tree.l2, 1, entry, .replacing, parties) == .EINVAL)
  }

  @Test func aTableThatIsShownDoesNotShowOthers() throws {
    let host = TestHost()
    let (shown, shower, third) = (host.frame(2), host.frame(3), host.frame(4))
    var pending = PendingTable()
    try host.mmu.acquireTable(shown, .l4, of: guest, &pending)
    try host.mmu.acquireTable(third, .l4, of: guest, &pending)
    host.put(shower, 1, shown, .readOnly)
    try host.mmu.acquireTable(shower, .l4, of: guest, &pending)
    let entry = PageTableEntry(third, .readOnly)
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.update(
          shown.address.advanced(by: 8), entry.rawValue, .replacing, UpdateParties(guest),
          &pending)
      } == .EINVAL)
    let held = [shown: 1, shower: 1, third: 1] as [MFN: Int]
    #expect(Recount(heldReferences: held, heldUses: held).disagreements(host) == [])
  }

  // MARK: Counts and stamps

  @Test func aFullCountIsAnErrorNotAnOverflow() {
    let g = PinnedGuest()
    let mfn = g.host.frame(9)
    var word = PageTypeWord(.writable, count: PageTypeWord.maximumCount)
    word.isValidated = true
    g.host.frames[mfn].pointee.type.store(word.rawValue, ordering: .relaxed)
    #expect(g.update(g.tree.l1, 3, PageTableEntry(mfn, .data)) == .EBUSY)
    #expect(g.host.mmu.type(of: mfn) == word)
  }

  @Test func theEndOfAnyUseIsStamped() throws {
    let g = PinnedGuest()
    let mfn = g.host.frame(9)
    try g.host.mmu.takeType(mfn, .descriptors)
    g.host.tlbTime = 77
    try g.host.mmu.putType(mfn)
    #expect(g.host.frames[mfn].pointee.tlbStamp == 77)
  }

  // MARK: Grants

  @Test func aGrantGoesIntoAnEntryOfTheMappersOwn() {
    let g = PinnedGuest()
    pinOthersTable(g)
    let flags = GrantMapFlags.hostMap | GrantMapFlags.containsPTE | GrantMapFlags.readOnly
    let place = g.host.frame(40).address.rawValue
    #expect(
      g.host.mmu.mapGrant(g.host.frame(41), at: place, flags, root: g.tree.l4, of: guest)
        == .generalError)
    #expect(g.host.entry(g.host.frame(40), 0) == .empty)
  }

  @Test func aMappingByEntryIsNotReplacedByAddress() {
    let g = PinnedGuest()
    let granted = g.host.frame(41)
    _ = g.host.frames.takeReference(granted, ownedBy: other)
    let flags = GrantMapFlags.hostMap | GrantMapFlags.containsPTE | GrantMapFlags.readOnly
    let place = g.tree.l1.address.rawValue + 6 * 8
    #expect(
      g.host.mmu.mapGrant(granted, at: place, flags, root: g.tree.l4, of: guest) == .okay)
    #expect(
      g.host.mmu.unmapGrant(
        granted, at: place, flags, replacement: 0x1000, root: g.tree.l4, of: guest)
        == .generalError)
    #expect(g.host.entry(g.tree.l1, 6).frame == granted)
  }

  // MARK: Writes to tables

  @Test func anothersTableIsNotWrittenThroughAReadOnlyMapping() {
    let g = PinnedGuest()
    pinOthersTable(g)
    let parties = UpdateParties(caller: .dom0, tableOwner: guest, frameOwner: other)
    let view = PageTableEntry(g.host.frame(40), .readOnly)
    #expect(g.update(g.tree.l1, 4, view, .replacing, parties) == nil)
    #expect(
      !g.host.mmu.isTableWrite(VirtualAddress(0x4000), under: g.tree.l4, of: guest))
    #expect(
      g.host.mmu.writeToTable(
        VirtualAddress(0x4000), 0, bytes: 8, under: g.tree.l4, of: guest) == .refused)
  }

  // MARK: Descriptors

  @Test func gatesGetPrivilege0SoThatTheirUseFaults() {
    // A call gate of privilege 3 to the flat kernel code segment.
    var gate = SegmentDescriptor(rawValue: 0x0000_8c00_e033_1000)
    gate.privilege = 3
    let checked = DescriptorRules.sanitised(gate)
    #expect(checked?.privilege == 0)
  }

  @Test func aGDTDoesNotReachTheHypervisorsPart() {
    let g = PinnedGuest()
    let window = DescriptorWindow(
      table: g.host.hypervisorWindows, first: 32, address: VirtualAddress(l4: 260),
      zeros: g.host.hypervisorRoot)
    let frames = InlineArray<14, MFN>(repeating: g.host.frame(9))
    for entries in [-1, 7169, Int.max] {
      #expect(
        reason { () throws(XenErrno) in
          try g.host.mmu.setGDT(frames, entries: entries, window, of: guest)
        } == .EINVAL)
    }
    for page in [-1, 16] {
      #expect(
        !g.host.mmu.mapLDTPage(
          page, base: VirtualAddress(0), window, root: g.tree.l4, of: guest))
    }
  }

  @Test func anLDTIsBoundedAlignedAndTheGuests() throws {
    try withGuests { g in
      #expect(g.value(.mmuExtOp, g.mmuExt([(5, g.frames[1][0].rawValue, 0)]), by: g.guest) == 0)
      for (base, entries): (UInt64, UInt64) in [
        (0, 8193), (0, 0xffff_ffff), (8, 16), (0xffff_8300_0000_0000, 16),
        (0x8000_0000_0000, 16),
      ] {
        #expect(
          g.value(.mmuExtOp, g.mmuExt([(13, base, entries)]), by: g.guest) == -22,
          "\(base) \(entries)")
      }
      #expect(g.guest.pv.pointee.memory.ldtEntries == 0)
      #expect(g.value(.mmuExtOp, g.mmuExt([(13, 0, 8192)]), by: g.guest) == 0)
    }
  }

  // MARK: Hypercalls

  @Test func theMachineToPhysicalTableIsNotChangedInAnothersName() throws {
    try withGuests { g in
      let mfn = g.frames[0][8]
      let domains = UInt64(g.guest.domain.pointee.id.rawValue + 1) << 16 | 0x7ff0
      let request = g.mmuUpdate([(mfn.address.rawValue | 1, 0x77)], domains: domains)
      #expect(g.value(.mmuUpdate, request, by: g.dom0) == -1)
      let own = g.mmuUpdate([(mfn.address.rawValue | 1, 0x77)])
      #expect(g.value(.mmuUpdate, own, by: g.dom0) == 0)
    }
  }

  @Test func addressBitsThatTheProcessorDoesNotHaveAreNoDevice() throws {
    try withGuests { g in
      // 40 bits of address, as every 64-bit processor has.
      _ = g.guest.domain.pointee.memoryPermissions.insert(1 << 27, through: 1 << 30)
      let host = g.hv.mmu(for: g.guest.domain).host
      let id = g.guest.domain.pointee.id
      #expect(host.mayMapDevice(id, MFN((1 << 28) - 1)))
      #expect(!host.mayMapDevice(id, MFN(1 << 28)))
    }
  }

  @Test func aListThatReachesTheHypervisorsRangeIsNotBegun() throws {
    try withGuests { g in
      let f = g.frames[1]
      #expect(g.value(.mmuExtOp, g.mmuExt([(0, f[3].rawValue, 0)]), by: g.guest) == 0)
      var request = g.mmuUpdate([
        (f[3].address.rawValue + 64, PageTableEntry(f[8], .readOnly).rawValue)
      ])
      let last: UInt64 = 0x7fff_ffff_f000
      g.host.mapGuestPage(VirtualAddress(last), to: g.listFrame)
      request.first = last
      request.second = 257
      #expect(g.value(.mmuUpdate, request, by: g.guest) == -14)
      #expect(g.host.memory[f[3]][word: 8] == 0)
    }
  }

  @Test func aFrameThatWasOnlyReadIsForgottenBeforeItsNextOwnerHasIt() throws {
    try withGuests { g in
      let mfn = g.frames[1][8]
      g.host.memory[mfn][word: 7] = 0x7365_6372_6574
      try g.hv.giveUpFrame(mfn, of: g.guest.domain)
      g.dom0.domain.pointee.maximumFrames = 100_000
      g.host.update { $0.flushes = [] }
      var taken = MFN.invalid
      while taken != mfn {
        #expect(g.host.update { $0.flushes.isEmpty })
        taken = try g.hv.allocateFrames(for: g.dom0.domain, order: 0)
      }
      #expect(g.host.memory[mfn][word: 7] == 0)
      #expect(g.host.update { $0.flushes } == [g.hv.state.pointee.onlineCPUs])
    }
  }

  @Test func whatTheHypervisorSharesIsNotGivenUp() throws {
    try withGuests { g in
      let domain = g.guest.domain
      let shared = domain.pointee.sharedInfo
      let before = g.hv.frames[shared].pointee.references
      #expect(
        reason { () throws(XenErrno) in try g.hv.giveUpFrame(shared, of: domain) } == .EINVAL)
      #expect(g.hv.frames[shared].pointee.references == before)
      #expect(g.hv.frames[shared].pointee.isAllocated == true)
    }
  }
}
