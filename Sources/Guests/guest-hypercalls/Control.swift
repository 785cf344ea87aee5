import CGuest
import GuestKit
import Text
import XenABI

// The control interfaces with odd values: what dom0's tools would have to make sense of.
// Source: public/domctl.h, public/sysctl.h, public/platform.h, public/memory.h; Xen 4.17's answers.

/// Makes a domctl: header, then eight words of 8 bytes.
private func domctl(
  _ command: DomctlCommand, _ domain: UInt16, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0,
  _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0, _ g: UInt64 = 0
) -> Int64 {
  domctl(number: command.rawValue, domain, a, b, c, d, e, f, g)
}

private func domctl(
  number: UInt32, _ domain: UInt16, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0,
  _ d: UInt64 = 0, _ e: UInt64 = 0, _ f: UInt64 = 0, _ g: UInt64 = 0
) -> Int64 {
  let page = Control.page
  Pages.clear(page)
  guest_store32(page, number)
  guest_store32(page &+ 4, 0x15)
  guest_store16(page &+ 8, domain)
  guest_store64(page &+ 16, a)
  guest_store64(page &+ 24, b)
  guest_store64(page &+ 32, c)
  guest_store64(page &+ 40, d)
  guest_store64(page &+ 48, e)
  guest_store64(page &+ 56, f)
  guest_store64(page &+ 64, g)
  return hypercall(.domctl, page)
}

/// Makes a sysctl: header, then words of 8 bytes.
private func sysctl(
  _ command: SysctlCommand, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0,
  _ e: UInt64 = 0
) -> Int64 {
  let page = Control.page
  Pages.clear(page)
  guest_store32(page, command.rawValue)
  guest_store32(page &+ 4, 0x15)
  guest_store64(page &+ 8, a)
  guest_store64(page &+ 16, b)
  guest_store64(page &+ 24, c)
  guest_store64(page &+ 32, d)
  guest_store64(page &+ 40, e)
  return hypercall(.sysctl, page)
}

private enum Control {
  // Two pages at the start of the boot mapping's free part, taken once.
  static var page: UInt64 { Pages.start &+ (64 << 12) }
  static var buffer: UInt64 { Pages.start &+ (65 << 12) }
  static var created: UInt16 { guest_load16(page &+ 8) }
}

/// A request to create a domain: `struct xen_domctl_createdomain`, of 84 bytes.
private func create(
  _ domain: UInt16, flags: UInt32 = 0, vcpus: UInt32 = 1, ports: UInt32 = 1023,
  grants: UInt32 = 4, maptrack: UInt32 = 4, options: UInt32 = 1, pool: UInt32 = 0,
  emulation: UInt32 = 0, misc: UInt32 = 0, iommu: UInt32 = 0
) -> Int64 {
  // ssidref, handle[16], flags, iommu_opts, max_vcpus, max_evtchn_port, max_grant_frames,
  // max_maptrack_frames, grant_opts, vmtrace_size, cpupool_id, arch.emulation_flags, misc_flags.
  domctl(
    .createDomain, domain, 0, 0, UInt64(flags) << 32, UInt64(iommu) | UInt64(vcpus) << 32,
    UInt64(ports) | UInt64(grants) << 32, UInt64(maptrack) | UInt64(options) << 32,
    UInt64(pool) << 32)
}

