import Machine
import Memory
import Primitives
import Sync
import Synchronization
import XenABI

/// Exchanging a domain's frames for others: its account stays as it is meanwhile.
extension Hypervisor {
  /// Takes a frame that nobody but its owner refers to out of the owner's hands. It is in no list
  /// then, but still in the owner's account: follow with `giveBack` or `freeTaken`.
  /// - Returns: false if the frame is not the domain's, or is in use.
  public func takeUnused(_ mfn: MFN, from domain: Ref<Domain>) -> Bool {
    guard let page = frames.page(mfn) else { return false }
    let unused = PageCount.ownerField(domain.pointee.id) | PageCount.allocated | 1
    return domain.pointee.pageLock.withLock {
      guard page.pointee.flags.contains(.listed) else { return false }
      let taken = page.pointee.count.compareExchange(
        expected: unused, desired: PageCount.free, ordering: .acquiringAndReleasing)
      guard taken.exchanged else { return false }
      domain.pointee.pages.remove(mfn, in: frames)
      page.pointee.flags.remove(.listed)
      return true
    }
  }

  /// Puts `1 << order` frames, which are in a domain's account already, into its hands; those of a
  /// domain that has begun to die go to the heap.
  public func giveBack(_ mfn: MFN, order: Int = 0, to domain: Ref<Domain>) {
    let count = UInt64(1) << UInt64(order)
    guard !takeOver(mfn, count, for: domain) else { return }
    for i in 0..<count { freeTaken(mfn.advanced(by: i)) }
  }

  /// Gives a frame that `takeUnused` took to the heap, in exchange for one that was allocated by
  /// `allocateForExchange`.
  public func freeTaken(_ mfn: MFN) {
    let page = frames[mfn]
    page.pointee.tlbStamp = state.pointee.tlb.present
    page.pointee.flags = .needsScrub
    setMachineToPhysical(mfn, MachineToPhysical.invalid)
    state.pointee.heap.withLock { $0.free(mfn, order: 0) }
  }

  /// Takes `1 << order` zeroed, consecutive frames that nobody owns yet and no account counts.
  /// - Parameter widthBits: the frames lie below `1 << widthBits`.
  public func allocateForExchange(order: Int, widthBits: Int) -> MFN? {
    let found = state.pointee.heap.withLock { $0.allocate(order: order, widthBits: widthBits) }
    guard let found else { return nil }
    prepareForOwner(found, UInt64(1) << UInt64(order))
    return found
  }

  /// Gives frames of `allocateForExchange` back.
  public func freeUnowned(_ mfn: MFN, order: Int) {
    state.pointee.heap.withLock { $0.free(mfn, order: order) }
  }
}
