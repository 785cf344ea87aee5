import Primitives
import X86Format

/// What a frame is used as.
/// - Source: the `PGT_*` types that `XEN_DOMCTL_getpageframeinfo3` and the console show.
public enum PageKind: UInt8, Equatable, Sendable {
  /// Nothing that forbids anything: mapped read-only at most.
  case none = 0
  /// A page table whose entries map memory.
  case l1 = 1
  /// A page table of the second level.
  case l2 = 2
  /// A page table of the third level.
  case l3 = 3
  /// A root of page tables.
  case l4 = 4
  /// Part of a GDT or LDT.
  case descriptors = 5
  /// The hypervisor's own, lent to a guest.
  case shared = 6
  /// Mapped writable somewhere.
  case writable = 7

  /// The kind of a page table of `level`.
  @inlinable public init(_ level: PageTableLevel) {
    switch level {
    case .l1: self = .l1
    case .l2: self = .l2
    case .l3: self = .l3
    case .l4: self = .l4
    }
  }

  /// The level of a page table, nil for other kinds.
  @inlinable public var level: PageTableLevel? {
    switch self {
    case .l1: .l1
    case .l2: .l2
    case .l3: .l3
    case .l4: .l4
    case .none, .descriptors, .shared, .writable: nil
    }
  }
}

/// The word `PageInfo.type`: a frame's kind, how often it is used as that, and how far its checking
/// has come.
///
/// ```
/// 60       59       58      57        56     55 48  47    32 31    0
///  foreign  uncached partial validated pinned kind   linear   count
///
///            take: count 0 -> 1              checks done
///   [ unused ] ----------------> [ changing ] ----------> [ validated, count 1... ]
///        ^                         |     ^                       |
///        |        undone           v     | resume                | drop: count 1 -> 0
///        +------------------- [ partial ]<+----------------------+
/// ```
/// *Changing* is count 1 without `validated` and `partial`: one CPU has the frame in its hands.
/// *Partial* is a table of which some entries (`TableProgress`) are accounted for, because the work
/// was interrupted, in either direction; the count of 1 and one reference to the frame belong to
/// that state. `linear` counts a table's uses by (negative) or of (positive) tables of its own
/// level.
public struct PageTypeWord: Equatable, BitwiseCopyable, Sendable {
  /// The word.
  public var rawValue: UInt64

  /// The word of these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// A frame used `count` times as `kind`.
  @inlinable public init(_ kind: PageKind, count: UInt64) {
    rawValue = UInt64(kind.rawValue) << 48 | count & Self.countMask
  }

  /// The word of a frame that guests may map but never for writing: the hypervisor's own use of it
  /// as `shared` never ends.
  @inlinable public static var lentReadOnly: PageTypeWord {
    var word = PageTypeWord(.shared, count: 1)
    word.isValidated = true
    return word
  }

  @inlinable static var countMask: UInt64 { 0xffff_ffff }
  @inlinable static var pinnedBit: UInt64 { 1 << 56 }
  @inlinable static var validatedBit: UInt64 { 1 << 57 }
  @inlinable static var partialBit: UInt64 { 1 << 58 }
  @inlinable static var uncachedBit: UInt64 { 1 << 59 }
  @inlinable static var foreignBit: UInt64 { 1 << 60 }

  /// The most uses that can be counted.
  @inlinable public static var maximumCount: UInt64 { countMask }

  /// Whether the frame is in use as writable, or was last: one use more or less changes nothing but
  /// the count.
  @inlinable public var isPlainlyWritable: Bool {
    let decisive = 7 << 48 | Self.pinnedBit | Self.validatedBit | Self.partialBit
    return rawValue & decisive == UInt64(PageKind.writable.rawValue) << 48 | Self.validatedBit
  }

  /// How often the frame is used as its kind.
  @inlinable public var count: UInt64 {
    get { rawValue & Self.countMask }
    set { rawValue = rawValue & ~Self.countMask | newValue & Self.countMask }
  }

  /// What it is used as; with a count of 0, what it was used as last.
  @inlinable public var kind: PageKind { PageKind(rawValue: UInt8(rawValue >> 48 & 7)) ?? .none }

  /// Whether translations from the last use of an unused frame must be gone before it is used as
  /// `kind`. A fresh frame had none that could matter to memory that is writable anyway.
  @inlinable public func mayBeTranslated(besides kind: PageKind) -> Bool {
    self.kind != kind && !(self.kind == .none && kind == .writable)
  }

  /// How many entries of this table refer to tables of its own level; as a negative number, how
  /// many such entries refer to it.
  @inlinable public var linear: Int16 {
    get { Int16(truncatingIfNeeded: rawValue >> 32) }
    set {
      rawValue =
        rawValue & ~0xffff_0000_0000 | UInt64(UInt16(bitPattern: newValue)) << 32
    }
  }

  /// One of the uses is the guest's wish to keep the table (`MMUEXT_PIN_*`).
  @inlinable public var isPinned: Bool {
    get { rawValue & Self.pinnedBit != 0 }
    set { rawValue = newValue ? rawValue | Self.pinnedBit : rawValue & ~Self.pinnedBit }
  }

  /// The contents conform to the kind.
  @inlinable public var isValidated: Bool {
    get { rawValue & Self.validatedBit != 0 }
    set { rawValue = newValue ? rawValue | Self.validatedBit : rawValue & ~Self.validatedBit }
  }

  /// Some entries of the table are accounted for; nobody works on it at this moment.
  @inlinable public var isPartial: Bool {
    get { rawValue & Self.partialBit != 0 }
    set { rawValue = newValue ? rawValue | Self.partialBit : rawValue & ~Self.partialBit }
  }

  /// The frame was mapped writable past the caches, which must be written back before the frame's
  /// contents are relied on.
  @inlinable public var isUncached: Bool {
    get { rawValue & Self.uncachedBit != 0 }
    set { rawValue = newValue ? rawValue | Self.uncachedBit : rawValue & ~Self.uncachedBit }
  }

  /// Another domain than the owner had the frame mapped writable, and may have a translation left
  /// on CPUs where the owner never ran.
  @inlinable public var wasForeign: Bool {
    get { rawValue & Self.foreignBit != 0 }
    set { rawValue = newValue ? rawValue | Self.foreignBit : rawValue & ~Self.foreignBit }
  }
}

/// How far the accounting of a table's entries has come: `PageInfo.progress`.
public struct TableProgress: Equatable, Sendable {
  /// The entries below this index hold what they refer to; 0 to 512.
  public var entries: Int
  /// The entry at that index holds a reference to the table it names, which is (or was) partial
  /// itself, but none of its uses.
  public var holdsNext: Bool

  /// A state of the accounting.
  public init(entries: Int, holdsNext: Bool) {
    self.entries = entries
    self.holdsNext = holdsNext
  }

  /// The state in the form that a frame's record keeps.
  public init(stored: UInt16) {
    entries = min(512, Int(stored & 0x3ff))
    holdsNext = stored & 0x400 != 0
  }

  /// The form that a frame's record keeps.
  public var stored: UInt16 {
    UInt16(truncatingIfNeeded: entries & 0x3ff) | (holdsNext ? 0x400 : 0)
  }

  /// Whether no entry holds anything.
  public var isNothing: Bool { entries == 0 && !holdsNext }
}
