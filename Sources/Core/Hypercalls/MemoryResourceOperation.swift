import Domains
import GrantTables
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// `XENMEM_acquire_resource`: frames of a domain's that the toolstack wants to map.
extension Hypervisor {
  /// Tells the frames of a resource, or, without a list, how many there can be.
  /// - Throws: `EPERM` for the caller's own and unprivileged callers, `EINVAL` for resources that
  ///   do not exist, `ESRCH`, `EFAULT`.
  func acquireResource(
    _ caller: Caller, at address: UInt64, from start: UInt64
  ) throws(XenErrno) -> HypercallOutcome {
    var request = try read(GuestHandle<AcquireResource>(address: address))
    guard request.pad == 0 else { throw .EINVAL }
    let id = resolved(DomainID(request.domain), for: caller)
    guard id != caller.domain.pointee.id else { throw .EPERM }
    guard let target = domain(id) else { throw .ESRCH }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    let domain = target.domain
    let limit = resourceFrames(request, of: domain)
    guard limit != 0 else { throw .EINVAL }
    if request.frameList.isNull {
      guard request.frameCount == 0, start == 0 else { throw .EINVAL }
      request.frameCount = limit
      try write(request, to: GuestHandle(address: address))
      return .success
    }
    let (end, overflow) = request.frame.addingReportingOverflow(UInt64(request.frameCount))
    guard request.frameCount != 0, !overflow, end <= UInt64(limit) else { throw .EINVAL }
    // At most a grant table's frames: short enough not to be interrupted.
    for i in 0..<UInt64(request.frameCount) {
      let mfn = try grantTableFrame(Int(truncatingIfNeeded: request.frame + i), of: domain)
      try write(mfn.rawValue, to: request.frameList, at: i)
    }
    return .success
  }

  private func resourceFrames(_ request: AcquireResource, of domain: Ref<Domain>) -> UInt32 {
    guard ResourceType(rawValue: request.type) == .grantTable,
      request.id == GrantTableResourceID.shared
    else { return 0 }
    let limit = domain.pointee.grantLock.withLock { domain.pointee.grants?.sharedFrameLimit ?? 0 }
    return UInt32(truncatingIfNeeded: limit)
  }
}
