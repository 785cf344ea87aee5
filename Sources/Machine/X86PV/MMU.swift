import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// The page-table rules at work on a host's frames: a view, made where it is needed.
public struct MMU<Host: MMUHost> {
  /// Whose frames these are.
  public let host: Host

  /// The rules over `host`.
  @inline(__always) public init(_ host: Host) { self.host = host }

  /// The type word of a frame of RAM.
  public func type(of mfn: MFN) -> PageTypeWord {
    PageTypeWord(rawValue: host.frames[mfn].pointee.type.load(ordering: .acquiring))
  }

  /// Takes a reference to a frame of `owner`'s.
  /// - Throws: `EINVAL` if it is none.
  func takeFrame(_ mfn: MFN, of owner: DomainID) throws(XenErrno) {
    guard host.frames.takeReference(mfn, ownedBy: owner) else { throw .EINVAL }
  }

  /// Drops a reference to a frame; with the last one the frame goes back.
  func putFrame(_ mfn: MFN) { host.putPage(mfn) }

  /// An entry of a table.
  func entry(_ table: MFN, _ index: Int) -> PageTableEntry {
    PageTableEntry(rawValue: host.memory[table].sharedWord(index).value)
  }

  /// Writes an entry of a table with one store.
  func setEntry(_ table: MFN, _ index: Int, _ entry: PageTableEntry) {
    host.memory[table].sharedWord(index).value = entry.rawValue
  }
}

extension FrameBytes {
  /// The first present entry of a page table at `from` or behind it; 512 if there is none.
  ///
  /// Most entries of most tables are empty: four of them are looked at together.
  func firstPresent(from: Int) -> Int {
    var i = from
    while i < PageTableLevel.entryCount {
      if i & 3 == 0, union(ofGroup: i >> 2) & 1 == 0 {
        i &+= 4
      } else if sharedWord(i).value & 1 != 0 {
        return i
      } else {
        i &+= 1
      }
    }
    return PageTableLevel.entryCount
  }

  /// The last present entry of a page table below `end`; nil if there is none.
  func lastPresent(below end: Int) -> Int? {
    var i = end
    while i > 0 {
      if i & 3 == 0, union(ofGroup: (i >> 2) &- 1) & 1 == 0 {
        i &-= 4
      } else if sharedWord(i &- 1).value & 1 != 0 {
        return i &- 1
      } else {
        i &-= 1
      }
    }
    return nil
  }
}

/// The indices of a page table's present entries, lowest first, each looked for when it is asked for.
struct PresentEntries {
  private let words: FrameBytes
  private var from = 0

  /// Those of the table in `words`.
  init(_ words: FrameBytes) { self.words = words }

  /// The next one; nil when there is none left.
  mutating func next() -> Int? {
    let index = words.firstPresent(from: from)
    guard index < PageTableLevel.entryCount else { return nil }
    from = index &+ 1
    return index
  }
}

/// Why a use of a frame was not granted.
struct TypeRefusal: Error {
  /// The reason; `ERESTART` if the work was interrupted.
  var reason: XenErrno
  /// The frame is left partial: some of its entries are accounted for.
  var leavesPartial: Bool

  /// A refusal that leaves nothing behind.
  init(_ reason: XenErrno) {
    self.reason = reason
    leavesPartial = false
  }

  /// A refusal that leaves a partial table behind.
  init(partial reason: XenErrno) {
    self.reason = reason
    leavesPartial = true
  }
}
