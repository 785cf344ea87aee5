import Domains
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// Taking memory away: a dying domain's, all of it; a living one's, frame by frame.
extension Hypervisor where M: X86Hardware {
  /// Takes page tables and memory away from a dying domain, none of whose vCPUs runs any more.
  /// - Returns: false if interrupted: call again.
  public func relinquishPVMemory(_ domain: Ref<Domain>) -> Bool {
    guard domain.hasPV else { return true }
    let pv = domain.pv
    while true {
      switch pv.pointee.memory.teardown {
      case .vcpus:
        relinquishPlatform(domain)
        for i in 0..<domain.pointee.maximumVCPUs {
          guard let vcpu = domain.pointee.vcpus[i], vcpu.pointee.architecture != 0 else { continue }
          if !dropVCPUMemory(vcpu) { return false }
        }
        beginTeardown(.tables, domain)
      case .tables:
        while pv.pointee.memory.teardownLeft > 0 {
          guard letGoOfNextTable(domain) else { return false }
          if M.hasPendingInterrupt { return false }
        }
        beginTeardown(.frames, domain)
      case .frames:
        while pv.pointee.memory.teardownLeft > 0 {
          releaseNextFrame(domain)
          if M.hasPendingInterrupt { return false }
        }
        pv.pointee.memory.teardown = .done
      case .done:
        return true
      }
    }
  }

  private func beginTeardown(_ step: MemoryTeardown, _ domain: Ref<Domain>) {
    let pv = domain.pv
    pv.pointee.memory.teardown = step
    pv.pointee.memory.teardownLeft = domain.pointee.pageLock.withLock {
      domain.pointee.pages.count
    }
  }

  // The first frame of the list goes to its end, with a reference for the caller; nil if it is just
  // going away.
  private func nextFrame(_ domain: Ref<Domain>) -> MFN? {
    domain.pointee.pageLock.withLock {
      guard let mfn = domain.pointee.pages.first else { return nil }
      domain.pointee.pages.remove(mfn, in: frames)
      domain.pointee.pages.append(mfn, in: frames)
      return frames.takeReference(mfn, ownedBy: domain.pointee.id) ? mfn : nil
    }
  }

  // Ends the pin of the next frame, and undoes it if it was left half-way.
  // - Returns: false if that was interrupted; the frame then is left half-way and comes again.
  private func letGoOfNextTable(_ domain: Ref<Domain>) -> Bool {
    let pv = domain.pv
    guard let mfn = nextFrame(domain) else {
      pv.pointee.memory.teardownLeft -= 1
      return true
    }
    let mmu = mmu(for: domain)
    let isFinished = mmu.letGoOfTable(mfn, of: domain.pointee.id)
    if isFinished {
      pv.pointee.memory.teardownLeft -= 1
    } else {
      // It comes first again, so that every frame is finished when as many were as there are.
      domain.pointee.pageLock.withLock {
        domain.pointee.pages.remove(mfn, in: frames)
        domain.pointee.pages.prepend(mfn, in: frames)
      }
    }
    mmu.putFrame(mfn)
    return isFinished
  }

  private func releaseNextFrame(_ domain: Ref<Domain>) {
    let pv = domain.pv
    pv.pointee.memory.teardownLeft -= 1
    guard let mfn = nextFrame(domain) else { return }
    releaseFromOwner(mfn)
    putPage(mfn)
  }

  /// Takes a frame away from the domain that owns it (`XENMEM_decrease_reservation`): it goes back
  /// to the heap when nobody maps it any more.
  /// - Throws: `EINVAL` if the domain does not own the frame or has given it up before.
  public func giveUpFrame(_ mfn: MFN, of domain: Ref<Domain>) throws(XenErrno) {
    guard frames.takeReference(mfn, ownedBy: domain.pointee.id) else { throw .EINVAL }
    defer { putPage(mfn) }
    guard !frames[mfn].pointee.flags.contains(.shared), releaseFromOwner(mfn) else {
      throw .EINVAL
    }
  }

  /// Whether a frame may leave its owner's hands (`XENMEM_exchange`, grant transfer): the owner's
  /// reference is the only one, so nobody maps or uses it.
  public func isUnused(_ mfn: MFN, of domain: Ref<Domain>) -> Bool {
    guard let page = frames.page(mfn) else { return false }
    let word = page.pointee.count.load(ordering: .acquiring)
    return PageCount.owner(word) == domain.pointee.id && word & PageCount.allocated != 0
      && word & PageCount.references == 1 && !page.pointee.flags.contains(.shared)
  }

  /// What `XEN_DOMCTL_getpageframeinfo3` says of a frame.
  public func pageFrameInfo(_ mfn: MFN, of domain: Ref<Domain>) -> UInt64 {
    guard frames.takeReference(mfn, ownedBy: domain.pointee.id) else {
      return PageFrameInfo.invalid
    }
    defer { putPage(mfn) }
    let word = mmu(for: domain).type(of: mfn)
    guard let level = word.kind.level, word.count != 0 || word.isPinned else {
      return PageFrameInfo.notATable
    }
    let kind = UInt64(level.rawValue) << PageFrameInfo.shift
    return word.isPinned ? kind | PageFrameInfo.pinned : kind
  }
}

extension MMU {
  /// Ends a frame's pin and undoes it if it is partial. The caller holds a reference.
  /// - Returns: false if interrupted: the frame is partial.
  func letGoOfTable(_ mfn: MFN, of owner: DomainID) -> Bool {
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    do throws(TypeRefusal) {
      if takePin(mfn) {
        // The pin's own reference.
        defer { putFrame(mfn) }
        try putType(mfn)
      }
      try putPartial(mfn)
    } catch {
      return false
    }
    return true
  }
}
