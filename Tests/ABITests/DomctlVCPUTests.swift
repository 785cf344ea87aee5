import Testing
import XenABI

@Suite struct DomctlVCPULayouts {
  @Test func domctlGetVCPUInfoIsLaidOutAsInC() {
    expectLayout(
      of: DomctlGetVCPUInfo.self, as: "xen_domctl_getvcpuinfo",
      [
        (\.vcpu, "vcpu"),
        (\.online, "online"),
        (\.blocked, "blocked"),
        (\.running, "running"),
        (\.cpuTime, "cpu_time"),
        (\.cpu, "cpu"),
      ])
  }

  @Test func domctlNodeAffinityIsLaidOutAsInC() {
    expectLayout(
      of: DomctlNodeAffinity.self, as: "xen_domctl_nodeaffinity",
      [
        (\.nodeMap, "nodemap")
      ])
  }

  @Test func domctlVCPUAffinityIsLaidOutAsInC() {
    expectLayout(
      of: DomctlVCPUAffinity.self, as: "xen_domctl_vcpuaffinity",
      [
        (\.vcpu, "vcpu"),
        (\.flags, "flags"),
        (\.hardCPUMap, "cpumap_hard"),
        (\.softCPUMap, "cpumap_soft"),
      ])
  }

  @Test func domctlMaxVCPUsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlMaxVCPUs.self, as: "xen_domctl_max_vcpus",
      [
        (\.max, "max")
      ])
  }

  @Test func domctlSchedCreditIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedCredit.self, as: "xen_domctl_sched_credit",
      [
        (\.weight, "weight"),
        (\.cap, "cap"),
      ])
  }

  @Test func domctlSchedCredit2IsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedCredit2.self, as: "xen_domctl_sched_credit2",
      [
        (\.weight, "weight"),
        (\.cap, "cap"),
      ])
  }

  @Test func domctlSchedRTDSIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedRTDS.self, as: "xen_domctl_sched_rtds",
      [
        (\.period, "period"),
        (\.budget, "budget"),
        (\.flags, "flags"),
      ])
  }

  @Test func domctlSchedParamVCPUIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedParamVCPU.self, as: "xen_domctl_schedparam_vcpu",
      [
        (\.rtds, "u.rtds"),
        (\.vcpu, "vcpuid"),
      ])
  }

  @Test func domctlSchedulerOpHeaderIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpHeader.self, as: "xen_domctl_scheduler_op", endingAt: "u",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
      ])
  }

  @Test func domctlSchedulerOpCreditIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpCredit.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.credit, "u.credit"),
      ])
  }

  @Test func domctlSchedulerOpCredit2IsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpCredit2.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.credit2, "u.credit2"),
      ])
  }

  @Test func domctlSchedulerOpRTDSIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpRTDS.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.rtds, "u.rtds"),
      ])
  }

  @Test func domctlSchedulerOpVCPUsIsLaidOutAsInC() {
    expectLayout(
      of: DomctlSchedulerOpVCPUs.self, as: "xen_domctl_scheduler_op",
      [
        (\.scheduler, "sched_id"),
        (\.command, "cmd"),
        (\.vcpus, "u.v.vcpus"),
        (\.vcpuCount, "u.v.nr_vcpus"),
        (\.padding, "u.v.padding"),
      ])
  }
}
