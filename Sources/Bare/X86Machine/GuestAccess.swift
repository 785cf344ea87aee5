import CX86
import Machine

// Guest memory through the address space in force: every address is checked to be a guest's, and a
// fault is a result.
extension X86 {
  /// Whether guests may name `count` bytes at `address`: none of them is the hypervisor's.
  ///
  /// The two canonical ranges are 0 to 2^47 and from the end of the hypervisor's slots to 2^64.
  @inlinable public static func isGuestRange(_ address: VirtualAddress, count: UInt64) -> Bool {
    guard count > 0 else { return true }
    let (last, overflow) = address.rawValue.addingReportingOverflow(count &- 1)
    guard !overflow else { return false }
    return last < 0x0000_8000_0000_0000 || address.rawValue >= AddressLayout.end
  }

  /// Copies `count` bytes from the address space in force into the hypervisor.
  /// Returns how many bytes could not be read.
  /// - Safety: `destination` has room for `count` bytes. The source needs no promise.
  @unsafe public static func copyFromGuest(
    _ destination: UnsafeMutableRawPointer, _ source: VirtualAddress, _ count: Int
  ) -> Int {
    guard count > 0, isGuestRange(source, count: UInt64(count)),
      let from = unsafe UnsafeRawPointer(bitPattern: UInt(source.rawValue))
    else { return max(count, 0) }
    // Safety: the copy ends at a fault; the destination is the caller's promise.
    return unsafe Int(truncatingIfNeeded: x86_copy_safe(destination, from, UInt64(count)))
  }

  /// Copies `count` bytes out of the hypervisor into the address space in force.
  /// Returns how many bytes could not be written.
  /// - Safety: `source` has `count` readable bytes. The destination needs no promise.
  @unsafe public static func copyToGuest(
    _ destination: VirtualAddress, _ source: UnsafeRawPointer, _ count: Int
  ) -> Int {
    guard count > 0, isGuestRange(destination, count: UInt64(count)),
      let to = unsafe UnsafeMutableRawPointer(bitPattern: UInt(destination.rawValue))
    else { return max(count, 0) }
    // Safety: the copy ends at a fault; the source is the caller's promise.
    return unsafe Int(truncatingIfNeeded: x86_copy_safe(to, source, UInt64(count)))
  }

  // MARK: Extended state in memory

  /// Saves the x87, SSE and extended state that `mask` names to `area` (64-byte aligned, as large as
  /// CPUID leaf 0xd says).
  /// - Safety: the area is that large.
  @unsafe public static func xsave(_ area: UnsafeMutableRawPointer, _ mask: UInt64) {
    unsafe x86_xsave(area, mask)
  }
}
