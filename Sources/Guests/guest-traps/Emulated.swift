import CGuest
import GuestKit
import Text
import XenABI

func testCPUID() {
  test("CPUID, forced") {
    let page = Pages.allocate()
    expectNoFault("leaf 0x40000000", page) { p, _, _ in
      guest_cpuid_forced(0x4000_0000, 0, p)
      return 0
    }
    expect(guest_load32(page) >= 0x4000_0004, "at least four leaves more")
    expect(guest_load32(page &+ 4), 0x566e_6558, "XenV")
    expect(guest_load32(page &+ 8), 0x6558_4d4d, "MMXe")
    expect(guest_load32(page &+ 12), 0x4d4d_566e, "nVMM")
    guest_cpuid_forced(0x4000_0001, 0, page)
    expect(guest_load32(page), 0x0004_0011, "version 4.17")
    guest_cpuid_forced(0x4000_0002, 0, page)
    expect(guest_load32(page), 1, "one hypercall page")
    expect(guest_load32(page &+ 4), 0x4000_0000, "by MSR 0x40000000")
    guest_cpuid_forced(0, 0, page)
    let basic = (guest_load32(page &+ 4), guest_load32(page &+ 12), guest_load32(page &+ 8))
    guest_cpuid(0, 0, page)
    expect(guest_load32(page &+ 4), basic.0, "the vendor is the processor's, ebx")
    expect(guest_load32(page &+ 12), basic.1, "edx")
    expect(guest_load32(page &+ 8), basic.2, "ecx")
    guest_cpuid_forced(1, 0, page)
    expect(guest_load32(page &+ 12) & 0x10, 0x10, "there is a TSC")
    expect(guest_load32(page &+ 8) >> 31, 1, "there is a hypervisor")
    expect(guest_load32(page &+ 8) >> 5 & 1, 0, "there is no VMX")
    guest_cpuid_forced(0x8000_0001, 0, page)
    expect(guest_load32(page &+ 8) >> 2 & 1, 0, "there is no SVM")
    expect(guest_load32(page &+ 12) >> 29 & 1, 1, "there is long mode")
    guest_cpuid_forced(0x7fff_ffff, 0, page)
    Pages.free(page)
  }
}

func testPorts() {
  guard StartInfo.current.isInitialDomain else { return }
  test("ports") {
    expect(hypercall(.physdevOp, 6, words(0)), 0, "set_iopl 0")
    expectFault(13, "in without I/O privilege", 0x61) { p, _, _ in
      UInt64(guest_inb(UInt16(truncatingIfNeeded: p)))
    }
    expectFault(13, "out without I/O privilege", 0x80) { p, _, _ in
      guest_outb(UInt16(truncatingIfNeeded: p), 0)
      return 0
    }
    expect(hypercall(.physdevOp, 6, words(1)), 0, "set_iopl 1")
    expectNoFault("in", 0x61) { p, _, _ in UInt64(guest_inb(UInt16(truncatingIfNeeded: p))) }
    expectNoFault("out", 0x80) { p, _, _ in
      guest_outb(UInt16(truncatingIfNeeded: p), 0)
      return 0
    }
    let pic = expectNoFault("in of the hypervisor's PIC", 0x21) { p, _, _ in
      UInt64(guest_inb(UInt16(truncatingIfNeeded: p)))
    }
    expect(pic, 0xff, "reads all ones")
    // CMOS: seconds are below 60 in either encoding.
    let seconds = expectNoFault("the real-time clock") { _, _, _ in
      guest_outb(0x70, 0)
      return UInt64(guest_inb(0x71))
    }
    expect(seconds < 0x60, "shows seconds")
    let host = expectNoFault("PCI configuration of 0:0.0") { _, _, _ in
      guest_outl(0xcf8, 0x8000_0000)
      return UInt64(guest_inl(0xcfc))
    }
    expect(host & 0xffff, 0x8086, "the host bridge's vendor")
    let page = Pages.allocate()
    expectNoFault("rep insb", page) { p, _, _ in
      guest_rep_insb(0x61, p, 4)
      return 0
    }
    expectFault(14, error: 2, "rep insb into nothing", 0x5000) { p, _, _ in
      guest_rep_insb(0x61, p, 4)
      return 0
    }
    Pages.free(page)
    expect(hypercall(.physdevOp, 6, words(0)), 0, "set_iopl 0")
  }
}

private func readMSR(_ msr: UInt64) -> (fault: Fault, value: UInt64) {
  attempt(msr) { m, _, _ in guest_rdmsr(UInt32(truncatingIfNeeded: m)) }
}

private func writeMSR(_ msr: UInt64, _ value: UInt64) -> Fault {
  attempt(msr, value) { m, v, _ in
    guest_wrmsr(UInt32(truncatingIfNeeded: m), v)
    return 0
  }.fault
}

