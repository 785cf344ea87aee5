/// The pair of 8259 interrupt controllers: moved out of the exceptions' way and switched off.
/// - Source: 8259A data sheet, initialisation command words.
enum LegacyPIC {
  private static var primary: UInt16 { 0x20 }
  private static var secondary: UInt16 { 0xa0 }

  /// Moves the sixteen lines to vectors from `vector` up (even a masked controller may deliver a
  /// spurious interrupt) and masks them all.
  static func disable(movingTo vector: UInt8) {
    X86.outb(primary &+ 1, 0xff)
    X86.outb(secondary &+ 1, 0xff)
    X86.outb(primary, 0x11)  // initialise; a fourth word follows
    X86.outb(primary &+ 1, vector)
    X86.outb(primary &+ 1, 0x04)  // the secondary is at line 2
    X86.outb(primary &+ 1, 0x01)  // 8086 mode
    X86.outb(secondary, 0x11)
    X86.outb(secondary &+ 1, vector &+ 8)
    X86.outb(secondary &+ 1, 0x02)
    X86.outb(secondary &+ 1, 0x01)
    X86.outb(primary &+ 1, 0xff)
    X86.outb(secondary &+ 1, 0xff)
  }
}
