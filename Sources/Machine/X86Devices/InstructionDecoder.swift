/// Reads one instruction.
///
/// ```
/// [66 67 F0 F2 F3 2E 36 3E 26 64 65]* [REX] opcode [ModRM [SIB] [displacement]] [immediate]
/// ```
/// - Source: Intel SDM vol. 2A chapter 2, vol. 2D appendix A; AMD APM vol. 3.
struct InstructionDecoder<Source: InstructionSource> {
  var reader: InstructionReader<Source>
  let mode: CodeMode
  var rex: UInt8 = 0
  var hasREX = false
  var isOperandSize16 = false
  var isAddressSizeChanged = false
  var segment: SegmentRegister?
  var repetition = RepeatPrefix.none
  var isLocked = false

  init(_ source: Source, _ mode: CodeMode) {
    reader = InstructionReader(source)
    self.mode = mode
  }

  mutating func decode() throws(InstructionFault) -> DecodedInstruction {
    let opcode = try readPrefixes()
    var result =
      opcode == 0x0f
      ? try decodeTwoBytes(try reader.byte()) : try decodeOneByte(opcode)
    result.addressWidth = addressWidth
    result.length = UInt8(truncatingIfNeeded: reader.length)
    result.repetition = repetition
    result.isLocked = isLocked
    return result
  }

  // MARK: Prefixes

  private mutating func readPrefixes() throws(InstructionFault) -> UInt8 {
    while true {
      let byte = try reader.byte()
      switch byte {
      case 0x66: isOperandSize16 = true
      case 0x67: isAddressSizeChanged = true
      case 0xf0: isLocked = true
      case 0xf2: repetition = .notEqual
      case 0xf3: repetition = .equal
      case 0x26: setFlatSegment(.es)
      case 0x2e: setFlatSegment(.cs)
      case 0x36: setFlatSegment(.ss)
      case 0x3e: setFlatSegment(.ds)
      case 0x64: segment = .fs
      case 0x65: segment = .gs
      case 0x40...0x4f where mode == .long:
        rex = byte
        hasREX = true
        continue
      default:
        return byte
      }
      // A REX prefix counts only right before the opcode.
      rex = 0
      hasREX = false
    }
  }

  // In 64-bit mode these prefixes mean nothing, and do not undo an FS or GS before them.
  private mutating func setFlatSegment(_ register: SegmentRegister) {
    if mode != .long { segment = register }
  }

  var operandWidth: UInt8 {
    if rex & 8 != 0 { return 8 }
    return isOperandSize16 ? 2 : 4
  }

  var addressWidth: UInt8 {
    // 16-bit addresses are rejected where they would matter.
    switch mode {
    case .long: isAddressSizeChanged ? 4 : 8
    case .compatibility32: isAddressSizeChanged ? 2 : 4
    }
  }

  // MARK: ModRM

  /// The two operands of a ModRM byte.
  struct ModRM {
    /// The middle three bits, extended by REX.R.
    var register: UInt8
    /// The middle three bits alone, where they extend the opcode.
    var group: UInt8 { register & 7 }
    /// The other operand.
    var operand: Operand
    /// The low three bits, extended by REX.B, if `operand` is a register.
    var other: UInt8
    var isMemory: Bool { if case .memory = operand { true } else { false } }
  }

  mutating func readModRM(width: UInt8) throws(InstructionFault) -> ModRM {
    let byte = try reader.byte()
    let register = byte >> 3 & 7 | (rex & 4) << 1
    let low = byte & 7
    let other = low | (rex & 1) << 3
    let mod = byte >> 6
    if mod == 3 {
      return ModRM(
        register: register, operand: .register(byteAware(other, width)), other: other)
    }
    guard addressWidth != 2 else { throw .unknown }
    var memory = MemoryOperand()
    memory.is32Bit = addressWidth == 4
    var usesStack = false
    if low == 4 {
      let sib = try reader.byte()
      let index = sib >> 3 & 7 | (rex & 2) << 2
      if index != 4 {
        memory.index = index
        memory.shift = sib >> 6
      }
      if sib & 7 == 5, mod == 0 {
        memory.displacement = try reader.signed(4)
      } else {
        let base = sib & 7 | (rex & 1) << 3
        memory.base = base
        usesStack = base == 4 || base == 5
      }
    } else if low == 5, mod == 0 {
      memory.displacement = try reader.signed(4)
      memory.isRelative = mode == .long
    } else {
      memory.base = other
      usesStack = other == 5
    }
    switch mod {
    case 1: memory.displacement = try reader.signed(1)
    case 2: memory.displacement = try reader.signed(4)
    default: break
    }
    memory.segment = segment ?? (usesStack ? .ss : .ds)
    return ModRM(register: register, operand: .memory(memory), other: other)
  }

