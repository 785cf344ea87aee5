import Primitives

/// Consoles that can be asked for.
public struct ConsoleChoice: BitFlags {
  /// The bits.
  public var rawValue: UInt8
  /// The choice of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The VGA text screen.
  public static var vga: Self { Self(rawValue: 1 << 0) }
  /// The first serial port.
  public static var com1: Self { Self(rawValue: 1 << 1) }
  /// The second serial port.
  public static var com2: Self { Self(rawValue: 1 << 2) }
  /// A console of the hypervisor we ourselves run on.
  public static var pv: Self { Self(rawValue: 1 << 3) }
  /// A USB debug port.
  public static var debugPort: Self { Self(rawValue: 1 << 4) }
}

/// How a serial port is to be set up.
public struct SerialOptions: Equatable, Sendable {
  /// A parity bit.
  public enum Parity: UInt8, Sendable {
    case none, odd, even, mark, space
  }

  /// Bits per second; nil to leave what firmware set (`auto`).
  public var baud: UInt32?
  /// The rate at divisor 1, if not the usual one.
  public var baseBaud: UInt32?
  /// Data bits, 5 to 8.
  public var dataBits: UInt8 = 8
  /// The parity bit.
  public var parity = Parity.none
  /// Stop bits, 1 or 2.
  public var stopBits: UInt8 = 1
  /// The first register's port, or its physical address if above 0xFFFF.
  public var ioBase: UInt64?
  /// The interrupt line; 0 to poll.
  public var irq: UInt32?
  /// Whether the port is to be looked for on PCI.
  public var isPCI = false
  /// log2 of the distance between registers.
  public var registerShift: UInt8 = 0
  /// The bytes of one register access.
  public var registerWidth: UInt8 = 1

  /// The usual port at the rate firmware set.
  public init() {}
}

/// An amount of memory that may depend on how much there is.
///
/// - Source: `docs/misc/xen-command-line.pandoc`, "dom0_mem".
public struct MemoryAmount: Equatable, Sendable {
  /// A fixed number of bytes.
  public var bytes: UInt64 = 0
  /// A part of what is available, in percent, added to it.
  public var percent: UInt32 = 0
  /// Whether the amount is what to leave rather than what to take.
  public var isLeftOver = false

  /// The amount of `bytes`, `percent` and sign.
  public init(bytes: UInt64 = 0, percent: UInt32 = 0, isLeftOver: Bool = false) {
    self.bytes = bytes
    self.percent = percent
    self.isLeftOver = isLeftOver
  }

  /// The bytes meant when `available` bytes are there.
  public func resolved(available: UInt64) -> UInt64 {
    // Divided first where the product would overflow; exact below that.
    let (product, overflowed) = available.multipliedReportingOverflow(by: UInt64(percent))
    let part = overflowed ? available / 100 &* UInt64(percent) : product / 100
    let (sum, carried) = bytes.addingReportingOverflow(part)
    let amount = carried ? UInt64.max : sum
    guard isLeftOver else { return amount }
    return amount < available ? available &- amount : 0
  }
}

/// How much memory dom0 gets.
public struct Dom0Memory: Equatable, Sendable {
  /// What it starts with; nil to choose for it.
  public var initial: MemoryAmount?
  /// No less than this.
  public var minimum: MemoryAmount?
  /// The most it may grow to, and no more than this to start with.
  public var maximum: MemoryAmount?

  /// Nothing said.
  public init() {}
}

/// Which messages are logged.
///
/// Levels: 0 none, 1 errors, 2 warnings, 3 information, 4 all. A message of level *n* (0 error to
/// 3 debug) is logged if *n* < `always`, rate-limited if *n* < `limited`, dropped otherwise.
public struct LogThresholds: Equatable, Sendable {
  /// Messages below this level are always logged.
  public var always: UInt8
  /// Messages below this level are logged now and then; never below `always`.
  public var limited: UInt8

  /// The thresholds.
  public init(always: UInt8, limited: UInt8) {
    self.always = always
    self.limited = max(always, limited)
  }
}

/// What stands before each line on the console.
public enum ConsoleTimestamps: Sendable {
  case none, date, dateMilliseconds, boot, raw
}

/// Which scheduler is wanted.
public enum SchedulerChoice: Sendable {
  case credit, credit2, null, rtds, arinc653
}

/// Whether and how the NMI watchdog runs.
public enum WatchdogChoice: Sendable {
  case off, on
  /// Even where performance counters cannot drive it.
  case forced
}

/// How much of ACPI is used.
public enum ACPIChoice: Sendable {
  case on, off
  /// Despite a bad reputation of the machine.
  case forced
  /// Only to find processors.
  case processorsOnly
  /// Not to route interrupts.
  case noInterrupts
}

/// Which platform timer is wanted.
public enum ClockSource: Sendable {
  case pit, hpet, acpi, tsc
}

/// Whether something is wanted, where the default depends on the hardware.
public enum Preference: Sendable {
  case automatic, on, off

  init(_ on: Bool) { self = on ? .on : .off }
}