func testDomainCreation() {
  guard StartInfo.current.isInitialDomain else { return }
  test("createdomain") {
    expect(create(40, flags: 1 << 31), .EINVAL, "an unknown flag")
    expect(create(40, vcpus: 0), .EINVAL, "no vCPU")
    expect(create(40, vcpus: 8193), .EINVAL, "8193 vCPUs")
    expect(create(40, options: 0), .EINVAL, "no grant table version")
    expect(create(40, options: 3), .EINVAL, "grant table version 3")
    expect(create(40, options: 0x101), .EINVAL, "an unknown grant option")
    expect(create(40, grants: 0), .EINVAL, "no grant frames")
    expect(create(40, grants: 100_000), .EINVAL, "100000 grant frames")
    expect(create(40, maptrack: 2_000_000), .EINVAL, "2000000 map-track frames")
    expect(create(40, pool: 7), .ESRCH, "no such pool")
    expect(create(40, iommu: 1), .EINVAL, "IOMMU options without an IOMMU")
    expect(create(0x7ff1), 0, "a reserved id stands for any")
    let any = Control.created
    expect(any > 0 && any < 0x7ff0, "an id was given")
    expect(create(any), .EEXIST, "an id that is taken")
    expect(domctl(.destroyDomain, any), 0, "destroy it")
    expect(domctl(.destroyDomain, any), .ESRCH, "it is gone")
    expect(create(40, vcpus: 2), 0, "domain 40")
    expect(Control.created, 40, "its id")
  }
  test("a domain under construction") {
    expect(domctl(.maxVCPUs, 40, 1), .EINVAL, "fewer vCPUs than it was made for")
    expect(domctl(.maxVCPUs, 40, 3), .EINVAL, "more")
    expect(domctl(.getVCPUInfo, 40, 0), .ESRCH, "vCPU 0 before it exists")
    expect(domctl(.getVCPUInfo, 40, 2), .EINVAL, "vCPU 2, which cannot exist")
    expect(domctl(.getVCPUContext, 40, 0, Control.buffer), .EINVAL, "no context of no vCPU")
    expect(domctl(.maxVCPUs, 0, 1), .EINVAL, "dom0's own")
    expect(domctl(.maxVCPUs, 40, 2), 0, "two vCPUs")
    expect(domctl(.maxVCPUs, 40, 2), 0, "again")
    expect(domctl(.getVCPUInfo, 40, 1), 0, "vCPU 1")
    expect(domctl(.getVCPUContext, 40, 0, Control.buffer), .ENODATA, "a context it never had")
    expect(domctl(.getVCPUContext, 40, 9, Control.buffer), .EINVAL, "a context of vCPU 9")
    expect(domctl(.setVCPUContext, 40, 9, Control.buffer), .EINVAL, "a context for vCPU 9")
    expect(
      domctl(.setVCPUContext, 40, 0, BadAddress.unmapped), .EFAULT, "a context that is not there")
    expect(domctl(.setCPUPolicy, 40, 1 << 20, Control.buffer), .E2BIG, "a policy too long")
    expect(domctl(.setCPUPolicy, 40, 1, BadAddress.unmapped), .EFAULT, "an unreadable policy")
    expect(domctl(.maxMemory, 40, 4096), 0, "4 MiB at most")
    expect(domctl(.unpauseDomain, 40), 0, "unpause")
    expect(domctl(.unpauseDomain, 40), .EINVAL, "unpause what is not paused")
    expect(domctl(.pauseDomain, 40), 0, "pause")
    for i in 0..<254 where domctl(.pauseDomain, 40) != 0 { expect(i, 999, "pause no. \(i)") }
    expect(domctl(.pauseDomain, 40), .EOVERFLOW, "a pause too many")
    for _ in 0..<254 { _ = domctl(.unpauseDomain, 40) }
    expect(domctl(.resumeDomain, 40), 0, "resume what is not suspended")
    expect(domctl(.setAddressSize, 40, 33), .EINVAL, "33 bits of addresses")
    expect(domctl(.setAddressSize, 40, 64), 0, "64 bits")
    expect(domctl(.getAddressSize, 40), 0, "address size")
    expect(guest_load32(Control.page &+ 16), 64, "is 64")
    // struct xen_domctl_vcpuaffinity: vcpu, flags, cpumap_hard {bitmap, nr_bits}, cpumap_soft.
    let hard = UInt64(VCPUAffinityFlags.hard) << 32
    expect(domctl(.setVCPUAffinity, 40, 0), .EINVAL, "affinity, no flags")
    expect(domctl(.setVCPUAffinity, 40, hard), .EINVAL, "affinity, null map")
    expect(domctl(.setVCPUAffinity, 40, hard | 9, Control.buffer, 8), .EINVAL, "of vCPU 9")
    expect(domctl(.setVCPUAffinity, 40, hard, BadAddress.unmapped, 8), .EFAULT, "unreadable map")
    guest_store64(Control.buffer, 0)
    expect(domctl(.setVCPUAffinity, 40, hard, Control.buffer, 8), .EINVAL, "no CPU at all")
    guest_store64(Control.buffer, 1)
    expect(domctl(.setVCPUAffinity, 40, hard, Control.buffer, 1), 0, "a map of one bit")
    expect(domctl(.getVCPUAffinity, 40, hard, Control.buffer, 1), 0, "and back")
    expect(guest_load8(Control.buffer) & 1, 1, "CPU 0")
    expect(domctl(.getVCPUAffinity, 40, hard, Control.buffer, 0), 0, "a map of no bits")
    expect(domctl(.getVCPUAffinity, 40, 0), .EINVAL, "affinity asked for nothing")
    expect(domctl(.getNodeAffinity, 40, Control.buffer, 8), 0, "node affinity")
    guest_store64(Control.buffer, 0)
    expect(domctl(.setNodeAffinity, 40, Control.buffer, 8), .EINVAL, "no node")
  }
}

