import Testing
import XenStoreWire

@testable import XenStoreCore

/// What is done a word at a time is the same as byte by byte.
@Suite struct ByteTests {
  @Test func theFirstNulIsFoundWhereverItStands() {
    for count in 0..<20 {
      let plain = [UInt8](repeating: 0x81, count: count)
      let none = firstNul(plain.span)
      #expect(none == nil)
      for index in plain.indices {
        var bytes = plain
        bytes[index...] = [0, 1, 0x80, 0xff].prefix(count - index)
        let found = firstNul(bytes.span)
        #expect(found == index)
      }
    }
  }

  @Test func oneByteMakesADifferenceWhereverItStands() {
    for count in 1..<20 {
      let some = (0..<count).map { UInt8($0) }
      let mark = hash(some.span, 0..<count, seed: 7)
      let isSame = equal(some, 0, some.span, 0, count: count)
      #expect(isSame)
      for index in some.indices {
        var other = some
        other[index] ^= 0x80
        let isEqual = equal(some, 0, other.span, 0, count: count)
        let otherMark = hash(other.span, 0..<count, seed: 7)
        #expect(!isEqual)
        #expect(otherMark != mark)
      }
    }
  }

  @Test func numbersAreAppendedAsText() {
    for value in [0, 9, 10, 99_999_999, 100_000_000, 1_000_000_070, UInt64.max] {
      var buffer = ByteBuffer()
      buffer.append(decimal: value)
      #expect(buffer.bytes(from: 0) == Array("\(value)".utf8))
    }
  }

  @Test(arguments: [
    "", "\0", "/a", "/a\0", "/a\0\0", "/a\0b", "/a\0b\0", "\0\0", "/a/long/path/of/a/node\0",
    "/a/long/path/of/a/node", "/a/long/path/of/a/node\0with a value",
  ])
  func requestsAreReadAsTheProtocolSays(payload: String) {
    let bytes = Array(payload.utf8)
    for type in MessageType.allCases {
      let fast = try? Request(reading: type, bytes.span)
      let plain = try? Request(type, bytes.span)
      #expect(fast == plain, "\(type)")
    }
  }
}
