import CGuest
import Synchronization

private let upcalls = Atomic<UInt64>(0)
private let lastPort = Atomic<UInt32>(0)

/// Event channels: the two-level bitmap and the operations every guest needs.
public enum Events {
  /// Upcalls delivered since the start, over all vCPUs.
  public static var upcallCount: UInt64 { upcalls.load(ordering: .relaxed) }
  /// The port taken from the bitmap last.
  public static var lastSeen: UInt32 { lastPort.load(ordering: .relaxed) }

  /// EVTCHNOP_send.
  @discardableResult
  public static func send(_ port: UInt32) -> Int64 {
    var argument = port
    return hypercall(.eventChannelOp, 4, &argument)
  }

  static func noteUpcall() { upcalls.wrappingAdd(1, ordering: .relaxed) }
  static func note(_ port: UInt32) { lastPort.store(port, ordering: .relaxed) }
}

// Takes every pending unmasked port, as a kernel does: clears the upcall flag first, then the
// selector, then each port.
@c(guest_upcall)
public func upcall(_ frame: UInt64) {
  let here = SharedInfo.here
  Events.noteUpcall()
  while guest_exchange8(here, 0) != 0 {
    let selector = guest_exchange64(here &+ 8, 0)
    for word: UInt32 in 0..<64 where selector >> UInt64(word) & 1 != 0 {
      let base = SharedInfo.address &+ UInt64(word) &* 8
      var pending = guest_load64(base &+ 2048) & ~guest_load64(base &+ 2560)
      while pending != 0 {
        let port = word &* 64 &+ UInt32(pending.trailingZeroBitCount)
        pending &= pending &- 1
        SharedInfo.clearPending(port)
        Events.note(port)
      }
    }
  }
}

@c(guest_secondary_main)
public func secondaryMain(_ vcpu: UInt64) {
  while true { _ = hypercall(.schedOp, SchedOp.block.rawValue) }
}
