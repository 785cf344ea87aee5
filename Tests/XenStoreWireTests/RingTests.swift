import Testing
import XenStoreWire

@Suite struct RingTests {
  @Test func indexesRunFreelyAndWrap() throws {
    let indexes = RingIndexes(consumer: 0xffff_fffe, producer: 3)
    #expect(try indexes.used() == 5)
    #expect(try indexes.space() == 1019)
    let (first, second) = indexes.toRead(5)
    #expect(first == 1022..<1024)
    #expect(second == 0..<3)
    let (start, rest) = indexes.toWrite(1019)
    #expect(start == 3..<1022)
    #expect(rest.isEmpty)
  }

  /// XSA-38.
  @Test(arguments: [(0, 1025), (1, 0), (5, 0x8000_0000), (0x8000_0000, 0)] as [(UInt32, UInt32)])
  func indexesThatCannotBeAreRefused(consumer: UInt32, producer: UInt32) {
    let indexes = RingIndexes(consumer: consumer, producer: producer)
    #expect(throws: RingError.indexes) { try indexes.used() }
    #expect(throws: RingError.indexes) { try indexes.space() }
  }

  @Test func aFullRingHasNoSpaceAndAnEmptyOneNothing() throws {
    let full = RingIndexes(consumer: 7, producer: 1031)
    #expect(try full.used() == 1024)
    #expect(try full.space() == 0)
    let (first, second) = full.toRead(1024)
    #expect(first == 7..<1024)
    #expect(second == 0..<7)
    let empty = RingIndexes(consumer: 7, producer: 7)
    #expect(try empty.used() == 0)
    #expect(empty.toRead(0).0.isEmpty)
  }

  @Test func noRunLeavesTheRing() {
    for consumer in [0, 1, 1023, 1024, UInt32.max] {
      for count in [-1, 0, 1, 512, 1024, 5000] {
        let (first, second) = RingIndexes(consumer: consumer, producer: consumer).toRead(count)
        #expect(first.upperBound <= 1024)
        #expect(second.upperBound <= 1024)
        #expect(first.count + second.count <= 1024)
      }
    }
  }
}
