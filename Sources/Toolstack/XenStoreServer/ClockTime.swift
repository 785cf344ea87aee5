/// A moment, in UTC.
struct ClockTime: Equatable, Sendable {
  /// Seconds since 1970.
  var seconds: Int64
  /// What is beyond them, in nanoseconds.
  var nanoseconds: Int64

  /// This moment.
  static var now: ClockTime {
    let (seconds, nanoseconds) = SystemCalls.wallClock()
    return ClockTime(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// As in ISO 8601, to the microsecond: `2026-11-22T20:41:17.123456Z`.
  var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends that text.
  func append(to bytes: inout [UInt8]) {
    let days = seconds.quotient(dividingBy: 86400)
    let second = seconds &- days &* 86400
    let (year, month, day) = Self.date(days)
    Self.append(year, 4, UInt8(ascii: "-"), &bytes)
    Self.append(month, 2, UInt8(ascii: "-"), &bytes)
    Self.append(day, 2, UInt8(ascii: "T"), &bytes)
    Self.append(second / 3600, 2, UInt8(ascii: ":"), &bytes)
    Self.append(second / 60 % 60, 2, UInt8(ascii: ":"), &bytes)
    Self.append(second % 60, 2, UInt8(ascii: "."), &bytes)
    Self.append(nanoseconds / 1000, 6, UInt8(ascii: "Z"), &bytes)
  }

  /// Appends a number in so many digits, and what stands behind it.
  private static func append(_ number: Int64, _ digits: Int, _ after: UInt8, _ bytes: inout [UInt8])
  {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor &*= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
    bytes.append(after)
  }

  /// The date of a day since 1970: counted from a March, since February is the odd one.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let fromMarch = days &+ 719_468
    let era = fromMarch.quotient(dividingBy: 146_097)
    let dayOfEra = fromMarch &- era &* 146_097
    let leaps = dayOfEra / 1460 &- dayOfEra / 36524 &+ dayOfEra / 146_096
    let yearOfEra = (dayOfEra &- leaps) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let fromMarchMonth = (5 &* dayOfYear &+ 2) / 153
    let day = dayOfYear &- (153 &* fromMarchMonth &+ 2) / 5 &+ 1
    let month = fromMarchMonth < 10 ? fromMarchMonth &+ 3 : fromMarchMonth &- 9
    return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  /// The quotient, rounded down.
  fileprivate func quotient(dividingBy divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self &- divisor &+ 1) / divisor
  }
}
