import Formats
import Testing

@Suite struct GZIPTests {
  @Test func dynamicCodesDecode() { expectRobust(Fixture.gzip, Sample.text(6000)) }

  @Test func fixedCodesDecode() { expectRobust(Fixture.gzipFixed, Sample.text(20)) }

  @Test func storedBlockDecodes() { expectRobust(Fixture.gzipStored, Sample.noise(400)) }

  @Test func optionalHeaderFieldsAreSkipped() throws {
    // Extra field, name and comment.
    let plain = Fixture.gzipFixed
    let fields: [UInt8] = [3, 0, 1, 2, 3] + Array("name\0comment\0".utf8)
    let stream = [0x1F, 0x8B, 8, 0x1C] + plain[4..<10] + fields + plain[10...]
    #expect(try unpack(stream) == Sample.text(20))
    let reserved = [0x1F, 0x8B, 8, 0x20] + plain[4...]
    #expect(throws: FormatError.unsupported) { try unpack(reserved) }
  }

  @Test func damagedContentFailsItsChecksum() {
    var stream = Fixture.gzipStored
    stream[100] ^= 1
    #expect(throws: FormatError.checksumMismatch) { try unpack(stream) }
  }

  @Test func smallScratchIsRefused() {
    #expect(throws: FormatError.scratchTooSmall) { try unpack(Fixture.gzip, scratch: 4096) }
  }
}
