import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import Timekeeping
import XenABI

/// The timers of vCPUs, and what their expiry does.
extension Hypervisor {
  /// Arms one of a vCPU's timers on the CPU where the vCPU is, in place of what it was armed for.
  /// Hold the vCPU's `timerLock`.
  public func arm(_ timer: Ref<Timer>, at deadline: SystemTime, for vcpu: Ref<VCPU>) {
    disarm(timer)
    let cpu = state.pointee.cpus[vcpu.pointee.scheduling.cpu.index]
    cpu.pointee.timers.withLock { $0.arm(timer, at: deadline) }
    if cpu.pointee.index == M.currentCPU {
      programTimerInterrupt()
    } else {
      cpu.pointee.raise(.timers)
      M.kick(cpu.pointee.index)
    }
  }

  /// Disarms a timer, if it is armed. Hold the vCPU's `timerLock`.
  public func disarm(_ timer: Ref<Timer>) {
    while let cpu = timer.pointee.cpu {
      let target = state.pointee.cpus[cpu.index]
      let done = target.pointee.timers.withLock { queue -> Bool in
        // It may have expired between the look and the lock.
        guard timer.pointee.cpu == cpu else { return false }
        queue.disarm(timer)
        return true
      }
      if done { return }
    }
  }

  /// Sets this CPU's timer interrupt for whatever comes first: a timer or the end of the slice.
  public func programTimerInterrupt() {
    let cpu = thisCPU
    let first = cpu.pointee.timers.withLock { $0.nextDeadline }
    M.setTimerInterrupt(at: min(first, cpu.pointee.sliceEnd))
  }

  /// Acts on every timer of this CPU that is due, and on the end of the slice.
  public func runExpiredTimers() {
    let cpu = thisCPU
    let now = M.now
    while let timer = cpu.pointee.timers.withLock({ $0.popExpired(now: now) }) {
      expire(timer, now)
    }
    if cpu.pointee.sliceEnd <= now {
      cpu.pointee.sliceEnd = .never
      cpu.pointee.raise(.reschedule)
    }
    programTimerInterrupt()
  }

  private func expire(_ timer: Ref<Timer>, _ now: SystemTime) {
    guard let vcpu = vcpu(of: timer) else { return }
    switch timer.pointee.kind {
    case .singleShot:
      raise(.timer, for: vcpu)
    case .periodic:
      raise(.timer, for: vcpu)
      vcpu.pointee.timerLock.withLock {
        let period = vcpu.pointee.periodicNanoseconds
        guard period != 0, timer.pointee.cpu == nil else { return }
        // The next multiple of the period that is still to come: late ticks are not repeated.
        let late = now.nanoseconds(since: timer.pointee.deadline)
        let periods = late / period &+ 1
        arm(
          timer, at: timer.pointee.deadline.advanced(byNanoseconds: periods &* period), for: vcpu)
      }
    case .poll:
      let polling = VCPUBlockers.polling.rawValue
      let old = vcpu.pointee.blockers.bitwiseAnd(~polling, ordering: .sequentiallyConsistent)
      if old.oldValue & polling != 0 {
        vcpu.pointee.domain.pointee.pollers.remove(vcpu.pointee.id)
        wake(vcpu)
      }
    case .watchdog:
      shutdown(vcpu.pointee.domain, reason: ShutdownReason.watchdog.rawValue)
    }
  }

  /// Starts or replaces the single-shot timer; a deadline in the past fires at once.
  public func setSingleShot(_ vcpu: Ref<VCPU>, at deadline: SystemTime) {
    vcpu.pointee.timerLock.withLock { arm(vcpu.singleShotTimer, at: deadline, for: vcpu) }
  }

  /// Stops the single-shot timer.
  public func stopSingleShot(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.timerLock.withLock { disarm(vcpu.singleShotTimer) }
  }

  /// Starts the periodic timer; a period of 0 stops it.
  public func setPeriodic(_ vcpu: Ref<VCPU>, nanoseconds: UInt64) {
    vcpu.pointee.timerLock.withLock {
      vcpu.pointee.periodicNanoseconds = nanoseconds
      disarm(vcpu.periodicTimer)
      if nanoseconds != 0 {
        arm(vcpu.periodicTimer, at: M.now.advanced(byNanoseconds: nanoseconds), for: vcpu)
      }
    }
  }

  /// Stops all timers of a vCPU that will not run again.
  public func stopTimers(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.timerLock.withLock {
      vcpu.pointee.periodicNanoseconds = 0
      disarm(vcpu.singleShotTimer)
      disarm(vcpu.periodicTimer)
      disarm(vcpu.pollTimer)
    }
  }
}
