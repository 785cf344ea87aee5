import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

/// Where a guest's kernel may be entered, and what it may return to.
@Suite struct EntryPointTests {
  let bad: UInt64 = 0x8000_0000_0000
  let EINVAL: Int64 = -22

  /// Puts a request where arguments lie.
  private func put<T: BitwiseCopyable>(_ request: T, _ g: Guests) throws -> UInt64 {
    try g.hv.write(request, to: GuestHandle<T>(address: Guests.list))
    return Guests.list
  }

  /// A stack for the kernel from 0x8000 to 0x9000.
  private func makeStack(_ g: Guests) throws -> MFN {
    let stack = try #require(g.hv.allocateOwnFrame())
    g.host.mapGuestPage(VirtualAddress(0x8000), to: stack)
    return stack
  }

  @Test func handlersAreAtAddressesTheProcessorAccepts() throws {
    try withGuests { g in
      var table = TrapInfo(vector: 14, flags: 0, cs: 0xe030, address: bad)
      #expect(
        g.value(.setTrapTable, HypercallArguments(try put(table, g)), by: g.guest) == EINVAL)
      #expect(g.hv.trapEntry(14, of: g.guest).address == 0)
      table.address = 0x1000
      #expect(g.value(.setTrapTable, HypercallArguments(try put(table, g)), by: g.guest) == 0)
      // The kernel runs in ring 3, whatever it calls that.
      #expect(g.hv.trapEntry(14, of: g.guest).cs == 0xe033)
      let callbacks = HypercallArguments(bad, bad, bad)
      #expect(g.value(.setCallbacks, callbacks, by: g.guest) == 0)
      let pv = g.guest.pv
      #expect(pv.pointee.eventCallback == 0 && pv.pointee.failsafeCallback == 0)
      #expect(pv.pointee.syscallCallback == 0)
      for type in [CallbackType.event, .failsafe, .syscall, .sysenter, .syscall32, .nmi] {
        let register = CallbackRegister(type: type.rawValue, flags: 0, address: bad)
        let at = try put(register, g)
        #expect(
          g.value(.callbackOp, HypercallArguments(0, at), by: g.guest) == EINVAL, "\(type)")
      }
      #expect(g.value(.nmiOp, HypercallArguments(0, try put(bad, g)), by: g.guest) == EINVAL)
      #expect(g.hv.trapEntry(2, of: g.guest).address == 0)
    }
  }

  @Test func segmentBasesAreAddressesTheProcessorAccepts() throws {
    try withGuests { g in
      for which in [SegmentBase.fs, .gsUser, .gsKernel] {
        let set = HypercallArguments(UInt64(which.rawValue), bad)
        #expect(g.value(.setSegmentBase, set, by: g.guest) == EINVAL, "\(which)")
      }
      #expect(
        Processor.update { [$0.fsBase, $0.gsBase, $0.reserveGSBase] } == [0, 0, 0])
      g.guest.pv.pointee.isKernelMode = true
      for msr in [MSR.fsBase, .gsBase, .kernelGSBase] {
        #expect(!g.hv.writeGuestMSR(msr, bad, g.guest))
        #expect(g.hv.writeGuestMSR(msr, 0x1000, g.guest))
      }
    }
  }

  @Test func iretLeadsToRing3Only() throws {
    try withGuests { g in
      let stack = try makeStack(g)
      let f = g.frames[1]
      let set = g.mmuExt([(5, f[0].rawValue, 0), (15, f[9].rawValue, 0)])
      #expect(g.value(.mmuExtOp, set, by: g.guest) == 0)
      let registers = FakeMachine.guestFrame
      for isUser in [false, true] {
        g.guest.pv.pointee.isKernelMode = true
        registers.pointee.rsp = 0x8000
        var context = IRETContext()
        context.rip = 0x1234
        context.cs = isUser ? 0xe00b : 0xe008
        context.ss = 0xe010
        context.rflags = (RFLAGS.iopl | .vm | .cf).rawValue
        context.rsp = 0x5000
        #expect(g.host.memory[stack].store(context, at: 0))
        g.hv.iretOperation(g.guest)
        #expect(registers.pointee.cs == 0xe00b)
        #expect(registers.pointee.ss == 0xe013)
        let flags = RFLAGS(rawValue: registers.pointee.rflags)
        #expect(!flags.intersects(.iopl | .vm))
        #expect(flags.contains(.if | .cf))
        #expect(g.guest.pv.pointee.isKernelMode == !isUser)
      }
    }
  }

  @Test func iretToProgramsWithoutPageTablesEndsTheGuest() throws {
    try withGuests { g in
      let stack = try makeStack(g)
      g.guest.pv.pointee.isKernelMode = true
      let registers = FakeMachine.guestFrame
      registers.pointee.rsp = 0x8000
      var context = IRETContext()
      context.cs = 0xe033
      #expect(g.host.memory[stack].store(context, at: 0))
      g.hv.iretOperation(g.guest)
      #expect(g.guest.domain.pointee.shutdownReason != nil)
      #expect(g.guest.pv.pointee.isKernelMode == true)
    }
  }

  @Test func theKernelIsEnteredWithFlagsOfTheHypervisorsChoice() throws {
    try withGuests { g in
      _ = try makeStack(g)
      g.guest.pv.pointee.isKernelMode = true
      let registers = FakeMachine.guestFrame
      registers.pointee.rsp = 0x9000
      registers.pointee.rflags = (RFLAGS.tf | .nt | .rf | .ac | .cf).rawValue
      g.hv.deliver(Bounce(address: 0x4000, cs: 0xe008), to: g.guest)
      let flags = RFLAGS(rawValue: registers.pointee.rflags)
      #expect(!flags.intersects(.tf | .nt | .rf | .ac))
      #expect(flags.contains(.if))
      #expect(registers.pointee.cs == 0xe00b)
      #expect(registers.pointee.ss == FlatSelector.kernelSS64)
    }
  }

  @Test func aKernelStackInTheHypervisorsRangeEndsTheGuest() throws {
    try withGuests { g in
      let page: UInt64 = 0xffff_8300_0000_0000
      let frame = try #require(g.hv.allocateOwnFrame())
      g.host.mapGuestPage(VirtualAddress(page), to: frame)
      g.guest.pv.pointee.isKernelMode = true
      let registers = FakeMachine.guestFrame
      registers.pointee.rsp = page + 4096
      registers.pointee.rip = 0x5555
      g.hv.deliver(Bounce(address: 0x4000), to: g.guest)
      #expect(g.guest.domain.pointee.shutdownReason != nil)
      for word in 0..<512 { #expect(g.host.memory[frame][word: word] == 0) }
    }
  }

  @Test func aContextLeadsToRing3Only() throws {
    try withGuests { g in
      let address: UInt64 = 0x2_0000
      for page in UInt64(0)..<2 {
        let frame = try #require(g.hv.allocateOwnFrame())
        g.host.mapGuestPage(VirtualAddress(address + page << 12), to: frame)
      }
      func put<T: BitwiseCopyable>(_ value: T, _ offset: Int) throws {
        try g.hv.write(value, to: GuestHandle<T>(address: address + UInt64(offset)))
      }
      try put(g.frames[1][0].address.rawValue, VCPUGuestContextLayout.controlRegisters + 24)
      try put(
        VCPUContextFlags.inKernel | VCPUContextFlags.i387Valid, VCPUGuestContextLayout.flags)
      var registers = CPUUserRegs()
      registers.cs = 0xe008
      registers.ss = 0xe010
      registers.rflags = (RFLAGS.iopl | .nt | .vm | .cf).rawValue
      try put(registers, VCPUGuestContextLayout.userRegs)
      // An FPU state that the processor would refuse: reserved bits, and a compacted one.
      try put(UInt32.max, 24)
      func set() -> XenErrno? {
        reason { () throws(XenErrno) in try g.hv.setPVContext(g.guest, fromGuestAddress: address) }
      }
      #expect(set() == nil)
      let pv = g.guest.pv
      #expect(pv.pointee.frame.cs == 0xe00b)
      #expect(pv.pointee.frame.ss == 0xe013)
      let flags = RFLAGS(rawValue: pv.pointee.frame.rflags)
      #expect(!flags.intersects(.iopl | .nt | .vm))
      #expect(flags.contains(.if | .cf))
      let state = g.host.memory[pv.pointee.extendedStateFrame]
      #expect(state.load(UInt32.self, at: 24) == 0xffff)
      #expect(state[word: 64] == 3 && state[word: 65] == 0)
      // A GDT that reaches into the hypervisor's part.
      try put(UInt64(7169), VCPUGuestContextLayout.gdtEntryCount)
      #expect(set() == .EINVAL)
    }
  }
}
