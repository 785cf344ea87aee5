import X86Format
import XenABI

/// The answer of CPUID in four registers (the interface's structure of the same name is
/// `XenABI.CPUIDLeaf`).
public typealias CPULeaf = X86Format.CPUIDLeaf

/// What CPUID says to a guest, and the few model-specific registers that belong with it.
///
/// Made from the host's (`host`), narrowed to what PV guests may have (`pvMax`) and get unless told
/// otherwise (`pvDefault`), changed by the toolstack (`set`, then `recalculate`), and asked for
/// answers by `staticAnswer`; what depends on the running vCPU is the caller's to add.
public struct CPUPolicy: Sendable {
  /// Leaves 0 to 0xD; those with subleaves (4, 7, 0xB, 0xD) are in the tables below.
  public var basic = InlineArray<14, CPULeaf>(repeating: CPULeaf())
  /// Subleaves of leaf 4.
  public var caches = InlineArray<6, CPULeaf>(repeating: CPULeaf())
  /// Subleaves of leaf 7.
  public var structured = InlineArray<3, CPULeaf>(repeating: CPULeaf())
  /// Subleaves of leaf 0xB.
  public var topology = InlineArray<2, CPULeaf>(repeating: CPULeaf())
  /// Subleaves of leaf 0xD.
  public var xsave = InlineArray<63, CPULeaf>(repeating: CPULeaf())
  /// Leaves 0x80000000 to 0x80000021.
  public var extended = InlineArray<34, CPULeaf>(repeating: CPULeaf())
  /// The highest hypervisor leaf that the toolstack allows, and that of the second range; 0 for
  /// no limit.
  public var hypervisorLimit: UInt32 = 0
  public var hypervisorLimit2: UInt32 = 0
  /// `MSR_INTEL_PLATFORM_INFO`.
  public var platformInfo: UInt64 = 0
  /// `MSR_ARCH_CAPABILITIES`; its two halves are feature words.
  public var architecturalCapabilities: UInt64 = 0

  /// A policy that says nothing. Not inlined: its tables would be built on the caller's stack first.
  @inline(never) public init() {}

  /// The highest basic leaf.
  @inline(__always) public var maximumLeaf: UInt32 { basic[0].eax }
  /// The highest extended leaf, without its upper half.
  @inline(__always) public var maximumExtendedLeaf: UInt32 { extended[0].eax & 0xffff }
  /// The vendor.
  public var vendor: CPUVendor { CPUVendor(basic[0]) }

  /// The feature bits of the policy.
  public var features: CPUFeatureSet {
    get {
      var set = CPUFeatureSet()
      for i in 0..<19 { set.words[i] = featureWord(UInt32(i)) }
      return set
    }
    set {
      basic[1].edx = newValue.words[0]
      basic[1].ecx = newValue.words[1]
      extended[1].edx = newValue.words[2]
      extended[1].ecx = newValue.words[3]
      xsave[1].eax = newValue.words[4]
      structured[0].ebx = newValue.words[5]
      structured[0].ecx = newValue.words[6]
      extended[7].edx = newValue.words[7]
      extended[8].ebx = newValue.words[8]
      structured[0].edx = newValue.words[9]
      structured[1].eax = newValue.words[10]
      extended[0x21].eax = newValue.words[11]
      structured[1].ebx = newValue.words[12]
      structured[2].edx = newValue.words[13]
      structured[1].ecx = newValue.words[14]
      structured[1].edx = newValue.words[15]
      architecturalCapabilities = UInt64(newValue.words[16]) | UInt64(newValue.words[17]) << 32
      extended[0x21].ecx = newValue.words[18]
    }
  }

  /// Whether the policy has a feature (`XenABI.CPUFeature`).
  @inline(__always)
  public borrowing func has(_ feature: UInt32) -> Bool {
    featureWord(feature >> 5) >> (feature & 31) & 1 != 0
  }

  // One word of the feature set.
  @inline(__always)
  private borrowing func featureWord(_ index: UInt32) -> UInt32 {
    switch index {
    case 0: basic[1].edx
    case 1: basic[1].ecx
    case 2: extended[1].edx
    case 3: extended[1].ecx
    case 4: xsave[1].eax
    case 5: structured[0].ebx
    case 6: structured[0].ecx
    case 7: extended[7].edx
    case 8: extended[8].ebx
    case 9: structured[0].edx
    case 10: structured[1].eax
    case 11: extended[0x21].eax
    case 12: structured[1].ebx
    case 13: structured[2].edx
    case 14: structured[1].ecx
    case 15: structured[1].edx
    case 16: UInt32(truncatingIfNeeded: architecturalCapabilities)
    case 17: UInt32(truncatingIfNeeded: architecturalCapabilities >> 32)
    default: extended[0x21].ecx
    }
  }

  /// The state components that the policy lets XSAVE manage.
  public var allowedXCR0: UInt64 { UInt64(xsave[0].eax) | UInt64(xsave[0].edx) << 32 }

  /// What the policy itself says for a leaf; nothing (zeros) for leaves it does not have and for
  /// the hypervisor's own.
  @inline(__always)
  public borrowing func staticAnswer(_ leaf: UInt32, _ subleaf: UInt32) -> CPULeaf {
    if leaf < 14 {
      guard leaf <= maximumLeaf else { return CPULeaf() }
      switch leaf {
      case CPUIDNumber.caches:
        guard subleaf < 6 else { return CPULeaf() }
        return caches[Int(subleaf)]
      case CPUIDNumber.structuredFeatures:
        guard subleaf < 3, subleaf <= structured[0].eax else { return CPULeaf() }
        return structured[Int(subleaf)]
      case CPUIDNumber.topology:
        guard subleaf < 2 else { return CPULeaf() }
        return topology[Int(subleaf)]
      case CPUIDNumber.xsave:
        guard subleaf < 63, has(CPUFeature.xsave) else { return CPULeaf() }
        return xsave[Int(subleaf)]
      default: return basic[Int(leaf)]
      }
    }
    if leaf >= CPUIDNumber.extendedMaximum {
      let index = leaf & 0xffff
      guard leaf < CPUIDNumber.extendedMaximum + 34, index <= maximumExtendedLeaf else {
        return CPULeaf()
      }
      return extended[Int(index)]
    }
    return CPULeaf()
  }

  /// Bytes of an XSAVE area in the standard format for the components of `xcr0`.
  public borrowing func xsaveBytes(_ xcr0: UInt64) -> UInt32 {
    var size: UInt32 = 576
    for i in 2..<63 where xcr0 >> UInt64(i) & 1 != 0 {
      let (end, overflow) = xsave[i].ebx.addingReportingOverflow(xsave[i].eax)
      if !overflow { size = max(size, end) }
    }
    return size
  }
}
