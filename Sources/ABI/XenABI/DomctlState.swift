// Control of domains: CPUID and MSR policies, and a vCPU's further state.
//
// Source: xen/domctl.h.

/// Marks in `CPUIDLeaf`.
public enum CPUIDLeafValue {
  /// The leaf has no subleaves (`XEN_CPUID_NO_SUBLEAF`).
  public static var noSubleaf: UInt32 { 0xFFFF_FFFF }
}

/// A CPUID leaf of a policy (`struct xen_cpuid_leaf`).
public struct CPUIDLeaf: BitwiseCopyable, Sendable {
  /// Leaf (`leaf`).
  public var leaf: UInt32 = 0
  /// Subleaf, or `CPUIDLeafValue.noSubleaf` (`subleaf`).
  public var subleaf: UInt32 = 0
  /// EAX (`a`).
  public var a: UInt32 = 0
  /// EBX (`b`).
  public var b: UInt32 = 0
  /// ECX (`c`).
  public var c: UInt32 = 0
  /// EDX (`d`).
  public var d: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    leaf: UInt32 = 0, subleaf: UInt32 = 0, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0,
    d: UInt32 = 0
  ) {
    self.leaf = leaf
    self.subleaf = subleaf
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }
}

/// An MSR of a policy (`struct xen_msr_entry`).
public struct MSREntry: BitwiseCopyable, Sendable {
  /// MSR (`idx`).
  public var index: UInt32 = 0
  /// Zero (`flags`).
  public var flags: UInt32 = 0
  /// Value (`val`).
  public var value: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(index: UInt32 = 0, flags: UInt32 = 0, value: UInt64 = 0) {
    self.index = index
    self.flags = flags
    self.value = value
  }
}

/// Argument of `XEN_DOMCTL_get_cpu_policy` and `XEN_DOMCTL_set_cpu_policy` (`struct
/// xen_domctl_cpu_policy`).
public struct DomctlCPUPolicy: BitwiseCopyable, Sendable {
  /// In and out: leaves (`nr_leaves`).
  public var leafCount: UInt32 = 0
  /// In and out: MSRs (`nr_msrs`).
  public var msrCount: UInt32 = 0
  /// Leaves (`leaves`).
  public var leaves: GuestHandle<CPUIDLeaf> = GuestHandle()
  /// MSRs (`msrs`).
  public var msrs: GuestHandle<MSREntry> = GuestHandle()
  /// Out: leaf objected to (`err_leaf`).
  public var errorLeaf: UInt32 = 0
  /// Out: its subleaf (`err_subleaf`).
  public var errorSubleaf: UInt32 = 0
  /// Out: MSR objected to (`err_msr`).
  public var errorMSR: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    leafCount: UInt32 = 0, msrCount: UInt32 = 0, leaves: GuestHandle<CPUIDLeaf> = GuestHandle(),
    msrs: GuestHandle<MSREntry> = GuestHandle(), errorLeaf: UInt32 = 0, errorSubleaf: UInt32 = 0,
    errorMSR: UInt32 = 0
  ) {
    self.leafCount = leafCount
    self.msrCount = msrCount
    self.leaves = leaves
    self.msrs = msrs
    self.errorLeaf = errorLeaf
    self.errorSubleaf = errorSubleaf
    self.errorMSR = errorMSR
  }
}

