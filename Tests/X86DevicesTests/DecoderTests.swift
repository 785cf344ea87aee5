import Testing
import X86Devices
import XenABI

@Suite struct DecoderTests {
  private func operation(_ listing: String) throws -> InstructionOperation {
    let decoded = try decode(listing)
    #expect(Int(decoded.length) == listing.split(separator: " ").count, "\(listing)")
    return decoded.operation
  }

  private func memory(
    _ base: UInt8? = nil, index: UInt8? = nil, shift: UInt8 = 0, _ displacement: Int64 = 0,
    segment: SegmentRegister = .ds, relative: Bool = false
  ) -> MemoryOperand {
    var operand = MemoryOperand()
    operand.base = base
    operand.index = index
    operand.shift = shift
    operand.displacement = displacement
    operand.segment = segment
    operand.isRelative = relative
    return operand
  }

  @Test func instructionsWithoutOperandsAreKnownByTheirOpcode() throws {
    let table: [(String, InstructionOperation)] = [
      ("f4", .halt), ("fa", .disableInterrupts), ("fb", .enableInterrupts),
      ("0f 06", .clearTaskSwitched), ("0f 08", .invalidateCaches), ("0f 09", .writeBackCaches),
      ("0f 30", .writeMSR), ("0f 31", .readTSC), ("0f 32", .readMSR),
      ("0f 33", .readPerformanceCounter), ("0f a2", .cpuid), ("0f 01 d0", .readExtendedControl),
      ("0f 01 d1", .writeExtendedControl), ("0f 01 f8", .swapGS), ("0f 01 f9", .readTSCP),
    ]
    for (listing, expected) in table { #expect(try operation(listing) == expected, "\(listing)") }
  }

  @Test func portsComeFromTheInstructionOrFromDX() throws {
    let table: [(String, InstructionOperation, UInt8)] = [
      ("e4 60", .readPort(.immediate(0x60)), 1), ("e5 60", .readPort(.immediate(0x60)), 4),
      ("66 e5 60", .readPort(.immediate(0x60)), 2), ("ec", .readPort(.dx), 1),
      ("66 ed", .readPort(.dx), 2), ("ed", .readPort(.dx), 4), ("48 ed", .readPort(.dx), 4),
      ("e6 80", .writePort(.immediate(0x80)), 1), ("e7 80", .writePort(.immediate(0x80)), 4),
      ("ee", .writePort(.dx), 1), ("66 ef", .writePort(.dx), 2), ("ef", .writePort(.dx), 4),
      ("6c", .readPortString, 1), ("66 6d", .readPortString, 2), ("6d", .readPortString, 4),
      ("6e", .writePortString(.ds), 1), ("65 6f", .writePortString(.gs), 4),
    ]
    for (listing, expected, width) in table {
      let decoded = try decode(listing)
      #expect(decoded.operation == expected, "\(listing)")
      #expect(decoded.width == width, "\(listing)")
    }
  }

  @Test func repeatPrefixesAreKept() throws {
    #expect(try decode("f3 6c").repetition == .equal)
    #expect(try decode("f2 6f").repetition == .notEqual)
    #expect(try decode("f3 67 6d").addressWidth == 4)
    #expect(try decode("6d").repetition == .none)
  }

  @Test func controlAndDebugRegistersAreNamedByTheMiddleBits() throws {
    #expect(try operation("0f 20 c0") == .readControl(0, into: RegisterOperand(0)))
    #expect(try operation("0f 22 df") == .writeControl(3, from: RegisterOperand(7)))
    #expect(try operation("41 0f 20 e0") == .readControl(4, into: RegisterOperand(8)))
    #expect(try operation("44 0f 20 c0") == .readControl(8, into: RegisterOperand(0)))
    #expect(try operation("0f 21 f8") == .readDebug(7, into: RegisterOperand(0)))
    #expect(try operation("0f 23 c3") == .writeDebug(0, from: RegisterOperand(3)))
    // The mode bits are ignored: there is no memory form.
    #expect(try operation("0f 22 18") == .writeControl(3, from: RegisterOperand(0)))
    #expect(try decode("0f 22 c0", mode: .compatibility32).width == 4)
  }

  @Test func memoryOperandsFollowModRMAndSIB() throws {
    let table: [(String, MemoryOperand)] = [
      ("89 07", memory(7)),  // mov %eax,(%rdi)
      ("41 89 02", memory(10)),  // mov %eax,(%r10)
      ("89 45 f8", memory(5, -8, segment: .ss)),  // mov %eax,-8(%rbp)
      ("41 89 45 08", memory(13, 8)),  // mov %eax,8(%r13)
      ("89 04 24", memory(4, segment: .ss)),  // mov %eax,(%rsp)
      ("89 84 24 00 01 00 00", memory(4, 256, segment: .ss)),
      ("89 04 cf", memory(7, index: 1, shift: 3)),  // mov %eax,(%rdi,%rcx,8)
      ("4a 89 04 e7", memory(7, index: 12, shift: 3)),  // mov %rax,(%rdi,%r12,8)
      ("89 05 10 00 00 00", memory(nil, 16, relative: true)),  // mov %eax,0x10(%rip)
      ("89 04 25 00 10 00 00", memory(nil, 0x1000)),  // mov %eax,0x1000
      ("65 89 04 25 00 00 00 80", memory(nil, -0x8000_0000, segment: .gs)),
      ("89 04 0d 00 00 00 00", memory(nil, index: 1)),  // mov %eax,0(,%rcx,1)
    ]
    for (listing, expected) in table {
      #expect(try decode(listing).destination == expected, "\(listing)")
    }
  }

  @Test func writesToMemoryKeepTheirWidthAndSource() throws {
    let rdi = memory(7)
    let rax = RegisterOperand(0)
    let table: [(String, InstructionOperation, UInt8)] = [
      ("48 89 07", .move(to: rdi, from: .register(rax)), 8),
      ("66 89 07", .move(to: rdi, from: .register(rax)), 2),
      ("88 27", .move(to: rdi, from: .register(RegisterOperand(0, isHighByte: true))), 1),
      ("40 88 27", .move(to: rdi, from: .register(RegisterOperand(4))), 1),
      ("48 c7 07 ff ff ff ff", .move(to: rdi, from: .immediate(.max)), 8),
      ("c6 07 05", .move(to: rdi, from: .immediate(5)), 1),
      ("48 87 07", .exchange(rdi, rax), 8),
      ("f0 48 0f b1 0f", .compareExchange(rdi, RegisterOperand(1)), 8),
      ("f0 48 0f c1 07", .exchangeAdd(rdi, rax), 8),
      ("f0 48 0f c7 0f", .compareExchangePair(rdi), 16),
      ("f0 0f c7 0f", .compareExchangePair(rdi), 8),
      ("f0 48 21 07", .arithmetic(.and, rdi, .register(rax)), 8),
      ("48 83 0f 40", .arithmetic(.or, rdi, .immediate(0x40)), 8),
      ("48 83 27 fd", .arithmetic(.and, rdi, .immediate(UInt64(bitPattern: -3))), 8),
      ("48 81 0f 00 00 00 80", .arithmetic(.or, rdi, .immediate(0xffff_ffff_8000_0000)), 8),
      ("48 ff 07", .arithmetic(.increment, rdi, .immediate(1)), 8),
      ("48 f7 17", .arithmetic(.not, rdi, .immediate(0)), 8),
      ("f0 48 0f ba 37 06", .bit(.reset, rdi, .immediate(6)), 8),
      ("f0 48 0f b3 07", .bit(.reset, rdi, .register(rax)), 8),
      ("48 0f ab 07", .bit(.set, rdi, .register(rax)), 8),
      ("0f ba 3f 25", .bit(.complement, rdi, .immediate(5)), 4),
      ("48 ab", .storeString, 8), ("f3 aa", .storeString, 1), ("48 a5", .moveString(.ds), 8),
      ("80 0f 40", .arithmetic(.or, rdi, .immediate(0x40)), 1),
    ]
    for (listing, expected, width) in table {
      let decoded = try decode(listing)
      #expect(decoded.operation == expected, "\(listing)")
      #expect(decoded.width == width, "\(listing)")
      #expect(Int(decoded.length) == listing.split(separator: " ").count, "\(listing)")
      #expect(decoded.isLocked == listing.hasPrefix("f0"), "\(listing)")
    }
  }

  @Test func aREXPrefixBeforeAnotherPrefixIsLost() throws {
    #expect(try decode("48 66 89 07").width == 2)
    #expect(try decode("66 48 89 07").width == 8)
  }

  @Test func flatSegmentPrefixesDoNotUndoFSInLongMode() throws {
    #expect(try decode("64 3e 89 07").destination?.segment == .fs)
    #expect(try decode("64 3e 89 07", mode: .compatibility32).destination?.segment == .ds)
  }

  @Test func compatibilityModeHasNoREX() {
    // 48 is DEC EAX there, which never faults.
    #expect(fault("48 89 07", mode: .compatibility32) == .unknown)
    #expect(fault("ec", mode: .compatibility32) == nil)
  }

  @Test func compatibilityModeHasNoRelativeAddresses() throws {
    let operand = try decode("89 05 10 00 00 00", mode: .compatibility32).destination
    #expect(operand?.isRelative == false)
    #expect(operand?.is32Bit == true)
  }

  @Test func aTruncatedInstructionFaultsAtTheFirstMissingByte() {
    #expect(fault("") == .unreadable(address: 0x1000))
    #expect(fault("0f") == .unreadable(address: 0x1001))
    #expect(fault("48 c7 07 ff") == .unreadable(address: 0x1004))
    #expect(fault("89 84 24 00") == .unreadable(address: 0x1004))
  }

  @Test func sixteenBytesAreTooMany() {
    let prefixes = String(repeating: "66 ", count: 14)
    #expect(fault(prefixes + "ec") == nil)
    #expect(fault(prefixes + "66 ec") == .tooLong)
  }

  @Test func instructionsThatNeverFaultForUsAreUnknown() {
    for listing in [
      "90", "8b 07", "89 c0", "c3", "0f 0b", "48 39 07", "38 07", "80 3f 01", "ff 27", "0f 05",
      "0f 01 c1", "c7 0f 00 00 00 00", "0f c7 c8", "0f ba e7 01", "0f ba 27 01",
    ] {
      #expect(fault(listing) == .unknown, "\(listing)")
    }
  }

  @Test func descriptorTableInstructionsNameMemory() throws {
    #expect(try operation("0f 01 17") == .loadGDT(memory(7)))
    #expect(try operation("0f 01 1f") == .loadIDT(memory(7)))
    #expect(try operation("0f 01 07") == .storeGDT(memory(7)))
    #expect(try operation("0f 01 0f") == .storeIDT(memory(7)))
    #expect(try operation("0f 01 3f") == .invalidatePage(memory(7)))
    #expect(try operation("0f 01 f0") == .loadMachineStatus(.register(RegisterOperand(0))))
    #expect(try operation("0f 01 e0") == .storeMachineStatus(.register(RegisterOperand(0))))
  }

  @Test func addressesAreSumsOfTheirParts() throws {
    var registers = CPUUserRegs()
    registers.rdi = 0x1000
    registers.rcx = 3
    let bases = SegmentBases(fs: 0x10_0000, gs: 0x20_0000)
    func address(_ listing: String, mode: CodeMode = .long) throws -> UInt64? {
      try decode(listing, mode: mode).destination?.address(registers, bases, next: 0x500)
    }
    #expect(try address("89 04 cf") == 0x1018)
    #expect(try address("89 47 ff") == 0xfff)
    #expect(try address("65 89 04 cf") == 0x20_1018)
    #expect(try address("64 89 07") == 0x10_1000)
    #expect(try address("89 05 10 00 00 00") == 0x510)
    registers.rdi = 0x1_0000_1000
    #expect(try address("67 89 07") == 0x1000)
    #expect(try address("48 ab") == 0x1_0000_1000)
    #expect(try address("67 48 ab") == 0x1000)
  }

  @Test func randomBytesNeverTrapAndNeverReadPastFifteen() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200_000 {
      let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      let decoded = try? DecodedInstruction.decode(Bytes(bytes), mode: .long)
      if let decoded {
        #expect(decoded.length >= 1 && Int(decoded.length) <= min(15, bytes.count))
      }
      _ = try? DecodedInstruction.decode(Bytes(bytes), mode: .compatibility32)
    }
  }
}
