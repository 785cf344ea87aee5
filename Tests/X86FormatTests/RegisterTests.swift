import Machine
import Primitives
import Testing

@testable import X86Format

@Suite struct RegisterTests {
  @Test func xcr0MustBeConsistent() {
    #expect(XCR0.x87.isConsistent)
    #expect(!XCR0.none.isConsistent)
    #expect(!(XCR0.x87 | .avx).isConsistent)
    #expect((XCR0.x87 | .sse | .avx).isConsistent)
    #expect(!(XCR0.x87 | .sse | .avx512).isConsistent)
    #expect((XCR0.x87 | .sse | .avx | .avx512).isConsistent)
    #expect(!XCR0(rawValue: 1 | 8).isConsistent)
  }

  @Test func ioPrivilegeIsTwoBits() {
    var flags = RFLAGS.fixed
    flags.ioPrivilege = 3
    #expect(flags == .fixed | .iopl)
    flags.ioPrivilege = 5
    #expect(flags.ioPrivilege == 1)
  }

  @Test func errorCodesArePushedForTheRightVectors() {
    var vectors: [UInt8] = []
    for raw in UInt8.min...UInt8.max {
      if ExceptionVector(rawValue: raw)?.hasErrorCode == true { vectors.append(raw) }
    }
    #expect(vectors == [8, 10, 11, 12, 13, 14, 17, 21, 29, 30])
  }

  @Test func selectorErrorsNameGates() {
    let error = SelectorError(gate: 0x80)
    #expect(error.rawValue == 0x402)
    #expect(error.isGate && !error.isExternal && error.index == 0x80)
  }

  @Test func msrRangesAreRecognised() {
    #expect(MSR.x2APIC(.interruptCommand).rawValue == 0x830)
    #expect(MSR.x2APIC(.selfIPI).rawValue == 0x83F)
    #expect(MSR.x2APIC(.id).isX2APIC)
    #expect(MSR.mtrrMask(7).isVariableMTRR)
    #expect(MSR.mtrrFix4k(7).isFixedMTRR && !MSR(0x270).isFixedMTRR)
    #expect(MSR.mcStatus(2).rawValue == 0x409 && MSR.mcStatus(2).isMachineCheckBank)
  }

  @Test func apicWordsCoverThirtyTwoVectors() {
    #expect(LocalAPICRegister.requested(0xff).rawValue == 0x270)
    #expect(LocalAPICRegister.inService(32).rawValue == 0x110)
    #expect(LocalAPICRegister.bit(33) == 2)
    #expect(LocalAPIC.divide(byPowerOfTwo: 0) == 0b1011)
    #expect(LocalAPIC.divide(byPowerOfTwo: 4) == 0b0011)
    #expect(LocalAPIC.divide(byPowerOfTwo: 7) == 0b1010)
  }

  @Test func commandsWakeProcessors() {
    #expect(InterruptCommand.initialise.rawValue == 0x4500)
    #expect(InterruptCommand.startUp(page: 8).rawValue == 0x4608)
    #expect(InterruptCommand(.nmi, to: .others).rawValue == 0xc4400)
    #expect(InterruptCommand(.fixed, vector: 0xfb).x2APIC(to: 5) == 0x5_0000_40fb)
    #expect(InterruptCommand(rawValue: 0x300).mode == nil)
  }

  @Test func localVectorsMask() {
    var entry = LocalVector.periodicTimer(vector: 0xf0)
    #expect(entry.rawValue == 0x200f0)
    entry.isMasked = true
    #expect(entry.rawValue == 0x300f0)
    #expect(LocalVector.deadlineTimer(vector: 1).rawValue == 0x40001)
    #expect(LocalVector.masked.isMasked)
  }

  @Test func redirectionEntriesRoundTrip() {
    var entry = RedirectionEntry(
      .fixed, vector: 0x31, destination: 7, trigger: .level, polarity: .activeLow)
    #expect(entry.low == 0xa031)
    #expect(entry.high == 0x0700_0000)
    entry.isMasked = true
    entry.vector = 0x32
    entry.destination = 9
    #expect(entry == RedirectionEntry(low: 0x1a032, high: 0x0900_0000))
    #expect(entry.trigger == .level && entry.polarity == .activeLow && entry.mode == .fixed)
    #expect(IOAPICRegister.redirectionHigh(23) == 0x3f)
    #expect(IOAPICRegister.pinCount(version: 0x170020) == 24)
  }

  @Test func messagesNameVectorAndDestination() {
    let message = MSIMessage(vector: 0x41, destination: 3)
    #expect(message.address == 0xfee0_3000 && message.data == 0x4041)
    #expect(message.isInterrupt && message.destination == 3 && message.vector == 0x41)
    #expect(!MSIMessage(address: 0x1_fee0_0000, data: 0).isInterrupt)
  }

  @Test func hpetCapabilitiesAreTakenApart() {
    let value: UInt64 = 0x0098_9680_8086_a201
    #expect(HPETRegister.periodFemtoseconds(capabilities: value) == 10_000_000)
    #expect(HPETRegister.timerCount(capabilities: value) == 3)
    #expect(HPETRegister.is64Bit(capabilities: value))
  }

  @Test func vendorsAndSignaturesAreKnown() {
    func leaf(_ name: String) -> CPUIDLeaf {
      var words: [UInt32] = [0, 0, 0]
      for (index, byte) in name.utf8.enumerated() {
        words[index / 4] |= UInt32(byte) << UInt32(index % 4 * 8)
      }
      return CPUIDLeaf(ebx: words[0], ecx: words[2], edx: words[1])
    }
    #expect(CPUVendor(leaf("GenuineIntel")) == .intel)
    #expect(CPUVendor(leaf("AuthenticAMD")) == .amd)
    #expect(CPUVendor(leaf("HygonGenuine")) == .hygon)
    #expect(CPUVendor(leaf("CentaurHauls")) == .centaur)
    #expect(CPUVendor(leaf("  Shanghai  ")) == .zhaoxin)
    #expect(CPUVendor(leaf("TCGTCGTCGTCG")) == .other)
    let milan = CPUSignature(rawValue: 0x00a0_0f11)
    #expect(milan.family == 0x19 && milan.model == 1 && milan.stepping == 1)
    let skylake = CPUSignature(rawValue: 0x0005_0654)
    #expect(skylake.family == 6 && skylake.model == 0x55 && skylake.stepping == 4)
  }

  @Test func featuresKnowTheirLeaf() {
    #expect(CPUIDFeature.smap.word == .features7B)
    #expect(CPUIDFeature.smap.mask == 1 << 20)
    #expect(CPUIDFeature.smap.rawValue == 5 * 32 + 20)
    #expect(CPUIDFeature.lm.word?.leaf == 0x8000_0001)
    #expect(CPUIDFeature.lm.word?.register == .edx)
    #expect(CPUIDFeature.xsaves.word?.subleaf == 1)
    #expect(CPUIDFeature(rawValue: 0xffff).word == nil)
    var leaf = CPUIDLeaf()
    leaf[.ecx] = 5
    #expect(leaf.ecx == 5 && leaf[.ecx] == 5 && leaf[.eax] == 0)
  }
}
