import Formats
import Machine
import Primitives
import Text

/// What the boot loader handed over, kept for the composition root.
public struct BootRecord: ~Copyable {
  /// The loader's structure: command line, modules, loader's name, ACPI root.
  public var information = BootInformation(.multiboot1, structure: .none)
  /// Memory as firmware says, sanitised.
  public var firmwareMap = MemoryMap()
  /// Memory that nobody uses yet: RAM without the image, modules, loader's data, and what the floor
  /// took for itself. What is left of it after start-up belongs to the allocator.
  public var freeMap = MemoryMap()
  /// The hypervisor's options.
  public var options = Options()
  /// What stood behind ` -- ` on the command line: words for dom0's kernel.
  public var dom0Words = PhysicalRange.none

  init() {}
}

/// A view of machine memory through the direct map, for decoders of physical structures.
public struct DirectMapReader: PhysicalReader, Copyable {
  /// One past the last address that may be read.
  let limit: UInt64

  /// Everything the direct map can show.
  public static var all: DirectMapReader { DirectMapReader(limit: AddressLayout.directMapBytes) }

  /// Calls `body` with the `count` bytes at physical `address`.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    at address: UInt64, count: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard count >= 0, address <= limit, UInt64(count) <= limit &- address,
      let start = unsafe UnsafeRawPointer(bitPattern: UInt(AddressLayout.directMap &+ address))
    else { return nil }
    guard X86.isShown(PhysicalRange(start: address, length: UInt64(count))) else { return nil }
    // Safety: the direct map shows the range, for ever.
    return try body(unsafe RawSpan(_unsafeStart: start, byteCount: count))
  }
}
