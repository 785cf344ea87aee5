// What a PV guest shares with the hypervisor: shared_info, vcpu_info, and start_info.
//
// Source: xen/xen.h.

/// Limits of `SharedInfo`.
public enum SharedInfoLimits {
  /// vCPUs with a `VCPUInfo` in the shared page (`XEN_LEGACY_MAX_VCPUS`).
  public static var vcpuInfoCount: Int { 32 }
}

/// System time of a vCPU, read under a version lock (`struct vcpu_time_info`).
public struct VCPUTimeInfo: BitwiseCopyable, Sendable {
  /// Odd while an update is in progress (`version`).
  public var version: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// TSC at the last update (`tsc_timestamp`).
  public var tscTimestamp: UInt64 = 0
  /// Nanoseconds since boot at the last update (`system_time`).
  public var systemTime: UInt64 = 0
  /// Fraction, times 2^32, from shifted TSC ticks to nanoseconds (`tsc_to_system_mul`).
  public var tscToSystemMultiplier: UInt32 = 0
  /// Left shift of TSC ticks before the multiplication; right if negative (`tsc_shift`).
  public var tscShift: Int8 = 0
  /// `PVClockFlags` (`flags`).
  public var flags: UInt8 = 0
  private var _pad1: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    version: UInt32 = 0, tscTimestamp: UInt64 = 0, systemTime: UInt64 = 0,
    tscToSystemMultiplier: UInt32 = 0, tscShift: Int8 = 0, flags: UInt8 = 0
  ) {
    self.version = version
    self.tscTimestamp = tscTimestamp
    self.systemTime = systemTime
    self.tscToSystemMultiplier = tscToSystemMultiplier
    self.tscShift = tscShift
    self.flags = flags
  }
}

/// Flags of `VCPUTimeInfo.flags`.
public enum PVClockFlags {
  /// The clock is the same on all vCPUs (`XEN_PVCLOCK_TSC_STABLE_BIT`).
  public static var tscStable: UInt8 { 1 << 0 }
  /// The guest was stopped since it looked last (`XEN_PVCLOCK_GUEST_STOPPED`).
  public static var guestStopped: UInt8 { 1 << 1 }
}

/// The x86 part of `VCPUInfo` (`struct arch_vcpu_info`).
public struct ArchVCPUInfo: BitwiseCopyable, Sendable {
  /// Address of the last page fault (`cr2`).
  public var cr2: UInt64 = 0
  /// Unused (`pad`).
  public var pad: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(cr2: UInt64 = 0, pad: UInt64 = 0) {
    self.cr2 = cr2
    self.pad = pad
  }
}

/// Event state and time of one vCPU, shared with the guest (`struct vcpu_info`).
public struct VCPUInfo: BitwiseCopyable, Sendable {
  /// Nonzero when an upcall is due (`evtchn_upcall_pending`).
  public var eventUpcallPending: UInt8 = 0
  /// Nonzero when upcalls are masked (`evtchn_upcall_mask`).
  public var eventUpcallMask: UInt8 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// One bit per word of the pending bitmap (`evtchn_pending_sel`).
  public var eventPendingSelector: UInt64 = 0
  /// x86 part (`arch`).
  public var arch: ArchVCPUInfo = ArchVCPUInfo()
  /// System time (`time`).
  public var time: VCPUTimeInfo = VCPUTimeInfo()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    eventUpcallPending: UInt8 = 0, eventUpcallMask: UInt8 = 0, eventPendingSelector: UInt64 = 0,
    arch: ArchVCPUInfo = ArchVCPUInfo(), time: VCPUTimeInfo = VCPUTimeInfo()
  ) {
    self.eventUpcallPending = eventUpcallPending
    self.eventUpcallMask = eventUpcallMask
    self.eventPendingSelector = eventPendingSelector
    self.arch = arch
    self.time = time
  }
}

