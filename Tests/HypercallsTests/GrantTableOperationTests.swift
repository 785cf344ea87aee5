import Domains
import FakeMachine
import GrantTables
import Hypercalls
import Machine
import Memory
import Primitives
import Synchronization
import Testing
import XenABI

extension World {
  /// Writes an entry of a domain's grant table, as its guest does.
  func grant(
    _ ref: UInt32, of domain: Ref<Domain>, to user: UInt16, _ mfn: MFN,
    flags: UInt16 = GrantFlags.permitAccess
  ) throws {
    let frame = try hv.grantTableFrame(Int(ref) / 512, of: domain)
    let word = UInt64(flags) | UInt64(user) << 16 | mfn.rawValue << 32
    host.memory[frame][word: Int(ref) % 512] = word
  }

  /// The flags of an entry, as its guest sees them.
  func flags(_ ref: UInt32, of domain: Ref<Domain>) throws -> UInt16 {
    let frame = try hv.grantTableFrame(Int(ref) / 512, of: domain)
    return UInt16(truncatingIfNeeded: host.memory[frame][word: Int(ref) % 512])
  }

  func allocate(for domain: Ref<Domain>) throws -> MFN {
    try hv.allocateFrames(for: domain, order: 0)
  }

  /// How often a frame is referred to and how many may write it.
  func uses(_ mfn: MFN) -> [UInt64] {
    let page = hv.frames[mfn]
    return [page.pointee.references, page.pointee.type.load(ordering: .relaxed)]
  }

  func usedHandles(_ domain: Ref<Domain>) -> Int? { domain.pointee.grants?.usedHandles }

  /// Performs one mapping by dom0 and gives the request back.
  func map(
    _ ref: UInt32, of domain: UInt16, at address: UInt64 = 0x4000,
    _ flags: UInt32 = GrantMapFlags.hostMap
  ) throws -> GrantMapRef {
    try put(GrantMapRef(hostAddress: address, flags: flags, ref: ref, domain: domain))
    guard try grants(.mapGrantRef, count: 1, by: dom0) == 0 else { throw XenErrno.EIO }
    return try get(GrantMapRef.self)
  }

  /// Performs one unmapping by dom0 and gives its status.
  func unmap(
    _ handle: UInt32, at address: UInt64 = 0x4000, device: UInt64 = 0
  ) throws -> GrantStatus? {
    try put(GrantUnmapRef(hostAddress: address, deviceBusAddress: device, handle: handle))
    guard try grants(.unmapGrantRef, count: 1, by: dom0) == 0 else { throw XenErrno.EIO }
    return GrantStatus(rawValue: try get(GrantUnmapRef.self).status)
  }
}

struct GrantMappingTests {
  let permit = GrantFlags.permitAccess

