// Event channels: operations, their arguments, and the FIFO structures.
//
// Source: xen/event_channel.h.

/// Command of `event_channel_op`.
public enum EventChannelOp: UInt32, Sendable {
  /// Connects to an unbound port of another domain (`EVTCHNOP_bind_interdomain`).
  case bindInterdomain = 0
  /// Binds a port to a virtual interrupt (`EVTCHNOP_bind_virq`).
  case bindVIRQ = 1
  /// Binds a port to a physical interrupt (`EVTCHNOP_bind_pirq`).
  case bindPIRQ = 2
  /// Closes a port (`EVTCHNOP_close`).
  case close = 3
  /// Sends an event to the other end (`EVTCHNOP_send`).
  case send = 4
  /// Reads the state of a port (`EVTCHNOP_status`).
  case status = 5
  /// Allocates a port that another domain may connect to (`EVTCHNOP_alloc_unbound`).
  case allocUnbound = 6
  /// Binds a port to a vCPU for inter-processor events (`EVTCHNOP_bind_ipi`).
  case bindIPI = 7
  /// Sets the vCPU that a port notifies (`EVTCHNOP_bind_vcpu`).
  case bindVCPU = 8
  /// Unmasks a port and delivers what is pending (`EVTCHNOP_unmask`).
  case unmask = 9
  /// Closes all ports of a domain (`EVTCHNOP_reset`).
  case reset = 10
  /// Registers a vCPU's FIFO control block and switches to FIFO (`EVTCHNOP_init_control`).
  case initControl = 11
  /// Adds a page to the FIFO event array (`EVTCHNOP_expand_array`).
  case expandArray = 12
  /// Sets the FIFO priority of a port (`EVTCHNOP_set_priority`).
  case setPriority = 13
}

/// State of a port, as `EVTCHNOP_status` tells it.
public enum EventChannelState: UInt32, Sendable {
  /// Not in use (`EVTCHNSTAT_closed`).
  case closed = 0
  /// Waits for a connection (`EVTCHNSTAT_unbound`).
  case unbound = 1
  /// Connected to another domain (`EVTCHNSTAT_interdomain`).
  case interdomain = 2
  /// Bound to a physical interrupt (`EVTCHNSTAT_pirq`).
  case pirq = 3
  /// Bound to a virtual interrupt (`EVTCHNSTAT_virq`).
  case virq = 4
  /// Bound to a vCPU (`EVTCHNSTAT_ipi`).
  case ipi = 5
}

/// Argument of `EVTCHNOP_alloc_unbound` (`struct evtchn_alloc_unbound`).
public struct EventChannelAllocUnbound: BitwiseCopyable, Sendable {
  /// Domain that gets the port (`dom`).
  public var domain: UInt16 = 0
  /// Domain that may connect (`remote_dom`).
  public var remoteDomain: UInt16 = 0
  /// Out: the port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, remoteDomain: UInt16 = 0, port: UInt32 = 0) {
    self.domain = domain
    self.remoteDomain = remoteDomain
    self.port = port
  }
}

/// Argument of `EVTCHNOP_bind_interdomain` (`struct evtchn_bind_interdomain`).
public struct EventChannelBindInterdomain: BitwiseCopyable, Sendable {
  /// Domain to connect to (`remote_dom`).
  public var remoteDomain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Its unbound port (`remote_port`).
  public var remotePort: UInt32 = 0
  /// Out: the caller's port (`local_port`).
  public var localPort: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(remoteDomain: UInt16 = 0, remotePort: UInt32 = 0, localPort: UInt32 = 0) {
    self.remoteDomain = remoteDomain
    self.remotePort = remotePort
    self.localPort = localPort
  }
}

/// Argument of `EVTCHNOP_bind_virq` (`struct evtchn_bind_virq`).
public struct EventChannelBindVIRQ: BitwiseCopyable, Sendable {
  /// A `VIRQ` (`virq`).
  public var virq: UInt32 = 0
  /// vCPU to notify (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Out: the port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(virq: UInt32 = 0, vcpu: UInt32 = 0, port: UInt32 = 0) {
    self.virq = virq
    self.vcpu = vcpu
    self.port = port
  }
}

