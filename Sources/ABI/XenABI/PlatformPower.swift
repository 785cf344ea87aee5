// Operations of dom0 on the machine: sleep, frequency, hot-plug, and direct accesses.
//
// Source: xen/platform.h.

/// Flags of `PlatformEnterACPISleep`.
public enum ACPISleepFlags {
  /// The values are sleep types of the extended registers (`XENPF_ACPI_SLEEP_EXTENDED`).
  public static var extended: UInt32 { 1 << 0 }
}

/// Argument of `XENPF_enter_acpi_sleep` (`struct xenpf_enter_acpi_sleep`).
public struct PlatformEnterACPISleep: BitwiseCopyable, Sendable {
  /// PM1a control or sleep type A (`val_a`).
  public var valueA: UInt16 = 0
  /// PM1b control or sleep type B (`val_b`).
  public var valueB: UInt16 = 0
  /// State (`sleep_state`).
  public var sleepState: UInt32 = 0
  /// `ACPISleepFlags` (`flags`).
  public var flags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(valueA: UInt16 = 0, valueB: UInt16 = 0, sleepState: UInt32 = 0, flags: UInt32 = 0) {
    self.valueA = valueA
    self.valueB = valueB
    self.sleepState = sleepState
    self.flags = flags
  }
}

/// Argument of `XENPF_change_freq` (`struct xenpf_change_freq`).
public struct PlatformChangeFrequency: BitwiseCopyable, Sendable {
  /// Zero (`flags`).
  public var flags: UInt32 = 0
  /// pCPU (`cpu`).
  public var cpu: UInt32 = 0
  /// Hertz (`freq`).
  public var frequency: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(flags: UInt32 = 0, cpu: UInt32 = 0, frequency: UInt64 = 0) {
    self.flags = flags
    self.cpu = cpu
    self.frequency = frequency
  }
}

/// Argument of `XENPF_getidletime` (`struct xenpf_getidletime`).
public struct PlatformGetIdleTime: BitwiseCopyable, Sendable {
  /// In and out: pCPUs (`cpumap_bitmap`).
  public var cpuBitmap: GuestHandle<UInt8> = GuestHandle()
  /// Bits of it (`cpumap_nr_cpus`).
  public var cpuCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: nanoseconds of each (`idletime`).
  public var idleTime: GuestHandle<UInt64> = GuestHandle()
  /// Out: system time (`now`).
  public var now: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    cpuBitmap: GuestHandle<UInt8> = GuestHandle(), cpuCount: UInt32 = 0,
    idleTime: GuestHandle<UInt64> = GuestHandle(), now: UInt64 = 0
  ) {
    self.cpuBitmap = cpuBitmap
    self.cpuCount = cpuCount
    self.idleTime = idleTime
    self.now = now
  }
}

/// Kind of power information.
public enum ProcessorPMType {
  /// Idle states (`XEN_PM_CX`).
  public static var cx: UInt32 { 0 }
  /// Performance states (`XEN_PM_PX`).
  public static var px: UInt32 { 1 }
  /// Throttling (`XEN_PM_TX`).
  public static var tx: UInt32 { 2 }
  /// Capabilities (`XEN_PM_PDC`).
  public static var pdc: UInt32 { 3 }
}

/// Start of the argument of `XENPF_set_processor_pminfo`; the information follows (`struct
/// xenpf_set_processor_pminfo`).
public struct PlatformSetProcessorPMInfoHeader: BitwiseCopyable, Sendable {
  /// ACPI identifier of the pCPU (`id`).
  public var acpiID: UInt32 = 0
  /// A `ProcessorPMType` (`type`).
  public var type: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(acpiID: UInt32 = 0, type: UInt32 = 0) {
    self.acpiID = acpiID
    self.type = type
  }
}

/// Flags of `PlatformPCPUInfo.flags`.
public enum PCPUFlags {
  /// Online (`XEN_PCPU_FLAGS_ONLINE`).
  public static var online: UInt32 { 1 << 0 }
  /// Not present (`XEN_PCPU_FLAGS_INVALID`).
  public static var invalid: UInt32 { 1 << 1 }
}

/// Argument of `XENPF_get_cpuinfo` (`struct xenpf_pcpuinfo`).
public struct PlatformPCPUInfo: BitwiseCopyable, Sendable {
  /// pCPU (`xen_cpuid`).
  public var cpu: UInt32 = 0
  /// Out: last present pCPU (`max_present`).
  public var maxPresent: UInt32 = 0
  /// Out: `PCPUFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Out: APIC identifier (`apic_id`).
  public var apicID: UInt32 = 0
  /// Out: ACPI identifier (`acpi_id`).
  public var acpiID: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    cpu: UInt32 = 0, maxPresent: UInt32 = 0, flags: UInt32 = 0, apicID: UInt32 = 0,
    acpiID: UInt32 = 0
  ) {
    self.cpu = cpu
    self.maxPresent = maxPresent
    self.flags = flags
    self.apicID = apicID
    self.acpiID = acpiID
  }
}

/// Argument of `XENPF_get_cpu_version` (`struct xenpf_pcpu_version`).
public struct PlatformPCPUVersion: BitwiseCopyable, Sendable {
  /// pCPU (`xen_cpuid`).
  public var cpu: UInt32 = 0
  /// Out: last present pCPU (`max_present`).
  public var maxPresent: UInt32 = 0
  /// Out: CPUID vendor (`vendor_id`).
  public var vendorID: InlineArray<12, UInt8> = InlineArray(repeating: 0)
  /// Out: family (`family`).
  public var family: UInt32 = 0
  /// Out: model (`model`).
  public var model: UInt32 = 0
  /// Out: stepping (`stepping`).
  public var stepping: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    cpu: UInt32 = 0, maxPresent: UInt32 = 0,
    vendorID: InlineArray<12, UInt8> = InlineArray(repeating: 0), family: UInt32 = 0,
    model: UInt32 = 0, stepping: UInt32 = 0
  ) {
    self.cpu = cpu
    self.maxPresent = maxPresent
    self.vendorID = vendorID
    self.family = family
    self.model = model
    self.stepping = stepping
  }
}

