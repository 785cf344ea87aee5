import Machine
import Primitives
import X86Format

/// The flags of a page-table entry (both `Memory` and `X86Format` have a `PageFlags`).
public typealias EntryFlags = X86Format.PageFlags

extension EntryFlags {
  /// The page is the guest kernel's, not its user programs': ring 3 runs both, so `user` is set
  /// everywhere and this bit remembers what the guest wanted (`_PAGE_GUEST_KERNEL`).
  public static var guestKernel: EntryFlags { EntryFlags(rawValue: 1 << 52) }
}

/// Whether an entry's owner may choose memory types: it has, or may have, devices.
public enum CachePolicy: Sendable {
  /// Ordinary memory only.
  case cachedOnly
  /// Any memory type.
  case any
}

/// What a guest may write into its page tables, as far as the bits alone tell.
///
/// No state: the rules of who owns the frame behind an entry are `MMU`'s.
/// - Source: `xen/include/public/arch-x86/xen-x86_64.h`; behaviour of Xen 4.17.
public enum EntryRules {
  /// The flags that an entry of `level` may carry.
  ///
  /// Large pages are for no guest. `global` is allowed in leaves, where the hypervisor decides.
  /// - Parameter noExecute: whether hardware knows the NX bit.
  public static func allowedFlags(
    _ level: PageTableLevel, cache: CachePolicy, noExecute: Bool
  ) -> EntryFlags {
    var allowed: EntryFlags =
      .present | .writable | .user | .accessed | .dirty | .available | .availableHigh
    if noExecute { allowed.insert(.noExecute) }
    guard level == .l1 else { return allowed }
    allowed.insert(.global)
    switch cache {
    case .any: allowed.insert(.cacheability)
    case .cachedOnly: break
    }
    return allowed
  }

  /// Whether all flags of `entry` are allowed.
  public static func isAllowed(
    _ entry: PageTableEntry, _ level: PageTableLevel, cache: CachePolicy, noExecute: Bool
  ) -> Bool {
    (entry.flags - allowedFlags(level, cache: cache, noExecute: noExecute)).isEmpty
  }

  /// The entry as it is written for the guest: accessible in ring 3, where its kernel runs too, and
  /// marked as the kernel's or the user's.
  ///
  /// User pages are global, so that they outlive the switch between a process's kernel and user
  /// roots; kernel pages must not be, because user mode runs without them.
  public static func adjusted(_ entry: PageTableEntry, _ level: PageTableLevel) -> PageTableEntry {
    guard entry.isPresent else { return entry }
    var flags = entry.flags
    switch level {
    case .l1:
      if !flags.contains(.user) { flags.insert(.guestKernel | .user) }
      if !flags.contains(.guestKernel) { flags.insert(.global | .user) }
    case .l2, .l3:
      flags.insert(.user)
    case .l4:
      // Accessed too, so that copies of a root need not be read back.
      flags.insert(.user | .accessed)
    }
    return PageTableEntry(entry.frame, flags)
  }

  /// Whether `new` grants nothing that `old`, checked before, does not grant: the same frame with
  /// the same presence, writability and memory type.
  public static func isEquivalent(_ old: PageTableEntry, _ new: PageTableEntry) -> Bool {
    let harmless: EntryFlags =
      .noExecute | .availableHigh | .available | .global | .dirty | .accessed | .user
    return (old.rawValue ^ new.rawValue) & ~harmless.rawValue == 0
  }

  /// The entry for a frame that is no memory: read-only where only the hypervisor may write, and
  /// uncached unless it is that or write-combining already.
  public static func deviceEntry(_ entry: PageTableEntry, isReadOnly: Bool) -> PageTableEntry {
    var flags = entry.flags
    if isReadOnly { flags.remove(.writable) }
    if !isUncached(entry) {
      flags.remove(.cacheability)
      flags.insert(.writeThrough | .cacheDisable)
    }
    return PageTableEntry(entry.frame, flags)
  }

  /// Whether the entry's memory type is uncached or write-combining under the hypervisor's PAT
  /// (WB, WT, UC-, UC, WC, WP, UC, UC).
  public static func isUncached(_ entry: PageTableEntry) -> Bool {
    switch entry.patIndex {
    case 0, 1, 5: false
    default: true
    }
  }

  /// Whether the entry's memory type is write-combining.
  public static func isWriteCombining(_ entry: PageTableEntry) -> Bool { entry.patIndex == 4 }

  /// Whether slot `index` of a table of `level` is the hypervisor's.
  @inlinable public static func isHypervisorSlot(_ index: Int, _ level: PageTableLevel) -> Bool {
    level == .l4 && index >= X86PV.firstHypervisorSlot && index <= X86PV.lastHypervisorSlot
  }

  /// Whether a guest may speak of the address: canonical and not the hypervisor's.
  public static func isGuestAddress(_ address: VirtualAddress) -> Bool {
    address.isCanonical && !isHypervisorSlot(address.index(.l4), .l4)
  }

  /// The frame number whose 40 bits are all ones: how guests write "no frame".
  public static var noFrame: MFN { MFN(0xff_ffff_ffff) }
}
