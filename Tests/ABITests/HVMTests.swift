import Testing
import XenABI

@Suite struct HVMNumbers {
  @Test func hvmOpHasTheNumbersOfTheHeader() {
    expectNumber(HVMOp.setParam.rawValue, "HVMOP_set_param")
    expectNumber(HVMOp.getParam.rawValue, "HVMOP_get_param")
    expectNumber(HVMOp.flushTLBs.rawValue, "HVMOP_flush_tlbs")
    expectNumber(HVMOp.pageTableDying.rawValue, "HVMOP_pagetable_dying")
    expectNumber(HVMOp.getTime.rawValue, "HVMOP_get_time")
    expectNumber(HVMOp.trace.rawValue, "HVMOP_xentrace")
    expectNumber(HVMOp.getMemoryType.rawValue, "HVMOP_get_mem_type")
    expectNumber(HVMOp.setEventUpcallVector.rawValue, "HVMOP_set_evtchn_upcall_vector")
    expectNumber(HVMOp.guestRequestVMEvent.rawValue, "HVMOP_guest_request_vm_event")
    expectNumber(HVMOp.altP2M.rawValue, "HVMOP_altp2m")
  }

  @Test func hvmParamHasTheNumbersOfTheHeader() {
    expectNumber(HVMParam.callbackIRQ.rawValue, "HVM_PARAM_CALLBACK_IRQ")
    expectNumber(HVMParam.storePFN.rawValue, "HVM_PARAM_STORE_PFN")
    expectNumber(HVMParam.storeEventChannel.rawValue, "HVM_PARAM_STORE_EVTCHN")
    expectNumber(HVMParam.paeEnabled.rawValue, "HVM_PARAM_PAE_ENABLED")
    expectNumber(HVMParam.ioreqPFN.rawValue, "HVM_PARAM_IOREQ_PFN")
    expectNumber(HVMParam.bufferedIoreqPFN.rawValue, "HVM_PARAM_BUFIOREQ_PFN")
    expectNumber(HVMParam.viridian.rawValue, "HVM_PARAM_VIRIDIAN")
    expectNumber(HVMParam.timerMode.rawValue, "HVM_PARAM_TIMER_MODE")
    expectNumber(HVMParam.hpetEnabled.rawValue, "HVM_PARAM_HPET_ENABLED")
    expectNumber(HVMParam.identityPT.rawValue, "HVM_PARAM_IDENT_PT")
    expectNumber(HVMParam.deviceModelDomain.rawValue, "HVM_PARAM_DM_DOMAIN")
    expectNumber(HVMParam.acpiSState.rawValue, "HVM_PARAM_ACPI_S_STATE")
    expectNumber(HVMParam.vm86TSS.rawValue, "HVM_PARAM_VM86_TSS")
    expectNumber(HVMParam.vptAlign.rawValue, "HVM_PARAM_VPT_ALIGN")
    expectNumber(HVMParam.consolePFN.rawValue, "HVM_PARAM_CONSOLE_PFN")
    expectNumber(HVMParam.consoleEventChannel.rawValue, "HVM_PARAM_CONSOLE_EVTCHN")
    expectNumber(HVMParam.acpiIOPortsLocation.rawValue, "HVM_PARAM_ACPI_IOPORTS_LOCATION")
    expectNumber(HVMParam.memoryEventCR0.rawValue, "HVM_PARAM_MEMORY_EVENT_CR0")
    expectNumber(HVMParam.memoryEventCR3.rawValue, "HVM_PARAM_MEMORY_EVENT_CR3")
    expectNumber(HVMParam.memoryEventCR4.rawValue, "HVM_PARAM_MEMORY_EVENT_CR4")
    expectNumber(HVMParam.memoryEventINT3.rawValue, "HVM_PARAM_MEMORY_EVENT_INT3")
    expectNumber(HVMParam.nestedHVM.rawValue, "HVM_PARAM_NESTEDHVM")
    expectNumber(HVMParam.memoryEventSingleStep.rawValue, "HVM_PARAM_MEMORY_EVENT_SINGLE_STEP")
    expectNumber(HVMParam.bufferedIoreqEventChannel.rawValue, "HVM_PARAM_BUFIOREQ_EVTCHN")
    expectNumber(HVMParam.pagingRingPFN.rawValue, "HVM_PARAM_PAGING_RING_PFN")
    expectNumber(HVMParam.monitorRingPFN.rawValue, "HVM_PARAM_MONITOR_RING_PFN")
    expectNumber(HVMParam.sharingRingPFN.rawValue, "HVM_PARAM_SHARING_RING_PFN")
    expectNumber(HVMParam.memoryEventMSR.rawValue, "HVM_PARAM_MEMORY_EVENT_MSR")
    expectNumber(HVMParam.tripleFaultReason.rawValue, "HVM_PARAM_TRIPLE_FAULT_REASON")
    expectNumber(HVMParam.ioreqServerPFN.rawValue, "HVM_PARAM_IOREQ_SERVER_PFN")
    expectNumber(HVMParam.ioreqServerPageCount.rawValue, "HVM_PARAM_NR_IOREQ_SERVER_PAGES")
    expectNumber(HVMParam.vmGenerationIDAddress.rawValue, "HVM_PARAM_VM_GENERATION_ID_ADDR")
    expectNumber(HVMParam.altP2M.rawValue, "HVM_PARAM_ALTP2M")
    expectNumber(HVMParam.x87FIPWidth.rawValue, "HVM_PARAM_X87_FIP_WIDTH")
    expectNumber(HVMParam.vm86TSSSized.rawValue, "HVM_PARAM_VM86_TSS_SIZED")
    expectNumber(HVMParam.mcaCapabilities.rawValue, "HVM_PARAM_MCA_CAP")
  }

