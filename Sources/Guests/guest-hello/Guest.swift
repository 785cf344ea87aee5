// guest-hello: the smallest proof that a hypervisor can boot a 64-bit PV kernel as dom0.
//
// Proves: the domain builder honours the ELF notes; start_info, the boot page tables, the list of
// machine frames and the machine-to-physical table agree; the hypercall page works; the version is
// 4.17; faults reach the guest; shared_info is readable; power-off is clean.
// Expected: "RESULT hello: PASS n checks", then the machine powers off.
// Source: public/xen.h (start_info, the boot protocol's comment), public/elfnote.h, version.h.
import CGuest
import XenABI
import GuestKit
import Text

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("hello", startInfo) {
    let info = StartInfo.current
    say("hello from a PV guest, start_info at \(hex: info.address), \(info.pages) pages")

    test("start_info") {
      let magic: StaticString = "xen-3.0-x86_64"
      for i in 0..<magic.utf8CodeUnitCount {
        // Safety: `i` is below the string's count.
        expect(info.magic(UInt64(i)), unsafe magic.utf8Start[i], "magic byte \(i)")
      }
      expect(info.pages > 1024, "more than 4 MiB of memory")
      expect(info.sharedInfo & 4095, 0, "shared_info is page-aligned")
      expect(info.isPrivileged == info.isInitialDomain, "dom0 is privileged, others are not")
      expect(info.pageTables & 4095, 0, "pt_base is page-aligned")
      expect(info.pageTableFrames >= 4, "at least four page-table pages")
    }

    test("frames") {
      let image = Memory.page(at: guest_hypercall_page())
      let frame = Memory.machineFrame(ofPage: image)
      expect(Memory.page(ofMachineFrame: frame), image, "m2p of the hypercall page")
      expect(Memory.page(ofMachineFrame: Memory.machineFrame(ofPage: 0)), 0, "m2p of page 0")
      let last = info.pages &- 1
      expect(
        Memory.page(ofMachineFrame: Memory.machineFrame(ofPage: last)), last, "m2p of the last")
      var wrong = 0
      for page in 0..<info.pages
      where Memory.page(ofMachineFrame: Memory.machineFrame(ofPage: page)) != page {
        wrong &+= 1
      }
      expect(wrong, 0, "pages whose m2p and p2m disagree")
      let top = Memory.page(at: info.pageTables)
      let l4 = guest_load64(info.pageTables &+ 511 &* 8)
      expect(l4 & 1, 1, "the L4 entry of the kernel's range is present")
      let l3 = Memory.address(ofMachineFrame: (l4 & PageEntry.frameMask) >> 12)
      expect(l3 >= info.pageTables, "its L3 is one of the boot tables")
      expect(
        l3 < info.pageTables &+ info.pageTableFrames &* 4096, "its L3 is inside the boot tables")
      expect(Memory.machineFrame(ofPage: top) != 0, "the L4 has a machine frame")
    }

    test("hypercalls") {
      let version = hypercall(.xenVersion, 0)
      say("version \(version >> 16).\(version & 0xffff)")
      expect(version, 4 << 16 | 17, "xen_version is 4.17")
      expect(
        guest_syscall(17, 0, 0, 0, 0, 0), version, "SYSCALL and the hypercall page agree")
      expect(guest_load8(guest_hypercall_page()), 0x51, "the hypercall page was filled")
    }

    test("traps") {
      expectFault(14, error: 2, "a write to address 0x1000 is a page fault", 0x1000) { a, _, _ in
        guest_store64(a, 1)
        return 0
      }
      expectFault(6, "ud2 is an invalid opcode") { _, _, _ in
        guest_ud2()
        return 0
      }
    }

    test("shared_info") {
      // The version of the time record of vCPU 0 is even, and its scale is set.
      let record = SharedInfo.vcpuInfo(0) &+ 32
      expect(guest_load32(record) & 1, 0, "the time record is stable")
      expect(guest_load32(record &+ 24) != 0, "the time scale is set")
      expect(guest_load64(SharedInfo.address &+ 3072) != 0, "the wall clock is set")
    }
  }
}
