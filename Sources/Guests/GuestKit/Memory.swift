import CGuest

/// Bits of a page-table entry.
public enum PageEntry {
  public static let present: UInt64 = 1
  public static let writable: UInt64 = 2
  public static let user: UInt64 = 4
  public static let writeThrough: UInt64 = 8
  public static let cacheDisable: UInt64 = 16
  public static let accessed: UInt64 = 32
  public static let dirty: UInt64 = 64
  /// Page size in L2 and L3, PAT in L1.
  public static let large: UInt64 = 128
  public static let global: UInt64 = 256
  public static let noExecute: UInt64 = 1 << 63
  /// The frame bits of a 40-bit machine address.
  public static let frameMask: UInt64 = 0x000f_ffff_ffff_f000
  /// What an ordinary writable mapping has.
  public static let readWrite: UInt64 = present | writable | user | accessed | dirty
  /// What an ordinary read-only mapping has.
  public static let readOnly: UInt64 = present | user | accessed | dirty
}

/// The domain's memory: pseudo-physical page `p` is mapped at `base + p * 4096`.
public enum Memory {
  /// Bytes in a page.
  public static let pageBytes: UInt64 = 4096
  /// Where the machine-to-physical table is mapped.
  /// - Source: public/arch-x86/xen-x86_64.h, HYPERVISOR_VIRT_START
  public static let machineToPhysical: UInt64 = 0xffff_8000_0000_0000

  /// Virtual address of pseudo-physical page 0.
  public static var base: UInt64 { guest_virt_base() }
  /// Virtual address of a pseudo-physical page.
  public static func address(ofPage page: UInt64) -> UInt64 { base &+ page &* pageBytes }
  /// The pseudo-physical page at a virtual address.
  public static func page(at address: UInt64) -> UInt64 { (address &- base) / pageBytes }
  /// The machine frame of a pseudo-physical page, from the list of start_info.
  public static func machineFrame(ofPage page: UInt64) -> UInt64 {
    guest_load64(StartInfo.current.machineFrameList &+ page &* 8)
  }
  /// Records the machine frame of a pseudo-physical page in that list.
  public static func setMachineFrame(_ frame: UInt64, ofPage page: UInt64) {
    guest_store64(StartInfo.current.machineFrameList &+ page &* 8, frame)
  }
  /// The machine frame mapped at a virtual address of the boot mapping.
  public static func machineFrame(at address: UInt64) -> UInt64 {
    machineFrame(ofPage: page(at: address))
  }
  /// The pseudo-physical page of a machine frame, from the hypervisor's table.
  public static func page(ofMachineFrame frame: UInt64) -> UInt64 {
    guest_load64(machineToPhysical &+ frame &* 8)
  }
  /// Where a machine frame of this domain is mapped.
  public static func address(ofMachineFrame frame: UInt64) -> UInt64 {
    address(ofPage: page(ofMachineFrame: frame))
  }
}