func testDomainControl() {
  guard StartInfo.current.isInitialDomain else { return }
  test("domctl, oddly") {
    expect(domctl(number: 9999, 40), .ENOSYS, "an unknown command")
    expect(domctl(number: 9999, 77), .ESRCH, "an unknown command for nobody")
    expect(domctl(number: 0, 40), .ENOSYS, "command 0")
    expect(domctl(.pauseDomain, 0), .EINVAL, "pause ourselves")
    expect(domctl(.pauseDomain, 0x7ff0), .ESRCH, "DOMID_SELF is nobody here")
    expect(domctl(.destroyDomain, 0), .EINVAL, "destroy ourselves")
    expect(domctl(.resumeDomain, 0), .EINVAL, "resume ourselves")
    expect(domctl(.setVCPUContext, 0, 0, Control.buffer), .EINVAL, "our own context")
    expect(domctl(.getVCPUContext, 0, 0, Control.buffer), .EINVAL, "our own context, read")
    expect(domctl(.getDomainInfo, 0x7ff0), .EINVAL, "information on DOMID_SELF")
    expect(domctl(.getDomainInfo, 41), .ESRCH, "information past the last domain")
    expect(domctl(.getDomainInfo, 1), 0, "information on the next domain")
    expect(Control.created, 40, "which is 40")
    expect(domctl(.setVIRQHandler, 40, 100), .EINVAL, "a line that does not exist")
    expect(domctl(.setVIRQHandler, 40, 0), .EINVAL, "the timer's line")
    expect(domctl(.sendTrigger, 40, 99), .ENOSYS, "an unknown trigger")
    expect(domctl(.sendTrigger, 40, 0 | 9 << 32), .ESRCH, "a trigger for vCPU 9")
    expect(domctl(.sendTrigger, 40, 3), .EINVAL, "the power button of a PV domain")
    expect(domctl(.sendTrigger, 40, 4), .EINVAL, "the sleep button of a PV domain")
    expect(domctl(.sendTrigger, 40, 1), .ENOSYS, "reset")
    expect(domctl(.sendTrigger, 40, 2), .ENOSYS, "init")
    // struct xen_domctl_scheduler_op: sched_id, cmd, weight and cap.
    expect(domctl(.schedulerOp, 40, 99 | 1 << 32), .EINVAL, "of a scheduler that is not in use")
    expect(domctl(.hypercallInit, 40, 1 << 50), .EINVAL, "a hypercall page in no frame")
    expect(domctl(.hypercallInit, 40, 1), .EINVAL, "a hypercall page that is not its own")
    expect(domctl(.getPageFrameInfo3, 40, 1025, Control.buffer), .E2BIG, "1025 frames")
    expect(domctl(.getPageFrameInfo3, 40, 0, 0), 0, "no frames")
    expect(domctl(.getPageFrameInfo3, 40, 1, BadAddress.unmapped), .EFAULT, "unreadable list")
    guest_store64(Control.buffer, 1 << 60)
    expect(domctl(.getPageFrameInfo3, 40, 1, Control.buffer), 0, "a frame nobody has")
    expect(guest_load64(Control.buffer), 0xf000_0000, "is marked so")
    expect(domctl(.ioPortPermission, 40, 0xffff | 2 << 32, 1), .EINVAL, "ports past the last")
    expect(domctl(.ioPortPermission, 40, 0x80, 1), .EINVAL, "no ports")
    expect(domctl(.ioPortPermission, 40, 0x80 | 1 << 32, 1), 0, "port 0x80")
    expect(domctl(.ioPortPermission, 40, 0x80 | 1 << 32, 0), 0, "and away")
    expect(domctl(.ioPortPermission, 40, 0x20 | 1 << 32, 1), .EPERM, "a port we do not have")
    expect(
      domctl(.ioMemoryPermission, 40, UInt64.max, 2, 1), .EINVAL, "device memory past the end")
    expect(domctl(.ioMemoryPermission, 40, 0xfed00, 0, 1), .EINVAL, "no device memory")
    expect(domctl(.memoryMapping, 40, 0xfed00, 0xfed00, 65, 1), 0, "65 frames at once")
    expect(
      domctl(.memoryMapping, 40, UInt64.max, 1, 2, 1), .EINVAL, "frames of a guest past the end")
    expect(domctl(.irqPermission, 40, 5000 | 1 << 32), .EINVAL, "interrupt 5000")
    expect(domctl(.setTSCInfo, 0, 0), .EINVAL, "our own counter")
    expect(domctl(.setTSCInfo, 40, 9), .EINVAL, "TSC mode 9")
    expect(domctl(.getVCPUExtState, 40, 9), .ESRCH, "extended state of vCPU 9")
    expect(domctl(.setVCPUExtState, 40, 0), .EINVAL, "extended state of no length")
    expect(domctl(.getExtVCPUContext, 40, 9), .ESRCH, "extended context of vCPU 9")
    expect(domctl(.setExtVCPUContext, 40, 0), .EINVAL, "extended context of no length")
    expect(domctl(.getVCPUMSRs, 40, 9), .ESRCH, "MSRs of vCPU 9")
    expect(domctl(.getVCPUMSRs, 40, 0), 0, "how many MSRs a vCPU has")
    expect(domctl(.shadowOp, 40, 99), .EINVAL, "an unknown shadow_op")
    expect(domctl(.shadowOp, 0, 0), .EINVAL, "our own shadow_op")
    expect(domctl(.shadowOp, 40, 0), .EINVAL, "shadow_op off, never on")
    expect(domctl(.getCPUPolicy, 40), 0, "the size of a CPU policy")
    expect(
      domctl(.getCPUPolicy, 40, 1, Control.buffer), .ENOBUFS, "a policy that does not fit")
    expect(domctl(.setCPUPolicy, 0), .EINVAL, "our own CPU policy")
    expect(domctl(.setCPUPolicy, 40, 1 << 20, Control.buffer), .EEXIST, "a policy once it has run")
    expect(domctl(.getPagingMempoolSize, 40), .EOPNOTSUPP, "a page pool of a PV domain")
    expect(domctl(.setPagingMempoolSize, 40, 4096), .EOPNOTSUPP, "its size")
    expect(domctl(.setVNUMAInfo, 40, 0), .EINVAL, "no virtual nodes")
    expect(domctl(.getHVMContext, 40), .EINVAL, "HVM context")
    expect(domctl(.setHVMContext, 40), .EINVAL, "HVM context, set")
    expect(domctl(.getHVMContextPartial, 40), .EINVAL, "HVM context, a part")
    expect(domctl(.softReset, 40), .EINVAL, "soft reset")
    expect(domctl(.setTarget, 40, 40), .EINVAL, "its own target")
    expect(domctl(.setTarget, 40, 77), .ESRCH, "no such target")
    expect(domctl(.setDebugging, 0, 1), .EINVAL, "debug ourselves")
    expect(domctl(.setAccessRequired, 0, 1), .EPERM, "access listener, ourselves")
    expect(domctl(.subscribe, 40, 3), 0, "subscribe")
    expect(domctl(.setTimeOffset, 40, 100), 0, "time offset")
    expect(domctl(.setDomainHandle, 40, 1, 2), 0, "handle")
    expect(domctl(.assignDevice, 40, 0), .EOPNOTSUPP, "assign a device")
    expect(domctl(.getDeviceGroup, 40, 0), .EOPNOTSUPP, "device group")
    expect(domctl(.deassignDevice, 40, 0), .EOPNOTSUPP, "take a device away")
    expect(domctl(.testAssignDevice, 40, 0), .EOPNOTSUPP, "could a device be assigned")
    expect(domctl(.bindPassthroughIRQ, 40, 0), .EINVAL, "bind an interrupt")
    expect(domctl(.unbindPassthroughIRQ, 40, 0), .EINVAL, "unbind an interrupt")
    expect(domctl(.ioPortMapping, 40, 0, 1), .EOPNOTSUPP, "port mapping")
    expect(domctl(.memorySharingOp, 40, 0), .ENOSYS, "sharing")
    expect(domctl(.vmEventOp, 40, 0), .ENOSYS, "events")
    expect(domctl(.auditP2M, 40), .ENOSYS, "audit")
    expect(domctl(.monitorOp, 40, 0), .EOPNOTSUPP, "monitor")
    expect(domctl(.psrCMTOp, 40, 0), .ENODEV, "cache monitoring")
    expect(domctl(.psrAlloc, 40, 0), .ENODEV, "cache allocation")
    expect(domctl(.vmtraceOp, 40, 0), .EINVAL, "tracing")
    expect(domctl(.cacheFlush, 40, 0), .ENOSYS, "cache flush")
    expect(domctl(.vuartOp, 40, 0), .ENOSYS, "serial line")
    expect(domctl(.debugOp, 40, 0), .EINVAL, "debug")
    expect(domctl(.setBrokenPageP2M, 40, 0), .EINVAL, "broken page")
    expect(domctl(.realModeArea, 40, 0), .ENOSYS, "real mode area")
    expect(domctl(.setOptFeature, 40, 0), .ENOSYS, "option")
  }
}

