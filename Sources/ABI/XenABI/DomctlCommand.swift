// Control of domains: commands, request header and flags. A request is the header, then the
// command's structure.
//
// Source: xen/domctl.h.

/// Command of `domctl`.
public enum DomctlCommand: UInt32, Sendable {
  /// Makes a domain (`XEN_DOMCTL_createdomain`).
  case createDomain = 1
  /// Destroys a domain (`XEN_DOMCTL_destroydomain`).
  case destroyDomain = 2
  /// Pauses a domain (`XEN_DOMCTL_pausedomain`).
  case pauseDomain = 3
  /// Unpauses a domain (`XEN_DOMCTL_unpausedomain`).
  case unpauseDomain = 4
  /// Tells about a domain (`XEN_DOMCTL_getdomaininfo`).
  case getDomainInfo = 5
  /// Sets a vCPU's affinities (`XEN_DOMCTL_setvcpuaffinity`).
  case setVCPUAffinity = 9
  /// Paging modes and log-dirty (`XEN_DOMCTL_shadow_op`).
  case shadowOp = 10
  /// Sets a domain's memory limit (`XEN_DOMCTL_max_mem`).
  case maxMemory = 11
  /// Sets a vCPU's state (`XEN_DOMCTL_setvcpucontext`).
  case setVCPUContext = 12
  /// Reads a vCPU's state (`XEN_DOMCTL_getvcpucontext`).
  case getVCPUContext = 13
  /// Tells about a vCPU (`XEN_DOMCTL_getvcpuinfo`).
  case getVCPUInfo = 14
  /// Allocates vCPUs (`XEN_DOMCTL_max_vcpus`).
  case maxVCPUs = 15
  /// Scheduling parameters of a domain (`XEN_DOMCTL_scheduler_op`).
  case schedulerOp = 16
  /// Sets a domain's UUID (`XEN_DOMCTL_setdomainhandle`).
  case setDomainHandle = 17
  /// Marks a domain as debugged (`XEN_DOMCTL_setdebugging`).
  case setDebugging = 18
  /// Permits a PIRQ (`XEN_DOMCTL_irq_permission`).
  case irqPermission = 19
  /// Permits I/O memory (`XEN_DOMCTL_iomem_permission`).
  case ioMemoryPermission = 20
  /// Permits I/O ports (`XEN_DOMCTL_ioport_permission`).
  case ioPortPermission = 21
  /// Fills a hypercall page (`XEN_DOMCTL_hypercall_init`).
  case hypercallInit = 22
  /// Sets the wall clock's offset (`XEN_DOMCTL_settimeoffset`).
  case setTimeOffset = 24
  /// Tells a vCPU's affinities (`XEN_DOMCTL_getvcpuaffinity`).
  case getVCPUAffinity = 25
  /// PowerPC only (`XEN_DOMCTL_real_mode_area`).
  case realModeArea = 26
  /// Resumes a suspended domain (`XEN_DOMCTL_resumedomain`).
  case resumeDomain = 27
  /// Sends a trigger (`XEN_DOMCTL_sendtrigger`).
  case sendTrigger = 28
  /// Sets the port that tells of suspension (`XEN_DOMCTL_subscribe`).
  case subscribe = 29
  /// Saves an HVM state (`XEN_DOMCTL_gethvmcontext`).
  case getHVMContext = 33
  /// Loads an HVM state (`XEN_DOMCTL_sethvmcontext`).
  case setHVMContext = 34
  /// Sets the width of a guest (`XEN_DOMCTL_set_address_size`).
  case setAddressSize = 35
  /// Tells the width of a guest (`XEN_DOMCTL_get_address_size`).
  case getAddressSize = 36
  /// Assigns a device (`XEN_DOMCTL_assign_device`).
  case assignDevice = 37
  /// Binds an interrupt of a passed-through device (`XEN_DOMCTL_bind_pt_irq`).
  case bindPassthroughIRQ = 38
  /// Maps I/O memory (`XEN_DOMCTL_memory_mapping`).
  case memoryMapping = 39
  /// Maps I/O ports (`XEN_DOMCTL_ioport_mapping`).
  case ioPortMapping = 40
  /// Sets a vCPU's further state (`XEN_DOMCTL_set_ext_vcpucontext`).
  case setExtVCPUContext = 42
  /// Reads a vCPU's further state (`XEN_DOMCTL_get_ext_vcpucontext`).
  case getExtVCPUContext = 43
  /// IA-64 only (`XEN_DOMCTL_set_opt_feature`).
  case setOptFeature = 44
  /// Tells whether a device can be assigned (`XEN_DOMCTL_test_assign_device`).
  case testAssignDevice = 45
  /// Sets the target of a stub domain (`XEN_DOMCTL_set_target`).
  case setTarget = 46
  /// Takes a device back (`XEN_DOMCTL_deassign_device`).
  case deassignDevice = 47
  /// Unbinds an interrupt of a passed-through device (`XEN_DOMCTL_unbind_pt_irq`).
  case unbindPassthroughIRQ = 48
  /// Tells a device's isolation group (`XEN_DOMCTL_get_device_group`).
  case getDeviceGroup = 50
  /// Single-stepping (`XEN_DOMCTL_debug_op`).
  case debugOp = 54
  /// Saves one record of an HVM state (`XEN_DOMCTL_gethvmcontext_partial`).
  case getHVMContextPartial = 55
  /// Event rings (`XEN_DOMCTL_vm_event_op`).
  case vmEventOp = 56
  /// Memory sharing (`XEN_DOMCTL_mem_sharing_op`).
  case memorySharingOp = 57
  /// Tells a domain's TSC mode (`XEN_DOMCTL_gettscinfo`).
  case getTSCInfo = 59
  /// Sets a domain's TSC mode (`XEN_DOMCTL_settscinfo`).
  case setTSCInfo = 60
  /// Tells the types of frames (`XEN_DOMCTL_getpageframeinfo3`).
  case getPageFrameInfo3 = 61
  /// Sets a vCPU's XSAVE state (`XEN_DOMCTL_setvcpuextstate`).
  case setVCPUExtState = 62
  /// Reads a vCPU's XSAVE state (`XEN_DOMCTL_getvcpuextstate`).
  case getVCPUExtState = 63
  /// Requires a listener for access events (`XEN_DOMCTL_set_access_required`).
  case setAccessRequired = 64
  /// Checks a p2m (`XEN_DOMCTL_audit_p2m`).
  case auditP2M = 65
  /// Gives a global VIRQ to a domain (`XEN_DOMCTL_set_virq_handler`).
  case setVIRQHandler = 66
  /// Marks a frame broken (`XEN_DOMCTL_set_broken_page_p2m`).
  case setBrokenPageP2M = 67
  /// Sets a domain's NUMA nodes (`XEN_DOMCTL_setnodeaffinity`).
  case setNodeAffinity = 68
  /// Tells a domain's NUMA nodes (`XEN_DOMCTL_getnodeaffinity`).
  case getNodeAffinity = 69
  /// Flushes caches; Arm (`XEN_DOMCTL_cacheflush`).
  case cacheFlush = 71
  /// Reads a vCPU's MSRs (`XEN_DOMCTL_get_vcpu_msrs`).
  case getVCPUMSRs = 72
  /// Sets a vCPU's MSRs (`XEN_DOMCTL_set_vcpu_msrs`).
  case setVCPUMSRs = 73
  /// Sets a virtual NUMA topology (`XEN_DOMCTL_setvnumainfo`).
  case setVNUMAInfo = 74
  /// Cache monitoring (`XEN_DOMCTL_psr_cmt_op`).
  case psrCMTOp = 75
  /// Event monitoring (`XEN_DOMCTL_monitor_op`).
  case monitorOp = 77
  /// Cache allocation (`XEN_DOMCTL_psr_alloc`).
  case psrAlloc = 78
  /// Resets a domain with its memory kept (`XEN_DOMCTL_soft_reset`).
  case softReset = 79
  /// Virtual UART; Arm (`XEN_DOMCTL_vuart_op`).
  case vuartOp = 81
  /// Reads a domain's CPUID and MSR policy (`XEN_DOMCTL_get_cpu_policy`).
  case getCPUPolicy = 82
  /// Sets a domain's CPUID and MSR policy (`XEN_DOMCTL_set_cpu_policy`).
  case setCPUPolicy = 83
  /// Processor trace (`XEN_DOMCTL_vmtrace_op`).
  case vmtraceOp = 84
  /// Tells the paging pool's size (`XEN_DOMCTL_get_paging_mempool_size`).
  case getPagingMempoolSize = 85
  /// Sets the paging pool's size (`XEN_DOMCTL_set_paging_mempool_size`).
  case setPagingMempoolSize = 86
  /// Debugger: guest memory (`XEN_DOMCTL_gdbsx_guestmemio`).
  case gdbsxGuestMemoryIO = 1000
  /// Debugger: pauses a vCPU (`XEN_DOMCTL_gdbsx_pausevcpu`).
  case gdbsxPauseVCPU = 1001
  /// Debugger: unpauses a vCPU (`XEN_DOMCTL_gdbsx_unpausevcpu`).
  case gdbsxUnpauseVCPU = 1002
  /// Debugger: status (`XEN_DOMCTL_gdbsx_domstatus`).
  case gdbsxDomainStatus = 1003
}

