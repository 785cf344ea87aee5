import XenStoreCore

// Nobody waits for more than a few budgets of work, however many flood us: those who have input left
// share one budget a round, in turn, and so do domains that send events. Sockets are served and
// answered first, whenever they have something; they are the control domain's.
extension Server {
  /// Serves those who have input left from rounds before, in the order in which they came to wait,
  /// until the work of a round is done. Who is left comes first in the next one.
  mutating func resumeInTurn(_ waiting: [Int]) {
    let start = store.work
    for (index, slot) in waiting.enumerated() where clients[slot]?.isRunnable == true {
      guard store.work &- start < sharedBudget else {
        runnable.insert(contentsOf: waiting[index...], at: 0)
        return
      }
      resume(slot)
    }
  }

  /// Takes what the host noticed, until the work of a round is done. A domain has one event in the
  /// host's queue at most, so its place there is its turn.
  mutating func serveHost() {
    var hasNews = false
    let start = store.work
    for _ in 0..<256 where store.work &- start < sharedBudget {
      guard let event = host.nextEvent() else { break }
      switch event {
      case .domains: hasNews = true
      case .ring(let port):
        if let slot = portSlots[port] { serveRing(slot) }
      }
    }
    if hasNews { lookAtDomains() }
  }
}