func testSystemControl() {
  guard StartInfo.current.isInitialDomain else { return }
  test("sysctl, oddly") {
    // getdomaininfolist: first, max, buffer, count.
    expect(sysctl(.getDomainInfoList, 0 | 4 << 32, BadAddress.unmapped), .EFAULT, "unwritable list")
    expect(sysctl(.getDomainInfoList, 0, 0), 0, "a list of none")
    expect(sysctl(.getDomainInfoList, 0xffff | 4 << 32, Control.buffer), 0, "past the last id")
    expect(guest_load32(Control.page &+ 24), 0, "nobody")
    expect(sysctl(.getDomainInfoList, 30 | 4 << 32, Control.buffer), 0, "from 30 on")
    expect(guest_load32(Control.page &+ 24), 1, "one")
    expect(guest_load16(Control.buffer), 40, "which is 40")
    expect(sysctl(.getCPUInfo, 0, 0), 0, "CPU information on none")
    expect(sysctl(.getCPUInfo, 1, BadAddress.hypervisor), .EFAULT, "into the hypervisor")
    expect(sysctl(.debugKeys, 0, 0), 0, "no debug keys")
    expect(sysctl(.debugKeys, BadAddress.unmapped, 1), .EFAULT, "unreadable debug keys")
    expect(sysctl(.cpuTopologyInfo, 0, Control.buffer), 0, "topology without room")
    expect(sysctl(.cpuTopologyInfo, 0, 0), 0, "topology, how many")
    expect(sysctl(.numaInfo, 0, Control.buffer), 0, "nodes without room")
    expect(sysctl(.numaInfo, 0, 0, 0), 0, "nodes, how many")
    expect(sysctl(.pciTopologyInfo, 1, 0, 0), .EINVAL, "devices, null")
    expect(sysctl(.cpuPoolOp, 99), .ENOSYS, "an unknown pool operation")
    expect(sysctl(.cpuPoolOp, 3 | 99 << 32), .ENOENT, "information on the pool after 99")
    expect(sysctl(.cpuPoolOp, 2 | 9 << 32), .ENOENT, "destroy no pool")
    expect(sysctl(.cpuPoolOp, 2), .EBUSY, "destroy the pool in use")
    expect(sysctl(.cpuPoolOp, 4, 0, 0), .ENODEV, "add a CPU that is in a pool")
    expect(sysctl(.schedulerOp, 9), .ESRCH, "scheduler of no pool")
    expect(sysctl(.schedulerOp, 0 | 99 << 32), .EINVAL, "no such scheduler")
    expect(sysctl(.getCPUPolicy, 99), .EINVAL, "no such policy")
    expect(sysctl(.getCPUPolicy, 0, 0), 0, "the size of a policy")
    expect(sysctl(.getCPUFeatureSet, 99 | 99 << 32, Control.buffer), .EINVAL, "no such feature set")
    expect(sysctl(.getCPUFeatureSet, 1, 0), 0, "the size of a feature set")
    expect(sysctl(.getCPUFeatureSet, 1 | 1 << 32, Control.buffer), .ENOBUFS, "too small a buffer")
    expect(sysctl(.cpuHotplug, 77), .EINVAL, "CPU 77")
    expect(sysctl(.readConsole, 0, BadAddress.hypervisor, 16), .EFAULT, "log into the hypervisor")
  }
  test("platform_op, oddly") {
    func platform(_ command: UInt32, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0) -> Int64 {
      hypercall(.platformOp, quads(UInt64(command) | 0x0300_0001 << 32, a, b, c))
    }
    expect(platform(0), .ENOSYS, "command 0")
    expect(platform(62, 0, 1 << 32), .EINVAL, "settime64, a word that must be zero")
    expect(platform(50, 99), .EINVAL, "no such firmware information")
    expect(platform(51, 0), .EINVAL, "sleep state 0")
    expect(platform(51, 9 << 32), .EINVAL, "sleep state 9")
    expect(platform(55, 9999), 0, "CPU 9999")
    expect(platform(56, 9999), .EINVAL, "CPU 9999 online")
    expect(platform(57, 9999), .EINVAL, "CPU 9999 offline")
    expect(platform(57, 0), .EOPNOTSUPP, "CPU 0 offline")
    expect(platform(60, 9), .EINVAL, "core parking of a kind")
    expect(platform(31, 0), .EINVAL, "memory type of nothing")
    expect(platform(33, 99), .EINVAL, "memory type register 99")
  }
  test("version, HVM and memory operations, oddly") {
    expect(hypercall(.hvmOp, 1, words(0x7ff0, 999)), .EINVAL, "HVM parameter 999")
    expect(hypercall(.hvmOp, 1, words(77, 0)), .ESRCH, "HVM parameter of nobody")
    expect(hypercall(.hvmOp, 1, words(0x7ff0, 0)), .EINVAL, "HVM parameter of our own")
    expect(hypercall(.hvmOp, 0, words(40, 0)), .EINVAL, "HVM parameter of a PV domain")
    expect(hypercall(.hvmOp, 9, words(40)), .EOPNOTSUPP, "pagetable_dying")
    expect(hypercall(.hvmOp, 5, 0), .EINVAL, "flush_tlbs")
    expect(hypercall(.hvmOp, 5, 1), .EINVAL, "flush_tlbs with an argument")
    expect(hypercall(.hvmOp, 10, words(40)), 0, "get_time")
    expect(hypercall(.hvmOp, 11, words(40)), 0, "xentrace")
    expect(hypercall(.hvmOp, 15, words(40)), .EINVAL, "get_mem_type")
    expect(hypercall(.hvmOp, 15, words(77)), .ESRCH, "get_mem_type of nobody")
    expect(hypercall(.hvmOp, 23, words(0)), .EINVAL, "set_evtchn_upcall_vector")
    expect(hypercall(.hvmOp, 24, 0), 0, "guest_request_vm_event")
    expect(hypercall(.hvmOp, 25, words(40)), .EOPNOTSUPP, "altp2m")
    // struct xen_memory_reservation: extents, count, order and flags, domain.
    let claim: UInt64 = 24
    expect(hypercall(.memoryOp, claim, quads(0, 1, 0, 77)), .EINVAL, "a claim for nobody")
    expect(hypercall(.memoryOp, claim, quads(1, 1, 0, 40)), .EINVAL, "a claim with a list")
    expect(hypercall(.memoryOp, claim, quads(0, 1, 1, 40)), .EINVAL, "a claim with an order")
    expect(hypercall(.memoryOp, claim, quads(0, 1 << 40, 0, 40)), .EINVAL, "more than it may have")
    expect(hypercall(.memoryOp, claim, quads(0, 100, 0, 40)), 0, "a claim")
    expect(hypercall(.memoryOp, claim, quads(0, 200, 0, 40)), .EINVAL, "a second claim")
    expect(hypercall(.memoryOp, claim, quads(0, 0, 0, 40)), 0, "no claim")
    expect(hypercall(.memoryOp, 3, words(77)), .ESRCH, "current_reservation of nobody")
    expect(hypercall(.memoryOp, 3, words(40)), 0, "current_reservation")
    expect(hypercall(.memoryOp, 4, words(40)), 1024, "maximum_reservation")
    expect(hypercall(.memoryOp, 0, quads(0, UInt64.max, 0, 40)), 0, "populate without end")
    expect(hypercall(.memoryOp, 6, quads(Control.buffer, 1, 19, 40)), 0, "populate, order 19")
    expect(hypercall(.memoryOp, 6, quads(BadAddress.unmapped, 1, 0, 40)), 0, "populate, no list")
    expect(hypercall(.memoryOp, 6, quads(Control.buffer, 1, 0, 77)), 0, "populate, nobody")
    expect(
      hypercall(.memoryOp, 6 | 2 << 6, quads(Control.buffer, 1, 0, 40)), 2, "from extent 2 of 1")
    guest_store64(Control.buffer, 5)
    expect(hypercall(.memoryOp, 6, quads(Control.buffer, 1, 0, 40)), 1, "populate")
    expect(hypercall(.memoryOp, 3, words(40)), 1, "current_reservation then")
    expect(hypercall(.memoryOp, 1, quads(Control.buffer, 1, 0, 40)), 1, "and decrease")
    expect(hypercall(.memoryOp, 1, quads(Control.buffer, 1, 0, 40)), 0, "decrease it twice")
    // struct xen_mem_acquire_resource: domid, type, id, nr_frames, pad, frame, frame_list.
    let acquire: UInt64 = 28
    expect(hypercall(.memoryOp, acquire, quads(40, 0, 0, 0)), .EINVAL, "how much of nothing")
    expect(hypercall(.memoryOp, acquire, quads(77 | 1 << 16, 0)), .ESRCH, "of nobody")
    expect(
      hypercall(.memoryOp, acquire, quads(40 | 1 << 16, 1, 0, Control.buffer)), 0, "a grant frame")
    expect(
      hypercall(.memoryOp, acquire, quads(40 | 1 << 16, 1, 99, Control.buffer)), .EINVAL,
      "grant frame 99")
    expect(
      hypercall(.memoryOp, acquire, quads(40 | 1 << 16, 0, 0, 0)), 0, "how many grant frames")
    expect(
      hypercall(.memoryOp, acquire, quads(40 | 1 << 16 | 9 << 32, 1, 0, Control.buffer)), .EINVAL,
      "grant table part 9")
  }
}