/// The x86 part of `SharedInfo` (`struct arch_shared_info`).
public struct ArchSharedInfo: BitwiseCopyable, Sendable {
  /// Entries of the guest's p2m (`max_pfn`).
  public var maxPFN: UInt64 = 0
  /// Root frame of the 3-level p2m list (`pfn_to_mfn_frame_list_list`).
  public var pfnToMFNFrameListList: UInt64 = 0
  /// `NMIReason` bits (`nmi_reason`).
  public var nmiReason: UInt64 = 0
  /// CR3 of the address space with the linear p2m; 0 if there is none (`p2m_cr3`).
  public var p2mCR3: UInt64 = 0
  /// Virtual address of the linear p2m (`p2m_vaddr`).
  public var p2mVirtualAddress: UInt64 = 0
  /// Count of p2m changes; odd during one (`p2m_generation`).
  public var p2mGeneration: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    maxPFN: UInt64 = 0, pfnToMFNFrameListList: UInt64 = 0, nmiReason: UInt64 = 0,
    p2mCR3: UInt64 = 0, p2mVirtualAddress: UInt64 = 0, p2mGeneration: UInt64 = 0
  ) {
    self.maxPFN = maxPFN
    self.pfnToMFNFrameListList = pfnToMFNFrameListList
    self.nmiReason = nmiReason
    self.p2mCR3 = p2mCR3
    self.p2mVirtualAddress = p2mVirtualAddress
    self.p2mGeneration = p2mGeneration
  }
}

/// The page a domain shares with the hypervisor (`struct shared_info`).
public struct SharedInfo: BitwiseCopyable, Sendable {
  /// State of the first 32 vCPUs (`vcpu_info`).
  public var vcpuInfo: InlineArray<32, VCPUInfo> = InlineArray(repeating: VCPUInfo())
  /// Pending bit of each port (`evtchn_pending`).
  public var eventPending: InlineArray<64, UInt64> = InlineArray(repeating: 0)
  /// Mask bit of each port (`evtchn_mask`).
  public var eventMask: InlineArray<64, UInt64> = InlineArray(repeating: 0)
  /// Odd while the wall clock is being updated (`wc_version`).
  public var wallclockVersion: UInt32 = 0
  /// Seconds from 1970 to boot, low half (`wc_sec`).
  public var wallclockSeconds: UInt32 = 0
  /// Nanoseconds of the second (`wc_nsec`).
  public var wallclockNanoseconds: UInt32 = 0
  /// Seconds from 1970 to boot, high half (`wc_sec_hi`).
  public var wallclockSecondsHigh: UInt32 = 0
  /// x86 part (`arch`).
  public var arch: ArchSharedInfo = ArchSharedInfo()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    vcpuInfo: InlineArray<32, VCPUInfo> = InlineArray(repeating: VCPUInfo()),
    eventPending: InlineArray<64, UInt64> = InlineArray(repeating: 0),
    eventMask: InlineArray<64, UInt64> = InlineArray(repeating: 0), wallclockVersion: UInt32 = 0,
    wallclockSeconds: UInt32 = 0, wallclockNanoseconds: UInt32 = 0,
    wallclockSecondsHigh: UInt32 = 0, arch: ArchSharedInfo = ArchSharedInfo()
  ) {
    self.vcpuInfo = vcpuInfo
    self.eventPending = eventPending
    self.eventMask = eventMask
    self.wallclockVersion = wallclockVersion
    self.wallclockSeconds = wallclockSeconds
    self.wallclockNanoseconds = wallclockNanoseconds
    self.wallclockSecondsHigh = wallclockSecondsHigh
    self.arch = arch
  }
}

/// Byte offsets in `VCPUTimeInfo`.
public enum VCPUTimeInfoLayout {
  /// Byte offset of the version (`version`).
  public static var version: Int { 0x0 }
  /// Byte offset of the TSC (`tsc_timestamp`).
  public static var tscTimestamp: Int { 0x8 }
  /// Byte offset of the system time (`system_time`).
  public static var systemTime: Int { 0x10 }
  /// Byte offset of the multiplier (`tsc_to_system_mul`).
  public static var tscToSystemMultiplier: Int { 0x18 }
  /// Byte offset of the shift (`tsc_shift`).
  public static var tscShift: Int { 0x1C }
  /// Byte offset of the flags (`flags`).
  public static var flags: Int { 0x1D }
  /// Size of the structure in bytes.
  public static var size: Int { 32 }
}

