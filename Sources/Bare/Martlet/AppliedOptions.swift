import Domains
import Formats
import Primitives
import Scheduling
import Text
import X86Machine
import XenABI

/// What the options on the command line change in the hypervisor's state.
enum AppliedOptions {
  /// Applies the options before any domain exists; says of those that cannot be what holds instead.
  static func apply(_ options: Options, to state: Ref<HypervisorState>) {
    state.pointee.identity.major = options.claimedVersion.major
    state.pointee.identity.minor = options.claimedVersion.minor
    state.pointee.grantLimits = GrantLimits(
      frames: options.grantTableFrames, mapTrackFrames: options.mapTrackFrames)
    applyToScheduler(options, state)
    if options.watchdog != .off { log(.warning, "watchdog: there is none") }
    if !options.isXSAVEUsed { log(.warning, "xsave: used as far as the processor has it") }
    if options.isDom0PVH { log(.warning, "dom0=pvh: not supported; dom0 is a PV domain") }
  }

  // Within the limits that `XEN_SYSCTL_scheduler_op` has, too.
  private static func applyToScheduler(_ options: Options, _ state: Ref<HypervisorState>) {
    if let slice = options.creditSliceMilliseconds {
      if slice >= SchedulerLimits.timesliceMin, slice <= SchedulerLimits.timesliceMax {
        state.pointee.scheduler.timeslice = UInt64(slice) * 1_000_000
      } else {
        log(.warning, "sched_credit_tslice_ms=\(slice): out of range, ignored")
      }
    }
    if let rate = options.rateLimitMicroseconds {
      let isInRange = rate >= SchedulerLimits.rateLimitMin && rate <= SchedulerLimits.rateLimitMax
      if rate == 0 || isInRange {
        state.pointee.scheduler.rateLimit = UInt64(rate) * 1000
      } else {
        log(.warning, "sched_ratelimit_us=\(rate): out of range, ignored")
      }
    }
    // A limit longer than the slice would stretch every slice.
    let slice = state.pointee.scheduler.timeslice
    state.pointee.scheduler.rateLimit = min(state.pointee.scheduler.rateLimit, slice)
  }
}
