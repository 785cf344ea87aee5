import CGuest
import GuestKit
import Text
import XenABI

func testEventErrors() {
  test("errors") {
    each([0, 4095, 131_071, 131_072, 0xffff_ffff]) { number in
      let port = UInt32(truncatingIfNeeded: number)
      expect(Events.send(port), .EINVAL, "send \(port)")
      expect(Events.close(port), .EINVAL, "close \(port)")
      expect(Events.bindVCPU(port, 0), .EINVAL, "bind_vcpu \(port)")
      expect(Events.bindInterdomain(0x7ff0, port), .EINVAL, "bind_interdomain \(port)")
    }
    each([131_072, 0xffff_ffff]) { number in
      let port = UInt32(truncatingIfNeeded: number)
      expect(Events.unmask(port), .EINVAL, "unmask \(port)")
      expect(Events.status(port).result, .EINVAL, "status \(port)")
    }
    expect(Events.bindIPI(8191), .ENOENT, "bind_ipi for a vCPU that is not there")
    expect(Events.allocateUnbound(77, for: 0), .ESRCH, "alloc_unbound in a domain not there")
    expect(Events.bindInterdomain(77, 1), .ESRCH, "bind_interdomain to a domain not there")
    expect(Events.status(1, of: 77).result, .ESRCH, "status of a domain not there")
    let port = ipi()
    expect(Events.bindVCPU(port, 0), .EINVAL, "an IPI does not move")
    expect(Events.bindInterdomain(0x7ff0, port), .EINVAL, "an IPI is not to be bound")
    Events.close(port)
    expect(hypercall(.eventChannelOp, 2, words(100_000, 0)), .EINVAL, "bind_pirq of no pirq")
    expect(hypercall(.eventChannelOp, 13, words(1, 0)), .ENOSYS, "set_priority without FIFO")
    expect(hypercall(.eventChannelOp, 12, quads(0)), .EOPNOTSUPP, "expand_array without FIFO")
    expect(hypercall(.eventChannelOp, 10, words(77)), .ESRCH, "reset of a domain not there")
  }
}

func testWaiting() {
  test("poll") {
    let port = ipi()
    let list = Pages.allocate()
    guest_store32(list, port)
    SharedInfo.mask(port)
    Events.disable()
    SharedInfo.forgetUpcalls()
    let start = Clock.now
    let end = hypercall(.schedOp, SchedOp.poll, quads(list, 1, start &+ 20_000_000))
    expect(end, 0, "poll with nothing pending")
    let waited = Clock.now &- start
    expect(waited >= 20_000_000, "it waits for its timeout")
    expect(waited < 500_000_000, "not much longer")
    Events.send(port)
    let soon = Clock.now
    expect(
      hypercall(.schedOp, SchedOp.poll, quads(list, 1, soon &+ 2_000_000_000)), 0,
      "poll of a pending port")
    expect(Clock.now &- soon < 1_000_000_000, "returns at once")
    expect(SharedInfo.isPending(port), "and does not take it")
    SharedInfo.clearPending(port)
    Events.close(port)
    Pages.free(list)
  }
  test("block") {
    let port = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 0))
    SharedInfo.unmaskBit(port)
    Events.disable()
    let before = Events.portCount
    let start = Clock.now
    _ = hypercall(.setTimerOp, start &+ 20_000_000)
    var rounds = 0
    while Events.portCount == before, rounds < 100 {
      _ = hypercall(.schedOp, SchedOp.block)
      rounds &+= 1
    }
    expect(Events.portCount, before &+ 1, "the timer wakes a blocked vCPU")
    expect(Clock.now &- start >= 19_000_000, "not before its time")
    expect(rounds < 10, "block does not spin")
    Events.disable()
    Events.close(port)
  }
}

func testOtherVCPU() {
  test("another vCPU") {
    let port = ipi(1)
    SharedInfo.unmaskBit(port)
    let before = Events.portCount
    // It lets upcalls in and waits up to a second for one.
    VCPUs.post(1) { _ in
      Events.enable()
      let before = Events.upcallCount
      Clock.spin(1_000_000_000) { Events.upcallCount != before }
      Events.disable()
    }
    Clock.spin(50_000_000)
    Events.send(port)
    VCPUs.waitForDown(1)
    expect(Events.portCount, before &+ 1, "an IPI arrives there")
    expect(Events.lastVCPU, 1, "on vCPU 1")
    Events.close(port)
  }
  test("bind_vcpu") {
    let a = UInt32(truncatingIfNeeded: Events.allocateUnbound(0x7ff0, for: 0x7ff0))
    let b = UInt32(truncatingIfNeeded: Events.bindInterdomain(0x7ff0, a))
    SharedInfo.clearPending(b)
    SharedInfo.unmaskBit(b)
    expect(Events.bindVCPU(b, 8191), .ENOENT, "to a vCPU that is not there")
    expect(Events.bindVCPU(b, 1), 0, "to vCPU 1")
    expect(Events.status(b).vcpu, 1, "status says vCPU 1")
    SharedInfo.forgetUpcalls()
    Events.disable()
    guest_store8(SharedInfo.vcpuInfo(1), 0)
    guest_store64(SharedInfo.vcpuInfo(1) &+ 8, 0)
    Events.send(a)
    expect(guest_load8(SharedInfo.vcpuInfo(1)), 1, "the upcall flag of vCPU 1 is set")
    expect(SharedInfo.upcallPending == false, "that of vCPU 0 is not")
    expect(Events.bindVCPU(b, 0), 0, "back to vCPU 0")
    let before = Events.portCount
    VCPUs.run(1) { _ in Events.enable() }
    expect(Events.portCount, before &+ 1, "vCPU 1 takes what was pending")
    Events.close(a)
    Events.close(b)
  }
  test("timer of another vCPU") {
    let port = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 1))
    expect(port > 0, "bind_virq timer on vCPU 1")
    SharedInfo.unmaskBit(port)
    let before = Events.portCount
    VCPUs.run(1) { _ in
      let before = Events.upcallCount
      _ = hypercall(.setTimerOp, Clock.now &+ 2_000_000)
      Events.enable()
      Clock.spin(1_000_000_000) { Events.upcallCount != before }
      Events.disable()
    }
    expect(Events.portCount, before &+ 1, "it arrives")
    expect(Events.lastVCPU, 1, "on vCPU 1")
    Events.close(port)
  }
}
