import FakeMachine
import Machine
import Primitives
import Testing
import XenABI

@testable import GrantTables

struct GrowthTests {
  let host = FakeHost(frames: 512)

  @Test func theTableGrowsToItsLimitAndNoFurther() throws {
    let d = try TestDomain(1, on: host, sharedFrames: 3)
    #expect(d.grants.entryCount == 512)
    #expect(d.grants.sharedFrame(1) == nil)
    try d.grants.grow(to: 3, d.supply)
    #expect(d.grants.entryCount == 1536)
    let frames = (0..<3).compactMap { d.grants.sharedFrame($0) }
    #expect(Set(frames).count == 3)
    try d.grants.grow(to: 2, d.supply)
    #expect(d.grants.sharedFrames == 3, "it never shrinks")
    for frames in [4, 1 << 20, Int.max] {
      let status = failure { () throws(GrantStatus) in try d.grants.grow(to: frames, d.supply) }
      #expect(status == .generalError)
    }
    try d.grant(1535, to: 2, frame: 3)
    #expect(d.pinFailure(1535, by: 2, .host) == nil)
    #expect(d.pinFailure(1536, by: 2, .host) == .badGrantRef)
  }

  @Test func entriesAppearOnlyWithEverythingTheyNeed() throws {
    let d = try TestDomain(1, on: host)
    // Two frames of active entries are there, but none for the guest.
    var left = 2
    let status = failure { () throws(GrantStatus) in
      try d.grants.grow(to: 2) { _ in
        left -= 1
        return left < 0 ? nil : host.takeFrame()
      }
    }
    #expect(status == .generalError)
    #expect(d.grants.entryCount == 512)
    var kinds: [GrantFrameKind] = []
    try d.grants.grow(to: 2) { kind in
      kinds.append(kind)
      return host.takeFrame()
    }
    #expect(kinds == [.shared])
  }

  @Test func newFramesAreCleared() throws {
    let d = try TestDomain(1, on: host)
    try d.grants.grow(to: 2) { _ in
      let mfn = host.takeFrame()
      for i in 0..<512 { host.memory[mfn][word: i] = UInt64.max }
      return mfn
    }
    #expect(try d.flags(600) == 0)
    #expect(!d.grants.isPinned(GrantRef(600)))
  }

  @Test func everyFrameIsListedOnceForGivingBack() throws {
    let frame = host.takeFrame()
    let grants = try #require(
      GrantTable(in: frame, of: host.memory, sharedFrames: 4, maptrackFrames: 4))
    var given: [MFN] = [frame]
    let supply = { (kind: GrantFrameKind) -> MFN? in
      given.append(host.takeFrame())
      return given.last
    }
    try grants.grow(to: 2, supply)
    for _ in 0..<257 { _ = try grants.allocateHandle(supply) }
    var listed: [MFN] = []
    grants.forEachFrame { mfn, kind in
      listed.append(mfn)
      #expect((kind == .shared) == (0..<2).contains { grants.sharedFrame($0) == mfn })
    }
    #expect(listed.sorted() == given.sorted())
  }

  @Test func aDomainMayMapItsOwnGrant() throws {
    let d = try TestDomain(0, on: host)
    try d.grant(5, to: 0, frame: 77)
    let handle = try d.grants.allocateHandle(d.supply)
    let pinned = try d.pin(5, by: 0, .host | .write)
    d.grants.setMapping(
      handle,
      GrantMapping(
        domain: d.id, ref: GrantRef(5), mapFlags: GrantMapFlags.hostMap, mfn: pinned.mfn))
    let mapping = try d.grants.beginUnmap(handle, .host)
    d.grants.unpin(mapping.ref, for: mapping.use)
    d.grants.endUnmap(handle, mapping)
    #expect(try d.flags(5) == GrantFlags.permitAccess)
    #expect(d.grants.usedHandles == 0)
  }
}
