import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Testing
import XenABI

/// Every command of the control interfaces with values that make no sense: each gives an error, and
/// nothing traps, whoever asks.
struct HostileControlTests {
  static let domctls: [DomctlCommand] = (0...UInt32(1003)).compactMap {
    DomctlCommand(rawValue: $0)
  }
  static let sysctls: [SysctlCommand] = (0...UInt32(40)).compactMap { SysctlCommand(rawValue: $0) }
  static let values: [UInt64] = [
    0, 1, 7, 0xffff, 0xffff_ffff, 1 << 32, 1 << 47, 0x8000_0000_0000_0000, UInt64.max,
    World.arguments, World.arguments + 1, World.arguments + 4 * 4096 - 3, 0xffff_8000_0000_0000,
    0xffff_8300_0000_0000, 0xffff_87ff_ffff_ffff, 0x1000,
  ]

  private func domctl(
    _ command: DomctlCommand, _ domain: UInt16, _ word: UInt64, by caller: Ref<Domain>, in w: World
  ) throws -> Int64? {
    var argument = InlineArray<12, UInt64>(repeating: word)
    // Some commands begin with the number of a vCPU, which is to be found sometimes.
    if word & 1 == 0 { argument[0] = word << 32 }
    return try w.domctl(command, domain, argument, by: caller).0
  }

  @Test(arguments: domctls)
  func nobodyButThePrivilegedGetsPastTheDoor(command: DomctlCommand) throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      for word in Self.values {
        for id: UInt16 in [0, 1, 2] {
          #expect(try domctl(command, id, word, by: w.guest, in: w) == negative(.EPERM))
        }
      }
      #expect(w.freeFrames() == free)
    }
  }

  @Test(arguments: domctls)
  func anyWordsInADomctlLeaveADomainThatCanBeDestroyed(command: DomctlCommand) throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      let id = try w.hv.createDomain(DomainSpecification()).rawValue
      for word in Self.values {
        for target in [id, 0x7ff0, 0x7ff4, 0xffff, 900] where target != id || w.exists(id) {
          let result = try domctl(command, target, word, by: w.dom0, in: w)
          if target == 900, command != .createDomain, command != .gdbsxGuestMemoryIO {
            #expect(result == negative(.ESRCH))
          }
          if command == .createDomain, result == 0 {
            let made = try w.get(DomctlHeader.self).domain
            #expect(try w.end(DomainID(made)))
          }
        }
      }
      #expect(try w.end(DomainID(id)))
      #expect(w.freeFrames() == free)
      #expect(w.hv.state.pointee.heap.withLock { $0.claimedFrames } == 0)
    }
  }

  @Test(arguments: sysctls)
  func anyWordsInASysctlAreAnsweredAndTakeNoMemory(command: SysctlCommand) throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      for word in Self.values {
        let argument = InlineArray<6, UInt64>(repeating: word)
        let result = try w.sysctl(command, argument).0
        #expect(result != nil)
      }
      #expect(w.freeFrames() == free)
    }
  }

  @Test(arguments: Array(0...29).compactMap { MemoryOp(rawValue: $0) })
  func anyWordsInAMemoryOperationTakeNoMemoryFromOthers(operation: MemoryOp) throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      for caller in [w.guest, w.dom0] {
        let by = try w.caller(caller)
        for word in Self.values {
          for rest in [UInt64(0), 1, 1 << 57] {
            let argument = InlineArray<8, UInt64>(repeating: word)
            try w.hv.write(
              argument, to: GuestHandle<InlineArray<8, UInt64>>(address: World.arguments))
            _ = w.result { () throws(XenErrno) in
              try w.hv.memoryOperation(
                by,
                HypercallArguments(
                  UInt64(operation.rawValue) | rest << UInt64(MemoryOp.commandBits),
                  World.arguments))
            }
          }
        }
      }
      // At most what a domain's account allows, and that comes back.
      #expect(try w.destroy(w.guest) && w.destroy(w.other))
      #expect(w.freeFrames() + 1100 >= free)
    }
  }

  @Test func argumentsOutOfReachAreFaults() throws {
    try World.run { (w: World) throws -> Void in
      let caller = try w.caller(w.dom0)
      for address: UInt64 in [
        0, 0x1000, 0x0000_8000_0000_0000, 0xffff_8000_0000_0000, 0xffff_8300_0000_0000,
        UInt64.max - 3, UInt64.max,
      ] {
        let arguments = HypercallArguments(address)
        #expect(
          w.result { () throws(XenErrno) in
            try w.hv.openDomctl(caller, arguments) { _ in .success }
          } == negative(.EFAULT))
        #expect(
          w.result { () throws(XenErrno) in
            try w.hv.openSysctl(caller, arguments) { _ in .success }
          } == negative(.EFAULT))
        for operation in SchedOpNumber.withStructure {
          #expect(
            w.result { () throws(XenErrno) in
              try w.hv.schedOperation(caller, HypercallArguments(operation, address))
            } == negative(.EFAULT))
        }
      }
    }
  }

  @Test(
    arguments: [
      (0, 4, true), (65, 4, true), (1, 1025, true), (0x7fff_ffff, 4, true),
      (1, 0x7fff_ffff, true), (UInt32.max, UInt32.max, false), (64, 0, false), (1, 1024, false),
    ] as [(UInt32, UInt32, Bool)])
  func grantTablesAreNoLargerThanTheHostAllows(
    frames: UInt32, mapTrack: UInt32, isRefused: Bool
  ) throws {
    try World.run { (w: World) throws -> Void in
      var request = DomctlCreateDomain()
      request.maxVCPUs = 1
      request.maxEventChannelPort = 1023
      request.grantOptions = 1
      // Negative numbers stand for the host's own limits.
      request.maxGrantFrames = Int32(bitPattern: frames)
      request.maxMaptrackFrames = Int32(bitPattern: mapTrack)
      let result = try w.domctl(.createDomain, 50, request).0
      #expect(result == (isRefused ? negative(.EINVAL) : 0))
      #expect(try w.end(DomainID(50)))
    }
  }
}

/// The operations of `sched_op` that read a structure.
private enum SchedOpNumber {
  static let withStructure: [UInt64] = [
    SchedOp.shutdown, .poll, .remoteShutdown, .shutdownCode, .watchdog, .pinOverride,
  ].map { UInt64($0.rawValue) }
}
