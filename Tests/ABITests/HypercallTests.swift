import Testing
import XenABI

@Suite struct HypercallNumbers {
  @Test func hypercallNumberHasTheNumbersOfTheHeader() {
    expectNumber(HypercallNumber.setTrapTable.rawValue, "__HYPERVISOR_set_trap_table")
    expectNumber(HypercallNumber.mmuUpdate.rawValue, "__HYPERVISOR_mmu_update")
    expectNumber(HypercallNumber.setGDT.rawValue, "__HYPERVISOR_set_gdt")
    expectNumber(HypercallNumber.stackSwitch.rawValue, "__HYPERVISOR_stack_switch")
    expectNumber(HypercallNumber.setCallbacks.rawValue, "__HYPERVISOR_set_callbacks")
    expectNumber(HypercallNumber.fpuTaskSwitch.rawValue, "__HYPERVISOR_fpu_taskswitch")
    expectNumber(HypercallNumber.schedOpCompat.rawValue, "__HYPERVISOR_sched_op_compat")
    expectNumber(HypercallNumber.platformOp.rawValue, "__HYPERVISOR_platform_op")
    expectNumber(HypercallNumber.setDebugRegister.rawValue, "__HYPERVISOR_set_debugreg")
    expectNumber(HypercallNumber.getDebugRegister.rawValue, "__HYPERVISOR_get_debugreg")
    expectNumber(HypercallNumber.updateDescriptor.rawValue, "__HYPERVISOR_update_descriptor")
    expectNumber(HypercallNumber.memoryOp.rawValue, "__HYPERVISOR_memory_op")
    expectNumber(HypercallNumber.multicall.rawValue, "__HYPERVISOR_multicall")
    expectNumber(HypercallNumber.updateVAMapping.rawValue, "__HYPERVISOR_update_va_mapping")
    expectNumber(HypercallNumber.setTimerOp.rawValue, "__HYPERVISOR_set_timer_op")
    expectNumber(
      HypercallNumber.eventChannelOpCompat.rawValue, "__HYPERVISOR_event_channel_op_compat")
    expectNumber(HypercallNumber.xenVersion.rawValue, "__HYPERVISOR_xen_version")
    expectNumber(HypercallNumber.consoleIO.rawValue, "__HYPERVISOR_console_io")
    expectNumber(HypercallNumber.physdevOpCompat.rawValue, "__HYPERVISOR_physdev_op_compat")
    expectNumber(HypercallNumber.grantTableOp.rawValue, "__HYPERVISOR_grant_table_op")
    expectNumber(HypercallNumber.vmAssist.rawValue, "__HYPERVISOR_vm_assist")
    expectNumber(
      HypercallNumber.updateVAMappingOtherDomain.rawValue,
      "__HYPERVISOR_update_va_mapping_otherdomain")
    expectNumber(HypercallNumber.iret.rawValue, "__HYPERVISOR_iret")
    expectNumber(HypercallNumber.vcpuOp.rawValue, "__HYPERVISOR_vcpu_op")
    expectNumber(HypercallNumber.setSegmentBase.rawValue, "__HYPERVISOR_set_segment_base")
    expectNumber(HypercallNumber.mmuExtOp.rawValue, "__HYPERVISOR_mmuext_op")
    expectNumber(HypercallNumber.xsmOp.rawValue, "__HYPERVISOR_xsm_op")
    expectNumber(HypercallNumber.nmiOp.rawValue, "__HYPERVISOR_nmi_op")
    expectNumber(HypercallNumber.schedOp.rawValue, "__HYPERVISOR_sched_op")
    expectNumber(HypercallNumber.callbackOp.rawValue, "__HYPERVISOR_callback_op")
    expectNumber(HypercallNumber.xenoprofOp.rawValue, "__HYPERVISOR_xenoprof_op")
    expectNumber(HypercallNumber.eventChannelOp.rawValue, "__HYPERVISOR_event_channel_op")
    expectNumber(HypercallNumber.physdevOp.rawValue, "__HYPERVISOR_physdev_op")
    expectNumber(HypercallNumber.hvmOp.rawValue, "__HYPERVISOR_hvm_op")
    expectNumber(HypercallNumber.sysctl.rawValue, "__HYPERVISOR_sysctl")
    expectNumber(HypercallNumber.domctl.rawValue, "__HYPERVISOR_domctl")
    expectNumber(HypercallNumber.kexecOp.rawValue, "__HYPERVISOR_kexec_op")
    expectNumber(HypercallNumber.tmemOp.rawValue, "__HYPERVISOR_tmem_op")
    expectNumber(HypercallNumber.argoOp.rawValue, "__HYPERVISOR_argo_op")
    expectNumber(HypercallNumber.xenpmuOp.rawValue, "__HYPERVISOR_xenpmu_op")
    expectNumber(HypercallNumber.deviceModelOp.rawValue, "__HYPERVISOR_dm_op")
    expectNumber(HypercallNumber.hypfsOp.rawValue, "__HYPERVISOR_hypfs_op")
    expectNumber(HypercallNumber.machineCheckOp.rawValue, "__HYPERVISOR_arch_0")
    expectNumber(HypercallNumber.pagingDomctlContinuation.rawValue, "__HYPERVISOR_arch_1")
  }

