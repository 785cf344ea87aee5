import CX86
import Formats
import Machine
import Primitives
import Text
import X86Format

extension X86 {
  /// Restarts the machine: by ACPI's reset register, the chipset's, the keyboard controller, or as a
  /// last resort by a triple fault.
  public static func reboot() -> Never {
    x86_cli()
    let fixed = state.pointee.platform.fixed
    for _ in 0..<2 {
      if let register = fixed?.resetRegister, let value = fixed?.resetValue {
        if let port = register.port { X86.outb(port, value) }
        if let address = register.memory, address < AddressLayout.directMapBytes,
          let place = mappedDevicePage(MachineAddress(address))
        {
          x86_mmio_write8(place.rawValue &+ (address & 0xfff), value)
        }
        settle()
      }
      X86.outb(0xcf9, 0x02)  // PIIX and later: hard reset ...
      settle()
      X86.outb(0xcf9, 0x0e)  // ... with a power cycle
      settle()
      X86.outb(0x64, 0xfe)  // the keyboard controller pulses the processor's reset line
      settle()
    }
    x86_lidt(0, 0)
    x86_ud2()
    haltForever()
  }

  /// Switches the machine off as ACPI's \_S5 says; only halts if it cannot be.
  public static func powerOff() -> Never {
    x86_cli()
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
    stopOtherCPUs()
    haltForever()
  }

  /// Gives hardware some milliseconds; the time base may not be there.
  private static func settle() {
    for _ in 0..<100_000 { _ = X86.inb(0x80) }
  }
}
