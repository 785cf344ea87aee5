import Console
import Formats
import Machine
import Primitives
import Sync
import Synchronization
import Text

/// What was typed on the serial lines and not read yet.
struct SerialInput: ~Copyable {
  /// Guards what follows. Innermost but for the console's.
  let lock = TicketLock()
  /// Who gets what is typed.
  var input = InputSwitch(letter: UInt8(ascii: "a"))
  /// Characters for dom0.
  var controlDomain = ByteQueue()
  /// Debug keys, which are ASCII; a byte of `movedFlag` and an `InputTarget` where the input moved.
  /// Few, because a CPU acts on all that wait before it enters a guest again.
  var keys = ByteQueue(capacity: 16)

  /// Marks what is no key.
  static var movedFlag: UInt8 { 0x80 }
}

/// What the operator did at the console that the hypervisor must act on.
public enum ConsoleEvent: Sendable {
  /// A debug key.
  case key(UInt8)
  /// The input was moved.
  case moved(InputTarget)
}

/// What the composition root does when something was typed; `X86.readConsole` and
/// `X86.nextConsoleEvent` have it.
@_extern(c, "martlet_console_input")
func consoleInput()

extension X86 {
  /// Lets the serial ports interrupt this CPU.
  static func enableSerialInput() {
    let letter = boot.pointee.options.consoleSwitch
    let state = Self.state
    state.pointee.input.lock.withLock {
      state.pointee.input.input = InputSwitch(letter: letter)
    }
    let ports = withConsole { $0.ports }
    for i in 0..<2 {
      guard let port = ports[i], port.isConsole else { continue }
      let line =
        port.irq < 16
        ? isaLine(UInt8(truncatingIfNeeded: port.irq))
        : InterruptLine(gsi: port.irq, isLevel: true, isActiveLow: true)
      guard port.irq != 0, route(line, to: Vector.serial, on: currentCPU) else {
        log(.warning, "com\(i &+ 1): no interrupt line, so nothing can be typed there")
        continue
      }
      port.enableReceiveInterrupt()
      unmaskGSI(line.gsi)
    }
  }

  /// Takes from the ports what was received, and tells the composition root if anything was. It runs
  /// as an interrupt: it only sorts characters into queues.
  static func pollSerialInput() {
    let state = Self.state
    let ports = withConsole { $0.ports }
    var count = 0
    for i in 0..<2 {
      guard let port = ports[i], port.isConsole else { continue }
      var left = 64
      while left > 0, let byte = port.get() {
        left &-= 1
        count &+= 1
        state.pointee.input.lock.withLock { receive(byte) }
      }
      // More than that waits for the next interrupt, which the port must be made to raise.
      if left == 0 { port.enableReceiveInterrupt() }
    }
    if count > 0 { consoleInput() }
  }

  // Sorts one character; the caller holds the input's lock. What nobody reads in time is dropped.
  private static func receive(_ byte: UInt8) {
    let state = Self.state
    let hasMoved = state.pointee.input.input.receive(byte) { target, byte in
      switch target {
      case .controlDomain: state.pointee.input.controlDomain.append(byte)
      case .hypervisor:
        if byte < SerialInput.movedFlag { state.pointee.input.keys.append(byte) }
      }
    }
    if hasMoved {
      let target = state.pointee.input.input.target.rawValue
      state.pointee.input.keys.append(SerialInput.movedFlag | target)
    }
  }

  /// Takes the next thing that the hypervisor must act on, if there is one.
  public static func nextConsoleEvent() -> ConsoleEvent? {
    let state = Self.state
    guard let byte = state.pointee.input.lock.withLock({ state.pointee.input.keys.take() })
    else { return nil }
    guard byte >= SerialInput.movedFlag else { return .key(byte) }
    return .moved(InputTarget(rawValue: byte & ~SerialInput.movedFlag) ?? .hypervisor)
  }

  /// Whether something was typed for dom0 that it has not read.
  public static var hasConsoleInput: Bool {
    let state = Self.state
    return state.pointee.input.lock.withLock { !state.pointee.input.controlDomain.isEmpty }
  }

  /// Takes the next character that was typed for dom0, if there is one.
  public static func readConsole() -> UInt8? {
    let state = Self.state
    return state.pointee.input.lock.withLock { state.pointee.input.controlDomain.take() }
  }

  /// Sends input to `target` from now on, and says so.
  static func directInput(to target: InputTarget) {
    let state = Self.state
    state.pointee.input.lock.withLock { state.pointee.input.input.direct(to: target) }
    announceInput(to: target)
  }

  /// Says who gets the input, and how to change that.
  public static func announceInput(to target: InputTarget) {
    let state = Self.state
    let input = state.pointee.input.lock.withLock { state.pointee.input.input }
    var line = Line()
    line.buffer.append(
      target == .hypervisor ? "*** Serial input to Xen" : "*** Serial input to DOM0")
    if input.isEnabled {
      line.buffer.append(" (type 'CTRL-")
      line.buffer.append(byte: input.letter)
      line.buffer.append("' three times to switch input)")
    }
    log(.answer, line)
  }
}
