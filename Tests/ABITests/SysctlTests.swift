import Testing
import XenABI

@Suite struct SysctlNumbers {
  @Test func sysctlCommandHasTheNumbersOfTheHeader() {
    expectNumber(SysctlCommand.readConsole.rawValue, "XEN_SYSCTL_readconsole")
    expectNumber(SysctlCommand.traceBufferOp.rawValue, "XEN_SYSCTL_tbuf_op")
    expectNumber(SysctlCommand.physicalInfo.rawValue, "XEN_SYSCTL_physinfo")
    expectNumber(SysctlCommand.schedulerID.rawValue, "XEN_SYSCTL_sched_id")
    expectNumber(SysctlCommand.performanceCounterOp.rawValue, "XEN_SYSCTL_perfc_op")
    expectNumber(SysctlCommand.getDomainInfoList.rawValue, "XEN_SYSCTL_getdomaininfolist")
    expectNumber(SysctlCommand.debugKeys.rawValue, "XEN_SYSCTL_debug_keys")
    expectNumber(SysctlCommand.getCPUInfo.rawValue, "XEN_SYSCTL_getcpuinfo")
    expectNumber(SysctlCommand.availableHeap.rawValue, "XEN_SYSCTL_availheap")
    expectNumber(SysctlCommand.getPMStat.rawValue, "XEN_SYSCTL_get_pmstat")
    expectNumber(SysctlCommand.cpuHotplug.rawValue, "XEN_SYSCTL_cpu_hotplug")
    expectNumber(SysctlCommand.pmOp.rawValue, "XEN_SYSCTL_pm_op")
    expectNumber(SysctlCommand.pageOfflineOp.rawValue, "XEN_SYSCTL_page_offline_op")
    expectNumber(SysctlCommand.lockProfileOp.rawValue, "XEN_SYSCTL_lockprof_op")
    expectNumber(SysctlCommand.cpuTopologyInfo.rawValue, "XEN_SYSCTL_cputopoinfo")
    expectNumber(SysctlCommand.numaInfo.rawValue, "XEN_SYSCTL_numainfo")
    expectNumber(SysctlCommand.cpuPoolOp.rawValue, "XEN_SYSCTL_cpupool_op")
    expectNumber(SysctlCommand.schedulerOp.rawValue, "XEN_SYSCTL_scheduler_op")
    expectNumber(SysctlCommand.coverageOp.rawValue, "XEN_SYSCTL_coverage_op")
    expectNumber(SysctlCommand.psrCMTOp.rawValue, "XEN_SYSCTL_psr_cmt_op")
    expectNumber(SysctlCommand.pciTopologyInfo.rawValue, "XEN_SYSCTL_pcitopoinfo")
    expectNumber(SysctlCommand.psrAlloc.rawValue, "XEN_SYSCTL_psr_alloc")
    expectNumber(
      SysctlCommand.getCPULevellingCapabilities.rawValue, "XEN_SYSCTL_get_cpu_levelling_caps")
    expectNumber(SysctlCommand.getCPUFeatureSet.rawValue, "XEN_SYSCTL_get_cpu_featureset")
    expectNumber(SysctlCommand.livePatchOp.rawValue, "XEN_SYSCTL_livepatch_op")
    expectNumber(SysctlCommand.getCPUPolicy.rawValue, "XEN_SYSCTL_get_cpu_policy")
  }

  @Test func traceBufferCommandHasTheNumbersOfTheHeader() {
    expectNumber(TraceBufferCommand.getInfo.rawValue, "XEN_SYSCTL_TBUFOP_get_info")
    expectNumber(TraceBufferCommand.setCPUMask.rawValue, "XEN_SYSCTL_TBUFOP_set_cpu_mask")
    expectNumber(TraceBufferCommand.setEventMask.rawValue, "XEN_SYSCTL_TBUFOP_set_evt_mask")
    expectNumber(TraceBufferCommand.setSize.rawValue, "XEN_SYSCTL_TBUFOP_set_size")
    expectNumber(TraceBufferCommand.enable.rawValue, "XEN_SYSCTL_TBUFOP_enable")
    expectNumber(TraceBufferCommand.disable.rawValue, "XEN_SYSCTL_TBUFOP_disable")
  }

