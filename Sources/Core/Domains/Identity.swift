/// What the hypervisor says of itself.
public struct Identity: Sendable {
  /// The version that `XENVER_version` reports: that of the control interface.
  public var major: UInt16 = 4
  public var minor: UInt16 = 17
  /// The command line, ended by zeros.
  public var commandLine = InlineArray<1024, UInt8>(repeating: 0)

  /// Version 4.17 without a command line.
  public init() {}
}
