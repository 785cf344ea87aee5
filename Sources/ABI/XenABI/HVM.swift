// Parameters and operations of HVM domains, the start of a PVH guest, and CPUID leaves.
//
// Source: xen/hvm/params.h, xen/hvm/hvm_op.h, xen/hvm/hvm_vcpu.h, xen/arch-x86/hvm/start_info.h, xen/arch-x86/cpuid.h.

/// Command of `hvm_op`.
public enum HVMOp: UInt32, Sendable {
  /// Sets a parameter (`HVMOP_set_param`).
  case setParam = 0
  /// Reads a parameter (`HVMOP_get_param`).
  case getParam = 1
  /// Flushes TLBs (`HVMOP_flush_tlbs`).
  case flushTLBs = 5
  /// A page table goes away (`HVMOP_pagetable_dying`).
  case pageTableDying = 9
  /// Tells the system time (`HVMOP_get_time`).
  case getTime = 10
  /// Writes a trace record (`HVMOP_xentrace`).
  case trace = 11
  /// Tells the kind of a frame (`HVMOP_get_mem_type`).
  case getMemoryType = 15
  /// Sets a vCPU's upcall vector (`HVMOP_set_evtchn_upcall_vector`).
  case setEventUpcallVector = 23
  /// Raises an event (`HVMOP_guest_request_vm_event`).
  case guestRequestVMEvent = 24
  /// Alternate p2m (`HVMOP_altp2m`).
  case altP2M = 25
}