  @Test func physicalCapabilitiesHasTheNumbersOfTheHeader() {
    expectNumber(PhysicalCapabilities.hvm, "XEN_SYSCTL_PHYSCAP_hvm")
    expectNumber(PhysicalCapabilities.pv, "XEN_SYSCTL_PHYSCAP_pv")
    expectNumber(PhysicalCapabilities.directIO, "XEN_SYSCTL_PHYSCAP_directio")
    expectNumber(PhysicalCapabilities.hap, "XEN_SYSCTL_PHYSCAP_hap")
    expectNumber(PhysicalCapabilities.shadow, "XEN_SYSCTL_PHYSCAP_shadow")
    expectNumber(PhysicalCapabilities.iommuHAPPTShare, "XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share")
    expectNumber(PhysicalCapabilities.vmtrace, "XEN_SYSCTL_PHYSCAP_vmtrace")
    expectNumber(PhysicalCapabilities.vpmu, "XEN_SYSCTL_PHYSCAP_vpmu")
    expectNumber(PhysicalCapabilities.grantTableV1, "XEN_SYSCTL_PHYSCAP_gnttab_v1")
    expectNumber(PhysicalCapabilities.grantTableV2, "XEN_SYSCTL_PHYSCAP_gnttab_v2")
  }

  @Test func cpuHotplugOpHasTheNumbersOfTheHeader() {
    expectNumber(CPUHotplugOp.online.rawValue, "XEN_SYSCTL_CPU_HOTPLUG_ONLINE")
    expectNumber(CPUHotplugOp.offline.rawValue, "XEN_SYSCTL_CPU_HOTPLUG_OFFLINE")
    expectNumber(CPUHotplugOp.smtEnable.rawValue, "XEN_SYSCTL_CPU_HOTPLUG_SMT_ENABLE")
    expectNumber(CPUHotplugOp.smtDisable.rawValue, "XEN_SYSCTL_CPU_HOTPLUG_SMT_DISABLE")
  }
}

@Suite struct SysctlLayouts {
  @Test func sysctlHeaderIsLaidOutAsInC() {
    expectLayout(
      of: SysctlHeader.self, as: "xen_sysctl", endingAt: "u",
      [
        (\.command, "cmd"),
        (\.interfaceVersion, "interface_version"),
      ])
  }

  @Test func sysctlReadConsoleIsLaidOutAsInC() {
    expectLayout(
      of: SysctlReadConsole.self, as: "xen_sysctl_readconsole",
      [
        (\.clear, "clear"),
        (\.incremental, "incremental"),
        (\.pad0, "pad0"),
        (\.pad1, "pad1"),
        (\.index, "index"),
        (\.buffer, "buffer"),
        (\.count, "count"),
      ])
  }

  @Test func sysctlTraceBufferOpIsLaidOutAsInC() {
    expectLayout(
      of: SysctlTraceBufferOp.self, as: "xen_sysctl_tbuf_op",
      [
        (\.command, "cmd"),
        (\.cpuMask, "cpu_mask"),
        (\.eventMask, "evt_mask"),
        (\.bufferMFN, "buffer_mfn"),
        (\.size, "size"),
      ])
  }

