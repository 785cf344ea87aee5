import Testing
import XenABI

@Suite struct PVNumbers {
  @Test func sharedInfoLimitsHasTheNumbersOfTheHeader() {
    expectNumber(SharedInfoLimits.vcpuInfoCount, "XEN_LEGACY_MAX_VCPUS")
  }

  @Test func pvClockFlagsHasTheNumbersOfTheHeader() {
    expectNumber(PVClockFlags.tscStable, "XEN_PVCLOCK_TSC_STABLE_BIT")
    expectNumber(PVClockFlags.guestStopped, "XEN_PVCLOCK_GUEST_STOPPED")
  }

  @Test func startInfoFlagsHasTheNumbersOfTheHeader() {
    expectNumber(StartInfoFlags.privileged, "SIF_PRIVILEGED")
    expectNumber(StartInfoFlags.initDomain, "SIF_INITDOMAIN")
    expectNumber(StartInfoFlags.multibootModule, "SIF_MULTIBOOT_MOD")
    expectNumber(StartInfoFlags.modStartPFN, "SIF_MOD_START_PFN")
    expectNumber(StartInfoFlags.virtualP2MForTools, "SIF_VIRT_P2M_4TOOLS")
    expectNumber(StartInfoFlags.powerManagementMask, "SIF_PM_MASK")
  }

  @Test func startInfoLimitsHasTheNumbersOfTheHeader() {
    expectNumber(StartInfoLimits.commandLineLength, "MAX_GUEST_CMDLINE")
  }

  @Test func vgaConsoleTypeHasTheNumbersOfTheHeader() {
    expectNumber(VGAConsoleType.textMode3, "XEN_VGATYPE_TEXT_MODE_3")
    expectNumber(VGAConsoleType.vesaLFB, "XEN_VGATYPE_VESA_LFB")
    expectNumber(VGAConsoleType.efiLFB, "XEN_VGATYPE_EFI_LFB")
  }
}

@Suite struct PVLayouts {
  @Test func vcpuTimeInfoIsLaidOutAsInC() {
    expectLayout(
      of: VCPUTimeInfo.self, as: "vcpu_time_info",
      [
        (\.version, "version"),
        (\.tscTimestamp, "tsc_timestamp"),
        (\.systemTime, "system_time"),
        (\.tscToSystemMultiplier, "tsc_to_system_mul"),
        (\.tscShift, "tsc_shift"),
        (\.flags, "flags"),
      ])
  }

