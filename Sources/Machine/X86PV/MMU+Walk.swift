import Machine
import Memory
import Primitives
import Sync
import X86Format

/// Looking things up in a guest's checked tables. The page-table lock of the tables' owner is held,
/// so nothing below a root in use changes.
extension MMU {
  /// The table of leaves, and the index in it, that cover an address.
  /// - Returns: nil if the guest has no business there, no table covers it, or what covers it is
  ///   not a checked table of leaves of `owner`'s (a linear entry, for instance).
  func leafPlace(
    of address: VirtualAddress, under root: MFN, _ owner: DomainID
  ) -> (table: MFN, index: Int)? {
    guard let table = lastTable(of: address, under: root) else { return nil }
    let word = type(of: table)
    guard word.kind == .l1, word.isValidated, word.count != 0,
      host.frames[table].pointee.owner == owner
    else { return nil }
    return (table, address.index(.l1))
  }

  /// The entry that maps an address, whatever kind of table serves as the last level.
  func leafEntry(of address: VirtualAddress, under root: MFN) -> PageTableEntry? {
    guard let table = lastTable(of: address, under: root) else { return nil }
    let found = entry(table, address.index(.l1))
    return found.isPresent ? found : nil
  }

  // The table that the processor looks into last when it translates an address for ring 3.
  private func lastTable(of address: VirtualAddress, under root: MFN) -> MFN? {
    guard root != .invalid, EntryRules.isGuestAddress(address) else { return nil }
    var table = root
    var level = PageTableLevel.l4
    while let lower = level.lower {
      let next = entry(table, address.index(level))
      // A linear entry shows the hypervisor's slots too: those are not for ring 3, or large.
      guard next.flags.contains(.present | .user), !next.isLeaf(at: level),
        host.frames.isMemory(next.frame)
      else { return nil }
      table = next.frame
      level = lower
    }
    return table
  }
}
