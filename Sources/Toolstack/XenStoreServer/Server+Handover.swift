import CXenStore
import Glibc
import XenStoreCore
import XenStoreState
import XenStoreWire

extension Server {
  /// Where a successor finds what we know: the C daemon looks there too.
  static func stateDirectory(_ options: Options) -> String {
    if let directory = SystemCalls.environment("XENSTORED_ROOTDIR") { return directory }
    let hasFolder = options.hasSocket && options.socket.contains("/")
    return hasFolder ? options.socketFolder : "/run/xenstored"
  }

  /// Has the successor take our place; comes back only when it cannot, and service goes on then.
  mutating func handOver(_ start: LiveUpdate.Start) {
    let begin = cxs_microseconds()
    serveEverything()
    // What was served may have begun a transaction, or ended the connection that asks.
    guard update?.start != nil, obstacle(start) == nil else { return }
    let path = stateDirectory + "/state_dump"
    do throws(SystemError) {
      let count = try writeState(start, to: path)
      log.write(
        "live update: \(count) bytes for \(start.line.joined(separator: " ")) "
          + "in \((cxs_microseconds() &- begin) / 1000) ms")
    } catch {
      restartCheckpoint()
      endUpdate(because: "\(error.message): there the program would find what we know")
      return
    }
    let wasTracing = trace.isOn
    trace.end()
    letInherit(true)
    host.prepareHandover()
    // What a stranger changes is not written down: nobody is to go on from here.
    if !start.isOurs { forgetRecords() }
    let error = SystemCalls.become(start.line, directory: stateDirectory)
    host.cancelHandover()
    letInherit(false)
    SystemCalls.remove(path)
    if wasTracing { try? startTrace() }
    if recorder == nil, let folder { startRecording(in: folder) } else { restartCheckpoint() }
    lookAtDomains()
    endUpdate(because: error.message)
  }

  /// Serves all messages that are there as a whole: the C daemon takes over one for each connection.
  private mutating func serveEverything() {
    while store.hasTurnWaiters { store.passTurn() }
    store.isDraining = true
    for _ in 0..<64 {
      report()
      flush()
      var isDone = true
      for slot in clients.indices where hasMessage(slot) {
        isDone = false
        clients[slot]?.isStalled = false
        resume(slot)
      }
      if isDone { break }
    }
    store.isDraining = false
    report()
    flush()
  }

  private func hasMessage(_ slot: Int) -> Bool {
    guard let client = clients[slot], client.id != update?.start?.effect.connection,
      !checks.contains(where: { $0.connection == client.id }),
      let header = MessageHeader(reading: client.input.span, at: 0)
    else { return false }
    return client.input.count >= MessageHeader.byteCount &+ Int(header.length)
  }

  /// Has the successor get, or not get, the descriptors that it goes on with.
  private func letInherit(_ inherits: Bool) {
    let ours = [listener, host.descriptor].compactMap { $0 }
    let descriptors = clients.compactMap { $0?.descriptor } + ours
    for descriptor in descriptors { _ = cxs_set_inherited(descriptor, inherits ? 1 : 0) }
    for descriptor in ours { SystemCalls.setWaits(descriptor, inherits) }
  }
}

extension Server {
  /// Writes everything that we know to a file that only we may read, in place of one that is there.
  ///
  /// - Returns: how many bytes it is.
  /// - Throws: why it cannot be; then there is no file.
  private mutating func writeState(
    _ start: LiveUpdate.Start, to path: String
  ) throws(SystemError) -> Int {
    SystemCalls.remove(path)
    let file = try SystemCalls.createPrivate(path)
    defer { close(file) }
    do throws(SystemError) {
      return try writeState(start, to: file)
    } catch {
      SystemCalls.remove(path)
      throw error
    }
  }

  private mutating func writeState(
    _ start: LiveUpdate.Start, to file: Int32
  ) throws(SystemError) -> Int {
    var writer = StateWriter(version: start.isOurs ? .two : .one)
    var count = 0
    var isLeft = true
    store.beginExport()
    defer { store.endExport() }
    while isLeft {
      do throws(StateError) {
        if count == 0 { try exportClients(start, to: &writer) }
        isLeft = try exportNodes(start, to: &writer)
      } catch {
        errno = EIO
        throw SystemError("What is known cannot be written as a stream: \(error.reason)")
      }
      // A part at a time, which is still in the cache when the kernel copies it.
      try SystemCalls.append(writer.bytes, to: file)
      count &+= writer.count
      writer.clear()
    }
    return count
  }

  /// Writes what is known of the server and its clients. The request to hand over is answered in it.
  private mutating func exportClients(
    _ start: LiveUpdate.Start, to writer: inout StateWriter
  ) throws(StateError) {
    writer.append(GlobalRecord(socket: listener, eventChannels: host.descriptor))
    let answer = store.message(answering: start.effect, Array("OK\0".utf8))
    try store.exportClients(to: &writer) { id, record in
      guard slots.indices.contains(id.index), slots[id.index] >= 0,
        let client = clients[slots[id.index]]
      else { return false }
      record.unread += checkRequest(of: id) + client.input
      if id == start.effect.connection { record.unsent += answer }
      if let descriptor = client.descriptor {
        record.kind = .socket(descriptor)
      } else if let ring = client.ring, case .ring(var known) = record.kind {
        known.port = ring.link.port
        record.kind = .ring(known)
      }
      return true
    }
  }

  /// Writes some nodes, then the end; false when that is written.
  private mutating func exportNodes(
    _ start: LiveUpdate.Start, to writer: inout StateWriter
  ) throws(StateError) -> Bool {
    if try store.exportNodes(atMost: 1024, to: &writer) { return true }
    if start.isOurs { try store.exportTransactions(to: &writer) { slots[$0.index] >= 0 } }
    writer.end()
    return false
  }
}
