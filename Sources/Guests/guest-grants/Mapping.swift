import CGuest
import GuestKit
import Text
import XenABI

let reference: UInt32 = 20

func testTable() {
  test("query_size and setup_table") {
    let at = words(0x7ff0)
    expect(hypercall(.grantTableOp, 6, at, 1), 0, "query_size")
    expect(guest_load16(at &+ 12), 0, "its status")
    let used = guest_load32(at &+ 4)
    let limit = guest_load32(at &+ 8)
    expect(used >= 1 && used <= limit, "some frames, at most the limit")
    _ = words(77)
    expect(hypercall(.grantTableOp, 6, at, 1), 0, "query_size of a domain not there")
    expect(Int16(bitPattern: guest_load16(at &+ 12)), Status.badDomain, "its status")
    let list = Pages.allocate()
    let argument = Pages.allocate()
    guest_store16(argument, 0x7ff0)
    guest_store32(argument &+ 4, limit &+ 1)
    guest_store64(argument &+ 16, list)
    expect(hypercall(.grantTableOp, 2, argument, 1), 0, "setup_table past the limit")
    expect(Int16(bitPattern: guest_load16(argument &+ 8)), Status.generalError, "its status")
    guest_store16(argument, 77)
    guest_store32(argument &+ 4, 1)
    expect(hypercall(.grantTableOp, 2, argument, 1), 0, "setup_table of a domain not there")
    expect(Int16(bitPattern: guest_load16(argument &+ 8)), Status.badDomain, "its status")
    guest_store16(argument, 0x7ff0)
    expect(hypercall(.grantTableOp, 2, argument, 2), .EINVAL, "two set-ups at once")
    // Growing by one frame.
    guest_store32(argument &+ 4, used &+ 1)
    expect(hypercall(.grantTableOp, 2, argument, 1), 0, "setup_table, one frame more")
    expect(guest_load16(argument &+ 8), 0, "its status")
    expect(guest_load64(list &+ UInt64(used) &* 8) != 0, "the new frame has a number")
    Pages.free(argument)
    Pages.free(list)
    expect(hypercall(.grantTableOp, 0, at, 0), 0, "no operations")
  }
}

func testMapping() {
  test("mapping by address") {
    let own = Grants.selfID
    let page = Shared.make(0x1111)
    let slot = Slot.open()
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: slot.address, of: own)
    expect(map.status, Status.okay, "map")
    expect(guest_load64(slot.address), 0x1111, "it shows the page")
    guest_store64(slot.address, 0x2222)
    expect(guest_load64(page.address), 0x2222, "a write arrives")
    expect(map.bus, page.frame << 12, "the bus address is the machine address")
    expect(
      Grants.flags(reference), Entry.permitAccess | Entry.reading | Entry.writing,
      "the entry says it is read and written")
    expect(
      PageTables.value(slot.address) & PageEntry.frameMask, page.frame << 12, "the L1 entry")
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
    expect(PageTables.value(slot.address) & 1, 0, "the L1 entry is empty")
    expect(Grants.flags(reference), Entry.permitAccess, "the entry says it is idle")

    // Twice at once: the flags stay until the last one goes.
    let second = Slot.open()
    let a = Grants.map(reference, at: slot.address, of: own)
    let b = Grants.map(reference, at: second.address, MapFlags.host | MapFlags.readOnly, of: own)
    expect(a.status, Status.okay, "map it")
    expect(b.status, Status.okay, "map it again, read-only")
    expect(a.handle != b.handle, "two handles")
    expect(Grants.unmap(a.handle, at: slot.address), Status.okay, "unmap the first")
    expect(
      Grants.flags(reference), Entry.permitAccess | Entry.reading, "read, no longer written")
    expectFault(14, error: 3, "a write to the read-only mapping", second.address) { a, _, _ in
      guest_store64(a, 0)
      return 0
    }
    expect(guest_load64(second.address), 0x2222, "which can be read")
    expect(Grants.unmap(b.handle, at: second.address), Status.okay, "unmap the second")
    expect(Grants.flags(reference), Entry.permitAccess, "idle")
    second.close()

    // A read-only grant.
    Grants.grant(reference, page.frame, to: own, Entry.permitAccess | Entry.readOnly)
    expect(
      Grants.map(reference, at: slot.address, of: own).status, Status.generalError,
      "a read-only grant, mapped writable")
    let r = Grants.map(reference, at: slot.address, MapFlags.host | MapFlags.readOnly, of: own)
    expect(r.status, Status.okay, "mapped read-only")
    expect(
      Grants.flags(reference), Entry.permitAccess | Entry.readOnly | Entry.reading, "it is read")
    expect(Grants.unmap(r.handle, at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    slot.close()
    page.drop()
  }
  test("what may not be done to a mapping") {
    let own = Grants.selfID
    let page = Shared.make(0)
    let slot = Slot.open()
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: slot.address, of: own)
    expect(map.status, Status.okay, "map")
    expect(MMU.protect(page.address, writable: false), 0, "our own mapping read-only")
    expect(MMU.extended(MMU.pinL1, page.frame), .EINVAL, "it is no page table while it is mapped")
    expect(MMU.protect(page.address, writable: true), 0, "our own mapping writable")
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    slot.close()
    page.drop()
  }
}

