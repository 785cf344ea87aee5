import Testing
import XenABI

@Suite struct PlatformPowerNumbers {
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

@Suite struct PlatformPowerLayouts {
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
}
