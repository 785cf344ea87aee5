import CGuest
import GuestKit
import Text
import XenABI

private let dataUser: UInt64 = 0x00cf_f300_0000_ffff
private let dataKernel: UInt64 = 0x00cf_9300_0000_ffff
private let callGate: UInt64 = 0x0000_ec00_e033_0000

// Source: public/xen.h, set_gdt and update_descriptor; manual volume 3, 3.4.5.
func testDescriptors() {
  test("set_gdt") {
    let table = Pages.allocate()
    let list = Pages.allocate()
    let frame = Memory.machineFrame(at: table)
    let machine = frame << 12
    guest_store64(list, frame)
    expect(hypercall(.setGDT, list, 512), .EINVAL, "a frame that is mapped writable")
    expect(MMU.protect(table, writable: false), 0, "read-only")
    expect(hypercall(.setGDT, list, 7169), .EINVAL, "more entries than fit")
    guest_store64(list, 1 << 40)
    expect(hypercall(.setGDT, list, 512), .EINVAL, "a frame that is not there")
    guest_store64(list, frame)
    expect(hypercall(.setGDT, list, 512), 0, "one read-only frame")
    expect(MMU.protect(table, writable: true), .EBUSY, "a GDT frame may not become writable")

    expect(hypercall(.updateDescriptor, machine &+ 8, dataUser), 0, "a user data segment")
    expect(guest_load64(table &+ 8) & ~(1 << 40), dataUser & ~(1 << 40), "it is stored")
    expectNoFault("its selector loads", 0xb) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    expect(hypercall(.updateDescriptor, machine &+ 16, dataKernel), 0, "a ring 0 data segment")
    let stored = guest_load64(table &+ 16)
    expect(stored >> 45 & 3, 3, "its privilege level is corrected to 3")
    expect(hypercall(.updateDescriptor, machine &+ 24, callGate), 0, "a call gate")
    expect(
      guest_load64(table &+ 24), callGate & ~(3 << 45),
      "it is stored out of reach: the hypervisor emulates calls through it")
    expect(hypercall(.updateDescriptor, machine &+ 24, 0), 0, "an empty descriptor")
    for type: UInt64 in 0..<16 where type != 0 && type != 12 {
      // System descriptors, present.
      let word = 1 << 47 | type << 40
      expect(hypercall(.updateDescriptor, machine &+ 24, word), .EINVAL, "system type \(type)")
    }
    expect(hypercall(.updateDescriptor, machine &+ 24, 0x1234), 0, "a descriptor not present")
    expect(hypercall(.updateDescriptor, machine &+ 4, dataUser), .EINVAL, "badly aligned")
    expect(hypercall(.updateDescriptor, 1 << 52, dataUser), .EINVAL, "a frame that is not there")
    expectFault(13, error: 0x20, "an empty entry does not load", 0x23) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    expectFault(
      13, error: 0xe008, "the hypervisor's own code segment does not load as data", 0xe00b
    ) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    guest_write_fs(0)
    expect(hypercall(.setGDT, 0, 0), 0, "no GDT")
    expectFault(13, error: 8, "its selectors are gone", 0xb) { s, _, _ in
      guest_write_fs(s)
      return 0
    }
    expect(MMU.protect(table, writable: true), 0, "writable again")
    Pages.free(table)
    Pages.free(list)
  }
  test("update_descriptor in ordinary memory") {
    let page = Pages.allocate()
    let machine = PageTables.machine(page)
    expect(hypercall(.updateDescriptor, machine &+ 8, dataUser), 0, "a writable page takes it")
    expect(guest_load64(page &+ 8) & ~(1 << 40), dataUser & ~(1 << 40), "it is stored")
    let l1 = PageTables.machineEntry(page) & ~4095
    expect(hypercall(.updateDescriptor, l1 &+ 8, dataUser), .EINVAL, "a page table does not")
    Pages.free(page)
  }
}
