/// One line of text in a fixed buffer, made by string interpolation without allocation.
///
/// `log(.info, "dom\(id.rawValue): \(count) pages at \(hex: address)")`
public struct Line: ExpressibleByStringInterpolation {
  /// The characters so far.
  public var buffer = LineBuffer()

  /// An empty line, to be appended to.
  public init() {}

  /// A line of fixed text.
  public init(stringLiteral text: StaticString) { buffer.append(text) }

  /// A line composed by interpolation.
  public init(stringInterpolation: StringInterpolation) { buffer = stringInterpolation.buffer }

  /// Lends the bytes of the line.
  public func withBytes(_ body: (UnsafePointer<UInt8>, Int) -> Void) {
    let count = buffer.count
    var bytes = buffer.bytes
    unsafe withUnsafeBytes(of: &bytes) { raw in
      // Safety: the buffer is at least one byte long and holds `count` initialised bytes.
      guard let base = raw.baseAddress else { return }
      unsafe body(base.assumingMemoryBound(to: UInt8.self), count)
    }
  }

  /// Collects the pieces of an interpolation.
  public struct StringInterpolation: StringInterpolationProtocol {
    var buffer = LineBuffer()

    /// Starts an empty line.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Appends fixed text.
    public mutating func appendLiteral(_ text: StaticString) { buffer.append(text) }

    /// Appends fixed text.
    public mutating func appendInterpolation(_ text: StaticString) { buffer.append(text) }

    /// Appends a number in decimal.
    public mutating func appendInterpolation(_ value: some BinaryInteger) {
      buffer.append(decimal: value)
    }

    /// Appends a number as 0x and hexadecimal digits, at least `digits` of them.
    public mutating func appendInterpolation(hex value: some FixedWidthInteger, digits: Int = 1) {
      buffer.append(hexadecimal: value, digits: digits)
    }

    /// Appends a byte as two hexadecimal digits.
    public mutating func appendInterpolation(digits value: UInt8) {
      buffer.append(byte: LineBuffer.digit(value >> 4))
      buffer.append(byte: LineBuffer.digit(value & 15))
    }

    /// Appends "true" or "false".
    public mutating func appendInterpolation(_ value: Bool) {
      buffer.append(value ? "true" : "false")
    }

    /// Appends another line.
    public mutating func appendInterpolation(_ line: Line) { buffer.append(line: line) }
  }
}

/// Up to `Text.lineBytes` characters; what does not fit is dropped.
public struct LineBuffer {
  /// The characters; those past `count` mean nothing.
  public private(set) var bytes = InlineArray<256, UInt8>(repeating: 0)
  /// How many characters there are.
  public private(set) var count = 0

  /// An empty buffer.
  public init() {}

  /// Appends one character.
  public mutating func append(byte: UInt8) {
    guard count < 256 else { return }
    bytes[count] = byte
    count += 1
  }

  /// Appends fixed text.
  public mutating func append(_ text: StaticString) {
    for i in 0..<text.utf8CodeUnitCount {
      // Safety: `i` is below the string's own count.
      append(byte: unsafe text.utf8Start[i])
    }
  }

  /// Appends a line.
  public mutating func append(line: Line) {
    for i in 0..<line.buffer.count { append(byte: line.buffer.bytes[i]) }
  }

  /// Appends a number in decimal.
  public mutating func append(decimal value: some BinaryInteger) {
    if value < 0 { append(byte: 45) }
    var rest = UInt64(truncatingIfNeeded: value.magnitude)
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var n = 0
    repeat {
      digits[n] = UInt8(truncatingIfNeeded: rest % 10) + 48
      rest /= 10
      n += 1
    } while rest != 0
    while n > 0 {
      n -= 1
      append(byte: digits[n])
    }
  }

  /// Appends a number as 0x and hexadecimal digits, at least `digits` of them.
  public mutating func append(hexadecimal value: some FixedWidthInteger, digits: Int) {
    append("0x")
    let bits =
      UInt64(truncatingIfNeeded: value) & (UInt64.max >> UInt64(64 - min(64, value.bitWidth)))
    var n = max(1, min(16, digits))
    while n < 16, bits >> UInt64(n * 4) != 0 { n += 1 }
    while n > 0 {
      n -= 1
      append(byte: Self.digit(UInt8(truncatingIfNeeded: bits >> UInt64(n * 4)) & 15))
    }
  }

  /// The hexadecimal digit for a value below 16.
  public static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? 48 &+ nibble : 87 &+ nibble
  }
}
