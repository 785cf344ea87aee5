/// Registers of the high-precision event timer: byte offsets and bits.
/// - Source: IA-PC HPET Specification 1.0a §2.3.
public enum HPETRegister {
  /// Capabilities: period in femtoseconds in the high half.
  @inlinable public static var capabilities: UInt64 { 0x000 }
  /// Configuration.
  @inlinable public static var configuration: UInt64 { 0x010 }
  /// Interrupt status.
  @inlinable public static var status: UInt64 { 0x020 }
  /// The main counter.
  @inlinable public static var counter: UInt64 { 0x0F0 }
  /// Timer `index`'s configuration.
  @inlinable public static func timerConfiguration(_ index: UInt64) -> UInt64 {
    0x100 &+ index &* 0x20
  }
  /// Timer `index`'s comparator.
  @inlinable public static func timerComparator(_ index: UInt64) -> UInt64 {
    0x108 &+ index &* 0x20
  }
  /// Timer `index`'s MSI route: data in the low half, address in the high half.
  @inlinable public static func timerRoute(_ index: UInt64) -> UInt64 {
    0x110 &+ index &* 0x20
  }
  /// In the configuration: the counter runs.
  @inlinable public static var enable: UInt64 { 1 << 0 }
  /// In the configuration: timers 0 and 1 replace the PIT and the clock.
  @inlinable public static var legacyReplacement: UInt64 { 1 << 1 }

  /// The counter's period in femtoseconds.
  @inlinable public static func periodFemtoseconds(capabilities: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: capabilities >> 32)
  }
  /// The number of timers.
  @inlinable public static func timerCount(capabilities: UInt64) -> Int {
    Int(truncatingIfNeeded: capabilities >> 8 & 31) &+ 1
  }
  /// Whether the counter has 64 bits.
  @inlinable public static func is64Bit(capabilities: UInt64) -> Bool {
    capabilities >> 13 & 1 != 0
  }
}

/// The programmable interval timer: ports and commands.
/// - Source: Intel 8254 data sheet.
public enum PIT {
  /// Its frequency in hertz.
  @inlinable public static var frequency: UInt64 { 1_193_182 }
  /// The port of channel 0, the system timer.
  @inlinable public static var channel0: UInt16 { 0x40 }
  /// The port of channel 2, the speaker.
  @inlinable public static var channel2: UInt16 { 0x42 }
  /// The command port.
  @inlinable public static var command: UInt16 { 0x43 }
  /// The port that gates channel 2 (bit 0), drives the speaker (bit 1), shows the output (bit 5).
  @inlinable public static var gate: UInt16 { 0x61 }
  /// Command: channel 0, both bytes, interrupt once at zero.
  @inlinable public static var oneShot0: UInt8 { 0x30 }
  /// Command: channel 0, both bytes, divide the rate.
  @inlinable public static var rate0: UInt8 { 0x34 }
  /// Command: channel 2, both bytes, output rises once at zero.
  @inlinable public static var oneShot2: UInt8 { 0xB0 }
  /// Command: latch channel 0.
  @inlinable public static var latch0: UInt8 { 0x00 }
  /// Command: latch channel 2.
  @inlinable public static var latch2: UInt8 { 0x80 }
}

/// The two legacy interrupt controllers: ports and commands.
/// - Source: Intel 8259A data sheet.
public enum PIC {
  /// The first controller's command port.
  @inlinable public static var command1: UInt16 { 0x20 }
  /// The first controller's data port.
  @inlinable public static var data1: UInt16 { 0x21 }
  /// The second controller's command port.
  @inlinable public static var command2: UInt16 { 0xA0 }
  /// The second controller's data port.
  @inlinable public static var data2: UInt16 { 0xA1 }
  /// The port of the lower eight lines' trigger modes.
  @inlinable public static var elcr1: UInt16 { 0x4D0 }
  /// The port of the upper eight lines' trigger modes.
  @inlinable public static var elcr2: UInt16 { 0x4D1 }
  /// First initialisation word: cascaded, edge, a fourth word follows.
  @inlinable public static var initialise: UInt8 { 0x11 }
  /// Fourth initialisation word: 8086 mode.
  @inlinable public static var mode8086: UInt8 { 0x01 }
  /// Command: end of interrupt.
  @inlinable public static var eoi: UInt8 { 0x20 }
  /// Command: show requests on the next read.
  @inlinable public static var readRequests: UInt8 { 0x0A }
  /// Command: show what is being handled on the next read.
  @inlinable public static var readInService: UInt8 { 0x0B }
}

/// The real-time clock and its memory: ports and registers.
/// - Source: Motorola MC146818 data sheet.
public enum CMOS {
  /// The index port; its bit 7 masks NMI.
  @inlinable public static var index: UInt16 { 0x70 }
  /// The data port.
  @inlinable public static var data: UInt16 { 0x71 }
  /// Register: seconds.
  @inlinable public static var seconds: UInt8 { 0 }
  /// Register: minutes.
  @inlinable public static var minutes: UInt8 { 2 }
  /// Register: hours; bit 7 is PM in 12-hour mode.
  @inlinable public static var hours: UInt8 { 4 }
  /// Register: day of the month.
  @inlinable public static var day: UInt8 { 7 }
  /// Register: month.
  @inlinable public static var month: UInt8 { 8 }
  /// Register: year in the century.
  @inlinable public static var year: UInt8 { 9 }
  /// Register A; bit 7 says an update is in progress.
  @inlinable public static var statusA: UInt8 { 10 }
  /// Register B; bit 1 says 24-hour mode, bit 2 binary.
  @inlinable public static var statusB: UInt8 { 11 }
  /// Register C; reading it ends an interrupt.
  @inlinable public static var statusC: UInt8 { 12 }
  /// Register D.
  @inlinable public static var statusD: UInt8 { 13 }
}
