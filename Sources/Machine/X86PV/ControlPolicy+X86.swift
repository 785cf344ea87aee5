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
  /// `XEN_DOMCTL_get_cpu_policy`.
  func getCPUPolicy(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlCPUPolicy.self))
    (request.leafCount, request.msrCount) = try tell(
      domain.pv.pointee.platform.policy, (request.leaves, request.leafCount),
      (request.msrs, request.msrCount))
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

  // Works on a copy, which replaces the domain's policy if nothing is wrong with it.
  @inline(never)
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
    switch bring(&policy) {
    case .leaf(let leaf, let subleaf):
      request.errorLeaf = leaf
      request.errorSubleaf = subleaf
      throw .EINVAL
    case .msr(let index):
      request.errorMSR = index
      throw .EINVAL
    case nil: break
    }
    domain.pv.pointee.platform.policy = policy
  }

  // Brings a policy into the bounds of what PV guests may have here, unless it asks for more than
  // can be had.
  @inline(never)
  private func bring(_ policy: inout CPUPolicy) -> CPUPolicy.Objection? {
    var most = CPUPolicy()
    most.readRaw { M.cpuid($0, $1) }
    most.cutToHost()
    policy.adoptStateLayout(of: most)
    let traits = most.traits
    most.narrow(to: .pvMax)
    if let objection = policy.objection(on: most) { return objection }
    policy.recalculate(within: most, on: traits)
    return nil
  }

  // Writes a policy out; without a list, only how much there can be is told.
  private func tell(
    _ policy: borrowing CPUPolicy, _ leaves: (list: GuestHandle<XenABI.CPUIDLeaf>, room: UInt32),
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
    var policy = CPUPolicy()
    try makeHostPolicy(index, &policy)
    (request.leafCount, request.msrCount) = try tell(
      policy, (request.leaves, request.leafCount), (request.msrs, request.msrCount))
    try write(request, to: call.argument(SysctlCPUPolicy.self))
  }

  private func makeHostPolicy(
    _ index: CPUPolicyIndex, _ policy: inout CPUPolicy
  ) throws(XenErrno) {
    policy.readRaw { M.cpuid($0, $1) }
    switch index {
    case .raw: return
    case .host: policy.cutToHost()
    case .pvMax:
      policy.cutToHost()
      policy.narrow(to: .pvMax)
    case .pvDefault:
      policy.cutToHost()
      policy.narrow(to: .pvDefault)
    case .hvmMax, .hvmDefault: throw .EOPNOTSUPP
    }
  }

  // The features of a host's policy that exists.
  @inline(never)
  func hostFeatures(_ index: CPUPolicyIndex) -> CPUFeatureSet {
    var policy = CPUPolicy()
    try? makeHostPolicy(index, &policy)
    return policy.features
  }

  /// `XEN_SYSCTL_get_cpu_featureset`.
  func getFeatureSet(_ call: SysctlCall) throws(XenErrno) {
    var request = try read(call.argument(SysctlCPUFeatureSet.self))
    guard !request.features.isNull else {
      // Whichever it is: how long they all are.
      request.featureCount = UInt32(CPUFeatureSet().words.count)
      try write(request, to: call.argument(SysctlCPUFeatureSet.self))
      return
    }
    guard let index = CPUFeatureSetIndex(rawValue: request.index) else { throw .EINVAL }
    var features: CPUFeatureSet
    switch index {
    case .raw: features = hostFeatures(.raw)
    case .host: features = hostFeatures(.host)
    case .pv, .pvMax:
      features = hostFeatures(index == .pv ? .pvDefault : .pvMax)
      features.removeRepetitions()
    case .hvm, .hvmMax: throw .EOPNOTSUPP
    }
    let count = UInt32(features.words.count)
    let room = request.featureCount
    request.featureCount = min(room, count)
    for i in 0..<Int(request.featureCount) {
      try write(features.words[i], to: request.features, at: UInt64(i))
    }
    try write(request, to: call.argument(SysctlCPUFeatureSet.self))
    guard room >= count else { throw .ENOBUFS }
  }
}
