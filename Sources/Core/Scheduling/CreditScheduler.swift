import Machine
import Primitives

/// The credit algorithm: proportional shares by weight, optional caps, quick answers for those who
/// wake up, and work taken from busy CPUs by idle ones.
///
/// Credit is CPU time in nanoseconds. Once in an accounting period all active entities together
/// receive the time that all CPUs have in it, by their groups' weights; running costs what it takes.
/// Who has credit left is `under`, who has not is `over`, who wakes up while `under` is `boost` until
/// it has run for a tick. A queue is in order of priority, first come first served within one.
/// - Source: the behaviour of Xen's credit scheduler, `docs/misc/xen-command-line` (`sched_credit_*`).
public struct CreditScheduler: ~Copyable, SchedulingAlgorithm {
  /// How long an entity runs before others of its priority get their turn, in nanoseconds.
  public var timeslice: UInt64 = 30_000_000
  /// How long an entity may run before somebody who wakes up takes its CPU, in nanoseconds.
  public var rateLimit: UInt64 = 1_000_000
  /// An entity that ran this recently stays on its CPU, for its cache, in nanoseconds.
  public var migrationDelay: UInt64 = 0
  /// How long a boost lasts, in nanoseconds.
  public static var tick: UInt64 { 10_000_000 }
  /// The accounting period, in nanoseconds.
  public static var period: UInt64 { 30_000_000 }

  let online: CPUSet
  let cpuCount: Int64
  var queues = InlineArray<256, Ref<SchedulingEntity>?>(repeating: nil)
  var running = InlineArray<256, Ref<SchedulingEntity>?>(repeating: nil)
  // CPUs that run nothing.
  var idle: CPUSet
  var groups: Ref<SchedulingGroup>?
  var accountedAt = SystemTime(nanoseconds: 0)
  // How many entities wait for the next accounting because of a cap.
  var parkedCount = 0
  // Idle CPUs to which accounting has given work.
  var disturbed = CPUSet()

  /// A scheduler for the CPUs `online`, all idle.
  public init(online: CPUSet) {
    self.online = online
    cpuCount = Int64(max(1, online.count))
    idle = online
  }

  /// Who runs on `cpu`.
  public func entity(on cpu: CPUIndex) -> Ref<SchedulingEntity>? { running[cpu.index & 255] }

  public mutating func wake(_ entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex? {
    guard !entity.pointee.isRunnable else { return nil }
    entity.pointee.isRunnable = true
    guard !entity.pointee.isRunning, !entity.pointee.isQueued, !entity.pointee.isParked else {
      return nil
    }
    if entity.pointee.priority == .under { entity.pointee.priority = .boost }
    entity.pointee.cpu = place(entity)
    enqueue(entity)
    return preempted(by: entity, now: now)
  }

  public mutating func sleep(_ entity: Ref<SchedulingEntity>) -> CPUIndex? {
    entity.pointee.isRunnable = false
    if entity.pointee.isQueued { dequeue(entity) }
    return entity.pointee.isRunning ? entity.pointee.cpu : nil
  }

  public mutating func yield(_ entity: Ref<SchedulingEntity>) {
    entity.pointee.hasYielded = true
  }

  public mutating func next(on cpu: CPUIndex, now: SystemTime) -> SchedulingChoice {
    let n = cpu.index & 255
    var hasToLeave = true
    if let previous = running[n] {
      charge(previous, until: now)
      // The minimum stay keeps a CPU from being torn between two who wake each other up.
      let stay = now.nanoseconds(since: previous.pointee.startedAt)
      hasToLeave =
        !previous.pointee.isRunnable || previous.pointee.isParked
        || !previous.pointee.hardAffinity.contains(n) || previous.pointee.hasYielded
      if !hasToLeave, stay < rateLimit {
        accountIfDue(now)
        if !previous.pointee.isParked {
          return choice(
            previous, cpu, until: previous.pointee.startedAt.advanced(byNanoseconds: rateLimit))
        }
      }
      previous.pointee.isRunning = false
      running[n] = nil
      requeue(previous, from: cpu)
    }
    accountIfDue(now)
    guard let chosen = choose(for: cpu, now) else {
      idle.insert(n)
      // Whoever is parked depends on somebody doing the accounts.
      let accounts = accountedAt.advanced(byNanoseconds: Self.period)
      return choice(nil, cpu, until: parkedCount == 0 ? .never : accounts)
    }
    dequeue(chosen)
    chosen.pointee.cpu = cpu
    chosen.pointee.isRunning = true
    chosen.pointee.hasYielded = false
    chosen.pointee.chargedUntil = now
    chosen.pointee.startedAt = now
    running[n] = chosen
    idle.remove(n)
    activate(chosen)
    return choice(chosen, cpu, until: sliceEnd(chosen, now))
  }

  public mutating func affinityChanged(
    _ entity: Ref<SchedulingEntity>, now: SystemTime
  ) -> CPUIndex? {
    let isAllowed = entity.pointee.hardAffinity.contains(entity.pointee.cpu.index)
    if entity.pointee.isRunning { return isAllowed ? nil : entity.pointee.cpu }
    guard !isAllowed else { return nil }
    let wasQueued = entity.pointee.isQueued
    if wasQueued { dequeue(entity) }
    entity.pointee.cpu = place(entity)
    guard wasQueued else { return nil }
    enqueue(entity)
    return preempted(by: entity, now: now)
  }

  public mutating func remove(_ entity: Ref<SchedulingEntity>) {
    entity.pointee.isRunnable = false
    if entity.pointee.isQueued { dequeue(entity) }
    if entity.pointee.isParked {
      entity.pointee.isParked = false
      parkedCount -= 1
    }
    deactivate(entity)
    let n = entity.pointee.cpu.index & 255
    if running[n] == entity {
      running[n] = nil
      idle.insert(n)
    }
  }

  private mutating func choice(
    _ entity: Ref<SchedulingEntity>?, _ cpu: CPUIndex, until: SystemTime
  ) -> SchedulingChoice {
    var others = disturbed
    others.remove(cpu.index)
    disturbed = CPUSet()
    return SchedulingChoice(entity: entity, until: until, others: others)
  }

  // A boost ends after a tick; everybody else runs a slice. Who has a cap is looked at every tick.
  private func sliceEnd(_ entity: Ref<SchedulingEntity>, _ now: SystemTime) -> SystemTime {
    let isShort = entity.pointee.priority == .boost || entity.pointee.group.pointee.cap != 0
    return now.advanced(byNanoseconds: isShort ? min(Self.tick, timeslice) : timeslice)
  }

  // Puts who ran until now back into a queue, or to rest.
  private mutating func requeue(_ entity: Ref<SchedulingEntity>, from cpu: CPUIndex) {
    guard entity.pointee.isRunnable, !entity.pointee.isParked else { return }
    if !entity.pointee.hardAffinity.contains(cpu.index) { entity.pointee.cpu = place(entity) }
    enqueue(entity)
  }

  // The CPU that should run an entity that has just been queued, if it runs something less urgent.
  private func preempted(by entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex? {
    let cpu = entity.pointee.cpu
    guard let present = running[cpu.index & 255] else { return cpu }
    return entity.pointee.priority < present.pointee.priority ? cpu : nil
  }
}
