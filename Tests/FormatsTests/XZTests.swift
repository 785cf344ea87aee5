import Formats
import Testing

@Suite struct XZTests {
  @Test func branchFilteredStreamDecodes() {
    expectRobust(Fixture.xzCRC32Branch, Sample.text(6000))
  }

  @Test func unusualLiteralAndPositionBitsDecode() {
    expectRobust(Fixture.xzCRC64, Sample.text(6000))
  }

  @Test func uncheckedStreamDecodes() throws {
    expectRobust(Fixture.xzNone, Array(Sample.text(6000).prefix(300)))
  }

  @Test func everyBlockOfAStreamDecodes() {
    expectRobust(Fixture.xzBlocks, Sample.text(6000))
  }

  @Test func storedChunkDecodes() {
    expectRobust(Fixture.xzStored, Sample.noise(400))
  }

  @Test func streamWithoutBlocksDecodesToNothing() {
    expectRobust(Fixture.xzEmpty, [])
  }

  @Test func unknownCheckIsUnsupported() {
    #expect(throws: FormatError.unsupported) { try unpack(Fixture.xzSHA256) }
  }

  @Test func everyFlippedBitIsNoticed() {
    // All bytes of an XZ file are covered by a check, by a rule, or by both.
    let stream = Fixture.xzBlocks
    for bit in stride(from: 0, to: stream.count * 8, by: 7) {
      var damaged = stream
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try unpack(damaged) }
    }
  }

  @Test func smallScratchIsRefused() {
    #expect(throws: FormatError.scratchTooSmall) {
      try unpack(Fixture.xzNone, scratch: XZ.scratchByteCount - 1)
    }
  }

  @Test func bytesBehindTheStreamAreLeftAlone() throws {
    var scratch = [UInt8](repeating: 0, count: XZ.scratchByteCount)
    var output = [UInt8](repeating: 0, count: 400)
    let input = Fixture.xzStored + [1, 2, 3]
    var scratchSpan = scratch.mutableSpan
    var scratchBytes = scratchSpan.mutableBytes
    var outputSpan = output.mutableSpan
    var outputBytes = outputSpan.mutableBytes
    let counts = try XZ.decompress(
      input.span.bytes, into: &outputBytes, scratch: &scratchBytes)
    #expect(counts.consumed == Fixture.xzStored.count)
    #expect(counts.produced == 400)
  }
}
