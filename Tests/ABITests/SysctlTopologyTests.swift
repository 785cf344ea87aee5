import Testing
import XenABI

@Suite struct SysctlTopologyNumbers {
  @Test func invalidTopologyIDHasTheNumbersOfTheHeader() {
    expectNumber(InvalidTopologyID.core, "XEN_INVALID_CORE_ID")
    expectNumber(InvalidTopologyID.socket, "XEN_INVALID_SOCKET_ID")
    expectNumber(InvalidTopologyID.node, "XEN_INVALID_NODE_ID")
    expectNumber(InvalidTopologyID.device, "XEN_INVALID_DEV")
    expectNumber(InvalidTopologyID.memorySize, "XEN_INVALID_MEM_SZ")
    expectNumber(InvalidTopologyID.nodeDistance, "XEN_INVALID_NODE_DIST")
  }

  @Test func cpuPoolOpHasTheNumbersOfTheHeader() {
    expectNumber(CPUPoolOp.create.rawValue, "XEN_SYSCTL_CPUPOOL_OP_CREATE")
    expectNumber(CPUPoolOp.destroy.rawValue, "XEN_SYSCTL_CPUPOOL_OP_DESTROY")
    expectNumber(CPUPoolOp.info.rawValue, "XEN_SYSCTL_CPUPOOL_OP_INFO")
    expectNumber(CPUPoolOp.addCPU.rawValue, "XEN_SYSCTL_CPUPOOL_OP_ADDCPU")
    expectNumber(CPUPoolOp.removeCPU.rawValue, "XEN_SYSCTL_CPUPOOL_OP_RMCPU")
    expectNumber(CPUPoolOp.moveDomain.rawValue, "XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN")
    expectNumber(CPUPoolOp.freeInfo.rawValue, "XEN_SYSCTL_CPUPOOL_OP_FREEINFO")
  }

  @Test func cpuPoolValueHasTheNumbersOfTheHeader() {
    expectNumber(CPUPoolValue.`any`, "XEN_SYSCTL_CPUPOOL_PAR_ANY")
  }

  @Test func sysctlSchedulerCommandHasTheNumbersOfTheHeader() {
    expectNumber(SysctlSchedulerCommand.putInfo.rawValue, "XEN_SYSCTL_SCHEDOP_putinfo")
    expectNumber(SysctlSchedulerCommand.getInfo.rawValue, "XEN_SYSCTL_SCHEDOP_getinfo")
  }

  @Test func schedulerLimitsHasTheNumbersOfTheHeader() {
    expectNumber(SchedulerLimits.rateLimitMax, "XEN_SYSCTL_SCHED_RATELIMIT_MAX")
    expectNumber(SchedulerLimits.rateLimitMin, "XEN_SYSCTL_SCHED_RATELIMIT_MIN")
    expectNumber(SchedulerLimits.timesliceMax, "XEN_SYSCTL_CSCHED_TSLICE_MAX")
    expectNumber(SchedulerLimits.timesliceMin, "XEN_SYSCTL_CSCHED_TSLICE_MIN")
    expectNumber(SchedulerLimits.migrationDelayMax, "XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US")
  }

  @Test func cpuLevellingCapabilitiesHasTheNumbersOfTheHeader() {
    expectNumber(CPULevellingCapabilities.faulting, "XEN_SYSCTL_CPU_LEVELCAP_faulting")
    expectNumber(CPULevellingCapabilities.ecx, "XEN_SYSCTL_CPU_LEVELCAP_ecx")
    expectNumber(CPULevellingCapabilities.edx, "XEN_SYSCTL_CPU_LEVELCAP_edx")
    expectNumber(CPULevellingCapabilities.extendedECX, "XEN_SYSCTL_CPU_LEVELCAP_extd_ecx")
    expectNumber(CPULevellingCapabilities.extendedEDX, "XEN_SYSCTL_CPU_LEVELCAP_extd_edx")
    expectNumber(CPULevellingCapabilities.xsaveEAX, "XEN_SYSCTL_CPU_LEVELCAP_xsave_eax")
    expectNumber(CPULevellingCapabilities.thermalECX, "XEN_SYSCTL_CPU_LEVELCAP_thermal_ecx")
    expectNumber(CPULevellingCapabilities.leaf7EAX, "XEN_SYSCTL_CPU_LEVELCAP_l7s0_eax")
    expectNumber(CPULevellingCapabilities.leaf7EBX, "XEN_SYSCTL_CPU_LEVELCAP_l7s0_ebx")
  }

  @Test func cpuFeatureSetIndexHasTheNumbersOfTheHeader() {
    expectNumber(CPUFeatureSetIndex.raw.rawValue, "XEN_SYSCTL_cpu_featureset_raw")
    expectNumber(CPUFeatureSetIndex.host.rawValue, "XEN_SYSCTL_cpu_featureset_host")
    expectNumber(CPUFeatureSetIndex.pv.rawValue, "XEN_SYSCTL_cpu_featureset_pv")
    expectNumber(CPUFeatureSetIndex.hvm.rawValue, "XEN_SYSCTL_cpu_featureset_hvm")
    expectNumber(CPUFeatureSetIndex.pvMax.rawValue, "XEN_SYSCTL_cpu_featureset_pv_max")
    expectNumber(CPUFeatureSetIndex.hvmMax.rawValue, "XEN_SYSCTL_cpu_featureset_hvm_max")
  }

