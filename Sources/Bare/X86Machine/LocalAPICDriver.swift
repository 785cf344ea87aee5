import CX86
import Machine
import Primitives
import Text
import X86Format

/// The interrupt vectors that are the hypervisor's own; devices get those from `firstDevice` to
/// `lastDevice` but for 0x80, which is a guests' system call.
enum Vector {
  static var legacyPIC: UInt8 { 0x20 }
  static var firstDevice: UInt8 { 0x30 }
  static var lastDevice: UInt8 { 0xdf }
  static var serial: UInt8 { 0xf0 }
  static var timer: UInt8 { 0xf8 }
  static var kick: UInt8 { 0xf9 }
  static var shootdown: UInt8 { 0xfa }
  static var apicError: UInt8 { 0xfe }
  static var spurious: UInt8 { 0xff }
}

/// The running CPU's local APIC, by memory (xAPIC) or by MSR (x2APIC).
/// - Source: Intel SDM vol. 3A chapter 10.
enum LocalAPICDriver {
  /// Reads a register.
  static func read(_ register: LocalAPICRegister) -> UInt32 {
    let base = X86.state.pointee.localAPIC
    if base == 0 { return UInt32(truncatingIfNeeded: X86.rdmsr(.x2APIC(register))) }
    return x86_mmio_read32(base &+ UInt64(register.rawValue))
  }

  /// Writes a register.
  static func write(_ register: LocalAPICRegister, _ value: UInt32) {
    let base = X86.state.pointee.localAPIC
    if base == 0 { return X86.wrmsr(.x2APIC(register), UInt64(value)) }
    x86_mmio_write32(base &+ UInt64(register.rawValue), value)
  }

  /// Decides between the two ways, once, on the boot CPU.
  static func prepare() {
    let state = X86.state
    if X86.has(.x2apic) {
      state.pointee.localAPIC = 0
    } else {
      state.pointee.localAPIC =
        X86.mapDevice(MachineAddress(state.pointee.platform.localAPICAddress), bytes: 4096).rawValue
    }
  }

  /// Switches the running CPU's APIC on, everything masked but the error vector.
  static func enable() {
    let base = APICBase(rawValue: X86.rdmsr(.apicBase)) | .enabled
    X86.wrmsr(.apicBase, base.rawValue)
    if X86.state.pointee.localAPIC == 0 {
      X86.wrmsr(.apicBase, (base | .x2APIC).rawValue)
    } else {
      write(.destinationFormat, LocalAPIC.flatModel)
      write(.logicalDestination, 0)
    }
    write(.taskPriority, 0)
    write(.lvtTimer, LocalVector.masked.rawValue)
    write(.lvtLINT0, LocalVector.masked.rawValue)
    write(.lvtLINT1, LocalVector(.nmi).rawValue)
    write(.lvtError, LocalVector(.fixed, vector: Vector.apicError).rawValue)
    write(.spurious, LocalAPIC.softwareEnable | UInt32(Vector.spurious))
    write(.errorStatus, 0)
    // What a former owner left in service would block everything below it.
    for _ in 0..<16 { endOfInterrupt() }
  }

  /// The id that inter-processor interrupts name this CPU by.
  static var id: UInt32 {
    let value = read(.id)
    return X86.state.pointee.localAPIC == 0 ? value : value >> 24
  }

  /// Ends the interrupt being served.
  static func endOfInterrupt() { write(.eoi, 0) }

  /// Sends an inter-processor interrupt.
  static func send(_ command: InterruptCommand, to apicID: UInt32) {
    if X86.state.pointee.localAPIC == 0 {
      x86_mfence()  // an x2APIC write does not wait for earlier stores
      X86.wrmsr(.x2APIC(.interruptCommand), command.x2APIC(to: apicID))
    } else {
      write(
        .interruptCommandHigh, InterruptCommand.xAPICHigh(to: UInt8(truncatingIfNeeded: apicID)))
      write(.interruptCommand, command.rawValue)
      var patience = 1_000_000
      while InterruptCommand(rawValue: read(.interruptCommand)).isPending, patience > 0 {
        patience &-= 1
        x86_pause()
      }
    }
  }

  /// Whether any interrupt waits to be taken by this CPU.
  static var hasRequest: Bool {
    if read(.requested(0xe0)) != 0 { return true }
    // Device vectors are handed out from the top, so few words are ever in use.
    let words = X86.state.pointee.usedVectorWords
    var word: UInt8 = 1
    while word < 7 {
      if words >> word & 1 != 0, read(.requested(word << 5)) != 0 { return true }
      word &+= 1
    }
    return false
  }
}
