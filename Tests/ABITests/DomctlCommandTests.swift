import Testing
import XenABI

@Suite struct DomctlCommandNumbers {
  @Test func domctlCommandHasTheNumbersOfTheHeader() {
    expectNumber(DomctlCommand.createDomain.rawValue, "XEN_DOMCTL_createdomain")
    expectNumber(DomctlCommand.destroyDomain.rawValue, "XEN_DOMCTL_destroydomain")
    expectNumber(DomctlCommand.pauseDomain.rawValue, "XEN_DOMCTL_pausedomain")
    expectNumber(DomctlCommand.unpauseDomain.rawValue, "XEN_DOMCTL_unpausedomain")
    expectNumber(DomctlCommand.getDomainInfo.rawValue, "XEN_DOMCTL_getdomaininfo")
    expectNumber(DomctlCommand.setVCPUAffinity.rawValue, "XEN_DOMCTL_setvcpuaffinity")
    expectNumber(DomctlCommand.shadowOp.rawValue, "XEN_DOMCTL_shadow_op")
    expectNumber(DomctlCommand.maxMemory.rawValue, "XEN_DOMCTL_max_mem")
    expectNumber(DomctlCommand.setVCPUContext.rawValue, "XEN_DOMCTL_setvcpucontext")
    expectNumber(DomctlCommand.getVCPUContext.rawValue, "XEN_DOMCTL_getvcpucontext")
    expectNumber(DomctlCommand.getVCPUInfo.rawValue, "XEN_DOMCTL_getvcpuinfo")
    expectNumber(DomctlCommand.maxVCPUs.rawValue, "XEN_DOMCTL_max_vcpus")
    expectNumber(DomctlCommand.schedulerOp.rawValue, "XEN_DOMCTL_scheduler_op")
    expectNumber(DomctlCommand.setDomainHandle.rawValue, "XEN_DOMCTL_setdomainhandle")
    expectNumber(DomctlCommand.setDebugging.rawValue, "XEN_DOMCTL_setdebugging")
    expectNumber(DomctlCommand.irqPermission.rawValue, "XEN_DOMCTL_irq_permission")
    expectNumber(DomctlCommand.ioMemoryPermission.rawValue, "XEN_DOMCTL_iomem_permission")
    expectNumber(DomctlCommand.ioPortPermission.rawValue, "XEN_DOMCTL_ioport_permission")
    expectNumber(DomctlCommand.hypercallInit.rawValue, "XEN_DOMCTL_hypercall_init")
    expectNumber(DomctlCommand.setTimeOffset.rawValue, "XEN_DOMCTL_settimeoffset")
    expectNumber(DomctlCommand.getVCPUAffinity.rawValue, "XEN_DOMCTL_getvcpuaffinity")
    expectNumber(DomctlCommand.realModeArea.rawValue, "XEN_DOMCTL_real_mode_area")
    expectNumber(DomctlCommand.resumeDomain.rawValue, "XEN_DOMCTL_resumedomain")
    expectNumber(DomctlCommand.sendTrigger.rawValue, "XEN_DOMCTL_sendtrigger")
    expectNumber(DomctlCommand.subscribe.rawValue, "XEN_DOMCTL_subscribe")
    expectNumber(DomctlCommand.getHVMContext.rawValue, "XEN_DOMCTL_gethvmcontext")
    expectNumber(DomctlCommand.setHVMContext.rawValue, "XEN_DOMCTL_sethvmcontext")
    expectNumber(DomctlCommand.setAddressSize.rawValue, "XEN_DOMCTL_set_address_size")
    expectNumber(DomctlCommand.getAddressSize.rawValue, "XEN_DOMCTL_get_address_size")
    expectNumber(DomctlCommand.assignDevice.rawValue, "XEN_DOMCTL_assign_device")
    expectNumber(DomctlCommand.bindPassthroughIRQ.rawValue, "XEN_DOMCTL_bind_pt_irq")
    expectNumber(DomctlCommand.memoryMapping.rawValue, "XEN_DOMCTL_memory_mapping")
    expectNumber(DomctlCommand.ioPortMapping.rawValue, "XEN_DOMCTL_ioport_mapping")
    expectNumber(DomctlCommand.setExtVCPUContext.rawValue, "XEN_DOMCTL_set_ext_vcpucontext")
    expectNumber(DomctlCommand.getExtVCPUContext.rawValue, "XEN_DOMCTL_get_ext_vcpucontext")
    expectNumber(DomctlCommand.setOptFeature.rawValue, "XEN_DOMCTL_set_opt_feature")
    expectNumber(DomctlCommand.testAssignDevice.rawValue, "XEN_DOMCTL_test_assign_device")
    expectNumber(DomctlCommand.setTarget.rawValue, "XEN_DOMCTL_set_target")
    expectNumber(DomctlCommand.deassignDevice.rawValue, "XEN_DOMCTL_deassign_device")
    expectNumber(DomctlCommand.unbindPassthroughIRQ.rawValue, "XEN_DOMCTL_unbind_pt_irq")
    expectNumber(DomctlCommand.getDeviceGroup.rawValue, "XEN_DOMCTL_get_device_group")
    expectNumber(DomctlCommand.debugOp.rawValue, "XEN_DOMCTL_debug_op")
    expectNumber(DomctlCommand.getHVMContextPartial.rawValue, "XEN_DOMCTL_gethvmcontext_partial")
    expectNumber(DomctlCommand.vmEventOp.rawValue, "XEN_DOMCTL_vm_event_op")
    expectNumber(DomctlCommand.memorySharingOp.rawValue, "XEN_DOMCTL_mem_sharing_op")
    expectNumber(DomctlCommand.getTSCInfo.rawValue, "XEN_DOMCTL_gettscinfo")
    expectNumber(DomctlCommand.setTSCInfo.rawValue, "XEN_DOMCTL_settscinfo")
    expectNumber(DomctlCommand.getPageFrameInfo3.rawValue, "XEN_DOMCTL_getpageframeinfo3")
    expectNumber(DomctlCommand.setVCPUExtState.rawValue, "XEN_DOMCTL_setvcpuextstate")
    expectNumber(DomctlCommand.getVCPUExtState.rawValue, "XEN_DOMCTL_getvcpuextstate")
    expectNumber(DomctlCommand.setAccessRequired.rawValue, "XEN_DOMCTL_set_access_required")
    expectNumber(DomctlCommand.auditP2M.rawValue, "XEN_DOMCTL_audit_p2m")
    expectNumber(DomctlCommand.setVIRQHandler.rawValue, "XEN_DOMCTL_set_virq_handler")
    expectNumber(DomctlCommand.setBrokenPageP2M.rawValue, "XEN_DOMCTL_set_broken_page_p2m")
    expectNumber(DomctlCommand.setNodeAffinity.rawValue, "XEN_DOMCTL_setnodeaffinity")
    expectNumber(DomctlCommand.getNodeAffinity.rawValue, "XEN_DOMCTL_getnodeaffinity")
    expectNumber(DomctlCommand.cacheFlush.rawValue, "XEN_DOMCTL_cacheflush")
    expectNumber(DomctlCommand.getVCPUMSRs.rawValue, "XEN_DOMCTL_get_vcpu_msrs")
    expectNumber(DomctlCommand.setVCPUMSRs.rawValue, "XEN_DOMCTL_set_vcpu_msrs")
    expectNumber(DomctlCommand.setVNUMAInfo.rawValue, "XEN_DOMCTL_setvnumainfo")
    expectNumber(DomctlCommand.psrCMTOp.rawValue, "XEN_DOMCTL_psr_cmt_op")
    expectNumber(DomctlCommand.monitorOp.rawValue, "XEN_DOMCTL_monitor_op")
    expectNumber(DomctlCommand.psrAlloc.rawValue, "XEN_DOMCTL_psr_alloc")
    expectNumber(DomctlCommand.softReset.rawValue, "XEN_DOMCTL_soft_reset")
    expectNumber(DomctlCommand.vuartOp.rawValue, "XEN_DOMCTL_vuart_op")
    expectNumber(DomctlCommand.getCPUPolicy.rawValue, "XEN_DOMCTL_get_cpu_policy")
    expectNumber(DomctlCommand.setCPUPolicy.rawValue, "XEN_DOMCTL_set_cpu_policy")
    expectNumber(DomctlCommand.vmtraceOp.rawValue, "XEN_DOMCTL_vmtrace_op")
    expectNumber(DomctlCommand.getPagingMempoolSize.rawValue, "XEN_DOMCTL_get_paging_mempool_size")
    expectNumber(DomctlCommand.setPagingMempoolSize.rawValue, "XEN_DOMCTL_set_paging_mempool_size")
    expectNumber(DomctlCommand.gdbsxGuestMemoryIO.rawValue, "XEN_DOMCTL_gdbsx_guestmemio")
    expectNumber(DomctlCommand.gdbsxPauseVCPU.rawValue, "XEN_DOMCTL_gdbsx_pausevcpu")
    expectNumber(DomctlCommand.gdbsxUnpauseVCPU.rawValue, "XEN_DOMCTL_gdbsx_unpausevcpu")
    expectNumber(DomctlCommand.gdbsxDomainStatus.rawValue, "XEN_DOMCTL_gdbsx_domstatus")
  }

