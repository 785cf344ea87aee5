import CGuest
import GuestKit
import Text
import XenABI

private func write(_ address: UInt64, _ value: UInt64) -> Fault {
  attempt(address, value) { a, v, _ in
    guest_store64(a, v)
    return 0
  }.fault
}

func testDirectWrites() {
  test("direct writes without the assist") {
    _ = hypercall(.vmAssist, 1, 2)
    let window = Window.open()
    let entry = PageTables.entry(window.address) ?? 0
    let fault = write(entry, 0)
    if StartInfo.current.isInitialDomain, fault.none {
      // Dom0's writes to read-only pages are emulated anyway, for the sake of device memory.
      expect(window.value, 0, "dom0's write to an L1 is emulated")
    } else {
      expect(fault.vector, 14, "a write to an L1 is a page fault")
      expect(fault.error, 3, "of a present read-only page")
      expect(fault.address, entry, "at the entry")
      expect(window.value & PageEntry.frameMask, window.own, "the entry is as it was")
    }
    window.close()
  }
}

func testEmulatedWrites() {
  test("direct writes with writable_pagetables") {
    expect(hypercall(.vmAssist, 0, 2), 0, "enable")
    let window = Window.open()
    let data = Table.data()
    // Not present, if it is looked at as a table entry.
    guest_store64(data.address, 0x76)
    let entry = PageTables.entry(window.address) ?? 0
    expect(write(entry, data.readWrite).vector, 1000, "a legal entry is stored")
    _ = MMU.extended(MMU.invalidateLocal, window.address)
    expect(guest_load64(window.address), 0x76, "it takes effect")
    expect(write(entry, 0).vector, 1000, "an empty entry is stored")
    _ = MMU.extended(MMU.invalidateLocal, window.address)
    expect(MMU.protect(data.address, writable: false), 0, "the data is read-only")
    expect(data.pin(1), 0, "and becomes a table: the reference was dropped")
    let refused = write(entry, data.readWrite)
    expect(refused.vector, 14, "an illegal entry is a page fault")
    expect(window.value, 0, "and is not stored")
    expect(write(entry, data.readOnly).vector, 1000, "its legal form is stored")
    expect(data.unpin(), 0, "unpin")
    expect(write(entry, 0).vector, 1000, "an empty entry again")

    let exchanged = attempt(entry, data.readOnly) { a, v, _ in guest_exchange64(a, v) }
    expect(exchanged.fault.vector, 1000, "xchg is emulated")
    expect(exchanged.value, 0, "and gives the old entry")
    let old = window.value
    let compared = attempt(entry, old, window.own | PageEntry.readWrite) { a, old, new in
      guest_compare_exchange64(a, old, new)
    }
    expect(compared.fault.vector, 1000, "cmpxchg is emulated")
    expect(compared.value, old, "and gives the old entry")
    expect(window.value & PageEntry.frameMask, window.own, "the new one is stored")
    let wrong = attempt(entry, old, 0) { a, old, new in guest_compare_exchange64(a, old, new) }
    expect(wrong.fault.vector, 1000, "cmpxchg of another entry is emulated")
    expect(wrong.value, window.value, "gives the entry there is")
    expect(window.value & PageEntry.frameMask, window.own, "and leaves it")
    let l2 = PageTables.entry(window.address, level: 2) ?? 0
    expect(write(l2, guest_load64(l2)).vector, 14, "a write to an L2 is a page fault")
    expect(hypercall(.vmAssist, 1, 2), 0, "disable")
    _ = MMU.extended(MMU.flushLocal)
    window.close()
    data.drop("the data page")
  }
}
