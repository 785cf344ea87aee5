import Testing

@testable import Formats

/// Machine memory made of one run of bytes; everything else is unreadable.
struct TestMemory: PhysicalReader {
  var base: UInt64
  var bytes: [UInt8]

  init(base: UInt64, count: Int) {
    self.base = base
    bytes = [UInt8](repeating: 0, count: count)
  }

  borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    at address: UInt64, count: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard count >= 0, address >= base, address - base <= UInt64(bytes.count),
      UInt64(count) <= UInt64(bytes.count) - (address - base)
    else { return nil }
    let start = Int(address - base)
    return try body(bytes.span.extracting(start..<start + count).bytes)
  }

  mutating func put<T: FixedWidthInteger>(_ value: T, at address: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { source in
      for (index, byte) in source.enumerated() { bytes[Int(address - base) + index] = byte }
    }
  }

  mutating func put(_ text: String, at address: UInt64) {
    for (index, byte) in (Array(text.utf8) + [0]).enumerated() {
      bytes[Int(address - base) + index] = byte
    }
  }

  func text(_ range: PhysicalRange) -> String {
    guard !range.isEmpty else { return "" }
    return String(decoding: bytes[Int(range.start - base)..<Int(range.end - base)], as: UTF8.self)
  }
}

private func multiboot1() -> TestMemory {
  var memory = TestMemory(base: 0x9000, count: 0x1000)
  memory.put(UInt32(1 | 4 | 8 | 64 | 512), at: 0x9000)
  memory.put(UInt32(639), at: 0x9004)
  memory.put(UInt32(0x1fc00), at: 0x9008)
  memory.put(UInt32(0x9200), at: 0x9010)
  memory.put("/xen.gz com1=115200,8n1", at: 0x9200)
  memory.put(UInt32(2), at: 0x9014)
  memory.put(UInt32(0x9300), at: 0x9018)
  for (offset, value) in [
    (0, 0x100000), (4, 0x180000), (8, 0x9400), (16, 0x200000), (20, 0x280000),
  ] {
    memory.put(UInt32(value), at: 0x9300 + UInt64(offset))
  }
  memory.put("vmlinuz root=/dev/xvda", at: 0x9400)
  memory.put(UInt32(48), at: 0x902c)
  memory.put(UInt32(0x9500), at: 0x9030)
  memory.put(UInt32(20), at: 0x9500)
  memory.put(UInt64(0), at: 0x9504)
  memory.put(UInt64(0x9fc00), at: 0x950c)
  memory.put(UInt32(1), at: 0x9514)
  memory.put(UInt32(20), at: 0x9518)
  memory.put(UInt64(0x100000), at: 0x951c)
  memory.put(UInt64(0x7f00000), at: 0x9524)
  memory.put(UInt32(1), at: 0x952c)
  memory.put(UInt32(0x9600), at: 0x9040)
  memory.put("GRUB 2.06", at: 0x9600)
  return memory
}

private struct Tags {
  var memory = TestMemory(base: 0x8000, count: 0x1000)
  var position: UInt64 = 0x8008

  mutating func add(_ type: UInt32, _ payload: [UInt8]) {
    memory.put(type, at: position)
    memory.put(UInt32(8 + payload.count), at: position + 4)
    for (index, byte) in payload.enumerated() {
      memory.put(byte, at: position + 8 + UInt64(index))
    }
    position += UInt64((8 + payload.count + 7) & ~7)
  }

  mutating func finish() -> TestMemory {
    add(0, [])
    memory.put(UInt32(position - 0x8000), at: 0x8000)
    return memory
  }
}

private func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func multiboot2() -> TestMemory {
  var tags = Tags()
  tags.add(1, Array("loglvl=all -- ro".utf8) + [0])
  tags.add(2, Array("GRUB 2.06".utf8) + [0])
  tags.add(4, le(UInt32(640)) + le(UInt32(0x1fc00)))
  tags.add(3, le(UInt32(0x100000)) + le(UInt32(0x180000)) + Array("kernel".utf8) + [0])
  tags.add(8, [UInt8](repeating: 7, count: 23))
  tags.add(3, le(UInt32(0x200000)) + le(UInt32(0x280000)) + [0])
  var map: [UInt8] = le(UInt32(24)) + le(UInt32(0))
  map += le(UInt64(0)) + le(UInt64(0x9fc00)) + le(UInt32(1)) + le(UInt32(0))
  map += le(UInt64(0xfffc_0000)) + le(UInt64(0x40000)) + le(UInt32(9)) + le(UInt32(0))
  tags.add(6, map)
  tags.add(15, Array("RSD PTR ".utf8) + [UInt8](repeating: 2, count: 28))
  tags.add(14, Array("RSD PTR ".utf8) + [UInt8](repeating: 0, count: 12))
  tags.add(12, le(UInt64(0x7ee0_0018)))
  tags.add(18, [])
  return tags.finish()
}

private func decode1(_ memory: TestMemory) throws(MultibootError) -> BootInformation {
  try Multiboot.decode(magic: Multiboot.loaderMagic1, address: 0x9000, memory)
}

private func decode2(_ memory: TestMemory) throws(MultibootError) -> BootInformation {
  try Multiboot.decode(magic: Multiboot.loaderMagic2, address: 0x8000, memory)
}

