import CGuest
import XenABI

/// Identifiers that stand for no ordinary domain.
/// - Source: public/xen.h, DOMID_*
public enum DomainID {
  public static let selfID: UInt64 = 0x7ff0
  public static let io: UInt64 = 0x7ff1
  public static let xen: UInt64 = 0x7ff2
  public static let cow: UInt64 = 0x7ff3
  public static let invalid: UInt64 = 0x7ff4
  public static let idle: UInt64 = 0x7fff
}

/// The current page tables, found from the boot L4 through the machine-to-physical table.
public enum PageTables {
  /// Virtual address of the boot L4.
  public static var root: UInt64 { StartInfo.current.pageTables }

  /// Index of the entry for `address` in a table of `level` 1...4.
  public static func index(_ address: UInt64, level: UInt64) -> UInt64 {
    address >> (3 &+ level &* 9) & 511
  }

  /// Virtual address of the entry for `address` in the table of `level`, or nil if a higher
  /// entry is absent or maps a large page.
  public static func entry(_ address: UInt64, level: UInt64 = 1) -> UInt64? {
    var table = root
    var at: UInt64 = 4
    while at > level {
      let value = guest_load64(table &+ index(address, level: at) &* 8)
      guard value & PageEntry.present != 0, value & PageEntry.large == 0 else { return nil }
      table = Memory.address(ofMachineFrame: frame(value))
      at &-= 1
    }
    return table &+ index(address, level: level) &* 8
  }

  /// The frame an entry names.
  public static func frame(_ entry: UInt64) -> UInt64 { (entry & PageEntry.frameMask) >> 12 }

  /// The value of the entry for `address`, 0 if there is none.
  public static func value(_ address: UInt64, level: UInt64 = 1) -> UInt64 {
    guard let entry = entry(address, level: level) else { return 0 }
    return guest_load64(entry)
  }

  /// Machine address of the entry that `address` is mapped by, as mmu_update takes it; 0 if none.
  public static func machineEntry(_ address: UInt64, level: UInt64 = 1) -> UInt64 {
    guard let entry = entry(address, level: level) else { return 0 }
    return machine(entry)
  }

  /// Machine address of a byte of the boot mapping.
  public static func machine(_ address: UInt64) -> UInt64 {
    Memory.machineFrame(at: address) << 12 | address & 4095
  }
}

/// The hypercalls that change page tables.
public enum MMU {
  /// Kinds of mmu_update, in the low bits of its pointer.
  public static let normal: UInt64 = 0
  public static let machineToPhysical: UInt64 = 1
  public static let preserveAccessedDirty: UInt64 = 2
  public static let noTranslate: UInt64 = 3

  /// Flags of update_va_mapping.
  public static let flushNone: UInt64 = 0
  public static let flushTLB: UInt64 = 1
  public static let invalidatePage: UInt64 = 2

  /// One mmu_update request.
  public static func update(
    _ pointer: UInt64, _ value: UInt64, domain: UInt64 = DomainID.selfID
  ) -> Int64 {
    let at = guest_scratch()
    guest_store64(at, pointer)
    guest_store64(at &+ 8, value)
    return hypercall(.mmuUpdate, at, 1, 0, domain)
  }

  /// Rewrites the L1 entry of `address`.
  public static func map(
    _ address: UInt64, _ entry: UInt64, flags: UInt64 = invalidatePage
  ) -> Int64 {
    hypercall(.updateVAMapping, address, entry, flags)
  }

  /// One mmuext_op.
  public static func extended(
    _ command: UInt32, _ argument1: UInt64 = 0, _ argument2: UInt64 = 0,
    domain: UInt64 = DomainID.selfID
  ) -> Int64 {
    let at = guest_scratch()
    guest_store64(at, UInt64(command))
    guest_store64(at &+ 8, argument1)
    guest_store64(at &+ 16, argument2)
    return hypercall(.mmuExtOp, at, 1, 0, domain)
  }

  /// Makes a page of the boot mapping read-only or writable.
  public static func protect(_ address: UInt64, writable: Bool) -> Int64 {
    let frame = Memory.machineFrame(at: address) << 12
    return map(address, frame | (writable ? PageEntry.readWrite : PageEntry.readOnly))
  }

  /// Commands of mmuext_op.
  /// - Source: public/xen.h, MMUEXT_*
  public static let pinL1: UInt32 = 0
  public static let pinL2: UInt32 = 1
  public static let pinL3: UInt32 = 2
  public static let pinL4: UInt32 = 3
  public static let unpin: UInt32 = 4
  public static let newBase: UInt32 = 5
  public static let flushLocal: UInt32 = 6
  public static let invalidateLocal: UInt32 = 7
  public static let flushMulti: UInt32 = 8
  public static let invalidateMulti: UInt32 = 9
  public static let flushAll: UInt32 = 10
  public static let invalidateAll: UInt32 = 11
  public static let flushCache: UInt32 = 12
  public static let setLDT: UInt32 = 13
  public static let newUserBase: UInt32 = 15
  public static let clearPage: UInt32 = 16
  public static let copyPage: UInt32 = 17
  public static let flushCacheGlobal: UInt32 = 18
  public static let markSuper: UInt32 = 19
  public static let unmarkSuper: UInt32 = 20
}
