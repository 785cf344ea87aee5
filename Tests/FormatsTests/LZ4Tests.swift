import Formats
import Testing

@Suite struct LZ4Tests {
  @Test func modernFrameDecodes() throws {
    expectRobust(Fixture.lz4, Sample.text(6000))
    #expect(try claimedSize(Fixture.lz4) == 6000)
  }

  @Test func linkedCheckedBlocksDecode() {
    expectRobust(Fixture.lz4Linked, Sample.text(6000))
  }

  @Test func legacyFrameDecodes() { expectRobust(Fixture.lz4Legacy, Sample.text(6000)) }

  @Test func legacyFrameEndsAtTheTrailingSize() throws {
    let stream = Fixture.lz4Legacy + [0x70, 0x17, 0, 0]
    #expect(try claimedSize(stream) == 6000)
    #expect(try unpack(stream) == Sample.text(6000))
    let wrong = Fixture.lz4Legacy + [0x71, 0x17, 0, 0]
    #expect(throws: FormatError.corrupt) { try unpack(wrong) }
  }

  @Test func framesFollowEachOtherAndOthersAreSkipped() throws {
    let skippable: [UInt8] = [0x5F, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
    let stream = Fixture.lz4 + skippable + Fixture.lz4Legacy
    #expect(try unpack(stream, capacity: 12_000) == Sample.text(6000) + Sample.text(6000))
  }

  @Test func offsetBeforeTheBlockIsCorrupt() {
    // One literal, then a match two bytes back.
    let block: [UInt8] = [0x10, 0x41, 2, 0, 0x00]
    let stream: [UInt8] = [0x02, 0x21, 0x4C, 0x18, UInt8(block.count), 0, 0, 0] + block
    #expect(throws: FormatError.corrupt) { try unpack(stream) }
  }
}
