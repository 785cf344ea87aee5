import Domains
import FakeMachine
import Hypercalls
import Machine
import Memory
import Primitives
import Testing
import XenABI

extension World {
  /// Where lists of frames are: the page after the arguments.
  static var list: UInt64 { arguments + 4096 }

  /// Writes a list of frame numbers.
  func putList(_ numbers: [UInt64], at address: UInt64 = World.list) throws {
    for (i, number) in numbers.enumerated() {
      try hv.write(number, to: GuestHandle<UInt64>(address: address), at: UInt64(i))
    }
  }

  /// Reads a list of frame numbers.
  func getList(_ count: Int, at address: UInt64 = World.list) throws -> [UInt64] {
    try (0..<count).map { try hv.read(GuestHandle<UInt64>(address: address), at: UInt64($0)) }
  }

  /// Performs a memory operation on one request, and gives both back.
  func memory<T: BitwiseCopyable>(
    _ operation: MemoryOp, _ request: T, by domain: Ref<Domain>, done: UInt64 = 0
  ) throws -> (Int64?, T) {
    try put(request)
    let caller = try caller(domain)
    let number = UInt64(operation.rawValue) | done << UInt64(MemoryOp.commandBits)
    let result = result { () throws(XenErrno) in
      try hv.memoryOperation(caller, HypercallArguments(number, World.arguments))
    }
    return (result, try get(T.self))
  }

  func reservation(
    _ count: UInt64, order: UInt32 = 0, flags: UInt32 = 0, of domain: UInt16 = 0x7ff0,
    at address: UInt64 = World.list
  ) -> MemoryReservation {
    MemoryReservation(
      extentStart: GuestHandle(address: address), extentCount: count, extentOrder: order,
      memoryFlags: flags, domain: domain)
  }
}

