import CX86
import Machine
import Primitives
import Synchronization
import Text
import XenABI

/// The end of the road (`Text.panic` calls it): says why and where, stops the machine.
/// - Safety: `bytes` points to `count` characters.
@c(martlet_panic)
public func machinePanic(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
  X86.beginPanic()
  X86.tellPlace()
  BackTrace.print(framePointer: x86_rbp())
  X86.tellReason {
    unsafe consoleLine(LogLevel.answer.rawValue, bytes, count)
  }
  X86.endPanic()
}

/// Which vCPU the composition root has loaded on this CPU: domain id and vCPU number in the halves of
/// the word; all ones if there is none.
@_extern(c, "martlet_current_vcpu")
func currentVCPU() -> UInt32

extension X86 {
  /// Takes the console for this CPU for ever and stops the others; a second panic on the same CPU
  /// only halts.
  static func beginPanic() {
    X86.cli()
    let taken = claimConsole()
    let block = thisCPUBlock
    block.pointee.depth &+= 1
    if block.pointee.depth > 2 { haltForever() }
    if taken { stopOtherCPUs() }
    openConsoleForPanic()
  }

  /// Takes the console for this CPU for ever: it needs no lock any more, and an NMI stops all others.
  /// If another CPU has it, that one stops this.
  /// - Returns: whether this CPU did not have it already.
  @discardableResult static func claimConsole() -> Bool {
    let me = UInt32(currentCPUNumber) &+ 1
    let (taken, owner) = ConsoleLevels.panicking.compareExchange(
      expected: 0, desired: me, ordering: .acquiringAndReleasing)
    if !taken, owner != me { haltForever() }
    return taken
  }

  /// Stops the machine because of a trap that nothing expects: tells everything that `frame` has, and
  /// before that what `details` prints.
  static func stop(
    trap frame: Ref<TrapFrame>, _ reason: Line, details: () -> Void = {}
  ) -> Never {
    beginPanic()
    details()
    tellPlace()
    tellRegisters(frame.pointee)
    if !frame.pointee.isFromGuest {
      BackTrace.printStack(from: frame.pointee.rsp)
      BackTrace.print(at: frame.pointee.rip, framePointer: frame.pointee.rbp)
    }
    tellReason { log(.answer, reason) }
    endPanic()
  }

  /// Prints the reason, which comes last so that a small screen still shows it.
  static func tellReason(_ reason: () -> Void) {
    log(.answer, "")
    log(.answer, "****************************************")
    log(.answer, "Panic on CPU \(currentCPUNumber):")
    reason()
    log(.answer, "****************************************")
    log(.answer, "")
  }

  /// Reboots, or stays if the operator said `noreboot`.
  static func endPanic() -> Never {
    if isRebootForbidden {
      log(.answer, "Manual reset required ('noreboot' specified)")
      haltForever()
    }
    waitForReaders("Reboot")
    reboot()
  }

  /// Prints which CPU it is and for whom it worked.
  static func tellPlace() {
    log(.answer, "----[ Martlet-4.17.0  x86_64 ]----")
    let vcpu = currentVCPU()
    if vcpu == UInt32.max {
      log(.answer, "CPU:    \(currentCPUNumber)   CONTEXT: hypervisor")
    } else {
      log(.answer, "CPU:    \(currentCPUNumber)   CONTEXT: d\(vcpu >> 16)v\(vcpu & 0xffff)")
    }
  }

  /// Prints the registers of `frame`, and those that it does not have as they are.
  static func tellRegisters(_ frame: TrapFrame) {
    log(
      .answer,
      "RIP:    \(hex: frame.cs, digits: 4):[\(hex: frame.rip, digits: 16)]   RFLAGS: \(hex: frame.rflags, digits: 16)"
    )
    log(
      .answer,
      "rax: \(hex: frame.rax, digits: 16)   rbx: \(hex: frame.rbx, digits: 16)   rcx: \(hex: frame.rcx, digits: 16)"
    )
    log(
      .answer,
      "rdx: \(hex: frame.rdx, digits: 16)   rsi: \(hex: frame.rsi, digits: 16)   rdi: \(hex: frame.rdi, digits: 16)"
    )
    log(
      .answer,
      "rbp: \(hex: frame.rbp, digits: 16)   rsp: \(hex: frame.rsp, digits: 16)   r8:  \(hex: frame.r8, digits: 16)"
    )
    log(
      .answer,
      "r9:  \(hex: frame.r9, digits: 16)   r10: \(hex: frame.r10, digits: 16)   r11: \(hex: frame.r11, digits: 16)"
    )
    log(
      .answer,
      "r12: \(hex: frame.r12, digits: 16)   r13: \(hex: frame.r13, digits: 16)   r14: \(hex: frame.r14, digits: 16)"
    )
    log(
      .answer,
      "r15: \(hex: frame.r15, digits: 16)   cr0: \(hex: readCR0(), digits: 16)   cr4: \(hex: readCR4(), digits: 16)"
    )
    log(.answer, "cr3: \(hex: readCR3(), digits: 16)   cr2: \(hex: readCR2(), digits: 16)")
    log(
      .answer,
      "ds: \(hex: readDS(), digits: 4)   es: \(hex: readES(), digits: 4)   fs: \(hex: readFS(), digits: 4)   gs: \(hex: readGS(), digits: 4)   ss: \(hex: frame.ss, digits: 4)   cs: \(hex: frame.cs, digits: 4)"
    )
  }
}
