import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

/// Seeded random use of the type system, with interruptions, against the recount from scratch.
@Suite struct RandomTableTests {
  /// One guest with frames that prefer a role, a vCPU with its pending table, and what is held.
  struct Guest {
    let host = TestHost(frameCount: 96)
    var random: SeededGenerator
    var pending = PendingTable()
    var held: [(MFN, PageTableLevel)] = []
    /// Roots that were acquired in all.
    var roots = 0

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    var recount: Recount {
      var model = Recount()
      for (mfn, _) in held {
        model.heldReferences[mfn, default: 0] += 1
        model.heldUses[mfn, default: 0] += 1
      }
      if let table = pending.table { model.heldReferences[table, default: 0] += 1 }
      return model
    }

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func oneIn(_ n: Int) -> Bool { number(0..<n) == 0 }

    /// The frames that prefer to be tables of a level, or data.
    func frames(_ level: PageTableLevel?) -> Range<Int> {
      switch level {
      case .l4: 2..<5
      case .l3: 5..<9
      case .l2: 9..<15
      case .l1: 15..<25
      case nil: 25..<48
      }
    }

    mutating func anyFrame(_ level: PageTableLevel?) -> MFN {
      if oneIn(80) { return host.frame(number(2..<96)) }
      return host.frame(number(frames(level)))
    }

    /// An entry that is mostly fit for a table of `level`.
    mutating func anyEntry(_ level: PageTableLevel) -> PageTableEntry {
      if oneIn(8) { return .empty }
      var flags: EntryFlags = .present | .user
      if level == .l1 ? oneIn(2) : !oneIn(10) { flags.insert(.writable) }
      if oneIn(400) { flags.insert(.large) }
      // A linear entry now and then.
      let target = level != .l1 && oneIn(12) ? anyFrame(level) : anyFrame(level.lower)
      if level != .l1, host.frames[target].pointee.owner == TestHost.guest, oneIn(2) {
        if frames(level).contains(Int(target.rawValue)) { flags.remove(.writable) }
      }
      return PageTableEntry(target, flags)
    }

    /// What the guest can do to a frame that is not a table: write it.
    mutating func scribble() {
      let level = PageTableLevel(rawValue: number(1..<5)) ?? .l1
      let mfn = host.frame(number(frames(level)))
      guard refusal({ () throws(TypeRefusal) in try host.mmu.takeType(mfn, .writable) }) == nil
      else {
        return
      }
      if oneIn(2) { host.memory[mfn].clear() }
      for _ in 0..<number(1..<6) {
        let slot = oneIn(3) ? [0, 1, 255, 256, 271, 272, 511][number(0..<7)] : number(0..<512)
        host.memory[mfn].sharedWord(slot).value = anyEntry(level).rawValue
      }
      host.mmu.putLeafType(mfn)
    }

    mutating func step() {
      host.interruptAfter = oneIn(2) ? number(0..<8) : nil
      if pending.table != nil {
        var pending = self.pending
        _ = reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) }
        self.pending = pending
        return
      }
      switch number(0..<8) {
      case 0..<3: scribble()
      case 3..<6:
        let level = PageTableLevel(rawValue: number(1..<5)) ?? .l1
        let mfn = anyFrame(level)
        var pending = self.pending
        let answer = reason { () throws(XenErrno) in
          try host.mmu.acquireTable(mfn, level, of: TestHost.guest, &pending)
        }
        self.pending = pending
        if answer == nil { held.append((mfn, level)) }
        if answer == nil, level == .l4 { roots += 1 }
      default:
        guard !held.isEmpty else { return }
        let (mfn, _) = held.remove(at: number(0..<held.count))
        host.mmu.releaseTable(mfn, &pending)
      }
    }

    /// Gives everything back; nothing may be left.
    mutating func finish() {
      host.interruptAfter = nil
      while true {
        if pending.table != nil {
          var pending = self.pending
          _ = reason { () throws(XenErrno) in try host.mmu.finishPending(&pending) }
          self.pending = pending
        } else if let (mfn, _) = held.popLast() {
          host.mmu.releaseTable(mfn, &pending)
        } else {
          break
        }
      }
      for n in 2..<host.frameCount {
        _ = refusal { () throws(TypeRefusal) in try host.mmu.putPartial(host.frame(n)) }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6])
  func countsAlwaysAgreeWithARecount(seed: UInt64) {
    var guest = Guest(seed: seed)
    var taken = 0
    for step in 0..<2000 {
      guest.step()
      taken = max(taken, guest.held.count)
      let lines = guest.recount.disagreements(guest.host)
      #expect(lines == [], "seed \(seed), step \(step)")
      if !lines.isEmpty { return }
    }
    #expect(taken > 2, "the run must not be idle")
    guest.finish()
    #expect(Recount().disagreements(guest.host) == [])
    for n in 2..<guest.host.frameCount {
      #expect(guest.host.references(guest.host.frame(n)) == 1)
      #expect(guest.host.mmu.type(of: guest.host.frame(n)).count == 0)
    }
    #expect(guest.host.interruptionsSeen > 5)
    #expect(guest.roots > 5)
  }
}
