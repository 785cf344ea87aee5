import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// `HYPERVISOR_mmu_update` and `HYPERVISOR_update_va_mapping`: changing page-table entries.
extension Hypervisor where M: X86Hardware {
  /// `HYPERVISOR_mmu_update`: list, count, where to tell how many were done, and the domains: whose
  /// frames in the low half, whose tables (plus one; 0 for the caller) in the high half.
  func mmuUpdateOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let list = GuestHandle<MMUUpdate>(address: arguments.first)
    let domains = arguments.fourth
    let pv = caller.vcpu.pv
    let mmu = mmu(for: caller.domain)
    let me = caller.domain.pointee.id
    var parties = UpdateParties(me)
    var tables = NamedDomain.caller
    var frames = NamedDomain.caller
    // Held while the list runs, so that neither domain goes away.
    return try withTableOwner(caller, arguments) { owner throws(XenErrno) in
      try runList(
        caller, arguments, stride: UInt64(MemoryLayout<MMUUpdate>.stride),
        prepare: { () throws(XenErrno) in
          if let owner { tables = owner }
          frames = try frameOwner(caller, UInt16(truncatingIfNeeded: domains))
          parties = UpdateParties(
            caller: me, tableOwner: tables.id(caller), frameOwner: frames.id(caller))
        },
        run: { index throws(XenErrno) in
          let request = try read(list, at: index)
          let place = MachineAddress(request.ptr & ~7)
          guard let command = MMUUpdateCommand(rawValue: request.ptr & 7) else { throw .ENOSYS }
          // Everybody may map devices, as far as its permissions go.
          if parties.frameOwner != .io { try checkMayTouch(caller, frames) }
          switch command {
          case .normalPTUpdate, .ptUpdateNoTranslate, .ptUpdatePreserveAd:
            try checkMayTouch(caller, tables)
            try mmu.update(
              place, request.val,
              command == .ptUpdatePreserveAd ? .preservingAccess : .replacing, parties,
              &pv.pointee.memory.pending)
          case .machphysUpdate:
            guard parties.tableOwner == me else { throw .EPERM }
            try mmu.setMachineToPhysical(
              place.frame, request.val, of: parties.frameOwner)
          }
        })
    }
  }

  // Runs `body` while the domain whose tables change is held; with nil if that is the caller.
  private func withTableOwner(
    _ caller: Caller, _ arguments: HypercallArguments,
    _ body: (NamedDomain?) throws(XenErrno) -> HypercallOutcome
  ) throws(XenErrno) -> HypercallOutcome {
    let named = arguments.fourth >> 16 & 0xffff
    // A continuation that has only a pending table left carries its result there instead.
    if named == 0 || isFinalContinuation(arguments) { return try body(nil) }
    let id = DomainID(UInt16(truncatingIfNeeded: named &- 1))
    if id == caller.domain.pointee.id { return try body(nil) }
    guard let held = domain(id) else { throw .ESRCH }
    guard held.domain.hasPV, held.domain.pointee.vcpu(VCPUID(0)) != nil else { throw .EINVAL }
    return try withExtendedLifetime(held) { _ throws(XenErrno) in try body(.other(id)) }
  }

  /// `HYPERVISOR_update_va_mapping` and `HYPERVISOR_update_va_mapping_otherdomain`: an address, the
  /// new entry, what to flush, and whose frame it names.
  func updateMappingOperation(
    _ caller: Caller, _ arguments: HypercallArguments, frameOwner owner: UInt16? = nil
  ) throws(XenErrno) -> HypercallOutcome {
    let me = caller.domain.pointee.id
    let frames: NamedDomain
    if let owner { frames = try frameOwner(caller, owner) } else { frames = .caller }
    try checkMayTouch(caller, frames)
    let address = VirtualAddress(arguments.first)
    try mmu(for: caller.domain).update(
      mappingOf: address, under: caller.vcpu.pv.pointee.memory.kernelRoot, arguments.second,
      UpdateParties(caller: me, tableOwner: me, frameOwner: frames.id(caller)))
    try flushAfterUpdate(caller, address, arguments.third)
    return .success
  }

  private func flushAfterUpdate(
    _ caller: Caller, _ address: VirtualAddress, _ flags: UInt64
  ) throws(XenErrno) {
    let kind = flags & UpdateVAMappingFlags.flushTypeMask
    guard kind == UpdateVAMappingFlags.tlbFlush || kind == UpdateVAMappingFlags.invlpg else {
      return
    }
    let page = kind == UpdateVAMappingFlags.invlpg ? address : nil
    let target = flags & ~UpdateVAMappingFlags.flushTypeMask
    switch target {
    case UpdateVAMappingFlags.local:
      flushHere(page: page)
    case UpdateVAMappingFlags.all:
      flush(caller.domain.pointee.dirtyCPUs.members, page: page)
    default:
      flush(
        try cpus(running: GuestHandle<UInt64>(address: target), of: caller.domain), page: page)
    }
  }
}
