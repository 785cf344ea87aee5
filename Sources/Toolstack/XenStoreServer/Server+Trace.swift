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

  /// Begins to trace. What clients have yet to read by now is left out: it may begin within a
  /// message.
  ///
  /// - Throws: what the kernel refused.
  mutating func startTrace() throws(SystemError) {
    try trace.start()
    skipTraceOfUnread()
  }

  /// Goes on to trace to another file.
  ///
  /// - Throws: what the kernel refused.
  mutating func moveTrace(to path: String) throws(SystemError) {
    try trace.move(to: path)
    skipTraceOfUnread()
  }

  private mutating func skipTraceOfUnread() {
    for slot in clients.indices {
      if let id = clients[slot]?.id { clients[slot]?.traced = store.pendingBytes(id) }
    }
  }

  /// Opens log and trace anew: their files were moved away.
  mutating func reopenLogs() {
    SystemCalls.notify("RELOADING=1\nMONOTONIC_USEC=\(SystemCalls.microseconds())")
    defer { SystemCalls.notify("READY=1") }
    log.reopen()
    do throws(SystemError) {
      try trace.reopen()
    } catch {
      log.write(error.message, .error)
    }
  }
}
