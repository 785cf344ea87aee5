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
  log(.error, "")
  log(.error, "****************************************")
  log(.error, "Panic on CPU \(X86.currentCPUNumber):")
  unsafe consoleLine(LogLevel.error.rawValue, bytes, count)
  log(.error, "****************************************")
  BackTrace.print(framePointer: x86_rbp())
  X86.endPanic()
}

extension X86 {
  /// Takes the console for this CPU for ever and stops the others; a second panic on the same CPU
  /// only halts.
  static func beginPanic() {
    X86.cli()
    let me = UInt32(currentCPUNumber) &+ 1
    let (taken, owner) = ConsoleLevels.panicking.compareExchange(
      expected: 0, desired: me, ordering: .acquiringAndReleasing)
    if !taken, owner != me { haltForever() }
    let block = thisCPUBlock
    block.pointee.depth &+= 1
    if block.pointee.depth > 2 { haltForever() }
    if taken { stopOtherCPUs() }
  }

  /// Reboots, or stays if the operator said `noreboot`.
  static func endPanic() -> Never {
    if state.pointee.boot.staysAfterPanic {
      log(.error, "Stopped: 'noreboot' given.")
      haltForever()
    }
    log(.error, "Rebooting.")
    reboot()
  }

  /// Stops this CPU.
  static func haltForever() -> Never {
    while true {
      X86.cli()
      X86.hlt()
    }
  }

  /// Prints the registers of `frame`.
  static func printRegisters(_ frame: TrapFrame) {
    log(.error, "RIP:    \(hex: frame.cs, digits: 4):[\(hex: frame.rip, digits: 16)]")
    log(
      .error,
      "RFLAGS: \(hex: frame.rflags, digits: 16)   vector \(hex: frame.entryVector) error \(hex: frame.errorCode, digits: 4)"
    )
    log(
      .error,
      "rax: \(hex: frame.rax, digits: 16)   rbx: \(hex: frame.rbx, digits: 16)   rcx: \(hex: frame.rcx, digits: 16)"
    )
    log(
      .error,
      "rdx: \(hex: frame.rdx, digits: 16)   rsi: \(hex: frame.rsi, digits: 16)   rdi: \(hex: frame.rdi, digits: 16)"
    )
    log(
      .error,
      "rbp: \(hex: frame.rbp, digits: 16)   rsp: \(hex: frame.rsp, digits: 16)   r8:  \(hex: frame.r8, digits: 16)"
    )
    log(
      .error,
      "r9:  \(hex: frame.r9, digits: 16)   r10: \(hex: frame.r10, digits: 16)   r11: \(hex: frame.r11, digits: 16)"
    )
    log(
      .error,
      "r12: \(hex: frame.r12, digits: 16)   r13: \(hex: frame.r13, digits: 16)   r14: \(hex: frame.r14, digits: 16)"
    )
    log(
      .error,
      "r15: \(hex: frame.r15, digits: 16)   cr0: \(hex: readCR0(), digits: 16)   cr4: \(hex: readCR4(), digits: 16)"
    )
    log(.error, "cr3: \(hex: readCR3(), digits: 16)   cr2: \(hex: readCR2(), digits: 16)")
    log(
      .error,
      "ds: \(hex: readDS(), digits: 4)   es: \(hex: readES(), digits: 4)   fs: \(hex: readFS(), digits: 4)   gs: \(hex: readGS(), digits: 4)   ss: \(hex: frame.ss, digits: 4)   cs: \(hex: frame.cs, digits: 4)"
    )
  }
}