  /// The operand that is register `number`; without REX, byte registers 4 to 7 are high halves.
  func byteAware(_ number: UInt8, _ width: UInt8) -> RegisterOperand {
    if width == 1, !hasREX, number >= 4, number < 8 {
      return RegisterOperand(number &- 4, isHighByte: true)
    }
    return RegisterOperand(number)
  }

  mutating func immediate(_ width: UInt8) throws(InstructionFault) -> ValueSource {
    .immediate(UInt64(bitPattern: try reader.signed(Int(min(width, 4)))))
  }

  // MARK: One-byte opcodes

  private mutating func decodeOneByte(
    _ opcode: UInt8
  ) throws(InstructionFault) -> DecodedInstruction {
    // The lowest bit of most opcodes says: not bytes.
    let width: UInt8 = opcode & 1 == 0 ? 1 : operandWidth
    switch opcode {
    case 0x00...0x3b where opcode & 7 < 2:
      guard let operation = ArithmeticOperation(rawValue: opcode >> 3), opcode < 0x38 else {
        throw .unknown
      }
      return try toMemory(width) { memory, register in
        .arithmetic(operation, memory, .register(register))
      }
    case 0x6c, 0x6d:
      return sized(.readPortString, min(width, 4))
    case 0x6e, 0x6f:
      return sized(.writePortString(segment ?? .ds), min(width, 4))
    case 0x80, 0x81, 0x83:
      let modRM = try readModRM(width: width)
      guard case .memory(let memory) = modRM.operand, modRM.group != 7,
        let operation = ArithmeticOperation(rawValue: modRM.group)
      else { throw .unknown }
      let value = try immediate(opcode == 0x81 ? width : 1)
      return sized(.arithmetic(operation, memory, value), width)
    case 0x86, 0x87:
      return try toMemory(width) { memory, register in .exchange(memory, register) }
    case 0x88, 0x89:
      return try toMemory(width) { memory, register in .move(to: memory, from: .register(register))
      }
    case 0xa4, 0xa5: return sized(.moveString(segment ?? .ds), width)
    case 0xaa, 0xab: return sized(.storeString, width)
    case 0xc6, 0xc7:
      let modRM = try readModRM(width: width)
      guard case .memory(let memory) = modRM.operand, modRM.group == 0 else { throw .unknown }
      return sized(.move(to: memory, from: try immediate(width)), width)
    case 0xf6, 0xf7:
      let modRM = try readModRM(width: width)
      guard case .memory(let memory) = modRM.operand, modRM.group == 2 || modRM.group == 3 else {
        throw .unknown
      }
      let operation: ArithmeticOperation = modRM.group == 2 ? .not : .negate
      return sized(.arithmetic(operation, memory, .immediate(0)), width)
    case 0xfe, 0xff:
      let modRM = try readModRM(width: width)
      guard case .memory(let memory) = modRM.operand, modRM.group < 2 else { throw .unknown }
      let operation: ArithmeticOperation = modRM.group == 0 ? .increment : .decrement
      return sized(.arithmetic(operation, memory, .immediate(1)), width)
    case 0xe4, 0xe5: return sized(.readPort(.immediate(try reader.byte())), min(width, 4))
    case 0xe6, 0xe7: return sized(.writePort(.immediate(try reader.byte())), min(width, 4))
    case 0xec, 0xed: return sized(.readPort(.dx), min(width, 4))
    case 0xee, 0xef: return sized(.writePort(.dx), min(width, 4))
    case 0xf4: return DecodedInstruction(.halt)
    case 0xfa: return DecodedInstruction(.disableInterrupts)
    case 0xfb: return DecodedInstruction(.enableInterrupts)
    default: throw .unknown
    }
  }

  func sized(_ operation: InstructionOperation, _ width: UInt8) -> DecodedInstruction {
    var result = DecodedInstruction(operation)
    result.width = width
    return result
  }

  /// An instruction from a register to memory.
  mutating func toMemory(
    _ width: UInt8, _ make: (MemoryOperand, RegisterOperand) -> InstructionOperation
  ) throws(InstructionFault) -> DecodedInstruction {
    let modRM = try readModRM(width: width)
    guard case .memory(let memory) = modRM.operand else { throw .unknown }
    return sized(make(memory, byteAware(modRM.register, width)), width)
  }
}

extension DecodedInstruction {
  /// Decodes the instruction that `source` starts with.
  /// - Throws: `InstructionFault`.
  public static func decode<Source: InstructionSource>(
    _ source: Source, mode: CodeMode = .long
  ) throws(InstructionFault) -> DecodedInstruction {
    var decoder = InstructionDecoder(source, mode)
    return try decoder.decode()
  }
}
