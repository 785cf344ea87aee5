import CX86
import Formats
import Machine
import Primitives
import Text
import X86Format

/// How the time-stamp counter becomes nanoseconds: `((tsc - start) << shift) * multiplier >> 32`,
/// the same on all CPUs.
struct TimeBase {
  /// The counter at system time 0.
  var start: UInt64 = 0
  /// The counter's frequency in hertz.
  var frequency: UInt64 = 1_000_000_000
  /// Nanoseconds per shifted tick, as a binary fraction.
  var multiplier: UInt32 = 0x8000_0000
  /// Left shift of ticks; negative to the right.
  var shift: Int8 = 1
  /// Whether the local APIC's timer takes deadlines in ticks of the counter.
  var hasDeadline = false
  /// The local APIC's timer frequency in hertz, after its divider; 0 if not measured.
  var apicFrequency: UInt64 = 0
  /// Seconds since 1970 at system time 0.
  var wallClockSeconds: UInt64 = 0
  /// And the nanoseconds.
  var wallClockNanoseconds: UInt32 = 0

  /// Computes multiplier and shift.
  mutating func setScale() {
    // Bring the frequency, seen after the shift, into 2^30 ..< 2^31 or thereabouts: the multiplier
    // is then below one and uses most of its 32 bits.
    var ticks = frequency
    shift = 0
    while ticks > 2_000_000_000 {
      ticks >>= 1
      shift &-= 1
    }
    while ticks <= 1_000_000_000 {
      ticks <<= 1
      shift &+= 1
    }
    multiplier = UInt32(truncatingIfNeeded: (1_000_000_000 << 32) / ticks)
  }

  /// Nanoseconds for `ticks`.
  func nanoseconds(_ ticks: UInt64) -> UInt64 {
    let shifted = shift >= 0 ? ticks << UInt64(shift) : ticks >> UInt64(-shift)
    let product = shifted.multipliedFullWidth(by: UInt64(multiplier))
    return product.high << 32 | product.low >> 32
  }

  /// Ticks for `nanoseconds`.
  func ticks(_ nanoseconds: UInt64, frequency: UInt64) -> UInt64 {
    let seconds = nanoseconds / 1_000_000_000
    let rest = nanoseconds % 1_000_000_000
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: frequency)
    // The rest is below 10^9 and a frequency below 2^34, so the product fits.
    return overflow ? UInt64.max / 2 : whole &+ rest &* frequency / 1_000_000_000
  }
}

/// A counter of known frequency to measure others against.
private enum Reference {
  case hpet(registers: UInt64, mask: UInt64, periodFemtoseconds: UInt64)
  case pmTimer(port: UInt16, mask: UInt64)
  case pit

  /// Its name, for the log.
  var name: StaticString {
    switch self {
    case .hpet: "HPET"
    case .pmTimer: "ACPI PM timer"
    case .pit: "PIT"
    }
  }

  /// Its frequency in hertz.
  var frequency: UInt64 {
    switch self {
    case .hpet(_, _, let period): 1_000_000_000_000_000 / max(period, 1)
    case .pmTimer: 3_579_545
    case .pit: PIT.frequency
    }
  }

  /// The bits it counts with.
  var mask: UInt64 {
    switch self {
    case .hpet(_, let mask, _), .pmTimer(_, let mask): mask
    case .pit: 0xffff
    }
  }

  /// Its value; counts up.
  func read() -> UInt64 {
    switch self {
    case .hpet(let registers, _, _): return x86_mmio_read64(registers &+ HPETRegister.counter)
    case .pmTimer(let port, let mask): return UInt64(X86.inl(port)) & mask
    case .pit:
      X86.outb(PIT.command, PIT.latch2)
      let low = UInt16(X86.inb(PIT.channel2))
      return UInt64(~(UInt16(X86.inb(PIT.channel2)) << 8 | low))
    }
  }

