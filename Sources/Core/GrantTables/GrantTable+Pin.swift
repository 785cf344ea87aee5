import Machine
import Sync
import XenABI

// The granting side. The guest sees a use of its entry in the flags `GTF_reading` and
// `GTF_writing`, and takes a grant back only when both are clear:
//
//   permit_access --first use--> reading [+ writing] --last use ends--> permit_access
//
// Flags, domain and frame are exchanged as one word, so that what was checked is what was taken.
extension GrantTable {
  // A guest may change its entry as we do (turn it read-only, for one). One that does so faster
  // than we can follow gets an error instead of our time.
  private static var attempts: Int { 5 }

  /// Starts a use of a grant by domain `user`.
  ///
  /// The caller takes its page references afterwards, and `unpin`s if it gets none.
  /// - Parameter resolve: turns the granter's frame into a machine frame, nil if it is none of the
  ///   granter's; called for the first of concurrent uses.
  /// - Throws: `badGrantRef` past the table's end; `generalError` if the entry does not permit the
  ///   use, is in use by another domain or too often, or does not stay still; `badPage`.
  public func pin(
    _ ref: GrantRef, by user: DomainID, for use: GrantUse, _ resolve: (GFN) -> MFN?
  ) throws(GrantStatus) -> PinnedGrant {
    guard let shared = sharedEntry(ref), var active = activeEntry(ref) else {
      throw .badGrantRef
    }
    if active.isPinned {
      guard active.domain == user, !active.isFull(for: use) else { throw .generalError }
    }
    var cacheFlags: UInt16
    if !active.isPinned || (use.writes && !active.isPinnedToWrite) {
      let entry = try mark(shared.frame.sharedWord(shared.word), active, by: user, for: use)
      cacheFlags = entry.flags
      if !active.isPinned {
        guard let mfn = resolve(entry.frame) else {
          clearMarks(shared, active, endOf: use)
          throw .badPage
        }
        active.domain = user
        active.mfn = mfn
      }
    } else {
      cacheFlags = SharedEntry(rawValue: shared.frame.sharedWord(shared.word).value).flags
    }
    cacheFlags &= GrantFlags.pwt | GrantFlags.pcd | GrantFlags.pat
    active.add(use)
    setActiveEntry(ref, active)
    return PinnedGrant(mfn: active.mfn, cacheFlags: cacheFlags)
  }

  // Sets the flags that tell the guest of a use. Returns the entry as it was checked.
  private func mark(
    _ word: SharedWord64, _ active: ActiveEntry, by user: DomainID, for use: GrantUse
  ) throws(GrantStatus) -> SharedEntry {
    var entry = SharedEntry(rawValue: word.value)
    for _ in 0..<Self.attempts {
      if !active.isPinned {
        guard entry.flags & (GrantFlags.typeMask | GrantFlags.subPage) == GrantFlags.permitAccess,
          entry.domain == user
        else { throw .generalError }
      }
      var marked = entry
      marked.flags |= GrantFlags.reading
      if use.writes {
        guard entry.flags & GrantFlags.readOnly == 0 else { throw .generalError }
        marked.flags |= GrantFlags.writing
      }
      let result = word.compareExchange(expected: entry.rawValue, desired: marked.rawValue)
      if result.exchanged { return entry }
      entry = SharedEntry(rawValue: result.old)
    }
    throw .generalError
  }

  // Clears the flags for which no use is left after one use ended.
  private func clearMarks(
    _ shared: (frame: FrameBytes, word: Int), _ active: ActiveEntry, endOf use: GrantUse
  ) {
    var flags: UInt16 = 0
    if use.writes, !active.isPinnedToWrite { flags |= GrantFlags.writing }
    if !active.isPinned { flags |= GrantFlags.reading }
    guard flags != 0 else { return }
    shared.frame.sharedWord(shared.word).fetchAnd(~UInt64(flags))
  }

  /// Ends a use of a grant: exactly what was pinned, or one of its ways of access.
  /// The caller has removed the mapping and flushed it from the TLBs.
  public func unpin(_ ref: GrantRef, for use: GrantUse) {
    guard var active = activeEntry(ref), active.remove(use) else { return }
    setActiveEntry(ref, active)
    if let shared = sharedEntry(ref) { clearMarks(shared, active, endOf: use) }
  }

  /// Whether a grant is in use by another domain.
  public func isPinned(_ ref: GrantRef) -> Bool { activeEntry(ref)?.isPinned ?? false }

  /// Swaps two entries that are not in use.
  /// - Throws: `badGrantRef` past the table's end, `again` if one is in use.
  /// - Source: `GNTTABOP_swap_grant_ref`.
  public func swap(_ a: GrantRef, _ b: GrantRef) throws(GrantStatus) {
    guard let first = sharedEntry(a), let second = sharedEntry(b) else { throw .badGrantRef }
    guard a != b else { return }
    guard !isPinned(a), !isPinned(b) else { throw .again }
    let firstWord = first.frame.sharedWord(first.word)
    let secondWord = second.frame.sharedWord(second.word)
    let value = firstWord.value
    firstWord.value = secondWord.value
    secondWord.value = value
  }

  /// Claims an entry that accepts a frame from `giver`; `completeTransfer` must follow.
  /// - Throws: `generalError` if the entry does not accept one, or does not stay still.
  /// - Source: `GNTTABOP_transfer`.
  public func commitTransfer(_ ref: GrantRef, from giver: DomainID) throws(GrantStatus) {
    guard let shared = sharedEntry(ref) else { throw .generalError }
    let word = shared.frame.sharedWord(shared.word)
    var entry = SharedEntry(rawValue: word.value)
    for _ in 0..<Self.attempts {
      guard entry.flags == GrantFlags.acceptTransfer, entry.domain == giver else {
        throw .generalError
      }
      var committed = entry
      committed.flags |= GrantFlags.transferCommitted
      let result = word.compareExchange(expected: entry.rawValue, desired: committed.rawValue)
      if result.exchanged { return }
      entry = SharedEntry(rawValue: result.old)
    }
    throw .generalError
  }

  /// Tells the receiver which frame it was given.
  public func completeTransfer(_ ref: GrantRef, frame: MFN) {
    guard let shared = sharedEntry(ref) else { return }
    let word = shared.frame.sharedWord(shared.word)
    let entry = SharedEntry(rawValue: word.value)
    // The frame first: the guest looks at it once it sees the flag.
    word.value =
      SharedEntry(
        flags: entry.flags, domain: entry.domain,
        frame: UInt32(truncatingIfNeeded: frame.rawValue)
      ).rawValue
    word.fetchOr(UInt64(GrantFlags.transferCompleted))
  }
}