/// A parameter of an HVM domain.
public enum HVMParam: UInt32, Sendable {
  /// How events are delivered (`HVM_PARAM_CALLBACK_IRQ`).
  case callbackIRQ = 0
  /// Frame of the xenstore ring (`HVM_PARAM_STORE_PFN`).
  case storePFN = 1
  /// Port of the xenstore ring (`HVM_PARAM_STORE_EVTCHN`).
  case storeEventChannel = 2
  /// Deprecated (`HVM_PARAM_PAE_ENABLED`).
  case paeEnabled = 4
  /// Frame of synchronous requests (`HVM_PARAM_IOREQ_PFN`).
  case ioreqPFN = 5
  /// Frame of buffered requests (`HVM_PARAM_BUFIOREQ_PFN`).
  case bufferedIoreqPFN = 6
  /// Viridian features (`HVM_PARAM_VIRIDIAN`).
  case viridian = 9
  /// How missed ticks are handled (`HVM_PARAM_TIMER_MODE`).
  case timerMode = 10
  /// An HPET is present (`HVM_PARAM_HPET_ENABLED`).
  case hpetEnabled = 11
  /// Frame of an identity page table (`HVM_PARAM_IDENT_PT`).
  case identityPT = 12
  /// Deprecated (`HVM_PARAM_DM_DOMAIN`).
  case deviceModelDomain = 13
  /// Sleep state (`HVM_PARAM_ACPI_S_STATE`).
  case acpiSState = 14
  /// Address of a TSS (`HVM_PARAM_VM86_TSS`).
  case vm86TSS = 15
  /// Aligns timers (`HVM_PARAM_VPT_ALIGN`).
  case vptAlign = 16
  /// Frame of the console ring (`HVM_PARAM_CONSOLE_PFN`).
  case consolePFN = 17
  /// Port of the console ring (`HVM_PARAM_CONSOLE_EVTCHN`).
  case consoleEventChannel = 18
  /// Which ports ACPI uses (`HVM_PARAM_ACPI_IOPORTS_LOCATION`).
  case acpiIOPortsLocation = 19
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_CR0`).
  case memoryEventCR0 = 20
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_CR3`).
  case memoryEventCR3 = 21
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_CR4`).
  case memoryEventCR4 = 22
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_INT3`).
  case memoryEventINT3 = 23
  /// Deprecated (`HVM_PARAM_NESTEDHVM`).
  case nestedHVM = 24
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_SINGLE_STEP`).
  case memoryEventSingleStep = 25
  /// Deprecated (`HVM_PARAM_BUFIOREQ_EVTCHN`).
  case bufferedIoreqEventChannel = 26
  /// Frame of the paging ring (`HVM_PARAM_PAGING_RING_PFN`).
  case pagingRingPFN = 27
  /// Frame of the monitor ring (`HVM_PARAM_MONITOR_RING_PFN`).
  case monitorRingPFN = 28
  /// Frame of the sharing ring (`HVM_PARAM_SHARING_RING_PFN`).
  case sharingRingPFN = 29
  /// Deprecated (`HVM_PARAM_MEMORY_EVENT_MSR`).
  case memoryEventMSR = 30
  /// Shutdown reason of a triple fault (`HVM_PARAM_TRIPLE_FAULT_REASON`).
  case tripleFaultReason = 31
  /// First frame for ioreq servers (`HVM_PARAM_IOREQ_SERVER_PFN`).
  case ioreqServerPFN = 32
  /// Frames for ioreq servers (`HVM_PARAM_NR_IOREQ_SERVER_PAGES`).
  case ioreqServerPageCount = 33
  /// Address of the generation identifier (`HVM_PARAM_VM_GENERATION_ID_ADDR`).
  case vmGenerationIDAddress = 34
  /// Mode of alternate p2m (`HVM_PARAM_ALTP2M`).
  case altP2M = 35
  /// Width of the saved FPU pointers (`HVM_PARAM_X87_FIP_WIDTH`).
  case x87FIPWidth = 36
  /// Address and size of a TSS (`HVM_PARAM_VM86_TSS_SIZED`).
  case vm86TSSSized = 37
  /// Machine-check capabilities (`HVM_PARAM_MCA_CAP`).
  case mcaCapabilities = 38
}

extension HVMParam {
  /// Number of parameters (`HVM_NR_PARAMS`).
  public static var count: UInt32 { 39 }
}

/// How events are delivered; bits 63:56 of `HVMParam.callbackIRQ`.
public enum HVMCallbackType: UInt64, Sendable {
  /// A GSI (`HVM_PARAM_CALLBACK_TYPE_GSI`).
  case gsi = 0
  /// A PCI line (`HVM_PARAM_CALLBACK_TYPE_PCI_INTX`).
  case pciINTx = 1
  /// A vector (`HVM_PARAM_CALLBACK_TYPE_VECTOR`).
  case vector = 2
}

/// Argument of `HVMOP_set_param` and `HVMOP_get_param` (`struct xen_hvm_param`).
public struct HVMParamOp: BitwiseCopyable, Sendable {
  /// Domain (`domid`).
  public var domain: UInt16 = 0
  /// Unused (`pad`).
  public var pad: UInt16 = 0
  /// An `HVMParam` (`index`).
  public var index: UInt32 = 0
  /// In or out: value (`value`).
  public var value: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, pad: UInt16 = 0, index: UInt32 = 0, value: UInt64 = 0) {
    self.domain = domain
    self.pad = pad
    self.index = index
    self.value = value
  }
}

/// Argument of `HVMOP_pagetable_dying` (`struct xen_hvm_pagetable_dying`).
public struct HVMPageTableDying: BitwiseCopyable, Sendable {
  /// Domain (`domid`).
  public var domain: UInt16 = 0
  /// Unused (`pad`).
  public var pad: InlineArray<3, UInt16> = InlineArray(repeating: 0)
  /// Address of the root (`gpa`).
  public var guestPhysicalAddress: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, pad: InlineArray<3, UInt16> = InlineArray(repeating: 0),
    guestPhysicalAddress: UInt64 = 0
  ) {
    self.domain = domain
    self.pad = pad
    self.guestPhysicalAddress = guestPhysicalAddress
  }
}

/// Argument of `HVMOP_get_time` (`struct xen_hvm_get_time`).
public struct HVMGetTime: BitwiseCopyable, Sendable {
  /// Out: nanoseconds since boot (`now`).
  public var now: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(now: UInt64 = 0) {
    self.now = now
  }
}

/// Argument of `HVMOP_get_mem_type` (`struct xen_hvm_get_mem_type`).
public struct HVMGetMemoryType: BitwiseCopyable, Sendable {
  /// Domain (`domid`).
  public var domain: UInt16 = 0
  /// Out: kind (`mem_type`).
  public var memoryType: UInt16 = 0
  /// Unused (`pad`).
  public var pad: InlineArray<2, UInt16> = InlineArray(repeating: 0)
  /// Frame (`pfn`).
  public var pfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, memoryType: UInt16 = 0,
    pad: InlineArray<2, UInt16> = InlineArray(repeating: 0), pfn: UInt64 = 0
  ) {
    self.domain = domain
    self.memoryType = memoryType
    self.pad = pad
    self.pfn = pfn
  }
}

/// Argument of `HVMOP_set_evtchn_upcall_vector` (`struct xen_hvm_evtchn_upcall_vector`).
public struct HVMEventUpcallVector: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Vector (`vector`).
  public var vector: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(vcpu: UInt32 = 0, vector: UInt8 = 0) {
    self.vcpu = vcpu
    self.vector = vector
  }
}

/// Mode a vCPU of an HVM domain starts in.
public enum HVMVCPUMode: UInt32, Sendable {
  /// 32-bit registers (`VCPU_HVM_MODE_32B`).
  case mode32Bit = 0
  /// 64-bit registers (`VCPU_HVM_MODE_64B`).
  case mode64Bit = 1
}

/// First state of an HVM vCPU in 32-bit mode; `vcpu_hvm_context` with `x86_32`.
public struct HVMVCPUContext32: BitwiseCopyable, Sendable {
  /// `HVMVCPUMode.mode32Bit` (`mode`).
  public var mode: UInt32 = 0
  /// Unused (`pad`).
  public var pad: UInt32 = 0
  /// Register (`cpu_regs.x86_32.eax`).
  public var eax: UInt32 = 0
  /// Register (`cpu_regs.x86_32.ecx`).
  public var ecx: UInt32 = 0
  /// Register (`cpu_regs.x86_32.edx`).
  public var edx: UInt32 = 0
  /// Register (`cpu_regs.x86_32.ebx`).
  public var ebx: UInt32 = 0
  /// Register (`cpu_regs.x86_32.esp`).
  public var esp: UInt32 = 0
  /// Register (`cpu_regs.x86_32.ebp`).
  public var ebp: UInt32 = 0
  /// Register (`cpu_regs.x86_32.esi`).
  public var esi: UInt32 = 0
  /// Register (`cpu_regs.x86_32.edi`).
  public var edi: UInt32 = 0
  /// Register (`cpu_regs.x86_32.eip`).
  public var eip: UInt32 = 0
  /// Register (`cpu_regs.x86_32.eflags`).
  public var eflags: UInt32 = 0
  /// Register (`cpu_regs.x86_32.cr0`).
  public var cr0: UInt32 = 0
  /// Register (`cpu_regs.x86_32.cr3`).
  public var cr3: UInt32 = 0
  /// Register (`cpu_regs.x86_32.cr4`).
  public var cr4: UInt32 = 0
  /// Unused (`cpu_regs.x86_32.pad1`).
  public var pad1: UInt32 = 0
  /// Register (`cpu_regs.x86_32.efer`).
  public var efer: UInt64 = 0
  /// Segment base (`cpu_regs.x86_32.cs_base`).
  public var csBase: UInt32 = 0
  /// Segment base (`cpu_regs.x86_32.ds_base`).
  public var dsBase: UInt32 = 0
  /// Segment base (`cpu_regs.x86_32.ss_base`).
  public var ssBase: UInt32 = 0
  /// Segment base (`cpu_regs.x86_32.es_base`).
  public var esBase: UInt32 = 0
  /// Segment base (`cpu_regs.x86_32.tr_base`).
  public var trBase: UInt32 = 0
  /// Segment limit (`cpu_regs.x86_32.cs_limit`).
  public var csLimit: UInt32 = 0
  /// Segment limit (`cpu_regs.x86_32.ds_limit`).
  public var dsLimit: UInt32 = 0
  /// Segment limit (`cpu_regs.x86_32.ss_limit`).
  public var ssLimit: UInt32 = 0
  /// Segment limit (`cpu_regs.x86_32.es_limit`).
  public var esLimit: UInt32 = 0
  /// Segment limit (`cpu_regs.x86_32.tr_limit`).
  public var trLimit: UInt32 = 0
  /// Segment attributes (`cpu_regs.x86_32.cs_ar`).
  public var csAccessRights: UInt16 = 0
  /// Segment attributes (`cpu_regs.x86_32.ds_ar`).
  public var dsAccessRights: UInt16 = 0
  /// Segment attributes (`cpu_regs.x86_32.ss_ar`).
  public var ssAccessRights: UInt16 = 0
  /// Segment attributes (`cpu_regs.x86_32.es_ar`).
  public var esAccessRights: UInt16 = 0
  /// Segment attributes (`cpu_regs.x86_32.tr_ar`).
  public var trAccessRights: UInt16 = 0
  /// Unused (`cpu_regs.x86_32.pad2`).
  public var pad2: InlineArray<3, UInt16> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    mode: UInt32 = 0, pad: UInt32 = 0, eax: UInt32 = 0, ecx: UInt32 = 0, edx: UInt32 = 0,
    ebx: UInt32 = 0, esp: UInt32 = 0, ebp: UInt32 = 0, esi: UInt32 = 0, edi: UInt32 = 0,
    eip: UInt32 = 0, eflags: UInt32 = 0, cr0: UInt32 = 0, cr3: UInt32 = 0, cr4: UInt32 = 0,
    pad1: UInt32 = 0, efer: UInt64 = 0, csBase: UInt32 = 0, dsBase: UInt32 = 0, ssBase: UInt32 = 0,
    esBase: UInt32 = 0, trBase: UInt32 = 0, csLimit: UInt32 = 0, dsLimit: UInt32 = 0,
    ssLimit: UInt32 = 0, esLimit: UInt32 = 0, trLimit: UInt32 = 0, csAccessRights: UInt16 = 0,
    dsAccessRights: UInt16 = 0, ssAccessRights: UInt16 = 0, esAccessRights: UInt16 = 0,
    trAccessRights: UInt16 = 0, pad2: InlineArray<3, UInt16> = InlineArray(repeating: 0)
  ) {
    self.mode = mode
    self.pad = pad
    self.eax = eax
    self.ecx = ecx
    self.edx = edx
    self.ebx = ebx
    self.esp = esp
    self.ebp = ebp
    self.esi = esi
    self.edi = edi
    self.eip = eip
    self.eflags = eflags
    self.cr0 = cr0
    self.cr3 = cr3
    self.cr4 = cr4
    self.pad1 = pad1
    self.efer = efer
    self.csBase = csBase
    self.dsBase = dsBase
    self.ssBase = ssBase
    self.esBase = esBase
    self.trBase = trBase
    self.csLimit = csLimit
    self.dsLimit = dsLimit
    self.ssLimit = ssLimit
    self.esLimit = esLimit
    self.trLimit = trLimit
    self.csAccessRights = csAccessRights
    self.dsAccessRights = dsAccessRights
    self.ssAccessRights = ssAccessRights
    self.esAccessRights = esAccessRights
    self.trAccessRights = trAccessRights
    self.pad2 = pad2
  }
}

/// First state of an HVM vCPU in 64-bit mode; `vcpu_hvm_context` with `x86_64`.
public struct HVMVCPUContext64: BitwiseCopyable, Sendable {
  /// `HVMVCPUMode.mode64Bit` (`mode`).
  public var mode: UInt32 = 0
  /// Unused (`pad`).
  public var pad: UInt32 = 0
  /// Register (`cpu_regs.x86_64.rax`).
  public var rax: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rcx`).
  public var rcx: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rdx`).
  public var rdx: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rbx`).
  public var rbx: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rsp`).
  public var rsp: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rbp`).
  public var rbp: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rsi`).
  public var rsi: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rdi`).
  public var rdi: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rip`).
  public var rip: UInt64 = 0
  /// Register (`cpu_regs.x86_64.rflags`).
  public var rflags: UInt64 = 0
  /// Register (`cpu_regs.x86_64.cr0`).
  public var cr0: UInt64 = 0
  /// Register (`cpu_regs.x86_64.cr3`).
  public var cr3: UInt64 = 0
  /// Register (`cpu_regs.x86_64.cr4`).
  public var cr4: UInt64 = 0
  /// Register (`cpu_regs.x86_64.efer`).
  public var efer: UInt64 = 0
  private var _pad0: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    mode: UInt32 = 0, pad: UInt32 = 0, rax: UInt64 = 0, rcx: UInt64 = 0, rdx: UInt64 = 0,
    rbx: UInt64 = 0, rsp: UInt64 = 0, rbp: UInt64 = 0, rsi: UInt64 = 0, rdi: UInt64 = 0,
    rip: UInt64 = 0, rflags: UInt64 = 0, cr0: UInt64 = 0, cr3: UInt64 = 0, cr4: UInt64 = 0,
    efer: UInt64 = 0
  ) {
    self.mode = mode
    self.pad = pad
    self.rax = rax
    self.rcx = rcx
    self.rdx = rdx
    self.rbx = rbx
    self.rsp = rsp
    self.rbp = rbp
    self.rsi = rsi
    self.rdi = rdi
    self.rip = rip
    self.rflags = rflags
    self.cr0 = cr0
    self.cr3 = cr3
    self.cr4 = cr4
    self.efer = efer
  }
}

/// Magic of `HVMStartInfo`.
public enum HVMStartMagic {
  /// The magic, "xEn3" with a bit set (`XEN_HVM_START_MAGIC_VALUE`).
  public static var value: UInt32 { 0x336E_C578 }
}

/// What a PVH guest is started with; its physical address is in ebx (`struct hvm_start_info`).
public struct HVMStartInfo: BitwiseCopyable, Sendable {
  /// `HVMStartMagic.value` (`magic`).
  public var magic: UInt32 = 0
  /// 0, or 1 with a memory map (`version`).
  public var version: UInt32 = 0
  /// `StartInfoFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Modules (`nr_modules`).
  public var moduleCount: UInt32 = 0
  /// Physical address of the modules (`modlist_paddr`).
  public var moduleListAddress: UInt64 = 0
  /// Physical address of the command line (`cmdline_paddr`).
  public var commandLineAddress: UInt64 = 0
  /// Physical address of the ACPI root (`rsdp_paddr`).
  public var rsdpAddress: UInt64 = 0
  /// Physical address of the memory map (`memmap_paddr`).
  public var memoryMapAddress: UInt64 = 0
  /// Its entries (`memmap_entries`).
  public var memoryMapEntryCount: UInt32 = 0
  /// Zero (`reserved`).
  public var reserved: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    magic: UInt32 = 0, version: UInt32 = 0, flags: UInt32 = 0, moduleCount: UInt32 = 0,
    moduleListAddress: UInt64 = 0, commandLineAddress: UInt64 = 0, rsdpAddress: UInt64 = 0,
    memoryMapAddress: UInt64 = 0, memoryMapEntryCount: UInt32 = 0, reserved: UInt32 = 0
  ) {
    self.magic = magic
    self.version = version
    self.flags = flags
    self.moduleCount = moduleCount
    self.moduleListAddress = moduleListAddress
    self.commandLineAddress = commandLineAddress
    self.rsdpAddress = rsdpAddress
    self.memoryMapAddress = memoryMapAddress
    self.memoryMapEntryCount = memoryMapEntryCount
    self.reserved = reserved
  }
}