@Suite struct MultibootTests {
  @Test(arguments: [(UInt8(0), true), (1, true), (2, false)])
  func aFramebufferThatIsNoTextIsNoticed(_ kind: UInt8, _ isGraphics: Bool) throws {
    var first = multiboot1()
    #expect(try !decode1(first).hasGraphicsScreen)
    first.put(UInt32(0x124d), at: 0x9000)
    first.put(UInt16(kind) << 8 | 16, at: 0x906c)
    #expect(try decode1(first).hasGraphicsScreen == isGraphics)
    for (length, expected) in [(22, isGraphics), (24, isGraphics), (21, false)] {
      var tags = Tags()
      var payload = [UInt8](repeating: 9, count: length)
      if length > 21 { payload[21] = kind }
      tags.add(8, payload)
      #expect(try decode2(tags.finish()).hasGraphicsScreen == expected)
    }
  }

  @Test func multiboot1IsDecoded() throws {
    let memory = multiboot1()
    let information = try decode1(memory)
    #expect(memory.text(information.commandLine) == "/xen.gz com1=115200,8n1")
    #expect(memory.text(information.loaderName) == "GRUB 2.06")
    #expect(information.lowerMemoryKiB == 639)
    #expect(information.moduleCount == 2)
    let kernel = try #require(information.module(0))
    #expect(kernel.contents == PhysicalRange(start: 0x100000, end: 0x180000))
    #expect(memory.text(kernel.commandLine) == "vmlinuz root=/dev/xvda")
    #expect(information.module(1)?.commandLine.isEmpty == true)
    #expect(information.module(2) == nil)
    #expect(information.module(-1) == nil)
    var map = MemoryMap()
    let dropped = try information.insertMemory(into: &map, memory)
    let bytes = map.ramBytes
    #expect(dropped == 0)
    #expect(bytes == 0x7f9fc00)
  }

  @Test func multiboot2IsDecoded() throws {
    let memory = multiboot2()
    let information = try decode2(memory)
    #expect(memory.text(information.commandLine) == "loglvl=all -- ro")
    #expect(information.moduleCount == 2)
    let kernel = try #require(information.module(0))
    #expect(memory.text(kernel.commandLine) == "kernel")
    #expect(information.module(1)?.contents.start == 0x200000)
    #expect(information.rsdp?.length == 36)
    #expect(information.efi.systemTable64 == 0x7ee0_0018)
    #expect(information.efi.areBootServicesRunning)
    var list: [MemoryRange] = []
    try information.forEachMemoryRange(memory) { list.append($0) }
    #expect(list.count == 2)
    #expect(list[1].type == .reserved)
    #expect(list[1].range == PhysicalRange(start: 0xfffc_0000, end: 0x1_0000_0000))
  }

  @Test func usedRangesCoverModulesAndStrings() throws {
    let memory = multiboot1()
    var ranges: [PhysicalRange] = []
    try decode1(memory).forEachUsedRange { ranges.append($0) }
    #expect(ranges.contains(PhysicalRange(start: 0x200000, end: 0x280000)))
    #expect(ranges.contains(PhysicalRange(start: 0x9200, length: 24)))
    #expect(ranges.allSatisfy { !$0.isEmpty })
  }

  @Test func withoutAMapTheBasicSizesServe() throws {
    var memory = multiboot1()
    memory.put(UInt32(1), at: 0x9000)
    var list: [MemoryRange] = []
    try decode1(memory).forEachMemoryRange(memory) { list.append($0) }
    let ends: [UInt64] = [0x9fc00, 0x8000000]
    #expect(list.map(\.range.end) == ends)
  }

  @Test func moreModulesThanFitAreCounted() throws {
    var tags = Tags()
    for _ in 0..<40 { tags.add(3, le(UInt32(1)) + le(UInt32(2)) + [0]) }
    let information = try decode2(tags.finish())
    #expect(information.moduleCount == 32)
    #expect(information.droppedModuleCount == 8)
  }

  @Test func unknownMagicIsRefused() {
    #expect(throws: MultibootError.unknownMagic) {
      _ = try Multiboot.decode(magic: 0, address: 0, multiboot1())
    }
  }

  @Test func impossibleSizesAreRefused() throws {
    var memory = multiboot2()
    memory.put(UInt32(7), at: 0x800c)
    #expect(throws: MultibootError.malformedTag) { _ = try decode2(memory) }
    memory.put(UInt32.max, at: 0x800c)
    #expect(throws: MultibootError.malformedTag) { _ = try decode2(memory) }
    memory = multiboot1()
    memory.put(UInt32(3), at: 0x9500)
    let information = try decode1(memory)
    #expect(throws: MultibootError.malformedMemoryMap) {
      try information.forEachMemoryRange(memory) { _ in }
    }
  }

  @Test func truncatedMemoryNeverTraps() {
    for whole in [multiboot1(), multiboot2()] {
      for length in stride(from: 0, through: 0x700, by: 1) {
        var memory = whole
        memory.bytes.removeLast(memory.bytes.count - length)
        let magic = whole.base == 0x9000 ? Multiboot.loaderMagic1 : Multiboot.loaderMagic2
        do {
          let information = try Multiboot.decode(magic: magic, address: whole.base, memory)
          try information.forEachMemoryRange(memory) { _ in }
        } catch {}
      }
    }
  }

  @Test func randomDamageNeverTraps() {
    var seed: UInt64 = 0x5eed_0002
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 33
    }
    for whole in [multiboot1(), multiboot2()] {
      for _ in 0..<2000 {
        var memory = whole
        for _ in 0..<8 {
          memory.bytes[Int(next() % 0x600)] =
            [0, 1, 0x7f, 0x80, 0xff, UInt8(next() & 0xff)][
              Int(next() % 6)]
        }
        let magic = whole.base == 0x9000 ? Multiboot.loaderMagic1 : Multiboot.loaderMagic2
        do {
          let information = try Multiboot.decode(magic: magic, address: whole.base, memory)
          try information.forEachMemoryRange(memory) { _ in }
        } catch {}
      }
    }
  }
}
