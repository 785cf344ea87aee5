import Primitives

/// The exceptions the CPU raises itself, by vector.
/// - Source: Intel SDM vol. 3A table 6-1.
public enum ExceptionVector: UInt8, Sendable {
  /// #DE, division by zero or overflow.
  case divideError = 0
  /// #DB, single step and breakpoint registers.
  case debug = 1
  /// The non-maskable interrupt.
  case nmi = 2
  /// #BP, INT3.
  case breakpoint = 3
  /// #OF, INTO.
  case overflow = 4
  /// #BR, BOUND.
  case boundRange = 5
  /// #UD, no such instruction.
  case invalidOpcode = 6
  /// #NM, floating point unit taken away.
  case deviceNotAvailable = 7
  /// #DF, an exception while delivering one.
  case doubleFault = 8
  /// #TS.
  case invalidTSS = 10
  /// #NP.
  case segmentNotPresent = 11
  /// #SS.
  case stackFault = 12
  /// #GP.
  case generalProtection = 13
  /// #PF.
  case pageFault = 14
  /// #MF, x87 error.
  case floatingPoint = 16
  /// #AC.
  case alignmentCheck = 17
  /// #MC.
  case machineCheck = 18
  /// #XM, SIMD error.
  case simd = 19
  /// #VE.
  case virtualisation = 20
  /// #CP.
  case controlProtection = 21
  /// #HV, AMD.
  case hypervisorInjection = 28
  /// #VC, AMD.
  case vmmCommunication = 29
  /// #SX, AMD.
  case security = 30

  /// Whether the CPU pushes an error code.
  @inlinable public var hasErrorCode: Bool {
    switch self {
    case .doubleFault, .invalidTSS, .segmentNotPresent, .stackFault, .generalProtection,
      .pageFault, .alignmentCheck, .controlProtection, .vmmCommunication, .security:
      true
    case .divideError, .debug, .nmi, .breakpoint, .overflow, .boundRange, .invalidOpcode,
      .deviceNotAvailable, .floatingPoint, .machineCheck, .simd, .virtualisation,
      .hypervisorInjection:
      false
    }
  }

  /// The number of vectors that belong to exceptions.
  @inlinable public static var count: Int { 32 }
}

/// The error code of a page fault.
/// - Source: Intel SDM vol. 3A §4.7.
public struct PageFaultError: BitFlags {
  /// The code's bits.
  public var rawValue: UInt32
  /// The code with these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// The page was present: the access was not allowed (`PFEC_page_present`).
  @inlinable public static var present: Self { Self(rawValue: 1 << 0) }
  /// It was a write (`PFEC_write_access`).
  @inlinable public static var write: Self { Self(rawValue: 1 << 1) }
  /// It came from user mode (`PFEC_user_mode`).
  @inlinable public static var user: Self { Self(rawValue: 1 << 2) }
  /// An entry had a reserved bit set (`PFEC_reserved_bit`).
  @inlinable public static var reservedBit: Self { Self(rawValue: 1 << 3) }
  /// It was an instruction fetch (`PFEC_insn_fetch`).
  @inlinable public static var fetch: Self { Self(rawValue: 1 << 4) }
  /// A protection key forbade it (`PFEC_prot_key`).
  @inlinable public static var protectionKey: Self { Self(rawValue: 1 << 5) }
  /// It was a shadow-stack access.
  @inlinable public static var shadowStack: Self { Self(rawValue: 1 << 6) }
}

/// The error code of exceptions that name a selector.
/// - Source: Intel SDM vol. 3A §6.13.
public struct SelectorError: Equatable, BitwiseCopyable, Sendable {
  /// The code's bits.
  public var rawValue: UInt32
  /// The code with these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// The code that names gate `vector` of the IDT.
  @inlinable public init(gate vector: UInt8) { rawValue = UInt32(vector) << 3 | 2 }
  /// Whether the event came from outside the program.
  @inlinable public var isExternal: Bool { rawValue & 1 != 0 }
  /// Whether the index is one of the IDT.
  @inlinable public var isGate: Bool { rawValue & 2 != 0 }
  /// Whether the index is one of the LDT.
  @inlinable public var isLocal: Bool { rawValue & 4 != 0 }
  /// The entry's index.
  @inlinable public var index: Int { Int(rawValue >> 3 & 0x1fff) }
}
