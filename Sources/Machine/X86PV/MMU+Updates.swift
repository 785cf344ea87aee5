import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// How a new entry is written over the old one.
public enum EntryWrite: Sendable {
  /// As it is (`MMU_NORMAL_PT_UPDATE`).
  case replacing
  /// With the accessed and dirty bits that the old one has (`MMU_PT_UPDATE_PRESERVE_AD`).
  case preservingAccess
}

/// Whose tables and frames a request is about.
public struct UpdateParties: Sendable {
  /// Who asks.
  public var caller: DomainID
  /// Whose page tables change.
  public var tableOwner: DomainID
  /// Whose frames the leaf entries name; `.io` for no memory.
  public var frameOwner: DomainID

  /// A domain that changes its own tables, about frames of its own.
  public init(_ domain: DomainID) {
    self.init(caller: domain, tableOwner: domain, frameOwner: domain)
  }

  /// The parties given.
  public init(caller: DomainID, tableOwner: DomainID, frameOwner: DomainID) {
    self.caller = caller
    self.tableOwner = tableOwner
    self.frameOwner = frameOwner
  }
}

/// Changing single entries.
extension MMU {
  /// Writes a word that lies in a frame of the table owner's: an entry, if the frame is in use as a
  /// page table, else plain memory. Takes the owner's page-table lock.
  /// - Parameter address: of the word, a multiple of eight.
  /// - Throws: `EINVAL` if the frame is not the owner's, must not be written, or the entry is not
  ///   allowed; what taking a leaf's frame throws; `ERESTART` if interrupted before anything
  ///   changed. Undoing the old entry may be left pending.
  public func update(
    _ address: MachineAddress, _ value: UInt64, _ write: EntryWrite, _ parties: UpdateParties,
    _ pending: inout PendingTable
  ) throws(XenErrno) {
    let table = address.frame
    let index = address.pageOffset >> 3
    let new = PageTableEntry(rawValue: value)
    guard let page = host.frames.page(table) else { throw .EINVAL }
    if let level = PageTypeWord(rawValue: page.pointee.type.load(ordering: .relaxed)).kind.level {
      flushAhead(new, level, of: parties.tableOwner)
    }
    host.lockPageTables(of: parties.tableOwner)
    defer { host.unlockPageTables(of: parties.tableOwner) }
    // A checked table of the owner's stays one while its lock is held: no reference is needed.
    let word = PageTypeWord(rawValue: page.pointee.type.load(ordering: .acquiring))
    guard word.count != 0, word.isValidated, let level = word.kind.level,
      page.pointee.owner == parties.tableOwner
    else {
      try holdWritable(table, of: parties.tableOwner)
      setEntry(table, index, new)
      releaseWritable(table)
      return
    }
    if level == .l1 {
      try updateLeaf(table, index, new, write, parties)
    } else {
      guard parties.frameOwner == parties.tableOwner else { throw .EINVAL }
      try updateTable(table, level, index, new, write, parties.tableOwner, &pending)
    }
  }

  /// Tells guests which PFN a frame of `owner`'s has (`MMU_MACHPHYS_UPDATE`).
  /// - Throws: `EINVAL` if the frame is not `owner`'s.
  public func setMachineToPhysical(
    _ mfn: MFN, _ pfn: UInt64, of owner: DomainID
  ) throws(XenErrno) {
    try takeFrame(mfn, of: owner)
    host.setMachineToPhysical(mfn, pfn)
    putFrame(mfn)
  }

  /// Changes the leaf entry that maps `address` in the caller's own address space. Takes its
  /// page-table lock.
  /// - Throws: `EINVAL` if no checked table of the caller's covers the address; else as `update`.
  public func update(
    mappingOf address: VirtualAddress, under root: MFN, _ value: UInt64, _ parties: UpdateParties
  ) throws(XenErrno) {
    let new = PageTableEntry(rawValue: value)
    flushAhead(new, .l1, of: parties.tableOwner)
    host.lockPageTables(of: parties.tableOwner)
    defer { host.unlockPageTables(of: parties.tableOwner) }
    guard let place = leafPlace(of: address, under: root, parties.tableOwner) else {
      throw .EINVAL
    }
    try updateLeaf(place.table, place.index, new, .replacing, parties)
  }

  /// Changes an entry of a checked table of leaves. The page-table lock is held.
  func updateLeaf(
    _ table: MFN, _ index: Int, _ new: PageTableEntry, _ write: EntryWrite,
    _ parties: UpdateParties
  ) throws(XenErrno) {
    let old = entry(table, index)
    let owner = parties.tableOwner
    var final = new
    if new.isPresent {
      let cache = host.cachePolicy(of: owner)
      guard EntryRules.isAllowed(new, .l1, cache: cache, noExecute: host.noExecute) else {
        throw .EINVAL
      }
      final = EntryRules.adjusted(new, .l1)
      if EntryRules.isEquivalent(old, final) {
        writeEntry(table, index, old, final, write)
        return
      }
      final = try holdLeaf(final, in: owner, of: parties.frameOwner, by: parties.caller)
    }
    writeEntry(table, index, old, final, write)
    putLeaf(old, in: owner)
  }

  /// Changes an entry of a checked table above the leaves. The page-table lock is held.
  private func updateTable(
    _ table: MFN, _ level: PageTableLevel, _ index: Int, _ new: PageTableEntry,
    _ write: EntryWrite, _ owner: DomainID, _ pending: inout PendingTable
  ) throws(XenErrno) {
    guard !EntryRules.isHypervisorSlot(index, level) else { throw .EINVAL }
    let old = entry(table, index)
    var final = new
    if new.isPresent {
      guard EntryRules.isAllowed(new, level, cache: .cachedOnly, noExecute: host.noExecute) else {
        throw .EINVAL
      }
      final = EntryRules.adjusted(new, level)
      if EntryRules.isEquivalent(old, final) {
        writeEntry(table, index, old, final, write)
        return
      }
      do throws(TypeRefusal) {
        try takeLowerTable(final, from: table, level, owner, isHeld: false)
      } catch {
        if error.leavesPartial { leave(final.frame, error.reason, &pending) }
        throw error.reason
      }
    }
    writeEntry(table, index, old, final, write)
    do throws(TypeRefusal) { try putLowerTable(old, from: table, level) } catch {
      pending.table = old.frame
    }
  }

  /// Decides about a partial table to which the caller holds a reference: an interrupted one waits
  /// for the next attempt, one that failed is to be undone.
  func leave(_ table: MFN, _ reason: XenErrno, _ pending: inout PendingTable) {
    if reason == .ERESTART { putFrame(table) } else { pending.table = table }
  }

  // Writes an entry; the processor may set accessed and dirty bits at the same time.
  private func writeEntry(
    _ table: MFN, _ index: Int, _ old: PageTableEntry, _ new: PageTableEntry, _ write: EntryWrite
  ) {
    switch write {
    case .replacing:
      setEntry(table, index, new)
    case .preservingAccess:
      let word = host.memory[table].sharedWord(index)
      let kept: EntryFlags = .accessed | .dirty
      var seen = old.rawValue
      while true {
        let r = word.compareExchange(
          expected: seen, desired: new.rawValue | seen & kept.rawValue)
        if r.exchanged { return }
        seen = r.old
      }
    }
  }
}
