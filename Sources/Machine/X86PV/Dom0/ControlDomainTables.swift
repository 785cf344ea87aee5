import Machine
import Primitives
import X86Format

/// dom0's first page tables, written as a guest would write them and then validated like a guest's.
struct ControlDomainTables<M: X86Hardware> {
  let memory: ControlDomainMemory<M>
  let root: MFN
  // The next PFN to make a table of, in each of the two pools.
  private var nextCommon: UInt64
  private var nextApart: UInt64

  /// Writes the tables for the common mapping and, if it is apart, for the p2m list.
  init(_ memory: ControlDomainMemory<M>) throws(ControlDomainError) {
    self.memory = memory
    let layout = memory.layout
    let firstPFN = (layout.pageTablesAddress &- layout.virtualBase) >> 12
    root = memory.frame(firstPFN)
    nextCommon = firstPFN + 1
    nextApart = layout.p2mPFN + layout.p2mFrames
    let endPFN = (layout.end &- layout.virtualBase) >> 12
    let tables = firstPFN..<(firstPFN + layout.pageTableFrames)
    for pfn in 0..<endPFN {
      // A page table is never writable, not even for its own kernel.
      try map(
        layout.virtualBase &+ (pfn << 12), pfn, isTable: tables.contains(pfn), apart: false)
    }
    if layout.isP2MApart {
      for i in 0..<layout.p2mFrames {
        try map(
          layout.p2mAddress &+ (i << 12), layout.p2mPFN + i, isTable: false, apart: true)
      }
    }
  }

  private mutating func map(
    _ address: UInt64, _ pfn: UInt64, isTable: Bool, apart: Bool
  ) throws(ControlDomainError) {
    let virtual = VirtualAddress(address)
    let l3 = try table(in: root, virtual.index(.l4), apart)
    let l2 = try table(in: l3, virtual.index(.l3), apart)
    let l1 = try table(in: l2, virtual.index(.l2), apart)
    var flags: EntryFlags = .present | .user | .accessed
    if !isTable { flags = flags | .writable | .dirty }
    M.memory[l1][word: virtual.index(.l1)] =
      memory.frame(pfn).rawValue << 12 | flags.rawValue
  }

  private mutating func table(
    in parent: MFN, _ index: Int, _ apart: Bool
  ) throws(ControlDomainError) -> MFN {
    let entry = M.memory[parent][word: index]
    if entry & EntryFlags.present.rawValue != 0 {
      return MFN(entry >> 12 & 0xff_ffff_ffff)
    }
    let layout = memory.layout
    let pfn: UInt64
    if apart {
      pfn = nextApart
      nextApart += 1
      guard pfn < layout.firstFreePFN else { throw .refusedPageTables }
    } else {
      pfn = nextCommon
      nextCommon += 1
      let end = ((layout.pageTablesAddress &- layout.virtualBase) >> 12) + layout.pageTableFrames
      guard pfn < end else { throw .refusedPageTables }
    }
    let table = memory.frame(pfn)
    M.memory[table].clear()
    let flags: EntryFlags = .present | .writable | .user | .accessed | .dirty
    M.memory[parent][word: index] = table.rawValue << 12 | flags.rawValue
    return table
  }
}
