import Domains
import FakeMachine
import GrantTables
import Hypercalls
import Machine
import Primitives
import Testing
import XenABI

struct GrantCopyTests {
  let permit = GrantFlags.permitAccess
  static let selfID: UInt16 = 0x7ff0

  func copy(_ w: World, _ request: GrantCopy) throws -> GrantStatus? {
    try w.put(request)
    guard try w.grants(.copy, count: 1, by: w.dom0) == 0 else { throw XenErrno.EIO }
    return GrantStatus(rawValue: try w.get(GrantCopy.self).status)
  }

  @Test func bytesGoFromAGrantIntoTheCallersFrame() throws {
    try World.run { (w: World) throws -> Void in
      let (theirs, mine) = (try w.allocate(for: w.guest), try w.allocate(for: w.dom0))
      w.host.memory[theirs][word: 1] = 0x1122_3344_5566_7788
      try w.grant(8, of: w.guest, to: 0, theirs, flags: permit | GrantFlags.readOnly)
      let status = try copy(
        w,
        GrantCopy(
          source: GrantCopyPointer(refOrGMFN: 8, domain: 1, offset: 10),
          dest: GrantCopyPointer(refOrGMFN: mine.rawValue, domain: Self.selfID, offset: 4094),
          length: 2, flags: GrantCopyFlags.sourceGrantRef))
      #expect(status == .okay)
      #expect(w.host.memory[mine].load(UInt16.self, at: 4094) == 0x5566)
      #expect(w.host.memory[mine].load(UInt16.self, at: 4092) == 0)
      #expect(try w.flags(8, of: w.guest) == permit | GrantFlags.readOnly)
      #expect(w.uses(theirs) == [1, 0])
      #expect(w.uses(mine) == [1, 0])
    }
  }

  @Test func bytesGoFromOneGrantToAnother() throws {
    try World.run { (w: World) throws -> Void in
      let (from, to) = (try w.allocate(for: w.guest), try w.allocate(for: w.other))
      w.host.memory[from][word: 0] = 42
      try w.grant(8, of: w.guest, to: 0, from)
      try w.grant(3, of: w.other, to: 0, to)
      let status = try copy(
        w,
        GrantCopy(
          source: GrantCopyPointer(refOrGMFN: 8, domain: 1),
          dest: GrantCopyPointer(refOrGMFN: 3, domain: 2), length: 4096,
          flags: GrantCopyFlags.sourceGrantRef | GrantCopyFlags.destGrantRef))
      #expect(status == .okay)
      #expect(w.host.memory[to][word: 0] == 42)
      #expect(try w.flags(3, of: w.other) == permit)
    }
  }

  @Test func refusedCopiesWriteNothingAndLeaveNoMark() throws {
    try World.run { (w: World) throws -> Void in
      let (theirs, mine) = (try w.allocate(for: w.guest), try w.allocate(for: w.dom0))
      let table = try w.allocate(for: w.dom0)
      w.hv.frames[table].pointee.type.store(UInt64.max, ordering: .relaxed)
      w.host.memory[theirs][word: 0] = 42
      try w.grant(8, of: w.guest, to: 0, theirs, flags: permit | GrantFlags.readOnly)
      try w.grant(9, of: w.guest, to: 2, theirs)
      func ref(_ ref: UInt64, _ domain: UInt16, _ offset: UInt16 = 0) -> GrantCopyPointer {
        GrantCopyPointer(refOrGMFN: ref, domain: domain, offset: offset)
      }
      func own(_ mfn: MFN, _ offset: UInt16 = 0) -> GrantCopyPointer {
        GrantCopyPointer(refOrGMFN: mfn.rawValue, domain: Self.selfID, offset: offset)
      }
      let (s, d) = (GrantCopyFlags.sourceGrantRef, GrantCopyFlags.destGrantRef)
      let cases: [(GrantCopyPointer, GrantCopyPointer, UInt16, UInt16, GrantStatus)] = [
        (ref(8, 1), own(mine, 4090), 8, s, .badCopyArgument),
        (ref(8, 1, 4090), own(mine), 8, s, .badCopyArgument),
        (ref(8, 1), own(mine), UInt16.max, s, .badCopyArgument),
        (ref(8, 1, UInt16.max), own(mine), UInt16.max, s, .badCopyArgument),
        (ref(8, 1), own(theirs), 8, s, .badPage),
        (ref(8, 1), own(MFN(UInt64.max)), 8, s, .badPage),
        (ref(8, 1), own(table), 8, s, .generalError),
        (own(mine), ref(8, 1), 8, d, .generalError),
        (ref(9, 1), own(mine), 8, s, .generalError),
        (ref(512, 1), own(mine), 8, s, .badGrantRef),
        (ref(8, 77), own(mine), 8, s, .badDomain),
        (ref(theirs.rawValue, 1), own(mine), 8, 0, .permissionDenied),
        (own(mine), ref(theirs.rawValue, 1), 8, 0, .permissionDenied),
        (ref(mine.rawValue, 0), own(mine), 8, 0, .permissionDenied),
      ]
      for (i, c) in cases.enumerated() {
        let status = try copy(w, GrantCopy(source: c.0, dest: c.1, length: c.2, flags: c.3))
        #expect(status == c.4, "case \(i)")
        #expect(try w.flags(8, of: w.guest) == permit | GrantFlags.readOnly, "case \(i)")
        #expect(w.uses(mine) == [1, 0], "case \(i)")
        #expect(w.uses(theirs) == [1, 0], "case \(i)")
      }
      #expect(w.host.memory[mine][word: 0] == 0)
    }
  }
}

