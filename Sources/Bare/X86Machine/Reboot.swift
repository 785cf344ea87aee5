import CX86
import Formats
import Machine
import Primitives
import Text
import X86Format

extension X86 {
  /// Whether the operator wants to look at a machine that failed (`noreboot`, `reboot=no`).
  static var isRebootForbidden: Bool {
    let options = boot.pointee.options
    return options.isRebootForbidden || options.reboot == .none
  }

  /// Ends the machine after a failure: restarts it, unless the operator wants to look at it.
  public static func rebootOrHalt() -> Never {
    if isRebootForbidden {
      log(.answer, "'noreboot' set - not rebooting.")
      halt()
    }
    waitForReaders("rebooting machine")
    reboot()
  }

  /// Announces the end, and gives a person in front of the screen the time to read what it says.
  /// Serial lines remember by themselves.
  static func waitForReaders(_ what: StaticString) {
    let hasReader = withConsole { $0.screen != nil } && hasTime
    guard hasReader else { return log(.answer, "\(what) now.") }
    log(.answer, "\(what) in five seconds...")
    delay(microseconds: 5_000_000)
  }

  /// Restarts the machine: in the way that the operator chose, then by ACPI's reset register, the
  /// chipset's, the keyboard controller, or as a last resort by a triple fault.
  public static func reboot() -> Never {
    x86_cli()
    finishOutput()
    switch boot.pointee.options.reboot {
    case .acpi: resetByACPI()
    case .keyboard: resetByKeyboardController()
    case .pci: resetByChipset(full: false)
    case .power: resetByChipset(full: true)
    case .tripleFault: tripleFault()
    case .automatic, .none, .efi, .hypervisor: break
    }
    for _ in 0..<2 {
      resetByACPI()
      resetByChipset(full: true)
      resetByKeyboardController()
    }
    tripleFault()
  }

  // Waits until the serial lines have said everything.
  private static func finishOutput() {
    withConsole { console in
      for i in 0..<2 { console.ports[i]?.drain() }
    }
  }

  private static func resetByACPI() {
    let fixed = state.pointee.platform.fixed
    guard let register = fixed?.resetRegister, let value = fixed?.resetValue else { return }
    if let port = register.port { X86.outb(port, value) }
    if let address = register.memory, address < AddressLayout.directMapBytes,
      let place = mappedDevicePage(MachineAddress(address))
    {
      x86_mmio_write8(place.rawValue &+ (address & 0xfff), value)
    }
    settle()
  }

  // PIIX and later: hard reset, if wanted with a power cycle.
  private static func resetByChipset(full: Bool) {
    X86.outb(0xcf9, 0x02)
    settle()
    X86.outb(0xcf9, full ? 0x0e : 0x06)
    settle()
  }

  // The keyboard controller pulses the processor's reset line, once it has read its last command.
  private static func resetByKeyboardController() {
    var patience = 10000
    while X86.inb(0x64) & 0x02 != 0, patience > 0 { patience &-= 1 }
    X86.outb(0x64, 0xfe)
    settle()
  }

  private static func tripleFault() -> Never {
    x86_lidt(0, 0)
    x86_ud2()
    haltForever()
  }

  /// Switches the machine off as ACPI's \_S5 says; only halts if it cannot be.
  public static func powerOff() -> Never {
    x86_cli()
    finishOutput()
    if let type = state.pointee.platform.powerOff {
      enterSleep(pm1a: type.pm1a, pm1b: type.pm1b)
      // An emulator takes its time.
      delay(microseconds: 2_000_000)
    }
    log(.error, "Power-off failed; halted.")
    haltForever()
  }

  /// Writes sleep types to the power management registers.
  public static func enterSleep(pm1a: UInt8, pm1b: UInt8) {
    guard let fixed = state.pointee.platform.fixed else { return }
    if let port = fixed.pm1aControl?.port {
      X86.outw(port, SleepType.controlValue(pm1a, over: X86.inw(port)))
    }
    if let port = fixed.pm1bControl?.port {
      X86.outw(port, SleepType.controlValue(pm1b, over: X86.inw(port)))
    }
    settle()
  }

  /// Stops the machine without switching it off.
  public static func halt() -> Never {
    x86_cli()
    claimConsole()
    stopOtherCPUs()
    haltForever()
  }

  /// Stops this CPU.
  static func haltForever() -> Never {
    while true {
      X86.cli()
      X86.hlt()
    }
  }

  /// Gives hardware some milliseconds; the time base may not be there.
  private static func settle() {
    for _ in 0..<100_000 { _ = X86.inb(0x80) }
  }
}
