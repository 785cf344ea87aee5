// Scheduler operations, their arguments, and the reasons a domain shuts down for.
//
// Source: xen/sched.h.

/// Command of `sched_op`.
public enum SchedOp: UInt32, Sendable {
  /// Gives the pCPU up (`SCHEDOP_yield`).
  case yield = 0
  /// Waits for an event, with events unmasked (`SCHEDOP_block`).
  case block = 1
  /// Shuts the calling domain down (`SCHEDOP_shutdown`).
  case shutdown = 2
  /// Waits for one of some ports (`SCHEDOP_poll`).
  case poll = 3
  /// Shuts another domain down (`SCHEDOP_remote_shutdown`).
  case remoteShutdown = 4
  /// Sets the reason of a later shutdown (`SCHEDOP_shutdown_code`).
  case shutdownCode = 5
  /// Sets, pokes or removes a watchdog (`SCHEDOP_watchdog`).
  case watchdog = 6
  /// Pins the calling vCPU for a while; dom0 (`SCHEDOP_pin_override`).
  case pinOverride = 7
}

/// Why a domain shut down.
public enum ShutdownReason: UInt32, Sendable {
  /// Exited normally (`SHUTDOWN_poweroff`).
  case powerOff = 0
  /// To be started again (`SHUTDOWN_reboot`).
  case reboot = 1
  /// To be saved (`SHUTDOWN_suspend`).
  case suspend = 2
  /// Crashed (`SHUTDOWN_crash`).
  case crash = 3
  /// Its watchdog expired (`SHUTDOWN_watchdog`).
  case watchdog = 4
  /// To be reset with its memory kept (`SHUTDOWN_soft_reset`).
  case softReset = 5
}

/// Argument of `SCHEDOP_shutdown` and `SCHEDOP_shutdown_code` (`struct sched_shutdown`).
public struct SchedShutdown: BitwiseCopyable, Sendable {
  /// A `ShutdownReason` (`reason`).
  public var reason: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(reason: UInt32 = 0) {
    self.reason = reason
  }
}

/// Argument of `SCHEDOP_poll` (`struct sched_poll`).
public struct SchedPoll: BitwiseCopyable, Sendable {
  /// The ports (`ports`).
  public var ports: GuestHandle<UInt32> = GuestHandle()
  /// Their count (`nr_ports`).
  public var portCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// System time to give up at, in nanoseconds; 0 for never (`timeout`).
  public var timeout: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    ports: GuestHandle<UInt32> = GuestHandle(), portCount: UInt32 = 0, timeout: UInt64 = 0
  ) {
    self.ports = ports
    self.portCount = portCount
    self.timeout = timeout
  }
}

/// Argument of `SCHEDOP_remote_shutdown` (`struct sched_remote_shutdown`).
public struct SchedRemoteShutdown: BitwiseCopyable, Sendable {
  /// The domain (`domain_id`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// A `ShutdownReason` (`reason`).
  public var reason: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, reason: UInt32 = 0) {
    self.domain = domain
    self.reason = reason
  }
}

/// Argument of `SCHEDOP_watchdog` (`struct sched_watchdog`).
public struct SchedWatchdog: BitwiseCopyable, Sendable {
  /// 0 to make a watchdog, else its identifier (`id`).
  public var id: UInt32 = 0
  /// Seconds; 0 removes it (`timeout`).
  public var timeout: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(id: UInt32 = 0, timeout: UInt32 = 0) {
    self.id = id
    self.timeout = timeout
  }
}

/// Argument of `SCHEDOP_pin_override` (`struct sched_pin_override`).
public struct SchedPinOverride: BitwiseCopyable, Sendable {
  /// pCPU to pin to; negative to undo (`pcpu`).
  public var pcpu: Int32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(pcpu: Int32 = 0) {
    self.pcpu = pcpu
  }
}
