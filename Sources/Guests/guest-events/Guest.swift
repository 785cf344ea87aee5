// guest-events: event channels, from the domain's own side.
//
// Proves: ports are allocated lowest first and reused; IPI, VIRQ and interdomain channels to oneself
// deliver exactly once; masked, pending and upcall flags mean what the two-level ABI says; unmask
// re-delivers; status tells the truth; each error is the documented one; poll and block wake; a
// channel bound to another vCPU runs there. Method: all ends of every channel are this domain's.
// Expected: "RESULT events: PASS n checks"; with one vCPU the checks for others are left out.
// Source: public/event_channel.h, public/xen.h (the comment on the two-level bitmap).
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("events", startInfo) {
    VCPUs.stopPeriodicTimer()
    section { testPorts() }
    section { testDelivery() }
    section { testMasks() }
    section { testInterdomain() }
    section { testVirtualInterrupts() }
    section { testEventErrors() }
    section { testWaiting() }
    if VCPUs.count > 1, VCPUs.start(1) {
      section { testOtherVCPU() }
    }
    section { testExhaustion() }
    section { testFIFO() }
    section { testReset() }
    if VCPUs.count > 1 { section { testVCPUInfo() } }
  }
}
