import Domains
import Hypercalls
import Machine
import Primitives
import Sync
import X86Devices
import X86Format
import XenABI

/// CPUID and MSR policies as the toolstack reads and writes them.
extension Hypervisor where M: X86Hardware {
  private var hostPolicy: CPUPolicy { CPUPolicy.host { M.cpuid($0, $1) } }

  /// `XEN_DOMCTL_get_cpu_policy`.
  func getCPUPolicy(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlCPUPolicy.self))
    let policy = domain.pv.pointee.platform.policy
    (request.leafCount, request.msrCount) = try tell(
      policy, (request.leaves, request.leafCount), (request.msrs, request.msrCount))
    try write(request, to: call.argument(DomctlCPUPolicy.self))
  }

  /// `XEN_DOMCTL_set_cpu_policy`: before the domain has ever run.
  func setCPUPolicy(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlCPUPolicy.self))
    guard domain != call.caller.domain else { throw .EINVAL }
    guard !domain.pointee.stateLock.withLock({ domain.pointee.hasStarted }) else { throw .EEXIST }
    request.errorLeaf = UInt32.max
    request.errorSubleaf = UInt32.max
    request.errorMSR = UInt32.max
    do throws(XenErrno) {
      try update(domain, &request)
    } catch {
      // Which entry was refused is told even though, or rather because, the command fails.
      try write(request, to: call.argument(DomctlCPUPolicy.self))
      throw error
    }
  }

  private func update(
    _ domain: Ref<Domain>, _ request: inout DomctlCPUPolicy
  ) throws(XenErrno) {
    guard request.leafCount <= CPUPolicy.maximumLeaves, request.msrCount <= CPUPolicy.maximumMSRs
    else { throw .E2BIG }
    var policy = domain.pv.pointee.platform.policy
    for i in 0..<UInt64(request.leafCount) {
      let leaf = try read(request.leaves, at: i)
      guard policy.set(leaf) else {
        request.errorLeaf = leaf.leaf
        request.errorSubleaf = leaf.subleaf
        throw .ERANGE
      }
    }
    for i in 0..<UInt64(request.msrCount) {
      let entry = try read(request.msrs, at: i)
      do throws(XenErrno) { try policy.set(entry) } catch {
        request.errorMSR = entry.index
        throw error
      }
    }
    let host = hostPolicy
    let most = CPUPolicy.pvMax(host)
    switch policy.objection(on: most) {
    case .leaf(let leaf, let subleaf):
      request.errorLeaf = leaf
      request.errorSubleaf = subleaf
      throw .EINVAL
    case .msr(let index):
      request.errorMSR = index
      throw .EINVAL
    case nil: break
    }
    // A domain that migrates must not rely on the counter's rate.
    policy.recalculate(within: most, host: host, allowsITSC: true)
    domain.pv.pointee.platform.policy = policy
  }

  // Writes a policy out; without a list, only how much there can be is told.
  private func tell(
    _ policy: CPUPolicy, _ leaves: (list: GuestHandle<XenABI.CPUIDLeaf>, room: UInt32),
    _ msrs: (list: GuestHandle<MSREntry>, room: UInt32)
  ) throws(XenErrno) -> (UInt32, UInt32) {
    var leafCount = CPUPolicy.maximumLeaves
    if !leaves.list.isNull {
      leafCount = 0
      try policy.forEachLeaf { leaf throws(XenErrno) in
        guard leafCount < leaves.room else { throw .ENOBUFS }
        try write(leaf, to: leaves.list, at: UInt64(leafCount))
        leafCount += 1
      }
    }
    var msrCount = CPUPolicy.maximumMSRs
    if !msrs.list.isNull {
      msrCount = 0
      try policy.forEachMSR { entry throws(XenErrno) in
        guard msrCount < msrs.room else { throw .ENOBUFS }
        try write(entry, to: msrs.list, at: UInt64(msrCount))
        msrCount += 1
      }
    }
    return (leafCount, msrCount)
  }

  /// `XEN_SYSCTL_get_cpu_policy`.
  func getHostPolicy(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlCPUPolicy.self))
    guard request.reserved == 0, let index = CPUPolicyIndex(rawValue: request.index) else {
      throw .EINVAL
    }
    let policy: CPUPolicy
    switch index {
    case .raw: policy = CPUPolicy.raw { M.cpuid($0, $1) }
    case .host: policy = hostPolicy
    case .pvMax: policy = .pvMax(hostPolicy)
    case .pvDefault: policy = .pvDefault(hostPolicy)
    case .hvmMax, .hvmDefault: throw .EOPNOTSUPP
    }
    (request.leafCount, request.msrCount) = try tell(
      policy, (request.leaves, request.leafCount), (request.msrs, request.msrCount))
    try write(request, to: call.argument(SysctlCPUPolicy.self))
  }

  /// `XEN_SYSCTL_get_cpu_featureset`.
  func getFeatureSet(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlCPUFeatureSet.self))
    guard let index = CPUFeatureSetIndex(rawValue: request.index) else { throw .EINVAL }
    let features: CPUFeatureSet
    switch index {
    case .raw: features = CPUPolicy.raw { M.cpuid($0, $1) }.features
    case .host: features = hostPolicy.features
    case .pv: features = CPUPolicy.pvDefault(hostPolicy).features
    case .pvMax: features = CPUPolicy.pvMax(hostPolicy).features
    case .hvm, .hvmMax: throw .EOPNOTSUPP
    }
    let count = UInt32(features.words.count)
    let room = request.featureCount
    request.featureCount = count
    if !request.features.isNull {
      request.featureCount = min(room, count)
      for i in 0..<Int(request.featureCount) {
        try write(features.words[i], to: request.features, at: UInt64(i))
      }
    }
    try write(request, to: call.argument(SysctlCPUFeatureSet.self))
    guard request.features.isNull || room >= count else { throw .ENOBUFS }
  }
}
