import CGuest
import GuestKit
import Text
import XenABI

// Source: public/sched.h.
func testScheduling() {
  test("sched_op") {
    expect(hypercall(.schedOp, SchedOp.yield), 0, "yield")
    // A pending upcall makes block return at once, and block unmasks upcalls.
    let port = UInt32(truncatingIfNeeded: Events.bindIPI(0))
    SharedInfo.unmaskBit(port)
    Events.disable()
    Events.send(port)
    let seen = Events.portCount
    expect(hypercall(.schedOp, SchedOp.block), 0, "block with an event pending returns")
    expect(SharedInfo.upcallMask == false, "block unmasks upcalls")
    expect(Events.portCount, seen &+ 1, "the upcall ran")
    Events.disable()

    // poll returns at once for a pending port, though its upcall is masked.
    SharedInfo.mask(port)
    Events.send(port)
    let list = Pages.allocate()
    guest_store32(list, port)
    expect(hypercall(.schedOp, SchedOp.poll, quads(list, 1, 0)), 0, "poll of a pending port")
    SharedInfo.clearPending(port)
    // A timeout that has passed returns too. struct sched_poll: ports, nr_ports, timeout.
    expect(hypercall(.schedOp, SchedOp.poll, quads(list, 1, 1)), 0, "poll with a past timeout")
    expect(hypercall(.schedOp, SchedOp.poll, quads(list, 129, 1)), .EINVAL, "poll of 129 ports")
    expect(
      hypercall(.schedOp, SchedOp.poll, quads(BadAddress.unmapped, 1, 1)), .EFAULT,
      "poll of unreadable ports")
    guest_store32(list, 0x7fff_ffff)
    expect(hypercall(.schedOp, SchedOp.poll, quads(list, 1, 1)), .EINVAL, "poll of a port too far")
    Pages.free(list)
    Events.close(port)
    SharedInfo.forgetUpcalls()

    expect(
      hypercall(.schedOp, SchedOp.remoteShutdown, words(0x7ff0)), .ESRCH,
      "remote_shutdown of DOMID_SELF")
    expect(hypercall(.schedOp, SchedOp.remoteShutdown, words(77)), .ESRCH, "remote_shutdown of 77")
    expect(hypercall(.schedOp, SchedOp.shutdownCode, words(0)), 0, "shutdown_code")
  }
  test("sched_op, watchdog") {
    // struct sched_watchdog: id, timeout in seconds.
    let first = hypercall(.schedOp, SchedOp.watchdog, words(0, 60))
    let second = hypercall(.schedOp, SchedOp.watchdog, words(0, 60))
    expect(first, 1, "the first watchdog")
    expect(second, 2, "the second watchdog")
    // The answer has 32 bits.
    let third = Int32(truncatingIfNeeded: hypercall(.schedOp, SchedOp.watchdog, words(0, 60)))
    expect(third, -XenErrno.ENOSPC.rawValue, "a third")
    expect(hypercall(.schedOp, SchedOp.watchdog, words(1, 30)), 0, "poke the first")
    expect(hypercall(.schedOp, SchedOp.watchdog, words(1, 0)), 0, "free the first")
    expect(hypercall(.schedOp, SchedOp.watchdog, words(1, 0)), .EINVAL, "free it twice")
    expect(hypercall(.schedOp, SchedOp.watchdog, words(2, 0)), 0, "free the second")
    expect(hypercall(.schedOp, SchedOp.watchdog, words(3, 10)), .EINVAL, "a number too high")
  }
  test("sched_op, pin_override") {
    guard StartInfo.current.isInitialDomain else { return }
    expect(hypercall(.schedOp, SchedOp.pinOverride, words(0xffff_ffff)), .EINVAL, "nothing to undo")
    expect(hypercall(.schedOp, SchedOp.pinOverride, words(0)), 0, "pin to CPU 0")
    expect(hypercall(.schedOp, SchedOp.pinOverride, words(0)), .EBUSY, "pin while pinned")
    expect(hypercall(.schedOp, SchedOp.pinOverride, words(0xffff_ffff)), 0, "undo")
    expect(
      hypercall(.schedOp, SchedOp.pinOverride, words(4095)), .EINVAL, "a CPU that is not there")
  }
  test("set_timer_op") {
    expect(hypercall(.setTimerOp, 0), 0, "off")
    expect(hypercall(.setTimerOp, 1), 0, "in the past")
    expect(hypercall(.setTimerOp, UInt64.max), 0, "never")
    expect(hypercall(.setTimerOp, 0), 0, "off again")
  }
}

