import Domains
import EventChannels
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Synchronization
import Testing
import XenABI

struct EventChannelOperationTests {
  /// Connects dom0 to the guest; returns dom0's port and the guest's.
  func connect(_ w: World) throws -> (UInt32, UInt32) {
    let (allocated, waiting) = try w.events(
      .allocUnbound, EventChannelAllocUnbound(domain: 0x7ff0, remoteDomain: 0), by: w.guest)
    #expect(allocated == 0)
    let (bound, connected) = try w.events(
      .bindInterdomain, EventChannelBindInterdomain(remoteDomain: 1, remotePort: waiting.port),
      by: w.dom0)
    #expect(bound == 0)
    return (connected.localPort, waiting.port)
  }

  @Test func anEventSentThroughAChannelReachesTheOtherDomain() throws {
    try World.run { (w: World) throws -> Void in
      let (local, remote) = try connect(w)
      #expect(try w.events(.send, EventChannelSend(port: local), by: w.dom0).0 == 0)
      #expect(try w.isPending(remote, w.guest))
      let vcpu = try w.vcpu(0, of: w.guest)
      #expect(w.hv.isUpcallPending(vcpu))
    }
  }

  @Test func aBlockedVCPUIsWokenByAnEvent() throws {
    try World.run { (w: World) throws -> Void in
      let (local, _) = try connect(w)
      let vcpu = try w.vcpu(0, of: w.guest)
      vcpu.pointee.blockers.store(VCPUBlockers.blocked.rawValue, ordering: .relaxed)
      _ = try w.events(.send, EventChannelSend(port: local), by: w.dom0)
      #expect(vcpu.pointee.blockers.load(ordering: .relaxed) == 0)
    }
  }

  @Test(arguments: [(UInt32(1), true), (0, true), (9, false)])
  func aPollerIsWokenByItsPortEvenIfMasked(polled: UInt32, isWoken: Bool) throws {
    try World.run { (w: World) throws -> Void in
      let (local, remote) = try connect(w)
      #expect(remote == 1)
      w.host.memory[w.guest.pointee.sharedInfo][word: SharedInfoLayout.eventMask / 8] = UInt64.max
      let vcpu = try w.vcpu(1, of: w.guest)
      vcpu.pointee.blockers.store(VCPUBlockers.polling.rawValue, ordering: .relaxed)
      vcpu.pointee.pollPort.store(polled, ordering: .relaxed)
      w.guest.pointee.pollers.insert(VCPUID(1))
      _ = try w.events(.send, EventChannelSend(port: local), by: w.dom0)
      #expect((vcpu.pointee.blockers.load(ordering: .relaxed) == 0) == isWoken)
      #expect(!w.hv.isUpcallPending(vcpu))
    }
  }

