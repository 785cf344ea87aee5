import CGuest
import GuestKit
import Text
import XenABI

// Source: public/physdev.h, public/xen.h (console_io).
func testDevices() {
  test("console_io") {
    guard StartInfo.current.isInitialDomain else { return }
    let page = Pages.allocate()
    expect(hypercall(.consoleIO, 0, 0, page), 0, "write nothing")
    expect(hypercall(.consoleIO, 1, 0, page), 0, "read nothing")
    expect(hypercall(.consoleIO, 1, 16, page), 0, "read with nobody typing")
    Pages.free(page)
  }
  test("physdev_op") {
    expect(hypercall(.physdevOp, 6, words(4)), .EINVAL, "set_iopl 4")
    expect(hypercall(.physdevOp, 6, words(1)), 0, "set_iopl 1")
    // struct physdev_set_iobitmap: bitmap, nr_ports.
    expect(hypercall(.physdevOp, 7, quads(guest_scratch(), 65537)), .EINVAL, "65537 ports")
    expect(hypercall(.physdevOp, 7, quads(0, 0)), 0, "no ports")
    expect(hypercall(.physdevOp, 5, words(100_000)), .EINVAL, "irq_status_query of no irq")
    expect(hypercall(.physdevOp, 12, words(100_000)), .EINVAL, "eoi of no irq")
  }
}

// Interface versions are looked at before anything else. Source: public/sysctl.h, domctl.h, platform.h.
func testPrivileged() {
  guard StartInfo.current.isInitialDomain else { return }
  test("control interfaces") {
    expect(hypercall(.sysctl, words(3, 1)), .EACCES, "sysctl of another version")
    expect(hypercall(.domctl, words(5, 1)), .EACCES, "domctl of another version")
    expect(hypercall(.platformOp, words(17, 1)), .EACCES, "platform_op of another version")
    expect(hypercall(.sysctl, words(9999, 0x15)), .ENOSYS, "an unknown sysctl")
    expect(hypercall(.platformOp, words(9999, 0x0300_0001)), .ENOSYS, "an unknown platform_op")
    expect(hypercall(.domctl, words(3, 0x15, 77)), .ESRCH, "pausing domain 77")
    expect(hypercall(.tmemOp, 0), .ENOSYS, "tmem is gone")
  }
}
