import CX86
import Formats
import Primitives
import Sync
import Synchronization
import Text
import X86Format
import XenABI

// The two interrupts that cannot be masked: hardware errors, and NMI.
extension X86 {
  /// Switches error reporting on for the running CPU, and forgets what is left from before.
  /// - Source: Intel SDM vol. 3B §15.3.
  static func enableMachineChecks() {
    guard has(.mce), has(.mca), let capabilities = rdmsrSafe(.mcgCap) else { return }
    if capabilities >> 8 & 1 != 0 { _ = wrmsrSafe(.mcgCtl, UInt64.max) }
    for bank in 0..<UInt32(capabilities & 0xff) {
      _ = wrmsrSafe(.mcStatus(bank), 0)
      _ = wrmsrSafe(.mcCtl(bank), UInt64.max)
    }
    x86_write_cr4(x86_read_cr4() | CR4.mce.rawValue)
  }

  /// A machine check: the error is reported; unless the processor says that the interrupted work can
  /// go on unharmed, the machine stops.
  static func machineCheck(_ frame: Ref<TrapFrame>) {
    let status = rdmsrSafe(.mcgStatus) ?? 0
    var isFatal = status & 1 == 0  // RIPV: the interrupted instruction can be gone back to
    forEachError { _, error in
      if error >> 61 & 1 != 0 || error >> 57 & 1 != 0 { isFatal = true }  // UC, PCC
    }
    if isFatal {
      stop(trap: frame, "machine check that cannot be survived") { tellErrors(status, .answer) }
    }
    if isConsoleFree { tellErrors(status, .error) }
    forEachError { bank, _ in _ = wrmsrSafe(.mcStatus(bank), 0) }
    wrmsr(.mcgStatus, 0)
  }

  // Calls `visit` with every bank that holds an error, and its status.
  private static func forEachError(_ visit: (UInt32, UInt64) -> Void) {
    let capabilities = rdmsrSafe(.mcgCap) ?? 0
    for bank in 0..<UInt32(capabilities & 0xff) {
      if let error = rdmsrSafe(.mcStatus(bank)), error >> 63 != 0 { visit(bank, error) }
    }
  }

  private static func tellErrors(_ status: UInt64, _ level: LogLevel) {
    log(level, "CPU \(currentCPUNumber): machine check, status \(hex: status)")
    forEachError { bank, error in
      let address = error >> 58 & 1 != 0 ? rdmsrSafe(.mcAddr(bank)) ?? 0 : 0
      log(level, " bank \(bank): \(hex: error, digits: 16) at \(hex: address)")
    }
  }

  // Whether somebody who interrupted anything may print: the interrupted code may hold the console's
  // lock, and would never give it back.
  private static var isConsoleFree: Bool {
    let state = Self.state
    guard state.pointee.console.lock.tryAcquire() else { return false }
    state.pointee.console.lock.release()
    return true
  }

  /// An NMI: another CPU panics, or hardware has something to say.
  static func nonMaskableInterrupt(_ frame: Ref<TrapFrame>) {
    let panicking = ConsoleLevels.panicking.load(ordering: .acquiring)
    if panicking != 0, panicking != UInt32(currentCPUNumber) &+ 1 { haltForever() }
    let reason = X86.inb(0x61)
    guard boot.pointee.options.nmi != .fatal else {
      stop(trap: frame, "NMI, reason \(hex: reason): 'nmi=fatal' given")
    }
    guard isConsoleFree else { return }
    log(.warning, "CPU \(currentCPUNumber): NMI, reason \(hex: reason)")
  }
}