/// Flags of `EventChannelBindPIRQ`.
public enum BindPIRQFlags {
  /// The line may be shared (`BIND_PIRQ__WILL_SHARE`).
  public static var willShare: UInt32 { 1 }
}

/// Argument of `EVTCHNOP_bind_pirq` (`struct evtchn_bind_pirq`).
public struct EventChannelBindPIRQ: BitwiseCopyable, Sendable {
  /// Physical interrupt number of the domain (`pirq`).
  public var pirq: UInt32 = 0
  /// `BindPIRQFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Out: the port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(pirq: UInt32 = 0, flags: UInt32 = 0, port: UInt32 = 0) {
    self.pirq = pirq
    self.flags = flags
    self.port = port
  }
}

/// Argument of `EVTCHNOP_bind_ipi` (`struct evtchn_bind_ipi`).
public struct EventChannelBindIPI: BitwiseCopyable, Sendable {
  /// vCPU to notify (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Out: the port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(vcpu: UInt32 = 0, port: UInt32 = 0) {
    self.vcpu = vcpu
    self.port = port
  }
}

/// Argument of `EVTCHNOP_close` (`struct evtchn_close`).
public struct EventChannelClose: BitwiseCopyable, Sendable {
  /// The port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0) {
    self.port = port
  }
}

/// Argument of `EVTCHNOP_send` (`struct evtchn_send`).
public struct EventChannelSend: BitwiseCopyable, Sendable {
  /// The port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0) {
    self.port = port
  }
}

/// Argument of `EVTCHNOP_status`; `u` as two words.
public struct EventChannelStatus: BitwiseCopyable, Sendable {
  /// Domain asked about (`dom`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Its port (`port`).
  public var port: UInt32 = 0
  /// Out: an `EventChannelState` (`status`).
  public var status: UInt32 = 0
  /// Out: vCPU the port notifies (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Out: domain at the other end, or that may connect; low half of the PIRQ or VIRQ number
  /// (`u.interdomain.dom`).
  public var remoteDomain: UInt16 = 0
  private var _pad1: UInt16 = 0
  /// Out: port at the other end (`u.interdomain.port`).
  public var remotePort: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, port: UInt32 = 0, status: UInt32 = 0, vcpu: UInt32 = 0,
    remoteDomain: UInt16 = 0, remotePort: UInt32 = 0
  ) {
    self.domain = domain
    self.port = port
    self.status = status
    self.vcpu = vcpu
    self.remoteDomain = remoteDomain
    self.remotePort = remotePort
  }
}

extension EventChannelStatus {
  /// Number of the bound PIRQ or VIRQ, in the place of `remoteDomain` (`u.pirq`, `u.virq`).
  public var line: UInt32 {
    get { UInt32(remoteDomain) | UInt32(_pad1) << 16 }
    set {
      remoteDomain = UInt16(truncatingIfNeeded: newValue)
      _pad1 = UInt16(truncatingIfNeeded: newValue >> 16)
    }
  }
}

/// Argument of `EVTCHNOP_bind_vcpu` (`struct evtchn_bind_vcpu`).
public struct EventChannelBindVCPU: BitwiseCopyable, Sendable {
  /// The port (`port`).
  public var port: UInt32 = 0
  /// vCPU to notify (`vcpu`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0, vcpu: UInt32 = 0) {
    self.port = port
    self.vcpu = vcpu
  }
}

/// Argument of `EVTCHNOP_unmask` (`struct evtchn_unmask`).
public struct EventChannelUnmask: BitwiseCopyable, Sendable {
  /// The port (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0) {
    self.port = port
  }
}

/// Argument of `EVTCHNOP_reset` (`struct evtchn_reset`).
public struct EventChannelReset: BitwiseCopyable, Sendable {
  /// Domain whose ports are closed (`dom`).
  public var domain: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0) {
    self.domain = domain
  }
}

/// Argument of `EVTCHNOP_init_control` (`struct evtchn_init_control`).
public struct EventChannelInitControl: BitwiseCopyable, Sendable {
  /// Frame of the control block (`control_gfn`).
  public var controlGFN: UInt64 = 0
  /// Its offset in the frame (`offset`).
  public var offset: UInt32 = 0
  /// Its vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Out: bits of a link in an event word (`link_bits`).
  public var linkBits: UInt8 = 0
  /// Unused (`_pad`).
  public var reserved: InlineArray<7, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    controlGFN: UInt64 = 0, offset: UInt32 = 0, vcpu: UInt32 = 0, linkBits: UInt8 = 0,
    reserved: InlineArray<7, UInt8> = InlineArray(repeating: 0)
  ) {
    self.controlGFN = controlGFN
    self.offset = offset
    self.vcpu = vcpu
    self.linkBits = linkBits
    self.reserved = reserved
  }
}

