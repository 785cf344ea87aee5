import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import Text
import Timekeeping
import XenABI

/// The timers of vCPUs, and what their expiry does.
extension Hypervisor {
  /// Arms a timer on the CPU where `vcpu` is, in place of what it was armed for. Hold the lock that
  /// guards the timer: the vCPU's `timerLock`, or the domain's `watchdogLock`.
  public func arm(_ timer: Ref<Timer>, at deadline: SystemTime, for vcpu: Ref<VCPU>) {
    disarm(timer)
    let cpu = state.pointee.cpus.at(vcpu.pointee.scheduling.cpu.index) ?? thisCPU
    cpu.pointee.timers.withLock { $0.arm(timer, at: deadline) }
    if cpu.pointee.index == M.currentCPU {
      programTimerInterrupt()
    } else {
      cpu.pointee.raise(.timers)
      M.kick(cpu.pointee.index)
    }
  }

  /// Disarms a timer, if it is armed. Hold the lock that guards it.
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

  /// Waits until no other CPU acts on a timer that had expired before the call: afterwards none of
  /// them refers to the owner of a timer that is disarmed for good.
  func waitForExpiries() {
    for i in 0..<state.pointee.cpus.count where i != M.currentCPU.index {
      let cpu = state.pointee.cpus[i]
      guard let timer = cpu.pointee.timers.withLock({ $0.expiring }) else { continue }
      while cpu.pointee.timers.withLock({ $0.expiring == timer }) { spinTurn() }
    }
  }

  private func expire(_ timer: Ref<Timer>, _ now: SystemTime) {
    guard let vcpu = vcpu(of: timer) else {
      if let domain = domain(of: timer) { expireWatchdog(of: domain) }
      return
    }
    switch timer.pointee.kind {
    case .singleShot:
      raise(.timer, for: vcpu)
    case .periodic:
      runPeriodic(vcpu, now)
    case .poll:
      let polling = VCPUBlockers.polling.rawValue
      let old = vcpu.pointee.blockers.bitwiseAnd(~polling, ordering: .sequentiallyConsistent)
      if old.oldValue & polling != 0 {
        vcpu.pointee.domain.pointee.pollers.remove(vcpu.pointee.id)
        wake(vcpu)
      }
    case .watchdog:
      break
    }
  }

  private func expireWatchdog(of domain: Ref<Domain>) {
    guard domain.pointee.shutdownReason == nil, !domain.pointee.isDying else { return }
    log(.warning, "Watchdog timer fired for domain \(domain.pointee.id.rawValue)")
    shutdown(domain, reason: ShutdownReason.watchdog.rawValue)
  }

  /// Starts or replaces the single-shot timer; a deadline in the past fires at once.
  public func setSingleShot(_ vcpu: Ref<VCPU>, at deadline: SystemTime) {
    vcpu.pointee.timerLock.withLock { arm(vcpu.singleShotTimer, at: deadline, for: vcpu) }
  }

  /// Stops the single-shot timer.
  public func stopSingleShot(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.timerLock.withLock { disarm(vcpu.singleShotTimer) }
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

  /// The moment that a guest names as a signed number of nanoseconds: what would be negative is long
  /// past.
  public func deadline(_ nanoseconds: UInt64) -> SystemTime {
    SystemTime(nanoseconds: nanoseconds >> 63 == 0 ? nanoseconds : 0)
  }
}
