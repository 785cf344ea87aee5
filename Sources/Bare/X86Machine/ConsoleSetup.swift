import Console
import Formats
import Machine
import Primitives
import Synchronization
import Text

// How the console comes to its devices, and how it gives dom0 what dom0 takes over.
extension X86 {
  /// Opens the ports and the screen that the options name, and shows on them what the ring holds.
  static func openConsole(_ options: Options) {
    let first = options.serialPort(0).flatMap {
      SerialPort.configured($0, number: 0, isConsole: options.consoles.contains(.com1))
    }
    let second = options.serialPort(1).flatMap {
      SerialPort.configured($0, number: 1, isConsole: options.consoles.contains(.com2))
    }
    if options.consoles.intersects(.pv | .debugPort) {
      log(.warning, "console=: only com1, com2 and vga are supported")
    }
    if options.isConsoleSynchronous { log(.info, "Console output is synchronous.") }
    let hasText = options.consoles.contains(.vga) && !boot.pointee.information.hasGraphicsScreen
    withConsole { console in
      console.timestamps = options.timestamps
      console.keepsGuestOutput = options.isGuestOutputInRing
      show(&console, first, second, hasText ? TextMode.screen() : nil)
    }
  }

  /// Prepares the console for somebody who panics: takes the screen back from dom0 if it shows text,
  /// or, before the options are read, opens the usual port and the screen.
  static func openConsoleForPanic() {
    let wantsScreen = boot.pointee.options.consoles.contains(.vga)
    withConsole { console in
      for i in 0..<2 { console.ports[i]?.forgetRoom() }
      guard !console.isOpen else {
        if wantsScreen, console.screen == nil { console.screen = TextMode.screen() }
        return
      }
      var port = SerialPort(base: 0x3f8, irq: 0, isConsole: true)
      let isPresent = port.isPresent
      if isPresent { port.setUp(UARTSettings(baud: 115_200), keepingSpeed: false) }
      show(&console, isPresent ? port : nil, nil, TextMode.screen())
    }
  }

  private static func show(
    _ console: inout ConsoleState, _ first: SerialPort?, _ second: SerialPort?,
    _ screen: consuming TextScreen?
  ) {
    console.ports[0] = first
    console.ports[1] = second
    console.screen = screen
    console.isOpen = true
    // Through a copy: showing changes the console.
    var position = console.ring.consumed
    while true {
      var bytes = InlineArray<64, UInt8>(repeating: 0)
      let piece = console.ring.read(from: position, incremental: true, count: 64) {
        bytes[$0 & 63] = $1
      }
      for i in 0..<piece.count { console.show(bytes[i]) }
      position = piece.next
      if piece.count < 64 { return }
    }
  }

  /// Calls `visit` with the I/O ports of every serial port that is ours.
  static func forEachSerialPortRange(_ visit: (UInt16, UInt16) -> Void) {
    let ports = withConsole { $0.ports }
    for i in 0..<2 {
      if let base = ports[i]?.base { visit(base, base &+ 7) }
    }
  }

  /// Gives the ring the size that the operator wants, in memory that nobody else has yet.
  static func enlargeConsoleRing() {
    guard let wanted = boot.pointee.options.consoleRingBytes else { return }
    var bytes = UInt64(withConsole { $0.ring.capacity })
    let least = bytes
    while bytes < wanted, bytes < 64 << 20 { bytes <<= 1 }
    while bytes > least {
      let range = boot.pointee.freeMap.highestRAM(
        bytes: bytes, alignment: 4096, below: state.pointee.space.earlyLimit)
      if range != nil { break }
      bytes >>= 1
    }
    guard bytes > least else { return }
    let start = MachineAddress(takeEarly(bytes: bytes, alignment: 4096))
    let address = AddressLayout.directMapAddress(of: start).rawValue
    // Safety: memory taken for this, which the direct map shows for ever.
    let base = unsafe pointer(address, as: UInt8.self)
    unsafe base.initialize(repeating: 0, count: Int(bytes))
    let storage = unsafe Table(base: base, count: Int(bytes))
    withConsole { $0.ring.move(to: storage) }
    log(.info, "Allocated console ring of \(bytes >> 10) KiB.")
  }

  /// Ends the start of the machine: says what is logged, leaves the screen to dom0, and gives it the
  /// input, as far as the operator did not say otherwise.
  public static func endBoot() {
    let options = boot.pointee.options
    tell("Std. Loglevel: ", .own)
    tell("Guest Loglevel: ", .guest)
    if withConsole({ $0.screen != nil }) {
      let what: StaticString = options.isVGAKept ? "keeping" : "relinquishing"
      log(.info, "Xen is \(what) VGA console.")
      if !options.isVGAKept { withConsole { $0.screen = nil } }
    }
    directInput(to: options.isInputGivenToDom0 ? .controlDomain : .hypervisor)
  }

  private static func tell(_ name: StaticString, _ source: MessageThresholds.Source) {
    let thresholds = MessageThresholds(
      rawValue: ConsoleLevels.thresholds.load(ordering: .relaxed))
    let always = thresholds.always(source)
    let limited = thresholds.limited(source)
    var line = Line()
    line.buffer.append(name)
    line.buffer.append(MessageThresholds.name(always))
    if limited != always {
      line.buffer.append(" (Rate-limited: ")
      line.buffer.append(MessageThresholds.name(limited))
      line.buffer.append(")")
    }
    log(.info, line)
  }
}
