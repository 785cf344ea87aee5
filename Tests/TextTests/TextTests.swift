import Testing
import Text

private func text(_ line: Line) -> String {
  var result = ""
  line.withBytes { bytes, count in
    result = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
  return result
}

struct LineTests {
  @Test func numbersAreWrittenInDecimal() {
    #expect(
      text("\(0) \(42) \(UInt64.max) \(Int64.min)")
        == "0 42 18446744073709551615 -9223372036854775808")
  }

  @Test func numbersAreWrittenInHexadecimal() {
    #expect(text("\(hex: UInt64(0))") == "0x0")
    #expect(text("\(hex: UInt64(0xdead_beef))") == "0xdeadbeef")
    #expect(text("\(hex: UInt8(5), digits: 2)") == "0x05")
    #expect(text("\(hex: UInt64.max, digits: 4)") == "0xffffffffffffffff")
    #expect(text("\(hex: Int8(-1))") == "0xff")
    #expect(text("\(hex: UInt64(1), digits: 99)") == "0x0000000000000001")
  }

  @Test func piecesComeInOrder() {
    let inner: Line = "[\(true)]"
    #expect(text("a\(inner)b\(false)\("c" as StaticString)") == "a[true]bfalsec")
  }

  @Test func whatIsTooLongIsCut() {
    let ten: StaticString = "0123456789"
    var buffer = LineBuffer()
    for _ in 0..<30 { buffer.append(ten) }
    #expect(buffer.count == Text.lineBytes)
    buffer.append(decimal: 7)
    #expect(buffer.count == Text.lineBytes)
    #expect(buffer.bytes[255] == UInt8(ascii: "5"))
  }
}