  @Test func archVCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: ArchVCPUInfo.self, as: "arch_vcpu_info",
      [
        (\.cr2, "cr2"),
        (\.pad, "pad"),
      ])
  }

  @Test func vcpuInfoIsLaidOutAsInC() {
    expectLayout(
      of: VCPUInfo.self, as: "vcpu_info",
      [
        (\.eventUpcallPending, "evtchn_upcall_pending"),
        (\.eventUpcallMask, "evtchn_upcall_mask"),
        (\.eventPendingSelector, "evtchn_pending_sel"),
        (\.arch, "arch"),
        (\.time, "time"),
      ])
  }

  @Test func archSharedInfoIsLaidOutAsInC() {
    expectLayout(
      of: ArchSharedInfo.self, as: "arch_shared_info",
      [
        (\.maxPFN, "max_pfn"),
        (\.pfnToMFNFrameListList, "pfn_to_mfn_frame_list_list"),
        (\.nmiReason, "nmi_reason"),
        (\.p2mCR3, "p2m_cr3"),
        (\.p2mVirtualAddress, "p2m_vaddr"),
        (\.p2mGeneration, "p2m_generation"),
      ])
  }

  @Test func sharedInfoIsLaidOutAsInC() {
    expectLayout(
      of: SharedInfo.self, as: "shared_info",
      [
        (\.vcpuInfo, "vcpu_info"),
        (\.eventPending, "evtchn_pending"),
        (\.eventMask, "evtchn_mask"),
        (\.wallclockVersion, "wc_version"),
        (\.wallclockSeconds, "wc_sec"),
        (\.wallclockNanoseconds, "wc_nsec"),
        (\.wallclockSecondsHigh, "wc_sec_hi"),
        (\.arch, "arch"),
      ])
  }

  @Test func startInfoIsLaidOutAsInC() {
    expectLayout(
      of: StartInfo.self, as: "start_info",
      [
        (\.magic, "magic"),
        (\.pageCount, "nr_pages"),
        (\.sharedInfo, "shared_info"),
        (\.flags, "flags"),
        (\.storeMFN, "store_mfn"),
        (\.storeEventChannel, "store_evtchn"),
        (\.consoleMFN, "console.domU.mfn"),
        (\.consoleEventChannel, "console.domU.evtchn"),
        (\.ptBase, "pt_base"),
        (\.ptFrameCount, "nr_pt_frames"),
        (\.mfnList, "mfn_list"),
        (\.modStart, "mod_start"),
        (\.modLength, "mod_len"),
        (\.commandLine, "cmd_line"),
        (\.firstP2MPFN, "first_p2m_pfn"),
        (\.p2mFrameCount, "nr_p2m_frames"),
      ])
  }

  @Test func multibootModuleIsLaidOutAsInC() {
    expectLayout(
      of: MultibootModule.self, as: "xen_multiboot_mod_list",
      [
        (\.start, "mod_start"),
        (\.end, "mod_end"),
        (\.commandLine, "cmdline"),
        (\.pad, "pad"),
      ])
  }

  @Test func vgaTextConsoleInfoIsLaidOutAsInC() {
    expectLayout(
      of: VGATextConsoleInfo.self, as: "dom0_vga_console_info",
      [
        (\.videoType, "video_type"),
        (\.fontHeight, "u.text_mode_3.font_height"),
        (\.cursorX, "u.text_mode_3.cursor_x"),
        (\.cursorY, "u.text_mode_3.cursor_y"),
        (\.rows, "u.text_mode_3.rows"),
        (\.columns, "u.text_mode_3.columns"),
      ])
  }

  @Test func vgaFrameBufferConsoleInfoIsLaidOutAsInC() {
    expectLayout(
      of: VGAFrameBufferConsoleInfo.self, as: "dom0_vga_console_info",
      [
        (\.videoType, "video_type"),
        (\.width, "u.vesa_lfb.width"),
        (\.height, "u.vesa_lfb.height"),
        (\.bytesPerLine, "u.vesa_lfb.bytes_per_line"),
        (\.bitsPerPixel, "u.vesa_lfb.bits_per_pixel"),
        (\.lfbBase, "u.vesa_lfb.lfb_base"),
        (\.lfbSize, "u.vesa_lfb.lfb_size"),
        (\.redPos, "u.vesa_lfb.red_pos"),
        (\.redSize, "u.vesa_lfb.red_size"),
        (\.greenPos, "u.vesa_lfb.green_pos"),
        (\.greenSize, "u.vesa_lfb.green_size"),
        (\.bluePos, "u.vesa_lfb.blue_pos"),
        (\.blueSize, "u.vesa_lfb.blue_size"),
        (\.reservedPos, "u.vesa_lfb.rsvd_pos"),
        (\.reservedSize, "u.vesa_lfb.rsvd_size"),
        (\.gblCaps, "u.vesa_lfb.gbl_caps"),
        (\.modeAttrs, "u.vesa_lfb.mode_attrs"),
        (\.extLfbBase, "u.vesa_lfb.ext_lfb_base"),
      ])
  }

  @Test func controlBitmapIsLaidOutAsInC() {
    expectLayout(
      of: ControlBitmap.self, as: "xenctl_bitmap",
      [
        (\.bitmap, "bitmap"),
        (\.bitCount, "nr_bits"),
      ])
  }

  @Test func vcpuTimeInfoLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(VCPUTimeInfoLayout.version, of: "version", in: "vcpu_time_info")
    expectOffset(VCPUTimeInfoLayout.tscTimestamp, of: "tsc_timestamp", in: "vcpu_time_info")
    expectOffset(VCPUTimeInfoLayout.systemTime, of: "system_time", in: "vcpu_time_info")
    expectOffset(
      VCPUTimeInfoLayout.tscToSystemMultiplier, of: "tsc_to_system_mul", in: "vcpu_time_info")
    expectOffset(VCPUTimeInfoLayout.tscShift, of: "tsc_shift", in: "vcpu_time_info")
    expectOffset(VCPUTimeInfoLayout.flags, of: "flags", in: "vcpu_time_info")
    expectSize(VCPUTimeInfoLayout.size, of: "vcpu_time_info")
  }

  @Test func vcpuInfoLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(VCPUInfoLayout.eventUpcallPending, of: "evtchn_upcall_pending", in: "vcpu_info")
    expectOffset(VCPUInfoLayout.eventUpcallMask, of: "evtchn_upcall_mask", in: "vcpu_info")
    expectOffset(VCPUInfoLayout.eventPendingSelector, of: "evtchn_pending_sel", in: "vcpu_info")
    expectOffset(VCPUInfoLayout.cr2, of: "arch.cr2", in: "vcpu_info")
    expectOffset(VCPUInfoLayout.time, of: "time", in: "vcpu_info")
    expectSize(VCPUInfoLayout.size, of: "vcpu_info")
  }

  @Test func sharedInfoLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(SharedInfoLayout.vcpuInfo, of: "vcpu_info", in: "shared_info")
    expectOffset(SharedInfoLayout.eventPending, of: "evtchn_pending", in: "shared_info")
    expectOffset(SharedInfoLayout.eventMask, of: "evtchn_mask", in: "shared_info")
    expectOffset(SharedInfoLayout.wallclockVersion, of: "wc_version", in: "shared_info")
    expectOffset(SharedInfoLayout.wallclockSeconds, of: "wc_sec", in: "shared_info")
    expectOffset(SharedInfoLayout.wallclockNanoseconds, of: "wc_nsec", in: "shared_info")
    expectOffset(SharedInfoLayout.wallclockSecondsHigh, of: "wc_sec_hi", in: "shared_info")
    expectOffset(SharedInfoLayout.arch, of: "arch", in: "shared_info")
    expectOffset(SharedInfoLayout.maxPFN, of: "arch.max_pfn", in: "shared_info")
    expectOffset(
      SharedInfoLayout.pfnToMFNFrameListList, of: "arch.pfn_to_mfn_frame_list_list",
      in: "shared_info")
    expectOffset(SharedInfoLayout.nmiReason, of: "arch.nmi_reason", in: "shared_info")
    expectOffset(SharedInfoLayout.p2mCR3, of: "arch.p2m_cr3", in: "shared_info")
    expectOffset(SharedInfoLayout.p2mVirtualAddress, of: "arch.p2m_vaddr", in: "shared_info")
    expectOffset(SharedInfoLayout.p2mGeneration, of: "arch.p2m_generation", in: "shared_info")
    expectSize(SharedInfoLayout.size, of: "shared_info")
  }

  @Test func startInfoLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(StartInfoLayout.magic, of: "magic", in: "start_info")
    expectOffset(StartInfoLayout.pageCount, of: "nr_pages", in: "start_info")
    expectOffset(StartInfoLayout.sharedInfo, of: "shared_info", in: "start_info")
    expectOffset(StartInfoLayout.flags, of: "flags", in: "start_info")
    expectOffset(StartInfoLayout.storeMFN, of: "store_mfn", in: "start_info")
    expectOffset(StartInfoLayout.storeEventChannel, of: "store_evtchn", in: "start_info")
    expectOffset(StartInfoLayout.consoleMFN, of: "console.domU.mfn", in: "start_info")
    expectOffset(StartInfoLayout.consoleEventChannel, of: "console.domU.evtchn", in: "start_info")
    expectOffset(StartInfoLayout.dom0ConsoleOffset, of: "console.dom0.info_off", in: "start_info")
    expectOffset(StartInfoLayout.dom0ConsoleSize, of: "console.dom0.info_size", in: "start_info")
    expectOffset(StartInfoLayout.ptBase, of: "pt_base", in: "start_info")
    expectOffset(StartInfoLayout.ptFrameCount, of: "nr_pt_frames", in: "start_info")
    expectOffset(StartInfoLayout.mfnList, of: "mfn_list", in: "start_info")
    expectOffset(StartInfoLayout.modStart, of: "mod_start", in: "start_info")
    expectOffset(StartInfoLayout.modLength, of: "mod_len", in: "start_info")
    expectOffset(StartInfoLayout.commandLine, of: "cmd_line", in: "start_info")
    expectOffset(StartInfoLayout.firstP2MPFN, of: "first_p2m_pfn", in: "start_info")
    expectOffset(StartInfoLayout.p2mFrameCount, of: "nr_p2m_frames", in: "start_info")
    expectSize(StartInfoLayout.size, of: "start_info")
  }
}
