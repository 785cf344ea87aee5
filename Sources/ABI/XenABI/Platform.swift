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
