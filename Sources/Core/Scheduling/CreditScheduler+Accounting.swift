import Machine
import Primitives

/// Shares: what running costs, and what everybody gets once in a period.
extension CreditScheduler {
  /// Takes the time an entity has run since it was last charged off its credit and its slice.
  mutating func charge(_ entity: Ref<SchedulingEntity>, until now: SystemTime) {
    let used = now.nanoseconds(since: entity.pointee.chargedUntil)
    entity.pointee.chargedUntil = max(now, entity.pointee.chargedUntil)
    // A bound far below what accounting leaves: it only keeps the number small.
    let least = -16 * Int64(Self.period)
    entity.pointee.credit = max(
      least, entity.pointee.credit - Int64(clamping: min(used, 1 << 40)))
    entity.pointee.sliceLeft -= min(used, entity.pointee.sliceLeft)
    let stay = now.nanoseconds(since: entity.pointee.startedAt)
    if entity.pointee.priority == .boost, stay >= Self.tick { setPriority(entity, .under) }
    parkIfCapped(entity)
  }

  // Who has used what its domain may use in a period waits for the next one.
  private mutating func parkIfCapped(_ entity: Ref<SchedulingEntity>) {
    guard entity.pointee.group.pointee.cap != 0, !entity.pointee.isParked else { return }
    if entity.pointee.credit < -allowance(of: entity.pointee.group) {
      entity.pointee.isParked = true
      parkedCount += 1
    }
  }

  /// What each active entity of a group with a cap may use in a period, in nanoseconds.
  func allowance(of group: Ref<SchedulingGroup>) -> Int64 {
    let count = max(1, group.pointee.activeCount)
    return Int64(Self.period) * Int64(group.pointee.cap) / 100 / count
  }

  /// Makes an entity part of the accounting.
  mutating func activate(_ entity: Ref<SchedulingEntity>) {
    guard !entity.pointee.isActive else { return }
    entity.pointee.isActive = true
    let group = entity.pointee.group
    entity.pointee.nextActive = group.pointee.active
    group.pointee.active?.pointee.previousActive = entity
    group.pointee.active = entity
    group.pointee.activeCount += 1
    guard !group.pointee.isListed else { return }
    group.pointee.isListed = true
    group.pointee.next = groups
    groups?.pointee.previous = group
    groups = group
  }

  /// Takes an entity out of the accounting.
  mutating func deactivate(_ entity: Ref<SchedulingEntity>) {
    guard entity.pointee.isActive else { return }
    entity.pointee.isActive = false
    let group = entity.pointee.group
    if group.pointee.active == entity { group.pointee.active = entity.pointee.nextActive }
    entity.pointee.previousActive?.pointee.nextActive = entity.pointee.nextActive
    entity.pointee.nextActive?.pointee.previousActive = entity.pointee.previousActive
    entity.pointee.nextActive = nil
    entity.pointee.previousActive = nil
    group.pointee.activeCount -= 1
    guard group.pointee.activeCount == 0 else { return }
    group.pointee.isListed = false
    if groups == group { groups = group.pointee.next }
    group.pointee.previous?.pointee.next = group.pointee.next
    group.pointee.next?.pointee.previous = group.pointee.previous
    group.pointee.next = nil
    group.pointee.previous = nil
  }

