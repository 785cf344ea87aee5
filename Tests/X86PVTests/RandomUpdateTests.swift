import Machine
import Memory
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

/// Seeded random hypercalls of a guest and a privileged domain that maps the guest's frames, with
/// interruptions, against the recount from scratch.
@Suite struct RandomUpdateTests {
  /// Frames 2...47 are the guest's, 48...95 dom0's; within each half a frame's number says what it
  /// prefers to be.
  final class World {
    let host = TestHost(frameCount: 96)
    var random: SeededGenerator
    var pending: [DomainID: PendingTable] = [:]
    var roots: [DomainID: GuestRoots] = [:]
    /// Grants that are mapped: frame, address of the entry, flags.
    var grants: [(frame: MFN, place: UInt64, flags: UInt32)] = []
    var done: [String: Int] = [:]

    let guest = TestHost.guest

    init(seed: UInt64) {
      random = SeededGenerator(state: seed)
      for n in 48..<96 { host.frames[host.frame(n)].pointee.assign(to: .dom0) }
      host.guests[.dom0]?.devices = 0x1000...0x1fff
      host.guests[.dom0]?.cache = .any
      host.guests[.dom0]?.perDomainTable = host.hypervisorWindows
    }

    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
    func oneIn(_ n: Int) -> Bool { number(0..<n) == 0 }

    var recount: Recount {
      var model = Recount()
      for (_, p) in pending { if let t = p.table { model.heldReferences[t, default: 0] += 1 } }
      for (_, r) in roots {
        for root in [r.kernel, r.user] where root != .invalid {
          model.heldReferences[root, default: 0] += 1
          model.heldUses[root, default: 0] += 1
        }
      }
      return model
    }

    func frames(_ level: PageTableLevel?, _ domain: DomainID) -> Range<Int> {
      let base = domain == guest ? 2 : 48
      switch level {
      case .l4: return base..<(base + 4)
      case .l3: return (base + 4)..<(base + 8)
      case .l2: return (base + 8)..<(base + 14)
      case .l1: return (base + 14)..<(base + 24)
      case nil: return (base + 24)..<(base + 46)
      }
    }

    func anyFrame(_ level: PageTableLevel?, _ domain: DomainID) -> MFN {
      oneIn(40) ? host.frame(number(2..<96)) : host.frame(number(frames(level, domain)))
    }

    func anyLevel() -> PageTableLevel { PageTableLevel(rawValue: number(1..<5)) ?? .l1 }

    func anyEntry(_ level: PageTableLevel, _ frames: DomainID) -> PageTableEntry {
      if oneIn(5) { return oneIn(2) ? .empty : PageTableEntry(rawValue: random.next() & ~1) }
      var flags: EntryFlags = .present
      if level == .l1 ? oneIn(2) : !oneIn(8) { flags.insert(.writable) }
      if oneIn(2) { flags.insert(.user) }
      if oneIn(3) { flags.insert(.noExecute) }
      if oneIn(60) { flags.insert(.large) }
      if level == .l1, oneIn(15) { return PageTableEntry(MFN(0x1000), flags) }
      let isLinear = level != .l1 && oneIn(10)
      if isLinear { flags.remove(.writable) }
      return PageTableEntry(anyFrame(isLinear ? level : level.lower, frames), flags)
    }

    func anySlot() -> Int {
      oneIn(3) ? [0, 1, 255, 256, 260, 271, 272, 511][number(0..<8)] : number(0..<512)
    }

    func count(_ what: String, _ failure: XenErrno?) {
      let name = failure == nil ? what : failure == .ERESTART ? "\(what) again" : "\(what) refused"
      done[name, default: 0] += 1
    }

    func attempt(
      _ what: String, _ domain: DomainID,
      _ body: (inout PendingTable) throws(XenErrno) -> Void
    ) {
      var p = pending[domain] ?? PendingTable()
      do throws(XenErrno) {
        try host.mmu.finishPending(&p)
        // As the hypercalls do: nothing new while something is pending.
        try body(&p)
        count(what, nil)
      } catch {
        count(what, error)
      }
      pending[domain] = p
    }

