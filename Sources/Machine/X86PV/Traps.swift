import Domains
import Hypercalls
import Machine
import Primitives
import Synchronization
import Text
import X86Format
import XenABI

/// Exceptions and system calls of PV guests: the hypervisor's own business first, then the guest's
/// handler.
extension Hypervisor where M: X86Hardware {
  /// Acts on an exception that the running guest caused.
  /// - Parameter vector: 0...31.
  public func handleException(_ vector: UInt8, on vcpu: Ref<VCPU>) {
    let frame = M.guestFrame
    guard let exception = ExceptionVector(rawValue: vector) else {
      crashGuest(vcpu, "an exception that does not exist")
      return
    }
    switch exception {
    case .pageFault:
      handlePageFault(on: vcpu, address: M.readCR2(), code: frame.pointee.errorCode)
    case .generalProtection:
      handleGeneralProtection(on: vcpu, code: frame.pointee.errorCode)
    case .invalidOpcode:
      if emulateForcedInstruction(vcpu) { return }
      inject(vector, nil, into: vcpu)
    case .deviceNotAvailable:
      // The guest asked for this fault (`HYPERVISOR_fpu_taskswitch`); by the ABI its end is ours.
      setTaskSwitched(vcpu, false)
      inject(vector, nil, into: vcpu)
    case .debug:
      vcpu.pv.pointee.debugRegisters[6] = M.readDebugRegister(6)
      inject(vector, nil, into: vcpu)
    case .divideError, .breakpoint, .overflow, .boundRange, .floatingPoint, .simd,
      .virtualisation, .hypervisorInjection:
      inject(vector, nil, into: vcpu)
    case .invalidTSS, .segmentNotPresent, .stackFault, .alignmentCheck, .controlProtection,
      .vmmCommunication, .security:
      inject(vector, frame.pointee.errorCode, into: vcpu)
    case .nmi, .machineCheck, .doubleFault:
      // These are the machine's and never get here.
      crashGuest(vcpu, "an exception that is the hypervisor's")
    }
  }

  /// Acts on SYSCALL or SYSENTER by the running guest: a hypercall from its kernel, a system call
  /// from its programs.
  @inline(__always)
  public func handleSystemCall(on vcpu: Ref<VCPU>) {
    let frame = M.guestFrame
    let entry = frame.pointee.entryVector
    if entry == PVEntry.syscall, vcpu.pv.pointee.isKernelMode {
      performHypercall(vcpu, frame)
    } else {
      forwardSystemCall(entry, on: vcpu)
    }
  }

  // Takes a system call to where the guest's kernel wants it.
  @inline(never)
  private func forwardSystemCall(_ entry: UInt32, on vcpu: Ref<VCPU>) {
    let frame = M.guestFrame
    let pv = vcpu.pv
    if pv.pointee.isKernelMode {
      inject(ExceptionVector.invalidOpcode.rawValue, nil, into: vcpu)
      return
    }
    switch entry {
    case PVEntry.syscall:
      deliver(
        Bounce(
          address: pv.pointee.syscallCallback, masksEvents: pv.pointee.syscallMasksEvents),
        to: vcpu)
    case PVEntry.syscall32 where pv.pointee.syscall32Callback != 0:
      deliver(
        Bounce(
          address: pv.pointee.syscall32Callback, masksEvents: pv.pointee.syscall32MasksEvents),
        to: vcpu)
    case PVEntry.sysenter where pv.pointee.sysenterCallback != 0:
      deliver(
        Bounce(
          address: pv.pointee.sysenterCallback, masksEvents: pv.pointee.sysenterMasksEvents),
        to: vcpu)
    case PVEntry.syscall32:
      // SYSCALL is two bytes; without a callback it is an unknown instruction.
      frame.pointee.rip = frame.pointee.rip &- 2
      inject(ExceptionVector.invalidOpcode.rawValue, nil, into: vcpu)
    default:
      inject(ExceptionVector.generalProtection.rawValue, 0, into: vcpu)
    }
  }

  /// Acts on a software interrupt that hardware let through (INT 0x80).
  ///
  /// Without a handler it is what any other INT is that the kernel does not offer: a program may try
  /// it, so it must not be fatal to the kernel.
  public func handleSoftwareInterrupt(_ vector: UInt8, on vcpu: Ref<VCPU>) {
    guard trapEntry(vector, of: vcpu).address != 0 else {
      let frame = M.guestFrame
      frame.pointee.rip = frame.pointee.rip &- 2
      inject(
        ExceptionVector.generalProtection.rawValue, SelectorError(gate: vector).rawValue,
        into: vcpu)
      return
    }
    inject(vector, nil, into: vcpu)
  }

  /// Gives the guest one of its exceptions.
  func inject(_ vector: UInt8, _ errorCode: UInt32?, into vcpu: Ref<VCPU>) {
    let trap = trapEntry(vector, of: vcpu)
    guard trap.address != 0 else {
      let frame = M.guestFrame
      log(
        .guestError,
        "dom\(vcpu.domain.pointee.id.rawValue)v\(vcpu.pointee.id.rawValue): exception \(vector) at \(hex: frame.pointee.rip) without handler"
      )
      crashGuest(vcpu, "an exception for which it has no handler")
      return
    }
    deliver(
      Bounce(
        address: trap.address, cs: trap.cs, errorCode: errorCode,
        masksEvents: trap.flags & 4 != 0),
      to: vcpu)
  }

  /// Gives the guest a page fault.
  func injectPageFault(_ vcpu: Ref<VCPU>, address: UInt64, code: UInt32) {
    let info = M.memory[vcpu.pointee.infoFrame]
    info.store(address, at: vcpu.pointee.infoOffset + VCPUInfoLayout.cr2)
    // The kernel shares ring 3 with its programs; to the guest its own faults are supervisor's.
    var told = PageFaultError(rawValue: code)
    if vcpu.pv.pointee.isKernelMode { told.remove(.user) }
    inject(ExceptionVector.pageFault.rawValue, told.rawValue, into: vcpu)
  }

