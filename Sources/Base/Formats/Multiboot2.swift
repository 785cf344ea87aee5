// Multiboot 2: a total size, then tags of type, size and payload, each aligned to eight bytes.
extension Multiboot {
  private enum Tag {
    static var end: UInt32 { 0 }
    static var commandLine: UInt32 { 1 }
    static var loaderName: UInt32 { 2 }
    static var module: UInt32 { 3 }
    static var basicMemory: UInt32 { 4 }
    static var memoryMap: UInt32 { 6 }
    static var framebuffer: UInt32 { 8 }
    static var efiSystemTable32: UInt32 { 11 }
    static var efiSystemTable64: UInt32 { 12 }
    static var oldRSDP: UInt32 { 14 }
    static var newRSDP: UInt32 { 15 }
    static var efiMemoryMap: UInt32 { 17 }
    static var efiBootServices: UInt32 { 18 }
    static var efiImageHandle32: UInt32 { 19 }
    static var efiImageHandle64: UInt32 { 20 }
  }

  /// Decodes a multiboot 2 information structure; tags we do not use are skipped.
  ///
  /// - Throws: `.unreadable`, or `.malformedTag` if sizes contradict each other.
  /// - Source: Multiboot2 Specification 2.0 §3.6.
  static func decode2<Reader: PhysicalReader & ~Copyable>(
    at address: UInt64, _ reader: borrowing Reader
  ) throws(MultibootError) -> BootInformation {
    guard let total = reader.integer(UInt32.self, at: address) else { throw .unreadable }
    let structure = PhysicalRange(start: address, length: UInt64(total))
    guard total >= 8 else { throw .malformedTag }
    var information = BootInformation(.multiboot2, structure: structure)
    var position = address &+ 8
    while position < structure.end, structure.end &- position >= 8 {
      guard let type = reader.integer(UInt32.self, at: position),
        let size = reader.integer(UInt32.self, at: position &+ 4)
      else { throw .unreadable }
      if type == Tag.end { return information }
      guard size >= 8, UInt64(size) <= structure.end &- position else { throw .malformedTag }
      let payload = PhysicalRange(start: position &+ 8, length: UInt64(size) &- 8)
      try decodeTag(type, payload, into: &information, reader)
      position = position &+ ((UInt64(size) &+ 7) & ~7)
    }
    // Some loaders leave the end tag out; the total size says as much.
    return information
  }

  private static func decodeTag<Reader: PhysicalReader & ~Copyable>(
    _ type: UInt32, _ payload: PhysicalRange, into information: inout BootInformation,
    _ reader: borrowing Reader
  ) throws(MultibootError) {
    switch type {
    case Tag.commandLine: information.commandLine = text(payload, skipping: 0, reader)
    case Tag.loaderName: information.loaderName = text(payload, skipping: 0, reader)
    case Tag.module:
      let start = UInt64(try word(payload, 0, reader))
      let end = UInt64(try word(payload, 4, reader))
      information.append(
        BootModule(
          contents: PhysicalRange(start: start, end: end),
          commandLine: text(payload, skipping: 8, reader)))
    case Tag.basicMemory:
      information.lowerMemoryKiB = try word(payload, 0, reader)
      information.upperMemoryKiB = try word(payload, 4, reader)
    case Tag.memoryMap:
      let stride = try word(payload, 0, reader)
      guard stride >= 20, payload.length >= 8 else { throw .malformedTag }
      information.memoryMapStride = stride
      information.memoryMap = PhysicalRange(start: payload.start &+ 8, end: payload.end)
    case Tag.framebuffer:
      if payload.length >= 22, let kind = reader.integer(UInt8.self, at: payload.start &+ 21) {
        information.hasGraphicsScreen = kind != framebufferIsText
      }
    case Tag.oldRSDP:
      // The newer form, wherever it stands, is preferred.
      if information.rsdp == nil { information.rsdp = payload }
    case Tag.newRSDP: information.rsdp = payload
    case Tag.efiSystemTable32: information.efi.systemTable32 = UInt64(try word(payload, 0, reader))
    case Tag.efiSystemTable64: information.efi.systemTable64 = try long(payload, reader)
    case Tag.efiMemoryMap:
      information.efi.descriptorSize = try word(payload, 0, reader)
      information.efi.memoryMap = PhysicalRange(start: payload.start &+ 8, end: payload.end)
    case Tag.efiBootServices: information.efi.areBootServicesRunning = true
    case Tag.efiImageHandle32: information.efi.imageHandle = UInt64(try word(payload, 0, reader))
    case Tag.efiImageHandle64: information.efi.imageHandle = try long(payload, reader)
    default: break
    }
  }

  private static func word<Reader: PhysicalReader & ~Copyable>(
    _ payload: PhysicalRange, _ offset: UInt64, _ reader: borrowing Reader
  ) throws(MultibootError) -> UInt32 {
    guard payload.length >= offset &+ 4 else { throw .malformedTag }
    guard let value = reader.integer(UInt32.self, at: payload.start &+ offset) else {
      throw .unreadable
    }
    return value
  }

  private static func long<Reader: PhysicalReader & ~Copyable>(
    _ payload: PhysicalRange, _ reader: borrowing Reader
  ) throws(MultibootError) -> UInt64 {
    guard payload.length >= 8 else { throw .malformedTag }
    guard let value = reader.integer(UInt64.self, at: payload.start) else { throw .unreadable }
    return value
  }

  private static func text<Reader: PhysicalReader & ~Copyable>(
    _ payload: PhysicalRange, skipping: UInt64, _ reader: borrowing Reader
  ) -> PhysicalRange {
    guard payload.length > skipping else { return .none }
    let room = min(payload.length &- skipping, UInt64(commandLineLimit))
    return reader.stringRange(at: payload.start &+ skipping, limit: Int(truncatingIfNeeded: room))
  }
}