func testEventChannelsOfOthers() {
  guard StartInfo.current.isInitialDomain else { return }
  test("event channels of others, oddly") {
    // alloc_unbound: dom, remote_dom, port.
    expect(hypercall(.eventChannelOp, 6, words(77)), .ESRCH, "a port for nobody")
    expect(hypercall(.eventChannelOp, 6, words(40 | 77 << 16)), 0, "a port for nobody to bind")
    expect(hypercall(.eventChannelOp, 6, words(40)), 0, "a port for us to bind")
    let port = guest_load32(guest_scratch() &+ 4)
    // bind_interdomain: remote_dom, remote_port, local_port.
    expect(hypercall(.eventChannelOp, 0, words(40, port &+ 1)), .EINVAL, "a port that is not there")
    expect(hypercall(.eventChannelOp, 0, words(40, port &- 1)), .EINVAL, "a port for somebody else")
    expect(hypercall(.eventChannelOp, 0, words(40, UInt32.max)), .EINVAL, "port -1")
    expect(hypercall(.eventChannelOp, 0, words(77, port)), .ESRCH, "a port of nobody")
    expect(hypercall(.eventChannelOp, 0, words(40, port)), 0, "bind it")
    let own = guest_load32(guest_scratch() &+ 8)
    expect(hypercall(.eventChannelOp, 4, words(own)), 0, "send")
    // status: dom, port.
    expect(hypercall(.eventChannelOp, 5, words(40, port)), 0, "its status")
    expect(guest_load32(guest_scratch() &+ 8), 2, "is interdomain")
    expect(hypercall(.eventChannelOp, 5, words(40, 5000)), .EINVAL, "the status of port 5000")
    expect(hypercall(.eventChannelOp, 10, words(77)), .ESRCH, "reset nobody")
    expect(hypercall(.eventChannelOp, 14, words(40)), .EBUSY, "go on with a reset that is not on")
    expect(hypercall(.eventChannelOp, 10, words(40)), 0, "reset it")
    expect(hypercall(.eventChannelOp, 5, words(0x7ff0, own)), 0, "our end")
    expect(guest_load32(guest_scratch() &+ 8), 1, "waits again")
    expect(hypercall(.eventChannelOp, 3, words(own)), 0, "close")
  }
  test("what the hardware's domain may ask") {
    let pinned = hypercall(.schedOp, SchedOp.pinOverride, words(0))
    expect(pinned, 0, "pin to CPU 0")
    expect(hypercall(.vcpuOp, 12, 0, BadAddress.unmapped), .EFAULT, "get_physid, unwritable")
    expect(hypercall(.vcpuOp, 12, 0, quads(UInt64.max)), 0, "get_physid of a pinned vCPU")
    expect(guest_load64(guest_scratch()), 0, "APIC id 0 and ACPI id 0")
    expect(hypercall(.schedOp, SchedOp.pinOverride, words(0xffff_ffff)), 0, "undo")
    expect(hypercall(.vcpuOp, 12, 0, quads()), .EINVAL, "get_physid of a vCPU that roams")
    expect(hypercall(.schedOp, SchedOp.remoteShutdown, words(40, 0xfff)), 0, "remote shutdown")
    expect(domctl(.getDomainInfo, 40), 0, "information")
    expect(guest_load32(Control.page &+ 20) >> 16 & 0xff, 0xff, "the code has 8 bits")
    expect(domctl(.resumeDomain, 40), 0, "resume")
    expect(domctl(.getDomainInfo, 40), 0, "information")
    expect(guest_load32(Control.page &+ 20) >> 2 & 1, 0, "not shut down any more")
  }
}

