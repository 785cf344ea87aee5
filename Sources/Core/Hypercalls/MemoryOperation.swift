import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// `HYPERVISOR_memory_op`: what memory a domain has, gets and gives back. Operations on tables and
/// maps that are a processor's own are its floor's.
extension Hypervisor {
  /// Performs a `XENMEM_*`.
  ///
  /// The first word holds the command and, above `MemoryOp.commandBits`, how many extents an
  /// interrupted call has done.
  public func memoryOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let number = UInt32(
      truncatingIfNeeded: arguments.first & (1 << UInt64(MemoryOp.commandBits) - 1))
    guard let operation = MemoryOp(rawValue: number) else { throw .ENOSYS }
    let done = arguments.first >> UInt64(MemoryOp.commandBits)
    let address = arguments.second
    switch operation {
    case .increaseReservation, .decreaseReservation, .populatePhysmap:
      return changeReservation(operation, caller, arguments, from: done)
    case .acquireResource:
      return try acquireResource(caller, at: address, from: done)
    case .maximumRAMPage, .currentReservation, .machphysMFNList, .addToPhysmap, .memoryMap,
      .machineMemoryMap, .exchange, .machphysMapping, .setMemoryMap, .maximumGPFN,
      .removeFromPhysmap, .setPODTarget, .getPODTarget, .getSharingFreedPages,
      .getSharingSharedPages, .pagingOp, .accessOp, .sharingOp, .addToPhysmapBatch, .claimPages,
      .machphysCompatMFNList, .getVNUMAInfo, .reservedDeviceMemoryMap, .maximumReservation:
      // None of these goes on where an earlier call stopped.
      guard done == 0 else { throw .EINVAL }
      return try memoryQuery(operation, caller, arguments)
    }
  }

  private func memoryQuery(
    _ operation: MemoryOp, _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let address = arguments.second
    switch operation {
    case .increaseReservation, .decreaseReservation, .populatePhysmap, .acquireResource:
      throw .ENOSYS
    case .exchange:
      return try exchangeMemory(caller, arguments)
    case .maximumRAMPage:
      return .done(Int64(frames.limit))
    case .currentReservation, .maximumReservation, .maximumGPFN:
      let request = try read(GuestHandle<MemoryDomain>(address: address))
      let target = try administered(DomainID(request.domain), by: caller)
      return .done(reservation(operation, of: target.domain))
    case .claimPages:
      try claimPages(caller, at: address)
    case .addToPhysmap:
      let request = try read(GuestHandle<AddToPhysmap>(address: address))
      guard request.space != MapSpace.gmfnForeign.rawValue else { throw .ENOSYS }
      _ = try administered(DomainID(request.domain), by: caller)
      // A guest that knows its machine frames has no map for us to change.
      throw .EACCES
    case .addToPhysmapBatch:
      let request = try read(GuestHandle<AddToPhysmapBatch>(address: address))
      guard UInt32(request.space) != MapSpace.gmfnRange.rawValue else { throw .EOPNOTSUPP }
      _ = try administered(DomainID(request.domain), by: caller)
      throw .EACCES
    case .removeFromPhysmap:
      let request = try read(GuestHandle<RemoveFromPhysmap>(address: address))
      let target = try administered(DomainID(request.domain), by: caller)
      let owner = target.domain.pointee.id
      guard frames.owner(of: MFN(request.gpfn)) == owner else { throw .ENOENT }
    case .getVNUMAInfo:
      let request = try read(GuestHandle<VNUMATopologyInfo>(address: address))
      guard request.pad == 0 else { throw .EINVAL }
      _ = try administered(DomainID(request.domain), by: caller)
      throw .EOPNOTSUPP
    case .reservedDeviceMemoryMap:
      var request = try read(GuestHandle<ReservedDeviceMemoryMap>(address: address))
      guard request.flags & ~ReservedDeviceMemoryFlags.all == 0 else { throw .EINVAL }
      // No I/O MMU, so nothing is reserved for devices behind one.
      request.entryCount = 0
      try write(request, to: GuestHandle(address: address))
    case .getSharingFreedPages, .getSharingSharedPages, .pagingOp, .accessOp, .sharingOp,
      .machphysCompatMFNList, .machphysMFNList, .machphysMapping, .memoryMap, .machineMemoryMap,
      .setMemoryMap, .setPODTarget, .getPODTarget:
      // The processor's floor has answered what it knows of these.
      throw .ENOSYS
    }
    return .success
  }

  private func reservation(_ operation: MemoryOp, of domain: Ref<Domain>) -> Int64 {
    switch operation {
    case .currentReservation:
      return Int64(domain.pointee.pageLock.withLock { domain.pointee.totalFrames })
    case .maximumReservation:
      let limit = domain.pointee.pageLock.withLock { domain.pointee.maximumFrames }
      return Int64(min(limit, UInt64(Int64.max)))
    default:
      // A PV guest says itself how many PFNs it has.
      let info = M.memory[domain.pointee.sharedInfo]
      let count = info.load(UInt64.self, at: SharedInfoLayout.maxPFN) ?? 0
      return Int64(bitPattern: max(count, 1) - 1)
    }
  }

  // `XENMEM_claim_pages`: sets memory aside that a domain will come to have in all; 0 ends it.
  private func claimPages(_ caller: Caller, at address: UInt64) throws(XenErrno) {
    let request = try read(GuestHandle<MemoryReservation>(address: address))
    guard request.extentStart.isNull, request.extentOrder == 0, request.memoryFlags == 0 else {
      throw .EINVAL
    }
    guard let target = domain(DomainID(request.domain)) else { throw .EINVAL }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    guard request.extentCount != 0 else {
      releaseClaim(target.domain)
      return
    }
    try claim(request.extentCount, for: target.domain)
  }
}
