import Domains
import Machine
import Primitives
import XenABI

/// Which domain a request means, and whether its caller may.
extension Hypervisor {
  /// The id that a request means: `DOMID_SELF` is the caller's own.
  public func resolved(_ id: DomainID, for caller: Caller) -> DomainID {
    id == .this ? caller.domain.pointee.id : id
  }

  /// Holds a domain that the caller may administer: itself or, if it is privileged, any.
  /// - Throws: `ESRCH` without such a domain, `EPERM`.
  public func administered(
    _ id: DomainID, by caller: Caller
  ) throws(XenErrno) -> DomainReference<M> {
    guard let target = domain(resolved(id, for: caller)) else { throw .ESRCH }
    guard target.domain == caller.domain || caller.domain.pointee.isPrivileged else {
      throw .EPERM
    }
    return target
  }
}
