public import XenStoreWire

/// A transaction that is open: what is read is as the store was at its start, what is written
/// becomes visible to others at its end, or not at all.
public struct Transaction: StoreOperations {
  private let client: XenStoreClient
  private let scope: Channel.Scope

  fileprivate init(_ client: XenStoreClient, _ scope: Channel.Scope) {
    self.client = client
    self.scope = scope
  }

  public func request(
    _ type: MessageType, _ payload: [UInt8], subject: String
  ) async throws(XenStoreClientError) -> [UInt8] {
    try Payload.checked(
      type,
      try await client.channel.request(type, in: scope, payload, subject: subject).payload)
  }

  fileprivate func commit() async throws(XenStoreClientError) {
    _ = try await request(.transactionEnd, Array("T\0".utf8), subject: "")
  }

  /// Ends it without a trace. Nobody waits for that: the caller's task may be cancelled.
  fileprivate func abort() {
    client.channel.post(.transactionEnd, in: scope, Array("F\0".utf8))
  }
}

enum TransactionID {
  /// Reads the answer to `TRANSACTION_START`.
  static func parse(_ payload: [UInt8]) -> UInt32? {
    guard payload.last == 0 else { return nil }
    return Decimal.parse(payload.span, 0..<payload.count - 1).flatMap(UInt32.init(exactly:))
  }
}

extension XenStoreClient {
  /// Does something in a transaction, again when it conflicted with what others did meanwhile, or
  /// ended with the connection.
  ///
  /// - Parameters:
  ///   - attempts: how often it is tried.
  ///   - body: may run more than once; what it throws ends the transaction without a trace.
  /// - Throws: what `body` throws; `conflict` when each attempt conflicted.
  public func withTransaction<Result>(
    attempts: Int, isolation: isolated (any Actor)? = #isolation,
    _ body: (Transaction) async throws(XenStoreClientError) -> Result
  ) async throws(XenStoreClientError) -> Result {
    for _ in 0..<max(1, attempts) {
      let started = try await channel.request(
        .transactionStart, [0], subject: "", undo: .abortTransaction)
      guard let id = TransactionID.parse(started.payload) else {
        throw .malformedReply(.transactionStart)
      }
      let transaction = Transaction(self, .init(transaction: id, connection: started.connection))
      do throws(XenStoreClientError) {
        let result = try await body(transaction)
        try await transaction.commit()
        return result
      } catch {
        if case .refused(.again, .transactionEnd, _) = error {
          continue
        }
        transaction.abort()
        throw error
      }
    }
    throw .conflict(attempts: max(1, attempts))
  }
}
