import CGuest
import GuestKit
import Text
import XenABI

// Numbers and sub-operations nobody has. Source: public/xen.h.
func testNumbers() {
  test("unknown hypercall numbers") {
    each([11, 43, 44, 45, 46, 47, 50, 55, 56, 62, 63, 64, 65, 127, 128, 255]) { number in
      expect(guest_syscall(number, 0, 0, 0, 0, 0), .ENOSYS, "number \(number)")
    }
    expect(guest_syscall(0x7fff_ffff, 0, 0, 0, 0, 0), .ENOSYS, "number 0x7fffffff")
    expect(guest_syscall(0xffff_ffff, 0, 0, 0, 0, 0), .ENOSYS, "number 0xffffffff")
    expect(guest_syscall(UInt64.max, 0, 0, 0, 0, 0), .ENOSYS, "number -1")
  }
  test("unknown sub-operations") {
    let at = quads()
    expect(hypercall(.xenVersion, 11, at), .ENOSYS, "xen_version")
    expect(hypercall(.schedOp, 8, at), .ENOSYS, "sched_op")
    expect(hypercall(.schedOpCompat, 3, at), .ENOSYS, "sched_op_compat")
    expect(hypercall(.vcpuOp, 14, 0, at), .ENOSYS, "vcpu_op")
    expect(hypercall(.memoryOp, 63, at), .ENOSYS, "memory_op")
    expect(hypercall(.grantTableOp, 13, at, 1), .ENOSYS, "grant_table_op")
    expect(hypercall(.eventChannelOp, 15, at), .ENOSYS, "event_channel_op")
    expect(hypercall(.physdevOp, 99, at), .ENOSYS, "physdev_op")
    expect(hypercall(.callbackOp, 2, at), .ENOSYS, "callback_op")
    expect(hypercall(.nmiOp, 2, at), .ENOSYS, "nmi_op")
    expect(hypercall(.vmAssist, 2, 2), .ENOSYS, "vm_assist")
    expect(hypercall(.hvmOp, 99, at), .ENOSYS, "hvm_op")
    if StartInfo.current.isInitialDomain {
      expect(hypercall(.consoleIO, 2, 1, at), .ENOSYS, "console_io")
    }
    expect(MMU.extended(21), .ENOSYS, "mmuext_op 21")
    expect(MMU.extended(14), .ENOSYS, "mmuext_op 14")
    expect(MMU.update(PageTables.machineEntry(Memory.base) | 4, 0), .ENOSYS, "mmu_update kind 4")
  }
}

private func expectFault(_ what: StaticString, _ call: (UInt64) -> Int64) {
  expect(call(BadAddress.unmapped), .EFAULT, "\(what), unmapped")
  expect(call(BadAddress.hypervisor), .EFAULT, "\(what), hypervisor's")
  expect(call(BadAddress.machineToPhysical), .EFAULT, "\(what), m2p")
  expect(call(BadAddress.nonCanonical), .EFAULT, "\(what), non-canonical")
}

// Structures that cannot be read. Source: public/xen.h, guest handles are virtual addresses.
func testBadPointers() {
  test("pointers out of reach") {
    expectFault("set_trap_table") { hypercall(.setTrapTable, $0) }
    expectFault("mmu_update") { hypercall(.mmuUpdate, $0, 1, 0, DomainID.selfID) }
    expectFault("mmuext_op") { hypercall(.mmuExtOp, $0, 1, 0, DomainID.selfID) }
    expectFault("set_gdt") { hypercall(.setGDT, $0, 1) }
    // Reservation calls answer with the number of extents done: none.
    each([0, 1, 6]) { operation in
      expect(hypercall(.memoryOp, operation, BadAddress.unmapped), 0, "memory_op \(operation)")
      expect(hypercall(.memoryOp, operation, BadAddress.hypervisor), 0, "memory_op \(operation)")
    }
    expectFault("memory_op exchange") { hypercall(.memoryOp, 11, $0) }
    expectFault("multicall") { hypercall(.multicall, $0, 1) }
    if StartInfo.current.isInitialDomain {
      expectFault("console_io write") { hypercall(.consoleIO, 0, 8, $0) }
    }
    expectFault("grant_table_op setup") { hypercall(.grantTableOp, 2, $0, 1) }
    expectFault("grant_table_op map") { hypercall(.grantTableOp, 0, $0, 1) }
    expectFault("grant_table_op copy") { hypercall(.grantTableOp, 5, $0, 1) }
    expectFault("sched_op shutdown") { hypercall(.schedOp, SchedOp.shutdown, $0) }
    expectFault("sched_op poll") { hypercall(.schedOp, SchedOp.poll, $0) }
    expectFault("callback_op") { hypercall(.callbackOp, CallbackOp.register, $0) }
    expectFault("vcpu_op runstate area") { hypercall(.vcpuOp, 5, 0, $0) }
    expectFault("vcpu_op set_singleshot_timer") { hypercall(.vcpuOp, 8, 0, $0) }
    expectFault("vcpu_op register_vcpu_info") { hypercall(.vcpuOp, 10, 0, $0) }
    expectFault("physdev_op set_iopl") { hypercall(.physdevOp, 6, $0) }
    expectFault("platform_op") { hypercall(.platformOp, $0) }
    expectFault("sysctl") { hypercall(.sysctl, $0) }
    expectFault("domctl") { hypercall(.domctl, $0) }
    expectFault("hvm_op get_param") { hypercall(.hvmOp, 1, $0) }
    expectFault("xen_version extraversion") { hypercall(.xenVersion, 1, $0) }
    expectFault("xen_version get_features") { hypercall(.xenVersion, 6, $0) }
    for operation: UInt64 in 0..<14 {
      expectFault("event_channel_op") { hypercall(.eventChannelOp, operation, $0) }
    }
  }
  test("a structure that straddles a hole") {
    // The last 4 bytes before an unmapped page: reading 8 of them must fail, not read half.
    let first = Pages.allocate()
    let second = Pages.allocate()
    expect(second, first &+ 4096, "two pages in a row")
    let entry = PageTables.value(second)
    expect(MMU.map(second, 0), 0, "the second is unmapped")
    guest_store32(second &- 4, 1)
    expect(hypercall(.eventChannelOp, 7, second &- 4), .EFAULT, "bind_ipi over the edge")
    expect(hypercall(.schedOp, SchedOp.poll, second &- 4), .EFAULT, "poll over the edge")
    if StartInfo.current.isInitialDomain {
      expect(hypercall(.consoleIO, 0, 8, second &- 4), .EFAULT, "console_io write over the edge")
    }
    expect(MMU.map(second, entry), 0, "the second is mapped again")
    Pages.free(second)
    Pages.free(first)
  }
  test("a result that cannot be written") {
    // A read-only page: the argument is read, the result cannot go back.
    let page = Pages.allocate()
    guest_store32(page, 0)
    expect(MMU.protect(page, writable: false), 0, "read-only")
    expect(hypercall(.eventChannelOp, 7, page), .EFAULT, "bind_ipi into a read-only page")
    expect(hypercall(.xenVersion, 6, page), .EFAULT, "get_features into a read-only page")
    expect(hypercall(.xenVersion, 3, page), .EFAULT, "capabilities into a read-only page")
    expect(guest_load32(page &+ 4), 0, "nothing was written")
    expect(MMU.protect(page, writable: true), 0, "writable")
    Pages.free(page)
  }
}
