import XenStoreCore
import XenStoreWire

extension Server {
  // MARK: Rings

  /// Serves a ring from now on.
  mutating func addRing(_ domain: DomainID, _ link: RingLink, _ id: ConnectionID) {
    let ring = Ring(domain, link, store.features(of: domain))
    let slot = add(Client(id: id, ring: ring))
    ringSlots[domain] = slot
    portSlots[link.port] = slot
    changed.append(slot)
    clients[slot]?.ring?.needsNotice = true
    schedule(slot)
  }

  /// Maps a ring and binds its event channel; nil when domains have no rings here.
  ///
  /// - Throws: why that cannot be.
  mutating func link(
    _ domain: DomainID, frame: UInt64, port: UInt32
  ) throws(StoreError) -> RingLink? {
    guard let page = try host.map(domain, frame: frame) else { return nil }
    // The domain's port serves one at a time: ours of before goes first.
    if let slot = ringSlots[domain], let old = clients[slot]?.ring?.link.port {
      portSlots[old] = nil
      host.unbind(old)
    }
    do throws(StoreError) {
      return RingLink(
        page: page, port: try host.bind(domain, port: port), remotePort: port, frame: frame)
    } catch {
      if let slot = ringSlots[domain] { failRing(slot, .communication) }
      throw error
    }
  }

  /// Has a domain that is served already go on with this ring, as new.
  mutating func replaceRing(_ slot: Int, _ link: RingLink) {
    guard let old = clients[slot]?.ring else { return }
    var ring = Ring(old.domain, link, store.features(of: old.domain))
    ring.startAfresh()
    clients[slot]?.ring = ring
    portSlots[link.port] = slot
    forgetInput(slot)
    noteChange(slot)
  }

  /// Serves a ring no more; the connection is the store's to end.
  mutating func removeRing(_ domain: DomainID) {
    guard let slot = ringSlots.removeValue(forKey: domain), let client = clients[slot] else {
      return
    }
    if let port = client.ring?.link.port, portSlots[port] == slot {
      portSlots[port] = nil
      host.unbind(port)
    }
    remove(slot)
  }

  /// Drops what a domain sent that is not served yet.
  private mutating func forgetInput(_ slot: Int) {
    if let id = clients[slot]?.id { forgetUpdate(of: id) }
    clients[slot]?.input = []
    clients[slot]?.traced = 0
    if let id = clients[slot]?.id { forgetChecks(of: id) }
    clients[slot]?.isStalled = false
    clients[slot]?.isHeld = false
  }

  /// Ends the service of a ring; the domain stays introduced, so that its end is still seen.
  mutating func failRing(_ slot: Int, _ error: RingError) {
    guard let client = clients[slot], let ring = client.ring else { return }
    store.restart(client.id)
    forgetInput(slot)
    clients[slot]?.ring?.fail(error)
    noteChange(slot)
    // A domain may ask for a fresh start and fail again as often as it likes: it is named once.
    guard ring.firstError == nil else { return }
    log.write("its ring is served no more: \(error)", .warning, domain: ring.domain.rawValue)
  }

  /// Serves a domain that sent an event.
  mutating func serveRing(_ slot: Int) {
    guard let client = clients[slot], let ring = client.ring else { return }
    if ring.wantsFreshStart {
      store.restart(client.id)
      forgetInput(slot)
      clients[slot]?.ring?.startAfresh()
      noteChange(slot)
    } else if !ring.isFailed {
      store.owe(client.id)
      pull(slot)
    }
  }

  /// Remembers a domain that is to hear of a change.
  mutating func noteChange(_ slot: Int) {
    guard clients[slot]?.ring?.needsNotice == true else { return }
    changed.append(slot)
  }

  /// Gives domains room for more requests, and sends one event to each whose ring changed. Who put
  /// in more already is served in the next round: others first.
  mutating func sendNotices() {
    // A domain that sends events without end is heard once a round.
    defer { host.allowEvents() }
    guard !changed.isEmpty else { return }
    for slot in changed {
      guard let ring = clients[slot]?.ring, ring.needsNotice else { continue }
      clients[slot]?.ring?.needsNotice = false
      let hasMore = clients[slot]?.ring?.publish() ?? false
      host.notify(ring.link.port)
      if hasMore, mayPull(slot) { schedule(slot) }
    }
    changed.removeAll(keepingCapacity: true)
  }

  // MARK: Events

  /// Finds out which domains ended or shut down.
  mutating func lookAtDomains() {
    guard let states = host.states() else {
      log.write("the hypervisor does not say which domains there are", .error)
      return
    }
    var position = 0
    for domain in store.knownDomains where domain != .zero {
      while position < states.count, states[position].domain.rawValue < domain.rawValue {
        position &+= 1
      }
      if position < states.count, states[position].domain == domain, !states[position].isDead {
        if states[position].hasShutDown { store.shutDown(domain) }
      } else {
        store.release(domain)
      }
    }
    perform()
  }
}
