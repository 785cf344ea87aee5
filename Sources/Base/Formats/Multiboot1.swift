// Multiboot 1: a fixed structure whose first word says which of its fields are filled.
//
//   0 flags        16 cmdline      44 mmap_length
//   4 mem_lower    20 mods_count   48 mmap_addr
//   8 mem_upper    24 mods_addr    64 boot_loader_name   108 framebuffer bits, type
extension Multiboot {
  private enum Flag {
    static var memory: UInt32 { 1 << 0 }
    static var commandLine: UInt32 { 1 << 2 }
    static var modules: UInt32 { 1 << 3 }
    static var memoryMap: UInt32 { 1 << 6 }
    static var loaderName: UInt32 { 1 << 9 }
    static var framebuffer: UInt32 { 1 << 12 }
  }

  /// Decodes a multiboot 1 information structure.
  ///
  /// - Throws: `.unreadable` if the structure or its module list cannot be read.
  /// - Source: Multiboot Specification 0.6.96 §3.3.
  static func decode1<Reader: PhysicalReader & ~Copyable>(
    at address: UInt64, _ reader: borrowing Reader
  ) throws(MultibootError) -> BootInformation {
    var information = BootInformation(
      .multiboot1, structure: PhysicalRange(start: address, length: 116))
    let flags = try field(0, at: address, reader)
    if flags & Flag.memory != 0 {
      information.lowerMemoryKiB = try field(4, at: address, reader)
      information.upperMemoryKiB = try field(8, at: address, reader)
    }
    if flags & Flag.commandLine != 0 {
      information.commandLine = text(at: try field(16, at: address, reader), reader)
    }
    if flags & Flag.loaderName != 0 {
      information.loaderName = text(at: try field(64, at: address, reader), reader)
    }
    if flags & Flag.memoryMap != 0 {
      let length = try field(44, at: address, reader)
      let start = try field(48, at: address, reader)
      information.memoryMap = PhysicalRange(start: UInt64(start), length: UInt64(length))
    }
    if flags & Flag.framebuffer != 0 {
      let kind = try field(108, at: address, reader) >> 8
      information.hasGraphicsScreen = UInt8(truncatingIfNeeded: kind) != framebufferIsText
    }
    if flags & Flag.modules != 0 {
      let count = try field(20, at: address, reader)
      let list = UInt64(try field(24, at: address, reader))
      try decodeModules(count: count, at: list, into: &information, reader)
    }
    return information
  }

  private static func decodeModules<Reader: PhysicalReader & ~Copyable>(
    count: UInt32, at list: UInt64, into information: inout BootInformation,
    _ reader: borrowing Reader
  ) throws(MultibootError) {
    var index: UInt32 = 0
    // One past the capacity is read, so that dropping is noticed without trusting the count.
    while index < count, index <= UInt32(BootInformation.moduleCapacity) {
      let entry = list &+ UInt64(index) &* 16
      let start = try field(0, at: entry, reader)
      let end = try field(4, at: entry, reader)
      let string = try field(8, at: entry, reader)
      information.append(
        BootModule(
          contents: PhysicalRange(start: UInt64(start), end: UInt64(end)),
          commandLine: text(at: string, reader)))
      index &+= 1
    }
  }

  private static func field<Reader: PhysicalReader & ~Copyable>(
    _ offset: UInt64, at address: UInt64, _ reader: borrowing Reader
  ) throws(MultibootError) -> UInt32 {
    guard let value = reader.integer(UInt32.self, at: address &+ offset) else { throw .unreadable }
    return value
  }

  private static func text<Reader: PhysicalReader & ~Copyable>(
    at address: UInt32, _ reader: borrowing Reader
  ) -> PhysicalRange {
    guard address != 0 else { return .none }
    return reader.stringRange(at: UInt64(address), limit: commandLineLimit)
  }
}
