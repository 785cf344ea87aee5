import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Devices
import X86Format
import XenABI

/// `HYPERVISOR_domctl`: the part that concerns x86, for PV domains.
extension Hypervisor where M: X86Hardware {
  /// Lets a domctl in and performs it.
  func domctlOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    try openDomctl(caller, arguments) { call throws(XenErrno) in try pvDomctl(call) }
  }

  private func pvDomctl(_ call: DomctlCall) throws(XenErrno) -> HypercallOutcome {
    switch call.command {
    case .setVCPUContext, .getVCPUContext, .setExtVCPUContext, .getExtVCPUContext,
      .setVCPUExtState, .getVCPUExtState, .getVCPUMSRs, .setVCPUMSRs, .sendTrigger:
      try domctlOnVCPU(call)
    case .hypercallInit, .setTimeOffset, .setAddressSize, .getAddressSize, .getTSCInfo,
      .setTSCInfo, .getPageFrameInfo3, .getCPUPolicy, .setCPUPolicy, .setPagingMempoolSize,
      .getPagingMempoolSize, .shadowOp, .ioPortPermission, .ioPortMapping:
      try domctlOnDomain(call)
    default:
      return try domctl(call)
    }
    return .success
  }

  private func domctlOnDomain(_ call: DomctlCall) throws(XenErrno) {
    let target = try target(of: call)
    let domain = target.domain
    switch call.command {
    case .hypercallInit: try fillHypercallPage(domain, call)
    case .setTimeOffset:
      let request = try read(call.argument(DomctlSetTimeOffset.self))
      domain.pointee.stateLock.withLock {
        domain.pointee.timeOffsetSeconds = request.timeOffsetSeconds
      }
      publishWallClock(domain)
    case .setAddressSize:
      let request = try read(call.argument(DomctlAddressSize.self))
      // 32-bit PV guests need a processor mode that we do not enter.
      if request.size == 32 { throw .EOPNOTSUPP }
      guard request.size == 64 else { throw .EINVAL }
    case .getAddressSize:
      try write(DomctlAddressSize(size: 64), to: call.argument(DomctlAddressSize.self))
    case .getTSCInfo: try getTSCInfo(domain, call)
    case .setTSCInfo: try setTSCInfo(domain, call)
    case .getPageFrameInfo3: try getFrameInfo(domain, call)
    case .getCPUPolicy: try getCPUPolicy(domain, call)
    case .setCPUPolicy: try setCPUPolicy(domain, call)
    case .setPagingMempoolSize, .getPagingMempoolSize:
      // PV guests page with their own tables: there is no pool to size.
      throw .EOPNOTSUPP
    case .shadowOp: try shadowOperation(domain, call)
    case .ioPortPermission: try permitPorts(domain, call)
    default: throw .EOPNOTSUPP
    }
  }

  // `XEN_DOMCTL_hypercall_init`.
  private func fillHypercallPage(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlHypercallInit.self))
    let mfn = try holdWritableFrame(MFN(request.gmfn), of: domain)
    HypercallPage.fill(M.memory[mfn])
    releaseWritableFrame(mfn)
  }

  private func getTSCInfo(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let platform = domain.pv
    try write(
      DomctlTSCInfo(
        tscMode: platform.pointee.platform.tscMode,
        guestTSCKHz: Self.kilohertz(M.timeScale()),
        incarnation: platform.pointee.platform.tscIncarnation,
        elapsedNanoseconds: 0),
      to: call.argument(DomctlTSCInfo.self))
  }

  // The counter is never emulated, so a mode is only remembered.
  private func setTSCInfo(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlTSCInfo.self))
    guard domain != call.caller.domain, request.tscMode <= 2 else { throw .EINVAL }
    domain.pv.pointee.platform.tscMode = request.tscMode
    domain.pv.pointee.platform.tscIncarnation = request.incarnation
  }

  // `XEN_DOMCTL_getpageframeinfo3`: replaces each frame number by what the frame is.
  private func getFrameInfo(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlGetPageFrameInfo3.self))
    guard request.count <= 1024 else { throw .E2BIG }
    for i in 0..<request.count {
      let mfn = MFN(try read(request.array, at: i))
      try write(pageFrameInfo(mfn, of: domain), to: request.array, at: i)
    }
  }

  // `XEN_DOMCTL_shadow_op`: dirty pages are not logged.
  private func shadowOperation(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlShadowOp.self))
    guard domain != call.caller.domain else { throw .EINVAL }
    switch ShadowOp(rawValue: request.op) {
    case .off: throw .EINVAL
    case .getAllocation, .setAllocation:
      request.megabytes = 0
      try write(request, to: call.argument(DomctlShadowOp.self))
    case .enableTest, .enableLogDirty, .enable, .clean, .peek: throw .EOPNOTSUPP
    case nil: throw .EINVAL
    }
  }
}
