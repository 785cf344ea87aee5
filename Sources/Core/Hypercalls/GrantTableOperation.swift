import Domains
import GrantTables
import Machine
import Primitives
import Sync
import XenABI

/// `HYPERVISOR_grant_table_op`: the common part, and what concerns a table as a whole. Mapping and
/// copying have files of their own.
extension Hypervisor {
  /// Performs a `GNTTABOP_*` on a list of requests, each of which gets a status of its own.
  public func grantTableOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let count = UInt32(truncatingIfNeeded: arguments.third)
    guard count <= UInt32(Int32.max) else { throw .EINVAL }
    // The upper bits are a place to go on from, which no operation here needs.
    let command = UInt32(truncatingIfNeeded: arguments.first)
    guard command >> 12 == 0 else { throw .EINVAL }
    guard let operation = GrantTableOp(rawValue: command) else { throw .ENOSYS }
    let address = arguments.second
    switch operation {
    case .mapGrantRef:
      return try forEachRequest(arguments) { (request: inout GrantMapRef) in
        request.status = outcome { () throws(GrantStatus) in try mapGrant(&request, for: caller) }
      }
    case .unmapGrantRef:
      return try unmapGrants(arguments, for: caller) { (request: GrantUnmapRef) in
        UnmapRequest(
          handle: GrantHandle(request.handle), hostAddress: request.hostAddress,
          deviceAddress: request.deviceBusAddress, replacement: 0)
      } report: { request, status in
        request.status = status
      }
    case .unmapAndReplace:
      return try unmapGrants(arguments, for: caller) { (request: GrantUnmapAndReplace) in
        UnmapRequest(
          handle: GrantHandle(request.handle), hostAddress: request.hostAddress,
          deviceAddress: 0, replacement: request.newAddress)
      } report: { request, status in
        request.status = status
      }
    case .copy:
      return try forEachRequest(arguments) { (request: inout GrantCopy) in
        let copy = request
        request.status = outcome { () throws(GrantStatus) in try copyGrant(copy, for: caller) }
      }
    case .transfer:
      return try forEachRequest(arguments) { (request: inout GrantTransfer) in
        // No frame may change hands this way here; guests fall back on copying.
        request.status = GrantStatus.badPage.rawValue
      }
    case .swapGrantRef:
      return try forEachRequest(arguments) { (request: inout GrantSwapRef) in
        let (a, b) = (GrantRef(request.refA), GrantRef(request.refB))
        request.status = outcome { () throws(GrantStatus) in
          try withGrants(of: caller.domain) { grants throws(GrantStatus) in
            try grants.swap(a, b)
          }
        }
      }
    case .setupTable:
      guard count == 1 else { throw .EINVAL }
      try setupTable(caller, GuestHandle(address: address))
    case .querySize:
      guard count == 1 else { throw .EINVAL }
      try querySize(caller, GuestHandle(address: address))
    case .getStatusFrames:
      guard count == 1 else { throw .EINVAL }
      try getStatusFrames(caller, GuestHandle(address: address))
    case .setVersion:
      try setVersion(caller, GuestHandle(address: address))
    case .getVersion:
      let handle = GuestHandle<GrantGetVersion>(address: address)
      var request = try read(handle)
      _ = try administered(DomainID(request.domain), by: caller)
      request.version = 1
      try write(request, to: handle)
    case .dumpTable, .cacheFlush:
      throw .ENOSYS
    }
    return .success
  }

  /// Runs `body` on each request of a list and writes it back; makes room for interrupts between
  /// two of them.
  func forEachRequest<T: BitwiseCopyable>(
    _ arguments: HypercallArguments, _ body: (inout T) -> Void
  ) throws(XenErrno) -> HypercallOutcome {
    let requests = GuestHandle<T>(address: arguments.second)
    let count = arguments.third & 0xffff_ffff
    var i: UInt64 = 0
    while i < count {
      if i > 0, M.hasPendingInterrupt { return rest(of: arguments, after: i, as: T.self) }
      var request = try read(requests, at: i)
      body(&request)
      try write(request, to: requests, at: i)
      i += 1
    }
    return .success
  }

  /// The arguments that stand for a list of requests without its first `done` ones.
  func rest<T: BitwiseCopyable>(
    of arguments: HypercallArguments, after done: UInt64, as: T.Type
  ) -> HypercallOutcome {
    let stride = UInt64(MemoryLayout<T>.stride)
    let count = (arguments.third & 0xffff_ffff) &- done
    return .again(
      HypercallArguments(arguments.first, arguments.second &+ done &* stride, count))
  }

  /// The ABI's number for how `body` ends.
  func outcome(_ body: () throws(GrantStatus) -> Void) -> Int16 {
    do throws(GrantStatus) {
      try body()
      return GrantStatus.okay.rawValue
    } catch { return error.rawValue }
  }

  // As `administered`, with the errors of grant operations.
  private func administeredGranter(
    _ id: UInt16, by caller: Caller
  ) throws(GrantStatus) -> DomainReference<M> {
    do throws(XenErrno) { return try administered(DomainID(id), by: caller) } catch {
      throw error == .EPERM ? .permissionDenied : .badDomain
    }
  }

  private func setupTable(
    _ caller: Caller, _ handle: GuestHandle<GrantSetupTable>
  ) throws(XenErrno) {
    var request = try read(handle)
    let (id, wanted) = (request.domain, Int(request.frameCount))
    let list = request.frameList
    request.status = outcome { () throws(GrantStatus) in
      let target = try administeredGranter(id, by: caller)
      try withGrants(of: target.domain) { grants throws(GrantStatus) in
        guard wanted <= grants.sharedFrameLimit else { throw .generalError }
        try grants.grow(to: wanted) { kind in grantFrame(kind, for: target.domain) }
      }
      for i in 0..<wanted {
        let mfn = try withGrants(of: target.domain) { grants in grants.sharedFrame(i) }
        guard let mfn else { throw .generalError }
        do throws(XenErrno) { try write(mfn.rawValue, to: list, at: UInt64(i)) } catch {
          throw .badVirtualAddress
        }
      }
    }
    try write(request, to: handle)
  }

  private func querySize(
    _ caller: Caller, _ handle: GuestHandle<GrantQuerySize>
  ) throws(XenErrno) {
    var request = try read(handle)
    let id = request.domain
    var (now, limit) = (request.frameCount, request.maxFrameCount)
    request.status = outcome { () throws(GrantStatus) in
      let target = try administeredGranter(id, by: caller)
      try withGrants(of: target.domain) { grants in
        now = UInt32(truncatingIfNeeded: grants.sharedFrames)
        limit = UInt32(truncatingIfNeeded: grants.sharedFrameLimit)
      }
    }
    request.frameCount = now
    request.maxFrameCount = limit
    try write(request, to: handle)
  }

  // Version 1 has no status frames: asking for none is in order.
  private func getStatusFrames(
    _ caller: Caller, _ handle: GuestHandle<GrantGetStatusFrames>
  ) throws(XenErrno) {
    var request = try read(handle)
    let (id, wanted) = (request.domain, request.frameCount)
    request.status = outcome { () throws(GrantStatus) in
      _ = try administeredGranter(id, by: caller)
      guard wanted == 0 else { throw .generalError }
    }
    try write(request, to: handle)
  }

  // As stock Xen does when the administrator limits tables to version 1: guests then stay with it.
  private func setVersion(
    _ caller: Caller, _ handle: GuestHandle<GrantSetVersion>
  ) throws(XenErrno) {
    var request = try read(handle)
    let wanted = request.version
    request.version = 1
    try write(request, to: handle)
    guard wanted == 1 || wanted == 2 else { throw .EINVAL }
    guard wanted != 1 else { return }
    let isUsed = try? withGrants(of: caller.domain) { grants in grants.hasUsedEntries }
    throw isUsed == true ? .EBUSY : .ENOSYS
  }
}
