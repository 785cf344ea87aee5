import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// Making vCPUs run and stop.
extension Hypervisor {
  /// Lets the scheduler know that a vCPU may have become able to run.
  public func wake(_ vcpu: Ref<VCPU>) {
    let now = M.now
    let cpu = state.pointee.schedulerLock.withLock { () -> CPUIndex? in
      guard vcpu.pointee.isRunnable else { return nil }
      if vcpu.pointee.runstate.state != .running, vcpu.pointee.runstate.state != .runnable {
        vcpu.pointee.runstate.enter(.runnable, at: now)
      }
      return state.pointee.scheduler.wake(entity(vcpu), now: now)
    }
    if let cpu { requestReschedule(cpu) }
  }

  /// Lets the scheduler know that a vCPU must not run; if it is on a CPU it leaves that soon.
  public func sleepWithoutWaiting(_ vcpu: Ref<VCPU>) {
    let now = M.now
    let cpu = state.pointee.schedulerLock.withLock { () -> CPUIndex? in
      guard !vcpu.pointee.isRunnable else { return nil }
      if vcpu.pointee.runstate.state == .runnable {
        vcpu.pointee.runstate.enter(restingState(vcpu), at: now)
      }
      return state.pointee.scheduler.sleep(entity(vcpu))
    }
    if let cpu { requestReschedule(cpu) }
  }

  /// What a vCPU that does not run is doing.
  public func restingState(_ vcpu: Ref<VCPU>) -> RunState {
    let blockers = VCPUBlockers(rawValue: vcpu.pointee.blockers.load(ordering: .relaxed))
    return blockers.intersects(.blocked | .polling) ? .blocked : .offline
  }

  /// Asks `cpu` to decide again who runs.
  public func requestReschedule(_ cpu: CPUIndex) {
    guard let target = state.pointee.cpus.at(cpu.index) else { return }
    target.pointee.raise(.reschedule)
    if cpu != M.currentCPU { M.kick(cpu) }
  }

  /// Holds a vCPU: it does not run until `unpause`. It may still be leaving its CPU on return;
  /// `waitUntilUnloaded` waits for that.
  public func pause(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.pauseCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    sleepWithoutWaiting(vcpu)
  }

  /// Ends one `pause`.
  public func unpause(_ vcpu: Ref<VCPU>) {
    let left = vcpu.pointee.pauseCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    if left.newValue == 0 { wake(vcpu) }
  }

  /// Holds all vCPUs of a domain.
  public func pause(_ domain: Ref<Domain>) {
    domain.pointee.pauseCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    for i in 0..<domain.pointee.maximumVCPUs {
      if let vcpu = domain.pointee.vcpus[i] { sleepWithoutWaiting(vcpu) }
    }
  }

  /// Ends one `pause` of a domain.
  public func unpause(_ domain: Ref<Domain>) {
    let left = domain.pointee.pauseCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    guard left.newValue == 0 else { return }
    for i in 0..<domain.pointee.maximumVCPUs {
      if let vcpu = domain.pointee.vcpus[i] { wake(vcpu) }
    }
  }

  /// Waits until no CPU holds the vCPU's registers. The vCPU is paused and is not the caller's.
  ///
  /// A CPU that has chosen the vCPU loads it before it finds that it must not run, so the choice
  /// counts as well: it is looked at first, and no CPU chooses a vCPU that is paused.
  public func waitUntilUnloaded(_ vcpu: Ref<VCPU>) {
    while state.pointee.schedulerLock.withLock({ vcpu.pointee.scheduling.isRunning }) {
      spinTurn()
    }
    while vcpu.pointee.isLoaded.load(ordering: .acquiring) { spinTurn() }
  }

  /// Waits until no CPU holds registers of the domain, the caller's own vCPU excepted.
  public func waitUntilUnloaded(_ domain: Ref<Domain>) {
    for i in 0..<domain.pointee.maximumVCPUs {
      if let vcpu = domain.pointee.vcpus[i], vcpu != current { waitUntilUnloaded(vcpu) }
    }
  }

  /// Tells a vCPU that an event is pending for it: ends its wait, or makes it look if it runs.
  public func notifyUpcall(_ vcpu: Ref<VCPU>) {
    let waiting = VCPUBlockers.blocked | .polling
    let old = vcpu.pointee.blockers.bitwiseAnd(
      ~waiting.rawValue, ordering: .sequentiallyConsistent
    ).oldValue
    if VCPUBlockers(rawValue: old).intersects(waiting) {
      if VCPUBlockers(rawValue: old).contains(.polling) {
        vcpu.pointee.domain.pointee.pollers.remove(vcpu.pointee.id)
      }
      wake(vcpu)
      return
    }
    // It may be in its guest on another CPU: an interrupt there makes it look at its events.
    if vcpu.pointee.isLoaded.load(ordering: .sequentiallyConsistent), vcpu != current {
      M.kick(vcpu.pointee.scheduling.cpu)
    }
  }

  /// The scheduler's part of a vCPU, in place.
  public func entity(_ vcpu: Ref<VCPU>) -> Ref<SchedulingEntity> { vcpu.schedulingEntity }
}
