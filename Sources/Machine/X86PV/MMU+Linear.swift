import Machine
import Memory
import Primitives
import Synchronization
import X86Format

/// Linear page tables: an entry that names a table of its own level, which makes that table's
/// entries appear as pages. Allowed for reading, one step deep: a table with such entries cannot
/// itself be named by one, so letting go of a table never recurses without bound.
extension MMU {
  /// Takes a reference to, and a use of, a checked table of the same level.
  /// - Returns: whether the entry may name it.
  func takeLinearUse(
    _ new: PageTableEntry, from table: MFN, _ level: PageTableLevel, _ owner: DomainID
  ) -> Bool {
    guard !new.flags.contains(.writable) else { return false }
    let mfn = new.frame
    // A table may show itself; it need not hold itself.
    if mfn == table { return true }
    guard host.frames.takeReference(mfn, ownedBy: owner) else { return false }
    let mayShow = change(table) { word in
      guard word.linear >= 0, word.linear < Int16.max else { return false }
      word.linear += 1
      return true
    }
    guard mayShow else {
      putFrame(mfn)
      return false
    }
    let mayBeShown = change(mfn) { word in
      guard word.kind == PageKind(level), word.isValidated,
        word.count != 0, word.count < PageTypeWord.maximumCount,
        word.linear <= 0, word.linear > Int16.min
      else { return false }
      word.linear -= 1
      word.count += 1
      return true
    }
    if !mayBeShown {
      addLinear(-1, to: table)
      putFrame(mfn)
    }
    return mayBeShown
  }

  /// Takes note that an entry of `table` stops naming `mfn`, if both are of the same level. The use
  /// itself is the caller's to drop.
  func dropLinearUse(of mfn: MFN, by table: MFN, _ level: PageTableLevel) {
    guard type(of: mfn).kind == PageKind(level) else { return }
    addLinear(1, to: mfn)
    addLinear(-1, to: table)
  }

  private func addLinear(_ difference: Int16, to mfn: MFN) {
    _ = change(mfn) { word in
      word.linear &+= difference
      return true
    }
  }

  // Changes a type word, unless `body` refuses.
  private func change(_ mfn: MFN, _ body: (inout PageTypeWord) -> Bool) -> Bool {
    let page = host.frames[mfn]
    var old = type(of: mfn)
    while true {
      var new = old
      guard body(&new) else { return false }
      let r = page.pointee.type.compareExchange(
        expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
      if r.exchanged { return true }
      old = PageTypeWord(rawValue: r.original)
    }
  }
}
