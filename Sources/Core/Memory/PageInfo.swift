import Machine
import Primitives
import Synchronization

/// What the hypervisor knows of one frame of RAM: 32 bytes in the frame table.
///
/// `count` and `type` are changed by locked operations only. The links belong to whoever holds the
/// frame: the allocator while it is free, its domain's page list (under the domain's page lock) else.
public struct PageInfo: ~Copyable {
  /// Owner and references in one word, so that "take a reference if it is this domain's" is one
  /// locked operation: see `PageCount`.
  public let count = Atomic<UInt64>(PageCount.free)
  /// What the frame is used as, and how often; the processor's floor gives the bits their meaning.
  public let type = Atomic<UInt64>(0)
  /// The next frame of the list the frame is in, or `PageInfo.endOfList`.
  public var next: UInt32 = PageInfo.endOfList
  /// The previous frame of the list the frame is in, or `PageInfo.endOfList`.
  public var previous: UInt32 = PageInfo.endOfList
  /// The TLB clock when the last writable or page-table use of the frame ended (see `TLBClock`).
  public var tlbStamp: UInt32 = 0
  /// The block's order while the frame heads a free block.
  public var order: UInt8 = 0
  /// See `PageFlags`.
  public var flags = PageFlags.none
  /// For the processor's floor: how far an interrupted validation came, for instance.
  public var progress: UInt16 = 0

  /// A free frame's entry.
  public init() {}

  /// The mark of a list's end. No RAM is addressed by this frame number.
  public static var endOfList: UInt32 { UInt32.max }

  /// The owner; `DomainID.invalid` while the frame is free.
  public var owner: DomainID { PageCount.owner(count.load(ordering: .relaxed)) }

  /// The number of references, the owner's own included.
  public var references: UInt64 { count.load(ordering: .relaxed) & PageCount.references }

  /// Whether the owner still holds the frame.
  public var isAllocated: Bool { count.load(ordering: .relaxed) & PageCount.allocated != 0 }

  /// Gives a frame without references to `owner`, with the owner's own reference.
  public borrowing func assign(to owner: DomainID) {
    // Releasing: pairs with the acquiring exchange in `FrameTable.takeReference`.
    count.store(
      PageCount.ownerField(owner) | PageCount.allocated | 1, ordering: .releasing)
  }

  /// Marks the frame as nobody's.
  public borrowing func markFree() { count.store(PageCount.free, ordering: .releasing) }
}

/// Facts about a frame that its holder changes.
public struct PageFlags: BitFlags {
  /// The bits.
  public let rawValue: UInt8
  /// The flags of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The first frame of a free block.
  public static var freeHead: PageFlags { PageFlags(rawValue: 1) }
  /// The contents are somebody's: zero them before the next owner sees the frame.
  public static var needsScrub: PageFlags { PageFlags(rawValue: 2) }
  /// The hypervisor's own memory, shared with a domain (shared info, grant frames, ...): not in
  /// the domain's page list, not counted in its total.
  public static var shared: PageFlags { PageFlags(rawValue: 4) }
  /// Linked into its owner's page list.
  public static var listed: PageFlags { PageFlags(rawValue: 8) }
}

/// The bits of `PageInfo.count`: owner in 63...48, the owner's mark in 47, references below.
public enum PageCount {
  /// The owner still holds the frame: cleared once, by whoever takes it away from the owner.
  public static var allocated: UInt64 { 1 << 47 }
  /// The number of references, the owner's own included.
  public static var references: UInt64 { (1 << 47) - 1 }
  /// A free frame: no references, owner `DomainID.invalid`.
  public static var free: UInt64 { ownerField(.invalid) }

  /// The owner in its field.
  public static func ownerField(_ owner: DomainID) -> UInt64 { UInt64(owner.rawValue) << 48 }

  /// The owner of a count word.
  public static func owner(_ word: UInt64) -> DomainID {
    DomainID(UInt16(truncatingIfNeeded: word >> 48))
  }
}
