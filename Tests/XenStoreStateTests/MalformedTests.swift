import Testing
import XenStoreState
import XenStoreWire

/// Streams that are not what they should be.
struct MalformedTests {
  private func reason(_ stream: [UInt8]) -> StateError.Reason? {
    do {
      _ = try records(stream)
      return nil
    } catch {
      return (error as? StateError)?.reason
    }
  }

  /// Reads on as far as it goes, and looks at every byte that a record refers to.
  private func exhaust(_ stream: [UInt8]) -> Int {
    guard var reader = try? StateReader(stream.span) else { return 0 }
    var count = 0
    var last = -1
    while reader.offset != last {
      last = reader.offset
      do {
        guard let record = try reader.next(in: stream.span) else { break }
        count += 1
        guard case .node(let node) = record else { continue }
        let bytes = reader.bytes(in: stream.span)
        for index in node.path { count += Int(bytes[index]) & 0 }
        for index in node.value { count += Int(bytes[index]) & 0 }
        for index in 0...node.permissionCount { _ = node.permission(index, in: bytes) }
      } catch {}
    }
    return count
  }

  @Test(arguments: ["xenstored-4.17", "oxenstored-4.17"])
  func aStreamThatIsCutOffAnywhereIsAnError(_ name: String) throws {
    let stream = try capture(name)
    for length in 0..<stream.count {
      let cut = Array(stream[..<length])
      if stream[0] == UInt8(ascii: "x") {
        #expect(reason(cut) != nil, "\(length)")
      } else if length > 0, stream[length - 1] != UInt8(ascii: "\n") {
        // A dump has no end: one that is cut between two lines is one of fewer lines.
        #expect(reason(cut) != nil, "\(length)")
      }
    }
  }

  @Test(arguments: ["xenstored-4.17", "oxenstored-4.17"])
  func nodesReadAloneAreThoseAmongOtherRecords(_ name: String) throws {
    let stream = try capture(name)
    for length in [stream.count, stream.count - 9, stream.count / 2] {
      let cut = Array(stream[..<length])
      var reader = try StateReader(cut.span)
      var isDone = false
      while !isDone {
        var alone = reader
        let node = try? alone.nextNode(in: cut.span)
        let record = try? reader.next(in: cut.span)
        if case .node(let expected)? = record {
          #expect(node == expected)
          #expect(alone.offset == reader.offset)
        } else {
          #expect(node == nil)
        }
        isDone = record == nil
      }
    }
  }

  @Test func aSurveyCountsTheNodesAheadAndMeasuresSomeOfThem() throws {
    let stream = try StateWriterBytes(.two) { writer in
      for number in 0..<200 {
        try writer.appendNode(
          path: Array("/a/long/way/down/\(number % 10)".utf8).span,
          permissions: [StatePermission(Permission(.zero, []))],
          value: [UInt8](repeating: 7, count: 20).span)
      }
    }
    var sizes: [Int] = []
    let reader = try StateReader(stream.span)
    #expect(reader.surveyNodes(in: stream.span) { sizes.append($0) } == 200)
    #expect(!sizes.isEmpty && sizes.allSatisfy { $0 == 25 })
    let cut = Array(stream[..<(stream.count - 100)])
    #expect(reader.surveyNodes(in: cut.span) { _ in } >= 198)
    let dump = Array("$xenstored-dump-format\nsocket,3\nstore,,6e30,\nstore,2f61,6e30,\n".utf8)
    #expect(try StateReader(dump.span).surveyNodes(in: dump.span) { _ in } == 3)
  }

