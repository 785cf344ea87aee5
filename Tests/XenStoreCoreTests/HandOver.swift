import XenStoreCore
import XenStoreState
import XenStoreWire

extension StateWriter {
  /// What is written.
  func take() -> [UInt8] { bytes.indices.map { bytes[$0] } }
}

/// The whole store as a stream.
func exported(
  _ store: inout XenStore, version: StateVersion = .two, slice: Int = .max
) throws -> [UInt8] {
  var writer = StateWriter(version: version)
  try store.exportClients(to: &writer) { id, record in
    if case .socket = record.kind { record.kind = .socket(Int32(id.index)) }
    return true
  }
  try store.exportTransactions(to: &writer)
  store.beginExport()
  while try store.exportNodes(atMost: slice, to: &writer) {}
  store.endExport()
  writer.end()
  return writer.take()
}

/// A store made of a stream, and its connections in the stream's order.
struct Imported: ~Copyable {
  var store: XenStore
  var connections: [ConnectionID] = []
  var errors: [ImportError] = []

  init(
    _ stream: [UInt8], seed: UInt64 = 99, domainExists: @escaping (DomainID) -> Bool = { _ in true }
  ) throws {
    store = XenStore(seed: seed, domainExists: domainExists)
    var reader = try StateReader(stream.span)
    var state = StateImport(from: reader, in: stream.span, into: &store)
    while true {
      try state.takeNodes(from: &reader, in: stream.span, into: &store) { error, _ in
        errors.append(error)
      }
      guard let record = try reader.next(in: stream.span) else { break }
      do {
        let id = try state.take(record, reader.bytes(in: stream.span), into: &store)
        if let id { connections.append(id) }
      } catch {
        errors.append(error)
      }
    }
    state.finish(&store)
  }

  consuming func take() -> XenStore { store }
}

extension Simulation {
  /// Puts another store in the place of this one; returns what is wrong with it, or nil.
  mutating func handOver() -> String? {
    do {
      let stream = try exported(&harness.store, slice: 3)
      let imported = try Imported(stream, seed: seed &+ 1)
      if !imported.errors.isEmpty { return "refused: \(imported.errors)" }
      // Connections come in the order of their places.
      let order = ids.indices.sorted { ids[$0].index < ids[$1].index }
      guard imported.connections.count == ids.count else { return "connections are missing" }
      for (number, position) in order.enumerated() { ids[position] = imported.connections[number] }
      harness.store = imported.take()
      let again = try exported(&harness.store)
      if again != stream {
        let at = zip(again, stream).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return "exported again, it differs at \(at ?? -1) of \(stream.count), \(again.count)"
      }
    } catch {
      return "\(error)"
    }
    model.handOver()
    trace.append("hand over")
    return harness.store.inconsistency()
  }

  /// The nodes of this moment.
  mutating func exportedAtOnce() throws -> [UInt8] {
    var writer = StateWriter(version: .one)
    harness.store.beginExport()
    while try harness.store.exportNodes(atMost: .max, to: &writer) {}
    harness.store.endExport()
    return writer.take()
  }

  /// The nodes of this moment, written while steps are made.
  mutating func exportedBetweenSteps() throws -> [UInt8] {
    var writer = StateWriter(version: .one)
    harness.store.beginExport()
    while try harness.store.exportNodes(atMost: 1, to: &writer) {
      if let difference = step(releases: false) { throw Difference(text: difference) }
    }
    harness.store.endExport()
    return writer.take()
  }

  struct Difference: Error {
    var text: String
  }
}
