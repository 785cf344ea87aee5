import CGuest
import GuestKit
import Text
import XenABI

// struct xen_memory_reservation: extent_start, nr_extents, extent_order, mem_flags, domid.
private func reservation(
  _ operation: UInt64, _ list: UInt64, _ count: UInt64, order: UInt32 = 0,
  domain: UInt16 = 0x7ff0
) -> Int64 {
  hypercall(.memoryOp, operation, quads(list, count, UInt64(order), UInt64(domain)))
}

private func increase(_ list: UInt64, _ count: UInt64, order: UInt32 = 0) -> Int64 {
  reservation(0, list, count, order: order)
}
private func decrease(_ list: UInt64, _ count: UInt64, order: UInt32 = 0) -> Int64 {
  reservation(1, list, count, order: order)
}
private func populate(_ list: UInt64, _ count: UInt64, order: UInt32 = 0) -> Int64 {
  reservation(6, list, count, order: order)
}

func testReservations() {
  test("giving a page back and taking another") {
    let window = Window.open()
    let number = Memory.page(at: window.address)
    let list = Pages.allocate()
    let own = Machine.currentReservation
    if StartInfo.current.isInitialDomain {
      expect(own, UInt64(bitPattern: hypercall(.memoryOp, 3, words(0))), "by DOMID_SELF or number")
    }
    expect(hypercall(.memoryOp, 4, words(0x7ff0)) >= Int64(own), "maximum_reservation")
    let frame = Memory.machineFrame(ofPage: number)
    expect(window.map(0), 0, "unmap it")
    guest_store64(list, frame)
    expect(decrease(list, 1), 1, "decrease")
    expect(Machine.currentReservation, own &- 1, "one page less")
    expect(decrease(list, 1), 0, "it is not ours a second time")
    expect(window.map(frame << 12 | PageEntry.readOnly), .EBUSY, "nor can it be mapped")
    guest_store64(list, number)
    expect(populate(list, 1), 1, "populate")
    let fresh = guest_load64(list)
    expect(Machine.currentReservation, own, "as many as before")
    expect(Memory.page(ofMachineFrame: fresh), number, "the m2p knows it")
    Memory.setMachineFrame(fresh, ofPage: number)
    expect(window.map(fresh << 12 | PageEntry.readWrite), 0, "map it")
    var word: UInt64 = 0
    for i: UInt64 in 0..<512 { word |= guest_load64(window.address &+ i &* 8) }
    expect(word, 0, "it comes cleared of others' data")
    guest_store64(window.address, 1)
    Pages.free(list)
    Pages.free(window.address)
  }
  test("a page given back while it is mapped") {
    let window = Window.open()
    let number = Memory.page(at: window.address)
    let frame = Memory.machineFrame(ofPage: number)
    let list = Pages.allocate()
    guest_store64(list, frame)
    guest_store64(window.address, 0x99)
    expect(decrease(list, 1), 1, "decrease")
    expect(guest_load64(window.address), 0x99, "the mapping holds it")
    expect(window.map(0), 0, "unmap it: now it is free")
    guest_store64(list, number)
    expect(populate(list, 1), 1, "populate")
    Memory.setMachineFrame(guest_load64(list), ofPage: number)
    expect(window.map(guest_load64(list) << 12 | PageEntry.readWrite), 0, "map the new one")
    Pages.free(list)
    Pages.free(window.address)
  }
  test("refusals") {
    let list = Pages.allocate()
    let table = Table.make()
    guest_store64(list, Machine.foreignFrame(0x100))
    expect(decrease(list, 1), 0, "decrease of another's frame")
    guest_store64(list, 1 << 40)
    expect(decrease(list, 1), 0, "decrease of no frame")
    expect(decrease(BadAddress.unmapped, 1), 0, "decrease of an unreadable list")
    expect(populate(BadAddress.unmapped, 1), 0, "populate of an unreadable list")
    guest_store64(list, 0)
    expect(populate(list, 1, order: 20), 0, "populate of 4 GiB at once")
    expect(increase(list, 1, order: 20), 0, "increase by 4 GiB at once")
    expect(reservation(1, list, 1, domain: 77), 0, "of a domain that is not there")
    expect(hypercall(.memoryOp, 3, words(77)), .ESRCH, "current_reservation of one not there")
    Pages.free(list)
    table.drop("the table")
  }
  test("many at once") {
    // 64 pages out and in: the frame list comes back page by page.
    let list = Pages.allocate()
    let own = Machine.currentReservation
    let first = StartInfo.current.pages &- 64
    for i: UInt64 in 0..<64 {
      guest_store64(list &+ i &* 8, Memory.machineFrame(ofPage: first &+ i))
    }
    expect(decrease(list, 64), 64, "decrease 64")
    expect(Machine.currentReservation, own &- 64, "64 less")
    for i: UInt64 in 0..<64 { guest_store64(list &+ i &* 8, first &+ i) }
    expect(populate(list, 64), 64, "populate 64")
    expect(Machine.currentReservation, own, "as many as before")
    var wrong = 0
    for i: UInt64 in 0..<64 {
      let frame = guest_load64(list &+ i &* 8)
      if Memory.page(ofMachineFrame: frame) != first &+ i { wrong &+= 1 }
      Memory.setMachineFrame(frame, ofPage: first &+ i)
    }
    expect(wrong, 0, "each in its place in the m2p")
    for i: UInt64 in 0..<3 {
      guest_store64(list &+ i &* 8, Memory.machineFrame(ofPage: first &+ i))
    }
    guest_store64(list &+ 8, 1 << 40)
    expect(decrease(list, 3), 1, "three, the second wrong: one done")
    guest_store64(list, first)
    expect(populate(list, 1), 1, "back")
    Memory.setMachineFrame(guest_load64(list), ofPage: first)
    Pages.free(list)
  }
}

