import Domains
import EventChannels
import Machine
import Primitives
import XenABI

/// What of the machine a domain may touch. Nobody can give what it does not have itself.
extension Hypervisor {
  /// `XEN_DOMCTL_irq_permission`.
  func permitInterrupt(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlIRQPermission.self))
    let pirq = UInt64(request.pirq)
    guard pirq < UInt64(EventChannels.pirqLimit) else { throw .EINVAL }
    guard call.caller.domain.pointee.interruptPermissions.contains(pirq) else { throw .EPERM }
    try change(&domain.pointee.interruptPermissions, pirq, pirq, allow: request.allowAccess != 0)
  }

  /// `XEN_DOMCTL_iomem_permission`.
  func permitMemory(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlIOMemoryPermission.self))
    let last = try last(request.firstMFN, request.mfnCount)
    guard call.caller.domain.pointee.memoryPermissions.contains(request.firstMFN, through: last)
    else { throw .EPERM }
    try change(
      &domain.pointee.memoryPermissions, request.firstMFN, last,
      allow: request.allowAccess != 0)
  }

  /// Changes a domain's ports, for the floors of processors that have ports.
  public func permitPorts(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlIOPortPermission.self))
    let first = UInt64(request.firstPort)
    let last = try last(first, UInt64(request.portCount))
    guard last < 0x10000 else { throw .EINVAL }
    guard call.caller.domain.pointee.portPermissions.contains(first, through: last) else {
      throw .EPERM
    }
    try change(&domain.pointee.portPermissions, first, last, allow: request.allowAccess != 0)
  }

  /// `XEN_DOMCTL_memory_mapping`: nothing to do, as a PV guest maps device memory itself, once it may.
  func mapDeviceMemory(_ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlMemoryMapping.self))
    _ = try last(request.firstMFN, request.mfnCount)
    _ = try last(request.firstGFN, request.mfnCount)
  }

  private func last(_ first: UInt64, _ count: UInt64) throws(XenErrno) -> UInt64 {
    guard count > 0 else { throw .EINVAL }
    let (last, overflow) = first.addingReportingOverflow(count - 1)
    guard !overflow else { throw .EINVAL }
    return last
  }

  private func change(
    _ set: inout RangeSet, _ first: UInt64, _ last: UInt64, allow: Bool
  ) throws(XenErrno) {
    let isChanged = allow ? set.insert(first, through: last) : set.remove(first, through: last)
    guard isChanged else { throw .ENOMEM }
  }
}
