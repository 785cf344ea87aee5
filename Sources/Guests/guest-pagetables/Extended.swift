import CGuest
import GuestKit
import Text
import XenABI

func testExtended() {
  test("flushes") {
    let page = Table.data()
    let bitmap = Pages.allocate()
    guest_store64(bitmap, 1)
    expect(MMU.extended(MMU.flushLocal), 0, "local")
    expect(MMU.extended(MMU.invalidateLocal, page.address), 0, "one page, local")
    expect(MMU.extended(MMU.invalidateLocal, 0xffff_8300_0000_0000), 0, "the hypervisor's: nothing")
    expect(MMU.extended(MMU.invalidateLocal, BadAddress.nonCanonical), 0, "not canonical: nothing")
    expect(MMU.extended(MMU.flushAll), 0, "all")
    expect(MMU.extended(MMU.invalidateAll, page.address), 0, "one page, all")
    expect(MMU.extended(MMU.flushMulti, 0, bitmap), 0, "some")
    expect(MMU.extended(MMU.invalidateMulti, page.address, bitmap), 0, "one page, some")
    expect(MMU.extended(MMU.flushMulti, 0, BadAddress.unmapped), .EINVAL, "some, unreadable")
    if StartInfo.current.isInitialDomain {
      expect(MMU.extended(MMU.flushCache), 0, "the cache, dom0 may")
      expect(MMU.extended(MMU.flushCacheGlobal), 0, "all caches")
    } else {
      expect(MMU.extended(MMU.flushCache), .EACCES, "the cache, others may not")
      expect(MMU.extended(MMU.flushCacheGlobal), .EINVAL, "nor all caches")
    }
    Pages.free(bitmap)
    page.drop("the page")
  }
  test("a flush takes effect") {
    let window = Window.open()
    let a = Table.data()
    let b = Table.data()
    guest_store64(a.address, 1)
    guest_store64(b.address, 2)
    each([0, 1, 2, 3]) { kind in
      _ = MMU.map(window.address, a.readWrite, flags: 2)
      expect(guest_load64(window.address), 1, "a shows")
      expect(MMU.map(window.address, b.readWrite, flags: 0), 0, "b, without a flush")
      let end =
        kind == 0
        ? MMU.extended(MMU.flushLocal)
        : kind == 1
          ? MMU.extended(MMU.invalidateLocal, window.address)
          : kind == 2
            ? MMU.extended(MMU.flushAll) : MMU.extended(MMU.invalidateAll, window.address)
      expect(end, 0, "flush kind \(kind)")
      expect(guest_load64(window.address), 2, "b shows after flush kind \(kind)")
    }
    window.close()
    a.drop("a")
    b.drop("b")
  }
  test("clear and copy") {
    let a = Table.data()
    let b = Table.data()
    for i: UInt64 in 0..<512 { guest_store64(a.address &+ i &* 8, i &+ 1) }
    expect(MMU.extended(MMU.copyPage, b.frame, a.frame), 0, "copy")
    expect(b.read(511), 512, "the last word is there")
    expect(MMU.extended(MMU.clearPage, a.frame), 0, "clear")
    expect(a.read(511), 0, "the last word is gone")
    let l1 = Memory.machineFrame(at: tableAddress(1))
    expect(MMU.extended(MMU.clearPage, l1), .EINVAL, "clear a page table")
    expect(MMU.extended(MMU.copyPage, l1, b.frame), .EINVAL, "copy onto a page table")
    expect(MMU.extended(MMU.copyPage, a.frame, l1), 0, "copy from a page table")
    let foreign = Machine.foreignFrame(0x100)
    expect(MMU.extended(MMU.clearPage, foreign), .EINVAL, "clear another's")
    expect(MMU.extended(MMU.copyPage, foreign, a.frame), .EINVAL, "copy onto another's")
    expect(MMU.extended(MMU.copyPage, a.frame, foreign), .EINVAL, "copy from another's")
    expect(MMU.extended(MMU.markSuper, a.frame), .EOPNOTSUPP, "mark_super")
    expect(MMU.extended(MMU.unmarkSuper, a.frame), .EOPNOTSUPP, "unmark_super")
    a.drop("a")
    b.drop("b")
  }
}

private let dataUser: UInt64 = 0x00cf_f300_0000_ffff

func testDescriptorFrames() {
  test("LDT") {
    let ldt = Table.data()
    guest_store64(ldt.address &+ 8, dataUser)
    guest_store64(ldt.address &+ 16, 0x0000_8200_0000_0000)
    expect(MMU.extended(MMU.setLDT, ldt.address &+ 8, 512), .EINVAL, "badly aligned")
    expect(MMU.extended(MMU.setLDT, ldt.address, 8193), .EINVAL, "more entries than there are")
    expect(MMU.extended(MMU.setLDT, ldt.address, 512), 0, "a page that is writable, not looked at")
    // The page is looked at when a selector is first used; if it may not be a descriptor page the
    // guest sees a page fault at the descriptor.
    let fault = attempt(0xf) { s, _, _ in
      guest_write_fs(s)
      return 0
    }.fault
    expect(fault.vector, 14, "its selector does not load while it is writable")
    expect(fault.address, ldt.address &+ 8, "the fault is at the descriptor")
    expect(MMU.extended(MMU.setLDT, 0, 0), 0, "none")
    expect(MMU.protect(ldt.address, writable: false), 0, "read-only")
    expect(MMU.extended(MMU.setLDT, ldt.address, 512), 0, "set it")
    // The page has a descriptor nobody may have: it does not become a descriptor page.
    let neighbour = attempt(0xf) { s, _, _ in
      guest_write_fs(s)
      return 0
    }.fault
    expect(neighbour.vector, 14, "its selector does not load with a bad neighbour")
    expect(MMU.extended(MMU.setLDT, 0, 0), 0, "none")
    expect(MMU.protect(ldt.address, writable: true), 0, "writable")
    guest_store64(ldt.address &+ 16, 0)
    expect(MMU.protect(ldt.address, writable: false), 0, "read-only")
    expect(MMU.extended(MMU.setLDT, ldt.address, 512), 0, "set it")
    expectNoFault("its selector loads", 0xf) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    expect(MMU.protect(ldt.address, writable: true), .EBUSY, "it is not writable now")
    expectFault(13, error: 0x14, "an empty entry does not load", 0x17) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    guest_write_fs(0)
    expect(MMU.extended(MMU.setLDT, 0, 0), 0, "none")
    expectFault(13, error: 0xc, "its selector is gone", 0xf) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    ldt.drop("the LDT")
  }
  test("a page table is no descriptor table") {
    let list = Pages.allocate()
    guest_store64(list, Memory.machineFrame(at: tableAddress(1)))
    expect(hypercall(.setGDT, list, 512), .EINVAL, "set_gdt of an L1")
    Pages.free(list)
  }
}
