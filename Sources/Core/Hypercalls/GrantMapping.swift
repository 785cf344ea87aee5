import Domains
import GrantTables
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// What a request to unmap says.
struct UnmapRequest {
  var handle: GrantHandle
  /// Where the pCPUs' mapping is; 0 leaves it.
  var hostAddress: UInt64
  /// Where devices see the frame; 0 leaves that.
  var deviceAddress: UInt64
  /// Whose entry takes the place; 0 for nobody's.
  var replacement: UInt64
}

// An unmapping between the page tables and the TLBs.
private struct PendingUnmap {
  var handle = GrantHandle(0)
  var mapping = GrantMapping(domain: .invalid, ref: GrantRef(0), mapFlags: 0, mfn: .invalid)
}

/// Mapping grants and unmapping them.
extension Hypervisor {
  // How many unmappings share one TLB flush.
  private static var unmapBatch: UInt64 { 32 }

  /// Maps one grant (`GNTTABOP_map_grant_ref`).
  func mapGrant(_ request: inout GrantMapRef, for caller: Caller) throws(GrantStatus) {
    let use = GrantUse(mapFlags: request.flags)
    guard !use.parts.isEmpty else { throw .badGrantRef }
    guard let granter = domain(DomainID(request.domain)) else { throw .badDomain }
    let mapper = caller.domain
    let handle = try withGrants(of: mapper) { grants throws(GrantStatus) in
      try grants.allocateHandle { kind in grantFrame(kind, for: mapper) }
    }
    let ref = GrantRef(request.ref)
    do throws(GrantStatus) {
      let mfn = try pinGrant(ref, of: granter.domain, by: mapper, for: use)
      let mapping = GrantMapping(
        domain: granter.domain.pointee.id, ref: ref, mapFlags: request.flags, mfn: mfn)
      do throws(GrantStatus) {
        try installGrant(mapping, request, of: granter.domain, for: caller)
      } catch {
        unpinGrant(mapping)
        throw error
      }
      // From here on the guest may unmap it.
      try withGrants(of: mapper) { grants in grants.setMapping(handle, mapping) }
      request.handle = handle.rawValue
      request.deviceBusAddress = mfn.address.rawValue
    } catch {
      try? withGrants(of: mapper) { grants in grants.freeHandle(handle) }
      throw error
    }
  }

  /// Starts a use of a grant of `granter`'s and finds its frame.
  func pinGrant(
    _ ref: GrantRef, of granter: Ref<Domain>, by user: Ref<Domain>, for use: GrantUse
  ) throws(GrantStatus) -> MFN {
    try withGrants(of: granter) { grants throws(GrantStatus) in
      try grants.pin(ref, by: user.pointee.id, for: use) { frame in
        let mfn = MFN(frame.rawValue)
        return frames.owner(of: mfn) == granter.pointee.id ? mfn : nil
      }.mfn
    }
  }

  // Takes the references of each way of access, then maps for the pCPUs.
  private func installGrant(
    _ mapping: GrantMapping, _ request: GrantMapRef, of granter: Ref<Domain>, for caller: Caller
  ) throws(GrantStatus) {
    let device = GrantUse.device | (mapping.use & .write)
    let host = GrantUse.host | (mapping.use & .write)
    if mapping.use.contains(.device) {
      guard holdGrantedFrame(mapping.mfn, of: granter, device) else { throw .generalError }
    }
    guard mapping.use.contains(.host) else { return }
    guard holdGrantedFrame(mapping.mfn, of: granter, host) else {
      if mapping.use.contains(.device) { releaseGrantedFrame(mapping.mfn, device) }
      throw .generalError
    }
    let place = GrantPlacement(
      address: request.hostAddress, mapFlags: request.flags, mfn: mapping.mfn)
    do throws(GrantStatus) {
      try M.installGrantMapping(place, for: caller.vcpu, in: self)
    } catch {
      if mapping.use.contains(.device) { releaseGrantedFrame(mapping.mfn, device) }
      releaseGrantedFrame(mapping.mfn, host)
      throw error
    }
  }