func testMSRs() {
  test("MSRs") {
    let page = Pages.allocate()
    guest_store64(page &+ 16, 0x77)
    each([0xc000_0100, 0xc000_0101, 0xc000_0102]) { msr in
      expect(writeMSR(msr, page).vector, 1000, "write \(hex: msr)")
      let read = readMSR(msr)
      expect(read.fault.vector, 1000, "read \(hex: msr)")
      expect(read.value, page, "\(hex: msr) keeps its value")
      expect(writeMSR(msr, BadAddress.nonCanonical).vector, 13, "not canonical into \(hex: msr)")
    }
    expect(guest_load_fs64(16), 0x77, "fs reads through its base")
    expect(guest_load_gs64(16), 0x77, "gs reads through its base")
    let efer = readMSR(0xc000_0080)
    expect(efer.fault.vector, 1000, "read EFER")
    expect(efer.value & 0x501, 0x501, "EFER has SCE, LME and LMA")
    expect(efer.value & 0x1000, 0, "and no SVME")
    let pat = readMSR(0x277)
    expect(pat.fault.vector, 1000, "read PAT")
    expect(pat.value, 0x0000_0501_0007_0406, "the PAT of the ABI")
    expect(readMSR(0x1b).fault.vector, 1000, "read APIC_BASE")
    expect(readMSR(0x4000_0200).fault.vector, 13, "read of an MSR of no use")
    expect(writeMSR(0x4000_0200, 0).vector, 13, "write of it")
    // The hypercall page by MSR: base and page number 0.
    expect(
      writeMSR(0x4000_0000, Memory.machineFrame(at: page) << 12).vector, 1000, "a hypercall page")
    expect(guest_load8(page), guest_load8(guest_hypercall_page()), "is filled like the first")
    expect(guest_load64(page &+ 17 &* 32), guest_load64(guest_hypercall_page() &+ 17 &* 32), "all")
    expect(writeMSR(0x4000_0000, 1 << 45).vector, 13, "a hypercall page in no frame")
    Pages.free(page)
  }
}

func testControlRegisters() {
  test("control registers") {
    let cr0 = expectNoFault("read cr0") { _, _, _ in guest_read_cr0() }
    expect(cr0 & 0x8001_0031, 0x8001_0031 & cr0 | 0x8000_0001, "cr0 has PG and PE")
    expectNoFault("write cr0 with TS", cr0 | 8) { v, _, _ in
      guest_write_cr0(v)
      return 0
    }
    expect(expectNoFault("read cr0") { _, _, _ in guest_read_cr0() } & 8, 8, "cr0 shows TS")
    expectFault(7, "an FPU instruction") { _, _, _ in
      guest_fninit()
      return 0
    }
    expect(
      expectNoFault("read cr0") { _, _, _ in guest_read_cr0() } & 8, 0,
      "the exception cleared TS by itself")
    expectNoFault("write cr0 with TS", cr0 | 8) { v, _, _ in
      guest_write_cr0(v)
      return 0
    }
    expectNoFault("write cr0 without TS", cr0 & ~8) { v, _, _ in
      guest_write_cr0(v)
      return 0
    }
    expectNoFault("an FPU instruction") { _, _, _ in
      guest_fninit()
      return 0
    }
    expectFault(13, "write cr0 without paging", cr0 & ~(1 << 31)) { v, _, _ in
      guest_write_cr0(v)
      return 0
    }
    let cr2 = expectNoFault("write and read cr2", 0x1234_5678) { v, _, _ in
      guest_write_cr2(v)
      return guest_read_cr2()
    }
    expect(cr2, 0x1234_5678, "cr2")
    let root = Memory.machineFrame(at: PageTables.root) << 12
    let cr3 = expectNoFault("read cr3") { _, _, _ in guest_read_cr3() }
    expect(cr3 & ~4095, root, "cr3 is the machine address of the L4")
    expectNoFault("write cr3", root) { v, _, _ in
      guest_write_cr3(v)
      return 0
    }
    expectFault(13, "write cr3 with an L1", PageTables.machine(Pages.start) & ~4095) { v, _, _ in
      guest_write_cr3(v)
      return 0
    }
    let cr4 = expectNoFault("read cr4") { _, _, _ in guest_read_cr4() }
    expect(cr4 & 0x20, 0x20, "cr4 has PAE")
    expectNoFault("write cr4 as it is", cr4) { v, _, _ in
      guest_write_cr4(v)
      return 0
    }
    expectNoFault("write cr4 without PAE: ignored", cr4 & ~0x20) { v, _, _ in
      guest_write_cr4(v)
      return 0
    }
    expect(expectNoFault("read cr4") { _, _, _ in guest_read_cr4() }, cr4, "cr4 is as it was")
    expectNoFault("wbinvd") { _, _, _ in
      guest_wbinvd()
      return 0
    }
  }
}

func testRefusedInstructions() {
  test("refused instructions") {
    // There are hypercalls for these.
    expectFault(13, "invlpg", PageTables.root) { a, _, _ in
      guest_invlpg(a)
      return 0
    }
    expectFault(13, "hlt") { _, _, _ in
      guest_hlt()
      return 0
    }
    expectFault(13, "swapgs") { _, _, _ in
      guest_swapgs()
      return 0
    }
    expectFault(13, "lgdt", guest_scratch()) { a, _, _ in
      guest_lgdt(a)
      return 0
    }
    expectFault(13, "lidt", guest_scratch()) { a, _, _ in
      guest_lidt(a)
      return 0
    }
    expectFault(13, "ltr") { _, _, _ in
      guest_ltr(8)
      return 0
    }
    expectFault(13, "lldt") { _, _, _ in
      guest_lldt(8)
      return 0
    }
  }
}

func testInterruptFlag() {
  test("cli and sti") {
    expect(hypercall(.physdevOp, 6, words(0)), 0, "set_iopl 0")
    expectFault(13, "cli without I/O privilege") { _, _, _ in
      guest_cli()
      return 0
    }
    expect(hypercall(.physdevOp, 6, words(1)), 0, "set_iopl 1")
    Events.enable()
    expectNoFault("cli with it") { _, _, _ in
      guest_cli()
      return 0
    }
    expect(SharedInfo.upcallMask == false, "has no effect: the upcall mask is the interrupt flag")
    Events.disable()
    expectNoFault("sti with it") { _, _, _ in
      guest_sti()
      return 0
    }
    expect(SharedInfo.upcallMask, "has none either")
    expect(hypercall(.physdevOp, 6, words(0)), 0, "set_iopl 0")
  }
}
