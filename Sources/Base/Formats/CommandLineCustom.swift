import Primitives

// The options whose values have a grammar of their own.
extension CommandLine {
  static func applyCustom(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised? {
    switch word.name {
    case "console-timestamps": timestamps(word, text, &options)
    case "watchdog": watchdog(word, text, &options)
    case "acpi": acpi(word, text, &options)
    case "iommu": iommu(word, text, &options)
    case "hpet": hpet(word, text, &options)
    default:
      // The rest are no booleans, so `no-` before them is a mistake.
      if let result = applyPlain(word, text, &options) {
        word.isNegated ? .bad(.cannotBeNegated) : result
      } else {
        nil
      }
    }
  }

  private static func applyPlain(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised? {
    // On a copy: a negated word must change nothing.
    var changed = options
    let result: Recognised
    switch word.name {
    case "console": result = consoles(word.value, text, &changed)
    case "com1": result = serial(word.value, text, &changed.com1)
    case "com2": result = serial(word.value, text, &changed.com2)
    case "vga": result = screen(word.value, text, &changed)
    case "loglvl": result = thresholds(word.value, text, &changed.log)
    case "guest-loglvl": result = thresholds(word.value, text, &changed.guestLog)
    case "conswitch": result = consoleSwitch(word.value, text, &changed)
    case "dom0-mem": result = dom0Memory(word.value, text, &changed.dom0Memory)
    case "dom0-max-vcpus": result = dom0VCPUs(word.value, text, &changed)
    case "dom0": result = dom0(word.value, text, &changed)
    case "sched": result = scheduler(word.value, text, &changed)
    case "clocksource": result = clockSource(word.value, text, &changed)
    case "ucode": result = microcode(word.value, text, &changed)
    case "nmi": result = nmi(word.value, text, &changed)
    case "reboot": result = reboot(word.value, text, &changed)
    case "xenver": result = version(word.value, text, &changed)
    default: return nil
    }
    if result.complaint == nil, !word.isNegated { options = changed }
    return result
  }

  // MARK: Booleans with more values

  private static func timestamps(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if let on = truth(word, text) {
      options.timestamps = on ? .date : .none
    } else if text.equals(word.value, "none") {
      options.timestamps = .none
    } else if text.equals(word.value, "date") {
      options.timestamps = .date
    } else if text.equals(word.value, "datems") {
      options.timestamps = .dateMilliseconds
    } else if text.equals(word.value, "boot") {
      options.timestamps = .boot
    } else if text.equals(word.value, "raw") {
      options.timestamps = .raw
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  private static func watchdog(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if let on = truth(word, text) {
      options.watchdog = on ? .on : .off
    } else if text.equals(word.value, "force"), !word.isNegated {
      options.watchdog = .forced
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  private static func acpi(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if let on = truth(word, text) {
      options.acpi = on ? .on : .off
    } else if word.isNegated {
      return .bad(.cannotBeNegated)
    } else if text.equals(word.value, "force") {
      options.acpi = .forced
    } else if text.equals(word.value, "ht") {
      options.acpi = .processorsOnly
    } else if text.equals(word.value, "noirq") {
      options.acpi = .noInterrupts
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  /// A list of which only on and off concern us; the details are for a driver we do not have.
  private static func iommu(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = word.value
    while let item = text.next(&rest, separator: comma) {
      if item.isEmpty {
        options.iommu = Preference(!word.isNegated)
      } else if let on = text.boolean(item) {
        options.iommu = Preference(on != word.isNegated)
      } else if text.equals(item, "force") || text.equals(item, "required") {
        options.iommu = .on
      }
    }
    return .fine
  }

  private static func hpet(
    _ word: OptionWord, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if let on = truth(word, text) {
      options.isHPETUsed = on
      return .fine
    }
    guard text.hasPrefix(word.value, "broadcast") || text.hasPrefix(word.value, "legacy")
    else { return .bad(.unknownValue) }
    return .fine
  }

  // MARK: Console

  private static func consoles(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var chosen = ConsoleChoice.none
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      if text.equals(item, "vga") {
        chosen.insert(.vga)
      } else if text.hasPrefix(item, "com1"), isSharing(text, item.dropping(4)) {
        chosen.insert(.com1)
      } else if text.hasPrefix(item, "com2"), isSharing(text, item.dropping(4)) {
        chosen.insert(.com2)
      } else if text.equals(item, "pv") || text.equals(item, "xen") {
        chosen.insert(.pv)
      } else if text.hasPrefix(item, "dbgp") {
        chosen.insert(.debugPort)
      } else if !text.equals(item, "none") {
        return .bad(.unknownValue)
      }
    }
    options.consoles = chosen
    return .fine
  }

  /// A mode, which stays the one that the boot loader left, and `keep`.
  private static func screen(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      if text.equals(item, "keep") {
        options.isVGAKept = true
      } else if !text.hasPrefix(item, "text-"), !text.hasPrefix(item, "gfx-"),
        !text.hasPrefix(item, "mode-"), !text.equals(item, "current"), !text.equals(item, "ask")
      {
        return .bad(.unknownValue)
      }
    }
    return .fine
  }

  /// A port can be shared with a debugger that sets the highest bit, or clears it.
  private static func isSharing(_ text: RawSpan, _ suffix: TextRange) -> Bool {
    suffix.isEmpty || text.equals(suffix, "H") || text.equals(suffix, "L")
  }

  private static func thresholds(
    _ value: TextRange, _ text: RawSpan, _ thresholds: inout LogThresholds
  ) -> Recognised {
    var rest: TextRange? = value
    guard let first = text.next(&rest, separator: slash), let always = level(text, first)
    else { return .bad(.unknownValue) }
    var limited = always
    if let rest {
      guard let second = level(text, rest) else { return .bad(.unknownValue) }
      limited = second
    }
    thresholds = LogThresholds(always: always, limited: limited)
    return .fine
  }

  private static func level(_ text: RawSpan, _ range: TextRange) -> UInt8? {
    if text.equals(range, "none") { return 0 }
    if text.equals(range, "error") { return 1 }
    if text.equals(range, "warning") { return 2 }
    if text.equals(range, "info") { return 3 }
    if text.equals(range, "debug") || text.equals(range, "all") { return 4 }
    return nil
  }

  private static func consoleSwitch(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    guard !value.isEmpty, value.count <= 2 else { return .bad(.unknownValue) }
    options.consoleSwitch = text.character(value.start)
    options.isInputGivenToDom0 =
      value.count < 2 || text.character(value.start &+ 1) != UInt8(ascii: "x")
    return .fine
  }

  // MARK: dom0

  private static func dom0Memory(
    _ value: TextRange, _ text: RawSpan, _ memory: inout Dom0Memory
  ) -> Recognised {
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      let isMinimum = text.hasPrefix(item, "min:")
      let isMaximum = text.hasPrefix(item, "max:")
      guard let amount = amount(text, isMinimum || isMaximum ? item.dropping(4) : item)
      else { return .bad(.notASize) }
      if isMinimum {
        memory.minimum = amount
      } else if isMaximum {
        memory.maximum = amount
      } else {
        memory.initial = amount
      }
    }
    return .fine
  }

  /// `[-]size`, `[-]n%` or `[-]size+n%`.
  private static func amount(_ text: RawSpan, _ range: TextRange) -> MemoryAmount? {
    var rest = range
    let isLeftOver = text.hasPrefix(rest, "-")
    if isLeftOver { rest = rest.dropping(1) }
    if let percent = percent(text, rest) {
      return MemoryAmount(percent: percent, isLeftOver: isLeftOver)
    }
    guard let bytes = text.sizePrefix(&rest) else { return nil }
    if rest.isEmpty { return MemoryAmount(bytes: bytes, isLeftOver: isLeftOver) }
    guard text.hasPrefix(rest, "+"), let percent = percent(text, rest.dropping(1))
    else { return nil }
    return MemoryAmount(bytes: bytes, percent: percent, isLeftOver: isLeftOver)
  }

  private static func percent(_ text: RawSpan, _ range: TextRange) -> UInt32? {
    var rest = range
    guard let value = text.digits(&rest), text.equals(rest, "%"), value < 100 else { return nil }
    return UInt32(truncatingIfNeeded: value)
  }

  /// `n`, `min-max`, `min-` or `-max`.
  private static func dom0VCPUs(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    guard let dash = text.firstOffset(of: UInt8(ascii: "-"), in: value) else {
      guard let count = text.unsigned(value) else { return .bad(.notANumber) }
      options.dom0MinimumVCPUs = count
      options.dom0MaximumVCPUs = count
      return .fine
    }
    let low = TextRange(start: value.start, end: dash)
    let high = TextRange(start: dash &+ 1, end: value.end)
    let minimum = low.isEmpty ? 1 : text.unsigned(low)
    let maximum = high.isEmpty ? nil : text.unsigned(high)
    guard let minimum, high.isEmpty || maximum != nil else { return .bad(.notANumber) }
    if let maximum, maximum < minimum { return .bad(.outOfRange) }
    options.dom0MinimumVCPUs = minimum
    options.dom0MaximumVCPUs = maximum
    return .fine
  }

  private static func dom0(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      if text.equals(item, "pvh") {
        options.isDom0PVH = true
      } else if text.equals(item, "pv") {
        options.isDom0PVH = false
      } else if text.equals(item, "verbose") {
        options.isDom0Verbose = true
      }
    }
    return .fine
  }

  // MARK: Platform

  private static func scheduler(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if text.equals(value, "credit") {
      options.scheduler = .credit
    } else if text.equals(value, "credit2") {
      options.scheduler = .credit2
    } else if text.equals(value, "null") {
      options.scheduler = .null
    } else if text.equals(value, "rtds") {
      options.scheduler = .rtds
    } else if text.equals(value, "arinc653") {
      options.scheduler = .arinc653
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  private static func clockSource(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if text.equals(value, "pit") {
      options.clockSource = .pit
    } else if text.equals(value, "hpet") {
      options.clockSource = .hpet
    } else if text.equals(value, "acpi") {
      options.clockSource = .acpi
    } else if text.equals(value, "tsc") {
      options.clockSource = .tsc
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  private static func microcode(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      if let module = text.signed(item) {
        options.microcode = .module(module)
      } else if text.equals(item, "scan") {
        options.microcode = .scan
      } else if text.hasPrefix(item, "scan=") {
        guard let on = text.boolean(item.dropping(5)) else { return .bad(.notABoolean) }
        options.microcode = on ? .scan : .none
      } else if !text.hasPrefix(item, "nmi"), !text.equals(item, "no-nmi") {
        return .bad(.unknownValue)
      }
    }
    return .fine
  }

  private static func nmi(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    if text.equals(value, "ignore") {
      options.nmi = .ignore
    } else if text.equals(value, "dom0") {
      options.nmi = .dom0
    } else if text.equals(value, "fatal") {
      options.nmi = .fatal
    } else {
      return .bad(.unknownValue)
    }
    return .fine
  }

  /// A list of words of which the first letter counts; `warm` and `cold` make no difference.
  private static func reboot(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = value
    while let item = text.next(&rest, separator: comma) {
      switch text.character(item.start) {
      case UInt8(ascii: "t"): options.reboot = .tripleFault
      case UInt8(ascii: "k"): options.reboot = .keyboard
      case UInt8(ascii: "a"): options.reboot = .acpi
      case UInt8(ascii: "p"): options.reboot = .pci
      case UInt8(ascii: "P"): options.reboot = .power
      case UInt8(ascii: "e"): options.reboot = .efi
      case UInt8(ascii: "x"): options.reboot = .hypervisor
      case UInt8(ascii: "n"): options.reboot = .none
      case UInt8(ascii: "w"), UInt8(ascii: "c"), UInt8(ascii: "b"): break
      default: return .bad(.unknownValue)
      }
    }
    return .fine
  }

  private static func version(
    _ value: TextRange, _ text: RawSpan, _ options: inout Options
  ) -> Recognised {
    var rest: TextRange? = value
    guard let first = text.next(&rest, separator: UInt8(ascii: ".")), let second = rest,
      let major = text.unsigned(first).flatMap({ UInt16(exactly: $0) }),
      let minor = text.unsigned(second).flatMap({ UInt16(exactly: $0) })
    else { return .bad(.notANumber) }
    options.claimedVersion = (major, minor)
    return .fine
  }

  static var comma: UInt8 { UInt8(ascii: ",") }
  static var slash: UInt8 { UInt8(ascii: "/") }
}
