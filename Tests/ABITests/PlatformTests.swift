import Testing
import XenABI

@Suite struct PlatformNumbers {
  @Test func platformOpHasTheNumbersOfTheHeader() {
    expectNumber(PlatformOp.settime32.rawValue, "XENPF_settime32")
    expectNumber(PlatformOp.addMemoryType.rawValue, "XENPF_add_memtype")
    expectNumber(PlatformOp.deleteMemoryType.rawValue, "XENPF_del_memtype")
    expectNumber(PlatformOp.readMemoryType.rawValue, "XENPF_read_memtype")
    expectNumber(PlatformOp.microcodeUpdate.rawValue, "XENPF_microcode_update")
    expectNumber(PlatformOp.platformQuirk.rawValue, "XENPF_platform_quirk")
    expectNumber(PlatformOp.getCPUVersion.rawValue, "XENPF_get_cpu_version")
    expectNumber(PlatformOp.efiRuntimeCall.rawValue, "XENPF_efi_runtime_call")
    expectNumber(PlatformOp.firmwareInfo.rawValue, "XENPF_firmware_info")
    expectNumber(PlatformOp.enterACPISleep.rawValue, "XENPF_enter_acpi_sleep")
    expectNumber(PlatformOp.changeFrequency.rawValue, "XENPF_change_freq")
    expectNumber(PlatformOp.getIdleTime.rawValue, "XENPF_getidletime")
    expectNumber(PlatformOp.setProcessorPMInfo.rawValue, "XENPF_set_processor_pminfo")
    expectNumber(PlatformOp.getCPUInfo.rawValue, "XENPF_get_cpuinfo")
    expectNumber(PlatformOp.cpuOnline.rawValue, "XENPF_cpu_online")
    expectNumber(PlatformOp.cpuOffline.rawValue, "XENPF_cpu_offline")
    expectNumber(PlatformOp.cpuHotAdd.rawValue, "XENPF_cpu_hotadd")
    expectNumber(PlatformOp.memoryHotAdd.rawValue, "XENPF_mem_hotadd")
    expectNumber(PlatformOp.coreParking.rawValue, "XENPF_core_parking")
    expectNumber(PlatformOp.resourceOp.rawValue, "XENPF_resource_op")
    expectNumber(PlatformOp.settime64.rawValue, "XENPF_settime64")
    expectNumber(PlatformOp.getSymbol.rawValue, "XENPF_get_symbol")
  }

  @Test func platformQuirkHasTheNumbersOfTheHeader() {
    expectNumber(PlatformQuirk.noIRQBalancing.rawValue, "QUIRK_NOIRQBALANCING")
    expectNumber(PlatformQuirk.ioapicBadRegisterSelect.rawValue, "QUIRK_IOAPIC_BAD_REGSEL")
    expectNumber(PlatformQuirk.ioapicGoodRegisterSelect.rawValue, "QUIRK_IOAPIC_GOOD_REGSEL")
  }

  @Test func firmwareInfoTypeHasTheNumbersOfTheHeader() {
    expectNumber(FirmwareInfoType.diskInfo.rawValue, "XEN_FW_DISK_INFO")
    expectNumber(FirmwareInfoType.diskMBRSignature.rawValue, "XEN_FW_DISK_MBR_SIGNATURE")
    expectNumber(FirmwareInfoType.vbeDDCInfo.rawValue, "XEN_FW_VBEDDC_INFO")
    expectNumber(FirmwareInfoType.efiInfo.rawValue, "XEN_FW_EFI_INFO")
    expectNumber(FirmwareInfoType.keyboardShiftFlags.rawValue, "XEN_FW_KBD_SHIFT_FLAGS")
  }

  @Test func firmwareEFIInfoHasTheNumbersOfTheHeader() {
    expectNumber(FirmwareEFIInfo.version.rawValue, "XEN_FW_EFI_VERSION")
    expectNumber(FirmwareEFIInfo.configurationTable.rawValue, "XEN_FW_EFI_CONFIG_TABLE")
    expectNumber(FirmwareEFIInfo.vendor.rawValue, "XEN_FW_EFI_VENDOR")
    expectNumber(FirmwareEFIInfo.memoryInfo.rawValue, "XEN_FW_EFI_MEM_INFO")
    expectNumber(FirmwareEFIInfo.runtimeVersion.rawValue, "XEN_FW_EFI_RT_VERSION")
    expectNumber(FirmwareEFIInfo.pciROM.rawValue, "XEN_FW_EFI_PCI_ROM")
    expectNumber(FirmwareEFIInfo.appleProperties.rawValue, "XEN_FW_EFI_APPLE_PROPERTIES")
  }

