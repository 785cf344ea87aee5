import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import X86Format
import XenABI

/// `HYPERVISOR_platform_op`: what dom0's kernel asks of the machine, or tells about it.
extension Hypervisor where M: X86Hardware {
  /// Carries out one `XENPF_*`.
  /// - Throws: `EPERM` to anybody but dom0, `EACCES` for another interface version, `ENOSYS` for
  ///   unknown operations, else what each one says.
  public func platformOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let header = try read(GuestHandle<PlatformOpHeader>(address: arguments.first))
    guard header.interfaceVersion == PlatformOpLayout.interfaceVersion else { throw .EACCES }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    guard let operation = PlatformOp(rawValue: header.command) else { throw .ENOSYS }
    let address = arguments.first &+ UInt64(PlatformOpLayout.union)
    switch operation {
    case .settime32:
      let time = try read(GuestHandle<PlatformSetTime32>(address: address))
      setWallClock(UInt64(time.seconds), time.nanoseconds, time.systemTime)
    case .settime64:
      let time = try read(GuestHandle<PlatformSetTime64>(address: address))
      guard time.mustBeZero == 0 else { throw .EINVAL }
      setWallClock(time.seconds, time.nanoseconds, time.systemTime)
    case .firmwareInfo:
      try tellFirmwareInfo(address)
    case .enterACPISleep:
      try enterSleep(GuestHandle<PlatformEnterACPISleep>(address: address))
    case .setProcessorPMInfo:
      // Accepted, so that dom0 does not complain; nothing here manages power by it.
      _ = try read(GuestHandle<PlatformSetProcessorPMInfoHeader>(address: address))
    case .getCPUInfo:
      try tellCPUInfo(GuestHandle<PlatformPCPUInfo>(address: address))
    case .getCPUVersion:
      try tellCPUVersion(GuestHandle<PlatformPCPUVersion>(address: address))
    case .coreParking:
      try parkCores(GuestHandle<PlatformCoreParking>(address: address))
    case .cpuOnline, .cpuOffline:
      let request = try read(GuestHandle<PlatformCPUOnline>(address: address))
      guard isOnline(request.cpu) else { throw .EINVAL }
      // Those that run stay so.
      if operation == .cpuOffline { throw .EOPNOTSUPP }
      throw .EINVAL
    case .addMemoryType, .deleteMemoryType, .readMemoryType, .platformQuirk, .microcodeUpdate:
      throw .EINVAL
    case .resourceOp:
      throw .EOPNOTSUPP
    case .efiRuntimeCall, .changeFrequency, .getIdleTime, .cpuHotAdd, .memoryHotAdd, .getSymbol:
      throw .ENOSYS
    }
    return .success
  }

  /// Sets the wall clock, and every domain's view of it.
  /// - Parameter systemTime: when it was `seconds` and `nanoseconds` since 1970.
  private func setWallClock(_ seconds: UInt64, _ nanoseconds: UInt32, _ systemTime: UInt64) {
    let billion: UInt64 = 1_000_000_000
    // At system time 0 it was that much earlier.
    var whole = seconds &- systemTime / billion
    var rest = Int64(nanoseconds) - Int64(systemTime % billion)
    while rest < 0 {
      rest += Int64(billion)
      whole &-= 1
    }
    whole &+= UInt64(rest) / billion
    M.setWallClockAtStart(
      seconds: whole, nanoseconds: UInt32(truncatingIfNeeded: UInt64(rest) % billion))
    var next = DomainID(0)
    while let found = firstDomain(from: next) {
      if found.domain.hasPV { publishWallClock(found.domain) }
      next = DomainID(found.domain.pointee.id.rawValue &+ 1)
    }
  }

  // A PC that was not booted by EFI, and of whose BIOS nothing was kept.
  private func tellFirmwareInfo(_ address: UInt64) throws(XenErrno) {
    let request = try read(GuestHandle<PlatformFirmwareInfoHeader>(address: address))
    switch FirmwareInfoType(rawValue: request.type) {
    case .diskInfo, .diskMBRSignature, .vbeDDCInfo: throw .ESRCH
    case .efiInfo: throw .ENOSYS
    case .keyboardShiftFlags:
      guard request.index == 0 else { throw .ESRCH }
      let answer = PlatformFirmwareKeyboardShiftFlags(type: request.type, index: 0, flags: 0)
      try write(answer, to: GuestHandle(address: address))
    case nil: throw .EINVAL
    }
  }

  private func enterSleep(_ handle: GuestHandle<PlatformEnterACPISleep>) throws(XenErrno) {
    let request = try read(handle)
    guard request.sleepState >= 1, request.sleepState <= 5 else { throw .EINVAL }
    // Coming back from a sleep takes code that we do not have; off needs none.
    guard request.sleepState == 5 else { throw .EOPNOTSUPP }
    // As dom0 gives them they are register values; the type is bits 10 to 12.
    M.enterSleep(
      pm1a: UInt8(truncatingIfNeeded: request.valueA >> 10 & 7),
      pm1b: UInt8(truncatingIfNeeded: request.valueB >> 10 & 7))
    throw .EPERM
  }

  private func isOnline(_ cpu: UInt32) -> Bool {
    cpu < 256 && state.pointee.onlineCPUs.contains(Int(cpu))
  }

  private var lastCPU: UInt32 {
    var last: UInt32 = 0
    for cpu in 0..<UInt32(256) where isOnline(cpu) { last = cpu }
    return last
  }

  private func tellCPUInfo(_ handle: GuestHandle<PlatformPCPUInfo>) throws(XenErrno) {
    var info = try read(handle)
    if isOnline(info.cpu), let apicID = M.apicID(of: CPUIndex(Int(info.cpu))) {
      info.apicID = apicID
      info.acpiID = M.acpiID(of: CPUIndex(Int(info.cpu))) ?? apicID
      info.flags = PCPUFlags.online
    } else {
      info.flags = PCPUFlags.invalid
    }
    info.maxPresent = lastCPU
    try write(info, to: handle)
  }

  private func tellCPUVersion(_ handle: GuestHandle<PlatformPCPUVersion>) throws(XenErrno) {
    var version = try read(handle)
    version.maxPresent = lastCPU
    if isOnline(version.cpu) {
      let leaf = M.cpuid(CPUIDNumber.vendor, 0)
      let words: InlineArray<3, UInt32> = [leaf.ebx, leaf.edx, leaf.ecx]
      for i in 0..<12 {
        version.vendorID[i] = UInt8(truncatingIfNeeded: words[i / 4] >> (UInt32(i % 4) * 8))
      }
      let signature = CPUSignature(rawValue: M.cpuid(CPUIDNumber.features, 0).eax)
      version.family = signature.family
      version.model = signature.model
      version.stepping = signature.stepping
    } else {
      version.vendorID = InlineArray(repeating: 0)
      version.family = 0
      version.model = 0
      version.stepping = 0
    }
    try write(version, to: handle)
  }

  private func parkCores(_ handle: GuestHandle<PlatformCoreParking>) throws(XenErrno) {
    var request = try read(handle)
    switch CoreParkingType(rawValue: request.type) {
    case .get:
      request.idleCount = 0
      try write(request, to: handle)
    case .set:
      if request.idleCount != 0 { throw .EBUSY }
    case nil:
      throw .EINVAL
    }
  }
}
