import CGuest
import GuestKit
import Text
import XenABI

private func bindTimer() -> UInt32 {
  let port = Events.bindVIRQ(0, 0)
  expect(port > 0, "bind_virq timer")
  let number = UInt32(truncatingIfNeeded: max(0, port))
  SharedInfo.unmaskBit(number)
  Events.enable()
  return number
}

private func unbindTimer(_ port: UInt32) {
  Events.disable()
  Events.close(port)
}

// Arms by `arm`, and expects one event in [deadline, deadline + late].
private func expectOne(_ deadline: UInt64, _ what: StaticString, _ arm: (UInt64) -> Int64) {
  let before = Events.portCount
  expect(arm(deadline), 0, "\(what), armed")
  Clock.spin(2_000_000_000) { Events.portCount != before }
  let now = Clock.now
  expect(Events.portCount, before &+ 1, "\(what), fires")
  // Another CPU may have decided that it is time: clocks of CPUs may differ a little.
  expect(now &+ 1_000_000 >= deadline, "\(what), not early")
  expect(now < max(deadline, now &- late) &+ late &+ 1, "\(what), not late")
  Clock.spin(5_000_000)
  expect(Events.portCount, before &+ 1, "\(what), fires once")
}

private func expectNone(_ nanoseconds: UInt64, _ what: Line) {
  let before = Events.portCount
  Clock.spin(nanoseconds) { Events.portCount != before }
  expect(Events.portCount, before, what)
}

private func setTimer(_ at: UInt64) -> Int64 { hypercall(.setTimerOp, at) }

private func singleShot(_ at: UInt64, _ flags: UInt64 = 0) -> Int64 {
  hypercall(.vcpuOp, UInt64(VCPUOp.setSingleShotTimer.rawValue), 0, quads(at, flags))
}

private func stopSingleShot() -> Int64 {
  hypercall(.vcpuOp, UInt64(VCPUOp.stopSingleShotTimer.rawValue), 0)
}

func testSingleShot() {
  test("set_timer_op") {
    let port = bindTimer()
    expectOne(Clock.now &+ 5_000_000, "5 ms ahead", setTimer)
    expectOne(Clock.now &+ 50_000_000, "50 ms ahead", setTimer)
    expectOne(Clock.now &- 1, "just past", setTimer)
    expectOne(1, "long past", setTimer)
    expect(setTimer(Clock.now &+ 20_000_000), 0, "armed for 20 ms")
    expect(setTimer(0), 0, "0 disarms")
    expectNone(40_000_000, "disarmed, it does not fire")
    expect(setTimer(Clock.now &+ 500_000_000), 0, "armed for 500 ms")
    expectOne(Clock.now &+ 10_000_000, "replaced by 10 ms", setTimer)
    expect(setTimer(0), 0, "off")
    unbindTimer(port)
  }
  test("set_singleshot_timer") {
    let port = bindTimer()
    expectOne(Clock.now &+ 5_000_000, "5 ms ahead") { singleShot($0) }
    expectOne(Clock.now &- 1, "just past") { singleShot($0) }
    expectOne(Clock.now &+ 5_000_000, "5 ms ahead, must be in the future") { singleShot($0, 1) }
    expect(singleShot(Clock.now &+ 20_000_000), 0, "armed for 20 ms")
    expect(stopSingleShot(), 0, "stopped")
    expectNone(40_000_000, "stopped, it does not fire")
    expect(stopSingleShot(), 0, "stopped twice")
    let before = Events.portCount
    let late = singleShot(Clock.now &- 1_000_000, 1)
    Clock.spin(20_000_000) { Events.portCount != before }
    // The flag may be ignored, but then the timer fires.
    expect(
      late == -Int64(XenErrno.ETIME.rawValue) || late == 0 && Events.portCount == before &+ 1,
      "a past deadline with VCPU_SSHOTTMR_future is refused or fires")
    // The two calls arm one timer.
    expect(singleShot(Clock.now &+ 300_000_000), 0, "armed for 300 ms")
    expectOne(Clock.now &+ 10_000_000, "set_timer_op replaces it", setTimer)
    expectNone(20_000_000, "and nothing else is armed")
    _ = setTimer(0)
    unbindTimer(port)
  }
}

func testFirstPeriodicTimer() {
  test("the periodic timer a vCPU begins with") {
    let port = bindTimer()
    let before = Events.portCount
    let start = Clock.now
    Clock.spin(2_000_000_000) { Events.portCount >= before &+ 10 }
    let passed = Clock.now &- start
    expect(Events.portCount >= before &+ 10, "10 events")
    expect(passed > 70_000_000, "take more than 70 ms")
    expect(passed < 100_000_000 &+ late, "and not much more than 100 ms")
    expect(VCPUs.stopPeriodicTimer(), 0, "stopped")
    expectNone(40_000_000, "stopped, it does not fire")
    unbindTimer(port)
  }
}

func testPeriodic() {
  test("set_periodic_timer") {
    let port = bindTimer()
    expect(
      hypercall(.vcpuOp, UInt64(VCPUOp.setPeriodicTimer.rawValue), 0, quads(10_000_000)), 0,
      "a period of 10 ms")
    let before = Events.portCount
    let start = Clock.now
    Clock.spin(3_000_000_000) { Events.portCount >= before &+ 20 }
    let passed = Clock.now &- start
    expect(Events.portCount >= before &+ 20, "20 events")
    expect(passed > 150_000_000, "take more than 150 ms")
    expect(passed < 200_000_000 &+ late, "and not much more than 200 ms")
    expect(hypercall(.vcpuOp, UInt64(VCPUOp.stopPeriodicTimer.rawValue), 0), 0, "stopped")
    expectNone(40_000_000, "stopped, it does not fire")
    unbindTimer(port)
  }
}

func testTimersOfTwoVCPUs() {
  test("timers of two vCPUs") {
    let port = bindTimer()
    let other = UInt32(truncatingIfNeeded: Events.bindVIRQ(0, 1))
    SharedInfo.unmaskBit(other)
    let before = Events.portCount
    VCPUs.post(1) { _ in
      _ = hypercall(.setTimerOp, Clock.now &+ 10_000_000)
      let before = Events.upcallCount
      Events.enable()
      Clock.spin(1_000_000_000) { Events.upcallCount != before && Events.lastVCPU == 1 }
      Events.disable()
    }
    _ = setTimer(Clock.now &+ 15_000_000)
    Clock.spin(2_000_000_000) { Events.portCount == before &+ 2 }
    VCPUs.waitForDown(1)
    expect(Events.portCount, before &+ 2, "each fires once")
    Events.close(other)
    unbindTimer(port)
  }
}
