// Segments, address-space layout, trap tables and register frames of x86-64 PV guests.
//
// Source: xen/xen.h.

/// Selectors present in every guest's initial GDT (`FLAT_*`).
public enum FlatSelector {
  /// 32-bit code (`FLAT_RING3_CS32`).
  public static var ring3CS32: UInt16 { 0xE023 }
  /// 64-bit code (`FLAT_RING3_CS64`).
  public static var ring3CS64: UInt16 { 0xE033 }
  /// 32-bit data (`FLAT_RING3_DS32`).
  public static var ring3DS32: UInt16 { 0xE02B }
  /// The null selector (`FLAT_RING3_DS64`).
  public static var ring3DS64: UInt16 { 0x0 }
  /// 32-bit stack (`FLAT_RING3_SS32`).
  public static var ring3SS32: UInt16 { 0xE02B }
  /// 64-bit stack (`FLAT_RING3_SS64`).
  public static var ring3SS64: UInt16 { 0xE02B }
  /// Kernel code (`FLAT_KERNEL_CS64`).
  public static var kernelCS64: UInt16 { 0xE033 }
  /// Kernel stack (`FLAT_KERNEL_SS64`).
  public static var kernelSS64: UInt16 { 0xE02B }
  /// Kernel data (`FLAT_KERNEL_DS64`).
  public static var kernelDS64: UInt16 { 0x0 }
  /// User code (`FLAT_USER_CS64`).
  public static var userCS64: UInt16 { 0xE033 }
  /// User stack (`FLAT_USER_SS64`).
  public static var userSS64: UInt16 { 0xE02B }
  /// User data (`FLAT_USER_DS64`).
  public static var userDS64: UInt16 { 0x0 }
}

/// The part of the address space that a 64-bit PV guest leaves to the hypervisor.
public enum PVAddressSpace {
  /// First address of the hypervisor (`HYPERVISOR_VIRT_START`).
  public static var hypervisorStart: UInt64 { 0xFFFF_8000_0000_0000 }
  /// First address after the hypervisor (`HYPERVISOR_VIRT_END`).
  public static var hypervisorEnd: UInt64 { 0xFFFF_8800_0000_0000 }
  /// First address of the m2p, readable by guests (`MACH2PHYS_VIRT_START`).
  public static var m2pStart: UInt64 { 0xFFFF_8000_0000_0000 }
  /// First address after the m2p (`MACH2PHYS_VIRT_END`).
  public static var m2pEnd: UInt64 { 0xFFFF_8040_0000_0000 }
  /// Entries of the m2p (`MACH2PHYS_NR_ENTRIES`).
  public static var m2pEntryCount: UInt64 { 0x8_0000_0000 }
}

/// The end of every GDT belongs to the hypervisor.
public enum GuestGDT {
  /// First page of the GDT the guest may not set (`FIRST_RESERVED_GDT_PAGE`).
  public static var firstReservedPage: UInt32 { 14 }
  /// Its first byte (`FIRST_RESERVED_GDT_BYTE`).
  public static var firstReservedByte: UInt32 { 57344 }
  /// Its first entry (`FIRST_RESERVED_GDT_ENTRY`).
  public static var firstReservedEntry: UInt32 { 7168 }
}

/// Flags of `IRETContext.flags`.
public enum IRETFlags {
  /// The kernel was entered by syscall: return by sysret (`VGCF_in_syscall`).
  public static var inSyscall: UInt64 { 0x100 }
}

