// Hypercall numbers, and the sub-operations and flags that xen.h itself defines.
//
// Source: xen/xen.h, xen/nmi.h.

/// A hypercall, by its number in rax (`__HYPERVISOR_*`).
public enum HypercallNumber: UInt64, Sendable {
  /// Registers the virtual IDT (`__HYPERVISOR_set_trap_table`).
  case setTrapTable = 0
  /// Updates page-table entries and the m2p (`__HYPERVISOR_mmu_update`).
  case mmuUpdate = 1
  /// Installs a GDT from a list of frames (`__HYPERVISOR_set_gdt`).
  case setGDT = 2
  /// Sets the kernel stack (`__HYPERVISOR_stack_switch`).
  case stackSwitch = 3
  /// Registers the event, failsafe and syscall entry points; obsolete form of `callbackOp`
  /// (`__HYPERVISOR_set_callbacks`).
  case setCallbacks = 4
  /// Sets or clears CR0.TS (`__HYPERVISOR_fpu_taskswitch`).
  case fpuTaskSwitch = 5
  /// Scheduler operations, first form (`__HYPERVISOR_sched_op_compat`).
  case schedOpCompat = 6
  /// Operations on the machine by dom0 (`__HYPERVISOR_platform_op`).
  case platformOp = 7
  /// Writes a debug register (`__HYPERVISOR_set_debugreg`).
  case setDebugRegister = 8
  /// Reads a debug register (`__HYPERVISOR_get_debugreg`).
  case getDebugRegister = 9
  /// Writes one GDT or LDT descriptor (`__HYPERVISOR_update_descriptor`).
  case updateDescriptor = 10
  /// Operations on a domain's memory (`__HYPERVISOR_memory_op`).
  case memoryOp = 12
  /// A list of hypercalls in one (`__HYPERVISOR_multicall`).
  case multicall = 13
  /// Writes the L1 entry that maps an address (`__HYPERVISOR_update_va_mapping`).
  case updateVAMapping = 14
  /// Sets the vCPU's single-shot timer (`__HYPERVISOR_set_timer_op`).
  case setTimerOp = 15
  /// Event-channel operations, first form (`__HYPERVISOR_event_channel_op_compat`).
  case eventChannelOpCompat = 16
  /// Facts about the hypervisor (`__HYPERVISOR_xen_version`).
  case xenVersion = 17
  /// Emergency console (`__HYPERVISOR_console_io`).
  case consoleIO = 18
  /// Physical-device operations, first form (`__HYPERVISOR_physdev_op_compat`).
  case physdevOpCompat = 19
  /// Grant-table operations (`__HYPERVISOR_grant_table_op`).
  case grantTableOp = 20
  /// Switches an assistance on or off (`__HYPERVISOR_vm_assist`).
  case vmAssist = 21
  /// As `updateVAMapping`, for another domain's frame
  /// (`__HYPERVISOR_update_va_mapping_otherdomain`).
  case updateVAMappingOtherDomain = 22
  /// Returns from a PV exception frame (`__HYPERVISOR_iret`).
  case iret = 23
  /// Operations on one vCPU (`__HYPERVISOR_vcpu_op`).
  case vcpuOp = 24
  /// Sets FS or GS bases (`__HYPERVISOR_set_segment_base`).
  case setSegmentBase = 25
  /// Pinning, page-table bases, TLB and cache flushes (`__HYPERVISOR_mmuext_op`).
  case mmuExtOp = 26
  /// Security-module operations (`__HYPERVISOR_xsm_op`).
  case xsmOp = 27
  /// Registers the NMI callback (`__HYPERVISOR_nmi_op`).
  case nmiOp = 28
  /// Scheduler operations (`__HYPERVISOR_sched_op`).
  case schedOp = 29
  /// Registers guest entry points (`__HYPERVISOR_callback_op`).
  case callbackOp = 30
  /// Profiling (`__HYPERVISOR_xenoprof_op`).
  case xenoprofOp = 31
  /// Event-channel operations (`__HYPERVISOR_event_channel_op`).
  case eventChannelOp = 32
  /// Physical-device operations (`__HYPERVISOR_physdev_op`).
  case physdevOp = 33
  /// Operations on HVM domains (`__HYPERVISOR_hvm_op`).
  case hvmOp = 34
  /// Control of the host (`__HYPERVISOR_sysctl`).
  case sysctl = 35
  /// Control of domains (`__HYPERVISOR_domctl`).
  case domctl = 36
  /// Crash-kernel operations (`__HYPERVISOR_kexec_op`).
  case kexecOp = 37
  /// Transcendent memory; gone (`__HYPERVISOR_tmem_op`).
  case tmemOp = 38
  /// Argo messages (`__HYPERVISOR_argo_op`).
  case argoOp = 39
  /// Performance monitoring (`__HYPERVISOR_xenpmu_op`).
  case xenpmuOp = 40
  /// Device-model operations (`__HYPERVISOR_dm_op`).
  case deviceModelOp = 41
  /// Hypervisor file system (`__HYPERVISOR_hypfs_op`).
  case hypfsOp = 42
  /// Machine-check operations; `__HYPERVISOR_mca` on x86 (`__HYPERVISOR_arch_0`).
  case machineCheckOp = 48
  /// Continuation of a paging domctl on x86; never issued by guests (`__HYPERVISOR_arch_1`).
  case pagingDomctlContinuation = 49
}