/// Start of a domctl; `u` follows.
public struct DomctlHeader: BitwiseCopyable, Sendable {
  /// A `DomctlCommand` (`cmd`).
  public var command: UInt32 = 0
  /// `DomctlLayout.interfaceVersion`, else EACCES (`interface_version`).
  public var interfaceVersion: UInt32 = 0
  /// In and out: domain (`domain`).
  public var domain: UInt16 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, interfaceVersion: UInt32 = 0, domain: UInt16 = 0) {
    self.command = command
    self.interfaceVersion = interfaceVersion
    self.domain = domain
  }
}

/// Byte offsets in a domctl.
public enum DomctlLayout {
  /// Byte offset of the command (`cmd`).
  public static var command: Int { 0x0 }
  /// Byte offset of the interface version (`interface_version`).
  public static var interfaceVersionOffset: Int { 0x4 }
  /// Byte offset of the domain (`domain`).
  public static var domain: Int { 0x8 }
  /// Byte offset of the command's structure (`u`).
  public static var union: Int { 0x10 }
  /// Size of the structure in bytes.
  public static var size: Int { 144 }
}

extension DomctlLayout {
  /// Version that a request must carry (`XEN_DOMCTL_INTERFACE_VERSION`).
  public static var interfaceVersion: UInt32 { 0x15 }
}

