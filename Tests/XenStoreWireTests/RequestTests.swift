import Testing

@testable import XenStoreWire

private func parse(_ type: MessageType, _ text: String) -> Result<Request, StoreError> {
  let bytes = Array(text.utf8)
  return Result { () throws(StoreError) in try Request(type, bytes.span) }
}

@Suite struct RequestTests {
  @Test func aReadHasOnePath() {
    #expect(parse(.read, "/a\0") == .success(.read(path: 0..<2)))
    #expect(parse(.read, "/a") == .failure(.invalid))
    #expect(parse(.read, "/a\0b\0") == .failure(.invalid))
    #expect(parse(.read, "") == .failure(.invalid))
  }

  @Test func aValueMayBeEmptyAndMayHoldNuls() {
    #expect(parse(.write, "/a\0") == .success(.write(path: 0..<2, value: 3..<3)))
    #expect(parse(.write, "/a\0x\0y") == .success(.write(path: 0..<2, value: 3..<6)))
  }

  @Test func aWatchMayHaveADepth() {
    #expect(parse(.watch, "/a\0t\0") == .success(.watch(path: 0..<2, token: 3..<4, depth: nil)))
    #expect(parse(.watch, "/a\0t\02\0") == .success(.watch(path: 0..<2, token: 3..<4, depth: 2)))
    #expect(parse(.watch, "/a\0t\0-1\0") == .failure(.invalid))
    #expect(parse(.watch, "/a\0") == .failure(.invalid))
  }

  @Test func aTransactionEndsWithTOrF() {
    #expect(parse(.transactionEnd, "T\0") == .success(.transactionEnd(commits: true)))
    #expect(parse(.transactionEnd, "F\0") == .success(.transactionEnd(commits: false)))
    #expect(parse(.transactionEnd, "X\0") == .failure(.invalid))
    #expect(parse(.transactionEnd, "TT\0") == .failure(.invalid))
    #expect(parse(.transactionEnd, "\0") == .failure(.invalid))
  }

  @Test func aDomainIsADecimalNumber() {
    let five = DomainID(rawValue: 5)
    #expect(parse(.release, "5\0") == .success(.release(domain: five)))
    for text in ["", "\0", "x\0", "-1\0", "65536\0", "5x\0", "99999999999999999999\0"] {
      #expect(parse(.release, text) == .failure(.invalid), "\(text)")
    }
  }

  @Test func aFrameMayBeNegative() {
    #expect(
      parse(.introduce, "3\0-1\05\0")
        == .success(.introduce(domain: DomainID(rawValue: 3), frame: .max, port: 5)))
    #expect(parse(.introduce, "3\0-\05\0") == .failure(.invalid))
    #expect(parse(.introduce, "3\0007\0") == .failure(.invalid))
  }

  @Test func limitsMayNameADomain() {
    #expect(parse(.getQuota, "\0") == .success(.getQuota(domain: nil, name: nil)))
    #expect(parse(.getQuota, "nodes\0") == .success(.getQuota(domain: nil, name: 0..<5)))
    #expect(
      parse(.setQuota, "1\0nodes\09\0")
        == .success(.setQuota(domain: DomainID(rawValue: 1), name: 2..<7, value: 9)))
    #expect(parse(.setQuota, "nodes\0") == .failure(.invalid))
    #expect(parse(.getFeature, "") == .success(.getFeature(domain: nil)))
  }

  @Test func whatOnlyAServerSendsIsNoRequest() {
    #expect(parse(.watchEvent, "/a\0t\0") == .failure(.notImplemented))
    #expect(parse(.error, "EINVAL\0") == .failure(.notImplemented))
  }

  /// Random payloads of every type: an answer or an error, never a trap.
  @Test func anyPayloadIsReadOrRefused() {
    var state: UInt64 = 88_172_645_463_325_252
    for _ in 0..<2_000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      var bytes: [UInt8] = []
      for shift in 0..<Int(state >> 60) { bytes.append(UInt8(state >> UInt64(shift * 3) & 0x3f)) }
      for type in MessageType.allCases { _ = try? Request(type, bytes.span) }
      for type in MessageType.allCases { _ = try? Reply(type, bytes.span) }
    }
  }
}
