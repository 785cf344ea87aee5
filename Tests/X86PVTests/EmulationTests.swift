import Domains
import FakeMachine
import Machine
import Primitives
import Testing
import X86Devices
import X86Format
import XenABI

@testable import X86PV

@Suite struct EmulationTests {
  @Test func aKernelNeedsAnIOPrivilegeLevelOfOne() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let pv = try w.vcpu(w.dom0).pv
      #expect(try w.execute("e4 80", by: w.dom0) == .refused)
      #expect(w.registers.pointee.rip == GuestWorld.code)
      pv.pointee.iopl = 1
      w.registers.pointee.rax = 0x1111_2222_3333_4444
      #expect(try w.execute("e4 80", by: w.dom0) == .done)
      #expect(w.registers.pointee.rax == 0x1111_2222_3333_4480)
      #expect(w.registers.pointee.rip == GuestWorld.code + 2)
      // Programs need 3.
      pv.pointee.isKernelMode = false
      #expect(try w.execute("e4 80", by: w.dom0) == .refused)
      pv.pointee.iopl = 3
      #expect(try w.execute("e4 80", by: w.dom0) == .done)
    }
  }

  @Test func aClearBitInTheBitmapAllowsAPort() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let pv = try w.vcpu(w.dom0).pv
      pv.pointee.isKernelMode = false
      pv.pointee.ioBitmap = GuestWorld.data
      pv.pointee.ioBitmapPorts = 0x400
      for i in UInt64(0)..<129 {
        try w.hv.write(UInt8(0xff), to: GuestHandle<UInt8>(address: GuestWorld.data), at: i)
      }
      // Ports 0x300 to 0x307 but the last.
      try w.hv.write(UInt8(0x80), to: GuestHandle<UInt8>(address: GuestWorld.data), at: 0x60)
      w.registers.pointee.rdx = 0x300
      #expect(try w.execute("ed", by: w.dom0) == .done)
      w.registers.pointee.rdx = 0x304
      #expect(try w.execute("ed", by: w.dom0) == .refused)
      #expect(try w.execute("66 ed", by: w.dom0) == .done)
      w.registers.pointee.rdx = 0x308
      #expect(try w.execute("ec", by: w.dom0) == .refused)
      // The kernel's page tables were in force only meanwhile.
      #expect(pv.pointee.isKernelMode == false)
      // What is beyond the bitmap, or cannot be read, allows nothing.
      w.registers.pointee.rdx = 0x400
      #expect(try w.execute("ec", by: w.dom0) == .refused)
      pv.pointee.ioBitmap = 0x7000_0000
      w.registers.pointee.rdx = 0x300
      #expect(try w.execute("ec", by: w.dom0) == .refused)
    }
  }

  @Test func portsThatAreNotTheDomainsReadAsOnesAndLoseWrites() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.guest).pv.pointee.iopl = 1
      try w.vcpu(w.dom0).pv.pointee.iopl = 1
      w.registers.pointee.rax = 0
      #expect(try w.execute("e4 80", by: w.guest) == .done)
      #expect(w.registers.pointee.rax == 0xff)
      #expect(try w.execute("e6 80", by: w.guest) == .done)
      // The interrupt controller is nobody's.
      #expect(try w.execute("e6 20", by: w.dom0) == .done)
      #expect(Processor.update { $0.portWrites } == [])
      #expect(try w.execute("e6 80", by: w.dom0) == .done)
      #expect(Processor.update { $0.portWrites } == [[0x80, 1, 0xff]])
    }
  }

  @Test func configurationSpaceIsReachedThroughTheDomainsOwnAddressPort() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.dom0).pv.pointee.iopl = 1
      w.registers.pointee.rdx = 0xcf8
      w.registers.pointee.rax = 0x8000_1004
      #expect(try w.execute("ef", by: w.dom0) == .done)
      #expect(Processor.update { $0.portWrites } == [])
      w.registers.pointee.rax = 0
      #expect(try w.execute("ed", by: w.dom0) == .done)
      #expect(w.registers.pointee.rax == 0x8000_1004)
      w.registers.pointee.rdx = 0xcfe
      #expect(try w.execute("66 ed", by: w.dom0) == .done)
      #expect(w.registers.pointee.rax & 0xffff == 0x1af4)
      w.registers.pointee.rax = 0x77
      #expect(try w.execute("ee", by: w.dom0) == .done)
      #expect(
        Processor.update { $0.pciAccesses } == [
          [0x8000_1004, 2, 2, -1], [0x8000_1004, 2, 1, 0x77],
        ])
      // A byte access there is another register: the reset control.
      w.registers.pointee.rdx = 0xcf9
      #expect(try w.execute("ee", by: w.dom0) == .done)
      #expect(Processor.update { $0.portWrites } == [[0xcf9, 1, 0x77]])
    }
  }

  @Test func otherDomainsHaveNoConfigurationSpace() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.guest).pv.pointee.iopl = 1
      w.registers.pointee.rdx = 0xcfc
      #expect(try w.execute("ed", by: w.guest) == .done)
      #expect(w.registers.pointee.rax == 0xffff_ffff)
      #expect(Processor.update { $0.pciAccesses } == [])
    }
  }

  @Test func repeatedOutputStopsAtThePageFaultWithItsProgress() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.dom0).pv.pointee.iopl = 1
      w.registers.pointee.rdx = 0x80
      w.registers.pointee.rsi = GuestWorld.data + 0xffe
      w.registers.pointee.rcx = 5
      let end = GuestWorld.data + 0x1000
      #expect(try w.execute("f3 6e", by: w.dom0) == .pageFault(end, 0))
      #expect(w.registers.pointee.rcx == 3)
      #expect(w.registers.pointee.rsi == end)
      #expect(w.registers.pointee.rip == GuestWorld.code)
      #expect(Processor.update { $0.portWrites.count } == 2)
    }
  }

  @Test func repeatedInputGoesBackwardsAndWaitsForInterrupts() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.dom0).pv.pointee.iopl = 1
      w.registers.pointee.rdx = 0x1f0
      w.registers.pointee.rdi = GuestWorld.data + 8
      w.registers.pointee.rcx = 4
      w.registers.pointee.rflags = RFLAGS.df.rawValue
      w.host.update { $0.turnsUntilInterrupt = 1 }
      #expect(try w.execute("f3 66 6d", by: w.dom0) == .done)
      #expect(w.registers.pointee.rip == GuestWorld.code)
      #expect(w.registers.pointee.rcx == 2)
      w.host.update { $0.turnsUntilInterrupt = nil }
      #expect(try w.execute("f3 66 6d", by: w.dom0) == .done)
      #expect(w.registers.pointee.rip == GuestWorld.code + 3)
      #expect(w.registers.pointee.rdi == GuestWorld.data)
      let word = try w.hv.read(GuestHandle<UInt64>(address: GuestWorld.data))
      #expect(word == 0x01f0_01f0_01f0_0000)
    }
  }

  @Test func theForcedCPUIDAnswersAndNothingElseDoes() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.guest)
      try w.put("0f 0b 78 65 6e 0f a2")
      w.registers.pointee.rax = 0x4000_0000
      #expect(w.hv.emulateForcedInstruction(vcpu))
      #expect(w.registers.pointee.rip == GuestWorld.code + 7)
      #expect(w.registers.pointee.rbx == 0x566e_6558)
      for other in ["0f 0b 78 65 6f 0f a2", "0f 0b 78 65 6e 0f a3", "0f 0b"] {
        try w.put(other)
        #expect(!w.hv.emulateForcedInstruction(vcpu))
        #expect(w.registers.pointee.rip == GuestWorld.code)
      }
    }
  }

  @Test func theHypervisorsOSXSAVELeaksToKernelsThatAsk() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.guest)
      let osxsave: UInt32 = 1 << 27
      func ecx(_ access: CPUIDAccess) -> UInt32 { w.hv.guestCPUID(1, 0, vcpu, access).ecx }
      #expect(ecx(.asked) & osxsave != 0)
      #expect(ecx(.faulted) & osxsave == 0)
      vcpu.pv.pointee.isKernelMode = false
      #expect(ecx(.asked) & osxsave == 0)
      vcpu.pv.pointee.cr4 = CR4.osxsave.rawValue
      #expect(ecx(.faulted) & osxsave != 0)
    }
  }

  @Test func onlyDom0sKernelSeesMemoryTypesInCPUID() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let mtrr: UInt32 = 1 << 12
      let (control, other) = (try w.vcpu(w.dom0), try w.vcpu(w.guest))
      #expect(w.hv.guestCPUID(1, 0, control, .asked).edx & mtrr != 0)
      #expect(w.hv.guestCPUID(1, 0, other, .asked).edx & mtrr == 0)
      #expect(w.hv.guestCPUID(5, 0, control, .asked) == CPULeaf())
      #expect(w.hv.guestCPUID(5, 0, control, .faulted).eax == 0x40)
    }
  }

  @Test func leafDGivesTheSizeOfWhatIsEnabled() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.guest)
      #expect(w.hv.guestCPUID(0xd, 0, vcpu, .asked).ebx == 576)
      vcpu.pv.pointee.xcr0 = 7
      #expect(w.hv.guestCPUID(0xd, 0, vcpu, .asked).ebx == 0x340)
    }
  }

  @Test func theCountersFrequencyFollowsFromTheScale() {
    let scale = { (multiplier: UInt32, shift: Int8) in
      X86TimeScale(
        stamp: 0, systemTime: SystemTime(nanoseconds: 0), multiplier: multiplier, shift: shift)
    }
    // 1 GHz: a tick is a nanosecond.
    #expect(Hypervisor<FakeMachine>.kilohertz(scale(1 << 31, 1)) == 1_000_000)
    #expect(Hypervisor<FakeMachine>.kilohertz(scale(0xcccc_cccd, -1)) == 2_500_000)
    #expect(Hypervisor<FakeMachine>.kilohertz(scale(0, 0)) == 0)
  }

  @Test func registersThatAreNotListedDoNotExist() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      Processor.update { $0.msrs[0x1234] = 5 }
      for msr in [MSR(0x1234), .specCtrl, .lstar, .mtrrCap, .patchLoader] {
        w.registers.pointee.rcx = UInt64(msr.rawValue)
        #expect(try w.execute("0f 32", by: w.dom0) == .refused, "read \(msr.rawValue)")
        #expect(try w.execute("0f 30", by: w.dom0) == .refused, "write \(msr.rawValue)")
      }
    }
  }

  @Test func registersReadAsTheGuestMaySeeThem() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.dom0)
      Processor.update {
        $0.fsBase = 0x1000
        $0.msrs[MSR.hwcr.rawValue] = 0xffff_ffff
      }
      let table: [(MSR, UInt64?)] = [
        (.efer, 0xd01), (.fsBase, 0x1000), (.apicBase, 0xfee0_0900),
        (.pat, 0x0000_0501_0007_0406), (.tsc, 0x1_2345_6789), (.mcgCap, 2),
        (.mcCtl(1), UInt64.max), (.mcStatus(1), 0), (.mcCtl(2), nil), (.perfCapabilities, 0),
        (.hwcr, 1 << 24), (.perfStatus, nil), (.miscEnable, nil), (.tscAux, 0),
        (MSR(0xc001_0064), 0), (MSR(0xc001_0004), 0), (MSR(0xc1), nil),
      ]
      for (msr, value) in table {
        #expect(w.hv.readGuestMSR(msr, vcpu) == value, "\(msr.rawValue)")
      }
    }
  }

  @Test func writesToRegistersAreChecked() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.guest)
      let table: [(MSR, UInt64, Bool)] = [
        (.fsBase, 0x7fff_ffff_f000, true), (.fsBase, 0x8000_0000_0000, false),
        (.kernelGSBase, 0xffff_8800_0000_0000, true), (.efer, 0xd01, true), (.efer, 0xd00, false),
        (.tscAux, 0xffff_ffff, true), (.tscAux, 1 << 32, false), (.predCmd, 1, true),
        (.predCmd, 2, false), (.hwcr, 5, true), (.deConfig, 5, true), (.mcCtl(0), 5, true),
        (.mcgCap, 5, false), (.apicBase, 0xfee0_0900, false), (.thermControl, 0, false),
      ]
      for (msr, value, accepted) in table {
        #expect(w.hv.writeGuestMSR(msr, value, vcpu) == accepted, "\(msr.rawValue) \(value)")
      }
      #expect(Processor.update { $0.reserveGSBase } == 0xffff_8800_0000_0000)
      #expect(Processor.update { $0.msrs[MSR.tscAux.rawValue] } == 0xffff_ffff)
      #expect(vcpu.pv.pointee.tscAux == 0xffff_ffff)
    }
  }

  @Test func programsHaveNoPrivilegedInstructions() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.dom0).pv.pointee.isKernelMode = false
      w.registers.pointee.rcx = UInt64(MSR.efer.rawValue)
      for listing in ["0f 32", "0f 30", "0f 20 c0", "0f 22 c0", "0f 06", "0f 09", "0f 01 d1"] {
        #expect(try w.execute(listing, by: w.dom0) == .refused, "\(listing)")
      }
    }
  }

  @Test func theTimeStampCounterIsForAllUnlessTheKernelForbidsIt() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let pv = try w.vcpu(w.guest).pv
      pv.pointee.isKernelMode = false
      #expect(try w.execute("0f 31", by: w.guest) == .done)
      #expect(w.registers.pointee.rdx == 1)
      #expect(w.registers.pointee.rax == 0x2345_6789)
      pv.pointee.cr4 = CR4.tsd.rawValue
      #expect(try w.execute("0f 31", by: w.guest) == .refused)
      pv.pointee.isKernelMode = true
      pv.pointee.tscAux = 7
      #expect(try w.execute("0f 01 f9", by: w.guest) == .done)
      #expect(w.registers.pointee.rcx == 7)
    }
  }

  @Test func controlRegistersShowTheGuestsShareOnly() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let vcpu = try w.vcpu(w.guest)
      w.registers.pointee.rax = UInt64.max
      #expect(try w.execute("0f 22 e0", by: w.guest) == .done)
      #expect(try w.execute("0f 20 e3", by: w.guest) == .done)
      let expected: CR4 = .tsd | .de | .fsgsbase | .osxsave | .pae | .mce | .osfxsr | .osxmmexcpt
      #expect(w.registers.pointee.rbx == expected.rawValue)
      // TSD is in force, and gone with the next choice.
      #expect(Processor.update { $0.cr4 } & CR4.tsd.rawValue != 0)
      w.registers.pointee.rax = 0
      #expect(try w.execute("0f 22 e0", by: w.guest) == .done)
      #expect(Processor.update { $0.cr4 } & CR4.tsd.rawValue == 0)
      // Only TS of CR0 is the guest's.
      w.registers.pointee.rax = 0x8005_0033 | 8
      #expect(try w.execute("0f 22 c0", by: w.guest) == .done)
      #expect(vcpu.pv.pointee.cr0 & 8 != 0)
      #expect(try w.execute("0f 20 c3", by: w.guest) == .done)
      #expect(w.registers.pointee.rbx == 0x8005_003b)
      #expect(try w.execute("0f 06", by: w.guest) == .done)
      #expect(vcpu.pv.pointee.cr0 & 8 == 0)
      w.registers.pointee.rax = 0x8004_0033
      #expect(try w.execute("0f 22 c0", by: w.guest) == .refused)
      #expect(try w.execute("44 0f 20 c0", by: w.guest) == .refused)
    }
  }

  @Test func xsetbvTakesWhatThePolicyHas() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let pv = try w.vcpu(w.guest).pv
      w.registers.pointee.rax = 7
      w.registers.pointee.rcx = 0
      #expect(try w.execute("0f 01 d1", by: w.guest) == .fault(6))
      pv.pointee.cr4 = CR4.osxsave.rawValue
      #expect(try w.execute("0f 01 d1", by: w.guest) == .done)
      #expect(Processor.update { $0.xcr0 } == [7])
      for value: UInt64 in [0, 5, 0xf, 0xe7, 1 << 9 | 3] {
        w.registers.pointee.rax = value
        #expect(try w.execute("0f 01 d1", by: w.guest) == .refused, "\(value)")
      }
      w.registers.pointee.rax = 7
      w.registers.pointee.rcx = 1
      #expect(try w.execute("0f 01 d1", by: w.guest) == .refused)
      #expect(pv.pointee.xcr0 == 7)
    }
  }

  @Test func cliAndSTIAreIgnoredForWhoMayUsePorts() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let pv = try w.vcpu(w.guest).pv
      #expect(try w.execute("fa", by: w.guest) == .refused)
      pv.pointee.iopl = 1
      #expect(try w.execute("fa", by: w.guest) == .done)
      #expect(try w.execute("fb", by: w.guest) == .done)
      #expect(w.registers.pointee.rip == GuestWorld.code + 1)
    }
  }

  @Test func cachesAreFlushedForDomainsWithDevicesOnly() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      #expect(try w.execute("0f 09", by: w.guest) == .done)
      #expect(Processor.update { $0.cacheFlushes } == 0)
      #expect(try w.execute("0f 09", by: w.dom0) == .done)
      #expect(Processor.update { $0.cacheFlushes } == 1)
    }
  }

  @Test func aSingleStepGoesOnAfterAnEmulatedInstruction() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      w.registers.pointee.rflags = RFLAGS.tf.rawValue
      #expect(try w.execute("0f 06", by: w.guest) == .fault(1))
      #expect(w.registers.pointee.rip == GuestWorld.code + 2)
      #expect(try w.vcpu(w.guest).pv.pointee.debugRegisters[6] & 1 << 14 != 0)
    }
  }

  @Test func codeThatCannotBeFetchedFaultsWhereItEnds() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let end = GuestWorld.code + 0x1000
      try w.put("0f", at: end - 1)
      let result = w.hv.emulatePrivilegedInstruction(try w.vcpu(w.guest))
      guard case .pageFault(let address, let code) = result else {
        Issue.record("no page fault")
        return
      }
      #expect(address == end)
      #expect(code == PageFaultError.fetch.rawValue)
    }
  }

  @Test func whatXenRefusesIsRefused() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      try w.vcpu(w.dom0).pv.pointee.iopl = 3
      for listing in [
        "f4", "0f 08", "0f 01 3f", "0f 01 f0", "0f 01 17", "0f 33", "0f 01 f8", "f0 ec", "90",
      ] {
        #expect(try w.execute(listing, by: w.dom0) == .refused, "\(listing)")
      }
    }
  }
}
