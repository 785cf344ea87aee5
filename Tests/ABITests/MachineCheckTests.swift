import Testing
import XenABI

@Suite struct MachineCheckNumbers {
  @Test func machineCheckOpHasTheNumbersOfTheHeader() {
    expectNumber(MachineCheckOp.fetch.rawValue, "XEN_MC_fetch")
    expectNumber(MachineCheckOp.notifyDomain.rawValue, "XEN_MC_notifydomain")
    expectNumber(MachineCheckOp.physicalCPUInfo.rawValue, "XEN_MC_physcpuinfo")
    expectNumber(MachineCheckOp.msrInject.rawValue, "XEN_MC_msrinject")
    expectNumber(MachineCheckOp.mceInject.rawValue, "XEN_MC_mceinject")
    expectNumber(MachineCheckOp.injectV2.rawValue, "XEN_MC_inject_v2")
  }

  @Test func machineCheckFlagsHasTheNumbersOfTheHeader() {
    expectNumber(MachineCheckFlags.nonUrgent, "XEN_MC_NONURGENT")
    expectNumber(MachineCheckFlags.urgent, "XEN_MC_URGENT")
    expectNumber(MachineCheckFlags.acknowledge, "XEN_MC_ACK")
    expectNumber(MachineCheckFlags.noData, "XEN_MC_NODATA")
    expectNumber(MachineCheckLayout.interfaceVersion, "XEN_MCA_INTERFACE_VERSION")
  }
}

@Suite struct MachineCheckLayouts {
  @Test func machineCheckFetchIsLaidOutAsInC() {
    expectLayout(
      of: MachineCheckFetch.self, as: "xen_mc_fetch",
      [
        (\.flags, "flags"),
        (\.fetchID, "fetch_id"),
        (\.data, "data"),
      ])
  }

  @Test func machineCheckCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: MachineCheckCPUInfo.self, as: "xen_mc_physcpuinfo",
      [
        (\.cpuCount, "ncpus"),
        (\.info, "info"),
      ])
  }

  @Test func machineCheckCPUIsLaidOutAsInC() {
    expectLayout(
      of: MachineCheckCPU.self, as: "mcinfo_logical_cpu",
      [
        (\.cpu, "mc_cpunr"),
        (\.chip, "mc_chipid"),
        (\.core, "mc_coreid"),
        (\.thread, "mc_threadid"),
        (\.apicID, "mc_apicid"),
        (\.cluster, "mc_clusterid"),
        (\.coreCount, "mc_ncores"),
        (\.activeCoreCount, "mc_ncores_active"),
        (\.threadCount, "mc_nthreads"),
        (\.cpuidLevel, "mc_cpuid_level"),
        (\.family, "mc_family"),
        (\.vendor, "mc_vendor"),
        (\.model, "mc_model"),
        (\.stepping, "mc_step"),
        (\.vendorID, "mc_vendorid"),
        (\.brand, "mc_brandid"),
        (\.capabilities, "mc_cpu_caps"),
        (\.cacheSize, "mc_cache_size"),
        (\.cacheAlignment, "mc_cache_alignment"),
        (\.msrCount, "mc_nmsrvals"),
        (\.msrs, "mc_msrvalues"),
      ])
  }
}
