import X86Format
import XenABI

/// The effect of an instruction that writes one operand of at most 8 bytes in memory, computed
/// without touching memory.
///
/// The hypervisor reads the old value, computes the update, stores `newValue` (by a locked
/// compare-and-exchange against `oldValue` if others may write meanwhile), and only then commits
/// `registers`.
public struct MemoryUpdate: Equatable, Sendable {
  /// What memory held, cut to the width.
  public var oldValue: UInt64
  /// What it holds afterwards; equal to `oldValue` for a CMPXCHG that does not match.
  public var newValue: UInt64
  /// Whether memory is written with a value of the instruction's own (CMPXCHG may not).
  public var writes = true
  /// Whether the result depends on what memory held.
  public var dependsOnOldValue = true
}

extension DecodedInstruction {
  /// The operand in memory that the instruction writes, or nil if it writes none of a kind that
  /// `update` computes. String instructions write to the address in RDI.
  public var destination: MemoryOperand? {
    switch operation {
    case .move(let memory, _), .exchange(let memory, _), .exchangeAdd(let memory, _),
      .compareExchange(let memory, _), .arithmetic(_, let memory, _), .bit(_, let memory, _):
      return memory
    case .compareExchangePair(let memory):
      return width == 8 ? memory : nil
    case .storeString, .moveString:
      var memory = MemoryOperand()
      memory.segment = .es
      memory.base = 7
      memory.is32Bit = addressWidth == 4
      return memory
    default:
      return nil
    }
  }

  /// Computes what the instruction writes and how it changes the registers (RIP and, for string
  /// instructions, counters and pointers aside).
  /// - Parameters:
  ///   - old: what the operand holds.
  ///   - loaded: for `moveString` the element at RSI.
  ///   - registers: changed as the instruction does.
  /// - Returns: nil if the instruction is none that writes memory, or a bit instruction whose bit
  ///   lies outside the operand.
  public func update(
    old: UInt64, loaded: UInt64 = 0, registers: inout CPUUserRegs
  ) -> MemoryUpdate? {
    let mask = OperandWidth.mask(width)
    let old = old & mask
    switch operation {
    case .move(_, let source):
      return MemoryUpdate(
        oldValue: old, newValue: value(source, registers), dependsOnOldValue: false)
    case .storeString:
      return MemoryUpdate(
        oldValue: old, newValue: registers.rax & mask, dependsOnOldValue: false)
    case .moveString:
      return MemoryUpdate(oldValue: old, newValue: loaded & mask, dependsOnOldValue: false)
    case .exchange(_, let register):
      let new = registers.value(of: register, width: width)
      registers.set(register, width: width, to: old)
      return MemoryUpdate(oldValue: old, newValue: new)
    case .exchangeAdd(_, let register):
      let sum = arithmetic(.add, old, registers.value(of: register, width: width), &registers)
      registers.set(register, width: width, to: old)
      return MemoryUpdate(oldValue: old, newValue: sum)
    case .compareExchange(_, let register):
      let expected = registers.value(of: .accumulator, width: width)
      _ = arithmetic(.subtract, expected, old, &registers)
      if expected == old {
        return MemoryUpdate(
          oldValue: old, newValue: registers.value(of: register, width: width))
      }
      registers.set(.accumulator, width: width, to: old)
      return MemoryUpdate(oldValue: old, newValue: old, writes: false)
    case .compareExchangePair:
      guard width == 8 else { return nil }
      let expected = registers.rax & 0xffff_ffff | registers.rdx << 32
      if expected == old {
        registers.rflags |= RFLAGS.zf.rawValue
        return MemoryUpdate(
          oldValue: old, newValue: registers.rbx & 0xffff_ffff | registers.rcx << 32)
      }
      registers.rflags &= ~RFLAGS.zf.rawValue
      registers.rax = old & 0xffff_ffff
      registers.rdx = old >> 32
      return MemoryUpdate(oldValue: old, newValue: old, writes: false)
    case .arithmetic(let operation, _, let source):
      let operand = value(source, registers)
      return MemoryUpdate(
        oldValue: old, newValue: arithmetic(operation, old, operand, &registers))
    case .bit(let operation, _, let source):
      // A register may name a bit of another word; that is for the caller to reject.
      let number = value(source, registers)
      guard number < UInt64(width) * 8 else { return nil }
      let bit: UInt64 = 1 << number
      setFlag(.cf, old & bit != 0, &registers)
      switch operation {
      case .set: return MemoryUpdate(oldValue: old, newValue: old | bit)
      case .reset: return MemoryUpdate(oldValue: old, newValue: old & ~bit)
      case .complement: return MemoryUpdate(oldValue: old, newValue: old ^ bit)
      }
    default:
      return nil
    }
  }