// Source: public/vcpu.h.
func testVCPUs() {
  test("vcpu_op") {
    let page = Pages.allocate()
    let info = Memory.machineFrame(at: page)
    expect(hypercall(.vcpuOp, 3, 0), 1, "is_up of vCPU 0")
    expect(hypercall(.vcpuOp, 3, 8191), .ENOENT, "is_up of vCPU 8191")
    expect(hypercall(.vcpuOp, 3, 1 << 32), 1, "numbers of vCPUs have 32 bits")
    expect(hypercall(.vcpuOp, 1, 8191), .ENOENT, "up of vCPU 8191")
    expect(hypercall(.vcpuOp, 1, 0), 0, "up of a vCPU that is up")
    expect(hypercall(.vcpuOp, 0, 0, page), .EEXIST, "initialise a vCPU that is initialised")
    expect(hypercall(.vcpuOp, 4, 0, page), 0, "get_runstate_info")
    expect(guest_load32(page), 0, "state running")
    expect(hypercall(.vcpuOp, 4, 0, BadAddress.unmapped), .EFAULT, "get_runstate_info, unmapped")
    expect(hypercall(.vcpuOp, 5, 0, quads(page)), 0, "register_runstate_memory_area")
    expect(guest_load32(page), 0, "the area says running")
    // With the address 0 the area is given up.
    _ = hypercall(.vcpuOp, 5, 0, quads(0))
    expect(hypercall(.vcpuOp, 6, 0, quads(999_999)), .EINVAL, "periodic timer under 1 ms")
    expect(hypercall(.vcpuOp, 6, 0, quads(UInt64.max)), .EINVAL, "periodic timer of 584 years")
    expect(hypercall(.vcpuOp, 7, 0), 0, "stop_periodic_timer")
    expect(hypercall(.vcpuOp, 9, 0), 0, "stop_singleshot_timer")
    let late = hypercall(.vcpuOp, 8, 0, quads(1, 1))
    expect(
      late == 0 || late == -Int64(XenErrno.ETIME.rawValue),
      "singleshot in the past, asked for the future: may be refused or fire at once")
    expect(hypercall(.vcpuOp, 8, 0, quads(1, 0)), 0, "singleshot in the past")
    expect(hypercall(.vcpuOp, 9, 0), 0, "stop it")
    // struct vcpu_register_vcpu_info: mfn, offset, rsvd.
    expect(hypercall(.vcpuOp, 10, 0, quads(info, 4090)), .ENXIO, "vcpu_info over the page's end")
    expect(hypercall(.vcpuOp, 10, 0, quads(info, 4)), .ENXIO, "vcpu_info badly aligned")
    expect(hypercall(.vcpuOp, 10, 0, quads(1 << 50, 0)), .EINVAL, "vcpu_info in no frame")
    expect(hypercall(.vcpuOp, 13, 0, quads(page)), 0, "register_vcpu_time_memory_area")
    expect(guest_load32(page) & 1, 0, "the time area is stable")
    expect(guest_load32(page &+ 24) != 0, "the time area has a scale")
    _ = hypercall(.vcpuOp, 13, 0, quads(0))
    let pinned = hypercall(.vcpuOp, 12, 0, page)
    expect(
      pinned == 0 || pinned == -Int64(XenErrno.EINVAL.rawValue),
      "get_physid: for a vCPU with one CPU to run on, else refused")
    if hypercall(.vcpuOp, 3, 1) >= 0 {
      expect(hypercall(.vcpuOp, 3, 1), 0, "is_up of vCPU 1")
      expect(hypercall(.vcpuOp, 1, 1), .EINVAL, "up of vCPU 1, not initialised")
      expect(hypercall(.vcpuOp, 0, 1, BadAddress.unmapped), .EFAULT, "initialise, unmapped")
      expect(hypercall(.vcpuOp, 8, 1, quads(1, 0)), .EINVAL, "singleshot of another vCPU")
      expect(hypercall(.vcpuOp, 9, 1), .EINVAL, "stop_singleshot of another vCPU")
      expect(hypercall(.vcpuOp, 2, 1), 0, "down of a vCPU that is down")
    }
    Pages.free(page)
  }
}
