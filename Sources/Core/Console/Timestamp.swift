import Text

/// What may stand before a line, in Xen's forms.
/// - Source: `docs/misc/xen-command-line.pandoc`, "console_timestamps".
public enum Timestamp {
  /// Appends `[YYYY-MM-DD HH:MM:SS] `, or with `.mmm` after the seconds.
  /// - Parameters:
  ///   - seconds: since 1970, UTC.
  ///   - milliseconds: of the second; nil to leave them out.
  public static func append(
    date seconds: UInt64, milliseconds: UInt32? = nil, to line: inout LineBuffer
  ) {
    let (year, month, day) = civil(days: seconds / 86400)
    let second = seconds % 86400
    line.append("[")
    append(year, digits: 4, to: &line)
    line.append("-")
    append(month, digits: 2, to: &line)
    line.append("-")
    append(day, digits: 2, to: &line)
    line.append(" ")
    append(second / 3600, digits: 2, to: &line)
    line.append(":")
    append(second / 60 % 60, digits: 2, to: &line)
    line.append(":")
    append(second % 60, digits: 2, to: &line)
    if let milliseconds {
      line.append(".")
      append(UInt64(milliseconds), digits: 3, to: &line)
    }
    line.append("] ")
  }

  /// Appends `[SSSSS.uuuuuu] `: system time, the seconds padded with spaces to five places.
  public static func append(systemTime nanoseconds: UInt64, to line: inout LineBuffer) {
    let seconds = nanoseconds / 1_000_000_000
    line.append("[")
    var limit: UInt64 = 10000
    while limit > 1, seconds < limit {
      line.append(" ")
      limit /= 10
    }
    line.append(decimal: seconds)
    line.append(".")
    append(nanoseconds / 1000 % 1_000_000, digits: 6, to: &line)
    line.append("] ")
  }

  /// Appends `[XXXXXXXXXXXXXXXX] `: a counter in hexadecimal.
  public static func append(raw counter: UInt64, to line: inout LineBuffer) {
    line.append("[")
    var shift: UInt64 = 64
    while shift > 0 {
      shift -= 4
      line.append(byte: LineBuffer.digit(UInt8(truncatingIfNeeded: counter >> shift) & 15))
    }
    line.append("] ")
  }

  private static func append(_ value: UInt64, digits: Int, to line: inout LineBuffer) {
    var limit: UInt64 = 1
    for _ in 1..<digits { limit *= 10 }
    while limit > 1, value < limit {
      line.append("0")
      limit /= 10
    }
    line.append(decimal: value)
  }

  /// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar.
  static func civil(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
    // Counted from 0000-03-01, so that the leap day is a year's last; an era is 400 years.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let isNextYear = month >= 10
    return (
      yearOfEra + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3, day
    )
  }
}
