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
    switch operation {
    case .setParam, .getParam:
      let request = try read(GuestHandle<HVMParamOp>(address: arguments.second))
      guard domain(resolved(DomainID(request.domain), for: caller)) != nil else { throw .ESRCH }
      throw .EINVAL
    case .flushTLBs, .pageTableDying, .getTime, .trace, .getMemoryType, .setEventUpcallVector,
      .guestRequestVMEvent, .altP2M:
      throw .EINVAL
    }
  }
}
