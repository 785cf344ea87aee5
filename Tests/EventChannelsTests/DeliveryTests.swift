import FakeMachine
import Machine
import Testing
import XenABI

@testable import EventChannels

struct DeliveryTests {
  let host = FakeHost(frames: 256)

  @Test func sendingReachesTheOtherEndOnly() throws {
    let a = try TestDomain(1, on: host)
    let b = try TestDomain(2, on: host)
    let (local, remote) = try connect(a, b)
    #expect(try a.ports.send(local) == .remote(to: Peer(b.id, remote)))
    let event = try #require(b.ports.accept(at: remote, from: Peer(a.id, local)))
    #expect(event == Notification(remote, VCPUID(0)))
    #expect(try b.raise(event) == .upcallRaised)
    #expect(b.shared.isPending(remote))
    #expect(!a.shared.isPending(local))
    let info = try b.info(0)
    #expect(info.isUpcallPending)
    #expect(b.shared.frame[word: 1] == 1, "the selector bit of word 0")
  }

  @Test func aSecondEventIsAlreadyPending() throws {
    let d = try TestDomain(1, on: host)
    let port = try d.ports.bindIPI(on: VCPUID(1), d.supply)
    guard case .local(let event) = try d.ports.send(port) else {
      Issue.record("an IPI is for the domain itself")
      return
    }
    #expect(event.vcpu == VCPUID(1))
    #expect(try d.raise(event) == .upcallRaised)
    #expect(try d.raise(event) == .alreadyPending)
    let other = try d.ports.bindIPI(on: VCPUID(1), d.supply)
    #expect(try d.raise(Notification(other, VCPUID(1))) == .recorded)
    #expect(try !d.info(0).isUpcallPending)
  }

  @Test func aMaskedEventWaitsForUnmask() throws {
    let d = try TestDomain(1, on: host)
    let port = Port(70)
    let event = Notification(port, VCPUID(0))
    let mask = d.shared.frame.sharedWord(SharedInfoLayout.eventMask / 8 + 1)
    mask.value = 1 << 6
    #expect(try d.raise(event) == .recorded)
    #expect(try !d.info(0).isUpcallPending)
    #expect(try d.ports.isPending(port))
    #expect(try d.ports.notification(at: port) == event)
    #expect(d.ports.unmask(event, on: try d.info(0)) == .upcallRaised)
    #expect(mask.value == 0)
    #expect(d.shared.frame[word: 1] == 2, "the selector bit of word 1")
    #expect(d.ports.unmask(event, on: try d.info(0)) == .alreadyPending)
  }

  @Test func unmaskingWithoutAnEventRaisesNothing() throws {
    let d = try TestDomain(1, on: host)
    d.shared.frame.sharedWord(SharedInfoLayout.eventMask / 8).value = UInt64.max
    #expect(
      d.ports.unmask(Notification(Port(3), VCPUID(0)), on: try d.info(0)) == .alreadyPending)
    #expect(d.shared.frame.sharedWord(SharedInfoLayout.eventMask / 8).value == ~(1 << 3))
    #expect(
      failure { () throws(XenErrno) in _ = try d.ports.notification(at: Port(512)) } == .EINVAL)
  }

  @Test func sendingThroughOtherPortsIsEINVAL() throws {
    let d = try TestDomain(1, on: host)
    let virq = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(0), d.supply)
    let pirq = try d.ports.bindPIRQ(4, d.supply)
    for port in [virq, pirq, Port(0), Port(77), Port(512), Port(UInt32.max)] {
      #expect(
        failure { () throws(XenErrno) in _ = try d.ports.send(port) } == .EINVAL,
        "port \(port.rawValue)")
    }
    let unbound = try d.ports.allocateUnbound(for: .dom0, d.supply)
    #expect(try d.ports.send(unbound) == .nothing)
  }

  @Test func virtualInterruptsFindTheirPort() throws {
    let d = try TestDomain(1, on: host)
    let timer = try d.ports.bindVIRQ(VIRQ.timer.rawValue, on: VCPUID(1), d.supply)
    let console = try d.ports.bindVIRQ(VIRQ.console.rawValue, on: VCPUID(0), d.supply)
    _ = try d.ports.bindVCPU(console, to: VCPUID(1))
    #expect(d.ports.notification(virq: .timer) == nil)
    #expect(d.ports.notification(virq: .timer, of: VCPUID(1)) == Notification(timer, VCPUID(1)))
    #expect(d.ports.notification(virq: .console) == Notification(console, VCPUID(1)))
    #expect(d.ports.notification(virq: .timer, of: VCPUID(UInt32.max)) == nil)
  }

  @Test func theUpcallGoesToTheMovedVCPUInfo() throws {
    let d = try TestDomain(1, on: host)
    let page = host.memory[host.takeFrame()]
    let info = try #require(VCPUInfoView(page, offset: 128))
    #expect(d.ports.raise(Notification(Port(1), VCPUID(0)), on: info) == .upcallRaised)
    #expect(page.load(UInt8.self, at: 128) == 1)
    #expect(page.load(UInt64.self, at: 136) == 1)
    #expect(try !d.info(0).isUpcallPending)
  }

  @Test func withoutAVCPUInfoTheEventIsOnlyRecorded() throws {
    let d = try TestDomain(1, on: host)
    #expect(d.ports.raise(Notification(Port(1), VCPUID(40)), on: nil) == .recorded)
    #expect(d.shared.isPending(Port(1)))
    #expect(VCPUInfoView(VCPUID(32), in: d.shared) == nil)
  }

  @Test(arguments: [-8, 4, 1, 4040, 4096, Int.max])
  func aVCPUInfoMustBeAlignedAndInsideThePage(offset: Int) {
    #expect(VCPUInfoView(host.memory[MFN(1)], offset: offset) == nil)
  }

  @Test func movingAVCPUInfoKeepsItAndMarksEverything() throws {
    let d = try TestDomain(1, on: host)
    let old = try d.info(1)
    old.isUpcallMasked = true
    d.shared.frame.store(UInt64(0x1234), at: old.offset + VCPUInfoLayout.cr2)
    let page = host.memory[host.takeFrame()]
    let new = try #require(VCPUInfoView(page, offset: 4032))
    new.adopt(from: old)
    #expect(new.isUpcallMasked)
    #expect(new.isUpcallPending)
    #expect(!new.canTakeUpcall)
    new.isUpcallMasked = false
    #expect(new.canTakeUpcall)
    #expect(page.load(UInt64.self, at: 4032 + VCPUInfoLayout.cr2) == 0x1234)
    #expect(
      page.load(UInt64.self, at: 4032 + VCPUInfoLayout.eventPendingSelector) == UInt64.max)
    let first = try #require(VCPUInfoView(page, offset: 0))
    first.adopt(from: nil)
    #expect(first.isUpcallMasked && first.isUpcallPending)
  }
}
