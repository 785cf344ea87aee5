import Machine
import Sync
import XenABI

/// The part of a shared page that concerns one vCPU, in the shared info page or where the guest
/// moved it.
/// - Source: `struct vcpu_info` in `xen.h`; `VCPUOP_register_vcpu_info` in `vcpu.h`.
public struct VCPUInfoView: Sendable {
  /// The page.
  public let frame: FrameBytes
  /// The first byte's offset in the page, a multiple of 8.
  public let offset: Int

  /// Describes a `vcpu_info` at a place that a guest chose.
  /// - Returns: nil if it is not aligned to 8 bytes or leaves the page.
  public init?(_ frame: FrameBytes, offset: Int) {
    guard offset >= 0, offset & 7 == 0, offset <= 4096 - VCPUInfoLayout.size else { return nil }
    self.frame = frame
    self.offset = offset
  }

  /// Describes a vCPU's part of the shared info page; nil from vCPU 32 up.
  public init?(_ vcpu: VCPUID, in shared: SharedInfoView) {
    guard vcpu.rawValue < 32 else { return nil }
    frame = shared.frame
    offset = SharedInfoLayout.vcpuInfo + vcpu.index * VCPUInfoLayout.size
  }

  // `evtchn_upcall_pending` is the first byte of this word.
  private var flags: SharedWord32 { frame.sharedWord32(offset / 4) }
  private var selector: SharedWord64 {
    frame.sharedWord((offset + VCPUInfoLayout.eventPendingSelector) / 8)
  }

  /// Whether an upcall waits to be delivered.
  public var isUpcallPending: Bool { flags.value & 0xff != 0 }

  /// Whether the guest masked upcalls to this vCPU (PV guests: their interrupt flag).
  public var isUpcallMasked: Bool {
    get { flags.value & 0xff00 != 0 }
    nonmutating set {
      frame.store(UInt8(newValue ? 1 : 0), at: offset + VCPUInfoLayout.eventUpcallMask)
    }
  }

  /// Whether the vCPU has an upcall to take now.
  public var canTakeUpcall: Bool {
    let word = flags.value
    return word & 0xff != 0 && word & 0xff00 == 0
  }

  /// Marks one word of the pending bits as not empty, then the upcall as pending.
  /// - Returns: whether the upcall was not pending before.
  public func select(_ word: Int) -> Bool {
    let bit = UInt64(1) << UInt64(word & 63)
    guard selector.fetchOr(bit) & bit == 0 else { return false }
    return markUpcallPending()
  }

  /// Marks the upcall as pending.
  /// - Returns: whether it was not pending before.
  @discardableResult public func markUpcallPending() -> Bool { flags.fetchOr(1) & 1 == 0 }

  /// Fills a place that is about to become a vCPU's `vcpu_info` from where it was until now. All
  /// events are marked, so that none sent meanwhile is lost.
  /// - Parameter old: nil if the vCPU had none: then upcalls start masked.
  public func adopt(from old: VCPUInfoView?) {
    if let old {
      frame.copy(to: offset, from: old.frame, at: old.offset, count: VCPUInfoLayout.size)
    } else {
      for i in 0..<VCPUInfoLayout.size / 8 { frame[word: offset / 8 + i] = 0 }
      isUpcallMasked = true
    }
    selector.fetchOr(UInt64.max)
    markUpcallPending()
  }
}
