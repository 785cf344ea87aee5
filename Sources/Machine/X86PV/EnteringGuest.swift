import Domains
import Hypercalls
import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// The way out of the hypervisor: all pending work, then a guest, or sleep until there is one.
extension Hypervisor where M: X86Hardware {
  /// Does whatever this CPU has to do before it enters a guest; returns when `M.guestFrame` holds
  /// the registers of the guest to enter.
  @inline(__always)
  public func prepareToEnterGuest() {
    let cpu = thisCPU
    // Most often there is nothing to do.
    if cpu.pointee.pending.load(ordering: .relaxed) == 0, let vcpu = cpu.pointee.current,
      vcpu.pointee.isRunnable
    {
      if hasDeliveries(vcpu) { deliverBeforeEnteringGuest(vcpu) }
      return
    }
    workBeforeEnteringGuest()
  }

  // The guest's events are all there is to do, unless they end the guest. Apart, so that the way
  // without any needs no registers.
  @inline(never)
  private func deliverBeforeEnteringGuest(_ vcpu: Ref<VCPU>) {
    deliverPending(to: vcpu)
    if vcpu.pointee.isRunnable, thisCPU.pointee.pending.load(ordering: .relaxed) == 0 { return }
    workBeforeEnteringGuest()
  }

  @inline(never)
  private func workBeforeEnteringGuest() {
    let cpu = thisCPU
    while true {
      let work = cpu.pointee.takePending()
      if work.contains(.timers) { runExpiredTimers() }
      if work.contains(.console) { M.pollConsole(in: self) }
      guard let vcpu = cpu.pointee.current else {
        if work.contains(.reschedule) { reschedule() }
        if cpu.pointee.current == nil, cpu.pointee.pending.load(ordering: .relaxed) == 0 {
          M.waitForInterrupt()
        }
        continue
      }
      if work.contains(.reschedule) || !vcpu.pointee.isRunnable {
        reschedule()
        continue
      }
      deliverPending(to: vcpu)
      if cpu.pointee.pending.load(ordering: .relaxed) == 0, vcpu.pointee.isRunnable { return }
    }
  }

  /// Decides who runs on this CPU now, and loads its registers.
  func reschedule() {
    let cpu = thisCPU
    let previous = cpu.pointee.current
    let now = M.now
    let (next, choice) = state.pointee.schedulerLock.withLock {
      () -> (Ref<VCPU>?, SchedulingChoice) in
      let choice = state.pointee.scheduler.next(on: cpu.pointee.index, now: now)
      let next = choice.entity.flatMap { vcpu(of: $0) }
      if let previous, previous != next {
        previous.pointee.runstate.enter(
          previous.pointee.isRunnable ? .runnable : restingState(previous), at: now)
      }
      if let next, previous != next { next.pointee.runstate.enter(.running, at: now) }
      return (next, choice)
    }
    cpu.pointee.sliceEnd = choice.until
    var other = choice.others.next()
    while let index = other {
      requestReschedule(CPUIndex(index))
      other = choice.others.next(from: index + 1)
    }
    if next != previous {
      if let previous {
        suspendPeriodic(previous)
        publishRunstate(previous)
      }
      if previous == nil, let since = cpu.pointee.idleSince {
        cpu.pointee.idleNanoseconds &+= now.nanoseconds(since: since)
        cpu.pointee.idleSince = nil
      }
      if next == nil { cpu.pointee.idleSince = now }
      M.switchContext(from: previous, to: next, in: self)
      cpu.pointee.current = next
      if let next {
        publishRunstate(next)
        resumePeriodic(next, now)
      }
    }
    programTimerInterrupt()
  }
}
