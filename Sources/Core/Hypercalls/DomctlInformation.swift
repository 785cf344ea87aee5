import Domains
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// What the toolstack is told of domains and vCPUs.
extension Hypervisor {
  /// `XEN_DOMCTL_getdomaininfo`: of the domain named or, if there is none, of the next one.
  func getDomainInfo(_ call: DomctlCall) throws(XenErrno) {
    guard call.domain.isOrdinary else { throw .EINVAL }
    guard let found = firstDomain(from: call.domain) else { throw .ESRCH }
    let info = information(on: found.domain)
    try write(info, to: call.argument(DomctlGetDomainInfo.self))
    let name = GuestHandle<UInt16>(address: call.address &+ UInt64(DomctlLayout.domain))
    try write(info.domain, to: name)
  }

  /// `XEN_SYSCTL_getdomaininfolist`.
  func getDomainInfoList(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlGetDomainInfoList.self))
    var next = DomainID(request.firstDomain)
    var count: UInt32 = 0
    while count < request.maxDomains, let found = firstDomain(from: next) {
      try write(information(on: found.domain), to: request.buffer, at: UInt64(count))
      count += 1
      next = DomainID(found.domain.pointee.id.rawValue &+ 1)
    }
    request.domainCount = count
    try write(request, to: call.argument(SysctlGetDomainInfoList.self))
  }

  /// Everything that is told of a domain.
  public func information(on domain: Ref<Domain>) -> DomctlGetDomainInfo {
    var info = DomctlGetDomainInfo()
    info.domain = domain.pointee.id.rawValue
    info.flags = addVCPUs(of: domain, to: &info)
    domain.pointee.stateLock.withLock {
      if domain.pointee.lifecycle == .dead { info.flags |= DomainInfoFlags.dying }
      if let reason = domain.pointee.shutdownReason {
        info.flags |= DomainInfoFlags.shutdown
        info.flags |=
          (reason & DomainInfoFlags.shutdownMask) << DomainInfoFlags.shutdownShift
      }
      if domain.pointee.controllerPauses > 0 { info.flags |= DomainInfoFlags.paused }
      info.handle = domain.pointee.handle
    }
    if domain.pointee.creationFlags & CreateDomainFlags.xenstoreDomain != 0 {
      info.flags |= DomainInfoFlags.xenstoreDomain
    }
    domain.pointee.pageLock.withLock {
      info.totalPages = domain.pointee.totalFrames
      info.maxPages = domain.pointee.maximumFrames
      info.outstandingPages = domain.pointee.claimedFrames
    }
    info.sharedInfoFrame = domain.pointee.sharedInfo.rawValue
    return info
  }

  // Adds up what the vCPUs do; returns the flags that follow from it.
  private func addVCPUs(of domain: Ref<Domain>, to info: inout DomctlGetDomainInfo) -> UInt32 {
    let now = M.now
    var isBlocked = true
    var isRunning = false
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let vcpu = domain.pointee.vcpus[i] else { continue }
      info.maxVCPUID = UInt32(i)
      let (time, running) = state.pointee.schedulerLock.withLock {
        (
          vcpu.pointee.runstate.nanoseconds(in: .running, at: now),
          vcpu.pointee.runstate.state == .running
        )
      }
      info.cpuTime &+= time
      let blockers = VCPUBlockers(rawValue: vcpu.pointee.blockers.load(ordering: .relaxed))
      guard !blockers.contains(.down) else { continue }
      info.onlineVCPUCount += 1
      if !blockers.intersects(.blocked | .polling) { isBlocked = false }
      if running { isRunning = true }
    }
    guard info.onlineVCPUCount > 0 else { return 0 }
    var flags: UInt32 = 0
    if isBlocked { flags |= DomainInfoFlags.blocked }
    if isRunning { flags |= DomainInfoFlags.running }
    return flags
  }

  /// `XEN_DOMCTL_getvcpuinfo`.
  func getVCPUInfo(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlGetVCPUInfo.self))
    let vcpu = try vcpu(request.vcpu, of: domain)
    let now = M.now
    let blockers = VCPUBlockers(rawValue: vcpu.pointee.blockers.load(ordering: .relaxed))
    request.online = blockers.contains(.down) ? 0 : 1
    request.blocked = blockers.intersects(.blocked | .polling) ? 1 : 0
    state.pointee.schedulerLock.withLock {
      request.running = vcpu.pointee.runstate.state == .running ? 1 : 0
      request.cpuTime = vcpu.pointee.runstate.nanoseconds(in: .running, at: now)
      request.cpu = UInt32(vcpu.pointee.scheduling.cpu.rawValue)
    }
    try write(request, to: call.argument(DomctlGetVCPUInfo.self))
  }
}
