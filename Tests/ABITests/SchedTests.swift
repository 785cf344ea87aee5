import Testing
import XenABI

@Suite struct SchedNumbers {
  @Test func schedOpHasTheNumbersOfTheHeader() {
    expectNumber(SchedOp.yield.rawValue, "SCHEDOP_yield")
    expectNumber(SchedOp.block.rawValue, "SCHEDOP_block")
    expectNumber(SchedOp.shutdown.rawValue, "SCHEDOP_shutdown")
    expectNumber(SchedOp.poll.rawValue, "SCHEDOP_poll")
    expectNumber(SchedOp.remoteShutdown.rawValue, "SCHEDOP_remote_shutdown")
    expectNumber(SchedOp.shutdownCode.rawValue, "SCHEDOP_shutdown_code")
    expectNumber(SchedOp.watchdog.rawValue, "SCHEDOP_watchdog")
    expectNumber(SchedOp.pinOverride.rawValue, "SCHEDOP_pin_override")
  }

  @Test func shutdownReasonHasTheNumbersOfTheHeader() {
    expectNumber(ShutdownReason.powerOff.rawValue, "SHUTDOWN_poweroff")
    expectNumber(ShutdownReason.reboot.rawValue, "SHUTDOWN_reboot")
    expectNumber(ShutdownReason.suspend.rawValue, "SHUTDOWN_suspend")
    expectNumber(ShutdownReason.crash.rawValue, "SHUTDOWN_crash")
    expectNumber(ShutdownReason.watchdog.rawValue, "SHUTDOWN_watchdog")
    expectNumber(ShutdownReason.softReset.rawValue, "SHUTDOWN_soft_reset")
  }
}

@Suite struct SchedLayouts {
  @Test func schedShutdownIsLaidOutAsInC() {
    expectLayout(
      of: SchedShutdown.self, as: "sched_shutdown",
      [
        (\.reason, "reason")
      ])
  }

  @Test func schedPollIsLaidOutAsInC() {
    expectLayout(
      of: SchedPoll.self, as: "sched_poll",
      [
        (\.ports, "ports"),
        (\.portCount, "nr_ports"),
        (\.timeout, "timeout"),
      ])
  }

  @Test func schedRemoteShutdownIsLaidOutAsInC() {
    expectLayout(
      of: SchedRemoteShutdown.self, as: "sched_remote_shutdown",
      [
        (\.domain, "domain_id"),
        (\.reason, "reason"),
      ])
  }

  @Test func schedWatchdogIsLaidOutAsInC() {
    expectLayout(
      of: SchedWatchdog.self, as: "sched_watchdog",
      [
        (\.id, "id"),
        (\.timeout, "timeout"),
      ])
  }

  @Test func schedPinOverrideIsLaidOutAsInC() {
    expectLayout(
      of: SchedPinOverride.self, as: "sched_pin_override",
      [
        (\.pcpu, "pcpu")
      ])
  }
}
