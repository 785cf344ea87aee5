// Operations of dom0 on the machine: what firmware told, and calls to EFI.
//
// Source: xen/platform.h.

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
