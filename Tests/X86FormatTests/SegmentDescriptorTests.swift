import Machine
import Testing

@testable import X86Format

@Suite struct SegmentDescriptorTests {
  @Test func flatSegmentsHaveTheirUsualBits() {
    #expect(SegmentDescriptor.code64(privilege: 0).rawValue == 0x00af_9b00_0000_ffff)
    #expect(SegmentDescriptor.code64(privilege: 3).rawValue == 0x00af_fb00_0000_ffff)
    #expect(SegmentDescriptor.code32(privilege: 3).rawValue == 0x00cf_fb00_0000_ffff)
    #expect(SegmentDescriptor.data(privilege: 0).rawValue == 0x00cf_9300_0000_ffff)
  }

  @Test func fieldsDoNotDisturbEachOther() {
    var it = SegmentDescriptor(rawValue: 0)
    it.base = 0xffff_ffff
    #expect(it.rawValue == 0xff00_00ff_ffff_0000)
    it = .null
    it.limit = 0xf_ffff
    #expect(it.rawValue == 0x000f_0000_0000_ffff)
    it = .null
    it.privilege = 3
    it.typeBits = 15
    it.isCodeOrData = true
    it.isPresent = true
    #expect(it.rawValue == 0x0000_ff00_0000_0000)
    it = SegmentDescriptor(rawValue: UInt64.max)
    #expect(it.base == 0xffff_ffff && it.limit == 0xf_ffff && it.lastByte == 0xffff_ffff)
    it.base = 0x1234_5678
    it.limit = 0x54321
    #expect(it.base == 0x1234_5678 && it.limit == 0x54321)
  }

  @Test func typesAreTakenApart() {
    #expect(SegmentType.codeReadable.isCode)
    #expect(!SegmentType.dataWritable.isExpandDown)
    #expect(SegmentType(rawValue: 6).isExpandDown)
    #expect(SegmentType(rawValue: 14).isConforming)
  }

  @Test func taskStateDescriptorsCarryA64BitBase() {
    let it = SystemDescriptor(
      .tssAvailable, base: VirtualAddress(0xffff_82d0_1234_5678), limit: 103)
    #expect(it.low.rawValue == 0x1200_8934_5678_0067)
    #expect(it.high == 0xffff_82d0)
    #expect(it.base.rawValue == 0xffff_82d0_1234_5678)
    #expect(it.type == .tssAvailable)
  }

  @Test func gatesRoundTrip() {
    let handler = VirtualAddress(0xffff_82d0_4030_2010)
    let gate = GateDescriptor(
      .interruptGate, handler: handler, selector: SegmentSelector(rawValue: 0xe008), stack: 2,
      privilege: 3)
    #expect(gate.low == 0x4030_ee02_e008_2010)
    #expect(gate.high == 0xffff_82d0)
    #expect(gate.handler == handler)
    #expect(gate.selector.rawValue == 0xe008)
    #expect(gate.stack == 2 && gate.privilege == 3 && gate.isPresent)
    #expect(gate.type == .interruptGate)
    #expect(!GateDescriptor.absent.isPresent)
  }

  @Test func selectorsNameAnEntryAndAPrivilege() {
    let it = SegmentSelector(gdtIndex: 7169, privilege: 3)
    #expect(it.rawValue == 0xe00b)
    #expect(it.index == 7169 && it.privilege == 3 && !it.isLocal && !it.isNull)
    #expect(SegmentSelector(rawValue: 3).isNull)
    #expect(SegmentSelector(rawValue: 7).isLocal)
  }
}
