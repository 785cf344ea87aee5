import XenABI

/// Why dom0 cannot be built.
public enum ControlDomainError: Error, Sendable {
  /// The kernel is no PV kernel that we can read.
  case badKernel
  /// The kernel asks for a feature that we do not have.
  case missingFeature
  /// The kernel, its ramdisk and what it needs to start do not fit into its memory.
  case notEnoughMemory
  /// The hypervisor's own memory does not suffice.
  case hypervisorOutOfMemory
  /// The kernel's own page tables, as we made them, were refused: a defect of ours.
  case refusedPageTables
}

/// Where everything goes in a new dom0, before any of it is there.
///
/// The kernel finds, from `virtualBase` up, all of it mapped:
///
/// ```
/// kernel | ramdisk (1) | p2m list (2) | start info | page tables | stack | slack up to 4 MiB
/// ```
/// (1) unless it accepts a ramdisk that is not mapped; (2) unless it names another address for it.
/// What is not mapped there follows in PFN order: ramdisk, p2m list, the tables that map the list.
/// - Source: "Domain's start-of-day memory layout" in `xen/include/public/xen.h`.
public struct ControlDomainLayout: Equatable, Sendable {
  /// The address of PFN 0.
  public var virtualBase: UInt64
  /// Frames of the domain.
  public var frames: UInt64
  /// The ramdisk's address if it is mapped.
  public var ramdiskAddress: UInt64?
  /// Its first PFN and its frames.
  public var ramdiskPFN: UInt64 = 0
  public var ramdiskFrames: UInt64 = 0
  /// The p2m list's address, first PFN, and frames.
  public var p2mAddress: UInt64
  public var p2mPFN: UInt64 = 0
  public var p2mFrames: UInt64
  /// Frames of tables that map the list, when it is not part of the common mapping; they follow it.
  public var p2mTableFrames: UInt64 = 0
  /// Whether the list has an address of its own.
  public var isP2MApart: Bool
  /// The start info page.
  public var startInfoAddress: UInt64
  /// The page tables, root first.
  public var pageTablesAddress: UInt64
  public var pageTableFrames: UInt64
  /// The first address past the boot stack.
  public var stackEnd: UInt64
  /// The first address that is not mapped.
  public var end: UInt64
  /// The first PFN that nothing of the above uses.
  public var firstFreePFN: UInt64

  /// Lays out a domain.
  /// - Parameters:
  ///   - kernelEnd: the first address past the kernel, which begins at or above `virtualBase`.
  ///   - p2mAddress: where the kernel wants the list (`XEN_ELFNOTE_INIT_P2M`), if it says.
  ///   - mapsRamdisk: whether the ramdisk must be mapped.
  public init(
    virtualBase: UInt64, kernelEnd: UInt64, p2mAddress wantedP2M: UInt64?, frames: UInt64,
    ramdiskBytes: UInt64, mapsRamdisk: Bool
  ) throws(ControlDomainError) {
    let page: UInt64 = 4096
    guard kernelEnd >= virtualBase, kernelEnd - virtualBase < 1 << 40, frames < 1 << 40,
      ramdiskBytes < 1 << 40
    else { throw .badKernel }
    self.virtualBase = virtualBase
    self.frames = frames
    func frameCount(_ bytes: UInt64) -> UInt64 { (bytes + page - 1) / page }
    // Offsets from the base, so that nothing wraps at the top of the address space.
    var cursor = frameCount(kernelEnd - virtualBase) * page
    ramdiskFrames = frameCount(ramdiskBytes)
    if mapsRamdisk, ramdiskBytes != 0 {
      ramdiskAddress = virtualBase &+ cursor
      ramdiskPFN = cursor / page
      cursor += ramdiskFrames * page
    }
    p2mFrames = frameCount(frames * 8)
    isP2MApart = wantedP2M != nil
    if let wantedP2M {
      p2mAddress = wantedP2M
    } else {
      p2mAddress = virtualBase &+ cursor
      p2mPFN = cursor / page
      cursor += p2mFrames * page
    }
    startInfoAddress = virtualBase &+ cursor
    cursor += page
    pageTablesAddress = virtualBase &+ cursor
    // The tables map themselves: grow the guess until it suffices.
    var tables: UInt64 = 3
    var mapped: UInt64 = 0
    while true {
      let needed = cursor + tables * page + page + (512 << 10)
      mapped = (needed + (4 << 20) - 1) / (4 << 20) * (4 << 20)
      let wanted = 1 + Self.tables(from: virtualBase, bytes: mapped)
      if wanted <= tables { break }
      tables = wanted
    }
    pageTableFrames = tables
    stackEnd = virtualBase &+ cursor &+ tables * page &+ page
    end = virtualBase &+ mapped
    var pfn = mapped / page
    if !mapsRamdisk, ramdiskBytes != 0 {
      ramdiskPFN = pfn
      pfn += ramdiskFrames
    }
    if isP2MApart {
      p2mPFN = pfn
      pfn += p2mFrames
      p2mTableFrames = Self.tables(from: p2mAddress, bytes: p2mFrames * page)
      pfn += p2mTableFrames
    }
    firstFreePFN = pfn
    guard firstFreePFN <= frames else { throw .notEnoughMemory }
  }

  /// How many tables of levels 3, 2 and 1 it takes to map `bytes` from `start`.
  static func tables(from start: UInt64, bytes: UInt64) -> UInt64 {
    guard bytes > 0 else { return 0 }
    let last = start &+ (bytes - 1)
    func count(_ shift: UInt64) -> UInt64 { (last >> shift) - (start >> shift) + 1 }
    return count(21) + count(30) + count(39)
  }
}
