/// A register that CPUID answers in.
public enum CPUIDRegister: UInt8, Sendable {
  /// EAX.
  case eax = 0
  /// EBX.
  case ebx = 1
  /// ECX.
  case ecx = 2
  /// EDX.
  case edx = 3
}

/// What CPUID answers for one leaf.
/// - Source: Intel SDM vol. 2A, CPUID; AMD APM vol. 3 appendix E.
public struct CPUIDLeaf: Equatable, BitwiseCopyable, Sendable {
  /// The four registers.
  public var eax: UInt32
  public var ebx: UInt32
  public var ecx: UInt32
  public var edx: UInt32

  /// The answer of these registers.
  @inlinable public init(eax: UInt32 = 0, ebx: UInt32 = 0, ecx: UInt32 = 0, edx: UInt32 = 0) {
    self.eax = eax
    self.ebx = ebx
    self.ecx = ecx
    self.edx = edx
  }

  /// The value of one register.
  @inlinable public subscript(register: CPUIDRegister) -> UInt32 {
    get {
      switch register {
      case .eax: eax
      case .ebx: ebx
      case .ecx: ecx
      case .edx: edx
      }
    }
    set {
      switch register {
      case .eax: eax = newValue
      case .ebx: ebx = newValue
      case .ecx: ecx = newValue
      case .edx: edx = newValue
      }
    }
  }
}

/// The leaves that we read or answer.
public enum CPUIDNumber {
  /// The highest basic leaf and the vendor.
  @inlinable public static var vendor: UInt32 { 0 }
  /// Family, model, stepping; features.
  @inlinable public static var features: UInt32 { 1 }
  /// Caches (Intel).
  @inlinable public static var caches: UInt32 { 4 }
  /// MONITOR and MWAIT.
  @inlinable public static var monitor: UInt32 { 5 }
  /// Thermal and power management.
  @inlinable public static var power: UInt32 { 6 }
  /// Structured features, by subleaf.
  @inlinable public static var structuredFeatures: UInt32 { 7 }
  /// Performance counters.
  @inlinable public static var performanceCounters: UInt32 { 0xA }
  /// Topology, by subleaf.
  @inlinable public static var topology: UInt32 { 0xB }
  /// XSAVE state, by subleaf.
  @inlinable public static var xsave: UInt32 { 0xD }
  /// The time-stamp counter's ratio to the crystal.
  @inlinable public static var tscRatio: UInt32 { 0x15 }
  /// Frequencies in MHz.
  @inlinable public static var frequencies: UInt32 { 0x16 }
  /// The first hypervisor leaf: the highest one and the signature.
  @inlinable public static var hypervisor: UInt32 { 0x4000_0000 }
  /// The highest extended leaf.
  @inlinable public static var extendedMaximum: UInt32 { 0x8000_0000 }
  /// Extended features.
  @inlinable public static var extendedFeatures: UInt32 { 0x8000_0001 }
  /// The first of three leaves with the processor's name.
  @inlinable public static var brand: UInt32 { 0x8000_0002 }
  /// Power management (invariant time-stamp counter).
  @inlinable public static var extendedPower: UInt32 { 0x8000_0007 }
  /// Address sizes.
  @inlinable public static var addressSizes: UInt32 { 0x8000_0008 }
  /// SVM's features.
  @inlinable public static var svm: UInt32 { 0x8000_000A }
  /// Topology (AMD).
  @inlinable public static var extendedTopology: UInt32 { 0x8000_001E }
  /// Memory encryption (AMD).
  @inlinable public static var memoryEncryption: UInt32 { 0x8000_001F }
  /// More features (AMD).
  @inlinable public static var extendedFeatures2: UInt32 { 0x8000_0021 }
}

/// Who made the processor.
public enum CPUVendor: Sendable {
  case intel
  case amd
  case hygon
  case centaur
  case zhaoxin
  case other

  /// The vendor that leaf 0 names in EBX, EDX, ECX.
  public init(_ leaf: CPUIDLeaf) {
    switch (leaf.ebx, leaf.edx, leaf.ecx) {
    case (0x756E_6547, 0x4965_6E69, 0x6C65_746E): self = .intel
    case (0x6874_7541, 0x6974_6E65, 0x444D_4163): self = .amd
    case (0x6F67_7948, 0x6E65_476E, 0x656E_6975): self = .hygon
    case (0x746E_6543, 0x4872_7561, 0x736C_7561): self = .centaur
    case (0x6853_2020, 0x6867_6E61, 0x2020_6961): self = .zhaoxin
    default: self = .other
    }
  }
}

/// Family, model and stepping, from EAX of leaf 1.
/// - Source: Intel SDM vol. 2A figure 3-6.
public struct CPUSignature: Equatable, BitwiseCopyable, Sendable {
  /// The register's bits.
  public var rawValue: UInt32

  /// The signature of these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The family, its extension added.
  @inlinable public var family: UInt32 {
    let base = rawValue >> 8 & 15
    return base == 15 ? base &+ (rawValue >> 20 & 0xff) : base
  }

  /// The model, its extension joined.
  @inlinable public var model: UInt32 {
    let base = rawValue >> 4 & 15
    let hasExtension = rawValue >> 8 & 15 == 15 || rawValue >> 8 & 15 == 6
    return hasExtension ? base | rawValue >> 12 & 0xf0 : base
  }

  /// The stepping.
  @inlinable public var stepping: UInt32 { rawValue & 15 }
}