  @Test func hvmCallbackTypeHasTheNumbersOfTheHeader() {
    expectNumber(HVMCallbackType.gsi.rawValue, "HVM_PARAM_CALLBACK_TYPE_GSI")
    expectNumber(HVMCallbackType.pciINTx.rawValue, "HVM_PARAM_CALLBACK_TYPE_PCI_INTX")
    expectNumber(HVMCallbackType.vector.rawValue, "HVM_PARAM_CALLBACK_TYPE_VECTOR")
  }

  @Test func hvmvcpuModeHasTheNumbersOfTheHeader() {
    expectNumber(HVMVCPUMode.mode32Bit.rawValue, "VCPU_HVM_MODE_32B")
    expectNumber(HVMVCPUMode.mode64Bit.rawValue, "VCPU_HVM_MODE_64B")
  }

  @Test func hvmStartMagicHasTheNumbersOfTheHeader() {
    expectNumber(HVMStartMagic.value, "XEN_HVM_START_MAGIC_VALUE")
  }

  @Test func hvmMemoryMapTypeHasTheNumbersOfTheHeader() {
    expectNumber(HVMMemoryMapType.ram.rawValue, "XEN_HVM_MEMMAP_TYPE_RAM")
    expectNumber(HVMMemoryMapType.reserved.rawValue, "XEN_HVM_MEMMAP_TYPE_RESERVED")
    expectNumber(HVMMemoryMapType.acpi.rawValue, "XEN_HVM_MEMMAP_TYPE_ACPI")
    expectNumber(HVMMemoryMapType.nvs.rawValue, "XEN_HVM_MEMMAP_TYPE_NVS")
    expectNumber(HVMMemoryMapType.unusable.rawValue, "XEN_HVM_MEMMAP_TYPE_UNUSABLE")
    expectNumber(HVMMemoryMapType.disabled.rawValue, "XEN_HVM_MEMMAP_TYPE_DISABLED")
    expectNumber(HVMMemoryMapType.persistent.rawValue, "XEN_HVM_MEMMAP_TYPE_PMEM")
  }

