/// A 16550 serial port, polled for output.
/// - Source: PC16550D data sheet, register summary.
struct SerialPort: Copyable, Sendable {
  /// The first of its eight I/O ports.
  let base: UInt16

  /// The first port of a PC, at its conventional address.
  static var com1: SerialPort { SerialPort(base: 0x3f8) }
  /// The second port of a PC.
  static var com2: SerialPort { SerialPort(base: 0x2f8) }

  private enum Register {
    static var data: UInt16 { 0 }
    static var interruptEnable: UInt16 { 1 }
    static var fifoControl: UInt16 { 2 }
    static var lineControl: UInt16 { 3 }
    static var modemControl: UInt16 { 4 }
    static var lineStatus: UInt16 { 5 }
  }

  private enum LineStatus {
    static var dataReady: UInt8 { 1 << 0 }
    static var transmitterEmpty: UInt8 { 1 << 5 }
  }

  /// Sets the speed (115200 divided by `divisor`), 8 data bits, no parity, one stop bit.
  func initialise(divisor: UInt16 = 1) {
    X86.outb(base &+ Register.interruptEnable, 0)
    X86.outb(base &+ Register.lineControl, 0x80)  // the divisor shows at the first two registers
    X86.outb(base &+ Register.data, UInt8(truncatingIfNeeded: divisor))
    X86.outb(base &+ Register.interruptEnable, UInt8(truncatingIfNeeded: divisor >> 8))
    X86.outb(base &+ Register.lineControl, 0x03)
    X86.outb(base &+ Register.fifoControl, 0x07)  // FIFO on and cleared
    X86.outb(base &+ Register.modemControl, 0x0b)  // DTR, RTS, and OUT2, which gates the interrupt
  }

  /// Lets the port interrupt when it has received something.
  func enableReceiveInterrupt() { X86.outb(base &+ Register.interruptEnable, 1) }

  /// Sends one byte. A port that does not exist, or hangs, swallows it.
  func put(_ byte: UInt8) {
    var patience = 100_000
    while X86.inb(base &+ Register.lineStatus) & LineStatus.transmitterEmpty == 0, patience > 0 {
      patience &-= 1
      X86.pause()
    }
    X86.outb(base &+ Register.data, byte)
  }

  /// A received byte, or nil if there is none (or no port: its status reads all ones).
  func get() -> UInt8? {
    let status = X86.inb(base &+ Register.lineStatus)
    guard status & LineStatus.dataReady != 0, status != 0xff else { return nil }
    return X86.inb(base &+ Register.data)
  }
}
