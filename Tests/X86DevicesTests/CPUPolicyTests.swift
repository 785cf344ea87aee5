import Testing
import X86Devices
import X86Format
import XenABI

/// Leaves of an EPYC 7001 (family 17h, model 1), as its CPUID dumps have them; OSXSAVE is set as a
/// hypervisor that uses XSAVE sees it.
func epyc(_ leaf: UInt32, _ subleaf: UInt32) -> CPULeaf {
  switch (leaf, subleaf) {
  case (0, _): CPULeaf(eax: 0xd, ebx: 0x6874_7541, ecx: 0x444d_4163, edx: 0x6974_6e65)
  case (1, _):
    CPULeaf(eax: 0x0080_0f12, ebx: 0x2a40_0800, ecx: 0x7ed8_320b, edx: 0x178b_fbff)
  case (5, _): CPULeaf(eax: 0x40, ebx: 0x40, ecx: 3, edx: 0x11)
  case (6, _): CPULeaf(eax: 4, ecx: 1)
  case (7, 0): CPULeaf(ebx: 0x209c_01a9)
  case (0xd, 0): CPULeaf(eax: 7, ebx: 0x340, ecx: 0x340)
  case (0xd, 1): CPULeaf(eax: 0xf, ebx: 0x340)
  case (0xd, 2): CPULeaf(eax: 0x100, ebx: 0x240)
  case (0x8000_0000, _):
    CPULeaf(eax: 0x8000_001f, ebx: 0x6874_7541, ecx: 0x444d_4163, edx: 0x6974_6e65)
  case (0x8000_0001, _):
    CPULeaf(eax: 0x0080_0f12, ebx: 0x4000_0000, ecx: 0x35c2_33ff, edx: 0x2fd3_fbff)
  case (0x8000_0002, _): CPULeaf(eax: 0x2044_4d41, ebx: 0x4359_5045, ecx: 0x3135_3720)
  case (0x8000_0007, _): CPULeaf(ebx: 0x1b, edx: 0x6799)
  case (0x8000_0008, _): CPULeaf(eax: 0x3030, ebx: 0x1007, ecx: 0x603f)
  case (0x8000_000a, _): CPULeaf(eax: 1, ebx: 0x8000, edx: 0x0001_bcff)
  case (0x8000_001e, _): CPULeaf(eax: 0x2a, ebx: 0x115, ecx: 0x302)
  case (0x8000_001f, _): CPULeaf(eax: 0xf, ebx: 0x16f, ecx: 0xf, edx: 1)
  default: CPULeaf()
  }
}

@Suite struct CPUPolicyTests {
  private let host = CPUPolicy.host(epyc)

  @Test func theHostKeepsWhatItsFeatureWordsKnow() {
    #expect(host.vendor == .amd)
    #expect(host.maximumLeaf == 13)
    #expect(host.maximumExtendedLeaf == 0x1f)
    #expect(host.has(CPUFeature.svm))
    #expect(host.has(CPUFeature.avx2))
    #expect(host.has(CPUFeature.itsc))
  }

  @Test func aHostOfAMDsHasNoSYSENTERAndNoHostHasOSXSAVE() {
    #expect(!host.has(CPUFeature.sep))
    #expect(!host.has(CPUFeature.osxsave))
    let intel = CPUPolicy.host { leaf, subleaf in
      var answer = epyc(leaf, subleaf)
      if leaf == 0 {
        (answer.ebx, answer.edx, answer.ecx) = (0x756e_6547, 0x4965_6e69, 0x6c65_746e)
      }
      return answer
    }
    #expect(intel.vendor == .intel)
    #expect(intel.has(CPUFeature.sep))
    #expect(intel.has(CPUFeature.xsave))
  }