/// A module of `HVMStartInfo` (`struct hvm_modlist_entry`).
public struct HVMModule: BitwiseCopyable, Sendable {
  /// Physical address (`paddr`).
  public var address: UInt64 = 0
  /// Bytes (`size`).
  public var size: UInt64 = 0
  /// Physical address of its command line (`cmdline_paddr`).
  public var commandLineAddress: UInt64 = 0
  /// Zero (`reserved`).
  public var reserved: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    address: UInt64 = 0, size: UInt64 = 0, commandLineAddress: UInt64 = 0, reserved: UInt64 = 0
  ) {
    self.address = address
    self.size = size
    self.commandLineAddress = commandLineAddress
    self.reserved = reserved
  }
}

/// An entry of the memory map of `HVMStartInfo` (`struct hvm_memmap_table_entry`).
public struct HVMMemoryMapEntry: BitwiseCopyable, Sendable {
  /// Physical address (`addr`).
  public var address: UInt64 = 0
  /// Bytes (`size`).
  public var size: UInt64 = 0
  /// An `HVMMemoryMapType` (`type`).
  public var type: UInt32 = 0
  /// Zero (`reserved`).
  public var reserved: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(address: UInt64 = 0, size: UInt64 = 0, type: UInt32 = 0, reserved: UInt32 = 0) {
    self.address = address
    self.size = size
    self.type = type
    self.reserved = reserved
  }
}

