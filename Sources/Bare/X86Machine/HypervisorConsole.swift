import CX86
import Console
import Formats
import Machine
import Primitives
import Sync
import Synchronization
import Text

/// The hypervisor's console: every line goes to a ring that `xl dmesg` reads, to the serial ports
/// and to the screen. Until the options are read there is the ring alone.
struct ConsoleState: ~Copyable {
  /// Guards what follows, and the order of characters on the line. Innermost of all locks.
  let lock = TicketLock()
  /// The characters kept.
  var ring: ConsoleRing
  /// Keeps lines that guests cause from flooding everything.
  var throttle = MessageThrottle()
  /// The serial ports that are ours, `com1` and `com2`.
  var ports = InlineArray<2, SerialPort?>(repeating: nil)
  /// The text screen, while it is ours.
  var screen: TextScreen?
  /// What stands before a line.
  var timestamps = ConsoleTimestamps.none
  /// Whether what dom0 writes is kept in the ring, too.
  var keepsGuestOutput = false
  /// Whether the ports and the screen are in use.
  var isOpen = false
  /// Which thresholds the debug keys `+` and `-` move.
  var adjusted = MessageThresholds.Source.own

  init() {
    // Safety: static storage of that size, zero-initialised, used for nothing else.
    ring = ConsoleRing(
      unsafe Table(
        base: x86_console_ring_storage().assumingMemoryBound(to: UInt8.self),
        count: Int(X86_CONSOLE_RING_BYTES)))
  }

  /// Shows one character; the caller holds the lock.
  mutating func show(_ byte: UInt8) {
    for i in 0..<2 where ports[i]?.isConsole == true {
      if byte == 10 { ports[i]?.put(13) }
      ports[i]?.put(byte)
    }
    guard screen != nil else { return }
    screen?.put(byte)
    if byte == 10, let cursor = screen?.cursor { TextMode.moveCursor(to: cursor) }
  }

  /// Keeps and shows one character; the caller holds the lock.
  mutating func put(_ byte: UInt8) {
    ring.append(byte)
    show(byte)
  }

  /// Writes fixed text; the caller holds the lock.
  mutating func put(_ text: StaticString) {
    for i in 0..<text.utf8CodeUnitCount {
      // Safety: below the string's own count.
      put(unsafe text.utf8Start[i])
    }
  }

  /// Writes what every line of ours starts with; the caller holds the lock.
  mutating func startLine() {
    put("(XEN) ")
    guard timestamps != .none else { return }
    var stamp = LineBuffer()
    X86.appendTimestamp(timestamps, to: &stamp)
    for i in 0..<stamp.count { put(stamp.bytes[i]) }
  }
}

/// What is known of the console without its lock.
enum ConsoleLevels {
  /// Which lines are kept: a `MessageThresholds`. Until the options are read, all but debugging.
  static let thresholds = Atomic<UInt32>(0x0200_0303)
  /// 1 + the CPU that panics, which needs no lock any more; 0 while none does.
  static let panicking = Atomic<UInt32>(0)
  /// Whether the ring has grown since dom0 was told so.
  static let hasGrown = Atomic<Bool>(false)
}

/// What the composition root does when there is something for dom0 to read in the ring.
@_extern(c, "martlet_console_output")
func consoleOutput()

/// Whether a line of this level would be kept (`Text` asks before composing it).
@c(martlet_console_wants)
public func consoleWants(_ level: UInt8) -> Bool {
  let thresholds = MessageThresholds(
    rawValue: ConsoleLevels.thresholds.load(ordering: .relaxed))
  switch thresholds.verdict(level) {
  case .always: return true
  case .limited: return X86.passThrottle()
  case .never: return X86.isPanicking
  }
}

/// Writes one line of the hypervisor's, with the prefix that operators' tools look for.
/// - Safety: `bytes` points to `count` characters.
@c(martlet_console_line)
public func consoleLine(_ level: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) {
  X86.withConsole { console in
    console.startLine()
    for i in 0..<count {
      // Safety: the caller's promise.
      console.put(unsafe bytes[i])
    }
    console.put(10)
  }
  X86.ringHasGrown()
  // A long report holds up the CPUs that wait for this one no longer than a line takes.
  if level == LogLevel.answer.rawValue, !X86.isPanicking { spinTurn() }
}

