import EventChannels
import Machine
import Primitives
import Sync
import Synchronization
import XenABI

/// Events on their way: from whoever causes one to the vCPU that is told.
///
/// Event locks are taken one at a time, except by `connect`; under them only the heap's lock is.
extension Hypervisor {
  /// Runs `body` on a domain's event channels, under their lock.
  /// - Throws: `ESRCH` if the domain has none, else what `body` throws.
  @inline(__always)
  public func withPorts<R>(
    of domain: Ref<Domain>, _ body: (PortTable) throws(XenErrno) -> R
  ) throws(XenErrno) -> R {
    try domain.pointee.eventLock.withLock { () throws(XenErrno) -> R in
      guard let ports = domain.pointee.events else { throw .ESRCH }
      return try body(ports)
    }
  }

  /// Marks an event as pending and wakes whom it concerns.
  /// - Parameter find: says which port has the event, nil for none; runs under the event lock.
  public func notify(
    _ domain: Ref<Domain>, _ find: (PortTable) throws(XenErrno) -> Notification?
  ) throws(XenErrno) {
    try deliver(to: domain, find) { ports, event, view in ports.raise(event, on: view) }
  }

  /// Unmasks a port on the guest's behalf.
  /// - Throws: `EINVAL` without such a port.
  public func unmask(_ port: Port, of domain: Ref<Domain>) throws(XenErrno) {
    try deliver(to: domain) { ports throws(XenErrno) in
      try ports.notification(at: port)
    } by: { ports, event, view in
      ports.unmask(event, on: view)
    }
  }

  private func deliver(
    to domain: Ref<Domain>, _ find: (PortTable) throws(XenErrno) -> Notification?,
    by write: (PortTable, Notification, VCPUInfoView?) -> Delivery
  ) throws(XenErrno) {
    var event: Notification?
    let delivery = try withPorts(of: domain) { ports throws(XenErrno) -> Delivery in
      event = try find(ports)
      guard let event else { return .alreadyPending }
      return write(ports, event, infoView(event.vcpu, of: domain))
    }
    guard let event, delivery != .alreadyPending else { return }
    wakePollers(of: domain, event.port)
    if delivery == .upcallRaised, let vcpu = domain.pointee.vcpu(event.vcpu) {
      notifyUpcall(vcpu)
    }
  }

  // Where a vCPU's upcall bits are, nil if there is no such vCPU.
  private func infoView(_ id: VCPUID, of domain: Ref<Domain>) -> VCPUInfoView? {
    guard let vcpu = domain.pointee.vcpu(id),
      let frame = M.memory.frame(vcpu.pointee.infoFrame)
    else { return nil }
    return VCPUInfoView(frame, offset: vcpu.pointee.infoOffset)
  }

  // Ends the wait of vCPUs in SCHEDOP_poll that wait for this port, or for several.
  private func wakePollers(of domain: Ref<Domain>, _ port: Port) {
    let pollers = domain.pointee.pollers.members
    var next = pollers.next()
    while let n = next {
      next = pollers.next(from: n + 1)
      guard let vcpu = domain.pointee.vcpu(VCPUID(UInt32(n))) else { continue }
      let polled = vcpu.pointee.pollPort.load(ordering: .relaxed)
      guard polled == 0 || polled == port.rawValue,
        domain.pointee.pollers.remove(vcpu.pointee.id)
      else { continue }
      vcpu.pointee.blockers.bitwiseAnd(
        ~VCPUBlockers.polling.rawValue, ordering: .sequentiallyConsistent)
      wake(vcpu)
    }
  }

  /// Sends an event through a port of `domain`'s.
  /// - Throws: `EINVAL` if guests cannot send through the port.
  public func send(_ port: Port, from domain: Ref<Domain>) throws(XenErrno) {
    var remote: Peer?
    try notify(domain) { ports throws(XenErrno) -> Notification? in
      switch try ports.send(port) {
      case .nothing: return nil
      case .local(let event): return event
      case .remote(let peer):
        remote = peer
        return nil
      }
    }
    // The peer's own table decides, under its own lock, whether the channel still exists.
    guard let remote, let target = self.domain(remote.domain) else { return }
    let sender = Peer(domain.pointee.id, port)
    try? notify(target.domain) { ports in ports.accept(at: remote.port, from: sender) }
  }

  /// Connects a new port of `local`'s to a port that waits for it.
  /// - Throws: `ESRCH` without such a domain, else as `PortTable.bindInterdomain`.
  public func connect(_ local: Ref<Domain>, to peer: Peer) throws(XenErrno) -> Port {
    guard let remote = self.domain(peer.domain) else { throw .ESRCH }
    let other = remote.domain
    let event = try withEventLocks(local, other) { () throws(XenErrno) -> Notification in
      guard let ports = local.pointee.events, let otherPorts = other.pointee.events else {
        throw .ESRCH
      }
      return try ports.bindInterdomain(local.pointee.id, to: peer, in: otherPorts) {
        allocateOwnFrame()
      }
    }
    // What the peer sent before there was a connection is lost: let the guest look.
    try notify(local) { _ in event }
    return event.port
  }

  // Both ends change together: two event locks, the one of the lower domain id first.
  private func withEventLocks<R>(
    _ a: Ref<Domain>, _ b: Ref<Domain>, _ body: () throws(XenErrno) -> R
  ) throws(XenErrno) -> R {
    if a == b { return try a.pointee.eventLock.withLock(body) }
    let (first, second) = a.pointee.id < b.pointee.id ? (a, b) : (b, a)
    return try first.pointee.eventLock.withLock { () throws(XenErrno) -> R in
      try second.pointee.eventLock.withLock(body)
    }
  }

  /// Closes a port of `domain`'s, and tells the other end.
  /// - Throws: `EINVAL` if it is not in use.
  public func closePort(_ port: Port, of domain: Ref<Domain>) throws(XenErrno) {
    let action = try withPorts(of: domain) { ports throws(XenErrno) in try ports.close(port) }
    switch action {
    case .nothing:
      break
    case .releasePIRQ(let pirq):
      M.releaseInterrupt(pirq, of: domain, in: self)
    case .tellPeer(let peer):
      guard let other = self.domain(peer.domain) else { return }
      let closed = Peer(domain.pointee.id, port)
      try? withPorts(of: other.domain) { ports in ports.peerClosed(peer.port, by: closed) }
    }
  }

  /// Closes every port of a dying domain; it gets no others.
  func closeAllPorts(_ domain: Ref<Domain>) {
    let count = try? withPorts(of: domain) { ports in
      ports.markDying()
      return ports.storedPorts
    }
    // Ports that are not in use say so by an error.
    for number in 0..<(count ?? 0) {
      try? closePort(Port(UInt32(truncatingIfNeeded: number)), of: domain)
    }
    state.pointee.virqHandlers.remove(domain.pointee.id)
  }
}
