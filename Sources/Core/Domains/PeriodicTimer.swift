import Machine
import Primitives
import Sync
import Timekeeping
import XenABI

/// The periodic timer of a vCPU: `VIRQ_TIMER` once in a period, while the vCPU runs. What falls due
/// while it does not run comes as one event when it runs again; nothing wakes it up.
/// - Source: `VCPUOP_set_periodic_timer` in `xen/include/public/vcpu.h`.
extension Hypervisor {
  /// Starts the periodic timer from now; a period of 0 stops it.
  public func setPeriodic(_ vcpu: Ref<VCPU>, nanoseconds: UInt64) {
    vcpu.pointee.timerLock.withLock {
      vcpu.pointee.periodicNanoseconds = nanoseconds
      vcpu.pointee.periodicSince = M.now
      disarm(vcpu.periodicTimer)
      armPeriodic(vcpu)
    }
  }

  /// Lets the periodic timer count: this CPU begins to run the vCPU.
  public func resumePeriodic(_ vcpu: Ref<VCPU>, _ now: SystemTime) {
    vcpu.pointee.timerLock.withLock { vcpu.pointee.isPeriodicCounting = true }
    runPeriodic(vcpu, now)
  }

  /// Makes the periodic timer wait: this CPU ceases to run the vCPU.
  public func suspendPeriodic(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.timerLock.withLock {
      vcpu.pointee.isPeriodicCounting = false
      disarm(vcpu.periodicTimer)
    }
  }

  /// Sends the periodic event if it is due, and arms the timer for the next one.
  func runPeriodic(_ vcpu: Ref<VCPU>, _ now: SystemTime) {
    let isDue = vcpu.pointee.timerLock.withLock { () -> Bool in
      let period = vcpu.pointee.periodicNanoseconds
      guard period != 0, vcpu.pointee.isPeriodicCounting else { return false }
      let isDue = now.nanoseconds(since: vcpu.pointee.periodicSince) >= period
      // Late ticks are not made up for.
      if isDue { vcpu.pointee.periodicSince = now }
      armPeriodic(vcpu)
      return isDue
    }
    if isDue { raise(.timer, for: vcpu) }
  }

  // Under `timerLock`.
  private func armPeriodic(_ vcpu: Ref<VCPU>) {
    let period = vcpu.pointee.periodicNanoseconds
    guard period != 0, vcpu.pointee.isPeriodicCounting else { return }
    let next = vcpu.pointee.periodicSince.advanced(byNanoseconds: period)
    arm(vcpu.periodicTimer, at: next, for: vcpu)
  }
}
