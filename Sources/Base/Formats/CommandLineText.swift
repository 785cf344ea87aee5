/// A run of bytes within a text that is kept elsewhere.
public struct TextRange: Equatable, BitwiseCopyable, Sendable {
  /// The offset of the first byte.
  public var start: Int
  /// The offset one past the last byte.
  public var end: Int

  /// The bytes from `start` up to `end`.
  public init(start: Int, end: Int) {
    self.start = start
    self.end = end < start ? start : end
  }

  /// The number of bytes.
  public var count: Int { end &- start }
  /// Whether there are none.
  public var isEmpty: Bool { start == end }
  /// The range without its first `count` bytes.
  func dropping(_ count: Int) -> TextRange {
    TextRange(start: min(start &+ count, end), end: end)
  }
}

// How values are read. All functions take a range and see nothing outside of it; none of them
// traps, whatever the text.
extension RawSpan {
  /// The byte at `offset`; zero outside the span.
  @inline(__always)
  func character(_ offset: Int) -> UInt8 { littleEndian(UInt8.self, at: offset) ?? 0 }

  /// Whether the bytes of `range` are those of `text`.
  func equals(_ range: TextRange, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount && hasPrefix(range, text)
  }

  /// Whether `range` begins with `text`.
  func hasPrefix(_ range: TextRange, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard text.hasPointerRepresentation, range.count >= count else { return false }
    var index = 0
    while index < count {
      // Safety: a static string's storage lasts for ever and has `utf8CodeUnitCount` bytes.
      let wanted = unsafe text.utf8Start[index]
      guard character(range.start &+ index) == wanted else { return false }
      index &+= 1
    }
    return true
  }

  /// The offset of the first `wanted` in `range`.
  func firstOffset(of wanted: UInt8, in range: TextRange) -> Int? {
    var offset = range.start
    while offset < range.end {
      if character(offset) == wanted { return offset }
      offset &+= 1
    }
    return nil
  }

  /// Takes the part of `rest` before the next `separator` off it; `rest` is nil after the last.
  func next(_ rest: inout TextRange?, separator: UInt8) -> TextRange? {
    guard let range = rest else { return nil }
    guard let cut = firstOffset(of: separator, in: range) else {
      rest = nil
      return range
    }
    rest = TextRange(start: cut &+ 1, end: range.end)
    return TextRange(start: range.start, end: cut)
  }

  /// The words `yes on true enable 1` and `no off false disable 0`; nil for any other.
  func boolean(_ range: TextRange) -> Bool? {
    if equals(range, "yes") || equals(range, "on") || equals(range, "true")
      || equals(range, "enable") || equals(range, "1")
    {
      return true
    }
    if equals(range, "no") || equals(range, "off") || equals(range, "false")
      || equals(range, "disable") || equals(range, "0")
    {
      return false
    }
    return nil
  }

  /// Reads digits from the start of `range` and takes them off it: hexadecimal after `0x`, octal
  /// after `0`, else decimal. Nil, with `range` untouched, without a digit or if 64 bits overflow.
  func digits(_ range: inout TextRange) -> UInt64? {
    var rest = range
    var radix: UInt64 = 10
    if hasPrefix(rest, "0x") || hasPrefix(rest, "0X") {
      radix = 16
      rest = rest.dropping(2)
    } else if hasPrefix(rest, "0") {
      radix = 8
    }
    var value: UInt64 = 0
    let first = rest.start
    while rest.start < rest.end, let digit = Self.digit(character(rest.start)), digit < radix {
      let (product, overflowed) = value.multipliedReportingOverflow(by: radix)
      let (sum, carried) = product.addingReportingOverflow(digit)
      guard !overflowed, !carried else { return nil }
      value = sum
      rest = rest.dropping(1)
    }
    guard rest.start > first else { return nil }
    range = rest
    return value
  }

  private static func digit(_ character: UInt8) -> UInt64? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
  }

  /// All of `range` as an unsigned number of at most 32 bits.
  func unsigned(_ range: TextRange) -> UInt32? {
    var rest = range
    guard let value = digits(&rest), rest.isEmpty else { return nil }
    return UInt32(exactly: value)
  }

  /// All of `range` as a number of at most 31 bits with an optional minus.
  func signed(_ range: TextRange) -> Int32? {
    guard character(range.start) == UInt8(ascii: "-"), !range.isEmpty else {
      return unsigned(range).flatMap { Int32(exactly: $0) }
    }
    return unsigned(range.dropping(1)).flatMap { Int32(exactly: 0 &- Int64($0)) }
  }

  /// Reads a size in bytes from the start of `range` and takes it off it. Without one of the
  /// suffixes `T G M K B`, of either case, it counts KiB.
  func sizePrefix(_ range: inout TextRange) -> UInt64? {
    var rest = range
    guard let number = digits(&rest) else { return nil }
    var shift: UInt64 = 10
    var hasSuffix = true
    switch rest.isEmpty ? 0 : character(rest.start) | 0x20 {
    case UInt8(ascii: "t"): shift = 40
    case UInt8(ascii: "g"): shift = 30
    case UInt8(ascii: "m"): shift = 20
    case UInt8(ascii: "k"): shift = 10
    case UInt8(ascii: "b"): shift = 0
    default: hasSuffix = false
    }
    guard (number << shift) >> shift == number else { return nil }
    range = hasSuffix ? rest.dropping(1) : rest
    return number << shift
  }

  /// All of `range` as a size in bytes.
  func size(_ range: TextRange) -> UInt64? {
    var rest = range
    guard let bytes = sizePrefix(&rest), rest.isEmpty else { return nil }
    return bytes
  }
}