  /// Unmaps a list of grants: some at a time leave the page tables, then the TLBs, then their
  /// granters are told.
  /// - Parameters:
  ///   - parse: turns a request into what it says.
  ///   - report: puts a status into a request.
  func unmapGrants<T: BitwiseCopyable>(
    _ arguments: HypercallArguments, for caller: Caller, _ parse: (T) -> UnmapRequest,
    report: (inout T, Int16) -> Void
  ) throws(XenErrno) -> HypercallOutcome {
    let requests = GuestHandle<T>(address: arguments.second)
    let count = arguments.third & 0xffff_ffff
    var i: UInt64 = 0
    while i < count {
      if i > 0, M.hasPendingInterrupt { return rest(of: arguments, after: i, as: T.self) }
      let end = min(count, i + Self.unmapBatch)
      var pending = InlineArray<32, PendingUnmap>(repeating: PendingUnmap())
      var pendingCount = 0
      var failure: XenErrno?
      while i < end, failure == nil {
        do throws(XenErrno) {
          var request = try read(requests, at: i)
          let parsed = parse(request)
          var started: GrantMapping?
          let status = outcome { () throws(GrantStatus) in
            started = try startUnmap(parsed, for: caller)
          }
          // Noted before anything else can fail: what has left the page tables must be finished.
          if let started {
            pending[pendingCount] = PendingUnmap(handle: parsed.handle, mapping: started)
            pendingCount += 1
          }
          report(&request, status)
          try write(request, to: requests, at: i)
          i += 1
        } catch { failure = error }
      }
      if pendingCount > 0 { M.flushTLB(on: caller.domain.pointee.dirtyCPUs.members) }
      for done in 0..<pendingCount { finishUnmap(pending[done], of: caller.domain) }
      if let failure { throw failure }
    }
    return .success
  }

  // Takes a mapping out of the page tables. Returns what is left to be finished, if anything.
  private func startUnmap(
    _ request: UnmapRequest, for caller: Caller
  ) throws(GrantStatus) -> GrantMapping? {
    let mapper = caller.domain
    let mapping = try withGrants(of: mapper) { grants throws(GrantStatus) -> GrantMapping in
      let found = try grants.mapping(request.handle)
      var parts = GrantUse.none
      if request.deviceAddress != 0 {
        guard request.deviceAddress == found.mfn.address.rawValue else { throw .generalError }
        parts.insert(.device)
      }
      if request.hostAddress != 0 { parts.insert(.host) }
      return try grants.beginUnmap(request.handle, parts)
    }
    guard !mapping.use.parts.isEmpty else { return nil }
    if mapping.use.contains(.host) {
      let place = GrantPlacement(
        address: request.hostAddress, mapFlags: UInt32(mapping.mapFlags), mfn: mapping.mfn)
      do throws(GrantStatus) {
        try M.removeGrantMapping(
          place, replacement: request.replacement, for: caller.vcpu, in: self)
      } catch {
        try? withGrants(of: mapper) { grants in grants.cancelUnmap(request.handle, mapping) }
        throw error
      }
    }
    return mapping
  }

  // No TLB knows the mapping any more: the granter may have its frame back. It learns that from the
  // entry, so the frame is let go first: the granter may want it as a page table at once.
  private func finishUnmap(_ unmap: PendingUnmap, of mapper: Ref<Domain>) {
    let mapping = unmap.mapping
    let write = mapping.use & .write
    if mapping.use.contains(.host) { releaseGrantedFrame(mapping.mfn, .host | write) }
    if mapping.use.contains(.device) { releaseGrantedFrame(mapping.mfn, .device | write) }
    unpinGrant(mapping)
    try? withGrants(of: mapper) { grants in grants.endUnmap(unmap.handle, mapping) }
  }
}
