import CGuest
import GuestKit
import Text
import XenABI

func ipi(_ vcpu: UInt32 = 0) -> UInt32 {
  let port = Events.bindIPI(vcpu)
  expect(port > 0, "bind_ipi for vCPU \(vcpu)")
  return UInt32(truncatingIfNeeded: max(port, 0))
}

func testPorts() {
  test("ports") {
    let a = ipi()
    let b = ipi()
    expect(b != a, "two ports differ")
    expect(Events.status(a).kind, 5, "status says IPI")
    expect(Events.status(a).vcpu, 0, "status says vCPU 0")
    expect(SharedInfo.isPending(a) == false, "a new port is not pending")
    expect(Events.close(a), 0, "close")
    expect(Events.status(a).kind, 0, "status says closed")
    expect(Events.close(a), .EINVAL, "close it twice")
    let c = ipi()
    expect(c, a, "the lowest free port is taken")
    SharedInfo.setPending(c)
    Events.close(c)
    let d = ipi()
    expect(d, c, "taken again")
    expect(SharedInfo.isPending(d) == false, "a port is not pending when it is opened")
    Events.close(b)
    Events.close(d)
  }
}

func testDelivery() {
  test("delivery") {
    let port = ipi()
    SharedInfo.unmaskBit(port)
    Events.disable()
    let upcalls = Events.upcallCount
    let before = Events.portCount
    expect(Events.send(port), 0, "send, upcalls masked")
    expect(SharedInfo.isPending(port), "pending")
    expect(SharedInfo.upcallPending, "the upcall flag is set")
    expect(
      guest_load64(SharedInfo.pendingSelector) >> UInt64(port >> 6) & 1, 1, "the selector is set")
    expect(Events.upcallCount, upcalls, "no upcall ran")
    expect(Events.send(port), 0, "send again")
    Events.enable()
    expect(Events.upcallCount, upcalls &+ 1, "one upcall for two sends")
    expect(Events.portCount, before &+ 1, "the port was seen once")
    expect(Events.lastSeen, port, "it was this port")
    for _ in 0..<100 { Events.send(port) }
    expect(Events.portCount, before &+ 101, "a hundred sends, a hundred upcalls")
    expect(SharedInfo.upcallMask == false, "the mask is clear again after an upcall")
    Events.disable()
    Events.close(port)
  }
  test("two ports, one upcall") {
    let a = ipi()
    let b = ipi()
    SharedInfo.unmaskBit(a)
    SharedInfo.unmaskBit(b)
    let upcalls = Events.upcallCount
    let before = Events.portCount
    Events.send(a)
    Events.send(b)
    Events.enable()
    expect(Events.upcallCount, upcalls &+ 1, "one upcall")
    expect(Events.portCount, before &+ 2, "two ports")
    Events.disable()
    Events.close(a)
    Events.close(b)
  }
  test("masking by a fault handler's return") {
    // The IF bit of a frame that HYPERVISOR_iret returns to sets the upcall mask.
    Events.enable()
    _ = attempt { _, _, _ in
      guest_ud2()
      return 0
    }
    expect(SharedInfo.upcallMask == false, "unmasked before a fault, unmasked after it")
    Events.disable()
    _ = attempt { _, _, _ in
      guest_ud2()
      return 0
    }
    expect(SharedInfo.upcallMask, "masked before a fault, masked after it")
  }
}

