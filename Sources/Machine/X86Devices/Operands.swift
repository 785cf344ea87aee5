import X86Format
import XenABI

/// The kind of code segment that an instruction runs in.
public enum CodeMode: Sendable {
  /// 64-bit mode.
  case long
  /// Compatibility mode with a 32-bit segment.
  case compatibility32
}

/// A segment register, by its number in instructions.
public enum SegmentRegister: UInt8, Sendable {
  case es = 0
  case cs = 1
  case ss = 2
  case ds = 3
  case fs = 4
  case gs = 5
}

/// A general-purpose register as an operand.
public struct RegisterOperand: Equatable, BitwiseCopyable, Sendable {
  /// 0 (RAX) ... 15 (R15), in the processor's order: A, C, D, B, SP, BP, SI, DI, 8 ... 15.
  public var number: UInt8
  /// Whether it is bits 8 to 15 (AH, CH, DH, BH).
  public var isHighByte: Bool

  /// The register of this number.
  public init(_ number: UInt8, isHighByte: Bool = false) {
    self.number = number & 15
    self.isHighByte = isHighByte
  }

  /// The accumulator.
  public static var accumulator: RegisterOperand { RegisterOperand(0) }
}

/// Where a value comes from.
public enum ValueSource: Equatable, Sendable {
  case register(RegisterOperand)
  /// The sign is extended to 64 bits.
  case immediate(UInt64)
}

/// An operand in memory: segment base + base + index * scale + displacement.
public struct MemoryOperand: Equatable, Sendable {
  /// The segment.
  public var segment = SegmentRegister.ds
  /// The base register's number.
  public var base: UInt8?
  /// The index register's number.
  public var index: UInt8?
  /// What the index is shifted left by.
  public var shift: UInt8 = 0
  /// The displacement; relative to the next instruction if `isRelative`.
  public var displacement: Int64 = 0
  /// Whether the displacement counts from the end of the instruction.
  public var isRelative = false
  /// Whether the sum is cut to 32 bits before the segment's base is added.
  public var is32Bit = false

  /// An operand at address 0 of DS.
  public init() {}

  /// The operand's linear address.
  /// - Parameter next: the address after the instruction.
  public func address(
    _ registers: CPUUserRegs, _ bases: SegmentBases, next: UInt64
  ) -> UInt64 {
    var sum = UInt64(bitPattern: displacement)
    if isRelative { sum &+= next }
    if let base { sum &+= registers[register: base] }
    if let index { sum &+= registers[register: index] << UInt64(shift) }
    if is32Bit { sum &= 0xffff_ffff }
    return sum &+ bases[segment]
  }
}

/// An operand that a ModRM byte names.
public enum Operand: Equatable, Sendable {
  case register(RegisterOperand)
  case memory(MemoryOperand)
}

/// The bases of the segments that have one in long mode.
public struct SegmentBases: Equatable, Sendable {
  /// The base of FS.
  public var fs: UInt64
  /// The base of GS.
  public var gs: UInt64

  /// The bases given.
  public init(fs: UInt64 = 0, gs: UInt64 = 0) {
    self.fs = fs
    self.gs = gs
  }

  /// The base of `segment`.
  public subscript(segment: SegmentRegister) -> UInt64 {
    switch segment {
    case .fs: fs
    case .gs: gs
    case .es, .cs, .ss, .ds: 0
    }
  }
}

extension CPUUserRegs {
  /// A general-purpose register by its number in instructions (0 ... 15).
  public subscript(register number: UInt8) -> UInt64 {
    get {
      switch number & 15 {
      case 0: rax
      case 1: rcx
      case 2: rdx
      case 3: rbx
      case 4: rsp
      case 5: rbp
      case 6: rsi
      case 7: rdi
      case 8: r8
      case 9: r9
      case 10: r10
      case 11: r11
      case 12: r12
      case 13: r13
      case 14: r14
      default: r15
      }
    }
    set {
      switch number & 15 {
      case 0: rax = newValue
      case 1: rcx = newValue
      case 2: rdx = newValue
      case 3: rbx = newValue
      case 4: rsp = newValue
      case 5: rbp = newValue
      case 6: rsi = newValue
      case 7: rdi = newValue
      case 8: r8 = newValue
      case 9: r9 = newValue
      case 10: r10 = newValue
      case 11: r11 = newValue
      case 12: r12 = newValue
      case 13: r13 = newValue
      case 14: r14 = newValue
      default: r15 = newValue
      }
    }
  }

  /// The value of an operand of `width` bytes, zero-extended.
  public func value(of operand: RegisterOperand, width: UInt8) -> UInt64 {
    let value = self[register: operand.number] >> (operand.isHighByte ? 8 : 0)
    return value & OperandWidth.mask(width)
  }

  /// Writes an operand of `width` bytes: 4 bytes clear the upper half, 1 and 2 leave the rest.
  public mutating func set(_ operand: RegisterOperand, width: UInt8, to value: UInt64) {
    switch width {
    case 8: self[register: operand.number] = value
    case 4: self[register: operand.number] = value & 0xffff_ffff
    default:
      let shift: UInt64 = operand.isHighByte ? 8 : 0
      let mask = OperandWidth.mask(width) << shift
      let old = self[register: operand.number]
      self[register: operand.number] = old & ~mask | value << shift & mask
    }
  }
}

/// Operand widths are numbers of bytes: 1, 2, 4, 8 or 16.
public enum OperandWidth {
  /// The bits of an operand.
  @inlinable public static func mask(_ width: UInt8) -> UInt64 {
    width >= 8 ? UInt64.max : 1 << (UInt64(width) &* 8) &- 1
  }
}
