import FakeMachine
import Machine
import Primitives
import Testing
import XenABI

@testable import GrantTables

/// A domain as the tests need it: a grant table in a fake machine, and a guest that writes entries.
struct TestDomain {
  let id: DomainID
  let host: FakeHost
  let grants: GrantTable

  init(
    _ id: UInt16, on host: FakeHost, sharedFrames: Int = 4, maptrackFrames: Int = 4
  ) throws {
    self.id = DomainID(id)
    self.host = host
    grants = try #require(
      GrantTable(
        in: host.takeFrame(), of: host.memory, sharedFrames: sharedFrames,
        maptrackFrames: maptrackFrames))
    try grants.grow(to: 1) { _ in host.takeFrame() }
  }

  func supply(_ kind: GrantFrameKind) -> MFN? { host.takeFrame() }

  /// What the guest does to grant a frame.
  func grant(
    _ ref: UInt32, to domain: UInt16, frame: UInt32, flags: UInt16 = GrantFlags.permitAccess
  ) throws {
    let entry = try #require(grants.sharedEntry(GrantRef(ref)))
    entry.frame[word: entry.word] =
      SharedEntry(flags: flags, domain: DomainID(domain), frame: frame).rawValue
  }

  /// The flags as the guest sees them.
  func flags(_ ref: UInt32) throws -> UInt16 {
    let entry = try #require(grants.sharedEntry(GrantRef(ref)))
    return SharedEntry(rawValue: entry.frame[word: entry.word]).flags
  }

  func pin(
    _ ref: UInt32, by user: UInt16, _ use: GrantUse
  ) throws(GrantStatus) -> PinnedGrant {
    try grants.pin(GrantRef(ref), by: DomainID(user), for: use) { MFN($0.rawValue) }
  }

  /// The status of a use that is expected to fail, or nil if it did not.
  func pinFailure(_ ref: UInt32, by user: UInt16, _ use: GrantUse) -> GrantStatus? {
    failure { () throws(GrantStatus) in _ = try pin(ref, by: user, use) }
  }
}

func failure(_ body: () throws(GrantStatus) -> Void) -> GrantStatus? {
  do throws(GrantStatus) {
    try body()
    return nil
  } catch { return error }
}
