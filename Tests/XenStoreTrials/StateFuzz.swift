import XenStoreState

@testable import XenStoreCore

/// A stream of a server's state, as another program may have left it.
enum StateFuzz {
  static func run(_ bytes: [UInt8]) {
    guard var reader = try? StateReader(bytes.span) else { return }
    var last = -1
    var count = 0
    while reader.offset != last {
      precondition(reader.offset > last && reader.offset <= bytes.count, "it goes nowhere")
      last = reader.offset
      let node = readNode(reader, bytes)
      do {
        guard let record = try reader.next(in: bytes.span) else { break }
        count += 1
        if case .node = record { precondition(node == record, "read alone, it is another node") }
        look(at: record, of: reader, bytes)
      } catch {}
    }
    precondition(count <= bytes.count, "more records than bytes")
    fill(with: bytes)
  }

  /// Fills a store with it, as a successor does.
  private static func fill(with bytes: [UInt8]) {
    guard var reader = try? StateReader(bytes.span) else { return }
    var store = XenStore(seed: 1)
    var records = StateImport(from: reader, in: bytes.span, into: &store)
    var isLeft = true
    while isLeft {
      do throws(StateError) {
        try records.takeNodes(from: &reader, in: bytes.span, into: &store) { _, _ in }
        if let record = try reader.next(in: bytes.span) {
          _ = try? records.take(record, reader.bytes(in: bytes.span), into: &store)
        } else {
          isLeft = false
        }
      } catch {
        switch error.reason {
        case .unknownType, .badLine, .unknownConnection: break
        default: isLeft = false
        }
      }
    }
    records.finish(&store)
    if let fault = store.inconsistency() { preconditionFailure(fault) }
  }

  /// Reads the next record when it is a node.
  private static func readNode(_ reader: StateReader, _ stream: [UInt8]) -> StateRecord? {
    var reader = reader
    guard let node = try? reader.nextNode(in: stream.span) else { return nil }
    return .node(node)
  }

  /// Reads every byte that a record refers to.
  private static func look(
    at record: StateRecord, of reader: StateReader, _ stream: [UInt8]
  ) {
    guard case .node(let node) = record else { return }
    var sum: UInt8 = 0
    let bytes = reader.bytes(in: stream.span)
    for index in node.path { sum ^= bytes[index] }
    for index in node.value { sum ^= bytes[index] }
    for index in 0...node.permissionCount { _ = node.permission(index, in: bytes) }
  }
}