    func step() {
      host.interruptAfter = oneIn(3) ? number(0..<8) : nil
      let caller: DomainID = oneIn(3) ? .dom0 : guest
      switch number(0..<20) {
      case 0..<10: update(caller)
      case 10:
        let level = anyLevel()
        attempt("pin", caller) { p throws(XenErrno) in
          try host.mmu.pin(anyFrame(level, guest), level, of: guest, &p)
        }
      case 11:
        attempt("unpin", caller) { p throws(XenErrno) in
          try host.mmu.unpin(anyFrame(anyLevel(), guest), of: guest, &p)
        }
      case 12, 13: setRoot(caller)
      case 14, 15: mapGrant()
      case 16: unmapGrant()
      case 17:
        attempt("clear", caller) { _ throws(XenErrno) in
          try host.mmu.clear(anyFrame(oneIn(3) ? anyLevel() : nil, caller), of: caller)
        }
      case 18: emulatedWrite()
      default:
        let level = anyLevel()
        attempt("pin own", caller) { p throws(XenErrno) in
          try host.mmu.pin(anyFrame(level, caller), level, of: caller, &p)
        }
      }
    }

    func update(_ caller: DomainID) {
      let level = oneIn(2) ? .l1 : anyLevel()
      // dom0 changes its own tables or the guest's, and maps its own frames, the guest's or
      // devices.
      let tables = caller == .dom0 && oneIn(4) ? guest : caller
      var owner = tables
      if caller == .dom0 { owner = oneIn(3) ? .dom0 : oneIn(6) ? .io : guest }
      let table = anyFrame(level, tables)
      // Mostly an entry for the level that the table has.
      let has = host.mmu.type(of: table)
      let entry = anyEntry(
        has.count > 0 ? has.kind.level ?? level : level, owner == .io ? guest : owner)
      let parties = UpdateParties(caller: caller, tableOwner: tables, frameOwner: owner)
      let write: EntryWrite = oneIn(4) ? .preservingAccess : .replacing
      attempt("update", caller) { p throws(XenErrno) in
        try host.mmu.update(
          table.address.advanced(by: UInt64(anySlot()) * 8), entry.rawValue, write, parties, &p)
      }
    }

    func setRoot(_ caller: DomainID) {
      var r = roots[caller] ?? GuestRoots()
      let root = anyFrame(.l4, caller)
      let isUser = oneIn(3)
      attempt(isUser ? "user root" : "kernel root", caller) { p throws(XenErrno) in
        if isUser {
          try host.mmu.setUserRoot(oneIn(3) ? .invalid : root, of: caller, &r, &p)
        } else {
          try host.mmu.setKernelRoot(root, of: caller, &r, &p, load: .now)
        }
      }
      roots[caller] = r
    }

    /// The guest grants, dom0 maps by entry.
    func mapGrant() {
      let frame = anyFrame(nil, guest)
      let isReadOnly = oneIn(2)
      guard host.frames.owner(of: frame) == guest else { return }
      if isReadOnly {
        guard host.frames.takeReference(frame, ownedBy: guest) else { return }
      } else {
        guard
          reason({ () throws(XenErrno) in try host.mmu.holdWritable(frame, of: guest) }) == nil
        else { return }
      }
      let flags = GrantMapFlags.containsPTE | (isReadOnly ? GrantMapFlags.readOnly : 0)
      let place = anyFrame(.l1, .dom0).address.rawValue + UInt64(anySlot()) * 8
      // A grant already mapped there would be lost, which a guest may do, but not this test.
      let isTaken = grants.contains { $0.place == place }
      let status =
        isTaken
        ? GrantStatus.generalError
        : host.mmu.mapGrant(frame, at: place, flags, root: .invalid, of: .dom0)
      if status == .okay {
        grants.append((frame, place, flags))
        done["grant", default: 0] += 1
      } else if isReadOnly {
        host.putPage(frame)
      } else {
        host.mmu.releaseWritable(frame)
      }
    }

