import Machine
import Memory
import Primitives
import Sync
import X86Format
import XenABI

/// Frames of descriptor tables.
extension MMU {
  /// Checks all descriptors of a frame and writes them as they are to be.
  /// - Throws: `EINVAL` if one is not allowed.
  func checkDescriptors(_ mfn: MFN) throws(TypeRefusal) {
    let bytes = host.memory[mfn]
    for i in 0..<512 {
      let old = SegmentDescriptor(rawValue: bytes.sharedWord(i).value)
      guard let new = DescriptorRules.sanitised(old) else { throw TypeRefusal(.EINVAL) }
      if new != old { bytes.sharedWord(i).value = new.rawValue }
    }
  }
}