/// Byte offsets in `VCPUInfo`.
public enum VCPUInfoLayout {
  /// Byte offset of the upcall flag (`evtchn_upcall_pending`).
  public static var eventUpcallPending: Int { 0x0 }
  /// Byte offset of the upcall mask (`evtchn_upcall_mask`).
  public static var eventUpcallMask: Int { 0x1 }
  /// Byte offset of the selector word (`evtchn_pending_sel`).
  public static var eventPendingSelector: Int { 0x8 }
  /// Byte offset of the fault address (`arch.cr2`).
  public static var cr2: Int { 0x10 }
  /// Byte offset of the time (`time`).
  public static var time: Int { 0x20 }
  /// Size of the structure in bytes.
  public static var size: Int { 64 }
}

/// Byte offsets in `SharedInfo`.
public enum SharedInfoLayout {
  /// Byte offset of the array of `VCPUInfo` (`vcpu_info`).
  public static var vcpuInfo: Int { 0x0 }
  /// Byte offset of the pending bitmap (`evtchn_pending`).
  public static var eventPending: Int { 0x800 }
  /// Byte offset of the mask bitmap (`evtchn_mask`).
  public static var eventMask: Int { 0xA00 }
  /// Byte offset of the wall clock's version (`wc_version`).
  public static var wallclockVersion: Int { 0xC00 }
  /// Byte offset of the wall clock's seconds (`wc_sec`).
  public static var wallclockSeconds: Int { 0xC04 }
  /// Byte offset of the wall clock's nanoseconds (`wc_nsec`).
  public static var wallclockNanoseconds: Int { 0xC08 }
  /// Byte offset of the wall clock's high seconds (`wc_sec_hi`).
  public static var wallclockSecondsHigh: Int { 0xC0C }
  /// Byte offset of the x86 part (`arch`).
  public static var arch: Int { 0xC10 }
  /// Byte offset of the p2m's length (`arch.max_pfn`).
  public static var maxPFN: Int { 0xC10 }
  /// Byte offset of the p2m's root frame (`arch.pfn_to_mfn_frame_list_list`).
  public static var pfnToMFNFrameListList: Int { 0xC18 }
  /// Byte offset of the NMI reason (`arch.nmi_reason`).
  public static var nmiReason: Int { 0xC20 }
  /// Byte offset of the p2m's CR3 (`arch.p2m_cr3`).
  public static var p2mCR3: Int { 0xC28 }
  /// Byte offset of the p2m's address (`arch.p2m_vaddr`).
  public static var p2mVirtualAddress: Int { 0xC30 }
  /// Byte offset of the p2m's generation (`arch.p2m_generation`).
  public static var p2mGeneration: Int { 0xC38 }
  /// Size of the structure in bytes.
  public static var size: Int { 3136 }
}

/// Flags of `StartInfo.flags` and `HVMStartInfo.flags`.
public enum StartInfoFlags {
  /// The domain is privileged (`SIF_PRIVILEGED`).
  public static var privileged: UInt32 { 1 << 0 }
  /// The domain is dom0 (`SIF_INITDOMAIN`).
  public static var initDomain: UInt32 { 1 << 1 }
  /// The module is a multiboot module list (`SIF_MULTIBOOT_MOD`).
  public static var multibootModule: UInt32 { 1 << 2 }
  /// `modStart` is a PFN (`SIF_MOD_START_PFN`).
  public static var modStartPFN: UInt32 { 1 << 3 }
  /// The tools understand a linear p2m (`SIF_VIRT_P2M_4TOOLS`).
  public static var virtualP2MForTools: UInt32 { 1 << 4 }
  /// Bits for power-management options (`SIF_PM_MASK`).
  public static var powerManagementMask: UInt32 { 0xFF00 }
}

/// Limits of `StartInfo`.
public enum StartInfoLimits {
  /// Bytes of the command line (`MAX_GUEST_CMDLINE`).
  public static var commandLineLength: Int { 1024 }
}

