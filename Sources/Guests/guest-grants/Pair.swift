import CGuest
import GuestKit
import Text
import XenABI

// The shared page's words: what each side says to the other.
private let hello: UInt64 = 0x6d61_7274_6c65_7401
private let mapped: UInt64 = 0x6d61_7274_6c65_7402
private let finished: UInt64 = 0x6d61_7274_6c65_7403

private var peer: UInt16 {
  UInt16(truncatingIfNeeded: StartInfo.current.commandLineNumber("peer="))
}

private func wait(_ at: UInt64, _ word: UInt64, _ what: StaticString) {
  let end = Clock.now &+ 60_000_000_000
  while guest_load64(at) != word, Clock.now < end { _ = hypercall(.schedOp, SchedOp.yield) }
  expect(guest_load64(at), word, "\(what)")
}

// Grants reference 20 writable, 21 read-only, 22 to nobody; waits for the mapper.
func beGranter() {
  test("granter") {
    let page = Shared.make(hello)
    let readable = Shared.make(0xaaaa)
    Grants.grant(reference, page.frame, to: peer)
    Grants.grant(reference &+ 1, readable.frame, to: peer, Entry.permitAccess | Entry.readOnly)
    wait(page.address, mapped, "the peer maps the page and writes to it")
    expect(Grants.flags(reference) & 0x18, 0x18, "the entry says it is read and written")
    expect(Grants.flags(reference &+ 1) & 0x18, 0x08, "the other that it is read")
    Grants.end(reference &+ 5)
    guest_store64(page.address &+ 8, hello)
    wait(page.address, finished, "the peer has finished")
    Clock.spin(2_000_000_000) { Grants.flags(reference) & 0x18 == 0 }
    expect(Grants.flags(reference), Entry.permitAccess, "the entry is idle")
    expect(guest_load64(page.address &+ 4088), 0xbbbb, "what the peer copied is here")
    expect(guest_load64(readable.address), 0xaaaa, "the read-only page is as it was")
    Grants.end(reference)
    Grants.end(reference &+ 1)
    page.drop()
    readable.drop()
  }
}

// Maps and copies what the granter shares.
func beMapper() {
  test("mapper") {
    let slot = Slot.open()
    let second = Slot.open()
    let own = Shared.make(0xbbbb)
    let end = Clock.now &+ 60_000_000_000
    var map = Grants.map(reference, at: slot.address, of: peer)
    while map.status != 0, Clock.now < end {
      Clock.spin(100_000_000)
      map = Grants.map(reference, at: slot.address, of: peer)
    }
    expect(map.status, Status.okay, "map the peer's page")
    expect(guest_load64(slot.address), hello, "it shows the peer's word")
    let read = Grants.map(
      reference &+ 1, at: second.address, MapFlags.host | MapFlags.readOnly, of: peer)
    expect(read.status, Status.okay, "map the read-only page")
    expect(guest_load64(second.address), 0xaaaa, "it shows its word")
    expectFault(14, error: 3, "a write to it", second.address) { a, _, _ in
      guest_store64(a, 0)
      return 0
    }
    let window = Slot.open()
    expect(
      Grants.map(reference &+ 1, at: window.address, of: peer).status, Status.generalError,
      "mapping it writable")
    expect(
      Grants.map(reference &+ 2, at: window.address, of: peer).status, Status.generalError,
      "mapping what is not granted")
    expect(
      MMU.map(window.address, map.bus | PageEntry.readOnly) < 0,
      "mapping the peer's frame without a grant")
    window.close()
    guest_store64(slot.address, mapped)
    wait(slot.address &+ 8, hello, "the peer answers")
    expect(
      Grants.copy(.frame(own.frame), .reference(reference, peer, 4088), 8), Status.okay,
      "copy to the peer")
    expect(
      Grants.copy(.reference(reference &+ 1, peer), .frame(own.frame), 8), Status.okay,
      "copy from the peer")
    expect(guest_load64(own.address), 0xaaaa, "arrives")
    expect(
      Grants.copy(.frame(own.frame), .reference(reference &+ 1, peer), 8), Status.generalError,
      "copy to the peer's read-only page")
    expect(Grants.unmap(read.handle, at: second.address), Status.okay, "unmap the second")
    guest_store64(slot.address, finished)
    expect(Grants.unmap(map.handle, at: slot.address), Status.okay, "unmap the first")
    second.close()
    slot.close()
    own.drop()
  }
}