  @Test(arguments: [
    (EventChannelInitControl(vcpu: 77), XenErrno.ENOENT),
    (EventChannelInitControl(offset: 4032), .EINVAL),
    (EventChannelInitControl(offset: 4), .EINVAL),
    (EventChannelInitControl(), .ENOSYS),
  ])
  func theFIFOLayoutIsRefusedAfterItsArgumentsAreChecked(
    request: EventChannelInitControl, error: XenErrno
  ) throws {
    try World.run { (w: World) throws -> Void in
      var request = request
      request.controlGFN = try w.allocate(for: w.guest).rawValue
      #expect(try w.events(.initControl, request, by: w.guest).0 == -Int64(error.rawValue))
      request.controlGFN = 0
      #expect(try w.events(.initControl, request, by: w.guest).0 != 0)
      #expect(
        try w.events(.expandArray, EventChannelExpandArray(), by: w.guest).0
          == -Int64(XenErrno.EOPNOTSUPP.rawValue))
    }
  }

  @Test func theOldFormCarriesItsCommandInFront() throws {
    try World.run { (w: World) throws -> Void in
      let caller = try w.caller(w.guest)
      // Behind the command: `struct evtchn_bind_ipi`, vCPU in, port out.
      try w.put(EventChannelOp.bindIPI.rawValue, 1, 0)
      let bound = w.result { () throws(XenErrno) in
        try w.hv.oldEventChannelOperation(caller, HypercallArguments(World.arguments))
      }
      #expect(bound == 0)
      #expect(try w.get(UInt32.self, 2) == 1)
      try w.put(EventChannelOp.reset.rawValue, 0x7ff0)
      let reset = w.result { () throws(XenErrno) in
        try w.hv.oldEventChannelOperation(caller, HypercallArguments(World.arguments))
      }
      #expect(reset == -Int64(XenErrno.ENOSYS.rawValue))
    }
  }

  @Test func closingOneEndLeavesTheOtherWaiting() throws {
    try World.run { (w: World) throws -> Void in
      let (local, remote) = try connect(w)
      #expect(try w.events(.close, EventChannelClose(port: local), by: w.dom0).0 == 0)
      let (result, status) = try w.events(
        .status, EventChannelStatus(domain: 0x7ff0, port: remote), by: w.guest)
      #expect(result == 0)
      #expect(status.status == EventChannelState.unbound.rawValue)
      #expect(status.remoteDomain == 0)
      #expect(
        try w.events(.close, EventChannelClose(port: local), by: w.dom0).0 == negative(.EINVAL))
    }
  }

  @Test func onlyThePrivilegedReachIntoOtherDomains() throws {
    try World.run { (w: World) throws -> Void in
      let cases: [(domain: UInt16, by: Ref<Domain>, expected: Int64)] = [
        (1, w.dom0, 0), (1, w.guest, 0), (0x7ff0, w.guest, 0), (2, w.guest, negative(.EPERM)),
        (0, w.guest, negative(.EPERM)), (77, w.guest, negative(.ESRCH)),
        (77, w.dom0, negative(.ESRCH)), (0x7ff2, w.dom0, negative(.ESRCH)),
      ]
      for c in cases {
        let allocated = try w.events(
          .allocUnbound, EventChannelAllocUnbound(domain: c.domain, remoteDomain: 0), by: c.by)
        #expect(allocated.0 == c.expected)
        let status = try w.events(
          .status, EventChannelStatus(domain: c.domain, port: 0), by: c.by)
        #expect(status.0 == c.expected)
      }
    }
  }

  @Test func everyOperationAnswersAFaultWithEFAULT() throws {
    try World.run { (w: World) throws -> Void in
      let caller = try w.caller(w.guest)
      for operation: EventChannelOp in [
        .bindInterdomain, .bindVIRQ, .bindPIRQ, .close, .send, .status, .allocUnbound, .bindIPI,
        .bindVCPU, .unmask, .reset, .setPriority,
      ] {
        for address in [UInt64(0), 0xffff_8000_0000_0000, UInt64.max - 3] {
          let result = w.result { () throws(XenErrno) in
            try w.hv.eventChannelOperation(
              caller, HypercallArguments(UInt64(operation.rawValue), address))
          }
          #expect(result == negative(.EFAULT), "\(operation) at \(address)")
        }
      }
    }
  }

  @Test func unknownOperationsAreENOSYS() throws {
    try World.run { (w: World) throws -> Void in
      let caller = try w.caller(w.guest)
      for number in [UInt64(15), 99] {
        let result = w.result { () throws(XenErrno) in
          try w.hv.eventChannelOperation(caller, HypercallArguments(number, World.arguments))
        }
        #expect(result == negative(.ENOSYS), "operation \(number)")
      }
    }
  }

  @Test func virtualInterruptsArriveAtTheirHandler() throws {
    try World.run { (w: World) throws -> Void in
      let (_, bound) = try w.events(
        .bindVIRQ, EventChannelBindVIRQ(virq: VIRQ.domainException.rawValue), by: w.dom0)
      w.hv.raiseGlobal(.domainException)
      #expect(try w.isPending(bound.port, w.dom0))
      let (_, timer) = try w.events(
        .bindVIRQ, EventChannelBindVIRQ(virq: VIRQ.timer.rawValue, vcpu: 1), by: w.guest)
      let vcpu = try w.vcpu(1, of: w.guest)
      w.hv.raise(.timer, for: vcpu)
      #expect(try w.isPending(timer.port, w.guest))
      #expect(w.hv.isUpcallPending(vcpu))
    }
  }

  @Test func aNamedHandlerGetsAGlobalInterruptUntilItGoes() throws {
    try World.run { (w: World) throws -> Void in
      let (_, bound) = try w.events(
        .bindVIRQ, EventChannelBindVIRQ(virq: VIRQ.console.rawValue), by: w.guest)
      try w.nameHandler(VIRQ.console.rawValue, 1)
      w.hv.raiseGlobal(.console)
      #expect(try w.isPending(bound.port, w.guest))
      for virq in [VIRQ.timer.rawValue, 24] {
        #expect(throws: XenErrno.EINVAL) {
          try w.nameHandler(virq, 1)
        }
      }
      #expect(try w.destroy(w.guest))
      let handler = w.hv.state.pointee.virqHandlers.handler(of: .console)
      #expect(handler == .dom0)
    }
  }

  @Test func aPhysicalInterruptNeedsPermission() throws {
    try World.run { (w: World) throws -> Void in
      let request = EventChannelBindPIRQ(pirq: 9)
      #expect(try w.events(.bindPIRQ, request, by: w.guest).0 == negative(.EPERM))
      #expect(
        try w.events(.bindPIRQ, EventChannelBindPIRQ(pirq: 5000), by: w.guest).0
          == negative(.EINVAL))
      // The fake machine has no interrupts: the port is given back.
      let isAllowed = w.guest.pointee.interruptPermissions.insert(9, through: 9)
      #expect(isAllowed)
      #expect(try w.events(.bindPIRQ, request, by: w.guest).0 == negative(.EINVAL))
      #expect(w.activePorts(w.guest) == 0)
    }
  }

  @Test func aResetClosesEverythingAndMakesRoomForInterrupts() throws {
    try World.run { (w: World) throws -> Void in
      let (_, remote) = try connect(w)
      for _ in 0..<100 { _ = try w.events(.bindIPI, EventChannelBindIPI(), by: w.dom0) }
      try w.put(EventChannelReset(domain: 0x7ff0))
      w.host.update { $0.turnsUntilInterrupt = 0 }
      let caller = try w.caller(w.dom0)
      let first = try w.hv.eventChannelOperation(
        caller, HypercallArguments(UInt64(EventChannelOp.reset.rawValue), World.arguments))
      guard case .restart(let command, let request, _) = first else {
        Issue.record("a long reset makes room for interrupts")
        return
      }
      let rest = HypercallArguments(command, request)
      // Another one meanwhile is turned away.
      #expect(
        try w.events(.reset, EventChannelReset(domain: 0x7ff0), by: w.dom0).0
          == negative(.EBUSY))
      w.host.update { $0.turnsUntilInterrupt = nil }
      guard case .done(0) = try w.hv.eventChannelOperation(caller, rest) else {
        Issue.record("the rest is done at once")
        return
      }
      #expect(w.activePorts(w.dom0) == 0)
      let (_, status) = try w.events(
        .status, EventChannelStatus(domain: 1, port: remote), by: w.guest)
      #expect(status.status == EventChannelState.unbound.rawValue)
    }
  }

  @Test func anotherDomainIsResetOnlyWhileTheToolstackHoldsIt() throws {
    try World.run { (w: World) throws -> Void in
      #expect(try w.events(.reset, EventChannelReset(domain: 1), by: w.dom0).0 == 0)
      w.guest.pointee.controllerPauses = 0
      #expect(
        try w.events(.reset, EventChannelReset(domain: 1), by: w.dom0).0 == negative(.EINVAL))
    }
  }

  @Test func aDestroyedDomainClosesItsChannelsAndGivesItsMemoryBack() throws {
    try World.run { (w: World) throws -> Void in
      let before = w.freeFrames()
      let extra = try World.makeDomain(5, w.hv)
      let (_, waiting) = try w.events(
        .allocUnbound, EventChannelAllocUnbound(domain: 5, remoteDomain: 0), by: w.dom0)
      let (_, bound) = try w.events(
        .bindInterdomain, EventChannelBindInterdomain(remoteDomain: 5, remotePort: waiting.port),
        by: w.dom0)
      _ = try w.hv.allocateFrames(for: extra, order: 3)
      #expect(try w.destroy(extra))
      let (_, status) = try w.events(
        .status, EventChannelStatus(domain: 0, port: bound.localPort), by: w.dom0)
      #expect(status.status == EventChannelState.unbound.rawValue)
      #expect(try w.events(.send, EventChannelSend(port: bound.localPort), by: w.dom0).0 == 0)
      #expect(!w.exists(5))
      #expect(w.freeFrames() == before)
    }
  }
}
