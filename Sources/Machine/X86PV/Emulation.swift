import Domains
import Hypercalls
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// What became of an instruction that the processor refused.
enum EmulationResult {
  /// It has been carried out (RIP is past it), or shall be tried again.
  case done
  /// It is nothing that the hypervisor does for a guest.
  case refused
  /// It faults.
  case fault(vector: UInt8, errorCode: UInt32?)
  /// Fetching it, or one of its operands, faults.
  case pageFault(address: UInt64, errorCode: UInt32)
}

/// The bytes at a guest's RIP, read eight at a time: an aligned word does not cross a page, so the
/// fault of a byte is that of its word.
struct GuestInstruction<M: X86Hardware>: InstructionSource {
  let hypervisor: Hypervisor<M>
  let start: UInt64
  private var word: UInt64 = 0
  private var wordAddress = UInt64.max

  init(_ hypervisor: Hypervisor<M>, at start: UInt64) {
    self.hypervisor = hypervisor
    self.start = start
  }

  mutating func byte(_ offset: Int) throws(InstructionFault) -> UInt8 {
    let address = start &+ UInt64(offset)
    let aligned = address & ~7
    if aligned != wordAddress {
      do throws(XenErrno) {
        word = try hypervisor.read(GuestHandle<UInt64>(address: aligned))
      } catch {
        throw .unreadable(address: address)
      }
      wordAddress = aligned
    }
    return UInt8(truncatingIfNeeded: word >> ((address & 7) * 8))
  }
}

extension Hypervisor where M: X86Hardware {
  /// Carries out the privileged instruction at the guest's RIP, if it is one the guest may use.
  func emulatePrivilegedInstruction(_ vcpu: Ref<VCPU>) -> EmulationResult {
    let frame = M.guestFrame
    let instruction: DecodedInstruction
    do throws(InstructionFault) {
      instruction = try decodeGuestInstruction()
    } catch {
      switch error {
      case .unreadable(let address):
        return .pageFault(address: address, errorCode: PageFaultError.fetch.rawValue)
      case .tooLong, .unknown:
        return .refused
      }
    }
    guard !instruction.isLocked else { return .refused }
    let singleSteps = frame.pointee.rflags & RFLAGS.tf.rawValue != 0
    let result = emulate(instruction, vcpu)
    if case .done = result, singleSteps {
      vcpu.pv.pointee.debugRegisters[6] |= DebugStatus.singleStep
      return .fault(vector: ExceptionVector.debug.rawValue, errorCode: nil)
    }
    return result
  }

  /// Reads the instruction at the guest's RIP.
  func decodeGuestInstruction() throws(InstructionFault) -> DecodedInstruction {
    let frame = M.guestFrame
    let mode: CodeMode =
      frame.pointee.cs == FlatSelector.ring3CS32 ? .compatibility32 : .long
    return try DecodedInstruction.decode(
      GuestInstruction(self, at: frame.pointee.rip), mode: mode)
  }

  /// Moves RIP past an instruction that has been carried out.
  func finish(_ instruction: DecodedInstruction) -> EmulationResult {
    let frame = M.guestFrame
    frame.pointee.rip = frame.pointee.rip &+ UInt64(instruction.length)
    frame.pointee.rflags &= ~RFLAGS.rf.rawValue
    return .done
  }

