// Operations of dom0 on the machine. A request is the header, then the command's structure.
//
// Source: xen/platform.h.

/// Command of `platform_op`.
public enum PlatformOp: UInt32, Sendable {
  /// Sets the wall clock; 32-bit seconds (`XENPF_settime32`).
  case settime32 = 17
  /// Adds an MTRR (`XENPF_add_memtype`).
  case addMemoryType = 31
  /// Deletes an MTRR (`XENPF_del_memtype`).
  case deleteMemoryType = 32
  /// Reads an MTRR (`XENPF_read_memtype`).
  case readMemoryType = 33
  /// Loads microcode (`XENPF_microcode_update`).
  case microcodeUpdate = 35
  /// Tells of a quirk (`XENPF_platform_quirk`).
  case platformQuirk = 39
  /// Tells a pCPU's model (`XENPF_get_cpu_version`).
  case getCPUVersion = 48
  /// Calls EFI (`XENPF_efi_runtime_call`).
  case efiRuntimeCall = 49
  /// Tells what firmware told (`XENPF_firmware_info`).
  case firmwareInfo = 50
  /// Enters a sleep state (`XENPF_enter_acpi_sleep`).
  case enterACPISleep = 51
  /// Sets a pCPU's frequency (`XENPF_change_freq`).
  case changeFrequency = 52
  /// Tells idle times (`XENPF_getidletime`).
  case getIdleTime = 53
  /// Uploads ACPI power information (`XENPF_set_processor_pminfo`).
  case setProcessorPMInfo = 54
  /// Tells a pCPU's state (`XENPF_get_cpuinfo`).
  case getCPUInfo = 55
  /// Brings a pCPU up (`XENPF_cpu_online`).
  case cpuOnline = 56
  /// Takes a pCPU down (`XENPF_cpu_offline`).
  case cpuOffline = 57
  /// Adds a pCPU (`XENPF_cpu_hotadd`).
  case cpuHotAdd = 58
  /// Adds memory (`XENPF_mem_hotadd`).
  case memoryHotAdd = 59
  /// Parks pCPUs (`XENPF_core_parking`).
  case coreParking = 60
  /// Reads and writes MSRs (`XENPF_resource_op`).
  case resourceOp = 61
  /// Sets the wall clock (`XENPF_settime64`).
  case settime64 = 62
  /// Tells a symbol of the hypervisor (`XENPF_get_symbol`).
  case getSymbol = 63
}

/// Start of a platform operation; `u` follows.
public struct PlatformOpHeader: BitwiseCopyable, Sendable {
  /// A `PlatformOp` (`cmd`).
  public var command: UInt32 = 0
  /// `PlatformOpLayout.interfaceVersion` (`interface_version`).
  public var interfaceVersion: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, interfaceVersion: UInt32 = 0) {
    self.command = command
    self.interfaceVersion = interfaceVersion
  }
}

/// Byte offsets in a platform operation.
public enum PlatformOpLayout {
  /// Byte offset of the command (`cmd`).
  public static var command: Int { 0x0 }
  /// Byte offset of the interface version (`interface_version`).
  public static var interfaceVersionOffset: Int { 0x4 }
  /// Byte offset of the command's structure (`u`).
  public static var union: Int { 0x8 }
  /// Size of the structure in bytes.
  public static var size: Int { 136 }
}

extension PlatformOpLayout {
  /// Version that a request must carry (`XENPF_INTERFACE_VERSION`).
  public static var interfaceVersion: UInt32 { 0x0300_0001 }
}

/// Argument of `XENPF_settime32` (`struct xenpf_settime32`).
public struct PlatformSetTime32: BitwiseCopyable, Sendable {
  /// Seconds from 1970 (`secs`).
  public var seconds: UInt32 = 0
  /// Nanoseconds of the second (`nsecs`).
  public var nanoseconds: UInt32 = 0
  /// System time at that moment (`system_time`).
  public var systemTime: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(seconds: UInt32 = 0, nanoseconds: UInt32 = 0, systemTime: UInt64 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.systemTime = systemTime
  }
}