func testMappingByEntry() {
  test("mapping by page-table entry") {
    let own = Grants.selfID
    let page = Shared.make(0x3333)
    let slot = Slot.open()
    let entry = PageTables.machineEntry(slot.address)
    let flags = MapFlags.host | MapFlags.containsEntry
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: entry, flags, of: own)
    expect(map.status, Status.okay, "map")
    expect(guest_load64(slot.address), 0x3333, "it shows the page")
    expect(Grants.unmap(map.handle, at: entry &+ 8), Status.generalError, "unmap elsewhere")
    expect(guest_load64(slot.address), 0x3333, "it is still there")
    expect(Grants.unmap(map.handle, at: entry), Status.okay, "unmap")
    expect(PageTables.value(slot.address) & 1, 0, "the entry is empty")
    expect(
      Grants.map(reference, at: 1 << 52, flags, of: own).status, Status.generalError,
      "an entry in no frame")
    expect(
      Grants.map(reference, at: PageTables.machine(page.address), flags, of: own).status,
      Status.generalError, "an entry in ordinary memory")
    expect(
      Grants.map(reference, at: entry &+ 4, flags, of: own).status, Status.generalError,
      "an entry badly aligned")
    expect(Grants.flags(reference), Entry.permitAccess, "the failures left nothing behind")
    Grants.end(reference)
    slot.close()
    page.drop()
  }
}

