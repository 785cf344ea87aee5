import CX86
import Machine
import Primitives

extension X86 {
  /// What the running CPU keeps at the top of its stack block.
  static var thisCPUBlock: Ref<x86_cpu_block> {
    // Safety: RSP always points into an aligned stack block whose top is a CPU block.
    unsafe Ref(x86_this_cpu())
  }

  /// The running CPU's number.
  static var currentCPUNumber: Int { Int(truncatingIfNeeded: thisCPUBlock.pointee.cpu) }
}
