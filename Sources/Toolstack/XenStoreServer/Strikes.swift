import XenStoreWire

/// Whose requests ended the server, how often in a row, and when last. A request that ends us is not
/// in the journal, but still in its ring: the next server would serve it again, and so on.
struct Strikes: Equatable {
  /// How often it takes.
  static let limit: UInt64 = 3
  /// After so many seconds without, it is forgotten.
  private static let memory: UInt64 = 600

  /// The domain's number and one; 0 for nobody.
  var suspect: UInt64 = 0
  var count: UInt64 = 0
  /// In seconds of the machine's clock.
  var time: UInt64 = 0

  /// What is known after a server has ended.
  ///
  /// - Parameter suspect: whom a crash left as the suspect; 0 when it was none, or nobody's.
  func adding(_ suspect: UInt64, at now: UInt64) -> Strikes {
    guard suspect != 0 else { return self }
    let isSame = suspect == self.suspect && now &- time < Self.memory
    return Strikes(suspect: suspect, count: isSame ? count &+ 1 : 1, time: now)
  }

  /// The domain that is not to be served on.
  var condemned: DomainID? {
    guard count >= Self.limit, let number = UInt16(exactly: suspect &- 1) else { return nil }
    return DomainID(rawValue: number)
  }
}
