import Primitives
import X86Format
import XenABI

/// What a guest may put into its descriptor tables.
/// - Source: behaviour of Xen 4.17; `FLAT_KERNEL_CS` in `xen/include/public/arch-x86/xen-x86_64.h`.
public enum DescriptorRules {
  /// The first page of a vCPU's GDT that is the hypervisor's.
  public static var firstReservedPage: Int { 14 }
  /// The first entry of a vCPU's GDT that is the hypervisor's.
  public static var firstReservedEntry: Int { firstReservedPage * 512 }
  /// The most entries of an LDT.
  public static var maximumLDTEntries: UInt64 { 8192 }

  /// The descriptor as it may lie in a guest's table, or nil if it may not.
  ///
  /// What is not present always faults and is left alone. Code and data get privilege level 3,
  /// where guest kernels run. Of system descriptors only call gates pass, with privilege 0, so that
  /// their use faults and can be emulated; the guest's privilege is kept in the selector.
  public static func sanitised(_ descriptor: SegmentDescriptor) -> SegmentDescriptor? {
    guard descriptor.isPresent else { return descriptor }
    var result = descriptor
    if descriptor.isCodeOrData {
      result.privilege = 3
      return result
    }
    // The upper half of a 64-bit gate.
    if descriptor.typeBits == 0 { return descriptor }
    guard descriptor.typeBits == SystemType.callGate.rawValue,
      isGateTarget(gateSelector(descriptor)), gateReservedBits(descriptor) == 0
    else { return nil }
    var selector = gateSelector(descriptor)
    selector.privilege = 3
    result.privilege = 0
    result.rawValue = result.rawValue & ~0xffff_0000 | UInt64(selector.rawValue) << 16
    return result
  }

  /// The code segment that a call gate leads to.
  static func gateSelector(_ gate: SegmentDescriptor) -> SegmentSelector {
    SegmentSelector(rawValue: UInt16(truncatingIfNeeded: gate.rawValue >> 16))
  }

  // Bits 39...32, zero in a 64-bit gate.
  private static func gateReservedBits(_ gate: SegmentDescriptor) -> UInt64 {
    gate.rawValue >> 32 & 0xff
  }

  /// Whether a guest's gate may lead to `selector`: to segments of its own, and the flat kernel
  /// code segment.
  public static func isGateTarget(_ selector: SegmentSelector) -> Bool {
    selector.isLocal || selector.index < firstReservedEntry
      || selector.rawValue == flatKernelCode
  }

  /// `FLAT_KERNEL_CS64`: the hypervisor's code segment for guest kernels.
  public static var flatKernelCode: UInt16 { 0xe033 }
}