/// Argument of `XENPF_settime64` (`struct xenpf_settime64`).
public struct PlatformSetTime64: BitwiseCopyable, Sendable {
  /// Seconds from 1970 (`secs`).
  public var seconds: UInt64 = 0
  /// Nanoseconds of the second (`nsecs`).
  public var nanoseconds: UInt32 = 0
  /// Zero (`mbz`).
  public var mustBeZero: UInt32 = 0
  /// System time at that moment (`system_time`).
  public var systemTime: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    seconds: UInt64 = 0, nanoseconds: UInt32 = 0, mustBeZero: UInt32 = 0, systemTime: UInt64 = 0
  ) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.mustBeZero = mustBeZero
    self.systemTime = systemTime
  }
}

/// Argument of `XENPF_add_memtype` (`struct xenpf_add_memtype`).
public struct PlatformAddMemoryType: BitwiseCopyable, Sendable {
  /// First frame (`mfn`).
  public var mfn: UInt64 = 0
  /// Frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// Memory type (`type`).
  public var type: UInt32 = 0
  /// Out: handle (`handle`).
  public var handle: UInt32 = 0
  /// Out: MTRR used (`reg`).
  public var register: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    mfn: UInt64 = 0, mfnCount: UInt64 = 0, type: UInt32 = 0, handle: UInt32 = 0,
    register: UInt32 = 0
  ) {
    self.mfn = mfn
    self.mfnCount = mfnCount
    self.type = type
    self.handle = handle
    self.register = register
  }
}

/// Argument of `XENPF_del_memtype` (`struct xenpf_del_memtype`).
public struct PlatformDeleteMemoryType: BitwiseCopyable, Sendable {
  /// Handle, or 0 (`handle`).
  public var handle: UInt32 = 0
  /// MTRR (`reg`).
  public var register: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(handle: UInt32 = 0, register: UInt32 = 0) {
    self.handle = handle
    self.register = register
  }
}

/// Argument of `XENPF_read_memtype` (`struct xenpf_read_memtype`).
public struct PlatformReadMemoryType: BitwiseCopyable, Sendable {
  /// MTRR (`reg`).
  public var register: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: first frame (`mfn`).
  public var mfn: UInt64 = 0
  /// Out: frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// Out: memory type (`type`).
  public var type: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(register: UInt32 = 0, mfn: UInt64 = 0, mfnCount: UInt64 = 0, type: UInt32 = 0) {
    self.register = register
    self.mfn = mfn
    self.mfnCount = mfnCount
    self.type = type
  }
}

/// Argument of `XENPF_microcode_update` (`struct xenpf_microcode_update`).
public struct PlatformMicrocodeUpdate: BitwiseCopyable, Sendable {
  /// Microcode (`data`).
  public var data: GuestHandle<UInt8> = GuestHandle()
  /// Its bytes (`length`).
  public var length: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(data: GuestHandle<UInt8> = GuestHandle(), length: UInt32 = 0) {
    self.data = data
    self.length = length
  }
}

/// A quirk of the platform.
public enum PlatformQuirk: UInt32, Sendable {
  /// Do not restrict I/O APIC targets (`QUIRK_NOIRQBALANCING`).
  case noIRQBalancing = 1
  /// The I/O APIC forgets its register select (`QUIRK_IOAPIC_BAD_REGSEL`).
  case ioapicBadRegisterSelect = 2
  /// The I/O APIC keeps its register select (`QUIRK_IOAPIC_GOOD_REGSEL`).
  case ioapicGoodRegisterSelect = 3
}

/// Argument of `XENPF_platform_quirk` (`struct xenpf_platform_quirk`).
public struct PlatformQuirkOp: BitwiseCopyable, Sendable {
  /// A `PlatformQuirk` (`quirk_id`).
  public var quirk: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(quirk: UInt32 = 0) {
    self.quirk = quirk
  }
}

/// What `XENPF_firmware_info` is asked for.
public enum FirmwareInfoType: UInt32, Sendable {
  /// BIOS disk parameters (`XEN_FW_DISK_INFO`).
  case diskInfo = 1
  /// Signature of a disk (`XEN_FW_DISK_MBR_SIGNATURE`).
  case diskMBRSignature = 2
  /// EDID (`XEN_FW_VBEDDC_INFO`).
  case vbeDDCInfo = 3
  /// EFI; the index says what (`XEN_FW_EFI_INFO`).
  case efiInfo = 4
  /// Keyboard shift flags (`XEN_FW_KBD_SHIFT_FLAGS`).
  case keyboardShiftFlags = 5
}

