import XenStoreWire

// What a server needs to know of its store before another takes its place.
extension XenStore {
  /// The domains that have transactions open, and how many; the control domain stands for local
  /// sockets too.
  public var openTransactions: [(domain: DomainID, count: Int)] {
    var counts: [UInt16: Int] = [:]
    for connection in connections where connection.isOpen && !connection.transactions.isEmpty {
      counts[connection.caller.domain, default: 0] &+= connection.transactions.count
    }
    return counts.sorted { $0.key < $1.key }.map { (DomainID(rawValue: $0.key), $0.value) }
  }

  /// The message that answers the request which an effect came from.
  public func message(answering effect: Effect, _ text: [UInt8]) -> [UInt8] {
    message(of: effect, text)
  }

  /// The request that a command came from, as it was received.
  public func request(of effect: Effect) -> [UInt8] {
    guard case .control(let arguments) = effect.action else { return [] }
    return message(of: effect, arguments)
  }

  // A request and its answer have the same type and the same numbers.
  private func message(of effect: Effect, _ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    MessageHeader(
      type: effect.type, requestID: effect.requestID, transactionID: effect.transactionID,
      length: UInt32(truncatingIfNeeded: payload.count)
    ).append(to: &bytes)
    return bytes + payload
  }

  /// The domains that own nodes but have no ring, so that the C daemon of 4.17 would end when it reads
  /// of those nodes.
  public var ownersWithoutRing: [DomainID] {
    knownDomains.filter {
      $0 != .zero && connection(of: $0) == nil && nodes.usage($0.rawValue).firstNode >= 0
    }
  }
}
