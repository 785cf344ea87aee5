import Machine
import Primitives

/// Shares: what running costs, and what everybody gets once in a period.
extension CreditScheduler {
  /// Takes the time an entity has run since it was last charged off its credit.
  mutating func charge(_ entity: Ref<SchedulingEntity>, until now: SystemTime) {
    let used = now.nanoseconds(since: entity.pointee.chargedUntil)
    entity.pointee.chargedUntil = now
    entity.pointee.credit -= Int64(clamping: min(used, 1 << 40))
    let stay = now.nanoseconds(since: entity.pointee.startedAt)
    if entity.pointee.priority == .boost, stay >= Self.tick { entity.pointee.priority = .under }
    parkIfCapped(entity)
  }

  // Who has used what its domain may use in a period waits for the next one.
  private mutating func parkIfCapped(_ entity: Ref<SchedulingEntity>) {
    let cap = Int64(entity.pointee.group.pointee.cap)
    guard cap != 0 else { return }
    let count = max(1, entity.pointee.group.pointee.activeCount)
    let allowance = Int64(Self.period) * cap / 100 / count
    if entity.pointee.credit < -allowance, !entity.pointee.isParked {
      entity.pointee.isParked = true
      parkedCount += 1
    }
  }

  /// Makes an entity part of the accounting.
  mutating func activate(_ entity: Ref<SchedulingEntity>) {
    guard !entity.pointee.isActive else { return }
    entity.pointee.isActive = true
    let group = entity.pointee.group
    entity.pointee.nextActive = group.pointee.active
    group.pointee.active = entity
    group.pointee.activeCount += 1
    if !group.pointee.isListed {
      group.pointee.isListed = true
      group.pointee.next = groups
      groups = group
    }
  }

  /// Takes an entity out of the accounting.
  mutating func deactivate(_ entity: Ref<SchedulingEntity>) {
    guard entity.pointee.isActive else { return }
    entity.pointee.isActive = false
    let group = entity.pointee.group
    if group.pointee.active == entity {
      group.pointee.active = entity.pointee.nextActive
    } else {
      var at = group.pointee.active
      while let here = at {
        if here.pointee.nextActive == entity {
          here.pointee.nextActive = entity.pointee.nextActive
          break
        }
        at = here.pointee.nextActive
      }
    }
    entity.pointee.nextActive = nil
    group.pointee.activeCount -= 1
    if group.pointee.activeCount == 0 { unlist(group) }
  }

  private mutating func unlist(_ group: Ref<SchedulingGroup>) {
    group.pointee.isListed = false
    if groups == group {
      groups = group.pointee.next
    } else {
      var at = groups
      while let here = at {
        if here.pointee.next == group {
          here.pointee.next = group.pointee.next
          break
        }
        at = here.pointee.next
      }
    }
    group.pointee.next = nil
  }

  /// Hands out the credit of the periods that have passed since the last time.
  mutating func accountIfDue(_ now: SystemTime) {
    guard now.nanoseconds(since: accountedAt) >= Self.period else { return }
    accountedAt = now
    var weights: Int64 = 0
    var group = groups
    while let here = group {
      weights += Int64(here.pointee.weight) * here.pointee.activeCount
      group = here.pointee.next
    }
    guard weights > 0 else { return }
    group = groups
    while let here = group {
      // The group may leave the list while its entities are gone through.
      group = here.pointee.next
      distribute(to: here, weights: weights)
    }
    resortQueues()
  }

  private mutating func distribute(to group: Ref<SchedulingGroup>, weights: Int64) {
    let period = Int64(Self.period)
    // An entity's share of all CPUs' time, which is never more than one CPU's.
    let fair = min(period, cpuCount * period * Int64(group.pointee.weight) / weights)
    let cap = Int64(group.pointee.cap)
    let share =
      cap == 0 ? fair : min(fair, period * cap / 100 / max(1, group.pointee.activeCount))
    var entity = group.pointee.active
    while let here = entity {
      entity = here.pointee.nextActive
      here.pointee.credit += share
      if here.pointee.credit < 0 {
        here.pointee.priority = .over
        // Nobody falls behind by more than a period: a burst is not paid for for ever.
        here.pointee.credit = max(here.pointee.credit, cap == 0 ? -period : -2 * period)
        continue
      }
      if here.pointee.priority == .over { here.pointee.priority = .under }
      if here.pointee.isParked {
        here.pointee.isParked = false
        parkedCount -= 1
        if here.pointee.isRunnable, !here.pointee.isRunning, !here.pointee.isQueued {
          here.pointee.cpu = place(here)
          enqueue(here)
          if running[here.pointee.cpu.index & 255] == nil {
            disturbed.insert(here.pointee.cpu.index)
          }
        }
      }
      if here.pointee.credit > period {
        here.pointee.credit = period
        // It does not use its share: others may have it.
        if !here.pointee.isRunning, !here.pointee.isQueued { deactivate(here) }
      }
    }
  }

  // Priorities have changed: put every queue into order again, stable within a priority.
  private mutating func resortQueues() {
    var n = online.next()
    while let cpu = n {
      n = online.next(from: cpu + 1)
      var rest = queues[cpu & 255]
      queues[cpu & 255] = nil
      while let entity = rest {
        rest = entity.pointee.next
        entity.pointee.next = nil
        enqueue(entity)
      }
    }
  }
}
