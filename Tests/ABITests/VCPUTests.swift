import Testing
import XenABI

@Suite struct VCPUNumbers {
  @Test func vcpuOpHasTheNumbersOfTheHeader() {
    expectNumber(VCPUOp.initialise.rawValue, "VCPUOP_initialise")
    expectNumber(VCPUOp.up.rawValue, "VCPUOP_up")
    expectNumber(VCPUOp.down.rawValue, "VCPUOP_down")
    expectNumber(VCPUOp.isUp.rawValue, "VCPUOP_is_up")
    expectNumber(VCPUOp.getRunstateInfo.rawValue, "VCPUOP_get_runstate_info")
    expectNumber(VCPUOp.registerRunstateMemoryArea.rawValue, "VCPUOP_register_runstate_memory_area")
    expectNumber(VCPUOp.setPeriodicTimer.rawValue, "VCPUOP_set_periodic_timer")
    expectNumber(VCPUOp.stopPeriodicTimer.rawValue, "VCPUOP_stop_periodic_timer")
    expectNumber(VCPUOp.setSingleShotTimer.rawValue, "VCPUOP_set_singleshot_timer")
    expectNumber(VCPUOp.stopSingleShotTimer.rawValue, "VCPUOP_stop_singleshot_timer")
    expectNumber(VCPUOp.registerVCPUInfo.rawValue, "VCPUOP_register_vcpu_info")
    expectNumber(VCPUOp.sendNMI.rawValue, "VCPUOP_send_nmi")
    expectNumber(VCPUOp.getPhysicalID.rawValue, "VCPUOP_get_physid")
    expectNumber(VCPUOp.registerTimeMemoryArea.rawValue, "VCPUOP_register_vcpu_time_memory_area")
  }

  @Test func runStateHasTheNumbersOfTheHeader() {
    expectNumber(RunState.running.rawValue, "RUNSTATE_running")
    expectNumber(RunState.runnable.rawValue, "RUNSTATE_runnable")
    expectNumber(RunState.blocked.rawValue, "RUNSTATE_blocked")
    expectNumber(RunState.offline.rawValue, "RUNSTATE_offline")
  }

  @Test func runStateFlagsHasTheNumbersOfTheHeader() {
    expectNumber(RunStateFlags.update, "XEN_RUNSTATE_UPDATE")
  }

  @Test func singleShotTimerFlagsHasTheNumbersOfTheHeader() {
    expectNumber(SingleShotTimerFlags.future, "VCPU_SSHOTTMR_future")
  }
}

@Suite struct VCPULayouts {
  @Test func vcpuRunStateInfoIsLaidOutAsInC() {
    expectLayout(
      of: VCPURunStateInfo.self, as: "vcpu_runstate_info",
      [
        (\.state, "state"),
        (\.stateEntryTime, "state_entry_time"),
        (\.time, "time"),
      ])
  }

  @Test func vcpuRegisterRunStateAreaIsLaidOutAsInC() {
    expectLayout(
      of: VCPURegisterRunStateArea.self, as: "vcpu_register_runstate_memory_area",
      [
        (\.address, "addr.p")
      ])
  }

  @Test func vcpuSetPeriodicTimerIsLaidOutAsInC() {
    expectLayout(
      of: VCPUSetPeriodicTimer.self, as: "vcpu_set_periodic_timer",
      [
        (\.periodNanoseconds, "period_ns")
      ])
  }

  @Test func vcpuSetSingleShotTimerIsLaidOutAsInC() {
    expectLayout(
      of: VCPUSetSingleShotTimer.self, as: "vcpu_set_singleshot_timer",
      [
        (\.timeoutNanoseconds, "timeout_abs_ns"),
        (\.flags, "flags"),
      ])
  }

  @Test func vcpuRegisterInfoIsLaidOutAsInC() {
    expectLayout(
      of: VCPURegisterInfo.self, as: "vcpu_register_vcpu_info",
      [
        (\.mfn, "mfn"),
        (\.offset, "offset"),
        (\.reserved, "rsvd"),
      ])
  }

  @Test func vcpuGetPhysicalIDIsLaidOutAsInC() {
    expectLayout(
      of: VCPUGetPhysicalID.self, as: "vcpu_get_physid",
      [
        (\.physicalID, "phys_id")
      ])
  }

  @Test func vcpuRegisterTimeAreaIsLaidOutAsInC() {
    expectLayout(
      of: VCPURegisterTimeArea.self, as: "vcpu_register_time_memory_area",
      [
        (\.address, "addr.p")
      ])
  }

  @Test func vcpuRunStateInfoLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(VCPURunStateInfoLayout.state, of: "state", in: "vcpu_runstate_info")
    expectOffset(
      VCPURunStateInfoLayout.stateEntryTime, of: "state_entry_time", in: "vcpu_runstate_info")
    expectOffset(VCPURunStateInfoLayout.time, of: "time", in: "vcpu_runstate_info")
    expectSize(VCPURunStateInfoLayout.size, of: "vcpu_runstate_info")
  }
}
