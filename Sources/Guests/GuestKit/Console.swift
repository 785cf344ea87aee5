import CGuest
import XenABI
import Text

/// The guest's way out: console_io for dom0, the console ring of start_info for other domains.
public enum Console {
  /// Writes a line and a line feed in one piece.
  public static func say(_ line: Line) {
    var line = line
    line.buffer.append(byte: 10)
    // Safety: the bytes stay valid for the call.
    unsafe line.withBytes { bytes, count in
      write(UInt64(UInt(bitPattern: bytes)), UInt64(count))
    }
  }

  static func write(_ address: UInt64, _ count: UInt64) {
    if StartInfo.current.isInitialDomain {
      _ = hypercall(.consoleIO, 0, count, address)
    } else {
      writeToRing(address, count)
    }
  }

  /// Waits, 2 seconds at most, until the console's back end has read everything.
  public static func drain() {
    guard !StartInfo.current.isInitialDomain else { return }
    let ring = Memory.address(ofMachineFrame: StartInfo.current.consoleFrame)
    let end = Clock.now &+ 2_000_000_000
    while guest_load32(ring &+ 3080) != guest_load32(ring &+ 3084), Clock.now < end {
      _ = hypercall(.schedOp, SchedOp.yield)
    }
  }

  // struct xencons_interface: in[1024], out[2048], in_cons, in_prod, out_cons, out_prod.
  // - Source: public/io/console.h
  private static func writeToRing(_ address: UInt64, _ count: UInt64) {
    let info = StartInfo.current
    let ring = Memory.address(ofMachineFrame: info.consoleFrame)
    var done: UInt64 = 0
    while done < count {
      let consumed = guest_load32(ring &+ 3080)
      let produced = guest_load32(ring &+ 3084)
      if produced &- consumed >= 2048 {
        Events.send(info.consolePort)
        _ = hypercall(.schedOp, SchedOp.yield, 0)
        continue
      }
      let byte = guest_load8(address &+ done)
      guest_store8(ring &+ 1024 &+ UInt64(produced & 2047), byte)
      guest_fence()
      guest_store32(ring &+ 3084, produced &+ 1)
      done &+= 1
    }
    Events.send(info.consolePort)
  }
}

/// Writes a line to the console.
public func say(_ line: Line) { Console.say(line) }
