import X86Format
import XenABI

/// Policies as the toolstack reads and writes them.
/// - Source: `xen/include/public/domctl.h` (`xen_domctl_cpu_policy`), `sysctl.h`.
extension CPUPolicy {
  /// The most leaves that a policy can have.
  public static var maximumLeaves: UInt32 { 14 + 5 + 2 + 1 + 62 + 34 + 2 }
  /// The number of MSRs of a policy.
  public static var maximumMSRs: UInt32 { 2 }

  /// Hands over the policy's leaves in the interface's order.
  /// - Throws: what `body` throws; nothing is handed over after that.
  public borrowing func forEachLeaf<E: Error>(
    _ body: (XenABI.CPUIDLeaf) throws(E) -> Void
  ) throws(E) {
    let none = CPUIDLeafValue.noSubleaf
    for leaf in 0...min(maximumLeaf, 13) {
      switch leaf {
      case CPUIDNumber.caches:
        for i in 0..<6 { try body(Self.wire(leaf, UInt32(i), caches[i])) }
      case CPUIDNumber.structuredFeatures:
        for i in 0...min(structured[0].eax, 2) {
          try body(Self.wire(leaf, i, structured[Int(i)]))
        }
      case CPUIDNumber.topology:
        for i in 0..<2 { try body(Self.wire(leaf, UInt32(i), topology[i])) }
      case CPUIDNumber.xsave:
        try body(Self.wire(leaf, 0, xsave[0]))
        try body(Self.wire(leaf, 1, xsave[1]))
        let components =
          allowedXCR0 | UInt64(xsave[1].ecx) | UInt64(xsave[1].edx) << 32
        for i in 2..<63 where components >> UInt64(i) & 1 != 0 {
          try body(Self.wire(leaf, UInt32(i), xsave[i]))
        }
      default:
        try body(Self.wire(leaf, none, basic[Int(leaf)]))
      }
    }
    try body(Self.wire(CPUIDNumber.hypervisor, none, CPULeaf(eax: hypervisorLimit)))
    try body(Self.wire(CPUIDNumber.hypervisor + 0x100, none, CPULeaf(eax: hypervisorLimit2)))
    for leaf in 0...min(maximumExtendedLeaf, 33) {
      try body(
        Self.wire(CPUIDNumber.extendedMaximum + leaf, none, extended[Int(leaf)]))
    }
  }

  /// Hands over the policy's MSRs.
  public borrowing func forEachMSR<E: Error>(_ body: (MSREntry) throws(E) -> Void) throws(E) {
    try body(MSREntry(index: MSR.platformInfo.rawValue, value: platformInfo))
    try body(MSREntry(index: MSR.archCapabilities.rawValue, value: architecturalCapabilities))
  }

  private static func wire(_ leaf: UInt32, _ subleaf: UInt32, _ value: CPULeaf)
    -> XenABI.CPUIDLeaf
  {
    XenABI.CPUIDLeaf(
      leaf: leaf, subleaf: subleaf, a: value.eax, b: value.ebx, c: value.ecx, d: value.edx)
  }

  /// Takes over a leaf from the toolstack.
  /// - Returns: false if policies have no such leaf and subleaf, or its value is out of range: the
  ///   caller reports both with `ERANGE`.
  public mutating func set(_ wire: XenABI.CPUIDLeaf) -> Bool {
    let value = CPULeaf(eax: wire.a, ebx: wire.b, ecx: wire.c, edx: wire.d)
    switch wire.leaf {
    case CPUIDNumber.caches:
      guard wire.subleaf < 6 else { return false }
      caches[Int(wire.subleaf)] = value
    case CPUIDNumber.structuredFeatures:
      guard wire.subleaf < 3 else { return false }
      structured[Int(wire.subleaf)] = value
    case CPUIDNumber.topology:
      guard wire.subleaf < 2 else { return false }
      topology[Int(wire.subleaf)] = value
    case CPUIDNumber.xsave:
      guard wire.subleaf < 63 else { return false }
      xsave[Int(wire.subleaf)] = value
    case 0..<14:
      guard wire.subleaf == CPUIDLeafValue.noSubleaf else { return false }
      basic[Int(wire.leaf)] = value
    case CPUIDNumber.hypervisor:
      guard wire.subleaf == CPUIDLeafValue.noSubleaf, value.eax <= 0x4000_00ff else {
        return false
      }
      hypervisorLimit = value.eax
    case CPUIDNumber.hypervisor + 0x100:
      guard wire.subleaf == CPUIDLeafValue.noSubleaf, value.eax <= 0x4000_01ff else {
        return false
      }
      hypervisorLimit2 = value.eax
    case CPUIDNumber.extendedMaximum..<CPUIDNumber.extendedMaximum + 34:
      guard wire.subleaf == CPUIDLeafValue.noSubleaf else { return false }
      extended[Int(wire.leaf & 0xffff)] = value
    default:
      return false
    }
    return true
  }

  /// Takes over an MSR from the toolstack.
  /// - Throws: `EINVAL` for flags, `EOVERFLOW` for a value that does not fit, `ERANGE` for an MSR
  ///   that policies do not have.
  public mutating func set(_ entry: MSREntry) throws(XenErrno) {
    guard entry.flags == 0 else { throw .EINVAL }
    switch MSR(entry.index) {
    case .platformInfo:
      guard entry.value >> 32 == 0 else { throw .EOVERFLOW }
      platformInfo = entry.value
    case .archCapabilities:
      architecturalCapabilities = entry.value
    default:
      throw .ERANGE
    }
  }

  /// Where a policy asks for more than `host` has.
  public enum Objection: Equatable, Sendable {
    case leaf(UInt32, subleaf: UInt32)
    case msr(UInt32)
  }

  /// The first thing in which the policy cannot be had on a host (`EINVAL`), or nil.
  public borrowing func objection(on host: borrowing CPUPolicy) -> Objection? {
    let none = CPUIDLeafValue.noSubleaf
    if maximumLeaf > host.maximumLeaf { return .leaf(0, subleaf: none) }
    if structured[0].eax > host.structured[0].eax { return .leaf(7, subleaf: 0) }
    if extended[0].eax > host.extended[0].eax {
      return .leaf(CPUIDNumber.extendedMaximum, subleaf: none)
    }
    if platformInfo & ~host.platformInfo != 0 { return .msr(MSR.platformInfo.rawValue) }
    return nil
  }
}