  @Test func aFeatureSetNeedNotRepeatTheFirstLeaf() {
    var features = host.features
    let first = features.words[0]
    #expect(features.words[2] & 0x0183_f3ff != 0)
    features.removeRepetitions()
    #expect(features.words[2] & 0x0183_f3ff == 0)
    #expect(features[CPUFeature.syscall])
    #expect(features[CPUFeature.nx])
    #expect(features[CPUFeature.lm])
    #expect(features.words[0] == first)
  }

  @Test func pvGuestsDoNotSeeWhatRingThreeCannotUse() {
    let policy = CPUPolicy.pvDefault(host)
    for hidden in [
      CPUFeature.svm, CPUFeature.smep, CPUFeature.smap, CPUFeature.x2apic, CPUFeature.vme,
      CPUFeature.pge, CPUFeature.mtrr, CPUFeature.monitor,
      CPUFeature.osxsave, CPUFeature.topoext, CPUFeature.itsc,
      CPUFeature.ibrsb, CPUFeature.ibrs,
    ] {
      #expect(!policy.has(hidden), "feature \(hidden)")
    }
    for shown in [
      CPUFeature.fpu, CPUFeature.lm, CPUFeature.nx, CPUFeature.syscall, CPUFeature.xsave,
      CPUFeature.avx, CPUFeature.avx2, CPUFeature.fsgsbase, CPUFeature.hypervisor,
      CPUFeature.rdtscp, CPUFeature.lahfLM,
    ] {
      #expect(policy.has(shown), "feature \(shown)")
    }
  }

  @Test func dom0AloneGetsTheInvariantCounterByDefault() {
    #expect(CPUPolicy.controlDomain(host).has(CPUFeature.itsc))
    #expect(!CPUPolicy.pvDefault(host).has(CPUFeature.itsc))
  }

  @Test func whatBelongsToOneCPUIsCleared() {
    let policy = CPUPolicy.pvDefault(host)
    #expect(policy.staticAnswer(1, 0).ebx >> 24 == 0)
    #expect(policy.staticAnswer(5, 0) == CPULeaf())
    #expect(policy.staticAnswer(6, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_001e, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_001f, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_000a, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_0002, 0).eax == 0x2044_4d41)
  }

  @Test func theExtendedLeafRepeatsTheSharedFeaturesOnAMD() {
    let policy = CPUPolicy.pvDefault(host)
    let basic = policy.staticAnswer(1, 0).edx
    let extended = policy.staticAnswer(0x8000_0001, 0).edx
    #expect(extended & 0x0183_f3ff == basic & 0x0183_f3ff)
  }

  @Test func leavesPastTheEndAreEmpty() {
    let policy = CPUPolicy.pvDefault(host)
    #expect(policy.staticAnswer(14, 0) == CPULeaf())
    #expect(policy.staticAnswer(7, 1) == CPULeaf())
    #expect(policy.staticAnswer(7, 9) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_0020, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8000_0100, 0) == CPULeaf())
    #expect(policy.staticAnswer(0x8001_0000, 0) == CPULeaf())
    #expect(policy.staticAnswer(0xffff_ffff, 0xffff_ffff) == CPULeaf())
    #expect(policy.staticAnswer(0x2000_0000, 0) == CPULeaf())
    #expect(policy.staticAnswer(13, 0xffff_ffff) == CPULeaf())
  }

  @Test func leafDFollowsTheFeatures() {
    let policy = CPUPolicy.pvDefault(host)
    #expect(policy.allowedXCR0 == 7)
    #expect(policy.staticAnswer(0xd, 0).ecx == 0x340)
    #expect(policy.staticAnswer(0xd, 2) == CPULeaf(eax: 0x100, ebx: 0x240))
    #expect(policy.xsaveBytes(3) == 0x240)
    #expect(policy.xsaveBytes(7) == 0x340)
    // XSAVES is not for PV guests.
    #expect(policy.staticAnswer(0xd, 1).eax == 7)
  }

