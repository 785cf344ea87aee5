import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// Hypercalls by which a guest kernel says where it wants to be entered, and on which stack.
extension Hypervisor where M: X86Hardware {
  /// `HYPERVISOR_set_trap_table`: handlers for vectors; a null table clears all, an entry with
  /// address 0 ends the list.
  func setTrapTable(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let table = GuestHandle<TrapInfo>(address: arguments.first)
    if table.isNull {
      M.memory[caller.vcpu.pv.pointee.trapTableFrame].clear()
      return .success
    }
    // No guest needs more entries than there are vectors; more are a guest that never ends its list.
    for i in 0..<UInt64(256) {
      let entry = try read(table, at: i)
      if entry.address == 0 { return .success }
      guard VirtualAddress(entry.address).isCanonical else { throw .EINVAL }
      setTrapEntry(entry, entry.vector, of: caller.vcpu)
    }
    return .success
  }

  /// `HYPERVISOR_set_callbacks`: event, failsafe and syscall entry at once.
  func setCallbacks(_ caller: Caller, _ arguments: HypercallArguments) -> HypercallOutcome {
    let pv = caller.vcpu.pv
    pv.pointee.eventCallback = canonicalOrZero(arguments.first)
    pv.pointee.failsafeCallback = canonicalOrZero(arguments.second)
    pv.pointee.syscallCallback = canonicalOrZero(arguments.third)
    return .success
  }

  private func canonicalOrZero(_ address: UInt64) -> UInt64 {
    VirtualAddress(address).isCanonical ? address : 0
  }

  /// `HYPERVISOR_callback_op`: one entry point, or none.
  func callbackOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = CallbackOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    switch operation {
    case .register:
      let request = try read(GuestHandle<CallbackRegister>(address: arguments.second))
      guard VirtualAddress(request.address).isCanonical else { throw .EINVAL }
      let masks = request.flags & CallbackFlags.maskEvents != 0
      try setCallback(caller.vcpu, request.type, request.address, masks)
    case .unregister:
      let request = try read(GuestHandle<CallbackUnregister>(address: arguments.second))
      guard let type = CallbackType(rawValue: request.type) else { throw .ENOSYS }
      switch type {
      case .event, .failsafe, .syscall, .sysenter, .sysenterDeprecated, .syscall32: throw .EINVAL
      case .nmi: setNMICallback(caller.vcpu, nil)
      }
    }
    return .success
  }

  private func setCallback(
    _ vcpu: Ref<VCPU>, _ type: UInt16, _ address: UInt64, _ masks: Bool
  ) throws(XenErrno) {
    guard let type = CallbackType(rawValue: type) else { throw .ENOSYS }
    let pv = vcpu.pv
    switch type {
    case .event:
      pv.pointee.eventCallback = address
    case .failsafe:
      pv.pointee.failsafeCallback = address
      pv.pointee.failsafeMasksEvents = masks
    case .syscall:
      pv.pointee.syscallCallback = address
      pv.pointee.syscallMasksEvents = masks
    case .syscall32:
      pv.pointee.syscall32Callback = address
      pv.pointee.syscall32MasksEvents = masks
    case .sysenterDeprecated:
      throw .ENOSYS
    case .sysenter:
      pv.pointee.sysenterCallback = address
      pv.pointee.sysenterMasksEvents = masks
    case .nmi:
      setNMICallback(vcpu, address)
    }
  }

  // An NMI handler is a trap handler that begins with events masked.
  private func setNMICallback(_ vcpu: Ref<VCPU>, _ address: UInt64?) {
    var entry = TrapInfo()
    if let address {
      entry.vector = ExceptionVector.nmi.rawValue
      entry.flags = 4
      entry.cs = FlatSelector.kernelCS64
      entry.address = address
    }
    setTrapEntry(entry, ExceptionVector.nmi.rawValue, of: vcpu)
  }

  /// `HYPERVISOR_nmi_op`: the NMI handler by its older name.
  func nmiOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = NMIOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    switch operation {
    case .registerCallback:
      let handler = try read(GuestHandle<UInt64>(address: arguments.second))
      guard VirtualAddress(handler).isCanonical else { throw .EINVAL }
      setNMICallback(caller.vcpu, handler)
    case .unregisterCallback:
      setNMICallback(caller.vcpu, nil)
    }
    return .success
  }

  /// `HYPERVISOR_stack_switch`: the kernel's stack for traps from user mode.
  func stackSwitch(_ caller: Caller, _ arguments: HypercallArguments) -> HypercallOutcome {
    caller.vcpu.pv.pointee.kernelSS = UInt16(truncatingIfNeeded: arguments.first) | 3
    caller.vcpu.pv.pointee.kernelSP = arguments.second
    return .success
  }

  /// `HYPERVISOR_iret`: back to where the frame on the kernel's stack says.
  func iretOperation(_ vcpu: Ref<VCPU>) {
    let frame = M.guestFrame
    let pv = vcpu.pv
    let context: IRETContext
    do throws(XenErrno) {
      context = try read(GuestHandle<IRETContext>(address: frame.pointee.rsp))
    } catch {
      crashGuest(vcpu, "iret with an unreadable frame")
      return
    }
    if context.cs & 3 == 3 {
      guard pv.pointee.memory.userRoot != .invalid else {
        crashGuest(vcpu, "iret to user mode without user page tables")
        return
      }
      frame.pointee.ss = UInt16(truncatingIfNeeded: context.ss) | 3
      toggleMode(vcpu)
    } else {
      frame.pointee.ss = UInt16(truncatingIfNeeded: context.ss) | 3
    }
    frame.pointee.rip = context.rip
    frame.pointee.cs = UInt16(truncatingIfNeeded: context.cs) | 3
    if vcpu.domain.pv.pointee.assists >> UInt64(VMAssistType.architecturalIOPL.rawValue) & 1 != 0 {
      pv.pointee.iopl = UInt8(truncatingIfNeeded: context.rflags >> 12 & 3)
    }
    let wanted = context.rflags & ~(RFLAGS.iopl | .vm).rawValue
    frame.pointee.rflags = wanted | RFLAGS.if.rawValue
    frame.pointee.rsp = context.rsp
    frame.pointee.rax = context.rax
    if context.flags & IRETFlags.inSyscall == 0 {
      frame.pointee.r11 = context.r11
      frame.pointee.rcx = context.rcx
      frame.pointee.entryVector = PVEntry.full
    } else {
      frame.pointee.entryVector = PVEntry.syscall
    }
    setUpcallMask(vcpu, context.rflags & RFLAGS.if.rawValue == 0)
    // As on a processor, the handler's return lets the next NMI in.
    pv.pointee.isNMIMasked = false
  }
}
