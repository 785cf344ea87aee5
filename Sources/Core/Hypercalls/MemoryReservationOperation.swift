import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// Growing and shrinking a domain: `XENMEM_increase_reservation`, `XENMEM_decrease_reservation`,
/// `XENMEM_populate_physmap`.
extension Hypervisor {
  /// The largest extent a domain may ask for, as an order.
  func largestOrder(for caller: Caller) -> Int { caller.domain.pointee.isPrivileged ? 18 : 9 }

  /// The address width that flags of a reservation ask for; 64 if any address will do.
  /// - Throws: `EINVAL` for a width that no frame has.
  func widthBits(_ flags: UInt32) throws(XenErrno) -> Int {
    let bits = Int(flags & 0xff)
    guard bits != 0, bits < 64 else { return 64 }
    guard bits > 12 else { throw .EINVAL }
    return bits
  }

  /// Performs one of the three operations on every extent from number `start` on.
  /// - Returns: how many extents are done, whatever the reason for stopping.
  func changeReservation(
    _ operation: MemoryOp, _ caller: Caller, _ arguments: HypercallArguments, from start: UInt64
  ) -> HypercallOutcome {
    let nothingMore = HypercallOutcome.done(Int64(bitPattern: start))
    do throws(XenErrno) {
      let request = try read(GuestHandle<MemoryReservation>(address: arguments.second))
      guard request.extentCount <= UInt64.max >> UInt64(MemoryOp.commandBits),
        start < request.extentCount, request.extentOrder <= largestOrder(for: caller)
      else { return nothingMore }
      let target = try administered(DomainID(request.domain), by: caller)
      let extents = Extents(
        handle: request.extentStart, count: request.extentCount,
        order: Int(request.extentOrder), widthBits: try widthBits(request.memoryFlags))
      guard request.memoryFlags & MemoryReservationFlags.populateOnDemand == 0 else {
        return nothingMore
      }
      let done = change(operation, extents, of: target.domain, from: start)
      guard done.isInterrupted else { return .done(Int64(bitPattern: done.count)) }
      var rest = arguments
      rest.first = UInt64(operation.rawValue) | done.count << UInt64(MemoryOp.commandBits)
      return .again(rest)
    } catch {
      return nothingMore
    }
  }

  private func change(
    _ operation: MemoryOp, _ extents: Extents, of domain: Ref<Domain>, from start: UInt64
  ) -> (count: UInt64, isInterrupted: Bool) {
    var i = start
    while i < extents.count {
      if i != start, M.hasPendingInterrupt { return (i, true) }
      do throws(XenErrno) {
        switch operation {
        case .decreaseReservation: try shrink(extents, i, of: domain)
        case .populatePhysmap: try populate(extents, i, of: domain)
        default: try grow(extents, i, of: domain)
        }
      } catch {
        return (i, false)
      }
      i += 1
    }
    return (i, false)
  }

  private func grow(_ extents: Extents, _ index: UInt64, of domain: Ref<Domain>) throws(XenErrno) {
    let mfn = try allocateFrames(
      for: domain, order: extents.order, widthBits: extents.widthBits)
    // Whoever gives no list finds the frames in the machine-to-physical table or not at all.
    guard !extents.handle.isNull else { return }
    try write(mfn.rawValue, to: extents.handle, at: index)
  }

  private func populate(
    _ extents: Extents, _ index: UInt64, of domain: Ref<Domain>
  ) throws(XenErrno) {
    let pfn = try read(extents.handle, at: index)
    let mfn = try allocateFrames(
      for: domain, order: extents.order, widthBits: extents.widthBits)
    for i in 0..<(UInt64(1) << UInt64(extents.order)) {
      setMachineToPhysical(mfn.advanced(by: i), pfn &+ i)
    }
    try write(mfn.rawValue, to: extents.handle, at: index)
  }

  private func shrink(
    _ extents: Extents, _ index: UInt64, of domain: Ref<Domain>
  ) throws(XenErrno) {
    let first = MFN(try read(extents.handle, at: index))
    for i in 0..<(UInt64(1) << UInt64(extents.order)) {
      try giveUp(first.advanced(by: i), of: domain)
    }
  }

  /// Takes a frame away from a domain. While something of the domain's still refers to it, it stays
  /// in the domain's account.
  /// - Throws: `ENXIO` if it is not memory of the domain's.
  func giveUp(_ mfn: MFN, of domain: Ref<Domain>) throws(XenErrno) {
    guard frames.takeReference(mfn, ownedBy: domain.pointee.id) else { throw .ENXIO }
    defer { putPage(mfn) }
    // What the hypervisor lends is not the domain's to give up.
    guard !frames[mfn].pointee.flags.contains(.shared) else { throw .ENXIO }
    setMachineToPhysical(mfn, MachineToPhysical.invalid)
    guard releaseFromOwner(mfn) else { throw .ENXIO }
  }
}

// A reservation's extents, once checked.
private struct Extents {
  var handle: GuestHandle<UInt64>
  var count: UInt64
  var order: Int
  var widthBits: Int
}
