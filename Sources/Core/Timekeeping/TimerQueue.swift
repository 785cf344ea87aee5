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
  fileprivate var next: Ref<Timer>?

  /// A timer that is not armed.
  public init(kind: TimerKind, owner: UInt) {
    self.kind = kind
    self.owner = owner
  }
}

/// The armed timers of one CPU, earliest first.
public struct TimerQueue: ~Copyable {
  /// The CPU.
  public let cpu: CPUIndex
  private var head: Ref<Timer>?

  /// An empty queue for `cpu`.
  public init(cpu: CPUIndex) { self.cpu = cpu }

  /// The earliest deadline, `.never` if nothing is armed.
  public var nextDeadline: SystemTime { head?.pointee.deadline ?? .never }

  /// Arms a timer that is not armed.
  public mutating func arm(_ timer: Ref<Timer>, at deadline: SystemTime) {
    timer.pointee.deadline = deadline
    timer.pointee.cpu = cpu
    guard var at = head, at.pointee.deadline <= deadline else {
      timer.pointee.next = head
      head = timer
      return
    }
    while let following = at.pointee.next, following.pointee.deadline <= deadline { at = following }
    timer.pointee.next = at.pointee.next
    at.pointee.next = timer
  }

  /// Disarms a timer that is armed in this queue.
  public mutating func disarm(_ timer: Ref<Timer>) {
    var at = head
    if head == timer {
      head = timer.pointee.next
    } else {
      while let here = at {
        if here.pointee.next == timer {
          here.pointee.next = timer.pointee.next
          break
        }
        at = here.pointee.next
      }
    }
    timer.pointee.next = nil
    timer.pointee.cpu = nil
  }

  /// Disarms and returns the earliest timer if it is due.
  public mutating func popExpired(now: SystemTime) -> Ref<Timer>? {
    guard let first = head, first.pointee.deadline <= now else { return nil }
    disarm(first)
    return first
  }
}
