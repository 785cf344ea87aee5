import Testing
import Text

@testable import Console

private func verdict(_ thresholds: MessageThresholds, _ level: LogLevel) -> MessageVerdict {
  thresholds.verdict(level.rawValue)
}

@Suite struct MessageTests {
  @Test func eachLevelIsJudgedByItsOwnThresholds() {
    let thresholds = MessageThresholds(always: 2, limited: 3, guestAlways: 0, guestLimited: 2)
    #expect(verdict(thresholds, .error) == .always)
    #expect(verdict(thresholds, .warning) == .always)
    #expect(verdict(thresholds, .info) == .limited)
    #expect(verdict(thresholds, .debug) == .never)
    #expect(verdict(thresholds, .guestError) == .limited)
    #expect(verdict(thresholds, .guestWarning) == .limited)
    #expect(verdict(thresholds, .guestInfo) == .never)
    #expect(verdict(thresholds, .guestDebug) == .never)
  }

  @Test func nothingIsPrintedAtNoneButAnswers() {
    let none = MessageThresholds(always: 0, limited: 0, guestAlways: 0, guestLimited: 0)
    #expect(verdict(none, .error) == .never)
    #expect(verdict(none, .guestError) == .never)
    #expect(verdict(none, .answer) == .always)
  }

  @Test func thresholdsStayInOrderAndInRange() {
    var thresholds = MessageThresholds(always: 9, limited: 1, guestAlways: 3, guestLimited: 1)
    #expect(thresholds.always(.own) == 4 && thresholds.limited(.own) == 4)
    #expect(thresholds.always(.guest) == 3 && thresholds.limited(.guest) == 3)
    thresholds.adjust(.own, by: 1)
    #expect(thresholds.always(.own) == 4)
    for _ in 0..<6 { thresholds.adjust(.guest, by: -1) }
    #expect(thresholds.always(.guest) == 0 && thresholds.limited(.guest) == 3)
    thresholds.adjust(.guest, by: 1)
    #expect(thresholds.always(.guest) == 1 && thresholds.always(.own) == 4)
  }

  @Test func tenLinesPassInARowThenOneInFiveSeconds() {
    var throttle = MessageThrottle()
    for _ in 0..<10 { #expect(throttle.pass(atMilliseconds: 1000) == 0) }
    for _ in 0..<7 { #expect(throttle.pass(atMilliseconds: 1001) == nil) }
    #expect(throttle.pass(atMilliseconds: 5999) == nil)
    #expect(throttle.pass(atMilliseconds: 6000) == 8)
    #expect(throttle.pass(atMilliseconds: 6001) == nil)
  }

  @Test func silenceSavesUpABurstAndNoMore() {
    var throttle = MessageThrottle()
    for _ in 0..<20 { _ = throttle.pass(atMilliseconds: 10) }
    var passed = 0
    for _ in 0..<100 where throttle.pass(atMilliseconds: 10_000_000) != nil { passed += 1 }
    #expect(passed == 10)
  }

  @Test func aClockThatGoesBackSavesNothing() {
    var throttle = MessageThrottle()
    for _ in 0..<10 { _ = throttle.pass(atMilliseconds: 50_000) }
    #expect(throttle.pass(atMilliseconds: 0) == nil)
    #expect(throttle.pass(atMilliseconds: 50_000) == nil)
  }
}
