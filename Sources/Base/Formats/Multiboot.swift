/// The two multiboot protocols: their magic numbers, and one decoder for what a boot loader hands
/// over in either.
///
/// - Source: Multiboot Specification 0.6.96; Multiboot2 Specification 2.0.
public enum Multiboot {
  /// In the image: marks a multiboot 1 header (`MULTIBOOT_HEADER_MAGIC`).
  public static var headerMagic1: UInt32 { 0x1BAD_B002 }
  /// In EAX at entry: a multiboot 1 loader (`MULTIBOOT_BOOTLOADER_MAGIC`).
  public static var loaderMagic1: UInt32 { 0x2BAD_B002 }
  /// In the image: marks a multiboot 2 header (`MULTIBOOT2_HEADER_MAGIC`).
  public static var headerMagic2: UInt32 { 0xE852_50D6 }
  /// In EAX at entry: a multiboot 2 loader (`MULTIBOOT2_BOOTLOADER_MAGIC`).
  public static var loaderMagic2: UInt32 { 0x36D7_6289 }

  /// The longest command line that is looked at, in bytes.
  public static var commandLineLimit: Int { 4096 }
  /// The most memory map entries that are looked at.
  public static var memoryMapLimit: Int { 1024 }
  /// The type of a framebuffer that holds characters, in either protocol.
  static var framebufferIsText: UInt8 { 2 }

  /// Decodes the boot information at physical `address`.
  ///
  /// - Parameter magic: what the loader left in EAX; it selects the protocol.
  /// - Throws: `MultibootError` if the magic is unknown or the structure makes no sense.
  public static func decode<Reader: PhysicalReader & ~Copyable>(
    magic: UInt32, address: UInt64, _ reader: borrowing Reader
  ) throws(MultibootError) -> BootInformation {
    switch magic {
    case loaderMagic1: try decode1(at: address, reader)
    case loaderMagic2: try decode2(at: address, reader)
    default: throw .unknownMagic
    }
  }
}

/// Why boot information could not be decoded.
public enum MultibootError: Error, Equatable {
  /// The loader's magic is neither multiboot 1's nor 2's.
  case unknownMagic
  /// A structure the loader points at lies outside readable memory.
  case unreadable
  /// The multiboot 2 structure's total size or a tag's size is impossible.
  case malformedTag
  /// A memory map entry's size is impossible.
  case malformedMemoryMap
}
