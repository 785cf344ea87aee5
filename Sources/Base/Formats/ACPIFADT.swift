import Primitives

/// Facts about a machine's fixed hardware.
/// - Source: ACPI 6.5 table 5.10.
public struct FADTFlags: BitFlags {
  /// The bits.
  public var rawValue: UInt32
  /// The flags of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// The timer counts 32 bits rather than 24 (`TMR_VAL_EXT`).
  public static var timerIs32Bit: Self { Self(rawValue: 1 << 8) }
  /// The reset register works (`RESET_REG_SUP`).
  public static var hasResetRegister: Self { Self(rawValue: 1 << 10) }
  /// Logical destinations must be in cluster mode (`FORCE_APIC_CLUSTER_MODEL`).
  public static var forcesAPICCluster: Self { Self(rawValue: 1 << 18) }
  /// Destinations must be physical (`FORCE_APIC_PHYSICAL_DESTINATION_MODE`).
  public static var forcesAPICPhysical: Self { Self(rawValue: 1 << 19) }
  /// There is no fixed hardware (`HW_REDUCED_ACPI`).
  public static var isHardwareReduced: Self { Self(rawValue: 1 << 20) }
}

/// What a PC boot may rely on.
/// - Source: ACPI 6.5 table 5.11.
public struct PCBootFlags: BitFlags {
  /// The bits.
  public var rawValue: UInt16
  /// The flags of these bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// There are devices on an ISA or LPC bus.
  public static var hasLegacyDevices: Self { Self(rawValue: 1 << 0) }
  /// There is a keyboard controller.
  public static var hasKeyboardController: Self { Self(rawValue: 1 << 1) }
  /// There is no VGA.
  public static var hasNoVGA: Self { Self(rawValue: 1 << 2) }
  /// Message-signalled interrupts do not work.
  public static var hasNoMSI: Self { Self(rawValue: 1 << 3) }
  /// There is no real-time clock.
  public static var hasNoClock: Self { Self(rawValue: 1 << 5) }
}

/// The fixed ACPI description table: registers that need no byte code.
///
/// Where the table tells an address in both its old and its wide form, the wide one is taken
/// unless it is zero.
/// - Source: ACPI 6.5 §5.2.9.
public struct FADT: Equatable, Sendable {
  /// The FACS's address; 0 if there is none.
  public var facs: UInt64
  /// The DSDT's address; 0 if there is none.
  public var dsdt: UInt64
  /// The interrupt that ACPI events raise.
  public var sciInterrupt: UInt16
  /// The port that switches ACPI on; 0 if it always is.
  public var smiCommandPort: UInt32
  /// What to write there to switch it on.
  public var enableCommand: UInt8
  /// What to write there to switch it off.
  public var disableCommand: UInt8
  /// PM1a event registers.
  public var pm1aEvent: ACPIAddress?
  /// PM1b event registers.
  public var pm1bEvent: ACPIAddress?
  /// PM1a control register.
  public var pm1aControl: ACPIAddress?
  /// PM1b control register.
  public var pm1bControl: ACPIAddress?
  /// The bytes of an event block: status, then enable, half each.
  public var pm1EventLength: UInt8
  /// The bytes of a control block.
  public var pm1ControlLength: UInt8
  /// The timer.
  public var pmTimer: ACPIAddress?
  /// The register of the clock's memory that holds the century; 0 if there is none.
  public var centuryRegister: UInt8
  /// What a PC boot may rely on.
  public var bootFlags: PCBootFlags
  /// Facts about the hardware.
  public var flags: FADTFlags
  /// The register that resets the machine, if it works.
  public var resetRegister: ACPIAddress?
  /// What to write there.
  public var resetValue: UInt8
  /// Without fixed hardware: the register that starts sleep.
  public var sleepControl: ACPIAddress?
  /// Without fixed hardware: the register that tells of waking up.
  public var sleepStatus: ACPIAddress?

