import CGuest
import GuestKit
import Text
import XenABI

func testMappings() {
  test("own frames") {
    let window = Window.open()
    let page = Table.data()
    guest_store64(page.address, 0x1234)
    expect(window.map(page.readWrite), 0, "map an own frame writable")
    expect(guest_load64(window.address), 0x1234, "it shows its content")
    guest_store64(window.address, 0x5678)
    expect(guest_load64(page.address), 0x5678, "a write is seen through both mappings")
    expect(window.map(page.readOnly), 0, "map it read-only")
    expectFault(14, error: 3, "a write to it", window.address) { a, _, _ in
      guest_store64(a, 1)
      return 0
    }
    expect(guest_load64(page.address), 0x5678, "nothing was written")
    expect(window.map(page.readOnly | PageEntry.noExecute), 0, "map it without execution")
    expect(window.map(0), 0, "unmap")
    expectFault(14, error: 0, "a read of nothing", window.address) { a, _, _ in guest_load64(a) }
    expect(window.map(0xdead_beef_0000), 0, "an entry not present may hold anything")
    expect(window.value, 0xdead_beef_0000, "and keeps it")
    expect(window.map(page.frame << 12 | PageEntry.present), 0, "map it without the user bit")
    expect(window.value & PageEntry.user, PageEntry.user, "the hypervisor adds the user bit")
    expect(guest_load64(window.address), 0x5678, "which our kernel needs")
    window.close()
    page.drop("the frame")
  }
  test("flushing") {
    let window = Window.open()
    let a = Table.data()
    let b = Table.data()
    guest_store64(a.address, 1)
    guest_store64(b.address, 2)
    // local flush, all; invalidate, all.
    each([1, 2, 1 | 4, 2 | 4]) { flags in
      expect(MMU.map(window.address, a.readWrite, flags: flags), 0, "map a, flags \(flags)")
      expect(guest_load64(window.address), 1, "a shows, flags \(flags)")
      expect(MMU.map(window.address, b.readWrite, flags: flags), 0, "map b, flags \(flags)")
      expect(guest_load64(window.address), 2, "b shows, flags \(flags)")
    }
    // With a bitmap of vCPUs in place of local or all.
    let bitmap = Pages.allocate()
    guest_store64(bitmap, 1)
    each([1, 2]) { kind in
      expect(MMU.map(window.address, a.readWrite, flags: bitmap | kind), 0, "map a, bitmap")
      expect(guest_load64(window.address), 1, "a shows")
      expect(MMU.map(window.address, b.readWrite, flags: bitmap | kind), 0, "map b, bitmap")
      expect(guest_load64(window.address), 2, "b shows")
    }
    expect(
      MMU.map(window.address, a.readWrite, flags: BadAddress.hypervisor | 1), .EFAULT,
      "a bitmap out of reach")
    expect(guest_load64(a.address), 1, "a is intact")
    expect(MMU.map(window.address, a.readWrite, flags: 3), 0, "flush kind 3 is none")
    Pages.free(bitmap)
    window.close()
    a.drop("a")
    b.drop("b")
  }
  test("page tables are not mapped writable") {
    let window = Window.open()
    each([1, 2, 3, 4]) { level in
      let address = tableAddress(level)
      let frame = Memory.machineFrame(at: address) << 12
      expect(window.map(frame | PageEntry.readWrite), .EBUSY, "boot L\(level) writable")
      expect(window.map(frame | PageEntry.readOnly), 0, "boot L\(level) read-only")
      expect(guest_load64(window.address), guest_load64(address), "it can be read there")
    }
    window.close()
  }
}

// Address of the boot table of `level` that maps the image.
func tableAddress(_ level: UInt64) -> UInt64 {
  (PageTables.entry(Memory.base, level: level) ?? 0) & ~4095
}

func testForeignFrames() {
  test("frames of others") {
    let window = Window.open()
    let before = window.value
    let low = Machine.foreignFrame(0x100)
    let high = Machine.foreignFrame(Machine.endOfMemory &- 0x100)
    expect(low != 0 && high != 0, "there are frames that are not ours")
    each([low, high]) { frame in
      each([PageEntry.readOnly, PageEntry.readWrite]) { bits in
        expect(window.map(frame << 12 | bits), .EBUSY, "frame \(hex: frame), bits \(hex: bits)")
      }
    }
    // The frames under the hypervisor's own structures: the machine-to-physical table shows that
    // it is not in the domain's memory, and the frame in our L4 slot 256 is the hypervisor's L3.
    let slot = guest_load64(PageTables.root &+ 256 &* 8)
    expect(slot & 1, 1, "L4 slot 256 is present")
    expect(
      window.map(slot & PageEntry.frameMask | PageEntry.readOnly), .EBUSY,
      "the L3 in slot 256, read-only")
    expect(
      window.map(1 << 51 | PageEntry.readOnly), .EPERM, "a frame past all physical addresses")
    expect(window.value & PageEntry.frameMask, before & PageEntry.frameMask, "nothing has changed")
    window.close()
  }
  test("device memory") {
    guard StartInfo.current.isInitialDomain else { return }
    let window = Window.open()
    let bits = PageEntry.readWrite | PageEntry.cacheDisable
    expect(window.map(0xb8000 | bits), 0, "the VGA text page, dom0 may")
    let entry = PageTables.machineEntry(window.address)
    expect(
      MMU.update(entry, 0xb8000 | bits, domain: DomainID.io), 0, "by mmu_update for DOMID_IO")
    expect(
      MMU.update(entry, window.own | PageEntry.readWrite, domain: DomainID.io), .EBUSY,
      "own memory is not DOMID_IO's")
    expect(window.map(0xfed0_0000 | bits), 0, "the HPET page or what is there")
    let apic = window.map(0xfee0_0000 | bits)
    expect(apic < 0, "the local APIC, nobody may")
    window.close()
  }
}