/// Kind of memory.
public enum HVMMemoryMapType: UInt32, Sendable {
  /// Usable (`XEN_HVM_MEMMAP_TYPE_RAM`).
  case ram = 1
  /// Reserved (`XEN_HVM_MEMMAP_TYPE_RESERVED`).
  case reserved = 2
  /// ACPI tables (`XEN_HVM_MEMMAP_TYPE_ACPI`).
  case acpi = 3
  /// ACPI non-volatile storage (`XEN_HVM_MEMMAP_TYPE_NVS`).
  case nvs = 4
  /// With errors (`XEN_HVM_MEMMAP_TYPE_UNUSABLE`).
  case unusable = 5
  /// Disabled (`XEN_HVM_MEMMAP_TYPE_DISABLED`).
  case disabled = 6
  /// Persistent (`XEN_HVM_MEMMAP_TYPE_PMEM`).
  case persistent = 7
}

/// The hypervisor's CPUID leaves.
public enum XenCPUID {
  /// First leaf (`XEN_CPUID_FIRST_LEAF`).
  public static var firstLeaf: UInt32 { 0x4000_0000 }
  /// "XenV" (`XEN_CPUID_SIGNATURE_EBX`).
  public static var signatureEBX: UInt32 { 0x566E_6558 }
  /// "MMXe" (`XEN_CPUID_SIGNATURE_ECX`).
  public static var signatureECX: UInt32 { 0x6558_4D4D }
  /// "nVMM" (`XEN_CPUID_SIGNATURE_EDX`).
  public static var signatureEDX: UInt32 { 0x4D4D_566E }
  /// Leaf 2, ECX: `MMU_PT_UPDATE_PRESERVE_AD` works (`XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD`).
  public static var feature1MMUPTUpdatePreserveAD: UInt32 { 0x1 }
  /// Leaf 5, EBX: mask of the machine address width (`XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK`).
  public static var machineAddressWidthMask: UInt32 { 0xFF }
  /// Number of the last leaf (`XEN_CPUID_MAX_NUM_LEAVES`).
  public static var maxLeaf: UInt32 { 5 }
}