@Suite struct MemoryOperationTests {
  @Test func populatingGivesFramesAndEntersTheirNumbers() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([100, 200])
      let before = w.guest.pointee.totalFrames
      let (done, _) = try w.memory(.populatePhysmap, w.reservation(2, order: 1), by: w.guest)
      #expect(done == 2)
      let frames = try w.getList(2)
      #expect(w.guest.pointee.totalFrames == before + 4)
      for (i, pfn) in [UInt64(100), 200].enumerated() {
        #expect(w.hv.frames.owner(of: MFN(frames[i])) == DomainID(1))
        #expect(w.hv.machineToPhysical(MFN(frames[i] + 1)) == pfn + 1)
      }
    }
  }

  @Test func whatIsGivenUpLeavesTheAccountAndTheTable() throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      try w.putList([7])
      _ = try w.memory(.populatePhysmap, w.reservation(1), by: w.guest)
      let frame = try w.getList(1)[0]
      #expect(try w.memory(.decreaseReservation, w.reservation(1), by: w.guest).0 == 1)
      #expect(w.freeFrames() == free)
      #expect(w.hv.machineToPhysical(MFN(frame)) == UInt64.max)
      // A second time it is nobody's to give.
      #expect(try w.memory(.decreaseReservation, w.reservation(1), by: w.guest).0 == 0)
    }
  }

  @Test func nobodyGivesUpWhatIsNotTheirs() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([w.other.pointee.sharedInfo.rawValue])
      #expect(try w.memory(.decreaseReservation, w.reservation(1), by: w.guest).0 == 0)
      try w.putList([w.guest.pointee.sharedInfo.rawValue])
      #expect(try w.memory(.decreaseReservation, w.reservation(1), by: w.guest).0 == 0)
      try w.putList([UInt64.max])
      #expect(try w.memory(.decreaseReservation, w.reservation(1), by: w.guest).0 == 0)
    }
  }

  @Test func theAccountsLimitStopsGrowth() throws {
    try World.run { (w: World) throws -> Void in
      w.guest.pointee.maximumFrames = w.guest.pointee.totalFrames + 2
      try w.putList([1, 2, 3])
      #expect(try w.memory(.populatePhysmap, w.reservation(3), by: w.guest).0 == 2)
    }
  }

  @Test(arguments: [UInt32(10), 19, UInt32.max])
  func ordersBeyondTheLimitDoNothing(order: UInt32) throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([0])
      #expect(try w.memory(.populatePhysmap, w.reservation(1, order: order), by: w.guest).0 == 0)
      #expect(
        try w.memory(.decreaseReservation, w.reservation(1, order: order), by: w.guest).0 == 0)
    }
  }

  @Test func onlyThePrivilegedChangeOthers() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([5])
      #expect(try w.memory(.populatePhysmap, w.reservation(1, of: 2), by: w.guest).0 == 0)
      #expect(try w.memory(.populatePhysmap, w.reservation(1, of: 2), by: w.dom0).0 == 1)
    }
  }

  @Test func interruptedWorkGoesOnWhereItStopped() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([1, 2, 3])
      try w.put(w.reservation(3))
      w.host.update { $0.turnsUntilInterrupt = 0 }
      let caller = try w.caller(w.guest)
      let number = UInt64(MemoryOp.populatePhysmap.rawValue)
      let first = try w.hv.memoryOperation(caller, HypercallArguments(number, World.arguments))
      guard case .restart(let command, let list, _) = first else {
        Issue.record("was not interrupted")
        return
      }
      let rest = HypercallArguments(command, list)
      #expect(rest.first >> 6 == 1)
      w.host.update { $0.turnsUntilInterrupt = nil }
      let second = w.result { () throws(XenErrno) in try w.hv.memoryOperation(caller, rest) }
      #expect(second == 3)
    }
  }

  @Test func anExchangeGivesContiguousFramesForScatteredOnes() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([10, 11, 12, 13])
      _ = try w.memory(.populatePhysmap, w.reservation(4), by: w.guest)
      let old = try w.getList(4)
      let total = w.guest.pointee.totalFrames
      let target = World.list + 2048
      try w.putList([10], at: target)
      let request = MemoryExchange(
        input: w.reservation(4), output: w.reservation(1, order: 2, at: target))
      let (result, after) = try w.memory(.exchange, request, by: w.guest)
      #expect(result == 0)
      #expect(after.exchangedCount == 4)
      let new = try w.getList(1, at: target)[0]
      #expect(new & 3 == 0)
      #expect(w.guest.pointee.totalFrames == total)
      for i in 0..<UInt64(4) {
        #expect(w.hv.machineToPhysical(MFN(new + i)) == 10 + i)
        #expect(w.hv.frames.owner(of: MFN(new + i)) == DomainID(1))
      }
      #expect(
        old.allSatisfy { mfn in w.hv.frames.owner(of: MFN(mfn)) != DomainID(1) || mfn >= new })
    }
  }

  @Test func framesInUseAreNotExchanged() throws {
    try World.run { (w: World) throws -> Void in
      try w.putList([10, 11])
      _ = try w.memory(.populatePhysmap, w.reservation(2), by: w.guest)
      let frames = try w.getList(2)
      #expect(w.hv.frames.takeReference(MFN(frames[1]), ownedBy: DomainID(1)))
      let target = World.list + 2048
      try w.putList([10], at: target)
      let request = MemoryExchange(
        input: w.reservation(2), output: w.reservation(1, order: 1, at: target))
      let count = w.guest.pointee.pages.count
      #expect(try w.memory(.exchange, request, by: w.guest).0 == negative(.EINVAL))
      // Neither is lost.
      #expect(w.guest.pointee.pages.count == count)
      #expect(w.hv.frames.takeReference(MFN(frames[0]), ownedBy: DomainID(1)))
    }
  }

  @Test func exchangesThatDoNotMatchAreRefused() throws {
    try World.run { (w: World) throws -> Void in
      let odd = MemoryExchange(input: w.reservation(3), output: w.reservation(1, order: 1))
      #expect(try w.memory(.exchange, odd, by: w.guest).0 == negative(.EINVAL))
      let huge = MemoryExchange(
        input: w.reservation(UInt64.max, order: 1), output: w.reservation(1, order: 1))
      #expect(try w.memory(.exchange, huge, by: w.guest).0 == negative(.EINVAL))
      let large = MemoryExchange(
        input: w.reservation(1, order: 12), output: w.reservation(1, order: 12))
      #expect(try w.memory(.exchange, large, by: w.guest).0 == negative(.EPERM))
    }
  }

  @Test func aClaimKeepsMemoryFromOthersAndIsUsedUp() throws {
    try World.run { (w: World) throws -> Void in
      w.guest.pointee.maximumFrames = UInt64.max
      let free = w.freeFrames()
      var claim = MemoryReservation(extentCount: free, domain: 1)
      #expect(try w.memory(.claimPages, claim, by: w.guest).0 == negative(.EPERM))
      #expect(try w.memory(.claimPages, claim, by: w.dom0).0 == 0)
      #expect(try w.memory(.claimPages, claim, by: w.dom0).0 == negative(.EINVAL))
      try w.putList([1])
      #expect(try w.memory(.populatePhysmap, w.reservation(1, of: 2), by: w.dom0).0 == 0)
      #expect(try w.memory(.populatePhysmap, w.reservation(1, of: 1), by: w.dom0).0 == 1)
      #expect(w.guest.pointee.claimedFrames == free - 1)
      claim.extentCount = 0
      #expect(try w.memory(.claimPages, claim, by: w.dom0).0 == 0)
      #expect(try w.memory(.populatePhysmap, w.reservation(1, of: 2), by: w.dom0).0 == 1)
    }
  }

  @Test func grantFramesAreAResourceOfOthersOnly() throws {
    try World.run { (w: World) throws -> Void in
      var request = AcquireResource(domain: 1, type: ResourceType.grantTable.rawValue)
      let (asked, size) = try w.memory(.acquireResource, request, by: w.dom0)
      #expect(asked == 0)
      #expect(size.frameCount == 4)
      request.frameCount = 2
      request.frameList = GuestHandle(address: World.list)
      #expect(try w.memory(.acquireResource, request, by: w.dom0).0 == 0)
      let frames = try w.getList(2)
      #expect(frames.allSatisfy { w.hv.frames.owner(of: MFN($0)) == DomainID(1) })
      request.frame = 3
      #expect(try w.memory(.acquireResource, request, by: w.dom0).0 == negative(.EINVAL))
      request.frame = UInt64.max
      #expect(try w.memory(.acquireResource, request, by: w.dom0).0 == negative(.EINVAL))
      #expect(try w.memory(.acquireResource, request, by: w.guest).0 == negative(.EPERM))
      #expect(try w.memory(.acquireResource, request, by: w.other).0 == negative(.EPERM))
    }
  }
}
