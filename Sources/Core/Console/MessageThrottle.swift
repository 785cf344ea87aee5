/// Lets ten lines pass in a row, and one every five seconds after that, so that nobody who causes
/// lines can flood the console.
public struct MessageThrottle: Sendable {
  /// Milliseconds that a line costs.
  public static var cost: UInt64 { 5000 }
  /// How many lines may pass in a row after a silence.
  public static var burst: UInt64 { 10 }

  // Milliseconds saved up, at most a burst's worth.
  private var saved = MessageThrottle.cost * MessageThrottle.burst
  private var last: UInt64 = 0
  private var suppressed: UInt32 = 0

  /// A throttle that has been silent for long.
  public init() {}

  /// Asks for one line at `milliseconds` of some clock.
  /// - Returns: nil if the line is not to be printed; else how many were not since the last that was.
  public mutating func pass(atMilliseconds milliseconds: UInt64) -> UInt32? {
    // A clock that seems to run backwards (other CPUs read it later) saves nothing up.
    if milliseconds > last {
      saved = min(saved &+ (milliseconds - last), Self.cost * Self.burst)
      last = milliseconds
    }
    guard saved >= Self.cost else {
      if suppressed < UInt32.max { suppressed += 1 }
      return nil
    }
    saved -= Self.cost
    let lost = suppressed
    suppressed = 0
    return lost
  }
}
