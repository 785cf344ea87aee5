import FakeMachine
import Machine
import Primitives
import Testing
import XenABI

@testable import GrantTables

struct PinTests {
  let host = FakeHost(frames: 512)
  let permit = GrantFlags.permitAccess
  let reading = GrantFlags.permitAccess | GrantFlags.reading
  let writing = GrantFlags.permitAccess | GrantFlags.reading | GrantFlags.writing

  @Test func theGuestSeesReadingAndWritingWhileAGrantIsInUse() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(9, to: 2, frame: 0x1234)
    let read: GrantUse = .host
    let write = GrantUse.host | .write
    #expect(try d.pin(9, by: 2, read) == PinnedGrant(mfn: MFN(0x1234), cacheFlags: 0))
    #expect(try d.flags(9) == reading)
    #expect(try d.pin(9, by: 2, write).mfn == MFN(0x1234))
    #expect(try d.flags(9) == writing)
    d.grants.unpin(GrantRef(9), for: write)
    #expect(try d.flags(9) == reading)
    #expect(d.grants.isPinned(GrantRef(9)))
    d.grants.unpin(GrantRef(9), for: read)
    #expect(try d.flags(9) == permit)
    #expect(!d.grants.isPinned(GrantRef(9)))
  }

  @Test func writingStaysUntilTheLastWriterLeaves() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(0, to: 2, frame: 5)
    let both = GrantUse.host | .device | .write
    _ = try d.pin(0, by: 2, both)
    d.grants.unpin(GrantRef(0), for: .host | .write)
    #expect(try d.flags(0) == writing)
    d.grants.unpin(GrantRef(0), for: .device | .write)
    #expect(try d.flags(0) == permit)
  }

  @Test func entriesThatDoNotPermitTheUseAreRefused() throws {
    let d = try TestDomain(1, on: host)
    let cases: [(flags: UInt16, domain: UInt16, use: GrantUse, expected: GrantStatus?)] = [
      (GrantFlags.invalid, 2, .host, .generalError),
      (GrantFlags.acceptTransfer, 2, .host, .generalError),
      (GrantFlags.transitive, 2, .host, .generalError),
      (permit | GrantFlags.subPage, 2, .host, .generalError),
      (permit, 3, .host, .generalError),
      (permit, 0x7ff0, .host, .generalError),
      (permit | GrantFlags.readOnly, 2, .host | .write, .generalError),
      (permit | GrantFlags.readOnly, 2, .device | .write, .generalError),
      (permit | GrantFlags.readOnly, 2, .host, nil),
      (permit, 2, .host | .device | .write, nil),
    ]
    for (number, c) in cases.enumerated() {
      let ref = UInt32(number)
      try d.grant(ref, to: c.domain, frame: 7, flags: c.flags)
      #expect(d.pinFailure(ref, by: 2, c.use) == c.expected, "case \(number)")
      if c.expected != nil {
        #expect(try d.flags(ref) == c.flags, "a refused entry is left alone, case \(number)")
        #expect(!d.grants.isPinned(GrantRef(ref)))
      }
    }
  }

  @Test(arguments: [UInt32(512), 513, 1 << 20, UInt32.max])
  func referencesPastTheTableAreBad(ref: UInt32) throws {
    let d = try TestDomain(1, on: host)
    #expect(d.pinFailure(ref, by: 2, .host) == .badGrantRef)
    d.grants.unpin(GrantRef(ref), for: .host)
    #expect(!d.grants.isPinned(GrantRef(ref)))
  }

  @Test func anotherDomainCannotJoinAUse() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    _ = try d.pin(1, by: 2, .host)
    try d.grant(1, to: 3, frame: 7)  // The guest redirects the entry while it is in use.
    #expect(d.pinFailure(1, by: 3, .host) == .generalError)
    #expect(d.pinFailure(1, by: 2, .host) == nil)
  }

  @Test func theFrameOfAUseDoesNotFollowTheGuestsChanges() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    _ = try d.pin(1, by: 2, .host)
    try d.grant(1, to: 2, frame: 8, flags: reading)
    #expect(try d.pin(1, by: 2, .host | .write).mfn == MFN(7))
  }

  @Test func anEntryMadeReadOnlyDuringAUseTakesNoWriter() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    _ = try d.pin(1, by: 2, .host)
    try d.grant(1, to: 2, frame: 7, flags: reading | GrantFlags.readOnly)
    #expect(d.pinFailure(1, by: 2, .host | .write) == .generalError)
    #expect(d.pinFailure(1, by: 2, .host) == nil)
  }

  @Test func aFrameThatIsNotTheGrantersIsABadPageAndLeavesNoMark() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    let status = failure { () throws(GrantStatus) in
      _ = try d.grants.pin(GrantRef(1), by: DomainID(2), for: .host | .write) { _ in nil }
    }
    #expect(status == .badPage)
    #expect(try d.flags(1) == permit)
  }

  @Test func aGuestThatTakesItsGrantBackDuringTheCheckIsNotAnswered() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    // `resolve` runs between marking and pinning: the guest clears the entry, marks and all.
    let pinned = try d.grants.pin(GrantRef(1), by: DomainID(2), for: .host) { frame in
      try? d.grant(1, to: 2, frame: 0, flags: 0)
      return MFN(frame.rawValue)
    }
    // What was marked as read is what was granted, and is pinned.
    #expect(pinned.mfn == MFN(7))
    d.grants.unpin(GrantRef(1), for: .host)
    #expect(try d.flags(1) == 0)
  }

  @Test func aCounterThatIsFullRefusesFurtherUses() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    for _ in 0..<128 { _ = try d.pin(1, by: 2, .host) }
    #expect(d.pinFailure(1, by: 2, .host) == .generalError)
    #expect(d.pinFailure(1, by: 2, .host | .device) == .generalError)
    #expect(d.pinFailure(1, by: 2, .host | .write) == nil)
    d.grants.unpin(GrantRef(1), for: .host)
    #expect(d.pinFailure(1, by: 2, .host) == nil)
    for _ in 0..<128 { d.grants.unpin(GrantRef(1), for: .host) }
    #expect(try d.flags(1) == writing, "the writer is still there")
  }

  @Test func endingAUseThatNeverWasChangesNothing() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    _ = try d.pin(1, by: 2, .host)
    d.grants.unpin(GrantRef(1), for: .device)
    d.grants.unpin(GrantRef(1), for: .host | .write)
    d.grants.unpin(GrantRef(1), for: .host | .device)
    #expect(try d.flags(1) == reading)
    d.grants.unpin(GrantRef(1), for: .host)
    #expect(try d.flags(1) == permit)
  }

  @Test func cacheAttributesAreReported() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7, flags: permit | GrantFlags.pwt | GrantFlags.pcd)
    #expect(try d.pin(1, by: 2, .host).cacheFlags == GrantFlags.pwt | GrantFlags.pcd)
    #expect(try d.pin(1, by: 2, .host).cacheFlags == GrantFlags.pwt | GrantFlags.pcd)
  }

  @Test func swappingMovesEntriesThatAreNotInUse() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(1, to: 2, frame: 7)
    try d.grant(2, to: 3, frame: 8, flags: permit | GrantFlags.readOnly)
    try d.grants.swap(GrantRef(1), GrantRef(2))
    #expect(try d.pin(1, by: 3, .host).mfn == MFN(8))
    let cases: [(a: UInt32, b: UInt32, expected: GrantStatus?)] = [
      (1, 2, .again), (2, 1, .again), (1, 1, nil), (2, 3, nil), (512, 2, .badGrantRef),
      (2, UInt32.max, .badGrantRef), (512, 512, .badGrantRef),
    ]
    for c in cases {
      let status = failure { () throws(GrantStatus) in
        try d.grants.swap(GrantRef(c.a), GrantRef(c.b))
      }
      #expect(status == c.expected, "\(c.a) and \(c.b)")
    }
  }

  @Test func aTransferIsCommittedOnceAndCompleted() throws {
    let d = try TestDomain(1, on: host)
    try d.grant(4, to: 2, frame: 0, flags: GrantFlags.acceptTransfer)
    let wrong = failure { () throws(GrantStatus) in
      try d.grants.commitTransfer(GrantRef(4), from: DomainID(3))
    }
    #expect(wrong == .generalError)
    try d.grants.commitTransfer(GrantRef(4), from: DomainID(2))
    let again = failure { () throws(GrantStatus) in
      try d.grants.commitTransfer(GrantRef(4), from: DomainID(2))
    }
    #expect(again == .generalError)
    d.grants.completeTransfer(GrantRef(4), frame: MFN(99))
    let entry = try #require(d.grants.sharedEntry(GrantRef(4)))
    #expect(
      SharedEntry(rawValue: entry.frame[word: entry.word])
        == SharedEntry(
          flags: GrantFlags.acceptTransfer | GrantFlags.transferCommitted
            | GrantFlags.transferCompleted, domain: DomainID(2), frame: 99))
  }
}
