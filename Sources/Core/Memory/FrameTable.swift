import Machine
import Primitives
import Synchronization

/// A `PageInfo` for every frame of RAM, found by frame number.
public struct FrameTable: Sendable {
  private let pages: Table<PageInfo>
  private let present: Table<UInt64>

  /// Describes a frame table.
  /// - Parameters:
  ///   - pages: one entry per frame number, mapped and initialised at least where `present` says so.
  ///   - present: one bit per frame number, set for RAM; 64 to a word.
  public init(pages: Table<PageInfo>, present: Table<UInt64>) {
    self.pages = pages
    self.present = present
  }

  /// One more than the highest frame number the table knows.
  public var limit: UInt64 { UInt64(pages.count) }

  /// The entry of `mfn`, or nil where there is no RAM.
  public func page(_ mfn: MFN) -> Ref<PageInfo>? {
    guard mfn.rawValue < UInt64(pages.count) else { return nil }
    let n = Int(truncatingIfNeeded: mfn.rawValue)
    guard let word = present.at(n >> 6), word.pointee >> UInt64(n & 63) & 1 != 0 else { return nil }
    return pages.at(n)
  }

  /// Whether `mfn` is a frame of RAM.
  public func isMemory(_ mfn: MFN) -> Bool { page(mfn) != nil }

  /// The entry of a frame that the caller knows to be RAM (a broken promise traps).
  public subscript(mfn: MFN) -> Ref<PageInfo> {
    pages[Int(truncatingIfNeeded: mfn.rawValue)]
  }

  /// The owner of `mfn`: `DomainID.invalid` if it is free, nil where there is no RAM.
  public func owner(of mfn: MFN) -> DomainID? { page(mfn)?.pointee.owner }

  /// Takes a reference to `mfn` if it is RAM, in use, and owned by `owner`.
  /// - Returns: whether the reference was taken.
  public func takeReference(_ mfn: MFN, ownedBy owner: DomainID) -> Bool {
    guard let page = page(mfn) else { return false }
    return takeReference(page, expectedOwner: owner) != nil
  }

  /// Takes a reference to `mfn`, whoever owns it.
  /// - Returns: the owner, or nil if the frame is not RAM or not in use.
  public func takeReference(_ mfn: MFN) -> DomainID? {
    guard let page = page(mfn) else { return nil }
    return takeReference(page, expectedOwner: nil)
  }

  /// Takes one more reference to a frame in use, if it has the expected owner.
  /// - Returns: the owner, or nil if nobody refers to the frame, the owner differs, or the count
  ///   is full.
  public func takeReference(_ page: Ref<PageInfo>, expectedOwner: DomainID?) -> DomainID? {
    var old = page.pointee.count.load(ordering: .relaxed)
    while true {
      let references = old & PageCount.references
      guard references != 0, references != PageCount.references else { return nil }
      let owner = PageCount.owner(old)
      if let expectedOwner, expectedOwner != owner { return nil }
      // Acquiring: pairs with the releasing store in `PageInfo.assign`.
      let r = page.pointee.count.compareExchange(
        expected: old, desired: old &+ 1, ordering: .acquiringAndReleasing)
      if r.exchanged { return owner }
      old = r.original
    }
  }

  /// Drops a reference.
  /// - Returns: true if it was the last: the caller then gives the frame back to its owner's
  ///   account and to the heap.
  public func dropReference(_ page: Ref<PageInfo>) -> Bool {
    let r = page.pointee.count.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    return r.newValue & PageCount.references == 0
  }

  /// Clears the owner's mark.
  /// - Returns: true if it was set: the caller then drops the owner's reference.
  public func clearAllocated(_ page: Ref<PageInfo>) -> Bool {
    let r = page.pointee.count.bitwiseAnd(~PageCount.allocated, ordering: .acquiringAndReleasing)
    return r.oldValue & PageCount.allocated != 0
  }
}
