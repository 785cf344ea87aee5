import Machine
import Memory
import Primitives

/// What the page-table rules ask of the hypervisor around them.
///
/// `PVHost` conforms for the hypervisor; tests conform with a table of frames and a list of what
/// was asked for.
public protocol MMUHost {
  /// All frames of RAM.
  var frames: FrameTable { get }
  /// The contents of frames.
  var memory: PhysicalMemory { get }
  /// The hypervisor's own root, whose slots every guest root shares.
  var hypervisorRoot: MFN { get }
  /// Whether hardware knows the NX bit.
  var noExecute: Bool { get }
  /// Whether long work should stop here and be continued later.
  var shouldPreempt: Bool { get }
  /// The tick to note when a use of a frame ends (see `TLBClock`).
  var tlbTime: UInt32 { get }

  /// Takes the lock for changes to a domain's page tables. Whoever asks holds the domain, or a
  /// frame of its.
  func lockPageTables(of domain: DomainID)
  /// Gives that lock back.
  func unlockPageTables(of domain: DomainID)
  /// The table of the third level with a domain's own windows.
  func perDomainTable(of domain: DomainID) -> MFN?
  /// Whether a domain may use the control interface.
  func isPrivileged(_ domain: DomainID) -> Bool
  /// Whether a domain is shutting down or being taken apart.
  func isEnding(_ domain: DomainID) -> Bool
  /// Whether a domain keeps the machine-to-physical table away from user mode
  /// (`VMASST_TYPE_m2p_strict`).
  func hidesMachineToPhysical(_ domain: DomainID) -> Bool
  /// Which memory types a domain may choose.
  func cachePolicy(of domain: DomainID) -> CachePolicy
  /// Whether a domain may map a frame that is no memory.
  func mayMapDevice(_ domain: DomainID, _ mfn: MFN) -> Bool
  /// Whether a frame that is no memory may only be read by guests.
  func isReadOnlyDevice(_ mfn: MFN) -> Bool

  /// Drops a reference to a frame; with the last one the frame goes back to the heap.
  func putPage(_ mfn: MFN)
  /// Makes the CPUs that may still translate to a frame by a use that ended at `stamp` forget it:
  /// those where `owner` runs or ran, all CPUs if that is nil.
  func flushStale(_ owner: DomainID?, since stamp: UInt32)
  /// Writes a frame back from the caches.
  func flushCache(_ mfn: MFN)
  /// Makes a root the one that this CPU translates by.
  func loadRoot(_ root: MFN)
  /// Forgets every translation on this CPU.
  func flushLocal()
  /// Writes the PFN of a machine frame into the table that guests read.
  func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64)
}
