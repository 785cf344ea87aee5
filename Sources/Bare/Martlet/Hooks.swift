import Domains
import Machine
import Memory
import Primitives
import X86Machine
import X86PV
import XenABI

// What the machine floor asks of the composition root. `frame` is a `TrapFrame`: the one at the top
// of this CPU's stack, which is `X86.guestFrame`.

/// A guest executed SYSCALL or SYSENTER.
@c(martlet_guest_syscall)
public func guestSystemCall(_ frame: UnsafeMutableRawPointer) {
  let hypervisor = Root.hypervisor
  guard let vcpu = hypervisor.current else { return }
  hypervisor.handleSystemCall(on: vcpu)
}

/// A guest caused an exception, or used INT.
@c(martlet_guest_exception)
public func guestException(_ frame: UnsafeMutableRawPointer) {
  let hypervisor = Root.hypervisor
  guard let vcpu = hypervisor.current else { return }
  let vector = UInt8(truncatingIfNeeded: X86.guestFrame.pointee.entryVector)
  if vector < 32 {
    hypervisor.handleException(vector, on: vcpu)
  } else {
    hypervisor.handleSoftwareInterrupt(vector, on: vcpu)
  }
}

/// The CPU is about to enter the guest whose registers are in `frame`: do what is pending.
@c(martlet_leave)
public func leave(_ frame: UnsafeMutableRawPointer) {
  Root.hypervisor.prepareToEnterGuest()
}

/// The processor refused to enter the guest with `frame`.
@c(martlet_exit_fault)
public func exitFault(_ frame: UnsafeMutableRawPointer) {
  let hypervisor = Root.hypervisor
  guard let vcpu = hypervisor.current else { return }
  hypervisor.handleFailedExit(on: vcpu, vector: X86.exitFault.vector)
}

/// This CPU is about to forget every translation.
@c(martlet_will_flush)
public func willFlush() {
  guard Root.isSet else { return }
  Root.hypervisor.state.pointee.tlb.willFlush(X86.currentCPU)
}

/// The moment given to `setTimerInterrupt` has come.
@c(martlet_timer_interrupt)
public func timerInterrupt() {
  guard Root.isSet else { return }
  Root.hypervisor.thisCPU.pointee.raise(.timers)
}

/// A device interrupted on a vector from `X86.allocateVector`.
@c(martlet_device_interrupt)
public func deviceInterrupt(_ vector: UInt8) {
  guard Root.isSet else { return }
  Root.hypervisor.handleDeviceInterrupt(vector)
}

/// Something was typed on the serial line.
@c(martlet_console_input)
public func consoleInput() {
  guard Root.isSet else { return }
  Root.hypervisor.thisCPU.pointee.raise(.console)
}

/// Something was written to the ring that dom0 may read.
@c(martlet_console_output)
public func consoleOutput() {
  guard Root.isSet else { return }
  Root.hypervisor.thisCPU.pointee.raise(.console)
}

/// Which vCPU this CPU has loaded: domain id and number in the halves of the word, or all ones.
@c(martlet_current_vcpu)
public func currentVCPU() -> UInt32 {
  guard Root.isSet, let vcpu = Root.hypervisor.current else { return UInt32.max }
  let domain = UInt32(vcpu.domain.pointee.id.rawValue)
  return domain << 16 | UInt32(vcpu.pointee.id.rawValue) & 0xffff
}
