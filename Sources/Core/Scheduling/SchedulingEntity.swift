import Machine
import Primitives

/// The scheduler's part of a vCPU.
public struct SchedulingEntity: ~Copyable {
  /// The address of the vCPU this is part of; the scheduler only hands it back.
  public let owner: UInt
  /// The vCPU's domain.
  public let domain: DomainID
  /// The CPU in whose queue the entity waits, or on which it runs.
  public var cpu: CPUIndex
  /// Where it may run at all.
  public var hardAffinity: CPUSet
  /// Where it prefers to run, within `hardAffinity`.
  public var softAffinity: CPUSet
  /// Whether it wants to run.
  public var isRunnable = false
  /// Whether it is on a CPU now.
  public var isRunning = false
  /// Whether it waits in a queue.
  public var isQueued = false
  /// The next entity of the queue.
  public var next: Ref<SchedulingEntity>?

  /// An entity that does not want to run yet.
  public init(owner: UInt, domain: DomainID, cpu: CPUIndex, affinity: CPUSet) {
    self.owner = owner
    self.domain = domain
    self.cpu = cpu
    hardAffinity = affinity
    softAffinity = affinity
  }
}
