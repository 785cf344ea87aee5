import XenStoreWire

/// What a client does when its server goes away: one that was killed is started again and goes on
/// with the store, but not with its sockets.
public enum Reconnection: Sendable {
  /// The connection is lost for good.
  case never
  /// The next server is looked for, for so long. What only reads is asked again, watches are set
  /// again and begin with an event each, and a transaction is tried again. A change that was under
  /// way fails with `connectionLost`: whether it was made is not known.
  case within(Duration)

  var patience: Duration? {
    switch self {
    case .never: nil
    case .within(let duration): duration
    }
  }
}

extension Channel.State {
  /// Goes on without a server, or ends when another is not wanted.
  mutating func lose(_ reason: XenStoreClientError) {
    guard end == nil else { return }
    guard recovers else { return finish(reason) }
    guard descriptor != nil else { return }
    let unsent = Set(output.compactMap { MessageHeader(reading: $0.span)?.requestID })
    descriptor = nil
    connection &+= 1
    fruitless += 1
    loss = reason
    output = []
    sent = 0
    for id in Array(pending.keys) {
      let wasSent = !unsent.contains(id)
      if wasSent { pending[id]?.losses += 1 }
      guard let request = pending[id], let error = failure(of: request, wasSent: wasSent) else {
        continue
      }
      pending[id] = nil
      due(request.waiter, .failure(error))
    }
  }

  /// Why a request fails with its connection; nil when it can be made through the next one. The
  /// server takes no part of a request that it did not receive whole.
  private func failure(
    of request: Channel.Pending, wasSent: Bool
  ) -> XenStoreClientError? {
    if request.scope.transaction != 0 {
      return wasSent && request.type == .transactionEnd ? loss : .lostTransaction
    }
    guard request.waiter != nil else { return loss }
    guard wasSent else { return nil }
    // It may be what ends each server.
    guard request.losses < 3 else { return loss }
    switch request.type {
    case .read, .directory, .directoryPart, .getPermissions, .getDomainPath, .isDomainIntroduced,
      .getFeature, .getQuota, .watch, .transactionStart:
      return nil
    default: return loss
    }
  }

  /// Goes on with another server: sets the watches again, then asks what is still to be asked.
  mutating func restore(_ descriptor: Int32) {
    guard end == nil else { return }
    self.descriptor = descriptor
    pending = pending.filter { $0.value.waiter != nil }
    let waiting = pending.sorted { $0.key < $1.key }
    for (token, payloads) in watches {
      for payload in payloads {
        var request = Channel.Pending(nobody: .watch, payload)
        request.undo = .restoredWatch(token: token)
        request.subject = String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
        let id = reserve()
        reserved[id] = nil
        enqueue(id, request)
      }
    }
    for (id, request) in waiting { enqueue(id, request) }
  }

  /// Puts a request behind those that are to be sent.
  mutating func enqueue(_ id: UInt32, _ request: Channel.Pending) {
    var message: [UInt8] = []
    RequestEncoding.append(
      request.type, requestID: id, transactionID: request.scope.transaction,
      payload: request.payload, to: &message)
    pending[id] = request
    output.append(message)
  }
}

extension XenStoreClientError {
  /// What a transaction's end is told when others changed what it saw, and each of its requests when
  /// it ended with its connection: it is to be tried again.
  static let lostTransaction = XenStoreClientError.refused(.again, .transactionEnd, subject: "")
}
