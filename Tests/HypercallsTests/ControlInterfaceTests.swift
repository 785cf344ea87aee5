import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Synchronization
import Testing
import XenABI

extension World {
  /// Performs a domctl; returns the result, its structure and the domain in the header.
  func domctl<T: BitwiseCopyable>(
    _ command: DomctlCommand, _ domain: UInt16, _ argument: T, by caller: Ref<Domain>? = nil,
    version: UInt32 = DomctlLayout.interfaceVersion
  ) throws -> (Int64?, T, UInt16) {
    let arm = GuestHandle<T>(address: World.arguments + UInt64(DomctlLayout.union))
    try hv.write(argument, to: arm)
    try put(
      DomctlHeader(command: command.rawValue, interfaceVersion: version, domain: domain))
    let caller = try self.caller(caller ?? dom0)
    let result = result { () throws(XenErrno) in
      try hv.openDomctl(caller, HypercallArguments(World.arguments)) {
        call throws(XenErrno) in try hv.domctl(call)
      }
    }
    return (result, try hv.read(arm), try get(DomctlHeader.self).domain)
  }

  func domctl(_ command: DomctlCommand, _ domain: UInt16) throws -> Int64? {
    try domctl(command, domain, UInt64(0)).0
  }

  /// Performs a sysctl; returns the result and its structure.
  func sysctl<T: BitwiseCopyable>(
    _ command: SysctlCommand, _ argument: T
  ) throws -> (Int64?, T) {
    let arm = GuestHandle<T>(address: World.arguments + UInt64(SysctlLayout.union))
    try hv.write(argument, to: arm)
    try put(
      SysctlHeader(command: command.rawValue, interfaceVersion: SysctlLayout.interfaceVersion))
    let caller = try self.caller(dom0)
    let result = result { () throws(XenErrno) in
      try hv.openSysctl(caller, HypercallArguments(World.arguments)) {
        call throws(XenErrno) in try hv.sysctl(call)
      }
    }
    return (result, try hv.read(arm))
  }
}

