import Machine
import XenABI

/// The grant table of one domain: a handle onto state in frames of the domain. See `GrantTables` for
/// the locks and the order of calls.
public struct GrantTable: Sendable {
  // Counters, and the numbers of all other frames: `Slot`.
  private let root: FrameBytes
  private let memory: PhysicalMemory

  // Word indices in the root frame.
  private enum Slot {
    static var sharedFrames: Int { 0 }
    static var sharedLimit: Int { 1 }
    static var activeFrames: Int { 2 }
    static var maptrackFrames: Int { 3 }
    static var maptrackLimit: Int { 4 }
    // The number of the first free record, plus one; 0 for none.
    static var freeHandle: Int { 5 }
    static var usedHandles: Int { 6 }
    static var rootFrame: Int { 7 }
    static var shared: Int { 64 }
    static var active: Int { 192 }
    static var directories: Int { 448 }
  }

  private static var activePerFrame: Int { 256 }
  private static var recordsPerFrame: Int { 256 }

  /// Makes an empty table; `grow(to: 1)` gives it its first entries.
  /// - Parameters:
  ///   - frame: a frame of the hypervisor's memory, charged to the domain.
  ///   - sharedFrames: the most frames of entries (`max_grant_frames`).
  ///   - maptrackFrames: the most frames of mapping records (`max_maptrack_frames`).
  /// - Returns: nil if the frame is not memory.
  public init?(
    in frame: MFN, of memory: PhysicalMemory, sharedFrames: Int, maptrackFrames: Int
  ) {
    guard let root = memory.frame(frame) else { return nil }
    self.root = root
    self.memory = memory
    root.clear()
    root[word: Slot.rootFrame] = frame.rawValue
    root[word: Slot.sharedLimit] = UInt64(max(1, min(sharedFrames, GrantTables.sharedFrameLimit)))
    root[word: Slot.maptrackLimit] =
      UInt64(max(0, min(maptrackFrames, GrantTables.maptrackFrameLimit)))
  }

  private func count(_ slot: Int) -> Int { Int(truncatingIfNeeded: root[word: slot]) }

  private func setCount(_ slot: Int, _ value: Int) {
    root[word: slot] = UInt64(truncatingIfNeeded: value)
  }

  /// The frames of entries at present.
  public var sharedFrames: Int { count(Slot.sharedFrames) }
  /// The most frames of entries the table may have.
  public var sharedFrameLimit: Int { count(Slot.sharedLimit) }
  /// The number of entries at present.
  public var entryCount: Int { sharedFrames * GrantTables.entriesPerFrame }
  /// The number of handles in use: what the domain has mapped, or is about to.
  public var usedHandles: Int { count(Slot.usedHandles) }
  /// One more than the highest handle there is a record for.
  public var handleLimit: Int { count(Slot.maptrackFrames) * Self.recordsPerFrame }

  /// The frame of entries number `index`, or nil past the last.
  public func sharedFrame(_ index: Int) -> MFN? {
    guard index >= 0, index < sharedFrames else { return nil }
    return MFN(root[word: Slot.shared + index])
  }

  /// Grows the table to at least `frames` frames of entries, and at least one.
  /// - Parameter supply: gives a frame of the kind asked for, or nil.
  /// - Throws: `generalError` past the limit or without a frame.
  /// - Source: `GNTTABOP_setup_table`.
  public func grow(to frames: Int, _ supply: (GrantFrameKind) -> MFN?) throws(GrantStatus) {
    let wanted = max(1, frames)
    guard wanted <= sharedFrameLimit else { throw .generalError }
    while sharedFrames < wanted {
      // Entries appear only when the active entries beside them are there.
      let active = (sharedFrames + 1) * GrantTables.entriesPerFrame / Self.activePerFrame
      while count(Slot.activeFrames) < active {
        let mfn = try cleared(supply(.hidden))
        root[word: Slot.active + count(Slot.activeFrames)] = mfn.rawValue
        setCount(Slot.activeFrames, count(Slot.activeFrames) + 1)
      }
      let mfn = try cleared(supply(.shared))
      root[word: Slot.shared + sharedFrames] = mfn.rawValue
      setCount(Slot.sharedFrames, sharedFrames + 1)
    }
  }

  private func cleared(_ mfn: MFN?) throws(GrantStatus) -> MFN {
    guard let mfn, let frame = memory.frame(mfn) else { throw .generalError }
    frame.clear()
    return mfn
  }

  /// Takes the entries away from a dying domain: nothing more is granted, while uses by others that
  /// have begun can still end.
  /// - Parameter body: gives a frame of entries back.
  public func removeEntries(_ body: (MFN) -> Void) {
    let frames = sharedFrames
    setCount(Slot.sharedLimit, 0)
    setCount(Slot.sharedFrames, 0)
    for i in 0..<frames { body(MFN(root[word: Slot.shared + i])) }
  }

  /// Lists the frames that the table is made of, to be given back once it is no longer used.
  public func forEachFrame(_ body: (MFN, GrantFrameKind) -> Void) {
    for i in 0..<sharedFrames { body(MFN(root[word: Slot.shared + i]), .shared) }
    for i in 0..<count(Slot.activeFrames) { body(MFN(root[word: Slot.active + i]), .hidden) }
    let records = count(Slot.maptrackFrames)
    for i in 0..<records {
      if let mfn = recordFrameNumber(i) { body(mfn, .hidden) }
    }
    for i in Slot.directories..<512 where root[word: i] != 0 { body(MFN(root[word: i]), .hidden) }
    body(MFN(root[word: Slot.rootFrame]), .hidden)
  }
}

