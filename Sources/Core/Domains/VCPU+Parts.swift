import Primitives
import Scheduling
import Timekeeping

/// References to parts of a vCPU, and back from a part to the vCPU.
extension Ref where Value == VCPU {
  /// The scheduler's part, in place.
  public var schedulingEntity: Ref<SchedulingEntity> {
    // Safety: the part lives as long as the vCPU, whose memory `self` vouches for.
    unsafe Ref<SchedulingEntity>(&pointee.scheduling)
  }

  /// The single-shot timer, in place.
  public var singleShotTimer: Ref<Timer> {
    // Safety: as above.
    unsafe Ref<Timer>(&pointee.singleShotTimer)
  }

  /// The periodic timer, in place.
  public var periodicTimer: Ref<Timer> {
    // Safety: as above.
    unsafe Ref<Timer>(&pointee.periodicTimer)
  }

  /// The poll timer, in place.
  public var pollTimer: Ref<Timer> {
    // Safety: as above.
    unsafe Ref<Timer>(&pointee.pollTimer)
  }

  /// The vCPU whose address a scheduling entity or a timer carries.
  /// - Safety: `owner` was given to that part by the vCPU's own initialiser.
  @unsafe public init?(owner: UInt) {
    guard let pointer = unsafe UnsafeMutablePointer<VCPU>(bitPattern: owner) else { return nil }
    // Safety: the caller's promise.
    unsafe self.init(pointer)
  }
}

extension Ref where Value == Domain {
  /// The scheduler's part of the domain, in place.
  public var schedulingGroup: Ref<SchedulingGroup> {
    // Safety: the part lives as long as the domain, whose memory `self` vouches for.
    unsafe Ref<SchedulingGroup>(&pointee.scheduling)
  }

  /// One of the domain's two watchdogs, in place.
  public func watchdog(_ index: Int) -> Ref<Timer> {
    // Safety: as above.
    if index == 0 { return unsafe Ref<Timer>(&pointee.watchdog0) }
    return unsafe Ref<Timer>(&pointee.watchdog1)
  }
}

extension Hypervisor {
  /// The vCPU that a scheduling entity belongs to.
  public func vcpu(of entity: Ref<SchedulingEntity>) -> Ref<VCPU>? {
    // Safety: only vCPUs make scheduling entities, with their own address.
    unsafe Ref<VCPU>(owner: entity.pointee.owner)
  }

  /// The vCPU that a timer belongs to; nil for a watchdog.
  public func vcpu(of timer: Ref<Timer>) -> Ref<VCPU>? {
    guard timer.pointee.kind != .watchdog else { return nil }
    // Safety: only vCPUs make timers of the other kinds, with their own address.
    return unsafe Ref<VCPU>(owner: timer.pointee.owner)
  }

  /// The domain that a watchdog belongs to.
  public func domain(of timer: Ref<Timer>) -> Ref<Domain>? {
    guard timer.pointee.kind == .watchdog,
      let pointer = unsafe UnsafeMutablePointer<Domain>(bitPattern: timer.pointee.owner)
    else { return nil }
    // Safety: only domains make watchdogs, with their own address.
    return unsafe Ref<Domain>(pointer)
  }
}
