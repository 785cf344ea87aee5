import Testing

@testable import Formats

@Suite struct E820EntryTests {
  @Test func entriesAreTwentyBytesLittleEndian() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x9fc00), .ram)
    try map.insert(PhysicalRange(start: 0xf0000, end: 0x100000), .reserved)
    var bytes = [UInt8](repeating: 0xcc, count: 41)
    var span = bytes.mutableSpan
    var raw = span.mutableBytes
    let written = map.encodeE820(into: &raw)
    #expect(written == 2)
    let first: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfc, 9, 0, 0, 0, 0, 0, 1, 0, 0, 0]
    #expect(Array(bytes[0..<20]) == first)
    let second: [UInt8] = [0, 0, 0xf, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0]
    #expect(Array(bytes[20..<40]) == second)
    #expect(bytes[40] == 0xcc)
    #expect(
      E820Entry.decode(bytes.span.bytes, at: 20)
        == MemoryRange(PhysicalRange(start: 0xf0000, end: 0x100000), .reserved))
  }

  @Test func aShortBufferTakesWholeEntriesOnly() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x1000), .ram)
    try map.insert(PhysicalRange(start: 0x2000, end: 0x3000), .ram)
    var bytes = [UInt8](repeating: 0xcc, count: 39)
    var span = bytes.mutableSpan
    var raw = span.mutableBytes
    let written = map.encodeE820(into: &raw)
    #expect(written == 1)
    #expect(bytes[20] == 0xcc)
    #expect(E820Entry.decode(bytes.span.bytes, at: 20) == nil)
    #expect(E820Entry.decode(bytes.span.bytes, at: -1) == nil)
    #expect(E820Entry.decode(bytes.span.bytes, at: .max) == nil)
  }
}
