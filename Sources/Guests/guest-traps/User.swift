import CGuest
import GuestKit
import Text
import XenABI

private func expectUser(
  _ user: UserMode, _ program: Int, _ vector: UInt64, error: UInt64 = 0, at address: UInt64 = 0,
  _ what: StaticString
) {
  user.load(program)
  var frame = UserMode.start
  frame.rdi = address
  frame.rax = 0x1122_3344
  let end = user.run(frame)
  expect(end.vector, vector, "user \(what), vector")
  if end.vector == vector { expect(end.error, error, "user \(what), error code") }
  if vector == 14 { expect(end.address, address, "user \(what), address") }
  expect(end.frame.cs & 3, 3, "user \(what), it came from user mode")
}

func testUserTraps(_ user: UserMode) {
  test("traps of user mode") {
    expectUser(user, GUEST_PROGRAM_UD2, 6, "ud2")
    expectUser(user, GUEST_PROGRAM_INT3, 3, "int3")
    expectUser(user, GUEST_PROGRAM_INT80, 0x80, "int 0x80")
    expectUser(user, GUEST_PROGRAM_DIVIDE, 0, "division by zero")
    expectUser(user, GUEST_PROGRAM_STEP, 1, "single step")
    expectUser(user, GUEST_PROGRAM_READ, 14, error: 4, at: 0x5000, "read of nothing")
    expectUser(user, GUEST_PROGRAM_WRITE, 14, error: 6, at: 0x5000, "write to nothing")
    expectUser(user, GUEST_PROGRAM_WRITE, 14, error: 7, at: UserMode.code, "write to its code")
    expectUser(user, GUEST_PROGRAM_JUMP, 14, error: 0x15, at: UserMode.data, "jump to its data")
    expectUser(user, GUEST_PROGRAM_READ, 13, at: BadAddress.nonCanonical, "not canonical")
    expectUser(user, GUEST_PROGRAM_WRITE, 6, at: UserMode.data, "write to its data")
    expect(guest_load64(user.dataPage), 0x1122_3344, "which arrives")
  }
  test("registers across user mode") {
    user.load(GUEST_PROGRAM_UD2)
    var frame = UserMode.start
    frame.rax = 1
    frame.rbx = 2
    frame.rcx = 3
    frame.rdx = 4
    frame.rsi = 5
    frame.rdi = 6
    frame.rbp = 7
    frame.r8 = 8
    frame.r11 = 11
    frame.r15 = 15
    let end = user.run(frame).frame
    expect(end.rax, 1, "rax")
    expect(end.rbx, 2, "rbx")
    expect(end.rcx, 3, "rcx")
    expect(end.rdx, 4, "rdx")
    expect(end.rsi, 5, "rsi")
    expect(end.rdi, 6, "rdi")
    expect(end.rbp, 7, "rbp")
    expect(end.r8, 8, "r8")
    expect(end.r11, 11, "r11")
    expect(end.r15, 15, "r15")
    expect(end.rip, UserMode.code, "rip")
    expect(end.rsp, UserMode.stackTop, "rsp")
    expect(end.cs & 0xffff, 0xe033, "cs")
    expect(end.ss & 0xffff, 0xe02b, "ss")
    expect(end.rflags & 0x200, 0x200, "interrupts are on")
  }
}

// SYSENTER takes flags into the kernel that SYSCALL sheds. AMD's processors do not know it in 64-bit
// mode.
func testSysenter(_ user: UserMode) {
  test("sysenter of user mode") {
    expect(Traps.registerCallback(5, guest_syscall_entry(), flags: 1), 0, "register sysenter")
    guest_store64(user.codePage, 0x0b0f_340f)  // sysenter, ud2
    let plain = user.run()
    guard plain.vector != 6 else { return }
    expect(plain.vector, 257, "sysenter")
    expect(plain.frame.cs & 3, 3, "sysenter, it came from user mode")
    // pushf, or $flag to what it pushed, popf, sysenter, ud2: with NT, AC, and TF.
    each([0x4000, 0x4_0000, 0x100]) { flag in
      guest_store64(user.codePage, 0x240c_8148_9c | flag << 40)
      guest_store64(user.codePage &+ 8, flag >> 24 | 0x9d << 8 | 0x0b0f_340f << 16)
      let end = user.run()
      expect(end.frame.cs & 3, 3, "sysenter with flag \(hex: flag), it came from user mode")
      expect(end.vector == 258 ? 1 : 0, 0, "sysenter with flag \(hex: flag), no failsafe")
    }
  }
}

