// guest-pagetables: every rule of PV page-table validation, both ways.
//
// Proves: what is legal is accepted and takes effect; what is illegal is refused, leaves memory as it
// was and leaks no reference: frames of others, page tables and descriptor tables writable, wrong
// levels, the hypervisor's L4 slots, large pages, reserved bits; pinning; batches; the extended
// operations; emulated writes to page tables; handing memory back and forth.
// Method: own tables built beside the boot tables; each refusal is followed by the legal form. At the
// end every page used must still be writable, and the machine's free memory be what it was.
// Expected: "RESULT pagetables: PASS n checks".
// Source: public/xen.h (mmu_update, mmuext_op, update_va_mapping), public/memory.h,
// public/arch-x86/xen-x86_64.h (address-space layout); answers agree with Xen 4.17.
import CGuest
import GuestKit

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("pagetables", startInfo) {
    VCPUs.stopPeriodicTimer()
    let free = Machine.freePages
    let own = Machine.currentReservation
    section { testMappings() }
    section { testForeignFrames() }
    section { testEntryBits() }
    section { testVirtualAddresses() }
    section { testPinning() }
    section { testContents() }
    section { testTopLevel() }
    section { testUpdates() }
    section { testBatches() }
    section { testExtended() }
    section { testDescriptorFrames() }
    section { testDirectWrites() }
    section { testEmulatedWrites() }
    section { testHypervisorRange() }
    section { testReservations() }
    section { testExchange() }
    testLeaks(free, own)
    section { testStaleTranslations() }
  }
}
