import Domains
import Hypercalls
import Machine
import Primitives
import XenABI

/// From the guest's registers to a handler and back.
///
/// Number in RAX; arguments in RDI, RSI, RDX, R10, R8, R9; result in RAX.
/// - Source: `xen/include/public/arch-x86/xen-x86_64.h`.
extension Hypervisor where M: X86Hardware {
  /// Carries out the hypercall that the running vCPU's kernel made.
  @inline(__always)
  func performHypercall(_ vcpu: Ref<VCPU>, _ frame: Ref<CPUUserRegs>) {
    let number = frame.pointee.rax
    if number == HypercallNumber.iret.rawValue {
      iretOperation(vcpu)
      return
    }
    let arguments = HypercallArguments(
      frame.pointee.rdi, frame.pointee.rsi, frame.pointee.rdx, frame.pointee.r10,
      frame.pointee.r8, frame.pointee.r9)
    do throws(XenErrno) {
      switch try perform(number, arguments, for: Caller(vcpu)) {
      case .done(let value):
        frame.pointee.rax = UInt64(bitPattern: value)
      case .restart(let first, let second, let third):
        frame.pointee.rdi = first
        frame.pointee.rsi = second
        frame.pointee.rdx = third
        // Back onto the SYSCALL instruction.
        frame.pointee.rip = frame.pointee.rip &- 2
      }
    } catch {
      // ERESTART: work that was interrupted keeps its progress elsewhere; the same call once more.
      if error == .ERESTART {
        frame.pointee.rip = frame.pointee.rip &- 2
      } else {
        frame.pointee.rax = UInt64(bitPattern: -Int64(error.rawValue))
      }
    }
  }

  /// Carries out one hypercall.
  @inline(never)
  func perform(
    _ rawNumber: UInt64, _ arguments: HypercallArguments, for caller: Caller
  ) throws(XenErrno) -> HypercallOutcome {
    guard let number = HypercallNumber(rawValue: rawNumber) else { throw .ENOSYS }
    return switch number {
    case .setTrapTable: try setTrapTable(caller, arguments)
    case .mmuUpdate: try mmuUpdateOperation(caller, arguments)
    case .mmuExtOp: try mmuExtOperation(caller, arguments)
    case .updateVAMapping: try updateMappingOperation(caller, arguments)
    case .updateVAMappingOtherDomain:
      try updateMappingOperation(
        caller, arguments, frameOwner: UInt16(truncatingIfNeeded: arguments.fourth))
    case .setGDT: try setGDTOperation(caller, arguments)
    case .updateDescriptor: try updateDescriptorOperation(caller, arguments)
    case .setCallbacks: setCallbacks(caller, arguments)
    case .stackSwitch: stackSwitch(caller, arguments)
    case .fpuTaskSwitch: fpuTaskSwitch(caller, arguments)
    case .setDebugRegister: try setDebugRegister(caller, arguments)
    case .getDebugRegister: getDebugRegister(caller, arguments)
    case .setSegmentBase: try setSegmentBase(caller, arguments)
    case .nmiOp: try nmiOperation(caller, arguments)
    case .callbackOp: try callbackOperation(caller, arguments)
    case .vmAssist: try vmAssist(caller, arguments)
    case .multicall: try multicall(caller, arguments)
    case .schedOpCompat: try oldSchedOperation(caller, arguments)
    case .schedOp: try schedOperation(caller, arguments)
    case .vcpuOp: try vcpuOperation(caller, arguments)
    case .setTimerOp: try setTimerOperation(caller, arguments)
    case .xenVersion: try versionOperation(caller, arguments)
    case .memoryOp: try pvMemoryOperation(caller, arguments)
    case .domctl: try domctlOperation(caller, arguments)
    case .sysctl: try sysctlOperation(caller, arguments)
    case .consoleIO: try consoleOperation(caller, arguments)
    case .physdevOpCompat: try oldPhysdevOperation(caller, arguments)
    case .physdevOp: try physdevOperation(caller, arguments)
    case .platformOp: try platformOperation(caller, arguments)
    case .machineCheckOp: try machineCheckOperation(caller, arguments)
    case .eventChannelOpCompat: try oldEventChannelOperation(caller, arguments)
    case .eventChannelOp: try eventChannelOperation(caller, arguments)
    case .grantTableOp: try grantTableOperation(caller, arguments)
    case .hvmOp: try hvmOperation(caller, arguments)
    default: throw .ENOSYS
    }
  }

  /// `HYPERVISOR_multicall`: several hypercalls, one after the other, each with its own result.
  private func multicall(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let entries = GuestHandle<MulticallEntry>(address: arguments.first)
    let count = arguments.second & 0xffff_ffff
    var i: UInt64 = 0
    while i < count {
      if i > 0, M.shouldPauseWork { return rest(entries, i, count) }
      var entry = try read(entries, at: i)
      var outcome = HypercallOutcome.restart(entry.args[0], entry.args[1], entry.args[2])
      do throws(XenErrno) {
        guard
          entry.op != HypercallNumber.multicall.rawValue,
          entry.op != HypercallNumber.iret.rawValue
        else { throw .EINVAL }
        outcome = try perform(
          entry.op,
          HypercallArguments(
            entry.args[0], entry.args[1], entry.args[2], entry.args[3],
            entry.args[4], entry.args[5]),
          for: caller)
      } catch {
        if error != .ERESTART { outcome = .done(-Int64(error.rawValue)) }
      }
      switch outcome {
      case .done(let value):
        // Only the result is written back: it is the entry's second word.
        let stride = UInt64(MemoryLayout<MulticallEntry>.stride)
        let result = GuestHandle<UInt64>(address: entries.address &+ i &* stride &+ 8)
        try write(UInt64(bitPattern: value), to: result)
      case .restart(let first, let second, let third):
        entry.args[0] = first
        entry.args[1] = second
        entry.args[2] = third
        try write(entry, to: entries, at: i)
        return rest(entries, i, count)
      }
      i += 1
    }
    return .success
  }

  private func rest(
    _ entries: GuestHandle<MulticallEntry>, _ done: UInt64, _ count: UInt64
  ) -> HypercallOutcome {
    let bytes = done &* UInt64(MemoryLayout<MulticallEntry>.stride)
    return .again(HypercallArguments(entries.address &+ bytes, count &- done))
  }
}
