import Testing
import XenStoreState
import XenStoreWire

/// Streams written down by hand from `docs/designs/xenstore-migration.md`.
struct VectorTests {
  static let header: [UInt8] = Array("xenstore".utf8) + [0, 0, 0, 1, 0, 0, 0, 0]
  static let header2: [UInt8] = Array("xenstore".utf8) + [0, 0, 0, 2, 0, 0, 0, 0]
  static let end: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

  @Test func anEmptyStreamHasNoRecords() throws {
    #expect(try records(Self.header + Self.end) == [])
    #expect(StateWriterBytes(.one) { _ in } == Self.header + Self.end)
  }

  @Test func theGlobalRecordHoldsTwoDescriptors() throws {
    let bytes =
      Self.header + [1, 0, 0, 0, 8, 0, 0, 0] + [5, 0, 0, 0] + [0xff, 0xff, 0xff, 0xff] + Self.end
    let record = GlobalRecord(socket: 5, eventChannels: nil)
    #expect(try records(bytes) == [.global(record)])
    #expect(StateWriterBytes(.one) { $0.append(record) } == bytes)
  }

  @Test func aRingNamesItsDomainTargetAndPort() throws {
    let bytes =
      Self.header + [2, 0, 0, 0, 32, 0, 0, 0]
      + [1, 0, 0, 0] + [0, 0] + [0, 0]  // number, ring, flags
      + [7, 0] + [0xf4, 0x7f] + [107, 0, 0, 0]  // domain, no target, port
      + [2, 0] + [1, 0] + [3, 0, 0, 0]  // unread, rest of a message, unsent
      + Array("abcde".utf8) + [0, 0, 0] + Self.end
    let record = ConnectionRecord(
      id: 1, kind: .ring(.init(domain: DomainID(rawValue: 7), port: 107)),
      unread: Array("ab".utf8), unsent: Array("cde".utf8), partialReply: 1)
    #expect(try records(bytes) == [.connection(record)])
    #expect(try StateWriterBytes(.one) { try $0.append(record) } == bytes)
  }

  @Test func aSocketNamesItsDescriptor() throws {
    let bytes =
      Self.header + [2, 0, 0, 0, 24, 0, 0, 0]
      + [9, 0, 0, 0] + [1, 0] + [0, 0] + [11, 0, 0, 0] + [0, 0, 0, 0]
      + [0, 0] + [0, 0] + [0, 0, 0, 0] + Self.end
    let record = ConnectionRecord(id: 9, kind: .socket(11))
    #expect(try records(bytes) == [.connection(record)])
    #expect(try StateWriterBytes(.one) { try $0.append(record) } == bytes)
  }

  @Test func theUniqueNumberOfADomainFollowsTheData() throws {
    let bytes =
      Self.header + [2, 0, 0, 0, 40, 0, 0, 0]
      + [1, 0, 0, 0] + [0, 0] + [1, 0] + [7, 0] + [3, 0] + [107, 0, 0, 0]
      + [1, 0] + [0, 0] + [0, 0, 0, 0]
      + [0xee] + [0, 0, 0, 0, 0, 0, 0] + [8, 7, 6, 5, 4, 3, 2, 1] + Self.end
    let ring = ConnectionRecord.Ring(
      domain: DomainID(rawValue: 7), target: DomainID(rawValue: 3), port: 107)
    let record = ConnectionRecord(
      id: 1, kind: .ring(ring), unread: [0xee], uniqueID: 0x0102_0304_0506_0708)
    #expect(try records(bytes) == [.connection(record)])
    #expect(try StateWriterBytes(.one) { try $0.append(record) } == bytes)
  }

  @Test func aWatchHoldsPathAndToken() throws {
    let bytes =
      Self.header + [3, 0, 0, 0, 16, 0, 0, 0]
      + [1, 0, 0, 0] + [3, 0] + [4, 0] + Array("/a".utf8) + [0] + Array("tok".utf8) + [0] + [0]
      + Self.end
    let record = WatchRecord(connection: 1, path: Array("/a".utf8), token: Array("tok".utf8))
    #expect(try records(bytes) == [.watch(record)])
    #expect(try StateWriterBytes(.one) { try $0.append(record) } == bytes)
  }

  @Test func aDepthIsReadAsTheDaemonAndAsTheDocumentPlaceIt() throws {
    let head: [UInt8] = [8, 0, 0, 0, 16, 0, 0, 0] + [1, 0, 0, 0] + [3, 0] + [2, 0] + [5, 0]
    let strings = Array("/a".utf8) + [0] + Array("t".utf8) + [0]
    let record = WatchRecord(
      connection: 1, path: Array("/a".utf8), token: Array("t".utf8), depth: 5)
    let daemon = Self.header2 + head + strings + [0] + Self.end
    #expect(try records(daemon) == [.watch(record)])
    #expect(try StateWriterBytes(.two) { try $0.append(record) } == daemon)
    var padded = Self.header2 + head + [0, 0] + strings + [0, 0, 0, 0, 0, 0, 0] + Self.end
    padded[Self.header2.count + 4] = 24
    #expect(try records(padded) == [.watch(record)])
  }