  @Test func createDomainFlagsHasTheNumbersOfTheHeader() {
    expectNumber(CreateDomainFlags.hvm, "XEN_DOMCTL_CDF_hvm")
    expectNumber(CreateDomainFlags.hap, "XEN_DOMCTL_CDF_hap")
    expectNumber(CreateDomainFlags.s3Integrity, "XEN_DOMCTL_CDF_s3_integrity")
    expectNumber(CreateDomainFlags.outOfSyncOff, "XEN_DOMCTL_CDF_oos_off")
    expectNumber(CreateDomainFlags.xenstoreDomain, "XEN_DOMCTL_CDF_xs_domain")
    expectNumber(CreateDomainFlags.iommu, "XEN_DOMCTL_CDF_iommu")
    expectNumber(CreateDomainFlags.nestedVirtualization, "XEN_DOMCTL_CDF_nested_virt")
    expectNumber(CreateDomainFlags.vpmu, "XEN_DOMCTL_CDF_vpmu")
  }

  @Test func createDomainIOMMUOptionsHasTheNumbersOfTheHeader() {
    expectNumber(CreateDomainIOMMUOptions.noSharedPageTables, "XEN_DOMCTL_IOMMU_no_sharept")
  }

  @Test func createDomainGrantOptionsHasTheNumbersOfTheHeader() {
    expectNumber(CreateDomainGrantOptions.versionMask, "XEN_DOMCTL_GRANT_version_mask")
  }

