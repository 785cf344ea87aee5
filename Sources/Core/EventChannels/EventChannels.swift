/// Event channels: the ports of a domain, what each is bound to, and how an event reaches a guest.
///
/// A `PortTable` is a small handle onto state that lives in frames of its owner; it names domains,
/// vCPUs and ports, never objects. Every method runs with the owner's event lock held; where two
/// tables take part both locks are held, in the order of domain ids. A domain may be its own peer:
/// both handles then see the same state.
///
/// Delivery has two halves. A table says *whom* an operation notifies (`Notification`); `raise`
/// writes the bits that the guest sees, and says what the caller has left to do (`Delivery`).
/// The guest's layout is the 2-level one: a bit for each of 4096 ports, and a selector per vCPU.
/// - Source: `xen/include/public/event_channel.h`.
public enum EventChannels {
  /// Ports of the 2-level layout of a 64-bit guest.
  public static let portLimit = 4096
  /// vCPUs of one domain that a table can notify.
  public static let vcpuLimit = 256
  /// Physical interrupts of one domain that a table can bind.
  public static let pirqLimit = 512
}
