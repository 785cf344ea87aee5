import Machine
import Primitives
import Sync
import X86Devices
import XenABI

/// What a PV domain sees of the platform around its processors.
///
/// `policy` and the time-stamp fields are set while the domain is built and only read afterwards
/// (the toolstack changes them before the first vCPU runs). The latches are guarded by `portLock`.
public struct PlatformState: ~Copyable {
  /// What CPUID and some MSRs say.
  public var policy = CPUPolicy()
  /// The domain's TSC mode and incarnation (`XEN_DOMCTL_settscinfo`).
  public var tscMode: UInt32 = 0
  public var tscIncarnation: UInt32 = 0
  /// Guards the latches below and, in dom0's record, the machine's PCI configuration and clock
  /// ports, which take two accesses.
  public let portLock = TicketLock()
  /// What was last written to port 0xCF8.
  public var pciAddress: UInt32 = 0
  /// What was last written to port 0x70.
  public var clockIndex: UInt8 = 0

  /// A platform that says nothing.
  public init() {}
}