/// Argument of `EVTCHNOP_expand_array` (`struct evtchn_expand_array`).
public struct EventChannelExpandArray: BitwiseCopyable, Sendable {
  /// Frame to add (`array_gfn`).
  public var arrayGFN: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(arrayGFN: UInt64 = 0) {
    self.arrayGFN = arrayGFN
  }
}

/// Argument of `EVTCHNOP_set_priority` (`struct evtchn_set_priority`).
public struct EventChannelSetPriority: BitwiseCopyable, Sendable {
  /// The port (`port`).
  public var port: UInt32 = 0
  /// 0, the highest, to 15 (`priority`).
  public var priority: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0, priority: UInt32 = 0) {
    self.port = port
    self.priority = priority
  }
}

/// Limits of the two event-channel layouts.
public enum EventChannelLimits {
  /// Ports of the 2-level layout (`EVTCHN_2L_NR_CHANNELS`).
  public static var twoLevelPortCount: UInt32 { 4096 }
  /// Ports of the FIFO layout (`EVTCHN_FIFO_NR_CHANNELS`).
  public static var fifoPortCount: UInt32 { 131072 }
  /// The highest priority (`EVTCHN_FIFO_PRIORITY_MAX`).
  public static var fifoPriorityHighest: UInt32 { 0 }
  /// The priority of a new port (`EVTCHN_FIFO_PRIORITY_DEFAULT`).
  public static var fifoPriorityDefault: UInt32 { 7 }
  /// The lowest priority (`EVTCHN_FIFO_PRIORITY_MIN`).
  public static var fifoPriorityLowest: UInt32 { 15 }
  /// Queues of a vCPU (`EVTCHN_FIFO_MAX_QUEUES`).
  public static var fifoQueueCount: UInt32 { 16 }
}

/// Bits of an event word in the FIFO layout: bit numbers, and the link in the low bits.
public enum FIFOEventWord {
  /// Bit: an event is pending (`EVTCHN_FIFO_PENDING`).
  public static var pendingBit: UInt32 { 31 }
  /// Bit: the port is masked (`EVTCHN_FIFO_MASKED`).
  public static var maskedBit: UInt32 { 30 }
  /// Bit: the port is on a queue (`EVTCHN_FIFO_LINKED`).
  public static var linkedBit: UInt32 { 29 }
  /// Bit: the hypervisor is updating the word (`EVTCHN_FIFO_BUSY`).
  public static var busyBit: UInt32 { 28 }
  /// Width of the link (`EVTCHN_FIFO_LINK_BITS`).
  public static var linkBits: UInt32 { 17 }
  /// Mask of the link (`EVTCHN_FIFO_LINK_MASK`).
  public static var linkMask: UInt32 { 0x1_FFFF }
}

/// Queue heads of one vCPU, shared with the guest (`struct evtchn_fifo_control_block`).
public struct FIFOControlBlock: BitwiseCopyable, Sendable {
  /// Bitmap of queues that are not empty (`ready`).
  public var ready: UInt32 = 0
  /// Unused (`_rsvd`).
  public var reserved: UInt32 = 0
  /// First port of each queue (`head`).
  public var head: InlineArray<16, UInt32> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    ready: UInt32 = 0, reserved: UInt32 = 0,
    head: InlineArray<16, UInt32> = InlineArray(repeating: 0)
  ) {
    self.ready = ready
    self.reserved = reserved
    self.head = head
  }
}

/// Byte offsets in `FIFOControlBlock`.
public enum FIFOControlBlockLayout {
  /// Byte offset of the bitmap of queues (`ready`).
  public static var ready: Int { 0x0 }
  /// Byte offset of the queue heads (`head`).
  public static var head: Int { 0x8 }
  /// Size of the structure in bytes.
  public static var size: Int { 72 }
}
