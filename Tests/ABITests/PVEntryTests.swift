import Testing
import XenABI

@Suite struct PVEntryNumbers {
  @Test func flatSelectorHasTheNumbersOfTheHeader() {
    expectNumber(FlatSelector.ring3CS32, "FLAT_RING3_CS32")
    expectNumber(FlatSelector.ring3CS64, "FLAT_RING3_CS64")
    expectNumber(FlatSelector.ring3DS32, "FLAT_RING3_DS32")
    expectNumber(FlatSelector.ring3DS64, "FLAT_RING3_DS64")
    expectNumber(FlatSelector.ring3SS32, "FLAT_RING3_SS32")
    expectNumber(FlatSelector.ring3SS64, "FLAT_RING3_SS64")
    expectNumber(FlatSelector.kernelCS64, "FLAT_KERNEL_CS64")
    expectNumber(FlatSelector.kernelSS64, "FLAT_KERNEL_SS64")
    expectNumber(FlatSelector.kernelDS64, "FLAT_KERNEL_DS64")
    expectNumber(FlatSelector.userCS64, "FLAT_USER_CS64")
    expectNumber(FlatSelector.userSS64, "FLAT_USER_SS64")
    expectNumber(FlatSelector.userDS64, "FLAT_USER_DS64")
  }

  @Test func pvAddressSpaceHasTheNumbersOfTheHeader() {
    expectNumber(PVAddressSpace.hypervisorStart, "HYPERVISOR_VIRT_START")
    expectNumber(PVAddressSpace.hypervisorEnd, "HYPERVISOR_VIRT_END")
    expectNumber(PVAddressSpace.m2pStart, "MACH2PHYS_VIRT_START")
    expectNumber(PVAddressSpace.m2pEnd, "MACH2PHYS_VIRT_END")
    expectNumber(PVAddressSpace.m2pEntryCount, "MACH2PHYS_NR_ENTRIES")
  }

  @Test func guestGDTHasTheNumbersOfTheHeader() {
    expectNumber(GuestGDT.firstReservedPage, "FIRST_RESERVED_GDT_PAGE")
    expectNumber(GuestGDT.firstReservedByte, "FIRST_RESERVED_GDT_BYTE")
    expectNumber(GuestGDT.firstReservedEntry, "FIRST_RESERVED_GDT_ENTRY")
  }

  @Test func iretFlagsHasTheNumbersOfTheHeader() {
    expectNumber(IRETFlags.inSyscall, "VGCF_in_syscall")
  }

  @Test func vcpuContextFlagsHasTheNumbersOfTheHeader() {
    expectNumber(VCPUContextFlags.i387Valid, "VGCF_i387_valid")
    expectNumber(VCPUContextFlags.inKernel, "VGCF_in_kernel")
    expectNumber(VCPUContextFlags.failsafeDisablesEvents, "VGCF_failsafe_disables_events")
    expectNumber(VCPUContextFlags.syscallDisablesEvents, "VGCF_syscall_disables_events")
    expectNumber(VCPUContextFlags.online, "VGCF_online")
  }
}

@Suite struct PVEntryLayouts {
  @Test func iretContextIsLaidOutAsInC() {
    expectLayout(
      of: IRETContext.self, as: "iret_context",
      [
        (\.rax, "rax"),
        (\.r11, "r11"),
        (\.rcx, "rcx"),
        (\.flags, "flags"),
        (\.rip, "rip"),
        (\.cs, "cs"),
        (\.rflags, "rflags"),
        (\.rsp, "rsp"),
        (\.ss, "ss"),
      ])
  }

  @Test func cpuUserRegsIsLaidOutAsInC() {
    expectLayout(
      of: CPUUserRegs.self, as: "cpu_user_regs",
      [
        (\.r15, "r15"),
        (\.r14, "r14"),
        (\.r13, "r13"),
        (\.r12, "r12"),
        (\.rbp, "rbp"),
        (\.rbx, "rbx"),
        (\.r11, "r11"),
        (\.r10, "r10"),
        (\.r9, "r9"),
        (\.r8, "r8"),
        (\.rax, "rax"),
        (\.rcx, "rcx"),
        (\.rdx, "rdx"),
        (\.rsi, "rsi"),
        (\.rdi, "rdi"),
        (\.errorCode, "error_code"),
        (\.entryVector, "entry_vector"),
        (\.rip, "rip"),
        (\.cs, "cs"),
        (\.savedUpcallMask, "saved_upcall_mask"),
        (\.rflags, "rflags"),
        (\.rsp, "rsp"),
        (\.ss, "ss"),
        (\.es, "es"),
        (\.ds, "ds"),
        (\.fs, "fs"),
        (\.gs, "gs"),
      ])
  }

