import Machine
import Memory
import Primitives
import Sync
import X86Format
import XenABI

/// What became of a guest's write to one of its own page tables.
public enum TableWriteResult: Equatable, Sendable {
  /// The entry is written.
  case written
  /// The word was not as the guest expected: its bytes, as they are. Nothing is written.
  case differed(UInt64)
  /// It is no page table, or the new entry is not allowed: the guest gets its page fault.
  case refused
}

/// Writes that faulted because they went to a page table, which guests map read-only.
extension MMU {
  /// Whether a write to `address` faults because it goes to a checked table of leaves of the
  /// domain's own, mapped read-only. Takes its page-table lock.
  public func isTableWrite(
    _ address: VirtualAddress, under root: MFN, of owner: DomainID
  ) -> Bool {
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    return writtenTable(address, root, owner) != nil
  }

  /// Carries out a decoded write to a table of leaves as if it had been asked for by
  /// `HYPERVISOR_mmu_update`. Takes the page-table lock.
  /// - Parameters:
  ///   - address: of the first byte written.
  ///   - value: the bytes, lowest first.
  ///   - bytes: 1, 2, 4 or 8; the address is a multiple of it.
  ///   - expected: what the bytes must be for the write to happen; nil for a plain store.
  public func writeToTable(
    _ address: VirtualAddress, _ value: UInt64, bytes: Int, expected: UInt64? = nil,
    under root: MFN, of owner: DomainID
  ) -> TableWriteResult {
    guard bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8,
      address.rawValue & UInt64(bytes - 1) == 0
    else { return .refused }
    if bytes == 8 { flushAhead(PageTableEntry(rawValue: value), .l1, of: owner) }
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    guard let table = writtenTable(address, root, owner) else { return .refused }
    let index = address.pageOffset >> 3
    let shift = UInt64(address.pageOffset & 7) &* 8
    let mask = (bytes == 8 ? UInt64.max : (1 << (UInt64(bytes) &* 8)) &- 1) << shift
    let word = host.memory[table].sharedWord(index)
    let old = PageTableEntry(rawValue: word.value)
    if let expected, (old.rawValue ^ expected << shift) & mask != 0 {
      return .differed((old.rawValue & mask) >> shift)
    }
    let new = PageTableEntry(rawValue: old.rawValue & ~mask | value << shift & mask)
    var final = new
    if new.isPresent {
      guard let taken = try? takeLeaf(new, in: owner, of: owner, by: owner) else {
        return .refused
      }
      final = EntryRules.adjusted(taken, .l1)
    }
    guard expected != nil else {
      setEntry(table, index, final)
      putLeaf(old, in: owner)
      return .written
    }
    // The processor may have set accessed or dirty bits since.
    let r = word.compareExchange(expected: old.rawValue, desired: final.rawValue)
    guard r.exchanged else {
      putLeaf(final, in: owner)
      return .differed((r.old & mask) >> shift)
    }
    putLeaf(old, in: owner)
    return .written
  }

  // The checked table of leaves that a read-only mapping at `address` shows.
  private func writtenTable(
    _ address: VirtualAddress, _ root: MFN, _ owner: DomainID
  ) -> MFN? {
    guard let mapping = leafEntry(of: address, under: root), !mapping.flags.contains(.writable),
      let page = host.frames.page(mapping.frame), page.pointee.owner == owner
    else { return nil }
    let word = type(of: mapping.frame)
    guard word.kind == .l1, word.isValidated, word.count != 0 else { return nil }
    return mapping.frame
  }
}
