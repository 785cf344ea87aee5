import Primitives
import Testing

@Suite struct RangeSetGapTests {
  @Test func whatIsMissingBetweenRangesIsFound() {
    var set = RangeSet()
    #expect(set.nextMissing(from: 3, through: 9) == 3...9)
    let fits = (set.insert(0, through: 9), set.insert(20, through: 29))
    #expect(fits == (true, true))
    #expect(set.nextMissing(from: 0, through: 9) == nil)
    #expect(set.nextMissing(from: 5, through: 15) == 10...15)
    #expect(set.nextMissing(from: 5, through: 40) == 10...19)
    #expect(set.nextMissing(from: 20, through: 40) == 30...40)
    #expect(set.nextMissing(from: 9, through: 8) == nil)
  }

  @Test func theEndOfTheNumbersIsReached() {
    var set = RangeSet()
    let fits = set.insert(10, through: UInt64.max)
    #expect(fits)
    #expect(set.nextMissing(from: 10, through: UInt64.max) == nil)
    #expect(set.nextMissing(from: 0, through: UInt64.max) == 0...9)
  }
}
