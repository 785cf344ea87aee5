import Machine
import Primitives
import Testing

@testable import X86Format

@Suite struct PageTableEntryTests {
  @Test func frameAndFlagsAreKeptApart() {
    var entry = PageTableEntry(MFN(0x12345), .present | .writable | .noExecute)
    #expect(entry.rawValue == 0x8000_0000_1234_5003)
    entry.frame = MFN(0xff_ffff_ffff)
    #expect(entry.frame == MFN(0xff_ffff_ffff))
    #expect(entry.flags == .present | .writable | .noExecute)
    entry.frame = MFN(UInt64.max)
    #expect(entry.flags == .present | .writable | .noExecute)
    entry.flags = PageFlags(rawValue: UInt64.max)
    #expect(entry.frame == MFN(0xff_ffff_ffff))
    #expect(entry.rawValue == UInt64.max)
    #expect(PageFlags.all.rawValue | PageTableEntry.frameMask == UInt64.max)
  }

  @Test func largePagesDropTheirPATBit() {
    let entry = PageTableEntry(rawValue: 0x4020_1083)
    #expect(entry.largeFrame(.l2) == MFN(0x40200))
    #expect(entry.largeFrame(.l3) == MFN(0x40000))
    #expect(entry.isLeaf(at: .l2))
    #expect(!PageTableEntry(MFN(1), .present).isLeaf(at: .l2))
    #expect(PageTableEntry(MFN(1), .present).isLeaf(at: .l1))
    #expect(!entry.isLeaf(at: .l4))
  }

  @Test func thePATIndexTakesThreeBits() {
    #expect(PageTableEntry(MFN(0), .pat).patIndex == 4)
    #expect(PageTableEntry(MFN(0), .writeThrough).patIndex == 1)
    #expect(PageTableEntry(MFN(0), .cacheability).patIndex == 7)
  }

  @Test func addressesSplitIntoFourIndices() {
    let address = VirtualAddress(0xffff_8300_0020_3abc)
    #expect(address.index(.l4) == 262)
    #expect(address.index(.l3) == 0)
    #expect(address.index(.l2) == 1)
    #expect(address.index(.l1) == 3)
    #expect(VirtualAddress(l4: 262, l2: 1, l1: 3).rawValue == 0xffff_8300_0020_3000)
    #expect(address.aligned(to: .l2).rawValue == 0xffff_8300_0020_0000)
  }

  @Test(
    arguments: [
      (0, true), (0x7fff_ffff_ffff, true), (0x8000_0000_0000, false),
      (0xffff_7fff_ffff_ffff, false), (0xffff_8000_0000_0000, true), (UInt64.max, true),
    ] as [(UInt64, Bool)])
  func canonicalAddressesRepeatBit47(_ raw: UInt64, _ expected: Bool) {
    let address = VirtualAddress(raw)
    #expect(address.isCanonical == expected)
    #expect(address.canonicalised.isCanonical)
    #expect((address.canonicalised == address) == expected)
  }

  @Test func levelsKnowTheirNeighbours() {
    #expect(PageTableLevel.l1.lower == nil)
    #expect(PageTableLevel.l4.upper == nil)
    #expect(PageTableLevel.l3.lower == .l2)
    #expect(PageTableLevel.l2.bytes == 0x20_0000)
  }
}
