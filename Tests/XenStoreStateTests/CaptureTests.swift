import Testing
import XenStoreState
import XenStoreWire

/// Streams that the daemons of xen-utils-4.17 wrote when they were updated with the same store, the
/// same watches of a domain and of tools, and, in the C daemon's case, a client that does not read.
struct CaptureTests {
  private struct Node: Equatable {
    var path: String
    var value: [UInt8]
    var permissions: String
  }

  private func nodes(_ stream: [UInt8]) throws -> [Node] {
    var reader = try StateReader(stream.span)
    var found: [Node] = []
    while let record = try reader.next(in: stream.span) {
      guard case .node(let node) = record else { continue }
      let bytes = reader.bytes(in: stream.span)
      var text: [UInt8] = []
      for index in 0..<node.permissionCount {
        if let entry = node.permission(index, in: bytes) {
          entry.permission.append(to: &text)
          text[text.count - 1] = entry.isStale ? 0x21 : 0x20
        }
      }
      found.append(
        Node(
          path: String(decoding: copy(bytes, node.path), as: UTF8.self),
          value: copy(bytes, node.value), permissions: String(decoding: text, as: UTF8.self)))
    }
    return found
  }

  private func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    range.map { bytes[$0] }
  }

  @Test func theStreamOfTheCDaemonIsReadAndWrittenToTheByte() throws {
    let stream = try capture("xenstored-4.17")
    #expect(try copied(stream, version: .one) == stream)
  }

  @Test func theStreamOfTheCDaemonHoldsItsDescriptorsAndConnections() throws {
    let all = try records(capture("xenstored-4.17"))
    #expect(all.first == .global(GlobalRecord(socket: 3, eventChannels: 6)))
    var connections: [ConnectionRecord] = []
    for case .connection(let record) in all { connections.append(record) }
    #expect(connections.map(\.id) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    let rings = connections.compactMap { record -> ConnectionRecord.Ring? in
      if case .ring(let ring) = record.kind { ring } else { nil }
    }
    #expect(
      rings == [
        .init(domain: .zero, port: 100), .init(domain: DomainID(rawValue: 7), port: 107),
        .init(
          domain: DomainID(rawValue: 8), target: DomainID(rawValue: 9), port: 108),
        .init(domain: DomainID(rawValue: 9), port: 109),
      ])
    #expect(connections.filter { $0.kind == .socket(8) }.map(\.unsent.count) == [11723])
    let request = MessageHeader(type: 2, requestID: 5, transactionID: 0, length: 6)
    var half: [UInt8] = []
    request.append(to: &half)
    #expect(connections.contains { $0.unread == half + Array("/to".utf8) })
  }

  @Test func theStreamOfTheCDaemonHoldsWatchesAsTheClientsSaidThem() throws {
    var watches: [WatchRecord] = []
    for case .watch(let record) in try records(capture("xenstored-4.17")) {
      watches.append(record)
    }
    func watch(_ id: UInt32, _ path: String, _ token: String) -> WatchRecord {
      WatchRecord(connection: id, path: Array(path.utf8), token: Array(token.utf8))
    }
    #expect(
      watches == [
        watch(2, "/local/domain/7", "tok one"), watch(2, "@releaseDomain", "rel"),
        watch(2, "device/x", "relative"), watch(3, "device/vif", "guest token"),
        watch(3, "/local/domain/7", "abs"), watch(6, "/pile", "pile"),
      ])
  }

  @Test func parentsComeBeforeTheirChildren() throws {
    for name in ["xenstored-4.17", "oxenstored-4.17"] {
      var seen: Set<String> = ["/"]
      for node in try nodes(capture(name)) where node.path.hasPrefix("/") && node.path != "/" {
        let parent = node.path.split(separator: "/").dropLast().joined(separator: "/")
        #expect(seen.contains("/" + parent), "\(name): \(node.path)")
        seen.insert(node.path)
      }
      #expect(seen.count > 10)
    }
  }

  @Test func bothDaemonsTellOfTheSameNodes() throws {
    for name in ["xenstored-4.17", "oxenstored-4.17"] {
      let all = try nodes(capture(name))
      #expect(
        all.contains(
          Node(path: "/bin", value: Array(0...255), permissions: "n0 ")), "\(name)")
      #expect(
        all.contains(Node(path: "/local/domain/7", value: [], permissions: "n7 r0 ")), "\(name)")
      #expect(all.contains { $0.path == "@releaseDomain" }, "\(name)")
      #expect(all.contains { $0.path == "/local/domain/7/data/new" }, "\(name)")
      #expect(all.contains(Node(path: "/z/last", value: [0x7a], permissions: "n0 ")), "\(name)")
    }
    #expect(
      try nodes(capture("xenstored-4.17")).contains(
        Node(path: "/local/domain/7/data", value: [], permissions: "n7 b9 r8 ")))
  }

  @Test func theDumpOfTheOCamlDaemonHoldsItsDescriptorsAndPorts() throws {
    let all = try records(capture("oxenstored-4.17"))
    #expect(all[0] == .global(GlobalRecord(socket: 3, eventChannels: nil)))
    #expect(all[1] == .global(GlobalRecord(socket: nil, eventChannels: 5, exceptionPort: 1)))
    let ring = ConnectionRecord.Ring(
      domain: DomainID(rawValue: 7), port: 107, frame: 1000, remotePort: 27)
    #expect(all[2] == .connection(ConnectionRecord(id: 1, kind: .ring(ring))))
    #expect(all.contains(.connection(ConnectionRecord(id: 4, kind: .socket(7)))))
    #expect(
      all.contains(
        .watch(
          WatchRecord(
            connection: 4, path: Array("device/x".utf8), token: Array("relative".utf8)))))
  }
}
