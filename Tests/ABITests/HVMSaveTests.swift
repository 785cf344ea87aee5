import Testing
import XenABI

@Suite struct HVMSaveNumbers {
  @Test func hvmSaveTypeHasTheNumbersOfTheHeader() {
    expectNumber(HVMSaveType.end, "HVM_SAVE_CODE(END)")
    expectNumber(HVMSaveType.header, "HVM_SAVE_CODE(HEADER)")
    expectNumber(HVMSaveType.cpu, "HVM_SAVE_CODE(CPU)")
    expectNumber(HVMSaveType.pic, "HVM_SAVE_CODE(PIC)")
    expectNumber(HVMSaveType.ioapic, "HVM_SAVE_CODE(IOAPIC)")
    expectNumber(HVMSaveType.lapic, "HVM_SAVE_CODE(LAPIC)")
    expectNumber(HVMSaveType.lapicRegisters, "HVM_SAVE_CODE(LAPIC_REGS)")
    expectNumber(HVMSaveType.pciIRQ, "HVM_SAVE_CODE(PCI_IRQ)")
    expectNumber(HVMSaveType.isaIRQ, "HVM_SAVE_CODE(ISA_IRQ)")
    expectNumber(HVMSaveType.pciLink, "HVM_SAVE_CODE(PCI_LINK)")
    expectNumber(HVMSaveType.pit, "HVM_SAVE_CODE(PIT)")
    expectNumber(HVMSaveType.rtc, "HVM_SAVE_CODE(RTC)")
    expectNumber(HVMSaveType.hpet, "HVM_SAVE_CODE(HPET)")
    expectNumber(HVMSaveType.pmTimer, "HVM_SAVE_CODE(PMTIMER)")
    expectNumber(HVMSaveType.mtrr, "HVM_SAVE_CODE(MTRR)")
    expectNumber(HVMSaveType.viridianDomain, "HVM_SAVE_CODE(VIRIDIAN_DOMAIN)")
    expectNumber(HVMSaveType.viridianVCPU, "HVM_SAVE_CODE(VIRIDIAN_VCPU)")
    expectNumber(HVMSaveType.vmceVCPU, "HVM_SAVE_CODE(VMCE_VCPU)")
    expectNumber(HVMSaveType.tscAdjust, "HVM_SAVE_CODE(TSC_ADJUST)")
  }

  @Test func hvmSaveMagicHasTheNumbersOfTheHeader() {
    expectNumber(HVMSaveMagic.magic, "HVM_FILE_MAGIC")
    expectNumber(HVMSaveMagic.version, "HVM_FILE_VERSION")
  }
}

@Suite struct HVMSaveLayouts {
  @Test func hvmSaveDescriptorIsLaidOutAsInC() {
    expectLayout(
      of: HVMSaveDescriptor.self, as: "hvm_save_descriptor",
      [
        (\.type, "typecode"),
        (\.instance, "instance"),
        (\.length, "length"),
      ])
  }

  @Test func hvmSaveHeaderIsLaidOutAsInC() {
    expectLayout(
      of: HVMSaveHeader.self, as: "hvm_save_header",
      [
        (\.magic, "magic"),
        (\.version, "version"),
        (\.changeset, "changeset"),
        (\.cpuid, "cpuid"),
        (\.guestTSCKHz, "gtsc_khz"),
      ])
  }

  @Test func hvmSavedCPUIsLaidOutAsInC() {
    expectLayout(
      of: HVMSavedCPU.self, as: "hvm_hw_cpu",
      [
        (\.fpuRegisters, "fpu_regs"),
        (\.rax, "rax"),
        (\.rbx, "rbx"),
        (\.rcx, "rcx"),
        (\.rdx, "rdx"),
        (\.rbp, "rbp"),
        (\.rsi, "rsi"),
        (\.rdi, "rdi"),
        (\.rsp, "rsp"),
        (\.r8, "r8"),
        (\.r9, "r9"),
        (\.r10, "r10"),
        (\.r11, "r11"),
        (\.r12, "r12"),
        (\.r13, "r13"),
        (\.r14, "r14"),
        (\.r15, "r15"),
        (\.rip, "rip"),
        (\.rflags, "rflags"),
        (\.cr0, "cr0"),
        (\.cr2, "cr2"),
        (\.cr3, "cr3"),
        (\.cr4, "cr4"),
        (\.dr0, "dr0"),
        (\.dr1, "dr1"),
        (\.dr2, "dr2"),
        (\.dr3, "dr3"),
        (\.dr6, "dr6"),
        (\.dr7, "dr7"),
        (\.csSelector, "cs_sel"),
        (\.dsSelector, "ds_sel"),
        (\.esSelector, "es_sel"),
        (\.fsSelector, "fs_sel"),
        (\.gsSelector, "gs_sel"),
        (\.ssSelector, "ss_sel"),
        (\.trSelector, "tr_sel"),
        (\.ldtrSelector, "ldtr_sel"),
        (\.csLimit, "cs_limit"),
        (\.dsLimit, "ds_limit"),
        (\.esLimit, "es_limit"),
        (\.fsLimit, "fs_limit"),
        (\.gsLimit, "gs_limit"),
        (\.ssLimit, "ss_limit"),
        (\.trLimit, "tr_limit"),
        (\.ldtrLimit, "ldtr_limit"),
        (\.idtrLimit, "idtr_limit"),
        (\.gdtrLimit, "gdtr_limit"),
        (\.csBase, "cs_base"),
        (\.dsBase, "ds_base"),
        (\.esBase, "es_base"),
        (\.fsBase, "fs_base"),
        (\.gsBase, "gs_base"),
        (\.ssBase, "ss_base"),
        (\.trBase, "tr_base"),
        (\.ldtrBase, "ldtr_base"),
        (\.idtrBase, "idtr_base"),
        (\.gdtrBase, "gdtr_base"),
        (\.csAccessRights, "cs_arbytes"),
        (\.dsAccessRights, "ds_arbytes"),
        (\.esAccessRights, "es_arbytes"),
        (\.fsAccessRights, "fs_arbytes"),
        (\.gsAccessRights, "gs_arbytes"),
        (\.ssAccessRights, "ss_arbytes"),
        (\.trAccessRights, "tr_arbytes"),
        (\.ldtrAccessRights, "ldtr_arbytes"),
        (\.sysenterCS, "sysenter_cs"),
        (\.sysenterESP, "sysenter_esp"),
        (\.sysenterEIP, "sysenter_eip"),
        (\.shadowGS, "shadow_gs"),
        (\.msrFlags, "msr_flags"),
        (\.lstar, "msr_lstar"),
        (\.star, "msr_star"),
        (\.cstar, "msr_cstar"),
        (\.syscallMask, "msr_syscall_mask"),
        (\.efer, "msr_efer"),
        (\.tscAux, "msr_tsc_aux"),
        (\.tsc, "tsc"),
        (\.pendingEvent, "pending_event"),
        (\.errorCode, "error_code"),
        (\.flags, "flags"),
        (\.pad0, "pad0"),
      ])
  }

  @Test func hvmSavedMTRRIsLaidOutAsInC() {
    expectLayout(
      of: HVMSavedMTRR.self, as: "hvm_hw_mtrr",
      [
        (\.pat, "msr_pat_cr"),
        (\.variable, "msr_mtrr_var"),
        (\.fixed, "msr_mtrr_fixed"),
        (\.capabilities, "msr_mtrr_cap"),
        (\.defaultType, "msr_mtrr_def_type"),
      ])
  }
}
