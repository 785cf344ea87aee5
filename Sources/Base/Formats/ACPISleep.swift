/// What to write into the PM1 control registers' sleep-type fields to enter a sleep state.
public struct SleepType: Equatable, Sendable {
  /// For PM1a; three bits.
  public var pm1a: UInt8
  /// For PM1b; three bits.
  public var pm1b: UInt8

  /// The pair of values.
  public init(pm1a: UInt8, pm1b: UInt8) {
    self.pm1a = pm1a & 7
    self.pm1b = pm1b & 7
  }

  /// What to write to a 16-bit PM1 control register that held `old`, to enter the state of `type`:
  /// the type in bits 12 to 10 and the start bit 13.
  /// - Source: ACPI 6.5 §4.8.3.2.1.
  public static func controlValue(_ type: UInt8, over old: UInt16) -> UInt16 {
    old & ~0x3c00 | UInt16(type & 7) << 10 | 1 << 13
  }

  /// Looks for the package named `_S5_` (or that of another `state`) in a DSDT's or SSDT's byte
  /// code, header included.
  ///
  /// No byte code is run: only a name declared right before a package of constants is taken, which
  /// is how compilers write it. One inside a method that chooses between several is not found.
  /// - Parameter state: the sleep state, 0 to 5.
  /// - Returns: nil if there is none.
  /// - Source: ACPI 6.5 §7.4.2, §20.2.5.1 (DefName), §20.2.5.4 (DefPackage).
  public static func find(_ bytes: RawSpan, state: UInt8 = 5) -> SleepType? {
    guard state <= 5 else { return nil }
    // "_Sn_" as a little-endian number.
    let name = UInt32(0x5f30_535f) &+ UInt32(state) << 16
    var offset = ACPITable.headerSize
    while offset < bytes.byteCount {
      if bytes.littleEndian(UInt32.self, at: offset) == name, isDeclared(bytes, at: offset),
        let type = package(bytes, at: offset &+ 4)
      {
        return type
      }
      offset &+= 1
    }
    return nil
  }

  /// Whether NameOp, and possibly the root prefix, stands before the name.
  private static func isDeclared(_ bytes: RawSpan, at offset: Int) -> Bool {
    let before = bytes.littleEndian(UInt8.self, at: offset &- 1)
    if before == Code.name { return true }
    return before == Code.root && bytes.littleEndian(UInt8.self, at: offset &- 2) == Code.name
  }

  private static func package(_ bytes: RawSpan, at start: Int) -> SleepType? {
    guard bytes.littleEndian(UInt8.self, at: start) == Code.package,
      let lead = bytes.littleEndian(UInt8.self, at: start &+ 1)
    else { return nil }
    // The length takes as many bytes more as the lead byte's upper two bits say.
    var offset = start &+ 2 &+ Int(lead >> 6)
    guard let count = bytes.littleEndian(UInt8.self, at: offset), count >= 1 else { return nil }
    offset &+= 1
    guard let first = constant(bytes, &offset) else { return nil }
    // A package of one holds both values in its two low bytes.
    guard count >= 2 else {
      return SleepType(
        pm1a: UInt8(truncatingIfNeeded: first), pm1b: UInt8(truncatingIfNeeded: first >> 8))
    }
    guard let second = constant(bytes, &offset) else { return nil }
    return SleepType(
      pm1a: UInt8(truncatingIfNeeded: first), pm1b: UInt8(truncatingIfNeeded: second))
  }

  private static func constant(_ bytes: RawSpan, _ offset: inout Int) -> UInt32? {
    guard let code = bytes.littleEndian(UInt8.self, at: offset) else { return nil }
    let place = offset &+ 1
    switch code {
    case Code.zero:
      offset = place
      return 0
    case Code.one:
      offset = place
      return 1
    case Code.ones:
      offset = place
      return 0xff
    case Code.byte:
      offset = place &+ 1
      return bytes.littleEndian(UInt8.self, at: place).map { UInt32($0) }
    case Code.word:
      offset = place &+ 2
      return bytes.littleEndian(UInt16.self, at: place).map { UInt32($0) }
    case Code.doubleWord:
      offset = place &+ 4
      return bytes.littleEndian(UInt32.self, at: place)
    default: return nil
    }
  }

  /// The byte code that matters here.
  private enum Code {
    static var zero: UInt8 { 0x00 }
    static var one: UInt8 { 0x01 }
    static var name: UInt8 { 0x08 }
    static var byte: UInt8 { 0x0A }
    static var word: UInt8 { 0x0B }
    static var doubleWord: UInt8 { 0x0C }
    static var package: UInt8 { 0x12 }
    static var root: UInt8 { 0x5C }
    static var ones: UInt8 { 0xFF }
  }
}
