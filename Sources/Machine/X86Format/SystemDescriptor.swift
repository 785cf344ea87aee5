import Machine

/// A sixteen-byte descriptor of a task-state segment or an LDT, which takes two slots of the GDT.
/// - Source: Intel SDM vol. 3A §7.2.3.
public struct SystemDescriptor: Equatable, BitwiseCopyable, Sendable {
  /// The first slot: an ordinary descriptor with the low 32 bits of the base.
  public var low: SegmentDescriptor
  /// The second slot: the high 32 bits of the base.
  public var high: UInt64

  /// The descriptor made of two slots.
  @inlinable public init(low: UInt64, high: UInt64) {
    self.low = SegmentDescriptor(rawValue: low)
    self.high = high
  }

  /// A present descriptor of `type` over `limit` + 1 bytes at `base`.
  @inlinable public init(_ type: SystemType, base: VirtualAddress, limit: UInt32) {
    low = .null
    low.typeBits = type.rawValue
    low.base = UInt32(truncatingIfNeeded: base.rawValue)
    low.limit = limit
    low.isPresent = true
    high = base.rawValue >> 32
  }

  /// The address of the segment's first byte.
  @inlinable public var base: VirtualAddress {
    VirtualAddress(UInt64(low.base) | high << 32)
  }

  /// The segment's type; nil if it is not one of long mode's, or not a system descriptor.
  @inlinable public var type: SystemType? {
    low.isCodeOrData ? nil : SystemType(rawValue: low.typeBits)
  }
}

/// A sixteen-byte gate of the interrupt descriptor table.
///
/// ```
/// low:  63         48 47 46 45 44 43  40 39    35 34 32 31      16 15         0
///       offset 31:16   P  DPL   0  type   zero    IST   selector    offset 15:0
/// high: 63            32 31            0
///       zero              offset 63:32
/// ```
/// - Source: Intel SDM vol. 3A §6.14.1.
public struct GateDescriptor: Equatable, BitwiseCopyable, Sendable {
  /// The gate's first eight bytes.
  public var low: UInt64
  /// The gate's last eight bytes.
  public var high: UInt64

  /// The gate of these bits.
  @inlinable public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// A present gate to `handler`.
  ///
  /// - Parameters:
  ///   - stack: 1 to 7 names a stack of the task-state segment, 0 none.
  ///   - privilege: the least privileged ring that may use it by a software interrupt.
  @inlinable public init(
    _ type: SystemType, handler: VirtualAddress, selector: SegmentSelector, stack: Int = 0,
    privilege: Int = 0
  ) {
    let offset = handler.rawValue
    low =
      offset & 0xffff | UInt64(selector.rawValue) << 16
      | UInt64(truncatingIfNeeded: stack & 7) << 32 | UInt64(type.rawValue) << 40
      | UInt64(truncatingIfNeeded: privilege & 3) << 45 | 1 << 47 | (offset >> 16 & 0xffff) << 48
    high = offset >> 32
  }

  /// The gate that cannot be used.
  @inlinable public static var absent: Self { Self(low: 0, high: 0) }

  /// The handler's address.
  @inlinable public var handler: VirtualAddress {
    VirtualAddress(low & 0xffff | low >> 32 & 0xffff_0000 | high << 32)
  }

  /// The code segment the handler runs in.
  @inlinable public var selector: SegmentSelector {
    SegmentSelector(rawValue: UInt16(truncatingIfNeeded: low >> 16))
  }

  /// The stack of the task-state segment to switch to, 1 to 7; 0 if none.
  @inlinable public var stack: Int {
    get { Int(truncatingIfNeeded: low >> 32 & 7) }
    set { low = low & ~(7 << 32) | UInt64(truncatingIfNeeded: newValue & 7) << 32 }
  }

  /// The least privileged ring that may use it by a software interrupt.
  @inlinable public var privilege: Int { Int(truncatingIfNeeded: low >> 45 & 3) }

  /// Whether it may be used.
  @inlinable public var isPresent: Bool { low >> 47 & 1 != 0 }

  /// The gate's type; nil if it is not one of long mode's.
  @inlinable public var type: SystemType? {
    low >> 44 & 1 != 0 ? nil : SystemType(rawValue: UInt8(truncatingIfNeeded: low >> 40 & 15))
  }
}

/// Offsets into the 64-bit task-state segment, in bytes.
/// - Source: Intel SDM vol. 3A figure 7-11.
public enum TaskStateOffset {
  /// The stack pointer that entry to ring 0 loads.
  @inlinable public static var rsp0: Int { 4 }
  /// The first of the seven interrupt stacks' pointers.
  @inlinable public static var ist1: Int { 36 }
  /// The distance from the segment's start to the I/O permission bitmap (16 bits).
  @inlinable public static var ioMapBase: Int { 102 }
  /// The bytes of the segment without a bitmap.
  @inlinable public static var size: Int { 104 }
}