/// What an `mmu_update` request does; bits 1:0 of `MMUUpdate.ptr`.
public enum MMUUpdateCommand: UInt64, Sendable {
  /// Writes a page-table entry (`MMU_NORMAL_PT_UPDATE`).
  case normalPTUpdate = 0
  /// Writes an m2p entry (`MMU_MACHPHYS_UPDATE`).
  case machphysUpdate = 1
  /// Writes a page-table entry, keeping its accessed and dirty bits (`MMU_PT_UPDATE_PRESERVE_AD`).
  case ptUpdatePreserveAd = 2
  /// Writes a page-table entry whose frame is never translated (`MMU_PT_UPDATE_NO_TRANSLATE`).
  case ptUpdateNoTranslate = 3
}

/// Command of an `mmuext_op` request.
public enum MMUExtOp: UInt32, Sendable {
  /// Pins a frame as an L1 table (`MMUEXT_PIN_L1_TABLE`).
  case pinL1Table = 0
  /// Pins a frame as an L2 table (`MMUEXT_PIN_L2_TABLE`).
  case pinL2Table = 1
  /// Pins a frame as an L3 table (`MMUEXT_PIN_L3_TABLE`).
  case pinL3Table = 2
  /// Pins a frame as an L4 table (`MMUEXT_PIN_L4_TABLE`).
  case pinL4Table = 3
  /// Unpins a page table (`MMUEXT_UNPIN_TABLE`).
  case unpinTable = 4
  /// Loads the kernel page-table base (`MMUEXT_NEW_BASEPTR`).
  case newBasePointer = 5
  /// Flushes this vCPU's TLB (`MMUEXT_TLB_FLUSH_LOCAL`).
  case tlbFlushLocal = 6
  /// Flushes one address from this vCPU's TLB (`MMUEXT_INVLPG_LOCAL`).
  case invlpgLocal = 7
  /// Flushes the TLBs of a set of vCPUs (`MMUEXT_TLB_FLUSH_MULTI`).
  case tlbFlushMulti = 8
  /// Flushes one address from the TLBs of a set of vCPUs (`MMUEXT_INVLPG_MULTI`).
  case invlpgMulti = 9
  /// Flushes the TLBs of all vCPUs (`MMUEXT_TLB_FLUSH_ALL`).
  case tlbFlushAll = 10
  /// Flushes one address from the TLBs of all vCPUs (`MMUEXT_INVLPG_ALL`).
  case invlpgAll = 11
  /// Writes back and flushes the caches (`MMUEXT_FLUSH_CACHE`).
  case flushCache = 12
  /// Installs the LDT (`MMUEXT_SET_LDT`).
  case setLDT = 13
  /// Sets the page-table base used in user mode (`MMUEXT_NEW_USER_BASEPTR`).
  case newUserBasePointer = 15
  /// Clears a frame (`MMUEXT_CLEAR_PAGE`).
  case clearPage = 16
  /// Copies a frame (`MMUEXT_COPY_PAGE`).
  case copyPage = 17
  /// Writes back and flushes the caches of all pCPUs (`MMUEXT_FLUSH_CACHE_GLOBAL`).
  case flushCacheGlobal = 18
  /// Marks a superpage (`MMUEXT_MARK_SUPER`).
  case markSuper = 19
  /// Unmarks a superpage (`MMUEXT_UNMARK_SUPER`).
  case unmarkSuper = 20
}

