import Machine

/// Where things are in the hypervisor's part of the address space, L4 slots 256 to 271.
///
/// ```
/// slot 256  0xffff800000000000  machine-to-physical table, read-only, readable by guests
/// slot 260  0xffff820000000000  per-domain area, filled per guest L4 by the PV code
/// slot 261  0xffff828000000000  machine-to-physical table, writable, the hypervisor's
///           0xffff82c000000000  device registers, uncached
///           0xffff82d040200000  the image
///           0xffff82d060000000  SYSCALL stubs, one page per CPU
///           0xffff82d070000000  stack blocks, 64 KiB per CPU
///           0xffff82e000000000  frame table, 32 bytes per frame, where there is memory
/// slot 262  0xffff830000000000  direct map of all memory, up to 5 TiB
/// ```
/// - Source: `HYPERVISOR_VIRT_START`, `MACH2PHYS_VIRT_START` in `xen/include/public/arch-x86/xen-x86_64.h`
///   for what guests rely on; the rest is ours.
public enum AddressLayout {
  /// The first L4 slot that is the hypervisor's.
  public static var firstSlot: Int { 256 }
  /// One more than the last L4 slot that is the hypervisor's.
  public static var endSlot: Int { 272 }
  /// The first address that is the hypervisor's (`HYPERVISOR_VIRT_START`).
  public static var start: UInt64 { 0xffff_8000_0000_0000 }
  /// One more than the last address that is the hypervisor's (`HYPERVISOR_VIRT_END`).
  public static var end: UInt64 { 0xffff_8800_0000_0000 }

  /// The machine-to-physical table as guests see it (`MACH2PHYS_VIRT_START`).
  public static var machineToPhysical: UInt64 { 0xffff_8000_0000_0000 }
  /// The same table, writable, for the hypervisor alone.
  public static var machineToPhysicalWritable: UInt64 { 0xffff_8280_0000_0000 }
  /// The L4 slot of the per-domain area.
  public static var perDomainSlot: Int { 260 }
  /// Device registers, mapped uncached one after the other.
  public static var devices: UInt64 { 0xffff_82c0_0000_0000 }
  /// What the image is linked above its load address.
  public static var imageOffset: UInt64 { 0xffff_82d0_4000_0000 }
  /// The SYSCALL stubs, one page per CPU; near enough to the image for a 32-bit jump.
  public static var stubs: UInt64 { 0xffff_82d0_6000_0000 }
  /// The CPUs' stack blocks.
  public static var stacks: UInt64 { 0xffff_82d0_7000_0000 }
  /// The bytes of one stack block; blocks are aligned to it.
  public static var stackBytes: UInt64 { 0x1_0000 }
  /// The frame table.
  public static var frameTable: UInt64 { 0xffff_82e0_0000_0000 }
  /// The bytes of the frame table that describe one frame.
  public static var frameTableEntryBytes: UInt64 { 32 }
  /// The direct map.
  public static var directMap: UInt64 { 0xffff_8300_0000_0000 }
  /// The bytes of machine memory that the direct map can show: 5 TiB.
  public static var directMapBytes: UInt64 { 5 << 40 }

  /// The address of machine address `address` in the direct map.
  @inlinable public static func directMapAddress(of address: MachineAddress) -> VirtualAddress {
    VirtualAddress(0xffff_8300_0000_0000 &+ address.rawValue)
  }
}
