import CGuest
import GuestKit
import Text
import XenABI

// Source: public/xen.h, struct trap_info.
func testTrapTable() {
  test("set_trap_table") {
    let page = Pages.allocate()
    let entry = guest_trap_entry(14)
    func put(_ index: UInt64, _ vector: UInt8, _ flags: UInt8, _ cs: UInt16, _ address: UInt64) {
      guest_store8(page &+ index &* 16, vector)
      guest_store8(page &+ index &* 16 &+ 1, flags)
      guest_store16(page &+ index &* 16 &+ 2, cs)
      guest_store64(page &+ index &* 16 &+ 8, address)
    }
    put(0, 14, 0, 0xe033, entry)
    expect(hypercall(.setTrapTable, page), 0, "one entry")
    put(0, 14, 0, 0xe033, 0x0000_8000_0000_0000)
    expect(hypercall(.setTrapTable, page), .EINVAL, "an address that is not canonical")
    put(0, 14, 0, 0xe008, entry)
    expect(hypercall(.setTrapTable, page), 0, "the hypervisor's code selector is corrected")
    put(0, 14, 0, 0, entry)
    expect(hypercall(.setTrapTable, page), 0, "the null selector is corrected")
    put(0, 255, 3, 0xe033, entry)
    put(1, 0, 0, 0, 0)
    expect(hypercall(.setTrapTable, page), 0, "vector 255")
    expect(hypercall(.setTrapTable, 0), 0, "no table removes all entries")
    Traps.installTable()
    expectFault(14, error: 0, "page faults arrive again", 0x1000) { a, _, _ in guest_load64(a) }
    Pages.free(page)
  }
}

// Source: public/callback.h, public/nmi.h, public/xen.h.
func testCallbacks() {
  test("callback_op") {
    let entry = guest_event_entry()
    each([6, 8, 99]) { type in
      expect(
        Traps.registerCallback(UInt16(truncatingIfNeeded: type), entry, flags: 0), .ENOSYS,
        "register type \(type)")
      expect(
        hypercall(.callbackOp, 1, words(UInt32(truncatingIfNeeded: type))), .ENOSYS,
        "unregister type \(type)")
    }
    expect(Traps.registerCallback(3, entry, flags: 0), .ENOSYS, "register the old sysenter")
    each([0, 1, 2]) { type in
      expect(
        Traps.registerCallback(UInt16(truncatingIfNeeded: type), BadAddress.nonCanonical, flags: 0),
        .EINVAL,
        "register type \(type), not canonical")
      expect(
        hypercall(.callbackOp, 1, words(UInt32(truncatingIfNeeded: type))), .EINVAL,
        "unregister type \(type)")
    }
    expect(Traps.registerCallback(5, guest_syscall_entry(), flags: 1), 0, "register sysenter")
    expect(Traps.registerCallback(7, guest_syscall_entry(), flags: 1), 0, "register syscall32")
    expect(Traps.registerCallback(4, guest_nmi_entry(), flags: 0), 0, "register nmi")
    expect(hypercall(.callbackOp, 1, words(4)), 0, "unregister nmi")
    expect(hypercall(.callbackOp, 1, words(4)), 0, "unregister nmi twice")
    expect(hypercall(.nmiOp, 0, quads(guest_nmi_entry())), 0, "nmi_op register")
    expect(hypercall(.nmiOp, 1), 0, "nmi_op unregister")
    expect(
      hypercall(.setCallbacks, guest_event_entry(), guest_failsafe_entry(), guest_syscall_entry()),
      0, "set_callbacks")
    expect(
      hypercall(.setCallbacks, BadAddress.nonCanonical, guest_failsafe_entry(), 0), 0,
      "set_callbacks, not canonical: ignored")
    Traps.install()
  }
}

// Source: public/xen.h, VMASST_*.
func testAssist() {
  test("vm_assist") {
    // Enable then disable each known type; 2 writable page tables, 3 pae_extended_cr3 stay harmless.
    each([0, 1, 2, 4, 5, 32]) { type in
      let on = hypercall(.vmAssist, 0, type)
      expect(on, 0, "enable \(type)")
      expect(hypercall(.vmAssist, 1, type), on, "disable \(type)")
    }
    each([6, 31, 33, 63, 64, 1 << 32 - 1]) { type in
      expect(hypercall(.vmAssist, 0, type), .EINVAL, "enable \(type)")
    }
    _ = hypercall(.vmAssist, 0, 4)
  }
}

// Source: public/xen.h, set_debugreg(reg, value).
func testDebugRegisters() {
  test("debug registers") {
    let code = guest_event_entry()
    for register: UInt64 in 0..<4 {
      expect(hypercall(.setDebugRegister, register, code &+ register), 0, "set dr\(register)")
    }
    for register: UInt64 in 0..<4 {
      expect(
        hypercall(.getDebugRegister, register), Int64(bitPattern: code &+ register),
        "get dr\(register)")
      expect(
        hypercall(.setDebugRegister, register, BadAddress.hypervisor), .EPERM,
        "dr\(register) in the hypervisor")
      expect(hypercall(.setDebugRegister, register, 0), 0, "clear dr\(register)")
    }
    expect(hypercall(.setDebugRegister, 4, 0), 0, "dr4 is dr6")
    expect(hypercall(.setDebugRegister, 8, 0), .ENODEV, "set dr8")
    expect(hypercall(.getDebugRegister, 8), .ENODEV, "get dr8")
    expect(hypercall(.setDebugRegister, 6, 0), 0, "set dr6")
    expect(hypercall(.getDebugRegister, 6), 0xffff_0ff0, "get dr6")
    expect(hypercall(.setDebugRegister, 7, 0), 0, "set dr7")
    expect(hypercall(.getDebugRegister, 7), 0x400, "get dr7")
    expect(hypercall(.setDebugRegister, 7, 1 << 32), .EINVAL, "set dr7, upper half")
    expect(hypercall(.setDebugRegister, 6, 1 << 32), .EINVAL, "set dr6, upper half")
  }
}

// Source: public/arch-x86/xen-x86_64.h, set_segment_base(which, base).
func testSegmentBases() {
  test("set_segment_base") {
    let page = Pages.allocate()
    guest_store64(page &+ 8, 0x1122_3344)
    expect(hypercall(.setSegmentBase, 0, page), 0, "fs")
    expect(guest_load_fs64(8), 0x1122_3344, "fs reads through its base")
    expect(hypercall(.setSegmentBase, 2, page), 0, "gs, kernel")
    expect(guest_load_gs64(8), 0x1122_3344, "gs reads through its base")
    expect(hypercall(.setSegmentBase, 1, page), 0, "gs, user")
    expect(hypercall(.setSegmentBase, 3, 0), 0, "gs selector, user")
    for which: UInt64 in 0..<3 {
      expect(
        hypercall(.setSegmentBase, which, BadAddress.nonCanonical), .EINVAL,
        "\(which), not canonical")
    }
    expect(hypercall(.setSegmentBase, 4, 0), .EINVAL, "which 4")
    expect(hypercall(.stackSwitch, 0xe02b, guest_stack_pointer_top()), 0, "stack_switch")
    Pages.free(page)
  }
}