func testUserLimits(_ user: UserMode) {
  test("what user mode may not") {
    expectUser(user, GUEST_PROGRAM_CLI, 13, "cli")
    expectUser(user, GUEST_PROGRAM_HLT, 13, "hlt")
    expectUser(user, GUEST_PROGRAM_WRITE_CR3, 13, "mov to cr3")
    expectUser(user, GUEST_PROGRAM_READ_CR0, 13, "mov from cr0")
    expectUser(user, GUEST_PROGRAM_RDMSR, 13, "rdmsr")
    expectUser(user, GUEST_PROGRAM_WRMSR, 13, "wrmsr")
    expectUser(user, GUEST_PROGRAM_OUT, 13, "out")
    expectUser(user, GUEST_PROGRAM_IN, 13, "in")
    expectUser(user, GUEST_PROGRAM_CLTS, 13, "clts")
    expectUser(user, GUEST_PROGRAM_SWAPGS, 13, "swapgs")
    expectUser(user, GUEST_PROGRAM_RDTSC_CPUID, 6, "rdtsc and cpuid, then ud2")
    expectUser(user, GUEST_PROGRAM_READ, 14, error: 4, at: Memory.base, "read of the kernel")
    each([Memory.machineToPhysical, 0xffff_8300_0000_0000, 0xffff_82d0_4020_0000]) { address in
      user.load(GUEST_PROGRAM_READ)
      var frame = UserMode.start
      frame.rdi = address
      let end = user.run(frame)
      expect(end.vector, 14, "user read of \(hex: address)")
      expect(end.error & ~1, 4, "user read of \(hex: address), error code")
      expect(end.address, address, "user read of \(hex: address), address")
    }
  }
  test("ports of user mode") {
    // With I/O privilege 3, or by the bitmap.
    guard StartInfo.current.isInitialDomain else { return }
    expect(hypercall(.physdevOp, 6, words(3)), 0, "set_iopl 3")
    expectUser(user, GUEST_PROGRAM_IN, 6, "in with privilege 3")
    expect(hypercall(.physdevOp, 6, words(1)), 0, "set_iopl 1")
    expectUser(user, GUEST_PROGRAM_IN, 13, "in with privilege 1")
    let bitmap = Pages.allocate()
    for i: UInt64 in 0..<32 { guest_store64(bitmap &+ i &* 8, UInt64.max) }
    guest_store8(bitmap &+ 0x61 / 8, 0xff & ~(1 << 1))
    expect(hypercall(.physdevOp, 7, quads(bitmap, 256)), 0, "set_iobitmap")
    expectUser(user, GUEST_PROGRAM_IN, 6, "in of a port the bitmap allows")
    expectUser(user, GUEST_PROGRAM_OUT, 13, "out to one it does not")
    expect(hypercall(.physdevOp, 7, quads(0, 0)), 0, "no bitmap")
    expectUser(user, GUEST_PROGRAM_IN, 13, "in without the bitmap")
    Pages.free(bitmap)
    expect(hypercall(.physdevOp, 6, words(0)), 0, "set_iopl 0")
  }
  test("segment bases of user mode") {
    expect(hypercall(.setSegmentBase, 1, UserMode.data), 0, "user gs base")
    expect(hypercall(.setSegmentBase, 0, UserMode.data), 0, "fs base")
    guest_store64(user.dataPage &+ 8, 0x1122)
    user.load(GUEST_PROGRAM_SEGMENTS)
    let end = user.run()
    expect(end.vector, 6, "both were read")
    expect(end.frame.rax, 0x1122, "gs")
    expect(end.frame.rbx, 0x1122, "fs")
    expect(hypercall(.setSegmentBase, 0, 0), 0, "no fs base")
  }
}

func testSystemCalls(_ user: UserMode) {
  test("SYSCALL") {
    user.load(GUEST_PROGRAM_CALLS)
    let first = user.run()
    expect(first.vector, 257, "a system call")
    expect(first.frame.rax, 42, "rax")
    expect(first.frame.rip, UserMode.code &+ 7, "it returns behind the instruction")
    expect(first.frame.rcx, UserMode.code &+ 7, "rcx as the processor sets it")
    expect(first.frame.r11 & 0x200, 0x200, "r11 holds the flags")
    expect(first.frame.rsp, UserMode.stackTop, "rsp is the user's")
    expect(first.frame.cs & 3, 3, "cs is a user's")
    let second = user.run(first.frame, flags: 1 << 8)
    expect(second.vector, 257, "back by VGCF_in_syscall, another")
    expect(second.frame.rax, 43, "rax")
    let third = user.run(second.frame)
    expect(third.vector, 6, "back by the full way, ud2")
    expect(third.frame.rcx, second.frame.rcx, "rcx kept")
    // A user's SYSCALL is not a hypercall: console_io write of nothing has number 18.
    user.load(GUEST_PROGRAM_CONSOLE)
    let call = user.run()
    expect(call.vector, 257, "number 18 comes to the kernel")
    expect(call.frame.rax, 18, "as it is")
  }
}

func testUserEvents(_ user: UserMode) {
  test("an event in user mode") {
    let port = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 0))
    SharedInfo.unmaskBit(port)
    let before = Events.portCount
    // It spins until the TSC reaches the number in its data page.
    guest_store64(user.dataPage, guest_rdtsc() &+ 100_000_000)
    user.load(GUEST_PROGRAM_SPIN)
    var frame = UserMode.start
    frame.rdi = UserMode.data
    Events.disable()
    _ = hypercall(.setTimerOp, Clock.now &+ 5_000_000)
    let end = user.run(frame)
    expect(end.vector, 6, "the loop ends")
    expect(Events.portCount, before &+ 1, "the timer's upcall came meanwhile")
    expect(end.frame.rdi, UserMode.data, "it kept its registers")
    Events.disable()
    Events.close(port)
  }
}
