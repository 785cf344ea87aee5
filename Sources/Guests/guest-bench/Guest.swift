// guest-bench: what the paths a PV kernel takes all the time cost, in ticks of the TSC.
//
// Measures: the null hypercall; an event sent to oneself until its upcall runs; mmu_update of 1 and
// of 128 entries; update_va_mapping; a page fault bounced to the guest until its handler has
// returned; a multicall of 8 null calls; CPUID by forced emulation; user
// mode and back; a grant mapped and unmapped, and copied.
// Method: each action 64 times between two RDTSCs; the least is reported, less the least of an empty
// pair. Run with `guests --icount`, where one tick is one instruction, so figures repeat exactly.
// Expected: one line `BENCH name ticks` each, then "RESULT bench: PASS n checks".
// Source: public/xen.h; the peer is stock Xen 4.17 on the same emulated machine.
import CGuest
import XenABI
import GuestKit
import Text

private let rounds = 64

// The least ticks one call of `body` takes, over `rounds` calls after 4 to warm up.
@inline(__always)
private func least(_ body: () -> Void) -> UInt64 {
  var best = UInt64.max
  for _ in 0..<4 { body() }
  for _ in 0..<rounds {
    let start = guest_rdtsc()
    body()
    best = min(best, guest_rdtsc() &- start)
  }
  return best
}

@inline(__always)
private func measure(_ name: StaticString, _ body: () -> Void) {
  let empty = least {}
  let ticks = least(body)
  say("BENCH \(name) \(ticks &- empty)")
  expect(ticks >= empty, "ticks grow")
}

@c(guest_main)
public func guestMain(_ startInfo: UInt64) {
  Guest.run("bench", startInfo) {
    measure("null-hypercall") { _ = hypercall(.xenVersion, 0) }

    let calls = Pages.allocate()
    measure("multicall-8-null") {
      for i: UInt64 in 0..<8 {
        guest_store64(calls &+ i &* 64, HypercallNumber.xenVersion.rawValue)
      }
      _ = hypercall(.multicall, calls, 8)
    }

    let port = UInt32(truncatingIfNeeded: max(0, Events.bindIPI(0)))
    expect(port != 0, "an IPI port")
    SharedInfo.unmaskBit(port)
    Events.enable()
    let before = Events.portCount
    measure("event-send-to-upcall") { _ = Events.send(port) }
    expect(Events.portCount &- before, UInt64(rounds &+ 4), "every event arrived")
    Events.disable()
    measure("event-send-masked") { _ = Events.send(port) }
    Events.close(port)

    // An L1 table of our own, hooked nowhere: 128 entries map one page or another.
    let table = Pages.allocate()
    let targets = (
      Memory.machineFrame(at: Pages.allocate()), Memory.machineFrame(at: Pages.allocate())
    )
    expect(MMU.protect(table, writable: false), 0, "the table is read-only")
    expect(MMU.extended(MMU.pinL1, Memory.machineFrame(at: table)), 0, "the table is pinned")
    // Two lists of requests take turns, so that every entry really changes.
    var requests = Pages.allocate()
    var others = Pages.allocate()
    let machine = PageTables.machine(table)
    fill(requests, machine, targets.0)
    fill(others, machine, targets.1)
    measure("mmu-update-1") {
      _ = hypercall(.mmuUpdate, requests, 1, 0, DomainID.selfID)
      swap(&requests, &others)
    }
    measure("mmu-update-128") {
      _ = hypercall(.mmuUpdate, requests, 128, 0, DomainID.selfID)
      swap(&requests, &others)
    }
    expect(hypercall(.mmuUpdate, requests, 128, 0, DomainID.selfID), 0, "128 updates succeed")

    let page = Pages.allocate()
    let entry = Memory.machineFrame(at: page) << 12 | PageEntry.readWrite
    measure("update-va-mapping") { _ = hypercall(.updateVAMapping, page, entry, 2) }
    expect(hypercall(.updateVAMapping, page, entry, 2), 0, "update_va_mapping succeeds")

    measure("page-fault-bounce") {
      _ = attempt(0x1000) { a, _, _ in guest_load64(a) }
    }
    measure("cpuid-forced") { guest_cpuid_forced(1, 0, requests) }
    measure("set-timer-op") { _ = hypercall(.setTimerOp, 0) }
    measure("sched-yield") { _ = hypercall(.schedOp, SchedOp.yield) }
    measureUserMode()
    measureGrants(target: page)
  }
}

// From the kernel to user mode by iret and back by SYSCALL, or by a page fault.
private func measureUserMode() {
  let user = UserMode.make()
  user.load(GUEST_PROGRAM_CONSOLE)
  measure("user-syscall") { _ = user.run() }
  var frame = UserMode.start
  frame.rdi = 0x5000
  user.load(GUEST_PROGRAM_READ)
  measure("user-page-fault") { _ = user.run(frame) }
  user.close()
}

// A grant to oneself, mapped and unmapped; and copies of a page and of 64 bytes.
private func measureGrants(target: UInt64) {
  let list = Pages.allocate()
  let argument = Pages.allocate()
  guest_store16(argument, 0x7ff0)
  guest_store32(argument &+ 4, 1)
  guest_store64(argument &+ 16, list)
  expect(hypercall(.grantTableOp, 2, argument, 1), 0, "setup_table")
  let table = guest_spare_page()
  expect(MMU.map(table, guest_load64(list) << 12 | PageEntry.readWrite), 0, "the table is mapped")
  let page = Pages.allocate()
  let frame = Memory.machineFrame(at: page)
  let own = UInt16(truncatingIfNeeded: StartInfo.current.commandLineNumber("self="))
  guest_store16(table &+ 160 &+ 2, own)
  guest_store32(table &+ 160 &+ 4, UInt32(truncatingIfNeeded: frame))
  guest_store16(table &+ 160, 1)
  let slot = Pages.allocate()
  expect(MMU.map(slot, 0), 0, "an empty slot")
  measure("grant-map-unmap") {
    let map = quads(slot, 2 | 20 << 32, UInt64(own))
    _ = hypercall(.grantTableOp, 0, map, 1)
    let unmap = quads(slot, 0, UInt64(guest_load32(map &+ 20)))
    _ = hypercall(.grantTableOp, 1, unmap, 1)
  }
  expect(guest_load16(guest_scratch() &+ 20), 0, "the last unmapping succeeded")
  let targetFrame = Memory.machineFrame(at: target)
  measure("grant-copy-64") { copy(own, targetFrame, 64) }
  measure("grant-copy-4096") { copy(own, targetFrame, 4096) }
  expect(guest_load16(guest_scratch() &+ 36), 0, "the last copy succeeded")
}

@inline(__always)
private func copy(_ own: UInt16, _ frame: UInt64, _ length: UInt64) {
  let at = quads(20, UInt64(own), frame, 0x7ff0, length | 1 << 16)
  _ = hypercall(.grantTableOp, 5, at, 1)
}

// 128 requests that each point another entry at machine frame `target`.
private func fill(_ requests: UInt64, _ machine: UInt64, _ target: UInt64) {
  for i: UInt64 in 0..<128 {
    guest_store64(requests &+ i &* 16, machine &+ i &* 8)
    guest_store64(requests &+ i &* 16 &+ 8, target << 12 | PageEntry.readOnly)
  }
}
