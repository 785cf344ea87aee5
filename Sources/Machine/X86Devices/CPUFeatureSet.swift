import XenABI

/// A feature set: one word for each CPUID register (or half of an MSR) that holds feature bits.
/// - Source: `xen/include/public/arch-x86/cpufeatureset.h`.
public struct CPUFeatureSet: Sendable {
  /// The words, in the interface's order.
  public var words = InlineArray<19, UInt32>(repeating: 0)

  /// The set without features.
  public init() {}

  /// The set of these words.
  public init(_ words: InlineArray<19, UInt32>) { self.words = words }

  /// Whether a feature (`XenABI.CPUFeature`) is in the set.
  public subscript(feature: UInt32) -> Bool {
    get { words[index(feature)] >> (feature & 31) & 1 != 0 }
    set {
      let bit: UInt32 = 1 << (feature & 31)
      if newValue { words[index(feature)] |= bit } else { words[index(feature)] &= ~bit }
    }
  }

  private func index(_ feature: UInt32) -> Int { min(Int(feature >> 5), 18) }

  /// Takes out what `mask` does not have.
  public mutating func formIntersection(_ mask: InlineArray<19, UInt32>) {
    for i in 0..<19 { words[i] &= mask[i] }
  }

  /// Takes out what AMD's extended leaf 0x8000_0001 repeats of leaf 1: readers of a feature set look
  /// for it in the first word.
  public mutating func removeRepetitions() { words[2] &= ~0x0183_f3ff }

  /// Takes out unknown features, and features without those they rest on.
  public mutating func sanitise() {
    formIntersection(CPUFeatureSetMask.known)
    // Dependencies form chains a few links long; each round removes at least one feature.
    var changed = true
    while changed {
      changed = false
      for i in 0..<FeatureDependency.count {
        let (feature, base) = FeatureDependency[i]
        if self[feature], !self[base] {
          self[feature] = false
          changed = true
        }
      }
    }
  }
}

extension CPUFeatureSet: Equatable {
  /// Whether both have the same features.
  public static func == (a: CPUFeatureSet, b: CPUFeatureSet) -> Bool {
    for i in 0..<19 where a.words[i] != b.words[i] { return false }
    return true
  }
}

/// Which feature needs which: the manuals' rules (an extension of AVX needs AVX), and the ABI's.
enum FeatureDependency {
  static var count: Int { table.count }

  static subscript(index: Int) -> (feature: UInt32, base: UInt32) {
    let pair = table[index]
    return (pair >> 16, pair & 0xffff)
  }

  // Each word: the feature's number in the upper half, what it needs in the lower one. Literals, so
  // that the table is data rather than code that runs once.
  private static let table: InlineArray<80, UInt32> = [
    // FXSR, MMX on the FPU; SSE and FFXSR on FXSR; MMXEXT and 3DNow on MMX
    0x0018_0000, 0x0017_0000, 0x0019_0018, 0x0059_0018, 0x0056_0017, 0x005f_0017,
    0x005e_005f,
    // SSE2, SSE4A, MISALIGNSSE on SSE; SSE3, LM, AES, PCLMULQDQ, SHA, GFNI on SSE2
    0x001a_0019, 0x0066_0020, 0x0067_0019, 0x0020_001a, 0x005d_001a, 0x0039_001a,
    0x0021_001a, 0x00bd_001a, 0x00c8_001a,
    // SSSE3 on SSE3, SSE4.1 on SSSE3, SSE4.2 on SSE4.1
    0x0029_0020, 0x0033_0029, 0x0034_0033,
    // LM on PAE; CX16 on CX8 and LM; PCID, LAHF, 1 GiB pages, PKU on LM
    0x005d_0006, 0x002d_0008, 0x002d_005d, 0x0031_005d, 0x0060_005d, 0x005a_005d,
    0x00c3_005d, 0x0011_0003,
    // x2APIC, deadline timer, extended APIC space on the APIC; RDTSCP and others on TSC
    0x0035_0009, 0x0038_0009, 0x0063_0009, 0x0038_0004, 0x005b_0004, 0x00a1_0004,
    0x00e8_0004,
    // On XSAVE: XSAVEOPT, XSAVEC, XGETBV1, XSAVES, AVX, MPX, PKU, LWP
    0x0080_003a, 0x0081_003a, 0x0082_003a, 0x0083_003a, 0x003c_003a, 0x00ae_003a,
    0x00c3_003a, 0x006f_003a,
    // On AVX: FMA, FMA4, F16C, AVX2, XOP; on AVX2: AVX-512F, VAES, VPCLMULQDQ, AVX-VNNI
    0x002c_003c, 0x0070_003c, 0x003d_003c, 0x00a5_003c, 0x006b_003c,
    0x00b0_00a5, 0x00c9_00a5, 0x00ca_00a5, 0x0144_00a5,
    // AVX-512: the rest on F, and some of it on BW
    0x00b1_00b0, 0x00b5_00b0, 0x00ba_00b0, 0x00bb_00b0, 0x00bc_00b0,
    0x00be_00b0, 0x00bf_00b0, 0x00cb_00b0, 0x00ce_00b0, 0x0122_00b0,
    0x0123_00b0, 0x0128_00b0, 0x00c1_00be, 0x00c6_00be, 0x00cc_00be,
    0x0145_00be, 0x0137_00be,
    // Speculation controls: on IBRSB STIBP and SSBD; on IBRS its AMD companions
    0x013b_013a, 0x013f_013a, 0x01a0_013a, 0x010f_010e, 0x0118_010e,
    0x011c_010e, 0x0110_010e, 0x0112_010e, 0x0113_010e, 0x0111_010f,
    0x011e_010c, 0x0130_00ab,
  ]
}
