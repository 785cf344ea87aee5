import Domains
import Machine
import Primitives
import XenABI

/// `HYPERVISOR_hvm_op`: of HVM domains, of which there are none.
extension Hypervisor {
  /// Performs an `HVMOP_*`: arguments are checked, then the domain is found to be of another kind.
  public func hvmOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = HVMOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    let address = arguments.second
    switch operation {
    case .setParam, .getParam:
      let request = try read(GuestHandle<HVMParamOp>(address: address))
      guard domain(resolved(DomainID(request.domain), for: caller)) != nil else { throw .ESRCH }
      throw .EINVAL
    case .getTime:
      try write(HVMGetTime(now: M.now.nanoseconds), to: GuestHandle(address: address))
      return .success
    case .trace, .guestRequestVMEvent:
      // Nobody listens to what guests have to say for themselves.
      return .success
    case .getMemoryType:
      let request = try read(GuestHandle<HVMGetMemoryType>(address: address))
      guard domain(resolved(DomainID(request.domain), for: caller)) != nil else { throw .ESRCH }
      throw .EINVAL
    case .pageTableDying, .altP2M:
      throw .EOPNOTSUPP
    case .flushTLBs, .setEventUpcallVector:
      throw .EINVAL
    }
  }
}