func testMappingErrors() {
  test("mapping errors") {
    let own = Grants.selfID
    let page = Shared.make(0)
    let slot = Slot.open()
    func status(_ reference: UInt32, _ flags: UInt32 = 2, of domain: UInt16) -> Int16 {
      Grants.map(reference, at: slot.address, flags, of: domain).status
    }
    expect(status(reference, of: own), Status.generalError, "an entry that grants nothing")
    expect(status(100_000, of: own), Status.badReference, "a reference past the table")
    expect(status(UInt32.max, of: own), Status.badReference, "reference -1")
    Grants.grant(reference, page.frame, to: own)
    expect(status(reference, 0, of: own), Status.badReference, "neither host nor device")
    expect(status(reference, of: 77), Status.badDomain, "of a domain not there")
    expect(status(reference, of: 0x7ff0), Status.badDomain, "of DOMID_SELF")
    expect(
      Grants.map(reference, at: 0x1000, of: own).status, Status.generalError,
      "at an address without a table")
    expect(
      Grants.map(reference, at: Memory.machineToPhysical, of: own).status, Status.generalError,
      "at the hypervisor's address")
    Grants.grant(reference, page.frame, to: own &+ 1)
    expect(status(reference, of: own), Status.generalError, "a grant to another")
    Grants.grant(reference, page.frame, to: own, Entry.acceptTransfer)
    expect(status(reference, of: own), Status.generalError, "an entry for a transfer")
    Grants.grant(reference, 0xffff_fff0, to: own)
    expect(status(reference, of: own), Status.badPage, "a frame that is not there")
    Grants.grant(reference, PageTables.machineEntry(slot.address) >> 12, to: own)
    expect(status(reference, of: own), Status.generalError, "a page table, writable")
    let r = Grants.map(reference, at: slot.address, MapFlags.host | MapFlags.readOnly, of: own)
    expect(r.status, Status.okay, "a page table, read-only")
    expect(Grants.unmap(r.handle, at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    expect(PageTables.value(slot.address), 0, "the slot is empty")
    slot.close()
    page.drop()
  }
}

func testUnmapping() {
  test("unmapping errors") {
    let own = Grants.selfID
    let page = Shared.make(0)
    let slot = Slot.open()
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: slot.address, of: own)
    expect(map.status, Status.okay, "map")
    expect(Grants.unmap(100_000, at: slot.address), Status.badHandle, "a handle past the table")
    expect(Grants.unmap(UInt32.max, at: slot.address), Status.badHandle, "handle -1")
    expect(Grants.unmap(map.handle &+ 1, at: slot.address), Status.badHandle, "a handle not in use")
    expect(
      Grants.unmap(map.handle, at: slot.address &+ 4096), Status.generalError, "another address")
    expect(Grants.flags(reference) & 0x18, 0x18, "it is still mapped")
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
    expect(Grants.unmap(map.handle, at: slot.address), Status.badHandle, "unmap twice")
    // A handle is used again, for another mapping.
    let again = Grants.map(reference, at: slot.address, of: own)
    expect(again.status, Status.okay, "map again")
    expect(Grants.unmap(again.handle, at: slot.address), Status.okay, "unmap again")
    Grants.end(reference)
    slot.close()
    page.drop()
  }
  test("many mappings") {
    let own = Grants.selfID
    let page = Shared.make(0x77)
    Grants.grant(reference, page.frame, to: own)
    let handles = Pages.allocate()
    let slot = Slot.open()
    // The same address over and over: 300 rounds use no more than one handle at a time.
    var highest: UInt32 = 0
    var failures = 0
    for _ in 0..<300 {
      let map = Grants.map(reference, at: slot.address, of: own)
      highest = max(highest, map.handle)
      if map.status != 0 || Grants.unmap(map.handle, at: slot.address) != 0 { failures &+= 1 }
    }
    expect(failures, 0, "300 rounds")
    expect(highest < 512, "handles are used again")
    Grants.end(reference)
    slot.close()
    Pages.free(handles)
    page.drop()
  }
  test("batches") {
    let own = Grants.selfID
    let page = Shared.make(0)
    let slot = Slot.open()
    Grants.grant(reference, page.frame, to: own)
    let list = Pages.allocate()
    for i: UInt64 in 0..<3 {
      guest_store64(list &+ i &* 32, slot.address)
      guest_store32(list &+ i &* 32 &+ 8, MapFlags.host)
      // The second is wrong; the others map the same slot, one over the other is refused or not.
      guest_store32(list &+ i &* 32 &+ 12, i == 1 ? 100_000 : reference)
      guest_store16(list &+ i &* 32 &+ 16, own)
    }
    guest_store64(list &+ 64, 0x1000)
    expect(hypercall(.grantTableOp, 0, list, 3), 0, "three in one call")
    expect(guest_load16(list &+ 18), 0, "the first is done")
    expect(Int16(bitPattern: guest_load16(list &+ 50)), Status.badReference, "the second is not")
    expect(
      Int16(bitPattern: guest_load16(list &+ 82)), Status.generalError, "nor the third, but tried")
    expect(Grants.unmap(guest_load32(list &+ 20), at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    Pages.free(list)
    slot.close()
    page.drop()
  }
}

func testReplacing() {
  test("unmap_and_replace") {
    let own = Grants.selfID
    let page = Shared.make(0x4444)
    let slot = Slot.open()
    let other = Pages.allocate()
    guest_store64(other, 0x5555)
    let otherFrame = Memory.machineFrame(at: other) << 12
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: slot.address, of: own)
    expect(map.status, Status.okay, "map")
    // struct gnttab_unmap_and_replace: host_addr, new_addr, handle, status.
    let at = quads(slot.address, other, UInt64(map.handle))
    expect(hypercall(.grantTableOp, 7, at, 1), 0, "replace")
    expect(guest_load16(at &+ 20), 0, "its status")
    expect(guest_load64(slot.address), 0x5555, "the slot shows the other page")
    expect(PageTables.value(other) & 1, 0, "whose own mapping has moved")
    expect(MMU.map(slot.address, 0), 0, "empty the slot")
    expect(MMU.map(other, otherFrame | PageEntry.readWrite), 0, "map the other page")
    expect(Grants.flags(reference), Entry.permitAccess, "the grant is idle")
    _ = quads(slot.address, other, UInt64(map.handle))
    expect(hypercall(.grantTableOp, 7, at, 1), 0, "replace twice")
    expect(Int16(bitPattern: guest_load16(at &+ 20)), Status.badHandle, "its status")
    Grants.end(reference)
    Pages.free(other)
    slot.close()
    page.drop()
  }
}
