import Machine
import Primitives

/// The credit algorithm: proportional shares by weight, optional caps, quick answers for those who
/// wake up, and work taken from busy CPUs by idle ones.
///
/// Credit is CPU time in nanoseconds. Once in an accounting period all active entities together
/// receive the time that all CPUs have had, by their groups' weights; running costs what it takes.
/// Who has credit left is `under`, who has not is `over`, who wakes up while `under` is `boost` until
/// it has run for a tick. A CPU runs the most urgent of its queue, first come first served within a
/// priority, and takes from others' queues before it runs somebody who is `over`, or nobody.
///
///     wake, credit left                 ran a tick               credit used up
///     ----------------> boost ------------------------> under <-----------------> over
///                                                             credit given
///
/// Every CPU that runs somebody decides again within an accounting period, and so does an idle one
/// while somebody waits for the end of a cap's: there is always one who does the accounts.
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
  /// No decision is for a shorter time than this, in nanoseconds.
  static var grain: UInt64 { 100_000 }

  let online: CPUSet
  let cpuCount: Int64
  // The CPUs' queues, by index.
  let queues: Table<RunQueue>
  // How many wait, by priority.
  var waitingBoost = 0
  var waitingUnder = 0
  var waitingOver = 0
  // CPUs that run nothing.
  var idle: CPUSet
  // Groups with active entities.
  var groups: Ref<SchedulingGroup>?
  var accountedAt = SystemTime(nanoseconds: 0)
  // How many entities wait for the next accounting because of a cap.
  var parkedCount = 0
  // CPUs that should decide anew because of what the present decision brought to light.
  var disturbed = CPUSet()

  /// A scheduler for the CPUs `online`, all idle.
  /// - Parameter queues: at least one, and one for every CPU that is online.
  public init(online: CPUSet, queues: Table<RunQueue>) {
    self.queues = queues
    self.online = online
    cpuCount = Int64(max(1, online.count))
    idle = online
  }

  /// Who runs on `cpu`.
  public func entity(on cpu: CPUIndex) -> Ref<SchedulingEntity>? {
    queue(cpu.index).pointee.running
  }

  public mutating func wake(_ entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex? {
    guard !entity.pointee.isRunnable else { return nil }
    entity.pointee.isRunnable = true
    guard !entity.pointee.isRunning, !entity.pointee.isQueued, !entity.pointee.isParked else {
      return nil
    }
    if entity.pointee.priority == .under { entity.pointee.priority = .boost }
    entity.pointee.cpu = place(entity)
    enqueue(entity)
    return preempted(by: entity)
  }

  public mutating func sleep(_ entity: Ref<SchedulingEntity>) -> CPUIndex? {
    entity.pointee.isRunnable = false
    entity.pointee.sliceLeft = 0
    if entity.pointee.isQueued { dequeue(entity) }
    return entity.pointee.isRunning ? entity.pointee.cpu : nil
  }

  public mutating func yield(_ entity: Ref<SchedulingEntity>) {
    guard entity.pointee.isRunning else { return }
    entity.pointee.hasYielded = true
  }

  public mutating func next(on cpu: CPUIndex, now: SystemTime) -> SchedulingChoice {
    let n = cpu.index
    let present = queue(n).pointee.running
    if let present { charge(present, until: now) }
    accountIfDue(now)
    guard let present else {
      let decision = begin(choose(for: cpu, now), on: cpu, now)
      offerRest(of: cpu)
      return take(decision, for: cpu)
    }
    if mayStay(present, on: n, now) { return choice(present, cpu, until: end(present, now)) }
    leave(present, cpu, now)
    var chosen = choose(for: cpu, now)
    if present.pointee.hasYielded, chosen.entity == present, let other = successor(of: present) {
      chosen.entity = other
    }
    present.pointee.hasYielded = false
    let decision = begin(chosen, on: cpu, now)
    if present.pointee.isQueued { offer(present) }
    return take(decision, for: cpu)
  }

  public mutating func affinityChanged(
    _ entity: Ref<SchedulingEntity>, now: SystemTime
  ) -> CPUIndex? {
    let isAllowed = allowed(entity).contains(entity.pointee.cpu.index)
    if entity.pointee.isRunning { return isAllowed ? nil : entity.pointee.cpu }
    let target = place(entity)
    guard entity.pointee.isQueued else {
      if !isAllowed { entity.pointee.cpu = target }
      return nil
    }
    guard target != entity.pointee.cpu else { return nil }
    move(entity, to: target)
    return preempted(by: entity)
  }

  public mutating func remove(_ entity: Ref<SchedulingEntity>) {
    entity.pointee.isRunnable = false
    entity.pointee.hasYielded = false
    if entity.pointee.isQueued { dequeue(entity) }
    if entity.pointee.isParked {
      entity.pointee.isParked = false
      parkedCount -= 1
    }
    deactivate(entity)
    let n = entity.pointee.cpu.index
    if queue(n).pointee.running == entity {
      entity.pointee.isRunning = false
      queue(n).pointee.running = nil
      idle.insert(n)
    }
  }

  // Whether who runs here goes on: it can, its slice is not over, and nobody more urgent waits.
  private func mayStay(
    _ entity: Ref<SchedulingEntity>, on n: Int, _ now: SystemTime
  ) -> Bool {
    guard entity.pointee.isRunnable, !entity.pointee.isParked, !entity.pointee.hasYielded,
      allowed(entity).contains(n)
    else { return false }
    // The minimum stay keeps a CPU from being torn between two who wake each other up.
    if now.nanoseconds(since: entity.pointee.startedAt) < rateLimit { return true }
    guard entity.pointee.sliceLeft != 0 else { return false }
    guard let head = head(of: n) else { return true }
    return head.pointee.priority >= entity.pointee.priority
  }

  // Takes the entity that ran here off the CPU and puts it where it waits, if it does.
  private mutating func leave(
    _ entity: Ref<SchedulingEntity>, _ cpu: CPUIndex, _ now: SystemTime
  ) {
    queue(cpu.index).pointee.running = nil
    entity.pointee.isRunning = false
    entity.pointee.stoppedAt = now
    if entity.pointee.hasYielded { entity.pointee.sliceLeft = 0 }
    guard entity.pointee.isRunnable, !entity.pointee.isParked else { return }
    guard allowed(entity).contains(cpu.index) else {
      entity.pointee.sliceLeft = 0
      entity.pointee.cpu = place(entity)
      enqueue(entity)
      if let other = preempted(by: entity) { disturbed.insert(other.index) }
      return
    }
    let preferred = allowed(entity).intersection(entity.pointee.softAffinity)
    if !preferred.contains(cpu.index), let better = idleCPU(of: preferred, cpu.index) {
      entity.pointee.cpu = better
      enqueue(entity)
      disturbed.insert(better.index)
      return
    }
    enqueue(entity)
    // Who was interrupted goes on before others of its priority begin.
    if entity.pointee.sliceLeft != 0 { bringToFront(entity) }
  }

  // Lets an idle CPU have somebody who waits here.
  private mutating func offer(_ entity: Ref<SchedulingEntity>) {
    guard let cpu = refuge(for: entity) else { return }
    move(entity, to: cpu)
    disturbed.insert(cpu.index)
  }

  // Lets idle CPUs have those who came to this one while it was idle and were not chosen.
  private mutating func offerRest(of cpu: CPUIndex) {
    guard queue(cpu.index).pointee.running != nil else { return }
    var priority: SchedulingPriority? = .boost
    while let present = priority {
      while let entity = first(of: cpu.index, present, where: { refuge(for: $0) != nil }) {
        offer(entity)
      }
      priority = SchedulingPriority(rawValue: present.rawValue + 1)
    }
  }

  // Puts who was chosen on the CPU.
  private mutating func begin(
    _ chosen: Candidate, on cpu: CPUIndex, _ now: SystemTime
  ) -> SchedulingChoice {
    let n = cpu.index
    guard let entity = chosen.entity else {
      idle.insert(n)
      // Whoever is parked depends on somebody doing the accounts.
      var until = parkedCount == 0 ? .never : nextAccounting
      if chosen.hasPassedOver { until = min(until, now.advanced(byNanoseconds: migrationDelay)) }
      return choice(nil, cpu, until: until)
    }
    dequeue(entity)
    entity.pointee.cpu = cpu
    entity.pointee.isRunning = true
    entity.pointee.hasYielded = false
    entity.pointee.chargedUntil = now
    entity.pointee.startedAt = now
    if entity.pointee.sliceLeft == 0 { entity.pointee.sliceLeft = max(timeslice, Self.grain) }
    queue(n).pointee.running = entity
    idle.remove(n)
    activate(entity)
    return choice(entity, cpu, until: end(entity, now))
  }

  private mutating func choice(
    _ entity: Ref<SchedulingEntity>?, _ cpu: CPUIndex, until: SystemTime
  ) -> SchedulingChoice {
    take(SchedulingChoice(entity: entity, until: until, others: CPUSet()), for: cpu)
  }

  // Adds to a decision who else should decide.
  private mutating func take(_ decision: SchedulingChoice, for cpu: CPUIndex) -> SchedulingChoice {
    var decision = decision
    decision.others = decision.others.union(disturbed)
    decision.others.remove(cpu.index)
    disturbed = CPUSet()
    return decision
  }

  // Until when the entity that runs may go on without anybody deciding again.
  private func end(_ entity: Ref<SchedulingEntity>, _ now: SystemTime) -> SystemTime {
    let stayed = now.nanoseconds(since: entity.pointee.startedAt)
    var left = entity.pointee.sliceLeft
    if entity.pointee.priority == .boost {
      left = min(left, Self.tick > stayed ? Self.tick - stayed : 0)
    }
    if let head = head(of: entity.pointee.cpu.index),
      head.pointee.priority < entity.pointee.priority
    {
      left = min(left, rateLimit > stayed ? rateLimit - stayed : 0)
    }
    if entity.pointee.group.pointee.cap != 0 {
      let allowed = entity.pointee.credit + allowance(of: entity.pointee.group)
      left = min(left, UInt64(max(0, allowed)) + 1)
    }
    let end = now.advanced(byNanoseconds: max(left, Self.grain))
    return min(end, max(nextAccounting, now.advanced(byNanoseconds: Self.grain)))
  }

  // The CPU that should run an entity that has just been queued, if it runs something less urgent.
  private func preempted(by entity: Ref<SchedulingEntity>) -> CPUIndex? {
    let cpu = entity.pointee.cpu
    guard let present = queue(cpu.index).pointee.running else { return cpu }
    return entity.pointee.priority < present.pointee.priority ? cpu : nil
  }
}
