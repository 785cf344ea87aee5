import Text

/// What becomes of a line.
public enum MessageVerdict: Sendable {
  /// It is printed.
  case always
  /// It is printed if the throttle lets it pass.
  case limited
  /// It is dropped.
  case never
}

/// Which lines are printed: two thresholds for the hypervisor's own lines and two for those that
/// guests cause, packed into one word so that one atomic load reads them all.
///
/// Levels count from 0 for errors to 3 for debugging. A line of level *n* is always printed if *n*
/// is below the first threshold, throttled if it is below the second, else dropped.
/// - Source: `docs/misc/xen-command-line.pandoc`, "loglvl" and "guest_loglvl".
public struct MessageThresholds: Equatable, Sendable {
  /// The packed form.
  public var rawValue: UInt32

  /// The thresholds of a packed form.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The thresholds given, of which none may exceed 4 and the second ones are not below the first.
  public init(always: UInt8, limited: UInt8, guestAlways: UInt8, guestLimited: UInt8) {
    rawValue = 0
    set(.own, always: always, limited: limited)
    set(.guest, always: guestAlways, limited: guestLimited)
  }

  /// Whose lines.
  public enum Source: UInt8, Sendable {
    case own, guest
    fileprivate var shift: UInt32 { UInt32(rawValue) * 16 }
  }

  /// Lines below this level are always printed.
  public func always(_ source: Source) -> UInt8 {
    UInt8(truncatingIfNeeded: rawValue >> source.shift)
  }

  /// Lines below this level are printed now and then.
  public func limited(_ source: Source) -> UInt8 {
    UInt8(truncatingIfNeeded: rawValue >> (source.shift + 8))
  }

  /// Sets both thresholds of one source.
  public mutating func set(_ source: Source, always: UInt8, limited: UInt8) {
    let low = min(always, 4)
    let high = max(low, min(limited, 4))
    let pair = UInt32(low) | UInt32(high) << 8
    rawValue = rawValue & ~(0xffff << source.shift) | pair << source.shift
  }

  /// Moves the first threshold of a source up or down by one; the second follows where it must.
  /// - Source: debug keys `+` and `-`.
  public mutating func adjust(_ source: Source, by step: Int) {
    let level = Int(always(source)) + step
    set(source, always: UInt8(clamping: max(0, level)), limited: limited(source))
  }

  /// What becomes of a line of `level` (the raw value of a `LogLevel`).
  @inline(__always)
  public func verdict(_ level: UInt8) -> MessageVerdict {
    if level == LogLevel.answer.rawValue { return .always }
    let source: Source = level < LogLevel.guestError.rawValue ? .own : .guest
    let number = source == .own ? level : level &- LogLevel.guestError.rawValue
    if number < always(source) { return .always }
    return number < limited(source) ? .limited : .never
  }

  /// A threshold in words.
  public static func name(_ threshold: UInt8) -> StaticString {
    switch threshold {
    case 0: "Nothing"
    case 1: "Errors"
    case 2: "Errors and warnings"
    case 3: "Errors, warnings and info"
    default: "All"
    }
  }
}
