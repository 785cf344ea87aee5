import Testing
import XenABI

@Suite struct PlatformFirmwareNumbers {
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
}

@Suite struct PlatformFirmwareLayouts {
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
}
