import Machine
import Memory
import Primitives
import Synchronization
import X86Format
import XenABI

/// Tables of the levels above the leaves: each present entry holds a reference to, and a use of,
/// the table it names. Both directions may stop between any two entries; see `TableProgress`.
extension MMU {
  /// Takes what the remaining entries of a table need and writes them as they are to be.
  /// - Throws: `ERESTART` if interrupted, else why an entry is not allowed.
  func checkTable(
    _ mfn: MFN, _ page: Ref<PageInfo>, _ level: PageTableLevel
  ) throws(TypeRefusal) {
    let owner = page.pointee.owner
    var at = TableProgress(stored: page.pointee.progress)
    let words = host.memory[mfn]
    let start = at.entries
    while true {
      at.entries = words.firstPresent(from: at.entries)
      guard at.entries < PageTableLevel.entryCount else { break }
      let index = at.entries
      if index > start, host.shouldPreempt {
        page.pointee.progress = at.stored
        throw TypeRefusal(partial: .ERESTART)
      }
      // Read again: the accessed bit may have come meanwhile.
      let old = entry(mfn, index)
      if old.isPresent, !EntryRules.isHypervisorSlot(index, level) {
        do throws(TypeRefusal) {
          try takeLowerTable(old, from: mfn, level, owner, isHeld: at.holdsNext)
        } catch {
          if error.leavesPartial { at.holdsNext = true }
          page.pointee.progress = at.stored
          throw at.isNothing ? TypeRefusal(error.reason) : TypeRefusal(partial: error.reason)
        }
        at.holdsNext = false
        let new = EntryRules.adjusted(old, level)
        if new != old { setEntry(mfn, index, new) }
      }
      at.entries += 1
    }
    if level == .l4 { fillHypervisorSlots(mfn, owner) }
  }

  /// Lets go of what the entries of a table hold, last one first.
  /// - Throws: `ERESTART` if interrupted.
  func releaseTable(
    _ mfn: MFN, _ page: Ref<PageInfo>, _ level: PageTableLevel
  ) throws(TypeRefusal) {
    var at = TableProgress(stored: page.pointee.progress)
    if at.holdsNext {
      let next = entry(mfn, at.entries).frame
      try putPartial(next)
      putFrame(next)
      at.holdsNext = false
      page.pointee.progress = at.stored
    }
    let words = host.memory[mfn]
    let start = at.entries
    while let index = words.lastPresent(below: at.entries) {
      if at.entries < start, host.shouldPreempt {
        page.pointee.progress = at.stored
        throw TypeRefusal(partial: .ERESTART)
      }
      at.entries = index
      let old = entry(mfn, index)
      guard old.isPresent, !EntryRules.isHypervisorSlot(index, level), old.frame != mfn else {
        continue
      }
      do throws(TypeRefusal) {
        dropLinearUse(of: old.frame, by: mfn, level)
        try putType(old.frame)
      } catch {
        at.holdsNext = true
        page.pointee.progress = at.stored
        throw TypeRefusal(partial: error.reason)
      }
      putFrame(old.frame)
    }
  }

  /// Takes a reference to, and a use of, the table that an entry of `table` (at `level`, above the
  /// leaves) names.
  /// - Parameter isHeld: the reference is held already, and stays held if this throws.
  /// - Throws: `EINVAL` for flags that are not allowed and a frame that cannot be such a table;
  ///   what checking that table throws. If that leaves it partial, the reference is kept.
  func takeLowerTable(
    _ new: PageTableEntry, from table: MFN, _ level: PageTableLevel, _ owner: DomainID,
    isHeld: Bool
  ) throws(TypeRefusal) {
    guard
      EntryRules.isAllowed(new, level, cache: .cachedOnly, noExecute: host.noExecute),
      let lower = level.lower
    else { throw TypeRefusal(.EINVAL) }
    let mfn = new.frame
    guard isHeld || host.frames.takeReference(mfn, ownedBy: owner) else {
      throw TypeRefusal(.EINVAL)
    }
    do throws(TypeRefusal) { try takeType(mfn, PageKind(lower)) } catch {
      if error.leavesPartial { throw error }
      let isLinear = error.reason == .EINVAL && takeLinearUse(new, from: table, level, owner)
      // A linear entry holds a reference of its own, or none for a table that names itself.
      if isLinear || !isHeld { putFrame(mfn) }
      if !isLinear { throw error }
    }
  }

  /// Drops what an entry that was taken out of `table` held.
  /// - Throws: `ERESTART` if interrupted: the table it named is left partial, and the caller is
  ///   left with the reference to it.
  func putLowerTable(
    _ old: PageTableEntry, from table: MFN, _ level: PageTableLevel
  ) throws(TypeRefusal) {
    guard old.isPresent, old.frame != table else { return }
    dropLinearUse(of: old.frame, by: table, level)
    try putType(old.frame)
    putFrame(old.frame)
  }

  /// Writes the hypervisor's slots of a root, whatever the guest left there.
  private func fillHypervisorSlots(_ root: MFN, _ owner: DomainID) {
    for i in X86PV.firstHypervisorSlot...X86PV.lastHypervisorSlot {
      setEntry(root, i, entry(host.hypervisorRoot, i))
    }
    // A domain that hides the table from user mode gets it in every root but those it uses there;
    // another gets it in those it uses as a kernel's.
    if !host.hidesMachineToPhysical(owner) { hideMachineToPhysical(in: root) }
    if let own = host.perDomainTable(of: owner) {
      setEntry(
        root, X86PV.perDomainSlot,
        PageTableEntry(own, .present | .writable | .accessed | .dirty))
    }
  }

  /// Takes the machine-to-physical table out of a root.
  func hideMachineToPhysical(in root: MFN) {
    setEntry(root, X86PV.machineToPhysicalSlot, .empty)
  }

  /// Puts the machine-to-physical table into a root.
  func showMachineToPhysical(in root: MFN) {
    let slot = X86PV.machineToPhysicalSlot
    setEntry(root, slot, entry(host.hypervisorRoot, slot))
  }
}
