import Domains
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import XenABI

/// `HYPERVISOR_sysctl`: the part that is the same on every processor.
extension Hypervisor {
  /// Performs a `XEN_SYSCTL_*`.
  /// - Throws: `ENOSYS` for commands that nobody has implemented, and what the command throws.
  public func sysctl(_ call: SysctlCall) throws(XenErrno) -> HypercallOutcome {
    switch call.command {
    case .schedulerID:
      try write(
        SysctlSchedulerID(scheduler: SchedulerID.credit.rawValue),
        to: call.argument(SysctlSchedulerID.self))
    case .getDomainInfoList: try getDomainInfoList(call)
    case .getCPUInfo: try getCPUInfo(call)
    case .availableHeap:
      var request = try read(call.argument(SysctlAvailableHeap.self))
      request.availableBytes = state.pointee.heap.withLock { $0.freeFrames } << 12
      try write(request, to: call.argument(SysctlAvailableHeap.self))
    case .numaInfo: try tellNodes(call)
    case .pciTopologyInfo: try tellDeviceNodes(call)
    case .cpuPoolOp: try poolOperation(call)
    case .schedulerOp: try schedulerParameters(call)
    case .getPMStat, .pmOp:
      // Frequencies and idle states are left to the firmware.
      throw .ENODEV
    case .psrCMTOp, .psrAlloc:
      throw .ENODEV
    case .cpuHotplug:
      let request = try read(call.argument(SysctlCPUHotplug.self))
      guard request.cpu < UInt32(state.pointee.cpus.count) else { throw .EINVAL }
      throw .EOPNOTSUPP
    case .pageOfflineOp, .livePatchOp:
      throw .EOPNOTSUPP
    default:
      throw .ENOSYS
    }
    return .success
  }

  // `XEN_SYSCTL_getcpuinfo`: how long each CPU has had nothing to do.
  private func getCPUInfo(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlGetCPUInfo.self))
    let now = M.now
    let count = min(Int(request.maxCPUs), state.pointee.cpus.count)
    for i in 0..<count {
      let cpu = state.pointee.cpus[i]
      // The CPU itself may be changing both; a figure that is a moment old does no harm.
      var idle = cpu.pointee.idleNanoseconds
      if let since = cpu.pointee.idleSince { idle &+= now.nanoseconds(since: since) }
      try write(SysctlCPUInfo(idleTime: idle), to: request.info, at: UInt64(i))
    }
    request.cpuCount = UInt32(count)
    try write(request, to: call.argument(SysctlGetCPUInfo.self))
  }

  // `XEN_SYSCTL_numainfo`: one node that has everything.
  private func tellNodes(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlNUMAInfo.self))
    let wantsFigures = !request.memoryInfo.isNull || !request.distance.isNull
    let hasRoom = request.nodeCount >= 1
    if hasRoom, !request.memoryInfo.isNull {
      let free = state.pointee.heap.withLock { $0.freeFrames }
      try write(
        SysctlMemoryInfo(memorySize: frames.limit << 12, memoryFree: free << 12),
        to: request.memoryInfo)
    }
    if hasRoom, !request.distance.isNull {
      // To itself, in the unit of ACPI's tables.
      try write(UInt32(10), to: request.distance)
    }
    // Of how many nodes figures were told or, without a list, could be.
    request.nodeCount = hasRoom || !wantsFigures ? 1 : 0
    try write(request, to: call.argument(SysctlNUMAInfo.self))
  }

  // `XEN_SYSCTL_pcitopoinfo`: no device is nearer to one node than to another.
  private func tellDeviceNodes(_ call: SysctlCall) throws(XenErrno) {
    let request = try read(call.argument(SysctlPCITopologyInfo.self))
    guard !request.devices.isNull, !request.nodes.isNull, request.deviceCount <= 1 << 16 else {
      throw .EINVAL
    }
    for i in 0..<UInt64(request.deviceCount) {
      _ = try read(request.devices, at: i)
      try write(InvalidTopologyID.node, to: request.nodes, at: i)
    }
  }

  // `XEN_SYSCTL_cpupool_op`: one pool, with all CPUs and domains.
  private func poolOperation(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlCPUPoolOp.self))
    switch CPUPoolOp(rawValue: request.op) {
    case .info:
      guard request.cpuPool == 0 || request.cpuPool == CPUPoolValue.any else { throw .ENOENT }
      request.cpuPool = 0
      request.scheduler = SchedulerID.credit.rawValue
      request.domainCount = domainCount()
      try writeSet(state.pointee.onlineCPUs, to: request.cpuMap)
      try write(request, to: call.argument(SysctlCPUPoolOp.self))
    case .freeInfo:
      try writeSet(CPUSet(), to: request.cpuMap)
    case .moveDomain:
      guard request.domain < UInt32(DomainID.firstReserved.rawValue),
        domain(DomainID(UInt16(request.domain))) != nil
      else { throw .ESRCH }
      guard request.cpuPool == 0 else { throw .ENOENT }
    case .addCPU:
      // Every CPU is in the pool: none is free to be added.
      throw .ENODEV
    case .destroy:
      guard request.cpuPool == 0 else { throw .ENOENT }
      throw .EBUSY
    case .create, .removeCPU:
      throw .EOPNOTSUPP
    case nil:
      throw .ENOSYS
    }
  }

  private func domainCount() -> UInt32 {
    var count: UInt32 = 0
    var next = DomainID(0)
    while let found = firstDomain(from: next) {
      count += 1
      next = DomainID(found.domain.pointee.id.rawValue &+ 1)
    }
    return count
  }

  // `XEN_SYSCTL_scheduler_op`.
  private func schedulerParameters(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlSchedulerOpCredit.self))
    guard request.cpuPool == 0 else { throw .ESRCH }
    guard request.scheduler == SchedulerID.credit.rawValue else { throw .EINVAL }
    switch SysctlSchedulerCommand(rawValue: request.command) {
    case .putInfo: try setSchedulerParameters(request)
    case .getInfo: break
    case nil: throw .EINVAL
    }
    state.pointee.schedulerLock.withLock {
      let scheduler = state
      request.timesliceMilliseconds = UInt32(
        truncatingIfNeeded: scheduler.pointee.scheduler.timeslice / 1_000_000)
      request.rateLimitMicroseconds = UInt32(
        truncatingIfNeeded: scheduler.pointee.scheduler.rateLimit / 1000)
      request.migrationDelayMicroseconds = UInt32(
        truncatingIfNeeded: scheduler.pointee.scheduler.migrationDelay / 1000)
    }
    try write(request, to: call.argument(SysctlSchedulerOpCredit.self))
  }

  private func setSchedulerParameters(_ wanted: SysctlSchedulerOpCredit) throws(XenErrno) {
    let slice = wanted.timesliceMilliseconds
    let rate = wanted.rateLimitMicroseconds
    guard slice >= SchedulerLimits.timesliceMin, slice <= SchedulerLimits.timesliceMax,
      rate == 0
        || (rate >= SchedulerLimits.rateLimitMin && rate <= SchedulerLimits.rateLimitMax),
      rate <= slice * 1000,
      wanted.migrationDelayMicroseconds <= SchedulerLimits.migrationDelayMax
    else { throw .EINVAL }
    state.pointee.schedulerLock.withLock {
      state.pointee.scheduler.timeslice = UInt64(slice) * 1_000_000
      state.pointee.scheduler.rateLimit = UInt64(rate) * 1000
      state.pointee.scheduler.migrationDelay = UInt64(wanted.migrationDelayMicroseconds) * 1000
    }
  }
}
