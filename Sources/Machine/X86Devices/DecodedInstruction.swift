/// Which port an instruction means.
public enum PortOperand: Equatable, Sendable {
  /// The port in the instruction.
  case immediate(UInt8)
  /// The port in DX.
  case dx
}

/// Arithmetic that reads and writes memory.
public enum ArithmeticOperation: UInt8, Sendable {
  case add = 0
  case or = 1
  case addWithCarry = 2
  case subtractWithBorrow = 3
  case and = 4
  case subtract = 5
  case xor = 6
  case increment = 7
  case decrement = 8
  case not = 9
  case negate = 10
}

/// What becomes of a bit in memory.
public enum BitOperation: UInt8, Sendable {
  case set = 5
  case reset = 6
  case complement = 7
}

/// What an instruction does.
public enum InstructionOperation: Equatable, Sendable {
  /// IN and OUT between a port and the accumulator.
  case readPort(PortOperand)
  case writePort(PortOperand)
  /// INS to ES:RDI, and OUTS from memory at RSI, through the port in DX.
  case readPortString
  case writePortString(SegmentRegister)

  case readMSR
  case writeMSR
  case cpuid
  case readTSC
  case readTSCP
  case readPerformanceCounter
  case readExtendedControl
  case writeExtendedControl

  /// MOV between a control register and a general-purpose one.
  case readControl(UInt8, into: RegisterOperand)
  case writeControl(UInt8, from: RegisterOperand)
  /// MOV between a debug register and a general-purpose one.
  case readDebug(UInt8, into: RegisterOperand)
  case writeDebug(UInt8, from: RegisterOperand)
  case clearTaskSwitched
  case loadMachineStatus(Operand)
  case storeMachineStatus(Operand)
  case invalidatePage(MemoryOperand)
  case invalidateCaches
  case writeBackCaches
  case halt
  case disableInterrupts
  case enableInterrupts
  case swapGS
  case loadGDT(MemoryOperand)
  case loadIDT(MemoryOperand)
  case storeGDT(MemoryOperand)
  case storeIDT(MemoryOperand)

  /// Writes to memory.
  case move(to: MemoryOperand, from: ValueSource)
  case exchange(MemoryOperand, RegisterOperand)
  case exchangeAdd(MemoryOperand, RegisterOperand)
  case compareExchange(MemoryOperand, RegisterOperand)
  /// CMPXCHG8B (width 8) and CMPXCHG16B (width 16).
  case compareExchangePair(MemoryOperand)
  case arithmetic(ArithmeticOperation, MemoryOperand, ValueSource)
  /// BTS, BTR, BTC; a bit number in a register may lead away from the operand.
  case bit(BitOperation, MemoryOperand, ValueSource)
  /// STOS to ES:RDI, and MOVS to there from memory at RSI: one element.
  case storeString
  case moveString(SegmentRegister)
}

/// How an instruction is repeated.
public enum RepeatPrefix: Sendable {
  case none
  /// F3: REP, REPE.
  case equal
  /// F2: REPNE.
  case notEqual
}

/// An instruction that a hypervisor carries out for a guest.
public struct DecodedInstruction: Equatable, Sendable {
  /// What it does.
  public var operation: InstructionOperation
  /// Bytes it operates on: 1, 2, 4, 8 or 16; 8 where the operation itself says (MSRs, registers).
  public var width: UInt8 = 8
  /// Bytes of the address: 4 or 8; string instructions count and point with as many.
  public var addressWidth: UInt8 = 8
  /// Its length in bytes, 1...15.
  public var length: UInt8 = 0
  /// How it is repeated, if it can be.
  public var repetition = RepeatPrefix.none
  /// Whether it has a LOCK prefix.
  public var isLocked = false

  /// The longest instruction.
  public static var maximumLength: Int { 15 }

  /// An instruction that does `operation`.
  public init(_ operation: InstructionOperation) { self.operation = operation }
}