  @Test func xenCPUIDHasTheNumbersOfTheHeader() {
    expectNumber(XenCPUID.firstLeaf, "XEN_CPUID_FIRST_LEAF")
    expectNumber(XenCPUID.signatureEBX, "XEN_CPUID_SIGNATURE_EBX")
    expectNumber(XenCPUID.signatureECX, "XEN_CPUID_SIGNATURE_ECX")
    expectNumber(XenCPUID.signatureEDX, "XEN_CPUID_SIGNATURE_EDX")
    expectNumber(
      XenCPUID.feature1MMUPTUpdatePreserveAD, "XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD")
    expectNumber(XenCPUID.machineAddressWidthMask, "XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK")
    expectNumber(XenCPUID.maxLeaf, "XEN_CPUID_MAX_NUM_LEAVES")
  }

  @Test func xenHVMCPUIDHasTheNumbersOfTheHeader() {
    expectNumber(XenHVMCPUID.apicAccessVirtualized, "XEN_HVM_CPUID_APIC_ACCESS_VIRT")
    expectNumber(XenHVMCPUID.x2apicVirtualized, "XEN_HVM_CPUID_X2APIC_VIRT")
    expectNumber(XenHVMCPUID.iommuMappings, "XEN_HVM_CPUID_IOMMU_MAPPINGS")
    expectNumber(XenHVMCPUID.vcpuIDPresent, "XEN_HVM_CPUID_VCPU_ID_PRESENT")
    expectNumber(XenHVMCPUID.domainIDPresent, "XEN_HVM_CPUID_DOMID_PRESENT")
    expectNumber(XenHVMCPUID.extendedDestinationID, "XEN_HVM_CPUID_EXT_DEST_ID")
    expectNumber(XenHVMCPUID.upcallVector, "XEN_HVM_CPUID_UPCALL_VECTOR")
  }
}

@Suite struct HVMLayouts {
  @Test func hvmParamOpIsLaidOutAsInC() {
    expectLayout(
      of: HVMParamOp.self, as: "xen_hvm_param",
      [
        (\.domain, "domid"),
        (\.pad, "pad"),
        (\.index, "index"),
        (\.value, "value"),
      ])
  }

  @Test func hvmPageTableDyingIsLaidOutAsInC() {
    expectLayout(
      of: HVMPageTableDying.self, as: "xen_hvm_pagetable_dying",
      [
        (\.domain, "domid"),
        (\.pad, "pad"),
        (\.guestPhysicalAddress, "gpa"),
      ])
  }

  @Test func hvmGetTimeIsLaidOutAsInC() {
    expectLayout(
      of: HVMGetTime.self, as: "xen_hvm_get_time",
      [
        (\.now, "now")
      ])
  }

  @Test func hvmGetMemoryTypeIsLaidOutAsInC() {
    expectLayout(
      of: HVMGetMemoryType.self, as: "xen_hvm_get_mem_type",
      [
        (\.domain, "domid"),
        (\.memoryType, "mem_type"),
        (\.pad, "pad"),
        (\.pfn, "pfn"),
      ])
  }

  @Test func hvmEventUpcallVectorIsLaidOutAsInC() {
    expectLayout(
      of: HVMEventUpcallVector.self, as: "xen_hvm_evtchn_upcall_vector",
      [
        (\.vcpu, "vcpu"),
        (\.vector, "vector"),
      ])
  }

