// guest-hypercalls: what every hypercall answers when it is asked wrongly, and the small ones rightly.
//
// Proves: unknown numbers and sub-operations are refused with the error kernels look for; pointers
// outside the guest's reach give -EFAULT and nothing is touched; interface versions are checked;
// xen_version, sched_op, vcpu_op, set_trap_table, callback_op, vm_assist, debug registers, segment
// bases, stack_switch, descriptors and multicall keep their contracts.
// Method: dom0, one vCPU is enough; two or more add checks. A wrong answer never ends the run.
// Expected: "RESULT hypercalls: PASS n checks".
// Source: the comments of the public headers named in each file; answers agree with Xen 4.17.
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("hypercalls", startInfo) {
    section { testNumbers() }
    section { testBadPointers() }
    section { testVersion() }
    section { testScheduling() }
    section { testVCPUs() }
    section { testTrapTable() }
    section { testCallbacks() }
    section { testAssist() }
    section { testDebugRegisters() }
    section { testSegmentBases() }
    section { testDescriptors() }
    section { testMulticall() }
    section { testDevices() }
    section { testPrivileged() }
    section { testDomainCreation() }
    section { testDomainControl() }
    section { testSystemControl() }
    section { testEventChannelsOfOthers() }
    section { testDomainEnd() }
  }
}
