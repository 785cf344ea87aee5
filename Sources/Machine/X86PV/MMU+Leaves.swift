import Machine
import Memory
import Primitives
import Synchronization
import X86Format
import XenABI

/// Leaf entries: what an entry that maps a page holds, and tables of such entries.
extension MMU {
  /// Takes what a present leaf entry needs: a reference to its frame, and a writable use if it
  /// allows writes. Frames that are no memory need permission instead and are not counted.
  /// - Parameters:
  ///   - tableOwner: whose table the entry goes into.
  ///   - frameOwner: whose frame it is to be; `.io` for no memory.
  ///   - caller: who asks.
  /// - Returns: the entry to write, which may allow less than the one given.
  /// - Throws: `EINVAL` for flags that are not allowed and for the frame number that means none;
  ///   `EPERM` for a device that is not permitted; `EBUSY` for a frame that is somebody else's or
  ///   in use as something that must not be written; `EACCES` for a memory type that is not
  ///   allowed.
  func takeLeaf(
    _ entry: PageTableEntry, in tableOwner: DomainID, of frameOwner: DomainID, by caller: DomainID
  ) throws(XenErrno) -> PageTableEntry {
    let cache = host.cachePolicy(of: tableOwner)
    guard EntryRules.isAllowed(entry, .l1, cache: cache, noExecute: host.noExecute) else {
      throw .EINVAL
    }
    return try holdLeaf(entry, in: tableOwner, of: frameOwner, by: caller)
  }

  /// As `takeLeaf`, for an entry whose flags are known to be allowed.
  func holdLeaf(
    _ entry: PageTableEntry, in tableOwner: DomainID, of frameOwner: DomainID, by caller: DomainID
  ) throws(XenErrno) -> PageTableEntry {
    let mfn = entry.frame
    guard let page = host.frames.page(mfn), page.pointee.owner != .io else {
      return try deviceLeaf(entry, tableOwner, frameOwner == .io ? caller : frameOwner)
    }
    guard let owner = host.frames.takeReference(page, expectedOwner: nil) else { throw .EBUSY }
    // A privileged domain may pass on its right to map another's frames.
    guard
      owner == frameOwner || (frameOwner != tableOwner && host.isPrivileged(frameOwner))
    else {
      putFrame(mfn)
      throw .EBUSY
    }
    let isWritable = entry.flags.contains(.writable)
    if isWritable {
      do throws(TypeRefusal) { try takeWritable(mfn, page) } catch {
        putFrame(mfn)
        throw .EBUSY
      }
    }
    if entry.flags.intersects(.cacheability) {
      guard !page.pointee.flags.contains(.shared) else {
        if isWritable { putLeafType(mfn) }
        putFrame(mfn)
        throw .EACCES
      }
      if isWritable, EntryRules.isWriteCombining(entry) {
        page.pointee.type.bitwiseOr(PageTypeWord.uncachedBit, ordering: .relaxed)
      }
    }
    return entry
  }

  private func deviceLeaf(
    _ entry: PageTableEntry, _ tableOwner: DomainID, _ frameOwner: DomainID
  ) throws(XenErrno) -> PageTableEntry {
    let mfn = entry.frame
    guard host.mayMapDevice(frameOwner, mfn),
      frameOwner == tableOwner || host.mayMapDevice(tableOwner, mfn)
    else { throw mfn == EntryRules.noFrame ? .EINVAL : .EPERM }
    return EntryRules.deviceEntry(entry, isReadOnly: host.isReadOnlyDevice(mfn))
  }

  /// Drops what a leaf entry of `tableOwner`'s held, if it held anything.
  ///
  /// A guest that takes a grant's mapping away like this can never give the grant back.
  func putLeaf(_ entry: PageTableEntry, in tableOwner: DomainID) {
    let mfn = entry.frame
    guard entry.isPresent, let page = host.frames.page(mfn), page.pointee.owner != .io else {
      return
    }
    if entry.flags.contains(.writable) {
      if page.pointee.owner != tableOwner {
        page.pointee.type.bitwiseOr(PageTypeWord.foreignBit, ordering: .relaxed)
      }
      putLeafType(mfn)
    }
    putFrame(mfn)
  }

  /// Takes what the entries of a table of leaves need and writes them as they are to be.
  /// - Throws: what the first entry that is not allowed throws; then the table holds nothing.
  func checkLeafTable(_ mfn: MFN, _ page: Ref<PageInfo>) throws(TypeRefusal) {
    let owner = page.pointee.owner
    var present = PresentEntries(host.memory[mfn])
    while let i = present.next() {
      let old = entry(mfn, i)
      do throws(XenErrno) {
        let checked = try takeLeaf(old, in: owner, of: owner, by: owner)
        let new = EntryRules.adjusted(checked, .l1)
        if new != old { setEntry(mfn, i, new) }
      } catch {
        for j in 0..<i { putLeaf(entry(mfn, j), in: owner) }
        throw TypeRefusal(error)
      }
    }
  }

  /// Drops what the entries of a table of leaves hold.
  func releaseLeafTable(_ mfn: MFN, _ page: Ref<PageInfo>) {
    let owner = page.pointee.owner
    var present = PresentEntries(host.memory[mfn])
    while let i = present.next() {
      putLeaf(entry(mfn, i), in: owner)
    }
  }
}
