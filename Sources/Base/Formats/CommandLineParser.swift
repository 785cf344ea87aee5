/// What is wrong with a word of the command line.
public enum CommandLineComplaint: Equatable, Sendable {
  /// No such option.
  case unknown
  /// An option of Xen's that has no effect here.
  case ignored
  /// The value should be a boolean.
  case notABoolean
  /// The value should be a number.
  case notANumber
  /// The value should be a size.
  case notASize
  /// The value, or a part of it, is none of those the option knows.
  case unknownValue
  /// The value is a number out of the option's range.
  case outOfRange
  /// `no-` stands before an option that is not a boolean, or before one with a value.
  case cannotBeNegated
}

/// The name of an option, spelled with `-` and cut to what the longest known name has.
struct OptionName {
  private var bytes = InlineArray<32, UInt8>(repeating: 0)
  private var count = 0

  init(_ text: RawSpan, _ range: TextRange) {
    while count < range.count, count < 32 {
      bytes[count] = Self.normal(text.character(range.start &+ count))
      count &+= 1
    }
    // A longer name equals none.
    if range.count > 32 { count = 0 }
  }

  private static func normal(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte
  }

  /// Whether this is the name `text`, in which `-` is spelled so.
  static func ~= (text: StaticString, name: OptionName) -> Bool {
    guard text.hasPointerRepresentation, text.utf8CodeUnitCount == name.count, name.count <= 32
    else { return false }
    var index = 0
    while index < name.count {
      // Safety: a static string's storage lasts for ever and has `utf8CodeUnitCount` bytes.
      guard unsafe text.utf8Start[index] == name.bytes[index] else { return false }
      index &+= 1
    }
    return true
  }
}

/// One word, taken apart.
struct OptionWord {
  /// The option, without `no-`.
  var name: OptionName
  /// What stands behind `=`, unquoted; empty without one.
  var value: TextRange
  /// Whether there is a `=`.
  var hasValue: Bool
  /// Whether `no-` stands before the name.
  var isNegated: Bool

  init(_ text: RawSpan, _ word: TextRange) {
    let equals = text.firstOffset(of: UInt8(ascii: "="), in: word)
    var key = TextRange(start: word.start, end: equals ?? word.end)
    isNegated = text.hasPrefix(key, "no-")
    if isNegated { key = key.dropping(3) }
    name = OptionName(text, key)
    hasValue = equals != nil
    value = TextRange(start: equals.map { $0 &+ 1 } ?? word.end, end: word.end)
    if value.count >= 2, text.character(value.start) == CommandLine.quote,
      text.character(value.end &- 1) == CommandLine.quote
    {
      value = TextRange(start: value.start &+ 1, end: value.end &- 1)
    }
  }
}

extension CommandLine {
  /// Applies the words of `line` to `options`, the first word first.
  ///
  /// A word that makes no sense is passed to `report` with the reason and changes nothing (parts
  /// of a list before the bad one may have taken effect).
  /// - Parameter line: the hypervisor's part of `text`, from `split`.
  public static func parse(
    _ text: RawSpan, _ line: TextRange, into options: inout Options,
    report: (CommandLineComplaint, TextRange) -> Void
  ) {
    var position = line.start
    while let range = nextWord(text, line, &position) {
      let word = OptionWord(text, range)
      if let complaint = apply(word, text, &options) { report(complaint, range) }
    }
  }

