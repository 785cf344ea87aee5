import Domains
import Hypercalls
import Machine
import Primitives
import Sync
import X86Devices
import X86Format
import XenABI

/// I/O ports.
///
/// A guest's access must pass two checks. Its own: the kernel needs an I/O privilege level of 1,
/// programs one of 3 or a clear bit in the permission bitmap; otherwise it gets a general
/// protection fault. The administrator's: `Domain.portPermissions`; without it reads give ones and
/// writes are lost, except for the ports that the hypervisor keeps a guest's own view of.
extension Hypervisor where M: X86Hardware {
  // MARK: Instructions

  /// The port that an instruction names.
  func portNumber(_ operand: PortOperand) -> UInt16 {
    switch operand {
    case .immediate(let port): UInt16(port)
    case .dx: UInt16(truncatingIfNeeded: M.guestFrame.pointee.rdx)
    }
  }

  /// IN.
  func readPort(
    _ port: UInt16, _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    guard mayUsePort(port, instruction.width, vcpu) else { return .refused }
    let value = readGuestPort(port, instruction.width, vcpu.domain)
    M.guestFrame.pointee.set(.accumulator, width: instruction.width, to: UInt64(value))
    return finish(instruction)
  }

  /// OUT.
  func writePort(
    _ port: UInt16, _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    guard mayUsePort(port, instruction.width, vcpu) else { return .refused }
    let value = M.guestFrame.pointee.value(of: .accumulator, width: instruction.width)
    writeGuestPort(port, instruction.width, UInt32(truncatingIfNeeded: value), vcpu.domain)
    return finish(instruction)
  }

  /// INS, with as many repetitions as fit between interrupts.
  func readPortString(
    _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    let port = portNumber(.dx)
    guard mayUsePort(port, instruction.width, vcpu) else { return .refused }
    return repeatString(instruction, .readPort(port), segmentBase: 0, vcpu)
  }

  /// OUTS, with as many repetitions as fit between interrupts.
  func writePortString(
    _ segment: SegmentRegister, _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    let port = portNumber(.dx)
    guard mayUsePort(port, instruction.width, vcpu) else { return .refused }
    return repeatString(instruction, .writePort(port), segmentBase: guestBases[segment], vcpu)
  }

  /// The bases of the segments that the running guest uses.
  var guestBases: SegmentBases { SegmentBases(fs: M.fsBase, gs: M.gsBase) }

  private enum StringTransfer {
    case readPort(UInt16)
    case writePort(UInt16)
  }

  private func repeatString(
    _ instruction: DecodedInstruction, _ transfer: StringTransfer, segmentBase: UInt64,
    _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    let frame = M.guestFrame
    let mask = OperandWidth.mask(instruction.addressWidth)
    let isRepeated = instruction.repetition != .none
    let backwards = frame.pointee.rflags & RFLAGS.df.rawValue != 0
    let step = UInt64(instruction.width)
    // Another entry goes on where this one stops; interrupts get their turn in between.
    var budget = 256
    while true {
      if isRepeated, frame.pointee.rcx & mask == 0 { return finish(instruction) }
      if budget == 0 || (budget < 256 && M.hasPendingInterrupt) { return .done }
      budget -= 1
      switch transfer {
      case .readPort(let port):
        let address = frame.pointee.rdi & mask
        let value = readGuestPort(port, instruction.width, vcpu.domain)
        guard storeGuest(UInt64(value), address, instruction.width) else {
          return .pageFault(address: address, errorCode: PageFaultError.write.rawValue)
        }
        let next = backwards ? frame.pointee.rdi &- step : frame.pointee.rdi &+ step
        frame.pointee.rdi = next & mask
      case .writePort(let port):
        let address = (frame.pointee.rsi & mask) &+ segmentBase
        guard let value = loadGuest(address, instruction.width) else {
          return .pageFault(address: address, errorCode: 0)
        }
        writeGuestPort(
          port, instruction.width, UInt32(truncatingIfNeeded: value), vcpu.domain)
        let next = backwards ? frame.pointee.rsi &- step : frame.pointee.rsi &+ step
        frame.pointee.rsi = next & mask
      }
      guard isRepeated else { return finish(instruction) }
      frame.pointee.rcx = (frame.pointee.rcx &- 1) & mask
    }
  }

  /// Reads 1, 2, 4 or 8 bytes of the guest's memory; nil if it cannot.
  func loadGuest(_ address: UInt64, _ width: UInt8) -> UInt64? {
    do throws(XenErrno) {
      switch width {
      case 1: return UInt64(try read(GuestHandle<UInt8>(address: address)))
      case 2: return UInt64(try read(GuestHandle<UInt16>(address: address)))
      case 4: return UInt64(try read(GuestHandle<UInt32>(address: address)))
      default: return try read(GuestHandle<UInt64>(address: address))
      }
    } catch {
      return nil
    }
  }

