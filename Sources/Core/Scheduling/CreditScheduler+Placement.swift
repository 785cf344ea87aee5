import Machine
import Primitives

/// Where to run.
extension CreditScheduler {
  /// A decision that is being made: who runs, and whether somebody was left alone for the sake of
  /// its cache.
  struct Candidate {
    var entity: Ref<SchedulingEntity>?
    var hasPassedOver = false
  }

  /// The moment from which the accounts are due again.
  var nextAccounting: SystemTime { accountedAt.advanced(byNanoseconds: Self.period) }

  /// Where an entity may run; never empty while a CPU is online.
  func allowed(_ entity: Ref<SchedulingEntity>) -> CPUSet {
    let allowed = entity.pointee.hardAffinity.intersection(online)
    return allowed.isEmpty ? online : allowed
  }

  /// The CPU for an entity that begins to wait: an idle one that it prefers, an idle one that it may
  /// use, one that it would preempt, else the one where it was.
  /// - Complexity: linear in the number of CPUs.
  func place(_ entity: Ref<SchedulingEntity>) -> CPUIndex {
    let allowed = allowed(entity)
    let preferred = allowed.intersection(entity.pointee.softAffinity)
    let last = entity.pointee.cpu.index
    if let cpu = idleCPU(of: preferred, last) ?? idleCPU(of: allowed, last) { return cpu }
    if entity.pointee.priority == .boost,
      let cpu = yieldingCPU(of: preferred, last) ?? yieldingCPU(of: allowed, last)
    {
      return cpu
    }
    if allowed.contains(last) { return CPUIndex(last) }
    return CPUIndex(preferred.next() ?? allowed.next() ?? 0)
  }

  /// An idle CPU among `candidates` to which nobody is on the way, `last` if it is one.
  func idleCPU(of candidates: CPUSet, _ last: Int) -> CPUIndex? {
    let free = candidates.intersection(idle)
    if free.contains(last), head(of: last) == nil { return CPUIndex(last) }
    var n = free.next()
    while let cpu = n {
      if head(of: cpu) == nil { return CPUIndex(cpu) }
      n = free.next(from: cpu + 1)
    }
    return nil
  }

  /// An idle CPU for somebody who waits for a busy one.
  func refuge(for entity: Ref<SchedulingEntity>) -> CPUIndex? {
    let allowed = allowed(entity)
    let last = entity.pointee.cpu.index
    guard queue(last).pointee.running != nil else { return nil }
    return idleCPU(of: allowed.intersection(entity.pointee.softAffinity), last)
      ?? idleCPU(of: allowed, last)
  }

  // A CPU among `candidates` that would run a boosted entity at once: it runs somebody less urgent,
  // and no other boosted entity waits there. `last` if it is one, else one that runs the least
  // urgent.
  private func yieldingCPU(of candidates: CPUSet, _ last: Int) -> CPUIndex? {
    if candidates.contains(last), isYielding(last, to: .boost) { return CPUIndex(last) }
    var best: Int?
    var n = candidates.next()
    while let cpu = n {
      n = candidates.next(from: cpu + 1)
      guard isYielding(cpu, to: .boost) else { continue }
      if isYielding(cpu, to: .under) { return CPUIndex(cpu) }
      if best == nil { best = cpu }
    }
    return best.map { CPUIndex($0) }
  }

  private func isYielding(_ cpu: Int, to priority: SchedulingPriority) -> Bool {
    guard let present = queue(cpu).pointee.running, present.pointee.priority > priority else {
      return false
    }
    guard let head = head(of: cpu) else { return true }
    return head.pointee.priority > priority
  }

  /// Who is to run on `cpu`: the head of its queue, unless that is `over` or nobody and another CPU's
  /// queue holds somebody more urgent who may come here.
  /// - Complexity: linear in the number of CPUs and of those who wait but may not come here.
  func choose(for cpu: CPUIndex, _ now: SystemTime) -> Candidate {
    var best = Candidate(entity: head(of: cpu.index))
    if let own = best.entity, own.pointee.priority < .over { return best }
    let least: SchedulingPriority = best.entity == nil ? .over : .under
    var priority = SchedulingPriority.boost
    while true {
      // Those who prefer this CPU first, then those who merely may use it.
      if let found = steal(for: cpu.index, priority, &best.hasPassedOver, now, onlyPreferring: true)
        ?? steal(for: cpu.index, priority, &best.hasPassedOver, now, onlyPreferring: false)
      {
        best.entity = found
        return best
      }
      guard priority < least, let lower = SchedulingPriority(rawValue: priority.rawValue + 1)
      else { return best }
      priority = lower
    }
  }

  private func steal(
    for cpu: Int, _ priority: SchedulingPriority, _ hasPassedOver: inout Bool, _ now: SystemTime,
    onlyPreferring: Bool
  ) -> Ref<SchedulingEntity>? {
    guard isAnybodyWaiting(priority) else { return nil }
    var n = online.next()
    while let other = n {
      n = online.next(from: other + 1)
      guard other != cpu else { continue }
      let found = first(of: other, priority) { entity in
        guard allowed(entity).contains(cpu) else { return false }
        if onlyPreferring, !entity.pointee.softAffinity.contains(cpu) { return false }
        guard isHot(entity, now) else { return true }
        hasPassedOver = true
        return false
      }
      if let found { return found }
    }
    return nil
  }

  // Whether an entity ran so recently that its CPU's cache may still serve it.
  private func isHot(_ entity: Ref<SchedulingEntity>, _ now: SystemTime) -> Bool {
    migrationDelay != 0 && entity.pointee.stoppedAt.nanoseconds != 0
      && now.nanoseconds(since: entity.pointee.stoppedAt) < migrationDelay
  }
}
