import Machine
import Primitives

/// What a scheduling algorithm does for the hypervisor. Every call is made under one lock.
public protocol SchedulingAlgorithm: ~Copyable {
  /// Marks an entity as willing to run.
  /// - Returns: the CPU that should decide anew, if one should.
  mutating func wake(_ entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex?

  /// Marks an entity as unwilling to run.
  /// - Returns: the CPU it runs on, if it is on one and must leave.
  mutating func sleep(_ entity: Ref<SchedulingEntity>) -> CPUIndex?

  /// Lets others of its CPU go first, once.
  mutating func yield(_ entity: Ref<SchedulingEntity>)

  /// Decides who runs on `cpu` from now on; the present entity goes back to a queue.
  mutating func next(on cpu: CPUIndex, now: SystemTime) -> SchedulingChoice

  /// Takes note that an entity's affinity has changed.
  /// - Returns: the CPU that should decide anew, if one should.
  mutating func affinityChanged(_ entity: Ref<SchedulingEntity>, now: SystemTime) -> CPUIndex?

  /// Forgets an entity that will never run again and is on no CPU.
  mutating func remove(_ entity: Ref<SchedulingEntity>)
}

/// A decision.
public struct SchedulingChoice {
  /// Who runs next; nil for idle.
  public var entity: Ref<SchedulingEntity>?
  /// When to decide again at the latest.
  public var until: SystemTime
  /// Other CPUs that should decide anew, because of what came to light on the way.
  public var others: CPUSet

  /// The decision given.
  public init(entity: Ref<SchedulingEntity>?, until: SystemTime, others: CPUSet) {
    self.entity = entity
    self.until = until
    self.others = others
  }
}

/// The algorithm that hosts use.
public typealias Scheduler = CreditScheduler
