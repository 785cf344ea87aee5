import CGuest
import GuestKit
import Text
import XenABI

func testPinning() {
  test("pinning") {
    let table = Table.data()
    for level: UInt32 in 1...4 {
      expect(table.pin(level), .EINVAL, "writable memory as L\(level)")
    }
    expect(MMU.protect(table.address, writable: false), 0, "read-only")
    for level: UInt32 in 1...4 {
      expect(table.pin(level), 0, "an empty page as L\(level)")
      expect(table.pin(level), .EINVAL, "twice")
      expect(table.pin(level == 1 ? 2 : level &- 1), .EINVAL, "at another level too")
      expect(MMU.protect(table.address, writable: true), .EBUSY, "it does not become writable")
      expect(table.unpin(), 0, "unpin")
      expect(table.unpin(), .EINVAL, "twice")
      // An L4 page got the hypervisor's entries: they are not ours to keep in an L1.
      if level == 4 {
        for slot: UInt64 in 256...271 { expect(table.set(slot, 0), 0, "slot \(slot) is cleared") }
      }
    }
    table.drop("the table")
    expect(MMU.extended(MMU.pinL1, 1 << 40), .EINVAL, "a frame that is not there")
    expect(MMU.extended(MMU.pinL1, Machine.foreignFrame(0x100)), .EINVAL, "a frame of another")
    expect(MMU.extended(MMU.unpin, Machine.foreignFrame(0x100)), .EINVAL, "unpin another's")
    expect(
      MMU.extended(MMU.pinL4, Memory.machineFrame(at: PageTables.root)), .EINVAL,
      "the boot L4 is pinned already")
  }
  test("a second mapping counts") {
    let table = Table.data()
    let window = Window.open()
    expect(window.map(table.readWrite), 0, "mapped writable in a second place")
    expect(MMU.protect(table.address, writable: false), 0, "read-only in the first")
    expect(table.pin(1), .EINVAL, "still writable somewhere")
    expect(window.map(table.readOnly), 0, "read-only in the second too")
    expect(table.pin(1), 0, "now it pins")
    expect(window.map(table.readWrite), .EBUSY, "writable in the second")
    expect(table.unpin(), 0, "unpin")
    expect(window.map(table.readWrite), 0, "now it may")
    window.close()
    table.drop("the table")
  }
}

func testContents() {
  test("what a table may hold when it is pinned") {
    let table = Table.data()
    let other = Table.make()
    let data = Table.data()
    func refuse(_ level: UInt32, _ entry: UInt64, _ what: StaticString) {
      guest_store64(table.address &+ 8, data.readOnly)
      guest_store64(table.address &+ 100 &* 8, entry)
      if level > 1 { guest_store64(table.address &+ 8, 0) }
      expect(MMU.protect(table.address, writable: false), 0, "\(what), read-only")
      // The hypervisor passes on what it met: busy, not permitted or invalid.
      let end = table.pin(level)
      expect(end < 0, "\(what)")
      expect(MMU.protect(table.address, writable: true), 0, "\(what), writable again")
      Pages.clear(table.address)
    }
    refuse(1, Machine.foreignFrame(0x100) << 12 | PageEntry.readOnly, "L1 with a foreign frame")
    refuse(1, data.readOnly | 1 << 51, "L1 with an address that is none")
    expect(other.pin(1), 0, "another table is an L1")
    refuse(1, other.readWrite, "L1 with another table writable")
    refuse(1, table.readWrite, "L1 with itself writable")
    refuse(3, other.asTable, "L3 with an L1")
    refuse(4, other.asTable, "L4 with an L1")
    refuse(2, data.asTable, "L2 with a page that is mapped writable")
    refuse(2, other.asTable | PageEntry.large, "L2 with a large page")
    refuse(2, Machine.foreignFrame(0x100) << 12 | PageEntry.readWrite, "L2 with a foreign frame")
    refuse(3, data.asTable, "L3 with a page that is mapped writable")
    expect(other.unpin(), 0, "the other table is unpinned")

    // The legal forms of the same.
    guest_store64(table.address, data.readWrite)
    guest_store64(table.address &+ 8, other.readOnly)
    guest_store64(table.address &+ 16, table.readOnly)
    expect(MMU.protect(table.address, writable: false), 0, "read-only")
    expect(table.pin(1), 0, "L1 with data, another table and itself read-only")
    expect(table.unpin(), 0, "unpin")
    expect(MMU.protect(table.address, writable: true), 0, "writable")
    Pages.clear(table.address)
    guest_store64(table.address &+ 511 &* 8, other.asTable)
    expect(MMU.protect(table.address, writable: false), 0, "read-only")
    expect(table.pin(2), 0, "L2 with an L1 in its last entry")
    expect(MMU.protect(other.address, writable: true), .EBUSY, "the L1 has become one by that")
    expect(other.pin(2), .EINVAL, "and no L2")
    expect(other.pin(1), 0, "it can be pinned as what it is")
    expect(table.unpin(), 0, "unpin the L2")
    expect(MMU.protect(other.address, writable: true), .EBUSY, "the L1 stays pinned")
    expect(other.unpin(), 0, "unpin the L1")
    other.drop("the L1")
    table.drop("the L2")
    data.drop("the data page")
  }
}

