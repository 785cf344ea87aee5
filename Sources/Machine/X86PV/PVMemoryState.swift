import Machine
import Memory
import Primitives
import Sync

/// The memory half of a PV vCPU: the vCPU's own, changed by the CPU that runs it or by whoever has
/// paused it.
public struct PVVCPUMemory: ~Copyable {
  /// The roots in use.
  public var roots = GuestRoots()
  /// A table that is still being undone.
  public var pending = PendingTable()
  /// The frames of its GDT, as many as `gdtEntries` needs.
  public var gdtFrames = InlineArray<14, MFN>(repeating: .invalid)
  /// The descriptors in its GDT.
  public var gdtEntries = 0
  /// Where its LDT is in its own address space.
  public var ldtBase = VirtualAddress(0)
  /// The descriptors in its LDT.
  public var ldtEntries = 0

  /// A vCPU without page tables.
  public init() {}

  /// The root that the guest kernel runs on, `MFN.invalid` for none.
  public var kernelRoot: MFN { roots.kernel }
  /// The root that user programs run on, `MFN.invalid` for none.
  public var userRoot: MFN { roots.user }
}

/// The memory half of a PV domain.
public struct PVDomainMemory: ~Copyable {
  /// Held for every change to the domain's page tables, and to table types of its frames.
  public let pageTableLock = TicketLock()
  /// The hypervisor's tables with the domain's windows: of the third level, of the second, and of
  /// leaves, one for every sixteen vCPUs.
  public var windowRoot = MFN.invalid
  public var windowDirectory = MFN.invalid
  public var windowTables = InlineArray<8, MFN>(repeating: .invalid)
  /// A frame of zeros: see `DescriptorWindow.zeros`.
  public var zeros = MFN.invalid
  /// How far giving everything back has come, and how many frames that step has left.
  public var teardown = MemoryTeardown.vcpus
  public var teardownLeft: UInt64 = 0

  /// A domain without page tables.
  public init() {}
}

/// The steps by which a dying domain's memory is taken away.
public enum MemoryTeardown: Sendable {
  /// Roots and descriptor tables of its vCPUs.
  case vcpus
  /// Pins, and tables left half-way.
  case tables
  /// The frames themselves.
  case frames
  /// Nothing is left but frames that others still map.
  case done
}
