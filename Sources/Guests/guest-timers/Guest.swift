// guest-timers: system time, wall clock, the two timers of a vCPU, and run-state accounting.
//
// Proves: system time never goes back, on one vCPU and between vCPUs; the wall clock is a date; a
// timer fires once, not before its time and not much later; a past deadline fires at once; stopping
// and replacing work; the periodic timer keeps its period; time blocked is accounted as blocked and
// the four run states sum up to the time that has passed.
// Method: VIRQ_TIMER bound to vCPU 0; lateness allowed is a second, for busy emulators.
// Expected: "RESULT timers: PASS n checks".
// Source: public/xen.h (vcpu_time_info), public/vcpu.h.
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("timers", startInfo) {
    section { testFirstPeriodicTimer() }
    section { testSystemTime() }
    section { testWallClock() }
    section { testSingleShot() }
    section { testPeriodic() }
    section { testRunStates() }
    if VCPUs.count > 1, VCPUs.start(1) {
      section { testTimeBetweenVCPUs() }
      section { testTimersOfTwoVCPUs() }
    }
  }
}
