import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// `HYPERVISOR_mmuext_op`: pins, roots, TLB and cache flushes, the LDT, clearing and copying
/// frames.
extension Hypervisor where M: X86Hardware {
  /// List, count, where to tell how many were done, and the domain whose memory it is about.
  func mmuExtOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let list = GuestHandle<MMUExtRequest>(address: arguments.first)
    var owner = NamedDomain.caller
    return try runList(
      caller, arguments, stride: UInt64(MemoryLayout<MMUExtRequest>.stride),
      prepare: { () throws(XenErrno) in
        owner = try frameOwner(caller, UInt16(truncatingIfNeeded: arguments.fourth))
        try checkMayTouch(caller, owner)
      },
      run: { index throws(XenErrno) in
        let request = try read(list, at: index)
        guard let command = MMUExtOp(rawValue: request.command) else { throw .ENOSYS }
        switch owner {
        case .caller: try runOnCaller(caller, command, request)
        case .special(let id): try runOnMemory(caller, command, request, of: id)
        case .other(let id):
          // Held while its tables are in our hands.
          guard let held = domain(id), held.domain.hasPV else { throw .EINVAL }
          try withExtendedLifetime(held) { _ throws(XenErrno) in
            try runOnMemory(caller, command, request, of: id)
          }
        }
      })
  }

  // Requests about a domain's memory, the caller's or another's.
  private func runOnMemory(
    _ caller: Caller, _ command: MMUExtOp, _ request: MMUExtRequest, of owner: DomainID
  ) throws(XenErrno) {
    let mmu = mmu(for: caller.domain)
    let pv = caller.vcpu.pv
    let mfn = MFN(request.arg1)
    switch command {
    case .pinL1Table: try mmu.pin(mfn, .l1, of: owner, &pv.pointee.memory.pending)
    case .pinL2Table: try mmu.pin(mfn, .l2, of: owner, &pv.pointee.memory.pending)
    case .pinL3Table: try mmu.pin(mfn, .l3, of: owner, &pv.pointee.memory.pending)
    case .pinL4Table: try mmu.pin(mfn, .l4, of: owner, &pv.pointee.memory.pending)
    case .unpinTable: try mmu.unpin(mfn, of: owner, &pv.pointee.memory.pending)
    case .clearPage: try mmu.clear(mfn, of: owner)
    case .copyPage: try mmu.copy(MFN(request.arg2), to: mfn, of: owner)
    case .markSuper, .unmarkSuper: throw .EOPNOTSUPP
    case .newBasePointer, .newUserBasePointer, .setLDT, .tlbFlushLocal, .invlpgLocal,
      .tlbFlushMulti, .invlpgMulti, .tlbFlushAll, .invlpgAll, .flushCache, .flushCacheGlobal:
      throw .EPERM
    }
  }

  // Requests about the caller's own vCPU, or all of them.
  private func runOnCaller(
    _ caller: Caller, _ command: MMUExtOp, _ request: MMUExtRequest
  ) throws(XenErrno) {
    let domain = caller.domain
    let page = VirtualAddress(request.arg1)
    switch command {
    case .newBasePointer: try setKernelRoot(caller, MFN(request.arg1))
    case .newUserBasePointer:
      let pv = caller.vcpu.pv
      try mmu(for: domain).setUserRoot(
        request.arg1 == 0 ? .invalid : MFN(request.arg1), of: domain.pointee.id,
        &pv.pointee.memory.roots, &pv.pointee.memory.pending)
    case .setLDT:
      try setGuestLDT(
        caller.vcpu, base: page, entries: request.arg2 & 0xffff_ffff)
    case .tlbFlushLocal: flushHere()
    case .invlpgLocal: flushHere(page: page)
    case .tlbFlushMulti: flush(try cpusNamed(by: request, of: domain))
    case .invlpgMulti: flush(try cpusNamed(by: request, of: domain), page: page)
    case .tlbFlushAll: flush(domain.pointee.dirtyCPUs.members)
    case .invlpgAll: flush(domain.pointee.dirtyCPUs.members, page: page)
    case .flushCache, .flushCacheGlobal:
      guard mayFlushCaches(domain) else { throw command == .flushCache ? .EACCES : .EINVAL }
      M.flushAllCaches()
    case .pinL1Table, .pinL2Table, .pinL3Table, .pinL4Table, .unpinTable, .clearPage, .copyPage,
      .markSuper, .unmarkSuper:
      try runOnMemory(caller, command, request, of: domain.pointee.id)
    }
  }

  private func cpusNamed(
    by request: MMUExtRequest, of domain: Ref<Domain>
  ) throws(XenErrno) -> CPUSet {
    do throws(XenErrno) {
      return try cpus(running: GuestHandle<UInt64>(address: request.arg2), of: domain)
    } catch {
      throw .EINVAL
    }
  }

  /// Gives the calling vCPU's kernel another root. Its LDT may be another's under that root.
  func setKernelRoot(_ caller: Caller, _ root: MFN) throws(XenErrno) {
    let pv = caller.vcpu.pv
    if root != pv.pointee.memory.kernelRoot {
      _ = mmu(for: caller.domain).clearLDT(descriptorWindow(caller.vcpu))
    }
    try mmu(for: caller.domain).setKernelRoot(
      root, of: caller.domain.pointee.id, &pv.pointee.memory.roots,
      &pv.pointee.memory.pending, load: .now)
  }
}