  @Test func withoutTheHypervisorsXSAVENothingThatNeedsItIsLeft() {
    let policy = CPUPolicy.pvDefault(
      CPUPolicy.host { leaf, subleaf in
        var answer = epyc(leaf, subleaf)
        if leaf == 1 { answer.ecx &= ~(1 << 27) }
        return answer
      })
    for gone in [CPUFeature.xsave, CPUFeature.avx, CPUFeature.avx2, CPUFeature.fma] {
      #expect(!policy.has(gone))
    }
    #expect(policy.allowedXCR0 == 0)
    #expect(policy.staticAnswer(0xd, 0) == CPULeaf())
    #expect(policy.has(CPUFeature.sse42))
  }

  @Test func theDefaultIsWithinTheMaximumAndThatWithinTheHost() {
    let most = CPUPolicy.pvMax(host).features
    let usual = CPUPolicy.pvDefault(host).features
    for word in 0..<19 {
      #expect(usual.words[word] & ~most.words[word] == 0, "word \(word)")
      var allowed = host.features.words[word]
      if word == 1 { allowed |= 1 << 31 }
      #expect(most.words[word] & ~allowed == 0, "word \(word)")
    }
  }

  @Test func aPolicySurvivesTheToolstack() {
    let policy = CPUPolicy.pvDefault(host)
    var copy = CPUPolicy()
    var leaves = 0
    policy.forEachLeaf { leaf in
      leaves += 1
      let isTaken = copy.set(leaf)
      #expect(isTaken, "leaf \(leaf.leaf)")
    }
    #expect(leaves <= Int(CPUPolicy.maximumLeaves))
    policy.forEachMSR { entry in
      #expect(throws: Never.self) { try copy.set(entry) }
    }
    #expect(copy.features == policy.features)
    for leaf in UInt32(0)..<14 {
      for subleaf in UInt32(0)..<4 {
        #expect(copy.staticAnswer(leaf, subleaf) == policy.staticAnswer(leaf, subleaf))
      }
    }
    for leaf in UInt32(0x8000_0000)..<0x8000_0022 {
      #expect(copy.staticAnswer(leaf, 0) == policy.staticAnswer(leaf, 0))
    }
  }