  @Test func aDepthOfAllOnesMeansAll() throws {
    let bytes =
      Self.header2 + [8, 0, 0, 0, 16, 0, 0, 0] + [1, 0, 0, 0] + [2, 0] + [2, 0] + [0xff, 0xff]
      + Array("/".utf8) + [0] + Array("t".utf8) + [0] + [0, 0] + Self.end
    #expect(
      try records(bytes) == [
        .watch(WatchRecord(connection: 1, path: [0x2f], token: Array("t".utf8)))
      ])
  }

  @Test func aTransactionHoldsTwoNumbers() throws {
    let bytes =
      Self.header + [4, 0, 0, 0, 8, 0, 0, 0] + [2, 0, 0, 0] + [0x11, 0x22, 0, 0] + Self.end
    let record = TransactionRecord(connection: 2, id: 0x2211)
    #expect(try records(bytes) == [.transaction(record)])
    #expect(StateWriterBytes(.one) { $0.append(record) } == bytes)
  }

  static let nodeBytes: [UInt8] =
    [5, 0, 0, 0, 32, 0, 0, 0]
    + [0, 0, 0, 0] + [0, 0, 0, 0] + [3, 0] + [2, 0] + [0, 0] + [2, 0]
    + [0x6e, 0, 7, 0] + [0x62, 1, 0xf5, 0x7f]  // n7, b32757 stale
    + Array("/a".utf8) + [0] + Array("xy".utf8) + [0, 0, 0]

  @Test func aNodeHoldsPermissionsPathAndValue() throws {
    let bytes = Self.header + Self.nodeBytes + Self.end
    var reader = try StateReader(bytes.span)
    let record = try #require(try reader.next(in: bytes.span))
    guard case .node(let node) = record else {
      Issue.record("no node")
      return
    }
    #expect(node.connection == 0 && node.transaction == 0 && node.accesses == [])
    #expect(node.permissionCount == 2)
    let owner = StatePermission(Permission(DomainID(rawValue: 7), []))
    let any = StatePermission(Permission(.any, [.read, .write]), isStale: true)
    let range = (bytes.count, node.path, node.value)
    let text = reader.bytes(in: bytes.span)
    let permissions = (0..<3).map { node.permission($0, in: text) }
    #expect(permissions == [owner, any, nil])
    #expect(Array(bytes[range.1]) == Array("/a".utf8))
    #expect(Array(bytes[range.2]) == Array("xy".utf8))
    let written = try StateWriterBytes(.one) {
      try $0.appendNode(
        path: Array("/a".utf8).span, permissions: [owner, any], value: Array("xy".utf8).span)
    }
    #expect(written == bytes)
  }

  @Test func aNodeThatATransactionRemovedHasNoPermissions() throws {
    let node: [UInt8] =
      [5, 0, 0, 0, 24, 0, 0, 0]
      + [3, 0, 0, 0] + [4, 0, 0, 0] + [2, 0] + [0, 0] + [2, 0] + [0, 0]
      + Array("/".utf8) + [0] + [0, 0, 0, 0, 0, 0]
    let bytes = Self.header + node + Self.end
    var reader = try StateReader(bytes.span)
    guard case .node(let found) = try reader.next(in: bytes.span) else {
      Issue.record("no node")
      return
    }
    #expect(found.connection == 3 && found.transaction == 4 && found.accesses == .written)
    #expect(found.permissionCount == 0 && found.path.count == 1)
    let written = try StateWriterBytes(.one) {
      try $0.appendNode(
        TransactionRecord(connection: 3, id: 4), .written, path: [0x2f].span, permissions: [],
        value: Span())
    }
    #expect(written == bytes)
  }

  @Test func quotasAndDomainsHoldNames() throws {
    let names = Array("nodes".utf8) + [0] + Array("memory".utf8) + [0]
    let quotas = [
      QuotaRecord(Array("nodes".utf8), 1000), QuotaRecord(Array("memory".utf8), 0x1234_5678),
    ]
    let values: [UInt8] = [0xe8, 3, 0, 0] + [0x78, 0x56, 0x34, 0x12]
    let all =
      Self.header2 + [6, 0, 0, 0, 32, 0, 0, 0] + [2, 0] + [0, 0] + values + names
      + [0, 0, 0, 0, 0, 0, 0]
      + [7, 0, 0, 0, 32, 0, 0, 0] + [9, 0] + [2, 0] + [0xf, 0, 0, 0] + values + names + [0, 0, 0]
      + Self.end
    let domain = DomainRecord(domain: DomainID(rawValue: 9), features: .all, quotas: quotas)
    #expect(try records(all) == [.quotas(quotas), .domain(domain)])
    let written = try StateWriterBytes(.two) {
      try $0.append(quotas: quotas)
      try $0.append(domain)
    }
    #expect(written == all)
  }

  @Test func aStreamThatDoesNotCountThePaddingIsRead() throws {
    var bytes =
      Self.header + [3, 0, 0, 0, 15, 0, 0, 0]
      + [1, 0, 0, 0] + [3, 0] + [4, 0] + Array("/a".utf8) + [0] + Array("tok".utf8) + [0] + [0]
    bytes += Self.end
    #expect(try records(bytes).count == 1)
  }
}
