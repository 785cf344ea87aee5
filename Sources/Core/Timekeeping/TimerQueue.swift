import Machine
import Primitives

/// What a timer is for; its owner acts on it.
public enum TimerKind: UInt8, Sendable {
  /// `VCPUOP_set_singleshot_timer` and `set_timer_op`.
  case singleShot
  /// `VCPUOP_set_periodic_timer`.
  case periodic
  /// The timeout of `SCHEDOP_poll`.
  case poll
  /// `SCHEDOP_watchdog`.
  case watchdog
}

/// One deadline, embedded in its owner.
public struct Timer: ~Copyable {
  /// What it is for.
  public let kind: TimerKind
  /// The address of the object this is part of; the queue only hands it back.
  public let owner: UInt
  /// When it is due; meaningful while armed.
  public fileprivate(set) var deadline = SystemTime.never
  /// The CPU whose queue holds it; nil while it is not armed.
  public fileprivate(set) var cpu: CPUIndex?

  // Its place in the queue's tree.
  fileprivate var parent: Ref<Timer>?
  fileprivate var left: Ref<Timer>?
  fileprivate var right: Ref<Timer>?
  // How many steps to the right lead out of the tree.
  fileprivate var rank: UInt8 = 1

  /// A timer that is not armed.
  public init(kind: TimerKind, owner: UInt) {
    self.kind = kind
    self.owner = owner
  }
}

/// The armed timers of one CPU, earliest first; those due at the same moment in any order.
///
/// A leftist heap of the timers themselves: no timer is due before its parent, and of two children
/// the left one has at least the right one's rank. So the way out to the right is never longer than
/// the logarithm of the number of timers, and every change only walks such ways: unlike a pairing
/// heap, this bounds each operation, not only their average.
///
///          10           rank 2
///         /  \
///       12    30        ranks 2, 1
///      /  \  /
///     40  13 31         ranks 1, 1, 1
public struct TimerQueue: ~Copyable {
  /// The CPU.
  public let cpu: CPUIndex
  private var root: Ref<Timer>?
  /// The timer that `popExpired` returned last, until it is called again: its owner acts on it.
  public private(set) var expiring: Ref<Timer>?

  /// An empty queue for `cpu`.
  public init(cpu: CPUIndex) { self.cpu = cpu }

  /// The earliest deadline, `.never` if nothing is armed.
  public var nextDeadline: SystemTime { root?.pointee.deadline ?? .never }

  /// Arms a timer that is not armed.
  /// - Complexity: logarithmic in the number of armed timers.
  public mutating func arm(_ timer: Ref<Timer>, at deadline: SystemTime) {
    if timer.pointee.cpu == cpu { disarm(timer) }
    timer.pointee.deadline = deadline
    timer.pointee.cpu = cpu
    root = merge(root, timer)
  }

  /// Disarms a timer that is armed in this queue; does nothing to any other.
  /// - Complexity: logarithmic in the number of armed timers.
  public mutating func disarm(_ timer: Ref<Timer>) {
    guard timer.pointee.cpu == cpu else { return }
    let parent = timer.pointee.parent
    let rest = merge(timer.pointee.left, timer.pointee.right)
    rest?.pointee.parent = parent
    if let parent {
      if parent.pointee.left == timer {
        parent.pointee.left = rest
      } else {
        parent.pointee.right = rest
      }
      restoreRanks(from: parent)
    } else {
      root = rest
    }
    timer.pointee.parent = nil
    timer.pointee.left = nil
    timer.pointee.right = nil
    timer.pointee.rank = 1
    timer.pointee.cpu = nil
  }

  /// Disarms and returns the earliest timer if it is due. Call again until nothing is: only then is
  /// it known that the last one has been acted on.
  /// - Complexity: logarithmic in the number of armed timers.
  public mutating func popExpired(now: SystemTime) -> Ref<Timer>? {
    expiring = nil
    guard let first = root, first.pointee.deadline <= now else { return nil }
    disarm(first)
    expiring = first
    return first
  }

  // Makes one tree of two, whose roots have no parents.
  private func merge(_ a: Ref<Timer>?, _ b: Ref<Timer>?) -> Ref<Timer>? {
    guard let a else { return b }
    guard let b else { return a }
    let isFirst = a.pointee.deadline <= b.pointee.deadline
    let root = isFirst ? a : b
    var top = root
    var other = isFirst ? b : a
    // Down the ways to the right: `other` goes below `top`, or between it and what is there.
    while let below = top.pointee.right {
      if other.pointee.deadline < below.pointee.deadline {
        top.pointee.right = other
        other.pointee.parent = top
        top = other
        other = below
      } else {
        top = below
      }
    }
    top.pointee.right = other
    other.pointee.parent = top
    // And back up: everybody on the way may have a better right side now.
    while true {
      settle(top)
      guard top != root, let above = top.pointee.parent else { break }
      top = above
    }
    root.pointee.parent = nil
    return root
  }

  // From a timer that lost something below it upwards, as far as that changes ranks. Each rank that
  // changes is greater than the one before it, so there are logarithmically many.
  private func restoreRanks(from timer: Ref<Timer>) {
    var at: Ref<Timer>? = timer
    while let here = at {
      let before = here.pointee.rank
      settle(here)
      if here.pointee.rank == before { return }
      at = here.pointee.parent
    }
  }

  // Puts the child of the greater rank to the left and works out the timer's own rank.
  private func settle(_ timer: Ref<Timer>) {
    let left = timer.pointee.left
    let right = timer.pointee.right
    if rank(left) < rank(right) {
      timer.pointee.left = right
      timer.pointee.right = left
    }
    timer.pointee.rank = min(rank(left), rank(right)) &+ 1
  }

  private func rank(_ timer: Ref<Timer>?) -> UInt8 { timer?.pointee.rank ?? 0 }
}
