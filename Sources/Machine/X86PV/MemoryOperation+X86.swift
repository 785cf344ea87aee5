import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// `HYPERVISOR_memory_op`: the part that concerns x86's own tables and maps.
extension Hypervisor where M: X86Hardware {
  /// Performs a `XENMEM_*` for a PV guest.
  func pvMemoryOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let mask = UInt64(1) << UInt64(MemoryOp.commandBits) - 1
    let number = UInt32(truncatingIfNeeded: arguments.first & mask)
    let address = arguments.second
    switch MemoryOp(rawValue: number) {
    case .machphysMFNList:
      try listMachineToPhysical(at: address)
    case .machphysMapping:
      let last = frames.limit == 0 ? 0 : frames.limit - 1
      try write(
        MachPhysMapping(
          virtualStart: PVAddressSpace.m2pStart, virtualEnd: PVAddressSpace.m2pEnd,
          maxMFN: last),
        to: GuestHandle(address: address))
    case .memoryMap:
      try tellMemoryMap(of: caller.domain, at: address)
    case .machineMemoryMap:
      try tellMachineMemoryMap(caller, at: address)
    case .setMemoryMap:
      try setMemoryMap(caller, at: address)
    case .setPODTarget, .getPODTarget:
      try podTarget(caller, at: address)
    default:
      return try memoryOperation(caller, arguments)
    }
    return .success
  }

  // The first frame of every 2 MiB of the machine-to-physical table; the tools map them read-only.
  private func listMachineToPhysical(at address: UInt64) throws(XenErrno) {
    var request = try read(GuestHandle<MachPhysMFNList>(address: address))
    let entriesPerExtent: UInt64 = (2 << 20) / 8
    let extents = (frames.limit + entriesPerExtent - 1) / entriesPerExtent
    var last: UInt64 = 0
    var i: UInt64 = 0
    while i < UInt64(request.maxExtents), i < extents {
      // A hole in the table is passed over by repeating what came before.
      if let frame = M.machineToPhysicalFrame(page: i * 512) { last = frame.rawValue }
      try write(last, to: request.extentStart, at: i)
      i += 1
    }
    request.extentCount = UInt32(truncatingIfNeeded: i)
    try write(request, to: GuestHandle(address: address))
  }

  // `XENMEM_set_pod_target` and `XENMEM_get_pod_target`: PV guests have nothing to populate later.
  private func podTarget(_ caller: Caller, at address: UInt64) throws(XenErrno) {
    var request = try read(GuestHandle<PODTarget>(address: address))
    guard let target = domain(DomainID(request.domain)) else { throw .ESRCH }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    let domain = target.domain
    request.totalPages = domain.pointee.pageLock.withLock { domain.pointee.totalFrames }
    request.podCachePages = 0
    request.podEntries = 0
    try write(request, to: GuestHandle(address: address))
  }
}
