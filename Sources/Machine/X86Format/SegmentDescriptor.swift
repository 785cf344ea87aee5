/// An eight-byte segment descriptor.
///
/// ```
/// 63      56 55 54 53 52 51    48 47 46 45 44 43  40 39      32 31     16 15      0
/// base 31:24  G  DB L AVL lim19:16 P   DPL   S  type  base 23:16 base 15:0 lim 15:0
/// ```
/// - Source: Intel SDM vol. 3A §3.4.5.
public struct SegmentDescriptor: Equatable, BitwiseCopyable, Sendable {
  /// The descriptor as it lies in a table.
  public var rawValue: UInt64

  /// The descriptor of these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// A present code or data segment (`type` is its four type bits) over `base` and `limit`.
  @inlinable public init(type: SegmentType, privilege: Int, base: UInt32 = 0, limit: UInt32) {
    rawValue = 0
    self.type = type
    self.privilege = privilege
    self.base = base
    self.limit = limit
    isPresent = true
    isCodeOrData = true
  }

  /// The descriptor that cannot be used.
  @inlinable public static var null: Self { Self(rawValue: 0) }

  /// The 64-bit code segment of ring `privilege`.
  @inlinable public static func code64(privilege: Int) -> Self {
    var it = Self(type: .codeReadable, privilege: privilege, limit: 0xfffff)
    it.isLong = true
    it.isPageGranular = true
    return it
  }

  /// The flat 32-bit code segment of ring `privilege`.
  @inlinable public static func code32(privilege: Int) -> Self {
    var it = Self(type: .codeReadable, privilege: privilege, limit: 0xfffff)
    it.is32Bit = true
    it.isPageGranular = true
    return it
  }

  /// The flat, writable data segment of ring `privilege`.
  @inlinable public static func data(privilege: Int) -> Self {
    var it = Self(type: .dataWritable, privilege: privilege, limit: 0xfffff)
    it.is32Bit = true
    it.isPageGranular = true
    return it
  }

  /// The segment's first linear address (its low 32 bits in a system descriptor).
  @inlinable public var base: UInt32 {
    get { UInt32(truncatingIfNeeded: rawValue >> 16 & 0xff_ffff | rawValue >> 32 & 0xff00_0000) }
    set {
      let base = UInt64(newValue)
      rawValue =
        rawValue & ~0xff00_00ff_ffff_0000 | (base & 0xff_ffff) << 16 | (base & 0xff00_0000) << 32
    }
  }

  /// The 20-bit limit, in bytes or pages.
  @inlinable public var limit: UInt32 {
    get { UInt32(truncatingIfNeeded: rawValue & 0xffff | rawValue >> 32 & 0xf_0000) }
    set {
      let limit = UInt64(newValue)
      rawValue = rawValue & ~0x000f_0000_0000_ffff | limit & 0xffff | (limit & 0xf_0000) << 32
    }
  }

  /// The last offset that lies in an expand-up segment.
  @inlinable public var lastByte: UInt32 {
    isPageGranular ? limit << 12 | 0xfff : limit
  }

  /// The four type bits; they mean a `SegmentType` if `isCodeOrData`, else a `SystemType`.
  @inlinable public var typeBits: UInt8 {
    get { UInt8(truncatingIfNeeded: rawValue >> 40 & 15) }
    set { rawValue = rawValue & ~(15 << 40) | UInt64(newValue & 15) << 40 }
  }

  /// The type bits of a code or data segment.
  @inlinable public var type: SegmentType {
    get { SegmentType(rawValue: typeBits) }
    set { typeBits = newValue.rawValue }
  }

  /// Whether it is a code or data segment (S) rather than a system descriptor.
  @inlinable public var isCodeOrData: Bool {
    get { bit(44) }
    set { setBit(44, newValue) }
  }

  /// The privilege level it belongs to (DPL), 0 to 3.
  @inlinable public var privilege: Int {
    get { Int(truncatingIfNeeded: rawValue >> 45 & 3) }
    set { rawValue = rawValue & ~(3 << 45) | UInt64(truncatingIfNeeded: newValue & 3) << 45 }
  }

  /// Whether it may be used (P).
  @inlinable public var isPresent: Bool {
    get { bit(47) }
    set { setBit(47, newValue) }
  }

  /// The bit that is free for software (AVL).
  @inlinable public var isAvailable: Bool {
    get { bit(52) }
    set { setBit(52, newValue) }
  }

  /// Whether it is a 64-bit code segment (L).
  @inlinable public var isLong: Bool {
    get { bit(53) }
    set { setBit(53, newValue) }
  }

  /// Whether operands and stack are 32 bits by default (D or B).
  @inlinable public var is32Bit: Bool {
    get { bit(54) }
    set { setBit(54, newValue) }
  }

  /// Whether the limit counts pages (G).
  @inlinable public var isPageGranular: Bool {
    get { bit(55) }
    set { setBit(55, newValue) }
  }

  @usableFromInline func bit(_ number: UInt64) -> Bool { rawValue >> number & 1 != 0 }

  @usableFromInline mutating func setBit(_ number: UInt64, _ value: Bool) {
    rawValue = rawValue & ~(1 << number) | (value ? 1 << number : 0)
  }
}

/// The four type bits of a code or data segment.
/// - Source: Intel SDM vol. 3A table 3-1.
public struct SegmentType: Equatable, BitwiseCopyable, Sendable {
  /// The bits.
  public var rawValue: UInt8
  /// The type of these bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue & 15 }

  /// Data, read and write, accessed.
  @inlinable public static var dataWritable: Self { Self(rawValue: 3) }
  /// Code, execute and read, accessed.
  @inlinable public static var codeReadable: Self { Self(rawValue: 11) }

  /// Whether hardware used the segment.
  @inlinable public var isAccessed: Bool { rawValue & 1 != 0 }
  /// Whether it is code.
  @inlinable public var isCode: Bool { rawValue & 8 != 0 }
  /// Code only: whether it may be entered from a lower privilege without changing level.
  @inlinable public var isConforming: Bool { rawValue & 12 == 12 }
  /// Data only: whether the limit is a lower bound.
  @inlinable public var isExpandDown: Bool { rawValue & 12 == 4 }
  /// Data: writable; code: readable.
  @inlinable public var isWritableOrReadable: Bool { rawValue & 2 != 0 }
}

/// The types of system descriptors in long mode.
/// - Source: Intel SDM vol. 3A table 3-2.
public enum SystemType: UInt8, Sendable {
  /// An LDT.
  case ldt = 2
  /// A 64-bit task-state segment that is not loaded.
  case tssAvailable = 9
  /// A 64-bit task-state segment that is loaded.
  case tssBusy = 11
  /// A 64-bit call gate.
  case callGate = 12
  /// A 64-bit interrupt gate, which turns interrupts off.
  case interruptGate = 14
  /// A 64-bit trap gate, which leaves interrupts alone.
  case trapGate = 15
}