/// What a PV guest is started with; its address is in rsi (`struct start_info`).
public struct StartInfo: BitwiseCopyable, Sendable {
  /// "xen-<version>-<platform>" (`magic`).
  public var magic: InlineArray<32, UInt8> = InlineArray(repeating: 0)
  /// Pages of the domain (`nr_pages`).
  public var pageCount: UInt64 = 0
  /// Machine address of the shared page (`shared_info`).
  public var sharedInfo: UInt64 = 0
  /// `StartInfoFlags` (`flags`).
  public var flags: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Machine frame of the xenstore ring (`store_mfn`).
  public var storeMFN: UInt64 = 0
  /// Port of the xenstore ring (`store_evtchn`).
  public var storeEventChannel: UInt32 = 0
  private var _pad1: UInt32 = 0
  /// Machine frame of the console ring; for dom0 the low half is `info_off`, the high half
  /// `info_size` (`console.domU.mfn`).
  public var consoleMFN: UInt64 = 0
  /// Port of the console ring; unused for dom0 (`console.domU.evtchn`).
  public var consoleEventChannel: UInt32 = 0
  private var _pad2: UInt32 = 0
  /// Virtual address of the page-table root (`pt_base`).
  public var ptBase: UInt64 = 0
  /// Frames of the initial page tables (`nr_pt_frames`).
  public var ptFrameCount: UInt64 = 0
  /// Virtual address of the p2m (`mfn_list`).
  public var mfnList: UInt64 = 0
  /// Address or PFN of the module (`mod_start`).
  public var modStart: UInt64 = 0
  /// Bytes of the module (`mod_len`).
  public var modLength: UInt64 = 0
  /// Command line, zero-terminated (`cmd_line`).
  public var commandLine: InlineArray<1024, UInt8> = InlineArray(repeating: 0)
  /// First PFN of the p2m's frames (`first_p2m_pfn`).
  public var firstP2MPFN: UInt64 = 0
  /// Frames of the p2m (`nr_p2m_frames`).
  public var p2mFrameCount: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    magic: InlineArray<32, UInt8> = InlineArray(repeating: 0), pageCount: UInt64 = 0,
    sharedInfo: UInt64 = 0, flags: UInt32 = 0, storeMFN: UInt64 = 0, storeEventChannel: UInt32 = 0,
    consoleMFN: UInt64 = 0, consoleEventChannel: UInt32 = 0, ptBase: UInt64 = 0,
    ptFrameCount: UInt64 = 0, mfnList: UInt64 = 0, modStart: UInt64 = 0, modLength: UInt64 = 0,
    commandLine: InlineArray<1024, UInt8> = InlineArray(repeating: 0), firstP2MPFN: UInt64 = 0,
    p2mFrameCount: UInt64 = 0
  ) {
    self.magic = magic
    self.pageCount = pageCount
    self.sharedInfo = sharedInfo
    self.flags = flags
    self.storeMFN = storeMFN
    self.storeEventChannel = storeEventChannel
    self.consoleMFN = consoleMFN
    self.consoleEventChannel = consoleEventChannel
    self.ptBase = ptBase
    self.ptFrameCount = ptFrameCount
    self.mfnList = mfnList
    self.modStart = modStart
    self.modLength = modLength
    self.commandLine = commandLine
    self.firstP2MPFN = firstP2MPFN
    self.p2mFrameCount = p2mFrameCount
  }
}

