import CGuest
import GuestKit
import Text
import XenABI

// A page of ours, in use as a page table or about to be.
struct Table {
  let address: UInt64
  let frame: UInt64

  /// Read-only and empty.
  static func make() -> Table {
    let table = data()
    expect(MMU.protect(table.address, writable: false), 0, "a new table is made read-only")
    return table
  }

  /// Writable and empty.
  static func data() -> Table {
    let address = Pages.allocate()
    return Table(address: address, frame: Memory.machineFrame(at: address))
  }

  /// Machine address of entry `index`.
  func entry(_ index: UInt64) -> UInt64 { frame << 12 | index &* 8 }
  /// The word as it stands.
  func read(_ index: UInt64) -> UInt64 { guest_load64(address &+ index &* 8) }
  /// The entry as it stands, without the bits a hypervisor may add: global and accessed.
  func readEntry(_ index: UInt64) -> UInt64 {
    read(index) & ~(PageEntry.global | PageEntry.accessed) | PageEntry.accessed
  }
  /// Sets an entry by mmu_update.
  func set(_ index: UInt64, _ value: UInt64) -> Int64 { MMU.update(entry(index), value) }
  /// An entry of the level above that points here.
  var asTable: UInt64 { frame << 12 | PageEntry.readWrite }
  /// A read-only entry that maps this page.
  var readOnly: UInt64 { frame << 12 | PageEntry.readOnly }
  /// A writable entry that maps this page.
  var readWrite: UInt64 { frame << 12 | PageEntry.readWrite }

  /// Gives the page back: it must be possible to make it writable.
  func drop(_ what: StaticString) {
    expect(MMU.protect(address, writable: true), 0, "\(what), becomes ordinary memory again")
    Pages.free(address)
  }

  func pin(_ level: UInt32) -> Int64 { MMU.extended(MMU.pinL1 &+ level &- 1, frame) }
  func unpin() -> Int64 { MMU.extended(MMU.unpin, frame) }
}

enum Machine {
  /// Pages the domain owns.
  static var currentReservation: UInt64 {
    UInt64(bitPattern: hypercall(.memoryOp, 3, words(0x7ff0)))
  }

  /// One above the highest machine frame of memory.
  static var endOfMemory: UInt64 {
    UInt64(bitPattern: hypercall(.memoryOp, 2))
  }

  /// Free pages of the machine by sysctl physinfo, 0 if we may not ask.
  static var freePages: UInt64 {
    let page = Pages.allocate()
    guest_store32(page, 3)
    guest_store32(page &+ 4, 0x15)
    let end = hypercall(.sysctl, page)
    let free = guest_load64(page &+ 8 &+ 48)
    Pages.free(page)
    return end == 0 ? free : 0
  }

  /// A machine frame of memory that is not ours: the first from `start` whose entry in the
  /// machine-to-physical table does not lead back to it.
  static func foreignFrame(_ start: UInt64) -> UInt64 {
    let info = StartInfo.current
    var frame = start
    while frame < endOfMemory {
      let page = Memory.page(ofMachineFrame: frame)
      if page >= info.pages || Memory.machineFrame(ofPage: page) != frame { return frame }
      frame &+= 1
    }
    return 0
  }
}

/// A page whose mapping tests may replace; `restore` maps its own frame again.
struct Window {
  let address: UInt64
  let own: UInt64

  static func open() -> Window {
    let address = Pages.allocate()
    return Window(address: address, own: Memory.machineFrame(at: address) << 12)
  }
  /// update_va_mapping of the window.
  func map(_ entry: UInt64) -> Int64 { MMU.map(address, entry) }
  var value: UInt64 { PageTables.value(address) }
  func close() {
    expect(map(own | PageEntry.readWrite), 0, "the window shows its own page again")
    Pages.free(address)
  }
}
