import CGuest
import GuestKit
import Text
import XenABI

func testCopying() {
  test("copying") {
    let own = Grants.selfID
    let from = Shared.make(0)
    let to = Shared.make(0)
    for i: UInt64 in 0..<512 { guest_store64(from.address &+ i &* 8, i &+ 1) }
    Grants.grant(reference, from.frame, to: own, Entry.permitAccess | Entry.readOnly)
    expect(
      Grants.copy(.reference(reference, own), .frame(to.frame), 4096), Status.okay,
      "a page from a reference")
    expect(guest_load64(to.address &+ 4088), 512, "arrives")
    Pages.clear(to.address)
    expect(
      Grants.copy(.reference(reference, own, 8), .frame(to.frame, 0x7ff0, 16), 24), Status.okay,
      "some bytes of it")
    expect(guest_load64(to.address &+ 8), 0, "nothing before")
    expect(guest_load64(to.address &+ 16), 2, "the first word")
    expect(guest_load64(to.address &+ 32), 4, "the last word")
    expect(guest_load64(to.address &+ 40), 0, "nothing behind")
    expect(Grants.flags(reference), Entry.permitAccess | Entry.readOnly, "the grant is idle")
    Grants.grant(reference, to.frame, to: own)
    expect(
      Grants.copy(.frame(from.frame), .reference(reference, own), 4096), Status.okay,
      "a page to a reference")
    expect(guest_load64(to.address &+ 4088), 512, "arrives")
    Grants.grant(reference &+ 1, from.frame, to: own)
    Pages.clear(to.address)
    expect(
      Grants.copy(.reference(reference &+ 1, own), .reference(reference, own), 8), Status.okay,
      "from a reference to a reference")
    expect(guest_load64(to.address), 1, "arrives")
    expect(
      Grants.copy(.frame(from.frame), .frame(to.frame), 16), Status.okay, "between own frames")
    expect(guest_load64(to.address &+ 8), 2, "arrives")
    expect(
      Grants.copy(.reference(reference &+ 1, own), .frame(to.frame), 0), Status.okay, "nothing")
    Grants.end(reference)
    Grants.end(reference &+ 1)
    to.drop()
    from.drop()
  }
}

func testCopyErrors() {
  test("copy errors") {
    let own = Grants.selfID
    let from = Shared.make(0x99)
    let to = Shared.make(0)
    Grants.grant(reference, from.frame, to: own)
    func copy(_ offset: UInt16, _ other: UInt16, _ length: UInt16) -> Int16 {
      Grants.copy(
        .reference(reference, own, offset), .frame(to.frame, 0x7ff0, other), length)
    }
    expect(copy(0, 1, 4096), Status.badCopy, "over the end of the destination")
    expect(copy(1, 0, 4096), Status.badCopy, "over the end of the source")
    expect(copy(4097, 0, 1), Status.badCopy, "from past the source")
    expect(copy(0, 4097, 1), Status.badCopy, "to past the destination")
    expect(copy(0, 0, 4097), Status.badCopy, "more than a page")
    expect(copy(4095, 4095, 1), Status.okay, "the last byte")
    expect(
      Grants.copy(.reference(reference, 77), .frame(to.frame), 8), Status.badDomain,
      "from a domain not there")
    expect(
      Grants.copy(.reference(100_000, own), .frame(to.frame), 8), Status.badReference,
      "from a reference past the table")
    expect(
      Grants.copy(.reference(reference &+ 5, own), .frame(to.frame), 8), Status.generalError,
      "from an entry that grants nothing")
    expect(
      Grants.copy(.reference(reference, own), .frame(1 << 40), 8), Status.badPage,
      "to no frame")
    expect(
      Grants.copy(
        .reference(reference, own), .frame(PageTables.machineEntry(to.address) >> 12), 8),
      Status.generalError, "to a page table")
    Grants.grant(reference, to.frame, to: own, Entry.permitAccess | Entry.readOnly)
    expect(
      Grants.copy(.frame(from.frame), .reference(reference, own), 8), Status.generalError,
      "to a read-only grant")
    expect(guest_load64(to.address), 0, "nothing was written")
    Grants.grant(reference, to.frame, to: own &+ 1)
    expect(
      Grants.copy(.frame(from.frame), .reference(reference, own), 8), Status.generalError,
      "to a grant to another")
    Grants.end(reference)
    to.drop()
    from.drop()
  }
}

func testSwapping() {
  test("swap_grant_ref") {
    let own = Grants.selfID
    let a = Shared.make(0xa)
    let b = Shared.make(0xb)
    let slot = Slot.open()
    Grants.grant(reference, a.frame, to: own)
    Grants.grant(reference &+ 1, b.frame, to: own, Entry.permitAccess | Entry.readOnly)
    func swap(_ x: UInt32, _ y: UInt32) -> Int16 {
      let at = words(x, y)
      expect(hypercall(.grantTableOp, 11, at, 1), 0, "swap is carried out")
      return Int16(bitPattern: guest_load16(at &+ 8))
    }
    expect(swap(reference, reference &+ 1), Status.okay, "swap")
    expect(Grants.flags(reference), Entry.permitAccess | Entry.readOnly, "the flags moved")
    expect(
      guest_load32(Grants.tableAddress &+ UInt64(reference) &* 8 &+ 4),
      UInt32(truncatingIfNeeded: b.frame), "the frames too")
    expect(swap(reference, reference), Status.okay, "with itself")
    expect(swap(reference, 100_000), Status.badReference, "with one past the table")
    let map = Grants.map(reference &+ 1, at: slot.address, of: own)
    expect(map.status, Status.okay, "map one")
    expect(swap(reference, reference &+ 1), Status.again, "swap one that is mapped")
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    Grants.end(reference &+ 1)
    slot.close()
    a.drop()
    b.drop()
  }
}

