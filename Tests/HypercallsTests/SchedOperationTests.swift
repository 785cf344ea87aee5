import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Scheduling
import Synchronization
import Testing
import XenABI

struct SchedOperationTests {
  func perform<T: BitwiseCopyable>(
    _ operation: SchedOp, _ request: T, by domain: Ref<Domain>, in w: World
  ) throws -> Int64? {
    try w.put(request)
    let caller = try w.caller(domain)
    return w.result { () throws(XenErrno) in
      try w.hv.schedOperation(
        caller, HypercallArguments(UInt64(operation.rawValue), World.arguments))
    }
  }

  func watchdog(_ id: UInt32, _ seconds: UInt32, in w: World) throws -> Int64? {
    try perform(.watchdog, SchedWatchdog(id: id, timeout: seconds), by: w.guest, in: w)
  }

  func reason(_ domain: Ref<Domain>) -> UInt32? { domain.pointee.shutdownReason }

  func runTimers(at seconds: UInt64, _ w: World) {
    w.host.update { $0.now = SystemTime(nanoseconds: seconds * 1_000_000_000) }
    for cpu in 0..<2 {
      w.host.update { $0.currentCPU = CPUIndex(cpu) }
      w.hv.runExpiredTimers()
    }
    w.host.update { $0.currentCPU = CPUIndex(0) }
  }

