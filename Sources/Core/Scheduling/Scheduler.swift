import Machine
import Primitives

/// The scheduler: queues of runnable entities, one per CPU.
public struct Scheduler: ~Copyable {
  private var heads = InlineArray<256, Ref<SchedulingEntity>?>(repeating: nil)
  private var running = InlineArray<256, Ref<SchedulingEntity>?>(repeating: nil)
  private let online: CPUSet

  /// How long an entity runs before others of its queue get their turn, in nanoseconds.
  public var timeslice: UInt64 = 30_000_000

  /// A scheduler for the CPUs `online`.
  public init(online: CPUSet) { self.online = online }

  /// Where a decision sends an entity.
  public struct Choice {
    /// Who runs next; nil for idle.
    public var entity: Ref<SchedulingEntity>?
    /// When to decide again at the latest.
    public var until: SystemTime
  }

  /// Marks an entity as willing to run.
  /// - Returns: the CPU that should look at its queue, if one should.
  public mutating func wake(_ entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex? {
    guard !entity.pointee.isRunnable else { return nil }
    entity.pointee.isRunnable = true
    guard !entity.pointee.isRunning, !entity.pointee.isQueued else { return nil }
    let cpu = place(entity)
    entity.pointee.cpu = cpu
    enqueue(entity)
    return running[cpu.index] == nil ? cpu : nil
  }

  /// Marks an entity as unwilling to run.
  /// - Returns: the CPU it runs on, if it is on one and must leave.
  public mutating func sleep(_ entity: Ref<SchedulingEntity>) -> CPUIndex? {
    entity.pointee.isRunnable = false
    if entity.pointee.isQueued { dequeue(entity) }
    return entity.pointee.isRunning ? entity.pointee.cpu : nil
  }

  /// Decides who runs on `cpu` from now on; the present entity goes back to its queue.
  public mutating func next(on cpu: CPUIndex, now: SystemTime) -> Choice {
    if let previous = running[cpu.index] {
      previous.pointee.isRunning = false
      running[cpu.index] = nil
      if previous.pointee.isRunnable {
        if !previous.pointee.hardAffinity.contains(cpu.index) {
          previous.pointee.cpu = place(previous)
        }
        enqueue(previous)
      }
    }
    guard let chosen = heads[cpu.index] else {
      return Choice(entity: nil, until: .never)
    }
    dequeue(chosen)
    chosen.pointee.isRunning = true
    running[cpu.index] = chosen
    return Choice(entity: chosen, until: now.advanced(byNanoseconds: timeslice))
  }

  /// Forgets an entity that neither runs nor waits.
  public mutating func remove(_ entity: Ref<SchedulingEntity>) {
    if entity.pointee.isQueued { dequeue(entity) }
  }

  private func place(_ entity: Ref<SchedulingEntity>) -> CPUIndex {
    let allowed = entity.pointee.hardAffinity.intersection(online)
    if allowed.contains(entity.pointee.cpu.index), running[entity.pointee.cpu.index] == nil {
      return entity.pointee.cpu
    }
    var candidate = allowed.next()
    while let n = candidate {
      if running[n] == nil, heads[n] == nil { return CPUIndex(n) }
      candidate = allowed.next(from: n + 1)
    }
    if allowed.contains(entity.pointee.cpu.index) { return entity.pointee.cpu }
    return CPUIndex(allowed.next() ?? online.next() ?? 0)
  }

  private mutating func enqueue(_ entity: Ref<SchedulingEntity>) {
    entity.pointee.isQueued = true
    entity.pointee.next = nil
    let n = entity.pointee.cpu.index
    guard var last = heads[n] else {
      heads[n] = entity
      return
    }
    while let following = last.pointee.next { last = following }
    last.pointee.next = entity
  }

  private mutating func dequeue(_ entity: Ref<SchedulingEntity>) {
    let n = entity.pointee.cpu.index
    entity.pointee.isQueued = false
    if heads[n] == entity {
      heads[n] = entity.pointee.next
    } else {
      var at = heads[n]
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
}
