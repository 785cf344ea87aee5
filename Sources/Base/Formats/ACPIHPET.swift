/// The table that tells where an event timer is.
/// - Source: IA-PC HPET Specification 1.0a §3.2.4.
public struct HPETTable: Equatable, Sendable {
  /// Where its registers are.
  public var address: ACPIAddress
  /// Its number among several.
  public var number: UInt8
  /// The least ticks a periodic timer can be set to without losing interrupts.
  public var minimumTicks: UInt16

  /// Decodes the table in `bytes`.
  ///
  /// - Throws: `.wrongSignature`, or `.wrongLength` if it is short or names no address.
  public init(_ bytes: RawSpan) throws(ACPIError) {
    try bytes.expect(.hpet)
    guard let address = ACPIAddress(bytes, at: 40) else { throw .wrongLength }
    self.address = address
    number = try bytes.field(UInt8.self, 52, of: 0, bytes.byteCount)
    minimumTicks = try bytes.field(UInt16.self, 53, of: 0, bytes.byteCount)
  }
}
