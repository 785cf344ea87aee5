import Primitives

/// A register of the local APIC: its offset in the memory-mapped page.
/// - Source: Intel SDM vol. 3A table 11-1.
public struct LocalAPICRegister: Equatable, BitwiseCopyable, Sendable {
  /// The offset in bytes; in x2APIC mode MSR 0x800 plus a sixteenth of it.
  public var rawValue: UInt32

  /// The register at this offset.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// The identifier; in xAPIC mode in the top byte.
  @inlinable public static var id: Self { Self(0x20) }
  /// Version in the low byte, highest LVT entry in bits 23 to 16.
  @inlinable public static var version: Self { Self(0x30) }
  /// Task priority.
  @inlinable public static var taskPriority: Self { Self(0x80) }
  /// Processor priority.
  @inlinable public static var processorPriority: Self { Self(0xA0) }
  /// End of interrupt, write only.
  @inlinable public static var eoi: Self { Self(0xB0) }
  /// Logical destination.
  @inlinable public static var logicalDestination: Self { Self(0xD0) }
  /// Destination format; not in x2APIC mode.
  @inlinable public static var destinationFormat: Self { Self(0xE0) }
  /// Spurious vector; bit 8 enables the APIC.
  @inlinable public static var spurious: Self { Self(0xF0) }
  /// Error status.
  @inlinable public static var errorStatus: Self { Self(0x280) }
  /// LVT: corrected machine checks.
  @inlinable public static var lvtCMCI: Self { Self(0x2F0) }
  /// Interrupt command, low half; in x2APIC mode all 64 bits.
  @inlinable public static var interruptCommand: Self { Self(0x300) }
  /// Interrupt command, high half; not in x2APIC mode.
  @inlinable public static var interruptCommandHigh: Self { Self(0x310) }
  /// LVT: timer.
  @inlinable public static var lvtTimer: Self { Self(0x320) }
  /// LVT: thermal sensor.
  @inlinable public static var lvtThermal: Self { Self(0x330) }
  /// LVT: performance counters.
  @inlinable public static var lvtPerformance: Self { Self(0x340) }
  /// LVT: pin LINT0.
  @inlinable public static var lvtLINT0: Self { Self(0x350) }
  /// LVT: pin LINT1.
  @inlinable public static var lvtLINT1: Self { Self(0x360) }
  /// LVT: errors.
  @inlinable public static var lvtError: Self { Self(0x370) }
  /// Timer: initial count.
  @inlinable public static var timerInitialCount: Self { Self(0x380) }
  /// Timer: current count.
  @inlinable public static var timerCurrentCount: Self { Self(0x390) }
  /// Timer: divider.
  @inlinable public static var timerDivide: Self { Self(0x3E0) }
  /// Sends an interrupt to oneself; x2APIC mode only.
  @inlinable public static var selfIPI: Self { Self(0x3F0) }

  /// The word that holds `vector`'s bit among those being handled.
  @inlinable public static func inService(_ vector: UInt8) -> Self {
    Self(0x100 &+ UInt32(vector >> 5) << 4)
  }
  /// The word that holds `vector`'s trigger mode.
  @inlinable public static func triggerMode(_ vector: UInt8) -> Self {
    Self(0x180 &+ UInt32(vector >> 5) << 4)
  }
  /// The word that holds `vector`'s bit among those waiting.
  @inlinable public static func requested(_ vector: UInt8) -> Self {
    Self(0x200 &+ UInt32(vector >> 5) << 4)
  }
  /// The bit of `vector` in the words above.
  @inlinable public static func bit(_ vector: UInt8) -> UInt32 { 1 << UInt32(vector & 31) }
}

/// The local APIC's base register (MSR 0x1B).
/// - Source: Intel SDM vol. 3A §11.4.4.
public struct APICBase: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// This is the boot processor.
  @inlinable public static var isBootProcessor: Self { Self(rawValue: 1 << 8) }
  /// x2APIC mode.
  @inlinable public static var x2APIC: Self { Self(rawValue: 1 << 10) }
  /// On.
  @inlinable public static var enabled: Self { Self(rawValue: 1 << 11) }
  /// The physical address of the registers' page.
  @inlinable public var pageAddress: UInt64 { rawValue & 0x000f_ffff_ffff_f000 }
  /// Where the page lies after reset.
  @inlinable public static var defaultAddress: UInt64 { 0xFEE0_0000 }
}

/// How an interrupt is delivered.
/// - Source: Intel SDM vol. 3A §11.6.1.
public enum DeliveryMode: UInt32, Sendable {
  /// To the vector given.
  case fixed = 0
  /// To the vector given, at one of several processors.
  case lowestPriority = 1
  /// A system-management interrupt.
  case smi = 2
  /// A non-maskable interrupt.
  case nmi = 4
  /// A reset that waits for start-up.
  case initialise = 5
  /// Start-up at the page the vector names.
  case startUp = 6
  /// From a legacy interrupt controller, which tells the vector.
  case external = 7
}

