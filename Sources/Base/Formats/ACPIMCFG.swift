/// Where the configuration space of a run of PCI buses lies in memory.
public struct PCIConfigurationRange: Equatable, Sendable {
  /// The address that bus 0 has or would have.
  public var base: UInt64
  /// The segment group.
  public var segment: UInt16
  /// The first bus.
  public var firstBus: UInt8
  /// The last bus.
  public var lastBus: UInt8

  /// The memory it takes: 1 MiB a bus.
  public var range: PhysicalRange {
    guard lastBus >= firstBus else { return .none }
    return PhysicalRange(
      start: base &+ UInt64(firstBus) << 20,
      length: (UInt64(lastBus) &- UInt64(firstBus) &+ 1) << 20)
  }
}

/// The table that tells where PCI configuration space lies in memory.
/// - Source: PCI Firmware Specification 3.3 §4.1.2.
public enum MCFG {
  /// Calls `visit` for every range in the table in `bytes`.
  ///
  /// - Throws: `.wrongSignature`, or `.wrongLength` if bytes are left over; the ranges before them
  ///   were visited.
  public static func forEach(
    _ bytes: RawSpan, _ visit: (PCIConfigurationRange) -> Void
  ) throws(ACPIError) {
    try bytes.expect(.mcfg)
    var offset = 44
    while offset < bytes.byteCount {
      let base = try bytes.field(UInt64.self, 0, of: offset, bytes.byteCount &- offset)
      let segment = try bytes.field(UInt16.self, 8, of: offset, bytes.byteCount &- offset)
      let firstBus = try bytes.field(UInt8.self, 10, of: offset, bytes.byteCount &- offset)
      let lastBus = try bytes.field(UInt8.self, 11, of: offset, bytes.byteCount &- offset)
      visit(
        PCIConfigurationRange(base: base, segment: segment, firstBus: firstBus, lastBus: lastBus))
      offset &+= 16
    }
  }
}