/// The frame on the kernel stack at the `iret` hypercall (`struct iret_context`).
public struct IRETContext: BitwiseCopyable, Sendable {
  /// Register (`rax`).
  public var rax: UInt64 = 0
  /// Register (`r11`).
  public var r11: UInt64 = 0
  /// Register (`rcx`).
  public var rcx: UInt64 = 0
  /// `IRETFlags` (`flags`).
  public var flags: UInt64 = 0
  /// Address to return to (`rip`).
  public var rip: UInt64 = 0
  /// Code selector (`cs`).
  public var cs: UInt64 = 0
  /// Flags register (`rflags`).
  public var rflags: UInt64 = 0
  /// Stack pointer (`rsp`).
  public var rsp: UInt64 = 0
  /// Stack selector (`ss`).
  public var ss: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    rax: UInt64 = 0, r11: UInt64 = 0, rcx: UInt64 = 0, flags: UInt64 = 0, rip: UInt64 = 0,
    cs: UInt64 = 0, rflags: UInt64 = 0, rsp: UInt64 = 0, ss: UInt64 = 0
  ) {
    self.rax = rax
    self.r11 = r11
    self.rcx = rcx
    self.flags = flags
    self.rip = rip
    self.cs = cs
    self.rflags = rflags
    self.rsp = rsp
    self.ss = ss
  }
}

/// The registers of a vCPU (`struct cpu_user_regs`).
public struct CPUUserRegs: BitwiseCopyable, Sendable {
  /// Register (`r15`).
  public var r15: UInt64 = 0
  /// Register (`r14`).
  public var r14: UInt64 = 0
  /// Register (`r13`).
  public var r13: UInt64 = 0
  /// Register (`r12`).
  public var r12: UInt64 = 0
  /// Register (`rbp`).
  public var rbp: UInt64 = 0
  /// Register (`rbx`).
  public var rbx: UInt64 = 0
  /// Register (`r11`).
  public var r11: UInt64 = 0
  /// Register (`r10`).
  public var r10: UInt64 = 0
  /// Register (`r9`).
  public var r9: UInt64 = 0
  /// Register (`r8`).
  public var r8: UInt64 = 0
  /// Register (`rax`).
  public var rax: UInt64 = 0
  /// Register (`rcx`).
  public var rcx: UInt64 = 0
  /// Register (`rdx`).
  public var rdx: UInt64 = 0
  /// Register (`rsi`).
  public var rsi: UInt64 = 0
  /// Register (`rdi`).
  public var rdi: UInt64 = 0
  /// Private to the hypervisor (`error_code`).
  public var errorCode: UInt32 = 0
  /// Private to the hypervisor (`entry_vector`).
  public var entryVector: UInt32 = 0
  /// Instruction pointer (`rip`).
  public var rip: UInt64 = 0
  /// Code selector (`cs`).
  public var cs: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Event mask at entry; the inverse of the interrupt flag (`saved_upcall_mask`).
  public var savedUpcallMask: UInt8 = 0
  private var _pad1: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// Flags register (`rflags`).
  public var rflags: UInt64 = 0
  /// Stack pointer (`rsp`).
  public var rsp: UInt64 = 0
  /// Stack selector (`ss`).
  public var ss: UInt16 = 0
  private var _pad2: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Data selector (`es`).
  public var es: UInt16 = 0
  private var _pad3: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Data selector (`ds`).
  public var ds: UInt16 = 0
  private var _pad4: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Data selector (`fs`).
  public var fs: UInt16 = 0
  private var _pad5: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Data selector (`gs`).
  public var gs: UInt16 = 0
  private var _pad6: InlineArray<6, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    r15: UInt64 = 0, r14: UInt64 = 0, r13: UInt64 = 0, r12: UInt64 = 0, rbp: UInt64 = 0,
    rbx: UInt64 = 0, r11: UInt64 = 0, r10: UInt64 = 0, r9: UInt64 = 0, r8: UInt64 = 0,
    rax: UInt64 = 0, rcx: UInt64 = 0, rdx: UInt64 = 0, rsi: UInt64 = 0, rdi: UInt64 = 0,
    errorCode: UInt32 = 0, entryVector: UInt32 = 0, rip: UInt64 = 0, cs: UInt16 = 0,
    savedUpcallMask: UInt8 = 0, rflags: UInt64 = 0, rsp: UInt64 = 0, ss: UInt16 = 0, es: UInt16 = 0,
    ds: UInt16 = 0, fs: UInt16 = 0, gs: UInt16 = 0
  ) {
    self.r15 = r15
    self.r14 = r14
    self.r13 = r13
    self.r12 = r12
    self.rbp = rbp
    self.rbx = rbx
    self.r11 = r11
    self.r10 = r10
    self.r9 = r9
    self.r8 = r8
    self.rax = rax
    self.rcx = rcx
    self.rdx = rdx
    self.rsi = rsi
    self.rdi = rdi
    self.errorCode = errorCode
    self.entryVector = entryVector
    self.rip = rip
    self.cs = cs
    self.savedUpcallMask = savedUpcallMask
    self.rflags = rflags
    self.rsp = rsp
    self.ss = ss
    self.es = es
    self.ds = ds
    self.fs = fs
    self.gs = gs
  }
}

