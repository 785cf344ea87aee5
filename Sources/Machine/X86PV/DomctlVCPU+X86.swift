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

/// Commands of the control interface on one vCPU's state.
extension Hypervisor where M: X86Hardware {
  /// Performs a command whose structure begins with a vCPU's number.
  func domctlOnVCPU(_ call: DomctlCall) throws(XenErrno) {
    let target = try target(of: call)
    let domain = target.domain
    switch call.command {
    case .setVCPUContext: try setContext(domain, call)
    case .getVCPUContext: try getContext(domain, call)
    case .sendTrigger:
      let request = try read(call.argument(DomctlSendTrigger.self))
      let vcpu = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
      switch TriggerType(rawValue: request.trigger) {
      case .nmi:
        vcpu.pointee.isNMIPending.store(true, ordering: .sequentiallyConsistent)
        notifyUpcall(vcpu)
      case .power, .sleep: throw .EINVAL
      case .reset, .init_, nil: throw .ENOSYS
      }
    case .getExtVCPUContext: try getExtendedContext(domain, call)
    case .setExtVCPUContext: try setExtendedContext(domain, call)
    case .getVCPUExtState: try getExtendedState(domain, call)
    case .setVCPUExtState: try setExtendedState(domain, call)
    case .getVCPUMSRs:
      var request = try read(call.argument(DomctlVCPUMSRs.self))
      _ = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
      // Nothing that a PV guest can set in MSRs outlives its registers.
      request.msrCount = 0
      try write(request, to: call.argument(DomctlVCPUMSRs.self))
    case .setVCPUMSRs:
      let request = try read(call.argument(DomctlVCPUMSRs.self))
      _ = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
      guard request.msrCount == 0 else { throw .EINVAL }
    default: throw .ENOSYS
    }
  }

  private func setContext(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlVCPUContext.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .EINVAL)
    // What a dying domain's vCPU would take hold of now, nobody would take away again.
    guard domain != call.caller.domain, !domain.pointee.isDying else { throw .EINVAL }
    guard !request.context.isNull else { throw .EOPNOTSUPP }
    let address = request.context.address
    let flags: UInt64 = try read(
      GuestHandle(address: address &+ UInt64(VCPUGuestContextLayout.flags)))
    try whilePaused(domain) { () throws(XenErrno) in
      try setPVContext(vcpu, fromGuestAddress: address)
      domain.pointee.stateLock.withLock { vcpu.pointee.isInitialised = true }
      if flags & VCPUContextFlags.online != 0 { bringUp(vcpu) } else { holdDown(vcpu) }
    }
  }

  // Down, without the consequences that it has when a guest takes its last vCPU down itself.
  private func holdDown(_ vcpu: Ref<VCPU>) {
    vcpu.pointee.blockers.bitwiseOr(
      VCPUBlockers.down.rawValue, ordering: .sequentiallyConsistent)
    sleepWithoutWaiting(vcpu)
  }

  private func getContext(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlVCPUContext.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .EINVAL)
    guard vcpu != call.caller.vcpu else { throw .EINVAL }
    guard domain.pointee.stateLock.withLock({ vcpu.pointee.isInitialised }) else {
      throw .ENODATA
    }
    pause(vcpu)
    waitUntilUnloaded(vcpu)
    defer { unpause(vcpu) }
    try getPVContext(vcpu, toGuestAddress: request.context.address)
  }

  // `XEN_DOMCTL_get_ext_vcpucontext`: the entry points that came later than the context.
  private func getExtendedContext(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlExtVCPUContext.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
    let pv = vcpu.pv
    try write(
      DomctlExtVCPUContext(
        vcpu: request.vcpu, size: UInt32(MemoryLayout<DomctlExtVCPUContext>.size),
        syscall32Callback: pv.pointee.syscall32Callback,
        sysenterCallback: pv.pointee.sysenterCallback,
        syscall32CallbackCS: FlatSelector.kernelCS64,
        sysenterCallbackCS: FlatSelector.kernelCS64,
        syscall32DisablesEvents: pv.pointee.syscall32MasksEvents ? 1 : 0,
        sysenterDisablesEvents: pv.pointee.sysenterMasksEvents ? 1 : 0),
      to: call.argument(DomctlExtVCPUContext.self))
  }

  private func setExtendedContext(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlExtVCPUContext.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
    // The machine-check words at the end are left out by older tools.
    guard domain != call.caller.domain, request.size >= 32,
      VirtualAddress(request.syscall32Callback).isCanonical,
      VirtualAddress(request.sysenterCallback).isCanonical
    else { throw .EINVAL }
    try whilePaused(domain) { () throws(XenErrno) in
      let pv = vcpu.pv
      pv.pointee.syscall32Callback = request.syscall32Callback
      pv.pointee.sysenterCallback = request.sysenterCallback
      pv.pointee.syscall32MasksEvents = request.syscall32DisablesEvents != 0
      pv.pointee.sysenterMasksEvents = request.sysenterDisablesEvents != 0
    }
  }
}