  @Test func mmuUpdateCommandHasTheNumbersOfTheHeader() {
    expectNumber(MMUUpdateCommand.normalPTUpdate.rawValue, "MMU_NORMAL_PT_UPDATE")
    expectNumber(MMUUpdateCommand.machphysUpdate.rawValue, "MMU_MACHPHYS_UPDATE")
    expectNumber(MMUUpdateCommand.ptUpdatePreserveAd.rawValue, "MMU_PT_UPDATE_PRESERVE_AD")
    expectNumber(MMUUpdateCommand.ptUpdateNoTranslate.rawValue, "MMU_PT_UPDATE_NO_TRANSLATE")
  }

  @Test func mmuExtOpHasTheNumbersOfTheHeader() {
    expectNumber(MMUExtOp.pinL1Table.rawValue, "MMUEXT_PIN_L1_TABLE")
    expectNumber(MMUExtOp.pinL2Table.rawValue, "MMUEXT_PIN_L2_TABLE")
    expectNumber(MMUExtOp.pinL3Table.rawValue, "MMUEXT_PIN_L3_TABLE")
    expectNumber(MMUExtOp.pinL4Table.rawValue, "MMUEXT_PIN_L4_TABLE")
    expectNumber(MMUExtOp.unpinTable.rawValue, "MMUEXT_UNPIN_TABLE")
    expectNumber(MMUExtOp.newBasePointer.rawValue, "MMUEXT_NEW_BASEPTR")
    expectNumber(MMUExtOp.tlbFlushLocal.rawValue, "MMUEXT_TLB_FLUSH_LOCAL")
    expectNumber(MMUExtOp.invlpgLocal.rawValue, "MMUEXT_INVLPG_LOCAL")
    expectNumber(MMUExtOp.tlbFlushMulti.rawValue, "MMUEXT_TLB_FLUSH_MULTI")
    expectNumber(MMUExtOp.invlpgMulti.rawValue, "MMUEXT_INVLPG_MULTI")
    expectNumber(MMUExtOp.tlbFlushAll.rawValue, "MMUEXT_TLB_FLUSH_ALL")
    expectNumber(MMUExtOp.invlpgAll.rawValue, "MMUEXT_INVLPG_ALL")
    expectNumber(MMUExtOp.flushCache.rawValue, "MMUEXT_FLUSH_CACHE")
    expectNumber(MMUExtOp.setLDT.rawValue, "MMUEXT_SET_LDT")
    expectNumber(MMUExtOp.newUserBasePointer.rawValue, "MMUEXT_NEW_USER_BASEPTR")
    expectNumber(MMUExtOp.clearPage.rawValue, "MMUEXT_CLEAR_PAGE")
    expectNumber(MMUExtOp.copyPage.rawValue, "MMUEXT_COPY_PAGE")
    expectNumber(MMUExtOp.flushCacheGlobal.rawValue, "MMUEXT_FLUSH_CACHE_GLOBAL")
    expectNumber(MMUExtOp.markSuper.rawValue, "MMUEXT_MARK_SUPER")
    expectNumber(MMUExtOp.unmarkSuper.rawValue, "MMUEXT_UNMARK_SUPER")
  }