/// Which TLB entries `update_va_mapping` flushes, on which vCPUs; above them a vCPU bitmap's
/// address for "multi".
public enum UpdateVAMappingFlags {
  /// No flush (`UVMF_NONE`).
  public static var none: UInt64 { 0 }
  /// The whole TLB (`UVMF_TLB_FLUSH`).
  public static var tlbFlush: UInt64 { 1 }
  /// Only the address (`UVMF_INVLPG`).
  public static var invlpg: UInt64 { 2 }
  /// Mask of the flush type (`UVMF_FLUSHTYPE_MASK`).
  public static var flushTypeMask: UInt64 { 3 }
  /// On the vCPUs of a bitmap (`UVMF_MULTI`).
  public static var multi: UInt64 { 0 }
  /// On the calling vCPU (`UVMF_LOCAL`).
  public static var local: UInt64 { 0 }
  /// On all vCPUs (`UVMF_ALL`).
  public static var all: UInt64 { 4 }
}

/// Command of `console_io`.
public enum ConsoleIOOp: UInt32, Sendable {
  /// Writes to the console (`CONSOLEIO_write`).
  case write = 0
  /// Reads from the console (`CONSOLEIO_read`).
  case read = 1
}

/// Command of `vm_assist`.
public enum VMAssistCommand: UInt32, Sendable {
  /// Switches the assistance on (`VMASST_CMD_enable`).
  case enable = 0
  /// Switches the assistance off (`VMASST_CMD_disable`).
  case disable = 1
}

/// An assistance of `vm_assist`; also its bit in `VCPUGuestContext.vmAssist`.
public enum VMAssistType: UInt32, Sendable {
  /// Simulates 4 GiB segment limits for 32-bit guests (`VMASST_TYPE_4gb_segments`).
  case fourGBSegments = 0
  /// Traps when the above was used (`VMASST_TYPE_4gb_segments_notify`).
  case fourGBSegmentsNotify = 1
  /// Emulates writes to L1 entries (`VMASST_TYPE_writable_pagetables`).
  case writablePageTables = 2
  /// Page-directory-pointer tables above 4 GiB (`VMASST_TYPE_pae_extended_cr3`).
  case paeExtendedCR3 = 3
  /// A virtual IOPL in the frames of exceptions and iret (`VMASST_TYPE_architectural_iopl`).
  case architecturalIOPL = 4
  /// Marks updates in progress in the guest's runstate copy (`VMASST_TYPE_runstate_update_flag`).
  case runstateUpdateFlag = 5
  /// Hides the m2p from user mode (`VMASST_TYPE_m2p_strict`).
  case m2pStrict = 32
}

/// A virtual interrupt line.
///
/// Per-vCPU lines are said so; the others are global.
public enum VIRQ: UInt32, Sendable {
  /// Timer expired; per vCPU (`VIRQ_TIMER`).
  case timer = 0
  /// Dump debug information; per vCPU (`VIRQ_DEBUG`).
  case debug = 1
  /// Bytes received on the emergency console; dom0 (`VIRQ_CONSOLE`).
  case console = 2
  /// A domain changed state; dom0 (`VIRQ_DOM_EXC`).
  case domainException = 3
  /// Trace records available; dom0 (`VIRQ_TBUF`).
  case traceBuffer = 4
  /// A domain paused for debugging; dom0 (`VIRQ_DEBUGGER`).
  case debugger = 6
  /// Profiling sample; per vCPU (`VIRQ_XENOPROF`).
  case xenoprof = 7
  /// Bytes in the hypervisor's console ring; dom0 (`VIRQ_CON_RING`).
  case consoleRing = 8
  /// A pCPU changed state; dom0 (`VIRQ_PCPU_STATE`).
  case pcpuState = 9
  /// A memory event; dom0 (`VIRQ_MEM_EVENT`).
  case memoryEvent = 10
  /// Argo message (`VIRQ_ARGO`).
  case argo = 11
  /// Heap memory is low; dom0 (`VIRQ_ENOMEM`).
  case lowMemory = 12
  /// Performance counter interrupt; per vCPU (`VIRQ_XENPMU`).
  case pmu = 13
  /// Machine check; `VIRQ_MCA` on x86; dom0 (`VIRQ_ARCH_0`).
  case machineCheck = 16
  /// Architecture's own, 1 (`VIRQ_ARCH_1`).
  case arch1 = 17
  /// Architecture's own, 2 (`VIRQ_ARCH_2`).
  case arch2 = 18
  /// Architecture's own, 3 (`VIRQ_ARCH_3`).
  case arch3 = 19
  /// Architecture's own, 4 (`VIRQ_ARCH_4`).
  case arch4 = 20
  /// Architecture's own, 5 (`VIRQ_ARCH_5`).
  case arch5 = 21
  /// Architecture's own, 6 (`VIRQ_ARCH_6`).
  case arch6 = 22
  /// Architecture's own, 7 (`VIRQ_ARCH_7`).
  case arch7 = 23
}