/// Which processors a command goes to, beside the destination field.
public enum DestinationShorthand: UInt32, Sendable {
  /// The destination field says.
  case none = 0
  /// This one.
  case this = 1
  /// All.
  case all = 2
  /// All but this one.
  case others = 3
}

/// The interrupt command register's low half.
/// - Source: Intel SDM vol. 3A §11.6.1.
public struct InterruptCommand: Equatable, BitwiseCopyable, Sendable {
  /// The register's low 32 bits.
  public var rawValue: UInt32

  /// The command of these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// An edge-triggered command with the level asserted.
  @inlinable public init(
    _ mode: DeliveryMode, vector: UInt8 = 0, to shorthand: DestinationShorthand = .none
  ) {
    rawValue = UInt32(vector) | mode.rawValue << 8 | 1 << 14 | shorthand.rawValue << 18
  }

  /// Start-up at physical address `page` times 4096.
  @inlinable public static func startUp(page: UInt8) -> Self { Self(.startUp, vector: page) }

  /// INIT.
  @inlinable public static var initialise: Self { Self(.initialise) }

  /// The vector.
  @inlinable public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
  /// The delivery mode; nil for the reserved one.
  @inlinable public var mode: DeliveryMode? { DeliveryMode(rawValue: rawValue >> 8 & 7) }
  /// Whether the destination is a logical one.
  @inlinable public var isLogical: Bool { rawValue >> 11 & 1 != 0 }
  /// Whether the last command is still on its way (xAPIC mode).
  @inlinable public var isPending: Bool { rawValue >> 12 & 1 != 0 }
  /// Whether the level is asserted.
  @inlinable public var isAsserted: Bool { rawValue >> 14 & 1 != 0 }
  /// The shorthand.
  @inlinable public var shorthand: DestinationShorthand {
    DestinationShorthand(rawValue: rawValue >> 18 & 3) ?? .none
  }

  /// The 64-bit register in x2APIC mode.
  @inlinable public func x2APIC(to id: UInt32) -> UInt64 { UInt64(rawValue) | UInt64(id) << 32 }
  /// The high half in xAPIC mode.
  @inlinable public static func xAPICHigh(to id: UInt8) -> UInt32 { UInt32(id) << 24 }
}

/// An entry of the local vector table.
/// - Source: Intel SDM vol. 3A §11.5.1.
public struct LocalVector: Equatable, BitwiseCopyable, Sendable {
  /// The entry's bits.
  public var rawValue: UInt32

  /// The entry of these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// An entry that delivers in `mode`.
  @inlinable public init(_ mode: DeliveryMode, vector: UInt8 = 0) {
    rawValue = UInt32(vector) | mode.rawValue << 8
  }

  /// An entry that is off.
  @inlinable public static var masked: Self { Self(rawValue: 1 << 16) }

  /// The timer's entry: `vector` after the initial count.
  @inlinable public static func oneShotTimer(vector: UInt8) -> Self { Self(.fixed, vector: vector) }
  /// The timer's entry: `vector` each time the count runs out.
  @inlinable public static func periodicTimer(vector: UInt8) -> Self {
    Self(rawValue: UInt32(vector) | 1 << 17)
  }
  /// The timer's entry: `vector` at the time that `MSR.tscDeadline` says.
  @inlinable public static func deadlineTimer(vector: UInt8) -> Self {
    Self(rawValue: UInt32(vector) | 2 << 17)
  }

  /// The vector.
  @inlinable public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
  /// Whether nothing is delivered.
  @inlinable public var isMasked: Bool {
    get { rawValue >> 16 & 1 != 0 }
    set { rawValue = rawValue & ~(1 << 16) | (newValue ? 1 << 16 : 0) }
  }
}

/// Values of the local APIC's smaller registers.
public enum LocalAPIC {
  /// In the spurious register: on.
  @inlinable public static var softwareEnable: UInt32 { 1 << 8 }
  /// In the destination format register: every processor a bit of its own.
  @inlinable public static var flatModel: UInt32 { 0xFFFF_FFFF }
  /// In the divider register: count bus cycles divided by `power` of two (0 to 7).
  @inlinable public static func divide(byPowerOfTwo power: UInt32) -> UInt32 {
    // Encodings run 2, 4, ... 128, then 1; bit 2 of the code stands in bit 3.
    let code = (power &- 1) & 7
    return code & 3 | (code & 4) << 1
  }
}
