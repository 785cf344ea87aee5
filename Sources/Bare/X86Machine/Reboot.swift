import Text

extension X86 {
  /// Restarts the machine.
  public static func reboot() -> Never {
    X86.outb(0xcf9, 0x0e)
    X86.outb(0x64, 0xfe)
    haltForever()
  }
}
