// Notes in a kernel's ELF file, with the name "Xen".
//
// Source: xen/elfnote.h.

/// Type of a note; a number or a zero-terminated text.
public enum ELFNote: UInt32, Sendable {
  /// Name and value (`XEN_ELFNOTE_INFO`).
  case info = 0
  /// Virtual address of the entry (`XEN_ELFNOTE_ENTRY`).
  case entry = 1
  /// Virtual address of the hypercall page (`XEN_ELFNOTE_HYPERCALL_PAGE`).
  case hypercallPage = 2
  /// Virtual address that physical 0 is mapped at (`XEN_ELFNOTE_VIRT_BASE`).
  case virtualBase = 3
  /// What the physical addresses of the program headers are offset by (`XEN_ELFNOTE_PADDR_OFFSET`).
  case physicalOffset = 4
  /// Version of Xen the kernel expects (`XEN_ELFNOTE_XEN_VERSION`).
  case xenVersion = 5
  /// Name of the system (`XEN_ELFNOTE_GUEST_OS`).
  case guestOS = 6
  /// Version of the system (`XEN_ELFNOTE_GUEST_VERSION`).
  case guestVersion = 7
  /// Loader to use (`XEN_ELFNOTE_LOADER`).
  case loader = 8
  /// PAE; 32-bit (`XEN_ELFNOTE_PAE_MODE`).
  case paeMode = 9
  /// Features, as a text (`XEN_ELFNOTE_FEATURES`).
  case features = 10
  /// Symbols are wanted (`XEN_ELFNOTE_BSD_SYMTAB`).
  case bsdSymbolTable = 11
  /// Lowest address the hypervisor may take; 32-bit (`XEN_ELFNOTE_HV_START_LOW`).
  case hypervisorStartLow = 12
  /// Mask and value of a valid entry that is not present (`XEN_ELFNOTE_L1_MFN_VALID`).
  case l1MFNValid = 13
  /// A cancelled suspend is understood (`XEN_ELFNOTE_SUSPEND_CANCEL`).
  case suspendCancel = 14
  /// Virtual address for the first p2m (`XEN_ELFNOTE_INIT_P2M`).
  case initP2M = 15
  /// The module may be given as a PFN (`XEN_ELFNOTE_MOD_START_PFN`).
  case modStartPFN = 16
  /// Features, as a bitmap (`XEN_ELFNOTE_SUPPORTED_FEATURES`).
  case supportedFeatures = 17
  /// Physical address of the PVH entry (`XEN_ELFNOTE_PHYS32_ENTRY`).
  case phys32Entry = 18
  /// Crash information (`XEN_ELFNOTE_CRASH_INFO`).
  case crashInfo = 0x100_0001
  /// Crash registers (`XEN_ELFNOTE_CRASH_REGS`).
  case crashRegs = 0x100_0002
  /// Core dump: empty (`XEN_ELFNOTE_DUMPCORE_NONE`).
  case dumpcoreNone = 0x200_0000
  /// Core dump: header (`XEN_ELFNOTE_DUMPCORE_HEADER`).
  case dumpcoreHeader = 0x200_0001
  /// Core dump: version (`XEN_ELFNOTE_DUMPCORE_XEN_VERSION`).
  case dumpcoreXenVersion = 0x200_0002
  /// Core dump: format (`XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION`).
  case dumpcoreFormatVersion = 0x200_0003
}
