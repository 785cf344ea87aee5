import Machine
import Memory
import Primitives
import Sync
import Synchronization
import XenABI

/// Frames: from the heap to a domain's account and back.
extension Hypervisor {
  /// Takes a zeroed frame for the hypervisor itself.
  public func allocateOwnFrame() -> MFN? { allocateOwnFrames(order: 0) }

  /// Takes `1 << order` zeroed, consecutive frames for the hypervisor itself.
  ///
  /// A guest that gave one of them up may have left a translation behind on some CPU: it must be
  /// gone before the hypervisor relies on what it writes there.
  public func allocateOwnFrames(order: Int) -> MFN? {
    guard let mfn = state.pointee.heap.withLock({ $0.allocate(order: order) }) else { return nil }
    let count = UInt64(1) << UInt64(order)
    flushStaleTranslations(mfn, count)
    for i in 0..<count { clear(mfn.advanced(by: i)) }
    return mfn
  }

  /// Gives frames of the hypervisor itself back.
  public func freeOwnFrames(_ mfn: MFN, order: Int = 0) {
    for i in 0..<(UInt64(1) << UInt64(order)) {
      let page = frames[mfn.advanced(by: i)]
      page.pointee.markFree()
      page.pointee.flags = .needsScrub
    }
    state.pointee.heap.withLock { $0.free(mfn, order: order) }
  }

  /// Allocates `1 << order` consecutive frames into a domain's account and page list.
  /// - Parameter widthBits: the frames lie below `1 << widthBits`.
  /// - Throws: `ENOMEM` if the account or the heap has no room, or the domain is dying.
  public func allocateFrames(
    for domain: Ref<Domain>, order: Int, widthBits: Int = 64
  ) throws(XenErrno) -> MFN {
    let count = UInt64(1) << UInt64(order)
    // Room in the account first; claimed frames are used up before the general heap.
    let fromClaim = domain.pointee.pageLock.withLock { () -> UInt64? in
      guard !domain.pointee.isDying,
        domain.pointee.totalFrames <= domain.pointee.maximumFrames,
        domain.pointee.maximumFrames - domain.pointee.totalFrames >= count
      else { return nil }
      if domain.pointee.totalFrames == 0 { takeDomainReference(domain) }
      domain.pointee.totalFrames += count
      let claimed = min(domain.pointee.claimedFrames, count)
      domain.pointee.claimedFrames -= claimed
      return claimed
    }
    guard let fromClaim else { throw .ENOMEM }
    let mfn = state.pointee.heap.withLock { heap -> MFN? in
      heap.claimedFrames -= min(heap.claimedFrames, fromClaim)
      if let mfn = heap.allocate(order: order, widthBits: widthBits) { return mfn }
      heap.claimedFrames += fromClaim
      return nil
    }
    guard let mfn else {
      let (isLast, isGone) = domain.pointee.pageLock.withLock {
        domain.pointee.totalFrames -= count
        // The claim of a domain that began to die meanwhile was given back already.
        let isDying = domain.pointee.isDying
        if !isDying { domain.pointee.claimedFrames += fromClaim }
        return (domain.pointee.totalFrames == 0, isDying)
      }
      if isGone { state.pointee.heap.withLock { $0.claimedFrames -= fromClaim } }
      if isLast { dropDomainReference(domain) }
      throw .ENOMEM
    }
    prepareForOwner(mfn, count)
    guard takeOver(mfn, count, for: domain) else {
      state.pointee.heap.withLock { $0.free(mfn, order: order) }
      throw .ENOMEM
    }
    return mfn
  }

  // Puts frames, which are in a domain's account already, into its hands. The list of a domain that
  // has begun to die meanwhile may have been walked to its end: such frames leave the account, and
  // are the caller's again.
  // - Returns: whether the domain has them.
  func takeOver(_ mfn: MFN, _ count: UInt64, for domain: Ref<Domain>) -> Bool {
    let (isTaken, isLast) = domain.pointee.pageLock.withLock {
      guard !domain.pointee.isDying else {
        domain.pointee.totalFrames -= count
        return (false, domain.pointee.totalFrames == 0)
      }
      for i in 0..<count {
        let frame = mfn.advanced(by: i)
        let page = frames[frame]
        page.pointee.flags = .listed
        page.pointee.type.store(0, ordering: .relaxed)
        page.pointee.assign(to: domain.pointee.id)
        domain.pointee.pages.append(frame, in: frames)
      }
      return (true, false)
    }
    if isLast { dropDomainReference(domain) }
    return isTaken
  }

