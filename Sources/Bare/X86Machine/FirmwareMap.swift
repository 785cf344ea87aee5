import Formats
import Primitives

extension X86 {
  /// Entry `index` of the firmware's memory map, by address: first address, bytes, and kind (E820's
  /// number); nil past the last.
  public static func firmwareMapEntry(
    _ index: Int
  ) -> (start: UInt64, bytes: UInt64, type: UInt32)? {
    guard let entry = boot.pointee.firmwareMap[index] else { return nil }
    return (entry.range.start, entry.range.length, entry.type.rawValue)
  }
}
