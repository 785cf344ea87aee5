import Domains
import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// `HYPERVISOR_sched_op`: giving up the CPU, waiting, shutting down.
extension Hypervisor {
  /// Performs a `SCHEDOP_*`.
  public func schedOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = SchedOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    let address = arguments.second
    switch operation {
    case .yield:
      state.pointee.schedulerLock.withLock {
        state.pointee.scheduler.yield(caller.vcpu.schedulingEntity)
      }
      thisCPU.pointee.raise(.reschedule)
      return .success
    case .block:
      block(caller.vcpu)
      return .success
    case .poll:
      return try poll(caller.vcpu, try read(GuestHandle<SchedPoll>(address: address)))
    case .shutdown:
      let request = try read(GuestHandle<SchedShutdown>(address: address))
      shutdown(caller.domain, reason: request.reason & 0xff)
      return .success
    case .shutdownCode:
      let request = try read(GuestHandle<SchedShutdown>(address: address))
      caller.domain.pointee.stateLock.withLock {
        // The first one stays.
        guard caller.domain.pointee.shutdownCode == nil else { return }
        caller.domain.pointee.shutdownCode = request.reason & 0xff
      }
      return .success
    case .remoteShutdown:
      let request = try read(GuestHandle<SchedRemoteShutdown>(address: address))
      guard let target = domain(DomainID(request.domain)) else { throw .ESRCH }
      guard caller.domain.pointee.isPrivileged else { throw .EPERM }
      shutdown(target.domain, reason: request.reason & 0xff)
      return .success
    case .watchdog:
      let request = try read(GuestHandle<SchedWatchdog>(address: address))
      let id = try setWatchdog(request.id, seconds: request.timeout, by: caller.vcpu)
      // A third one is refused by a number of 32 bits: the ABI's slip, which callers know.
      return .done(Int64(id ?? 0 &- UInt32(XenErrno.ENOSPC.rawValue)))
    case .pinOverride:
      guard caller.domain.pointee.id == .dom0 else { throw .EPERM }
      let request = try read(GuestHandle<SchedPinOverride>(address: address))
      try overrideAffinity(caller.vcpu, request.pcpu)
      return .success
    }
  }

  /// `HYPERVISOR_sched_op_compat`: an operation and one word.
  public func oldSchedOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    switch SchedOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) {
    case .yield, .block:
      return try schedOperation(caller, arguments)
    case .shutdown:
      shutdown(caller.domain, reason: UInt32(truncatingIfNeeded: arguments.second) & 0xff)
      return .success
    default:
      throw .ENOSYS
    }
  }

  // Pins a vCPU to one CPU until told to undo that by a negative number.
  private func overrideAffinity(_ vcpu: Ref<VCPU>, _ cpu: Int32) throws(XenErrno) {
    let now = M.now
    let other = try state.pointee.schedulerLock.withLock { () throws(XenErrno) -> CPUIndex? in
      if cpu < 0 {
        guard let affinity = vcpu.pointee.overriddenAffinity else { throw .EINVAL }
        vcpu.pointee.overriddenAffinity = nil
        vcpu.pointee.scheduling.hardAffinity = affinity
      } else {
        guard Int(cpu) < state.pointee.cpus.count else { throw .EINVAL }
        guard vcpu.pointee.overriddenAffinity == nil else { throw .EBUSY }
        guard state.pointee.onlineCPUs.contains(Int(cpu)) else { throw .EINVAL }
        vcpu.pointee.overriddenAffinity = vcpu.pointee.scheduling.hardAffinity
        var only = CPUSet()
        only.insert(Int(cpu))
        vcpu.pointee.scheduling.hardAffinity = only
      }
      return state.pointee.scheduler.affinityChanged(vcpu.schedulingEntity, now: now)
    }
    if let other { requestReschedule(other) }
  }

  /// Waits for an event, unless one is pending already.
  public func block(_ vcpu: Ref<VCPU>) {
    // Waiting with upcalls masked would never end: blocking unmasks them.
    setUpcallMask(vcpu, false)
    vcpu.pointee.blockers.bitwiseOr(
      VCPUBlockers.blocked.rawValue, ordering: .sequentiallyConsistent)
    // Whoever sets the pending flag after this look finds the vCPU blocked and wakes it.
    if isUpcallPending(vcpu) {
      vcpu.pointee.blockers.bitwiseAnd(
        ~VCPUBlockers.blocked.rawValue, ordering: .sequentiallyConsistent)
      return
    }
    sleepWithoutWaiting(vcpu)
    thisCPU.pointee.raise(.reschedule)
  }

  // Waits until one of some ports is pending, or until a moment.
  private func poll(_ vcpu: Ref<VCPU>, _ request: SchedPoll) throws(XenErrno) -> HypercallOutcome {
    let domain = vcpu.pointee.domain
    guard request.portCount <= 128 else { throw .EINVAL }
    let only =
      request.portCount == 1 ? try read(request.ports, at: 0) : 0
    vcpu.pointee.pollPort.store(only, ordering: .relaxed)
    domain.pointee.pollers.insert(vcpu.pointee.id)
    vcpu.pointee.blockers.bitwiseOr(
      VCPUBlockers.polling.rawValue, ordering: .sequentiallyConsistent)
    // From here on a port that becomes pending ends the wait; look at those that were before.
    do throws(XenErrno) {
      for i in 0..<request.portCount {
        let port = try read(request.ports, at: UInt64(i))
        if try isPortPending(domain, port) {
          endPoll(vcpu)
          return .success
        }
      }
    } catch {
      endPoll(vcpu)
      throw error
    }
    if isUpcallPending(vcpu), !isUpcallMasked(vcpu) {
      endPoll(vcpu)
      return .success
    }
    let end = deadline(request.timeout)
    vcpu.pointee.timerLock.withLock {
      // One that an earlier poll has left would end this one.
      if request.timeout == 0 {
        disarm(vcpu.pollTimer)
      } else {
        arm(vcpu.pollTimer, at: end, for: vcpu)
      }
    }
    sleepWithoutWaiting(vcpu)
    thisCPU.pointee.raise(.reschedule)
    return .success
  }

  private func endPoll(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.blockers.bitwiseAnd(
      ~VCPUBlockers.polling.rawValue, ordering: .sequentiallyConsistent)
    vcpu.pointee.domain.pointee.pollers.remove(vcpu.pointee.id)
  }
}