  /// The best one there is that the operator did not rule out, started. The PIT is always there.
  static func choose() -> Reference {
    let platform = X86.state
    let options = X86.boot.pointee.options
    let wanted = options.clockSource
    let hpet = platform.pointee.platform.hpet
    if hpet != 0, options.isHPETUsed, wanted != .acpi, wanted != .pit {
      let capabilities = x86_mmio_read64(hpet &+ HPETRegister.capabilities)
      let period = UInt64(HPETRegister.periodFemtoseconds(capabilities: capabilities))
      if period > 0, period <= 100_000_000 {
        let old = x86_mmio_read64(hpet &+ HPETRegister.configuration)
        x86_mmio_write64(
          hpet &+ HPETRegister.configuration,
          old & ~HPETRegister.legacyReplacement | HPETRegister.enable)
        let mask: UInt64 = HPETRegister.is64Bit(capabilities: capabilities) ? .max : 0xffff_ffff
        return .hpet(registers: hpet, mask: mask, periodFemtoseconds: period)
      }
    }
    if wanted != .pit, let port = platform.pointee.platform.fixed?.pmTimer?.port {
      let is32Bit = platform.pointee.platform.fixed?.flags.contains(.timerIs32Bit) ?? false
      return .pmTimer(port: port, mask: is32Bit ? 0xffff_ffff : 0xff_ffff)
    }
    // Channel 2, gated on, speaker off, counting down from 65535 over and over.
    X86.outb(PIT.gate, X86.inb(PIT.gate) & ~3 | 1)
    X86.outb(PIT.command, PIT.oneShot2 & ~0x0e | 0x04)
    X86.outb(PIT.channel2, 0xff)
    X86.outb(PIT.channel2, 0xff)
    return .pit
  }

  /// Both counters at one moment: the tightest of a few tries.
  func sample() -> (reference: UInt64, tsc: UInt64) {
    var best: UInt64 = .max
    var result: (reference: UInt64, tsc: UInt64) = (0, 0)
    for _ in 0..<8 {
      let before = X86.rdtscOrdered()
      let value = read()
      let after = X86.rdtscOrdered()
      if after &- before < best {
        best = after &- before
        result = (value, before &+ (after &- before) / 2)
      }
    }
    return result
  }
}

extension X86 {
  /// The present moment.
  public static var now: SystemTime {
    let time = state
    return SystemTime(
      nanoseconds: time.pointee.time.nanoseconds(rdtscOrdered() &- time.pointee.time.start))
  }

  /// Seconds and nanoseconds since 1970 that belong to system time 0.
  public static var wallClockAtStart: (seconds: UInt64, nanoseconds: UInt32) {
    (state.pointee.time.wallClockSeconds, state.pointee.time.wallClockNanoseconds)
  }

  /// Sets what belongs to system time 0.
  public static func setWallClockAtStart(seconds: UInt64, nanoseconds: UInt32) {
    state.pointee.time.wallClockSeconds = seconds
    state.pointee.time.wallClockNanoseconds = nanoseconds
  }

  /// Measures the counters and starts system time, on the boot CPU with its APIC enabled.
  static func startTime() {
    let reference = Reference.choose()
    let state = Self.state
    LocalAPICDriver.write(.timerDivide, LocalAPIC.divide(byPowerOfTwo: 4))
    LocalAPICDriver.write(.timerInitialCount, UInt32.max)
    let apicBefore = LocalAPICDriver.read(.timerCurrentCount)
    let first = reference.sample()
    // 20 ms: far above the sampling error, below the shortest wrap (54 ms).
    let wanted = reference.frequency / 50
    var patience = 200_000_000
    while (reference.read() &- first.reference) & reference.mask < wanted, patience > 0 {
      patience &-= 1
      x86_pause()
    }
    let last = reference.sample()
    let apicTicks = UInt64(apicBefore &- LocalAPICDriver.read(.timerCurrentCount))
    LocalAPICDriver.write(.timerInitialCount, 0)
    let elapsed = max((last.reference &- first.reference) & reference.mask, 1)
    func frequency(_ ticks: UInt64) -> UInt64 {
      let product = ticks.multipliedFullWidth(by: reference.frequency)
      return product.high >= elapsed ? UInt64.max : elapsed.dividingFullWidth(product).quotient
    }
    let measured = frequency(last.tsc &- first.tsc)
    guard measured > 1_000_000, measured < 1 << 34 else {
      panic("time-stamp counter does not count")
    }
    state.pointee.time.frequency = measured
    state.pointee.time.apicFrequency = frequency(apicTicks)
    state.pointee.time.hasDeadline = has(.tscDeadline)
    state.pointee.time.setScale()
    state.pointee.time.start = rdtscOrdered()
    state.pointee.time.wallClockSeconds = RealTimeClock.read()
    log(
      .info,
      "Platform timer is \(reference.frequency / 1000)kHz \(reference.name); TSC \(measured / 1000)kHz"
    )
  }

