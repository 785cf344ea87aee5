import EventChannels
import GrantTables
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// Grants between domains, as far as both ends are concerned.
///
/// Grant locks are taken one at a time; the heap's lock and page locks may be taken under one.
extension Hypervisor {
  /// Runs `body` on a domain's grant table, under its lock.
  /// - Throws: `badDomain` if the domain has none, else what `body` throws.
  @inline(__always)
  public func withGrants<R>(
    of domain: Ref<Domain>, _ body: (GrantTable) throws(GrantStatus) -> R
  ) throws(GrantStatus) -> R {
    try domain.pointee.grantLock.withLock { () throws(GrantStatus) -> R in
      guard let grants = domain.pointee.grants else { throw .badDomain }
      return try body(grants)
    }
  }

  /// The frame of entries number `index` of a domain's grant table; the table grows if it may.
  /// - Throws: `EINVAL` past the limit, or without memory.
  public func grantTableFrame(_ index: Int, of domain: Ref<Domain>) throws(XenErrno) -> MFN {
    guard index >= 0, index < GrantTables.sharedFrameLimit else { throw .EINVAL }
    do throws(GrantStatus) {
      return try withGrants(of: domain) { grants throws(GrantStatus) in
        try grants.grow(to: index + 1) { kind in grantFrame(kind, for: domain) }
        guard let mfn = grants.sharedFrame(index) else { throw .generalError }
        return mfn
      }
    } catch { throw .EINVAL }
  }

  /// Takes a reference to a granted frame and, to write, to its type.
  /// - Returns: whether both were to be had.
  public func holdGrantedFrame(
    _ mfn: MFN, of granter: Ref<Domain>, _ use: GrantUse
  ) -> Bool {
    guard use.writes else { return frames.takeReference(mfn, ownedBy: granter.pointee.id) }
    do throws(XenErrno) {
      _ = try M.holdWritableFrame(GFN(mfn.rawValue), of: granter, in: self)
      return true
    } catch { return false }
  }

  /// Gives back what `holdGrantedFrame` took.
  public func releaseGrantedFrame(_ mfn: MFN, _ use: GrantUse) {
    if use.writes { M.releaseWritableFrame(mfn, in: self) } else { putPage(mfn) }
  }

  /// Ends a use in the granter's table.
  public func unpinGrant(_ mapping: GrantMapping) {
    guard let granter = domain(mapping.domain) else { return }
    try? withGrants(of: granter.domain) { grants in
      grants.unpin(mapping.ref, for: mapping.use)
    }
  }

  /// Ends every grant mapping that a dying domain holds, a bounded piece at a time, and takes its
  /// own grants away.
  /// - Returns: whether nothing is left to do.
  func releaseGrants(_ domain: Ref<Domain>) -> Bool {
    var next = GrantHandle(0)
    var done = 0
    while let (handle, mapping) = takeMapping(of: domain, from: next) {
      // What a page-table entry holds goes with the page tables; a device's part has none.
      if mapping.use.contains(.device) {
        releaseGrantedFrame(mapping.mfn, .device | (mapping.use & .write))
      }
      unpinGrant(mapping)
      try? withGrants(of: domain) { grants in grants.endUnmap(handle, mapping) }
      next = handle
      done += 1
      if done & 31 == 0, M.hasPendingInterrupt { return false }
    }
    try? withGrants(of: domain) { grants in
      grants.removeEntries { mfn in releaseFromOwner(mfn) }
    }
    return true
  }

  private func takeMapping(
    of domain: Ref<Domain>, from start: GrantHandle
  ) -> (GrantHandle, GrantMapping)? {
    let found = try? withGrants(of: domain) {
      grants throws(GrantStatus) -> (GrantHandle, GrantMapping)? in
      guard let handle = grants.nextMapping(from: start) else { return nil }
      return (handle, try grants.beginUnmap(handle, .host | .device))
    }
    return found ?? nil
  }
}
