import CGuest
import GuestKit
import Text
import XenABI

/// Status codes of grant operations.
enum Status {
  static let okay: Int16 = 0
  static let generalError: Int16 = -1
  static let badDomain: Int16 = -2
  static let badReference: Int16 = -3
  static let badHandle: Int16 = -4
  static let badVirtualAddress: Int16 = -5
  static let permissionDenied: Int16 = -8
  static let badPage: Int16 = -9
  static let badCopy: Int16 = -10
  static let again: Int16 = -12
}

/// Flags of a grant entry.
enum Entry {
  static let permitAccess: UInt16 = 1
  static let acceptTransfer: UInt16 = 2
  static let readOnly: UInt16 = 4
  static let reading: UInt16 = 8
  static let writing: UInt16 = 16
}

/// Flags of a mapping.
enum MapFlags {
  static let device: UInt32 = 1
  static let host: UInt32 = 2
  static let readOnly: UInt32 = 4
  static let application: UInt32 = 8
  static let containsEntry: UInt32 = 16
}

/// The domain's own number, and its version 1 table mapped at a window.
enum Grants {
  private static let operation = HypercallNumber.grantTableOp

  /// Sets up one frame of the table and maps it over a page of ours.
  static func setUp() {
    let list = Pages.allocate()
    let table = tableAddress
    let argument = Pages.allocate()
    guest_store16(argument, 0x7ff0)
    guest_store32(argument &+ 4, 1)
    guest_store64(argument &+ 16, list)
    expect(hypercall(operation, 2, argument, 1), 0, "setup_table")
    expect(guest_load16(argument &+ 8), 0, "its status")
    let frame = guest_load64(list)
    expect(MMU.map(table, frame << 12 | PageEntry.readWrite), 0, "the table's frame is mapped")
    Pages.free(argument)
    Pages.free(list)
  }

  /// Where the first frame of the table is mapped.
  static var tableAddress: UInt64 { guest_spare_page() }

  /// Our own number: dom0, or what `self=` on the command line says.
  static var selfID: UInt16 {
    UInt16(truncatingIfNeeded: StartInfo.current.commandLineNumber("self="))
  }

  static func flags(_ reference: UInt32) -> UInt16 {
    guest_load16(tableAddress &+ UInt64(reference) &* 8)
  }

  /// Fills entry `reference`: the flags last, as the ABI wants.
  static func grant(
    _ reference: UInt32, _ frame: UInt64, to domain: UInt16, _ flags: UInt16 = Entry.permitAccess
  ) {
    let at = tableAddress &+ UInt64(reference) &* 8
    guest_store16(at, 0)
    guest_store16(at &+ 2, domain)
    guest_store32(at &+ 4, UInt32(truncatingIfNeeded: frame))
    guest_fence()
    guest_store16(at, flags)
  }

  /// Takes a grant back.
  static func end(_ reference: UInt32) {
    guest_store16(tableAddress &+ UInt64(reference) &* 8, 0)
  }

  /// What mapping answered.
  struct Mapped {
    let status: Int16
    let handle: UInt32
    let bus: UInt64
  }

  /// GNTTABOP_map_grant_ref.
  static func map(
    _ reference: UInt32, at address: UInt64, _ flags: UInt32 = MapFlags.host, of domain: UInt16
  ) -> Mapped {
    let at = quads(
      address, UInt64(flags) | UInt64(reference) << 32, UInt64(domain) | 0x7777 << 16)
    let end = hypercall(operation, 0, at, 1)
    expect(end, 0, "map_grant_ref is carried out")
    return Mapped(
      status: Int16(bitPattern: guest_load16(at &+ 18)), handle: guest_load32(at &+ 20),
      bus: guest_load64(at &+ 24))
  }

  /// GNTTABOP_unmap_grant_ref.
  static func unmap(_ handle: UInt32, at address: UInt64, bus: UInt64 = 0) -> Int16 {
    let at = quads(address, bus, UInt64(handle) | 0x7777 << 32)
    expect(hypercall(operation, 1, at, 1), 0, "unmap_grant_ref is carried out")
    return Int16(bitPattern: guest_load16(at &+ 20))
  }

  /// One side of a copy.
  struct Side {
    let place: UInt64
    let domain: UInt16
    let offset: UInt16
    let isReference: Bool

    static func reference(_ number: UInt32, _ domain: UInt16, _ offset: UInt16 = 0) -> Side {
      Side(place: UInt64(number), domain: domain, offset: offset, isReference: true)
    }
    static func frame(_ frame: UInt64, _ domain: UInt16 = 0x7ff0, _ offset: UInt16 = 0) -> Side {
      Side(place: frame, domain: domain, offset: offset, isReference: false)
    }
  }

  /// GNTTABOP_copy.
  static func copy(_ from: Side, _ to: Side, _ length: UInt16) -> Int16 {
    let flags: UInt64 = (from.isReference ? 1 : 0) | (to.isReference ? 2 : 0)
    let at = quads(
      from.place, UInt64(from.domain) | UInt64(from.offset) << 16,
      to.place, UInt64(to.domain) | UInt64(to.offset) << 16,
      UInt64(length) | flags << 16 | 0x7777 << 32)
    expect(hypercall(operation, 5, at, 1), 0, "copy is carried out")
    return Int16(bitPattern: guest_load16(at &+ 36))
  }
}

/// An address whose L1 entry is empty, to map grants at.
struct Slot {
  let address: UInt64
  let own: UInt64

  static func open() -> Slot {
    let address = Pages.allocate()
    let slot = Slot(address: address, own: Memory.machineFrame(at: address) << 12)
    expect(MMU.map(address, 0), 0, "an empty slot")
    return slot
  }
  func close() {
    expect(MMU.map(address, own | PageEntry.readWrite), 0, "the slot shows its own page again")
    Pages.free(address)
  }
}

/// A page of ours to grant.
struct Shared {
  let address: UInt64
  let frame: UInt64

  static func make(_ word: UInt64) -> Shared {
    let address = Pages.allocate()
    guest_store64(address, word)
    return Shared(address: address, frame: Memory.machineFrame(at: address))
  }
  /// Gives it back: with no reference left it can become a page table, and memory again.
  func drop() {
    guest_store64(address, 0)
    Pages.clear(address)
    expect(MMU.protect(address, writable: false), 0, "a page that was granted, read-only")
    expect(MMU.extended(MMU.pinL1, frame), 0, "nobody holds it writable")
    expect(MMU.extended(MMU.unpin, frame), 0, "unpin")
    expect(MMU.protect(address, writable: true), 0, "writable")
    Pages.free(address)
  }
}