  @Test func leavesComeInTheInterfacesOrder() {
    var last: (UInt32, UInt32)?
    CPUPolicy.pvDefault(host).forEachLeaf { leaf in
      let subleaf = leaf.subleaf == CPUIDLeafValue.noSubleaf ? 0 : leaf.subleaf
      if let last { #expect((leaf.leaf, subleaf) > last) }
      last = (leaf.leaf, subleaf)
    }
    #expect(last?.0 == 0x8000_001f)
  }

  @Test func leavesThatPoliciesDoNotHaveAreOutOfRange() {
    var policy = CPUPolicy()
    let none = CPUIDLeafValue.noSubleaf
    let table: [(UInt32, UInt32, UInt32, Bool)] = [
      (0, none, 0, true), (0, 0, 0, false), (1, none, 0, true), (4, 5, 0, true),
      (4, 6, 0, false), (4, none, 0, false), (7, 2, 0, true), (7, 3, 0, false),
      (0xb, 1, 0, true), (0xb, 2, 0, false), (0xd, 62, 0, true), (0xd, 63, 0, false),
      (14, none, 0, false), (0x4000_0000, none, 0x4000_0003, true),
      (0x4000_0000, none, 0x4000_0100, false), (0x4000_0100, none, 0x4000_01ff, true),
      (0x4000_0100, none, 0x4000_0200, false), (0x4000_0001, none, 0, false),
      (0x8000_0021, none, 0, true), (0x8000_0022, none, 0, false), (0x8000_0000, 0, 0, false),
      (0xffff_ffff, none, 0, false),
    ]
    for (leaf, subleaf, a, accepted) in table {
      let wire = XenABI.CPUIDLeaf(leaf: leaf, subleaf: subleaf, a: a)
      let isTaken = policy.set(wire)
      #expect(isTaken == accepted, "\(leaf) \(subleaf) \(a)")
    }
  }

  @Test func msrsAreCheckedBeforeTheyAreTaken() {
    var policy = CPUPolicy()
    #expect(throws: XenErrno.EINVAL) { try policy.set(MSREntry(index: 0xce, flags: 1)) }
    #expect(throws: XenErrno.EOVERFLOW) { try policy.set(MSREntry(index: 0xce, value: 1 << 32)) }
    #expect(throws: XenErrno.ERANGE) { try policy.set(MSREntry(index: 0x10)) }
    #expect(throws: Never.self) { try policy.set(MSREntry(index: 0x10a, value: 1 << 33)) }
    #expect(policy.features.words[17] == 2)
  }

  @Test func aPolicyBeyondTheHostIsObjectedTo() {
    var policy = CPUPolicy.pvDefault(host)
    #expect(policy.objection(on: host) == nil)
    policy.basic[0].eax = 0x20
    #expect(policy.objection(on: host) == .leaf(0, subleaf: CPUIDLeafValue.noSubleaf))
    policy = CPUPolicy.pvDefault(host)
    policy.structured[0].eax = 2
    #expect(policy.objection(on: host) == .leaf(7, subleaf: 0))
    policy = CPUPolicy.pvDefault(host)
    policy.extended[0].eax = 0x8000_0021
    #expect(policy.objection(on: host) == .leaf(0x8000_0000, subleaf: CPUIDLeafValue.noSubleaf))
    policy = CPUPolicy.pvDefault(host)
    policy.platformInfo = 1 << 31
    #expect(policy.objection(on: host) == .msr(0xce))
  }

  @Test func recalculationTakesAwayWhatTheToolstackMayNotGive() {
    let most = CPUPolicy.pvMax(host)
    var policy = CPUPolicy.pvDefault(host)
    var features = policy.features
    features[CPUFeature.svm] = true
    features[CPUFeature.smep] = true
    features[CPUFeature.x2apic] = true
    features[CPUFeature.itsc] = true
    features[CPUFeature.avx] = false
    policy.features = features
    policy.bring(within: most, on: host)
    #expect(!policy.has(CPUFeature.svm))
    #expect(!policy.has(CPUFeature.smep))
    // Not given by default, but within the maximum.
    #expect(policy.has(CPUFeature.itsc))
    #expect(policy.has(CPUFeature.x2apic))
    // Without AVX nothing of AVX2, and no room for its registers.
    #expect(!policy.has(CPUFeature.avx2))
    #expect(policy.allowedXCR0 == 3)
    #expect(policy.staticAnswer(0xd, 0).ecx == 0x240)
  }

  @Test func recalculationKeepsADefaultPolicyAsItIs() {
    let policy = CPUPolicy.pvDefault(host)
    var copy = policy
    copy.bring(within: .pvMax(host), on: host)
    #expect(copy.features == policy.features)
    policy.forEachLeaf { leaf in
      let subleaf = leaf.subleaf == CPUIDLeafValue.noSubleaf ? 0 : leaf.subleaf
      #expect(
        copy.staticAnswer(leaf.leaf, subleaf) == policy.staticAnswer(leaf.leaf, subleaf),
        "leaf \(leaf.leaf)")
    }
  }

  @Test func anyLeavesFromAToolstackRecalculateWithoutTrapping() {
    var random = SystemRandomNumberGenerator()
    let most = CPUPolicy.pvMax(host)
    for _ in 0..<50 {
      var policy = CPUPolicy()
      for _ in 0..<200 {
        let base: UInt32 = [0, 0x8000_0000, 0x4000_0000].randomElement(using: &random) ?? 0
        _ = policy.set(
          XenABI.CPUIDLeaf(
            leaf: base + UInt32.random(in: 0..<40, using: &random),
            subleaf: Bool.random(using: &random)
              ? CPUIDLeafValue.noSubleaf : UInt32.random(in: 0..<70, using: &random),
            a: .random(in: .min ... .max, using: &random),
            b: .random(in: .min ... .max, using: &random),
            c: .random(in: .min ... .max, using: &random),
            d: .random(in: .min ... .max, using: &random)))
      }
      policy.bring(within: most, on: host)
      #expect(policy.maximumLeaf <= most.maximumLeaf)
      #expect(policy.allowedXCR0 & ~7 == 0)
      var count = 0
      policy.forEachLeaf { _ in count += 1 }
      #expect(count <= Int(CPUPolicy.maximumLeaves))
    }
  }
}

