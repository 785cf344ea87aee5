// The features of leaves 1 and 0x80000001, by the names the manuals give them.
extension CPUFeature {
  /// `X86_FEATURE_FPU`.
  @inlinable public static var fpu: Self { Self(.features1D, 0) }
  /// `X86_FEATURE_VME`.
  @inlinable public static var vme: Self { Self(.features1D, 1) }
  /// `X86_FEATURE_DE`.
  @inlinable public static var de: Self { Self(.features1D, 2) }
  /// `X86_FEATURE_PSE`.
  @inlinable public static var pse: Self { Self(.features1D, 3) }
  /// `X86_FEATURE_TSC`.
  @inlinable public static var tsc: Self { Self(.features1D, 4) }
  /// `X86_FEATURE_MSR`.
  @inlinable public static var msr: Self { Self(.features1D, 5) }
  /// `X86_FEATURE_PAE`.
  @inlinable public static var pae: Self { Self(.features1D, 6) }
  /// `X86_FEATURE_MCE`.
  @inlinable public static var mce: Self { Self(.features1D, 7) }
  /// `X86_FEATURE_CX8`.
  @inlinable public static var cx8: Self { Self(.features1D, 8) }
  /// `X86_FEATURE_APIC`.
  @inlinable public static var apic: Self { Self(.features1D, 9) }
  /// `X86_FEATURE_SEP`.
  @inlinable public static var sep: Self { Self(.features1D, 11) }
  /// `X86_FEATURE_MTRR`.
  @inlinable public static var mtrr: Self { Self(.features1D, 12) }
  /// `X86_FEATURE_PGE`.
  @inlinable public static var pge: Self { Self(.features1D, 13) }
  /// `X86_FEATURE_MCA`.
  @inlinable public static var mca: Self { Self(.features1D, 14) }
  /// `X86_FEATURE_CMOV`.
  @inlinable public static var cmov: Self { Self(.features1D, 15) }
  /// `X86_FEATURE_PAT`.
  @inlinable public static var pat: Self { Self(.features1D, 16) }
  /// `X86_FEATURE_PSE36`.
  @inlinable public static var pse36: Self { Self(.features1D, 17) }
  /// `X86_FEATURE_CLFLUSH`.
  @inlinable public static var clflush: Self { Self(.features1D, 19) }
  /// `X86_FEATURE_DS`.
  @inlinable public static var debugStore: Self { Self(.features1D, 21) }
  /// `X86_FEATURE_ACPI`.
  @inlinable public static var acpi: Self { Self(.features1D, 22) }
  /// `X86_FEATURE_MMX`.
  @inlinable public static var mmx: Self { Self(.features1D, 23) }
  /// `X86_FEATURE_FXSR`.
  @inlinable public static var fxsr: Self { Self(.features1D, 24) }
  /// `X86_FEATURE_SSE`.
  @inlinable public static var sse: Self { Self(.features1D, 25) }
  /// `X86_FEATURE_SSE2`.
  @inlinable public static var sse2: Self { Self(.features1D, 26) }
  /// `X86_FEATURE_SS`.
  @inlinable public static var selfSnoop: Self { Self(.features1D, 27) }
  /// `X86_FEATURE_HTT`.
  @inlinable public static var htt: Self { Self(.features1D, 28) }
  /// `X86_FEATURE_TM1`.
  @inlinable public static var tm1: Self { Self(.features1D, 29) }
  /// `X86_FEATURE_PBE`.
  @inlinable public static var pbe: Self { Self(.features1D, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_SSE3`.
  @inlinable public static var sse3: Self { Self(.features1C, 0) }
  /// `X86_FEATURE_PCLMULQDQ`.
  @inlinable public static var pclmulqdq: Self { Self(.features1C, 1) }
  /// `X86_FEATURE_DTES64`.
  @inlinable public static var dtes64: Self { Self(.features1C, 2) }
  /// `X86_FEATURE_MONITOR`.
  @inlinable public static var monitor: Self { Self(.features1C, 3) }
  /// `X86_FEATURE_DSCPL`.
  @inlinable public static var dscpl: Self { Self(.features1C, 4) }
  /// `X86_FEATURE_VMX`.
  @inlinable public static var vmx: Self { Self(.features1C, 5) }
  /// `X86_FEATURE_SMX`.
  @inlinable public static var smx: Self { Self(.features1C, 6) }
  /// `X86_FEATURE_EIST`.
  @inlinable public static var eist: Self { Self(.features1C, 7) }
  /// `X86_FEATURE_TM2`.
  @inlinable public static var tm2: Self { Self(.features1C, 8) }
  /// `X86_FEATURE_SSSE3`.
  @inlinable public static var ssse3: Self { Self(.features1C, 9) }
  /// `X86_FEATURE_FMA`.
  @inlinable public static var fma: Self { Self(.features1C, 12) }
  /// `X86_FEATURE_CX16`.
  @inlinable public static var cx16: Self { Self(.features1C, 13) }
  /// `X86_FEATURE_XTPR`.
  @inlinable public static var xtpr: Self { Self(.features1C, 14) }
  /// `X86_FEATURE_PDCM`.
  @inlinable public static var pdcm: Self { Self(.features1C, 15) }
  /// `X86_FEATURE_PCID`.
  @inlinable public static var pcid: Self { Self(.features1C, 17) }
  /// `X86_FEATURE_DCA`.
  @inlinable public static var dca: Self { Self(.features1C, 18) }
  /// `X86_FEATURE_SSE4_1`.
  @inlinable public static var sse41: Self { Self(.features1C, 19) }
  /// `X86_FEATURE_SSE4_2`.
  @inlinable public static var sse42: Self { Self(.features1C, 20) }
  /// `X86_FEATURE_X2APIC`.
  @inlinable public static var x2apic: Self { Self(.features1C, 21) }
  /// `X86_FEATURE_MOVBE`.
  @inlinable public static var movbe: Self { Self(.features1C, 22) }
  /// `X86_FEATURE_POPCNT`.
  @inlinable public static var popcnt: Self { Self(.features1C, 23) }
  /// `X86_FEATURE_TSC_DEADLINE`.
  @inlinable public static var tscDeadline: Self { Self(.features1C, 24) }
  /// `X86_FEATURE_AESNI`.
  @inlinable public static var aesni: Self { Self(.features1C, 25) }
  /// `X86_FEATURE_XSAVE`.
  @inlinable public static var xsave: Self { Self(.features1C, 26) }
  /// `X86_FEATURE_OSXSAVE`.
  @inlinable public static var osxsave: Self { Self(.features1C, 27) }
  /// `X86_FEATURE_AVX`.
  @inlinable public static var avx: Self { Self(.features1C, 28) }
  /// `X86_FEATURE_F16C`.
  @inlinable public static var f16c: Self { Self(.features1C, 29) }
  /// `X86_FEATURE_RDRAND`.
  @inlinable public static var rdrand: Self { Self(.features1C, 30) }
  /// `X86_FEATURE_HYPERVISOR`.
  @inlinable public static var hypervisor: Self { Self(.features1C, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_SYSCALL`.
  @inlinable public static var syscall: Self { Self(.extended1D, 11) }
  /// `X86_FEATURE_NX`.
  @inlinable public static var nx: Self { Self(.extended1D, 20) }
  /// `X86_FEATURE_MMXEXT`.
  @inlinable public static var mmxext: Self { Self(.extended1D, 22) }
  /// `X86_FEATURE_FFXSR`.
  @inlinable public static var ffxsr: Self { Self(.extended1D, 25) }
  /// `X86_FEATURE_PAGE1GB`.
  @inlinable public static var page1gb: Self { Self(.extended1D, 26) }
  /// `X86_FEATURE_RDTSCP`.
  @inlinable public static var rdtscp: Self { Self(.extended1D, 27) }
  /// `X86_FEATURE_LM`.
  @inlinable public static var lm: Self { Self(.extended1D, 29) }
  /// `X86_FEATURE_3DNOWEXT`.
  @inlinable public static var threeDNOWEXT: Self { Self(.extended1D, 30) }
  /// `X86_FEATURE_3DNOW`.
  @inlinable public static var threeDNOW: Self { Self(.extended1D, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_LAHF_LM`.
  @inlinable public static var lahfLM: Self { Self(.extended1C, 0) }
  /// `X86_FEATURE_CMP_LEGACY`.
  @inlinable public static var cmpLegacy: Self { Self(.extended1C, 1) }
  /// `X86_FEATURE_SVM`.
  @inlinable public static var svm: Self { Self(.extended1C, 2) }
  /// `X86_FEATURE_EXTAPIC`.
  @inlinable public static var extapic: Self { Self(.extended1C, 3) }
  /// `X86_FEATURE_CR8_LEGACY`.
  @inlinable public static var cr8Legacy: Self { Self(.extended1C, 4) }
  /// `X86_FEATURE_ABM`.
  @inlinable public static var abm: Self { Self(.extended1C, 5) }
  /// `X86_FEATURE_SSE4A`.
  @inlinable public static var sse4a: Self { Self(.extended1C, 6) }
  /// `X86_FEATURE_MISALIGNSSE`.
  @inlinable public static var misalignsse: Self { Self(.extended1C, 7) }
  /// `X86_FEATURE_3DNOWPREFETCH`.
  @inlinable public static var threeDNOWPrefetch: Self { Self(.extended1C, 8) }
  /// `X86_FEATURE_OSVW`.
  @inlinable public static var osvw: Self { Self(.extended1C, 9) }
  /// `X86_FEATURE_IBS`.
  @inlinable public static var ibs: Self { Self(.extended1C, 10) }
  /// `X86_FEATURE_XOP`.
  @inlinable public static var xop: Self { Self(.extended1C, 11) }
  /// `X86_FEATURE_SKINIT`.
  @inlinable public static var skinit: Self { Self(.extended1C, 12) }
  /// `X86_FEATURE_WDT`.
  @inlinable public static var wdt: Self { Self(.extended1C, 13) }
  /// `X86_FEATURE_LWP`.
  @inlinable public static var lwp: Self { Self(.extended1C, 15) }
  /// `X86_FEATURE_FMA4`.
  @inlinable public static var fma4: Self { Self(.extended1C, 16) }
  /// `X86_FEATURE_NODEID_MSR`.
  @inlinable public static var nodeidMSR: Self { Self(.extended1C, 19) }
  /// `X86_FEATURE_TBM`.
  @inlinable public static var tbm: Self { Self(.extended1C, 21) }
  /// `X86_FEATURE_TOPOEXT`.
  @inlinable public static var topoext: Self { Self(.extended1C, 22) }
  /// `X86_FEATURE_DBEXT`.
  @inlinable public static var dbext: Self { Self(.extended1C, 26) }
  /// `X86_FEATURE_MONITORX`.
  @inlinable public static var monitorx: Self { Self(.extended1C, 29) }
}