  @Test func cpuPolicyIndexHasTheNumbersOfTheHeader() {
    expectNumber(CPUPolicyIndex.raw.rawValue, "XEN_SYSCTL_cpu_policy_raw")
    expectNumber(CPUPolicyIndex.host.rawValue, "XEN_SYSCTL_cpu_policy_host")
    expectNumber(CPUPolicyIndex.pvMax.rawValue, "XEN_SYSCTL_cpu_policy_pv_max")
    expectNumber(CPUPolicyIndex.hvmMax.rawValue, "XEN_SYSCTL_cpu_policy_hvm_max")
    expectNumber(CPUPolicyIndex.pvDefault.rawValue, "XEN_SYSCTL_cpu_policy_pv_default")
    expectNumber(CPUPolicyIndex.hvmDefault.rawValue, "XEN_SYSCTL_cpu_policy_hvm_default")
  }
}

@Suite struct SysctlTopologyLayouts {
  @Test func sysctlCPUTopologyIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUTopology.self, as: "xen_sysctl_cputopo",
      [
        (\.core, "core"),
        (\.socket, "socket"),
        (\.node, "node"),
      ])
  }

  @Test func sysctlCPUTopologyInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUTopologyInfo.self, as: "xen_sysctl_cputopoinfo",
      [
        (\.cpuCount, "num_cpus"),
        (\.topology, "cputopo"),
      ])
  }

  @Test func sysctlMemoryInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlMemoryInfo.self, as: "xen_sysctl_meminfo",
      [
        (\.memorySize, "memsize"),
        (\.memoryFree, "memfree"),
      ])
  }

  @Test func sysctlNUMAInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlNUMAInfo.self, as: "xen_sysctl_numainfo",
      [
        (\.nodeCount, "num_nodes"),
        (\.memoryInfo, "meminfo"),
        (\.distance, "distance"),
      ])
  }

  @Test func sysctlPCITopologyInfoIsLaidOutAsInC() {
    expectLayout(
      of: SysctlPCITopologyInfo.self, as: "xen_sysctl_pcitopoinfo",
      [
        (\.deviceCount, "num_devs"),
        (\.devices, "devs"),
        (\.nodes, "nodes"),
      ])
  }

  @Test func sysctlCPUPoolOpIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUPoolOp.self, as: "xen_sysctl_cpupool_op",
      [
        (\.op, "op"),
        (\.cpuPool, "cpupool_id"),
        (\.scheduler, "sched_id"),
        (\.domain, "domid"),
        (\.cpu, "cpu"),
        (\.domainCount, "n_dom"),
        (\.cpuMap, "cpumap"),
      ])
  }

  @Test func sysctlSchedulerOpHeaderIsLaidOutAsInC() {
    expectLayout(
      of: SysctlSchedulerOpHeader.self, as: "xen_sysctl_scheduler_op", endingAt: "u",
      [
        (\.cpuPool, "cpupool_id"),
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
      ])
  }

  @Test func sysctlSchedulerOpCreditIsLaidOutAsInC() {
    expectLayout(
      of: SysctlSchedulerOpCredit.self, as: "xen_sysctl_scheduler_op",
      [
        (\.cpuPool, "cpupool_id"),
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.timesliceMilliseconds, "u.sched_credit.tslice_ms"),
        (\.rateLimitMicroseconds, "u.sched_credit.ratelimit_us"),
        (\.migrationDelayMicroseconds, "u.sched_credit.vcpu_migr_delay_us"),
      ])
  }

  @Test func sysctlSchedulerOpCredit2IsLaidOutAsInC() {
    expectLayout(
      of: SysctlSchedulerOpCredit2.self, as: "xen_sysctl_scheduler_op",
      [
        (\.cpuPool, "cpupool_id"),
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.rateLimitMicroseconds, "u.sched_credit2.ratelimit_us"),
      ])
  }

  @Test func sysctlCPULevellingCapabilitiesIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPULevellingCapabilities.self, as: "xen_sysctl_cpu_levelling_caps",
      [
        (\.capabilities, "caps")
      ])
  }

  @Test func sysctlCPUFeatureSetIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUFeatureSet.self, as: "xen_sysctl_cpu_featureset",
      [
        (\.index, "index"),
        (\.featureCount, "nr_features"),
        (\.features, "features"),
      ])
  }

  @Test func sysctlCPUPolicyIsLaidOutAsInC() {
    expectLayout(
      of: SysctlCPUPolicy.self, as: "xen_sysctl_cpu_policy",
      [
        (\.index, "index"),
        (\.leafCount, "nr_leaves"),
        (\.msrCount, "nr_msrs"),
        (\.reserved, "_rsvd"),
        (\.leaves, "leaves"),
        (\.msrs, "msrs"),
      ])
  }
}
