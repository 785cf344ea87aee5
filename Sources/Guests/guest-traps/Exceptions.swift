import CGuest
import GuestKit
import Text
import XenABI

func testExceptions() {
  test("exceptions of the kernel") {
    expectFault(0, "division by zero", 1, 0) { a, b, _ in guest_divide(a, b) }
    expectFault(6, "ud2") { _, _, _ in
      guest_ud2()
      return 0
    }
    expectFault(3, "int3") { _, _, _ in
      guest_int3()
      return 0
    }
    expectFault(4, "int 4") { _, _, _ in
      guest_int4()
      return 0
    }
    expectFault(0x80, "int 0x80") { _, _, _ in
      guest_int80()
      return 0
    }
    expectFault(13, "an address that is not canonical", 0x0000_8000_0000_0000) { a, _, _ in
      guest_load64(a)
    }
    expectFault(13, error: 0xfff8, "a selector past the table", 0xfffb) { s, _, _ in
      guest_write_ds(s)
      return 0
    }
    let read = attempt(0x5008) { a, _, _ in guest_load64(a) }.fault
    expect(read.vector, 14, "a read of nothing")
    expect(read.error, 0, "not present, read")
    expect(read.address, 0x5008, "its address")
    let write = attempt(0x5010) { a, _, _ in
      guest_store64(a, 0)
      return 0
    }.fault
    expect(write.vector, 14, "a write to nothing")
    expect(write.error, 2, "not present, write")
    expect(write.address, 0x5010, "its address")
  }
  test("the frame of an exception") {
    let fault = attempt { _, _, _ in
      guest_ud2()
      return 0
    }.fault
    expect(fault.frame.cs & 3, 0, "the kernel's code selector says ring 0")
    expect(fault.frame.cs & 0xffff, 0xe030, "and is the flat 64-bit one")
    expect(fault.frame.ss & 0xfffc, 0xe028, "the stack selector")
    expect(guest_load16(fault.frame.rip), 0x0b0f, "the return address is that of ud2")
    let trap = attempt { _, _, _ in
      guest_int3()
      return 0
    }.fault
    expect(guest_load8(trap.frame.rip &- 1), 0xcc, "that of int3 is behind it")
  }
  test("FPU task switch") {
    expect(hypercall(.fpuTaskSwitch, 1), 0, "set TS")
    expectFault(7, "an FPU instruction") { _, _, _ in
      guest_fninit()
      return 0
    }
    expect(hypercall(.fpuTaskSwitch, 0), 0, "clear TS")
    expectNoFault("an FPU instruction") { _, _, _ in
      guest_fninit()
      return 0
    }
    expect(hypercall(.fpuTaskSwitch, 1), 0, "set TS")
    expectNoFault("clts") { _, _, _ in
      guest_clts()
      return 0
    }
    expectNoFault("an FPU instruction after clts") { _, _, _ in
      guest_fninit()
      return 0
    }
  }
}

func testDebug() {
  test("single step") {
    let fault = attempt { _, _, _ in
      guest_single_step()
      return 0
    }.fault
    expect(fault.vector, 1, "a debug exception")
    expect(fault.frame.rflags & 0x100, 0x100, "the frame has the trap flag")
    expect(hypercall(.getDebugRegister, 6) & 0x4000, 0x4000, "dr6 says single step")
    expect(hypercall(.setDebugRegister, 6, 0xffff_0ff0), 0, "clear dr6")
  }
  test("data breakpoint") {
    let page = Pages.allocate()
    expect(hypercall(.setDebugRegister, 0, page), 0, "dr0")
    // Local 0, write, 8 bytes.
    expect(hypercall(.setDebugRegister, 7, 1 | 1 << 16 | 2 << 18), 0, "dr7")
    expectNoFault("a write beside it", page) { a, _, _ in
      guest_store64(a &+ 8, 1)
      return 0
    }
    expectFault(1, "a write to it", page) { a, _, _ in
      guest_store64(a, 1)
      return 0
    }
    expect(hypercall(.getDebugRegister, 6) & 15, 1, "dr6 says breakpoint 0")
    expect(guest_load64(page), 1, "the write was done")
    expect(hypercall(.setDebugRegister, 7, 0), 0, "off")
    expectNoFault("a write to it when it is off", page) { a, _, _ in
      guest_store64(a, 2)
      return 0
    }
    // The registers themselves are emulated.
    let value = expectNoFault("mov to and from dr1", page) { a, _, _ in
      guest_write_dr1(a)
      return guest_read_dr1()
    }
    expect(value, page, "dr1")
    expect(hypercall(.getDebugRegister, 1), Int64(bitPattern: page), "as the hypercall sees it")
    expect(hypercall(.setDebugRegister, 1, 0), 0, "clear dr1")
    expect(hypercall(.setDebugRegister, 0, 0), 0, "clear dr0")
    Pages.free(page)
  }
}

func testNMI() {
  test("NMI") {
    expect(hypercall(.nmiOp, 0, quads(guest_nmi_entry())), 0, "register")
    let fault = attempt { _, _, _ in
      UInt64(bitPattern: hypercall(.vcpuOp, UInt64(VCPUOp.sendNMI.rawValue), 0))
    }.fault
    expect(fault.vector, 2, "an NMI arrives")
    let again = attempt { _, _, _ in
      UInt64(bitPattern: hypercall(.vcpuOp, UInt64(VCPUOp.sendNMI.rawValue), 0))
    }.fault
    expect(again.vector, 2, "another arrives after the first's iret")
    expect(hypercall(.nmiOp, 1), 0, "unregister")
  }
}