  @Test func efiFunctionHasTheNumbersOfTheHeader() {
    expectNumber(EFIFunction.getTime.rawValue, "XEN_EFI_get_time")
    expectNumber(EFIFunction.setTime.rawValue, "XEN_EFI_set_time")
    expectNumber(EFIFunction.getWakeupTime.rawValue, "XEN_EFI_get_wakeup_time")
    expectNumber(EFIFunction.setWakeupTime.rawValue, "XEN_EFI_set_wakeup_time")
    expectNumber(
      EFIFunction.getNextHighMonotonicCount.rawValue, "XEN_EFI_get_next_high_monotonic_count")
    expectNumber(EFIFunction.getVariable.rawValue, "XEN_EFI_get_variable")
    expectNumber(EFIFunction.setVariable.rawValue, "XEN_EFI_set_variable")
    expectNumber(EFIFunction.getNextVariableName.rawValue, "XEN_EFI_get_next_variable_name")
    expectNumber(EFIFunction.queryVariableInfo.rawValue, "XEN_EFI_query_variable_info")
    expectNumber(
      EFIFunction.queryCapsuleCapabilities.rawValue, "XEN_EFI_query_capsule_capabilities")
    expectNumber(EFIFunction.updateCapsule.rawValue, "XEN_EFI_update_capsule")
  }

  @Test func acpiSleepFlagsHasTheNumbersOfTheHeader() {
    expectNumber(ACPISleepFlags.extended, "XENPF_ACPI_SLEEP_EXTENDED")
  }

  @Test func processorPMTypeHasTheNumbersOfTheHeader() {
    expectNumber(ProcessorPMType.cx, "XEN_PM_CX")
    expectNumber(ProcessorPMType.px, "XEN_PM_PX")
    expectNumber(ProcessorPMType.tx, "XEN_PM_TX")
    expectNumber(ProcessorPMType.pdc, "XEN_PM_PDC")
  }

  @Test func pcpuFlagsHasTheNumbersOfTheHeader() {
    expectNumber(PCPUFlags.online, "XEN_PCPU_FLAGS_ONLINE")
    expectNumber(PCPUFlags.invalid, "XEN_PCPU_FLAGS_INVALID")
  }

  @Test func coreParkingTypeHasTheNumbersOfTheHeader() {
    expectNumber(CoreParkingType.set.rawValue, "XEN_CORE_PARKING_SET")
    expectNumber(CoreParkingType.get.rawValue, "XEN_CORE_PARKING_GET")
  }

  @Test func resourceCommandHasTheNumbersOfTheHeader() {
    expectNumber(ResourceCommand.msrRead.rawValue, "XEN_RESOURCE_OP_MSR_READ")
    expectNumber(ResourceCommand.msrWrite.rawValue, "XEN_RESOURCE_OP_MSR_WRITE")
  }
}

@Suite struct PlatformLayouts {
  @Test func platformOpHeaderIsLaidOutAsInC() {
    expectLayout(
      of: PlatformOpHeader.self, as: "xen_platform_op", endingAt: "u",
      [
        (\.command, "cmd"),
        (\.interfaceVersion, "interface_version"),
      ])
  }

  @Test func platformSetTime32IsLaidOutAsInC() {
    expectLayout(
      of: PlatformSetTime32.self, as: "xenpf_settime32",
      [
        (\.seconds, "secs"),
        (\.nanoseconds, "nsecs"),
        (\.systemTime, "system_time"),
      ])
  }

  @Test func platformSetTime64IsLaidOutAsInC() {
    expectLayout(
      of: PlatformSetTime64.self, as: "xenpf_settime64",
      [
        (\.seconds, "secs"),
        (\.nanoseconds, "nsecs"),
        (\.mustBeZero, "mbz"),
        (\.systemTime, "system_time"),
      ])
  }

  @Test func platformAddMemoryTypeIsLaidOutAsInC() {
    expectLayout(
      of: PlatformAddMemoryType.self, as: "xenpf_add_memtype",
      [
        (\.mfn, "mfn"),
        (\.mfnCount, "nr_mfns"),
        (\.type, "type"),
        (\.handle, "handle"),
        (\.register, "reg"),
      ])
  }

  @Test func platformDeleteMemoryTypeIsLaidOutAsInC() {
    expectLayout(
      of: PlatformDeleteMemoryType.self, as: "xenpf_del_memtype",
      [
        (\.handle, "handle"),
        (\.register, "reg"),
      ])
  }