  /// Takes a zeroed frame that is the hypervisor's own but that `domain` may map: shared info,
  /// grant table, and the like. It counts against no limit of the domain's but is recorded.
  /// - Throws: `ENOMEM`, `EINVAL` if the domain is dying.
  public func allocateSharedFrame(for domain: Ref<Domain>) throws(XenErrno) -> MFN {
    guard let mfn = allocateOwnFrame() else { throw .ENOMEM }
    guard shareFrame(mfn, with: domain) else {
      freeOwnFrames(mfn)
      throw .EINVAL
    }
    return mfn
  }

  // Hands a frame of the hypervisor's own to a domain as shared memory.
  // - Returns: false if the domain is dying: what it holds now must not become more.
  func shareFrame(_ mfn: MFN, with domain: Ref<Domain>) -> Bool {
    setMachineToPhysical(mfn, MachineToPhysical.invalid)
    let page = frames[mfn]
    return domain.pointee.pageLock.withLock {
      guard !domain.pointee.isDying else { return false }
      if domain.pointee.sharedFrames == 0 { takeDomainReference(domain) }
      domain.pointee.sharedFrames += 1
      page.pointee.flags = .shared
      page.pointee.type.store(0, ordering: .relaxed)
      page.pointee.assign(to: domain.pointee.id)
      return true
    }
  }

  /// Takes the owner's mark off a frame and drops the reference it stands for. The frame goes back
  /// to the heap with its last reference.
  /// - Returns: false if somebody did so before.
  @discardableResult public func releaseFromOwner(_ mfn: MFN) -> Bool {
    let page = frames[mfn]
    guard frames.clearAllocated(page) else { return false }
    putPage(mfn)
    return true
  }

  /// Drops a reference to a frame; the last one takes the frame out of its owner's account and gives
  /// it back to the heap.
  public func putPage(_ mfn: MFN) {
    let page = frames[mfn]
    if frames.dropReference(page) { retire(mfn, page) }
  }

  // A frame without references: out of its owner's account, back to the heap.
  private func retire(_ mfn: MFN, _ page: Ref<PageInfo>) {
    let owner = page.pointee.owner
    let isShared = page.pointee.flags.contains(.shared)
    // The owner's record exists: its frames together hold a reference to it.
    let domain = state.pointee.domains.lock.withLock { state.pointee.domains.find(owner) }
    var isLast = false
    if let domain {
      isLast = domain.pointee.pageLock.withLock {
        if isShared {
          domain.pointee.sharedFrames -= 1
          return domain.pointee.sharedFrames == 0
        }
        if page.pointee.flags.contains(.listed) {
          domain.pointee.pages.remove(mfn, in: frames)
        }
        domain.pointee.totalFrames -= 1
        return domain.pointee.totalFrames == 0
      }
    }
    // Even a frame that was only ever read may still be in some CPU's translations: read-only
    // mappings leave no stamp of their own when they end.
    page.pointee.tlbStamp = state.pointee.tlb.present
    page.pointee.markFree()
    page.pointee.flags = .needsScrub
    setMachineToPhysical(mfn, MachineToPhysical.invalid)
    state.pointee.heap.withLock { $0.free(mfn, order: 0) }
    if isLast, let domain { dropDomainReference(domain) }
  }

  // Makes frames fresh from the heap fit for a guest: nobody sees them any more, and they are zero.
  func prepareForOwner(_ mfn: MFN, _ count: UInt64) {
    flushStaleTranslations(mfn, count)
    for i in 0..<count {
      let frame = mfn.advanced(by: i)
      if frames[frame].pointee.flags.contains(.needsScrub) { clear(frame) }
    }
  }

  // CPUs that may still cache a translation of the frames' former life must forget it first.
  private func flushStaleTranslations(_ mfn: MFN, _ count: UInt64) {
    var needed = CPUSet()
    let online = state.pointee.onlineCPUs
    for i in 0..<count {
      let stamp = frames[mfn.advanced(by: i)].pointee.tlbStamp
      guard stamp != 0 else { continue }
      needed = needed.union(state.pointee.tlb.needingFlush(online, since: stamp))
    }
    if !needed.isEmpty { M.flushTLB(on: needed) }
  }

  private func clear(_ mfn: MFN) {
    M.memory[mfn].clear()
    frames[mfn].pointee.flags.remove(.needsScrub)
  }
}
