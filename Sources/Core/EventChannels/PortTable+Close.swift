import Machine
import XenABI

extension PortTable {
  /// Closes a port; an event pending on it is forgotten.
  ///
  /// With the peer's lock held too, carrying out the action under the same locks makes the change
  /// at both ends one. Carried out later, under the peer's lock alone, the peer's events go nowhere
  /// meanwhile (`accept` compares both ends).
  /// - Throws: `EINVAL` if the port is not in use.
  /// - Source: `EVTCHNOP_close`.
  public func close(_ port: Port) throws(XenErrno) -> CloseAction {
    let entry = try existingEntry(port)
    var action = CloseAction.nothing
    switch entry.state {
    case .free, .reserved:
      throw .EINVAL
    case .unbound, .ipi:
      break
    case .interdomain:
      action = .tellPeer(entry.peer)
    case .virq:
      // A global line's port may have moved, but the line was bound on vCPU 0.
      if let scope = VIRQScope(virq: entry.number) {
        setBoundPort(virq: entry.number, scope, entry.vcpu, Port(0))
      }
    case .pirq:
      setBoundPort(pirq: entry.number, Port(0))
      action = .releasePIRQ(entry.number)
    }
    vacate(port)
    return action
  }

  /// The port at the other end, if there is one: tells whose lock `close` needs as well.
  public func peer(of port: Port) -> Peer? {
    guard let entry = entry(port), entry.state == .interdomain else { return nil }
    return entry.peer
  }

  /// Notes that the other end of a channel was closed: the port waits for that domain again.
  /// Nothing happens if the port meanwhile serves another purpose.
  public func peerClosed(_ port: Port, by peer: Peer) {
    guard let entry = entry(port), entry.state == .interdomain, entry.peer == peer else { return }
    setEntry(port, PortEntry(.unbound, vcpu: entry.vcpu, domain: peer.domain))
  }
}

// Closing all ports is long work: the caller closes one after the other, and may stop in between.
extension PortTable {
  /// Starts closing all ports, and says with which one to begin. Close every port below
  /// `storedPorts` that is in use, then call `endReset`.
  /// - Throws: `EBUSY` if a reset is under way.
  /// - Source: `EVTCHNOP_reset`.
  public func beginReset() throws(XenErrno) -> Port {
    guard nextReset == 0 else { throw .EBUSY }
    nextReset = 1
    return Port(1)
  }

  /// Resumes an interrupted reset, and says with which port to go on.
  /// - Throws: `EBUSY` if none is under way.
  public func resumeReset() throws(XenErrno) -> Port {
    guard nextReset != 0 else { throw .EBUSY }
    return Port(nextReset)
  }

  /// Notes the port with which an interrupted reset goes on.
  public func suspendReset(at port: Port) { nextReset = max(1, port.rawValue) }

  /// Notes that all ports were closed.
  public func endReset() { nextReset = 0 }
}