  @Test func aWatchdogThatNobodyPokesShutsItsDomainDown() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try watchdog(0, 10, in: w) == 1)
      #expect(try watchdog(0, 20, in: w) == 2)
      // 32 bits of -ENOSPC: the ABI's slip.
      #expect(try watchdog(0, 5, in: w) == Int64(UInt32(bitPattern: -28)))
      runTimers(at: 9, w)
      #expect(reason(w.guest) == nil)
      #expect(try watchdog(1, 100, in: w) == 0)
      runTimers(at: 19, w)
      #expect(reason(w.guest) == nil)
      runTimers(at: 20, w)
      #expect(reason(w.guest) == ShutdownReason.watchdog.rawValue)
      #expect(reason(w.other) == nil)
    }
  }

  @Test func aWatchdogThatWasRemovedDoesNotBite() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try watchdog(1, 0, in: w) == negative(.EINVAL))
      #expect(try watchdog(3, 5, in: w) == negative(.EINVAL))
      #expect(try watchdog(UInt32.max, 5, in: w) == negative(.EINVAL))
      #expect(try watchdog(0, 10, in: w) == 1)
      #expect(try watchdog(1, 0, in: w) == 0)
      #expect(try watchdog(1, 0, in: w) == negative(.EINVAL))
      // The longest there is does not wrap into the past.
      #expect(try watchdog(0, UInt32.max, in: w) == 1)
      runTimers(at: 1000, w)
      #expect(reason(w.guest) == nil)
      // A domain that is destroyed takes its watchdogs along.
      #expect(try w.destroy(w.guest))
    }
  }

  @Test func pinOverrideReplacesTheAffinityUntilItIsUndone() throws {
    try World.run { (w: World) throws -> Void in
      func pin(_ cpu: Int32, by domain: Ref<Domain>) throws -> Int64? {
        try perform(.pinOverride, SchedPinOverride(pcpu: cpu), by: domain, in: w)
      }
      let vcpu = try w.vcpu(0, of: w.dom0)
      func affinity() -> [Int] {
        (0..<2).filter { vcpu.pointee.scheduling.hardAffinity.contains($0) }
      }
      #expect(try pin(0, by: w.guest) == negative(.EPERM))
      #expect(try pin(-1, by: w.dom0) == negative(.EINVAL))
      #expect(try pin(2, by: w.dom0) == negative(.EINVAL))
      #expect(try pin(Int32.max, by: w.dom0) == negative(.EINVAL))
      #expect(try pin(1, by: w.dom0) == 0)
      #expect(affinity() == [1])
      #expect(try pin(0, by: w.dom0) == negative(.EBUSY))
      #expect(try pin(Int32.min, by: w.dom0) == 0)
      #expect(affinity() == [0, 1])
      #expect(try pin(-1, by: w.dom0) == negative(.EINVAL))
    }
  }

  @Test func onlyDom0sPinnedVCPUsAreToldWhereTheyRun() throws {
    try World.run { (w: World) throws -> Void in
      func physicalID(of number: UInt64, by domain: Ref<Domain>) throws -> Int64? {
        let caller = try w.caller(domain)
        return w.result { () throws(XenErrno) in
          try w.hv.vcpuOperation(
            caller,
            HypercallArguments(
              UInt64(VCPUOp.getPhysicalID.rawValue), number, World.arguments))
        }
      }
      var only = CPUSet()
      only.insert(1)
      for domain in [w.dom0, w.guest] {
        let vcpu = try w.vcpu(1, of: domain)
        #expect(try physicalID(of: 1, by: domain) == negative(.EINVAL))
        vcpu.pointee.scheduling.hardAffinity = only
      }
      #expect(try physicalID(of: 1, by: w.dom0) == 0)
      #expect(try w.get(UInt64.self) == 2 | 1 << 32)
      #expect(try physicalID(of: 1, by: w.guest) == negative(.EINVAL))
      #expect(try physicalID(of: 2, by: w.dom0) == negative(.ENOENT))
    }
  }

  @Test(arguments: [
    (HVMOp.setParam, UInt16(1), XenErrno.EINVAL), (.getParam, 77, .ESRCH),
    (.getParam, 0x7ff0, .EINVAL),
    (.getMemoryType, 77, .ESRCH), (.getMemoryType, 1, .EINVAL), (.flushTLBs, 1, .EINVAL),
    (.pageTableDying, 1, .EOPNOTSUPP), (.altP2M, 1, .EOPNOTSUPP),
    (.setEventUpcallVector, 0, .EINVAL),
  ])
  func operationsOnHVMDomainsAreRefused(
    operation: HVMOp, domain: UInt16, error: XenErrno
  ) throws {
    try World.run { (w: World) throws -> Void in
      try w.put(HVMParamOp(domain: domain))
      let caller = try w.caller(w.dom0)
      let result = w.result { () throws(XenErrno) in
        try w.hv.hvmOperation(
          caller, HypercallArguments(UInt64(operation.rawValue), World.arguments))
      }
      #expect(result == negative(error))
    }
  }

  @Test func runstatesAddUpAndAreCopiedToTheGuestsArea() throws {
    try World.run { (w: World) throws -> Void in
      let vcpu = try w.vcpu(0, of: w.guest)
      let caller = try w.caller(w.guest)
      try w.put(VCPURegisterRunStateArea(address: World.list))
      let result = w.result { () throws(XenErrno) in
        try w.hv.vcpuOperation(
          caller,
          HypercallArguments(
            UInt64(VCPUOp.registerRunstateMemoryArea.rawValue), 0, World.arguments))
      }
      #expect(result == 0)
      w.hv.unpause(w.guest)
      w.host.update { $0.now = SystemTime(nanoseconds: 100) }
      w.hv.bringUp(vcpu)
      w.host.update { $0.now = SystemTime(nanoseconds: 130) }
      let info = w.hv.runstate(of: vcpu)
      #expect(info.state == RunState.runnable.rawValue)
      #expect(info.stateEntryTime == 100)
      #expect(info.time[Int(RunState.runnable.rawValue)] == 30)
      #expect((0..<4).reduce(0) { $0 + info.time[$1] } == 130)
      w.hv.publishRunstate(vcpu)
      let copy = try w.hv.read(GuestHandle<VCPURunStateInfo>(address: World.list))
      #expect(copy.state == RunState.runnable.rawValue && copy.stateEntryTime == 100)
      // An area that went away is nobody's error, and the copy is owed.
      w.host.unmapGuestPage(VirtualAddress(World.list))
      w.hv.publishRunstate(vcpu)
      let isOwed = vcpu.pointee.owesRunstate
      #expect(isOwed)
    }
  }
}
