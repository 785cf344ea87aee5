import Machine
import Sync
import XenABI

/// The event bits of the page that a domain shares with the hypervisor; the guest changes them at
/// any time, so each is reached by one locked operation.
/// - Source: `evtchn_pending` and `evtchn_mask` of `struct shared_info` in `xen.h`.
public struct SharedInfoView: Sendable {
  /// The page.
  public let frame: FrameBytes

  /// Describes a domain's shared page.
  public init(_ frame: FrameBytes) { self.frame = frame }

  private static func word(_ port: Port) -> Int { port.index >> 6 & 63 }
  private static func bit(_ port: Port) -> UInt64 { 1 << UInt64(port.rawValue & 63) }

  private func pending(_ port: Port) -> Int { SharedInfoLayout.eventPending / 8 + Self.word(port) }
  private func mask(_ port: Port) -> Int { SharedInfoLayout.eventMask / 8 + Self.word(port) }

  /// Whether an event is pending on `port`.
  public func isPending(_ port: Port) -> Bool {
    frame.sharedWord(pending(port)).value & Self.bit(port) != 0
  }

  /// Whether the guest masked `port`.
  public func isMasked(_ port: Port) -> Bool {
    frame.sharedWord(mask(port)).value & Self.bit(port) != 0
  }

  /// Forgets an event.
  public func clearPending(_ port: Port) {
    frame.sharedWord(pending(port)).fetchAnd(~Self.bit(port))
  }

  // The order matters: the guest clears the upcall, then the selector, then the pending bit. It
  // finds an event only if we set them the other way round.

  /// Makes an event pending on `port`, which notifies `vcpu`.
  public func raise(_ port: Port, on vcpu: VCPUInfoView?) -> Delivery {
    guard frame.sharedWord(pending(port)).fetchOr(Self.bit(port)) & Self.bit(port) == 0 else {
      return .alreadyPending
    }
    guard !isMasked(port), let vcpu, vcpu.select(Self.word(port)) else { return .recorded }
    return .upcallRaised
  }

  /// Unmasks `port`, and raises the upcall of `vcpu` if an event waited behind the mask.
  public func unmask(_ port: Port, on vcpu: VCPUInfoView?) -> Delivery {
    let wasMasked = frame.sharedWord(mask(port)).fetchAnd(~Self.bit(port)) & Self.bit(port) != 0
    guard wasMasked, isPending(port), let vcpu, vcpu.select(Self.word(port)) else {
      return .alreadyPending
    }
    return .upcallRaised
  }
}
