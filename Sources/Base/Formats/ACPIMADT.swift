/// Polarity and trigger of an interrupt source, or that its bus decides.
/// - Source: ACPI 6.5 table 5.26 (MPS INTI flags).
public struct InterruptLineFlags: Equatable, BitwiseCopyable, Sendable {
  /// The bits.
  public var rawValue: UInt16

  /// The flags of these bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether the line is active when low; nil if its bus decides.
  public var isActiveLow: Bool? {
    switch rawValue & 3 {
    case 1: false
    case 3: true
    default: nil
    }
  }

  /// Whether the line interrupts while active; nil if its bus decides.
  public var isLevel: Bool? {
    switch rawValue >> 2 & 3 {
    case 1: false
    case 3: true
    default: nil
    }
  }
}

/// One entry of the MADT.
/// - Source: ACPI 6.5 §5.2.12.
public enum MADTEntry: Equatable, Sendable {
  /// A processor (type 0, and type 9 for ids that need 32 bits). `uid` is the byte code's name for
  /// it; a processor that cannot be used may still be added while running.
  case processor(uid: UInt32, apicID: UInt32, isEnabled: Bool, isOnlineCapable: Bool)
  /// An IO-APIC whose first pin is global interrupt `gsiBase`.
  case ioAPIC(id: UInt8, address: UInt32, gsiBase: UInt32)
  /// ISA interrupt `irq` is global interrupt `gsi`.
  case sourceOverride(irq: UInt8, gsi: UInt32, flags: InterruptLineFlags)
  /// Global interrupt `gsi` is an NMI.
  case nmiSource(gsi: UInt32, flags: InterruptLineFlags)
  /// Pin `lint` of a processor's local APIC is an NMI; of every processor if `uid` is nil.
  case localNMI(uid: UInt32?, lint: UInt8, flags: InterruptLineFlags)
  /// The local APICs lie at this address instead.
  case localAPICAddress(UInt64)
  /// An entry of a type we do not know.
  case other(type: UInt8)
}

/// The multiple APIC description table.
public enum MADT {
  /// The table's fixed part.
  public struct Header: Equatable, Sendable {
    /// Where the local APICs lie, unless an entry overrides it.
    public var localAPICAddress: UInt32
    /// Whether there are legacy interrupt controllers, too.
    public var hasLegacyControllers: Bool
  }

  /// Decodes the fixed part of the table in `bytes`.
  ///
  /// - Throws: `.wrongSignature` or `.wrongLength`.
  public static func header(_ bytes: RawSpan) throws(ACPIError) -> Header {
    try bytes.expect(.madt)
    let address = try bytes.field(UInt32.self, 36, of: 0, bytes.byteCount)
    let flags = try bytes.field(UInt32.self, 40, of: 0, bytes.byteCount)
    return Header(localAPICAddress: address, hasLegacyControllers: flags & 1 != 0)
  }

  /// Calls `visit` for every entry of the table in `bytes`, in its order.
  ///
  /// - Throws: `.wrongSignature`, or `.wrongLength` at a broken entry; those before it were
  ///   visited.
  public static func forEach(
    _ bytes: RawSpan, _ visit: (MADTEntry) -> Void
  ) throws(ACPIError) {
    try bytes.expect(.madt)
    try bytes.forEachEntry(from: 44) { type, offset, length throws(ACPIError) in
      visit(try decode(bytes, type, offset, length))
    }
  }

  private static func decode(
    _ bytes: RawSpan, _ type: UInt8, _ offset: Int, _ length: Int
  ) throws(ACPIError) -> MADTEntry {
    func byte(_ place: Int) throws(ACPIError) -> UInt8 {
      try bytes.field(UInt8.self, place, of: offset, length)
    }
    func word(_ place: Int) throws(ACPIError) -> UInt32 {
      try bytes.field(UInt32.self, place, of: offset, length)
    }
    func flags(_ place: Int) throws(ACPIError) -> InterruptLineFlags {
      InterruptLineFlags(rawValue: try bytes.field(UInt16.self, place, of: offset, length))
    }
    switch type {
    case 0:
      let state = try word(4)
      return .processor(
        uid: UInt32(try byte(2)), apicID: UInt32(try byte(3)), isEnabled: state & 1 != 0,
        isOnlineCapable: state & 2 != 0)
    case 1: return .ioAPIC(id: try byte(2), address: try word(4), gsiBase: try word(8))
    case 2: return .sourceOverride(irq: try byte(3), gsi: try word(4), flags: try flags(8))
    case 3: return .nmiSource(gsi: try word(4), flags: try flags(2))
    case 4:
      let uid = try byte(2)
      return .localNMI(uid: uid == 0xff ? nil : UInt32(uid), lint: try byte(5), flags: try flags(3))
    case 5: return .localAPICAddress(try bytes.field(UInt64.self, 4, of: offset, length))
    case 9:
      let state = try word(8)
      return .processor(
        uid: try word(12), apicID: try word(4), isEnabled: state & 1 != 0,
        isOnlineCapable: state & 2 != 0)
    case 10:
      let uid = try word(4)
      return .localNMI(uid: uid == 0xffff_ffff ? nil : uid, lint: try byte(8), flags: try flags(2))
    default: return .other(type: type)
    }
  }
}

extension RawSpan {
  /// Checks that a table's bytes begin with `signature` and hold a header.
  func expect(_ signature: ACPISignature) throws(ACPIError) {
    guard byteCount >= ACPITable.headerSize else { throw .wrongLength }
    guard littleEndian(UInt32.self, at: 0) == signature.rawValue else { throw .wrongSignature }
  }
}
