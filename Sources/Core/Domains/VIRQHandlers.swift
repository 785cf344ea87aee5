import EventChannels
import Machine
import Synchronization
import XenABI

/// Which domain is told of each global virtual interrupt: dom0 unless another was named.
public struct VIRQHandlers: ~Copyable, Sendable {
  // By line; the ids of domains. Lines are independent, so no lock is needed.
  private let handlers: InlineArray<24, Atomic<UInt16>>

  /// Handlers that are all dom0.
  public init() { handlers = InlineArray { _ in Atomic<UInt16>(DomainID.dom0.rawValue) } }

  /// The handler of a line.
  public borrowing func handler(of virq: VIRQ) -> DomainID {
    DomainID(handlers[Int(virq.rawValue % VIRQ.count)].load(ordering: .relaxed))
  }

  /// Names the handler of a line.
  /// - Throws: `EINVAL` for a line that does not exist or is not global.
  /// - Source: `XEN_DOMCTL_set_virq_handler`.
  public borrowing func set(_ virq: UInt32, _ domain: DomainID) throws(XenErrno) {
    guard VIRQScope(virq: virq) == .global else { throw .EINVAL }
    handlers[Int(virq)].store(domain.rawValue, ordering: .relaxed)
  }

  /// Gives the lines of a domain that goes away back to dom0.
  borrowing func remove(_ domain: DomainID) {
    for i in 0..<24 {
      _ = handlers[i].compareExchange(
        expected: domain.rawValue, desired: DomainID.dom0.rawValue, ordering: .relaxed)
    }
  }
}
