import Domains
import Machine
import Primitives
import Scheduling
import Sync
import XenABI

/// Where vCPUs may run, and their domains' shares.
extension Hypervisor {
  /// `XEN_DOMCTL_setvcpuaffinity`: tells what came of the wish, too.
  func setAffinity(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let (request, vcpu) = try affinityRequest(domain, call)
    let online = state.pointee.onlineCPUs
    if request.flags & VCPUAffinityFlags.hard != 0 {
      let wanted = try readSet(request.hardCPUMap)
      // A vCPU that may run nowhere would never run again.
      guard !wanted.intersection(online).isEmpty else { throw .EINVAL }
      if request.flags & VCPUAffinityFlags.force != 0 { endOverride(vcpu) }
      // While dom0 has it pinned by `SCHEDOP_pin_override` it stays so.
      guard state.pointee.schedulerLock.withLock({ vcpu.pointee.overriddenAffinity == nil }) else {
        throw .EBUSY
      }
      changeAffinity(vcpu) { vcpu.pointee.scheduling.hardAffinity = wanted }
      try writeSet(wanted.intersection(online), to: request.hardCPUMap)
    }
    if request.flags & VCPUAffinityFlags.soft != 0 {
      let wanted = try readSet(request.softCPUMap)
      changeAffinity(vcpu) { vcpu.pointee.scheduling.softAffinity = wanted }
      let hard = state.pointee.schedulerLock.withLock { vcpu.pointee.scheduling.hardAffinity }
      try writeSet(
        wanted.intersection(online).intersection(hard), to: request.softCPUMap)
    }
  }

  // A request about one affinity or both, with a bitmap for each.
  private func affinityRequest(
    _ domain: Ref<Domain>, _ call: DomctlCall
  ) throws(XenErrno) -> (DomctlVCPUAffinity, Ref<VCPU>) {
    let request = try read(call.argument(DomctlVCPUAffinity.self))
    let vcpu = try vcpu(request.vcpu, of: domain)
    let wantsHard = request.flags & VCPUAffinityFlags.hard != 0
    let wantsSoft = request.flags & VCPUAffinityFlags.soft != 0
    guard request.flags != 0, !wantsHard || !request.hardCPUMap.bitmap.isNull,
      !wantsSoft || !request.softCPUMap.bitmap.isNull
    else { throw .EINVAL }
    return (request, vcpu)
  }

  private func endOverride(_ vcpu: Ref<VCPU>) {
    changeAffinity(vcpu) {
      guard let affinity = vcpu.pointee.overriddenAffinity else { return }
      vcpu.pointee.overriddenAffinity = nil
      vcpu.pointee.scheduling.hardAffinity = affinity
    }
  }

  private func changeAffinity(_ vcpu: Ref<VCPU>, _ change: () -> Void) {
    let now = M.now
    let cpu = state.pointee.schedulerLock.withLock { () -> CPUIndex? in
      change()
      return state.pointee.scheduler.affinityChanged(vcpu.schedulingEntity, now: now)
    }
    if let cpu { requestReschedule(cpu) }
  }

  /// `XEN_DOMCTL_getvcpuaffinity`.
  func getAffinity(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let (request, vcpu) = try affinityRequest(domain, call)
    let (hard, soft) = state.pointee.schedulerLock.withLock {
      (vcpu.pointee.scheduling.hardAffinity, vcpu.pointee.scheduling.softAffinity)
    }
    if request.flags & VCPUAffinityFlags.hard != 0 { try writeSet(hard, to: request.hardCPUMap) }
    if request.flags & VCPUAffinityFlags.soft != 0 { try writeSet(soft, to: request.softCPUMap) }
  }

  /// `XEN_DOMCTL_setnodeaffinity`: there is one node, so any set that has it will do.
  func setNodeAffinity(_ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlNodeAffinity.self))
    guard try readSet(request.nodeMap).contains(0) else { throw .EINVAL }
  }

  /// `XEN_DOMCTL_getnodeaffinity`.
  func getNodeAffinity(_ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlNodeAffinity.self))
    var nodes = CPUSet()
    nodes.insert(0)
    try writeSet(nodes, to: request.nodeMap)
  }

  /// `XEN_DOMCTL_scheduler_op`: weight and cap.
  func schedulerParameters(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlSchedulerOpCredit.self))
    guard request.scheduler == SchedulerID.credit.rawValue else { throw .EINVAL }
    switch DomctlSchedulerCommand(rawValue: request.command) {
    case .putInfo:
      let wanted = request.credit
      state.pointee.schedulerLock.withLock {
        // Zero and all ones leave what is there.
        if wanted.weight != 0 { domain.pointee.scheduling.weight = wanted.weight }
        if wanted.cap != UInt16.max { domain.pointee.scheduling.cap = wanted.cap }
      }
    case .getInfo:
      state.pointee.schedulerLock.withLock {
        request.credit.weight = domain.pointee.scheduling.weight
        request.credit.cap = domain.pointee.scheduling.cap
      }
      try write(request, to: call.argument(DomctlSchedulerOpCredit.self))
    case .putVCPUInfo, .getVCPUInfo, nil:
      throw .EINVAL
    }
  }
}