func testMasks() {
  test("masked ports") {
    let port = ipi()
    SharedInfo.mask(port)
    Events.enable()
    let before = Events.portCount
    expect(Events.send(port), 0, "send to a masked port")
    expect(SharedInfo.isPending(port), "it is pending")
    expect(SharedInfo.upcallPending == false, "no upcall is due")
    expect(Events.portCount, before, "nothing arrived")
    expect(Events.unmask(port), 0, "unmask")
    expect(SharedInfo.isMasked(port) == false, "it is unmasked")
    expect(Events.portCount, before &+ 1, "it arrived by unmasking")
    expect(SharedInfo.isPending(port) == false, "and was taken")
    expect(Events.unmask(port), 0, "unmask what is unmasked")
    expect(Events.portCount, before &+ 1, "nothing more arrives")
    SharedInfo.mask(port)
    expect(Events.unmask(port), 0, "unmask with nothing pending")
    expect(Events.portCount, before &+ 1, "nothing arrives")
    Events.disable()
    Events.send(port)
    SharedInfo.mask(port)
    Events.enable()
    expect(Events.portCount, before &+ 1, "masked after it became pending: not taken")
    SharedInfo.clearPending(port)
    Events.disable()
    Events.close(port)
  }
}

func testInterdomain() {
  test("interdomain to self") {
    let unbound = Events.allocateUnbound(0x7ff0, for: 0x7ff0)
    expect(unbound > 0, "alloc_unbound")
    let a = UInt32(truncatingIfNeeded: unbound)
    expect(Events.status(a).kind, 1, "status says unbound")
    expect(Events.send(a), 0, "send to an unbound port is silent")
    expect(SharedInfo.isPending(a) == false, "and nothing is pending")
    let bound = Events.bindInterdomain(0x7ff0, a)
    expect(bound > 0, "bind_interdomain")
    let b = UInt32(truncatingIfNeeded: bound)
    expect(Events.status(a).kind, 2, "the first end is interdomain")
    expect(Events.status(b).kind, 2, "the second end is interdomain")
    expect(Events.status(a).second, b, "the first names the second")
    expect(Events.status(b).second, a, "the second names the first")
    expect(SharedInfo.isPending(b), "a new interdomain end is pending at once")
    SharedInfo.clearPending(b)
    SharedInfo.unmaskBit(a)
    SharedInfo.unmaskBit(b)
    SharedInfo.forgetUpcalls()
    Events.enable()
    let before = Events.portCount
    Events.send(a)
    expect(Events.lastSeen, b, "a sends to b")
    Events.send(b)
    expect(Events.lastSeen, a, "b sends to a")
    expect(Events.portCount, before &+ 2, "twice")
    expect(Events.bindInterdomain(0x7ff0, a), .EINVAL, "bind a port that is bound")
    expect(Events.close(a), 0, "close one end")
    expect(Events.status(b).kind, 1, "the other becomes unbound")
    expect(Events.close(b), 0, "close the other")
    Events.disable()
  }
}

func testVirtualInterrupts() {
  test("virtual interrupts") {
    let timer = Events.bindVIRQ(0, 0)
    expect(timer > 0, "bind_virq timer")
    let port = UInt32(truncatingIfNeeded: timer)
    expect(Events.status(port).kind, 4, "status says VIRQ")
    expect(Events.status(port).first, 0, "status says timer")
    expect(Events.bindVIRQ(0, 0), .EEXIST, "bind it twice")
    expect(Events.send(port), .EINVAL, "nobody may send it")
    expect(Events.bindVIRQ(24, 0), .EINVAL, "there are 24 of them")
    expect(Events.bindVIRQ(0, 8191), .ENOENT, "for a vCPU that is not there")
    expect(Events.bindVIRQ(2, 1), .EINVAL, "a global one binds on vCPU 0")
    SharedInfo.unmaskBit(port)
    Events.enable()
    let before = Events.portCount
    _ = hypercall(.setTimerOp, Clock.now &+ 1_000_000)
    Clock.spin(1_000_000_000) { Events.portCount != before }
    expect(Events.portCount, before &+ 1, "the timer's event arrives once")
    expect(Events.lastSeen, port, "on its port")
    Events.disable()
    expect(Events.close(port), 0, "close")
    let again = Events.bindVIRQ(0, 0)
    expect(again > 0, "a closed one binds again")
    Events.close(UInt32(truncatingIfNeeded: again))
  }
}