  private func emulate(
    _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    let frame = M.guestFrame
    switch instruction.operation {
    case .readPort(let operand):
      return readPort(portNumber(operand), instruction, vcpu)
    case .writePort(let operand):
      return writePort(portNumber(operand), instruction, vcpu)
    case .readPortString:
      return readPortString(instruction, vcpu)
    case .writePortString(let segment):
      return writePortString(segment, instruction, vcpu)
    case .cpuid:
      answerCPUID(vcpu, .faulted)
      return finish(instruction)
    case .readTSC, .readTSCP:
      let isKernel = vcpu.pv.pointee.isKernelMode
      if !isKernel, guestCR4(vcpu) & CR4.tsd.rawValue != 0 { return .refused }
      let now = M.rdtsc()
      frame.pointee.rax = now & 0xffff_ffff
      frame.pointee.rdx = now >> 32
      if case .readTSCP = instruction.operation {
        frame.pointee.rcx = UInt64(vcpu.pv.pointee.tscAux)
      }
      return finish(instruction)
    case .disableInterrupts, .enableInterrupts:
      // Guests mask events, not interrupts; a guest that may is left in its belief.
      return hasPortPrivilege(vcpu) ? finish(instruction) : .refused
    default:
      // What is left is for kernels only.
      guard vcpu.pv.pointee.isKernelMode else { return .refused }
      return emulateKernelInstruction(instruction, vcpu)
    }
  }

  private func emulateKernelInstruction(
    _ instruction: DecodedInstruction, _ vcpu: Ref<VCPU>
  ) -> EmulationResult {
    let frame = M.guestFrame
    switch instruction.operation {
    case .readMSR:
      let msr = MSR(UInt32(truncatingIfNeeded: frame.pointee.rcx))
      guard let value = readGuestMSR(msr, vcpu) else { return .refused }
      frame.pointee.rax = value & 0xffff_ffff
      frame.pointee.rdx = value >> 32
    case .writeMSR:
      let msr = MSR(UInt32(truncatingIfNeeded: frame.pointee.rcx))
      let value = frame.pointee.rax & 0xffff_ffff | frame.pointee.rdx << 32
      guard writeGuestMSR(msr, value, vcpu) else { return .refused }
    case .readControl(let number, let register):
      guard let value = readGuestControl(number, vcpu) else { return .refused }
      frame.pointee.set(register, width: instruction.width, to: value)
    case .writeControl(let number, let register):
      let value = frame.pointee.value(of: register, width: instruction.width)
      switch writeGuestControl(number, value, vcpu) {
      case .done: break
      case .again: return .done
      case .refused: return .refused
      }
    case .readDebug(let number, let register):
      guard number < 4 || number == 6 || number == 7 else { return .refused }
      frame.pointee.set(
        register, width: instruction.width, to: vcpu.pv.pointee.debugRegisters[Int(number)])
    case .writeDebug(let number, let register):
      let value = frame.pointee.value(of: register, width: instruction.width)
      do throws(XenErrno) {
        try writeGuestDebugRegister(vcpu, Int(number), value)
      } catch {
        return .refused
      }
    case .clearTaskSwitched:
      setTaskSwitched(vcpu, false)
    case .writeBackCaches:
      // Only who maps devices has to mind what is in the caches.
      if mayFlushCaches(vcpu.domain) { M.wbinvd() }
    case .writeExtendedControl:
      let value = frame.pointee.rax & 0xffff_ffff | frame.pointee.rdx << 32
      if guestCR4(vcpu) & CR4.osxsave.rawValue == 0 {
        return .fault(vector: ExceptionVector.invalidOpcode.rawValue, errorCode: nil)
      }
      let allowed = vcpu.domain.pv.pointee.platform.policy.allowedXCR0
      guard frame.pointee.rcx & 0xffff_ffff == 0, value & ~allowed == 0,
        XCR0(rawValue: value).isConsistent
      else { return .refused }
      vcpu.pv.pointee.xcr0 = value
      M.loadXCR0(value)
    default:
      return .refused
    }
    return finish(instruction)
  }

  /// Whether a domain's writes can reach devices, so that caches matter to it.
  func mayFlushCaches(_ domain: Ref<Domain>) -> Bool {
    !domain.pointee.memoryPermissions.isEmpty || !domain.pointee.portPermissions.isEmpty
  }
}

/// Bits of DR6.
enum DebugStatus {
  /// A single step ended.
  static var singleStep: UInt64 { 1 << 14 }
}
