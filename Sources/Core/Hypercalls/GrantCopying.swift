import Domains
import GrantTables
import Machine
import Memory
import Primitives
import XenABI

// One end of a copy.
private enum CopyEnd {
  case grant(GrantRef)
  case frame(MFN)

  init(_ pointer: GrantCopyPointer, grantFlag: UInt16, in flags: UInt16) {
    self =
      flags & grantFlag != 0
      ? .grant(GrantRef(UInt32(truncatingIfNeeded: pointer.refOrGMFN)))
      : .frame(MFN(pointer.refOrGMFN))
  }
}

/// `GNTTABOP_copy`: the hypervisor copies between frames of two domains.
extension Hypervisor {
  /// Copies as one request says.
  func copyGrant(_ request: GrantCopy, for caller: Caller) throws(GrantStatus) {
    let source = CopyEnd(
      request.source, grantFlag: GrantCopyFlags.sourceGrantRef, in: request.flags)
    let dest = CopyEnd(request.dest, grantFlag: GrantCopyFlags.destGrantRef, in: request.flags)
    let sourceDomain = try owner(of: source, DomainID(request.source.domain), for: caller)
    let destDomain = try owner(of: dest, DomainID(request.dest.domain), for: caller)
    try withFrame(source, of: sourceDomain.domain, for: .host, caller) {
      from throws(GrantStatus) in
      try withFrame(dest, of: destDomain.domain, for: .host | .write, caller) {
        to throws(GrantStatus) in
        let copied = M.memory[to].copy(
          to: Int(request.dest.offset), from: M.memory[from], at: Int(request.source.offset),
          count: Int(request.length))
        guard copied else { throw .badCopyArgument }
      }
    }
  }

  // The domain that one end names. Frames are named by number only by their owner.
  private func owner(
    of end: CopyEnd, _ id: DomainID, for caller: Caller
  ) throws(GrantStatus) -> DomainReference<M> {
    if case .frame = end, id != .this { throw .permissionDenied }
    guard let owner = domain(resolved(id, for: caller)) else { throw .badDomain }
    return owner
  }

  // Lends the frame of one end, held for as long as `body` runs.
  private func withFrame(
    _ end: CopyEnd, of owner: Ref<Domain>, for use: GrantUse, _ caller: Caller,
    _ body: (MFN) throws(GrantStatus) -> Void
  ) throws(GrantStatus) {
    switch end {
    case .frame(let mfn):
      guard frames.owner(of: mfn) == owner.pointee.id else { throw .badPage }
      try withHeldFrame(mfn, of: owner, for: use, body)
    case .grant(let ref):
      let mfn = try pinGrant(ref, of: owner, by: caller.domain, for: use)
      defer { try? withGrants(of: owner) { grants in grants.unpin(ref, for: use) } }
      try withHeldFrame(mfn, of: owner, for: use, body)
    }
  }

  private func withHeldFrame(
    _ mfn: MFN, of owner: Ref<Domain>, for use: GrantUse,
    _ body: (MFN) throws(GrantStatus) -> Void
  ) throws(GrantStatus) {
    guard holdGrantedFrame(mfn, of: owner, use) else { throw .generalError }
    defer { releaseGrantedFrame(mfn, use) }
    try body(mfn)
  }
}