// Entries.
extension GrantTable {
  // The frame and the word of an entry that the guest writes.
  func sharedEntry(_ ref: GrantRef) -> (frame: FrameBytes, word: Int)? {
    guard let mfn = sharedFrame(ref.index / GrantTables.entriesPerFrame),
      let frame = memory.frame(mfn)
    else { return nil }
    return (frame, ref.index % GrantTables.entriesPerFrame)
  }

  private func activeFrame(_ ref: GrantRef) -> FrameBytes? {
    guard ref.index / Self.activePerFrame < count(Slot.activeFrames) else { return nil }
    return memory.frame(MFN(root[word: Slot.active + ref.index / Self.activePerFrame]))
  }

  func activeEntry(_ ref: GrantRef) -> ActiveEntry? {
    guard let frame = activeFrame(ref) else { return nil }
    let word = ref.index % Self.activePerFrame * 2
    return ActiveEntry(rawValue: frame[word: word], mfn: MFN(frame[word: word + 1]))
  }

  /// Whether somebody uses an entry at present, those reserved for the toolstack excepted.
  /// - Complexity: O(entries).
  public var hasUsedEntries: Bool {
    for i in GrantTables.reservedEntries..<max(GrantTables.reservedEntries, entryCount) {
      if let entry = activeEntry(GrantRef(UInt32(truncatingIfNeeded: i))), entry.isPinned {
        return true
      }
    }
    return false
  }

  func setActiveEntry(_ ref: GrantRef, _ entry: ActiveEntry) {
    guard let frame = activeFrame(ref) else { return }
    let word = ref.index % Self.activePerFrame * 2
    frame[word: word] = entry.rawValue
    frame[word: word + 1] = entry.mfn.rawValue
  }
}

// Records of what this domain has mapped.
extension GrantTable {
  private func recordFrameNumber(_ index: Int) -> MFN? {
    guard let directory = memory.frame(MFN(root[word: Slot.directories + index / 512])) else {
      return nil
    }
    return MFN(directory[word: index % 512])
  }

  private func recordFrame(_ handle: GrantHandle) -> FrameBytes? {
    guard handle.index < handleLimit,
      let mfn = recordFrameNumber(handle.index / Self.recordsPerFrame)
    else { return nil }
    return memory.frame(mfn)
  }

  func record(_ handle: GrantHandle) -> MappingRecord? {
    guard let frame = recordFrame(handle) else { return nil }
    let word = handle.index % Self.recordsPerFrame * 2
    return MappingRecord(word: frame[word: word], link: frame[word: word + 1])
  }

  func setRecord(_ handle: GrantHandle, word: UInt64, link: UInt64) {
    guard let frame = recordFrame(handle) else { return }
    let index = handle.index % Self.recordsPerFrame * 2
    frame[word: index] = word
    frame[word: index + 1] = link
  }

  // Takes a record off the free list, or nil when none is free.
  func takeFreeHandle() -> GrantHandle? {
    let head = root[word: Slot.freeHandle]
    guard head != 0 else { return nil }
    let handle = GrantHandle(UInt32(truncatingIfNeeded: head - 1))
    guard let record = record(handle) else { return nil }
    root[word: Slot.freeHandle] = record.link
    setCount(Slot.usedHandles, usedHandles + 1)
    setRecord(handle, word: 0, link: 0)
    return handle
  }

  // Puts a record in front of the free list.
  func putFreeHandle(_ handle: GrantHandle) {
    setRecord(handle, word: 0, link: root[word: Slot.freeHandle])
    root[word: Slot.freeHandle] = UInt64(handle.rawValue) + 1
    setCount(Slot.usedHandles, usedHandles - 1)
  }

  // Adds a frame of free records; throws `noSpace` if there is no room or no frame.
  func growRecords(_ supply: (GrantFrameKind) -> MFN?) throws(GrantStatus) {
    let index = count(Slot.maptrackFrames)
    guard index < count(Slot.maptrackLimit) else { throw .noSpace }
    if root[word: Slot.directories + index / 512] == 0 {
      guard let mfn = supply(.hidden), let frame = memory.frame(mfn) else { throw .noSpace }
      frame.clear()
      root[word: Slot.directories + index / 512] = mfn.rawValue
    }
    guard let directory = memory.frame(MFN(root[word: Slot.directories + index / 512])),
      let mfn = supply(.hidden), let frame = memory.frame(mfn)
    else { throw .noSpace }
    frame.clear()
    directory[word: index % 512] = mfn.rawValue
    setCount(Slot.maptrackFrames, index + 1)
    // Each leads to the next, the last to what was free before.
    let first = index * Self.recordsPerFrame
    for i in 0..<Self.recordsPerFrame {
      let next = i + 1 < Self.recordsPerFrame ? UInt64(first + i + 2) : root[word: Slot.freeHandle]
      frame[word: i * 2 + 1] = next
    }
    root[word: Slot.freeHandle] = UInt64(first) + 1
  }
}
