import CX86
import Primitives
import Sync
import Synchronization
import Text

/// The hypervisor's console: every line goes to a ring that `xl dmesg` reads, and to the serial line.
struct ConsoleState: ~Copyable {
  /// Guards the ring's counters and the order of characters on the line. Innermost of all locks.
  let lock = TicketLock()
  /// The characters kept.
  let ring: Table<UInt8>
  /// The number of characters ever written; the ring's next place is this modulo its size.
  var produced: UInt32 = 0
  /// Characters before this count were cleared.
  var cleared: UInt32 = 0
  /// Whether the next character starts a line.
  var atLineStart = true
  /// Where characters go besides the ring.
  let serial = SerialPort.com1

  init() {
    // Safety: static storage of that size, zero-initialised, used for nothing else.
    ring = unsafe Table(
      base: x86_console_ring_storage().assumingMemoryBound(to: UInt8.self),
      count: Int(X86_CONSOLE_RING_BYTES))
  }

  /// Appends one character; the caller holds the lock.
  mutating func put(_ byte: UInt8) {
    ring[Int(produced % UInt32(X86_CONSOLE_RING_BYTES))].pointee = byte
    produced &+= 1
    if byte == 10 { serial.put(13) }
    serial.put(byte)
  }
}

/// Which lines are kept.
enum ConsoleLevels {
  /// Hypervisor lines of this level and below are kept (`LogLevel`).
  static let hypervisor = Atomic<UInt8>(LogLevel.info.rawValue)
  /// Guest-caused lines of a level below this are kept, counted from 0.
  static let guest = Atomic<UInt8>(0)
  /// 1 + the CPU that panics, which needs no lock any more; 0 while none does.
  static let panicking = Atomic<UInt32>(0)
}

/// Whether a line of this level would be kept (`Text` asks before composing it).
@c(martlet_console_wants)
public func consoleWants(_ level: UInt8) -> Bool {
  level < LogLevel.guestError.rawValue
    ? level <= ConsoleLevels.hypervisor.load(ordering: .relaxed)
    : level &- LogLevel.guestError.rawValue < ConsoleLevels.guest.load(ordering: .relaxed)
}

/// Writes one line of the hypervisor's, with the prefix that operators' tools look for.
/// - Safety: `bytes` points to `count` characters.
@c(martlet_console_line)
public func consoleLine(_ level: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) {
  X86.withConsole { console in
    let prefix: StaticString = "(XEN) "
    for i in 0..<prefix.utf8CodeUnitCount {
      // Safety: below the string's own count.
      console.put(unsafe prefix.utf8Start[i])
    }
    for i in 0..<count {
      // Safety: the caller's promise.
      console.put(unsafe bytes[i])
    }
    console.put(10)
  }
}

extension X86 {
  /// Runs `body` with the console held; a panicking CPU takes it without asking.
  static func withConsole(_ body: (inout ConsoleState) -> Void) {
    let state = Self.state
    let isPanicking =
      ConsoleLevels.panicking.load(ordering: .relaxed) == UInt32(currentCPUNumber) &+ 1
    if !isPanicking { state.pointee.console.lock.acquire() }
    body(&state.pointee.console)
    if !isPanicking { state.pointee.console.lock.release() }
  }

  /// Writes characters of a guest's (or any others) to ring and serial line as they are.
  public static func writeConsole(_ bytes: RawSpan) {
    withConsole { console in
      for i in 0..<bytes.byteCount {
        // Safety: below the span's own count.
        console.put(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: i, as: UInt8.self))
      }
    }
  }

  /// Writes one character as it is.
  public static func writeConsole(byte: UInt8) {
    withConsole { $0.put(byte) }
  }

  /// Sets which lines are kept: the hypervisor's up to `hypervisor`, of the guest-caused ones those
  /// below `guest` counted from 0 for errors (0: none, 4: all).
  public static func setLogLevels(hypervisor: LogLevel, guest: UInt8) {
    ConsoleLevels.hypervisor.store(hypervisor.rawValue, ordering: .relaxed)
    ConsoleLevels.guest.store(guest, ordering: .relaxed)
  }

  /// Reads the console ring from character number `index` (or from the oldest kept one if that is
  /// later), up to `count` characters, giving each with its position to `sink`.
  ///
  /// - Returns: how many were read, and the number of the next one.
  /// - Source: `XEN_SYSCTL_readconsole`.
  public static func readConsoleRing(
    from index: UInt32, incremental: Bool, count: Int, sink: (Int, UInt8) -> Void
  ) -> (count: Int, next: UInt32) {
    var position: UInt32 = 0
    var n = 0
    withConsole { console in
      let size = UInt32(X86_CONSOLE_RING_BYTES)
      position = console.cleared
      if incremental, Int32(bitPattern: index &- position) > 0 { position = index }
      if console.produced &- position > size { position = console.produced &- size }
      while position != console.produced, n < count {
        sink(n, console.ring[Int(position % size)].pointee)
        position &+= 1
        n &+= 1
      }
    }
    return (n, position)
  }

  /// Makes `readConsoleRing` forget what was written so far.
  public static func clearConsoleRing() {
    withConsole { $0.cleared = $0.produced }
  }
}
