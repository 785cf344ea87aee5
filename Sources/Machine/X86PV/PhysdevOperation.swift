import Domains
import Hypercalls
import Machine
import Primitives
import XenABI

/// `HYPERVISOR_physdev_op`: physical devices and their interrupts.
extension Hypervisor where M: X86Hardware {
  /// Carries out one `PHYSDEVOP_*`: a number and its argument.
  /// - Throws: `ENOSYS` for unknown ones, `EPERM` for what only dom0 may, else what each one says.
  public func physdevOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let number = UInt32(truncatingIfNeeded: arguments.first)
    guard let operation = PhysdevOp(rawValue: number) else { throw .ENOSYS }
    let address = arguments.second
    switch operation {
    case .setIOPL:
      let request = try read(GuestHandle<PhysdevSetIOPL>(address: address))
      guard request.iopl <= 3 else { throw .EINVAL }
      caller.vcpu.pv.pointee.iopl = UInt8(truncatingIfNeeded: request.iopl)
    case .setIOBitmap:
      try setPortBitmap(caller, address)
    case .endOfInterrupt:
      let request = try read(GuestHandle<PhysdevEOI>(address: address))
      try endOfInterrupt(request.irq, of: caller.domain)
    case .irqStatusQuery:
      let handle = GuestHandle<PhysdevIRQStatusQuery>(address: address)
      var request = try read(handle)
      guard request.irq < PIRQTable.count else { throw .EINVAL }
      // Who does not look at the page of bits is told to be careful.
      request.flags = IRQStatusFlags.needsEOI
      try write(request, to: handle)
    case .pirqEOIGMFNv1, .pirqEOIGMFNv2:
      let request = try read(GuestHandle<PhysdevPIRQEOIGMFN>(address: address))
      try registerEOIMap(
        GFN(request.gmfn), unmasks: operation == .pirqEOIGMFNv1, of: caller.domain)
    case .mapPIRQ:
      try mapPIRQ(caller, GuestHandle<PhysdevMapPIRQ>(address: address))
    case .unmapPIRQ:
      let request = try read(GuestHandle<PhysdevUnmapPIRQ>(address: address))
      let target = try interruptTarget(request.domain, caller)
      guard request.pirq >= 0 else { throw .EINVAL }
      try unmapPIRQ(UInt32(request.pirq), of: target.domain)
    case .getFreePIRQ:
      let handle = GuestHandle<PhysdevGetFreePIRQ>(address: address)
      var request = try read(handle)
      request.pirq = try freePIRQ(
        forLine: request.type == MapPIRQType.gsi.rawValue, of: caller.domain)
      try write(request, to: handle)
    case .setupGSI:
      let request = try read(GuestHandle<PhysdevSetupGSI>(address: address))
      guard request.gsi >= 0, UInt32(request.gsi) < M.gsiCount, request.triggering <= 1,
        request.polarity <= 1
      else { throw .EINVAL }
      try requirePrivilege(caller)
      try setLineWiring(
        UInt32(request.gsi), isLevel: request.triggering == 1, isActiveLow: request.polarity == 1,
        by: caller.domain)
    case .allocIRQVector:
      // Vectors are the hypervisor's: the answer only has to be different for each interrupt.
      try requirePrivilege(caller)
      let handle = GuestHandle<PhysdevIRQ>(address: address)
      var request = try read(handle)
      request.vector = request.irq
      try write(request, to: handle)
    case .apicRead, .apicWrite:
      try accessIOAPIC(caller, GuestHandle<PhysdevAPIC>(address: address), operation)
    case .restoreMSI:
      try requirePrivilege(caller)
      let device = try read(GuestHandle<PhysdevRestoreMSI>(address: address))
      restoreMessages(bus: device.bus, deviceFunction: device.devfn, of: caller.domain)
    case .restoreMSIExt:
      try requirePrivilege(caller)
      let device = try read(GuestHandle<PhysdevPCIDevice>(address: address))
      guard device.segment == 0 else { throw .ENODEV }
      restoreMessages(bus: device.bus, deviceFunction: device.devfn, of: caller.domain)
    case .managePCIAdd, .managePCIRemove, .managePCIAddExt, .pciDeviceAdd, .pciDeviceRemove,
      .prepareMSIX, .releaseMSIX, .pciMMCFGReserved:
      try noteDevice(caller, operation, address)
    case .debugPortOp:
      // No console of ours sits on a debug port.
      try requirePrivilege(caller)
      _ = try read(GuestHandle<PhysdevDebugPortOp>(address: address))
    case .irqUnmaskNotify, .freeIRQVector:
      throw .ENOSYS
    }
    return .success
  }

  /// `HYPERVISOR_physdev_op_compat`: a command with its structure behind it, aligned to 8.
  func oldPhysdevOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let command = try read(GuestHandle<UInt32>(address: arguments.first))
    // Those that there were when the form was in use.
    switch PhysdevOp(rawValue: command) {
    case .irqStatusQuery, .setIOPL, .setIOBitmap, .apicRead, .apicWrite, .allocIRQVector:
      return try physdevOperation(
        caller, HypercallArguments(UInt64(command), arguments.first &+ 8))
    default:
      throw .ENOSYS
    }
  }

  private func requirePrivilege(_ caller: Caller) throws(XenErrno) {
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
  }

  private func setPortBitmap(_ caller: Caller, _ address: UInt64) throws(XenErrno) {
    let request = try read(GuestHandle<PhysdevSetIOBitmap>(address: address))
    guard request.portCount <= 65536,
      request.bitmap.isNull || M.isGuestRange(VirtualAddress(request.bitmap.address), count: 8192)
    else { throw .EINVAL }
    caller.vcpu.pv.pointee.ioBitmap = request.bitmap.address
    caller.vcpu.pv.pointee.ioBitmapPorts = request.portCount
  }

  // The domain that an interrupt is for: any, for dom0; nobody else may ask.
  private func interruptTarget(
    _ id: UInt16, _ caller: Caller
  ) throws(XenErrno) -> DomainReference<M> {
    let wanted = DomainID(id) == .this ? caller.domain.pointee.id : DomainID(id)
    guard let target = domain(wanted), target.domain.hasPV else { throw .ESRCH }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    return target
  }

  private func mapPIRQ(
    _ caller: Caller, _ handle: GuestHandle<PhysdevMapPIRQ>
  ) throws(XenErrno) {
    var request = try read(handle)
    let target = try interruptTarget(request.domain, caller)
    guard let type = MapPIRQType(rawValue: request.type) else { throw .EINVAL }
    let wanted = request.pirq < 0 ? nil : UInt32(request.pirq)
    let entry: PIRQEntry
    switch type {
    case .gsi:
      guard request.index >= 0, UInt32(request.index) < max(M.gsiCount, 16) else { throw .EINVAL }
      entry = PIRQEntry(line: UInt32(request.index))
    case .msi, .msiSegment, .multiMSI:
      // Several messages of one function would need remapping hardware.
      if type == .multiMSI {
        guard request.entryNumber > 0, request.entryNumber <= 32 else { throw .EINVAL }
        if request.entryNumber != 1 { throw .EOPNOTSUPP }
      }
      guard type == .msi || request.bus >> 16 == 0 else { throw .ENODEV }
      entry = try message(request, type)
    case .unknown:
      throw .EINVAL
    }
    request.pirq = Int32(try mapPIRQ(entry, wanted: wanted, of: target.domain))
    try write(request, to: handle)
  }

  private func message(
    _ request: PhysdevMapPIRQ, _ type: MapPIRQType
  ) throws(XenErrno) -> PIRQEntry {
    let bus = UInt8(truncatingIfNeeded: request.bus)
    let function = UInt8(truncatingIfNeeded: request.devfn)
    let address = 1 << 31 | UInt32(bus) << 16 | UInt32(function) << 8
    let vendor = M.accessPCI(address: address, offset: 0, bytes: 2, value: nil)
    guard vendor & 0xffff != 0xffff else { throw .ENODEV }
    let isMSIX = request.tableBase != 0 && type != .multiMSI
    guard !isMSIX || (0...0x7ff).contains(request.entryNumber) else { throw .EINVAL }
    return PIRQEntry(
      bus: bus, deviceFunction: function,
      entry: isMSIX ? UInt16(truncatingIfNeeded: request.entryNumber) : nil)
  }

  private func accessIOAPIC(
    _ caller: Caller, _ handle: GuestHandle<PhysdevAPIC>, _ operation: PhysdevOp
  ) throws(XenErrno) {
    try requirePrivilege(caller)
    var request = try read(handle)
    let value = M.readIOAPIC(
      MachineAddress(request.apicPhysicalBase),
      register: UInt8(truncatingIfNeeded: request.register))
    guard let value else { throw .EINVAL }
    // Pins are programmed by `PHYSDEVOP_setup_gsi` and binding; what dom0 writes itself is lost.
    guard operation == .apicRead else { return }
    request.value = value
    try write(request, to: handle)
  }

  // dom0 tells of what it finds on its buses. All that the hypervisor needs it asks hardware for.
  private func noteDevice(
    _ caller: Caller, _ operation: PhysdevOp, _ address: UInt64
  ) throws(XenErrno) {
    try requirePrivilege(caller)
    switch operation {
    case .managePCIAdd, .managePCIRemove:
      _ = try read(GuestHandle<PhysdevManagePCI>(address: address))
    case .managePCIAddExt:
      let request = try read(GuestHandle<PhysdevManagePCIExt>(address: address))
      guard request.isExtendedFunction <= 1, request.isVirtualFunction <= 1 else {
        throw .EINVAL
      }
    case .pciMMCFGReserved:
      _ = try read(GuestHandle<PhysdevPCIMMCFGReserved>(address: address))
    case .pciDeviceAdd:
      _ = try read(GuestHandle<PhysdevPCIDeviceAdd>(address: address))
    default:
      _ = try read(GuestHandle<PhysdevPCIDevice>(address: address))
    }
  }
}
