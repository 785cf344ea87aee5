import XenStoreCore
import XenStoreWire

extension Server {
  /// Does what the store needs done outside.
  mutating func perform() {
    while !store.effects.isEmpty {
      let effects = store.effects
      store.effects.removeAll(keepingCapacity: true)
      for effect in effects {
        switch effect.action {
        case .introduce(let domain, let frame, let port, _):
          introduce(effect, domain, frame: frame, port: port)
        case .release(let domain): removeRing(domain)
        case .control(let arguments): control(effect, arguments)
        }
      }
    }
  }

  private mutating func introduce(
    _ effect: Effect, _ domain: DomainID, frame: UInt64, port: UInt32
  ) {
    let slot = ringSlots[domain]
    do throws(StoreError) {
      // Its own ring may carry this very request.
      if domain == .zero, slot != nil { throw .exists }
      let link = try link(domain, frame: frame, port: port)
      guard let id = store.complete(effect), let link else { return }
      if let slot { replaceRing(slot, link) } else { addRing(domain, link, id) }
    } catch {
      store.complete(effect, failure: error)
    }
  }

  /// Says what happened that an administrator should know.
  mutating func report() {
    if !store.effects.isEmpty { perform() }
    for hit in store.quotaHits {
      let text = hit.isSoft ? "more than its soft quota" : "it has used up its quota"
      log.write("\(text) of \(hit.kind.name)", .warning, domain: hit.domain.rawValue)
    }
    store.quotaHits.removeAll()
  }
}
