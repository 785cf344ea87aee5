@c(martlet_trap)
public func trap(_ frame: UnsafeMutableRawPointer) {}
@c(martlet_leave)
public func leave(_ frame: UnsafeMutableRawPointer) {}
@c(martlet_exit_fault)
public func exitFault(_ frame: UnsafeMutableRawPointer) {}
@c(martlet_on_stack)
public func onStack(_ which: UInt64) {}
@c(martlet_spin_turn)
public func spinTurn() {}