/// One entry of the virtual IDT; address 0 ends a table (`struct trap_info`).
public struct TrapInfo: BitwiseCopyable, Sendable {
  /// Exception vector (`vector`).
  public var vector: UInt8 = 0
  /// Bits 1:0 privilege level that may raise it; bit 2 masks events on entry (`flags`).
  public var flags: UInt8 = 0
  /// Code selector (`cs`).
  public var cs: UInt16 = 0
  private var _pad0: UInt32 = 0
  /// Address of the handler (`address`).
  public var address: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(vector: UInt8 = 0, flags: UInt8 = 0, cs: UInt16 = 0, address: UInt64 = 0) {
    self.vector = vector
    self.flags = flags
    self.cs = cs
    self.address = address
  }
}

/// Flags of `VCPUGuestContext.flags`.
public enum VCPUContextFlags {
  /// The FPU state is valid (`VGCF_i387_valid`).
  public static var i387Valid: UInt64 { 1 << 0 }
  /// The vCPU is in kernel mode (`VGCF_in_kernel`).
  public static var inKernel: UInt64 { 1 << 2 }
  /// The failsafe callback masks events (`VGCF_failsafe_disables_events`).
  public static var failsafeDisablesEvents: UInt64 { 1 << 3 }
  /// The syscall callback masks events (`VGCF_syscall_disables_events`).
  public static var syscallDisablesEvents: UInt64 { 1 << 4 }
  /// The vCPU is up (`VGCF_online`).
  public static var online: UInt64 { 1 << 5 }
}