  @Test func updateVAMappingFlagsHasTheNumbersOfTheHeader() {
    expectNumber(UpdateVAMappingFlags.none, "UVMF_NONE")
    expectNumber(UpdateVAMappingFlags.tlbFlush, "UVMF_TLB_FLUSH")
    expectNumber(UpdateVAMappingFlags.invlpg, "UVMF_INVLPG")
    expectNumber(UpdateVAMappingFlags.flushTypeMask, "UVMF_FLUSHTYPE_MASK")
    expectNumber(UpdateVAMappingFlags.multi, "UVMF_MULTI")
    expectNumber(UpdateVAMappingFlags.local, "UVMF_LOCAL")
    expectNumber(UpdateVAMappingFlags.all, "UVMF_ALL")
  }

  @Test func consoleIOOpHasTheNumbersOfTheHeader() {
    expectNumber(ConsoleIOOp.write.rawValue, "CONSOLEIO_write")
    expectNumber(ConsoleIOOp.read.rawValue, "CONSOLEIO_read")
  }

  @Test func vmAssistCommandHasTheNumbersOfTheHeader() {
    expectNumber(VMAssistCommand.enable.rawValue, "VMASST_CMD_enable")
    expectNumber(VMAssistCommand.disable.rawValue, "VMASST_CMD_disable")
  }

  @Test func vmAssistTypeHasTheNumbersOfTheHeader() {
    expectNumber(VMAssistType.fourGBSegments.rawValue, "VMASST_TYPE_4gb_segments")
    expectNumber(VMAssistType.fourGBSegmentsNotify.rawValue, "VMASST_TYPE_4gb_segments_notify")
    expectNumber(VMAssistType.writablePageTables.rawValue, "VMASST_TYPE_writable_pagetables")
    expectNumber(VMAssistType.paeExtendedCR3.rawValue, "VMASST_TYPE_pae_extended_cr3")
    expectNumber(VMAssistType.architecturalIOPL.rawValue, "VMASST_TYPE_architectural_iopl")
    expectNumber(VMAssistType.runstateUpdateFlag.rawValue, "VMASST_TYPE_runstate_update_flag")
    expectNumber(VMAssistType.m2pStrict.rawValue, "VMASST_TYPE_m2p_strict")
  }