/// Flags of `DomctlCreateDomain.flags`.
public enum CreateDomainFlags {
  /// HVM, not PV (`XEN_DOMCTL_CDF_hvm`).
  public static var hvm: UInt32 { 1 << 0 }
  /// Hardware-assisted paging (`XEN_DOMCTL_CDF_hap`).
  public static var hap: UInt32 { 1 << 1 }
  /// Memory integrity over sleep (`XEN_DOMCTL_CDF_s3_integrity`).
  public static var s3Integrity: UInt32 { 1 << 2 }
  /// No out-of-sync shadow pages (`XEN_DOMCTL_CDF_oos_off`).
  public static var outOfSyncOff: UInt32 { 1 << 3 }
  /// The xenstore domain (`XEN_DOMCTL_CDF_xs_domain`).
  public static var xenstoreDomain: UInt32 { 1 << 4 }
  /// May use the I/O MMU (`XEN_DOMCTL_CDF_iommu`).
  public static var iommu: UInt32 { 1 << 5 }
  /// Nested virtualisation (`XEN_DOMCTL_CDF_nested_virt`).
  public static var nestedVirtualization: UInt32 { 1 << 6 }
  /// Virtual performance counters (`XEN_DOMCTL_CDF_vpmu`).
  public static var vpmu: UInt32 { 1 << 7 }
}

/// Flags of `DomctlCreateDomain.iommuOptions`.
public enum CreateDomainIOMMUOptions {
  /// No page tables shared with the I/O MMU (`XEN_DOMCTL_IOMMU_no_sharept`).
  public static var noSharedPageTables: UInt32 { 1 << 0 }
}

/// Fields of `DomctlCreateDomain.grantOptions`.
public enum CreateDomainGrantOptions {
  /// Mask of the highest grant-table version (`XEN_DOMCTL_GRANT_version_mask`).
  public static var versionMask: UInt32 { 0xF }
}

/// Emulated devices (`xen_arch_domainconfig.emulation_flags`).
public enum EmulationFlags {
  /// Local APIC (`XEN_X86_EMU_LAPIC`).
  public static var lapic: UInt32 { 1 << 0 }
  /// HPET (`XEN_X86_EMU_HPET`).
  public static var hpet: UInt32 { 1 << 1 }
  /// ACPI power management (`XEN_X86_EMU_PM`).
  public static var powerManagement: UInt32 { 1 << 2 }
  /// Clock (`XEN_X86_EMU_RTC`).
  public static var rtc: UInt32 { 1 << 3 }
  /// I/O APIC (`XEN_X86_EMU_IOAPIC`).
  public static var ioapic: UInt32 { 1 << 4 }
  /// PIC (`XEN_X86_EMU_PIC`).
  public static var pic: UInt32 { 1 << 5 }
  /// VGA (`XEN_X86_EMU_VGA`).
  public static var vga: UInt32 { 1 << 6 }
  /// I/O MMU (`XEN_X86_EMU_IOMMU`).
  public static var iommu: UInt32 { 1 << 7 }
  /// Timer (`XEN_X86_EMU_PIT`).
  public static var pit: UInt32 { 1 << 8 }
  /// PIRQs (`XEN_X86_EMU_USE_PIRQ`).
  public static var usePIRQ: UInt32 { 1 << 9 }
  /// Virtual PCI (`XEN_X86_EMU_VPCI`).
  public static var vpci: UInt32 { 1 << 10 }
  /// All of them (`XEN_X86_EMU_ALL`).
  public static var all: UInt32 { 0x7FF }
}

