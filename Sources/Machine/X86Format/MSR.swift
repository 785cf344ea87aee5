import Primitives

/// The number of a model-specific register.
/// - Source: Intel SDM vol. 4; AMD APM vol. 2 appendix A; AMD PPR.
public struct MSR: Equatable, BitwiseCopyable, Sendable {
  /// What ECX holds for RDMSR and WRMSR.
  public var rawValue: UInt32

  /// The register of this number.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  // MARK: Xen's own

  /// Where the hypervisor is to put its page of hypercall stubs (CPUID leaf 0x40000002 names it).
  @inlinable public static var hypercallPage: MSR { MSR(0x4000_0000) }

  // MARK: Architectural

  /// The time-stamp counter.
  @inlinable public static var tsc: MSR { MSR(0x10) }
  /// The local APIC's address and mode; see `APICBase`.
  @inlinable public static var apicBase: MSR { MSR(0x1B) }
  /// Locks VMX and SMX on or off.
  @inlinable public static var featureControl: MSR { MSR(0x3A) }
  /// An offset added to the time-stamp counter.
  @inlinable public static var tscAdjust: MSR { MSR(0x3B) }
  /// Speculation controls (IBRS, STIBP, SSBD).
  @inlinable public static var specCtrl: MSR { MSR(0x48) }
  /// Prediction barriers, write only.
  @inlinable public static var predCmd: MSR { MSR(0x49) }
  /// Loads microcode (Intel).
  @inlinable public static var biosUpdateTrigger: MSR { MSR(0x79) }
  /// The microcode's revision (Intel); AMD's patch level.
  @inlinable public static var biosSignID: MSR { MSR(0x8B) }
  /// What MTRRs there are.
  @inlinable public static var mtrrCap: MSR { MSR(0xFE) }
  /// What the processor is not vulnerable to.
  @inlinable public static var archCapabilities: MSR { MSR(0x10A) }
  /// Flushes the L1 data cache, write only.
  @inlinable public static var flushCmd: MSR { MSR(0x10B) }
  /// Turns transactional memory off.
  @inlinable public static var tsxCtrl: MSR { MSR(0x122) }
  /// SYSENTER's code segment.
  @inlinable public static var sysenterCS: MSR { MSR(0x174) }
  /// SYSENTER's stack.
  @inlinable public static var sysenterESP: MSR { MSR(0x175) }
  /// SYSENTER's entry.
  @inlinable public static var sysenterEIP: MSR { MSR(0x176) }
  /// What the machine-check architecture has; the low byte is the number of banks.
  @inlinable public static var mcgCap: MSR { MSR(0x179) }
  /// The state of a machine check in progress.
  @inlinable public static var mcgStatus: MSR { MSR(0x17A) }
  /// Enables machine-check reporting.
  @inlinable public static var mcgCtl: MSR { MSR(0x17B) }
  /// The performance state in force.
  @inlinable public static var perfStatus: MSR { MSR(0x198) }
  /// The performance state asked for.
  @inlinable public static var perfCtl: MSR { MSR(0x199) }
  /// Clock modulation.
  @inlinable public static var thermControl: MSR { MSR(0x19A) }
  /// Miscellaneous features (Intel).
  @inlinable public static var miscEnable: MSR { MSR(0x1A0) }
  /// The bias between performance and energy.
  @inlinable public static var energyPerformanceBias: MSR { MSR(0x1B0) }
  /// Debug controls: last-branch records and single-stepping on branches.
  @inlinable public static var debugCtl: MSR { MSR(0x1D9) }
  /// Where the last branch came from.
  @inlinable public static var lastBranchFrom: MSR { MSR(0x1DB) }
  /// Where the last branch went to.
  @inlinable public static var lastBranchTo: MSR { MSR(0x1DC) }
  /// The last branch before an exception, from.
  @inlinable public static var lastIntFrom: MSR { MSR(0x1DD) }
  /// The last branch before an exception, to.
  @inlinable public static var lastIntTo: MSR { MSR(0x1DE) }
  /// The page attribute table.
  @inlinable public static var pat: MSR { MSR(0x277) }
  /// The memory type outside all MTRRs; enables them.
  @inlinable public static var mtrrDefType: MSR { MSR(0x2FF) }
  /// The types of the first 512 KiB.
  @inlinable public static var mtrrFix64k: MSR { MSR(0x250) }
  /// The types of 0x80000 to 0x9FFFF.
  @inlinable public static var mtrrFix16k80000: MSR { MSR(0x258) }
  /// The types of 0xA0000 to 0xBFFFF.
  @inlinable public static var mtrrFix16kA0000: MSR { MSR(0x259) }
  /// The local APIC timer's deadline.
  @inlinable public static var tscDeadline: MSR { MSR(0x6E0) }
  /// The supervisor state components that XSAVES manages.
  @inlinable public static var xss: MSR { MSR(0xDA0) }
  /// What the performance counters can do.
  @inlinable public static var perfCapabilities: MSR { MSR(0x345) }
  /// The debug store area.
  @inlinable public static var dsArea: MSR { MSR(0x600) }
  /// Ratios, and whether CPUID can be made to fault (Intel).
  @inlinable public static var platformInfo: MSR { MSR(0xCE) }
  /// CPUID faulting (Intel).
  @inlinable public static var miscFeaturesEnables: MSR { MSR(0x140) }

