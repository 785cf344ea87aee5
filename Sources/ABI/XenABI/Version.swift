// What xen_version tells about the hypervisor.
//
// Source: xen/version.h.

/// Command of `xen_version`.
public enum VersionOp: UInt32, Sendable {
  /// Version: major in the high half, minor in the low half (`XENVER_version`).
  case version = 0
  /// The rest of the version (`XENVER_extraversion`).
  case extraVersion = 1
  /// How it was built (`XENVER_compile_info`).
  case compileInfo = 2
  /// Kinds of guests (`XENVER_capabilities`).
  case capabilities = 3
  /// Source revision (`XENVER_changeset`).
  case changeset = 4
  /// First address of the hypervisor (`XENVER_platform_parameters`).
  case platformParameters = 5
  /// A word of feature bits (`XENVER_get_features`).
  case getFeatures = 6
  /// Page size (`XENVER_pagesize`).
  case pageSize = 7
  /// Caller's UUID (`XENVER_guest_handle`).
  case guestHandle = 8
  /// Hypervisor's command line (`XENVER_commandline`).
  case commandLine = 9
  /// Build identifier (`XENVER_build_id`).
  case buildID = 10
}

/// Bytes of the texts that xen_version returns.
public enum VersionTextLength {
  /// The rest of the version (`XEN_EXTRAVERSION_LEN`).
  public static var extraVersion: Int { 16 }
  /// Capabilities (`XEN_CAPABILITIES_INFO_LEN`).
  public static var capabilities: Int { 1024 }
  /// Source revision (`XEN_CHANGESET_INFO_LEN`).
  public static var changeset: Int { 64 }
  /// Command line (`sizeof(xen_commandline_t)`).
  public static var commandLine: Int { 1024 }
}

/// Result of `XENVER_compile_info`; texts are zero-terminated (`struct xen_compile_info`).
public struct CompileInfo: BitwiseCopyable, Sendable {
  /// Compiler (`compiler`).
  public var compiler: InlineArray<64, UInt8> = InlineArray(repeating: 0)
  /// Builder (`compile_by`).
  public var compileBy: InlineArray<16, UInt8> = InlineArray(repeating: 0)
  /// Builder's host domain (`compile_domain`).
  public var compileDomain: InlineArray<32, UInt8> = InlineArray(repeating: 0)
  /// Date (`compile_date`).
  public var compileDate: InlineArray<32, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    compiler: InlineArray<64, UInt8> = InlineArray(repeating: 0),
    compileBy: InlineArray<16, UInt8> = InlineArray(repeating: 0),
    compileDomain: InlineArray<32, UInt8> = InlineArray(repeating: 0),
    compileDate: InlineArray<32, UInt8> = InlineArray(repeating: 0)
  ) {
    self.compiler = compiler
    self.compileBy = compileBy
    self.compileDomain = compileDomain
    self.compileDate = compileDate
  }
}

/// Result of `XENVER_platform_parameters` (`struct xen_platform_parameters`).
public struct PlatformParameters: BitwiseCopyable, Sendable {
  /// First address of the hypervisor (`virt_start`).
  public var virtualStart: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(virtualStart: UInt64 = 0) {
    self.virtualStart = virtualStart
  }
}

/// Argument of `XENVER_get_features` (`struct xen_feature_info`).
public struct FeatureInfo: BitwiseCopyable, Sendable {
  /// Which 32 bits (`submap_idx`).
  public var submapIndex: UInt32 = 0
  /// Out: the bits (`submap`).
  public var submap: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(submapIndex: UInt32 = 0, submap: UInt32 = 0) {
    self.submapIndex = submapIndex
    self.submap = submap
  }
}

/// Argument of `XENVER_build_id`, followed by the bytes (`struct xen_build_id`).
public struct BuildID: BitwiseCopyable, Sendable {
  /// Bytes of the buffer (`len`).
  public var length: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(length: UInt32 = 0) {
    self.length = length
  }
}
