import CGuest
import XenABI

/// The page shared by the domain and the hypervisor, and each vCPU's part of it.
/// - Source: public/xen.h, struct shared_info and struct vcpu_info
public enum SharedInfo {
  /// Virtual address of the mapping.
  public static var address: UInt64 { guest_shared_info_page() }

  /// Maps the page in place of a page of the image.
  static func map() {
    let entry = StartInfo.current.sharedInfo | PageEntry.present | PageEntry.writable
    _ = hypercall(.updateVAMapping, address, entry | PageEntry.user, 2)
  }

  /// Address of a vCPU's vcpu_info (below 32).
  public static func vcpuInfo(_ vcpu: UInt64) -> UInt64 { address &+ vcpu &* 64 }
  /// The vcpu_info of the vCPU that asks.
  public static var here: UInt64 { vcpuInfo(guest_cpu()) }

  /// Whether an upcall is pending for this vCPU.
  public static var upcallPending: Bool {
    get { guest_load8(here) != 0 }
    set { guest_store8(here, newValue ? 1 : 0) }
  }
  /// Whether upcalls to this vCPU are masked.
  public static var upcallMask: Bool {
    get { guest_load8(here &+ 1) != 0 }
    set { guest_store8(here &+ 1, newValue ? 1 : 0) }
  }
  /// Bit per word of the pending bitmap, for this vCPU.
  public static var pendingSelector: UInt64 { here &+ 8 }

  /// Forgets upcalls due to this vCPU: its flag and its selector. Pending ports stay pending.
  public static func forgetUpcalls() {
    _ = guest_exchange8(here, 0)
    _ = guest_exchange64(pendingSelector, 0)
  }

  /// Whether `port` is pending.
  public static func isPending(_ port: UInt32) -> Bool { bit(2048, port) }
  /// Whether `port` is masked.
  public static func isMasked(_ port: UInt32) -> Bool { bit(2560, port) }
  /// Clears the pending bit of `port`.
  public static func clearPending(_ port: UInt32) {
    guest_and64(word(2048, port), ~(1 << UInt64(port & 63)))
  }
  /// Sets the pending bit of `port` without telling anybody.
  public static func setPending(_ port: UInt32) {
    guest_or64(word(2048, port), 1 << UInt64(port & 63))
  }
  /// Masks `port`.
  public static func mask(_ port: UInt32) { guest_or64(word(2560, port), 1 << UInt64(port & 63)) }
  /// Unmasks `port` in the bitmap only: nothing pending is delivered by this.
  public static func unmaskBit(_ port: UInt32) {
    guest_and64(word(2560, port), ~(1 << UInt64(port & 63)))
  }

  private static func word(_ base: UInt64, _ port: UInt32) -> UInt64 {
    address &+ base &+ UInt64(port >> 6) &* 8
  }
  private static func bit(_ base: UInt64, _ port: UInt32) -> Bool {
    guest_load64(word(base, port)) >> UInt64(port & 63) & 1 != 0
  }
}