/// Index of an EFI question.
public enum FirmwareEFIInfo: UInt32, Sendable {
  /// Version (`XEN_FW_EFI_VERSION`).
  case version = 0
  /// Configuration tables (`XEN_FW_EFI_CONFIG_TABLE`).
  case configurationTable = 1
  /// Vendor and revision (`XEN_FW_EFI_VENDOR`).
  case vendor = 2
  /// Kind of memory at an address (`XEN_FW_EFI_MEM_INFO`).
  case memoryInfo = 3
  /// Version of the runtime services (`XEN_FW_EFI_RT_VERSION`).
  case runtimeVersion = 4
  /// Option ROM (`XEN_FW_EFI_PCI_ROM`).
  case pciROM = 5
  /// Apple's properties (`XEN_FW_EFI_APPLE_PROPERTIES`).
  case appleProperties = 6
}

/// Start of the argument of `XENPF_firmware_info`; what is asked for follows (`struct
/// xenpf_firmware_info`).
public struct PlatformFirmwareInfoHeader: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// Index (`index`).
  public var index: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, index: UInt32 = 0) {
    self.type = type
    self.index = index
  }
}

/// Argument of `XENPF_firmware_info`, BIOS disk parameters (`struct xenpf_firmware_info`).
public struct PlatformFirmwareDiskInfo: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// Disk (`index`).
  public var index: UInt32 = 0
  /// Out: BIOS number (`u.disk_info.device`).
  public var device: UInt8 = 0
  /// Out: extension version (`u.disk_info.version`).
  public var version: UInt8 = 0
  /// Out: supported interfaces (`u.disk_info.interface_support`).
  public var interfaceSupport: UInt16 = 0
  /// Out: last cylinder (`u.disk_info.legacy_max_cylinder`).
  public var legacyMaxCylinder: UInt16 = 0
  /// Out: last head (`u.disk_info.legacy_max_head`).
  public var legacyMaxHead: UInt8 = 0
  /// Out: sectors of a track (`u.disk_info.legacy_sectors_per_track`).
  public var legacySectorsPerTrack: UInt8 = 0
  /// Buffer for the EDD parameters (`u.disk_info.edd_params`).
  public var eddParameters: GuestHandle<UInt8> = GuestHandle()
  private var _pad0: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, index: UInt32 = 0, device: UInt8 = 0, version: UInt8 = 0,
    interfaceSupport: UInt16 = 0, legacyMaxCylinder: UInt16 = 0, legacyMaxHead: UInt8 = 0,
    legacySectorsPerTrack: UInt8 = 0, eddParameters: GuestHandle<UInt8> = GuestHandle()
  ) {
    self.type = type
    self.index = index
    self.device = device
    self.version = version
    self.interfaceSupport = interfaceSupport
    self.legacyMaxCylinder = legacyMaxCylinder
    self.legacyMaxHead = legacyMaxHead
    self.legacySectorsPerTrack = legacySectorsPerTrack
    self.eddParameters = eddParameters
  }
}

/// Argument of `XENPF_firmware_info`, disk signature (`struct xenpf_firmware_info`).
public struct PlatformFirmwareDiskSignature: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// Disk (`index`).
  public var index: UInt32 = 0
  /// Out: BIOS number (`u.disk_mbr_signature.device`).
  public var device: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// Out: signature (`u.disk_mbr_signature.mbr_signature`).
  public var signature: UInt32 = 0
  private var _pad1: InlineArray<24, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, index: UInt32 = 0, device: UInt8 = 0, signature: UInt32 = 0) {
    self.type = type
    self.index = index
    self.device = device
    self.signature = signature
  }
}

/// Argument of `XENPF_firmware_info`, EDID (`struct xenpf_firmware_info`).
public struct PlatformFirmwareVBEDDCInfo: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// Zero (`index`).
  public var index: UInt32 = 0
  /// Out: capabilities (`u.vbeddc_info.capabilities`).
  public var capabilities: UInt8 = 0
  /// Out: transfer time (`u.vbeddc_info.edid_transfer_time`).
  public var edidTransferTime: UInt8 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Buffer of 128 bytes (`u.vbeddc_info.edid`).
  public var edid: GuestHandle<UInt8> = GuestHandle()
  private var _pad1: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, index: UInt32 = 0, capabilities: UInt8 = 0, edidTransferTime: UInt8 = 0,
    edid: GuestHandle<UInt8> = GuestHandle()
  ) {
    self.type = type
    self.index = index
    self.capabilities = capabilities
    self.edidTransferTime = edidTransferTime
    self.edid = edid
  }
}

