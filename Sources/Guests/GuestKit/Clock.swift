import CGuest

/// System time as the hypervisor gives it to a vCPU.
/// - Source: public/xen.h, struct vcpu_time_info
public enum Clock {
  /// Nanoseconds since the machine was started, on the vCPU that asks.
  public static var now: UInt64 { time(SharedInfo.here &+ 32) }

  /// Nanoseconds by the time record at an address.
  public static func time(_ record: UInt64) -> UInt64 {
    while true {
      let version = guest_load32(record)
      guest_fence()
      let stamp = guest_load64(record &+ 8)
      let base = guest_load64(record &+ 16)
      let scale = guest_load32(record &+ 24)
      let shift = Int8(bitPattern: guest_load8(record &+ 28))
      let ticks = guest_rdtsc() &- stamp
      guest_fence()
      guard version & 1 == 0, version == guest_load32(record) else { continue }
      let shifted = shift < 0 ? ticks >> UInt64(-shift) : ticks << UInt64(shift)
      let product = shifted.multipliedFullWidth(by: UInt64(scale))
      return base &+ (product.high << 32 | product.low >> 32)
    }
  }

  /// Seconds and nanoseconds since 1970 at which system time was 0.
  public static var wallBase: (seconds: UInt64, nanoseconds: UInt32) {
    let at = SharedInfo.address &+ 3072
    while true {
      let version = guest_load32(at)
      guest_fence()
      let seconds = UInt64(guest_load32(at &+ 4)) | UInt64(guest_load32(at &+ 12)) << 32
      let nanoseconds = guest_load32(at &+ 8)
      guest_fence()
      if version & 1 == 0, version == guest_load32(at) { return (seconds, nanoseconds) }
    }
  }

  /// Waits, busy, for `nanoseconds`, or until `done`.
  public static func spin(_ nanoseconds: UInt64, until done: () -> Bool = { false }) {
    let end = now &+ nanoseconds
    while now < end, !done() { guest_pause() }
  }
}