/// Byte offsets in `StartInfo`.
public enum StartInfoLayout {
  /// Byte offset of the magic (`magic`).
  public static var magic: Int { 0x0 }
  /// Byte offset of the page count (`nr_pages`).
  public static var pageCount: Int { 0x20 }
  /// Byte offset of the shared page's address (`shared_info`).
  public static var sharedInfo: Int { 0x28 }
  /// Byte offset of the flags (`flags`).
  public static var flags: Int { 0x30 }
  /// Byte offset of the xenstore frame (`store_mfn`).
  public static var storeMFN: Int { 0x38 }
  /// Byte offset of the xenstore port (`store_evtchn`).
  public static var storeEventChannel: Int { 0x40 }
  /// Byte offset of the console frame (`console.domU.mfn`).
  public static var consoleMFN: Int { 0x48 }
  /// Byte offset of the console port (`console.domU.evtchn`).
  public static var consoleEventChannel: Int { 0x50 }
  /// Byte offset of the offset of dom0's console description (`console.dom0.info_off`).
  public static var dom0ConsoleOffset: Int { 0x48 }
  /// Byte offset of the size of dom0's console description (`console.dom0.info_size`).
  public static var dom0ConsoleSize: Int { 0x4C }
  /// Byte offset of the page-table root (`pt_base`).
  public static var ptBase: Int { 0x58 }
  /// Byte offset of the page-table frame count (`nr_pt_frames`).
  public static var ptFrameCount: Int { 0x60 }
  /// Byte offset of the p2m's address (`mfn_list`).
  public static var mfnList: Int { 0x68 }
  /// Byte offset of the module's address (`mod_start`).
  public static var modStart: Int { 0x70 }
  /// Byte offset of the module's length (`mod_len`).
  public static var modLength: Int { 0x78 }
  /// Byte offset of the command line (`cmd_line`).
  public static var commandLine: Int { 0x80 }
  /// Byte offset of the p2m's first PFN (`first_p2m_pfn`).
  public static var firstP2MPFN: Int { 0x480 }
  /// Byte offset of the p2m's frame count (`nr_p2m_frames`).
  public static var p2mFrameCount: Int { 0x488 }
  /// Size of the structure in bytes.
  public static var size: Int { 1168 }
}

/// One entry of a multiboot module list (`struct xen_multiboot_mod_list`).
public struct MultibootModule: BitwiseCopyable, Sendable {
  /// First byte of the module (`mod_start`).
  public var start: UInt32 = 0
  /// Last byte of the module (`mod_end`).
  public var end: UInt32 = 0
  /// Address of its command line (`cmdline`).
  public var commandLine: UInt32 = 0
  /// Zero (`pad`).
  public var pad: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(start: UInt32 = 0, end: UInt32 = 0, commandLine: UInt32 = 0, pad: UInt32 = 0) {
    self.start = start
    self.end = end
    self.commandLine = commandLine
    self.pad = pad
  }
}

/// Kind of console that dom0 inherits.
public enum VGAConsoleType {
  /// VGA text (`XEN_VGATYPE_TEXT_MODE_3`).
  public static var textMode3: UInt8 { 0x3 }
  /// VESA linear frame buffer (`XEN_VGATYPE_VESA_LFB`).
  public static var vesaLFB: UInt8 { 0x23 }
  /// EFI linear frame buffer (`XEN_VGATYPE_EFI_LFB`).
  public static var efiLFB: UInt8 { 0x70 }
}

/// Description of a text console for dom0; `dom0_vga_console_info` with `u.text_mode_3`.
public struct VGATextConsoleInfo: BitwiseCopyable, Sendable {
  /// `VGAConsoleType.textMode3` (`video_type`).
  public var videoType: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// Font height in pixels (`u.text_mode_3.font_height`).
  public var fontHeight: UInt16 = 0
  /// Column of the cursor (`u.text_mode_3.cursor_x`).
  public var cursorX: UInt16 = 0
  /// Row of the cursor (`u.text_mode_3.cursor_y`).
  public var cursorY: UInt16 = 0
  /// Rows (`u.text_mode_3.rows`).
  public var rows: UInt16 = 0
  /// Columns (`u.text_mode_3.columns`).
  public var columns: UInt16 = 0
  private var _pad1: InlineArray<26, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    videoType: UInt8 = 0, fontHeight: UInt16 = 0, cursorX: UInt16 = 0, cursorY: UInt16 = 0,
    rows: UInt16 = 0, columns: UInt16 = 0
  ) {
    self.videoType = videoType
    self.fontHeight = fontHeight
    self.cursorX = cursorX
    self.cursorY = cursorY
    self.rows = rows
    self.columns = columns
  }
}

