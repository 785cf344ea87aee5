import Machine
import Primitives

/// Who waits where: for each CPU and priority a ring, of which `RunQueue` names the first.
extension CreditScheduler {
  /// A CPU's queue.
  func queue(_ cpu: Int) -> Ref<RunQueue> { queues.at(cpu) ?? queues[0] }

  /// The most urgent of those who wait for a CPU.
  func head(of cpu: Int) -> Ref<SchedulingEntity>? { queue(cpu).pointee.head }

  /// Whether somebody of a priority waits anywhere.
  func isAnybodyWaiting(_ priority: SchedulingPriority) -> Bool {
    switch priority {
    case .boost: waitingBoost != 0
    case .under: waitingUnder != 0
    case .over: waitingOver != 0
    }
  }

  private mutating func count(_ priority: SchedulingPriority, _ change: Int) {
    switch priority {
    case .boost: waitingBoost += change
    case .under: waitingUnder += change
    case .over: waitingOver += change
    }
  }

  /// Queues an entity on its CPU behind all that are at least as urgent.
  mutating func enqueue(_ entity: Ref<SchedulingEntity>) {
    let queue = queue(entity.pointee.cpu.index)
    let priority = entity.pointee.priority
    entity.pointee.isQueued = true
    count(entity.pointee.priority, 1)
    guard let first = queue.pointee[priority], let last = first.pointee.previous else {
      entity.pointee.next = entity
      entity.pointee.previous = entity
      queue.pointee[priority] = entity
      return
    }
    entity.pointee.next = first
    entity.pointee.previous = last
    last.pointee.next = entity
    first.pointee.previous = entity
  }

  /// Puts a queued entity before all of its priority.
  mutating func bringToFront(_ entity: Ref<SchedulingEntity>) {
    let queue = queue(entity.pointee.cpu.index)
    let priority = entity.pointee.priority
    dequeue(entity)
    enqueue(entity)
    // The last of a ring is the first if the ring begins there.
    queue.pointee[priority] = entity
  }

  /// Takes an entity out of its queue.
  mutating func dequeue(_ entity: Ref<SchedulingEntity>) {
    let queue = queue(entity.pointee.cpu.index)
    let priority = entity.pointee.priority
    if queue.pointee[priority] == entity {
      queue.pointee[priority] = entity.pointee.next == entity ? nil : entity.pointee.next
    }
    entity.pointee.previous?.pointee.next = entity.pointee.next
    entity.pointee.next?.pointee.previous = entity.pointee.previous
    entity.pointee.isQueued = false
    count(entity.pointee.priority, -1)
    entity.pointee.next = nil
    entity.pointee.previous = nil
  }

  /// Moves a queued entity to the end of another CPU's queue.
  mutating func move(_ entity: Ref<SchedulingEntity>, to cpu: CPUIndex) {
    dequeue(entity)
    entity.pointee.cpu = cpu
    enqueue(entity)
  }

  /// Gives an entity another priority, wherever it is.
  mutating func setPriority(_ entity: Ref<SchedulingEntity>, _ priority: SchedulingPriority) {
    guard entity.pointee.priority != priority else { return }
    let wasQueued = entity.pointee.isQueued
    if wasQueued { dequeue(entity) }
    entity.pointee.priority = priority
    if wasQueued { enqueue(entity) }
  }

  /// Who comes after a queued entity in its CPU's queue: the next of its priority, or the first of a
  /// lower one.
  func successor(of entity: Ref<SchedulingEntity>) -> Ref<SchedulingEntity>? {
    let cpu = entity.pointee.cpu.index
    if let next = entity.pointee.next, next != queue(cpu).pointee[entity.pointee.priority] {
      return next
    }
    if entity.pointee.priority < .under, let next = queue(cpu).pointee[.under] { return next }
    return entity.pointee.priority < .over ? queue(cpu).pointee[.over] : nil
  }

  /// The first entity of a priority that waits for `cpu` and satisfies `isWanted`.
  func first(
    of cpu: Int, _ priority: SchedulingPriority, where isWanted: (Ref<SchedulingEntity>) -> Bool
  ) -> Ref<SchedulingEntity>? {
    guard let first = queue(cpu).pointee[priority] else { return nil }
    var at = first
    while true {
      if isWanted(at) { return at }
      guard let next = at.pointee.next, next != first else { return nil }
      at = next
    }
  }
}
