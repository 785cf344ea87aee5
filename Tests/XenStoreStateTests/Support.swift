import Foundation
import XenStoreState
import XenStoreWire

/// All records of a stream.
func records(_ stream: [UInt8]) throws -> [StateRecord] {
  var reader = try StateReader(stream.span)
  var found: [StateRecord] = []
  while let record = try reader.next(in: stream.span) { found.append(record) }
  return found
}

extension StateWriter {
  /// What is written.
  func take() -> [UInt8] { bytes.indices.map { bytes[$0] } }
}

/// The bytes of a stream with what `body` writes.
func StateWriterBytes(
  _ version: StateVersion, _ body: (inout StateWriter) throws -> Void
) rethrows -> [UInt8] {
  var writer = StateWriter(version: version)
  try body(&writer)
  writer.end()
  return writer.take()
}

/// Writes a record again.
func append(
  _ record: StateRecord, to writer: inout StateWriter, _ bytes: Span<UInt8>
) throws {
  switch record {
  case .global(let record): writer.append(record)
  case .connection(let record): try writer.append(record)
  case .watch(let record): try writer.append(record)
  case .transaction(let record): writer.append(record)
  case .quotas(let quotas): try writer.append(quotas: quotas)
  case .domain(let record): try writer.append(record)
  case .node(let node):
    var path: [UInt8] = []
    for index in node.path { path.append(bytes[index]) }
    var value: [UInt8] = []
    for index in node.value { value.append(bytes[index]) }
    var permissions: [StatePermission] = []
    for index in 0..<node.permissionCount {
      if let entry = node.permission(index, in: bytes) { permissions.append(entry) }
    }
    try writer.appendNode(
      TransactionRecord(connection: node.connection, id: node.transaction), node.accesses,
      path: path.span, permissions: permissions, value: value.span)
  }
}

/// Reads a stream and writes it again.
func copied(_ stream: [UInt8], version: StateVersion) throws -> [UInt8] {
  var reader = try StateReader(stream.span)
  var writer = StateWriter(version: version)
  while let record = try reader.next(in: stream.span) {
    try append(record, to: &writer, reader.bytes(in: stream.span))
  }
  writer.end()
  return writer.take()
}

/// A stream that a stock daemon wrote.
func capture(_ name: String) throws -> [UInt8] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  return Array(try Data(contentsOf: folder.appendingPathComponent("Captures/\(name)")))
}
