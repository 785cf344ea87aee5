import Domains
import Hypercalls
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// How a write to a control register ended.
enum ControlWriteResult {
  case done
  /// The guest shall execute the instruction again.
  case again
  case refused
}

/// Control registers as a PV guest sees them.
extension Hypervisor where M: X86Hardware {
  // What a guest may choose in CR4, as far as its policy has it.
  private static var chosenCR4: CR4 { .tsd | .de | .fsgsbase | .osxsave }
  // What a guest sees of the hypervisor's own choice.
  private static var visibleCR4: CR4 { .pae | .mce | .osfxsr | .osxmmexcpt }

  /// CR4 as the guest sees it.
  func guestCR4(_ vcpu: Ref<VCPU>) -> UInt64 {
    boundedCR4(vcpu.pv.pointee.cr4, vcpu)
  }

  /// The part of `value` that the guest gets if it writes it to CR4.
  func boundedCR4(_ value: UInt64, _ vcpu: Ref<VCPU>) -> UInt64 {
    var chosen = Self.chosenCR4
    let domain = vcpu.domain.pv
    if !domain.pointee.platform.policy.has(CPUFeature.tsc) { chosen.remove(.tsd) }
    if !domain.pointee.platform.policy.has(CPUFeature.de) { chosen.remove(.de) }
    if !domain.pointee.platform.policy.has(CPUFeature.fsgsbase) { chosen.remove(.fsgsbase) }
    if !domain.pointee.platform.policy.has(CPUFeature.xsave) { chosen.remove(.osxsave) }
    return value & chosen.rawValue | M.readCR4() & Self.visibleCR4.rawValue
  }

  /// Puts into force what a vCPU has chosen in CR4 and in MSRs that no switch of segments or
  /// extended state covers. Called when it is loaded, and after it changes CR4.
  func loadEmulatedRegisters(_ vcpu: Ref<VCPU>) {
    let old = M.readCR4()
    var new = old & ~CR4.tsd.rawValue
    if guestCR4(vcpu) & CR4.tsd.rawValue != 0 { new |= CR4.tsd.rawValue }
    if new != old { M.writeCR4(new) }
    let domain = vcpu.domain.pv
    if domain.pointee.platform.policy.has(CPUFeature.rdtscp)
      || domain.pointee.platform.policy.has(CPUFeature.rdpid)
    {
      _ = M.wrmsrSafe(.tscAux, UInt64(vcpu.pv.pointee.tscAux))
    }
  }

  /// Reads a control register for the guest's kernel; nil if it has none of that number.
  func readGuestControl(_ number: UInt8, _ vcpu: Ref<VCPU>) -> UInt64? {
    switch number {
    case 0: return M.readCR0() & ~CR0.ts.rawValue | vcpu.pv.pointee.cr0 & CR0.ts.rawValue
    case 2:
      let info = M.memory[vcpu.pointee.infoFrame]
      return info.load(UInt64.self, at: vcpu.pointee.infoOffset + VCPUInfoLayout.cr2) ?? 0
    case 3: return vcpu.pv.pointee.memory.kernelRoot.rawValue << 12
    case 4: return guestCR4(vcpu)
    default: return nil
    }
  }

  /// Writes a control register for the guest's kernel.
  func writeGuestControl(
    _ number: UInt8, _ value: UInt64, _ vcpu: Ref<VCPU>
  ) -> ControlWriteResult {
    switch number {
    case 0:
      // Everything but TS is the hypervisor's.
      guard (value ^ M.readCR0()) & ~CR0.ts.rawValue == 0 else { return .refused }
      setTaskSwitched(vcpu, value & CR0.ts.rawValue != 0)
      return .done
    case 2:
      let info = M.memory[vcpu.pointee.infoFrame]
      info.store(value, at: vcpu.pointee.infoOffset + VCPUInfoLayout.cr2)
      return .done
    case 3:
      do throws(XenErrno) {
        // The old root of the last time may still be being undone.
        try mmu(for: vcpu.domain).finishPending(&vcpu.pv.pointee.memory.pending)
        try setKernelRoot(Caller(vcpu), MFN(value >> 12))
      } catch {
        return error == .ERESTART ? .again : .refused
      }
      return .done
    case 4:
      vcpu.pv.pointee.cr4 = boundedCR4(value, vcpu)
      loadEmulatedRegisters(vcpu)
      return .done
    default:
      return .refused
    }
  }
}