  @Test func emulationFlagsHasTheNumbersOfTheHeader() {
    expectNumber(EmulationFlags.lapic, "XEN_X86_EMU_LAPIC")
    expectNumber(EmulationFlags.hpet, "XEN_X86_EMU_HPET")
    expectNumber(EmulationFlags.powerManagement, "XEN_X86_EMU_PM")
    expectNumber(EmulationFlags.rtc, "XEN_X86_EMU_RTC")
    expectNumber(EmulationFlags.ioapic, "XEN_X86_EMU_IOAPIC")
    expectNumber(EmulationFlags.pic, "XEN_X86_EMU_PIC")
    expectNumber(EmulationFlags.vga, "XEN_X86_EMU_VGA")
    expectNumber(EmulationFlags.iommu, "XEN_X86_EMU_IOMMU")
    expectNumber(EmulationFlags.pit, "XEN_X86_EMU_PIT")
    expectNumber(EmulationFlags.usePIRQ, "XEN_X86_EMU_USE_PIRQ")
    expectNumber(EmulationFlags.vpci, "XEN_X86_EMU_VPCI")
    expectNumber(EmulationFlags.all, "XEN_X86_EMU_ALL")
  }

  @Test func archMiscFlagsHasTheNumbersOfTheHeader() {
    expectNumber(ArchMiscFlags.msrRelaxed, "XEN_X86_MSR_RELAXED")
  }