func testExchange() {
  test("exchange") {
    // struct xen_memory_exchange: in, out (reservations of 32 bytes), nr_exchanged.
    let input = Pages.allocate()
    let output = Pages.allocate()
    let argument = Pages.allocate()
    let own = Machine.currentReservation
    let first = StartInfo.current.pages &- 8
    func fill(_ count: UInt64, outCount: UInt64, outOrder: UInt64) {
      for i: UInt64 in 0..<count {
        guest_store64(input &+ i &* 8, Memory.machineFrame(ofPage: first &+ i))
      }
      for i: UInt64 in 0..<outCount { guest_store64(output &+ i &* 8, first &+ i << outOrder) }
      guest_store64(argument, input)
      guest_store64(argument &+ 8, count)
      guest_store64(argument &+ 16, 0)
      guest_store64(argument &+ 24, 0x7ff0)
      guest_store64(argument &+ 32, output)
      guest_store64(argument &+ 40, outCount)
      guest_store64(argument &+ 48, outOrder)
      guest_store64(argument &+ 56, 0x7ff0)
      guest_store64(argument &+ 64, 0)
    }
    fill(4, outCount: 4, outOrder: 0)
    expect(hypercall(.memoryOp, 11, argument), 0, "four for four")
    expect(guest_load64(argument &+ 64), 4, "four exchanged")
    var wrong = 0
    for i: UInt64 in 0..<4 {
      let frame = guest_load64(output &+ i &* 8)
      if Memory.page(ofMachineFrame: frame) != first &+ i { wrong &+= 1 }
      Memory.setMachineFrame(frame, ofPage: first &+ i)
    }
    expect(wrong, 0, "each in its place in the m2p")
    fill(8, outCount: 1, outOrder: 3)
    expect(hypercall(.memoryOp, 11, argument), 0, "eight for one of order 3")
    let frame = guest_load64(output)
    expect(frame & 7, 0, "it is aligned")
    wrong = 0
    for i: UInt64 in 0..<8 {
      if Memory.page(ofMachineFrame: frame &+ i) != first &+ i { wrong &+= 1 }
      Memory.setMachineFrame(frame &+ i, ofPage: first &+ i)
    }
    expect(wrong, 0, "eight frames in a row in the m2p")
    expect(Machine.currentReservation, own, "as many as before")
    fill(4, outCount: 3, outOrder: 0)
    expect(hypercall(.memoryOp, 11, argument), .EINVAL, "four for three")
    fill(4, outCount: 4, outOrder: 0)
    guest_store64(input &+ 8, 1 << 40)
    expect(hypercall(.memoryOp, 11, argument), .EINVAL, "one of them not there")
    fill(1, outCount: 1, outOrder: 0)
    guest_store64(argument &+ 64, 2)
    expect(hypercall(.memoryOp, 11, argument), .EINVAL, "more exchanged than asked")
    fill(1, outCount: 1, outOrder: 0)
    guest_store64(argument &+ 24, 77)
    expect(hypercall(.memoryOp, 11, argument), .EINVAL, "two domains")
    expect(Machine.currentReservation, own, "still as many")
    Pages.free(argument)
    Pages.free(output)
    Pages.free(input)
  }
}

