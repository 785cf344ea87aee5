import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

@testable import X86PV

/// Frames in host memory, two guests and their makings: what `MMU` needs, and a record of what it
/// asked for.
final class TestHost: MMUHost {
  struct Guest {
    var isPrivileged = false
    var isEnding = false
    var hidesMachineToPhysical = false
    var cache = CachePolicy.cachedOnly
    var devices: ClosedRange<UInt64>?
    var perDomainTable: MFN?
  }

  static let guest = DomainID(1)
  static let other = DomainID(2)

  let frameCount: Int
  let bytes: UnsafeMutableRawPointer
  let infos: UnsafeMutablePointer<PageInfo>
  let present: UnsafeMutablePointer<UInt64>
  let frames: FrameTable
  let memory: PhysicalMemory
  var guests: [DomainID: Guest] = [.dom0: Guest(isPrivileged: true)]
  var readOnlyDevices: Set<UInt64> = []
  var noExecute = true
  let hypervisorRoot = MFN(0)
  let hypervisorWindows = MFN(1)

  var tlbTime: UInt32 = 1
  /// Interrupt the work at the n-th question from now (0: the next); nil for never.
  var interruptAfter: Int?
  var interruptionsSeen = 0
  var flushes: [(owner: DomainID?, stamp: UInt32, isUnderLock: Bool)] = []
  var cacheFlushes: [MFN] = []
  var retired: [MFN] = []
  var locked: Set<UInt16> = []
  var loadedRoots: [MFN] = []
  var localFlushes = 0
  var machineToPhysical: [MFN: UInt64] = [:]

  /// `frameCount` frames: two of the hypervisor's, the rest half guest's, half other's.
  init(frameCount: Int = 64) {
    self.frameCount = frameCount
    bytes = .allocate(byteCount: frameCount * 4096, alignment: 4096)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: frameCount * 4096)
    infos = .allocate(capacity: frameCount)
    for i in 0..<frameCount { (infos + i).initialize(to: PageInfo()) }
    let words = (frameCount + 63) / 64
    present = .allocate(capacity: words)
    present.initialize(repeating: UInt64.max, count: words)
    frames = FrameTable(
      pages: Table(base: infos, count: frameCount), present: Table(base: present, count: words))
    memory = PhysicalMemory(base: bytes, frameCount: UInt64(frameCount))
    guests[Self.guest] = Guest()
    guests[Self.other] = Guest()
    for i in 2..<frameCount {
      frames[MFN(UInt64(i))].pointee.assign(to: i < frameCount / 2 ? Self.guest : Self.other)
    }
    for i in 256...271 {
      memory[hypervisorRoot].sharedWord(i).value = UInt64(0xaaaa_0000_0000) | UInt64(i) << 12 | 0x63
    }
    for id in guests.keys { guests[id]?.perDomainTable = hypervisorWindows }
  }

  deinit {
    infos.deinitialize(count: frameCount)
    infos.deallocate()
    present.deallocate()
    bytes.deallocate()
  }

  var shouldPreempt: Bool {
    guard let left = interruptAfter else { return false }
    if left == 0 {
      interruptionsSeen += 1
      interruptAfter = nil
      return true
    }
    interruptAfter = left - 1
    return false
  }

  func lockPageTables(of domain: DomainID) {
    // A second hold by the same CPU would never end.
    precondition(!locked.contains(domain.rawValue), "the page-table lock is held already")
    locked.insert(domain.rawValue)
  }
  func unlockPageTables(of domain: DomainID) { locked.remove(domain.rawValue) }
  func loadRoot(_ root: MFN) { loadedRoots.append(root) }
  func flushLocal() { localFlushes += 1 }
  func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) { machineToPhysical[mfn] = pfn }
  func perDomainTable(of domain: DomainID) -> MFN? { guests[domain]?.perDomainTable }
  func isPrivileged(_ domain: DomainID) -> Bool { guests[domain]?.isPrivileged ?? false }
  func isEnding(_ domain: DomainID) -> Bool { guests[domain]?.isEnding ?? false }
  func hidesMachineToPhysical(_ domain: DomainID) -> Bool {
    guests[domain]?.hidesMachineToPhysical ?? false
  }
  func cachePolicy(of domain: DomainID) -> CachePolicy { guests[domain]?.cache ?? .cachedOnly }
  func mayMapDevice(_ domain: DomainID, _ mfn: MFN) -> Bool {
    guests[domain]?.devices?.contains(mfn.rawValue) ?? false
  }
  func isReadOnlyDevice(_ mfn: MFN) -> Bool { readOnlyDevices.contains(mfn.rawValue) }

  func putPage(_ mfn: MFN) {
    if frames.dropReference(frames[mfn]) {
      retired.append(mfn)
      frames[mfn].pointee.markFree()
    }
  }
  func flushStale(_ owner: DomainID?, since stamp: UInt32) {
    flushes.append((owner, stamp, !locked.isEmpty))
  }
  func flushCache(_ mfn: MFN) { cacheFlushes.append(mfn) }
}

/// Short ways to say what tests say often.
extension TestHost {
  var mmu: MMU<TestHost> { MMU(self) }

  /// A frame by number.
  func frame(_ n: Int) -> MFN { MFN(UInt64(n)) }

  func references(_ mfn: MFN) -> UInt64 { frames[mfn].pointee.references }

  /// Writes an entry as a guest's own store would.
  func put(_ table: MFN, _ index: Int, _ target: MFN, _ flags: EntryFlags) {
    memory[table].sharedWord(index).value = PageTableEntry(target, flags).rawValue
  }

  func entry(_ table: MFN, _ index: Int) -> PageTableEntry {
    PageTableEntry(rawValue: memory[table].sharedWord(index).value)
  }

  /// A four-level tree over frames 2...: root 2, 3, 4, 5 and the leaf 6, writable for the user.
  func makeTree() -> (l4: MFN, l3: MFN, l2: MFN, l1: MFN, data: MFN) {
    let t = (l4: frame(2), l3: frame(3), l2: frame(4), l1: frame(5), data: frame(6))
    put(t.l4, 0, t.l3, .table)
    put(t.l3, 0, t.l2, .table)
    put(t.l2, 0, t.l1, .table)
    put(t.l1, 0, t.data, .data)
    return t
  }
}

extension EntryFlags {
  static var table: EntryFlags { .present | .writable | .user | .accessed }
  static var data: EntryFlags { .present | .writable | .user | .accessed | .dirty }
  static var readOnly: EntryFlags { .present | .user | .accessed }
}

/// What throws, for `#expect` on one value.
func reason<T>(_ body: () throws(XenErrno) -> T) -> XenErrno? {
  do throws(XenErrno) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// The reason of a refused use.
func refusal(_ body: () throws(TypeRefusal) -> Void) -> XenErrno? {
  do throws(TypeRefusal) {
    try body()
    return nil
  } catch {
    return error.reason
  }
}

/// A generator whose seed a test prints.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
