import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import Text
import X86Devices
import X86Format
import XenABI

/// `HYPERVISOR_sysctl`: the part that concerns x86.
extension Hypervisor where M: X86Hardware {
  /// Lets a sysctl in and performs it.
  func sysctlOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    try openSysctl(caller, arguments) { call throws(XenErrno) in try pvSysctl(call) }
  }

  private func pvSysctl(_ call: SysctlCall) throws(XenErrno) -> HypercallOutcome {
    switch call.command {
    case .readConsole: try readConsole(call)
    case .physicalInfo: try tellMachine(call)
    case .cpuTopologyInfo: try tellTopology(call)
    case .debugKeys: try pressDebugKeys(call)
    case .getCPULevellingCapabilities:
      // PV guests' CPUID is emulated, never masked.
      try write(
        SysctlCPULevellingCapabilities(capabilities: 0),
        to: call.argument(SysctlCPULevellingCapabilities.self))
    case .getCPUFeatureSet: try getFeatureSet(call)
    case .getCPUPolicy: try getHostPolicy(call)
    default: return try sysctl(call)
    }
    return .success
  }

  // `XEN_SYSCTL_readconsole`.
  private func readConsole(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlReadConsole.self))
    let room = request.count
    var isIncremental = request.incremental != 0
    var done: UInt32 = 0
    while done < room {
      // Through a copy: the console's lock is not held while guest memory is touched.
      let wanted = Int(min(128, room - done))
      let piece = M.consolePiece(
        from: request.index, incremental: isIncremental, count: wanted)
      for i in 0..<piece.count {
        try write(piece.bytes[i], to: request.buffer, at: UInt64(done) + UInt64(i))
      }
      done += UInt32(piece.count)
      request.index = piece.next
      isIncremental = true
      if piece.count < wanted { break }
    }
    if request.clear != 0 { M.discardConsole(before: request.index) }
    request.count = done
    try write(request, to: call.argument(SysctlReadConsole.self))
  }

  // `XEN_SYSCTL_physinfo`.
  private func tellMachine(_ call: SysctlCall) throws(XenErrno) {
    var info = SysctlPhysicalInfo()
    let topology = CPUTopology { M.cpuid($0, $1) }
    let siblings = siblings(topology)
    info.threadsPerCore = siblings.threads
    info.coresPerSocket = siblings.cores
    info.cpuCount = UInt32(state.pointee.onlineCPUs.count)
    info.maxCPUID = UInt32(max(state.pointee.cpus.count, 1) - 1)
    info.nodeCount = 1
    info.cpuKHz = Self.kilohertz(M.timeScale())
    info.capabilities = PhysicalCapabilities.pv | PhysicalCapabilities.grantTableV1
    info.totalPages = state.pointee.totalFrames
    state.pointee.heap.withLock { heap in
      info.freePages = heap.freeFrames
      info.outstandingPages = heap.claimedFrames
    }
    info.maxMFN = max(frames.limit, 1) - 1
    var features = hostFeatures(.host)
    features.removeRepetitions()
    for i in 0..<8 { info.hardwareCapabilities[i] = features.words[i] }
    try write(info, to: call.argument(SysctlPhysicalInfo.self))
  }

  // Threads of the first CPU's core, and cores of its socket.
  private func siblings(_ topology: CPUTopology) -> (threads: UInt32, cores: UInt32) {
    let first = topology.place(ofAPIC: M.apicID(of: CPUIndex(0)) ?? 0)
    var threads: UInt32 = 0
    var inSocket: UInt32 = 0
    for cpu in 0..<state.pointee.cpus.count {
      guard let apic = M.apicID(of: CPUIndex(cpu)) else { continue }
      let place = topology.place(ofAPIC: apic)
      guard place.socket == first.socket else { continue }
      inSocket += 1
      if place.core == first.core { threads += 1 }
    }
    threads = max(threads, 1)
    return (threads, max(inSocket / threads, 1))
  }

  // `XEN_SYSCTL_cputopoinfo`.
  private func tellTopology(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlCPUTopologyInfo.self))
    // Of how many CPUs is told or, without a list, could be.
    var count = UInt32(state.pointee.cpus.count)
    if !request.topology.isNull {
      count = min(count, request.cpuCount)
      let topology = CPUTopology { M.cpuid($0, $1) }
      for cpu in 0..<Int(count) {
        let place = topology.place(ofAPIC: M.apicID(of: CPUIndex(cpu)) ?? 0)
        try write(
          SysctlCPUTopology(core: place.core, socket: place.socket, node: 0),
          to: request.topology, at: UInt64(cpu))
      }
    }
    request.cpuCount = count
    try write(request, to: call.argument(SysctlCPUTopologyInfo.self))
  }

  // `XEN_SYSCTL_debug_keys`.
  private func pressDebugKeys(_ call: SysctlCall) throws(XenErrno) {
    let request = try read(call.argument(SysctlDebugKeys.self))
    guard request.keyCount <= 256 else { throw .E2BIG }
    for i in 0..<UInt64(request.keyCount) { handleDebugKey(try read(request.keys, at: i)) }
  }
}