  @Test func aFrameIsLetGoBeforeItsGranterIsTold() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let request = try w.map(8, of: 1)
      let entries = try w.hv.grantTableFrame(0, of: w.guest)
      let seen = Mutex<[UInt64]>([])
      let memory = w.host.memory
      w.host.update {
        $0.onReleaseWritable = { _ in
          seen.withLock { $0.append(memory[entries][word: 8] & 0xffff) }
        }
      }
      #expect(try w.unmap(request.handle) == .okay)
      let inUse = UInt64(permit | GrantFlags.reading | GrantFlags.writing)
      #expect(seen.withLock { $0 } == [inUse])
      #expect(try w.flags(8, of: w.guest) == permit)
    }
  }

  @Test func aMappingHoldsItsFrameUntilItIsUnmapped() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let request = try w.map(8, of: 1)
      #expect(request.status == GrantStatus.okay.rawValue)
      #expect(request.deviceBusAddress == mfn.address.rawValue)
      #expect(w.host.update { $0.grantEntries[0x4000]?.mfn } == mfn)
      #expect(w.uses(mfn) == [2, 1])
      #expect(try w.flags(8, of: w.guest) == permit | GrantFlags.reading | GrantFlags.writing)
      let flushes = w.host.update { $0.flushes.count }
      #expect(try w.unmap(request.handle) == .okay)
      #expect(w.host.update { $0.flushes.count } == flushes + 1)
      #expect(w.host.update { $0.grantEntries.isEmpty })
      #expect(w.uses(mfn) == [1, 0])
      #expect(try w.flags(8, of: w.guest) == permit)
      #expect(w.usedHandles(w.dom0) == 0)
      #expect(try w.unmap(request.handle) == .badHandle)
    }
  }

  @Test func readersTakeNoRightToWrite() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      // A page table may be read by others, never written.
      w.hv.frames[mfn].pointee.type.store(UInt64.max, ordering: .relaxed)
      try w.grant(8, of: w.guest, to: 0, mfn)
      #expect(try w.map(8, of: 1).status == GrantStatus.generalError.rawValue)
      #expect(try w.flags(8, of: w.guest) == permit)
      #expect(w.uses(mfn) == [1, UInt64.max])
      let request = try w.map(8, of: 1, GrantMapFlags.hostMap | GrantMapFlags.readOnly)
      #expect(request.status == GrantStatus.okay.rawValue)
      #expect(w.uses(mfn) == [2, UInt64.max])
      #expect(try w.flags(8, of: w.guest) == permit | GrantFlags.reading)
    }
  }

  @Test func requestsThatCannotBeMetChangeNothing() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      let foreign = try w.allocate(for: w.other)
      try w.grant(8, of: w.guest, to: 0, mfn)
      try w.grant(9, of: w.guest, to: 2, mfn)
      try w.grant(10, of: w.guest, to: 0, foreign)
      try w.grant(11, of: w.guest, to: 0, MFN(0xffff_ffff))
      try w.grant(12, of: w.guest, to: 0, mfn, flags: permit | GrantFlags.readOnly)
      let host = GrantMapFlags.hostMap
      let cases:
        [(ref: UInt32, domain: UInt16, address: UInt64, flags: UInt32, expected: GrantStatus)] = [
          (8, 1, 0x4000, 0, .badGrantRef), (8, 1, 0x4000, GrantMapFlags.readOnly, .badGrantRef),
          (8, 77, 0x4000, host, .badDomain), (8, 0x7ff0, 0x4000, host, .badDomain),
          (512, 1, 0x4000, host, .badGrantRef), (7, 1, 0x4000, host, .generalError),
          (9, 1, 0x4000, host, .generalError), (10, 1, 0x4000, host, .badPage),
          (11, 1, 0x4000, host, .badPage), (12, 1, 0x4000, host, .generalError),
          (8, 1, 0xbad000, host, .badVirtualAddress),
          (8, 1, 0xbad000, host | GrantMapFlags.deviceMap, .badVirtualAddress),
        ]
      for (i, c) in cases.enumerated() {
        let request = try w.map(c.ref, of: c.domain, at: c.address, c.flags)
        #expect(request.status == c.expected.rawValue, "case \(i)")
        #expect(w.usedHandles(w.dom0) == 0)
        #expect(w.uses(mfn) == [1, 0])
        #expect(w.uses(foreign) == [1, 0])
      }
      #expect(try w.flags(8, of: w.guest) == permit)
      #expect(try w.flags(10, of: w.guest) == permit)
      #expect(w.host.update { $0.grantEntries.isEmpty })
    }
  }

  @Test func anUnmapThatDoesNotMatchLeavesTheMapping() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let handle = try w.map(8, of: 1).handle
      #expect(try w.unmap(handle, at: 0x5000) == .generalError)
      #expect(try w.unmap(handle, at: 0x4000, device: 0x1000) == .generalError)
      #expect(try w.unmap(handle + 1) == .badHandle)
      #expect(try w.unmap(handle, at: 0) == .okay, "nothing asked for, nothing done")
      #expect(w.uses(mfn) == [2, 1])
      #expect(try w.unmap(handle) == .okay)
    }
  }

  @Test func hostAndDevicePartsAreUnmappedApart() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let request = try w.map(8, of: 1, GrantMapFlags.hostMap | GrantMapFlags.deviceMap)
      #expect(w.uses(mfn) == [3, 2])
      #expect(try w.unmap(request.handle, at: 0, device: request.deviceBusAddress) == .okay)
      #expect(w.uses(mfn) == [2, 1])
      #expect(try w.unmap(request.handle, at: 0, device: request.deviceBusAddress) == .okay)
      #expect(w.uses(mfn) == [2, 1])
      #expect(try w.unmap(request.handle) == .okay)
      #expect(w.uses(mfn) == [1, 0])
      #expect(w.usedHandles(w.dom0) == 0)
    }
  }

  @Test func aDomainMayMapItsOwnGrant() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.dom0)
      try w.grant(8, of: w.dom0, to: 0, mfn)
      let request = try w.map(8, of: 0)
      #expect(request.status == GrantStatus.okay.rawValue)
      #expect(try w.unmap(request.handle) == .okay)
      #expect(w.uses(mfn) == [1, 0])
    }
  }

  @Test func longListsMakeRoomForInterrupts() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let handle = GuestHandle<GrantMapRef>(address: World.arguments)
      for i in 0..<80 {
        try w.hv.write(
          GrantMapRef(
            hostAddress: UInt64(i) << 12, flags: GrantMapFlags.hostMap, ref: 8, domain: 1),
          to: handle, at: UInt64(i))
      }
      let caller = try w.caller(w.dom0)
      w.host.update { $0.turnsUntilInterrupt = 9 }
      guard
        case .restart(let command, let list, let count) = try w.hv.grantTableOperation(
          caller, HypercallArguments(0, World.arguments, 80))
      else {
        Issue.record("not preempted")
        return
      }
      let rest = HypercallArguments(command, list, count)
      #expect(rest.second == World.arguments + 10 * 32)
      #expect(rest.third == 70)
      #expect(w.usedHandles(w.dom0) == 10)
      w.host.update { $0.turnsUntilInterrupt = nil }
      guard case .done(0) = try w.hv.grantTableOperation(caller, rest) else {
        Issue.record("not done")
        return
      }
      #expect(w.uses(mfn) == [81, 80])
      var handles: [UInt32] = []
      for i in 0..<80 { handles.append(try w.get(GrantMapRef.self, i).handle) }
      #expect(Set(handles).count == 80)
      let unmap = GuestHandle<GrantUnmapRef>(address: World.arguments)
      for (i, handle) in handles.enumerated() {
        try w.hv.write(
          GrantUnmapRef(hostAddress: UInt64(i) << 12, handle: handle), to: unmap, at: UInt64(i))
      }
      // The first page has no address 0 to be unmapped at.
      let flushes = w.host.update { $0.flushes.count }
      #expect(try w.grants(.unmapGrantRef, count: 80, by: w.dom0) == 0)
      #expect(w.host.update { $0.flushes.count } == flushes + 3, "one for each batch of 32")
      #expect(w.uses(mfn) == [2, 1])
    }
  }

  @Test func aFaultAfterSomeUnmappingsStillFinishesThem() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      try w.grant(8, of: w.guest, to: 0, mfn)
      let handle = try w.map(8, of: 1).handle
      // The list's second element lies past the mapped pages.
      let last = World.arguments + 4 * 4096 - 24
      try w.hv.write(
        GrantUnmapRef(hostAddress: 0x4000, handle: handle), to: GuestHandle(address: last))
      let caller = try w.caller(w.dom0)
      let result = w.result { () throws(XenErrno) in
        try w.hv.grantTableOperation(
          caller, HypercallArguments(UInt64(GrantTableOp.unmapGrantRef.rawValue), last, 2))
      }
      #expect(result == negative(.EFAULT))
      #expect(w.uses(mfn) == [1, 0])
      #expect(try w.flags(8, of: w.guest) == permit)
    }
  }

  @Test func aReplacementTakesThePlaceOfAMapping() throws {
    try World.run { (w: World) throws -> Void in
      let (mfn, second) = (try w.allocate(for: w.guest), try w.allocate(for: w.guest))
      try w.grant(8, of: w.guest, to: 0, mfn)
      try w.grant(9, of: w.guest, to: 0, second)
      let handle = try w.map(8, of: 1).handle
      _ = try w.map(9, of: 1, at: 0x9000)
      try w.put(GrantUnmapAndReplace(hostAddress: 0x4000, newAddress: 0x9000, handle: handle))
      #expect(try w.grants(.unmapAndReplace, count: 1, by: w.dom0) == 0)
      #expect(try w.get(GrantUnmapAndReplace.self).status == 0)
      #expect(w.host.update { $0.grantEntries[0x4000]?.mfn } == second)
      #expect(w.host.update { $0.grantEntries[0x9000] } == nil)
      #expect(w.uses(mfn) == [1, 0])
    }
  }

  @Test func aDyingMapperGivesEveryGrantBack() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.dom0)
      try w.grant(8, of: w.dom0, to: 1, mfn)
      try w.put(
        GrantMapRef(
          hostAddress: 0x4000, flags: GrantMapFlags.deviceMap | GrantMapFlags.readOnly, ref: 8,
          domain: 0))
      #expect(try w.grants(.mapGrantRef, count: 1, by: w.guest) == 0)
      #expect(w.uses(mfn) == [2, 0])
      #expect(try w.destroy(w.guest))
      #expect(try w.flags(8, of: w.dom0) == permit)
      #expect(w.uses(mfn) == [1, 0])
    }
  }

  @Test func aDyingGranterStaysUntilItsFramesAreUnmapped() throws {
    try World.run { (w: World) throws -> Void in
      let before = w.freeFrames()
      let extra = try World.makeDomain(5, w.hv)
      let mfn = try w.allocate(for: extra)
      try w.grant(8, of: extra, to: 0, mfn)
      let handle = try w.map(8, of: 5).handle
      #expect(try w.destroy(extra))
      #expect(w.exists(5))
      #expect(try w.map(8, of: 5).status == GrantStatus.badGrantRef.rawValue)
      #expect(try w.unmap(handle) == .okay)
      #expect(!w.exists(5))
      // What dom0's table of mappings grew by stays with dom0: a directory and a frame.
      #expect(w.freeFrames() == before - 2)
    }
  }
}
