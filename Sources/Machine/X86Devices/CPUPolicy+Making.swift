import Primitives
import X86Format
import XenABI

/// How far a policy may go.
public enum PolicyBound: Sendable {
  /// The most that a PV guest may be given on a host.
  case pvMax
  /// What a PV guest is given on a host unless its configuration says otherwise.
  case pvDefault

  var mask: InlineArray<19, UInt32> {
    switch self {
    case .pvMax: CPUFeatureSetMask.pvMax
    case .pvDefault: CPUFeatureSetMask.pvDefault
    }
  }
}

/// Facts about a host's processor that no policy changes.
public struct HostTraits: Sendable {
  /// Two bits say how the hardware behaves, whoever asks.
  var hasFDPExceptionsOnly: Bool
  var hasNoFPUSelectors: Bool
}

// A policy is 2 KiB, as much as half of a stack's share of one function: it is changed in place,
// step by step, and never returned.
extension CPUPolicy {
  /// Takes the processor's own answers, cut to the leaves of a policy; the policy says nothing yet.
  /// - Parameter cpuid: the instruction, of a leaf and subleaf.
  @inline(never)
  public mutating func readRaw(_ cpuid: (UInt32, UInt32) -> CPULeaf) {
    let maximum = cpuid(0, 0).eax
    for leaf in 0..<UInt32(14) where leaf <= maximum {
      switch leaf {
      case CPUIDNumber.caches:
        for i in 0..<6 {
          caches[i] = cpuid(leaf, UInt32(i))
          if caches[i].eax & 31 == 0 { break }
        }
      case CPUIDNumber.structuredFeatures:
        structured[0] = cpuid(leaf, 0)
        for i in 1..<3 where UInt32(i) <= structured[0].eax {
          structured[i] = cpuid(leaf, UInt32(i))
        }
      case CPUIDNumber.topology:
        for i in 0..<2 { topology[i] = cpuid(leaf, UInt32(i)) }
      case CPUIDNumber.xsave:
        xsave[0] = cpuid(leaf, 0)
        xsave[1] = cpuid(leaf, 1)
        let components =
          UInt64(xsave[0].eax) | UInt64(xsave[0].edx) << 32
          | UInt64(xsave[1].ecx) | UInt64(xsave[1].edx) << 32
        for i in 2..<63 where components >> UInt64(i) & 1 != 0 {
          xsave[i] = cpuid(leaf, UInt32(i))
        }
      default:
        basic[Int(leaf)] = cpuid(leaf, 0)
      }
    }
    let highest = cpuid(CPUIDNumber.extendedMaximum, 0).eax
    if highest >> 16 == 0x8000 {
      for leaf in 0..<UInt32(34) where leaf <= highest & 0xffff {
        extended[Int(leaf)] = cpuid(CPUIDNumber.extendedMaximum + leaf, 0)
      }
    }
  }

  /// Cuts the processor's own answers to what the hypervisor can use and give of it.
  @inline(never)
  public mutating func cutToHost() {
    basic[0].eax = min(basic[0].eax, 13)
    structured[0].eax = min(structured[0].eax, 2)
    extended[0].eax = CPUIDNumber.extendedMaximum | min(extended[0].eax & 0xffff, 33)
    var features = self.features
    // Without OSXSAVE the hypervisor does not switch extended state.
    if !features[CPUFeature.osxsave] { features[CPUFeature.xsave] = false }
    // Whether it is on is each guest's own affair.
    features[CPUFeature.osxsave] = false
    // AMD's SYSENTER does not work in long mode.
    if vendor == .amd || vendor == .hygon { features[CPUFeature.sep] = false }
    features.sanitise()
    self.features = features
    deriveXSAVE()
    hideUnsharedFields()
  }

  /// Narrows a host's policy to what PV guests may have, or are given.
  @inline(never)
  public mutating func narrow(to bound: PolicyBound) {
    let hadIBRSB = has(CPUFeature.ibrsb)
    var features = self.features
    features.formIntersection(bound.mask)
    // Speculation control is the hypervisor's own: it is not switched for PV guests.
    features[CPUFeature.ibrsb] = false
    features[CPUFeature.ibrs] = false
    // Always offered, whatever the host says of itself.
    features[CPUFeature.hypervisor] = true
    // A barrier needs no control register: Intel's is offered by AMD's bit.
    if hadIBRSB { features[CPUFeature.ibpb] = true }
    features.sanitise()
    self.features = features
    deriveXSAVE()
    hideUnsharedFields()
    extended[0xa] = CPULeaf()
  }

  /// Narrows a host's policy to what dom0 is given: the default, and the invariant time-stamp
  /// counter, as dom0 never migrates.
  public mutating func narrowForControlDomain() {
    let hadITSC = has(CPUFeature.itsc)
    narrow(to: .pvDefault)
    if hadITSC { extended[7].edx |= 1 << 8 }
  }

  /// What a host's policy says of the hardware's behaviour.
  public var traits: HostTraits {
    HostTraits(
      hasFDPExceptionsOnly: has(CPUFeature.fdpEXCPOnly),
      hasNoFPUSelectors: has(CPUFeature.noFPUSEL))
  }

  /// Takes a host's sizes and offsets of extended state: they are no toolstack's to choose.
  @inline(never)
  public mutating func adoptStateLayout(of host: borrowing CPUPolicy) {
    for i in 2..<63 { xsave[i] = host.xsave[i] }
  }

