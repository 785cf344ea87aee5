import FakeMachine
import Machine
import Testing
import XenABI

@testable import EventChannels

struct CloseTests {
  let host = FakeHost(frames: 256)

  @Test(arguments: [UInt32(0), 1, 511, 512, UInt32.max])
  func closingAPortThatIsNotInUseIsEINVAL(port: UInt32) throws {
    let d = try TestDomain(1, on: host)
    #expect(failure { () throws(XenErrno) in _ = try d.ports.close(Port(port)) } == .EINVAL)
    #expect(d.ports.activePorts == 0)
  }

  @Test func closingTwiceIsEINVAL() throws {
    let d = try TestDomain(1, on: host)
    let port = try d.ports.bindIPI(on: VCPUID(0), d.supply)
    #expect(try d.ports.close(port) == .nothing)
    #expect(failure { () throws(XenErrno) in _ = try d.ports.close(port) } == .EINVAL)
  }

  @Test func closingForgetsThePendingEvent() throws {
    let d = try TestDomain(1, on: host)
    let port = try d.ports.bindIPI(on: VCPUID(0), d.supply)
    _ = try d.raise(Notification(port, VCPUID(0)))
    _ = try d.ports.close(port)
    #expect(!d.shared.isPending(port))
  }

  @Test func theOtherEndWaitsForUsAgain() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let (local, remote) = try connect(a, b)
    _ = try b.ports.bindVCPU(remote, to: VCPUID(1))
    #expect(a.ports.peer(of: local) == Peer(b.id, remote))
    #expect(try a.ports.close(local) == .tellPeer(Peer(b.id, remote)))
    b.ports.peerClosed(remote, by: Peer(a.id, local))
    #expect(try b.binding(remote) == .unbound(a.id))
    #expect(try b.ports.status(remote).vcpu == VCPUID(1))
    let again = try a.ports.bindInterdomain(a.id, to: Peer(b.id, remote), in: b.ports, a.supply)
    #expect(try b.binding(remote) == .interdomain(Peer(a.id, again.port)))
  }

  @Test func anEventFromAnEndThatWasClosedMeanwhileGoesNowhere() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let (local, remote) = try connect(a, b)
    #expect(try b.ports.send(remote) == .remote(to: Peer(a.id, local)))
    _ = try a.ports.close(local)
    #expect(a.ports.accept(at: local, from: Peer(b.id, remote)) == nil)
    // The port now serves somebody else.
    #expect(try a.ports.allocateUnbound(for: DomainID(9), a.supply) == local)
    #expect(a.ports.accept(at: local, from: Peer(b.id, remote)) == nil)
  }

  @Test func tellingAPortThatServesAnotherPurposeChangesNothing() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let (local, remote) = try connect(a, b)
    b.ports.peerClosed(remote, by: Peer(a.id, Port(local.rawValue + 1)))
    b.ports.peerClosed(remote, by: Peer(DomainID(5), local))
    b.ports.peerClosed(Port(9999), by: Peer(a.id, local))
    #expect(try b.binding(remote) == .interdomain(Peer(a.id, local)))
  }

  @Test func aDomainMayConnectToItself() throws {
    let d = try TestDomain(0, on: host)
    let (local, remote) = try connect(d, d)
    #expect(local != remote)
    #expect(try d.binding(local) == .interdomain(Peer(d.id, remote)))
    #expect(try d.binding(remote) == .interdomain(Peer(d.id, local)))
    #expect(try d.ports.send(local) == .remote(to: Peer(d.id, remote)))
    #expect(
      d.ports.accept(at: remote, from: Peer(d.id, local)) == Notification(remote, VCPUID(0)))
    #expect(try d.ports.close(local) == .tellPeer(Peer(d.id, remote)))
    d.ports.peerClosed(remote, by: Peer(d.id, local))
    #expect(try d.binding(remote) == .unbound(d.id))
    #expect(d.ports.activePorts == 1)
  }

  @Test func aDomainCannotConnectAPortToItself() throws {
    let d = try TestDomain(0, on: host)
    #expect(
      failure { () throws(XenErrno) in
        _ = try d.ports.bindInterdomain(d.id, to: Peer(d.id, Port(1)), in: d.ports, d.supply)
      } == .EINVAL)
  }

  @Test func aResetCanBeInterruptedAndResumedButNotRepeated() throws {
    let d = try TestDomain(1, on: host)
    for _ in 0..<10 { _ = try d.ports.bindIPI(on: VCPUID(0), d.supply) }
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.resumeReset() } == .EBUSY)
    #expect(try d.ports.beginReset() == Port(1))
    d.ports.suspendReset(at: Port(6))
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.beginReset() } == .EBUSY)
    #expect(try d.ports.resumeReset() == Port(6))
    d.ports.endReset()
    #expect(try d.ports.beginReset() == Port(1))
  }
}