  @Test func domainInfoFlagsHasTheNumbersOfTheHeader() {
    expectNumber(DomainInfoFlags.dying, "XEN_DOMINF_dying")
    expectNumber(DomainInfoFlags.hvmGuest, "XEN_DOMINF_hvm_guest")
    expectNumber(DomainInfoFlags.shutdown, "XEN_DOMINF_shutdown")
    expectNumber(DomainInfoFlags.paused, "XEN_DOMINF_paused")
    expectNumber(DomainInfoFlags.blocked, "XEN_DOMINF_blocked")
    expectNumber(DomainInfoFlags.running, "XEN_DOMINF_running")
    expectNumber(DomainInfoFlags.debugged, "XEN_DOMINF_debugged")
    expectNumber(DomainInfoFlags.xenstoreDomain, "XEN_DOMINF_xs_domain")
    expectNumber(DomainInfoFlags.hap, "XEN_DOMINF_hap")
    expectNumber(DomainInfoFlags.shutdownMask, "XEN_DOMINF_shutdownmask")
    expectNumber(DomainInfoFlags.shutdownShift, "XEN_DOMINF_shutdownshift")
  }

  @Test func pageFrameInfoHasTheNumbersOfTheHeader() {
    expectNumber(PageFrameInfo.notATable, "XEN_DOMCTL_PFINFO_NOTAB")
    expectNumber(PageFrameInfo.l1Table, "XEN_DOMCTL_PFINFO_L1TAB")
    expectNumber(PageFrameInfo.l2Table, "XEN_DOMCTL_PFINFO_L2TAB")
    expectNumber(PageFrameInfo.l3Table, "XEN_DOMCTL_PFINFO_L3TAB")
    expectNumber(PageFrameInfo.l4Table, "XEN_DOMCTL_PFINFO_L4TAB")
    expectNumber(PageFrameInfo.tableTypeMask, "XEN_DOMCTL_PFINFO_LTABTYPE_MASK")
    expectNumber(PageFrameInfo.pinned, "XEN_DOMCTL_PFINFO_LPINTAB")
    expectNumber(PageFrameInfo.invalid, "XEN_DOMCTL_PFINFO_XTAB")
    expectNumber(PageFrameInfo.allocateOnly, "XEN_DOMCTL_PFINFO_XALLOC")
    expectNumber(PageFrameInfo.broken, "XEN_DOMCTL_PFINFO_BROKEN")
    expectNumber(PageFrameInfo.mask, "XEN_DOMCTL_PFINFO_LTAB_MASK")
    expectNumber(PageFrameInfo.shift, "XEN_DOMCTL_PFINFO_LTAB_SHIFT")
  }

  @Test func shadowOpHasTheNumbersOfTheHeader() {
    expectNumber(ShadowOp.off.rawValue, "XEN_DOMCTL_SHADOW_OP_OFF")
    expectNumber(ShadowOp.enableTest.rawValue, "XEN_DOMCTL_SHADOW_OP_ENABLE_TEST")
    expectNumber(ShadowOp.enableLogDirty.rawValue, "XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY")
    expectNumber(ShadowOp.clean.rawValue, "XEN_DOMCTL_SHADOW_OP_CLEAN")
    expectNumber(ShadowOp.peek.rawValue, "XEN_DOMCTL_SHADOW_OP_PEEK")
    expectNumber(ShadowOp.getAllocation.rawValue, "XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION")
    expectNumber(ShadowOp.setAllocation.rawValue, "XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION")
    expectNumber(ShadowOp.enable.rawValue, "XEN_DOMCTL_SHADOW_OP_ENABLE")
  }

  @Test func shadowEnableFlagsHasTheNumbersOfTheHeader() {
    expectNumber(ShadowEnableFlags.refCount, "XEN_DOMCTL_SHADOW_ENABLE_REFCOUNT")
    expectNumber(ShadowEnableFlags.logDirty, "XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY")
    expectNumber(ShadowEnableFlags.translate, "XEN_DOMCTL_SHADOW_ENABLE_TRANSLATE")
    expectNumber(ShadowEnableFlags.external, "XEN_DOMCTL_SHADOW_ENABLE_EXTERNAL")
  }