/// What becomes of an NMI without a known cause.
public enum NMIChoice: Sendable {
  case ignore, dom0, fatal
}

/// Which interface restarts the machine.
public enum RebootChoice: Sendable {
  case automatic, none, tripleFault, keyboard, acpi, pci, power, efi, hypervisor
}

/// Where microcode comes from.
public enum MicrocodeChoice: Equatable, Sendable {
  /// Nothing is loaded.
  case none
  /// The module of this number; a negative one counts from the end.
  case module(Int32)
  /// A ramdisk with the well-known paths is looked for.
  case scan
}

/// The hypervisor's options, as given or by default.
public struct Options: Sendable {
  // Console.
  /// `console`: the consoles wanted.
  public var consoles: ConsoleChoice = .com1 | .vga
  /// `com1`: the first serial port; nil if nothing was said of it (see `serialPort`).
  public var com1: SerialOptions?
  /// `com2`: the second serial port.
  public var com2: SerialOptions?
  /// `loglvl`: our own messages. Xen prints those that have no level, which are our information.
  public var log = LogThresholds(always: 3, limited: 3)
  /// `guest_loglvl`: messages about guests.
  public var guestLog = LogThresholds(always: 0, limited: 2)
  /// `sync_console`: each line is out before work goes on.
  public var isConsoleSynchronous = false
  /// `console_timestamps`.
  public var timestamps = ConsoleTimestamps.none
  /// `console_to_ring`: guests' lines go into the ring, too.
  public var isGuestOutputInRing = false
  /// `conring_size` in bytes; nil for the default.
  public var consoleRingBytes: UInt64?
  /// `vga=keep`: the screen stays ours, too, when dom0 runs.
  public var isVGAKept = false
  /// `conswitch`: the control character that moves input between us and dom0.
  public var consoleSwitch: UInt8 = UInt8(ascii: "a")
  /// `conswitch`, second letter: input goes to dom0 once it boots.
  public var isInputGivenToDom0 = true

  // dom0.
  /// `dom0_mem`.
  public var dom0Memory = Dom0Memory()
  /// `dom0_max_vcpus`: at least so many.
  public var dom0MinimumVCPUs: UInt32 = 1
  /// `dom0_max_vcpus`: at most so many; nil for one per CPU.
  public var dom0MaximumVCPUs: UInt32?
  /// `dom0_vcpus_pin`: each vCPU stays on its CPU.
  public var isDom0Pinned = false
  /// `dom0=pvh`: dom0 is not to be a PV guest.
  public var isDom0PVH = false
  /// `dom0=verbose`: its construction is logged.
  public var isDom0Verbose = false

  // Processors and memory.
  /// `maxcpus`: use at most so many; nil for all.
  public var maximumCPUs: UInt32?
  /// `nosmp`: use one only.
  public var isSMPDisabled = false
  /// `mem`: memory above this address is not used.
  public var memoryLimit: UInt64?
  /// `availmem`: use at most so many bytes.
  public var availableMemory: UInt64?
  /// `e820-verbose`: firmware's memory map is logged before and after changes.
  public var isE820Verbose = false
  /// `xsave`.
  public var isXSAVEUsed = true
  /// `smep`.
  public var smep = Preference.automatic
  /// `smap`.
  public var smap = Preference.automatic
  /// `ucode`.
  public var microcode = MicrocodeChoice.none
  /// `gnttab_max_frames`; nil for the default.
  public var grantTableFrames: UInt32?
  /// `gnttab_max_maptrack_frames`; nil for the default.
  public var mapTrackFrames: UInt32?

  // Scheduling and time.
  /// `sched`.
  public var scheduler = SchedulerChoice.credit
  /// `sched_credit_tslice_ms`; nil for the default.
  public var creditSliceMilliseconds: UInt32?
  /// `sched_ratelimit_us`; nil for the default.
  public var rateLimitMicroseconds: UInt32?
  /// `clocksource`; nil to choose the best.
  public var clockSource: ClockSource?
  /// `hpet`.
  public var isHPETUsed = true
  /// `cpuidle`: idle CPUs may sleep deeply.
  public var isCPUIdleUsed = true
  /// `max_cstate`; nil for no limit.
  public var maximumCState: UInt32?
  /// `watchdog`.
  public var watchdog = WatchdogChoice.off
  /// `watchdog_timeout` in seconds.
  public var watchdogSeconds: UInt32 = 5

  // Platform.
  /// `acpi`.
  public var acpi = ACPIChoice.on
  /// `x2apic`.
  public var x2apic = Preference.automatic
  /// `iommu`.
  public var iommu = Preference.automatic
  /// `nmi`.
  public var nmi = NMIChoice.dom0
  /// `noreboot`: after a crash the machine stays as it is.
  public var isRebootForbidden = false
  /// `reboot`.
  public var reboot = RebootChoice.automatic
  /// `no-real-mode`: firmware is not called.
  public var isRealModeForbidden = false
  /// `xenver` (ours): the major and minor version we claim to be.
  public var claimedVersion: (major: UInt16, minor: UInt16) = (4, 17)

  /// The defaults.
  public init() {}
}