func testTransferErrors() {
  test("transfer errors") {
    let own = Grants.selfID
    let page = Shared.make(0)
    // struct gnttab_transfer: mfn, domid, ref, status.
    func transfer(_ frame: UInt64, _ domain: UInt16) -> Int16 {
      let at = quads(frame, UInt64(domain) | UInt64(reference) << 32, 0x7777)
      expect(hypercall(.grantTableOp, 4, at, 1), 0, "transfer is carried out")
      return Int16(bitPattern: guest_load16(at &+ 16))
    }
    expect(transfer(1 << 40, own), Status.badPage, "no frame")
    expect(
      transfer(PageTables.machineEntry(page.address) >> 12, 77), Status.badPage, "a page table")
    expect(guest_load64(page.address), 0, "the page is still ours")
    page.drop()
  }
}

func testVersions() {
  test("versions") {
    let at = words(0x7ff0)
    expect(hypercall(.grantTableOp, 10, at, 1), 0, "get_version")
    expect(guest_load32(at &+ 4), 1, "version 1")
    _ = words(3)
    expect(hypercall(.grantTableOp, 8, at, 1), .EINVAL, "set_version 3")
    _ = words(0)
    expect(hypercall(.grantTableOp, 8, at, 1), .EINVAL, "set_version 0")
    _ = words(1)
    expect(hypercall(.grantTableOp, 8, at, 1), 0, "set_version 1")
    let own = Grants.selfID
    let page = Shared.make(0)
    let slot = Slot.open()
    Grants.grant(reference, page.frame, to: own)
    let map = Grants.map(reference, at: slot.address, of: own)
    _ = words(2)
    expect(hypercall(.grantTableOp, 8, at, 1), .EBUSY, "set_version 2 while something is mapped")
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
    Grants.end(reference)
    slot.close()
    page.drop()
    _ = words(2)
    let second = hypercall(.grantTableOp, 8, at, 1)
    expect(
      second == 0 || second == -Int64(XenErrno.ENOSYS.rawValue), "set_version 2, if there is one")
    if second == 0 {
      testVersionTwo()
      _ = words(1)
      expect(hypercall(.grantTableOp, 8, at, 1), 0, "back to version 1")
    }
  }
}

// struct grant_entry_v2: flags, domid, pad, frame; 16 bytes. The status has frames of its own.
private func testVersionTwo() {
  let own = Grants.selfID
  let list = Pages.allocate()
  let status = Slot.open()
  let slot = Slot.open()
  let page = Shared.make(0x6666)
  // struct gnttab_get_status_frames: nr_frames, dom, status, frame_list.
  let at = quads(1 | 0x7ff0 << 32, list)
  expect(hypercall(.grantTableOp, 9, at, 1), 0, "get_status_frames")
  expect(guest_load16(at &+ 6), 0, "its status")
  expect(
    MMU.map(status.address, guest_load64(list) << 12 | PageEntry.readWrite), 0, "map the status")
  let entry = Grants.tableAddress &+ UInt64(reference) &* 16
  guest_store16(entry &+ 2, own)
  guest_store64(entry &+ 8, page.frame)
  guest_store16(entry, Entry.permitAccess)
  let map = Grants.map(reference, at: slot.address, of: own)
  expect(map.status, Status.okay, "map a version 2 grant")
  expect(guest_load64(slot.address), 0x6666, "it shows the page")
  let word = guest_load16(status.address &+ UInt64(reference) &* 2)
  expect(word, Entry.reading | Entry.writing, "the status word says so")
  expect(guest_load16(entry), Entry.permitAccess, "the entry does not")
  expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap")
  expect(guest_load16(status.address &+ UInt64(reference) &* 2), 0, "the status is idle")
  // A part of a page: page_off, length in the padding; for copies only.
  guest_store16(entry, 0)
  guest_store16(entry &+ 4, 16)
  guest_store16(entry &+ 6, 8)
  guest_store16(entry, Entry.permitAccess | 1 << 8)
  let target = Shared.make(0)
  guest_store64(page.address &+ 16, 0x7777)
  expect(
    Grants.copy(.reference(reference, own, 0), .frame(target.frame), 4096), Status.generalError,
    "more than the part is refused")
  expect(
    Grants.copy(.reference(reference, own, 16), .frame(target.frame), 8), Status.okay, "the part")
  expect(guest_load64(target.address), 0x7777, "arrives")
  expect(
    Grants.map(reference, at: slot.address, of: own).status, Status.generalError,
    "a part is not mapped")
  guest_store64(entry, 0)
  guest_store64(entry &+ 8, 0)
  target.drop()
  page.drop()
  slot.close()
  expect(MMU.map(status.address, 0), 0, "unmap the status")
  status.close()
  Pages.free(list)
}
