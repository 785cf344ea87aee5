import Machine
import Primitives
import Testing
import X86Format
import XenABI

@testable import X86PV

@Suite struct GrantMappingTests {
  let guest = TestHost.guest
  let granted = MFN(40)

  /// A frame of the other guest's, as the grant table holds it for a mapping.
  func hold(_ host: TestHost, writable: Bool = true) {
    if writable {
      _ = reason { () throws(XenErrno) in
        try host.mmu.holdWritable(granted, of: TestHost.other)
      }
    } else {
      _ = host.frames.takeReference(granted, ownedBy: TestHost.other)
    }
  }

  func map(
    _ g: PinnedGuest, _ address: UInt64, _ flags: UInt32 = GrantMapFlags.hostMap
  ) -> GrantStatus {
    g.host.mmu.mapGrant(granted, at: address, flags, root: g.tree.l4, of: guest)
  }

  func unmap(
    _ g: PinnedGuest, _ address: UInt64, _ flags: UInt32 = GrantMapFlags.hostMap,
    replacement: UInt64 = 0
  ) -> GrantStatus {
    g.host.mmu.unmapGrant(
      granted, at: address, flags, replacement: replacement, root: g.tree.l4, of: guest)
  }

  @Test func grantsAreMappedAndUnmappedByAddress() {
    let g = PinnedGuest()
    hold(g.host)
    #expect(map(g, 0x5000) == .okay)
    let entry = g.host.entry(g.tree.l1, 5)
    #expect(entry.frame == granted)
    #expect(entry.flags.contains(.writable | .noExecute | .guestKernel | .user))
    #expect(g.disagreements == [])
    #expect(unmap(g, 0x5000) == .okay)
    #expect(g.host.entry(g.tree.l1, 5) == .empty)
    g.host.mmu.releaseWritable(granted)
    #expect(g.disagreements == [])
  }

  @Test func grantsAreMappedAndUnmappedByEntry() {
    let g = PinnedGuest()
    hold(g.host, writable: false)
    let flags = GrantMapFlags.hostMap | GrantMapFlags.containsPTE | GrantMapFlags.readOnly
    let place = g.tree.l1.address.rawValue + 6 * 8
    #expect(map(g, place, flags) == .okay)
    #expect(!g.host.entry(g.tree.l1, 6).flags.contains(.writable))
    #expect(unmap(g, place, flags) == .okay)
    g.host.putPage(granted)
    #expect(g.disagreements == [])
  }

  @Test func userMappingsAndAvailableBitsAreAsAskedFor() {
    let entry = MMU<TestHost>.grantEntry(granted, GrantMapFlags.applicationMap | 5 << 16)
    #expect(entry.flags.contains(.user | .global | .available0 | .available2))
    #expect(!entry.flags.intersects(.guestKernel | .available1))
  }

  @Test func whatWasMappedThereIsLetGo() {
    let g = PinnedGuest()
    hold(g.host)
    #expect(map(g, 0) == .okay)
    #expect(g.host.references(g.tree.data) == 1)
    #expect(g.uses(6) == 0)
    #expect(g.disagreements == [])
  }

  @Test func placesThatAreNoLeafTablesAreRefused() {
    let g = PinnedGuest()
    let byEntry = GrantMapFlags.hostMap | GrantMapFlags.containsPTE
    #expect(map(g, 0x20_0000) == .generalError)
    #expect(map(g, 0xffff_8000_0000_0000) == .generalError)
    #expect(map(g, g.tree.l1.address.rawValue + 4, byEntry) == .generalError)
    #expect(map(g, g.tree.l2.address.rawValue, byEntry) == .generalError)
    #expect(map(g, g.host.frame(9).address.rawValue, byEntry) == .generalError)
    #expect(map(g, g.host.frame(41).address.rawValue, byEntry) == .generalError)
    #expect(map(g, 0x4000_0000_0000, byEntry) == .generalError)
    #expect(g.disagreements == [])
  }

  @Test func aMappingThatIsNotTheGrantsStays() {
    let g = PinnedGuest()
    hold(g.host)
    #expect(map(g, 0x5000) == .okay)
    #expect(unmap(g, 0x6000) == .generalError)
    #expect(unmap(g, 0) == .generalError)
    #expect(unmap(g, 0x5000, GrantMapFlags.hostMap | GrantMapFlags.readOnly) == .generalError)
    #expect(g.host.entry(g.tree.l1, 5).isPresent)
    #expect(g.host.entry(g.tree.l1, 0).isPresent)
    #expect(g.disagreements == [])
  }

  @Test func aReplacementMovesWithWhatItHolds() {
    let g = PinnedGuest()
    hold(g.host)
    #expect(map(g, 0x5000) == .okay)
    let old = g.host.entry(g.tree.l1, 0)
    #expect(unmap(g, 0x5000, replacement: 0x800) == .okay)
    #expect(g.host.entry(g.tree.l1, 5) == old)
    #expect(g.host.entry(g.tree.l1, 0) == .empty)
    g.host.mmu.releaseWritable(granted)
    #expect(g.disagreements == [])
  }

  @Test func aFailedReplacementIsLetGo() {
    let g = PinnedGuest()
    #expect(unmap(g, 0x5000, replacement: 0x800) == .generalError)
    #expect(g.host.entry(g.tree.l1, 0) == .empty)
    #expect(g.disagreements == [])
    #expect(
      unmap(g, 0x5000, GrantMapFlags.hostMap | GrantMapFlags.containsPTE, replacement: 0x800)
        == .generalError)
  }
}