/// Description of a frame buffer for dom0; `dom0_vga_console_info` with `u.vesa_lfb`.
public struct VGAFrameBufferConsoleInfo: BitwiseCopyable, Sendable {
  /// `VGAConsoleType.vesaLFB` or `.efiLFB` (`video_type`).
  public var videoType: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// Width in pixels (`u.vesa_lfb.width`).
  public var width: UInt16 = 0
  /// Height in pixels (`u.vesa_lfb.height`).
  public var height: UInt16 = 0
  /// Bytes of a scan line (`u.vesa_lfb.bytes_per_line`).
  public var bytesPerLine: UInt16 = 0
  /// Bits of a pixel (`u.vesa_lfb.bits_per_pixel`).
  public var bitsPerPixel: UInt16 = 0
  /// Physical address, low half (`u.vesa_lfb.lfb_base`).
  public var lfbBase: UInt32 = 0
  /// Size in units of 64 KiB (`u.vesa_lfb.lfb_size`).
  public var lfbSize: UInt32 = 0
  /// Red position (`u.vesa_lfb.red_pos`).
  public var redPos: UInt8 = 0
  /// Red bits (`u.vesa_lfb.red_size`).
  public var redSize: UInt8 = 0
  /// Green position (`u.vesa_lfb.green_pos`).
  public var greenPos: UInt8 = 0
  /// Green bits (`u.vesa_lfb.green_size`).
  public var greenSize: UInt8 = 0
  /// Blue position (`u.vesa_lfb.blue_pos`).
  public var bluePos: UInt8 = 0
  /// Blue bits (`u.vesa_lfb.blue_size`).
  public var blueSize: UInt8 = 0
  /// Reserved position (`u.vesa_lfb.rsvd_pos`).
  public var reservedPos: UInt8 = 0
  /// Reserved bits (`u.vesa_lfb.rsvd_size`).
  public var reservedSize: UInt8 = 0
  /// VESA capabilities (`u.vesa_lfb.gbl_caps`).
  public var gblCaps: UInt32 = 0
  /// Mode attributes (`u.vesa_lfb.mode_attrs`).
  public var modeAttrs: UInt16 = 0
  private var _pad1: UInt16 = 0
  /// Physical address, high half (`u.vesa_lfb.ext_lfb_base`).
  public var extLfbBase: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    videoType: UInt8 = 0, width: UInt16 = 0, height: UInt16 = 0, bytesPerLine: UInt16 = 0,
    bitsPerPixel: UInt16 = 0, lfbBase: UInt32 = 0, lfbSize: UInt32 = 0, redPos: UInt8 = 0,
    redSize: UInt8 = 0, greenPos: UInt8 = 0, greenSize: UInt8 = 0, bluePos: UInt8 = 0,
    blueSize: UInt8 = 0, reservedPos: UInt8 = 0, reservedSize: UInt8 = 0, gblCaps: UInt32 = 0,
    modeAttrs: UInt16 = 0, extLfbBase: UInt32 = 0
  ) {
    self.videoType = videoType
    self.width = width
    self.height = height
    self.bytesPerLine = bytesPerLine
    self.bitsPerPixel = bitsPerPixel
    self.lfbBase = lfbBase
    self.lfbSize = lfbSize
    self.redPos = redPos
    self.redSize = redSize
    self.greenPos = greenPos
    self.greenSize = greenSize
    self.bluePos = bluePos
    self.blueSize = blueSize
    self.reservedPos = reservedPos
    self.reservedSize = reservedSize
    self.gblCaps = gblCaps
    self.modeAttrs = modeAttrs
    self.extLfbBase = extLfbBase
  }
}

/// A bitmap in the caller's memory, for the control interfaces (`struct xenctl_bitmap`).
public struct ControlBitmap: BitwiseCopyable, Sendable {
  /// Its bytes (`bitmap`).
  public var bitmap: GuestHandle<UInt8> = GuestHandle()
  /// Its length in bits (`nr_bits`).
  public var bitCount: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(bitmap: GuestHandle<UInt8> = GuestHandle(), bitCount: UInt32 = 0) {
    self.bitmap = bitmap
    self.bitCount = bitCount
  }
}
