import XenStoreCore
import XenStoreWire

extension Server {
  /// Traces what a client has yet to read and was not traced yet.
  mutating func traceOutput(_ slot: Int, _ client: Client) {
    let pending = store.pendingBytes(client.id)
    guard client.traced < pending else { return }
    var fresh: [UInt8] = []
    store.send(client.id) { bytes in
      SystemCalls.append(bytes.extracting(client.traced..<bytes.count), to: &fresh)
      return 0
    }
    trace.note(.sent, client, fresh.span)
    clients[slot]?.traced = pending
  }

  /// Begins to trace: what clients have yet to read by now may begin within a message.
  ///
  /// - Throws: what the kernel refused.
  mutating func startTrace() throws(SystemError) {
    try trace.start()
    for slot in clients.indices {
      if let id = clients[slot]?.id { clients[slot]?.traced = store.pendingBytes(id) }
    }
  }

  /// Opens log and trace anew: their files were moved away.
  mutating func reopenLogs() {
    log.reopen()
    do throws(SystemError) {
      try trace.reopen()
    } catch {
      log.write(error.message, .error)
    }
  }
}
