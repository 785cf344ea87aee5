import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Synchronization
import Testing
import X86Format
import XenABI

@testable import X86PV

/// What a guest has tried, or might try, to get the better of the hypervisor.
@Suite struct HostileGuestTests {
  /// A context for a vCPU at `address`, with the guest's tree as its page tables.
  private func makeContext(_ g: Guests, at address: UInt64) throws {
    for page in UInt64(0)..<2 {
      let frame = try #require(g.hv.allocateOwnFrame())
      g.host.mapGuestPage(VirtualAddress(address + page << 12), to: frame)
    }
    func put(_ value: UInt64, _ offset: Int) throws {
      try g.hv.write(value, to: GuestHandle<UInt64>(address: address + UInt64(offset)))
    }
    try put(g.frames[1][0].address.rawValue, VCPUGuestContextLayout.controlRegisters + 24)
    try put(VCPUContextFlags.inKernel, VCPUGuestContextLayout.flags)
  }

  @Test func aContextThatChangesWhileItIsReadIsCheckedAgain() throws {
    let address: UInt64 = 0x2_0000
    let bad: UInt64 = 0x8000_0000_0000
    for field in [
      VCPUGuestContextLayout.fsBase, VCPUGuestContextLayout.gsBaseKernel,
      VCPUGuestContextLayout.gsBaseUser, VCPUGuestContextLayout.eventCallback,
      VCPUGuestContextLayout.failsafeCallback, VCPUGuestContextLayout.syscallCallback,
    ] {
      try withGuests { g in
        try makeContext(g, at: address)
        let place = address + UInt64(field)
        let (host, hv) = (g.host, g.hv)
        host.update {
          $0.onGuestRead = { source in
            guard source.rawValue == place else { return }
            host.update { $0.onGuestRead = nil }
            try? hv.write(bad, to: GuestHandle<UInt64>(address: place))
          }
        }
        let result = reason { () throws(XenErrno) in
          try hv.setPVContext(g.guest, fromGuestAddress: address)
        }
        #expect(result == .EINVAL, "field \(field)")
        let pv = g.guest.pv
        for value in [
          pv.pointee.fsBase, pv.pointee.gsBaseKernel, pv.pointee.gsBaseUser,
          pv.pointee.eventCallback, pv.pointee.failsafeCallback, pv.pointee.syscallCallback,
        ] {
          #expect(value != bad)
        }
        // Once it stays still it is taken.
        try hv.write(UInt64(0x1000), to: GuestHandle<UInt64>(address: place))
        #expect(
          reason { () throws(XenErrno) in
            try hv.setPVContext(g.guest, fromGuestAddress: address)
          } == nil)
      }
    }
  }

  @Test func aFrameAGuestGaveUpIsForgottenBeforeTheHypervisorUsesIt() throws {
    try withGuests { g in
      let mfn = g.frames[1][8]
      // Used, and no CPU has flushed since.
      try g.hv.mmu(for: g.guest.domain).holdWritable(mfn, of: g.guest.domain.pointee.id)
      g.hv.releaseWritableFrame(mfn)
      try g.hv.giveUpFrame(mfn, of: g.guest.domain)
      g.host.update { $0.flushes = [] }
      // The heap hands out last what came back first, at the latest.
      var taken: MFN?
      while taken != mfn {
        taken = g.hv.allocateOwnFrame()
        if taken == nil { break }
        if taken != mfn { #expect(g.host.update { $0.flushes.isEmpty }) }
      }
      #expect(taken == mfn)
      #expect(g.host.update { $0.flushes } == [g.hv.state.pointee.onlineCPUs])
    }
  }

  @Test func aKernelWithoutTheAssistHasItsTableWritesFault() throws {
    for isControl in [false, true] {
      try withGuests { g in
        let vcpu = isControl ? g.dom0 : g.guest
        let f = g.frames[isControl ? 0 : 1]
        g.run(on: vcpu)
        // The table of leaves shows itself at page 1.
        g.host.memory[f[3]][word: 1] = PageTableEntry(f[3], .readOnly).rawValue
        #expect(g.value(.mmuExtOp, g.mmuExt([(5, f[0].rawValue, 0)]), by: vcpu) == 0)
        g.host.mapGuestPage(VirtualAddress(0x1000), to: f[3], isWritable: false)
        let code = try #require(g.hv.allocateOwnFrame())
        g.host.mapGuestPage(VirtualAddress(0x7000), to: code)
        g.host.memory[code][word: 0] = 0x18_8948  // mov %rbx, (%rax)
        let registers = FakeMachine.guestFrame
        vcpu.pv.pointee.isKernelMode = true
        registers.pointee.cs = FlatSelector.kernelCS64
        registers.pointee.rax = 0x1028
        registers.pointee.rbx = PageTableEntry(f[8], .data).rawValue
        func write() -> Bool {
          registers.pointee.rip = 0x7000
          return g.hv.fixPageFault(
            vcpu, address: VirtualAddress(0x1028), error: .present | .write | .user)
        }
        #expect(write() == isControl)
        #expect((g.word(f[8]).kind == .writable) == isControl)
        #expect(registers.pointee.rip == (isControl ? 0x7003 : 0x7000))
        #expect(g.value(.vmAssist, HypercallArguments(0, 2), by: vcpu) == 0)
        registers.pointee.rbx = PageTableEntry(f[9], .data).rawValue
        #expect(write())
        #expect(g.word(f[9]).kind == .writable)
        // What is not allowed faults with it, too.
        registers.pointee.rbx = PageTableEntry(f[3], .data).rawValue
        #expect(!write())
        // So does a program's write.
        vcpu.pv.pointee.isKernelMode = false
        registers.pointee.rbx = 0
        #expect(!write())
        vcpu.pv.pointee.isKernelMode = true
        // A single step goes on behind the instruction.
        let entry = TrapInfo(vector: 1, flags: 0, cs: FlatSelector.kernelCS64, address: 0x6000)
        g.hv.setTrapEntry(entry, 1, of: vcpu)
        let stack = try #require(g.hv.allocateOwnFrame())
        g.host.mapGuestPage(VirtualAddress(0x8000), to: stack)
        registers.pointee.rsp = 0x9000
        registers.pointee.rflags = RFLAGS.tf.rawValue
        #expect(write())
        #expect(registers.pointee.rip == 0x6000)
        #expect(vcpu.pv.pointee.debugRegisters[6] & 1 << 14 != 0)
      }
    }
  }

  @Test func aWriteElsewhereThanTheFaultIsNotCarriedOut() throws {
    try withGuests { g in
      let f = g.frames[1]
      for page in 1...2 {
        g.host.memory[f[3]][word: page] = PageTableEntry(f[3], .readOnly).rawValue
        g.host.mapGuestPage(VirtualAddress(UInt64(page) << 12), to: f[3], isWritable: false)
      }
      #expect(g.value(.mmuExtOp, g.mmuExt([(5, f[0].rawValue, 0)]), by: g.guest) == 0)
      #expect(g.value(.vmAssist, HypercallArguments(0, 2), by: g.guest) == 0)
      let code = try #require(g.hv.allocateOwnFrame())
      g.host.mapGuestPage(VirtualAddress(0x7000), to: code)
      g.host.memory[code][word: 0] = 0x18_8948  // mov %rbx, (%rax)
      let registers = FakeMachine.guestFrame
      g.guest.pv.pointee.isKernelMode = true
      registers.pointee.cs = FlatSelector.kernelCS64
      registers.pointee.rip = 0x7000
      registers.pointee.rbx = PageTableEntry(f[8], .data).rawValue
      // Another vCPU has changed the instruction since it faulted.
      registers.pointee.rax = 0x2028
      func fix(_ address: UInt64) -> Bool {
        g.hv.fixPageFault(
          g.guest, address: VirtualAddress(address), error: .present | .write | .user)
      }
      #expect(!fix(0x1028))
      #expect(g.host.memory[f[3]][word: 5] == 0)
      #expect(fix(0x2028))
    }
  }

  @Test func int80WithoutAHandlerIsAProtectionFaultForTheKernel() throws {
    try withGuests { g in
      let stack = try #require(g.hv.allocateOwnFrame())
      g.host.mapGuestPage(VirtualAddress(0x8000), to: stack)
      let registers = FakeMachine.guestFrame
      g.guest.pv.pointee.isKernelMode = true
      registers.pointee.rsp = 0x9000
      registers.pointee.rip = 0x2002
      let entry = TrapInfo(vector: 13, flags: 0, cs: FlatSelector.kernelCS64, address: 0x5000)
      g.hv.setTrapEntry(entry, 13, of: g.guest)
      g.hv.handleSoftwareInterrupt(0x80, on: g.guest)
      #expect(g.guest.domain.pointee.shutdownReason == nil)
      #expect(registers.pointee.rip == 0x5000)
      // rcx, r11, error code, rip: eight words below the stack's end.
      #expect(g.host.memory[stack][word: 512 - 6] == 0x402)
      #expect(g.host.memory[stack][word: 512 - 5] == 0x2000)
      let own = TrapInfo(vector: 0x80, flags: 3, cs: FlatSelector.kernelCS64, address: 0x5800)
      g.hv.setTrapEntry(own, 0x80, of: g.guest)
      registers.pointee.rip = 0x2002
      g.hv.handleSoftwareInterrupt(0x80, on: g.guest)
      #expect(registers.pointee.rip == 0x5800)
    }
  }

  @Test func anExitThatMissedAPageOfTheLDTIsTriedAgain() throws {
    try withGuests { g in
      let f = g.frames[1]
      g.host.memory[f[3]][word: 2] = PageTableEntry(f[8], .readOnly).rawValue
      let set = g.mmuExt([(5, f[0].rawValue, 0), (13, 0x2000, 16)])
      #expect(g.value(.mmuExtOp, set, by: g.guest) == 0)
      let window = g.hv.descriptorWindow(g.guest)
      let registers = FakeMachine.guestFrame
      registers.pointee.rip = 0x7777
      Processor.update { $0.cr2 = window.ldtAddress.rawValue + 8 }
      g.hv.handleFailedExit(on: g.guest, vector: 14)
      #expect(registers.pointee.rip == 0x7777)
      #expect(g.guest.domain.pointee.shutdownReason == nil)
      let mapped = PageTableEntry(rawValue: g.host.memory[window.table][word: window.first + 16])
      #expect(mapped.isPresent && mapped.frame == f[8])
      #expect(g.word(f[8]).kind == .descriptors)
      // Beyond the table's end, and for another reason, the kernel is told. This one has not said
      // where, which ends it.
      Processor.update { $0.cr2 = window.ldtAddress.rawValue + 16 * 8 }
      g.hv.handleFailedExit(on: g.guest, vector: 14)
      #expect(g.guest.domain.pointee.shutdownReason != nil)
    }
  }

  @Test func pagesOfTheLDTAreThereWhenTheHypervisorLoadsASelector() throws {
    try withGuests { g in
      let f = g.frames[1]
      g.host.memory[f[3]][word: 2] = PageTableEntry(f[8], .readOnly).rawValue
      let set = g.mmuExt([(5, f[0].rawValue, 0), (13, 0x2000, 16)])
      #expect(g.value(.mmuExtOp, set, by: g.guest) == 0)
      let window = g.hv.descriptorWindow(g.guest)
      func isMapped() -> Bool { g.host.memory[window.table][word: window.first + 16] & 1 != 0 }
      // Selectors of the GDT, and those past the LDT's end, lead to no page.
      for selector: UInt16 in [0, 0xe02b, 16 << 3 | 7] {
        g.hv.prepareToLoad(selector, of: g.guest)
        #expect(!isMapped(), "selector \(selector)")
      }
      g.hv.prepareToLoad(1 << 3 | 7, of: g.guest)
      #expect(isMapped())
    }
  }

  @Test func breakpointsComeWithTheirAddresses() throws {
    try withGuests { g in
      #expect(g.value(.setDebugRegister, HypercallArguments(1, 0x1234), by: g.guest) == 0)
      // Meanwhile another vCPU ran here, with addresses of its own.
      Processor.update { $0.debugWrites = [] }
      #expect(g.value(.setDebugRegister, HypercallArguments(7, 4), by: g.guest) == 0)
      #expect(
        Processor.update { $0.debugWrites }
          == [[0, 0], [1, 0x1234], [2, 0], [3, 0], [7, 0x404]])
    }
  }

  @Test func aVCPUDoesNotBeginInProgramsWithoutPageTables() throws {
    try withGuests { g in
      let address: UInt64 = 0x2_0000
      try makeContext(g, at: address)
      let flags = GuestHandle<UInt64>(address: address + UInt64(VCPUGuestContextLayout.flags))
      try g.hv.write(0, to: flags)
      func set() -> XenErrno? {
        reason { () throws(XenErrno) in try g.hv.setPVContext(g.guest, fromGuestAddress: address) }
      }
      #expect(set() == .EINVAL)
      #expect(g.guest.pv.pointee.isKernelMode == true)
      let user = address + UInt64(VCPUGuestContextLayout.controlRegisters + 8)
      try g.hv.write(g.frames[1][9].address.rawValue, to: GuestHandle<UInt64>(address: user))
      #expect(set() == nil)
      #expect(g.guest.pv.pointee.isKernelMode == false)
    }
  }

  @Test func rootsLoadedOneAfterTheOtherAreAllGivenBack() throws {
    try withGuests { g in
      let f = g.frames[1]
      let world = g.guest.domain
      g.guest.pv.pointee.isKernelMode = true
      // Interrupts wait all the time, so that undoing each root is cut short.
      g.host.update { $0.turnsUntilInterrupt = 0 }
      for i in 0..<3 {
        for entry in 0..<8 {
          g.host.memory[f[8 + i]][word: entry] = PageTableEntry(f[1], .table).rawValue
        }
        var result = ControlWriteResult.again
        while result == .again {
          result = g.hv.writeGuestControl(3, f[8 + i].address.rawValue, g.guest)
        }
        #expect(result == .done)
      }
      g.host.update { $0.turnsUntilInterrupt = nil }
      let last = g.mmuExt([(5, f[12].rawValue, 0)])
      #expect(g.value(.mmuExtOp, last, by: g.guest) == 0)
      for i in 0..<3 {
        #expect(g.word(f[8 + i]).count == 0)
        #expect(g.hv.isUnused(f[8 + i], of: world), "root \(i)")
      }
    }
  }
}
