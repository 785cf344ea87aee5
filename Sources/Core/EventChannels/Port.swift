import Machine

/// A port: one end of an event channel, numbered within its domain. Port 0 is never bound.
/// - Source: `evtchn_port_t` in `event_channel.h`.
public struct Port: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The ABI's number.
  public var rawValue: UInt32

  /// The port of this number.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number as an index.
  @inlinable public var index: Int { Int(rawValue) }
}

/// A port of some domain: the other end of an interdomain channel.
public struct Peer: Equatable, BitwiseCopyable, Sendable {
  /// The domain.
  public var domain: DomainID
  /// Its port.
  public var port: Port

  /// Names a port of a domain.
  public init(_ domain: DomainID, _ port: Port) {
    self.domain = domain
    self.port = port
  }
}

/// What a port is bound to.
public enum PortBinding: Equatable, Sendable {
  /// Not in use, or never to be used.
  case closed
  /// Waits for this domain to connect.
  case unbound(DomainID)
  /// Connected to this port.
  case interdomain(Peer)
  /// A physical interrupt.
  case pirq(UInt32)
  /// A virtual interrupt, by its number in `VIRQ`.
  case virq(UInt32)
  /// Events from the domain's own vCPUs.
  case ipi
}

/// A port of the table's own domain that has an event, and the vCPU to tell.
public struct Notification: Equatable, BitwiseCopyable, Sendable {
  /// The port.
  public var port: Port
  /// The vCPU that the port notifies.
  public var vcpu: VCPUID

  /// Names a port and the vCPU that it notifies.
  public init(_ port: Port, _ vcpu: VCPUID) {
    self.port = port
    self.vcpu = vcpu
  }
}

/// What remains to be done after the bits of an event were written.
public enum Delivery: Equatable, Sendable {
  /// The event was pending before: nothing.
  case alreadyPending
  /// Newly pending, but masked or on its way already: wake vCPUs that poll the port.
  case recorded
  /// Newly pending, and so is the vCPU's upcall: wake vCPUs that poll the port, and wake or kick
  /// the notified vCPU.
  case upcallRaised
}

/// What `PortTable.send` found at the sending end.
public enum SendAction: Equatable, Sendable {
  /// Nobody to tell.
  case nothing
  /// An event for the sender's own domain.
  case local(Notification)
  /// An event for a peer: `PortTable.accept` in that domain's table, which may be this one.
  case remote(to: Peer)
}

/// What closing a port leaves to be done elsewhere.
public enum CloseAction: Equatable, Sendable {
  /// Nothing.
  case nothing
  /// `PortTable.peerClosed` in that domain's table, which may be this one.
  case tellPeer(Peer)
  /// The machine's side releases this physical interrupt.
  case releasePIRQ(UInt32)
}