@Suite struct ControlInterfaceTests {
  @Test func theDoorAsksForVersionPrivilegeAndCommandInThatOrder() throws {
    try World.run { (w: World) throws -> Void in
      let nothing = UInt64(0)
      #expect(
        try w.domctl(.pauseDomain, 1, nothing, by: w.guest, version: 1).0 == negative(.EACCES))
      #expect(try w.domctl(.pauseDomain, 1, nothing, by: w.guest).0 == negative(.EPERM))
      #expect(try w.domctl(.pauseDomain, 77) == negative(.ESRCH))
      try w.put(DomctlHeader(command: 9999, interfaceVersion: DomctlLayout.interfaceVersion))
      let caller = try w.caller(w.dom0)
      let unknown = w.result { () throws(XenErrno) in
        try w.hv.openDomctl(caller, HypercallArguments(World.arguments)) { _ in .success }
      }
      #expect(unknown == negative(.ENOSYS))
    }
  }

  @Test func whoComesSecondComesAgain() throws {
    try World.run { (w: World) throws -> Void in
      let isTaken = w.hv.state.pointee.controlLock.tryAcquire()
      #expect(isTaken)
      #expect(try w.domctl(.pauseDomain, 1) == nil)
      w.hv.state.pointee.controlLock.release()
      #expect(try w.domctl(.pauseDomain, 1) == 0)
    }
  }

  @Test func pausesAreCountedAndCannotBeOverdrawn() throws {
    try World.run { (w: World) throws -> Void in
      // A new domain starts with one.
      #expect(try w.domctl(.pauseDomain, 1) == 0)
      #expect(try w.domctl(.unpauseDomain, 1) == 0)
      #expect(w.guest.pointee.pauseCount.load(ordering: .relaxed) == 1)
      #expect(try w.domctl(.unpauseDomain, 1) == 0)
      #expect(try w.domctl(.unpauseDomain, 1) == negative(.EINVAL))
      #expect(w.guest.pointee.pauseCount.load(ordering: .relaxed) == 0)
      #expect(try w.domctl(.pauseDomain, 0) == negative(.EINVAL))
      for _ in 0..<255 { #expect(try w.domctl(.pauseDomain, 1) == 0) }
      #expect(try w.domctl(.pauseDomain, 1) == negative(.EOVERFLOW))
    }
  }

  @Test func aDomainIsMadeWithItsVCPUsAndDestroyed() throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      let wanted = DomctlCreateDomain(
        maxVCPUs: 3, maxEventChannelPort: 1023, maxGrantFrames: -1, maxMaptrackFrames: -1,
        grantOptions: 1)
      let (made, _, id) = try w.domctl(.createDomain, 0xffff, wanted)
      #expect(made == 0)
      #expect(id > 2)
      #expect(try w.domctl(.maxVCPUs, id, DomctlMaxVCPUs(max: 2)).0 == negative(.EINVAL))
      #expect(try w.domctl(.maxVCPUs, id, DomctlMaxVCPUs(max: 3)).0 == 0)
      let (told, info, _) = try w.domctl(.getDomainInfo, id, DomctlGetDomainInfo())
      #expect(told == 0)
      #expect(info.maxVCPUID == 2)
      #expect(info.onlineVCPUCount == 0)
      #expect(info.flags & DomainInfoFlags.paused != 0)
      #expect(try w.domctl(.createDomain, id, wanted).0 == negative(.EEXIST))
      #expect(try w.domctl(.destroyDomain, id) == 0)
      #expect(try w.domctl(.pauseDomain, id) == negative(.ESRCH))
      #expect(w.freeFrames() == free)
    }
  }

  @Test(arguments: [
    DomctlCreateDomain(maxVCPUs: 0, grantOptions: 1),
    DomctlCreateDomain(maxVCPUs: 129, grantOptions: 1),
    DomctlCreateDomain(flags: CreateDomainFlags.hvm, maxVCPUs: 1, grantOptions: 1),
    DomctlCreateDomain(flags: 1 << 31, maxVCPUs: 1, grantOptions: 1),
    DomctlCreateDomain(maxVCPUs: 1, grantOptions: 2),
    DomctlCreateDomain(maxVCPUs: 1, grantOptions: 0),
    DomctlCreateDomain(
      maxVCPUs: 1, grantOptions: 1, arch: ArchDomainConfig(emulationFlags: EmulationFlags.all)),
  ])
  func domainsThatWeDoNotMakeAreRefused(wanted: DomctlCreateDomain) throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      #expect(try w.domctl(.createDomain, 0xffff, wanted).0 == negative(.EINVAL))
      #expect(w.freeFrames() == free)
    }
  }

  @Test func informationIsOfTheNextDomainWhereThereIsNone() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try w.domctl(.destroyDomain, 1) == 0)
      let (told, info, id) = try w.domctl(.getDomainInfo, 1, DomctlGetDomainInfo())
      #expect(told == 0)
      #expect(info.domain == 2)
      #expect(id == 2)
      #expect(
        try w.domctl(.getDomainInfo, 3, DomctlGetDomainInfo()).0 == negative(.ESRCH))
      #expect(
        try w.domctl(.getDomainInfo, 0x7ff1, DomctlGetDomainInfo()).0 == negative(.EINVAL))
    }
  }

  @Test func aShutDownDomainSaysWhy() throws {
    try World.run { (w: World) throws -> Void in
      w.hv.shutdown(w.guest, reason: ShutdownReason.reboot.rawValue)
      let info = w.hv.information(on: w.guest)
      #expect(info.flags & DomainInfoFlags.shutdown != 0)
      #expect(info.flags >> DomainInfoFlags.shutdownShift & 255 == 1)
    }
  }

  @Test func theListBeginsAndEndsWhereItIsAskedTo() throws {
    try World.run { (w: World) throws -> Void in
      var request = SysctlGetDomainInfoList(
        firstDomain: 1, maxDomains: 1, buffer: GuestHandle(address: World.list))
      var (result, answer) = try w.sysctl(.getDomainInfoList, request)
      #expect(result == 0)
      #expect(answer.domainCount == 1)
      #expect(try w.hv.read(request.buffer).domain == 1)
      request.maxDomains = 10
      (result, answer) = try w.sysctl(.getDomainInfoList, request)
      #expect(answer.domainCount == 2)
      #expect(try w.hv.read(request.buffer, at: 1).domain == 2)
    }
  }

  @Test func affinityIsCutToTheCPUsThereAre() throws {
    try World.run { (w: World) throws -> Void in
      let bits = GuestHandle<UInt8>(address: World.list)
      try w.hv.write(0b1110, to: bits)
      var request = DomctlVCPUAffinity(
        vcpu: 0, flags: VCPUAffinityFlags.hard,
        hardCPUMap: ControlBitmap(bitmap: bits, bitCount: 5))
      #expect(try w.domctl(.setVCPUAffinity, 1, request).0 == 0)
      #expect(try w.hv.read(bits) == 0b10)
      try w.hv.write(0b1100, to: bits)
      #expect(try w.domctl(.setVCPUAffinity, 1, request).0 == negative(.EINVAL))
      #expect(try w.domctl(.getVCPUAffinity, 1, request).0 == 0)
      #expect(try w.hv.read(bits) == 0b1110)
      request.vcpu = 2
      #expect(try w.domctl(.setVCPUAffinity, 1, request).0 == negative(.EINVAL))
      request.vcpu = 0
      request.hardCPUMap.bitCount = UInt32.max
      #expect(try w.domctl(.getVCPUAffinity, 1, request).0 == negative(.EINVAL))
    }
  }

  @Test func weightAndCapAreKept() throws {
    try World.run { (w: World) throws -> Void in
      var request = DomctlSchedulerOpCredit(
        scheduler: SchedulerID.credit.rawValue,
        command: DomctlSchedulerCommand.putInfo.rawValue,
        credit: DomctlSchedCredit(weight: 512, cap: 80))
      #expect(try w.domctl(.schedulerOp, 1, request).0 == 0)
      // Zero and all ones change nothing.
      request.credit = DomctlSchedCredit(weight: 0, cap: UInt16.max)
      #expect(try w.domctl(.schedulerOp, 1, request).0 == 0)
      request.command = DomctlSchedulerCommand.getInfo.rawValue
      let (_, told, _) = try w.domctl(.schedulerOp, 1, request)
      #expect(told.credit.weight == 512)
      #expect(told.credit.cap == 80)
      request.scheduler = SchedulerID.credit2.rawValue
      #expect(try w.domctl(.schedulerOp, 1, request).0 == negative(.EINVAL))
    }
  }

  @Test func nobodyPermitsWhatTheyMayNotThemselves() throws {
    try World.run { (w: World) throws -> Void in
      _ = w.dom0.pointee.memoryPermissions.insert(0x1000, through: 0x1fff)
      var request = DomctlIOMemoryPermission(firstMFN: 0x1800, mfnCount: 16, allowAccess: 1)
      #expect(try w.domctl(.ioMemoryPermission, 1, request).0 == 0)
      #expect(w.guest.pointee.memoryPermissions.contains(0x1800, through: 0x180f))
      request.firstMFN = 0x1ff8
      #expect(try w.domctl(.ioMemoryPermission, 1, request).0 == negative(.EPERM))
      request.firstMFN = UInt64.max - 1
      #expect(try w.domctl(.ioMemoryPermission, 1, request).0 == negative(.EINVAL))
      request.mfnCount = 0
      #expect(try w.domctl(.ioMemoryPermission, 1, request).0 == negative(.EINVAL))
    }
  }

  @Test func theOnePoolHasEverything() throws {
    try World.run { (w: World) throws -> Void in
      let bits = GuestHandle<UInt8>(address: World.list)
      var request = SysctlCPUPoolOp(
        op: CPUPoolOp.info.rawValue, cpuPool: CPUPoolValue.any,
        cpuMap: ControlBitmap(bitmap: bits, bitCount: 8))
      let (result, answer) = try w.sysctl(.cpuPoolOp, request)
      #expect(result == 0)
      #expect(answer.cpuPool == 0)
      #expect(answer.domainCount == 3)
      #expect(try w.hv.read(bits) == 0b11)
      request.cpuPool = 1
      #expect(try w.sysctl(.cpuPoolOp, request).0 == negative(.ENOENT))
    }
  }

  @Test(arguments: [
    (UInt32(0), UInt32(0)), (1001, 0), (30, 50), (1, 1001), (30, 500_001),
  ])
  func schedulerParametersOutOfRangeAreRefused(slice: UInt32, rate: UInt32) throws {
    try World.run { (w: World) throws -> Void in
      let request = SysctlSchedulerOpCredit(
        scheduler: SchedulerID.credit.rawValue,
        command: SysctlSchedulerCommand.putInfo.rawValue, timesliceMilliseconds: slice,
        rateLimitMicroseconds: rate)
      #expect(try w.sysctl(.schedulerOp, request).0 == negative(.EINVAL))
    }
  }
}