  @inline(__always)
  private func handlePageFault(on vcpu: Ref<VCPU>, address: UInt64, code: UInt32) {
    let error = PageFaultError(rawValue: code)
    if error.contains(.reservedBit) {
      crashGuest(vcpu, "reserved bits in a page table that was validated")
      return
    }
    if fixPageFault(vcpu, address: VirtualAddress(address), error: error) { return }
    injectPageFault(vcpu, address: address, code: code)
  }

  private func handleGeneralProtection(on vcpu: Ref<VCPU>, code: UInt32) {
    let frame = M.guestFrame
    let error = SelectorError(rawValue: code)
    if error.isGate, !error.isExternal {
      // A software interrupt through a gate of ours. The instruction says which: error codes of
      // some emulators do not.
      let rip = GuestHandle<UInt8>(address: frame.pointee.rip)
      let opcode = try? read(rip, at: 0)
      let operand = try? read(rip, at: 1)
      if opcode == 0xcd, let vector = operand {
        let trap = trapEntry(vector, of: vcpu)
        let privilege: UInt8 = vcpu.pv.pointee.isKernelMode ? 1 : 3
        if trap.address != 0, trap.flags & 3 >= privilege {
          frame.pointee.rip = frame.pointee.rip &+ 2
          deliver(
            Bounce(address: trap.address, cs: trap.cs, masksEvents: trap.flags & 4 != 0),
            to: vcpu)
          return
        }
      }
    } else if code == 0 {
      switch emulatePrivilegedInstruction(vcpu) {
      case .done: return
      case .refused: break
      case .fault(let vector, let errorCode):
        inject(vector, errorCode, into: vcpu)
        return
      case .pageFault(let address, let errorCode):
        injectPageFault(vcpu, address: address, code: errorCode)
        return
      }
    }
    inject(ExceptionVector.generalProtection.rawValue, code, into: vcpu)
  }

  /// The guest's handler for a vector.
  @inline(__always)
  func trapEntry(_ vector: UInt8, of vcpu: Ref<VCPU>) -> TrapInfo {
    let table = M.memory[vcpu.pv.pointee.trapTableFrame]
    return table.load(TrapInfo.self, at: Int(vector) * MemoryLayout<TrapInfo>.stride) ?? TrapInfo()
  }

  /// Stores the guest's handler for a vector.
  func setTrapEntry(_ entry: TrapInfo, _ vector: UInt8, of vcpu: Ref<VCPU>) {
    let table = M.memory[vcpu.pv.pointee.trapTableFrame]
    var checked = entry
    checked.cs |= 3
    table.store(checked, at: Int(vector) * MemoryLayout<TrapInfo>.stride)
  }

  /// The guest's last entry could not be left: its frame is one that the processor refuses, or it
  /// names a segment of the LDT whose page has not been asked for yet.
  /// - Parameter vector: the exception with which the processor refused.
  public func handleFailedExit(on vcpu: Ref<VCPU>, vector: UInt32) {
    if vector == UInt32(ExceptionVector.pageFault.rawValue),
      case .mapped = fixLDTFault(vcpu, at: VirtualAddress(M.readCR2()))
    {
      return
    }
    failSafe(vcpu, M.dataSelectors)
  }

  /// Tells the guest that a return to it, or one of its selectors, was refused.
  func failSafe(_ vcpu: Ref<VCPU>, _ selectors: PVDataSelectors) {
    let pv = vcpu.pv
    deliver(
      Bounce(
        address: pv.pointee.failsafeCallback, masksEvents: pv.pointee.failsafeMasksEvents,
        selectors: selectors),
      to: vcpu)
  }

  /// Whether `deliverPending` would do anything but look.
  @inline(__always)
  func hasDeliveries(_ vcpu: Ref<VCPU>) -> Bool {
    (isUpcallPending(vcpu) && !isUpcallMasked(vcpu))
      || vcpu.pointee.isNMIPending.load(ordering: .relaxed)
  }

  /// Delivers what waits for the vCPU that is about to run: an NMI first, then an event upcall.
  public func deliverPending(to vcpu: Ref<VCPU>) {
    if vcpu.pointee.isNMIPending.load(ordering: .relaxed), !vcpu.pv.pointee.isNMIMasked {
      let trap = trapEntry(ExceptionVector.nmi.rawValue, of: vcpu)
      if trap.address != 0 {
        vcpu.pointee.isNMIPending.store(false, ordering: .relaxed)
        vcpu.pv.pointee.isNMIMasked = true
        inject(ExceptionVector.nmi.rawValue, nil, into: vcpu)
        return
      }
    }
    guard isUpcallPending(vcpu), !isUpcallMasked(vcpu) else { return }
    let callback = vcpu.pv.pointee.eventCallback
    guard callback != 0 else { return }
    deliver(Bounce(address: callback, masksEvents: true), to: vcpu)
  }

  /// Stops a guest that broke a rule it could not be told about.
  func crashGuest(_ vcpu: Ref<VCPU>, _ reason: StaticString) {
    let frame = M.guestFrame
    let domain = vcpu.domain
    log(
      .warning,
      "dom\(domain.pointee.id.rawValue)v\(vcpu.pointee.id.rawValue) crashed: \(reason); rip \(hex: frame.pointee.rip) rsp \(hex: frame.pointee.rsp) cs \(hex: frame.pointee.cs) flags \(hex: frame.pointee.rflags)"
    )
    crash(domain)
  }
}
