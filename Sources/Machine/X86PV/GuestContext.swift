import Domains
import Machine
import Primitives
import XenABI

extension Hypervisor where M: X86Hardware {
  /// Gives a vCPU the registers that `struct vcpu_guest_context` at a guest address holds.
  public func setPVContext(
    _ vcpu: Ref<VCPU>, fromGuestAddress address: UInt64
  ) throws(XenErrno) {
    throw .ENOSYS
  }
}
