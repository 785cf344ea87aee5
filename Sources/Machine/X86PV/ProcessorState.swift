import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// Hypercalls that change processor state a PV kernel cannot reach itself.
extension Hypervisor where M: X86Hardware {
  /// `HYPERVISOR_fpu_taskswitch`: makes the next use of the FPU fault, or not.
  func fpuTaskSwitch(_ caller: Caller, _ arguments: HypercallArguments) -> HypercallOutcome {
    setTaskSwitched(caller.vcpu, arguments.first != 0)
    return .success
  }

  /// Sets or clears TS in the guest's CR0 and the processor's.
  func setTaskSwitched(_ vcpu: Ref<VCPU>, _ set: Bool) {
    let bit = CR0.ts.rawValue
    let old = vcpu.pv.pointee.cr0
    let new = set ? old | bit : old & ~bit
    guard new != old else { return }
    vcpu.pv.pointee.cr0 = new
    M.setTaskSwitched(set)
  }

  /// `HYPERVISOR_set_debugreg`.
  func setDebugRegister(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard arguments.first < 8 else { throw .ENODEV }
    try writeGuestDebugRegister(
      caller.vcpu, Int(truncatingIfNeeded: arguments.first), arguments.second)
    return .success
  }

  /// Sets a debug register of the vCPU that is loaded.
  /// - Throws: `EPERM` for an address that is the hypervisor's, `EINVAL` for a register or bits that
  ///   do not exist.
  func writeGuestDebugRegister(
    _ vcpu: Ref<VCPU>, _ number: Int, _ value: UInt64
  ) throws(XenErrno) {
    let number = DebugRegisterRules.canonical(number)
    let value = try DebugRegisterRules.checked(number, value) { address in
      M.isGuestRange(VirtualAddress(address), count: 8)
    }
    vcpu.pv.pointee.debugRegisters[number] = value
    if number == 7, value & 0xff != 0 {
      // While no breakpoint was on, the addresses were not loaded with the vCPU.
      for i in 0..<4 { M.writeDebugRegister(i, vcpu.pv.pointee.debugRegisters[i]) }
    }
    M.writeDebugRegister(number, value)
  }

  /// `HYPERVISOR_get_debugreg`: the value, or an error number as the ABI has it.
  func getDebugRegister(_ caller: Caller, _ arguments: HypercallArguments) -> HypercallOutcome {
    let dr = caller.vcpu.pv.pointee.debugRegisters
    switch arguments.first {
    case 0...7:
      let number = DebugRegisterRules.canonical(Int(truncatingIfNeeded: arguments.first))
      return .done(Int64(bitPattern: dr[number]))
    default:
      return .done(-Int64(XenErrno.ENODEV.rawValue))
    }
  }

  /// `HYPERVISOR_set_segment_base`.
  func setSegmentBase(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let which = SegmentBase(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .EINVAL
    }
    let base = arguments.second
    switch which {
    case .fs:
      guard VirtualAddress(base).isCanonical else { throw .EINVAL }
      M.fsBase = base
    case .gsUser:
      // The kernel is running, so the user's base is the one in reserve.
      guard VirtualAddress(base).isCanonical else { throw .EINVAL }
      M.reserveGSBase = base
    case .gsKernel:
      guard VirtualAddress(base).isCanonical else { throw .EINVAL }
      M.gsBase = base
    case .gsUserSelector:
      // Loading a selector changes the active base, so the user's must be active meanwhile.
      prepareToLoad(UInt16(truncatingIfNeeded: base), of: caller.vcpu)
      M.swapGS()
      let accepted = M.loadGS(UInt16(truncatingIfNeeded: base))
      M.swapGS()
      if !accepted { throw .EINVAL }
    }
    return .success
  }

  /// `HYPERVISOR_vm_assist`.
  func vmAssist(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let number = UInt32(truncatingIfNeeded: arguments.second)
    guard let type = VMAssistType(rawValue: number) else { throw .EINVAL }
    switch type {
    case .fourGBSegments, .fourGBSegmentsNotify, .writablePageTables, .paeExtendedCR3,
      .architecturalIOPL, .runstateUpdateFlag, .m2pStrict:
      break
    }
    let bit: UInt64 = 1 << UInt64(number)
    switch VMAssistCommand(rawValue: UInt32(truncatingIfNeeded: arguments.first)) {
    case .enable: caller.domain.pv.pointee.assists |= bit
    case .disable: caller.domain.pv.pointee.assists &= ~bit
    case nil: throw .ENOSYS
    }
    return .success
  }
}
