import Machine
import Primitives

/// Queues and where to run.
extension CreditScheduler {
  /// Queues an entity on its CPU behind all that are at least as urgent.
  mutating func enqueue(_ entity: Ref<SchedulingEntity>) {
    entity.pointee.isQueued = true
    let n = entity.pointee.cpu.index & 255
    let priority = entity.pointee.priority
    guard var at = queues[n], at.pointee.priority <= priority else {
      entity.pointee.next = queues[n]
      queues[n] = entity
      return
    }
    while let following = at.pointee.next, following.pointee.priority <= priority { at = following }
    // Who yields lets one less urgent entity pass, too.
    if entity.pointee.hasYielded, let following = at.pointee.next { at = following }
    entity.pointee.next = at.pointee.next
    at.pointee.next = entity
  }

  /// Takes an entity out of its queue.
  mutating func dequeue(_ entity: Ref<SchedulingEntity>) {
    let n = entity.pointee.cpu.index & 255
    entity.pointee.isQueued = false
    if queues[n] == entity {
      queues[n] = entity.pointee.next
    } else {
      var at = queues[n]
      while let here = at {
        if here.pointee.next == entity {
          here.pointee.next = entity.pointee.next
          break
        }
        at = here.pointee.next
      }
    }
    entity.pointee.next = nil
  }

  /// The CPU for an entity that wakes up: an idle one that it prefers, an idle one that it may use,
  /// else the one where it was.
  func place(_ entity: Ref<SchedulingEntity>) -> CPUIndex {
    let allowed = entity.pointee.hardAffinity.intersection(online)
    let preferred = allowed.intersection(entity.pointee.softAffinity)
    let last = entity.pointee.cpu.index
    if let cpu = idleCPU(of: preferred, last) ?? idleCPU(of: allowed, last) { return cpu }
    if allowed.contains(last) { return CPUIndex(last) }
    return CPUIndex(preferred.next() ?? allowed.next() ?? online.next() ?? 0)
  }

  private func idleCPU(of candidates: CPUSet, _ last: Int) -> CPUIndex? {
    let free = candidates.intersection(idle)
    if free.contains(last), queues[last & 255] == nil { return CPUIndex(last) }
    var n = free.next()
    while let cpu = n {
      if queues[cpu & 255] == nil { return CPUIndex(cpu) }
      n = free.next(from: cpu + 1)
    }
    return nil
  }

  /// Who is to run on `cpu`: the head of its queue, unless another CPU's queue holds somebody more
  /// urgent who may come here.
  func choose(for cpu: CPUIndex, _ now: SystemTime) -> Ref<SchedulingEntity>? {
    let own = queues[cpu.index & 255]
    if let own, own.pointee.priority < .over { return own }
    var best = own
    // Those who prefer this CPU first, then those who merely may use it.
    for preference in 0..<2 {
      var n = online.next()
      while let other = n {
        n = online.next(from: other + 1)
        guard other != cpu.index else { continue }
        var at = queues[other & 255]
        while let entity = at {
          at = entity.pointee.next
          guard entity.pointee.hardAffinity.contains(cpu.index) else { continue }
          if preference == 0, !entity.pointee.softAffinity.contains(cpu.index) { continue }
          guard isWorse(best, than: entity.pointee.priority) else { break }
          best = entity
          break
        }
      }
      if best != nil, best != own { break }
    }
    return best
  }

  private func isWorse(
    _ entity: Ref<SchedulingEntity>?, than priority: SchedulingPriority
  ) -> Bool {
    guard let entity else { return true }
    return priority < entity.pointee.priority
  }
}