/// Argument of `XENPF_firmware_info`, EFI version (`struct xenpf_firmware_info`).
public struct PlatformFirmwareEFIVersion: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// A `FirmwareEFIInfo` (`index`).
  public var index: UInt32 = 0
  /// Out: version (`u.efi_info.version`).
  public var version: UInt32 = 0
  private var _pad0: InlineArray<28, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, index: UInt32 = 0, version: UInt32 = 0) {
    self.type = type
    self.index = index
    self.version = version
  }
}

/// Argument of `XENPF_firmware_info`, EFI configuration tables (`struct xenpf_firmware_info`).
public struct PlatformFirmwareEFIConfigurationTable: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// A `FirmwareEFIInfo` (`index`).
  public var index: UInt32 = 0
  /// Out: address of the tables (`u.efi_info.cfg.addr`).
  public var address: UInt64 = 0
  /// Out: tables (`u.efi_info.cfg.nent`).
  public var entryCount: UInt32 = 0
  private var _pad0: InlineArray<20, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, index: UInt32 = 0, address: UInt64 = 0, entryCount: UInt32 = 0) {
    self.type = type
    self.index = index
    self.address = address
    self.entryCount = entryCount
  }
}

/// Argument of `XENPF_firmware_info`, EFI vendor (`struct xenpf_firmware_info`).
public struct PlatformFirmwareEFIVendor: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// A `FirmwareEFIInfo` (`index`).
  public var index: UInt32 = 0
  /// Out: firmware revision (`u.efi_info.vendor.revision`).
  public var revision: UInt32 = 0
  /// Bytes of the buffer (`u.efi_info.vendor.bufsz`).
  public var bufferSize: UInt32 = 0
  /// Buffer for the UTF-16 name (`u.efi_info.vendor.name`).
  public var name: GuestHandle<UInt8> = GuestHandle()
  private var _pad0: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, index: UInt32 = 0, revision: UInt32 = 0, bufferSize: UInt32 = 0,
    name: GuestHandle<UInt8> = GuestHandle()
  ) {
    self.type = type
    self.index = index
    self.revision = revision
    self.bufferSize = bufferSize
    self.name = name
  }
}

/// Argument of `XENPF_firmware_info`, EFI memory (`struct xenpf_firmware_info`).
public struct PlatformFirmwareEFIMemory: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// A `FirmwareEFIInfo` (`index`).
  public var index: UInt32 = 0
  /// In and out: address (`u.efi_info.mem.addr`).
  public var address: UInt64 = 0
  /// Out: bytes (`u.efi_info.mem.size`).
  public var size: UInt64 = 0
  /// Out: attributes (`u.efi_info.mem.attr`).
  public var attributes: UInt64 = 0
  /// Out: kind (`u.efi_info.mem.type`).
  public var memoryType: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, index: UInt32 = 0, address: UInt64 = 0, size: UInt64 = 0,
    attributes: UInt64 = 0, memoryType: UInt32 = 0
  ) {
    self.type = type
    self.index = index
    self.address = address
    self.size = size
    self.attributes = attributes
    self.memoryType = memoryType
  }
}

/// Argument of `XENPF_firmware_info`, keyboard flags (`struct xenpf_firmware_info`).
public struct PlatformFirmwareKeyboardShiftFlags: BitwiseCopyable, Sendable {
  /// A `FirmwareInfoType` (`type`).
  public var type: UInt32 = 0
  /// Zero (`index`).
  public var index: UInt32 = 0
  /// Out: flags (`u.kbd_shift_flags`).
  public var flags: UInt8 = 0
  private var _pad0: InlineArray<31, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt32 = 0, index: UInt32 = 0, flags: UInt8 = 0) {
    self.type = type
    self.index = index
    self.flags = flags
  }
}

