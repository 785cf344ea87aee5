import Formats
import Testing

@Suite struct ZstdTests {
  @Test func bestCompressionDecodes() { expectRobust(Fixture.zstd, Sample.text(6000)) }

  @Test func fastCompressionWithoutChecksumDecodes() {
    expectRobust(Fixture.zstdFast, Sample.text(6000))
  }

  @Test func frameThatTellsItsSizeDecodes() throws {
    expectRobust(Fixture.zstdSized, Sample.text(6000))
    #expect(try claimedSize(Fixture.zstdSized) == 6000)
  }

  @Test func blocksReuseWhatEarlierOnesDescribed() {
    expectRobust(Fixture.zstdBlocks, Sample.text(6000))
    expectRobust(Fixture.zstdTreeless, Sample.text(6000))
  }

  @Test func rawBlockDecodes() { expectRobust(Fixture.zstdStored, Sample.noise(400)) }

  @Test func runBlockDecodes() {
    // A frame of one segment of 200 bytes, whose only block repeats one byte.
    let size: UInt32 = 200
    let header = size << 3 | 1 << 1 | 1
    let stream: [UInt8] = [
      0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(size), UInt8(header & 0xFF), UInt8(header >> 8), 0, 0x5E,
    ]
    expectRobust(stream, [UInt8](repeating: 0x5E, count: 200))
  }

  @Test func framesFollowEachOtherAndOthersAreSkipped() throws {
    let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
    let stream = Fixture.zstdStored + skippable + Fixture.zstd
    #expect(try unpack(stream) == Sample.noise(400) + Sample.text(6000))
  }

  @Test func trailingSizeIsNotAFrame() throws {
    let stream = Fixture.zstd + [0x70, 0x17, 0, 0]
    #expect(try unpack(stream) == Sample.text(6000))
    #expect(try claimedSize(stream) == 6000)
  }

  @Test func dictionaryIsUnsupported() {
    let stream: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x21, 7, 0, 1, 0, 0]
    #expect(throws: FormatError.unsupported) { try unpack(stream) }
  }

  @Test func damagedContentFailsItsChecksum() {
    var stream = Fixture.zstdStored
    stream[100] ^= 1
    #expect(throws: FormatError.checksumMismatch) { try unpack(stream) }
  }
}