/// The whole state of a PV vCPU, for `VCPUOP_initialise` and the vcpucontext domctls (`struct
/// vcpu_guest_context`).
public struct VCPUGuestContext: BitwiseCopyable, Sendable {
  /// FXSAVE image (`fpu_ctxt`).
  public var fpuContext: InlineArray<512, UInt8> = InlineArray(repeating: 0)
  /// `VCPUContextFlags` (`flags`).
  public var flags: UInt64 = 0
  /// Registers (`user_regs`).
  public var userRegs: CPUUserRegs = CPUUserRegs()
  /// Virtual IDT (`trap_ctxt`).
  public var trapTable: InlineArray<256, TrapInfo> = InlineArray(repeating: TrapInfo())
  /// Linear address of the LDT (`ldt_base`).
  public var ldtBase: UInt64 = 0
  /// Entries of the LDT (`ldt_ents`).
  public var ldtEntryCount: UInt64 = 0
  /// Machine frames of the GDT (`gdt_frames`).
  public var gdtFrames: InlineArray<16, UInt64> = InlineArray(repeating: 0)
  /// Entries of the GDT (`gdt_ents`).
  public var gdtEntryCount: UInt64 = 0
  /// Kernel stack selector (`kernel_ss`).
  public var kernelSS: UInt64 = 0
  /// Kernel stack pointer (`kernel_sp`).
  public var kernelSP: UInt64 = 0
  /// CR0 to CR7; the user page-table base is in 1 (`ctrlreg`).
  public var controlRegisters: InlineArray<8, UInt64> = InlineArray(repeating: 0)
  /// DR0 to DR7 (`debugreg`).
  public var debugRegisters: InlineArray<8, UInt64> = InlineArray(repeating: 0)
  /// Address of the event callback (`event_callback_eip`).
  public var eventCallback: UInt64 = 0
  /// Address of the failsafe callback (`failsafe_callback_eip`).
  public var failsafeCallback: UInt64 = 0
  /// Address of the syscall callback (`syscall_callback_eip`).
  public var syscallCallback: UInt64 = 0
  /// Bit set of `VMAssistType` (`vm_assist`).
  public var vmAssist: UInt64 = 0
  /// FS base (`fs_base`).
  public var fsBase: UInt64 = 0
  /// GS base in kernel mode (`gs_base_kernel`).
  public var gsBaseKernel: UInt64 = 0
  /// GS base in user mode (`gs_base_user`).
  public var gsBaseUser: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    fpuContext: InlineArray<512, UInt8> = InlineArray(repeating: 0), flags: UInt64 = 0,
    userRegs: CPUUserRegs = CPUUserRegs(),
    trapTable: InlineArray<256, TrapInfo> = InlineArray(repeating: TrapInfo()), ldtBase: UInt64 = 0,
    ldtEntryCount: UInt64 = 0, gdtFrames: InlineArray<16, UInt64> = InlineArray(repeating: 0),
    gdtEntryCount: UInt64 = 0, kernelSS: UInt64 = 0, kernelSP: UInt64 = 0,
    controlRegisters: InlineArray<8, UInt64> = InlineArray(repeating: 0),
    debugRegisters: InlineArray<8, UInt64> = InlineArray(repeating: 0), eventCallback: UInt64 = 0,
    failsafeCallback: UInt64 = 0, syscallCallback: UInt64 = 0, vmAssist: UInt64 = 0,
    fsBase: UInt64 = 0, gsBaseKernel: UInt64 = 0, gsBaseUser: UInt64 = 0
  ) {
    self.fpuContext = fpuContext
    self.flags = flags
    self.userRegs = userRegs
    self.trapTable = trapTable
    self.ldtBase = ldtBase
    self.ldtEntryCount = ldtEntryCount
    self.gdtFrames = gdtFrames
    self.gdtEntryCount = gdtEntryCount
    self.kernelSS = kernelSS
    self.kernelSP = kernelSP
    self.controlRegisters = controlRegisters
    self.debugRegisters = debugRegisters
    self.eventCallback = eventCallback
    self.failsafeCallback = failsafeCallback
    self.syscallCallback = syscallCallback
    self.vmAssist = vmAssist
    self.fsBase = fsBase
    self.gsBaseKernel = gsBaseKernel
    self.gsBaseUser = gsBaseUser
  }
}

/// Byte offsets in `VCPUGuestContext`, for copying it in pieces.
public enum VCPUGuestContextLayout {
  /// Byte offset of the FPU state (`fpu_ctxt`).
  public static var fpuContext: Int { 0x0 }
  /// Byte offset of the flags (`flags`).
  public static var flags: Int { 0x200 }
  /// Byte offset of the registers (`user_regs`).
  public static var userRegs: Int { 0x208 }
  /// Byte offset of the virtual IDT (`trap_ctxt`).
  public static var trapTable: Int { 0x2D0 }
  /// Byte offset of the LDT address (`ldt_base`).
  public static var ldtBase: Int { 0x12D0 }
  /// Byte offset of the LDT entry count (`ldt_ents`).
  public static var ldtEntryCount: Int { 0x12D8 }
  /// Byte offset of the GDT frames (`gdt_frames`).
  public static var gdtFrames: Int { 0x12E0 }
  /// Byte offset of the GDT entry count (`gdt_ents`).
  public static var gdtEntryCount: Int { 0x1360 }
  /// Byte offset of the kernel stack selector (`kernel_ss`).
  public static var kernelSS: Int { 0x1368 }
  /// Byte offset of the kernel stack pointer (`kernel_sp`).
  public static var kernelSP: Int { 0x1370 }
  /// Byte offset of the control registers (`ctrlreg`).
  public static var controlRegisters: Int { 0x1378 }
  /// Byte offset of the debug registers (`debugreg`).
  public static var debugRegisters: Int { 0x13B8 }
  /// Byte offset of the event callback (`event_callback_eip`).
  public static var eventCallback: Int { 0x13F8 }
  /// Byte offset of the failsafe callback (`failsafe_callback_eip`).
  public static var failsafeCallback: Int { 0x1400 }
  /// Byte offset of the syscall callback (`syscall_callback_eip`).
  public static var syscallCallback: Int { 0x1408 }
  /// Byte offset of the assistances (`vm_assist`).
  public static var vmAssist: Int { 0x1410 }
  /// Byte offset of the FS base (`fs_base`).
  public static var fsBase: Int { 0x1418 }
  /// Byte offset of the kernel GS base (`gs_base_kernel`).
  public static var gsBaseKernel: Int { 0x1420 }
  /// Byte offset of the user GS base (`gs_base_user`).
  public static var gsBaseUser: Int { 0x1428 }
  /// Size of the structure in bytes.
  public static var size: Int { 5168 }
}

