extension InstructionDecoder {
  /// The instructions whose opcode begins with 0F.
  mutating func decodeTwoBytes(_ opcode: UInt8) throws(InstructionFault) -> DecodedInstruction {
    let width: UInt8 = opcode & 1 == 0 ? 1 : operandWidth
    switch opcode {
    case 0x01: return try decodeSystemGroup()
    case 0x06: return DecodedInstruction(.clearTaskSwitched)
    case 0x08: return DecodedInstruction(.invalidateCaches)
    case 0x09: return DecodedInstruction(.writeBackCaches)
    case 0x20...0x23: return try decodeControlMove(opcode)
    case 0x30: return DecodedInstruction(.writeMSR)
    case 0x31: return DecodedInstruction(.readTSC)
    case 0x32: return DecodedInstruction(.readMSR)
    case 0x33: return DecodedInstruction(.readPerformanceCounter)
    case 0xa2: return DecodedInstruction(.cpuid)
    case 0xab: return try decodeBit(.set)
    case 0xb3: return try decodeBit(.reset)
    case 0xbb: return try decodeBit(.complement)
    case 0xba:
      let modRM = try readModRM(width: operandWidth)
      guard case .memory(let memory) = modRM.operand,
        let operation = BitOperation(rawValue: modRM.group)
      else { throw .unknown }
      // An immediate bit number stays within the operand.
      let number = UInt64(try reader.byte()) & (UInt64(operandWidth) * 8 - 1)
      return sized(.bit(operation, memory, .immediate(number)), operandWidth)
    case 0xb0, 0xb1:
      return try toMemory(width) { memory, register in .compareExchange(memory, register) }
    case 0xc0, 0xc1:
      return try toMemory(width) { memory, register in .exchangeAdd(memory, register) }
    case 0xc7:
      let modRM = try readModRM(width: operandWidth)
      guard case .memory(let memory) = modRM.operand, modRM.group == 1 else { throw .unknown }
      return sized(.compareExchangePair(memory), rex & 8 != 0 ? 16 : 8)
    default: throw .unknown
    }
  }

  private mutating func decodeBit(
    _ operation: BitOperation
  ) throws(InstructionFault) -> DecodedInstruction {
    try toMemory(operandWidth) { memory, register in
      .bit(operation, memory, .register(register))
    }
  }

  // MOV to and from CRn and DRn: the ModRM byte always names registers.
  private mutating func decodeControlMove(
    _ opcode: UInt8
  ) throws(InstructionFault) -> DecodedInstruction {
    let byte = try reader.byte()
    let number = byte >> 3 & 7 | (rex & 4) << 1
    let register = RegisterOperand(byte & 7 | (rex & 1) << 3)
    let operation: InstructionOperation =
      switch opcode {
      case 0x20: .readControl(number, into: register)
      case 0x21: .readDebug(number, into: register)
      case 0x22: .writeControl(number, from: register)
      default: .writeDebug(number, from: register)
      }
    return sized(operation, mode == .long ? 8 : 4)
  }

  // 0F 01: descriptor tables and machine status in memory, single instructions as "registers".
  private mutating func decodeSystemGroup() throws(InstructionFault) -> DecodedInstruction {
    let modRM = try readModRM(width: operandWidth)
    switch modRM.operand {
    case .memory(let memory):
      switch modRM.group {
      case 0: return DecodedInstruction(.storeGDT(memory))
      case 1: return DecodedInstruction(.storeIDT(memory))
      case 2: return DecodedInstruction(.loadGDT(memory))
      case 3: return DecodedInstruction(.loadIDT(memory))
      case 4: return sized(.storeMachineStatus(modRM.operand), 2)
      case 6: return sized(.loadMachineStatus(modRM.operand), 2)
      case 7: return DecodedInstruction(.invalidatePage(memory))
      default: throw .unknown
      }
    case .register:
      switch (modRM.group, modRM.other & 7) {
      case (2, 0): return DecodedInstruction(.readExtendedControl)
      case (2, 1): return DecodedInstruction(.writeExtendedControl)
      case (4, _): return sized(.storeMachineStatus(modRM.operand), operandWidth)
      case (6, _): return sized(.loadMachineStatus(modRM.operand), 2)
      case (7, 0): return DecodedInstruction(.swapGS)
      case (7, 1): return DecodedInstruction(.readTSCP)
      default: throw .unknown
      }
    }
  }
}
