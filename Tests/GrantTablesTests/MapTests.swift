import FakeMachine
import Machine
import Primitives
import Testing
import XenABI

@testable import GrantTables

struct MapTests {
  let host = FakeHost(frames: 512)

  func map(_ d: TestDomain, _ ref: UInt32, _ flags: UInt32) throws -> GrantHandle {
    let handle = try d.grants.allocateHandle(d.supply)
    d.grants.setMapping(
      handle,
      GrantMapping(domain: DomainID(7), ref: GrantRef(ref), mapFlags: flags, mfn: MFN(0xabcd)))
    return handle
  }

  func unmapFailure(_ d: TestDomain, _ handle: GrantHandle, _ parts: GrantUse) -> GrantStatus? {
    failure { () throws(GrantStatus) in _ = try d.grants.beginUnmap(handle, parts) }
  }

  @Test func aHandleRemembersItsMapping() throws {
    let d = try TestDomain(1, on: host)
    let flags =
      GrantMapFlags.hostMap | GrantMapFlags.readOnly | GrantMapFlags.containsPTE
      | GrantMapFlags.applicationMap
    let handle = try map(d, UInt32.max, flags)
    let mapping = try d.grants.mapping(handle)
    #expect(mapping.domain == DomainID(7))
    #expect(mapping.ref == GrantRef(UInt32.max))
    #expect(mapping.mfn == MFN(0xabcd))
    #expect(mapping.use == .host)
    #expect(UInt32(mapping.mapFlags) == flags)
  }

  @Test func unmappingAGrantTwiceReturnsBadHandle() throws {
    let d = try TestDomain(1, on: host)
    let handle = try map(d, 3, GrantMapFlags.hostMap)
    let mapping = try d.grants.beginUnmap(handle, .host)
    #expect(mapping.use == .host | .write)
    #expect(unmapFailure(d, handle, .host) == .badHandle, "while it is being unmapped")
    d.grants.endUnmap(handle, mapping)
    #expect(unmapFailure(d, handle, .host) == .badHandle)
    #expect(failure { () throws(GrantStatus) in _ = try d.grants.mapping(handle) } == .badHandle)
    #expect(d.grants.usedHandles == 0)
  }