func testDomainEnd() {
  guard StartInfo.current.isInitialDomain else { return }
  test("a domain that somebody holds a frame of") {
    guest_store64(Control.buffer, 5)
    expect(hypercall(.memoryOp, 6, quads(Control.buffer, 1, 0, 40)), 1, "populate")
    let mfn = guest_load64(Control.buffer)
    // Mapped into our own address space, it outlives its domain.
    let window = Pages.allocate()
    let old = PageTables.value(window)
    let entry = quads(PageTables.machineEntry(window), mfn << 12 | 0x7)
    expect(hypercall(.mmuUpdate, entry, 1, 0, 40), 0, "map it")
    expect(domctl(.destroyDomain, 40), 0, "destroy")
    expect(domctl(.destroyDomain, 40), 0, "destroy it again")
    expect(domctl(.getDomainInfo, 40), 0, "it is still there")
    expect(guest_load32(Control.page &+ 20) & 1, 1, "dying")
    expect(create(40), .EEXIST, "its id is not free")
    guest_store64(Control.buffer, 6)
    expect(hypercall(.memoryOp, 6, quads(Control.buffer, 1, 0, 40)), 0, "no memory for it")
    expect(domctl(.unpauseDomain, 40), 0, "unpause it")
    // allocate a port for it: struct evtchn_alloc_unbound, dom, remote_dom.
    expect(hypercall(.eventChannelOp, 6, words(40)), .EINVAL, "no port for it")
    expect(domctl(.maxMemory, 40, 8192), 0, "max_mem")
    guest_store64(window, 0x1234)
    expect(guest_load64(window), 0x1234, "its frame is still writable")
    expect(MMU.map(window, old), 0, "unmap it")
    expect(domctl(.getDomainInfo, 40), .ESRCH, "now it is gone")
    expect(create(40), 0, "the id is free")
    expect(domctl(.destroyDomain, 40), 0, "destroy the next")
    Pages.free(window)
  }
}