extension X86 {
  /// Whether this CPU panics.
  static var isPanicking: Bool {
    ConsoleLevels.panicking.load(ordering: .relaxed) == UInt32(currentCPUNumber) &+ 1
  }

  /// Runs `body` with the console held; a panicking CPU takes it without asking.
  static func withConsole<R>(_ body: (inout ConsoleState) -> R) -> R {
    let state = Self.state
    let isFree = isPanicking
    if !isFree { state.pointee.console.lock.acquire() }
    defer { if !isFree { state.pointee.console.lock.release() } }
    return body(&state.pointee.console)
  }

  /// Asks the throttle for one line, and tells of those that it did not let pass.
  static func passThrottle() -> Bool {
    guard !isPanicking else { return true }
    let milliseconds = hasTime ? now.nanoseconds / 1_000_000 : 0
    return withConsole { console in
      guard let lost = console.throttle.pass(atMilliseconds: milliseconds) else { return false }
      if lost > 0 {
        var number = LineBuffer()
        number.append(decimal: lost)
        console.startLine()
        console.put("printk: ")
        for i in 0..<number.count { console.put(number.bytes[i]) }
        console.put(" messages suppressed.\n")
      }
      return true
    }
  }

  /// Has dom0 told that the ring has grown, once this CPU is on its way to a guest.
  static func ringHasGrown() {
    guard !isPanicking else { return }
    ConsoleLevels.hasGrown.store(true, ordering: .relaxed)
    consoleOutput()
  }

  /// Whether the ring has grown since the last time this was asked.
  public static func takeRingGrowth() -> Bool {
    ConsoleLevels.hasGrown.exchange(false, ordering: .relaxed)
  }

  /// Writes characters of dom0's as they are. They are kept in the ring only if the operator said
  /// `console_to_ring`.
  public static func writeConsole(_ bytes: InlineArray<128, UInt8>, count: Int) {
    let isKept = withConsole { console in
      for i in 0..<min(max(count, 0), 128) {
        if console.keepsGuestOutput { console.ring.append(bytes[i]) }
        console.show(bytes[i])
      }
      return console.keepsGuestOutput
    }
    if isKept { ringHasGrown() }
  }

  /// Copies up to 128 characters out of the console's ring: from number `index` on, or, if not
  /// `incremental` or it is not there any more, from the oldest one.
  /// - Returns: the characters, how many there are, and the number to go on from.
  /// - Source: `XEN_SYSCTL_readconsole`.
  public static func consolePiece(
    from index: UInt32, incremental: Bool, count: Int
  ) -> (bytes: InlineArray<128, UInt8>, count: Int, next: UInt32) {
    var bytes = InlineArray<128, UInt8>(repeating: 0)
    let result = withConsole { console in
      console.ring.read(
        from: index, incremental: incremental, count: max(0, min(128, count))
      ) { position, byte in
        bytes[position & 127] = byte
      }
    }
    return (bytes, result.count, result.next)
  }

  /// Makes `consolePiece` forget the characters before number `index`.
  public static func discardConsole(before index: UInt32) {
    withConsole { $0.ring.discard(before: index) }
  }

  // Whether system time counts already.
  static var hasTime: Bool { state.pointee.time.start != 0 }

  /// Appends the present moment in the form that the operator chose, or the next simpler one while
  /// there is no clock.
  static func appendTimestamp(_ form: ConsoleTimestamps, to line: inout LineBuffer) {
    let start = wallClockAtStart
    let nanoseconds = hasTime ? now.nanoseconds : 0
    switch form {
    case .none: return
    case .date where start.seconds != 0, .dateMilliseconds where start.seconds != 0:
      let sum = nanoseconds &+ UInt64(start.nanoseconds)
      let milliseconds = UInt32(truncatingIfNeeded: sum / 1_000_000 % 1000)
      Timestamp.append(
        date: start.seconds &+ sum / 1_000_000_000,
        milliseconds: form == .date ? nil : milliseconds, to: &line)
    case .date where nanoseconds != 0, .dateMilliseconds where nanoseconds != 0,
      .boot where nanoseconds != 0:
      Timestamp.append(systemTime: nanoseconds, to: &line)
    case .date, .dateMilliseconds, .boot, .raw: Timestamp.append(raw: rdtsc(), to: &line)
    }
  }
}
