import CGuest
import Synchronization
import XenABI

private let upcalls = Atomic<UInt64>(0)
private let lastPort = Atomic<UInt32>(0)
private let lastCPU = Atomic<UInt32>(0)
private let portsSeen = Atomic<UInt64>(0)

/// Event channels: the two-level bitmap and the operations every guest needs.
public enum Events {
  /// Upcalls delivered since the start, over all vCPUs.
  public static var upcallCount: UInt64 { upcalls.load(ordering: .acquiring) }
  /// Pending ports taken by upcalls since the start.
  public static var portCount: UInt64 { portsSeen.load(ordering: .acquiring) }
  /// The port taken from the bitmap last.
  public static var lastSeen: UInt32 { lastPort.load(ordering: .acquiring) }
  /// The vCPU that took it.
  public static var lastVCPU: UInt32 { lastCPU.load(ordering: .acquiring) }

  /// EVTCHNOP_send.
  @discardableResult
  public static func send(_ port: UInt32) -> Int64 { call(.send, port) }
  /// EVTCHNOP_close.
  @discardableResult
  public static func close(_ port: UInt32) -> Int64 { call(.close, port) }
  /// EVTCHNOP_unmask.
  @discardableResult
  public static func unmask(_ port: UInt32) -> Int64 { call(.unmask, port) }

  /// An operation whose argument is one number.
  public static func call(_ operation: EventChannelOp, _ word: UInt32) -> Int64 {
    var argument = word
    return hypercall(.eventChannelOp, operation, &argument)
  }

  /// EVTCHNOP_bind_ipi: the port, or a negative error.
  public static func bindIPI(_ vcpu: UInt32) -> Int64 {
    var argument = Words(vcpu, 0)
    let end = hypercall(.eventChannelOp, EventChannelOp.bindIPI, &argument)
    return end == 0 ? Int64(argument.b) : end
  }

  /// EVTCHNOP_bind_virq: the port, or a negative error.
  public static func bindVIRQ(_ virq: UInt32, _ vcpu: UInt32) -> Int64 {
    var argument = Words(virq, vcpu)
    let end = hypercall(.eventChannelOp, EventChannelOp.bindVIRQ, &argument)
    return end == 0 ? Int64(argument.c) : end
  }

  /// EVTCHNOP_alloc_unbound: the port, or a negative error.
  public static func allocateUnbound(_ domain: UInt16, for remote: UInt16) -> Int64 {
    var argument = Words(UInt32(domain) | UInt32(remote) << 16, 0)
    let end = hypercall(.eventChannelOp, EventChannelOp.allocUnbound, &argument)
    return end == 0 ? Int64(argument.b) : end
  }

  /// EVTCHNOP_bind_interdomain: the local port, or a negative error.
  public static func bindInterdomain(_ remote: UInt16, _ port: UInt32) -> Int64 {
    var argument = Words(UInt32(remote), port)
    let end = hypercall(.eventChannelOp, EventChannelOp.bindInterdomain, &argument)
    return end == 0 ? Int64(argument.c) : end
  }

  /// EVTCHNOP_bind_vcpu.
  public static func bindVCPU(_ port: UInt32, _ vcpu: UInt32) -> Int64 {
    var argument = Words(port, vcpu)
    return hypercall(.eventChannelOp, EventChannelOp.bindVCPU, &argument)
  }

  /// What EVTCHNOP_status tells about a port.
  public struct Status {
    /// 0 or a negative error.
    public let result: Int64
    /// EVTCHNSTAT_*: 0 closed, 1 unbound, 2 interdomain, 3 pirq, 4 virq, 5 ipi.
    public let kind: UInt32
    /// The vCPU it notifies.
    public let vcpu: UInt32
    /// Kind-dependent: remote domain, or virq.
    public let first: UInt32
    /// Remote port of an interdomain channel.
    public let second: UInt32
  }

  /// EVTCHNOP_status.
  public static func status(_ port: UInt32, of domain: UInt16 = 0x7ff0) -> Status {
    var argument = Words(UInt32(domain), port)
    let end = hypercall(.eventChannelOp, EventChannelOp.status, &argument)
    return Status(
      result: end, kind: argument.c, vcpu: argument.d, first: argument.e, second: argument.f)
  }

  /// Lets upcalls in on this vCPU, and takes what is pending already.
  public static func enable() {
    SharedInfo.upcallMask = false
    while SharedInfo.upcallPending { _ = hypercall(.xenVersion, 0) }
  }
  /// Keeps upcalls out on this vCPU.
  public static func disable() { SharedInfo.upcallMask = true }

  static func noteUpcall() { upcalls.wrappingAdd(1, ordering: .relaxed) }
  static func note(_ port: UInt32) {
    lastPort.store(port, ordering: .relaxed)
    lastCPU.store(UInt32(truncatingIfNeeded: guest_cpu()), ordering: .relaxed)
    portsSeen.wrappingAdd(1, ordering: .releasing)
  }
}

/// Eight 4-byte words: the argument of a hypercall, or part of one.
public struct Words: BitwiseCopyable {
  public var a: UInt32
  public var b: UInt32
  public var c: UInt32
  public var d: UInt32
  public var e: UInt32 = 0
  public var f: UInt32 = 0
  public var g: UInt32 = 0
  public var h: UInt32 = 0

  public init(_ a: UInt32, _ b: UInt32 = 0, _ c: UInt32 = 0, _ d: UInt32 = 0) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }
}

/// Takes every pending unmasked port, as a kernel does: clears the upcall flag first, then the
/// selector, then each port.
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
