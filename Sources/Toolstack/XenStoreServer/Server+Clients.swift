import CXenStore
import Glibc
import XenStoreCore
import XenStoreWire

/// A client: a socket or a domain's ring, and what it sent that is not served yet. An object, since
/// looking at one in a list must not copy it.
final class Client {
  var id: ConnectionID
  /// The socket; nil for a ring.
  let descriptor: Int32?
  /// The ring; nil for a socket.
  var ring: Ring?
  /// It is only ever read or replaced as a whole, which costs less than to change it where it is.
  var input: [UInt8] = []
  /// What epoll tells of a socket.
  var interest: UInt32 = 0
  /// Its input is served in the next round.
  var isRunnable = false
  /// Nothing more is served before it has read everything.
  var isStalled = false
  /// A request of its waits for the world outside or for its turn.
  var isHeld = false
  /// How many of the bytes that it has yet to read were traced.
  var traced = 0

  init(
    id: ConnectionID, descriptor: Int32? = nil, ring: Ring? = nil, input: [UInt8] = [],
    interest: UInt32 = 0
  ) {
    self.id = id
    self.descriptor = descriptor
    self.ring = ring
    self.input = input
    self.interest = interest
  }

  /// Adds to what is not served yet.
  func append(_ bytes: ArraySlice<UInt8>) {
    var all = input
    input = []
    all.append(contentsOf: bytes)
    input = all
  }
}

extension Server {
  /// Gives a client a slot.
  mutating func add(_ client: Client) -> Int {
    let slot = freeSlots.popLast() ?? clients.count
    if slot == clients.count { clients.append(client) } else { clients[slot] = client }
    while slots.count <= client.id.index { slots.append(-1) }
    slots[client.id.index] = slot
    if trace.isOn { trace.note(.connected, client) }
    return slot
  }

  mutating func acceptClients() {
    while let listener, let descriptor = SystemCalls.accept(listener) {
      let interest = UInt32(CXS_READ)
      let slot = add(
        Client(id: store.connectSocket(), descriptor: descriptor, interest: interest))
      let number = UInt32(truncatingIfNeeded: slot) &+ Number.firstClient
      if cxs_epoll_set(epoll, descriptor, 1, interest, number) != 0 { remove(slot) }
    }
  }

  /// Removes a client with its socket.
  mutating func remove(_ slot: Int) {
    guard let client = clients[slot] else { return }
    if trace.isOn { trace.note(.disconnected, client) }
    forgetUpdate(of: client.id)
    store.disconnect(client.id)
    forgetChecks(of: client.id)
    slots[client.id.index] = -1
    if let descriptor = client.descriptor { close(descriptor) }
    clients[slot] = nil
    runnable.removeAll { $0 == slot }
    freeSlots.append(slot)
  }

  /// Asks to be told when a socket can be read from or written to.
  mutating func watch(_ slot: Int, reads: Bool, writes: Bool) {
    let interest =
      (reads ? UInt32(CXS_READ) : 0) | (writes ? UInt32(CXS_WRITE) : 0)
    guard let client = clients[slot], client.interest != interest,
      let descriptor = client.descriptor
    else { return }
    client.interest = interest
    let number = UInt32(truncatingIfNeeded: slot) &+ Number.firstClient
    _ = cxs_epoll_set(epoll, descriptor, 0, interest, number)
  }

  /// Has a client's input served in the next round.
  mutating func schedule(_ slot: Int) {
    guard clients[slot]?.isRunnable == false else { return }
    clients[slot]?.isRunnable = true
    runnable.append(slot)
  }
}
