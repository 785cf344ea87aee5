import Dispatch
import Foundation
import Machine
import Memory
import Primitives
import Synchronization
import Testing
import X86Format
import XenABI

@testable import X86PV

/// A `TestHost`'s frames with locks that hold threads apart, and no records.
final class RacingHost: MMUHost, @unchecked Sendable {
  // Safety of the `@unchecked` type: frames and memory are what `MMU` guards; the rest is constant.
  let base: TestHost
  private let locks = [NSLock(), NSLock(), NSLock()]
  private let questions = Atomic<UInt64>(0)
  private let clock = Atomic<UInt32>(1)

  init(_ base: TestHost) { self.base = base }

  var mmu: MMU<RacingHost> { MMU(self) }
  var frames: FrameTable { base.frames }
  var memory: PhysicalMemory { base.memory }
  var hypervisorRoot: MFN { base.hypervisorRoot }
  var noExecute: Bool { true }
  var shouldPreempt: Bool {
    questions.wrappingAdd(1, ordering: .relaxed).newValue % 5 == 0
  }
  var tlbTime: UInt32 { clock.wrappingAdd(1, ordering: .relaxed).newValue }
  func lockPageTables(of domain: DomainID) { locks[Int(domain.rawValue)].lock() }
  func unlockPageTables(of domain: DomainID) { locks[Int(domain.rawValue)].unlock() }
  func perDomainTable(of domain: DomainID) -> MFN? { base.hypervisorWindows }
  func isPrivileged(_ domain: DomainID) -> Bool { domain == .dom0 }
  func isEnding(_ domain: DomainID) -> Bool { false }
  func hidesMachineToPhysical(_ domain: DomainID) -> Bool { false }
  func cachePolicy(of domain: DomainID) -> CachePolicy { .cachedOnly }
  func mayMapDevice(_ domain: DomainID, _ mfn: MFN) -> Bool { false }
  func isReadOnlyDevice(_ mfn: MFN) -> Bool { false }
  func putPage(_ mfn: MFN) {
    // Every frame keeps its owner's reference here.
    precondition(!frames.dropReference(frames[mfn]), "a frame lost its last reference")
  }
  func flushStale(_ owner: DomainID?, since stamp: UInt32) {}
  func flushCache(_ mfn: MFN) {}
  func loadRoot(_ root: MFN) {}
  func flushLocal() {}
  func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) {}
}

/// vCPUs of one guest, dom0 and a device's grants, all at once, on the same few frames.
@Suite struct RacingTests {
  static let frameCount = 40

  /// What one thread does.
  struct Worker {
    let host: RacingHost
    let caller: DomainID
    var random: SeededGenerator
    var pending = PendingTable()
    var done = 0

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    /// A frame of the guest's that would like to be of a level (nil: data).
    mutating func frame(_ level: PageTableLevel?) -> MFN {
      switch level {
      case .l4: MFN(UInt64(number(2..<4)))
      case .l3: MFN(UInt64(number(4..<6)))
      case .l2: MFN(UInt64(number(6..<9)))
      case .l1: MFN(UInt64(number(9..<13)))
      case nil: MFN(UInt64(number(9..<20)))
      }
    }

    mutating func entry(_ level: PageTableLevel) -> PageTableEntry {
      if number(0..<4) == 0 { return .empty }
      let isLinear = level != .l1 && number(0..<8) == 0
      var flags: EntryFlags = .present | .user
      if !isLinear, number(0..<3) > 0 { flags.insert(.writable) }
      return PageTableEntry(frame(isLinear ? level : level.lower), flags)
    }

    mutating func step() {
      let level = PageTableLevel(rawValue: number(1..<5)) ?? .l1
      do throws(XenErrno) {
        try host.mmu.finishPending(&pending)
        switch number(0..<8) {
        case 0: try host.mmu.pin(frame(level), level, of: TestHost.guest, &pending)
        case 1: try host.mmu.unpin(frame(level), of: TestHost.guest, &pending)
        case 2: try host.mmu.clear(frame(nil), of: TestHost.guest)
        case 3:
          // As a grant's copy: no lock.
          let mfn = frame(nil)
          try host.mmu.holdWritable(mfn, of: TestHost.guest)
          host.mmu.releaseWritable(mfn)
        default:
          let table = caller == .dom0 ? MFN(20) : frame(level)
          let new = entry(caller == .dom0 ? .l1 : level)
          let at = table.address.advanced(by: UInt64(number(0..<6)) * 8)
          let parties = UpdateParties(
            caller: caller, tableOwner: caller, frameOwner: TestHost.guest)
          try host.mmu.update(at, new.rawValue, .replacing, parties, &pending)
        }
        done += 1
      } catch {
        // Refused, or interrupted: another thread may be in the way.
      }
    }
  }

  @Test(arguments: 1...3)
  func countsAgreeWhenEverybodyIsDone(seed: Int) {
    let base = TestHost(frameCount: Self.frameCount)
    let host = RacingHost(base)
    base.frames[MFN(20)].pointee.assign(to: .dom0)
    var pending = PendingTable()
    #expect(
      reason { () throws(XenErrno) in
        try host.mmu.pin(MFN(20), .l1, of: .dom0, &pending)
      } == nil)
    let total = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 3) { n in
      var worker = Worker(
        host: host, caller: n == 2 ? .dom0 : TestHost.guest,
        random: SeededGenerator(state: UInt64(seed * 10 + n)))
      for _ in 0..<20_000 { worker.step() }
      while worker.pending.table != nil {
        do throws(XenErrno) { try host.mmu.finishPending(&worker.pending) } catch {}
      }
      total.wrappingAdd(worker.done, ordering: .relaxed)
    }
    #expect(total.load(ordering: .relaxed) > 1000)
    #expect(Recount().disagreements(base) == [], "seed \(seed)")
    // And everything can be let go of.
    for n in 2..<Self.frameCount {
      let mfn = MFN(UInt64(n))
      let owner = host.frames[mfn].pointee.owner
      while !host.mmu.letGoOfTable(mfn, of: owner) {}
    }
    for n in 2..<Self.frameCount {
      let mfn = MFN(UInt64(n))
      #expect(base.references(mfn) == 1, "frame \(n), seed \(seed)")
      #expect(host.mmu.type(of: mfn).count == 0, "frame \(n), seed \(seed)")
    }
  }
}
