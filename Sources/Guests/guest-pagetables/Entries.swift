import CGuest
import GuestKit
import Text
import XenABI

func testEntryBits() {
  test("bits of an L1 entry") {
    let window = Window.open()
    let page = Table.data()
    // Bit 62 marks granted pages in some builds of the hypervisor, and is refused there.
    for bit: UInt64 in 3..<64 where bit != 62 && (bit < 12 || bit > 51) {
      // The kind of caching is for domains that have devices.
      if bit == 3 || bit == 4 || bit == 7, !StartInfo.current.isInitialDomain {
        expect(window.map(page.frame << 12 | 5 | 1 << bit), .EINVAL, "bit \(bit) is not ours")
        continue
      }
      expect(window.map(page.frame << 12 | 5 | 1 << bit), 0, "bit \(bit) is ours")
      expect(window.value >> bit & 1, 1, "bit \(bit) stays")
    }
    expect(window.map(page.readOnly), 0, "a plain entry")
    for bit: UInt64 in 46...51 {
      expect(window.map(page.readOnly | 1 << bit), .EPERM, "bit \(bit) is no address")
    }
    expect(window.value & PageEntry.frameMask, page.frame << 12, "the entry is as it was")
    window.close()
    page.drop("the frame")
  }
  test("bits of an L2 entry") {
    let l2 = Table.make()
    let l1 = Table.make()
    expect(l2.pin(2), 0, "an empty L2")
    tryBits(l2, l1, "L2")
    expect(l2.set(0, l1.asTable), 0, "points at an L1")
    expect(l2.set(0, 0), 0, "points at nothing")
    expect(l2.read(0), 0, "the entry is empty")
    expect(l2.unpin(), 0, "unpin")
    l1.drop("the L1")
    l2.drop("the L2")
  }
  test("bits of L3 and L4 entries") {
    let l4 = Table.make()
    let l3 = Table.make()
    let l2 = Table.make()
    expect(l3.pin(3), 0, "an empty L3")
    tryBits(l3, l2, "L3")
    expect(l3.set(0, l2.asTable), 0, "L3 points at an L2")
    expect(l3.set(0, 0), 0, "and not")
    expect(l4.pin(4), 0, "an empty L4")
    tryBits(l4, l3, "L4")
    expect(l4.set(0, l3.asTable), 0, "L4 points at an L3")
    expect(l3.unpin(), 0, "the L3 is unpinned while it is used")
    expect(MMU.protect(l3.address, writable: true), .EBUSY, "and is still an L3")
    expect(l4.set(0, 0), 0, "L4 points at nothing")
    expect(l4.unpin(), 0, "unpin the L4")
    l2.drop("the L2")
    l3.drop("the L3")
    l4.drop("the L4")
  }
}

// Every bit of an entry above L1: the cache, size and global bits and those past the physical
// address are refused, the others are the guest's.
private func tryBits(_ table: Table, _ next: Table, _ name: StaticString) {
  let plain = next.frame << 12 | 7
  for bit: UInt64 in 3..<64 where bit < 12 || bit > 45 {
    let refused = bit == 3 || bit == 4 || bit == 7 || bit == 8 || 46...51 ~= bit
    let end = table.set(0, plain | 1 << bit)
    expect(end, refused ? -Int64(XenErrno.EINVAL.rawValue) : 0, "\(name), bit \(bit)")
    expect(table.read(0) >> bit & 1, refused ? 0 : 1, "\(name), bit \(bit) as stored")
    expect(table.set(0, 0), 0, "\(name), bit \(bit), emptied")
  }
}

func testVirtualAddresses() {
  test("addresses of update_va_mapping") {
    let page = Table.data()
    expect(MMU.map(0xffff_8300_0000_0000, page.readOnly), .EINVAL, "in the hypervisor's range")
    expect(MMU.map(0xffff_8000_0000_0000, page.readOnly), .EINVAL, "in the m2p")
    expect(MMU.map(0x1000, page.readOnly), .EINVAL, "without a table to put it into")
    expect(MMU.map(BadAddress.nonCanonical, page.readOnly), .EINVAL, "not canonical")
    expect(
      hypercall(.updateVAMappingOtherDomain, page.address, page.readWrite, 2, 77), .ESRCH,
      "of a domain that is not there")
    expect(
      hypercall(.updateVAMappingOtherDomain, page.address, page.readWrite, 2, 0x7ff0), 0,
      "of ourselves")
    page.drop("the frame")
  }
}

func testHypervisorRange() {
  test("the hypervisor's range") {
    expectNoFault("the m2p can be read", 0xffff_8000_0000_0000) { a, _, _ in guest_load64(a) }
    expectFault(14, error: 3, "the m2p cannot be written", 0xffff_8000_0000_0000) { a, _, _ in
      guest_store64(a, 0)
      return 0
    }
    each([
      0xffff_8300_0000_0000, 0xffff_82d0_4020_0000, 0xffff_8200_0000_0000, 0xffff_87ff_ffff_f000,
    ]) { address in
      let end = attempt(address) { a, _, _ in guest_load64(a) }
      expect(end.fault.vector, 14, "\(hex: address) cannot be read")
      expect(end.fault.address, address, "\(hex: address) is the fault's address")
      expect(end.fault.error & ~1, 0, "\(hex: address), error code")
      let write = attempt(address) { a, _, _ in
        guest_store64(a, 0)
        return 0
      }
      expect(write.fault.vector, 14, "\(hex: address) cannot be written")
    }
    expectFault(13, "a read of an address that is not canonical", 0x0000_8000_0000_0000) {
      a, _, _ in
      guest_load64(a)
    }
  }
}
