import Formats
import Testing

/// Builds a bzImage with one setup sector and `payload` 16 bytes into the protected-mode part.
func bzImage(_ payload: [UInt8], version: UInt16 = 0x020F) -> [UInt8] {
  var image = [UInt8](repeating: 0, count: 1024 + 16)
  func put(_ value: UInt64, _ count: Int, at offset: Int) {
    for index in 0..<count {
      image[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }
  put(1, 1, at: 0x1F1)
  put(0xAA55, 2, at: 0x1FE)
  put(0x5372_6448, 4, at: 0x202)
  put(UInt64(version), 2, at: 0x206)
  put(16, 4, at: 0x248)
  put(UInt64(payload.count), 4, at: 0x24C)
  return image + payload + [0xEE, 0xEE]
}

@Suite struct BzImageTests {
  @Test func payloadIsFoundBehindTheSetupSectors() throws {
    let image = bzImage([1, 2, 3])
    let parsed = try BzImage(image.span.bytes)
    #expect(parsed.payload == 1040..<1043)
    #expect(parsed.protocolVersion == 0x020F)
  }

  @Test func oldBootProtocolIsUnsupported() {
    let image = bzImage([1, 2, 3], version: 0x0207)
    #expect(throws: FormatError.unsupported) { try BzImage(image.span.bytes) }
  }

  @Test func imageCutShortIsTruncated() {
    let image = bzImage([1, 2, 3])
    #expect(throws: Never.self) { try BzImage(image.span.bytes.extracting(first: 1043)) }
    for count in 0..<1043 {
      #expect(throws: FormatError.self) { try BzImage(image.span.bytes.extracting(first: count)) }
    }
  }

  @Test func compressedKernelComesOutOfItsImage() throws {
    let kernel = Sample.text(6000)
    let image = bzImage(Fixture.xzCRC32Branch + [0x70, 0x17, 0, 0])
    let range = try KernelPayload.range(in: image.span.bytes)
    let payload = Array(image[range])
    #expect(try KernelPayload.uncompressedSize(payload.span.bytes) == 6000)
    #expect(try unpack(payload) == kernel)
  }

  @Test func plainModuleIsItsOwnPayload() throws {
    let elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 2, 3]
    #expect(try KernelPayload.range(in: elf.span.bytes) == 0..<7)
    #expect(try KernelPayload.uncompressedSize(elf.span.bytes) == 7)
    #expect(try unpack(elf) == elf)
    #expect(throws: FormatError.outputTooSmall) { try unpack(elf, capacity: 6) }
  }

  @Test func unknownMagicIsRefused() {
    #expect(throws: FormatError.unknownFormat) { try unpack([1, 2, 3, 4, 5, 6, 7, 8]) }
    #expect(throws: FormatError.unknownFormat) { try unpack([]) }
  }
}