extension CPUPolicy {
  fileprivate static func host(_ cpuid: (UInt32, UInt32) -> CPULeaf) -> CPUPolicy {
    var policy = CPUPolicy()
    policy.readRaw(cpuid)
    policy.cutToHost()
    return policy
  }

  fileprivate static func pvMax(_ host: CPUPolicy) -> CPUPolicy {
    var policy = host
    policy.narrow(to: .pvMax)
    return policy
  }

  fileprivate static func pvDefault(_ host: CPUPolicy) -> CPUPolicy {
    var policy = host
    policy.narrow(to: .pvDefault)
    return policy
  }

  fileprivate static func controlDomain(_ host: CPUPolicy) -> CPUPolicy {
    var policy = host
    policy.narrowForControlDomain()
    return policy
  }

  fileprivate mutating func bring(within most: CPUPolicy, on host: CPUPolicy) {
    adoptStateLayout(of: host)
    recalculate(within: most, on: host.traits)
  }
}

@Suite struct HypervisorLeavesTests {
  private let leaves = HypervisorLeaves(
    version: 4 << 16 | 17, tscKilohertz: 2_500_000, tscOffset: 0x1_0000_0002,
    tscMultiplier: 0xcccc_cccd, tscShift: -1, machineAddressBits: 40)

  @Test func theFirstLeafSaysXenAndHowFarLeavesGo() {
    let answer = leaves.answer(0x4000_0000, 0, limit: 0)
    #expect(answer.eax == 0x4000_0005)
    let bytes = [answer.ebx, answer.ecx, answer.edx].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    #expect(String(decoding: bytes, as: UTF8.self) == "XenVMMXenVMM")
  }

  @Test func leavesSayVersionPagesTimeAndAddressWidth() {
    #expect(leaves.answer(0x4000_0001, 0, limit: 0) == CPULeaf(eax: 0x0004_0011))
    #expect(
      leaves.answer(0x4000_0002, 0, limit: 0) == CPULeaf(eax: 1, ebx: 0x4000_0000, ecx: 1))
    #expect(leaves.answer(0x4000_0003, 0, limit: 0).ecx == 2_500_000)
    #expect(
      leaves.answer(0x4000_0003, 1, limit: 0)
        == CPULeaf(eax: 2, ebx: 1, ecx: 0xcccc_cccd, edx: 0xffff_ffff))
    #expect(leaves.answer(0x4000_0003, 2, limit: 0) == CPULeaf(eax: 2_500_000))
    #expect(leaves.answer(0x4000_0003, 3, limit: 0) == CPULeaf())
    #expect(leaves.answer(0x4000_0004, 0, limit: 0) == CPULeaf())
    #expect(leaves.answer(0x4000_0005, 0, limit: 0) == CPULeaf(ebx: 40))
    #expect(leaves.answer(0x4000_0006, 0, limit: 0) == CPULeaf())
  }

  @Test func theToolstackMayLimitThemButNotBelowTwo() {
    #expect(leaves.answer(0x4000_0000, 0, limit: 0x4000_0003).eax == 0x4000_0003)
    #expect(leaves.answer(0x4000_0005, 0, limit: 0x4000_0003) == CPULeaf())
    #expect(leaves.answer(0x4000_0000, 0, limit: 0x4000_0001).eax == 0x4000_0002)
    #expect(leaves.answer(0x4000_0000, 0, limit: 0x4000_00ff).eax == 0x4000_0005)
  }
}
