import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// What a release of the control interface looks like from the door: the versions that requests
/// carry, and where a command's structure begins. The structures themselves are `XenABI`'s, which
/// renders this release's headers.
public enum ControlInterface417 {
  /// The version of `HYPERVISOR_domctl`.
  static var domctlVersion: UInt32 { DomctlLayout.interfaceVersion }
  /// The version of `HYPERVISOR_sysctl`.
  static var sysctlVersion: UInt32 { SysctlLayout.interfaceVersion }
  /// Where the structure of a domctl's command begins.
  static var domctlArm: UInt64 { UInt64(DomctlLayout.union) }
  /// Where the structure of a sysctl's command begins.
  static var sysctlArm: UInt64 { UInt64(SysctlLayout.union) }
}

/// A domctl that has passed the door: its caller may make it, its version is one we speak.
public struct DomctlCall: Sendable {
  /// Who makes it.
  public let caller: Caller
  /// What is asked for.
  public let command: DomctlCommand
  /// Whom it concerns.
  public let domain: DomainID
  /// Where the request is in the caller's memory.
  public let address: UInt64

  /// The command's structure, in the caller's memory.
  public func argument<T: BitwiseCopyable>(_: T.Type) -> GuestHandle<T> {
    GuestHandle(address: address &+ ControlInterface417.domctlArm)
  }
}

/// A sysctl that has passed the door.
public struct SysctlCall: Sendable {
  /// Who makes it.
  public let caller: Caller
  /// What is asked for.
  public let command: SysctlCommand
  /// Where the request is in the caller's memory.
  public let address: UInt64

  /// The command's structure, in the caller's memory.
  public func argument<T: BitwiseCopyable>(_: T.Type) -> GuestHandle<T> {
    GuestHandle(address: address &+ ControlInterface417.sysctlArm)
  }
}

/// The door of the control interface: whoever comes in is privileged, speaks our version, and is
/// alone.
extension Hypervisor {
  /// Lets a domctl in.
  /// - Throws: in this order: `EFAULT`, `EACCES` for another version, `ESRCH` without the domain that
  ///   most commands concern, `EPERM`, `ENOSYS` for an unknown command, and what `body` throws.
  public func openDomctl(
    _ caller: Caller, _ arguments: HypercallArguments,
    _ body: (DomctlCall) throws(XenErrno) -> HypercallOutcome
  ) throws(XenErrno) -> HypercallOutcome {
    let header = try read(GuestHandle<DomctlHeader>(address: arguments.first))
    guard header.interfaceVersion == ControlInterface417.domctlVersion else { throw .EACCES }
    let command = DomctlCommand(rawValue: header.command)
    switch command {
    case .createDomain, .getDomainInfo, .gdbsxGuestMemoryIO: break
    default: guard domain(DomainID(header.domain)) != nil else { throw .ESRCH }
    }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    guard let command else { throw .ENOSYS }
    let call = DomctlCall(
      caller: caller, command: command, domain: DomainID(header.domain),
      address: arguments.first)
    return try alone(arguments) { () throws(XenErrno) in try body(call) }
  }

  /// Lets a sysctl in.
  /// - Throws: as `openDomctl`, but for the domain.
  public func openSysctl(
    _ caller: Caller, _ arguments: HypercallArguments,
    _ body: (SysctlCall) throws(XenErrno) -> HypercallOutcome
  ) throws(XenErrno) -> HypercallOutcome {
    let header = try read(GuestHandle<SysctlHeader>(address: arguments.first))
    guard header.interfaceVersion == ControlInterface417.sysctlVersion else { throw .EACCES }
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    guard let command = SysctlCommand(rawValue: header.command) else { throw .ENOSYS }
    let call = SysctlCall(caller: caller, command: command, address: arguments.first)
    return try alone(arguments) { () throws(XenErrno) in try body(call) }
  }

  // One control operation at a time. Who comes second does not wait here: it comes again, and its
  // CPU can do other things meanwhile.
  private func alone(
    _ arguments: HypercallArguments, _ body: () throws(XenErrno) -> HypercallOutcome
  ) throws(XenErrno) -> HypercallOutcome {
    guard state.pointee.controlLock.tryAcquire() else { return .again(arguments) }
    defer { state.pointee.controlLock.release() }
    return try body()
  }

  /// Holds the domain that a domctl concerns.
  /// - Throws: `ESRCH`.
  public func target(of call: DomctlCall) throws(XenErrno) -> DomainReference<M> {
    guard let target = domain(call.domain) else { throw .ESRCH }
    return target
  }

  /// A vCPU of a domain, by the number in a request.
  /// - Throws: `EINVAL` for a number the domain cannot have, `ESRCH` for one it does not have yet.
  public func vcpu(_ number: UInt32, of domain: Ref<Domain>) throws(XenErrno) -> Ref<VCPU> {
    guard number < UInt32(domain.pointee.maximumVCPUs) else { throw .EINVAL }
    return try vcpu(number, of: domain, orElse: .ESRCH)
  }

  /// A vCPU of a domain, by the number in a request; commands differ in what they say without it.
  /// - Throws: `error` without such a vCPU.
  public func vcpu(
    _ number: UInt32, of domain: Ref<Domain>, orElse error: XenErrno
  ) throws(XenErrno) -> Ref<VCPU> {
    guard let vcpu = domain.pointee.vcpu(VCPUID(number)) else { throw error }
    return vcpu
  }

  /// Runs `body` while a domain, which is not the caller's, is held paused.
  public func whilePaused<R>(
    _ domain: Ref<Domain>, _ body: () throws(XenErrno) -> R
  ) throws(XenErrno) -> R {
    pause(domain)
    waitUntilUnloaded(domain)
    defer { unpause(domain) }
    return try body()
  }
}

/// Bitmaps in the caller's memory.
extension Hypervisor {
  // Longer ones are no set of CPUs or nodes.
  private static var longestBitmap: UInt32 { 1 << 16 }

  /// Reads a set of CPUs; bits past the most we can have are left out.
  /// - Throws: `EFAULT`, `EINVAL` for a bitmap of absurd length.
  func readSet(_ bitmap: ControlBitmap) throws(XenErrno) -> CPUSet {
    guard bitmap.bitCount <= Self.longestBitmap else { throw .EINVAL }
    var set = CPUSet()
    let bits = min(Int(bitmap.bitCount), CPUSet.capacity)
    for i in 0..<(bits + 7) / 8 {
      let byte = try read(bitmap.bitmap, at: UInt64(i))
      for bit in 0..<8 where byte >> UInt8(bit) & 1 != 0 && i * 8 + bit < bits {
        set.insert(i * 8 + bit)
      }
    }
    return set
  }

  /// Writes a set of CPUs, followed by zeros.
  /// - Throws: `EFAULT`, `EINVAL` for a bitmap of absurd length.
  func writeSet(_ set: CPUSet, to bitmap: ControlBitmap) throws(XenErrno) {
    guard bitmap.bitCount <= Self.longestBitmap else { throw .EINVAL }
    let bits = Int(bitmap.bitCount)
    for i in 0..<(bits + 7) / 8 {
      var byte: UInt8 = 0
      for bit in 0..<8 where i * 8 + bit < bits && set.contains(i * 8 + bit) {
        byte |= 1 << UInt8(bit)
      }
      try write(byte, to: bitmap.bitmap, at: UInt64(i))
    }
  }
}
