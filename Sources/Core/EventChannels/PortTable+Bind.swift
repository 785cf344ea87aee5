import Machine
import XenABI

// Every allocation takes the lowest free port. `supply` gives a frame when the table must grow.
extension PortTable {
  /// Allocates a port that `remote` may connect to.
  /// - Throws: `ENOSPC` without a free port, `ENOMEM` without a frame, `EINVAL` if the domain dies.
  /// - Source: `EVTCHNOP_alloc_unbound`.
  public func allocateUnbound(
    for remote: DomainID, _ supply: () -> MFN?
  ) throws(XenErrno) -> Port {
    let port = try freePort(supply)
    occupy(port, PortEntry(.unbound, domain: remote))
    return port
  }

  /// Connects a new port of domain `local`, whose table this is, to an unbound port of a peer.
  ///
  /// Both tables' locks are held. What the peer sent while it was unbound was lost, so the new port
  /// is notified in any case: raise the result here.
  /// - Throws: as `allocateUnbound`; `EINVAL` if the peer's port does not wait for `local`.
  /// - Source: `EVTCHNOP_bind_interdomain`.
  public func bindInterdomain(
    _ local: DomainID, to peer: Peer, in remote: PortTable, _ supply: () -> MFN?
  ) throws(XenErrno) -> Notification {
    let port = try freePort(supply)
    var other = try remote.existingEntry(peer.port)
    guard other.state == .unbound, other.domain == local else { throw .EINVAL }
    occupy(port, PortEntry(.interdomain, domain: peer.domain, number: peer.port.rawValue))
    other = PortEntry(.interdomain, vcpu: other.vcpu, domain: local, number: port.rawValue)
    remote.setEntry(peer.port, other)
    return Notification(port, VCPUID(0))
  }

  /// Binds a new port to a virtual interrupt line.
  /// - Throws: `EINVAL` for no such line or a global one elsewhere than on vCPU 0, `ENOENT` without
  ///   such a vCPU, `EEXIST` if the line is bound, else as `allocateUnbound`.
  /// - Source: `EVTCHNOP_bind_virq`.
  public func bindVIRQ(
    _ virq: UInt32, on vcpu: VCPUID, _ supply: () -> MFN?
  ) throws(XenErrno) -> Port {
    guard let scope = VIRQScope(virq: virq) else { throw .EINVAL }
    if scope == .global, vcpu.rawValue != 0 { throw .EINVAL }
    guard isVCPU(vcpu) else { throw .ENOENT }
    guard boundPort(virq: virq, scope, vcpu).rawValue == 0 else { throw .EEXIST }
    let port = try freePort(supply)
    occupy(port, PortEntry(.virq, vcpu: vcpu, number: virq))
    setBoundPort(virq: virq, scope, vcpu, port)
    return port
  }

  /// Binds a new port to events that the domain's vCPUs send to `vcpu`.
  /// - Throws: `ENOENT` without such a vCPU, else as `allocateUnbound`.
  /// - Source: `EVTCHNOP_bind_ipi`.
  public func bindIPI(on vcpu: VCPUID, _ supply: () -> MFN?) throws(XenErrno) -> Port {
    guard isVCPU(vcpu) else { throw .ENOENT }
    let port = try freePort(supply)
    occupy(port, PortEntry(.ipi, vcpu: vcpu))
    return port
  }

  /// Binds a new port to a physical interrupt that the caller found the domain allowed to use. The
  /// caller then routes the interrupt, and closes the port again if that fails.
  /// - Throws: `EINVAL` past the last interrupt, `EEXIST` if it is bound, else as `allocateUnbound`.
  /// - Source: `EVTCHNOP_bind_pirq`.
  public func bindPIRQ(_ pirq: UInt32, _ supply: () -> MFN?) throws(XenErrno) -> Port {
    guard pirq < UInt32(EventChannels.pirqLimit) else { throw .EINVAL }
    guard boundPort(pirq: pirq).rawValue == 0 else { throw .EEXIST }
    let port = try freePort(supply)
    occupy(port, PortEntry(.pirq, number: pirq))
    setBoundPort(pirq: pirq, port)
    return port
  }

  /// Makes a port notify another vCPU.
  /// - Returns: the physical interrupt to move to where that vCPU runs, if the port stands for one
  ///   and notified another vCPU until now.
  /// - Throws: `ENOENT` without such a vCPU, `EINVAL` for a port that cannot be moved.
  /// - Source: `EVTCHNOP_bind_vcpu`.
  public func bindVCPU(_ port: Port, to vcpu: VCPUID) throws(XenErrno) -> UInt32? {
    guard isVCPU(vcpu) else { throw .ENOENT }
    var entry = try existingEntry(port)
    var moved: UInt32?
    switch entry.state {
    case .virq:
      guard VIRQScope(virq: entry.number) == .global else { throw .EINVAL }
    case .pirq:
      if entry.vcpu != vcpu { moved = entry.number }
    case .unbound, .interdomain:
      break
    case .free, .reserved, .ipi:
      throw .EINVAL
    }
    entry.vcpu = vcpu
    setEntry(port, entry)
    return moved
  }

  /// Refuses to set a priority: the 2-level layout has none.
  /// - Throws: `EINVAL` without such a port, else `ENOSYS`.
  /// - Source: `EVTCHNOP_set_priority`.
  public func setPriority(_ port: Port) throws(XenErrno) {
    _ = try existingEntry(port)
    throw .ENOSYS
  }

  /// What a port is bound to, and the vCPU that it notifies.
  /// - Throws: `EINVAL` without such a port.
  /// - Source: `EVTCHNOP_status`.
  public func status(_ port: Port) throws(XenErrno) -> (binding: PortBinding, vcpu: VCPUID) {
    let entry = try existingEntry(port)
    let binding: PortBinding =
      switch entry.state {
      case .free, .reserved: .closed
      case .unbound: .unbound(entry.domain)
      case .interdomain: .interdomain(entry.peer)
      case .pirq: .pirq(entry.number)
      case .virq: .virq(entry.number)
      case .ipi: .ipi
      }
    return (binding, entry.vcpu)
  }
}
