import Testing
import Text

@testable import Console

private func text(_ body: (inout LineBuffer) -> Void) -> String {
  var line = LineBuffer()
  body(&line)
  return String(decoding: (0..<line.count).map { line.bytes[$0] }, as: UTF8.self)
}

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "[1970-01-01 00:00:00] "), (951_827_696, "[2000-02-29 12:34:56] "),
      (951_868_800, "[2000-03-01 00:00:00] "), (1_704_067_199, "[2023-12-31 23:59:59] "),
      (4_107_542_400, "[2100-03-01 00:00:00] "),
    ] as [(UInt64, String)])
  func datesAreOfTheCalendar(_ seconds: UInt64, _ expected: String) {
    #expect(text { Timestamp.append(date: seconds, to: &$0) } == expected)
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    let lengths: [UInt64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var expected: (year: UInt64, month: UInt64, day: UInt64) = (1970, 1, 1)
    for days in 0..<UInt64(146_097) {
      let found = Timestamp.civil(days: days)
      guard found == expected else {
        Issue.record("day \(days) is \(found), not \(expected)")
        return
      }
      let year = expected.year
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = lengths[Int(expected.month) - 1] + (isLeap && expected.month == 2 ? 1 : 0)
      if expected.day < length {
        expected.day += 1
      } else {
        expected = expected.month < 12 ? (year, expected.month + 1, 1) : (year + 1, 1, 1)
      }
    }
  }

  @Test func millisecondsSystemTimeAndCounterAreInXensForms() {
    #expect(
      text { Timestamp.append(date: 1, milliseconds: 7, to: &$0) } == "[1970-01-01 00:00:01.007] ")
    #expect(text { Timestamp.append(systemTime: 1_000_042_999, to: &$0) } == "[    1.000042] ")
    #expect(
      text { Timestamp.append(systemTime: 123_456_000_000_000, to: &$0) } == "[123456.000000] ")
    #expect(text { Timestamp.append(systemTime: 0, to: &$0) } == "[    0.000000] ")
    #expect(text { Timestamp.append(raw: 0x1234_abcd, to: &$0) } == "[000000001234abcd] ")
  }
}
