/// Registers of an IO-APIC, reached through a select and a window register.
/// - Source: Intel 82093AA data sheet §3.
public enum IOAPICRegister {
  /// Byte offset of the select register.
  @inlinable public static var select: UInt64 { 0x00 }
  /// Byte offset of the window register.
  @inlinable public static var window: UInt64 { 0x10 }
  /// Byte offset of the directed end-of-interrupt register (version 0x20 on).
  @inlinable public static var eoi: UInt64 { 0x40 }
  /// Index: the identifier, in bits 27 to 24.
  @inlinable public static var id: UInt8 { 0 }
  /// Index: version in the low byte, highest pin in bits 23 to 16.
  @inlinable public static var version: UInt8 { 1 }
  /// Index: the low half of `pin`'s entry.
  @inlinable public static func redirectionLow(_ pin: UInt8) -> UInt8 { 0x10 &+ pin &* 2 }
  /// Index: the high half of `pin`'s entry.
  @inlinable public static func redirectionHigh(_ pin: UInt8) -> UInt8 { 0x11 &+ pin &* 2 }
  /// The number of pins that the version register tells of.
  @inlinable public static func pinCount(version: UInt32) -> Int {
    Int(version >> 16 & 0xff) &+ 1
  }
}

/// Whether a line counts as active when high or low.
public enum InterruptPolarity: UInt8, Sendable {
  case activeHigh = 0
  case activeLow = 1
}

/// Whether a line interrupts on a change or while active.
public enum InterruptTrigger: UInt8, Sendable {
  case edge = 0
  case level = 1
}

/// An entry of an IO-APIC's redirection table: what a pin does.
///
/// ```
/// 63        56 55   17  16    15    14   13  12  11  10  8 7      0
/// destination         mask trigger RIRR pol busy log  mode  vector
/// ```
/// - Source: Intel 82093AA data sheet §3.2.4.
public struct RedirectionEntry: Equatable, BitwiseCopyable, Sendable {
  /// The entry's bits.
  public var rawValue: UInt64

  /// The entry of these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The entry of two register halves.
  @inlinable public init(low: UInt32, high: UInt32) {
    rawValue = UInt64(low) | UInt64(high) << 32
  }

  /// An unmasked entry to the processor with APIC id `destination`.
  @inlinable public init(
    _ mode: DeliveryMode, vector: UInt8, destination: UInt8, trigger: InterruptTrigger,
    polarity: InterruptPolarity
  ) {
    rawValue =
      UInt64(vector) | UInt64(mode.rawValue) << 8 | UInt64(polarity.rawValue) << 13
      | UInt64(trigger.rawValue) << 15 | UInt64(destination) << 56
  }

  /// The entry that delivers nothing.
  @inlinable public static var masked: Self { Self(rawValue: 1 << 16) }

  /// The low register half.
  @inlinable public var low: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
  /// The high register half.
  @inlinable public var high: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

  /// The vector.
  @inlinable public var vector: UInt8 {
    get { UInt8(truncatingIfNeeded: rawValue) }
    set { rawValue = rawValue & ~0xff | UInt64(newValue) }
  }
  /// The delivery mode; nil for the reserved one.
  @inlinable public var mode: DeliveryMode? {
    DeliveryMode(rawValue: UInt32(truncatingIfNeeded: rawValue >> 8 & 7))
  }
  /// Whether the destination is a logical one.
  @inlinable public var isLogical: Bool { rawValue >> 11 & 1 != 0 }
  /// Whether an interrupt is on its way.
  @inlinable public var isPending: Bool { rawValue >> 12 & 1 != 0 }
  /// The line's polarity.
  @inlinable public var polarity: InterruptPolarity {
    rawValue >> 13 & 1 != 0 ? .activeLow : .activeHigh
  }
  /// Whether a level interrupt was accepted and not ended yet (remote IRR).
  @inlinable public var isInService: Bool { rawValue >> 14 & 1 != 0 }
  /// The line's trigger mode.
  @inlinable public var trigger: InterruptTrigger { rawValue >> 15 & 1 != 0 ? .level : .edge }
  /// Whether nothing is delivered.
  @inlinable public var isMasked: Bool {
    get { rawValue >> 16 & 1 != 0 }
    set { rawValue = rawValue & ~(1 << 16) | (newValue ? 1 << 16 : 0) }
  }
  /// The APIC id it goes to.
  @inlinable public var destination: UInt8 {
    get { UInt8(truncatingIfNeeded: rawValue >> 56) }
    set { rawValue = rawValue & ~(0xff << 56) | UInt64(newValue) << 56 }
  }
}

/// A message-signalled interrupt: the address a device writes to, and what it writes.
/// - Source: Intel SDM vol. 3A §11.11.
public struct MSIMessage: Equatable, BitwiseCopyable, Sendable {
  /// The address; 64 bits wide, of which hardware wants 0xFEE in bits 31 to 20.
  public var address: UInt64
  /// The data.
  public var data: UInt32

  /// The message of an address and data.
  @inlinable public init(address: UInt64, data: UInt32) {
    self.address = address
    self.data = data
  }

  /// An edge-triggered message for `vector` to the processor with APIC id `destination`.
  @inlinable public init(
    vector: UInt8, destination: UInt8, mode: DeliveryMode = .fixed
  ) {
    address = 0xFEE0_0000 | UInt64(destination) << 12
    data = UInt32(vector) | mode.rawValue << 8 | 1 << 14
  }

  /// Whether the address is one that interrupts a processor.
  @inlinable public var isInterrupt: Bool { address >> 20 == 0xFEE }
  /// The APIC id it goes to.
  @inlinable public var destination: UInt8 { UInt8(truncatingIfNeeded: address >> 12) }
  /// Whether the destination is a logical one.
  @inlinable public var isLogical: Bool { address >> 2 & 1 != 0 }
  /// The vector.
  @inlinable public var vector: UInt8 { UInt8(truncatingIfNeeded: data) }
  /// The delivery mode; nil for the reserved one.
  @inlinable public var mode: DeliveryMode? { DeliveryMode(rawValue: data >> 8 & 7) }
  /// Whether it is level triggered.
  @inlinable public var isLevel: Bool { data >> 15 & 1 != 0 }
}