  @Test func shadowLogDirtyFlagsHasTheNumbersOfTheHeader() {
    expectNumber(ShadowLogDirtyFlags.final, "XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL")
  }

  @Test func vcpuAffinityFlagsHasTheNumbersOfTheHeader() {
    expectNumber(VCPUAffinityFlags.hard, "XEN_VCPUAFFINITY_HARD")
    expectNumber(VCPUAffinityFlags.soft, "XEN_VCPUAFFINITY_SOFT")
    expectNumber(VCPUAffinityFlags.force, "XEN_VCPUAFFINITY_FORCE")
  }

  @Test func schedulerIDHasTheNumbersOfTheHeader() {
    expectNumber(SchedulerID.credit.rawValue, "XEN_SCHEDULER_CREDIT")
    expectNumber(SchedulerID.credit2.rawValue, "XEN_SCHEDULER_CREDIT2")
    expectNumber(SchedulerID.arinc653.rawValue, "XEN_SCHEDULER_ARINC653")
    expectNumber(SchedulerID.rtds.rawValue, "XEN_SCHEDULER_RTDS")
    expectNumber(SchedulerID.null.rawValue, "XEN_SCHEDULER_NULL")
  }

  @Test func domctlSchedulerCommandHasTheNumbersOfTheHeader() {
    expectNumber(DomctlSchedulerCommand.putInfo.rawValue, "XEN_DOMCTL_SCHEDOP_putinfo")
    expectNumber(DomctlSchedulerCommand.getInfo.rawValue, "XEN_DOMCTL_SCHEDOP_getinfo")
    expectNumber(DomctlSchedulerCommand.putVCPUInfo.rawValue, "XEN_DOMCTL_SCHEDOP_putvcpuinfo")
    expectNumber(DomctlSchedulerCommand.getVCPUInfo.rawValue, "XEN_DOMCTL_SCHEDOP_getvcpuinfo")
  }

  @Test func schedulerRTFlagsHasTheNumbersOfTheHeader() {
    expectNumber(SchedulerRTFlags.extra, "XEN_DOMCTL_SCHEDRT_extra")
  }

  @Test func triggerTypeHasTheNumbersOfTheHeader() {
    expectNumber(TriggerType.nmi.rawValue, "XEN_DOMCTL_SENDTRIGGER_NMI")
    expectNumber(TriggerType.reset.rawValue, "XEN_DOMCTL_SENDTRIGGER_RESET")
    expectNumber(TriggerType.init_.rawValue, "XEN_DOMCTL_SENDTRIGGER_INIT")
    expectNumber(TriggerType.power.rawValue, "XEN_DOMCTL_SENDTRIGGER_POWER")
    expectNumber(TriggerType.sleep.rawValue, "XEN_DOMCTL_SENDTRIGGER_SLEEP")
  }
}

@Suite struct DomctlCommandLayouts {
  @Test func domctlHeaderIsLaidOutAsInC() {
    expectLayout(
      of: DomctlHeader.self, as: "xen_domctl", endingAt: "u",
      [
        (\.command, "cmd"),
        (\.interfaceVersion, "interface_version"),
        (\.domain, "domain"),
      ])
  }

  @Test func archDomainConfigIsLaidOutAsInC() {
    expectLayout(
      of: ArchDomainConfig.self, as: "xen_arch_domainconfig",
      [
        (\.emulationFlags, "emulation_flags"),
        (\.miscFlags, "misc_flags"),
      ])
  }

  @Test func domctlLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(DomctlLayout.command, of: "cmd", in: "xen_domctl")
    expectOffset(DomctlLayout.interfaceVersionOffset, of: "interface_version", in: "xen_domctl")
    expectOffset(DomctlLayout.domain, of: "domain", in: "xen_domctl")
    expectOffset(DomctlLayout.union, of: "u", in: "xen_domctl")
    expectSize(DomctlLayout.size, of: "xen_domctl")
  }
}
