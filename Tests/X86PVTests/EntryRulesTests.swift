import Primitives
import Machine
import Testing
import X86Format

@testable import X86PV

@Suite struct EntryRulesTests {
  let frame = MFN(0x1234)

  func allowed(_ flags: EntryFlags, _ level: PageTableLevel, cache: CachePolicy = .cachedOnly)
    -> Bool
  {
    EntryRules.isAllowed(PageTableEntry(frame, flags), level, cache: cache, noExecute: true)
  }

  @Test func everyLevelTakesTheOrdinaryFlags() {
    let flags: EntryFlags =
      .present | .writable | .user | .accessed | .dirty | .available | .noExecute
    for level in [PageTableLevel.l1, .l2, .l3, .l4] { #expect(allowed(flags, level)) }
  }

  @Test func largePagesAreForNoGuest() {
    for level in [PageTableLevel.l2, .l3, .l4] {
      #expect(!allowed(.present | .large, level))
      #expect(!allowed(.present | .large, level, cache: .any))
    }
  }

  @Test func onlyLeavesMayBeGlobal() {
    #expect(allowed(.present | .global, .l1))
    for level in [PageTableLevel.l2, .l3, .l4] { #expect(!allowed(.present | .global, level)) }
  }

  @Test func memoryTypesNeedADomainWithDevicesAndALeaf() {
    for flag in [EntryFlags.writeThrough, .cacheDisable, .pat] {
      #expect(!allowed(.present | flag, .l1))
      #expect(allowed(.present | flag, .l1, cache: .any))
      #expect(!allowed(.present | flag, .l2, cache: .any))
    }
  }

  @Test func highBitsAreTheGuestsOwn() {
    for level in [PageTableLevel.l1, .l2, .l3, .l4] {
      #expect(allowed(.present | .availableHigh, level))
    }
  }

  @Test func noExecuteNeedsHardware() {
    let entry = PageTableEntry(frame, .present | .noExecute)
    #expect(!EntryRules.isAllowed(entry, .l1, cache: .any, noExecute: false))
    #expect(EntryRules.isAllowed(entry, .l1, cache: .any, noExecute: true))
  }

  @Test func kernelPagesAreMarkedAndOpenToRing3ButNotGlobal() {
    let new = EntryRules.adjusted(PageTableEntry(frame, .present | .writable), .l1)
    #expect(new.flags == .present | .writable | .user | .guestKernel)
    #expect(new.frame == frame)
  }

  @Test func userPagesAreGlobal() {
    let new = EntryRules.adjusted(PageTableEntry(frame, .present | .user), .l1)
    #expect(new.flags == .present | .user | .global)
  }

  @Test func pagesThatTheGuestMarksAsTheKernelsAreNotMadeGlobal() {
    let new = EntryRules.adjusted(PageTableEntry(frame, .present | .user | .guestKernel), .l1)
    #expect(new.flags == .present | .user | .guestKernel)
  }

  @Test func tablesAreOpenToRing3AndRootEntriesAccessed() {
    let entry = PageTableEntry(frame, .present)
    #expect(EntryRules.adjusted(entry, .l2).flags == .present | .user)
    #expect(EntryRules.adjusted(entry, .l3).flags == .present | .user)
    #expect(EntryRules.adjusted(entry, .l4).flags == .present | .user | .accessed)
  }

  @Test func absentEntriesStayAsTheyAre() {
    let entry = PageTableEntry(rawValue: 0xffff_ffff_ffff_fffe)
    for level in [PageTableLevel.l1, .l2, .l3, .l4] {
      #expect(EntryRules.adjusted(entry, level) == entry)
    }
  }

  @Test func onlyHarmlessDifferencesAreEquivalent() {
    let old = PageTableEntry(frame, .present | .writable)
    for flag in [
      EntryFlags.noExecute, .available0, .global, .dirty, .accessed, .user, .guestKernel,
    ] {
      #expect(EntryRules.isEquivalent(old, PageTableEntry(frame, old.flags | flag)))
    }
    #expect(!EntryRules.isEquivalent(old, PageTableEntry(frame, .present)))
    #expect(!EntryRules.isEquivalent(old, PageTableEntry(frame, .writable)))
    #expect(!EntryRules.isEquivalent(old, PageTableEntry(MFN(0x1235), old.flags)))
    #expect(!EntryRules.isEquivalent(old, PageTableEntry(frame, old.flags | .cacheDisable)))
  }

  @Test func cachedDeviceMappingsBecomeUncached() {
    for flags in [EntryFlags.present, .present | .writeThrough, .present | .pat | .writeThrough] {
      let new = EntryRules.deviceEntry(PageTableEntry(frame, flags), isReadOnly: false)
      #expect(new.flags == .present | .cacheDisable | .writeThrough)
    }
    for flags in [EntryFlags.present | .cacheDisable, .present | .pat] {
      let entry = PageTableEntry(frame, flags)
      #expect(EntryRules.deviceEntry(entry, isReadOnly: false) == entry)
    }
  }

  @Test func readOnlyDevicesLoseTheirWritableFlag() {
    let entry = PageTableEntry(frame, .present | .writable | .cacheDisable)
    #expect(EntryRules.deviceEntry(entry, isReadOnly: true).flags == .present | .cacheDisable)
  }

  @Test func sixteenRootSlotsAreTheHypervisors() {
    #expect((0..<512).filter { EntryRules.isHypervisorSlot($0, .l4) } == Array(256...271))
    #expect(!EntryRules.isHypervisorSlot(260, .l3))
    #expect(!EntryRules.isGuestAddress(VirtualAddress(0xffff_8000_0000_0000)))
    #expect(!EntryRules.isGuestAddress(VirtualAddress(0xffff_87ff_ffff_ffff)))
    #expect(EntryRules.isGuestAddress(VirtualAddress(0xffff_8800_0000_0000)))
    #expect(EntryRules.isGuestAddress(VirtualAddress(0x7fff_ffff_ffff)))
    #expect(!EntryRules.isGuestAddress(VirtualAddress(0x8000_0000_0000)))
  }
}
