import Testing

@testable import XenStoreWire

@Suite struct CodecTests {
  @Test func aHeaderIsFourLittleEndianWords() {
    let header = MessageHeader(type: 2, requestID: 0x0102_0304, transactionID: 7, length: 300)
    var bytes: [UInt8] = []
    header.append(to: &bytes)
    #expect(bytes == [2, 0, 0, 0, 4, 3, 2, 1, 7, 0, 0, 0, 44, 1, 0, 0])
    #expect(MessageHeader(reading: bytes.span) == header)
    #expect(MessageHeader(reading: bytes.span, at: 1) == nil)
    #expect(MessageHeader(reading: bytes.span, at: -1) == nil)
    #expect(!header.isTooLong)
    #expect(MessageHeader(type: 2, requestID: 0, transactionID: 0, length: 4097).isTooLong)
  }

  @Test func aPermissionIsALetterAndADecimalNumber() throws {
    func read(_ text: String) -> Permission? {
      let bytes = Array(text.utf8)
      return try? Permission(reading: bytes.span, 0..<bytes.count)
    }
    #expect(read("b12") == Permission(DomainID(rawValue: 12), [.read, .write]))
    #expect(read("n0") == Permission(.zero, []))
    for text in ["", "r", "x0", "r1x", "r-1", "r65536", "1r"] {
      #expect(read(text) == nil, "\(text)")
    }
    for letter in ["n", "r", "w", "b"] {
      var bytes: [UInt8] = []
      read("\(letter)40")?.append(to: &bytes)
      #expect(bytes == Array("\(letter)40\0".utf8))
    }
  }

  @Test func numbersAreWrittenInDecimal() {
    for value: UInt64 in [0, 9, 10, 99, 100, 65535, .max] {
      var bytes: [UInt8] = []
      Decimal.append(value, to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == "\(value)")
      #expect(Decimal.parse(bytes.span, 0..<bytes.count) == value)
    }
  }

  @Test func errorsGoByName() {
    for error in StoreError.allCases {
      var bytes: [UInt8] = []
      error.append(to: &bytes)
      #expect(bytes.last == 0)
      #expect(StoreError(reading: bytes.span) == error)
    }
    #expect(StoreError(reading: Array("EQUOTA\0".utf8).span) == .invalid)
  }

  @Test func repliesAreReadByTheirType() throws {
    func read(_ type: MessageType, _ text: String) -> Reply? {
      let bytes = Array(text.utf8)
      return try? Reply(type, bytes.span)
    }
    #expect(read(.write, "OK\0") == .done)
    #expect(read(.write, "no\0") == nil)
    #expect(read(.read, "value") == .value(0..<5))
    #expect(read(.directory, "a\0b\0") == .list(0..<4))
    #expect(read(.directory, "a\0b") == nil)
    #expect(read(.error, "ENOENT\0") == .failure(.notFound))
    #expect(read(.watchEvent, "/a\0t\0") == .event(path: 0..<2, token: 3..<4))
    #expect(read(.watchEvent, "/a\0t") == nil)
    #expect(read(.transactionStart, "7\0") == .value(0..<1))
  }

  @Test func typesHaveTheNumbersOfTheHeader() {
    #expect(MessageType.resetWatches.rawValue == 21)
    #expect(MessageType.setQuota.rawValue == 26)
    #expect(MessageType(rawValue: 20) == nil)
    #expect(MessageType.control.needsPrivilege)
    #expect(!MessageType.read.needsPrivilege)
  }
}
