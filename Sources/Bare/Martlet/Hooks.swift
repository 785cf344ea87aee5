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

@c(martlet_spin_turn)
public func spinTurn() {}
