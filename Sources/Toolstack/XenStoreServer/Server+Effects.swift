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
      log.write(
        "it has used up its quota of \(hit.kind.name)", .warning, domain: hit.domain.rawValue)
    }
    store.quotaHits.removeAll()
  }

  /// Carries out a command of `xenstore-control`.
  private mutating func control(_ effect: Effect, _ arguments: [UInt8]) {
    let words = arguments.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    switch words.first {
    case "check":
      store.complete(effect, text: Array((store.inconsistency() ?? "OK").utf8) + [0])
    case "print":
      log.write(words.dropFirst().joined(separator: " "))
      store.complete(effect)
    case "quota" where words.count == 1:
      let lines = QuotaKind.allCases.map { "\($0.name): \(store.defaultQuotas[$0])\n" }
      store.complete(effect, text: Array(lines.joined().utf8) + [0])
    case "memreport":
      store.complete(effect, text: Array(store.summary.utf8) + [0])
    case "help":
      store.complete(effect, text: Array("check\nhelp\nmemreport\nprint <text>\nquota\n\0".utf8))
    default: store.complete(effect, failure: .invalid)
    }
  }
}