  @Test func sysctlPhysicalInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlPhysicalInfo.self, as: "xen_sysctl_physinfo",
      [
        (\.threadsPerCore, "threads_per_core"),
        (\.coresPerSocket, "cores_per_socket"),
        (\.cpuCount, "nr_cpus"),
        (\.maxCPUID, "max_cpu_id"),
        (\.nodeCount, "nr_nodes"),
        (\.maxNodeID, "max_node_id"),
        (\.cpuKHz, "cpu_khz"),
        (\.capabilities, "capabilities"),
        (\.archCapabilities, "arch_capabilities"),
        (\.pad, "pad"),
        (\.totalPages, "total_pages"),
        (\.freePages, "free_pages"),
        (\.scrubPages, "scrub_pages"),
        (\.outstandingPages, "outstanding_pages"),
        (\.maxMFN, "max_mfn"),
        (\.hardwareCapabilities, "hw_cap"),
      ])
  }

  @Test func sysctlSchedulerIDIsLaidOutAsInC() {
    expectLayout(
      of: SysctlSchedulerID.self, as: "xen_sysctl_sched_id",
      [
        (\.scheduler, "sched_id")
      ])
  }

  @Test func sysctlGetDomainInfoListIsLaidOutAsInC() {
    expectLayout(
      of: SysctlGetDomainInfoList.self, as: "xen_sysctl_getdomaininfolist",
      [
        (\.firstDomain, "first_domain"),
        (\.maxDomains, "max_domains"),
        (\.buffer, "buffer"),
        (\.domainCount, "num_domains"),
      ])
  }

  @Test func sysctlDebugKeysIsLaidOutAsInC() {
    expectLayout(
      of: SysctlDebugKeys.self, as: "xen_sysctl_debug_keys",
      [
        (\.keys, "keys"),
        (\.keyCount, "nr_keys"),
      ])
  }

  @Test func sysctlCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUInfo.self, as: "xen_sysctl_cpuinfo",
      [
        (\.idleTime, "idletime")
      ])
  }

  @Test func sysctlGetCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlGetCPUInfo.self, as: "xen_sysctl_getcpuinfo",
      [
        (\.maxCPUs, "max_cpus"),
        (\.info, "info"),
        (\.cpuCount, "nr_cpus"),
      ])
  }

  @Test func sysctlAvailableHeapIsLaidOutAsInC() {
    expectLayout(
      of: SysctlAvailableHeap.self, as: "xen_sysctl_availheap",
      [
        (\.minBitWidth, "min_bitwidth"),
        (\.maxBitWidth, "max_bitwidth"),
        (\.node, "node"),
        (\.availableBytes, "avail_bytes"),
      ])
  }

  @Test func sysctlCPUHotplugIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUHotplug.self, as: "xen_sysctl_cpu_hotplug",
      [
        (\.cpu, "cpu"),
        (\.op, "op"),
      ])
  }

  @Test func sysctlPMOpHeaderIsLaidOutAsInC() {
    expectLayout(
      of: SysctlPMOpHeader.self, as: "xen_sysctl_pm_op", endingAt: "u",
      [
        (\.command, "cmd"),
        (\.cpu, "cpuid"),
      ])
  }

  @Test func sysctlGetPMStatHeaderIsLaidOutAsInC() {
    expectLayout(
      of: SysctlGetPMStatHeader.self, as: "xen_sysctl_get_pmstat", endingAt: "u",
      [
        (\.type, "type"),
        (\.cpu, "cpuid"),
      ])
  }

  @Test func sysctlPageOfflineOpIsLaidOutAsInC() {
    expectLayout(
      of: SysctlPageOfflineOp.self, as: "xen_sysctl_page_offline_op",
      [
        (\.command, "cmd"),
        (\.start, "start"),
        (\.end, "end"),
        (\.status, "status"),
      ])
  }

  @Test func sysctlLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(SysctlLayout.command, of: "cmd", in: "xen_sysctl")
    expectOffset(SysctlLayout.interfaceVersionOffset, of: "interface_version", in: "xen_sysctl")
    expectOffset(SysctlLayout.union, of: "u", in: "xen_sysctl")
    expectSize(SysctlLayout.size, of: "xen_sysctl")
  }
}
