import Machine
import Primitives
import Sync
import Synchronization
import Text

/// What was typed on the serial line and not read yet.
struct SerialInput: ~Copyable {
  /// Guards the ring. Innermost but for the console's.
  let lock = TicketLock()
  /// The characters.
  var ring = InlineArray<256, UInt8>(repeating: 0)
  /// Characters put in; the next place is this modulo the size.
  var written: UInt8 = 0
  /// Characters taken out.
  var taken: UInt8 = 0
}

/// What the composition root does when something was typed; `X86.readConsole` has it.
@_extern(c, "martlet_console_input")
func consoleInput()

extension X86 {
  /// Lets the serial port interrupt this CPU.
  static func enableSerialInput() {
    let line = isaLine(4)
    guard route(line, to: Vector.serial, on: currentCPU) else { return }
    state.pointee.console.serial.enableReceiveInterrupt()
    unmaskGSI(line.gsi)
  }

  /// Takes from the port what was received, and tells the composition root if anything was.
  public static func pollSerialInput() {
    let state = Self.state
    let count = state.pointee.input.lock.withLock { () -> Int in
      var count = 0
      while count < 64, let byte = state.pointee.console.serial.get() {
        count &+= 1
        // What nobody reads is dropped.
        if state.pointee.input.written &- state.pointee.input.taken < 255 {
          state.pointee.input.ring[Int(state.pointee.input.written)] = byte
          state.pointee.input.written &+= 1
        }
      }
      return count
    }
    if count > 0 { consoleInput() }
  }

  /// Takes the next character that was typed, if there is one.
  public static func readConsole() -> UInt8? {
    let state = Self.state
    return state.pointee.input.lock.withLock { () -> UInt8? in
      guard state.pointee.input.taken != state.pointee.input.written else { return nil }
      let byte = state.pointee.input.ring[Int(state.pointee.input.taken)]
      state.pointee.input.taken &+= 1
      return byte
    }
  }

  /// Writes characters of dom0's to ring and serial line as they are.
  public static func writeConsole(_ bytes: InlineArray<128, UInt8>, count: Int) {
    withConsole { console in
      for i in 0..<min(max(count, 0), 128) { console.put(bytes[i]) }
    }
  }
}
