import Machine
import Primitives

/// The heap of free frames: a buddy allocator in zones by address width, so that a request for
/// memory below some address bit is answered from what fits, and an ordinary one takes high memory
/// first. Guarded by the lock that holds it.
public struct FrameAllocator: ~Copyable {
  private static var zones: Int { 33 }
  private static var orders: Int { 19 }

  /// The order of the smallest block of at least `count` frames.
  public static func order(forFrames count: UInt64) -> Int {
    count <= 1 ? 0 : 64 - (count - 1).leadingZeroBitCount
  }

  /// The order of the smallest block of at least `count` bytes.
  public static func order(forBytes count: Int) -> Int {
    order(forFrames: (UInt64(max(0, count)) + 4095) >> 12)
  }

  private let frames: FrameTable
  // Heads of the lists of free blocks, by zone and order.
  private var heads = InlineArray<627, UInt32>(repeating: PageInfo.endOfList)
  /// Free frames in all zones.
  public private(set) var freeFrames: UInt64 = 0
  /// Frames that domains have laid claim to but not yet allocated (`XENMEM_claim_pages`).
  public var claimedFrames: UInt64 = 0

  /// An empty heap over the frames of `frames`.
  public init(frames: FrameTable) { self.frames = frames }

  // Zone z holds the frames whose number has z significant bits.
  private static func zone(_ mfn: MFN) -> Int {
    min(zones - 1, 64 - mfn.rawValue.leadingZeroBitCount)
  }

  private static func slot(_ zone: Int, _ order: Int) -> Int { zone * orders + order }

  /// Hands out a block of `1 << order` frames, aligned to its size; nobody owns it yet.
  /// - Parameters:
  ///   - widthBits: every byte of the block lies below `1 << widthBits`; 64 for any.
  ///   - unclaimedOnly: leave what others have laid claim to.
  /// - Returns: the first frame, or nil if there is no such block. Its pages may carry
  ///   `needsScrub`: the caller zeroes those.
  public mutating func allocate(
    order: Int, widthBits: Int = 64, unclaimedOnly: Bool = true
  ) -> MFN? {
    guard order >= 0, order < Self.orders else { return nil }
    let size = UInt64(1) << UInt64(order)
    let reserved = unclaimedOnly ? claimedFrames : 0
    guard freeFrames >= size, freeFrames - size >= reserved else { return nil }
    // A frame number with at most widthBits - 12 bits.
    var zone = min(Self.zones - 1, max(0, widthBits - 12))
    while zone >= 0 {
      var from = order
      while from < Self.orders {
        let head = heads[Self.slot(zone, from)]
        if head != PageInfo.endOfList {
          let mfn = MFN(UInt64(head))
          unlink(mfn, zone, from)
          // Give back the upper halves until the block has the size asked for.
          while from > order {
            from -= 1
            let upper = mfn.advanced(by: UInt64(1) << UInt64(from))
            link(upper, Self.zone(upper), from)
          }
          freeFrames -= size
          return mfn
        }
        from += 1
      }
      zone -= 1
    }
    return nil
  }

  /// Takes back a block of `1 << order` frames that nobody owns, merging it with its neighbours.
  public mutating func free(_ mfn: MFN, order: Int) {
    var block = mfn
    var order = order
    freeFrames += UInt64(1) << UInt64(order)
    while order + 1 < Self.orders {
      let buddy = MFN(block.rawValue ^ (UInt64(1) << UInt64(order)))
      guard let page = frames.page(buddy), page.pointee.flags.contains(.freeHead),
        Int(page.pointee.order) == order, Self.zone(buddy) == Self.zone(block)
      else { break }
      unlink(buddy, Self.zone(buddy), order)
      if buddy < block { block = buddy }
      order += 1
    }
    link(block, Self.zone(block), order)
  }

  /// Gives the heap a run of RAM at start of day.
  public mutating func add(from start: MFN, count: UInt64) {
    var mfn = start
    var left = count
    while left > 0 {
      // The largest aligned block that fits and does not cross into another zone.
      var order = mfn.rawValue == 0 ? 0 : min(Self.orders - 1, mfn.rawValue.trailingZeroBitCount)
      while UInt64(1) << UInt64(order) > left { order -= 1 }
      free(mfn, order: order)
      mfn = mfn.advanced(by: UInt64(1) << UInt64(order))
      left -= UInt64(1) << UInt64(order)
    }
  }

  private mutating func link(_ mfn: MFN, _ zone: Int, _ order: Int) {
    let page = frames[mfn]
    let slot = Self.slot(zone, order)
    let head = heads[slot]
    page.pointee.order = UInt8(truncatingIfNeeded: order)
    page.pointee.flags.insert(.freeHead)
    page.pointee.previous = PageInfo.endOfList
    page.pointee.next = head
    if head != PageInfo.endOfList {
      frames[MFN(UInt64(head))].pointee.previous = UInt32(truncatingIfNeeded: mfn.rawValue)
    }
    heads[slot] = UInt32(truncatingIfNeeded: mfn.rawValue)
  }

  private mutating func unlink(_ mfn: MFN, _ zone: Int, _ order: Int) {
    let page = frames[mfn]
    let next = page.pointee.next
    let previous = page.pointee.previous
    if previous == PageInfo.endOfList {
      heads[Self.slot(zone, order)] = next
    } else {
      frames[MFN(UInt64(previous))].pointee.next = next
    }
    if next != PageInfo.endOfList { frames[MFN(UInt64(next))].pointee.previous = previous }
    page.pointee.next = PageInfo.endOfList
    page.pointee.previous = PageInfo.endOfList
    page.pointee.flags.remove(.freeHead)
  }
}
