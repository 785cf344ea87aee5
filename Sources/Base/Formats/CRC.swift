/// A reflected cyclic redundancy check, computed eight bytes at a step from tables in scratch.
///
/// The register is 64 bits wide for CRC-32 too: its polynomial then simply never reaches the upper
/// half, and one loop serves both.
///
/// - Source: RFC 1952 section 8 (CRC-32), ECMA-182 annex B (CRC-64).
struct CRC: ~Copyable, ~Escapable {
  /// CRC-32 as in gzip and XZ, reflected.
  static let polynomial32: UInt64 = 0xEDB8_8320
  /// CRC-64 as in XZ, reflected.
  static let polynomial64: UInt64 = 0xC96C_5795_D787_0F42
  /// The log2 of the number of table entries: eight tables of 256.
  static let tableBits = 11
  /// The scratch bytes the tables take.
  static let scratchByteCount = 16_384

  private var table: MaskedTable<UInt64>
  private let ones: UInt64

  /// Fills the tables for `polynomial`.
  ///
  /// - Throws: `FormatError.scratchTooSmall`.
  @_lifetime(copy scratch)
  init(_ polynomial: UInt64, scratch: consuming MutableRawSpan) throws(FormatError) {
    ones = polynomial >> 32 == 0 ? 0xFFFF_FFFF : .max
    table = try MaskedTable(scratch, bits: Self.tableBits)
    for index in 0..<256 {
      table[index] = Self.shift(UInt64(index), polynomial)
    }
    for index in 256..<2048 {
      let previous = table[index &- 256]
      table[index] = previous >> 8 ^ table[Int(truncatingIfNeeded: previous & 0xFF)]
    }
  }

  /// The checksum of `bytes`.
  func checksum(_ bytes: RawSpan) -> UInt64 {
    var crc = ones
    var input = InputWindow(bytes)
    while let word = input.nextWord() {
      let mixed = word ^ crc
      var sum = table[0x700 | Int(truncatingIfNeeded: mixed & 0xFF)]
      sum ^= table[0x600 | Int(truncatingIfNeeded: mixed &>> 8 & 0xFF)]
      sum ^= table[0x500 | Int(truncatingIfNeeded: mixed &>> 16 & 0xFF)]
      sum ^= table[0x400 | Int(truncatingIfNeeded: mixed &>> 24 & 0xFF)]
      sum ^= table[0x300 | Int(truncatingIfNeeded: mixed &>> 32 & 0xFF)]
      sum ^= table[0x200 | Int(truncatingIfNeeded: mixed &>> 40 & 0xFF)]
      sum ^= table[0x100 | Int(truncatingIfNeeded: mixed &>> 48 & 0xFF)]
      sum ^= table[Int(truncatingIfNeeded: mixed &>> 56)]
      crc = sum
    }
    while input.remaining > 0 {
      let low = crc ^ UInt64(input.next())
      crc = crc &>> 8 ^ table[Int(truncatingIfNeeded: low & 0xFF)]
    }
    return crc ^ ones
  }

  /// The CRC-32 of a few bytes, such as a header, without tables.
  static func checksum32(_ bytes: RawSpan) -> UInt32 {
    var crc: UInt64 = 0xFFFF_FFFF
    var input = InputWindow(bytes)
    while input.remaining > 0 {
      let low = crc ^ UInt64(input.next())
      crc = crc >> 8 ^ shift(low & 0xFF, polynomial32)
    }
    return ~UInt32(truncatingIfNeeded: crc)
  }

  /// Advances a register that holds one byte by that byte's eight bits.
  private static func shift(_ byte: UInt64, _ polynomial: UInt64) -> UInt64 {
    var register = byte
    for _ in 0..<8 {
      register = register & 1 == 0 ? register >> 1 : register >> 1 ^ polynomial
    }
    return register
  }
}
