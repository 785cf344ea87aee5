import EventChannels
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// How domains stop: shut down by themselves, and destroyed by the toolstack.
extension Hypervisor {
  /// Stops a domain for the reason it gives (`SHUTDOWN_*`); it stays as it is until the toolstack
  /// looks at it. A second call changes nothing.
  public func shutdown(_ domain: Ref<Domain>, reason: UInt32) {
    let isFirst = domain.pointee.stateLock.withLock {
      guard domain.pointee.shutdownReason == nil else { return false }
      domain.pointee.shutdownReason = domain.pointee.shutdownCode ?? reason
      return true
    }
    guard isFirst else { return }
    pause(domain)
    if domain.pointee.id == .dom0 {
      M.controlDomainEnded(reason: domain.pointee.shutdownReason ?? reason)
    }
    // A toolstack that saves the domain waits on a port of its own.
    let port = domain.pointee.stateLock.withLock { domain.pointee.suspendPort }
    if port != 0, domain.pointee.shutdownReason == ShutdownReason.suspend.rawValue {
      try? send(Port(port), from: domain)
    } else {
      raiseGlobal(.domainException)
    }
  }

  /// Stops a domain that broke a rule it could not be told about by an error.
  public func crash(_ domain: Ref<Domain>) {
    guard domain.pointee.shutdownReason == nil else { return }
    shutdown(domain, reason: ShutdownReason.crash.rawValue)
  }

  /// Ends the suspension of a domain (`XEN_DOMCTL_resumedomain`).
  public func resume(_ domain: Ref<Domain>) {
    let was = domain.pointee.stateLock.withLock {
      let was = domain.pointee.shutdownReason != nil
      domain.pointee.shutdownReason = nil
      domain.pointee.shutdownCode = nil
      return was
    }
    if was { unpause(domain) }
  }

  /// Takes a domain apart, a bounded piece at a time.
  /// - Returns: whether it is done; if not, call again.
  /// - Throws: `EINVAL` for dom0.
  public func destroy(_ domain: Ref<Domain>) throws(XenErrno) -> Bool {
    guard domain.pointee.id != .dom0 else { throw .EINVAL }
    let isFirst = domain.pointee.stateLock.withLock {
      guard domain.pointee.lifecycle == .alive else { return false }
      domain.pointee.lifecycle = .dying
      return true
    }
    if isFirst {
      pause(domain)
      waitUntilUnloaded(domain)
      // Whoever gives it memory looks under this lock whether it dies: from now on they all see it.
      domain.pointee.pageLock.withLock {}
      releaseClaim(domain)
      for i in 0..<domain.pointee.maximumVCPUs {
        if let vcpu = domain.pointee.vcpus[i] { stopTimers(vcpu) }
      }
      stopWatchdogs(domain)
      waitForExpiries()
      closeAllPorts(domain)
    }
    if domain.pointee.lifecycle == .dead { return true }
    guard releaseGrants(domain) else { return false }
    guard M.relinquishMemory(domain, in: self) else { return false }
    let isLast = domain.pointee.stateLock.withLock {
      guard domain.pointee.lifecycle == .dying else { return false }
      domain.pointee.lifecycle = .dead
      return true
    }
    if isLast {
      state.pointee.schedulerLock.withLock {
        for i in 0..<domain.pointee.maximumVCPUs {
          if let vcpu = domain.pointee.vcpus[i] {
            state.pointee.scheduler.remove(vcpu.schedulingEntity)
          }
        }
      }
      releaseInfoFrames(domain)
      releaseFromOwner(domain.pointee.sharedInfo)
      raiseGlobal(.domainException)
      // The table's reference: the record goes when the last frame and the last holder have gone.
      dropDomainReference(domain)
    }
    return true
  }

  // Gives back the frames that held the vcpu_info of a dead domain's vCPUs: those that the guest
  // registered, and those that stood in until it did.
  private func releaseInfoFrames(_ domain: Ref<Domain>) {
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let vcpu = domain.pointee.vcpus[i] else { continue }
      let frame = vcpu.pointee.infoFrame
      guard frame != domain.pointee.sharedInfo else { continue }
      vcpu.pointee.infoFrame = domain.pointee.sharedInfo
      vcpu.pointee.infoOffset = 0
      if vcpu.pointee.hasRegisteredInfo {
        vcpu.pointee.hasRegisteredInfo = false
        M.releaseWritableFrame(frame, in: self)
      } else {
        releaseFromOwner(frame)
      }
    }
  }

  /// Sets memory aside so that a domain can come to have `frames` frames in all.
  /// - Throws: `EINVAL` if it has a claim, has as many already, or may not have as many; `ENOMEM`.
  public func claim(_ frames: UInt64, for domain: Ref<Domain>) throws(XenErrno) {
    try domain.pointee.pageLock.withLock { () throws(XenErrno) in
      guard domain.pointee.claimedFrames == 0, frames > domain.pointee.totalFrames,
        frames <= domain.pointee.maximumFrames, !domain.pointee.isDying
      else { throw .EINVAL }
      let more = frames - domain.pointee.totalFrames
      try state.pointee.heap.withLock { heap throws(XenErrno) in
        guard heap.freeFrames >= heap.claimedFrames,
          heap.freeFrames - heap.claimedFrames >= more
        else { throw .ENOMEM }
        heap.claimedFrames += more
      }
      domain.pointee.claimedFrames = more
    }
  }

  /// Gives back frames that a domain laid claim to and has not allocated.
  public func releaseClaim(_ domain: Ref<Domain>) {
    let claimed = domain.pointee.pageLock.withLock {
      let claimed = domain.pointee.claimedFrames
      domain.pointee.claimedFrames = 0
      return claimed
    }
    if claimed != 0 {
      state.pointee.heap.withLock { $0.claimedFrames -= min($0.claimedFrames, claimed) }
    }
  }
}
