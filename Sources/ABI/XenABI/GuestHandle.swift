// A pointer that a guest passed: a number until something checks it.

/// A guest address said to hold values of `Element` (`XEN_GUEST_HANDLE`, `XEN_GUEST_HANDLE_64`).
///
/// It is only a claim: nothing about it has been checked.
public struct GuestHandle<Element: BitwiseCopyable>: BitwiseCopyable, Sendable {
  /// Guest virtual address; 0 for no handle.
  public var address: UInt64 = 0

  /// Makes the null handle.
  public init() {}

  /// Makes a handle from an address.
  public init(address: UInt64) {
    self.address = address
  }

  /// Whether the handle is null (`guest_handle_is_null`).
  public var isNull: Bool { address == 0 }
}
