/// Paravirtual x86-64 guests: whose memory a page-table entry may reach, and what a guest's
/// privileged instructions and faults come to.
///
/// The memory half rests on two counts per frame. *References* (`Memory`) keep a frame its owner's.
/// The *type* (`PageTypeWord`) says what the frame is used as; while its count is not zero the type
/// cannot change. A frame that is a page table, or a descriptor table, is therefore never writable
/// for a guest: every entry in it went through `EntryRules` and holds what it refers to.
///
/// Locks: a domain's page-table lock (see `PVDomainMemory`) is held for every change to its tables
/// and to table types of its frames. Foreign domains take only leaf types (`writable`), without a
/// lock: both counts are atomic words. TLB shootdowns may happen under the lock.
public enum X86PV {
  /// The first root slot that belongs to the hypervisor.
  public static var firstHypervisorSlot: Int { 256 }
  /// The last root slot that belongs to the hypervisor.
  public static var lastHypervisorSlot: Int { 271 }
  /// The root slot of the machine-to-physical table that guests read.
  public static var machineToPhysicalSlot: Int { 256 }
  /// The root slot of the windows that are each domain's own (GDT, LDT).
  public static var perDomainSlot: Int { 260 }
}
