import XenABI

/// Where a PV kernel goes in its domain's virtual address space, as Xen's loader computes it.
///
/// A segment goes to `p_paddr - PADDR_OFFSET + VIRT_BASE`; `p_vaddr` plays no part.
///
/// - Source: `xen/include/public/elfnote.h`; the rules are those of Xen's libelf.
public struct XenKernelLayout: Equatable, Sendable {
  /// The address of the kernel's first byte.
  public let start: UInt64
  /// The address after its last byte.
  public let end: UInt64
  /// The entry point.
  public let entry: UInt64
  /// Where pseudo-physical address zero is mapped.
  public let virtualBase: UInt64
  /// What is added to a `p_paddr` to get a virtual address, modulo 2^64.
  public let offset: UInt64

  /// Places `image`, a kernel for Linux's or the generic loader, by its `notes`.
  ///
  /// - Throws: `FormatError.invalidImage` when the notes are not those of a PV kernel or the
  ///   addresses contradict each other, `.truncated`.
  public init(_ image: ELF64Image, _ notes: XenNotes) throws(FormatError) {
    guard notes.loader.hasPrefix("generic") || notes.guestOS.hasPrefix("linux"),
      notes.xenVersion.hasPrefix("xen-3.0"),
      notes.physicalOffset == nil || notes.virtualBase != nil
    else { throw .invalidImage }
    virtualBase = notes.virtualBase ?? 0
    offset = virtualBase &- (notes.physicalOffset ?? 0)
    let extent = try image.physicalExtent()
    start = extent.lowerBound &+ offset
    end = extent.upperBound &+ offset
    entry = notes.entry ?? image.entry
    guard start <= end, entry >= start, entry <= end, virtualBase <= start else {
      throw .invalidImage
    }
    if let p2m = notes.initialP2M, p2m >= start, p2m < end { throw .invalidImage }
  }

  /// The kernel's size in bytes, from its first to its last segment.
  public var byteCount: UInt64 { end &- start }

  /// What to load for the program header at `index` of `image`, or nil when it is not loadable.
  ///
  /// - Throws: `FormatError.truncated` when the file ends before the segment does, `.corrupt`
  ///   when it has more bytes in the file than in memory.
  public func segment(
    _ image: ELF64Image, _ index: Int
  ) throws(FormatError) -> XenKernelSegment? {
    let header = try image.programHeader(index)
    guard header.isLoadable else { return nil }
    guard header.fileSize <= header.memorySize else { throw .corrupt }
    let range = try image.fileRange(offset: header.fileOffset, count: header.fileSize)
    return XenKernelSegment(
      address: header.physicalAddress &+ offset, file: range,
      zeroCount: header.memorySize &- header.fileSize)
  }
}

/// A piece of a kernel to be loaded: bytes of the file, then zeros.
public struct XenKernelSegment: Equatable, Sendable {
  /// The virtual address of the first byte.
  public let address: UInt64
  /// Where in the file its bytes are.
  public let file: Range<Int>
  /// How many zero bytes follow them.
  public let zeroCount: UInt64
}