  /// Hands out the CPU time since the last accounting, once a period has passed.
  ///
  /// Everybody gets a share by weight, and what does not fit into somebody's account goes to the
  /// others by weight: else the credit of those who hardly run would be lost, the rest would all be
  /// `over`, and weights would mean nothing among them.
  /// - Complexity: linear in the number of active entities and of CPUs.
  mutating func accountIfDue(_ now: SystemTime) {
    let elapsed = now.nanoseconds(since: accountedAt)
    guard elapsed >= Self.period else { return }
    accountedAt = now
    chargeRunning(now)
    // After a long time in which nobody ran there is no more to give than accounts hold.
    let span = Int64(min(elapsed, 4 * Self.period))
    forEachActive { _, entity in entity.pointee.granted = 0 }
    var pool = cpuCount * span
    for _ in 0..<4 where pool > 0 {
      var weights: Int64 = 0
      forEachActive { _, entity in
        if Self.room(for: entity, span) > 0 { weights += Self.weight(of: entity) }
      }
      guard weights > 0 else { break }
      var left = pool
      forEachActive { _, entity in
        let fair = pool * Self.weight(of: entity) / weights
        let share = min(fair, Self.room(for: entity, span))
        guard share > 0 else { return }
        entity.pointee.granted += share
        entity.pointee.credit += share
        left -= share
      }
      pool = left
    }
    forEachActive { scheduler, entity in scheduler.settle(entity) }
  }

  // Brings the accounts of those who run up to date.
  private mutating func chargeRunning(_ now: SystemTime) {
    var n = online.next()
    while let cpu = n {
      n = online.next(from: cpu + 1)
      guard let entity = queue(cpu).pointee.running else { continue }
      charge(entity, until: now)
      if entity.pointee.isParked { disturbed.insert(cpu) }
    }
  }

  private static func weight(of entity: Ref<SchedulingEntity>) -> Int64 {
    Int64(max(1, entity.pointee.group.pointee.weight))
  }

  // The most credit an entity can have.
  private static func limit(of entity: Ref<SchedulingEntity>) -> Int64 {
    let group = entity.pointee.group
    guard group.pointee.cap != 0 else { return Int64(period) }
    let count = max(1, group.pointee.activeCount)
    return min(Int64(period), Int64(period) * Int64(group.pointee.cap) / 100 / count)
  }

  // How much more an entity can be given now: what its account holds, and what its cap allows.
  private static func room(for entity: Ref<SchedulingEntity>, _ span: Int64) -> Int64 {
    let room = limit(of: entity) - entity.pointee.credit
    let group = entity.pointee.group
    guard group.pointee.cap != 0 else { return room }
    let allowed = span * Int64(group.pointee.cap) / 100 / max(1, group.pointee.activeCount)
    return min(room, allowed - entity.pointee.granted)
  }

  // Draws the conclusions from an entity's new credit.
  private mutating func settle(_ entity: Ref<SchedulingEntity>) {
    let period = Int64(Self.period)
    guard entity.pointee.credit >= 0 else {
      setPriority(entity, .over)
      // Nobody falls behind by more than a period: a burst is not paid for for ever. A cap is.
      if entity.pointee.group.pointee.cap == 0 {
        entity.pointee.credit = max(entity.pointee.credit, -period)
        unpark(entity)
      }
      return
    }
    if entity.pointee.priority == .over { setPriority(entity, .under) }
    unpark(entity)
    // Who does not use its share is left alone until it runs again.
    if entity.pointee.credit >= Self.limit(of: entity), !entity.pointee.isRunning,
      !entity.pointee.isQueued
    {
      entity.pointee.credit = min(entity.pointee.credit, Self.limit(of: entity))
      deactivate(entity)
    }
  }

  private mutating func unpark(_ entity: Ref<SchedulingEntity>) {
    guard entity.pointee.isParked else { return }
    entity.pointee.isParked = false
    parkedCount -= 1
    guard entity.pointee.isRunnable, !entity.pointee.isRunning, !entity.pointee.isQueued else {
      return
    }
    entity.pointee.cpu = place(entity)
    enqueue(entity)
    let n = entity.pointee.cpu.index
    if let present = queue(n).pointee.running, present.pointee.priority <= entity.pointee.priority {
      return
    }
    disturbed.insert(n)
  }

  // Calls `body` with every active entity; it may deactivate that one.
  private mutating func forEachActive(
    _ body: (inout CreditScheduler, Ref<SchedulingEntity>) -> Void
  ) {
    var group = groups
    while let here = group {
      group = here.pointee.next
      var entity = here.pointee.active
      while let present = entity {
        entity = present.pointee.nextActive
        body(&self, present)
      }
    }
  }
}