/// Extended processor state on its way out of a domain and in again: XCR0 twice (as it is, and all
/// it ever had), then an XSAVE area in standard form.
extension Hypervisor where M: X86Hardware {
  private static var headerBytes: UInt64 { 16 }
  private static var areaHeader: Int { 512 }

  // The components a domain's vCPUs can have, and the bytes of what is told of one.
  private func extendedStateShape(_ domain: Ref<Domain>) -> (components: UInt64, bytes: UInt64) {
    let platform = domain.pv
    guard platform.pointee.platform.policy.has(CPUFeature.xsave) else { return (0, 0) }
    let components = platform.pointee.platform.policy.allowedXCR0
    let area = UInt64(platform.pointee.platform.policy.xsaveBytes(components))
    return (components, Self.headerBytes + min(area, 8192))
  }

  /// `XEN_DOMCTL_getvcpuextstate`.
  func getExtendedState(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    var request = try read(call.argument(DomctlVCPUExtState.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
    guard vcpu != call.caller.vcpu else { throw .EINVAL }
    let shape = extendedStateShape(domain)
    guard !request.buffer.isNull, request.size != 0 || request.featureMask != 0 else {
      request.size = shape.bytes
      request.featureMask = shape.components
      try write(request, to: call.argument(DomctlVCPUExtState.self))
      return
    }
    guard request.size == shape.bytes, request.featureMask == shape.components else {
      throw .EINVAL
    }
    pause(vcpu)
    waitUntilUnloaded(vcpu)
    defer { unpause(vcpu) }
    try write(vcpu.pv.pointee.xcr0, to: request.buffer, at: 0)
    try write(shape.components, to: request.buffer, at: 1)
    var left = Int(shape.bytes - Self.headerBytes)
    var at = request.buffer.address &+ Self.headerBytes
    var frame = vcpu.pv.pointee.extendedStateFrame
    while left > 0 {
      let count = min(left, 4096)
      try write(frame: M.memory[frame], at: 0, count: count, to: GuestHandle(address: at))
      at = at &+ UInt64(count)
      left -= count
      frame = frame.advanced(by: 1)
    }
  }

  /// `XEN_DOMCTL_setvcpuextstate`.
  func setExtendedState(_ domain: Ref<Domain>, _ call: DomctlCall) throws(XenErrno) {
    let request = try read(call.argument(DomctlVCPUExtState.self))
    let vcpu = try vcpu(request.vcpu, of: domain, orElse: .ESRCH)
    guard domain != call.caller.domain else { throw .EINVAL }
    let shape = extendedStateShape(domain)
    // The two words and at least a legacy area with the header that describes the rest.
    guard request.size >= Self.headerBytes + 576, request.size <= shape.bytes else {
      throw .EINVAL
    }
    let xcr0 = try read(request.buffer, at: 0)
    let all = try read(request.buffer, at: 1)
    guard xcr0 & 1 != 0, xcr0 & ~all == 0, all & ~shape.components == 0 else { throw .EINVAL }
    let header = request.buffer.address &+ Self.headerBytes &+ UInt64(Self.areaHeader)
    let present: UInt64 = try read(GuestHandle(address: header))
    guard present & ~all == 0 else { throw .EINVAL }
    for i in 1..<UInt64(8) {
      // Not compacted, and nothing reserved: loading it would fault.
      guard try read(GuestHandle<UInt64>(address: header), at: i) == 0 else { throw .EINVAL }
    }
    try whilePaused(domain) { () throws(XenErrno) in
      try loadExtendedState(vcpu, request, present: present)
      vcpu.pv.pointee.xcr0 = xcr0
    }
  }

  private func loadExtendedState(
    _ vcpu: Ref<VCPU>, _ request: DomctlVCPUExtState, present: UInt64
  ) throws(XenErrno) {
    let first = vcpu.pv.pointee.extendedStateFrame
    M.resetExtendedState(first)
    var left = Int(request.size - Self.headerBytes)
    var at = request.buffer.address &+ Self.headerBytes
    var frame = first
    while left > 0 {
      let count = min(left, 4096)
      try read(frame: M.memory[frame], at: 0, count: count, from: GuestHandle(address: at))
      at = at &+ UInt64(count)
      left -= count
      frame = frame.advanced(by: 1)
    }
    // Read once and checked: what the copy brought may differ, so the checked header is put back.
    let area = M.memory[first]
    area.store(present, at: Self.areaHeader)
    for i in 1..<8 { area.store(UInt64(0), at: Self.areaHeader + i * 8) }
    area.store((area.load(UInt32.self, at: 24) ?? 0) & 0xffff, at: 24)
  }
}
