import Machine
import Memory
import Primitives
import Sync
import X86Format
import XenABI

/// Mapping granted frames into a guest's tables. The grant's own reference to the frame, and its
/// use of it, are taken and dropped by the grant table: here only entries change.
extension MMU {
  /// The leaf entry for a grant's frame.
  /// - Parameters:
  ///   - flags: `GrantMapFlags`.
  ///   - cacheability: memory type flags; other than none only for frames that are no memory.
  public static func grantEntry(
    _ frame: MFN, _ flags: UInt32, cacheability: EntryFlags = .none
  ) -> PageTableEntry {
    var entry: EntryFlags = .present | .accessed | .dirty | .noExecute
    if flags & GrantMapFlags.applicationMap != 0 { entry.insert(.user) }
    if flags & GrantMapFlags.readOnly == 0 { entry.insert(.writable) }
    entry.insert(EntryFlags(rawValue: UInt64(flags >> 16) << 9) & .available)
    entry.insert(cacheability & .cacheability)
    return EntryRules.adjusted(PageTableEntry(frame, entry), .l1)
  }

  /// Maps a granted frame for `owner`, who is the caller.
  /// - Parameters:
  ///   - address: where: a linear address under `root`, or with `containsPTE` among the flags the
  ///     machine address of the entry.
  /// - Returns: `okay`, or `generalError` if there is no checked table of leaves of `owner`'s
  ///   there.
  public func mapGrant(
    _ frame: MFN, at address: UInt64, _ flags: UInt32, cacheability: EntryFlags = .none,
    root: MFN, of owner: DomainID
  ) -> GrantStatus {
    var new = Self.grantEntry(frame, flags, cacheability: cacheability)
    if !host.noExecute { new.flags.remove(.noExecute) }
    return withGrantPlace(address, flags, root, owner) { table, index in
      let old = entry(table, index)
      setEntry(table, index, new)
      putLeaf(old, in: owner)
      return .okay
    }
  }

  /// Takes a grant's mapping away, and puts what maps `replacement` in its place if that is not 0.
  /// - Returns: `okay`; `generalError` if the frame is not mapped there in the way that `flags`
  ///   say, or there is no checked table of leaves at one of the places.
  public func unmapGrant(
    _ frame: MFN, at address: UInt64, _ flags: UInt32, replacement: UInt64 = 0, root: MFN,
    of owner: DomainID
  ) -> GrantStatus {
    var new = PageTableEntry.empty
    if replacement != 0 {
      guard flags & GrantMapFlags.containsPTE == 0 else { return .generalError }
      let stolen = withGrantPlace(replacement, 0, root, owner) { table, index in
        new = entry(table, index)
        setEntry(table, index, .empty)
        return .okay
      }
      guard stolen == .okay else { return stolen }
    }
    let wanted = Self.grantEntry(frame, flags)
    let status = withGrantPlace(address, flags, root, owner) { table, index in
      let old = entry(table, index)
      let decisive: EntryFlags = .present | .writable
      guard old.frame == frame, old.flags & decisive == wanted.flags & decisive else {
        return .generalError
      }
      setEntry(table, index, new)
      return .okay
    }
    // What the stolen entry held has no place any more.
    if status != .okay { putLeaf(new, in: owner) }
    return status
  }

  // Runs `body` on the place of a leaf entry, with the owner's page-table lock held.
  private func withGrantPlace(
    _ address: UInt64, _ flags: UInt32, _ root: MFN, _ owner: DomainID,
    _ body: (_ table: MFN, _ index: Int) -> GrantStatus
  ) -> GrantStatus {
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    if flags & GrantMapFlags.containsPTE == 0 {
      guard let place = leafPlace(of: VirtualAddress(address), under: root, owner) else {
        return .generalError
      }
      return body(place.table, place.index)
    }
    let machine = MachineAddress(address)
    guard machine.pageOffset & 7 == 0, host.frames.takeReference(machine.frame, ownedBy: owner)
    else { return .generalError }
    defer { putFrame(machine.frame) }
    let word = type(of: machine.frame)
    guard word.kind == .l1, word.isValidated, word.count != 0 else { return .generalError }
    return body(machine.frame, machine.pageOffset >> 3)
  }
}
