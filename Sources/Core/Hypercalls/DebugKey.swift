/// A key by which an operator, at the console or through `XEN_SYSCTL_debug_keys`, has the hypervisor
/// do something; the raw value is its ASCII code.
public enum DebugKey: UInt8, Sendable {
  case trap = 0x25  // %
  case allDiagnostics = 0x2a  // *
  case raiseThreshold = 0x2b  // +
  case lowerThreshold = 0x2d  // -
  case controlDomainRegisters = 0x30  // 0
  case toggleThreshold = 0x47  // G
  case reboot = 0x52  // R
  case registers = 0x64  // d
  case events = 0x65  // e
  case grants = 0x67  // g
  case help = 0x68  // h
  case memory = 0x6d  // m
  case domains = 0x71  // q
  case runQueues = 0x72  // r
  case time = 0x74  // t
  case dumpRing = 0x77  // w

  /// What `h` says of it.
  public var explanation: StaticString {
    switch self {
    case .trap: "trap to xendbg (there is none: panic)"
    case .allDiagnostics: "print all diagnostics"
    case .raiseThreshold: "increase log level threshold"
    case .lowerThreshold: "decrease log level threshold"
    case .controlDomainRegisters: "dump Dom0 registers"
    case .toggleThreshold: "toggle host/guest log level adjustment"
    case .reboot: "reboot machine"
    case .registers: "dump registers"
    case .events: "dump evtchn info"
    case .grants: "print grant table usage"
    case .help: "show this message"
    case .memory: "memory info"
    case .domains: "dump domain (and guest debug) info"
    case .runQueues: "dump run queues"
    case .time: "display multi-cpu clock info"
    case .dumpRing: "synchronously dump console ring buffer (dmesg)"
    }
  }

  /// Whether it only tells of the hypervisor's state, and so is part of `*`.
  public var isDiagnostic: Bool {
    switch self {
    case .controlDomainRegisters, .registers, .events, .grants, .memory, .domains, .runQueues,
      .time:
      true
    case .trap, .allDiagnostics, .raiseThreshold, .lowerThreshold, .toggleThreshold, .reboot, .help,
      .dumpRing:
      false
    }
  }

  /// Calls `visit` with every key, in the order of their codes.
  public static func forEach(_ visit: (DebugKey) -> Void) {
    for code in UInt8(0)..<128 {
      if let key = DebugKey(rawValue: code) { visit(key) }
    }
  }
}