  @Test func handlesDoNotLeadIntoFramesThatTheGuestWrites() throws {
    let d = try TestDomain(1, on: host)
    let handle = try map(d, 3, GrantMapFlags.hostMap)
    // Past the last record, the table's own list of frames would go on with the shared ones. There
    // the guest names a frame of its own, full of records.
    let mine = host.takeFrame()
    let shared = try #require(d.grants.sharedFrame(0))
    for i in 0..<512 {
      host.memory[shared][word: i] = mine.rawValue
      host.memory[mine][word: i] = UInt64.max >> 1
    }
    for number: UInt32 in [1 << 24, 1 << 24 + 1, UInt32(d.grants.handleLimit), UInt32.max] {
      let forged = GrantHandle(number)
      #expect(
        failure { () throws(GrantStatus) in _ = try d.grants.mapping(forged) } == .badHandle)
      #expect(unmapFailure(d, forged, .host) == .badHandle, "\(number)")
    }
    #expect(try d.grants.mapping(handle).ref == GrantRef(3))
  }

  @Test(arguments: [UInt32(0), 255, 256, 1 << 24, UInt32.max])
  func aHandleThatWasNeverGivenOutIsBad(number: UInt32) throws {
    let d = try TestDomain(1, on: host)
    #expect(unmapFailure(d, GrantHandle(number), .host) == .badHandle)
    let one = try map(d, 3, GrantMapFlags.hostMap)
    if number != one.rawValue {
      #expect(unmapFailure(d, GrantHandle(number), .host) == .badHandle)
    }
  }

  @Test func aHandleWithoutMappingYetIsBad() throws {
    let d = try TestDomain(1, on: host)
    let handle = try d.grants.allocateHandle(d.supply)
    #expect(unmapFailure(d, handle, .host | .device) == .badHandle)
    d.grants.freeHandle(handle)
    #expect(d.grants.usedHandles == 0)
    #expect(try d.grants.allocateHandle(d.supply) == handle)
  }

  @Test func waysOfAccessLeaveOneByOne() throws {
    let d = try TestDomain(1, on: host)
    let handle = try map(d, 3, GrantMapFlags.hostMap | GrantMapFlags.deviceMap)
    let host = try d.grants.beginUnmap(handle, .host)
    #expect(host.use.parts == .host)
    let device = try d.grants.beginUnmap(handle, .host | .device)
    #expect(device.use.parts == .device, "the host's part is leaving already")
    d.grants.endUnmap(handle, host)
    #expect(d.grants.usedHandles == 1, "the device's part is still leaving")
    d.grants.endUnmap(handle, device)
    #expect(d.grants.usedHandles == 0)
  }

  @Test func aPartThatIsNotMappedDoesNotLeave() throws {
    let d = try TestDomain(1, on: host)
    let handle = try map(d, 3, GrantMapFlags.hostMap)
    let mapping = try d.grants.beginUnmap(handle, .device)
    #expect(mapping.use.parts == .none)
    d.grants.endUnmap(handle, mapping)
    #expect(try d.grants.mapping(handle).use == .host | .write)
  }

  @Test func anUnmapThatFailedLeavesTheMapping() throws {
    let d = try TestDomain(1, on: host)
    let handle = try map(d, 3, GrantMapFlags.hostMap)
    let mapping = try d.grants.beginUnmap(handle, .host)
    d.grants.cancelUnmap(handle, mapping)
    #expect(try d.grants.mapping(handle).ref == GrantRef(3))
    #expect(unmapFailure(d, handle, .host) == nil)
  }

  @Test func handlesAreDistinctAndReusedUpToTheLimit() throws {
    let d = try TestDomain(1, on: host, maptrackFrames: 2)
    var seen = Set<UInt32>()
    for _ in 0..<512 {
      let handle = try d.grants.allocateHandle(d.supply)
      #expect(seen.insert(handle.rawValue).inserted)
    }
    #expect(d.grants.handleLimit == 512)
    let status = failure { () throws(GrantStatus) in _ = try d.grants.allocateHandle(d.supply) }
    #expect(status == .noSpace)
    d.grants.freeHandle(GrantHandle(300))
    #expect(try d.grants.allocateHandle(d.supply) == GrantHandle(300))
  }

  @Test func withoutAFrameThereIsNoHandle() throws {
    let d = try TestDomain(1, on: host)
    for frames in 0..<2 {
      var left = frames
      let status = failure { () throws(GrantStatus) in
        _ = try d.grants.allocateHandle { _ in
          left -= 1
          return left < 0 ? nil : host.takeFrame()
        }
      }
      #expect(status == .noSpace)
    }
    // The first of the two frames was kept, so one more is enough.
    var supplied = 0
    _ = try d.grants.allocateHandle { _ in
      supplied += 1
      return host.takeFrame()
    }
    #expect(supplied == 1)
  }

  @Test func allMappingsAreFoundForADyingDomain() throws {
    let d = try TestDomain(1, on: host)
    var handles: [GrantHandle] = []
    for ref in 0..<300 { handles.append(try map(d, UInt32(ref), GrantMapFlags.hostMap)) }
    for handle in handles where handle.rawValue % 3 == 0 {
      d.grants.endUnmap(handle, try d.grants.beginUnmap(handle, .host))
    }
    var found = 0
    var next = d.grants.nextMapping(from: GrantHandle(0))
    while let handle = next {
      #expect(handle.rawValue % 3 != 0)
      found += 1
      next = d.grants.nextMapping(from: GrantHandle(handle.rawValue + 1))
    }
    #expect(found == 200)
    #expect(d.grants.nextMapping(from: GrantHandle(UInt32.max)) == nil)
  }
}
