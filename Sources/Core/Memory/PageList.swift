import Machine
import Primitives

/// A doubly linked list of frames through their frame-table entries; a frame is in at most one list.
/// Guarded by the lock of whoever holds the list.
public struct PageList: Sendable {
  private var head: UInt32 = PageInfo.endOfList
  private var tail: UInt32 = PageInfo.endOfList
  /// The number of frames in the list.
  public private(set) var count: UInt64 = 0

  /// An empty list.
  public init() {}

  /// The first frame, or nil if the list is empty.
  public var first: MFN? { head == PageInfo.endOfList ? nil : MFN(UInt64(head)) }

  /// The frame after `mfn`, which is in this list.
  public func next(after mfn: MFN, in frames: FrameTable) -> MFN? {
    let link = frames[mfn].pointee.next
    return link == PageInfo.endOfList ? nil : MFN(UInt64(link))
  }

  /// Appends a frame that is in no list.
  public mutating func append(_ mfn: MFN, in frames: FrameTable) {
    let n = UInt32(truncatingIfNeeded: mfn.rawValue)
    let page = frames[mfn]
    page.pointee.next = PageInfo.endOfList
    page.pointee.previous = tail
    if tail == PageInfo.endOfList {
      head = n
    } else {
      frames[MFN(UInt64(tail))].pointee.next = n
    }
    tail = n
    count &+= 1
  }

  /// Puts a frame that is in no list before all others.
  public mutating func prepend(_ mfn: MFN, in frames: FrameTable) {
    let n = UInt32(truncatingIfNeeded: mfn.rawValue)
    let page = frames[mfn]
    page.pointee.previous = PageInfo.endOfList
    page.pointee.next = head
    if head == PageInfo.endOfList {
      tail = n
    } else {
      frames[MFN(UInt64(head))].pointee.previous = n
    }
    head = n
    count &+= 1
  }

  /// Takes a frame that is in this list out of it.
  public mutating func remove(_ mfn: MFN, in frames: FrameTable) {
    let page = frames[mfn]
    let next = page.pointee.next
    let previous = page.pointee.previous
    if previous == PageInfo.endOfList {
      head = next
    } else {
      frames[MFN(UInt64(previous))].pointee.next = next
    }
    if next == PageInfo.endOfList {
      tail = previous
    } else {
      frames[MFN(UInt64(next))].pointee.previous = previous
    }
    page.pointee.next = PageInfo.endOfList
    page.pointee.previous = PageInfo.endOfList
    count &-= 1
  }
}