  @Test func platformReadMemoryTypeIsLaidOutAsInC() {
    expectLayout(
      of: PlatformReadMemoryType.self, as: "xenpf_read_memtype",
      [
        (\.register, "reg"),
        (\.mfn, "mfn"),
        (\.mfnCount, "nr_mfns"),
        (\.type, "type"),
      ])
  }

  @Test func platformMicrocodeUpdateIsLaidOutAsInC() {
    expectLayout(
      of: PlatformMicrocodeUpdate.self, as: "xenpf_microcode_update",
      [
        (\.data, "data"),
        (\.length, "length"),
      ])
  }

  @Test func platformQuirkOpIsLaidOutAsInC() {
    expectLayout(
      of: PlatformQuirkOp.self, as: "xenpf_platform_quirk",
      [
        (\.quirk, "quirk_id")
      ])
  }

  @Test func platformFirmwareInfoHeaderIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareInfoHeader.self, as: "xenpf_firmware_info", endingAt: "u",
      [
        (\.type, "type"),
        (\.index, "index"),
      ])
  }

  @Test func platformFirmwareDiskInfoIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareDiskInfo.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.device, "u.disk_info.device"),
        (\.version, "u.disk_info.version"),
        (\.interfaceSupport, "u.disk_info.interface_support"),
        (\.legacyMaxCylinder, "u.disk_info.legacy_max_cylinder"),
        (\.legacyMaxHead, "u.disk_info.legacy_max_head"),
        (\.legacySectorsPerTrack, "u.disk_info.legacy_sectors_per_track"),
        (\.eddParameters, "u.disk_info.edd_params"),
      ])
  }

  @Test func platformFirmwareDiskSignatureIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareDiskSignature.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.device, "u.disk_mbr_signature.device"),
        (\.signature, "u.disk_mbr_signature.mbr_signature"),
      ])
  }

  @Test func platformFirmwareVBEDDCInfoIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareVBEDDCInfo.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.capabilities, "u.vbeddc_info.capabilities"),
        (\.edidTransferTime, "u.vbeddc_info.edid_transfer_time"),
        (\.edid, "u.vbeddc_info.edid"),
      ])
  }

  @Test func platformFirmwareEFIVersionIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareEFIVersion.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.version, "u.efi_info.version"),
      ])
  }

  @Test func platformFirmwareEFIConfigurationTableIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareEFIConfigurationTable.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.address, "u.efi_info.cfg.addr"),
        (\.entryCount, "u.efi_info.cfg.nent"),
      ])
  }

  @Test func platformFirmwareEFIVendorIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareEFIVendor.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.revision, "u.efi_info.vendor.revision"),
        (\.bufferSize, "u.efi_info.vendor.bufsz"),
        (\.name, "u.efi_info.vendor.name"),
      ])
  }

  @Test func platformFirmwareEFIMemoryIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareEFIMemory.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.address, "u.efi_info.mem.addr"),
        (\.size, "u.efi_info.mem.size"),
        (\.attributes, "u.efi_info.mem.attr"),
        (\.memoryType, "u.efi_info.mem.type"),
      ])
  }

  @Test func platformFirmwareKeyboardShiftFlagsIsLaidOutAsInC() {
    expectLayout(
      of: PlatformFirmwareKeyboardShiftFlags.self, as: "xenpf_firmware_info",
      [
        (\.type, "type"),
        (\.index, "index"),
        (\.flags, "u.kbd_shift_flags"),
      ])
  }

  @Test func platformEFIRuntimeCallHeaderIsLaidOutAsInC() {
    expectLayout(
      of: PlatformEFIRuntimeCallHeader.self, as: "xenpf_efi_runtime_call", endingAt: "u",
      [
        (\.function, "function"),
        (\.misc, "misc"),
        (\.status, "status"),
      ])
  }

  @Test func efiTimeIsLaidOutAsInC() {
    expectLayout(
      of: EFITime.self, as: "xenpf_efi_time",
      [
        (\.year, "year"),
        (\.month, "month"),
        (\.day, "day"),
        (\.hour, "hour"),
        (\.minute, "min"),
        (\.second, "sec"),
        (\.nanosecond, "ns"),
        (\.timeZone, "tz"),
        (\.daylight, "daylight"),
      ])
  }

  @Test func platformEFIGetTimeIsLaidOutAsInC() {
    expectLayout(
      of: PlatformEFIGetTime.self, as: "xenpf_efi_runtime_call",
      [
        (\.function, "function"),
        (\.misc, "misc"),
        (\.status, "status"),
        (\.time, "u.get_time.time"),
        (\.resolution, "u.get_time.resolution"),
        (\.accuracy, "u.get_time.accuracy"),
      ])
  }

  @Test func platformEnterACPISleepIsLaidOutAsInC() {
    expectLayout(
      of: PlatformEnterACPISleep.self, as: "xenpf_enter_acpi_sleep",
      [
        (\.valueA, "val_a"),
        (\.valueB, "val_b"),
        (\.sleepState, "sleep_state"),
        (\.flags, "flags"),
      ])
  }

  @Test func platformChangeFrequencyIsLaidOutAsInC() {
    expectLayout(
      of: PlatformChangeFrequency.self, as: "xenpf_change_freq",
      [
        (\.flags, "flags"),
        (\.cpu, "cpu"),
        (\.frequency, "freq"),
      ])
  }

  @Test func platformGetIdleTimeIsLaidOutAsInC() {
    expectLayout(
      of: PlatformGetIdleTime.self, as: "xenpf_getidletime",
      [
        (\.cpuBitmap, "cpumap_bitmap"),
        (\.cpuCount, "cpumap_nr_cpus"),
        (\.idleTime, "idletime"),
        (\.now, "now"),
      ])
  }

  @Test func platformSetProcessorPMInfoHeaderIsLaidOutAsInC() {
    expectLayout(
      of: PlatformSetProcessorPMInfoHeader.self, as: "xenpf_set_processor_pminfo", endingAt: "u",
      [
        (\.acpiID, "id"),
        (\.type, "type"),
      ])
  }

  @Test func platformPCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: PlatformPCPUInfo.self, as: "xenpf_pcpuinfo",
      [
        (\.cpu, "xen_cpuid"),
        (\.maxPresent, "max_present"),
        (\.flags, "flags"),
        (\.apicID, "apic_id"),
        (\.acpiID, "acpi_id"),
      ])
  }

  @Test func platformPCPUVersionIsLaidOutAsInC() {
    expectLayout(
      of: PlatformPCPUVersion.self, as: "xenpf_pcpu_version",
      [
        (\.cpu, "xen_cpuid"),
        (\.maxPresent, "max_present"),
        (\.vendorID, "vendor_id"),
        (\.family, "family"),
        (\.model, "model"),
        (\.stepping, "stepping"),
      ])
  }

  @Test func platformCPUOnlineIsLaidOutAsInC() {
    expectLayout(
      of: PlatformCPUOnline.self, as: "xenpf_cpu_ol",
      [
        (\.cpu, "cpuid")
      ])
  }

  @Test func platformCPUHotAddIsLaidOutAsInC() {
    expectLayout(
      of: PlatformCPUHotAdd.self, as: "xenpf_cpu_hotadd",
      [
        (\.apicID, "apic_id"),
        (\.acpiID, "acpi_id"),
        (\.proximity, "pxm"),
      ])
  }

  @Test func platformMemoryHotAddIsLaidOutAsInC() {
    expectLayout(
      of: PlatformMemoryHotAdd.self, as: "xenpf_mem_hotadd",
      [
        (\.startPFN, "spfn"),
        (\.endPFN, "epfn"),
        (\.proximity, "pxm"),
        (\.flags, "flags"),
      ])
  }

  @Test func platformCoreParkingIsLaidOutAsInC() {
    expectLayout(
      of: PlatformCoreParking.self, as: "xenpf_core_parking",
      [
        (\.type, "type"),
        (\.idleCount, "idle_nums"),
      ])
  }

  @Test func platformResourceEntryIsLaidOutAsInC() {
    expectLayout(
      of: PlatformResourceEntry.self, as: "xenpf_resource_entry",
      [
        (\.commandOrResult, "u.cmd"),
        (\.reserved, "rsvd"),
        (\.index, "idx"),
        (\.value, "val"),
      ])
  }

  @Test func platformResourceOpIsLaidOutAsInC() {
    expectLayout(
      of: PlatformResourceOp.self, as: "xenpf_resource_op",
      [
        (\.entryCount, "nr_entries"),
        (\.cpu, "cpu"),
        (\.entries, "entries"),
      ])
  }

  @Test func platformSymbolIsLaidOutAsInC() {
    expectLayout(
      of: PlatformSymbol.self, as: "xenpf_symdata",
      [
        (\.nameLength, "namelen"),
        (\.symbolNumber, "symnum"),
        (\.name, "name"),
        (\.address, "address"),
        (\.type, "type"),
      ])
  }

  @Test func platformOpLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(PlatformOpLayout.command, of: "cmd", in: "xen_platform_op")
    expectOffset(
      PlatformOpLayout.interfaceVersionOffset, of: "interface_version", in: "xen_platform_op")
    expectOffset(PlatformOpLayout.union, of: "u", in: "xen_platform_op")
    expectSize(PlatformOpLayout.size, of: "xen_platform_op")
  }
}
