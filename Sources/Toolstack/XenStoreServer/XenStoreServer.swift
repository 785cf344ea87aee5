// XenStoreServer brings a XenStore to its clients: a Unix socket, one epoll loop, no thread. A
// ready client's bytes are received at once and all whole messages in them served in place; what
// clients are sent is gathered and goes out once per round. Each client has a budget of work per
// round, so that none waits for another's flood. Rings of domains are another module's: see
// `DomainHost`.

import XenStoreCore
import XenStoreWire

/// What the server needs of the hypervisor.
public protocol DomainHost {
  /// Whether a domain exists.
  func exists(_ domain: DomainID) -> Bool

  /// Begins to serve a domain's ring.
  ///
  /// - Throws: why it cannot be.
  mutating func attach(
    _ domain: DomainID, frame: UInt64, port: UInt32, again: Bool
  ) throws(StoreError)

  /// Stops serving it.
  mutating func detach(_ domain: DomainID)
}

/// A machine without a hypervisor: every domain exists, none has a ring.
public struct NoHost: DomainHost {
  /// Makes one.
  public init() {}

  public func exists(_ domain: DomainID) -> Bool { true }

  public mutating func attach(
    _ domain: DomainID, frame: UInt64, port: UInt32, again: Bool
  ) throws(StoreError) {}

  public mutating func detach(_ domain: DomainID) {}
}
