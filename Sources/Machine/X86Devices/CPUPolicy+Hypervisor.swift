import X86Format
import XenABI

/// What the hypervisor's own CPUID leaves tell a PV guest.
public struct HypervisorLeaves: Sendable {
  /// The version: `major << 16 | minor`.
  public var version: UInt32
  /// The time-stamp counter's frequency.
  public var tscKilohertz: UInt32
  /// System time at a counter reading of 0 plus this offset.
  public var tscOffset: UInt64
  /// The scale from ticks to nanoseconds, as in `struct vcpu_time_info`.
  public var tscMultiplier: UInt32
  public var tscShift: Int8
  /// The domain's TSC mode and incarnation (`XEN_DOMCTL_settscinfo`).
  public var tscMode: UInt32 = 0
  public var tscIncarnation: UInt32 = 0
  /// Whether RDTSC is emulated, and whether the host's counter is reliable.
  public var isTSCEmulated = false
  public var isTSCReliable = false
  /// Whether guests have RDTSCP.
  public var hasRDTSCP = false
  /// Bits of the highest machine address a guest may be given.
  public var machineAddressBits: UInt32

  /// Leaves of a version, for a machine with `machineAddressBits`.
  public init(
    version: UInt32, tscKilohertz: UInt32, tscOffset: UInt64, tscMultiplier: UInt32,
    tscShift: Int8, machineAddressBits: UInt32
  ) {
    self.version = version
    self.tscKilohertz = tscKilohertz
    self.tscOffset = tscOffset
    self.tscMultiplier = tscMultiplier
    self.tscShift = tscShift
    self.machineAddressBits = machineAddressBits
  }

  /// The highest leaf above the first.
  public static var maximum: UInt32 { 5 }
  /// `XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD`: `mmu_update` can keep accessed and dirty bits.
  static var preservesAccessedDirty: UInt32 { 1 }

  /// The answer for `leaf` above 0x40000000.
  /// - Parameter limit: `CPUPolicy.hypervisorLimit`.
  /// - Source: `xen/include/public/arch-x86/cpuid.h`.
  public func answer(_ leaf: UInt32, _ subleaf: UInt32, limit: UInt32) -> CPULeaf {
    let index = leaf &- CPUIDNumber.hypervisor
    var highest = Self.maximum
    if limit != 0 { highest = min(max(limit & 0xff, 2), highest) }
    guard index <= highest else { return CPULeaf() }
    switch index {
    case 0:
      // "XenVMMXenVMM"
      return CPULeaf(
        eax: CPUIDNumber.hypervisor + highest, ebx: 0x566e_6558, ecx: 0x6558_4d4d,
        edx: 0x4d4d_566e)
    case 1:
      return CPULeaf(eax: version)
    case 2:
      // One page of hypercalls; the MSR that PV guests need not use; features.
      return CPULeaf(eax: 1, ebx: 0x4000_0000, ecx: Self.preservesAccessedDirty)
    case 3:
      return time(subleaf)
    case 5 where subleaf == 0:
      return CPULeaf(ebx: machineAddressBits)
    default:
      return CPULeaf()
    }
  }

  private func time(_ subleaf: UInt32) -> CPULeaf {
    switch subleaf {
    case 0:
      let flags: UInt32 =
        (isTSCEmulated ? 1 : 0) | (isTSCReliable ? 2 : 0) | (hasRDTSCP ? 4 : 0)
      return CPULeaf(eax: flags, ebx: tscMode, ecx: tscKilohertz, edx: tscIncarnation)
    case 1:
      return CPULeaf(
        eax: UInt32(truncatingIfNeeded: tscOffset),
        ebx: UInt32(truncatingIfNeeded: tscOffset >> 32), ecx: tscMultiplier,
        edx: UInt32(bitPattern: Int32(tscShift)))
    case 2:
      return CPULeaf(eax: tscKilohertz)
    default:
      return CPULeaf()
    }
  }
}