/// Byte offsets in `CPUUserRegs`.
public enum CPUUserRegsLayout {
  /// Byte offset of the register (`r15`).
  public static var r15: Int { 0x0 }
  /// Byte offset of the register (`r14`).
  public static var r14: Int { 0x8 }
  /// Byte offset of the register (`r13`).
  public static var r13: Int { 0x10 }
  /// Byte offset of the register (`r12`).
  public static var r12: Int { 0x18 }
  /// Byte offset of the register (`rbp`).
  public static var rbp: Int { 0x20 }
  /// Byte offset of the register (`rbx`).
  public static var rbx: Int { 0x28 }
  /// Byte offset of the register (`r11`).
  public static var r11: Int { 0x30 }
  /// Byte offset of the register (`r10`).
  public static var r10: Int { 0x38 }
  /// Byte offset of the register (`r9`).
  public static var r9: Int { 0x40 }
  /// Byte offset of the register (`r8`).
  public static var r8: Int { 0x48 }
  /// Byte offset of the register (`rax`).
  public static var rax: Int { 0x50 }
  /// Byte offset of the register (`rcx`).
  public static var rcx: Int { 0x58 }
  /// Byte offset of the register (`rdx`).
  public static var rdx: Int { 0x60 }
  /// Byte offset of the register (`rsi`).
  public static var rsi: Int { 0x68 }
  /// Byte offset of the register (`rdi`).
  public static var rdi: Int { 0x70 }
  /// Byte offset of the error code (`error_code`).
  public static var errorCode: Int { 0x78 }
  /// Byte offset of the entry vector (`entry_vector`).
  public static var entryVector: Int { 0x7C }
  /// Byte offset of the instruction pointer (`rip`).
  public static var rip: Int { 0x80 }
  /// Byte offset of the code selector (`cs`).
  public static var cs: Int { 0x88 }
  /// Byte offset of the saved event mask (`saved_upcall_mask`).
  public static var savedUpcallMask: Int { 0x8C }
  /// Byte offset of the flags register (`rflags`).
  public static var rflags: Int { 0x90 }
  /// Byte offset of the stack pointer (`rsp`).
  public static var rsp: Int { 0x98 }
  /// Byte offset of the stack selector (`ss`).
  public static var ss: Int { 0xA0 }
  /// Byte offset of the data selector (`es`).
  public static var es: Int { 0xA8 }
  /// Byte offset of the data selector (`ds`).
  public static var ds: Int { 0xB0 }
  /// Byte offset of the data selector (`fs`).
  public static var fs: Int { 0xB8 }
  /// Byte offset of the data selector (`gs`).
  public static var gs: Int { 0xC0 }
  /// Size of the structure in bytes.
  public static var size: Int { 200 }
}

/// The bytes before an instruction that ask the hypervisor to emulate it (`XEN_EMULATE_PREFIX`).
public enum EmulatePrefix {
  /// `ud2` followed by "xen", as the low five bytes of a little-endian word.
  public static var word: UInt64 { 0x6E_6578_0B0F }
  /// Length of the prefix in bytes.
  public static var length: Int { 5 }
}
