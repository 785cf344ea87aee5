import Domains
import Machine
import Primitives
import XenABI

/// `HYPERVISOR_xen_version`: who we are and what we can do.
extension Hypervisor {
  /// Answers a `XENVER_*`.
  public func versionOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = VersionOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    let address = arguments.second
    switch operation {
    case .version:
      return .done(Int64(state.pointee.identity.major) << 16 | Int64(state.pointee.identity.minor))
    case .extraVersion:
      try write(text16(".0-martlet"), to: GuestHandle(address: address))
    case .compileInfo:
      let info = CompileInfo(
        compiler: text64("Swift 6.3"), compileBy: text16("martlet"),
        compileDomain: text32(""), compileDate: text32(""))
      try write(info, to: GuestHandle(address: address))
    case .capabilities:
      // The list is followed by zeros to the ABI's length.
      try writeText("xen-3.0-x86_64 ", VersionTextLength.capabilities, to: address)
    case .changeset:
      try writeText("", VersionTextLength.changeset, to: address)
    case .platformParameters:
      try write(
        PlatformParameters(virtualStart: PVAddressSpace.hypervisorStart),
        to: GuestHandle(address: address))
    case .getFeatures:
      var info = try read(GuestHandle<FeatureInfo>(address: address))
      guard info.submapIndex == 0 else {
        guard info.submapIndex < XenFeature.submapCount else { throw .EINVAL }
        return .success
      }
      info.submap = features(of: caller.domain)
      try write(info, to: GuestHandle(address: address))
    case .pageSize:
      guard arguments.second == 0 else { throw .EINVAL }
      return .done(4096)
    case .guestHandle:
      try write(caller.domain.pointee.handle, to: GuestHandle(address: address))
    case .commandLine:
      guard caller.domain.pointee.isPrivileged else {
        try writeText("<denied>", VersionTextLength.commandLine, to: address)
        return .success
      }
      let line = state.pointee.identity.commandLine
      try write(line, to: GuestHandle(address: address))
    case .buildID:
      guard caller.domain.pointee.isPrivileged else { throw .EPERM }
      // The image carries none.
      throw .ENODATA
    }
    return .success
  }

  private func features(of domain: Ref<Domain>) -> UInt32 {
    func bit(_ feature: XenFeature) -> UInt32 { 1 << feature.rawValue }
    // Frame numbers that a PV domain uses are the machine's.
    var bits =
      bit(.mmuPTUpdatePreserveAD) | bit(.grantMapAvailableBits) | bit(.highMemoryAssist)
      | bit(.memoryOpVNodeSupported) | bit(.directMapped)
    if domain.pointee.id == .dom0 { bits |= bit(.dom0) }
    return bits
  }

  private func writeText(
    _ text: StaticString, _ length: Int, to address: UInt64
  ) throws(XenErrno) {
    let bytes = GuestHandle<UInt8>(address: address)
    for i in 0..<length {
      // Safety: `i` is below the text's own count where it is read.
      let byte = i < text.utf8CodeUnitCount ? unsafe text.utf8Start[i] : 0
      try write(byte, to: bytes, at: UInt64(i))
    }
  }

  private func text16(_ text: StaticString) -> InlineArray<16, UInt8> {
    var result = InlineArray<16, UInt8>(repeating: 0)
    // Safety: `i` is below the text's own count.
    for i in 0..<min(15, text.utf8CodeUnitCount) { result[i] = unsafe text.utf8Start[i] }
    return result
  }

  private func text32(_ text: StaticString) -> InlineArray<32, UInt8> {
    var result = InlineArray<32, UInt8>(repeating: 0)
    // Safety: `i` is below the text's own count.
    for i in 0..<min(31, text.utf8CodeUnitCount) { result[i] = unsafe text.utf8Start[i] }
    return result
  }

  private func text64(_ text: StaticString) -> InlineArray<64, UInt8> {
    var result = InlineArray<64, UInt8>(repeating: 0)
    // Safety: `i` is below the text's own count.
    for i in 0..<min(63, text.utf8CodeUnitCount) { result[i] = unsafe text.utf8Start[i] }
    return result
  }
}