    func unmapGrant() {
      guard !grants.isEmpty else { return }
      let index = number(0..<grants.count)
      let grant = grants[index]
      let status = host.mmu.unmapGrant(
        grant.frame, at: grant.place, grant.flags, root: .invalid, of: .dom0)
      // An update may have taken the entry away, with what it held, or its table is none any more:
      // then the entry, or the lost table, has let go of it.
      if status == .okay {
        done["ungrant", default: 0] += 1
        if grant.flags & GrantMapFlags.readOnly != 0 {
          host.putPage(grant.frame)
        } else {
          host.mmu.releaseWritable(grant.frame)
        }
      }
      grants.remove(at: index)
    }

    func emulatedWrite() {
      guard let root = roots[guest]?.kernel, root != .invalid else { return }
      // A read-only view of a table, if the guest happens to have one.
      for l1 in frames(.l1, guest) {
        let word = host.mmu.type(of: host.frame(l1))
        guard word.kind == .l1, word.isValidated, word.count > 0 else { continue }
        for a in addresses(under: root) {
          let view = VirtualAddress(a)
          guard host.mmu.isTableWrite(view, under: root, of: guest) else { continue }
          let entry = anyEntry(.l1, guest)
          let bytes = [1, 2, 4, 8, 8, 8][number(0..<6)]
          let offset = UInt64(number(0..<512) * 8)
          let result = host.mmu.writeToTable(
            view.advanced(by: offset), entry.rawValue, bytes: bytes,
            expected: oneIn(3) ? random.next() & 1 : nil, under: root, of: guest)
          done["write \(result == .written)", default: 0] += 1
          return
        }
        return
      }
    }

    /// Some addresses that the tree under a root maps.
    func addresses(under root: MFN) -> [UInt64] {
      var found: [UInt64] = []
      func walk(_ table: MFN, _ level: PageTableLevel, _ base: VirtualAddress) {
        for i in 0..<512 where found.count < 64 {
          let entry = host.entry(table, i)
          if !entry.isPresent || !entry.flags.contains(.user) { continue }
          if entry.frame.rawValue >= 96 || EntryRules.isHypervisorSlot(i, level) { continue }
          let address = VirtualAddress(base.rawValue | UInt64(i) << level.shift).canonicalised
          guard let lower = level.lower else {
            found.append(address.rawValue)
            continue
          }
          walk(entry.frame, lower, address)
        }
      }
      walk(root, .l4, VirtualAddress(0))
      return found
    }

    func finish() {
      host.interruptAfter = nil
      for domain in [guest, DomainID.dom0] {
        var r = roots[domain] ?? GuestRoots()
        attempt("drop", domain) { p throws(XenErrno) in
          try host.mmu.dropRoots(of: domain, &r, &p)
        }
        roots[domain] = r
      }
      for n in 2..<96 {
        while !host.mmu.letGoOfTable(host.frame(n), of: n < 48 ? guest : .dom0) {}
      }
    }
  }

  @Test(arguments: 1...8)
  func countsAlwaysAgreeWithARecount(seed: Int) {
    let world = World(seed: UInt64(seed))
    for step in 0..<2000 {
      world.step()
      guard step % 10 == 0 else { continue }
      let lines = world.recount.disagreements(world.host)
      #expect(lines == [], "seed \(seed), step \(step)")
      if !lines.isEmpty { return }
    }
    #expect(world.done["update", default: 0] > 100)
    world.finish()
    #expect(world.recount.disagreements(world.host) == [])
    for n in 2..<96 {
      let mfn = world.host.frame(n)
      #expect(world.host.references(mfn) == 1, "frame \(n), seed \(seed)")
      #expect(world.host.mmu.type(of: mfn).count == 0, "frame \(n), seed \(seed)")
    }
    #expect(world.host.locked.isEmpty)
  }
}
