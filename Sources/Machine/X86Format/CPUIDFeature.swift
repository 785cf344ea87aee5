/// A word of CPU features: one register of one CPUID leaf, numbered as Xen numbers them.
/// - Source: `xen/include/public/arch-x86/cpufeatureset.h`.
public enum CPUIDFeatureWord: UInt16, Sendable {
  /// EDX of leaf 0x1.
  case features1D = 0
  /// ECX of leaf 0x1.
  case features1C = 1
  /// EDX of leaf 0x80000001.
  case extended1D = 2
  /// ECX of leaf 0x80000001.
  case extended1C = 3
  /// EAX of leaf 0xd, subleaf 1.
  case xsave1A = 4
  /// EBX of leaf 0x7, subleaf 0.
  case features7B = 5
  /// ECX of leaf 0x7, subleaf 0.
  case features7C = 6
  /// EDX of leaf 0x80000007.
  case extended7D = 7
  /// EBX of leaf 0x80000008.
  case extended8B = 8
  /// EDX of leaf 0x7, subleaf 0.
  case features7D = 9
  /// EAX of leaf 0x7, subleaf 1.
  case features7sub1A = 10
  /// EAX of leaf 0x80000021.
  case extended21A = 11
  /// EBX of leaf 0x7, subleaf 1.
  case features7sub1B = 12
  /// EDX of leaf 0x7, subleaf 2.
  case features7sub2D = 13
  /// ECX of leaf 0x7, subleaf 1.
  case features7sub1C = 14
  /// EDX of leaf 0x7, subleaf 1.
  case features7sub1D = 15

  /// The number of words.
  @inlinable public static var count: Int { 16 }

  /// The leaf (EAX).
  public var leaf: UInt32 {
    switch self {
    case .features1D, .features1C: 0x1
    case .extended1D, .extended1C: 0x8000_0001
    case .xsave1A: 0xD
    case .features7B, .features7C, .features7D, .features7sub1A, .features7sub1B, .features7sub2D,
      .features7sub1C, .features7sub1D:
      0x7
    case .extended7D: 0x8000_0007
    case .extended8B: 0x8000_0008
    case .extended21A: 0x8000_0021
    }
  }

  /// The subleaf (ECX).
  public var subleaf: UInt32 {
    switch self {
    case .features1D, .features1C, .extended1D, .extended1C, .features7B, .features7C, .extended7D,
      .extended8B, .features7D, .extended21A:
      0
    case .xsave1A, .features7sub1A, .features7sub1B, .features7sub1C, .features7sub1D: 1
    case .features7sub2D: 2
    }
  }

  /// The register the features stand in.
  public var register: CPUIDRegister {
    switch self {
    case .features1D, .extended1D, .extended7D, .features7D, .features7sub2D, .features7sub1D: .edx
    case .features1C, .extended1C, .features7C, .features7sub1C: .ecx
    case .xsave1A, .features7sub1A, .extended21A: .eax
    case .features7B, .extended8B, .features7sub1B: .ebx
    }
  }
}

/// One CPU feature: a bit of a word, numbered as Xen numbers them.
/// - Source: `XEN_CPUFEATURE` in `xen/include/public/arch-x86/cpufeatureset.h`.
public struct CPUIDFeature: Equatable, BitwiseCopyable, Sendable {
  /// 32 times the word, plus the bit.
  public var rawValue: UInt16

  /// The feature of this number.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The feature that the public interface gives this number (`XenABI.CPUFeature`).
  @inlinable public init(number: UInt32) { rawValue = UInt16(truncatingIfNeeded: number) }

  /// Bit `bit` of `word`.
  @inlinable public init(_ word: CPUIDFeatureWord, _ bit: UInt16) {
    rawValue = word.rawValue << 5 | bit & 31
  }

  /// The word it is in; nil for one we do not know.
  @inlinable public var word: CPUIDFeatureWord? { CPUIDFeatureWord(rawValue: rawValue >> 5) }

  /// Its bit in the word.
  @inlinable public var mask: UInt32 { 1 << UInt32(rawValue & 31) }
}
