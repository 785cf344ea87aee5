import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct WriteEmulationTests {
  let guest = TestHost.guest

  /// A guest that sees its table of leaves read-only at page 1, and its L2 at page 2.
  func makeGuest() -> PinnedGuest {
    let g = PinnedGuest()
    #expect(g.update(g.tree.l1, 1, PageTableEntry(g.tree.l1, .readOnly)) == nil)
    #expect(g.update(g.tree.l1, 2, PageTableEntry(g.tree.l2, .readOnly)) == nil)
    return g
  }

  func write(
    _ g: PinnedGuest, _ address: UInt64, _ value: UInt64, bytes: Int = 8, expected: UInt64? = nil
  ) -> TableWriteResult {
    g.host.mmu.writeToTable(
      VirtualAddress(address), value, bytes: bytes, expected: expected, under: g.tree.l4,
      of: guest)
  }

  @Test func onlyReadOnlyViewsOfLeafTablesCount() {
    let g = makeGuest()
    func isTable(_ address: UInt64) -> Bool {
      g.host.mmu.isTableWrite(VirtualAddress(address), under: g.tree.l4, of: guest)
    }
    #expect(isTable(0x1000))
    #expect(isTable(0x1ff8))
    #expect(!isTable(0x2000))
    #expect(!isTable(0))
    #expect(!isTable(0x3000))
    #expect(!isTable(0x20_0000))
  }

  @Test func aStoreChangesTheEntryLikeAnUpdate() {
    let g = makeGuest()
    let new = PageTableEntry(g.host.frame(9), .present | .writable)
    #expect(write(g, 0x1000 + 7 * 8, new.rawValue) == .written)
    #expect(g.host.entry(g.tree.l1, 7).flags == .present | .writable | .user | .guestKernel)
    #expect(write(g, 0x1000, 0) == .written)
    #expect(g.host.references(g.tree.data) == 1)
    #expect(g.disagreements == [])
  }

  @Test func partialStoresKeepTheOtherBytes() {
    let g = makeGuest()
    let old = g.host.entry(g.tree.l1, 0)
    // Clearing the writable flag with a byte store.
    #expect(write(g, 0x1000, (old.rawValue & 0xff) & ~2, bytes: 1) == .written)
    #expect(g.host.entry(g.tree.l1, 0) == PageTableEntry(old.frame, old.flags - .writable))
    #expect(g.uses(6) == 0)
    // Clearing the low half only leaves an absent entry.
    #expect(write(g, 0x1000, 0, bytes: 4) == .written)
    #expect(g.host.references(g.tree.data) == 1)
    #expect(g.host.entry(g.tree.l1, 0).rawValue == (old.rawValue >> 32) << 32)
    #expect(g.disagreements == [])
  }

  @Test func entriesThatAreNotAllowedAreRefused() {
    let g = makeGuest()
    let before = g.host.entry(g.tree.l1, 0)
    for bad in [
      PageTableEntry(g.host.frame(40), .data), PageTableEntry(g.tree.l1, .data),
      PageTableEntry(g.tree.data, .data | .cacheDisable),
    ] {
      #expect(write(g, 0x1000, bad.rawValue) == .refused)
    }
    #expect(write(g, 0x1004, 0, bytes: 8) == .refused)
    #expect(write(g, 0x1001, 0, bytes: 2) == .refused)
    #expect(write(g, 0x1000, 0, bytes: 3) == .refused)
    #expect(write(g, 0x2000, 0) == .refused)
    #expect(g.host.entry(g.tree.l1, 0) == before)
    #expect(g.disagreements == [])
  }

  @Test func exchangesHappenOnlyIfTheWordIsAsExpected() {
    let g = makeGuest()
    let old = g.host.entry(g.tree.l1, 0)
    let new = PageTableEntry(g.host.frame(9), .data)
    #expect(write(g, 0x1000, new.rawValue, expected: 5) == .differed(old.rawValue))
    #expect(g.host.entry(g.tree.l1, 0) == old)
    #expect(g.disagreements == [])
    #expect(write(g, 0x1000, new.rawValue, expected: old.rawValue) == .written)
    #expect(g.host.entry(g.tree.l1, 0).frame == g.host.frame(9))
    #expect(g.disagreements == [])
    #expect(write(g, 0x1004, 0, bytes: 4, expected: 1) == .differed(0))
    #expect(g.disagreements == [])
  }
}
