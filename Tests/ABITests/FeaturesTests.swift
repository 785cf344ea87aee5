import Testing
import XenABI

@Suite struct FeaturesNumbers {
  @Test func xenFeatureHasTheNumbersOfTheHeader() {
    expectNumber(XenFeature.writablePageTables.rawValue, "XENFEAT_writable_page_tables")
    expectNumber(XenFeature.writableDescriptorTables.rawValue, "XENFEAT_writable_descriptor_tables")
    expectNumber(XenFeature.autoTranslatedPhysmap.rawValue, "XENFEAT_auto_translated_physmap")
    expectNumber(XenFeature.supervisorModeKernel.rawValue, "XENFEAT_supervisor_mode_kernel")
    expectNumber(XenFeature.paePageDirectoryAbove4GB.rawValue, "XENFEAT_pae_pgdir_above_4gb")
    expectNumber(XenFeature.mmuPTUpdatePreserveAD.rawValue, "XENFEAT_mmu_pt_update_preserve_ad")
    expectNumber(XenFeature.highMemoryAssist.rawValue, "XENFEAT_highmem_assist")
    expectNumber(XenFeature.grantMapAvailableBits.rawValue, "XENFEAT_gnttab_map_avail_bits")
    expectNumber(XenFeature.hvmCallbackVector.rawValue, "XENFEAT_hvm_callback_vector")
    expectNumber(XenFeature.hvmSafePVClock.rawValue, "XENFEAT_hvm_safe_pvclock")
    expectNumber(XenFeature.hvmPIRQs.rawValue, "XENFEAT_hvm_pirqs")
    expectNumber(XenFeature.dom0.rawValue, "XENFEAT_dom0")
    expectNumber(XenFeature.memoryOpVNodeSupported.rawValue, "XENFEAT_memory_op_vnode_supported")
    expectNumber(XenFeature.armSMCCCSupported.rawValue, "XENFEAT_ARM_SMCCC_supported")
    expectNumber(XenFeature.linuxRSDPUnrestricted.rawValue, "XENFEAT_linux_rsdp_unrestricted")
    expectNumber(XenFeature.notDirectMapped.rawValue, "XENFEAT_not_direct_mapped")
    expectNumber(XenFeature.directMapped.rawValue, "XENFEAT_direct_mapped")
  }
}
