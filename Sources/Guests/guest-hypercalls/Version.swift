import CGuest
import GuestKit
import Text
import XenABI

// xen_version, every sub-operation. Source: public/version.h, public/features.h.
func testVersion() {
  test("xen_version") {
    let page = Pages.allocate()
    expect(hypercall(.xenVersion, 0), 0x4_0011, "version 4.17")
    expect(hypercall(.xenVersion, 0, BadAddress.unmapped), 0x4_0011, "version ignores its pointer")
    expect(hypercall(.xenVersion, 1, page), 0, "extraversion")
    expect(guest_load8(page) == 0x2e, "extraversion begins with a dot")
    expect(length(page, 16) < 16, "extraversion ends within 16 bytes")
    expect(hypercall(.xenVersion, 2, page), 0, "compile_info")
    expect(length(page, 64) < 64, "compiler ends within 64 bytes")
    expect(length(page &+ 64, 16) < 16, "compile_by ends within 16 bytes")
    expect(length(page &+ 80, 32) < 32, "compile_domain ends within 32 bytes")
    expect(length(page &+ 112, 32) < 32, "compile_date ends within 32 bytes")
    expect(hypercall(.xenVersion, 3, page), 0, "capabilities")
    let capability: StaticString = "xen-3.0-x86_64"
    for i in 0..<capability.utf8CodeUnitCount {
      // Safety: `i` is below the string's count.
      expect(guest_load8(page &+ UInt64(i)), unsafe capability.utf8Start[i], "capability byte \(i)")
    }
    expect(length(page, 1024) < 1024, "capabilities end within 1024 bytes")
    expect(hypercall(.xenVersion, 4, page), 0, "changeset")
    expect(length(page, 64) < 64, "changeset ends within 64 bytes")
    expect(hypercall(.xenVersion, 5, page), 0, "platform_parameters")
    expect(guest_load64(page), 0xffff_8000_0000_0000, "virt_start")
    expect(hypercall(.xenVersion, 7), 4096, "pagesize")
    expect(hypercall(.xenVersion, 7, page), .EINVAL, "pagesize with a pointer")
    expect(hypercall(.xenVersion, 8, page), 0, "guest_handle")
    expect(hypercall(.xenVersion, 9, page), 0, "commandline")
    expect(length(page, 1024) < 1024, "commandline ends within 1024 bytes")
    Pages.free(page)
  }
  test("xen_version, features") {
    let at = words(0)
    expect(hypercall(.xenVersion, 6, at), 0, "get_features 0")
    let map = guest_load32(at &+ 4)
    expect(map >> 5 & 1, 1, "mmu_pt_update_preserve_ad")
    expect(map >> 7 & 1, 1, "gnttab_map_avail_bits")
    expect(map >> 2 & 1, 0, "auto_translated_physmap is not for PV")
    expect(map >> 16 & 3, 2, "direct_mapped, and so not not_direct_mapped")
    expect(map >> 11 & 1, StartInfo.current.isInitialDomain ? 1 : 0, "dom0")
    guest_store32(at, 1)
    expect(hypercall(.xenVersion, 6, at), .EINVAL, "get_features 1")
    guest_store32(at, UInt32.max)
    expect(hypercall(.xenVersion, 6, at), .EINVAL, "get_features -1")
  }
  test("xen_version, build id") {
    let size = hypercall(.xenVersion, 10)
    if StartInfo.current.isInitialDomain {
      expect(
        size == 20 || size == -Int64(XenErrno.ENODATA.rawValue), "build id has 20 bytes or none")
    } else {
      expect(size, .EPERM, "build id is not for every domain")
    }
    guard size > 0 else { return }
    let page = Pages.allocate()
    guest_store32(page, 0)
    expect(hypercall(.xenVersion, 10, page), .EINVAL, "room for 0 bytes")
    guest_store32(page, 4)
    expect(hypercall(.xenVersion, 10, page), .ENOBUFS, "room for 4 bytes")
    guest_store32(page, 64)
    expect(hypercall(.xenVersion, 10, page), size, "room for 64 bytes")
    expect(guest_load32(page), 64, "the length is left alone")
    Pages.free(page)
  }
}

// Bytes before the first NUL, at most `limit`.
private func length(_ address: UInt64, _ limit: UInt64) -> UInt64 {
  var n: UInt64 = 0
  while n < limit, guest_load8(address &+ n) != 0 { n &+= 1 }
  return n
}
