import Primitives

// `com1` and `com2`: positional parts separated by commas, then `name=value` parts.
//
//   <baud>|auto [/<base-baud>] [, DPS [, <io-base>|pci|amt [, <irq>|msi [, <bdf> [, <bdf>]]]]]
extension Options {
  /// The serial port `number` (0 for `com1`, 1 for `com2`), if it is ours: as its option describes
  /// it, or, when only `console` names it, as the firmware left it.
  public func serialPort(_ number: Int) -> SerialOptions? {
    let described = number == 0 ? com1 : com2
    let isWanted = consoles.contains(number == 0 ? .com1 : .com2)
    return described ?? (isWanted ? SerialOptions() : nil)
  }
}

extension CommandLine {
  /// Reads the description of a serial port.
  /// - Source: `docs/misc/xen-command-line.pandoc`, "com1".
  static func serial(
    _ value: TextRange, _ text: RawSpan, _ port: inout SerialOptions?
  ) -> Recognised {
    var options = port ?? SerialOptions()
    var rest: TextRange? = value
    var position = 0
    while let item = text.next(&rest, separator: comma) {
      let equals = text.firstOffset(of: UInt8(ascii: "="), in: item)
      let result: Recognised
      if let equals {
        let name = OptionName(text, TextRange(start: item.start, end: equals))
        let value = TextRange(start: equals &+ 1, end: item.end)
        result = named(name, value, text, &options)
      } else {
        result = item.isEmpty ? .fine : positional(position, item, text, &options)
        position &+= 1
      }
      if result.complaint != nil { return result }
    }
    port = options
    return .fine
  }

  private static func positional(
    _ position: Int, _ item: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    switch position {
    case 0: baud(item, text, &options)
    case 1: frame(item, text, &options)
    case 2: ioBase(item, text, &options)
    case 3: irq(item, text, &options)
    // Where on PCI the port and its bridge are: accepted, but the port is looked for anyway.
    case 4, 5: .fine
    default: .bad(.unknownValue)
    }
  }

  private static func named(
    _ name: OptionName, _ value: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    switch name {
    case "baud": return baud(value, text, &options)
    case "io-base": return ioBase(value, text, &options)
    case "irq": return irq(value, text, &options)
    case "data-bits": return bits(value, 5, 8, &options.dataBits, text)
    case "stop-bits": return bits(value, 1, 2, &options.stopBits, text)
    case "reg-shift": return bits(value, 0, 4, &options.registerShift, text)
    case "reg-width": return bits(value, 1, 4, &options.registerWidth, text)
    case "parity":
      guard value.count == 1, let parity = parity(text.character(value.start))
      else { return .bad(.unknownValue) }
      options.parity = parity
      return .fine
    case "clock-hz":
      guard let hertz = text.unsigned(value) else { return .bad(.notANumber) }
      options.baseBaud = hertz / 16
      return .fine
    case "dev":
      guard text.equals(value, "pci") || text.equals(value, "amt")
      else { return .bad(.unknownValue) }
      options.isPCI = true
      return .fine
    case "port", "bridge": return .fine
    default: return .bad(.unknownValue)
    }
  }

  private static func baud(
    _ item: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    var rest: TextRange? = item
    guard let rate = text.next(&rest, separator: slash) else { return .bad(.notANumber) }
    if text.equals(rate, "auto") {
      options.baud = nil
    } else {
      guard let value = text.unsigned(rate) else { return .bad(.notANumber) }
      guard value > 0 else { return .bad(.outOfRange) }
      options.baud = value
    }
    if let rest {
      guard let base = text.unsigned(rest) else { return .bad(.notANumber) }
      guard base > 0 else { return .bad(.outOfRange) }
      options.baseBaud = base
    }
    return .fine
  }

  /// `8n1` and the like.
  private static func frame(
    _ item: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    guard item.count == 3, let parity = parity(text.character(item.start &+ 1))
    else { return .bad(.unknownValue) }
    let data = text.character(item.start) &- UInt8(ascii: "0")
    let stop = text.character(item.start &+ 2) &- UInt8(ascii: "0")
    guard data >= 5, data <= 8, stop == 1 || stop == 2 else { return .bad(.outOfRange) }
    options.dataBits = data
    options.parity = parity
    options.stopBits = stop
    return .fine
  }

  private static func parity(_ letter: UInt8) -> SerialOptions.Parity? {
    switch letter {
    case UInt8(ascii: "n"): SerialOptions.Parity.none
    case UInt8(ascii: "o"): .odd
    case UInt8(ascii: "e"): .even
    case UInt8(ascii: "m"): .mark
    case UInt8(ascii: "s"): .space
    default: nil
    }
  }

  private static func ioBase(
    _ item: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    if text.equals(item, "pci") || text.equals(item, "amt") {
      options.isPCI = true
      return .fine
    }
    var rest = item
    guard let base = text.digits(&rest), rest.isEmpty else { return .bad(.notANumber) }
    options.ioBase = base
    return .fine
  }

  private static func irq(
    _ item: TextRange, _ text: RawSpan, _ options: inout SerialOptions
  ) -> Recognised {
    // Message-signalled: the port is polled instead, which needs nothing.
    if text.equals(item, "msi") {
      options.irq = 0
      return .fine
    }
    guard let line = text.unsigned(item) else { return .bad(.notANumber) }
    options.irq = line
    return .fine
  }

  private static func bits(
    _ value: TextRange, _ low: UInt32, _ high: UInt32, _ option: inout UInt8, _ text: RawSpan
  ) -> Recognised {
    guard let number = text.unsigned(value) else { return .bad(.notANumber) }
    guard number >= low, number <= high else { return .bad(.outOfRange) }
    option = UInt8(truncatingIfNeeded: number)
    return .fine
  }
}
