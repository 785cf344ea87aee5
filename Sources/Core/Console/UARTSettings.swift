/// The registers of a 16550 for a description of the line.
/// - Source: PC16550D data sheet, line control register and divisor latch.
public struct UARTSettings: Equatable, Sendable {
  /// What the base rate is divided by.
  public var divisor: UInt16
  /// The line control register, divisor latch off.
  public var lineControl: UInt8

  /// A parity bit, as the line control register has it.
  public enum Parity: UInt8, Sendable {
    case none = 0
    case odd = 0x08
    case even = 0x18
    case mark = 0x28
    case space = 0x38
  }

  /// The registers for `baud` bits per second of a port whose rate at divisor 1 is `baseBaud`, with
  /// 5 to 8 data bits and 1 or 2 stop bits; numbers out of range are brought into it. The nearest
  /// rate is chosen.
  public init(
    baud: UInt32, baseBaud: UInt32 = 115_200, dataBits: UInt8 = 8, parity: Parity = .none,
    stopBits: UInt8 = 1
  ) {
    let rate = max(UInt64(baud), 1)
    let quotient = (UInt64(baseBaud) + rate / 2) / rate
    divisor = UInt16(clamping: max(quotient, 1))
    let bits = min(max(dataBits, 5), 8) - 5
    lineControl = bits | (stopBits >= 2 ? 0x04 : 0) | parity.rawValue
  }
}
