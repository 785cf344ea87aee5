import Machine
import Primitives

/// What the scheduler knows of one CPU: who runs there, and who waits, by priority. Guarded by the
/// scheduler's lock.
///
/// It stands in a table of its own and not in the scheduler's value, because the compiler copies a
/// whole inline array, and even the value around it, to read one element.
public struct RunQueue: ~Copyable {
  // Who runs there.
  var running: Ref<SchedulingEntity>?
  // The first of a ring for each priority.
  var boost: Ref<SchedulingEntity>?
  var under: Ref<SchedulingEntity>?
  var over: Ref<SchedulingEntity>?

  /// An empty queue of a CPU that idles.
  public init() {}

  // The most urgent of those who wait.
  var head: Ref<SchedulingEntity>? { boost ?? under ?? over }

  subscript(priority: SchedulingPriority) -> Ref<SchedulingEntity>? {
    get {
      switch priority {
      case .boost: boost
      case .under: under
      case .over: over
      }
    }
    set {
      switch priority {
      case .boost: boost = newValue
      case .under: under = newValue
      case .over: over = newValue
      }
    }
  }
}