/// EFI function of `XENPF_efi_runtime_call`.
public enum EFIFunction: UInt32, Sendable {
  /// Reads the clock (`XEN_EFI_get_time`).
  case getTime = 1
  /// Sets the clock (`XEN_EFI_set_time`).
  case setTime = 2
  /// Reads the alarm (`XEN_EFI_get_wakeup_time`).
  case getWakeupTime = 3
  /// Sets the alarm (`XEN_EFI_set_wakeup_time`).
  case setWakeupTime = 4
  /// Reads the counter (`XEN_EFI_get_next_high_monotonic_count`).
  case getNextHighMonotonicCount = 5
  /// Reads a variable (`XEN_EFI_get_variable`).
  case getVariable = 6
  /// Writes a variable (`XEN_EFI_set_variable`).
  case setVariable = 7
  /// Lists variables (`XEN_EFI_get_next_variable_name`).
  case getNextVariableName = 8
  /// Tells the space for variables (`XEN_EFI_query_variable_info`).
  case queryVariableInfo = 9
  /// Tells about capsules (`XEN_EFI_query_capsule_capabilities`).
  case queryCapsuleCapabilities = 10
  /// Passes a capsule (`XEN_EFI_update_capsule`).
  case updateCapsule = 11
}

/// Start of the argument of `XENPF_efi_runtime_call`; the function's structure follows (`struct
/// xenpf_efi_runtime_call`).
public struct PlatformEFIRuntimeCallHeader: BitwiseCopyable, Sendable {
  /// An `EFIFunction` (`function`).
  public var function: UInt32 = 0
  /// Flags of the function (`misc`).
  public var misc: UInt32 = 0
  /// Out: EFI status (`status`).
  public var status: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(function: UInt32 = 0, misc: UInt32 = 0, status: UInt64 = 0) {
    self.function = function
    self.misc = misc
    self.status = status
  }
}

/// A time of EFI (`struct xenpf_efi_time`).
public struct EFITime: BitwiseCopyable, Sendable {
  /// Year (`year`).
  public var year: UInt16 = 0
  /// Month, from 1 (`month`).
  public var month: UInt8 = 0
  /// Day, from 1 (`day`).
  public var day: UInt8 = 0
  /// Hour (`hour`).
  public var hour: UInt8 = 0
  /// Minute (`min`).
  public var minute: UInt8 = 0
  /// Second (`sec`).
  public var second: UInt8 = 0
  private var _pad0: UInt8 = 0
  /// Nanosecond (`ns`).
  public var nanosecond: UInt32 = 0
  /// Minutes from UTC (`tz`).
  public var timeZone: Int16 = 0
  /// Daylight flags (`daylight`).
  public var daylight: UInt8 = 0
  private var _pad1: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    year: UInt16 = 0, month: UInt8 = 0, day: UInt8 = 0, hour: UInt8 = 0, minute: UInt8 = 0,
    second: UInt8 = 0, nanosecond: UInt32 = 0, timeZone: Int16 = 0, daylight: UInt8 = 0
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.nanosecond = nanosecond
    self.timeZone = timeZone
    self.daylight = daylight
  }
}

/// Argument of `XENPF_efi_runtime_call`, `XEN_EFI_get_time` (`struct xenpf_efi_runtime_call`).
public struct PlatformEFIGetTime: BitwiseCopyable, Sendable {
  /// An `EFIFunction` (`function`).
  public var function: UInt32 = 0
  /// Flags (`misc`).
  public var misc: UInt32 = 0
  /// Out: EFI status (`status`).
  public var status: UInt64 = 0
  /// Out: time (`u.get_time.time`).
  public var time: EFITime = EFITime()
  /// Out: ticks of a second (`u.get_time.resolution`).
  public var resolution: UInt32 = 0
  /// Out: parts per million (`u.get_time.accuracy`).
  public var accuracy: UInt32 = 0
  private var _pad0: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    function: UInt32 = 0, misc: UInt32 = 0, status: UInt64 = 0, time: EFITime = EFITime(),
    resolution: UInt32 = 0, accuracy: UInt32 = 0
  ) {
    self.function = function
    self.misc = misc
    self.status = status
    self.time = time
    self.resolution = resolution
    self.accuracy = accuracy
  }
}

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
