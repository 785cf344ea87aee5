import Machine
import Primitives
import Sync
import X86Devices
import XenABI

/// What a PV domain sees of the platform around its processors.
///
/// `policy` and the time-stamp fields are set while the domain is built and only read afterwards
/// (the toolstack changes them before the first vCPU runs). The latches are the domain's own
/// business, like the ports they stand for.
public struct PlatformState: ~Copyable {
  /// What CPUID and some MSRs say.
  public var policy = CPUPolicy()
  /// The domain's TSC mode and incarnation (`XEN_DOMCTL_settscinfo`).
  public var tscMode: UInt32 = 0
  public var tscIncarnation: UInt32 = 0
  /// In dom0's record, guards the machine's clock ports, which take two accesses.
  public let portLock = TicketLock()
  /// What was last written to port 0xCF8.
  public var pciAddress: UInt32 = 0
  /// What was last written to port 0x70.
  public var clockIndex: UInt8 = 0

  /// In dom0's record, guards the interrupt tables of all domains and what hardware they are
  /// programmed into.
  public let interruptLock = TicketLock()
  /// The domain's PIRQs (see `PIRQTable`); made when first needed.
  public var pirqs = MFN.invalid
  /// In dom0's record: whose vectors are whose (see `InterruptOwners`).
  public var owners = MFN.invalid
  /// The guest's page of end-of-interrupt bits, and whether such a call unmasks the event too.
  public var eoiMap = MFN.invalid
  public var eoiUnmasks = false

  /// A platform that says nothing.
  public init() {}
}
