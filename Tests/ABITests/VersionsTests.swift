import Testing
import XenABI

@Suite struct VersionsAndCounts {
  @Test func interfaceVersionsAreThoseOfTheHeaders() {
    expectNumber(DomctlLayout.interfaceVersion, "XEN_DOMCTL_INTERFACE_VERSION")
    expectNumber(SysctlLayout.interfaceVersion, "XEN_SYSCTL_INTERFACE_VERSION")
    expectNumber(PlatformOpLayout.interfaceVersion, "XENPF_INTERFACE_VERSION")
  }

  @Test func countsAreThoseOfTheHeaders() {
    expectNumber(VIRQ.count, "NR_VIRQS")
    expectNumber(HVMParam.count, "HVM_NR_PARAMS")
    expectNumber(XenFeature.submapCount, "XENFEAT_NR_SUBMAPS")
  }

  @Test func errorNumbersWithTwoNamesAreThoseOfTheHeader() {
    expectNumber(XenErrno.EWOULDBLOCK.rawValue, "XEN_EWOULDBLOCK")
    expectNumber(XenErrno.EDEADLOCK.rawValue, "XEN_EDEADLOCK")
  }
}

@Suite struct TypesWrittenByHand {
  @Test func aGuestHandleIsOneWord() {
    #expect(MemoryLayout<GuestHandle<UInt8>>.size == 8)
    #expect(GuestHandle<UInt8>().isNull)
    #expect(!GuestHandle<UInt8>(address: 0x1000).isNull)
  }

  @Test func aMemoryMapEntryIsTheTwentyBytesOfTheBIOSCall() {
    #expect(MemoryLayout<E820Entry>.size == 20)
    #expect(MemoryLayout<E820Entry>.stride == 20)
    let entry = E820Entry(
      address: 0x1_0000_2000, size: 0x2_0000_3000, type: E820Type.reserved)
    let words = withUnsafeBytes(of: entry) { bytes in
      (0..<5).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) }
    }
    #expect(words == [0x2000, 1, 0x3000, 2, 2])
    #expect(entry.address == 0x1_0000_2000)
    #expect(entry.size == 0x2_0000_3000)
  }

  @Test func theLineOfAPortSharesItsPlaceWithTheRemoteDomain() {
    var status = EventChannelStatus()
    status.line = 0x0001_0203
    #expect(status.remoteDomain == 0x0203)
    #expect(status.line == 0x0001_0203)
    let word = withUnsafeBytes(of: status) {
      $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
    }
    #expect(word == 0x0001_0203)
  }

  @Test func theEmulationPrefixIsUndefinedInstructionThenXen() {
    let bytes: [UInt8] = [0x0F, 0x0B, 0x78, 0x65, 0x6E]
    let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(EmulatePrefix.word == word)
    #expect(EmulatePrefix.length == bytes.count)
  }
}

@Suite struct CPUFeatureSetMasks {
  @Test func aDefaultIsWithinItsMost() {
    for word in 0..<CPUFeatureSetMask.wordCount {
      let known = CPUFeatureSetMask.known[word]
      let pvMax = CPUFeatureSetMask.pvMax[word]
      let hapMax = CPUFeatureSetMask.hvmHAPMax[word]
      #expect(CPUFeatureSetMask.pvDefault[word] & ~pvMax == 0)
      #expect(CPUFeatureSetMask.hvmHAPDefault[word] & ~hapMax == 0)
      #expect(pvMax & ~CPUFeatureSetMask.hvmShadowMax[word] == 0)
      #expect(CPUFeatureSetMask.hvmShadowMax[word] & ~hapMax == 0)
      #expect((hapMax | CPUFeatureSetMask.special[word]) & ~known == 0)
    }
  }

  @Test func pvGuestsMayHaveWhatTheRemarksSay() {
    func allowed(_ feature: UInt32) -> Bool {
      CPUFeatureSetMask.pvMax[Int(feature / 32)] >> (feature % 32) & 1 == 1
    }
    #expect(allowed(CPUFeature.fpu))
    #expect(allowed(CPUFeature.avx2))
    #expect(!allowed(CPUFeature.vme))
    #expect(!allowed(CPUFeature.vmx))
    #expect(!allowed(CPUFeature.monitor))
  }
}