/// Leaf 4, EAX.
public enum XenHVMCPUID {
  /// APIC registers are virtualised (`XEN_HVM_CPUID_APIC_ACCESS_VIRT`).
  public static var apicAccessVirtualized: UInt32 { 1 << 0 }
  /// x2APIC accesses are virtualised (`XEN_HVM_CPUID_X2APIC_VIRT`).
  public static var x2apicVirtualized: UInt32 { 1 << 1 }
  /// Foreign memory is in the I/O MMU (`XEN_HVM_CPUID_IOMMU_MAPPINGS`).
  public static var iommuMappings: UInt32 { 1 << 2 }
  /// EBX has the vCPU (`XEN_HVM_CPUID_VCPU_ID_PRESENT`).
  public static var vcpuIDPresent: UInt32 { 1 << 3 }
  /// ECX has the domain (`XEN_HVM_CPUID_DOMID_PRESENT`).
  public static var domainIDPresent: UInt32 { 1 << 4 }
  /// Interrupt destinations of 15 bits (`XEN_HVM_CPUID_EXT_DEST_ID`).
  public static var extendedDestinationID: UInt32 { 1 << 5 }
  /// Per-vCPU upcalls work with PIRQs (`XEN_HVM_CPUID_UPCALL_VECTOR`).
  public static var upcallVector: UInt32 { 1 << 6 }
}