  // MARK: Long mode

  /// Long mode and its companions; see `EFER`.
  @inlinable public static var efer: MSR { MSR(0xC000_0080) }
  /// The segments of SYSCALL and SYSRET.
  @inlinable public static var star: MSR { MSR(0xC000_0081) }
  /// SYSCALL's 64-bit entry.
  @inlinable public static var lstar: MSR { MSR(0xC000_0082) }
  /// SYSCALL's entry from compatibility mode.
  @inlinable public static var cstar: MSR { MSR(0xC000_0083) }
  /// The flags SYSCALL clears.
  @inlinable public static var sfmask: MSR { MSR(0xC000_0084) }
  /// The base of FS.
  @inlinable public static var fsBase: MSR { MSR(0xC000_0100) }
  /// The base of GS.
  @inlinable public static var gsBase: MSR { MSR(0xC000_0101) }
  /// What SWAPGS exchanges with the base of GS.
  @inlinable public static var kernelGSBase: MSR { MSR(0xC000_0102) }
  /// What RDTSCP returns beside the time.
  @inlinable public static var tscAux: MSR { MSR(0xC000_0103) }

  // MARK: AMD

  /// The time-stamp counter's ratio for guests (AMD).
  @inlinable public static var tscRatio: MSR { MSR(0xC000_0104) }
  /// System configuration (AMD): top of memory, fixed MTRR extensions.
  @inlinable public static var sysCfg: MSR { MSR(0xC001_0010) }
  /// Hardware configuration (AMD).
  @inlinable public static var hwcr: MSR { MSR(0xC001_0015) }
  /// The first variable I/O range (AMD).
  @inlinable public static var iorrBase0: MSR { MSR(0xC001_0016) }
  /// Top of memory below 4 GiB (AMD).
  @inlinable public static var topMem: MSR { MSR(0xC001_001A) }
  /// Top of memory above 4 GiB (AMD).
  @inlinable public static var topMem2: MSR { MSR(0xC001_001D) }
  /// Northbridge configuration (AMD).
  @inlinable public static var nbConfig: MSR { MSR(0xC001_001F) }
  /// Loads microcode (AMD).
  @inlinable public static var patchLoader: MSR { MSR(0xC001_0020) }
  /// The limits of the performance state (AMD).
  @inlinable public static var pstateCurrentLimit: MSR { MSR(0xC001_0061) }
  /// The performance state asked for (AMD).
  @inlinable public static var pstateControl: MSR { MSR(0xC001_0062) }
  /// The performance state in force (AMD).
  @inlinable public static var pstateStatus: MSR { MSR(0xC001_0063) }
  /// The first of eight performance states (AMD).
  @inlinable public static var pstateDefinition0: MSR { MSR(0xC001_0064) }
  /// Interrupts when halting in C1E (AMD).
  @inlinable public static var interruptPending: MSR { MSR(0xC001_0055) }
  /// The base of system-management memory (AMD).
  @inlinable public static var tsegBase: MSR { MSR(0xC001_0112) }
  /// The extent of system-management memory (AMD).
  @inlinable public static var tsegMask: MSR { MSR(0xC001_0113) }
  /// Locks SVM on or off (AMD).
  @inlinable public static var vmCR: MSR { MSR(0xC001_0114) }
  /// Ignores x87 errors (AMD).
  @inlinable public static var ignne: MSR { MSR(0xC001_0115) }
  /// Where VMRUN saves host state (AMD).
  @inlinable public static var vmHsavePA: MSR { MSR(0xC001_0117) }
  /// How many workarounds the next register tells of (AMD).
  @inlinable public static var osvwIDLength: MSR { MSR(0xC001_0140) }
  /// Which errata need workarounds (AMD).
  @inlinable public static var osvwStatus: MSR { MSR(0xC001_0141) }
  /// A virtual speculation control (AMD).
  @inlinable public static var virtSpecCtrl: MSR { MSR(0xC001_011F) }
  /// Load and store configuration (AMD).
  @inlinable public static var lsConfig: MSR { MSR(0xC001_1020) }
  /// Instruction cache configuration (AMD).
  @inlinable public static var icConfig: MSR { MSR(0xC001_1021) }
  /// Decode configuration; bit 1 makes LFENCE serialise (AMD).
  @inlinable public static var deConfig: MSR { MSR(0xC001_1029) }
  /// Replaces CPUID 7 (AMD).
  @inlinable public static var cpuidLevel7Mask: MSR { MSR(0xC001_1002) }
  /// Replaces CPUID 6 (AMD).
  @inlinable public static var cpuidThermalMask: MSR { MSR(0xC001_1003) }
  /// Replaces CPUID 1 (AMD).
  @inlinable public static var cpuidFeaturesMask: MSR { MSR(0xC001_1004) }
  /// Replaces CPUID 0x80000001 (AMD).
  @inlinable public static var cpuidExtendedMask: MSR { MSR(0xC001_1005) }

