import Machine
import Primitives

/// How urgently an entity wants a CPU; lower values first.
public enum SchedulingPriority: UInt8, Comparable, Sendable {
  /// It has just woken up and has not used its share: it answers something.
  case boost = 0
  /// It has not used its share.
  case under = 1
  /// It has used its share and gets what others leave.
  case over = 2

  /// Orders by urgency, the most urgent first.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The scheduler's part of a vCPU. Guarded by the scheduler's lock.
public struct SchedulingEntity: ~Copyable {
  /// The address of the vCPU this is part of; the scheduler only hands it back.
  public let owner: UInt
  /// The scheduler's part of its domain.
  public let group: Ref<SchedulingGroup>
  /// The CPU in whose queue the entity waits, or on which it runs, or ran last.
  public internal(set) var cpu: CPUIndex
  /// Where it may run at all. Without an online CPU in it: anywhere.
  /// Tell the scheduler of a change by `affinityChanged`.
  public var hardAffinity: CPUSet
  /// Where it prefers to run, within `hardAffinity`.
  public var softAffinity: CPUSet
  /// Whether it wants to run.
  public internal(set) var isRunnable = false
  /// Whether it is on a CPU now.
  public internal(set) var isRunning = false

  /// See `SchedulingPriority`.
  public internal(set) var priority = SchedulingPriority.under
  /// Nanoseconds of CPU time it may still use at `under`; negative when it has used more.
  public internal(set) var credit: Int64 = 0
  /// Whether it has used up its domain's cap and must wait for the next accounting.
  public internal(set) var isParked = false

  // Since when it runs, as far as it is not yet accounted for.
  var chargedUntil = SystemTime(nanoseconds: 0)
  // When it began its present stay on the CPU, and when it ended its last one.
  var startedAt = SystemTime(nanoseconds: 0)
  var stoppedAt = SystemTime(nanoseconds: 0)
  // What is left of its slice, in nanoseconds; 0 when it gets a new one.
  var sliceLeft: UInt64 = 0
  // What it has been given in the accounting that is going on.
  var granted: Int64 = 0
  // Its next choice goes to somebody else.
  var hasYielded = false
  // Whether it waits in `cpu`'s queue of its priority, and its neighbours in that ring.
  var isQueued = false
  var next: Ref<SchedulingEntity>?
  var previous: Ref<SchedulingEntity>?
  // Whether it takes part in accounting, and its neighbours in its group's list.
  var isActive = false
  var nextActive: Ref<SchedulingEntity>?
  var previousActive: Ref<SchedulingEntity>?

  /// An entity that does not want to run yet.
  public init(owner: UInt, group: Ref<SchedulingGroup>, cpu: CPUIndex, affinity: CPUSet) {
    self.owner = owner
    self.group = group
    self.cpu = cpu
    hardAffinity = affinity
    softAffinity = affinity
  }
}

/// The scheduler's part of a domain. Guarded by the scheduler's lock.
public struct SchedulingGroup: ~Copyable {
  /// The share of the CPUs of each of its vCPUs against that of others' vCPUs; 0 counts as 1.
  public var weight: UInt16 = 256
  /// The most it may use, in percent of one CPU; 0 for no limit.
  public var cap: UInt16 = 0

  // Its entities that take part in accounting.
  var active: Ref<SchedulingEntity>?
  var activeCount: Int64 = 0
  // Whether it is in the scheduler's list of groups with active entities, and its neighbours there.
  var isListed = false
  var next: Ref<SchedulingGroup>?
  var previous: Ref<SchedulingGroup>?

  /// A group of default weight without a cap.
  public init() {}
}