func testTopLevel() {
  test("a top level of our own") {
    let boot = Memory.machineFrame(at: PageTables.root)
    let l4 = Table.data()
    for i: UInt64 in 0..<512 where i < 256 || i > 271 {
      guest_store64(l4.address &+ i &* 8, guest_load64(PageTables.root &+ i &* 8))
    }
    expect(MMU.extended(MMU.newBase, l4.frame), .EINVAL, "writable memory as base")
    expect(MMU.protect(l4.address, writable: false), 0, "read-only")
    expect(l4.pin(4), 0, "pin a copy of the boot L4")
    expect(MMU.extended(MMU.newBase, l4.frame), 0, "new base")
    expect(l4.read(256) & 1, 1, "the hypervisor filled slot 256, the m2p's")
    expect(guest_load64(l4.address &+ 511 &* 8) & 1, 1, "we still run")
    expectNoFault("the m2p is there", 0xffff_8000_0000_0000) { a, _, _ in guest_load64(a) }
    expect(l4.unpin(), 0, "unpin the base in use")
    expect(MMU.protect(l4.address, writable: true), .EBUSY, "it is in use")
    expect(MMU.extended(MMU.newBase, boot), 0, "back to the boot L4")
    l4.drop("the L4")
    expect(MMU.extended(MMU.newBase, 1 << 40), .EINVAL, "a base that is not there")
    expect(MMU.extended(MMU.newBase, Machine.foreignFrame(0x100)), .EINVAL, "another's as base")
    let l1 = Memory.machineFrame(at: tableAddress(1))
    expect(MMU.extended(MMU.newBase, l1), .EINVAL, "an L1 as base")
    expect(MMU.extended(MMU.newBase, boot), 0, "the base we have")
  }
  test("user base") {
    let l4 = Table.make()
    expect(MMU.extended(MMU.newUserBase, l4.frame), 0, "an empty L4 for user mode")
    expect(MMU.protect(l4.address, writable: true), .EBUSY, "it is in use")
    expect(MMU.extended(MMU.newUserBase, l4.frame), 0, "the same again")
    expect(
      MMU.extended(MMU.newUserBase, Memory.machineFrame(at: tableAddress(2))), .EINVAL,
      "an L2 for user mode")
    expect(MMU.extended(MMU.newUserBase, 0), 0, "none")
    l4.drop("the user L4")
  }
  test("slots of an L4") {
    let l4 = Table.make()
    let l3 = Table.make()
    expect(l4.pin(4), 0, "an L4")
    for slot: UInt64 in 256...271 {
      expect(l4.set(slot, l3.asTable), .EINVAL, "slot \(slot) is the hypervisor's")
    }
    each([0, 255, 272, 511]) { slot in
      expect(l4.set(slot, l3.asTable), 0, "slot \(slot) is ours")
      expect(l4.set(slot, 0), 0, "slot \(slot) empties")
    }
    // Linear page tables: an L4 entry that names an L4, read-only.
    expect(l4.set(300, l4.frame << 12 | PageEntry.readOnly), 0, "itself read-only")
    expect(l4.set(300, 0), 0, "and gone")
    expect(l4.set(300, l4.frame << 12 | PageEntry.readWrite), .EINVAL, "itself writable")
    let second = Table.make()
    expect(second.pin(4), 0, "a second L4")
    expect(l4.set(300, second.frame << 12 | PageEntry.readOnly), 0, "another L4 read-only")
    expect(
      second.set(300, l4.frame << 12 | PageEntry.readOnly), .EINVAL,
      "not while that one refers here")
    expect(l4.set(300, 0), 0, "gone")
    expect(second.unpin(), 0, "unpin")
    expect(l4.unpin(), 0, "unpin")
    second.drop("the second L4")
    l3.drop("the L3")
    l4.drop("the L4")
  }
  test("linear tables at lower levels") {
    let l2 = Table.make()
    expect(l2.pin(2), 0, "an L2")
    expect(l2.set(5, l2.frame << 12 | PageEntry.readOnly), 0, "names itself read-only")
    expect(l2.set(6, l2.frame << 12 | PageEntry.readWrite), .EINVAL, "names itself writable")
    expect(l2.set(5, 0), 0, "no more")
    expect(l2.unpin(), 0, "unpin")
    l2.drop("the L2")
    let l3 = Table.make()
    expect(l3.pin(3), 0, "an L3")
    expect(l3.set(5, l3.frame << 12 | PageEntry.readOnly), 0, "names itself read-only")
    expect(l3.set(6, l3.frame << 12 | PageEntry.readWrite), .EINVAL, "names itself writable")
    expect(l3.set(5, 0), 0, "no more")
    expect(l3.unpin(), 0, "unpin")
    l3.drop("the L3")
  }
}