  /// Waits that many microseconds.
  static func delay(microseconds: UInt64) {
    let end = now.advanced(byNanoseconds: microseconds &* 1000)
    while now < end { x86_pause() }
  }

  // MARK: The timer interrupt

  /// Prepares the running CPU's timer.
  static func enableTimer() {
    if state.pointee.time.hasDeadline {
      LocalAPICDriver.write(.lvtTimer, LocalVector.deadlineTimer(vector: Vector.timer).rawValue)
      x86_mfence()  // the mode must be in force before the first deadline is written
    } else {
      LocalAPICDriver.write(.timerDivide, LocalAPIC.divide(byPowerOfTwo: 4))
      LocalAPICDriver.write(.lvtTimer, LocalVector.oneShotTimer(vector: Vector.timer).rawValue)
    }
  }

  /// Sets the hardware to interrupt this CPU at `deadline` (`.never`: not at all). A moment in the
  /// past interrupts at once.
  public static func setTimerInterrupt(at deadline: SystemTime) {
    let time = state
    if deadline == .never {
      if time.pointee.time.hasDeadline {
        wrmsr(.tscDeadline, 0)
      } else {
        LocalAPICDriver.write(.timerInitialCount, 0)
      }
      return
    }
    if time.pointee.time.hasDeadline {
      let ticks = time.pointee.time.ticks(
        deadline.nanoseconds, frequency: time.pointee.time.frequency)
      // One tick late rather than early: an early interrupt would find nothing due.
      wrmsr(.tscDeadline, max(time.pointee.time.start &+ ticks &+ 1, 1))
    } else {
      let wait = deadline.nanoseconds(since: now)
      let ticks = time.pointee.time.ticks(wait, frequency: time.pointee.time.apicFrequency) &+ 1
      LocalAPICDriver.write(.timerInitialCount, UInt32(clamping: ticks))
    }
  }
}

/// The clock that runs while the machine is off.
enum RealTimeClock {
  /// Seconds since 1970, UTC assumed; 0 if the clock does not answer sensibly.
  static func read() -> UInt64 {
    // Two equal readings outside an update.
    var last = fields()
    for _ in 0..<100 {
      let next = fields()
      if next == last { return seconds(next) }
      last = next
    }
    return 0
  }

  private struct Fields: Equatable {
    var second: UInt8, minute: UInt8, hour: UInt8, day: UInt8, month: UInt8, year: UInt8
    var isDecimal: Bool, is24Hour: Bool
  }

  private static func register(_ index: UInt8) -> UInt8 {
    X86.outb(CMOS.index, index)
    return X86.inb(CMOS.data)
  }

  private static func fields() -> Fields {
    var patience = 100_000
    while register(CMOS.statusA) & 0x80 != 0, patience > 0 { patience &-= 1 }
    let mode = register(CMOS.statusB)
    return Fields(
      second: register(CMOS.seconds), minute: register(CMOS.minutes), hour: register(CMOS.hours),
      day: register(CMOS.day), month: register(CMOS.month), year: register(CMOS.year),
      isDecimal: mode & 4 == 0, is24Hour: mode & 2 != 0)
  }

  private static func seconds(_ fields: Fields) -> UInt64 {
    func number(_ value: UInt8) -> UInt64 {
      fields.isDecimal ? UInt64(value >> 4) &* 10 &+ UInt64(value & 15) : UInt64(value)
    }
    var hour = number(fields.hour & 0x7f)
    if !fields.is24Hour { hour = hour % 12 &+ (fields.hour & 0x80 != 0 ? 12 : 0) }
    let year = number(fields.year) &+ (number(fields.year) < 70 ? 2000 : 1900)
    let month = number(fields.month)
    guard month >= 1, month <= 12 else { return 0 }
    // Days since 1970, counting years from March so that the leap day comes last.
    let (y, m) = month > 2 ? (year, month &- 3) : (year &- 1, month &+ 9)
    let leapDays = y / 4 &- y / 100 &+ y / 400
    let days = y &* 365 &+ leapDays &+ (m &* 153 &+ 2) / 5 &+ number(fields.day) &- 1 &- 719_468
    return days &* 86_400 &+ hour &* 3600 &+ number(fields.minute) &* 60 &+ number(fields.second)
  }
}
