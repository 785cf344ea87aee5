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

  @Test func platformOpLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(PlatformOpLayout.command, of: "cmd", in: "xen_platform_op")
    expectOffset(
      PlatformOpLayout.interfaceVersionOffset, of: "interface_version", in: "xen_platform_op")
    expectOffset(PlatformOpLayout.union, of: "u", in: "xen_platform_op")
    expectSize(PlatformOpLayout.size, of: "xen_platform_op")
  }
}
