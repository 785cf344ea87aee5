import Domains
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// Model-specific registers as a PV guest sees them: what is not listed here does not exist, and
/// reading or writing it is a general protection fault.
extension Hypervisor where M: X86Hardware {
  private func isAMD(_ vcpu: Ref<VCPU>) -> Bool {
    switch vcpu.domain.pv.pointee.platform.policy.vendor {
    case .amd, .hygon: true
    case .intel, .centaur, .zhaoxin, .other: false
    }
  }

  private func has(_ feature: UInt32, _ vcpu: Ref<VCPU>) -> Bool {
    vcpu.domain.pv.pointee.platform.policy.has(feature)
  }

  /// Reads a register for the guest's kernel; nil for a fault.
  func readGuestMSR(_ msr: MSR, _ vcpu: Ref<VCPU>) -> UInt64? {
    let pv = vcpu.pv
    switch msr {
    case .fsBase: return M.fsBase
    case .gsBase: return M.gsBase
    case .kernelGSBase: return M.reserveGSBase
    case .tsc: return M.rdtsc()
    case .efer: return visibleEFER
    case .tscAux:
      guard has(CPUFeature.rdtscp, vcpu) || has(CPUFeature.rdpid, vcpu) else { return nil }
      return UInt64(pv.pointee.tscAux)
    case .apicBase:
      // Enabled, at its usual place; nothing is there for a PV guest.
      let boot: UInt64 = vcpu.pointee.id.rawValue == 0 ? 1 << 8 : 0
      return 0xfee0_0000 | 1 << 11 | boot
    case .pat: return PageAttributeTable.guest
    case .platformInfo: return vcpu.domain.pv.pointee.platform.policy.platformInfo
    case .archCapabilities:
      guard has(CPUFeature.archCAPS, vcpu) else { return nil }
      return vcpu.domain.pv.pointee.platform.policy.architecturalCapabilities
    case .miscFeaturesEnables: return pv.pointee.miscEnables
    case .biosSignID: return M.rdmsrSafe(msr)
    case .miscEnable: return M.rdmsrSafe(msr).map(MiscellaneousEnables.visible)
    case .perfCapabilities, .hypercallPage: return 0
    case .perfStatus, .perfCtl, .thermStatus:
      return isAMD(vcpu) ? nil : 0
    default:
      break
    }
    if let value = MachineCheckView.read(msr) { return value }
    if isCounter(msr, vcpu) { return 0 }
    return isAMD(vcpu) ? readAMD(msr, vcpu) : nil
  }

  private func readAMD(_ msr: MSR, _ vcpu: Ref<VCPU>) -> UInt64? {
    switch msr {
    case .hwcr:
      // Only whether the time-stamp counter runs at the frequency of the highest P-state.
      return (M.rdmsrSafe(msr) ?? 0) & 1 << 24
    case .deConfig: return M.rdmsrSafe(msr)
    case .sysCfg:
      guard vcpu.domain.pointee.isPrivileged else { return nil }
      // What governs memory types.
      return M.rdmsrSafe(msr).map { $0 & (1 << 18 | 1 << 20 | 1 << 21 | 1 << 22) }
    case .topMem, .topMem2, .tsegBase, .tsegMask:
      guard vcpu.domain.pointee.isPrivileged else { return nil }
      return M.rdmsrSafe(msr)
    case .mmioConfigBase:
      guard vcpu.domain.pointee.isPrivileged else { return nil }
      return M.rdmsrSafe(msr)
    default:
      if isInputOutputRange(msr), vcpu.domain.pointee.isPrivileged { return M.rdmsrSafe(msr) }
      return isPowerState(msr) ? 0 : nil
    }
  }

