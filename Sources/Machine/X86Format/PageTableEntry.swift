import Machine
import Primitives

/// The bits of a page-table entry that are not its frame number.
/// - Source: Intel SDM vol. 3A §4.5; AMD APM vol. 2 §5.4.
public struct PageFlags: BitFlags {
  /// The bits, in their places in the entry.
  public var rawValue: UInt64
  /// The flags with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The entry means something (`_PAGE_PRESENT`).
  @inlinable public static var present: Self { Self(rawValue: 1 << 0) }
  /// Writes are allowed (`_PAGE_RW`).
  @inlinable public static var writable: Self { Self(rawValue: 1 << 1) }
  /// User mode may access (`_PAGE_USER`).
  @inlinable public static var user: Self { Self(rawValue: 1 << 2) }
  /// Write-through; with `cacheDisable` and `pat` an index into the PAT (`_PAGE_PWT`).
  @inlinable public static var writeThrough: Self { Self(rawValue: 1 << 3) }
  /// Uncached; see `writeThrough` (`_PAGE_PCD`).
  @inlinable public static var cacheDisable: Self { Self(rawValue: 1 << 4) }
  /// Set by hardware on use (`_PAGE_ACCESSED`).
  @inlinable public static var accessed: Self { Self(rawValue: 1 << 5) }
  /// Set by hardware on a write (`_PAGE_DIRTY`).
  @inlinable public static var dirty: Self { Self(rawValue: 1 << 6) }
  /// At levels 2 and 3: maps a large page (`_PAGE_PSE`).
  @inlinable public static var large: Self { Self(rawValue: 1 << 7) }
  /// At level 1: the PAT bit, in the place of `large` (`_PAGE_PAT`).
  @inlinable public static var pat: Self { Self(rawValue: 1 << 7) }
  /// Survives a reload of CR3 (`_PAGE_GLOBAL`).
  @inlinable public static var global: Self { Self(rawValue: 1 << 8) }
  /// Free for software (`_PAGE_AVAIL0`); a Linux PV guest's own.
  @inlinable public static var available0: Self { Self(rawValue: 1 << 9) }
  /// Free for software (`_PAGE_AVAIL1`).
  @inlinable public static var available1: Self { Self(rawValue: 1 << 10) }
  /// Free for software (`_PAGE_AVAIL2`).
  @inlinable public static var available2: Self { Self(rawValue: 1 << 11) }
  /// The three low bits that are free for software (`_PAGE_AVAIL`).
  @inlinable public static var available: Self { Self(rawValue: 7 << 9) }
  /// In a large page: the PAT bit (`_PAGE_PSE_PAT`).
  @inlinable public static var patLarge: Self { Self(rawValue: 1 << 12) }
  /// The eleven high bits that are free for software (`_PAGE_AVAIL_HIGH`).
  @inlinable public static var availableHigh: Self { Self(rawValue: 0x7ff << 52) }
  /// No instruction fetch (`_PAGE_NX`).
  @inlinable public static var noExecute: Self { Self(rawValue: 1 << 63) }
  /// Everything that chooses the memory type of a 4 KiB page.
  @inlinable public static var cacheability: Self { Self(rawValue: 1 << 3 | 1 << 4 | 1 << 7) }

  /// Every bit that is not part of the frame number.
  @inlinable public static var all: Self { Self(rawValue: ~PageTableEntry.frameMask) }
}

/// An entry of a page table of any level: a frame number and flags.
///
/// ```
/// 63 62      52 51          12 11   9 8 7 6 5 4   3   2 1 0
/// NX  available  frame number  avail  G L D A PCD PWT U W P
/// ```
/// - Source: Intel SDM vol. 3A §4.5.4; `l1_pgentry_t` and the following in Xen's own terms.
public struct PageTableEntry: Equatable, BitwiseCopyable, Sendable {
  /// The entry as hardware sees it.
  public var rawValue: UInt64

  /// The entry of these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The entry that points at `frame`; of both arguments only the bits that belong there are used.
  @inlinable public init(_ frame: MFN, _ flags: PageFlags) {
    rawValue = (frame.rawValue << 12) & Self.frameMask | flags.rawValue & ~Self.frameMask
  }

  /// The entry that maps nothing.
  @inlinable public static var empty: Self { Self(rawValue: 0) }

  /// The bits that hold the frame number: 51 to 12.
  @inlinable public static var frameMask: UInt64 { 0x000f_ffff_ffff_f000 }

  /// The frame that the entry points at; 40 bits. In a large page, bits below the page's size hold
  /// the PAT bit and zeros: use `largeFrame`.
  @inlinable public var frame: MFN {
    get { MFN((rawValue & Self.frameMask) >> 12) }
    set { self = PageTableEntry(newValue, flags) }
  }

  /// The first frame of the large page that an entry at `level` maps.
  @inlinable public func largeFrame(_ level: PageTableLevel) -> MFN {
    MFN((rawValue & Self.frameMask & ~(level.bytes &- 1)) >> 12)
  }

  /// The bits that are not the frame number.
  @inlinable public var flags: PageFlags {
    get { PageFlags(rawValue: rawValue & ~Self.frameMask) }
    set { rawValue = rawValue & Self.frameMask | newValue.rawValue & ~Self.frameMask }
  }

  /// Whether the entry means something.
  @inlinable public var isPresent: Bool { rawValue & 1 != 0 }

  /// Whether the entry, present and at `level`, maps memory rather than a lower table.
  @inlinable public func isLeaf(at level: PageTableLevel) -> Bool {
    switch level {
    case .l1: true
    case .l2, .l3: rawValue & PageFlags.large.rawValue != 0
    case .l4: false
    }
  }

  /// Which of the PAT's eight entries gives a 4 KiB page's memory type.
  @inlinable public var patIndex: Int {
    Int(truncatingIfNeeded: rawValue >> 3 & 3 | rawValue >> 5 & 4)
  }
}

/// A level of the four-level page tables; `l4` is the root.
public enum PageTableLevel: Int, Comparable, BitwiseCopyable, Sendable {
  case l1 = 1
  case l2 = 2
  case l3 = 3
  case l4 = 4

  /// Orders leaves before roots.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number of entries of one table.
  @inlinable public static var entryCount: Int { 512 }

  /// The lowest address bit that the level's index is taken from.
  @inlinable public var shift: UInt64 {
    switch self {
    case .l1: 12
    case .l2: 21
    case .l3: 30
    case .l4: 39
    }
  }

  /// The bytes of address space that one entry covers.
  @inlinable public var bytes: UInt64 { 1 << shift }

  /// The level below; nil below `l1`.
  @inlinable public var lower: PageTableLevel? { PageTableLevel(rawValue: rawValue &- 1) }

  /// The level above; nil above `l4`.
  @inlinable public var upper: PageTableLevel? { PageTableLevel(rawValue: rawValue &+ 1) }
}
