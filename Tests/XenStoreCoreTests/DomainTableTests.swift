import Testing
import XenStoreWire

@testable import XenStoreCore

@Suite struct DomainTableTests {
  private func record(_ born: UInt32) -> DomainRecord {
    DomainRecord(born: born, features: .all, quotas: Quotas())
  }

  @Test func whatIsPutInIsFoundByItsNumberUntilItIsRemoved() {
    var table = DomainTable()
    for number: UInt16 in [7, 3, 32751, 0] { table[number] = record(UInt32(number) + 1) }
    #expect(table.count == 4 && table.numbers == [0, 3, 7, 32751])
    #expect(table[3]?.born == 4 && table[32751]?.born == 32752)
    #expect(table[4] == nil && table[40000] == nil)
    #expect(table.remove(3)?.born == 4)
    #expect(table.remove(3) == nil && table.remove(40000) == nil)
    #expect(table[3] == nil && table[7]?.born == 8)
    #expect(table.count == 3 && table.numbers == [0, 7, 32751])
  }

  @Test func changingADomainThatIsNotThereMakesNone() {
    var table = DomainTable()
    table[5] = record(1)
    table[5]?.hits = 3
    table[6]?.hits = 3
    #expect(table[5]?.hits == 3 && table[6] == nil)
    #expect(table.numbers == [5] && table.count == 1)
    table[5] = nil
    #expect(table.numbers.isEmpty && table.count == 0)
  }

  @Test func thePlaceOfADomainThatIsGoneIsAnothers() {
    var table = DomainTable()
    for number: UInt16 in 1...1000 {
      table[number] = record(UInt32(number))
      if number > 10 { #expect(table.remove(number - 10)?.born == UInt32(number) - 10) }
    }
    #expect(table.count == 10 && table.numbers == Array(991...1000))
    for number: UInt16 in 991...1000 { #expect(table[number]?.born == UInt32(number)) }
  }
}
