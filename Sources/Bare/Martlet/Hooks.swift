import X86Machine

// What the machine floor asks of the composition root. `frame` is a `TrapFrame`.

/// A guest executed SYSCALL or SYSENTER.
@c(martlet_guest_syscall)
public func guestSystemCall(_ frame: UnsafeMutableRawPointer) {}

/// A guest caused an exception, or used INT.
@c(martlet_guest_exception)
public func guestException(_ frame: UnsafeMutableRawPointer) {}

/// The CPU is about to enter the guest whose registers are in `frame`: do what is pending.
@c(martlet_leave)
public func leave(_ frame: UnsafeMutableRawPointer) {}

/// The processor refused to enter the guest with `frame`.
@c(martlet_exit_fault)
public func exitFault(_ frame: UnsafeMutableRawPointer) {}

/// The moment given to `setTimerInterrupt` has come.
@c(martlet_timer_interrupt)
public func timerInterrupt() {}

/// A CPU other than the first has started; never returns.
@c(martlet_ap_main)
public func secondaryMain() {
  while true { X86.waitForInterrupt() }
}