  @Test(arguments: ["xenstored-4.17", "oxenstored-4.17"])
  func noChangeOfBytesIsATrap(_ name: String) throws {
    let stream = try capture(name)
    var generator = Generator(state: 7)
    var read = 0
    for _ in 0..<4000 {
      var changed = stream
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let at = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: changed[at] = 0xff
        case 1: changed[at] = 0
        case 2: changed[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: changed[at] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      read += exhaust(changed)
    }
    #expect(read > 4000)
  }

  @Test func otherStreamsAreRefused() {
    #expect(reason([]) == .notAStream)
    #expect(reason(Array("xenstorE".utf8) + [0, 0, 0, 1, 0, 0, 0, 0]) == .notAStream)
    #expect(
      reason(Array("xenstore".utf8) + [0, 0, 0, 3, 0, 0, 0, 0] + VectorTests.end)
        == .unknownVersion(3))
    #expect(
      reason(Array("xenstore".utf8) + [0, 0, 0, 1, 0, 0, 0, 1] + VectorTests.end)
        == .unknownFlags(0x0100_0000))
  }

  @Test func aRecordOfAnUnknownTypeCanBePassedOver() throws {
    let stream =
      VectorTests.header + [99, 0, 0, 0, 8, 0, 0, 0] + [1, 2, 3, 4, 5, 6, 7, 8]
      + VectorTests.nodeBytes + VectorTests.end
    var reader = try StateReader(stream.span)
    #expect(throws: StateError(.unknownType(99), at: 16)) { try reader.next(in: stream.span) }
    #expect(try reader.next(in: stream.span) != nil)
    #expect(try reader.next(in: stream.span) == nil)
  }

  @Test func lengthsThatLieAreErrors() {
    var node = VectorTests.nodeBytes
    node[8 + 10] = 0xff
    #expect(reason(VectorTests.header + node + VectorTests.end) == .tooShort)
    node = VectorTests.nodeBytes
    node[8 + 14] = 0
    #expect(reason(VectorTests.header + node + VectorTests.end) != nil)
    node = VectorTests.nodeBytes
    node[8 + 16] = UInt8(ascii: "x")
    #expect(reason(VectorTests.header + node + VectorTests.end) == .badPermissions)
    node = VectorTests.nodeBytes
    node[4] = 0xff
    node[7] = 0xff
    #expect(reason(VectorTests.header + node + VectorTests.end) == .truncated)
  }

  @Test func aConnectionOfAnUnknownKindIsAnError() {
    let bytes: [UInt8] =
      VectorTests.header + [2, 0, 0, 0, 24, 0, 0, 0]
      + [9, 0, 0, 0] + [2, 0] + [0, 0] + [11, 0, 0, 0] + [0, 0, 0, 0]
      + [0, 0] + [0, 0] + [0, 0, 0, 0] + VectorTests.end
    #expect(reason(bytes) == .unknownConnectionType(2))
  }

  @Test func whatDoesNotFitIsNotWritten() {
    var writer = StateWriter(version: .one)
    let empty = writer.bytes.count
    #expect(throws: StateError(.doesNotFit, at: empty)) {
      try writer.append(
        ConnectionRecord(id: 1, kind: .socket(3), unread: Array(repeating: 0, count: 65536)))
    }
    #expect(throws: StateError(.doesNotFit, at: empty)) {
      try writer.appendNode(
        path: [0x2f].span, permissions: [StatePermission(Permission(.zero, []))],
        value: [UInt8](repeating: 0, count: 65536).span)
    }
    #expect(writer.bytes.count == empty)
  }

  @Test func aWatchOfAConnectionThatADumpDoesNotNameIsAnError() {
    let dump = Array("$xenstored-dump-format\nwatch,7,2f61,74\n".utf8)
    #expect(reason(dump) == .unknownConnection)
  }

  @Test(arguments: [0, 1, 31, 63, 64, 65, 128, 4000])
  func everyByteOfADumpIsRead(count: Int) throws {
    let value = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let digits = value.map { byte in
      let text = String(byte, radix: 16, uppercase: byte & 1 == 0)
      return text.count == 1 ? "0" + text : text
    }
    let line = "store,2f61,6e3000,\(digits.joined())\n"
    let dump = Array("$xenstored-dump-format\n\(line)store,2f7a,6e30,\n".utf8)
    var reader = try StateReader(dump.span)
    for (path, expected) in [("/a", value), ("/z", [])] {
      guard case .node(let node)? = try reader.next(in: dump.span) else {
        Issue.record("no node")
        return
      }
      let bytes = reader.bytes(in: dump.span)
      let text = node.path.map { bytes[$0] }
      let found = node.value.map { bytes[$0] }
      #expect(text == Array(path.utf8))
      #expect(found == expected)
      #expect(node.permissionCount == 1)
    }
    #expect(try reader.next(in: dump.span) == nil)
  }

  @Test(arguments: [
    "store,", "store,2f", "store,2f,6e30", "store,2f,6e30,6", "store,2f,6e30,6g",
    "store,2f,6e30,g6",
    "store,2f,6e30,61,", "store,2f,6e30,61 ", "store,2f,,61", "store,,,", "store,2,6e30,61",
    "store,2f,6e3,61", "store,2f,6e30:,61", "store,2f,6e306e30,61",
  ])
  func aBadLineOfANodeEndsWithItself(line: String) throws {
    let dump = Array("$xenstored-dump-format\n\(line)\nstore,2f,6e30,6162\n".utf8)
    var reader = try StateReader(dump.span)
    #expect(throws: StateError(.badLine, at: 23)) { try reader.next(in: dump.span) }
    #expect(try reader.next(in: dump.span) != nil)
    #expect(try reader.next(in: dump.span) == nil)
    // Without its end it may have been cut off.
    let rest = dump.prefix(23 + line.utf8.count)
    #expect(reason(Array(rest)) == .truncated)
  }

  @Test func linesThatAreNoneArePassedOver() throws {
    let dump = Array(
      "$xenstored-dump-format\nnews,1\nstore,2f6,6e30,\nstore,2f,7830,\nstore,2f,6e30,6162\n".utf8)
    var reader = try StateReader(dump.span)
    for _ in 0..<3 {
      do {
        _ = try reader.next(in: dump.span)
        Issue.record("no error")
      } catch {
        #expect(error.reason == .badLine)
      }
    }
    #expect(try reader.next(in: dump.span) != nil)
    #expect(try reader.next(in: dump.span) == nil)
  }
}

/// Numbers that are the same in every run.
struct Generator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
