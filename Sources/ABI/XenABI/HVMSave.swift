// Records of an HVM domain's saved state; each follows a descriptor, and one of type 0 ends the
// list.
//
// Source: xen/xen.h, xen/hvm/save.h.

/// Type of a record of an HVM state.
public enum HVMSaveType {
  /// End of the list (`HVM_SAVE_CODE(END)`).
  public static var end: UInt16 { 0 }
  /// Header, the first record (`HVM_SAVE_CODE(HEADER)`).
  public static var header: UInt16 { 1 }
  /// Registers of a vCPU (`HVM_SAVE_CODE(CPU)`).
  public static var cpu: UInt16 { 2 }
  /// PIC (`HVM_SAVE_CODE(PIC)`).
  public static var pic: UInt16 { 3 }
  /// I/O APIC (`HVM_SAVE_CODE(IOAPIC)`).
  public static var ioapic: UInt16 { 4 }
  /// Local APIC (`HVM_SAVE_CODE(LAPIC)`).
  public static var lapic: UInt16 { 5 }
  /// Registers of a local APIC (`HVM_SAVE_CODE(LAPIC_REGS)`).
  public static var lapicRegisters: UInt16 { 6 }
  /// PCI lines (`HVM_SAVE_CODE(PCI_IRQ)`).
  public static var pciIRQ: UInt16 { 7 }
  /// ISA lines (`HVM_SAVE_CODE(ISA_IRQ)`).
  public static var isaIRQ: UInt16 { 8 }
  /// PCI routing (`HVM_SAVE_CODE(PCI_LINK)`).
  public static var pciLink: UInt16 { 9 }
  /// PIT (`HVM_SAVE_CODE(PIT)`).
  public static var pit: UInt16 { 10 }
  /// Clock (`HVM_SAVE_CODE(RTC)`).
  public static var rtc: UInt16 { 11 }
  /// HPET (`HVM_SAVE_CODE(HPET)`).
  public static var hpet: UInt16 { 12 }
  /// Power-management timer (`HVM_SAVE_CODE(PMTIMER)`).
  public static var pmTimer: UInt16 { 13 }
  /// MTRRs of a vCPU (`HVM_SAVE_CODE(MTRR)`).
  public static var mtrr: UInt16 { 14 }
  /// Viridian state of the domain (`HVM_SAVE_CODE(VIRIDIAN_DOMAIN)`).
  public static var viridianDomain: UInt16 { 15 }
  /// Viridian state of a vCPU (`HVM_SAVE_CODE(VIRIDIAN_VCPU)`).
  public static var viridianVCPU: UInt16 { 17 }
  /// Machine-check state of a vCPU (`HVM_SAVE_CODE(VMCE_VCPU)`).
  public static var vmceVCPU: UInt16 { 18 }
  /// TSC adjustment of a vCPU (`HVM_SAVE_CODE(TSC_ADJUST)`).
  public static var tscAdjust: UInt16 { 19 }
}

/// Marks in `HVMSaveHeader`.
public enum HVMSaveMagic {
  /// Magic (`HVM_FILE_MAGIC`).
  public static var magic: UInt32 { 0x5438_1286 }
  /// Version (`HVM_FILE_VERSION`).
  public static var version: UInt32 { 0x1 }
}

/// Precedes a record (`struct hvm_save_descriptor`).
public struct HVMSaveDescriptor: BitwiseCopyable, Sendable {
  /// An `HVMSaveType` (`typecode`).
  public var type: UInt16 = 0
  /// Which of them, for instance the vCPU (`instance`).
  public var instance: UInt16 = 0
  /// Bytes of the record (`length`).
  public var length: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt16 = 0, instance: UInt16 = 0, length: UInt32 = 0) {
    self.type = type
    self.instance = instance
    self.length = length
  }
}

/// The first record (`struct hvm_save_header`).
public struct HVMSaveHeader: BitwiseCopyable, Sendable {
  /// `HVMSaveMagic.magic` (`magic`).
  public var magic: UInt32 = 0
  /// `HVMSaveMagic.version` (`version`).
  public var version: UInt32 = 0
  /// Version of the hypervisor (`changeset`).
  public var changeset: UInt64 = 0
  /// CPUID leaf 1, EAX (`cpuid`).
  public var cpuid: UInt32 = 0
  /// TSC frequency (`gtsc_khz`).
  public var guestTSCKHz: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    magic: UInt32 = 0, version: UInt32 = 0, changeset: UInt64 = 0, cpuid: UInt32 = 0,
    guestTSCKHz: UInt32 = 0
  ) {
    self.magic = magic
    self.version = version
    self.changeset = changeset
    self.cpuid = cpuid
    self.guestTSCKHz = guestTSCKHz
  }
}

