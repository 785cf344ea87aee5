import Domains
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// Page faults that are the hypervisor's business.
extension Hypervisor where M: X86Hardware {
  /// Repairs a page fault that is the hypervisor's business: a descriptor of the LDT window, a
  /// write to a page table.
  /// - Returns: whether the guest shall go on (its instruction was carried out, it may try again, or
  ///   it has been told of another fault).
  func fixPageFault(_ vcpu: Ref<VCPU>, address: VirtualAddress, error: PageFaultError) -> Bool {
    guard M.isGuestRange(address, count: 1) else {
      // The processor reads descriptors as a supervisor, whoever loads a selector.
      if error.contains(.user) { return false }
      switch fixLDTFault(vcpu, at: address) {
      case .elsewhere: return false
      case .mapped: return true
      case .missing(let own):
        injectPageFault(vcpu, address: own.rawValue, code: error.rawValue)
        return true
      }
    }
    let isRefusedWrite =
      error - .user == .present | .write && vcpu.pv.pointee.isKernelMode
    guard isRefusedWrite else { return false }
    // dom0's writes to what it may only read are looked at in any case; another kernel has to ask.
    let isControl = vcpu.domain.pointee.isPrivileged
    let assists = vcpu.domain.pv.pointee.assists
    let hasAsked = assists >> UInt64(VMAssistType.writablePageTables.rawValue) & 1 != 0
    if isControl || hasAsked, emulateTableWrite(vcpu, address) { return true }
    return isControl && dropDeviceWrite(vcpu, address)
  }

  /// Passes over the guest kernel's write to a device that it may only read.
  /// - Returns: false if it is none.
  private func dropDeviceWrite(_ vcpu: Ref<VCPU>, _ fault: VirtualAddress) -> Bool {
    let mmu = mmu(for: vcpu.domain)
    let id = vcpu.domain.pointee.id
    mmu.host.lockPageTables(of: id)
    let mapping = mmu.leafEntry(of: fault, under: vcpu.pv.pointee.memory.kernelRoot)
    mmu.host.unlockPageTables(of: id)
    guard let mapping, M.isReadOnlyDevice(mapping.frame),
      let instruction = try? decodeGuestInstruction(), case .move = instruction.operation
    else { return false }
    _ = finish(instruction)
    return true
  }

  /// Carries out the guest kernel's write to one of its page tables, which it maps read-only.
  /// - Returns: false if it is none, or not allowed.
  private func emulateTableWrite(_ vcpu: Ref<VCPU>, _ fault: VirtualAddress) -> Bool {
    let id = vcpu.domain.pointee.id
    let root = vcpu.pv.pointee.memory.kernelRoot
    guard mmu(for: vcpu.domain).isTableWrite(fault, under: root, of: id),
      var instruction = try? decodeGuestInstruction(), let operand = instruction.destination
    else { return false }
    let frame = M.guestFrame
    let next = frame.pointee.rip &+ UInt64(instruction.length)
    var address = operand.address(frame.pointee, guestBases, next: next)
    address = address &+ instruction.narrowBitNumber(frame.pointee)
    let width = instruction.width
    guard width <= 8, address & UInt64(width - 1) == 0,
      VirtualAddress(address).pageStart == fault.pageStart
    else { return false }
    var loaded: UInt64 = 0
    if case .moveString(let segment) = instruction.operation {
      let mask = OperandWidth.mask(instruction.addressWidth)
      let source = (frame.pointee.rsi & mask) &+ guestBases[segment]
      guard let value = loadGuest(source, width) else {
        injectPageFault(vcpu, address: source, code: 0)
        return true
      }
      loaded = value
    }
    guard let old = loadGuest(address, width) else { return false }
    var registers = frame.pointee
    guard let update = instruction.update(old: old, loaded: loaded, registers: &registers) else {
      return false
    }
    if update.writes {
      let result = mmu(for: vcpu.domain).writeToTable(
        VirtualAddress(address), update.newValue, bytes: Int(width),
        expected: update.dependsOnOldValue ? old : nil, under: root, of: id)
      switch result {
      case .written: break
      case .differed: return true  // Somebody was quicker: the guest tries again.
      case .refused: return false
      }
    }
    frame.pointee = registers
    if instruction.isStringStep, !advanceString(instruction) { return true }
    _ = finish(instruction)
    if frame.pointee.rflags & RFLAGS.tf.rawValue != 0 {
      vcpu.pv.pointee.debugRegisters[6] |= DebugStatus.singleStep
      inject(ExceptionVector.debug.rawValue, nil, into: vcpu)
    }
    return true
  }

  /// Moves pointers and counter past one element of STOS or MOVS.
  /// - Returns: whether the instruction is done.
  private func advanceString(_ instruction: DecodedInstruction) -> Bool {
    let frame = M.guestFrame
    let mask = OperandWidth.mask(instruction.addressWidth)
    let backwards = frame.pointee.rflags & RFLAGS.df.rawValue != 0
    let width = UInt64(instruction.width)
    let step = backwards ? 0 &- width : width
    frame.pointee.rdi = frame.pointee.rdi &+ step & mask
    if case .moveString = instruction.operation {
      frame.pointee.rsi = frame.pointee.rsi &+ step & mask
    }
    guard instruction.repetition != .none else { return true }
    frame.pointee.rcx = frame.pointee.rcx &- 1 & mask
    return frame.pointee.rcx == 0
  }
}
