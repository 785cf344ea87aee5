import Domains
import Machine
import Primitives
import X86Format
import XenABI

/// What became of an instruction that the processor refused.
enum EmulationResult {
  /// It has been carried out; RIP is past it.
  case done
  /// It is nothing that the hypervisor does for a guest.
  case refused
  /// It faults.
  case fault(vector: UInt8, errorCode: UInt32?)
  /// Fetching it, or one of its operands, faults.
  case pageFault(address: UInt64, errorCode: UInt32)
}

extension Hypervisor where M: X86Hardware {
  /// Carries out the privileged instruction at the guest's RIP, if it is one the guest may use.
  func emulatePrivilegedInstruction(_ vcpu: Ref<VCPU>) -> EmulationResult { .refused }

  /// Carries out an instruction that the guest marked for emulation (`XEN_EMULATE_PREFIX`).
  /// - Returns: whether there was one.
  func emulateForcedInstruction(_ vcpu: Ref<VCPU>) -> Bool { false }

  /// Repairs a page fault that is the hypervisor's business: a descriptor of the LDT window, a
  /// write to a page table, a stale translation.
  /// - Returns: whether the guest shall simply try again (or its instruction was carried out).
  func fixPageFault(_ vcpu: Ref<VCPU>, address: VirtualAddress, error: PageFaultError) -> Bool {
    false
  }
}
