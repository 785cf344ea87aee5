import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct ExtendedTests {
  let guest = TestHost.guest
  let other = TestHost.other

  @Test func pinsKeepATableUntilUnpinned() {
    let g = PinnedGuest()
    #expect(g.host.mmu.type(of: g.tree.l4).isPinned)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.pin(g.tree.l4, .l4, of: guest, &g.pending)
      } == .EINVAL)
    #expect(g.disagreements == [])
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.unpin(g.tree.l4, of: guest, &g.pending)
      } == nil)
    #expect(g.uses(2) == 0)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.unpin(g.tree.l4, of: guest, &g.pending)
      } == .EINVAL)
    #expect(g.disagreements == [])
  }

  @Test func othersTablesAreNotTheirs() {
    let g = PinnedGuest()
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.unpin(g.tree.l4, of: other, &g.pending)
      } == .EINVAL)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.pin(g.host.frame(10), .l1, of: other, &g.pending)
      } == .EINVAL)
    #expect(g.disagreements == [])
  }

  @Test func aDyingDomainKeepsNoPins() {
    let g = PinnedGuest()
    g.host.guests[guest]?.isEnding = true
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.pin(g.host.frame(10), .l1, of: guest, &g.pending)
      } == nil)
    #expect(g.uses(10) == 0)
    #expect(!g.host.mmu.type(of: g.host.frame(10)).isPinned)
    #expect(g.disagreements == [])
  }

  @Test func unpinningMayLeaveWorkPending() {
    let g = PinnedGuest()
    g.fill()
    g.host.interruptAfter = 5
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.unpin(g.tree.l4, of: guest, &g.pending)
      } == nil)
    #expect(g.pending.table == g.tree.l4)
    #expect(g.disagreements == [])
    #expect(reason { () throws(XenErrno) in try g.host.mmu.finishPending(&g.pending) } == nil)
    #expect(g.disagreements == [])
    #expect(g.uses(6) == 0)
  }

  @Test func rootsInUseHoldTheirTablesAndTheNewOneIsLoadedFirst() throws {
    let g = PinnedGuest()
    var roots = GuestRoots()
    try g.host.mmu.setKernelRoot(g.tree.l4, of: guest, &roots, &g.pending, load: .now)
    #expect(g.host.loadedRoots == [g.tree.l4])
    #expect(g.uses(2) == 2)
    let second = g.host.frame(20)
    try g.host.mmu.setKernelRoot(second, of: guest, &roots, &g.pending, load: .now)
    #expect(g.host.loadedRoots == [g.tree.l4, second])
    #expect(g.uses(2) == 1)
    #expect(roots.kernel == second)
    // The same again: loaded, not counted twice.
    try g.host.mmu.setKernelRoot(second, of: guest, &roots, &g.pending, load: .now)
    #expect(g.uses(20) == 1)
    #expect(g.host.loadedRoots.count == 3)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.setKernelRoot(g.tree.l3, of: guest, &roots, &g.pending, load: .now)
      } == .EINVAL)
    #expect(roots.kernel == second)
    try g.host.mmu.dropRoots(of: guest, &roots, &g.pending)
    #expect(roots.kernel == .invalid)
    #expect(g.disagreements == [])
  }

  @Test func userRootsComeAndGo() throws {
    let g = PinnedGuest()
    var roots = GuestRoots()
    try g.host.mmu.setUserRoot(g.tree.l4, of: guest, &roots, &g.pending)
    #expect(g.uses(2) == 2)
    try g.host.mmu.setUserRoot(.invalid, of: guest, &roots, &g.pending)
    #expect(g.uses(2) == 1)
    #expect(g.host.loadedRoots.isEmpty)
    #expect(g.disagreements == [])
  }

  @Test func theMachineToPhysicalTableFollowsTheRootsUse() throws {
    for hides in [false, true] {
      let g = PinnedGuest()
      g.host.guests[guest]?.hidesMachineToPhysical = hides
      let (kernel, user) = (g.host.frame(20), g.host.frame(21))
      var roots = GuestRoots()
      try g.host.mmu.setKernelRoot(kernel, of: guest, &roots, &g.pending, load: .now)
      try g.host.mmu.setUserRoot(user, of: guest, &roots, &g.pending)
      #expect(g.host.entry(kernel, 256).isPresent)
      #expect(!g.host.entry(user, 256).isPresent)
    }
  }

  @Test func droppingRootsMayStopAnywhere() {
    for stop in 0..<20 {
      let g = PinnedGuest()
      g.fill()
      var roots = GuestRoots()
      #expect(
        reason { () throws(XenErrno) in
          try g.host.mmu.setKernelRoot(g.tree.l4, of: guest, &roots, &g.pending, load: .now)
          try g.host.mmu.setUserRoot(g.host.frame(20), of: guest, &roots, &g.pending)
          try g.host.mmu.unpin(g.tree.l4, of: guest, &g.pending)
        } == nil)
      g.host.interruptAfter = stop
      while reason({ () throws(XenErrno) in
        try g.host.mmu.dropRoots(of: guest, &roots, &g.pending)
      }) == .ERESTART {}
      #expect(roots.kernel == .invalid && roots.user == .invalid)
      #expect(g.disagreements == [])
      #expect(g.uses(2) == 0 && g.uses(20) == 0)
    }
  }

  @Test func framesAreClearedAndCopiedIfTheyMayBeWritten() {
    let g = PinnedGuest()
    let (a, b) = (g.host.frame(20), g.host.frame(21))
    g.host.memory[a][word: 7] = 42
    #expect(reason { () throws(XenErrno) in try g.host.mmu.copy(a, to: b, of: guest) } == nil)
    #expect(g.host.memory[b][word: 7] == 42)
    #expect(reason { () throws(XenErrno) in try g.host.mmu.clear(a, of: guest) } == nil)
    #expect(g.host.memory[a][word: 7] == 0)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.copy(g.tree.l1, to: a, of: guest)
      } == nil)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.copy(a, to: g.tree.l1, of: guest)
      } == .EINVAL)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.clear(g.tree.l1, of: guest)
      } == .EINVAL)
    #expect(
      reason { () throws(XenErrno) in
        try g.host.mmu.clear(g.host.frame(40), of: guest)
      } == .EINVAL)
    #expect(g.disagreements == [])
  }

  @Test func everythingIsLetGoOfAtTheEnd() {
    for stop in 0..<20 {
      let g = PinnedGuest()
      g.fill()
      #expect(
        reason { () throws(XenErrno) in
          try g.host.mmu.pin(g.tree.l2, .l2, of: guest, &g.pending)
        } == nil)
      // A pin that was interrupted and never repeated.
      g.host.put(g.host.frame(20), 0, g.tree.l3, .table)
      g.host.put(g.host.frame(20), 9, g.tree.l3, .table)
      g.host.interruptAfter = 0
      #expect(
        reason { () throws(XenErrno) in
          try g.host.mmu.pin(g.host.frame(20), .l4, of: guest, &g.pending)
        } == .ERESTART)
      g.host.interruptAfter = stop
      for n in 2..<32 {
        while !g.host.mmu.letGoOfTable(g.host.frame(n), of: guest) {
          #expect(g.disagreements == [])
        }
      }
      #expect(g.disagreements == [])
      for n in 2..<32 { #expect(g.uses(n) == 0) }
    }
  }
}
