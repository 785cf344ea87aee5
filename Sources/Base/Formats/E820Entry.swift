/// The E820 entry form that guests read: address, size, type, packed into 20 bytes.
///
/// ```
/// 0        8        16    20
/// | addr64 | size64 | t32 |
/// ```
/// - Source: `xen/include/public/memory.h` (`XENMEM_memory_map`, "struct e820entry"),
///   `arch-x86/hvm/start_info.h` for the padded form.
public enum E820Entry {
  /// The bytes one packed entry takes.
  public static var size: Int { 20 }

  /// Writes `entry` in packed form at `offset`.
  ///
  /// - Returns: false, and nothing written, if it does not fit.
  public static func encode(
    _ entry: MemoryRange, into bytes: inout MutableRawSpan, at offset: Int
  ) -> Bool {
    guard offset >= 0, bytes.byteCount >= size, offset <= bytes.byteCount &- size else {
      return false
    }
    bytes.storeBytes(
      of: entry.range.start.littleEndian, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(
      of: entry.range.length.littleEndian, toByteOffset: offset &+ 8, as: UInt64.self)
    bytes.storeBytes(
      of: entry.type.rawValue.littleEndian, toByteOffset: offset &+ 16, as: UInt32.self)
    return true
  }

  /// Reads the packed entry at `offset`.
  ///
  /// - Returns: nil if it lies outside `bytes`. A range past the address space's end is cut, an
  ///   unknown type is reserved.
  public static func decode(_ bytes: RawSpan, at offset: Int) -> MemoryRange? {
    guard offset >= 0, offset <= bytes.byteCount,
      let start = bytes.littleEndian(UInt64.self, at: offset),
      let length = bytes.littleEndian(UInt64.self, at: offset &+ 8),
      let type = bytes.littleEndian(UInt32.self, at: offset &+ 16)
    else { return nil }
    return MemoryRange(PhysicalRange(start: start, length: length), MemoryType(firmware: type))
  }
}

extension MemoryMap {
  /// Writes the map as packed E820 entries from the start of `bytes`.
  ///
  /// - Returns: the number of entries written: all of them, or as many as fit.
  public borrowing func encodeE820(into bytes: inout MutableRawSpan) -> Int {
    var index = 0
    while let entry = self[index],
      E820Entry.encode(entry, into: &bytes, at: index &* E820Entry.size)
    {
      index &+= 1
    }
    return index
  }
}
