import Machine
import XenABI

extension PortTable {
  /// Finds whom an event sent through `port` is for.
  /// - Throws: `EINVAL` if guests cannot send through the port.
  /// - Source: `EVTCHNOP_send`.
  public func send(_ port: Port) throws(XenErrno) -> SendAction {
    let entry = try existingEntry(port)
    switch entry.state {
    case .interdomain: return .remote(to: entry.peer)
    case .ipi: return .local(Notification(port, entry.vcpu))
    case .unbound: return .nothing
    case .free, .reserved, .pirq, .virq: throw .EINVAL
    }
  }

  /// Takes an event from a peer. The sender's lock is no longer held, so the channel may have been
  /// closed since: then there is nobody to notify.
  public func accept(at port: Port, from peer: Peer) -> Notification? {
    guard let entry = entry(port), entry.state == .interdomain, entry.peer == peer else {
      return nil
    }
    return Notification(port, entry.vcpu)
  }

  /// Whom to notify of a virtual interrupt, or nil if the line is not bound.
  /// - Parameter vcpu: which vCPU's line, if every vCPU has its own.
  public func notification(virq: VIRQ, of vcpu: VCPUID = VCPUID(0)) -> Notification? {
    guard let scope = VIRQScope(virq: virq.rawValue) else { return nil }
    return notification(of: boundPort(virq: virq.rawValue, scope, vcpu))
  }

  /// Whom to notify of a physical interrupt, or nil if it is not bound.
  public func notification(pirq: UInt32) -> Notification? {
    notification(of: boundPort(pirq: pirq))
  }

  /// The port that a physical interrupt is bound to, or nil.
  public func port(ofPIRQ pirq: UInt32) -> Port? { notification(pirq: pirq)?.port }

  private func notification(of port: Port) -> Notification? {
    guard port.rawValue != 0, let entry = entry(port) else { return nil }
    return Notification(port, entry.vcpu)
  }

  /// The port and the vCPU that it notifies, for `unmask`.
  /// - Throws: `EINVAL` without such a port.
  public func notification(at port: Port) throws(XenErrno) -> Notification {
    Notification(port, try existingEntry(port).vcpu)
  }

  /// Marks an event as pending for the guest.
  /// - Parameter vcpu: the page part of the notified vCPU; nil if it has none yet.
  public func raise(_ event: Notification, on vcpu: VCPUInfoView?) -> Delivery {
    sharedInfo.raise(event.port, on: vcpu)
  }

  /// Unmasks a port for the guest, and raises the upcall if an event waited behind the mask.
  /// - Source: `EVTCHNOP_unmask`.
  public func unmask(_ event: Notification, on vcpu: VCPUInfoView?) -> Delivery {
    sharedInfo.unmask(event.port, on: vcpu)
  }

  /// Whether an event is pending on a port, masked or not: what `SCHEDOP_poll` looks at first.
  /// - Throws: `EINVAL` without such a port.
  public func isPending(_ port: Port) throws(XenErrno) -> Bool {
    _ = try existingEntry(port)
    return sharedInfo.isPending(port)
  }
}