  private static func apply(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> CommandLineComplaint? {
    if let result = applyBoolean(word, text, &options) { return result.complaint }
    if let result = applyNumber(word, text, &options) { return result.complaint }
    if let result = applyCustom(word, text, &options) { return result.complaint }
    return isIgnored(word.name) ? .ignored : .unknown
  }

  /// The outcome of a word that was recognised: what is wrong with it, if anything.
  struct Recognised {
    var complaint: CommandLineComplaint?
    static var fine: Recognised { Recognised(complaint: nil) }
    static func bad(_ complaint: CommandLineComplaint) -> Recognised {
      Recognised(complaint: complaint)
    }
  }

  private static func applyBoolean(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised? {
    switch word.name {
    case "dom0-vcpus-pin": set(&options.isDom0Pinned, word, text)
    case "nosmp": set(&options.isSMPDisabled, word, text)
    case "noreboot": set(&options.isRebootForbidden, word, text)
    case "sync-console": set(&options.isConsoleSynchronous, word, text)
    case "console-to-ring": set(&options.isGuestOutputInRing, word, text)
    case "xsave": set(&options.isXSAVEUsed, word, text)
    case "cpuidle": set(&options.isCPUIdleUsed, word, text)
    case "e820-verbose": set(&options.isE820Verbose, word, text)
    case "x2apic": set(&options.x2apic, word, text)
    case "real-mode": setNegated(&options.isRealModeForbidden, word, text)
    case "smep": set(&options.smep, word, text, besides: "hvm")
    case "smap": set(&options.smap, word, text, besides: "hvm")
    // The word some GRUB scripts put first for versions that drop it.
    case "placeholder": .fine
    // FPU state is never switched in another way. Of the rest of that option nothing has an effect.
    case "spec-ctrl" where text.equals(word.value, "eager-fpu") && !word.isNegated: .fine
    default: nil
    }
  }

  private static func applyNumber(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised? {
    switch word.name {
    case "maxcpus": number(&options.maximumCPUs, word, text)
    case "max-cstate": number(&options.maximumCState, word, text)
    case "gnttab-max-frames": number(&options.grantTableFrames, word, text)
    case "gnttab-max-maptrack-frames": number(&options.mapTrackFrames, word, text)
    case "sched-credit-tslice-ms": number(&options.creditSliceMilliseconds, word, text)
    case "sched-ratelimit-us": number(&options.rateLimitMicroseconds, word, text)
    case "watchdog-timeout": watchdogTimeout(word, text, &options)
    case "mem": size(&options.memoryLimit, word, text)
    case "availmem": size(&options.availableMemory, word, text)
    case "conring-size": size(&options.consoleRingBytes, word, text)
    default: nil
    }
  }

  // MARK: Simple values

  /// What a boolean word says; nil if its value is no boolean.
  static func truth(_ word: OptionWord, _ text: RawSpan) -> Bool? {
    guard !word.value.isEmpty else { return !word.isNegated }
    return text.boolean(word.value).map { $0 != word.isNegated }
  }

  private static func set(
    _ option: inout Bool, _ word: OptionWord, _ text: RawSpan
  ) -> Recognised {
    guard let value = truth(word, text) else { return .bad(.notABoolean) }
    option = value
    return .fine
  }

  private static func setNegated(
    _ option: inout Bool, _ word: OptionWord, _ text: RawSpan
  ) -> Recognised {
    guard let value = truth(word, text) else { return .bad(.notABoolean) }
    option = !value
    return .fine
  }

  private static func set(
    _ option: inout Preference, _ word: OptionWord, _ text: RawSpan,
    besides other: StaticString = ""
  ) -> Recognised {
    if let value = truth(word, text) {
      option = Preference(value)
      return .fine
    }
    // The one other value means "not for us, but for guests of another kind".
    guard text.equals(word.value, other), !word.isNegated else { return .bad(.notABoolean) }
    option = .off
    return .fine
  }

  private static func number(
    _ option: inout UInt32?, _ word: OptionWord, _ text: RawSpan
  ) -> Recognised {
    guard !word.isNegated else { return .bad(.cannotBeNegated) }
    guard let value = text.unsigned(word.value) else { return .bad(.notANumber) }
    option = value
    return .fine
  }

  private static func size(
    _ option: inout UInt64?, _ word: OptionWord, _ text: RawSpan
  ) -> Recognised {
    guard !word.isNegated else { return .bad(.cannotBeNegated) }
    guard let value = text.size(word.value) else { return .bad(.notASize) }
    option = value
    return .fine
  }

  private static func watchdogTimeout(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var seconds: UInt32?
    let result = number(&seconds, word, text)
    guard let seconds else { return result }
    options.watchdogSeconds = seconds
    // As in Xen, naming a timeout turns the watchdog on, and zero turns it off.
    if seconds == 0 {
      options.watchdog = .off
    } else if options.watchdog == .off {
      options.watchdog = .on
    }
    return .fine
  }

  /// Whether the option is one of Xen's that a Debian or other stock configuration may carry and
  /// that has no effect here.
  private static func isIgnored(_ name: OptionName) -> Bool {
    switch name {
    case "acpi-apic-instance", "acpi-skip-timer-override", "acpi-sleep", "allow-unsafe", "altp2m",
      "apic", "apic-verbosity", "apicv", "arat", "argo", "asid", "async-show-all", "ats",
      "badpage", "bootscrub", "bootscrub-chunk", "cet", "cmci-threshold", "cmos-rtc-probe",
      "core-parking", "cpu-type", "cpufreq", "cpuid", "crashinfo-maxaddr", "crashkernel",
      "credit2-balance-over", "credit2-balance-under", "credit2-load-precision-shift",
      "credit2-load-window-shift", "credit2-runqueue", "dbgp", "debug-stack-lines", "dma-bits",
      "dom0-cpuid", "dom0-iommu", "dom0-ioports-disable", "dom0-nodes", "edd", "edid", "efi",
      "ept", "extra-guest-irqs", "flask", "font", "gdb", "global-pages", "gnttab", "guest-trace",
      "hap", "hap-1gb", "hap-2mb", "hest-disable", "highmem-start", "hvm-debug", "hvm-fep",
      "idle-latency-factor", "invpcid", "ioapic-ack", "irq-max-guests", "irq-ratelimit",
      "irq-vector-map", "ivrs-hpet", "ivrs-ioapic", "lapic", "lapic-timer-c2-ok", "ler",
      "low-crashinfo", "low-mem-virq-limit", "max-gsi-irqs", "mce", "mce-fb", "mce-verbosity",
      "memop-max-order", "mmcfg", "mmio-relax", "msi", "mtrr.show", "mwait-idle", "noirqbalance",
      "nr-irqs", "numa", "pci", "pci-phantom", "pcid", "pku", "ple-gap", "ple-window", "ppin",
      "probe-port-aliases", "psr", "pv", "pv-l1tf", "pv-linear-pt", "rcu-idle-timer-period-ms",
      "rmrr", "ro-hpet", "sched-credit2-migrate-resist", "sched-gran", "sched-smt-power-savings",
      "scrub-domheap", "serial-tx-buffer", "smt", "snb-igd-quirk", "spec-ctrl", "tboot",
      "tbuf-size", "tevt-mask", "tickle-one-idle-cpu", "timer-slop", "tsc", "tsx",
      "vcpu-migration-delay", "vesa-ram", "viridian-spinlock-retry-count",
      "viridian-version", "vm-notify-window", "vpid", "vpmu", "xenheap-megabytes", "xpti", "xsm":
      true
    default: false
    }
  }
}
