// XenStoreServer brings a XenStore to its clients: a Unix socket, the rings of domains, one epoll
// loop; one thread writes the trace, when somebody asked for it. A ready client's bytes are received
// at once and all whole messages in them served in place; what clients are sent is gathered and goes
// out once per round, with one event for each domain whose ring changed. Each client has a budget of
// work per round, so that none waits for another's flood. The hypervisor stands behind `DomainHost`:
// `XenHost` is Xen's or Martlet's, `NoHost` a machine without one, and tests bring a third.

import XenStoreCore
import XenStoreWire

/// Something that a host noticed.
enum HostEvent: Equatable, Sendable {
  /// The domain at the other end of our port did something to its ring.
  case ring(port: UInt32)
  /// A domain ended or shut down.
  case domains
}

/// How a domain is.
struct DomainState: Equatable, Sendable {
  /// Which one.
  var domain: DomainID
  /// It has ended; its number may still be taken.
  var isDead: Bool
  /// It has shut down, crashed or is suspended.
  var hasShutDown: Bool

  /// Makes a state.
  init(domain: DomainID, isDead: Bool, hasShutDown: Bool) {
    self.domain = domain
    self.isDead = isDead
    self.hasShutDown = hasShutDown
  }
}

/// What the server needs of the hypervisor.
protocol DomainHost {
  /// Can be read from when an event is there; nil when none ever is.
  var descriptor: Int32? { get }

  /// Takes the next event; nil when there is none. The same source has no other event before
  /// `allowEvents`.
  mutating func nextEvent() -> HostEvent?

  /// Lets the sources whose events were taken have others.
  mutating func allowEvents()

  /// Whether a domain exists.
  func exists(_ domain: DomainID) -> Bool

  /// The domains that exist, in order of their numbers; nil when they cannot be known.
  func states() -> [DomainState]?

  /// Maps a domain's ring.
  ///
  /// - Parameter frame: where the page is, should the domain have granted none.
  /// - Returns: the page; nil when domains have no rings here.
  /// - Throws: why it cannot be.
  mutating func map(_ domain: DomainID, frame: UInt64) throws(StoreError) -> SharedPage?

  /// Binds an event channel to a domain's port; returns our end.
  ///
  /// - Throws: why it cannot be.
  mutating func bind(_ domain: DomainID, port: UInt32) throws(StoreError) -> UInt32

  /// The domain's port at the other end of ours; nil when nobody knows.
  func remotePort(of port: UInt32) -> UInt32?

  /// Closes our end of an event channel.
  mutating func unbind(_ port: UInt32)

  /// Sends an event.
  mutating func notify(_ port: UInt32)

  /// The control domain's own ring, which nobody introduces; nil when it has none.
  ///
  /// - Throws: what the kernel refused.
  mutating func ownRing() throws(SystemError) -> RingLink?

  /// Closes what the next server opens itself: VIRQ_DOM_EXC, but no domain's event channel.
  mutating func prepareHandover()

  /// Opens that again.
  mutating func cancelHandover()
}

extension DomainHost {
  mutating func allowEvents() {}
  mutating func prepareHandover() {}
  mutating func cancelHandover() {}
}

/// A machine without a hypervisor: every domain exists, none has a ring.
struct NoHost: DomainHost {
  /// Makes one.
  init() {}

  var descriptor: Int32? { nil }

  mutating func nextEvent() -> HostEvent? { nil }

  func exists(_ domain: DomainID) -> Bool { true }

  func states() -> [DomainState]? { nil }

  mutating func map(_ domain: DomainID, frame: UInt64) throws(StoreError) -> SharedPage? {
    nil
  }

  mutating func bind(_ domain: DomainID, port: UInt32) throws(StoreError) -> UInt32 {
    throw .notImplemented
  }

  func remotePort(of port: UInt32) -> UInt32? { nil }

  mutating func unbind(_ port: UInt32) {}

  mutating func notify(_ port: UInt32) {}

  mutating func ownRing() throws(SystemError) -> RingLink? { nil }
}