/// Argument of `XENPF_cpu_online` and `XENPF_cpu_offline` (`struct xenpf_cpu_ol`).
public struct PlatformCPUOnline: BitwiseCopyable, Sendable {
  /// pCPU (`cpuid`).
  public var cpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cpu: UInt32 = 0) {
    self.cpu = cpu
  }
}

/// Argument of `XENPF_cpu_hotadd` (`struct xenpf_cpu_hotadd`).
public struct PlatformCPUHotAdd: BitwiseCopyable, Sendable {
  /// APIC identifier (`apic_id`).
  public var apicID: UInt32 = 0
  /// ACPI identifier (`acpi_id`).
  public var acpiID: UInt32 = 0
  /// Proximity domain (`pxm`).
  public var proximity: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(apicID: UInt32 = 0, acpiID: UInt32 = 0, proximity: UInt32 = 0) {
    self.apicID = apicID
    self.acpiID = acpiID
    self.proximity = proximity
  }
}

/// Argument of `XENPF_mem_hotadd` (`struct xenpf_mem_hotadd`).
public struct PlatformMemoryHotAdd: BitwiseCopyable, Sendable {
  /// First frame (`spfn`).
  public var startPFN: UInt64 = 0
  /// First frame after (`epfn`).
  public var endPFN: UInt64 = 0
  /// Proximity domain (`pxm`).
  public var proximity: UInt32 = 0
  /// Flags (`flags`).
  public var flags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(startPFN: UInt64 = 0, endPFN: UInt64 = 0, proximity: UInt32 = 0, flags: UInt32 = 0) {
    self.startPFN = startPFN
    self.endPFN = endPFN
    self.proximity = proximity
    self.flags = flags
  }
}

/// Direction of `PlatformCoreParking`.
public enum CoreParkingType: UInt32, Sendable {
  /// Sets (`XEN_CORE_PARKING_SET`).
  case set = 1
  /// Tells (`XEN_CORE_PARKING_GET`).
  case get = 2
}

/// Argument of `XENPF_core_parking` (`struct xenpf_core_parking`).
public struct PlatformCoreParking: BitwiseCopyable, Sendable {
  /// A `CoreParkingType` (`type`).
  public var type: UInt32 = 0
  /// In or out: parked pCPUs (`idle_nums`).
  public var idleCount: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, idleCount: UInt32 = 0) {
    self.type = type
    self.idleCount = idleCount
  }
}

/// Command of `PlatformResourceEntry`.
public enum ResourceCommand: UInt32, Sendable {
  /// Reads an MSR (`XEN_RESOURCE_OP_MSR_READ`).
  case msrRead = 0
  /// Writes an MSR (`XEN_RESOURCE_OP_MSR_WRITE`).
  case msrWrite = 1
}

/// One access of `XENPF_resource_op` (`struct xenpf_resource_entry`).
public struct PlatformResourceEntry: BitwiseCopyable, Sendable {
  /// In: a `ResourceCommand`; out: an error (`u.cmd`).
  public var commandOrResult: UInt32 = 0
  /// Zero (`rsvd`).
  public var reserved: UInt32 = 0
  /// Address (`idx`).
  public var index: UInt64 = 0
  /// In or out: value (`val`).
  public var value: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    commandOrResult: UInt32 = 0, reserved: UInt32 = 0, index: UInt64 = 0, value: UInt64 = 0
  ) {
    self.commandOrResult = commandOrResult
    self.reserved = reserved
    self.index = index
    self.value = value
  }
}

/// Argument of `XENPF_resource_op` (`struct xenpf_resource_op`).
public struct PlatformResourceOp: BitwiseCopyable, Sendable {
  /// Accesses (`nr_entries`).
  public var entryCount: UInt32 = 0
  /// pCPU (`cpu`).
  public var cpu: UInt32 = 0
  /// The accesses (`entries`).
  public var entries: GuestHandle<PlatformResourceEntry> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    entryCount: UInt32 = 0, cpu: UInt32 = 0,
    entries: GuestHandle<PlatformResourceEntry> = GuestHandle()
  ) {
    self.entryCount = entryCount
    self.cpu = cpu
    self.entries = entries
  }
}

/// Argument of `XENPF_get_symbol` (`struct xenpf_symdata`).
public struct PlatformSymbol: BitwiseCopyable, Sendable {
  /// In: bytes of the buffer; out: length (`namelen`).
  public var nameLength: UInt32 = 0
  /// In: symbol; out: the next (`symnum`).
  public var symbolNumber: UInt32 = 0
  /// Buffer for the name (`name`).
  public var name: GuestHandle<UInt8> = GuestHandle()
  /// Out: address (`address`).
  public var address: UInt64 = 0
  /// Out: letter of its kind (`type`).
  public var type: UInt8 = 0
  private var _pad0: InlineArray<7, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    nameLength: UInt32 = 0, symbolNumber: UInt32 = 0, name: GuestHandle<UInt8> = GuestHandle(),
    address: UInt64 = 0, type: UInt8 = 0
  ) {
    self.nameLength = nameLength
    self.symbolNumber = symbolNumber
    self.name = name
    self.address = address
    self.type = type
  }
}