/// Registers of a vCPU (`struct hvm_hw_cpu`).
public struct HVMSavedCPU: BitwiseCopyable, Sendable {
  /// FXSAVE image (`fpu_regs`).
  public var fpuRegisters: InlineArray<512, UInt8> = InlineArray(repeating: 0)
  /// Register (`rax`).
  public var rax: UInt64 = 0
  /// Register (`rbx`).
  public var rbx: UInt64 = 0
  /// Register (`rcx`).
  public var rcx: UInt64 = 0
  /// Register (`rdx`).
  public var rdx: UInt64 = 0
  /// Register (`rbp`).
  public var rbp: UInt64 = 0
  /// Register (`rsi`).
  public var rsi: UInt64 = 0
  /// Register (`rdi`).
  public var rdi: UInt64 = 0
  /// Register (`rsp`).
  public var rsp: UInt64 = 0
  /// Register (`r8`).
  public var r8: UInt64 = 0
  /// Register (`r9`).
  public var r9: UInt64 = 0
  /// Register (`r10`).
  public var r10: UInt64 = 0
  /// Register (`r11`).
  public var r11: UInt64 = 0
  /// Register (`r12`).
  public var r12: UInt64 = 0
  /// Register (`r13`).
  public var r13: UInt64 = 0
  /// Register (`r14`).
  public var r14: UInt64 = 0
  /// Register (`r15`).
  public var r15: UInt64 = 0
  /// Register (`rip`).
  public var rip: UInt64 = 0
  /// Register (`rflags`).
  public var rflags: UInt64 = 0
  /// Register (`cr0`).
  public var cr0: UInt64 = 0
  /// Register (`cr2`).
  public var cr2: UInt64 = 0
  /// Register (`cr3`).
  public var cr3: UInt64 = 0
  /// Register (`cr4`).
  public var cr4: UInt64 = 0
  /// Register (`dr0`).
  public var dr0: UInt64 = 0
  /// Register (`dr1`).
  public var dr1: UInt64 = 0
  /// Register (`dr2`).
  public var dr2: UInt64 = 0
  /// Register (`dr3`).
  public var dr3: UInt64 = 0
  /// Register (`dr6`).
  public var dr6: UInt64 = 0
  /// Register (`dr7`).
  public var dr7: UInt64 = 0
  /// Selector (`cs_sel`).
  public var csSelector: UInt32 = 0
  /// Selector (`ds_sel`).
  public var dsSelector: UInt32 = 0
  /// Selector (`es_sel`).
  public var esSelector: UInt32 = 0
  /// Selector (`fs_sel`).
  public var fsSelector: UInt32 = 0
  /// Selector (`gs_sel`).
  public var gsSelector: UInt32 = 0
  /// Selector (`ss_sel`).
  public var ssSelector: UInt32 = 0
  /// Selector (`tr_sel`).
  public var trSelector: UInt32 = 0
  /// Selector (`ldtr_sel`).
  public var ldtrSelector: UInt32 = 0
  /// Limit (`cs_limit`).
  public var csLimit: UInt32 = 0
  /// Limit (`ds_limit`).
  public var dsLimit: UInt32 = 0
  /// Limit (`es_limit`).
  public var esLimit: UInt32 = 0
  /// Limit (`fs_limit`).
  public var fsLimit: UInt32 = 0
  /// Limit (`gs_limit`).
  public var gsLimit: UInt32 = 0
  /// Limit (`ss_limit`).
  public var ssLimit: UInt32 = 0
  /// Limit (`tr_limit`).
  public var trLimit: UInt32 = 0
  /// Limit (`ldtr_limit`).
  public var ldtrLimit: UInt32 = 0
  /// Limit (`idtr_limit`).
  public var idtrLimit: UInt32 = 0
  /// Limit (`gdtr_limit`).
  public var gdtrLimit: UInt32 = 0
  /// Base (`cs_base`).
  public var csBase: UInt64 = 0
  /// Base (`ds_base`).
  public var dsBase: UInt64 = 0
  /// Base (`es_base`).
  public var esBase: UInt64 = 0
  /// Base (`fs_base`).
  public var fsBase: UInt64 = 0
  /// Base (`gs_base`).
  public var gsBase: UInt64 = 0
  /// Base (`ss_base`).
  public var ssBase: UInt64 = 0
  /// Base (`tr_base`).
  public var trBase: UInt64 = 0
  /// Base (`ldtr_base`).
  public var ldtrBase: UInt64 = 0
  /// Base (`idtr_base`).
  public var idtrBase: UInt64 = 0
  /// Base (`gdtr_base`).
  public var gdtrBase: UInt64 = 0
  /// Attributes (`cs_arbytes`).
  public var csAccessRights: UInt32 = 0
  /// Attributes (`ds_arbytes`).
  public var dsAccessRights: UInt32 = 0
  /// Attributes (`es_arbytes`).
  public var esAccessRights: UInt32 = 0
  /// Attributes (`fs_arbytes`).
  public var fsAccessRights: UInt32 = 0
  /// Attributes (`gs_arbytes`).
  public var gsAccessRights: UInt32 = 0
  /// Attributes (`ss_arbytes`).
  public var ssAccessRights: UInt32 = 0
  /// Attributes (`tr_arbytes`).
  public var trAccessRights: UInt32 = 0
  /// Attributes (`ldtr_arbytes`).
  public var ldtrAccessRights: UInt32 = 0
  /// MSR (`sysenter_cs`).
  public var sysenterCS: UInt64 = 0
  /// MSR (`sysenter_esp`).
  public var sysenterESP: UInt64 = 0
  /// MSR (`sysenter_eip`).
  public var sysenterEIP: UInt64 = 0
  /// MSR (`shadow_gs`).
  public var shadowGS: UInt64 = 0
  /// Unused (`msr_flags`).
  public var msrFlags: UInt64 = 0
  /// MSR (`msr_lstar`).
  public var lstar: UInt64 = 0
  /// MSR (`msr_star`).
  public var star: UInt64 = 0
  /// MSR (`msr_cstar`).
  public var cstar: UInt64 = 0
  /// MSR (`msr_syscall_mask`).
  public var syscallMask: UInt64 = 0
  /// MSR (`msr_efer`).
  public var efer: UInt64 = 0
  /// MSR (`msr_tsc_aux`).
  public var tscAux: UInt64 = 0
  /// Guest's TSC (`tsc`).
  public var tsc: UInt64 = 0
  /// Event to inject (`pending_event`).
  public var pendingEvent: UInt32 = 0
  /// Its error code (`error_code`).
  public var errorCode: UInt32 = 0
  /// Bit 0: the FPU state is valid (`flags`).
  public var flags: UInt32 = 0
  /// Unused (`pad0`).
  public var pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    fpuRegisters: InlineArray<512, UInt8> = InlineArray(repeating: 0), rax: UInt64 = 0,
    rbx: UInt64 = 0, rcx: UInt64 = 0, rdx: UInt64 = 0, rbp: UInt64 = 0, rsi: UInt64 = 0,
    rdi: UInt64 = 0, rsp: UInt64 = 0, r8: UInt64 = 0, r9: UInt64 = 0, r10: UInt64 = 0,
    r11: UInt64 = 0, r12: UInt64 = 0, r13: UInt64 = 0, r14: UInt64 = 0, r15: UInt64 = 0,
    rip: UInt64 = 0, rflags: UInt64 = 0, cr0: UInt64 = 0, cr2: UInt64 = 0, cr3: UInt64 = 0,
    cr4: UInt64 = 0, dr0: UInt64 = 0, dr1: UInt64 = 0, dr2: UInt64 = 0, dr3: UInt64 = 0,
    dr6: UInt64 = 0, dr7: UInt64 = 0, csSelector: UInt32 = 0, dsSelector: UInt32 = 0,
    esSelector: UInt32 = 0, fsSelector: UInt32 = 0, gsSelector: UInt32 = 0, ssSelector: UInt32 = 0,
    trSelector: UInt32 = 0, ldtrSelector: UInt32 = 0, csLimit: UInt32 = 0, dsLimit: UInt32 = 0,
    esLimit: UInt32 = 0, fsLimit: UInt32 = 0, gsLimit: UInt32 = 0, ssLimit: UInt32 = 0,
    trLimit: UInt32 = 0, ldtrLimit: UInt32 = 0, idtrLimit: UInt32 = 0, gdtrLimit: UInt32 = 0,
    csBase: UInt64 = 0, dsBase: UInt64 = 0, esBase: UInt64 = 0, fsBase: UInt64 = 0,
    gsBase: UInt64 = 0, ssBase: UInt64 = 0, trBase: UInt64 = 0, ldtrBase: UInt64 = 0,
    idtrBase: UInt64 = 0, gdtrBase: UInt64 = 0, csAccessRights: UInt32 = 0,
    dsAccessRights: UInt32 = 0, esAccessRights: UInt32 = 0, fsAccessRights: UInt32 = 0,
    gsAccessRights: UInt32 = 0, ssAccessRights: UInt32 = 0, trAccessRights: UInt32 = 0,
    ldtrAccessRights: UInt32 = 0, sysenterCS: UInt64 = 0, sysenterESP: UInt64 = 0,
    sysenterEIP: UInt64 = 0, shadowGS: UInt64 = 0, msrFlags: UInt64 = 0, lstar: UInt64 = 0,
    star: UInt64 = 0, cstar: UInt64 = 0, syscallMask: UInt64 = 0, efer: UInt64 = 0,
    tscAux: UInt64 = 0, tsc: UInt64 = 0, pendingEvent: UInt32 = 0, errorCode: UInt32 = 0,
    flags: UInt32 = 0, pad0: UInt32 = 0
  ) {
    self.fpuRegisters = fpuRegisters
    self.rax = rax
    self.rbx = rbx
    self.rcx = rcx
    self.rdx = rdx
    self.rbp = rbp
    self.rsi = rsi
    self.rdi = rdi
    self.rsp = rsp
    self.r8 = r8
    self.r9 = r9
    self.r10 = r10
    self.r11 = r11
    self.r12 = r12
    self.r13 = r13
    self.r14 = r14
    self.r15 = r15
    self.rip = rip
    self.rflags = rflags
    self.cr0 = cr0
    self.cr2 = cr2
    self.cr3 = cr3
    self.cr4 = cr4
    self.dr0 = dr0
    self.dr1 = dr1
    self.dr2 = dr2
    self.dr3 = dr3
    self.dr6 = dr6
    self.dr7 = dr7
    self.csSelector = csSelector
    self.dsSelector = dsSelector
    self.esSelector = esSelector
    self.fsSelector = fsSelector
    self.gsSelector = gsSelector
    self.ssSelector = ssSelector
    self.trSelector = trSelector
    self.ldtrSelector = ldtrSelector
    self.csLimit = csLimit
    self.dsLimit = dsLimit
    self.esLimit = esLimit
    self.fsLimit = fsLimit
    self.gsLimit = gsLimit
    self.ssLimit = ssLimit
    self.trLimit = trLimit
    self.ldtrLimit = ldtrLimit
    self.idtrLimit = idtrLimit
    self.gdtrLimit = gdtrLimit
    self.csBase = csBase
    self.dsBase = dsBase
    self.esBase = esBase
    self.fsBase = fsBase
    self.gsBase = gsBase
    self.ssBase = ssBase
    self.trBase = trBase
    self.ldtrBase = ldtrBase
    self.idtrBase = idtrBase
    self.gdtrBase = gdtrBase
    self.csAccessRights = csAccessRights
    self.dsAccessRights = dsAccessRights
    self.esAccessRights = esAccessRights
    self.fsAccessRights = fsAccessRights
    self.gsAccessRights = gsAccessRights
    self.ssAccessRights = ssAccessRights
    self.trAccessRights = trAccessRights
    self.ldtrAccessRights = ldtrAccessRights
    self.sysenterCS = sysenterCS
    self.sysenterESP = sysenterESP
    self.sysenterEIP = sysenterEIP
    self.shadowGS = shadowGS
    self.msrFlags = msrFlags
    self.lstar = lstar
    self.star = star
    self.cstar = cstar
    self.syscallMask = syscallMask
    self.efer = efer
    self.tscAux = tscAux
    self.tsc = tsc
    self.pendingEvent = pendingEvent
    self.errorCode = errorCode
    self.flags = flags
    self.pad0 = pad0
  }
}

/// MTRRs of a vCPU (`struct hvm_hw_mtrr`).
public struct HVMSavedMTRR: BitwiseCopyable, Sendable {
  /// PAT (`msr_pat_cr`).
  public var pat: UInt64 = 0
  /// Variable ranges, base and mask in turn (`msr_mtrr_var`).
  public var variable: InlineArray<16, UInt64> = InlineArray(repeating: 0)
  /// Fixed ranges (`msr_mtrr_fixed`).
  public var fixed: InlineArray<11, UInt64> = InlineArray(repeating: 0)
  /// Capabilities (`msr_mtrr_cap`).
  public var capabilities: UInt64 = 0
  /// Default type (`msr_mtrr_def_type`).
  public var defaultType: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    pat: UInt64 = 0, variable: InlineArray<16, UInt64> = InlineArray(repeating: 0),
    fixed: InlineArray<11, UInt64> = InlineArray(repeating: 0), capabilities: UInt64 = 0,
    defaultType: UInt64 = 0
  ) {
    self.pat = pat
    self.variable = variable
    self.fixed = fixed
    self.capabilities = capabilities
    self.defaultType = defaultType
  }
}
