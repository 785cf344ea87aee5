import CGuest
import Text
import XenABI

/// Exceptions: every vector goes to a stub of the shim; a fault inside `attempt` is reported to
/// the caller, any other ends the domain with a crash.
public enum Traps {
  /// Installs the trap table and the callbacks of the calling vCPU.
  public static func install() {
    installTable()
    _ = registerCallback(0, guest_event_entry(), flags: 0)
    _ = registerCallback(1, guest_failsafe_entry(), flags: 0)
    _ = registerCallback(2, guest_syscall_entry(), flags: 1)
    let stack = guest_stack_pointer_top()
    _ = hypercall(.stackSwitch, UInt64(GUEST_KERNEL_DS), stack)
  }

  /// Sets the trap table: vectors 0...31 for the kernel, 3, 4 and 0x80 also for user mode.
  public static func installTable() {
    let table = guest_scratch()
    var offset: UInt64 = 0
    for vector: UInt8 in 0..<32 where vector != 2 && vector != 15 && !(22...31).contains(vector) {
      offset = put(table, offset, vector, flags: vector == 3 || vector == 4 ? 3 : 0)
    }
    offset = put(table, offset, 0x80, flags: 3)
    guest_store64(table &+ offset, 0)
    guest_store64(table &+ offset &+ 8, 0)
    _ = hypercall(.setTrapTable, table)
  }

  // struct trap_info: vector, flags (privilege level, 4: mask events), cs, address.
  private static func put(
    _ table: UInt64, _ offset: UInt64, _ vector: UInt8, flags: UInt8
  ) -> UInt64 {
    guest_store8(table &+ offset, vector)
    guest_store8(table &+ offset &+ 1, flags)
    guest_store16(table &+ offset &+ 2, UInt16(truncatingIfNeeded: GUEST_KERNEL_CS))
    guest_store64(table &+ offset &+ 8, guest_trap_entry(UInt64(vector)))
    return offset &+ 16
  }

  /// CALLBACKOP_register.
  /// - Parameter flags: 1 masks events on entry.
  public static func registerCallback(_ type: UInt16, _ address: UInt64, flags: UInt16) -> Int64 {
    let argument = quads(UInt64(type) | UInt64(flags) << 16, address)
    return hypercall(.callbackOp, CallbackOp.register, argument)
  }
}

/// How an attempted action ended.
public struct Fault {
  let raw: guest_fault

  /// Whether it ran to its end.
  public var none: Bool { vector == 1000 }
  /// The vector, or 1000 for none; 256 event, 257 system call, 258 failsafe callback.
  public var vector: UInt64 { raw.frame.vector }
  /// The error code.
  public var error: UInt64 { raw.frame.error }
  /// The fault address the hypervisor reported in vcpu_info.
  public var address: UInt64 { raw.cr2 }
  /// All registers.
  public var frame: guest_frame { raw.frame }
}

/// Runs `body` and reports the fault that cut it short, with the value it returned.
public func attempt(
  _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ body: guest_attempt
) -> (fault: Fault, value: UInt64) {
  var raw = guest_fault()
  // Safety: `raw` outlives the call; `body` leaves nothing behind that a skipped frame would owe.
  let value = unsafe guest_try(body, a, b, c, &raw)
  return (Fault(raw: raw), value)
}

/// Runs a part of the tests. A trap nobody expects fails and ends the part, not the run.
public func section(_ body: guest_section) {
  var raw = guest_fault()
  // Safety: `raw` outlives the call; `body` leaves nothing behind that a skipped frame would owe.
  unsafe guest_try_section(body, &raw)
  let fault = Fault(raw: raw)
  guard !fault.none else { return }
  expect(fault.vector, 1000, "a trap nobody expects")
  say("  error \(hex: fault.error) at \(hex: fault.frame.rip) address \(hex: fault.address)")
  say("  rsp \(hex: fault.frame.rsp) rflags \(hex: fault.frame.rflags) rax \(hex: fault.frame.rax)")
}

/// Expects `body` to be cut short by `vector` with `error`.
public func expectFault(
  _ vector: UInt64, error: UInt64 = 0, _ what: Line, _ a: UInt64 = 0, _ b: UInt64 = 0,
  _ c: UInt64 = 0, _ body: guest_attempt
) {
  let end = attempt(a, b, c, body).fault
  expect(end.vector, vector, "\(what), vector")
  if end.vector == vector { expect(end.error, error, "\(what), error code") }
}

/// Expects `body` to run to its end, and returns its value.
@discardableResult
public func expectNoFault(
  _ what: Line, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ body: guest_attempt
) -> UInt64 {
  let end = attempt(a, b, c, body)
  expect(end.fault.vector, 1000, what)
  return end.value
}

/// Prints a trap that no check expected, and ends the guest as failed.
@c(guest_unexpected_trap)
public func unexpectedTrap(_ frame: UInt64) {
  // Safety: the stub passes the frame it has just pushed.
  let f = unsafe UnsafePointer<guest_frame>(bitPattern: UInt(frame))?.pointee ?? guest_frame()
  let cr2 = guest_load64(SharedInfo.here &+ 16)
  say("TRAP vector \(f.vector) error \(hex: f.error) at \(hex: f.rip) address \(hex: cr2)")
  say("  rsp \(hex: f.rsp) cs \(hex: f.cs) rflags \(hex: f.rflags) rax \(hex: f.rax)")
  say("  rdi \(hex: f.rdi) rsi \(hex: f.rsi) rdx \(hex: f.rdx) rcx \(hex: f.rcx)")
  say("RESULT trap: FAIL 1 of 1")
  Console.drain()
  shutdown(3)
}
