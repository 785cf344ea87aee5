import Console
import Formats
import Text

/// A 16550 serial port, polled for output.
/// - Source: PC16550D data sheet, register summary.
struct SerialPort: Copyable, Sendable {
  /// The first of its eight I/O ports.
  let base: UInt16
  /// Its interrupt line; 0 for none.
  let irq: UInt32
  /// Whether the console's characters go to it.
  let isConsole: Bool
  // How many characters the transmitter takes once it is empty, and how many of them are left.
  private var depth: UInt8 = 1
  private var room: UInt8 = 0
  // Whether it did not become empty in a long time: then nobody waits for it any more.
  private var isStuck = false

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
    static var holdingEmpty: UInt8 { 1 << 5 }
    static var transmitterEmpty: UInt8 { 1 << 6 }
  }

  private static var divisorLatch: UInt8 { 0x80 }

  /// The port at `base`, not yet set up.
  init(base: UInt16, irq: UInt32, isConsole: Bool) {
    self.base = base
    self.irq = irq
    self.isConsole = isConsole
  }

  /// Whether there is a port: the interrupt enable register keeps its four bits, and only those.
  var isPresent: Bool {
    let old = read(Register.interruptEnable)
    write(Register.interruptEnable, 0)
    let cleared = read(Register.interruptEnable)
    write(Register.interruptEnable, 0x0f)
    let set = read(Register.interruptEnable)
    write(Register.interruptEnable, old)
    return cleared & 0x0f == 0 && set & 0x0f == 0x0f && cleared != 0xff
  }

  /// Sets speed and frame; without a divisor the speed stays as firmware set it.
  mutating func setUp(_ settings: UARTSettings, keepingSpeed: Bool) {
    write(Register.interruptEnable, 0)
    if !keepingSpeed {
      write(Register.lineControl, Self.divisorLatch)
      write(Register.data, UInt8(truncatingIfNeeded: settings.divisor))
      write(Register.interruptEnable, UInt8(truncatingIfNeeded: settings.divisor >> 8))
    }
    write(Register.lineControl, settings.lineControl)
    write(Register.fifoControl, 0x07)  // FIFO on and cleared
    write(Register.modemControl, 0x0b)  // DTR, RTS, and OUT2, which gates the interrupt
    // The highest bits of the register that is read here say whether there is a working FIFO.
    depth = read(Register.fifoControl) & 0xc0 == 0xc0 ? 16 : 1
  }

  /// Lets the port interrupt when it has received something. Again while something is left, it
  /// interrupts at once.
  func enableReceiveInterrupt() {
    write(Register.interruptEnable, 0)
    write(Register.interruptEnable, 1)
  }

  /// Sends one byte. A port that hangs swallows it.
  mutating func put(_ byte: UInt8) {
    if room == 0 {
      guard wait(for: LineStatus.holdingEmpty) else { return }
      room = depth
    }
    room -= 1
    write(Register.data, byte)
  }

  /// Waits until everything is on the line.
  mutating func drain() { _ = wait(for: LineStatus.transmitterEmpty) }

  /// Makes the next byte wait for the transmitter, whoever used it last.
  mutating func forgetRoom() { room = 0 }

  private mutating func wait(for status: UInt8) -> Bool {
    // A character at 300 bits per second takes 37 ms; one access of a port about a microsecond.
    var patience = isStuck ? 1 : 200_000
    while read(Register.lineStatus) & status == 0 {
      patience -= 1
      guard patience > 0 else {
        isStuck = true
        return false
      }
      X86.pause()
    }
    isStuck = false
    return true
  }

  /// A received byte, or nil if there is none (or no port: its status reads all ones).
  func get() -> UInt8? {
    let status = read(Register.lineStatus)
    guard status & LineStatus.dataReady != 0, status != 0xff else { return nil }
    return read(Register.data)
  }

  private func read(_ register: UInt16) -> UInt8 { X86.inb(base &+ register) }
  private func write(_ register: UInt16, _ value: UInt8) { X86.outb(base &+ register, value) }
}

extension SerialPort {
  /// The port that an option describes, set up; nil, with a line that says why, if it cannot be.
  /// - Parameter number: 0 for `com1`, 1 for `com2`.
  static func configured(
    _ options: SerialOptions, number: Int, isConsole: Bool
  ) -> SerialPort? {
    let name: StaticString = number == 0 ? "com1" : "com2"
    guard !options.isPCI else {
      log(.warning, "\(name): a port on PCI (pci, amt) is not supported")
      return nil
    }
    let base = options.ioBase ?? (number == 0 ? 0x3f8 : 0x2f8)
    guard base <= 0xfff8, options.registerShift == 0, options.registerWidth == 1 else {
      log(.warning, "\(name): only ports with eight byte-wide I/O ports are supported")
      return nil
    }
    var port = SerialPort(
      base: UInt16(truncatingIfNeeded: base), irq: options.irq ?? (number == 0 ? 4 : 3),
      isConsole: isConsole)
    guard port.isPresent else {
      log(.warning, "\(name): there is no serial port at \(hex: base)")
      return nil
    }
    let parity: UARTSettings.Parity =
      switch options.parity {
      case .none: .none
      case .odd: .odd
      case .even: .even
      case .mark: .mark
      case .space: .space
      }
    port.setUp(
      UARTSettings(
        baud: options.baud ?? 115_200, baseBaud: options.baseBaud ?? 115_200,
        dataBits: options.dataBits, parity: parity, stopBits: options.stopBits),
      keepingSpeed: options.baud == nil)
    return port
  }
}
