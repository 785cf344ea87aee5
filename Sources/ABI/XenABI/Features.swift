// Feature bits of XENVER_get_features and of ELF notes.
//
// Source: xen/features.h.

/// A feature, by its bit number.
public enum XenFeature: UInt32, Sendable {
  /// Page tables need no write protection (`XENFEAT_writable_page_tables`).
  case writablePageTables = 0
  /// Descriptor tables need no write protection (`XENFEAT_writable_descriptor_tables`).
  case writableDescriptorTables = 1
  /// The hypervisor translates frame numbers (`XENFEAT_auto_translated_physmap`).
  case autoTranslatedPhysmap = 2
  /// The kernel runs in ring 0 (`XENFEAT_supervisor_mode_kernel`).
  case supervisorModeKernel = 3
  /// PAE page directories may be above 4 GiB (`XENFEAT_pae_pgdir_above_4gb`).
  case paePageDirectoryAbove4GB = 4
  /// `MMU_PT_UPDATE_PRESERVE_AD` works (`XENFEAT_mmu_pt_update_preserve_ad`).
  case mmuPTUpdatePreserveAD = 5
  /// Clearing and copying of pages works (`XENFEAT_highmem_assist`).
  case highMemoryAssist = 6
  /// A grant mapping may set the available bits (`XENFEAT_gnttab_map_avail_bits`).
  case grantMapAvailableBits = 7
  /// Callback by vector for HVM (`XENFEAT_hvm_callback_vector`).
  case hvmCallbackVector = 8
  /// The PV clock is usable for HVM (`XENFEAT_hvm_safe_pvclock`).
  case hvmSafePVClock = 9
  /// PIRQs for HVM (`XENFEAT_hvm_pirqs`).
  case hvmPIRQs = 10
  /// May be dom0 (`XENFEAT_dom0`).
  case dom0 = 11
  /// Memory operations take a virtual node (`XENFEAT_memory_op_vnode_supported`).
  case memoryOpVNodeSupported = 13
  /// Arm SMC calling convention (`XENFEAT_ARM_SMCCC_supported`).
  case armSMCCCSupported = 14
  /// RSDP at any address (`XENFEAT_linux_rsdp_unrestricted`).
  case linuxRSDPUnrestricted = 15
  /// GFNs differ from MFNs (`XENFEAT_not_direct_mapped`).
  case notDirectMapped = 16
  /// GFNs are MFNs (`XENFEAT_direct_mapped`).
  case directMapped = 17
}

extension XenFeature {
  /// Words of feature bits (`XENFEAT_NR_SUBMAPS`).
  public static var submapCount: UInt32 { 1 }
}
