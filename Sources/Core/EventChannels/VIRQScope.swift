import XenABI

/// Whether a virtual interrupt line exists once for a domain or once for each of its vCPUs.
public enum VIRQScope: Equatable, Sendable {
  /// One line for the domain; its port may be moved between vCPUs.
  case global
  /// A line for each vCPU, for ever tied to it; the number is its slot among such lines.
  case perVCPU(slot: Int)

  /// The scope of the line numbered `virq`, or nil past the last line.
  /// - Source: "(V.)" and "(G.)" beside `VIRQ_*` in `xen.h`.
  public init?(virq: UInt32) {
    guard virq < VIRQ.count else { return nil }
    switch VIRQ(rawValue: virq) {
    case .timer?: self = .perVCPU(slot: 0)
    case .debug?: self = .perVCPU(slot: 1)
    case .xenoprof?: self = .perVCPU(slot: 2)
    case .pmu?: self = .perVCPU(slot: 3)
    default: self = .global
    }
  }
}