  @Test func hvmvcpuContext32IsLaidOutAsInC() {
    expectLayout(
      of: HVMVCPUContext32.self, as: "vcpu_hvm_context",
      [
        (\.mode, "mode"),
        (\.pad, "pad"),
        (\.eax, "cpu_regs.x86_32.eax"),
        (\.ecx, "cpu_regs.x86_32.ecx"),
        (\.edx, "cpu_regs.x86_32.edx"),
        (\.ebx, "cpu_regs.x86_32.ebx"),
        (\.esp, "cpu_regs.x86_32.esp"),
        (\.ebp, "cpu_regs.x86_32.ebp"),
        (\.esi, "cpu_regs.x86_32.esi"),
        (\.edi, "cpu_regs.x86_32.edi"),
        (\.eip, "cpu_regs.x86_32.eip"),
        (\.eflags, "cpu_regs.x86_32.eflags"),
        (\.cr0, "cpu_regs.x86_32.cr0"),
        (\.cr3, "cpu_regs.x86_32.cr3"),
        (\.cr4, "cpu_regs.x86_32.cr4"),
        (\.pad1, "cpu_regs.x86_32.pad1"),
        (\.efer, "cpu_regs.x86_32.efer"),
        (\.csBase, "cpu_regs.x86_32.cs_base"),
        (\.dsBase, "cpu_regs.x86_32.ds_base"),
        (\.ssBase, "cpu_regs.x86_32.ss_base"),
        (\.esBase, "cpu_regs.x86_32.es_base"),
        (\.trBase, "cpu_regs.x86_32.tr_base"),
        (\.csLimit, "cpu_regs.x86_32.cs_limit"),
        (\.dsLimit, "cpu_regs.x86_32.ds_limit"),
        (\.ssLimit, "cpu_regs.x86_32.ss_limit"),
        (\.esLimit, "cpu_regs.x86_32.es_limit"),
        (\.trLimit, "cpu_regs.x86_32.tr_limit"),
        (\.csAccessRights, "cpu_regs.x86_32.cs_ar"),
        (\.dsAccessRights, "cpu_regs.x86_32.ds_ar"),
        (\.ssAccessRights, "cpu_regs.x86_32.ss_ar"),
        (\.esAccessRights, "cpu_regs.x86_32.es_ar"),
        (\.trAccessRights, "cpu_regs.x86_32.tr_ar"),
        (\.pad2, "cpu_regs.x86_32.pad2"),
      ])
  }

  @Test func hvmvcpuContext64IsLaidOutAsInC() {
    expectLayout(
      of: HVMVCPUContext64.self, as: "vcpu_hvm_context",
      [
        (\.mode, "mode"),
        (\.pad, "pad"),
        (\.rax, "cpu_regs.x86_64.rax"),
        (\.rcx, "cpu_regs.x86_64.rcx"),
        (\.rdx, "cpu_regs.x86_64.rdx"),
        (\.rbx, "cpu_regs.x86_64.rbx"),
        (\.rsp, "cpu_regs.x86_64.rsp"),
        (\.rbp, "cpu_regs.x86_64.rbp"),
        (\.rsi, "cpu_regs.x86_64.rsi"),
        (\.rdi, "cpu_regs.x86_64.rdi"),
        (\.rip, "cpu_regs.x86_64.rip"),
        (\.rflags, "cpu_regs.x86_64.rflags"),
        (\.cr0, "cpu_regs.x86_64.cr0"),
        (\.cr3, "cpu_regs.x86_64.cr3"),
        (\.cr4, "cpu_regs.x86_64.cr4"),
        (\.efer, "cpu_regs.x86_64.efer"),
      ])
  }

  @Test func hvmStartInfoIsLaidOutAsInC() {
    expectLayout(
      of: HVMStartInfo.self, as: "hvm_start_info",
      [
        (\.magic, "magic"),
        (\.version, "version"),
        (\.flags, "flags"),
        (\.moduleCount, "nr_modules"),
        (\.moduleListAddress, "modlist_paddr"),
        (\.commandLineAddress, "cmdline_paddr"),
        (\.rsdpAddress, "rsdp_paddr"),
        (\.memoryMapAddress, "memmap_paddr"),
        (\.memoryMapEntryCount, "memmap_entries"),
        (\.reserved, "reserved"),
      ])
  }

  @Test func hvmModuleIsLaidOutAsInC() {
    expectLayout(
      of: HVMModule.self, as: "hvm_modlist_entry",
      [
        (\.address, "paddr"),
        (\.size, "size"),
        (\.commandLineAddress, "cmdline_paddr"),
        (\.reserved, "reserved"),
      ])
  }

  @Test func hvmMemoryMapEntryIsLaidOutAsInC() {
    expectLayout(
      of: HVMMemoryMapEntry.self, as: "hvm_memmap_table_entry",
      [
        (\.address, "addr"),
        (\.size, "size"),
        (\.type, "type"),
        (\.reserved, "reserved"),
      ])
  }
}
