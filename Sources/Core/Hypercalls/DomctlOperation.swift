import Domains
import EventChannels
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import XenABI

/// `HYPERVISOR_domctl`: the part that is the same on every processor.
extension Hypervisor {
  /// Performs a `XEN_DOMCTL_*`.
  /// - Throws: `ESRCH` without such a domain, `ENOSYS` for commands that nobody has implemented, and
  ///   what the command throws.
  public func domctl(_ call: DomctlCall) throws(XenErrno) -> HypercallOutcome {
    switch call.command {
    case .createDomain: try createDomain(call)
    case .getDomainInfo: try getDomainInfo(call)
    default: return try domctlOnTarget(call)
    }
    return .success
  }

  private func domctlOnTarget(_ call: DomctlCall) throws(XenErrno) -> HypercallOutcome {
    let target = try target(of: call)
    let domain = target.domain
    switch call.command {
    case .destroyDomain:
      guard domain != call.caller.domain else { throw .EINVAL }
      // Progress is in the domain: the same call goes on with it.
      guard try destroy(domain) else { throw .ERESTART }
    case .pauseDomain: try controllerPause(domain, call)
    case .unpauseDomain: try controllerUnpause(domain)
    case .resumeDomain:
      guard domain != call.caller.domain else { throw .EINVAL }
      resume(domain)
    case .maxMemory:
      let request = try read(call.argument(DomctlMaxMemory.self))
      domain.pointee.pageLock.withLock {
        domain.pointee.maximumFrames = min(request.maxKiB >> 2, UInt64(UInt32.max) - 1)
      }
    case .maxVCPUs: try makeVCPUs(domain, call)
    case .setDomainHandle:
      let request = try read(call.argument(DomctlSetDomainHandle.self))
      domain.pointee.stateLock.withLock { domain.pointee.handle = request.handle }
    case .subscribe:
      let request = try read(call.argument(DomctlSubscribe.self))
      domain.pointee.stateLock.withLock { domain.pointee.suspendPort = request.port }
    case .setVIRQHandler:
      let request = try read(call.argument(DomctlSetVIRQHandler.self))
      try state.pointee.virqHandlers.set(request.virq, domain.pointee.id)
    case .getVCPUInfo: try getVCPUInfo(domain, call)
    case .setVCPUAffinity: try setAffinity(domain, call)
    case .getVCPUAffinity: try getAffinity(domain, call)
    case .setNodeAffinity: try setNodeAffinity(call)
    case .getNodeAffinity: try getNodeAffinity(call)
    case .schedulerOp: try schedulerParameters(domain, call)
    case .irqPermission: try permitInterrupt(domain, call)
    case .ioMemoryPermission: try permitMemory(domain, call)
    case .memoryMapping: try mapDeviceMemory(call)
    default: throw refusal(of: call, for: domain)
    }
    return .success
  }

  // What commands answer that are about things which are not here; after Xen 4.17, which answers
  // domains of the wrong kind (`EINVAL`) apart from machines without the means (`EOPNOTSUPP`).
  private func refusal(of call: DomctlCall, for domain: Ref<Domain>) -> XenErrno {
    let isOwn = domain == call.caller.domain
    switch call.command {
    case .setVNUMAInfo:
      // One node is all we tell guests of.
      guard let wanted = try? read(call.argument(DomctlVNUMA.self)) else { return .EFAULT }
      let isSound =
        wanted.nodeCount != 0 && wanted.pad == 0
        && wanted.vcpuCount == UInt32(domain.pointee.maximumVCPUs)
      return isSound ? .EOPNOTSUPP : .EINVAL
    case .setTarget:
      guard let wanted = try? read(call.argument(DomctlSetTarget.self)) else { return .EFAULT }
      return self.domain(DomainID(wanted.target)) == nil ? .ESRCH : .EINVAL
    case .setDebugging: return isOwn ? .EINVAL : .EOPNOTSUPP
    case .setAccessRequired: return isOwn ? .EPERM : .EOPNOTSUPP
    case .assignDevice, .deassignDevice, .testAssignDevice, .getDeviceGroup, .monitorOp:
      return .EOPNOTSUPP
    case .psrCMTOp, .psrAlloc: return .ENODEV
    case .bindPassthroughIRQ, .unbindPassthroughIRQ, .softReset, .vmtraceOp, .debugOp,
      .setBrokenPageP2M, .getHVMContext, .setHVMContext, .getHVMContextPartial:
      return .EINVAL
    default: return .ENOSYS
    }
  }