  @Test func trapInfoIsLaidOutAsInC() {
    expectLayout(
      of: TrapInfo.self, as: "trap_info",
      [
        (\.vector, "vector"),
        (\.flags, "flags"),
        (\.cs, "cs"),
        (\.address, "address"),
      ])
  }

  @Test func vcpuGuestContextIsLaidOutAsInC() {
    expectLayout(
      of: VCPUGuestContext.self, as: "vcpu_guest_context",
      [
        (\.fpuContext, "fpu_ctxt"),
        (\.flags, "flags"),
        (\.userRegs, "user_regs"),
        (\.trapTable, "trap_ctxt"),
        (\.ldtBase, "ldt_base"),
        (\.ldtEntryCount, "ldt_ents"),
        (\.gdtFrames, "gdt_frames"),
        (\.gdtEntryCount, "gdt_ents"),
        (\.kernelSS, "kernel_ss"),
        (\.kernelSP, "kernel_sp"),
        (\.controlRegisters, "ctrlreg"),
        (\.debugRegisters, "debugreg"),
        (\.eventCallback, "event_callback_eip"),
        (\.failsafeCallback, "failsafe_callback_eip"),
        (\.syscallCallback, "syscall_callback_eip"),
        (\.vmAssist, "vm_assist"),
        (\.fsBase, "fs_base"),
        (\.gsBaseKernel, "gs_base_kernel"),
        (\.gsBaseUser, "gs_base_user"),
      ])
  }

  @Test func vcpuGuestContextLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(VCPUGuestContextLayout.fpuContext, of: "fpu_ctxt", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.flags, of: "flags", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.userRegs, of: "user_regs", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.trapTable, of: "trap_ctxt", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.ldtBase, of: "ldt_base", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.ldtEntryCount, of: "ldt_ents", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.gdtFrames, of: "gdt_frames", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.gdtEntryCount, of: "gdt_ents", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.kernelSS, of: "kernel_ss", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.kernelSP, of: "kernel_sp", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.controlRegisters, of: "ctrlreg", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.debugRegisters, of: "debugreg", in: "vcpu_guest_context")
    expectOffset(
      VCPUGuestContextLayout.eventCallback, of: "event_callback_eip", in: "vcpu_guest_context")
    expectOffset(
      VCPUGuestContextLayout.failsafeCallback, of: "failsafe_callback_eip", in: "vcpu_guest_context"
    )
    expectOffset(
      VCPUGuestContextLayout.syscallCallback, of: "syscall_callback_eip", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.vmAssist, of: "vm_assist", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.fsBase, of: "fs_base", in: "vcpu_guest_context")
    expectOffset(
      VCPUGuestContextLayout.gsBaseKernel, of: "gs_base_kernel", in: "vcpu_guest_context")
    expectOffset(VCPUGuestContextLayout.gsBaseUser, of: "gs_base_user", in: "vcpu_guest_context")
    expectSize(VCPUGuestContextLayout.size, of: "vcpu_guest_context")
  }

  @Test func cpuUserRegsLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(CPUUserRegsLayout.r15, of: "r15", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r14, of: "r14", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r13, of: "r13", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r12, of: "r12", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rbp, of: "rbp", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rbx, of: "rbx", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r11, of: "r11", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r10, of: "r10", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r9, of: "r9", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.r8, of: "r8", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rax, of: "rax", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rcx, of: "rcx", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rdx, of: "rdx", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rsi, of: "rsi", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rdi, of: "rdi", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.errorCode, of: "error_code", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.entryVector, of: "entry_vector", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rip, of: "rip", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.cs, of: "cs", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.savedUpcallMask, of: "saved_upcall_mask", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rflags, of: "rflags", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.rsp, of: "rsp", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.ss, of: "ss", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.es, of: "es", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.ds, of: "ds", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.fs, of: "fs", in: "cpu_user_regs")
    expectOffset(CPUUserRegsLayout.gs, of: "gs", in: "cpu_user_regs")
    expectSize(CPUUserRegsLayout.size, of: "cpu_user_regs")
  }
}
