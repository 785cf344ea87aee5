import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// `HYPERVISOR_mca`: what dom0's kernel asks about machine checks. The hypervisor reports them on
/// its console; dom0 can ask what CPUs there are, and is told that nothing waits for it.
extension Hypervisor where M: X86Hardware {
  /// Carries out one `XEN_MC_*`.
  /// - Throws: `EPERM` to anybody but dom0, `EACCES` for another interface version, `EINVAL` for
  ///   unknown or malformed requests.
  public func machineCheckOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    let header = try read(GuestHandle<MachineCheckHeader>(address: arguments.first))
    guard header.interfaceVersion == MachineCheckLayout.interfaceVersion else { throw .EACCES }
    let address = arguments.first &+ UInt64(MachineCheckLayout.union)
    switch MachineCheckOp(rawValue: header.command) {
    case .fetch:
      try fetchReport(GuestHandle<MachineCheckFetch>(address: address))
    case .physicalCPUInfo:
      try tellMachineCheckCPUs(GuestHandle<MachineCheckCPUInfo>(address: address))
    case .notifyDomain, .msrInject, .mceInject, .injectV2, nil:
      throw .EINVAL
    }
    return .success
  }

  private func fetchReport(_ handle: GuestHandle<MachineCheckFetch>) throws(XenErrno) {
    var request = try read(handle)
    let kind = request.flags & ~MachineCheckFlags.acknowledge
    guard kind == MachineCheckFlags.urgent || kind == MachineCheckFlags.nonUrgent else {
      throw .EINVAL
    }
    // Nothing was handed out, so there is nothing to acknowledge either.
    if request.flags & MachineCheckFlags.acknowledge != 0 { return }
    request.flags = MachineCheckFlags.noData
    request.fetchID = 0
    try write(request, to: handle)
  }

  private func tellMachineCheckCPUs(
    _ handle: GuestHandle<MachineCheckCPUInfo>
  ) throws(XenErrno) {
    var request = try read(handle)
    var told: UInt32 = 0
    for cpu in 0..<256 where state.pointee.onlineCPUs.contains(cpu) {
      if !request.info.isNull {
        guard request.cpuCount > 0 else { throw .EINVAL }
        if told == request.cpuCount { break }
        try write(machineCheckCPU(CPUIndex(cpu)), to: request.info, at: UInt64(told))
      }
      told += 1
    }
    request.cpuCount = told
    try write(request, to: handle)
  }

  private func machineCheckCPU(_ cpu: CPUIndex) -> MachineCheckCPU {
    var info = MachineCheckCPU()
    let vendor = M.cpuid(CPUIDNumber.vendor, 0)
    let features = M.cpuid(CPUIDNumber.features, 0)
    let extended = M.cpuid(CPUIDNumber.extendedFeatures, 0)
    let signature = CPUSignature(rawValue: features.eax)
    info.cpu = UInt32(cpu.rawValue)
    info.apicID = M.apicID(of: cpu) ?? 0
    // One core each, as far as anybody asks.
    info.core = UInt16(truncatingIfNeeded: info.apicID)
    info.coreCount = 1
    info.activeCoreCount = 1
    info.threadCount = 1
    info.cpuidLevel = Int32(truncatingIfNeeded: vendor.eax)
    info.family = signature.family
    info.model = signature.model
    info.stepping = signature.stepping
    let name: InlineArray<3, UInt32> = [vendor.ebx, vendor.edx, vendor.ecx]
    for i in 0..<12 {
      info.vendorID[i] = UInt8(truncatingIfNeeded: name[i / 4] >> UInt32(i % 4 * 8))
    }
    for i in 0..<48 {
      let leaf = M.cpuid(CPUIDNumber.brand + UInt32(i / 16), 0)
      let words: InlineArray<4, UInt32> = [leaf.eax, leaf.ebx, leaf.ecx, leaf.edx]
      info.brand[i] = UInt8(truncatingIfNeeded: words[i % 16 / 4] >> UInt32(i % 4 * 8))
    }
    info.capabilities[0] = features.edx
    info.capabilities[1] = extended.edx
    info.capabilities[4] = features.ecx
    info.capabilities[6] = extended.ecx
    info.cacheAlignment = (features.ebx >> 8 & 0xff) * 8
    return info
  }
}
