import FakeMachine
import Machine
import Testing
import XenABI

@testable import EventChannels

struct BindTests {
  let host = FakeHost(frames: 256)

  @Test func portsAreHandedOutLowestFirstAndZeroNever() throws {
    let d = try TestDomain(1, on: host)
    #expect(try d.ports.allocateUnbound(for: .dom0, d.supply) == Port(1))
    #expect(try d.ports.allocateUnbound(for: .dom0, d.supply) == Port(2))
    #expect(try d.ports.allocateUnbound(for: .dom0, d.supply) == Port(3))
    _ = try d.ports.close(Port(2))
    #expect(try d.ports.bindIPI(on: VCPUID(0), d.supply) == Port(2))
    #expect(try d.ports.bindIPI(on: VCPUID(0), d.supply) == Port(4))
    #expect(d.ports.activePorts == 4)
  }

  @Test func theTableGrowsFrameByFrameToItsLimit() throws {
    let d = try TestDomain(1, on: host)
    var supplied = 0
    for number in 1..<UInt32(EventChannels.portLimit) {
      let port = try d.ports.allocateUnbound(for: .dom0) {
        supplied += 1
        return host.takeFrame()
      }
      #expect(port == Port(number))
    }
    #expect(supplied == 7)
    #expect(
      failure { () throws(XenErrno) in
        _ = try d.ports.allocateUnbound(for: .dom0, d.supply)
      } == .ENOSPC)
    _ = try d.ports.close(Port(4000))
    #expect(try d.ports.allocateUnbound(for: .dom0, d.supply) == Port(4000))
    var frames = 0
    d.ports.forEachFrame { _ in frames += 1 }
    #expect(frames == PortTable.initialFrames + 7)
  }

  @Test func withoutAFrameAllocationFailsWithENOMEMAndTakesNothing() throws {
    let d = try TestDomain(1, on: host)
    for _ in 1..<512 { _ = try d.ports.bindIPI(on: VCPUID(0)) { nil } }
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.bindIPI(on: VCPUID(0)) { nil } } == .ENOMEM)
    #expect(d.ports.activePorts == 511)
    #expect(try d.ports.bindIPI(on: VCPUID(0), d.supply) == Port(512))
  }

  @Test func theDomainsOwnLimitIsHonoured() throws {
    let d = try TestDomain(1, on: host, highestPort: 2)
    _ = try d.ports.bindIPI(on: VCPUID(0), d.supply)
    _ = try d.ports.bindIPI(on: VCPUID(0), d.supply)
    #expect(
      failure { () throws(XenErrno) in
        _ = try d.ports.bindIPI(on: VCPUID(0), d.supply)
      } == .ENOSPC)
  }

  @Test func aDyingDomainGetsNoPort() throws {
    let d = try TestDomain(1, on: host)
    d.ports.markDying()
    #expect(
      failure { () throws(XenErrno) in
        _ = try d.ports.allocateUnbound(for: .dom0, d.supply)
      } == .EINVAL)
  }

  @Test func bindingConnectsBothEndsAndNotifiesTheBinder() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let waiting = try b.ports.allocateUnbound(for: a.id, b.supply)
    _ = try b.ports.bindVCPU(waiting, to: VCPUID(1))
    let event = try a.ports.bindInterdomain(a.id, to: Peer(b.id, waiting), in: b.ports, a.supply)
    #expect(try a.binding(event.port) == .interdomain(Peer(b.id, waiting)))
    #expect(try b.binding(waiting) == .interdomain(Peer(a.id, event.port)))
    // The choice made while it was unbound stays.
    #expect(try b.ports.status(waiting).vcpu == VCPUID(1))
    #expect(try a.raise(event) == .upcallRaised)
    #expect(a.shared.isPending(event.port))
  }

  @Test(arguments: [UInt32(0), 2, 3, 600, 4096, UInt32.max])
  func bindingToAPortThatDoesNotWaitForUsIsEINVAL(port: UInt32) throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    _ = try b.ports.allocateUnbound(for: a.id, b.supply)  // Port 1 would do.
    _ = try b.ports.allocateUnbound(for: DomainID(7), b.supply)
    _ = try b.ports.bindIPI(on: VCPUID(0), b.supply)
    #expect(
      failure { () throws(XenErrno) in
        _ = try a.ports.bindInterdomain(a.id, to: Peer(b.id, Port(port)), in: b.ports, a.supply)
      } == .EINVAL)
    #expect(a.ports.activePorts == 0)
  }

  @Test func aConnectedPortCannotBeBoundAgain() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let (_, waiting) = try connect(a, b)
    #expect(
      failure { () throws(XenErrno) in
        _ = try a.ports.bindInterdomain(a.id, to: Peer(b.id, waiting), in: b.ports, a.supply)
      } == .EINVAL)
  }

  @Test func virtualInterruptsFollowTheTableOfErrors() throws {
    let d = try TestDomain(1, on: host)
    let cases: [(virq: UInt32, vcpu: UInt32, expected: XenErrno?)] = [
      (VIRQ.timer.rawValue, 0, nil), (VIRQ.timer.rawValue, 0, .EEXIST),
      (VIRQ.timer.rawValue, 1, nil), (VIRQ.timer.rawValue, 2, .ENOENT),
      (VIRQ.debug.rawValue, 1, nil), (VIRQ.pmu.rawValue, UInt32.max, .ENOENT),
      (VIRQ.console.rawValue, 0, nil), (VIRQ.console.rawValue, 0, .EEXIST),
      (VIRQ.domainException.rawValue, 1, .EINVAL), (VIRQ.machineCheck.rawValue, 0, nil),
      (5, 0, nil), (24, 0, .EINVAL), (UInt32.max, 0, .EINVAL), (24, 9, .EINVAL),
    ]
    for c in cases {
      let result = failure { () throws(XenErrno) in
        _ = try d.ports.bindVIRQ(c.virq, on: VCPUID(c.vcpu), d.supply)
      }
      #expect(result == c.expected, "VIRQ \(c.virq) on vCPU \(c.vcpu)")
    }
  }

  @Test func aClosedVirtualInterruptCanBeBoundAgain() throws {
    let d = try TestDomain(1, on: host)
    let global = try d.ports.bindVIRQ(VIRQ.console.rawValue, on: VCPUID(0), d.supply)
    let own = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(1), d.supply)
    _ = try d.ports.bindVCPU(global, to: VCPUID(1))
    #expect(try d.ports.close(global) == .nothing)
    #expect(try d.ports.close(own) == .nothing)
    #expect(d.ports.notification(virq: .console) == nil)
    _ = try d.ports.bindVIRQ(VIRQ.console.rawValue, on: VCPUID(0), d.supply)
    _ = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(1), d.supply)
  }

  @Test func physicalInterruptsBindOnceAndAreReleasedByClose() throws {
    let d = try TestDomain(0, on: host)
    let port = try d.ports.bindPIRQ(9, d.supply)
    #expect(try d.binding(port) == .pirq(9))
    #expect(d.ports.port(ofPIRQ: 9) == port)
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.bindPIRQ(9, d.supply) } == .EEXIST)
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.bindPIRQ(512, d.supply) } == .EINVAL)
    #expect(try d.ports.bindVCPU(port, to: VCPUID(1)) == 9)
    #expect(try d.ports.bindVCPU(port, to: VCPUID(1)) == nil)
    #expect(d.ports.notification(pirq: 9) == Notification(port, VCPUID(1)))
    #expect(try d.ports.close(port) == .releasePIRQ(9))
    #expect(d.ports.port(ofPIRQ: 9) == nil)
    _ = try d.ports.bindPIRQ(9, d.supply)
  }

  @Test func onlyMovablePortsChangeTheirVCPU() throws {
    let d = try TestDomain(1, on: host)
    let unbound = try d.ports.allocateUnbound(for: .dom0, d.supply)
    let global = try d.ports.bindVIRQ(VIRQ.console.rawValue, on: VCPUID(0), d.supply)
    let own = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(0), d.supply)
    let ipi = try d.ports.bindIPI(on: VCPUID(0), d.supply)
    let cases: [(port: Port, vcpu: UInt32, expected: XenErrno?)] = [
      (unbound, 1, nil), (global, 1, nil), (own, 1, .EINVAL), (ipi, 1, .EINVAL),
      (Port(0), 1, .EINVAL), (Port(9), 1, .EINVAL), (Port(9999), 1, .EINVAL),
      (unbound, 2, .ENOENT), (Port(9999), 2, .ENOENT),
    ]
    for c in cases {
      let result = failure { () throws(XenErrno) in
        _ = try d.ports.bindVCPU(c.port, to: VCPUID(c.vcpu))
      }
      #expect(result == c.expected, "port \(c.port.rawValue) to vCPU \(c.vcpu)")
    }
    #expect(try d.ports.status(unbound).vcpu == VCPUID(1))
  }

  @Test func ipisNeedAVCPUThatExists() throws {
    let d = try TestDomain(1, on: host)
    #expect(try d.ports.status(d.ports.bindIPI(on: VCPUID(1), d.supply)).vcpu == VCPUID(1))
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.bindIPI(on: VCPUID(2), d.supply) } == .ENOENT
    )
  }

  @Test func priorityIsRefusedWithTheRightError() throws {
    let d = try TestDomain(1, on: host)
    #expect(failure { () throws(XenErrno) in try d.ports.setPriority(Port(5)) } == .ENOSYS)
    #expect(failure { () throws(XenErrno) in try d.ports.setPriority(Port(512)) } == .EINVAL)
  }

  @Test func statusTellsEveryBinding() throws {
    let d = try TestDomain(3, on: host)
    let unbound = try d.ports.allocateUnbound(for: DomainID(4), d.supply)
    let virq = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(1), d.supply)
    let ipi = try d.ports.bindIPI(on: VCPUID(1), d.supply)
    #expect(try d.binding(Port(0)) == .closed)
    #expect(try d.binding(Port(100)) == .closed)
    #expect(try d.binding(unbound) == .unbound(DomainID(4)))
    #expect(try d.binding(virq) == .virq(0))
    #expect(try d.ports.status(virq).vcpu == VCPUID(1))
    #expect(try d.binding(ipi) == .ipi)
    #expect(failure { () throws(XenErrno) in _ = try d.ports.status(Port(512)) } == .EINVAL)
  }
}