  /// Writes a register for the guest's kernel; false for a fault.
  func writeGuestMSR(_ msr: MSR, _ value: UInt64, _ vcpu: Ref<VCPU>) -> Bool {
    let pv = vcpu.pv
    switch msr {
    case .fsBase, .gsBase, .kernelGSBase:
      guard VirtualAddress(value).isCanonical else { return false }
      if msr == .fsBase {
        M.fsBase = value
      } else if msr == .gsBase {
        M.gsBase = value
      } else {
        M.reserveGSBase = value
      }
      return true
    case .efer:
      return value == visibleEFER
    case .tscAux:
      guard has(CPUFeature.rdtscp, vcpu) || has(CPUFeature.rdpid, vcpu), value >> 32 == 0 else {
        return false
      }
      pv.pointee.tscAux = UInt32(truncatingIfNeeded: value)
      return M.wrmsrSafe(msr, value)
    case .predCmd:
      guard has(CPUFeature.ibrsb, vcpu) || has(CPUFeature.ibpb, vcpu), value & ~1 == 0 else {
        return false
      }
      return value == 0 || M.wrmsrSafe(msr, value)
    case .flushCmd:
      guard has(CPUFeature.l1dFlush, vcpu), value & ~1 == 0 else { return false }
      return value == 0 || M.wrmsrSafe(msr, value)
    case .miscFeaturesEnables:
      // CPUID faulting is not offered, so no bit may be set.
      return value == 0
    case .miscEnable:
      // Whatever it asks for, nothing changes.
      return M.rdmsrSafe(msr) != nil
    case .hypercallPage:
      return fillHypercallPage(value, vcpu.domain)
    default:
      break
    }
    if MachineCheckView.read(msr) != nil { return MachineCheckView.acceptsWrites(to: msr) }
    if isCounter(msr, vcpu) { return true }
    guard isAMD(vcpu) else {
      // Hints about power, which the hypervisor does not follow.
      return msr == .thermControl || msr == .energyPerformanceBias
    }
    switch msr {
    case .hwcr, .deConfig, .nbConfig, .mmioConfigBase: return true
    default: return isPowerState(msr)
    }
  }

  // Fills a frame of the guest's with hypercall stubs; there is one such page, number 0.
  private func fillHypercallPage(_ value: UInt64, _ domain: Ref<Domain>) -> Bool {
    guard value & 0xfff == 0, let mfn = try? holdWritableFrame(MFN(value >> 12), of: domain) else {
      return false
    }
    HypercallPage.fill(M.memory[mfn])
    releaseWritableFrame(mfn)
    return true
  }

  /// EFER without what is the hypervisor's own.
  private var visibleEFER: UInt64 {
    let shown: EFER = .sce | .lme | .lma | .nxe | .ffxse | .lmsle
    return (M.rdmsrSafe(.efer) ?? 0) & shown.rawValue
  }

  // Performance counters read as zero and forget what is written: there is no virtual PMU.
  private func isCounter(_ msr: MSR, _ vcpu: Ref<VCPU>) -> Bool {
    switch msr.rawValue {
    case 0xC1...0xC8, 0x186...0x189, 0x309...0x30B, 0x38D...0x390: !isAMD(vcpu)
    case 0xC001_0000...0xC001_0007, 0xC001_0200...0xC001_020B: isAMD(vcpu)
    default: false
    }
  }

  private func isPowerState(_ msr: MSR) -> Bool {
    switch msr.rawValue {
    case 0xC001_0041, 0xC001_0042, 0xC001_0061...0xC001_006B: true
    default: false
    }
  }

  private func isInputOutputRange(_ msr: MSR) -> Bool {
    msr.rawValue >= MSR.iorrBase0.rawValue && msr.rawValue <= MSR.iorrBase0.rawValue + 3
  }
}

extension MSR {
  /// Where PCI configuration space is mapped (AMD family 10h and later).
  static var mmioConfigBase: MSR { MSR(0xC001_0058) }
  /// The thermal monitor's status.
  static var thermStatus: MSR { MSR(0x19C) }
}

/// `IA32_MISC_ENABLE` as guests see it: no performance monitoring, no MONITOR.
enum MiscellaneousEnables {
  static func visible(_ value: UInt64) -> UInt64 {
    value & ~(1 << 7 | 1 << 18) | 1 << 11 | 1 << 12 | 1 << 23
  }
}

/// The machine-check registers of a guest: two banks in which nothing ever happens.
enum MachineCheckView {
  static var bankCount: UInt32 { 2 }

  /// The value of a register, or nil if it is none of these.
  static func read(_ msr: MSR) -> UInt64? {
    switch msr {
    case .mcgCap: return UInt64(bankCount)
    case .mcgStatus: return 0
    case .mcgCtl: return UInt64.max
    default:
      guard msr.rawValue >= MSR.mcCtl(0).rawValue, msr.rawValue < MSR.mcCtl(bankCount).rawValue
      else { return nil }
      // The first of each bank's four says what is enabled; the rest is the error, if any.
      return msr.rawValue & 3 == 0 ? UInt64.max : 0
    }
  }

  static func acceptsWrites(to msr: MSR) -> Bool { msr != .mcgCap }
}
