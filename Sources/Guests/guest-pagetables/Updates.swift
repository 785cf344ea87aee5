import CGuest
import GuestKit
import Text
import XenABI

func testUpdates() {
  test("mmu_update") {
    let l1 = Table.make()
    let data = Table.data()
    expect(l1.pin(1), 0, "an L1")
    expect(l1.set(0, data.readWrite), 0, "a normal update")
    expect(l1.readEntry(0), data.readWrite, "is stored")
    expect(l1.set(0, data.readOnly), 0, "its bits change")
    expect(MMU.protect(data.address, writable: false), 0, "no writable mapping is left")
    expect(data.pin(1), 0, "so it can become a table")
    expect(l1.set(0, data.readWrite), .EBUSY, "which is not mapped writable")
    expect(l1.readEntry(0), data.readOnly, "the entry is as it was")
    expect(data.unpin(), 0, "unpin")
    expect(MMU.update(l1.entry(0) | MMU.noTranslate, data.readOnly), 0, "kind no-translate")
    expect(MMU.update(l1.entry(0) &+ 4, data.readOnly), .ENOSYS, "in the middle of an entry")
    expect(MMU.update(1 << 52, data.readOnly), .EINVAL, "a table that is not there")
    expect(
      MMU.update(Machine.foreignFrame(0x100) << 12, 0), .EINVAL, "a table that is not ours")
    expect(MMU.update(l1.entry(1), 0, domain: 77), .ESRCH, "for a domain that is not there")
    expect(MMU.update(l1.entry(1), 0, domain: 77 &+ 1 << 16), .ESRCH, "in one's tables")
    expect(MMU.update(l1.entry(1), 0, domain: DomainID.invalid), .ESRCH, "DOMID_INVALID")
    expect(l1.unpin(), 0, "unpin")
    l1.drop("the L1")
    data.drop("the data page")
  }
  test("accessed and dirty bits") {
    let window = Window.open()
    let entry = PageTables.machineEntry(window.address)
    let plain = window.own | PageEntry.present | PageEntry.writable | PageEntry.user
    expect(window.map(plain), 0, "neither accessed nor dirty")
    expect(window.value & 0x60, 0, "neither is set")
    guest_store64(window.address, 1)
    expect(window.value & 0x60, 0x60, "a write sets both")
    expect(
      MMU.update(entry | MMU.preserveAccessedDirty, plain), 0, "an update that preserves them")
    expect(window.value & 0x60, 0x60, "preserves them")
    expect(MMU.update(entry, plain), 0, "an update that does not")
    expect(window.value & 0x60, 0, "clears them")
    window.close()
  }
  test("machine-to-physical updates") {
    let page = Table.data()
    let number = Memory.page(at: page.address)
    let at = page.frame << 12 | MMU.machineToPhysical
    expect(MMU.update(at, 0x1234), 0, "set")
    expect(Memory.page(ofMachineFrame: page.frame), 0x1234, "the table shows it")
    expect(MMU.update(at, number), 0, "set back")
    expect(Memory.page(ofMachineFrame: page.frame), number, "the table shows that")
    let foreign = Machine.foreignFrame(0x100)
    let before = Memory.page(ofMachineFrame: foreign)
    expect(MMU.update(foreign << 12 | MMU.machineToPhysical, 1), .EINVAL, "of another's frame")
    expect(Memory.page(ofMachineFrame: foreign), before, "nothing has changed")
    expect(MMU.update(1 << 52 | MMU.machineToPhysical, 1), .EINVAL, "of no frame")
    page.drop("the frame")
  }
  test("mmu_update of ordinary memory") {
    let page = Table.data()
    expect(page.set(3, 0x1122_3344_5566_7788), 0, "writes a word")
    expect(page.read(3), 0x1122_3344_5566_7788, "which is there")
    page.drop("the page")
  }
}

func testBatches() {
  test("batches") {
    let l1 = Table.make()
    let data = Table.data()
    let list = Pages.allocate()
    let done = Pages.allocate()
    expect(l1.pin(1), 0, "an L1")
    func put(_ i: UInt64, _ pointer: UInt64, _ value: UInt64) {
      guest_store64(list &+ i &* 16, pointer)
      guest_store64(list &+ i &* 16 &+ 8, value)
    }
    func run(_ count: UInt64) -> Int64 {
      hypercall(.mmuUpdate, list, count, done, DomainID.selfID)
    }
    guest_store32(done, 99)
    expect(run(0), 0, "none")
    expect(guest_load32(done), 0, "none done")
    for i: UInt64 in 0..<200 { put(i, l1.entry(i), data.readOnly) }
    expect(run(200), 0, "two hundred")
    expect(guest_load32(done), 200, "two hundred done")
    expect(l1.readEntry(199), data.readOnly, "the last is stored")
    expect(l1.read(200), 0, "not one more")
    for i: UInt64 in 0..<200 { put(i, l1.entry(i), 0) }
    put(150, l1.entry(150), l1.readWrite)
    expect(run(200), .EBUSY, "two hundred, one of them wrong")
    expect(guest_load32(done), 150, "those before it are done")
    expect(l1.read(149), 0, "the one before it is stored")
    expect(l1.readEntry(150), data.readOnly, "it is not")
    expect(l1.readEntry(151), data.readOnly, "nor the one after it")
    put(150, l1.entry(150), 0)
    expect(run(200), 0, "all right again")
    // The list runs into a hole: those before it are done.
    let hole = Pages.allocate()
    let tail = Pages.allocate()
    expect(tail, hole &+ 4096, "two pages in a row")
    let entry = PageTables.value(tail)
    expect(MMU.map(tail, 0), 0, "a hole")
    for i: UInt64 in 0..<4 {
      guest_store64(tail &- 64 &+ i &* 16, l1.entry(i))
      guest_store64(tail &- 64 &+ i &* 16 &+ 8, data.readOnly)
    }
    expect(hypercall(.mmuUpdate, tail &- 64, 8, done, DomainID.selfID), .EFAULT, "over the edge")
    expect(guest_load32(done), 4, "four done")
    expect(l1.readEntry(3), data.readOnly, "the fourth is stored")
    expect(MMU.map(tail, entry), 0, "no hole")
    expect(
      hypercall(.mmuUpdate, list, 1, BadAddress.hypervisor, DomainID.selfID), 0,
      "a count that cannot be stored does not matter")
    for i: UInt64 in 0..<4 { expect(l1.set(i, 0), 0, "cleared") }
    expect(l1.unpin(), 0, "unpin")
    Pages.free(tail)
    Pages.free(hole)
    Pages.free(done)
    Pages.free(list)
    l1.drop("the L1")
    data.drop("the data page")
  }
  test("batches of mmuext_op") {
    let a = Table.make()
    let b = Table.data()
    let list = Pages.allocate()
    let done = Pages.allocate()
    guest_store64(list, 0)
    guest_store64(list &+ 8, a.frame)
    guest_store64(list &+ 24, 0)
    guest_store64(list &+ 32, b.frame)
    expect(hypercall(.mmuExtOp, list, 2, done, DomainID.selfID), .EINVAL, "the second is wrong")
    expect(guest_load32(done), 1, "the first is done")
    expect(a.unpin(), 0, "it was pinned")
    expect(hypercall(.mmuExtOp, list, 1, done, 77), .ESRCH, "for a domain that is not there")
    Pages.free(done)
    Pages.free(list)
    a.drop("the L1")
    b.drop("the data page")
  }
}
