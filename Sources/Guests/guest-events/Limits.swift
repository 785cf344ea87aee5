import CGuest
import GuestKit
import Text
import XenABI

func testExhaustion() {
  test("all ports") {
    // The two-level ABI has 4096 of them, port 0 is nobody's, some are in use already.
    let first = ipi()
    var last = first
    var opened: UInt32 = 1
    var end: Int64 = 0
    while opened < 5000 {
      end = Events.bindIPI(0)
      guard end > 0 else { break }
      last = UInt32(truncatingIfNeeded: end)
      opened &+= 1
    }
    expect(end, .ENOSPC, "then there is none left")
    // xl gives a domain 1023 unless it is told otherwise.
    let limit: UInt32 = StartInfo.current.isInitialDomain ? 4095 : 1023
    expect(last, limit, "the last one's number")
    SharedInfo.unmaskBit(last)
    let before = Events.portCount
    Events.enable()
    Events.send(last)
    expect(Events.portCount, before &+ 1, "it works")
    expect(Events.lastSeen, limit, "under its number")
    Events.disable()
    var failed = 0
    for port in first...last where Events.status(port).kind == 5 {
      if Events.close(port) != 0 { failed &+= 1 }
    }
    expect(failed, 0, "all close")
    let again = ipi()
    expect(again, first, "the first is free again")
    Events.close(again)
  }
}

func testFIFO() {
  test("FIFO set-up errors") {
    // struct evtchn_init_control: control_gfn, offset, vcpu.
    let page = Pages.allocate()
    let frame = Memory.machineFrame(at: page)
    func initControl(_ frame: UInt64, _ offset: UInt32, _ vcpu: UInt32) -> Int64 {
      hypercall(
        .eventChannelOp, EventChannelOp.initControl,
        quads(frame, UInt64(offset) | UInt64(vcpu) << 32))
    }
    expect(initControl(frame, 0, 8191), .ENOENT, "for a vCPU that is not there")
    expect(initControl(frame, 4090, 0), .EINVAL, "over the end of the page")
    expect(initControl(frame, 4, 0), .EINVAL, "badly aligned")
    expect(initControl(1 << 50, 0, 0), .EINVAL, "in no frame")
    Pages.free(page)
  }
}

func testReset() {
  test("reset") {
    guard StartInfo.current.isInitialDomain else { return }
    let port = ipi()
    expect(hypercall(.eventChannelOp, 10, words(0x7ff0)), 0, "reset of self")
    expect(Events.status(port).kind, 0, "all ports are closed")
    let again = ipi()
    expect(again > 0, "ports open again")
    Events.close(again)
  }
}

// Last: a vcpu_info that has moved cannot move back. Source: public/vcpu.h.
func testVCPUInfo() {
  test("register_vcpu_info") {
    let page = Pages.allocate()
    let old = SharedInfo.vcpuInfo(1)
    let port = ipi(1)
    SharedInfo.unmaskBit(port)
    guest_store8(old, 0)
    guest_store64(old &+ 8, 0)
    guest_store8(old &+ 1, 1)
    let place = quads(Memory.machineFrame(at: page), 128)
    expect(hypercall(.vcpuOp, UInt64(VCPUOp.registerVCPUInfo.rawValue), 1, place), 0, "register")
    let new = page &+ 128
    expect(guest_load8(new &+ 1), 1, "the upcall mask came along")
    expect(guest_load8(new), 1, "an upcall is due, lest one was lost")
    expect(guest_load64(new &+ 8), UInt64.max, "in every word")
    guest_store8(new, 0)
    guest_store64(new &+ 8, 0)
    expect(guest_load32(new &+ 32) & 1, 0, "its time record is stable")
    Events.send(port)
    expect(guest_load8(new), 1, "an event sets the new flag")
    expect(guest_load64(new &+ 8) >> UInt64(port >> 6) & 1, 1, "and the new selector")
    expect(guest_load8(old), 0, "the old flag is left alone")
    expect(
      hypercall(.vcpuOp, UInt64(VCPUOp.registerVCPUInfo.rawValue), 1, place), .EINVAL,
      "a second time")
    Events.close(port)
  }
}
