import CGuest
import GuestKit
import Text
import XenABI

let late: UInt64 = 1_000_000_000

func testSystemTime() {
  test("system time") {
    var last = Clock.now
    var back = 0
    for _ in 0..<20_000 {
      let now = Clock.now
      if now < last { back &+= 1 }
      last = now
    }
    expect(back, 0, "times it went back in 20000 readings")
    let start = Clock.now
    let ticks = guest_rdtsc()
    Clock.spin(50_000_000)
    let passed = Clock.now &- start
    expect(passed >= 50_000_000, "50 ms pass")
    expect(passed < 50_000_000 &+ late, "not much more passes")
    expect(guest_rdtsc() > ticks, "the TSC moves")
    let record = SharedInfo.vcpuInfo(0) &+ 32
    expect(guest_load64(record &+ 16) <= Clock.now, "the record's time is not in the future")
    expect(guest_load64(record &+ 8) <= guest_rdtsc(), "nor its TSC")
  }
}

func testWallClock() {
  test("wall clock") {
    let base = Clock.wallBase
    // Between 2020 and 2100.
    expect(base.seconds > 1_577_836_800, "after 2020")
    expect(base.seconds < 4_102_444_800, "before 2100")
    expect(base.nanoseconds < 1_000_000_000, "nanoseconds are less than a second")
    let again = Clock.wallBase
    expect(again.seconds, base.seconds, "the base does not move")
  }
}

func testTimeBetweenVCPUs() {
  test("system time between vCPUs") {
    // vCPU 1 publishes its time; ours, read later, must not be earlier.
    let page = Pages.allocate()
    VCPUs.post(1, page) { page in
      let end = Clock.now &+ 200_000_000
      while Clock.now < end { guest_store64(page, Clock.now) }
      guest_store64(page &+ 8, 1)
    }
    var worst: UInt64 = 0
    var readings = 0
    while guest_load64(page &+ 8) == 0, readings < 50_000_000 {
      let theirs = guest_load64(page)
      guest_fence()
      let ours = Clock.now
      if theirs > ours { worst = max(worst, theirs &- ours) }
      readings &+= 1
    }
    VCPUs.waitForDown(1)
    // Two records are never computed at the same instant: a microsecond is within the contract.
    expect(worst < 1_000_000, "vCPU 1 is ahead of vCPU 0 by less than a millisecond")
    say("note vCPU 1 was at most \(worst) ns ahead, in \(readings) readings")
    Pages.free(page)
  }
}
