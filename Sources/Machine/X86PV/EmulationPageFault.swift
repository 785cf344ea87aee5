import Domains
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// Page faults that are the hypervisor's business.
extension Hypervisor where M: X86Hardware {
  /// Repairs a page fault that is the hypervisor's business: a descriptor of the LDT window, a
  /// write to a page table.
  /// - Returns: whether the guest shall go on (its instruction was carried out, it may try again, or
  ///   it has been told of another fault).
  func fixPageFault(_ vcpu: Ref<VCPU>, address: VirtualAddress, error: PageFaultError) -> Bool {
    false
  }
}
