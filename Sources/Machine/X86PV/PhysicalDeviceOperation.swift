import Domains
import Hypercalls
import Machine
import Primitives
import XenABI

/// `HYPERVISOR_physdev_op`: interrupts and PCI functions, for the domain that drives them.
///
/// A PIRQ below the number of global system interrupts is that interrupt; those above are messages
/// (MSI), numbered as they are mapped.
/// - Source: `xen/include/public/physdev.h`.
extension Hypervisor where M: X86Hardware {
  /// Performs a `PHYSDEVOP_*`.
  func physicalDeviceOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let number = UInt32(truncatingIfNeeded: arguments.first)
    guard let operation = PhysdevOp(rawValue: number) else { throw .ENOSYS }
    let address = arguments.second
    switch operation {
    case .endOfInterrupt:
      let request = try read(GuestHandle<PhysdevEOI>(address: address))
      M.endInterrupt(request.irq, of: caller.domain.pointee.id)
    case .irqUnmaskNotify: break
    case .irqStatusQuery: try queryStatus(caller, GuestHandle(address: address))
    case .setIOPL:
      let request = try read(GuestHandle<PhysdevSetIOPL>(address: address))
      guard request.iopl <= 3 else { throw .EINVAL }
      caller.vcpu.pv.pointee.iopl = UInt8(request.iopl)
    case .setIOBitmap:
      let request = try read(GuestHandle<PhysdevSetIOBitmap>(address: address))
      guard request.portCount <= 65536 else { throw .EINVAL }
      caller.vcpu.pv.pointee.ioBitmap = request.bitmap.address
      caller.vcpu.pv.pointee.ioBitmapPorts = request.portCount
    case .mapPIRQ: try mapInterrupt(caller, GuestHandle(address: address))
    case .unmapPIRQ: try unmapInterrupt(caller, GuestHandle(address: address))
    case .getFreePIRQ:
      var request = try read(GuestHandle<PhysdevGetFreePIRQ>(address: address))
      guard let pirq = M.freeInterrupt(of: caller.domain.pointee.id) else { throw .ENOSPC }
      request.pirq = pirq
      try write(request, to: GuestHandle(address: address))
    case .apicRead, .apicWrite, .allocIRQVector, .freeIRQVector, .setupGSI:
      try controllerOperation(operation, caller, address)
    case .managePCIAdd, .managePCIRemove, .managePCIAddExt, .pciDeviceAdd, .pciDeviceRemove,
      .pciMMCFGReserved, .prepareMSIX, .releaseMSIX, .debugPortOp:
      // Functions are recognised when their interrupts are mapped; nothing to keep.
      try requirePrivilege(caller)
    case .restoreMSI:
      try requirePrivilege(caller)
      let request = try read(GuestHandle<PhysdevRestoreMSI>(address: address))
      M.restoreMessages(bus: request.bus, deviceFunction: request.devfn)
    case .restoreMSIExt:
      try requirePrivilege(caller)
      let request = try read(GuestHandle<PhysdevPCIDevice>(address: address))
      guard request.segment == 0 else { throw .ENODEV }
      M.restoreMessages(bus: request.bus, deviceFunction: request.devfn)
    case .pirqEOIGMFNv1, .pirqEOIGMFNv2:
      // Guests ask `irqStatusQuery` instead.
      throw .ENOSYS
    }
    return .success
  }

  private func requirePrivilege(_ caller: Caller) throws(XenErrno) {
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
  }

  private func queryStatus(
    _ caller: Caller, _ handle: GuestHandle<PhysdevIRQStatusQuery>
  ) throws(XenErrno) {
    var request = try read(handle)
    guard request.irq < M.interruptLimit else { throw .EINVAL }
    let needsEnd = M.needsEnd(request.irq, of: caller.domain.pointee.id)
    request.flags = needsEnd ? IRQStatusFlags.needsEOI : 0
    try write(request, to: handle)
  }

  private func controllerOperation(
    _ operation: PhysdevOp, _ caller: Caller, _ address: UInt64
  ) throws(XenErrno) {
    try requirePrivilege(caller)
    switch operation {
    case .apicRead:
      let handle = GuestHandle<PhysdevAPIC>(address: address)
      var request = try read(handle)
      guard
        let value = M.readIOAPIC(at: request.apicPhysicalBase, register: request.register)
      else { throw .EINVAL }
      request.value = value
      try write(request, to: handle)
    case .allocIRQVector:
      // Vectors are the hypervisor's business: any answer but an error will do.
      let handle = GuestHandle<PhysdevIRQ>(address: address)
      var request = try read(handle)
      guard request.irq < M.gsiCount else { throw .EINVAL }
      request.vector = request.irq
      try write(request, to: handle)
    case .setupGSI:
      let request = try read(GuestHandle<PhysdevSetupGSI>(address: address))
      guard request.gsi >= 0, UInt32(request.gsi) < M.gsiCount else { throw .EINVAL }
      M.setUpGSI(
        UInt32(request.gsi), isLevel: request.triggering != 0, isActiveLow: request.polarity != 0)
    default: break
    }
  }

  // MARK: Mapping

  private func mapInterrupt(
    _ caller: Caller, _ handle: GuestHandle<PhysdevMapPIRQ>
  ) throws(XenErrno) {
    try requirePrivilege(caller)
    var request = try read(handle)
    let named = DomainID(request.domain)
    let id = named == .this ? caller.domain.pointee.id : named
    guard let target = domain(id) else { throw .ESRCH }
    guard let type = MapPIRQType(rawValue: request.type) else { throw .EINVAL }
    switch type {
    case .gsi:
      guard request.index >= 0, UInt32(request.index) < M.gsiCount else { throw .EINVAL }
      guard request.pirq < 0 || request.pirq == request.index else { throw .EINVAL }
      request.pirq = request.index
    case .msi, .msiSegment:
      // The upper half of the bus is the segment, of which there is one.
      guard UInt32(bitPattern: request.bus) >> 16 == 0 || type == .msi else { throw .ENODEV }
      guard request.entryNumber >= 0, request.entryNumber < 2048 else { throw .EINVAL }
      let pirq = try M.mapMessage(
        bus: UInt8(truncatingIfNeeded: request.bus),
        deviceFunction: UInt8(truncatingIfNeeded: request.devfn),
        entry: UInt16(request.entryNumber), isMSIX: request.tableBase != 0,
        to: request.pirq < 0 ? nil : UInt32(request.pirq), of: id)
      _ = target.domain.pointee.interruptPermissions.insert(UInt64(pirq), through: UInt64(pirq))
      request.pirq = Int32(bitPattern: pirq)
    case .multiMSI, .unknown: throw .EOPNOTSUPP
    }
    try write(request, to: handle)
  }

  private func unmapInterrupt(
    _ caller: Caller, _ handle: GuestHandle<PhysdevUnmapPIRQ>
  ) throws(XenErrno) {
    try requirePrivilege(caller)
    let request = try read(handle)
    let named = DomainID(request.domain)
    let id = named == .this ? caller.domain.pointee.id : named
    guard request.pirq >= 0 else { throw .EINVAL }
    let pirq = UInt32(request.pirq)
    // A line's mapping is nothing but its number.
    if pirq >= M.gsiCount { try M.unmapMessage(pirq, of: id) }
  }
}
