import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// Taking and dropping the uses of a frame. The caller holds a reference to the frame, and for
/// every kind but `writable` and `shared` the page-table lock of the frame's owner.
extension MMU {
  /// Does what `takeType` will need when it changes the kind of a frame of `owner`'s, before the
  /// page-table lock is taken: waiting for other CPUs under it would make all others wait too.
  ///
  /// Nothing depends on it. Whoever changes the kind looks again, and then hardly ever finds a CPU
  /// that has not forgotten the former use.
  func flushAhead(_ mfn: MFN, _ kind: PageKind, of owner: DomainID) {
    guard let page = host.frames.page(mfn) else { return }
    let word = PageTypeWord(rawValue: page.pointee.type.load(ordering: .relaxed))
    guard word.count == 0, word.mayBeTranslated(besides: kind), page.pointee.owner == owner else {
      return
    }
    host.flushStale(word.wasForeign ? nil : owner, since: page.pointee.tlbStamp)
  }

  /// As `flushAhead`, for the frame that an entry of a table of `level` is to name.
  func flushAhead(_ entry: PageTableEntry, _ level: PageTableLevel, of owner: DomainID) {
    guard entry.isPresent else { return }
    if let lower = level.lower {
      flushAhead(entry.frame, PageKind(lower), of: owner)
    } else if entry.flags.contains(.writable) {
      flushAhead(entry.frame, .writable, of: owner)
    }
  }

