import GrantTables
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization

/// Everything the hypervisor knows: made once at start of day, never destroyed.
public struct HypervisorState: ~Copyable {
  /// The frame table.
  public let frames: FrameTable
  /// The free memory.
  public let heap: SpinLock<FrameAllocator>
  /// See `TLBClock`.
  public let tlb = TLBClock()
  /// The domains.
  public var domains: DomainTable
  /// The CPUs, by index; as many as are online.
  public let cpus: Table<PerCPU>
  /// Guards `scheduler`, every vCPU's `scheduling` and `runstate`.
  public let schedulerLock = TicketLock()
  /// See `Scheduler`.
  public var scheduler: Scheduler
  /// What it says of itself.
  public var identity = Identity()
  /// The largest grant and map-track tables that a domain can be made with.
  public var grantLimits = GrantLimits()
  /// Frames of RAM in all.
  public let totalFrames: UInt64
  /// The CPUs that run.
  public let onlineCPUs: CPUSet
  /// Held by whoever works for the control interface (domctl, sysctl); taken only if it is free.
  public let controlLock = TicketLock()
  /// Who is told of global virtual interrupts.
  public let virqHandlers = VIRQHandlers()

  /// The state of a hypervisor without domains.
  public init(
    frames: FrameTable, heap: consuming FrameAllocator,
    domainSlots: Table<Ref<Domain>?>, cpus: Table<PerCPU>, runQueues: Table<RunQueue>,
    online: CPUSet, totalFrames: UInt64
  ) {
    self.frames = frames
    self.heap = SpinLock(heap)
    domains = DomainTable(slots: domainSlots)
    self.cpus = cpus
    scheduler = Scheduler(online: online, queues: runQueues)
    self.totalFrames = totalFrames
    onlineCPUs = online
  }
}

/// How large grant tables can be, in frames: the host's administrator says so
/// (`gnttab_max_frames`, `gnttab_max_maptrack_frames`).
public struct GrantLimits: Sendable {
  /// Frames of entries, 512 each.
  public var frames: UInt32
  /// Frames of mapping records.
  public var mapTrackFrames: UInt32

  /// The limits given; nil for the usual one.
  public init(frames: UInt32? = nil, mapTrackFrames: UInt32? = nil) {
    self.frames = min(max(frames ?? 64, 1), UInt32(GrantTables.sharedFrameLimit))
    self.mapTrackFrames = min(mapTrackFrames ?? 1024, UInt32(GrantTables.maptrackFrameLimit))
  }
}

/// The hypervisor on machine `M`: a reference to its state, passed down to whatever works on it.
public struct Hypervisor<M: GuestArchitecture>: Sendable {
  /// The state.
  public let state: Ref<HypervisorState>

  /// The hypervisor with this state.
  public init(_ state: Ref<HypervisorState>) { self.state = state }

  /// The frame table.
  public var frames: FrameTable { state.pointee.frames }

  /// The CPU that runs this code.
  public var thisCPU: Ref<PerCPU> { state.pointee.cpus[M.currentCPU.index] }

  /// The vCPU that this CPU runs, if it does not idle.
  public var current: Ref<VCPU>? { thisCPU.pointee.current }

  /// Writes the PFN of a machine frame into the table that guests read.
  public func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) {
    M.setMachineToPhysical(mfn, pfn)
  }

  /// The PFN that the table has for a machine frame of RAM.
  public func machineToPhysical(_ mfn: MFN) -> UInt64? {
    frames.isMemory(mfn) ? M.machineToPhysical(mfn) : nil
  }
}

/// Values of the machine-to-physical table that are not PFNs.
/// - Source: `xen/include/public/xen.h`, `INVALID_M2P_ENTRY`, `SHARED_M2P_ENTRY`.
public enum MachineToPhysical {
  /// No PFN is known for the frame.
  public static var invalid: UInt64 { UInt64.max }
}
