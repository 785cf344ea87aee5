import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import X86Devices
import X86Format
import XenABI

/// How a guest came to ask CPUID of the hypervisor.
enum CPUIDAccess {
  /// By the prefix that asks for emulation (`XEN_EMULATE_PREFIX`).
  case asked
  /// The processor refused the instruction (CPUID faulting).
  case faulted
}

extension Hypervisor where M: X86Hardware {
  /// Carries out an instruction that the guest marked for emulation (`XEN_EMULATE_PREFIX`): CPUID,
  /// the only one.
  /// - Returns: whether there was one, or reading it faulted and the guest has been told.
  func emulateForcedInstruction(_ vcpu: Ref<VCPU>) -> Bool {
    let frame = M.guestFrame
    let rip = frame.pointee.rip
    // ud2 "xen" cpuid
    let signature = EmulatePrefix.word | 0xa20f << UInt64(8 * EmulatePrefix.length)
    let length = EmulatePrefix.length + 2
    // Within a page one look decides.
    if rip & 0xfff <= 0xff8, let word = try? read(GuestHandle<UInt64>(address: rip)) {
      guard (word ^ signature) << UInt64(64 - 8 * length) == 0 else { return false }
      frame.pointee.rip = rip &+ UInt64(length)
      answerCPUID(vcpu, .asked)
      frame.pointee.rflags &= ~RFLAGS.rf.rawValue
      return true
    }
    var source = GuestInstruction(self, at: rip)
    do throws(InstructionFault) {
      // The first byte that differs decides, so nothing after it is touched.
      for i in 0..<length
      where try source.byte(i) != UInt8(truncatingIfNeeded: signature >> UInt64(8 * i)) {
        return false
      }
      frame.pointee.rip = rip &+ UInt64(length)
    } catch {
      guard case .unreadable(let address) = error else { return false }
      injectPageFault(vcpu, address: address, code: 0)
      return true
    }
    answerCPUID(vcpu, .asked)
    frame.pointee.rflags &= ~RFLAGS.rf.rawValue
    return true
  }

  /// Answers CPUID for the leaf in EAX and the subleaf in ECX.
  func answerCPUID(_ vcpu: Ref<VCPU>, _ access: CPUIDAccess) {
    let frame = M.guestFrame
    let leaf = UInt32(truncatingIfNeeded: frame.pointee.rax)
    let subleaf = UInt32(truncatingIfNeeded: frame.pointee.rcx)
    let answer = guestCPUID(leaf, subleaf, vcpu, access)
    frame.pointee.rax = UInt64(answer.eax)
    frame.pointee.rbx = UInt64(answer.ebx)
    frame.pointee.rcx = UInt64(answer.ecx)
    frame.pointee.rdx = UInt64(answer.edx)
  }

