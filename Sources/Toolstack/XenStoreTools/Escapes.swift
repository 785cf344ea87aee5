/// Values as the stock programs print and read them: what is not printable ASCII is escaped.
enum Escapes {
  /// Makes a value printable.
  static func escape(_ value: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in value {
      switch byte {
      case UInt8(ascii: "\\"): result.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): result.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\r"): result.append(contentsOf: "\\r".utf8)
      case UInt8(ascii: "\t"): result.append(contentsOf: "\\t".utf8)
      case 0x20...0x7e: result.append(byte)
      case 0...7: result.append(contentsOf: "\\00\(byte)".utf8)
      default:
        let digits = String(byte, radix: 16)
        result.append(contentsOf: (digits.count == 1 ? "\\x0" : "\\x").utf8)
        result.append(contentsOf: digits.utf8)
      }
    }
    return result
  }

  /// Undoes that: `\n`, `\r`, `\t`, `\x` and one or two hexadecimal digits, up to three octal ones;
  /// any other character after a backslash means itself.
  static func unescape(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      switch rest.first {
      case nil: result.append(0)
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "x"):
        rest.removeFirst()
        guard let next = rest.first, digit(next) != nil else {
          result.append(UInt8(ascii: "x"))
          continue
        }
        result.append(number(&rest, radix: 16, digits: 2))
        continue
      case let digit? where (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit):
        result.append(number(&rest, radix: 8, digits: 3))
        continue
      case let other?: result.append(other)
      }
      _ = rest.popFirst()
    }
    return result
  }

  private static func number(
    _ rest: inout ArraySlice<UInt8>, radix: UInt8, digits: Int
  ) -> UInt8 {
    var value: UInt8 = 0
    for _ in 0..<digits {
      guard let byte = rest.first, let digit = digit(byte), digit < radix else { break }
      value = value &* radix &+ digit
      rest.removeFirst()
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
