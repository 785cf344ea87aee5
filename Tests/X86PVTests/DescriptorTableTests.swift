import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct DescriptorTableTests {
  let guest = TestHost.guest

  /// A guest with a window in frame 1, beside another vCPU's.
  struct Windowed {
    let g = PinnedGuest()
    let window: DescriptorWindow

    init() {
      window = DescriptorWindow(
        table: g.host.hypervisorWindows, first: 32, address: VirtualAddress(l4: 260),
        zeros: g.host.hypervisorRoot)
      g.host.mmu.clearGDT(window)
    }

    func entry(_ i: Int) -> PageTableEntry { g.host.entry(window.table, window.first + i) }

    func setGDT(_ frames: [Int], entries: Int) -> XenErrno? {
      var list = InlineArray<14, MFN>(repeating: .invalid)
      for (i, n) in frames.enumerated() { list[i] = g.host.frame(n) }
      return reason { [g, window] () throws(XenErrno) in
        try g.host.mmu.setGDT(list, entries: entries, window, of: TestHost.guest)
      }
    }

    func disagreements(_ held: [Int: Int]) -> [String] {
      var model = Recount()
      for (n, count) in held {
        model.heldReferences[g.host.frame(n)] = count
        model.heldUses[g.host.frame(n)] = count
      }
      return model.disagreements(g.host)
    }
  }

  @Test func anEmptyGDTShowsZeros() {
    let w = Windowed()
    for i in 0..<14 {
      #expect(w.entry(i).frame == w.window.zeros)
      #expect(!w.entry(i).flags.contains(.writable))
      #expect(!w.entry(i).flags.contains(.user))
    }
  }

  @Test func aGDTHoldsItsFramesAsDescriptors() {
    let w = Windowed()
    #expect(w.setGDT([10, 11], entries: 513) == nil)
    #expect(w.entry(0).frame == w.g.host.frame(10))
    #expect(w.entry(1).frame == w.g.host.frame(11))
    #expect(w.entry(2).frame == w.window.zeros)
    #expect(w.g.kind(10) == .descriptors)
    #expect(w.disagreements([10: 1, 11: 1]) == [])
    #expect(w.setGDT([11], entries: 512) == nil)
    #expect(w.entry(1).frame == w.window.zeros)
    #expect(w.disagreements([11: 1]) == [])
    w.g.host.mmu.clearGDT(w.window)
    #expect(w.disagreements([:]) == [])
  }

  @Test func aGDTThatBreaksARuleLeavesTheOldOne() {
    let w = Windowed()
    #expect(w.setGDT([10], entries: 8) == nil)
    #expect(w.setGDT([11], entries: 14 * 512 + 1) == .EINVAL)
    #expect(w.setGDT([11, 40], entries: 1024) == .EINVAL)
    #expect(w.setGDT([11, 5], entries: 1024) == .EINVAL)
    // A present task-state segment.
    w.g.host.memory[w.g.host.frame(12)][word: 3] = 0x0000_8900_0000_0000
    #expect(w.setGDT([11, 12], entries: 1024) == .EINVAL)
    #expect(w.entry(0).frame == w.g.host.frame(10))
    #expect(w.disagreements([10: 1]) == [])
  }

  @Test func descriptorsAreMadeHarmlessWhenTheirFrameIsTyped() {
    let w = Windowed()
    w.g.host.memory[w.g.host.frame(10)][word: 1] = SegmentDescriptor.code64(privilege: 0).rawValue
    #expect(w.setGDT([10], entries: 8) == nil)
    #expect(
      w.g.host.memory[w.g.host.frame(10)][word: 1]
        == SegmentDescriptor.code64(privilege: 3).rawValue)
  }

  @Test func theHypervisorsPageComesBehindTheGuests() {
    let w = Windowed()
    w.g.host.mmu.setReservedDescriptors(MFN(63), w.window)
    #expect(w.entry(14).frame == MFN(63))
    #expect(w.setGDT([10], entries: 8) == nil)
    #expect(w.entry(14).frame == MFN(63))
  }

  @Test func descriptorsAreUpdatedInTablesAndInMemory() {
    let w = Windowed()
    func update(_ n: Int, _ offset: UInt64, _ d: SegmentDescriptor) -> XenErrno? {
      reason { () throws(XenErrno) in
        try w.g.host.mmu.updateDescriptor(
          w.g.host.frame(n).address.advanced(by: offset), d, of: guest)
      }
    }
    #expect(w.setGDT([10], entries: 8) == nil)
    #expect(update(10, 16, .data(privilege: 0)) == nil)
    #expect(
      w.g.host.memory[w.g.host.frame(10)][word: 2] == SegmentDescriptor.data(privilege: 3).rawValue)
    #expect(update(11, 8, .code64(privilege: 3)) == nil)
    #expect(update(10, 4, .null) == .EINVAL)
    #expect(update(10, 8, SegmentDescriptor(rawValue: 0x0000_8900_0000_0000)) == .EINVAL)
    #expect(update(5, 8, .null) == .EINVAL)
    #expect(update(40, 8, .null) == .EINVAL)
    #expect(w.disagreements([10: 1]) == [])
  }

  @Test func ldtPagesComeOnDemandAndGo() {
    let w = Windowed()
    #expect(w.g.update(w.g.tree.l1, 8, PageTableEntry(w.g.host.frame(10), .readOnly)) == nil)
    func map(_ page: Int) -> Bool {
      w.g.host.mmu.mapLDTPage(
        page, base: VirtualAddress(0x8000), w.window, root: w.g.tree.l4, of: guest)
    }
    #expect(map(0))
    #expect(w.entry(16).frame == w.g.host.frame(10))
    #expect(map(0))
    #expect(!map(1))
    #expect(!map(16))
    #expect(w.disagreements([10: 1]) == [])
    #expect(w.g.host.mmu.clearLDT(w.window))
    #expect(!w.g.host.mmu.clearLDT(w.window))
    #expect(w.disagreements([:]) == [])
  }

  @Test func anLDTPageThatIsMappedWritableIsNotUsed() {
    let w = Windowed()
    #expect(w.g.update(w.g.tree.l1, 8, PageTableEntry(w.g.host.frame(10), .data)) == nil)
    #expect(
      !w.g.host.mmu.mapLDTPage(
        0, base: VirtualAddress(0x8000), w.window, root: w.g.tree.l4, of: guest))
    #expect(w.disagreements([:]) == [])
  }
}