  /// Brings a policy that a toolstack wrote, with the host's layout of extended state, into the
  /// bounds of `max` and makes it consistent.
  @inline(never)
  public mutating func recalculate(within max: borrowing CPUPolicy, on host: HostTraits) {
    basic[0].eax = min(basic[0].eax, max.basic[0].eax)
    structured[0].eax = min(structured[0].eax, max.structured[0].eax)
    let limit: UInt32 = vendor == .amd || vendor == .hygon ? 33 : 8
    extended[0].eax = CPUIDNumber.extendedMaximum | min(extended[0].eax & 0xffff, limit)
    var bound = max.features
    // How topology leaves are to be read is the toolstack's to say.
    bound[CPUFeature.htt] = true
    bound[CPUFeature.x2apic] = true
    bound[CPUFeature.cmpLegacy] = true
    var features = self.features
    features.formIntersection(bound.words)
    features.sanitise()
    features[CPUFeature.fdpEXCPOnly] = host.hasFDPExceptionsOnly
    features[CPUFeature.noFPUSEL] = host.hasNoFPUSelectors
    self.features = features
    let addressBits = min(extended[8].eax & 0xff, max.extended[8].eax & 0xff)
    extended[8].eax = extended[8].eax & ~0xff | addressBits
    deriveXSAVE()
    hideUnsharedFields()
    if !has(CPUFeature.svm) { extended[0xa] = CPULeaf() }
    if !has(CPUFeature.page1gb) { extended[0x19] = CPULeaf() }
    platformInfo &= max.platformInfo
  }

  /// Makes leaf 0xD say what the feature bits imply, with the sizes and offsets that it has.
  @inline(never)
  mutating func deriveXSAVE() {
    let instructions = xsave[1].eax & CPUFeatureSetMask.known[4]
    var components = XCR0(rawValue: 0)
    if has(CPUFeature.xsave) {
      components = XCR0.x87 | XCR0.sse
      if has(CPUFeature.avx) { components.insert(.avx) }
      if has(CPUFeature.mpx) { components.insert(.mpx) }
      if has(CPUFeature.avx512f) { components.insert(.avx512) }
      if has(CPUFeature.pku) { components.insert(.pkru) }
    }
    for i in 2..<63 {
      guard components.rawValue >> UInt64(i) & 1 != 0 else {
        xsave[i] = CPULeaf()
        continue
      }
      // Bit 0: managed by XSS, which no policy offers.
      xsave[i].ecx &= 2
      xsave[i].edx = 0
    }
    xsave[0] = CPULeaf()
    xsave[1] = CPULeaf()
    guard components.rawValue != 0 else { return }
    xsave[0].eax = UInt32(truncatingIfNeeded: components.rawValue)
    xsave[0].edx = UInt32(truncatingIfNeeded: components.rawValue >> 32)
    xsave[0].ecx = xsaveBytes(components.rawValue)
    xsave[1].eax = instructions
  }

  /// Clears what is reserved, belongs to one CPU rather than all, or is never shown to guests.
  @inline(never)
  mutating func hideUnsharedFields() {
    basic[1].eax &= 0x0fff_0fff
    basic[1].ebx &= 0x00ff_ffff
    // MONITOR, power, reserved, performance counters, reserved.
    for i in 5...12 where i != 7 && i != 9 && i != 11 { basic[i] = CPULeaf() }
    for i in topology.indices { topology[i] = CPULeaf() }
    let shared: UInt32 = 0x0183_f3ff
    extended[1].edx &= ~shared
    extended[7] = CPULeaf(edx: extended[7].edx)
    extended[8].edx = 0
    extended[8].eax &= 0xffff
    switch vendor {
    case .amd, .hygon:
      basic[2] = CPULeaf()
      basic[3] = CPULeaf()
      for i in caches.indices { caches[i] = CPULeaf() }
      basic[9] = CPULeaf()
      extended[0].ebx = basic[0].ebx
      extended[0].ecx = basic[0].ecx
      extended[0].edx = basic[0].edx
      extended[1].eax = basic[1].eax
      extended[1].ebx &= 0xff00_ffff
      extended[1].edx |= basic[1].edx & shared
      extended[8].ecx &= 0x0003_f0ff
      extended[9] = CPULeaf()
      for i in 0xb...0x18 { extended[i] = CPULeaf() }
      // IBS, this CPU's topology, memory encryption, quality of service.
      extended[0x1b] = CPULeaf()
      for i in 0x1e...0x20 { extended[i] = CPULeaf() }
      extended[0x1c].eax = 0
      // EAX and ECX are feature words.
      extended[0x21] = CPULeaf(eax: extended[0x21].eax, ecx: extended[0x21].ecx)
    case .intel, .centaur, .zhaoxin, .other:
      basic[2].eax = basic[2].eax & ~0xff | (basic[2].eax == 0 ? 0 : 1)
      basic[3] = CPULeaf()
      basic[9] = CPULeaf()
      extended[0].ebx = 0
      extended[0].ecx = 0
      extended[0].edx = 0
      extended[1].eax = 0
      extended[1].ebx = 0
      extended[5] = CPULeaf()
      extended[6] = CPULeaf(ecx: extended[6].ecx)
      extended[8].ecx = 0
    }
  }
}
