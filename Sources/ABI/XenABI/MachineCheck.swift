// What dom0 asks about machine checks.
//
// Source: xen/arch-x86/xen-mca.h.

/// Command of `mca`.
public enum MachineCheckOp: UInt32, Sendable {
  /// Fetches a report (`XEN_MC_fetch`).
  case fetch = 1
  /// Tells a domain of an error (`XEN_MC_notifydomain`).
  case notifyDomain = 2
  /// Tells what CPUs there are (`XEN_MC_physcpuinfo`).
  case physicalCPUInfo = 3
  /// Makes MSRs look like an error's (`XEN_MC_msrinject`).
  case msrInject = 4
  /// Raises a machine check (`XEN_MC_mceinject`).
  case mceInject = 5
  /// Raises a machine check or interrupt on several CPUs (`XEN_MC_inject_v2`).
  case injectV2 = 6
}

/// Flags of `MachineCheckFetch.flags`.
public enum MachineCheckFlags {
  /// In: reports that can wait (`XEN_MC_NONURGENT`).
  public static var nonUrgent: UInt32 { 1 }
  /// In: reports that cannot (`XEN_MC_URGENT`).
  public static var urgent: UInt32 { 2 }
  /// In: the report of this id was read (`XEN_MC_ACK`).
  public static var acknowledge: UInt32 { 4 }
  /// Out: there is no report (`XEN_MC_NODATA`).
  public static var noData: UInt32 { 2 }
}

/// Byte offsets in a machine-check operation.
public enum MachineCheckLayout {
  /// Byte offset of the command's structure (`u`).
  public static var union: Int { 8 }
  /// Size of the structure in bytes.
  public static var size: Int { 152 }
  /// Version that a request must carry (`XEN_MCA_INTERFACE_VERSION`).
  public static var interfaceVersion: UInt32 { 0x01EC_C003 }
}

/// Start of a machine-check operation; `u` follows (`struct xen_mc`).
public struct MachineCheckHeader: BitwiseCopyable, Sendable {
  /// A `MachineCheckOp` (`cmd`).
  public var command: UInt32 = 0
  /// `MachineCheckLayout.interfaceVersion` (`interface_version`).
  public var interfaceVersion: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, interfaceVersion: UInt32 = 0) {
    self.command = command
    self.interfaceVersion = interfaceVersion
  }
}

/// Argument of `XEN_MC_fetch` (`struct xen_mc_fetch`).
public struct MachineCheckFetch: BitwiseCopyable, Sendable {
  /// In and out: `MachineCheckFlags` (`flags`).
  public var flags: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: the report's id; in: the id of the one that was read (`fetch_id`).
  public var fetchID: UInt64 = 0
  /// Room for the report (`data`).
  public var data: GuestHandle<UInt8> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(flags: UInt32 = 0, fetchID: UInt64 = 0, data: GuestHandle<UInt8> = GuestHandle()) {
    self.flags = flags
    self.fetchID = fetchID
    self.data = data
  }
}

/// Argument of `XEN_MC_physcpuinfo` (`struct xen_mc_physcpuinfo`).
public struct MachineCheckCPUInfo: BitwiseCopyable, Sendable {
  /// In: entries that fit; out: CPUs (`ncpus`).
  public var cpuCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// The entries, or null to be told their number (`info`).
  public var info: GuestHandle<MachineCheckCPU> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cpuCount: UInt32 = 0, info: GuestHandle<MachineCheckCPU> = GuestHandle()) {
    self.cpuCount = cpuCount
    self.info = info
  }
}

/// What a CPU is (`struct mcinfo_logical_cpu`).
public struct MachineCheckCPU: BitwiseCopyable, Sendable {
  /// CPU (`mc_cpunr`).
  public var cpu: UInt32 = 0
  /// Package (`mc_chipid`).
  public var chip: UInt32 = 0
  /// Core (`mc_coreid`).
  public var core: UInt16 = 0
  /// Thread (`mc_threadid`).
  public var thread: UInt16 = 0
  /// Local APIC identifier (`mc_apicid`).
  public var apicID: UInt32 = 0
  /// Cluster (`mc_clusterid`).
  public var cluster: UInt32 = 0
  /// Cores of the package (`mc_ncores`).
  public var coreCount: UInt32 = 0
  /// Cores in use (`mc_ncores_active`).
  public var activeCoreCount: UInt32 = 0
  /// Threads of a core (`mc_nthreads`).
  public var threadCount: UInt32 = 0
  /// Highest CPUID leaf (`mc_cpuid_level`).
  public var cpuidLevel: Int32 = 0
  /// Family (`mc_family`).
  public var family: UInt32 = 0
  /// Vendor, by the hypervisor's own number (`mc_vendor`).
  public var vendor: UInt32 = 0
  /// Model (`mc_model`).
  public var model: UInt32 = 0
  /// Stepping (`mc_step`).
  public var stepping: UInt32 = 0
  /// Vendor's name, ended by a zero (`mc_vendorid`).
  public var vendorID: InlineArray<16, UInt8> = InlineArray(repeating: 0)
  /// Processor's name, ended by a zero (`mc_brandid`).
  public var brand: InlineArray<64, UInt8> = InlineArray(repeating: 0)
  /// Feature words (`mc_cpu_caps`).
  public var capabilities: InlineArray<7, UInt32> = InlineArray(repeating: 0)
  /// Cache, in KiB (`mc_cache_size`).
  public var cacheSize: UInt32 = 0
  /// Bytes of a cache line (`mc_cache_alignment`).
  public var cacheAlignment: UInt32 = 0
  /// MSRs that follow (`mc_nmsrvals`).
  public var msrCount: Int32 = 0
  private var _pad0: UInt32 = 0
  /// Their numbers and values by turns (`mc_msrvalues`).
  public var msrs: InlineArray<16, UInt64> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}
}