  /// Whether it is STOS or MOVS.
  public var isStringStep: Bool {
    switch operation {
    case .storeString, .moveString: true
    default: false
    }
  }

  /// For a bit instruction whose bit number is in a register, and may lead far away: makes the
  /// number one within the operand.
  /// - Returns: by how much the operand's address moves, in bytes; 0 for other instructions.
  public mutating func narrowBitNumber(_ registers: CPUUserRegs) -> UInt64 {
    guard case .bit(let bit, let memory, .register(let register)) = operation else { return 0 }
    let bits = Int64(width) * 8
    let unused = 64 - bits
    let value = Int64(bitPattern: registers.value(of: register, width: width))
    let number = (value << unused) >> unused
    let inside = number & (bits - 1)
    operation = .bit(bit, memory, .immediate(UInt64(inside)))
    return UInt64(bitPattern: (number - inside) / 8)
  }

  private func value(_ source: ValueSource, _ registers: CPUUserRegs) -> UInt64 {
    switch source {
    case .register(let register): registers.value(of: register, width: width)
    case .immediate(let value): value & OperandWidth.mask(width)
    }
  }

  private func setFlag(_ flag: RFLAGS, _ value: Bool, _ registers: inout CPUUserRegs) {
    if value { registers.rflags |= flag.rawValue } else { registers.rflags &= ~flag.rawValue }
  }

  // Computes `a operation b` and the status flags.
  private func arithmetic(
    _ operation: ArithmeticOperation, _ a: UInt64, _ b: UInt64, _ registers: inout CPUUserRegs
  ) -> UInt64 {
    let mask = OperandWidth.mask(width)
    let sign: UInt64 = mask ^ (mask >> 1)
    let carryIn: UInt64 = registers.rflags & RFLAGS.cf.rawValue
    let result: UInt64
    switch operation {
    case .not:
      // The one that leaves the flags alone.
      return ~a & mask
    case .and, .or, .xor:
      result = operation == .and ? a & b : operation == .or ? a | b : a ^ b
      setFlag(.cf, false, &registers)
      setFlag(.of, false, &registers)
      setFlag(.af, false, &registers)
    case .add, .addWithCarry, .increment:
      let carry = operation == .addWithCarry ? carryIn : 0
      let (sum, first) = a.addingReportingOverflow(b)
      let (total, second) = sum.addingReportingOverflow(carry)
      result = total & mask
      if operation != .increment {
        setFlag(.cf, first || second || total & ~mask != 0, &registers)
      }
      setFlag(.of, (a ^ result) & (b ^ result) & sign != 0, &registers)
      setFlag(.af, (a ^ b ^ result) & 0x10 != 0, &registers)
    case .subtract, .subtractWithBorrow, .decrement, .negate:
      let left = operation == .negate ? 0 : a
      let right = operation == .negate ? a : b
      let borrow = operation == .subtractWithBorrow ? carryIn : 0
      result = (left &- right &- borrow) & mask
      if operation != .decrement {
        setFlag(.cf, left < right || (left == right && borrow != 0), &registers)
      }
      setFlag(.of, (left ^ right) & (left ^ result) & sign != 0, &registers)
      setFlag(.af, (left ^ right ^ result) & 0x10 != 0, &registers)
    }
    setFlag(.zf, result == 0, &registers)
    setFlag(.sf, result & sign != 0, &registers)
    setFlag(.pf, (result & 0xff).nonzeroBitCount & 1 == 0, &registers)
    return result
  }
}
