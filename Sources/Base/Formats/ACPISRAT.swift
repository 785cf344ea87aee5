/// One entry of the SRAT that is in force: what lies in which proximity domain (NUMA node).
public enum SRATEntry: Equatable, Sendable {
  /// A processor's domain.
  case processor(apicID: UInt32, domain: UInt32)
  /// A memory range's domain; a range that may be added while running has no memory yet.
  case memory(PhysicalRange, domain: UInt32, isHotPluggable: Bool)
}

/// The system resource affinity table.
/// - Source: ACPI 6.5 §5.2.16.
public enum SRAT {
  /// Calls `visit` for every enabled entry of the table in `bytes`.
  ///
  /// - Throws: `.wrongSignature`, or `.wrongLength` at a broken entry; those before it were
  ///   visited.
  public static func forEach(
    _ bytes: RawSpan, _ visit: (SRATEntry) -> Void
  ) throws(ACPIError) {
    try bytes.expect(.srat)
    // Revision 1 leaves garbage in the upper three bytes of a domain.
    let isOld = (bytes.littleEndian(UInt8.self, at: 8) ?? 0) < 2
    try bytes.forEachEntry(from: 48) { type, offset, length throws(ACPIError) in
      guard let entry = try decode(bytes, type, offset, length, isOld: isOld) else { return }
      visit(entry)
    }
  }

  private static func decode(
    _ bytes: RawSpan, _ type: UInt8, _ offset: Int, _ length: Int, isOld: Bool
  ) throws(ACPIError) -> SRATEntry? {
    func word(_ place: Int) throws(ACPIError) -> UInt32 {
      try bytes.field(UInt32.self, place, of: offset, length)
    }
    switch type {
    case 0:
      guard try word(4) & 1 != 0 else { return nil }
      let low = UInt32(try bytes.field(UInt8.self, 2, of: offset, length))
      // The upper three bytes share a word with the local SAPIC id.
      let high = isOld ? 0 : try word(8) & 0xffff_ff00
      let id = try bytes.field(UInt8.self, 3, of: offset, length)
      return .processor(apicID: UInt32(id), domain: low | high)
    case 1:
      let flags = try word(28)
      guard flags & 1 != 0 else { return nil }
      let start = try bytes.field(UInt64.self, 8, of: offset, length)
      let count = try bytes.field(UInt64.self, 16, of: offset, length)
      let domain = try word(2)
      return .memory(
        PhysicalRange(start: start, length: count), domain: isOld ? domain & 0xff : domain,
        isHotPluggable: flags & 2 != 0)
    case 2:
      guard try word(12) & 1 != 0 else { return nil }
      return .processor(apicID: try word(8), domain: try word(4))
    default: return nil
    }
  }
}