  @Test func virqHasTheNumbersOfTheHeader() {
    expectNumber(VIRQ.timer.rawValue, "VIRQ_TIMER")
    expectNumber(VIRQ.debug.rawValue, "VIRQ_DEBUG")
    expectNumber(VIRQ.console.rawValue, "VIRQ_CONSOLE")
    expectNumber(VIRQ.domainException.rawValue, "VIRQ_DOM_EXC")
    expectNumber(VIRQ.traceBuffer.rawValue, "VIRQ_TBUF")
    expectNumber(VIRQ.debugger.rawValue, "VIRQ_DEBUGGER")
    expectNumber(VIRQ.xenoprof.rawValue, "VIRQ_XENOPROF")
    expectNumber(VIRQ.consoleRing.rawValue, "VIRQ_CON_RING")
    expectNumber(VIRQ.pcpuState.rawValue, "VIRQ_PCPU_STATE")
    expectNumber(VIRQ.memoryEvent.rawValue, "VIRQ_MEM_EVENT")
    expectNumber(VIRQ.argo.rawValue, "VIRQ_ARGO")
    expectNumber(VIRQ.lowMemory.rawValue, "VIRQ_ENOMEM")
    expectNumber(VIRQ.pmu.rawValue, "VIRQ_XENPMU")
    expectNumber(VIRQ.machineCheck.rawValue, "VIRQ_ARCH_0")
    expectNumber(VIRQ.arch1.rawValue, "VIRQ_ARCH_1")
    expectNumber(VIRQ.arch2.rawValue, "VIRQ_ARCH_2")
    expectNumber(VIRQ.arch3.rawValue, "VIRQ_ARCH_3")
    expectNumber(VIRQ.arch4.rawValue, "VIRQ_ARCH_4")
    expectNumber(VIRQ.arch5.rawValue, "VIRQ_ARCH_5")
    expectNumber(VIRQ.arch6.rawValue, "VIRQ_ARCH_6")
    expectNumber(VIRQ.arch7.rawValue, "VIRQ_ARCH_7")
  }

  @Test func domIDValueHasTheNumbersOfTheHeader() {
    expectNumber(DomIDValue.firstReserved, "DOMID_FIRST_RESERVED")
    expectNumber(DomIDValue.self_, "DOMID_SELF")
    expectNumber(DomIDValue.io, "DOMID_IO")
    expectNumber(DomIDValue.xen, "DOMID_XEN")
    expectNumber(DomIDValue.cow, "DOMID_COW")
    expectNumber(DomIDValue.invalid, "DOMID_INVALID")
    expectNumber(DomIDValue.idle, "DOMID_IDLE")
    expectNumber(DomIDValue.mask, "DOMID_MASK")
  }

  @Test func segmentBaseHasTheNumbersOfTheHeader() {
    expectNumber(SegmentBase.fs.rawValue, "SEGBASE_FS")
    expectNumber(SegmentBase.gsUser.rawValue, "SEGBASE_GS_USER")
    expectNumber(SegmentBase.gsKernel.rawValue, "SEGBASE_GS_KERNEL")
    expectNumber(SegmentBase.gsUserSelector.rawValue, "SEGBASE_GS_USER_SEL")
  }

  @Test func nmiOpHasTheNumbersOfTheHeader() {
    expectNumber(NMIOp.registerCallback.rawValue, "XENNMI_register_callback")
    expectNumber(NMIOp.unregisterCallback.rawValue, "XENNMI_unregister_callback")
  }

  @Test func nmiReasonHasTheNumbersOfTheHeader() {
    expectNumber(NMIReason.ioError, "XEN_NMIREASON_io_error")
    expectNumber(NMIReason.pciSystemError, "XEN_NMIREASON_pci_serr")
    expectNumber(NMIReason.unknown, "XEN_NMIREASON_unknown")
  }
}

@Suite struct HypercallLayouts {
  @Test func nmiCallbackIsLaidOutAsInC() {
    expectLayout(
      of: NMICallback.self, as: "xennmi_callback",
      [
        (\.handlerAddress, "handler_address"),
        (\.pad, "pad"),
      ])
  }

  @Test func multicallEntryIsLaidOutAsInC() {
    expectLayout(
      of: MulticallEntry.self, as: "multicall_entry",
      [
        (\.op, "op"),
        (\.result, "result"),
        (\.args, "args"),
      ])
  }

  @Test func mmuUpdateIsLaidOutAsInC() {
    expectLayout(
      of: MMUUpdate.self, as: "mmu_update",
      [
        (\.ptr, "ptr"),
        (\.val, "val"),
      ])
  }

  @Test func mmuExtRequestIsLaidOutAsInC() {
    expectLayout(
      of: MMUExtRequest.self, as: "mmuext_op",
      [
        (\.command, "cmd"),
        (\.arg1, "arg1.mfn"),
        (\.arg2, "arg2.src_mfn"),
      ])
  }
}