/// Argument of `XEN_DOMCTL_set_ext_vcpucontext` and `XEN_DOMCTL_get_ext_vcpucontext` (`struct
/// xen_domctl_ext_vcpucontext`).
public struct DomctlExtVCPUContext: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Bytes of the structure (`size`).
  public var size: UInt32 = 0
  /// Address of the 32-bit syscall callback (`syscall32_callback_eip`).
  public var syscall32Callback: UInt64 = 0
  /// Address of the sysenter callback (`sysenter_callback_eip`).
  public var sysenterCallback: UInt64 = 0
  /// Its selector (`syscall32_callback_cs`).
  public var syscall32CallbackCS: UInt16 = 0
  /// Its selector (`sysenter_callback_cs`).
  public var sysenterCallbackCS: UInt16 = 0
  /// The syscall callback masks events (`syscall32_disables_events`).
  public var syscall32DisablesEvents: UInt8 = 0
  /// The sysenter callback masks events (`sysenter_disables_events`).
  public var sysenterDisablesEvents: UInt8 = 0
  private var _pad0: UInt16 = 0
  /// Machine-check capabilities (`vmce.caps`).
  public var machineCheckCapabilities: UInt64 = 0
  /// Control of bank 0 (`vmce.mci_ctl2_bank0`).
  public var machineCheckControl0: UInt64 = 0
  /// Control of bank 1 (`vmce.mci_ctl2_bank1`).
  public var machineCheckControl1: UInt64 = 0
  /// Extended control (`vmce.mcg_ext_ctl`).
  public var machineCheckExtControl: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpu: UInt32 = 0, size: UInt32 = 0, syscall32Callback: UInt64 = 0, sysenterCallback: UInt64 = 0,
    syscall32CallbackCS: UInt16 = 0, sysenterCallbackCS: UInt16 = 0,
    syscall32DisablesEvents: UInt8 = 0, sysenterDisablesEvents: UInt8 = 0,
    machineCheckCapabilities: UInt64 = 0, machineCheckControl0: UInt64 = 0,
    machineCheckControl1: UInt64 = 0, machineCheckExtControl: UInt64 = 0
  ) {
    self.vcpu = vcpu
    self.size = size
    self.syscall32Callback = syscall32Callback
    self.sysenterCallback = sysenterCallback
    self.syscall32CallbackCS = syscall32CallbackCS
    self.sysenterCallbackCS = sysenterCallbackCS
    self.syscall32DisablesEvents = syscall32DisablesEvents
    self.sysenterDisablesEvents = sysenterDisablesEvents
    self.machineCheckCapabilities = machineCheckCapabilities
    self.machineCheckControl0 = machineCheckControl0
    self.machineCheckControl1 = machineCheckControl1
    self.machineCheckExtControl = machineCheckExtControl
  }
}

/// Argument of `XEN_DOMCTL_setvcpuextstate` and `XEN_DOMCTL_getvcpuextstate` (`struct
/// xen_domctl_vcpuextstate`).
public struct DomctlVCPUExtState: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// State components (`xfeature_mask`).
  public var featureMask: UInt64 = 0
  /// In and out: bytes (`size`).
  public var size: UInt64 = 0
  /// XCR0, accumulated XCR0, then the XSAVE area (`buffer`).
  public var buffer: GuestHandle<UInt64> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpu: UInt32 = 0, featureMask: UInt64 = 0, size: UInt64 = 0,
    buffer: GuestHandle<UInt64> = GuestHandle()
  ) {
    self.vcpu = vcpu
    self.featureMask = featureMask
    self.size = size
    self.buffer = buffer
  }
}

/// An MSR of a vCPU (`struct xen_domctl_vcpu_msr`).
public struct DomctlVCPUMSR: BitwiseCopyable, Sendable {
  /// MSR (`index`).
  public var index: UInt32 = 0
  /// Zero (`reserved`).
  public var reserved: UInt32 = 0
  /// Value (`value`).
  public var value: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(index: UInt32 = 0, reserved: UInt32 = 0, value: UInt64 = 0) {
    self.index = index
    self.reserved = reserved
    self.value = value
  }
}

/// Argument of `XEN_DOMCTL_get_vcpu_msrs` and `XEN_DOMCTL_set_vcpu_msrs` (`struct
/// xen_domctl_vcpu_msrs`).
public struct DomctlVCPUMSRs: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// In and out: MSRs (`msr_count`).
  public var msrCount: UInt32 = 0
  /// MSRs (`msrs`).
  public var msrs: GuestHandle<DomctlVCPUMSR> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpu: UInt32 = 0, msrCount: UInt32 = 0, msrs: GuestHandle<DomctlVCPUMSR> = GuestHandle()
  ) {
    self.vcpu = vcpu
    self.msrCount = msrCount
    self.msrs = msrs
  }
}
