/// Logging and formatting without allocation: a line is composed in a fixed buffer on the stack and
/// handed to the console in one piece.
public enum Text {
  /// The longest line, in bytes; what is past it is cut.
  public static let lineBytes = 256
}

#if hasFeature(Embedded)
  // The one sink of the image: appends to the console ring and the serial line, and applies `level`.
  @_extern(c, "martlet_console_line")
  func consoleLine(_ level: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int)
  // Whether a line of this level would be kept.
  @_extern(c, "martlet_console_wants")
  func consoleWants(_ level: UInt8) -> Bool
  // The end of the road: prints registers and a back-trace, stops all CPUs, reboots or halts.
  @_extern(c, "martlet_panic")
  func machinePanic(_ bytes: UnsafePointer<UInt8>, _ count: Int)
#else
  func consoleLine(_ level: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) {}
  func consoleWants(_ level: UInt8) -> Bool { true }
  func machinePanic(_ bytes: UnsafePointer<UInt8>, _ count: Int) {}
#endif

/// How much a message matters, and whose fault it is.
/// - Source: `loglvl=` and `guest_loglvl=` of xen-command-line.
public enum LogLevel: UInt8, Sendable {
  /// Something is broken and the operator must know.
  case error = 0
  /// Something is odd or degraded.
  case warning = 1
  /// What an operator likes to know.
  case info = 2
  /// What a developer likes to know.
  case debug = 3
  /// As above, caused by a guest: rate-limited and off by default.
  case guestError = 16
  case guestWarning = 17
  case guestInfo = 18
  case guestDebug = 19
  /// What an operator asked for by a debug key, or must read before the machine stops: always kept.
  case answer = 255
}

/// Writes one line to the hypervisor's console.
public func log(_ level: LogLevel, _ line: @autoclosure () -> Line) {
  guard consoleWants(level.rawValue) else { return }
  let text = line()
  // Safety: the buffer is valid for the call.
  unsafe text.withBytes { bytes, count in
    unsafe consoleLine(level.rawValue, bytes, count)
  }
}

/// Stops the machine: one of our own invariants, named by `line`, is broken.
public func panic(_ line: @autoclosure () -> Line) -> Never {
  let text = line()
  // Safety: the buffer is valid for the call.
  unsafe text.withBytes { bytes, count in
    unsafe machinePanic(bytes, count)
  }
  fatalError("panic")
}
