import CGuest
import GuestKit
import Text
import XenABI

// struct vcpu_runstate_info: state, state_entry_time, time[running, runnable, blocked, offline].
private func read(_ page: UInt64, _ vcpu: UInt64 = 0) -> UInt64 {
  expect(
    hypercall(.vcpuOp, UInt64(VCPUOp.getRunstateInfo.rawValue), vcpu, page), 0, "get_runstate_info")
  return sum(page)
}

private func sum(_ at: UInt64) -> UInt64 {
  guest_load64(at &+ 16) &+ guest_load64(at &+ 24) &+ guest_load64(at &+ 32)
    &+ guest_load64(at &+ 40)
}

func testRunStates() {
  test("run states") {
    let page = Pages.allocate()
    let t0 = Clock.now
    let first = read(page)
    let t1 = Clock.now
    expect(guest_load32(page), 0, "the caller is running")
    expect(guest_load64(page &+ 8) <= t1, "it entered that state in the past")
    let running = guest_load64(page &+ 16)
    let blocked = guest_load64(page &+ 32)
    expect(guest_load64(page &+ 40) < t1, "time offline is less than all time")
    Clock.spin(30_000_000)
    let t2 = Clock.now
    let second = read(page)
    let t3 = Clock.now
    // The sum moves as system time does, up to the instants between the readings.
    expect(second &- first >= t2 &- t1, "the states sum up to no less than the time that passed")
    expect(second &- first <= t3 &- t0, "nor to more")
    expect(
      guest_load64(page &+ 16) &- running > 1_000_000, "spinning is accounted as running")

    let port = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 0))
    SharedInfo.unmaskBit(port)
    Events.disable()
    let before = Events.portCount
    _ = hypercall(.setTimerOp, Clock.now &+ 40_000_000)
    while Events.portCount == before { _ = hypercall(.schedOp, SchedOp.block) }
    Events.disable()
    Events.close(port)
    _ = read(page)
    expect(
      guest_load64(page &+ 32) &- blocked >= 38_000_000, "blocking is accounted as blocked")
    Pages.free(page)
  }
  test("run-state area") {
    let page = Pages.allocate()
    let area = page &+ 64
    expect(
      hypercall(
        .vcpuOp, UInt64(VCPUOp.registerRunstateMemoryArea.rawValue), 0, quads(area)), 0, "register")
    expect(guest_load32(area), 0, "it says running at once")
    let start = guest_load64(area &+ 32)
    let port = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 0))
    SharedInfo.unmaskBit(port)
    let before = Events.portCount
    _ = hypercall(.setTimerOp, Clock.now &+ 20_000_000)
    while Events.portCount == before { _ = hypercall(.schedOp, SchedOp.block) }
    Events.disable()
    Events.close(port)
    expect(guest_load32(area), 0, "it says running after having been blocked")
    expect(guest_load64(area &+ 32) &- start >= 18_000_000, "and how long it was blocked")
    expect(guest_load64(area &+ 8) >> 63, 0, "no update is in progress")
    expect(
      hypercall(.vcpuOp, UInt64(VCPUOp.registerRunstateMemoryArea.rawValue), 0, quads(0)), 0,
      "give it up")
    Pages.free(page)
  }
  if VCPUs.count > 1 {
    test("run state of another vCPU") {
      let page = Pages.allocate()
      _ = read(page, 1)
      expect(guest_load32(page), 3, "vCPU 1, not started, is offline")
      Pages.free(page)
    }
  }
}