extension VIRQ {
  /// Number of virtual interrupt lines (`NR_VIRQS`).
  public static var count: UInt32 { 24 }
}

/// Domain identifiers with a meaning of their own.
public enum DomIDValue {
  /// First identifier no ordinary domain has (`DOMID_FIRST_RESERVED`).
  public static var firstReserved: UInt16 { 0x7FF0 }
  /// The caller (`DOMID_SELF`).
  public static var self_: UInt16 { 0x7FF0 }
  /// Owner of I/O memory (`DOMID_IO`).
  public static var io: UInt16 { 0x7FF1 }
  /// The hypervisor (`DOMID_XEN`).
  public static var xen: UInt16 { 0x7FF2 }
  /// Owner of shared, copy-on-write frames (`DOMID_COW`).
  public static var cow: UInt16 { 0x7FF3 }
  /// Owner unknown (`DOMID_INVALID`).
  public static var invalid: UInt16 { 0x7FF4 }
  /// The idle domain (`DOMID_IDLE`).
  public static var idle: UInt16 { 0x7FFF }
  /// Mask of valid identifiers (`DOMID_MASK`).
  public static var mask: UInt16 { 0x7FFF }
}

/// Which base `set_segment_base` sets.
public enum SegmentBase: UInt32, Sendable {
  /// FS base (`SEGBASE_FS`).
  case fs = 0
  /// GS base in user mode (`SEGBASE_GS_USER`).
  case gsUser = 1
  /// GS base in kernel mode (`SEGBASE_GS_KERNEL`).
  case gsKernel = 2
  /// User GS selector, from bits 15:0 (`SEGBASE_GS_USER_SEL`).
  case gsUserSelector = 3
}

/// Command of `nmi_op`.
public enum NMIOp: UInt32, Sendable {
  /// Registers the NMI callback of the calling vCPU (`XENNMI_register_callback`).
  case registerCallback = 0
  /// Removes the NMI callback (`XENNMI_unregister_callback`).
  case unregisterCallback = 1
}

/// Bits of `ArchSharedInfo.nmiReason`.
public enum NMIReason {
  /// I/O-channel check, port 0x61 bit 6 (`XEN_NMIREASON_io_error`).
  public static var ioError: UInt64 { 1 << 0 }
  /// PCI SERR, port 0x61 bit 7 (`XEN_NMIREASON_pci_serr`).
  public static var pciSystemError: UInt64 { 1 << 1 }
  /// Unknown hardware NMI (`XEN_NMIREASON_unknown`).
  public static var unknown: UInt64 { 1 << 2 }
}

/// Argument of `XENNMI_register_callback` (`struct xennmi_callback`).
public struct NMICallback: BitwiseCopyable, Sendable {
  /// Virtual address of the handler (`handler_address`).
  public var handlerAddress: UInt64 = 0
  /// Unused (`pad`).
  public var pad: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(handlerAddress: UInt64 = 0, pad: UInt64 = 0) {
    self.handlerAddress = handlerAddress
    self.pad = pad
  }
}

/// One call of a `multicall` list (`struct multicall_entry`).
public struct MulticallEntry: BitwiseCopyable, Sendable {
  /// Hypercall number (`op`).
  public var op: UInt64 = 0
  /// Its result (`result`).
  public var result: UInt64 = 0
  /// Its arguments (`args`).
  public var args: InlineArray<6, UInt64> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    op: UInt64 = 0, result: UInt64 = 0, args: InlineArray<6, UInt64> = InlineArray(repeating: 0)
  ) {
    self.op = op
    self.result = result
    self.args = args
  }
}

/// A request of `mmu_update` (`struct mmu_update`).
public struct MMUUpdate: BitwiseCopyable, Sendable {
  /// Machine address of the entry, with the command in bits 1:0 (`ptr`).
  public var ptr: UInt64 = 0
  /// The new contents (`val`).
  public var val: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(ptr: UInt64 = 0, val: UInt64 = 0) {
    self.ptr = ptr
    self.val = val
  }
}

/// A request of `mmuext_op` (`struct mmuext_op`).
public struct MMUExtRequest: BitwiseCopyable, Sendable {
  /// The command, an `MMUExtOp` (`cmd`).
  public var command: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// `mfn` or `linear_addr` (`arg1.mfn`).
  public var arg1: UInt64 = 0
  /// `nr_ents` in the low half, `vcpumask` or `src_mfn` (`arg2.src_mfn`).
  public var arg2: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, arg1: UInt64 = 0, arg2: UInt64 = 0) {
    self.command = command
    self.arg1 = arg1
    self.arg2 = arg2
  }
}
