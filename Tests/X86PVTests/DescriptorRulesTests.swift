import Primitives
import Testing
import X86Format

@testable import X86PV

@Suite struct DescriptorRulesTests {
  /// A 64-bit call gate's lower half.
  func gate(selector: UInt16, privilege: Int, parameters: UInt64 = 0) -> SegmentDescriptor {
    var gate = SegmentDescriptor(rawValue: UInt64(selector) << 16 | parameters << 32)
    gate.typeBits = SystemType.callGate.rawValue
    gate.privilege = privilege
    gate.isPresent = true
    return gate
  }

  @Test func absentDescriptorsAreLeftAlone() {
    let anything = SegmentDescriptor(rawValue: 0xffff_7fff_ffff_ffff)
    #expect(DescriptorRules.sanitised(anything) == anything)
    #expect(DescriptorRules.sanitised(.null) == .null)
  }

  @Test func codeAndDataGetRing3() {
    for privilege in 0...3 {
      #expect(DescriptorRules.sanitised(.code64(privilege: privilege)) == .code64(privilege: 3))
      #expect(DescriptorRules.sanitised(.data(privilege: privilege)) == .data(privilege: 3))
    }
  }

  @Test func theUpperHalfOfAGateIsLeftAlone() {
    var half = SegmentDescriptor(rawValue: 0xffff_ffff)
    half.isPresent = true
    #expect(DescriptorRules.sanitised(half) == half)
  }

  @Test func callGatesLosePrivilegeAndKeepItInTheSelector() {
    let new = DescriptorRules.sanitised(gate(selector: 0x10, privilege: 0))
    #expect(new?.privilege == 0)
    #expect(new.map { DescriptorRules.gateSelector($0).rawValue } == 0x13)
  }

  @Test func callGatesLeadToGuestSegmentsAndTheFlatKernelSegmentOnly() {
    #expect(DescriptorRules.sanitised(gate(selector: 0xe033, privilege: 3)) != nil)
    #expect(DescriptorRules.sanitised(gate(selector: 0xe037, privilege: 3)) != nil)
    #expect(DescriptorRules.sanitised(gate(selector: 0xdfff & ~7, privilege: 3)) != nil)
    #expect(DescriptorRules.sanitised(gate(selector: 0xe000, privilege: 3)) == nil)
    #expect(DescriptorRules.sanitised(gate(selector: 0xe008, privilege: 3)) == nil)
    #expect(DescriptorRules.sanitised(gate(selector: 0xe030, privilege: 3)) == nil)
  }

  @Test func callGatesWithReservedBitsAreRefused() {
    #expect(DescriptorRules.sanitised(gate(selector: 0x10, privilege: 3, parameters: 1)) == nil)
  }

  @Test func otherSystemDescriptorsAreRefused() {
    for type: UInt8 in 1...15 where type != 12 {
      var descriptor = SegmentDescriptor(rawValue: 0)
      descriptor.typeBits = type
      descriptor.isPresent = true
      #expect(DescriptorRules.sanitised(descriptor) == nil, "type \(type)")
    }
  }
}
