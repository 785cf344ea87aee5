// guest-traps: exceptions, system calls, user mode and emulated instructions of a PV kernel.
//
// Proves: each exception reaches the guest's handler with the right vector, error code, address and
// return address; HYPERVISOR_iret enters user mode and comes back by trap or SYSCALL; user mode is
// kept out of the kernel's, the hypervisor's and privileged business; instructions a PV kernel still
// uses (CPUID, IN/OUT, RDMSR/WRMSR, control and debug registers, CLTS, INVLPG, HLT, CLI/STI) are
// emulated; others are refused.
// Method: every instruction under `attempt`; user programs are a few bytes of machine code.
// Expected: "RESULT traps: PASS n checks".
// Source: public/arch-x86/xen-x86_64.h (iret, segments), public/arch-x86/cpuid.h, manual volume 3.
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("traps", startInfo) {
    VCPUs.stopPeriodicTimer()
    section { testExceptions() }
    section { testDebug() }
    section { testCPUID() }
    section { testPorts() }
    section { testMSRs() }
    section { testControlRegisters() }
    section { testRefusedInstructions() }
    section { testInterruptFlag() }
    section { testNMI() }
    section {
      let user = UserMode.make()
      testUserTraps(user)
      testUserLimits(user)
      testSysenter(user)
      testSystemCalls(user)
      testUserEvents(user)
      user.close()
    }
  }
}