func testLeaks(_ free: UInt64, _ own: UInt64) {
  test("nothing leaked") {
    expect(Machine.currentReservation, own, "the domain's pages")
    if free != 0 { expect(Machine.freePages, free, "the machine's free pages") }
    // Every page the tests used is ordinary memory again.
    var stuck = 0
    for _ in 0..<64 {
      let page = Pages.allocate()
      if MMU.protect(page, writable: false) != 0 { stuck &+= 1 }
      if MMU.protect(page, writable: true) != 0 { stuck &+= 1 }
    }
    expect(stuck, 0, "pages whose mapping does not change")
  }
}

// Last of all: the table of event channels keeps the memory that it has grown by.
func testStaleTranslations() {
  test("a page given back is out of reach once it is used") {
    // Touched, unmapped without a flush and given back: then the hypervisor needs memory for event
    // channels. What it does with a page must not be seen through what the TLB still knows.
    let list = Pages.allocate()
    let mark: UInt64 = 0x7374_616c_655f_746c
    var pages = InlineArray<8, UInt64>(repeating: 0)
    for i in 0..<8 {
      pages[i] = Pages.allocate()
      guest_store64(pages[i], mark)
      guest_store64(list &+ UInt64(i) &* 8, Memory.machineFrame(at: pages[i]))
    }
    for i in 0..<8 {
      expect(MMU.map(pages[i], 0, flags: 0), 0, "unmap without a flush")
      _ = attempt(pages[i]) { a, _, _ in guest_load64(a) }
    }
    expect(decrease(list, 8), 8, "decrease")
    // struct evtchn_alloc_unbound: dom, remote_dom, port.
    var ports: UInt64 = 0
    while ports < 900, hypercall(.eventChannelOp, 6, words(0x7ff0_7ff0, 0)) == 0 { ports &+= 1 }
    expect(ports, 900, "event channels")
    for i in 0..<8 {
      let seen = attempt(pages[i]) { a, _, _ in guest_load64(a) }
      let isSafe = seen.fault.vector == 14 || seen.value == mark
      expect(isSafe ? 1 : 0, 1, "its old page is a fault, or as it was left")
    }
    _ = MMU.extended(MMU.flushLocal)
    for i in 0..<8 { guest_store64(list &+ UInt64(i) &* 8, Memory.page(at: pages[i])) }
    expect(populate(list, 8), 8, "populate")
    for i in 0..<8 {
      let fresh = guest_load64(list &+ UInt64(i) &* 8)
      Memory.setMachineFrame(fresh, ofPage: Memory.page(at: pages[i]))
      expect(MMU.map(pages[i], fresh << 12 | PageEntry.readWrite), 0, "map the new one")
      Pages.free(pages[i])
    }
    Pages.free(list)
  }
}
