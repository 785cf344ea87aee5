/// Numbers as text.
public enum Decimal {
  /// The value of a run of decimal digits; nil when it is empty, holds anything else or overflows.
  @inlinable public static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    guard !range.isEmpty else { return nil }
    var value: UInt64 = 0
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      let (times, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = times.addingReportingOverflow(UInt64(digit))
      guard !over, !carried else { return nil }
      value = sum
    }
    return value
  }

  /// Appends `value` in decimal digits.
  @inlinable public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    guard value >= 10 else {
      bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value))
      return
    }
    let start = bytes.count
    var rest = value
    while rest > 0 {
      bytes.append(0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }
}