/// Flags of `ArchDomainConfig.miscFlags`.
public enum ArchMiscFlags {
  /// Unknown MSRs do not fault (`XEN_X86_MSR_RELAXED`).
  public static var msrRelaxed: UInt32 { 1 << 0 }
}

/// The x86 part of `DomctlCreateDomain` (`struct xen_arch_domainconfig`).
public struct ArchDomainConfig: BitwiseCopyable, Sendable {
  /// `EmulationFlags` (`emulation_flags`).
  public var emulationFlags: UInt32 = 0
  /// `ArchMiscFlags` (`misc_flags`).
  public var miscFlags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(emulationFlags: UInt32 = 0, miscFlags: UInt32 = 0) {
    self.emulationFlags = emulationFlags
    self.miscFlags = miscFlags
  }
}

/// Flags of `DomctlGetDomainInfo.flags`.
public enum DomainInfoFlags {
  /// Going away (`XEN_DOMINF_dying`).
  public static var dying: UInt32 { 1 << 0 }
  /// HVM (`XEN_DOMINF_hvm_guest`).
  public static var hvmGuest: UInt32 { 1 << 1 }
  /// Shut down (`XEN_DOMINF_shutdown`).
  public static var shutdown: UInt32 { 1 << 2 }
  /// Paused by the tools (`XEN_DOMINF_paused`).
  public static var paused: UInt32 { 1 << 3 }
  /// Waits for an event (`XEN_DOMINF_blocked`).
  public static var blocked: UInt32 { 1 << 4 }
  /// Runs (`XEN_DOMINF_running`).
  public static var running: UInt32 { 1 << 5 }
  /// Debugged (`XEN_DOMINF_debugged`).
  public static var debugged: UInt32 { 1 << 6 }
  /// The xenstore domain (`XEN_DOMINF_xs_domain`).
  public static var xenstoreDomain: UInt32 { 1 << 7 }
  /// Hardware-assisted paging (`XEN_DOMINF_hap`).
  public static var hap: UInt32 { 1 << 8 }
  /// Mask of the shutdown reason, once shifted (`XEN_DOMINF_shutdownmask`).
  public static var shutdownMask: UInt32 { 255 }
  /// Position of the shutdown reason (`XEN_DOMINF_shutdownshift`).
  public static var shutdownShift: UInt32 { 16 }
}

/// Type of a frame, in bits 31:28 (`XEN_DOMCTL_PFINFO_*`).
public enum PageFrameInfo {
  /// No page table (`XEN_DOMCTL_PFINFO_NOTAB`).
  public static var notATable: UInt64 { 0x0 }
  /// L1 table (`XEN_DOMCTL_PFINFO_L1TAB`).
  public static var l1Table: UInt64 { 0x1000_0000 }
  /// L2 table (`XEN_DOMCTL_PFINFO_L2TAB`).
  public static var l2Table: UInt64 { 0x2000_0000 }
  /// L3 table (`XEN_DOMCTL_PFINFO_L3TAB`).
  public static var l3Table: UInt64 { 0x3000_0000 }
  /// L4 table (`XEN_DOMCTL_PFINFO_L4TAB`).
  public static var l4Table: UInt64 { 0x4000_0000 }
  /// Mask of the table's level (`XEN_DOMCTL_PFINFO_LTABTYPE_MASK`).
  public static var tableTypeMask: UInt64 { 0x7000_0000 }
  /// A pinned table (`XEN_DOMCTL_PFINFO_LPINTAB`).
  public static var pinned: UInt64 { 0x8000_0000 }
  /// Invalid frame (`XEN_DOMCTL_PFINFO_XTAB`).
  public static var invalid: UInt64 { 0xF000_0000 }
  /// To be allocated only (`XEN_DOMCTL_PFINFO_XALLOC`).
  public static var allocateOnly: UInt64 { 0xE000_0000 }
  /// Broken (`XEN_DOMCTL_PFINFO_BROKEN`).
  public static var broken: UInt64 { 0xD000_0000 }
  /// Mask of the type (`XEN_DOMCTL_PFINFO_LTAB_MASK`).
  public static var mask: UInt64 { 0xF000_0000 }
  /// Position of the type (`XEN_DOMCTL_PFINFO_LTAB_SHIFT`).
  public static var shift: UInt64 { 28 }
}