  /// Takes a use of a frame as `kind`, checking its contents first if the kind asks for that.
  ///
  /// A partial table of the same kind is taken over: the checking goes on where it stopped.
  /// - Throws: `EINVAL` if the frame is in use as something else or its contents are not of the
  ///   kind; `ERESTART` if the checking was interrupted, which leaves the table partial; what
  ///   checking a leaf entry throws.
  func takeType(_ mfn: MFN, _ kind: PageKind) throws(TypeRefusal) {
    let page = host.frames[mfn]
    // The hypervisor writes to what it shares with a guest, whatever the guest does with it.
    if page.pointee.flags.contains(.shared), kind != .writable { throw TypeRefusal(.EINVAL) }
    var old = type(of: mfn)
    while true {
      var new = old
      if old.count == 0 {
        new = PageTypeWord(kind, count: 1)
        new.isUncached = old.isUncached
        // What once was checked as this kind and could not be written since still conforms. Tables
        // have let go of what they refer to and are checked anew.
        new.isValidated = old.isValidated && old.kind == kind && kind.level == nil
        new.wasForeign = old.wasForeign && new.isValidated
      } else if old.kind != kind || old.count == PageTypeWord.maximumCount {
        throw TypeRefusal(.EINVAL)
      } else if old.isPartial {
        new.isPartial = false
      } else if !old.isValidated {
        // Another CPU has the frame in its hands, for as long as a TLB flush takes.
        spinTurn()
        old = type(of: mfn)
        continue
      } else {
        new.count += 1
      }
      // Acquiring and releasing: pairs with every other change of the word.
      let r = page.pointee.type.compareExchange(
        expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
      if r.exchanged {
        if new.isValidated { return }
        return try finishTaking(mfn, page, kind, from: old)
      }
      old = PageTypeWord(rawValue: r.original)
    }
  }

  /// Takes a use of a frame as `writable`, quickly if it is writable already.
  /// - Throws: as `takeType`.
  @inline(__always) func takeWritable(
    _ mfn: MFN, _ page: Ref<PageInfo>
  ) throws(TypeRefusal) {
    let old = PageTypeWord(rawValue: page.pointee.type.load(ordering: .relaxed))
    if old.isPlainlyWritable, old.count < PageTypeWord.maximumCount {
      let r = page.pointee.type.compareExchange(
        expected: old.rawValue, desired: old.rawValue &+ 1, ordering: .acquiringAndReleasing)
      if r.exchanged { return }
    }
    try takeType(mfn, .writable)
  }

  // The frame is in the caller's hands: neither validated nor partial, with a count of one.
  private func finishTaking(
    _ mfn: MFN, _ page: Ref<PageInfo>, _ kind: PageKind, from old: PageTypeWord
  ) throws(TypeRefusal) {
    if old.count == 0 {
      page.pointee.progress = 0
      // No CPU may be left with a translation from the frame's former use.
      if old.mayBeTranslated(besides: kind) {
        let whose = old.wasForeign ? nil : page.pointee.owner
        host.flushStale(whose, since: page.pointee.tlbStamp)
      }
    }
    if old.isUncached, kind != .writable {
      host.flushCache(mfn)
      clearBits(page, PageTypeWord.uncachedBit)
    }
    do throws(TypeRefusal) {
      switch kind {
      case .l1: try checkLeafTable(mfn, page)
      case .l2, .l3, .l4: try checkTable(mfn, page, kind.level ?? .l2)
      case .descriptors: try checkDescriptors(mfn)
      case .none, .shared, .writable: break
      }
    } catch {
      if error.leavesPartial {
        // The state keeps a reference of its own; one that it had before stays.
        if !old.isPartial { keepFrame(page) }
        setBits(page, PageTypeWord.partialBit)
      } else {
        page.pointee.type.store(0, ordering: .releasing)
        if old.isPartial { putFrame(mfn) }
      }
      throw error
    }
    setBits(page, PageTypeWord.validatedBit)
    if old.isPartial { putFrame(mfn) }
  }

  /// Drops a use that is not a table's, or not its last: never interrupted.
  func putLeafType(_ mfn: MFN) {
    let page = host.frames[mfn]
    let old = PageTypeWord(rawValue: page.pointee.type.load(ordering: .relaxed))
    if old.isPlainlyWritable, old.count != 0 {
      // As in `putType`.
      if old.count == 1 { page.pointee.tlbStamp = host.tlbTime }
      let r = page.pointee.type.compareExchange(
        expected: old.rawValue, desired: old.rawValue &- 1, ordering: .acquiringAndReleasing)
      if r.exchanged { return }
    }
    // A table's last use is dropped by `putType`.
    try? putType(mfn)
  }

  /// Drops a use of a frame; with the last use of a table, what its entries hold is let go.
  /// - Throws: `ERESTART` if that was interrupted: the use is gone, the table is left partial.
  func putType(_ mfn: MFN) throws(TypeRefusal) {
    let page = host.frames[mfn]
    var old = type(of: mfn)
    while true {
      var new = old
      let isLast = old.count == 1
      let isTable = old.kind.level != nil
      if isLast, isTable {
        // Out of everybody's reach while the entries are let go.
        new.isValidated = false
      } else {
        // Before the word shows that the use has ended. A race with another last use is harmless:
        // both stamps are of now.
        if isLast { page.pointee.tlbStamp = host.tlbTime }
        new.count -= 1
      }
      let r = page.pointee.type.compareExchange(
        expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
      if r.exchanged {
        guard isLast, isTable else { return }
        page.pointee.progress = TableProgress(entries: 512, holdsNext: false).stored
        return try finishDropping(mfn, page, new, wasPartial: false)
      }
      old = PageTypeWord(rawValue: r.original)
    }
  }

  /// Goes on letting go of what a partial table holds; nothing happens if it is not partial (any
  /// more): somebody else finished it, in one direction or the other.
  /// - Throws: `ERESTART` if that was interrupted again.
  func putPartial(_ mfn: MFN) throws(TypeRefusal) {
    let page = host.frames[mfn]
    let old = type(of: mfn)
    guard old.isPartial else { return }
    // Nobody else: only holders of the owner's page-table lock change the word of a partial table.
    clearBits(page, PageTypeWord.partialBit)
    try finishDropping(mfn, page, old, wasPartial: true)
  }

  private func finishDropping(
    _ mfn: MFN, _ page: Ref<PageInfo>, _ word: PageTypeWord, wasPartial: Bool
  ) throws(TypeRefusal) {
    do throws(TypeRefusal) {
      if word.kind == .l1 {
        releaseLeafTable(mfn, page)
      } else {
        try releaseTable(mfn, page, word.kind.level ?? .l2)
      }
    } catch {
      if !wasPartial { keepFrame(page) }
      setBits(page, PageTypeWord.partialBit)
      throw error
    }
    page.pointee.tlbStamp = host.tlbTime
    // The kind stays, to tell at the next use whether it changes.
    var unused = PageTypeWord(word.kind, count: 0)
    unused.isUncached = word.isUncached
    page.pointee.type.store(unused.rawValue, ordering: .releasing)
    if wasPartial { putFrame(mfn) }
  }

  /// Takes one more reference to a frame that the caller holds.
  private func keepFrame(_ page: Ref<PageInfo>) {
    page.pointee.count.wrappingAdd(1, ordering: .relaxed)
  }

  private func setBits(_ page: Ref<PageInfo>, _ bits: UInt64) {
    page.pointee.type.bitwiseOr(bits, ordering: .releasing)
  }

  private func clearBits(_ page: Ref<PageInfo>, _ bits: UInt64) {
    page.pointee.type.bitwiseAnd(~bits, ordering: .acquiringAndReleasing)
  }
}