  /// Writes 1, 2, 4 or 8 bytes of the guest's memory; false if it cannot.
  func storeGuest(_ value: UInt64, _ address: UInt64, _ width: UInt8) -> Bool {
    do throws(XenErrno) {
      switch width {
      case 1:
        try write(UInt8(truncatingIfNeeded: value), to: GuestHandle<UInt8>(address: address))
      case 2:
        try write(UInt16(truncatingIfNeeded: value), to: GuestHandle<UInt16>(address: address))
      case 4:
        try write(UInt32(truncatingIfNeeded: value), to: GuestHandle<UInt32>(address: address))
      default:
        try write(value, to: GuestHandle<UInt64>(address: address))
      }
      return true
    } catch {
      return false
    }
  }

  // MARK: The guest's own permission

  /// Whether the I/O privilege level alone lets the guest use ports where it runs now.
  func hasPortPrivilege(_ vcpu: Ref<VCPU>) -> Bool {
    let pv = vcpu.pv
    guard pv.pointee.isKernelMode else { return pv.pointee.iopl == 3 }
    // A kernel in ring 1 needs a level of 1; one that was told its ring is 0 needs none.
    let isArchitectural =
      vcpu.domain.pv.pointee.assists >> UInt64(VMAssistType.architecturalIOPL.rawValue) & 1 != 0
    return isArchitectural || pv.pointee.iopl >= 1
  }

  private func mayUsePort(_ port: UInt16, _ width: UInt8, _ vcpu: Ref<VCPU>) -> Bool {
    if hasPortPrivilege(vcpu) { return true }
    let pv = vcpu.pv
    guard UInt32(port) + UInt32(width) <= pv.pointee.ioBitmapPorts else { return false }
    // The bitmap is in the kernel's memory.
    let isUser = !pv.pointee.isKernelMode
    if isUser { toggleMode(vcpu) }
    defer { if isUser { toggleMode(vcpu) } }
    let (address, wrapped) = pv.pointee.ioBitmap.addingReportingOverflow(UInt64(port >> 3))
    guard !wrapped else { return false }
    // Bytes that cannot be read grant nothing.
    let low = loadGuest(address, 1) ?? 0xff
    let high = loadGuest(address &+ 1, 1) ?? 0xff
    let wanted: UInt64 = (1 << UInt64(width) - 1) << UInt64(port & 7)
    return (low | high << 8) & wanted == 0
  }

  // MARK: The administrator's permission

  private func isPassedThrough(_ port: UInt16, _ width: UInt8, _ domain: Ref<Domain>) -> Bool {
    let last = UInt32(port) + UInt32(width) - 1
    if port == PortNumber.pciAddress, width == 4 { return false }
    if port <= PortNumber.clockData, last >= UInt32(PortNumber.clockIndex) { return false }
    return domain.pointee.portPermissions.contains(UInt64(port), through: UInt64(last))
  }

  /// Reads `width` bytes from a port as a domain sees it.
  func readGuestPort(_ port: UInt16, _ width: UInt8, _ domain: Ref<Domain>) -> UInt32 {
    if isPassedThrough(port, width, domain) { return readMachinePort(port, width) }
    var result: UInt32 = 0
    var done: UInt8 = 0
    while done < width {
      let part = port &+ UInt16(done)
      let (value, count) = readEmulatedPort(part, width - done, domain)
      if count == 4 { return value }
      let mask: UInt32 = 1 << (UInt32(count) * 8) - 1
      result |= (value & mask) << (UInt32(done) * 8)
      done += count
    }
    return result
  }

  /// Writes `width` bytes to a port as a domain sees it.
  func writeGuestPort(_ port: UInt16, _ width: UInt8, _ value: UInt32, _ domain: Ref<Domain>) {
    if isPassedThrough(port, width, domain) {
      writeMachinePort(port, width, value)
      return
    }
    var done: UInt8 = 0
    while done < width {
      let part = port &+ UInt16(done)
      done += writeEmulatedPort(part, width - done, value >> (UInt32(done) * 8), domain)
    }
  }

  func readMachinePort(_ port: UInt16, _ width: UInt8) -> UInt32 {
    switch width {
    case 1: UInt32(M.inb(port))
    case 2: UInt32(M.inw(port))
    default: M.inl(port)
    }
  }

  func writeMachinePort(_ port: UInt16, _ width: UInt8, _ value: UInt32) {
    switch width {
    case 1: M.outb(port, UInt8(truncatingIfNeeded: value))
    case 2: M.outw(port, UInt16(truncatingIfNeeded: value))
    default: M.outl(port, value)
    }
  }
}

/// The ports that the hypervisor knows.
/// - Source: the PC's I/O map; PCI Local Bus Specification 3.0 §3.2.2.3.2.
enum PortNumber {
  static var timerChannel2: UInt16 { 0x42 }
  static var timerControl: UInt16 { 0x43 }
  static var speaker: UInt16 { 0x61 }
  static var clockIndex: UInt16 { 0x70 }
  static var clockData: UInt16 { 0x71 }
  static var pciAddress: UInt16 { 0xcf8 }
  static var pciData: UInt16 { 0xcfc }
}