  /// What CPUID says to a vCPU that runs.
  func guestCPUID(
    _ leaf: UInt32, _ subleaf: UInt32, _ vcpu: Ref<VCPU>, _ access: CPUIDAccess
  ) -> CPULeaf {
    let platform = vcpu.domain.pv
    if leaf >> 8 == CPUIDNumber.hypervisor >> 8 {
      let limit = platform.pointee.platform.policy.hypervisorLimit
      return hypervisorLeaves(vcpu.domain).answer(leaf, subleaf, limit: limit)
    }
    var answer = platform.pointee.platform.policy.staticAnswer(leaf, subleaf)
    let pv = vcpu.pv
    let isHardwareKernel = vcpu.domain.pointee.isPrivileged && pv.pointee.isKernelMode
    switch leaf {
    case CPUIDNumber.features:
      let hasXSAVE = platform.pointee.platform.policy.has(CPUFeature.xsave)
      // PV kernels learned to look for the hypervisor's own OSXSAVE, which once leaked: it is part
      // of the ABI for those that ask.
      let leaks = access == .asked && pv.pointee.isKernelMode && hasXSAVE
      let chosen = guestCR4(vcpu) & CR4.osxsave.rawValue != 0
      if chosen || (leaks && M.readCR4() & CR4.osxsave.rawValue != 0) {
        answer.ecx |= bit(CPUFeature.osxsave)
      }
      if isHardwareKernel {
        let host = M.cpuid(leaf, 0)
        // dom0's kernel takes these two as signs that it may talk about memory types and
        // performance states to the hypervisor.
        answer.edx |= host.edx & bit(CPUFeature.mtrr)
        answer.ecx |= host.ecx & bit(CPUFeature.eist)
        if access == .faulted { answer.ecx |= host.ecx & bit(CPUFeature.monitor) }
      }
    case CPUIDNumber.monitor:
      if isHardwareKernel, access == .faulted,
        M.cpuid(CPUIDNumber.features, 0).ecx & bit(CPUFeature.monitor) != 0
      {
        answer = M.cpuid(leaf, 0)
      }
    case CPUIDNumber.topology:
      if platform.pointee.platform.policy.has(CPUFeature.x2apic) {
        answer.ecx = answer.ecx & ~0xff | subleaf & 0xff
        answer.edx = vcpu.pointee.id.rawValue &* 2
      }
    case CPUIDNumber.xsave where subleaf == 0:
      if platform.pointee.platform.policy.has(CPUFeature.xsave) {
        answer.ebx = platform.pointee.platform.policy.xsaveBytes(pv.pointee.xcr0)
      }
    default:
      break
    }
    return answer
  }

  private func bit(_ feature: UInt32) -> UInt32 { 1 << (feature & 31) }

  /// What the hypervisor's own leaves say to a domain.
  func hypervisorLeaves(_ domain: Ref<Domain>) -> HypervisorLeaves {
    let scale = M.timeScale()
    let identity = state.pointee.identity
    var addressBits: UInt32 = 0
    while addressBits < 52, state.pointee.frames.limit >> UInt64(addressBits) != 0 {
      addressBits += 1
    }
    var leaves = HypervisorLeaves(
      version: UInt32(identity.major) << 16 | UInt32(identity.minor),
      tscKilohertz: Self.kilohertz(scale), tscOffset: 0, tscMultiplier: scale.multiplier,
      tscShift: scale.shift, machineAddressBits: addressBits + 12)
    let features = domain.pv.pointee.platform.policy.features
    leaves.hasRDTSCP = features[CPUFeature.rdtscp]
    leaves.tscMode = domain.pv.pointee.platform.tscMode
    leaves.tscIncarnation = domain.pv.pointee.platform.tscIncarnation
    leaves.isTSCReliable = M.cpuid(CPUIDNumber.extendedPower, 0).edx >> 8 & 1 != 0
    return leaves
  }

  /// The counter's frequency that a scale stands for.
  static func kilohertz(_ scale: X86TimeScale) -> UInt32 {
    guard scale.multiplier != 0 else { return 0 }
    // ticks per second = 10^9 * 2^32 / multiplier, undone by the shift; 10^6 makes it kHz.
    let shift = min(max(scale.shift, -10), 31)
    let numerator = (UInt64(1_000_000) << 32) << UInt64(shift < 0 ? -shift : 0)
    let rounded = (numerator + UInt64(scale.multiplier / 2)) / UInt64(scale.multiplier)
    let result = rounded >> UInt64(shift > 0 ? shift : 0)
    return UInt32(truncatingIfNeeded: result)
  }

  /// Gives a fresh domain the policy that PV guests have by default.
  func makePlatform(_ domain: Ref<Domain>) {
    let pv = domain.pv
    pv.pointee.platform.policy.readRaw { M.cpuid($0, $1) }
    pv.pointee.platform.policy.cutToHost()
    if domain.pointee.isPrivileged {
      pv.pointee.platform.policy.narrowForControlDomain()
    } else {
      pv.pointee.platform.policy.narrow(to: .pvDefault)
    }
  }
}