struct GrantTableSetupTests {
  @Test func setupTellsTheFramesOfATable() throws {
    try World.run { (w: World) throws -> Void in
      let list = World.arguments + 2048
      try w.put(
        GrantSetupTable(domain: 0x7ff0, frameCount: 3, frameList: GuestHandle(address: list)))
      #expect(try w.grants(.setupTable, count: 1, by: w.guest) == 0)
      #expect(try w.get(GrantSetupTable.self).status == GrantStatus.okay.rawValue)
      for i in 0..<3 {
        let frame = try w.hv.read(GuestHandle<UInt64>(address: list), at: UInt64(i))
        let expected = try w.hv.grantTableFrame(i, of: w.guest)
        #expect(MFN(frame) == expected)
        #expect(w.hv.frames.owner(of: expected) == DomainID(1))
      }
      try w.put(GrantQuerySize(domain: 1))
      #expect(try w.grants(.querySize, count: 1, by: w.dom0) == 0)
      let size = try w.get(GrantQuerySize.self)
      #expect(size.frameCount == 3)
      #expect(size.maxFrameCount == 4)
    }
  }

  @Test func setupFollowsTheTableOfErrors() throws {
    try World.run { (w: World) throws -> Void in
      let cases: [(domain: UInt16, frames: UInt32, list: UInt64, expected: GrantStatus)] = [
        (0x7ff0, 5, World.arguments, .generalError), (1, UInt32.max, 0, .generalError),
        (2, 1, World.arguments, .permissionDenied), (77, 1, World.arguments, .badDomain),
        (0x7ff0, 1, 0, .badVirtualAddress),
        (0x7ff0, 1, 0xffff_8000_0000_0000, .badVirtualAddress), (0x7ff0, 0, 0, .okay),
      ]
      for (i, c) in cases.enumerated() {
        try w.put(
          GrantSetupTable(
            domain: c.domain, frameCount: c.frames,
            frameList: GuestHandle(address: c.list == 0 ? 0 : c.list + 2048)))
        #expect(try w.grants(.setupTable, count: 1, by: w.guest) == 0)
        #expect(try w.get(GrantSetupTable.self).status == c.expected.rawValue, "case \(i)")
      }
      #expect(try w.grants(.setupTable, count: 2, by: w.guest) == negative(.EINVAL))
      #expect(try w.grants(.querySize, count: 0, by: w.guest) == negative(.EINVAL))
    }
  }

  @Test(arguments: [(UInt32(0), XenErrno.EINVAL), (1, nil), (2, .ENOSYS), (3, .EINVAL)])
  func onlyVersionOneIsToBeHad(version: UInt32, expected: XenErrno?) throws {
    try World.run { (w: World) throws -> Void in
      try w.put(GrantSetVersion(version: version))
      let result = try w.grants(.setVersion, count: 1, by: w.guest)
      #expect(result == (expected.map(negative) ?? 0))
      #expect(try w.get(GrantSetVersion.self).version == 1)
      try w.put(GrantGetVersion(domain: 0x7ff0))
      #expect(try w.grants(.getVersion, count: 1, by: w.guest) == 0)
      #expect(try w.get(GrantGetVersion.self).version == 1)
    }
  }

  @Test func otherOperationsAnswerAsStockXenDoes() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try w.grants(.dumpTable, count: 1, by: w.guest) == negative(.ENOSYS))
      #expect(try w.grants(.cacheFlush, count: 1, by: w.guest) == negative(.ENOSYS))
      try w.put(GrantTransfer(mfn: 1, domain: 0, ref: 1))
      #expect(try w.grants(.transfer, count: 1, by: w.guest) == 0)
      #expect(try w.get(GrantTransfer.self).status == GrantStatus.badPage.rawValue)
      try w.put(GrantSwapRef(refA: 9, refB: 512))
      #expect(try w.grants(.swapGrantRef, count: 1, by: w.guest) == 0)
      #expect(try w.get(GrantSwapRef.self).status == GrantStatus.badGrantRef.rawValue)
      let caller = try w.caller(w.guest)
      for (command, count) in [(UInt64(0x1000), UInt64(1)), (0, 0x8000_0000)] {
        let result = w.result { () throws(XenErrno) in
          try w.hv.grantTableOperation(
            caller, HypercallArguments(command, World.arguments, count))
        }
        #expect(result == negative(.EINVAL))
      }
    }
  }
}
