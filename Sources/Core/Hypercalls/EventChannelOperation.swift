import Domains
import EventChannels
import Machine
import Primitives
import Sync
import XenABI

/// `HYPERVISOR_event_channel_op`: binding ports, sending events.
extension Hypervisor {
  /// Performs an `EVTCHNOP_*`.
  ///
  /// A result that cannot be written back leaves the port as it is, bound but unknown to the guest.
  public func eventChannelOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let number = UInt32(truncatingIfNeeded: arguments.first)
    if number == Self.resumeReset {
      return try resetPorts(caller, arguments) { ports throws(XenErrno) in
        try ports.resumeReset()
      }
    }
    guard let operation = EventChannelOp(rawValue: number) else { throw .ENOSYS }
    let address = arguments.second
    switch operation {
    case .allocUnbound: try allocateUnbound(caller, GuestHandle(address: address))
    case .bindInterdomain: try bindInterdomain(caller, GuestHandle(address: address))
    case .bindVIRQ: try bindVIRQ(caller, GuestHandle(address: address))
    case .bindIPI: try bindIPI(caller, GuestHandle(address: address))
    case .bindPIRQ: try bindPIRQ(caller, GuestHandle(address: address))
    case .close:
      let request = try read(GuestHandle<EventChannelClose>(address: address))
      try closePort(Port(request.port), of: caller.domain)
    case .send:
      let request = try read(GuestHandle<EventChannelSend>(address: address))
      try send(Port(request.port), from: caller.domain)
    case .status: try status(caller, GuestHandle(address: address))
    case .bindVCPU: try bindVCPU(caller, GuestHandle(address: address))
    case .unmask:
      let request = try read(GuestHandle<EventChannelUnmask>(address: address))
      try unmask(Port(request.port), of: caller.domain)
    case .reset:
      return try resetPorts(caller, arguments) { ports throws(XenErrno) in
        try ports.beginReset()
      }
    case .setPriority:
      let request = try read(GuestHandle<EventChannelSetPriority>(address: address))
      try withPorts(of: caller.domain) { ports throws(XenErrno) in
        try ports.setPriority(Port(request.port))
      }
    case .initControl:
      try refuseFIFO(caller, try read(GuestHandle<EventChannelInitControl>(address: address)))
    case .expandArray:
      _ = try read(GuestHandle<EventChannelExpandArray>(address: address))
      // Nobody has an array that could grow.
      throw .EOPNOTSUPP
    }
    return .success
  }

  /// `HYPERVISOR_event_channel_op_compat`: a command with its structure behind it.
  public func oldEventChannelOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let command = try read(GuestHandle<UInt32>(address: arguments.first))
    guard let operation = EventChannelOp(rawValue: command) else { throw .ENOSYS }
    switch operation {
    case .reset, .initControl, .expandArray, .setPriority: throw .ENOSYS
    case .allocUnbound, .bindInterdomain, .bindVIRQ, .bindIPI, .bindPIRQ, .close, .send, .status,
      .bindVCPU, .unmask:
      return try eventChannelOperation(
        caller, HypercallArguments(UInt64(command), arguments.first &+ 4))
    }
  }

  // Guests that are refused the FIFO layout use the 2-level one; a request that makes no sense is
  // told apart from one that is only refused.
  private func refuseFIFO(
    _ caller: Caller, _ request: EventChannelInitControl
  ) throws(XenErrno) {
    guard caller.domain.pointee.vcpu(VCPUID(request.vcpu)) != nil else { throw .ENOENT }
    // `struct evtchn_fifo_control_block`.
    let blockBytes: UInt32 = 72
    guard request.offset <= 4096 - blockBytes, request.offset & 7 == 0 else { throw .EINVAL }
    let frame = try M.holdWritableFrame(GFN(request.controlGFN), of: caller.domain, in: self)
    M.releaseWritableFrame(frame, in: self)
    throw .ENOSYS
  }

  private func allocateUnbound(
    _ caller: Caller, _ handle: GuestHandle<EventChannelAllocUnbound>
  ) throws(XenErrno) {
    var request = try read(handle)
    let target = try administered(DomainID(request.domain), by: caller)
    let remote = resolved(DomainID(request.remoteDomain), for: caller)
    let port = try withPorts(of: target.domain) { ports throws(XenErrno) in
      try ports.allocateUnbound(for: remote) { allocateOwnFrame() }
    }
    request.port = port.rawValue
    try write(request, to: handle)
  }

  private func bindInterdomain(
    _ caller: Caller, _ handle: GuestHandle<EventChannelBindInterdomain>
  ) throws(XenErrno) {
    var request = try read(handle)
    let remote = resolved(DomainID(request.remoteDomain), for: caller)
    let port = try connect(caller.domain, to: Peer(remote, Port(request.remotePort)))
    request.localPort = port.rawValue
    try write(request, to: handle)
  }

  private func bindVIRQ(
    _ caller: Caller, _ handle: GuestHandle<EventChannelBindVIRQ>
  ) throws(XenErrno) {
    var request = try read(handle)
    let (virq, vcpu) = (request.virq, VCPUID(request.vcpu))
    let port = try withPorts(of: caller.domain) { ports throws(XenErrno) in
      try ports.bindVIRQ(virq, on: vcpu) { allocateOwnFrame() }
    }
    request.port = port.rawValue
    try write(request, to: handle)
  }

  private func bindIPI(
    _ caller: Caller, _ handle: GuestHandle<EventChannelBindIPI>
  ) throws(XenErrno) {
    var request = try read(handle)
    let vcpu = VCPUID(request.vcpu)
    let port = try withPorts(of: caller.domain) { ports throws(XenErrno) in
      try ports.bindIPI(on: vcpu) { allocateOwnFrame() }
    }
    request.port = port.rawValue
    try write(request, to: handle)
  }

  private func bindPIRQ(
    _ caller: Caller, _ handle: GuestHandle<EventChannelBindPIRQ>
  ) throws(XenErrno) {
    var request = try read(handle)
    let pirq = request.pirq
    guard pirq < UInt32(EventChannels.pirqLimit) else { throw .EINVAL }
    guard caller.domain.pointee.interruptPermissions.contains(UInt64(pirq)) else { throw .EPERM }
    let port = try withPorts(of: caller.domain) { ports throws(XenErrno) in
      try ports.bindPIRQ(pirq) { allocateOwnFrame() }
    }
    do throws(XenErrno) {
      try M.bindInterrupt(pirq, flags: request.flags, to: caller.domain, in: self)
    } catch {
      // The machine never had the interrupt, so nothing is released there.
      _ = try withPorts(of: caller.domain) { ports throws(XenErrno) in try ports.close(port) }
      throw error
    }
    request.port = port.rawValue
    try write(request, to: handle)
  }

  private func bindVCPU(
    _ caller: Caller, _ handle: GuestHandle<EventChannelBindVCPU>
  ) throws(XenErrno) {
    let request = try read(handle)
    let id = VCPUID(request.vcpu)
    guard let vcpu = caller.domain.pointee.vcpu(id) else { throw .ENOENT }
    let moved = try withPorts(of: caller.domain) { ports throws(XenErrno) in
      try ports.bindVCPU(Port(request.port), to: id)
    }
    if let moved { M.moveInterrupt(moved, to: vcpu, in: self) }
  }

  private func status(
    _ caller: Caller, _ handle: GuestHandle<EventChannelStatus>
  ) throws(XenErrno) {
    var request = try read(handle)
    let target = try administered(DomainID(request.domain), by: caller)
    let port = Port(request.port)
    let found = try withPorts(of: target.domain) { ports throws(XenErrno) in
      try ports.status(port)
    }
    request.vcpu = found.vcpu.rawValue
    switch found.binding {
    case .closed:
      request.status = EventChannelState.closed.rawValue
    case .unbound(let remote):
      request.status = EventChannelState.unbound.rawValue
      request.remoteDomain = remote.rawValue
    case .interdomain(let peer):
      request.status = EventChannelState.interdomain.rawValue
      request.remoteDomain = peer.domain.rawValue
      request.remotePort = peer.port.rawValue
    case .pirq(let pirq):
      request.status = EventChannelState.pirq.rawValue
      request.line = pirq
    case .virq(let virq):
      request.status = EventChannelState.virq.rawValue
      request.line = virq
    case .ipi:
      request.status = EventChannelState.ipi.rawValue
    }
    try write(request, to: handle)
  }

  // The number under which an interrupted reset goes on; `EVTCHNOP_reset_cont` in Xen's own source,
  // not for guests to start with.
  private static var resumeReset: UInt32 { 14 }

  private func resetPorts(
    _ caller: Caller, _ arguments: HypercallArguments,
    start: (PortTable) throws(XenErrno) -> Port
  ) throws(XenErrno) -> HypercallOutcome {
    let request = try read(GuestHandle<EventChannelReset>(address: arguments.second))
    let target = try administered(DomainID(request.domain), by: caller)
    let domain = target.domain
    if domain != caller.domain {
      let pauses = domain.pointee.stateLock.withLock { domain.pointee.controllerPauses }
      guard pauses > 0 else { throw .EINVAL }
    }
    var port = try withPorts(of: domain, start)
    let end = try withPorts(of: domain) { ports in ports.storedPorts }
    while port.index < end {
      // Ports that are not in use say so by an error.
      try? closePort(port, of: domain)
      port = Port(port.rawValue + 1)
      if port.rawValue & 63 == 0, M.hasPendingInterrupt {
        try withPorts(of: domain) { ports in ports.suspendReset(at: port) }
        var rest = arguments
        rest.first = UInt64(Self.resumeReset)
        return .again(rest)
      }
    }
    try withPorts(of: domain) { ports in ports.endReset() }
    return .success
  }
}
