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
      shutdown(caller.domain, reason: request.reason)
      return .success
    case .shutdownCode:
      let request = try read(GuestHandle<SchedShutdown>(address: address))
      caller.domain.pointee.stateLock.withLock {
        caller.domain.pointee.shutdownCode = request.reason
      }
      return .success
    case .remoteShutdown:
      let request = try read(GuestHandle<SchedRemoteShutdown>(address: address))
      guard caller.domain.pointee.isPrivileged else { throw .EPERM }
      guard let target = domain(DomainID(request.domain)) else { throw .ESRCH }
      shutdown(target.domain, reason: request.reason)
      return .success
    case .watchdog, .pinOverride:
      throw .ENOSYS
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
      shutdown(caller.domain, reason: UInt32(truncatingIfNeeded: arguments.second))
      return .success
    default:
      throw .ENOSYS
    }
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
    vcpu.pointee.timerLock.withLock {
      if request.timeout == 0 {
        // One that an earlier wait left behind must not end this one.
        disarm(vcpu.pollTimer)
      } else {
        arm(vcpu.pollTimer, at: SystemTime(nanoseconds: request.timeout), for: vcpu)
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