  // MARK: Ranges

  /// The base register of variable MTRR `index`.
  @inlinable public static func mtrrBase(_ index: UInt32) -> MSR { MSR(0x200 &+ index &* 2) }
  /// The mask register of variable MTRR `index`.
  @inlinable public static func mtrrMask(_ index: UInt32) -> MSR { MSR(0x201 &+ index &* 2) }
  /// Fixed MTRR `index` (0 to 7) of the eight over 0xC0000 to 0xFFFFF.
  @inlinable public static func mtrrFix4k(_ index: UInt32) -> MSR { MSR(0x268 &+ index) }
  /// The control register of machine-check bank `index`.
  @inlinable public static func mcCtl(_ index: UInt32) -> MSR { MSR(0x400 &+ index &* 4) }
  /// The status register of machine-check bank `index`.
  @inlinable public static func mcStatus(_ index: UInt32) -> MSR { MSR(0x401 &+ index &* 4) }
  /// The address register of machine-check bank `index`.
  @inlinable public static func mcAddr(_ index: UInt32) -> MSR { MSR(0x402 &+ index &* 4) }
  /// The miscellaneous register of machine-check bank `index`.
  @inlinable public static func mcMisc(_ index: UInt32) -> MSR { MSR(0x403 &+ index &* 4) }
  /// A local APIC register in x2APIC mode.
  @inlinable public static func x2APIC(_ register: LocalAPICRegister) -> MSR {
    MSR(0x800 &+ register.rawValue >> 4)
  }

  /// Whether it lies in the x2APIC range.
  @inlinable public var isX2APIC: Bool { rawValue >> 8 == 8 }
  /// Whether it is a variable MTRR's base or mask.
  @inlinable public var isVariableMTRR: Bool { rawValue >= 0x200 && rawValue <= 0x21F }
  /// Whether it is a fixed MTRR.
  @inlinable public var isFixedMTRR: Bool {
    rawValue == 0x250 || rawValue == 0x258 || rawValue == 0x259
      || (rawValue >= 0x268 && rawValue <= 0x26F)
  }
  /// Whether it is a machine-check bank's register.
  @inlinable public var isMachineCheckBank: Bool { rawValue >= 0x400 && rawValue < 0x480 }
  /// The range in which VMX reports its capabilities.
  @inlinable public var isVMXCapability: Bool { rawValue >= 0x480 && rawValue <= 0x491 }
}

/// A memory type, as MTRRs and the PAT name it.
/// - Source: Intel SDM vol. 3A table 12-2.
public enum MemoryCaching: UInt8, Sendable {
  /// UC.
  case uncacheable = 0
  /// WC.
  case writeCombining = 1
  /// WT.
  case writeThrough = 4
  /// WP.
  case writeProtect = 5
  /// WB.
  case writeBack = 6
  /// UC-, which an MTRR may turn into WC; PAT only.
  case uncacheableWeak = 7
}

/// The page attribute table's values.
public enum PageAttributeTable {
  /// After reset: WB, WT, UC-, UC, twice.
  @inlinable public static var reset: UInt64 { 0x0007_0406_0007_0406 }
  /// What Xen promises PV guests: WB, WT, UC-, UC, WC, WP, UC, UC (`XEN_MSR_PAT`).
  @inlinable public static var guest: UInt64 { 0x0000_0501_0007_0406 }
}
