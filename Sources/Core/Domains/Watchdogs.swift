import Machine
import Primitives
import Sync
import Timekeeping
import XenABI

/// The two watchdogs of a domain: whichever is not poked in time shuts the domain down.
/// - Source: `SCHEDOP_watchdog` in `xen/include/public/sched.h`.
extension Hypervisor {
  /// Makes a watchdog (id 0), or pokes or removes (timeout 0) an existing one.
  /// - Returns: the number of the new watchdog, else 0; nil if both are in use.
  /// - Throws: `EINVAL` if there is no such watchdog.
  public func setWatchdog(
    _ id: UInt32, seconds: UInt32, by vcpu: Ref<VCPU>
  ) throws(XenErrno) -> UInt32? {
    let domain = vcpu.pointee.domain
    guard id <= 2 else { throw .EINVAL }
    let deadline = M.now.advanced(byNanoseconds: UInt64(seconds) &* 1_000_000_000)
    return try domain.pointee.watchdogLock.withLock { () throws(XenErrno) -> UInt32? in
      guard id != 0 else {
        for n in UInt32(0)..<2 where domain.pointee.watchdogsInUse & 1 << n == 0 {
          domain.pointee.watchdogsInUse |= 1 << n
          // One of no time at all is not removed: it bites at once.
          arm(domain.watchdog(Int(n)), at: deadline, for: vcpu)
          return n + 1
        }
        return nil
      }
      let n = id - 1
      guard domain.pointee.watchdogsInUse & 1 << n != 0 else { throw .EINVAL }
      if seconds == 0 {
        domain.pointee.watchdogsInUse &= ~(1 << n)
        disarm(domain.watchdog(Int(n)))
      } else {
        arm(domain.watchdog(Int(n)), at: deadline, for: vcpu)
      }
      return 0
    }
  }

  /// Stops the watchdogs of a domain that will not run again.
  public func stopWatchdogs(_ domain: Ref<Domain>) {
    domain.pointee.watchdogLock.withLock {
      domain.pointee.watchdogsInUse = 0
      for n in 0..<2 { disarm(domain.watchdog(n)) }
    }
  }
}