  // `XEN_DOMCTL_createdomain`.
  private func createDomain(_ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlCreateDomain.self))
    let wanted = try specification(of: request, id: call.domain)
    let id = try createDomain(wanted)
    let name = GuestHandle<UInt16>(address: call.address &+ UInt64(DomctlLayout.domain))
    try write(id.rawValue, to: name)
  }

  // Checks a wish for a domain: of what it may have, we have the PV part.
  private func specification(
    of request: DomctlCreateDomain, id: DomainID
  ) throws(XenErrno) -> DomainSpecification {
    let known =
      CreateDomainFlags.xenstoreDomain | CreateDomainFlags.s3Integrity
      | CreateDomainFlags.outOfSyncOff
    guard request.flags & ~known == 0, request.iommuOptions == 0, request.vmtraceSize == 0,
      request.maxVCPUs > 0, request.maxVCPUs <= UInt32(Domain.vcpuCapacity),
      request.arch.emulationFlags == 0,
      request.arch.miscFlags & ~ArchMiscFlags.msrRelaxed == 0
    else { throw .EINVAL }
    // Version 1 of the grant table is what there is.
    guard request.grantOptions & ~CreateDomainGrantOptions.versionMask == 0,
      request.grantOptions == 1
    else { throw .EINVAL }
    guard request.cpuPool == 0 else { throw .ESRCH }
    var wanted = DomainSpecification()
    wanted.id = id.isOrdinary && id.rawValue != 0 ? id : nil
    wanted.creationFlags = request.flags
    wanted.handle = request.handle
    wanted.maximumVCPUs = Int(request.maxVCPUs)
    wanted.maximumPort = min(request.maxEventChannelPort, UInt32(Int32.max))
    let limits = state.pointee.grantLimits
    wanted.maximumGrantFrames = UInt32(exactly: request.maxGrantFrames) ?? limits.frames
    wanted.maximumMapTrackFrames =
      UInt32(exactly: request.maxMaptrackFrames) ?? limits.mapTrackFrames
    // A table has at least one frame.
    guard (1...limits.frames).contains(wanted.maximumGrantFrames),
      wanted.maximumMapTrackFrames <= limits.mapTrackFrames
    else { throw .EINVAL }
    return wanted
  }

  // `XEN_DOMCTL_pausedomain`: pauses of the toolstack's are counted apart.
  private func controllerPause(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    guard domain != call.caller.domain else { throw .EINVAL }
    let isCounted = domain.pointee.stateLock.withLock {
      // More than any toolstack has reason for.
      guard domain.pointee.controllerPauses < 255 else { return false }
      domain.pointee.controllerPauses += 1
      return true
    }
    guard isCounted else { throw .EOVERFLOW }
    pause(domain)
    waitUntilUnloaded(domain)
  }

  private func controllerUnpause(_ domain: Ref<Domain>) throws(XenErrno) {
    let wasPaused = domain.pointee.stateLock.withLock {
      guard domain.pointee.controllerPauses > 0 else { return false }
      domain.pointee.controllerPauses -= 1
      domain.pointee.hasStarted = true
      return true
    }
    guard wasPaused else { throw .EINVAL }
    unpause(domain)
  }

  // `XEN_DOMCTL_max_vcpus`: makes all the vCPUs that the domain was created for.
  private func makeVCPUs(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlMaxVCPUs.self))
    guard domain != call.caller.domain, request.max == UInt32(domain.pointee.maximumVCPUs) else {
      throw .EINVAL
    }
    for i in 0..<request.max where domain.pointee.vcpu(VCPUID(i)) == nil {
      try createVCPU(VCPUID(i), of: domain)
    }
  }
}
