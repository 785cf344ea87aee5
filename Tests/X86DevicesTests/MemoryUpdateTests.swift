import Testing
import X86Devices
import X86Format
import XenABI

@Suite struct MemoryUpdateTests {
  private var registers: CPUUserRegs {
    var registers = CPUUserRegs()
    registers.rax = 0x1111_2222_3333_4444
    registers.rcx = 0xffff_0000_ffff_0000
    return registers
  }

  @Test func movStoresItsSource() throws {
    var after = registers
    let update = try decode("48 89 0f").update(old: 7, registers: &after)
    #expect(update?.newValue == 0xffff_0000_ffff_0000)
    #expect(update?.dependsOnOldValue == false)
    let narrow = try decode("66 89 07").update(old: 7, registers: &after)
    #expect(narrow?.newValue == 0x4444)
  }

  @Test func xchgGivesTheOldValueToTheRegister() throws {
    var after = registers
    let update = try decode("48 87 07").update(old: 0x67, registers: &after)
    #expect(update?.newValue == 0x1111_2222_3333_4444)
    #expect(after.rax == 0x67)
    // 32 bits clear the upper half, 16 leave it.
    after = registers
    _ = try decode("87 07").update(old: 0x67, registers: &after)
    #expect(after.rax == 0x67)
    after = registers
    _ = try decode("66 87 07").update(old: 0x67, registers: &after)
    #expect(after.rax == 0x1111_2222_3333_0067)
  }

  @Test func cmpxchgWritesOnlyIfTheAccumulatorMatches() throws {
    var after = registers
    let instruction = try decode("f0 48 0f b1 0f")
    let match = instruction.update(old: registers.rax, registers: &after)
    #expect(match?.writes == true)
    #expect(match?.newValue == registers.rcx)
    #expect(after.rax == registers.rax)
    #expect(after.rflags & RFLAGS.zf.rawValue != 0)
    let miss = instruction.update(old: 5, registers: &after)
    #expect(miss?.writes == false)
    #expect(after.rax == 5)
    #expect(after.rflags & RFLAGS.zf.rawValue == 0)
  }

  @Test func bitInstructionsSetCarryToTheOldBit() throws {
    var after = registers
    let reset = try decode("f0 48 0f ba 37 06").update(old: 0x67, registers: &after)
    #expect(reset?.newValue == 0x27)
    #expect(after.rflags & RFLAGS.cf.rawValue != 0)
    let set = try decode("48 0f ba 2f 3f").update(old: 0, registers: &after)
    #expect(set?.newValue == 1 << 63)
    #expect(after.rflags & RFLAGS.cf.rawValue == 0)
    // A bit number that leads out of the operand is for the caller.
    #expect(try decode("48 0f ab 07").update(old: 0, registers: &after) == nil)
  }

  @Test func aBitNumberInARegisterMovesTheAddress() throws {
    var registers = CPUUserRegs()
    let table: [(UInt64, UInt64, UInt64)] = [
      (5, 0, 1 << 5), (64, 8, 1), (200, 24, 1 << 8), (UInt64.max, UInt64(bitPattern: -8), 1 << 63),
    ]
    for (number, offset, bit) in table {
      var instruction = try decode("48 0f ab 07")
      registers.rax = number
      #expect(instruction.narrowBitNumber(registers) == offset)
      #expect(instruction.update(old: 0, registers: &registers)?.newValue == bit)
    }
    var immediate = try decode("48 0f ba 2f 3f")
    #expect(immediate.narrowBitNumber(registers) == 0)
  }

  @Test func arithmeticSetsTheFlagsOfTheProcessor() throws {
    // (instruction on 8 bits, old, flags in, new, flags out: CF ZF SF OF PF AF)
    let cf = RFLAGS.cf.rawValue
    let zf = RFLAGS.zf.rawValue
    let sf = RFLAGS.sf.rawValue
    let of = RFLAGS.of.rawValue
    let pf = RFLAGS.pf.rawValue
    let af = RFLAGS.af.rawValue
    let table: [(String, UInt64, UInt64, UInt64, UInt64)] = [
      ("80 07 01", 0xff, 0, 0x00, cf | zf | pf | af),  // add
      ("80 07 01", 0x7f, 0, 0x80, sf | of | af),
      ("80 17 00", 0xff, cf, 0x00, cf | zf | pf | af),  // adc
      ("80 2f 01", 0x00, 0, 0xff, cf | sf | pf | af),  // sub
      ("80 2f 01", 0x80, 0, 0x7f, of | af),
      ("80 1f 00", 0x00, cf, 0xff, cf | sf | pf | af),  // sbb
      ("80 1f ff", 0xff, cf, 0xff, cf | sf | pf | af),
      ("80 27 0f", 0xf0, cf | of, 0x00, zf | pf),  // and
      ("80 0f 80", 0x01, cf, 0x81, sf | pf),  // or
      ("80 37 ff", 0x0f, 0, 0xf0, sf | pf),  // xor
      ("fe 07", 0xff, 0, 0x00, zf | pf | af),  // inc keeps CF
      ("fe 07", 0x7f, cf, 0x80, cf | sf | of | af),
      ("fe 0f", 0x00, 0, 0xff, sf | pf | af),  // dec
      ("f6 17", 0x55, cf, 0xaa, cf),  // not keeps all
      ("f6 1f", 0x01, 0, 0xff, cf | sf | pf | af),  // neg
      ("f6 1f", 0x00, cf, 0x00, zf | pf),
      ("f6 1f", 0x80, 0, 0x80, cf | sf | of),
    ]
    for (listing, old, flags, new, after) in table {
      var registers = CPUUserRegs()
      registers.rflags = flags
      let update = try decode(listing).update(old: old, registers: &registers)
      #expect(update?.newValue == new, "\(listing) of \(old)")
      #expect(registers.rflags == after, "\(listing) of \(old)")
    }
  }

  @Test func xaddReturnsTheOldValueAndStoresTheSum() throws {
    var after = CPUUserRegs()
    after.rax = 5
    let update = try decode("f0 48 0f c1 07").update(old: 10, registers: &after)
    #expect(update?.newValue == 15)
    #expect(after.rax == 10)
  }

  @Test func cmpxchg8bComparesTwoRegisters() throws {
    var after = CPUUserRegs()
    after.rax = 0x1
    after.rdx = 0x2
    after.rbx = 0x3
    after.rcx = 0x4
    let match = try decode("f0 0f c7 0f").update(old: 0x2_0000_0001, registers: &after)
    #expect(match?.newValue == 0x4_0000_0003)
    let miss = try decode("f0 0f c7 0f").update(old: 0x9_0000_0008, registers: &after)
    #expect(miss?.writes == false)
    #expect(after.rax == 8 && after.rdx == 9)
  }

  @Test func instructionsWithoutDestinationUpdateNothing() throws {
    var after = registers
    #expect(try decode("0f a2").update(old: 0, registers: &after) == nil)
    #expect(try decode("f0 48 0f c7 0f").update(old: 0, registers: &after) == nil)
  }
}