/// Operation of `DomctlShadowOp`.
public enum ShadowOp: UInt32, Sendable {
  /// Switches off (`XEN_DOMCTL_SHADOW_OP_OFF`).
  case off = 0
  /// Enables with no flags (`XEN_DOMCTL_SHADOW_OP_ENABLE_TEST`).
  case enableTest = 1
  /// Enables log-dirty (`XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY`).
  case enableLogDirty = 2
  /// Reads and cleans the dirty bitmap (`XEN_DOMCTL_SHADOW_OP_CLEAN`).
  case clean = 11
  /// Reads the dirty bitmap (`XEN_DOMCTL_SHADOW_OP_PEEK`).
  case peek = 12
  /// Tells the pool's size (`XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION`).
  case getAllocation = 30
  /// Sets the pool's size (`XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION`).
  case setAllocation = 31
  /// Enables with flags (`XEN_DOMCTL_SHADOW_OP_ENABLE`).
  case enable = 32
}

/// Flags of `ShadowOp.enable`.
public enum ShadowEnableFlags {
  /// Counts references (`XEN_DOMCTL_SHADOW_ENABLE_REFCOUNT`).
  public static var refCount: UInt32 { 1 << 1 }
  /// Logs dirty frames (`XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY`).
  public static var logDirty: UInt32 { 1 << 2 }
  /// Translates frame numbers (`XEN_DOMCTL_SHADOW_ENABLE_TRANSLATE`).
  public static var translate: UInt32 { 1 << 3 }
  /// External to the guest's address space (`XEN_DOMCTL_SHADOW_ENABLE_EXTERNAL`).
  public static var external: UInt32 { 1 << 4 }
}

/// Flags of `ShadowOp.clean` and `.peek`.
public enum ShadowLogDirtyFlags {
  /// The last iteration (`XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL`).
  public static var final: UInt32 { 1 << 0 }
}

/// Flags of `DomctlVCPUAffinity`.
public enum VCPUAffinityFlags {
  /// Hard affinity (`XEN_VCPUAFFINITY_HARD`).
  public static var hard: UInt32 { 1 << 0 }
  /// Soft affinity (`XEN_VCPUAFFINITY_SOFT`).
  public static var soft: UInt32 { 1 << 1 }
  /// Undoes an override (`XEN_VCPUAFFINITY_FORCE`).
  public static var force: UInt32 { 1 << 2 }
}

/// A scheduler.
public enum SchedulerID: UInt32, Sendable {
  /// Credit (`XEN_SCHEDULER_CREDIT`).
  case credit = 5
  /// Credit 2 (`XEN_SCHEDULER_CREDIT2`).
  case credit2 = 6
  /// ARINC 653 (`XEN_SCHEDULER_ARINC653`).
  case arinc653 = 7
  /// Real-time deferrable server (`XEN_SCHEDULER_RTDS`).
  case rtds = 8
  /// Null (`XEN_SCHEDULER_NULL`).
  case null = 9
}

/// Command of `DomctlSchedulerOpHeader`.
public enum DomctlSchedulerCommand: UInt32, Sendable {
  /// Sets the domain's parameters (`XEN_DOMCTL_SCHEDOP_putinfo`).
  case putInfo = 0
  /// Tells the domain's parameters (`XEN_DOMCTL_SCHEDOP_getinfo`).
  case getInfo = 1
  /// Sets vCPUs' parameters (`XEN_DOMCTL_SCHEDOP_putvcpuinfo`).
  case putVCPUInfo = 2
  /// Tells vCPUs' parameters (`XEN_DOMCTL_SCHEDOP_getvcpuinfo`).
  case getVCPUInfo = 3
}

/// Flags of `DomctlSchedRTDS`.
public enum SchedulerRTFlags {
  /// May run beyond its budget (`XEN_DOMCTL_SCHEDRT_extra`).
  public static var extra: UInt32 { 1 << 0 }
}

/// Trigger of `DomctlSendTrigger`.
public enum TriggerType: UInt32, Sendable {
  /// NMI (`XEN_DOMCTL_SENDTRIGGER_NMI`).
  case nmi = 0
  /// Reset (`XEN_DOMCTL_SENDTRIGGER_RESET`).
  case reset = 1
  /// INIT (`XEN_DOMCTL_SENDTRIGGER_INIT`).
  case init_ = 2
  /// Power button (`XEN_DOMCTL_SENDTRIGGER_POWER`).
  case power = 3
  /// Sleep button (`XEN_DOMCTL_SENDTRIGGER_SLEEP`).
  case sleep = 4
}