  /// Decodes the table in `bytes`. What an older revision does not have yet reads as none.
  ///
  /// - Throws: `.wrongSignature`, or `.wrongLength` if it is shorter than ACPI 1.0's.
  public init(_ bytes: RawSpan) throws(ACPIError) {
    try bytes.expect(.fadt)
    guard bytes.byteCount >= 116 else { throw .wrongLength }
    func byte(_ offset: Int) -> UInt8 { bytes.littleEndian(UInt8.self, at: offset) ?? 0 }
    func half(_ offset: Int) -> UInt16 { bytes.littleEndian(UInt16.self, at: offset) ?? 0 }
    func word(_ offset: Int) -> UInt32 { bytes.littleEndian(UInt32.self, at: offset) ?? 0 }
    func wide(_ offset: Int, orWord old: Int) -> UInt64 {
      let value = bytes.littleEndian(UInt64.self, at: offset) ?? 0
      return value != 0 ? value : UInt64(word(old))
    }
    func register(_ offset: Int, orPort old: Int, bytes count: UInt8) -> ACPIAddress? {
      if let address = ACPIAddress(bytes, at: offset) { return address }
      guard word(old) != 0 else { return nil }
      return ACPIAddress(
        space: 1, bitWidth: count &* 8, bitOffset: 0, accessSize: 0, address: UInt64(word(old)))
    }
    facs = wide(132, orWord: 36)
    dsdt = wide(140, orWord: 40)
    sciInterrupt = half(46)
    smiCommandPort = word(48)
    enableCommand = byte(52)
    disableCommand = byte(53)
    pm1EventLength = byte(88)
    pm1ControlLength = byte(89)
    pm1aEvent = register(148, orPort: 56, bytes: byte(88))
    pm1bEvent = register(160, orPort: 60, bytes: byte(88))
    pm1aControl = register(172, orPort: 64, bytes: byte(89))
    pm1bControl = register(184, orPort: 68, bytes: byte(89))
    pmTimer = register(208, orPort: 76, bytes: byte(91))
    centuryRegister = byte(108)
    bootFlags = PCBootFlags(rawValue: half(109))
    flags = FADTFlags(rawValue: word(112))
    resetRegister = flags.contains(.hasResetRegister) ? ACPIAddress(bytes, at: 116) : nil
    resetValue = byte(128)
    sleepControl = ACPIAddress(bytes, at: 244)
    sleepStatus = ACPIAddress(bytes, at: 256)
  }
}

/// The firmware ACPI control structure: what a sleeping machine resumes from.
///
/// It has no checksum and firmware changes it, so it is only pointed at.
/// - Source: ACPI 6.5 §5.2.10.
public struct FACS: Equatable, Sendable {
  /// All its bytes.
  public var range: PhysicalRange
  /// Its version.
  public var version: UInt8

  /// Where the 32-bit waking vector is written.
  public var wakingVector: UInt64 { range.start &+ 12 }
  /// Where the 64-bit waking vector is written; from version 1 on.
  public var wideWakingVector: UInt64? { version >= 1 ? range.start &+ 24 : nil }

  /// Reads the structure at physical `address`.
  ///
  /// - Throws: `.unreadable`, `.wrongSignature` or `.wrongLength`.
  public init<Reader: PhysicalReader & ~Copyable>(
    at address: UInt64, _ reader: borrowing Reader
  ) throws(ACPIError) {
    guard address != 0, let signature = reader.integer(UInt32.self, at: address),
      let length = reader.integer(UInt32.self, at: address &+ 4)
    else { throw .unreadable }
    guard signature == ACPISignature.facs.rawValue else { throw .wrongSignature }
    guard length >= 24, length <= ACPITable.lengthLimit else { throw .wrongLength }
    let told = length >= 33 ? reader.integer(UInt8.self, at: address &+ 32) : 0
    guard let told else { throw .unreadable }
    version = told
    range = PhysicalRange(start: address, length: UInt64(length))
  }
}
