import Testing
import XenABI

@Suite struct ELFNoteNumbers {
  @Test func elfNoteHasTheNumbersOfTheHeader() {
    expectNumber(ELFNote.info.rawValue, "XEN_ELFNOTE_INFO")
    expectNumber(ELFNote.entry.rawValue, "XEN_ELFNOTE_ENTRY")
    expectNumber(ELFNote.hypercallPage.rawValue, "XEN_ELFNOTE_HYPERCALL_PAGE")
    expectNumber(ELFNote.virtualBase.rawValue, "XEN_ELFNOTE_VIRT_BASE")
    expectNumber(ELFNote.physicalOffset.rawValue, "XEN_ELFNOTE_PADDR_OFFSET")
    expectNumber(ELFNote.xenVersion.rawValue, "XEN_ELFNOTE_XEN_VERSION")
    expectNumber(ELFNote.guestOS.rawValue, "XEN_ELFNOTE_GUEST_OS")
    expectNumber(ELFNote.guestVersion.rawValue, "XEN_ELFNOTE_GUEST_VERSION")
    expectNumber(ELFNote.loader.rawValue, "XEN_ELFNOTE_LOADER")
    expectNumber(ELFNote.paeMode.rawValue, "XEN_ELFNOTE_PAE_MODE")
    expectNumber(ELFNote.features.rawValue, "XEN_ELFNOTE_FEATURES")
    expectNumber(ELFNote.bsdSymbolTable.rawValue, "XEN_ELFNOTE_BSD_SYMTAB")
    expectNumber(ELFNote.hypervisorStartLow.rawValue, "XEN_ELFNOTE_HV_START_LOW")
    expectNumber(ELFNote.l1MFNValid.rawValue, "XEN_ELFNOTE_L1_MFN_VALID")
    expectNumber(ELFNote.suspendCancel.rawValue, "XEN_ELFNOTE_SUSPEND_CANCEL")
    expectNumber(ELFNote.initP2M.rawValue, "XEN_ELFNOTE_INIT_P2M")
    expectNumber(ELFNote.modStartPFN.rawValue, "XEN_ELFNOTE_MOD_START_PFN")
    expectNumber(ELFNote.supportedFeatures.rawValue, "XEN_ELFNOTE_SUPPORTED_FEATURES")
    expectNumber(ELFNote.phys32Entry.rawValue, "XEN_ELFNOTE_PHYS32_ENTRY")
    expectNumber(ELFNote.crashInfo.rawValue, "XEN_ELFNOTE_CRASH_INFO")
    expectNumber(ELFNote.crashRegs.rawValue, "XEN_ELFNOTE_CRASH_REGS")
    expectNumber(ELFNote.dumpcoreNone.rawValue, "XEN_ELFNOTE_DUMPCORE_NONE")
    expectNumber(ELFNote.dumpcoreHeader.rawValue, "XEN_ELFNOTE_DUMPCORE_HEADER")
    expectNumber(ELFNote.dumpcoreXenVersion.rawValue, "XEN_ELFNOTE_DUMPCORE_XEN_VERSION")
    expectNumber(ELFNote.dumpcoreFormatVersion.rawValue, "XEN_ELFNOTE_DUMPCORE_FORMAT_VERSION")
  }
}
