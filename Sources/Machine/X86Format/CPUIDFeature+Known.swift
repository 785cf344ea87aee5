// The features that the hypervisor itself looks at. All that a guest may be told of are numbered in
// `XenABI.CPUFeature`.
extension CPUIDFeature {
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
  /// `X86_FEATURE_CLFLUSH`.
  @inlinable public static var clflush: Self { Self(.features1D, 19) }
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
  /// `X86_FEATURE_HTT`.
  @inlinable public static var htt: Self { Self(.features1D, 28) }
  /// `X86_FEATURE_SSE3`.
  @inlinable public static var sse3: Self { Self(.features1C, 0) }
  /// `X86_FEATURE_PCLMULQDQ`.
  @inlinable public static var pclmulqdq: Self { Self(.features1C, 1) }
  /// `X86_FEATURE_MONITOR`.
  @inlinable public static var monitor: Self { Self(.features1C, 3) }
  /// `X86_FEATURE_VMX`.
  @inlinable public static var vmx: Self { Self(.features1C, 5) }
  /// `X86_FEATURE_SSSE3`.
  @inlinable public static var ssse3: Self { Self(.features1C, 9) }
  /// `X86_FEATURE_CX16`.
  @inlinable public static var cx16: Self { Self(.features1C, 13) }
  /// `X86_FEATURE_PCID`.
  @inlinable public static var pcid: Self { Self(.features1C, 17) }
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
  /// `X86_FEATURE_RDRAND`.
  @inlinable public static var rdrand: Self { Self(.features1C, 30) }
  /// `X86_FEATURE_HYPERVISOR`.
  @inlinable public static var hypervisor: Self { Self(.features1C, 31) }
  /// `X86_FEATURE_SYSCALL`.
  @inlinable public static var syscall: Self { Self(.extended1D, 11) }
  /// `X86_FEATURE_NX`.
  @inlinable public static var nx: Self { Self(.extended1D, 20) }
  /// `X86_FEATURE_PAGE1GB`.
  @inlinable public static var page1gb: Self { Self(.extended1D, 26) }
  /// `X86_FEATURE_RDTSCP`.
  @inlinable public static var rdtscp: Self { Self(.extended1D, 27) }
  /// `X86_FEATURE_LM`.
  @inlinable public static var lm: Self { Self(.extended1D, 29) }
  /// `X86_FEATURE_LAHF_LM`.
  @inlinable public static var lahfLM: Self { Self(.extended1C, 0) }
  /// `X86_FEATURE_CMP_LEGACY`.
  @inlinable public static var cmpLegacy: Self { Self(.extended1C, 1) }
  /// `X86_FEATURE_SVM`.
  @inlinable public static var svm: Self { Self(.extended1C, 2) }
  /// `X86_FEATURE_EXTAPIC`.
  @inlinable public static var extapic: Self { Self(.extended1C, 3) }
  /// `X86_FEATURE_TOPOEXT`.
  @inlinable public static var topoext: Self { Self(.extended1C, 22) }
  /// `X86_FEATURE_MONITORX`.
  @inlinable public static var monitorx: Self { Self(.extended1C, 29) }
  /// `X86_FEATURE_XSAVEOPT`.
  @inlinable public static var xsaveopt: Self { Self(.xsave1A, 0) }
  /// `X86_FEATURE_XSAVEC`.
  @inlinable public static var xsavec: Self { Self(.xsave1A, 1) }
  /// `X86_FEATURE_XGETBV1`.
  @inlinable public static var xgetbv1: Self { Self(.xsave1A, 2) }
  /// `X86_FEATURE_XSAVES`.
  @inlinable public static var xsaves: Self { Self(.xsave1A, 3) }
  /// `X86_FEATURE_FSGSBASE`.
  @inlinable public static var fsgsbase: Self { Self(.features7B, 0) }
  /// `X86_FEATURE_TSC_ADJUST`.
  @inlinable public static var tscAdjust: Self { Self(.features7B, 1) }
  /// `X86_FEATURE_AVX2`.
  @inlinable public static var avx2: Self { Self(.features7B, 5) }
  /// `X86_FEATURE_SMEP`.
  @inlinable public static var smep: Self { Self(.features7B, 7) }
  /// `X86_FEATURE_ERMS`.
  @inlinable public static var erms: Self { Self(.features7B, 9) }
  /// `X86_FEATURE_INVPCID`.
  @inlinable public static var invpcid: Self { Self(.features7B, 10) }
  /// `X86_FEATURE_MPX`.
  @inlinable public static var mpx: Self { Self(.features7B, 14) }
  /// `X86_FEATURE_AVX512F`.
  @inlinable public static var avx512f: Self { Self(.features7B, 16) }
  /// `X86_FEATURE_RDSEED`.
  @inlinable public static var rdseed: Self { Self(.features7B, 18) }
  /// `X86_FEATURE_SMAP`.
  @inlinable public static var smap: Self { Self(.features7B, 20) }
  /// `X86_FEATURE_CLFLUSHOPT`.
  @inlinable public static var clflushopt: Self { Self(.features7B, 23) }
  /// `X86_FEATURE_UMIP`.
  @inlinable public static var umip: Self { Self(.features7C, 2) }
  /// `X86_FEATURE_PKU`.
  @inlinable public static var pku: Self { Self(.features7C, 3) }
  /// `X86_FEATURE_OSPKE`.
  @inlinable public static var ospke: Self { Self(.features7C, 4) }
  /// `X86_FEATURE_CET_SS`.
  @inlinable public static var cetSS: Self { Self(.features7C, 7) }
  /// `X86_FEATURE_RDPID`.
  @inlinable public static var rdpid: Self { Self(.features7C, 22) }
  /// `X86_FEATURE_HW_PSTATE`.
  @inlinable public static var hwPstate: Self { Self(.extended7D, 7) }
  /// `X86_FEATURE_ITSC`.
  @inlinable public static var itsc: Self { Self(.extended7D, 8) }
  /// `X86_FEATURE_CLZERO`.
  @inlinable public static var clzero: Self { Self(.extended8B, 0) }
  /// `X86_FEATURE_IBPB`.
  @inlinable public static var ibpb: Self { Self(.extended8B, 12) }
  /// `X86_FEATURE_IBRS`.
  @inlinable public static var ibrs: Self { Self(.extended8B, 14) }
  /// `X86_FEATURE_AMD_STIBP`.
  @inlinable public static var amdStibp: Self { Self(.extended8B, 15) }
  /// `X86_FEATURE_AMD_SSBD`.
  @inlinable public static var amdSSBD: Self { Self(.extended8B, 24) }
  /// `X86_FEATURE_VIRT_SSBD`.
  @inlinable public static var virtSSBD: Self { Self(.extended8B, 25) }
  /// `X86_FEATURE_FSRM`.
  @inlinable public static var fsrm: Self { Self(.features7D, 4) }
  /// `X86_FEATURE_MD_CLEAR`.
  @inlinable public static var mdClear: Self { Self(.features7D, 10) }
  /// `X86_FEATURE_CET_IBT`.
  @inlinable public static var cetIBT: Self { Self(.features7D, 20) }
  /// `X86_FEATURE_IBRSB`.
  @inlinable public static var ibrsb: Self { Self(.features7D, 26) }
  /// `X86_FEATURE_STIBP`.
  @inlinable public static var stibp: Self { Self(.features7D, 27) }
  /// `X86_FEATURE_L1D_FLUSH`.
  @inlinable public static var l1dFlush: Self { Self(.features7D, 28) }
  /// `X86_FEATURE_ARCH_CAPS`.
  @inlinable public static var archCaps: Self { Self(.features7D, 29) }
  /// `X86_FEATURE_SSBD`.
  @inlinable public static var ssbd: Self { Self(.features7D, 31) }
  /// `X86_FEATURE_LFENCE_DISPATCH`.
  @inlinable public static var lfenceDispatch: Self { Self(.extended21A, 2) }
  /// `X86_FEATURE_NSCB`.
  @inlinable public static var nscb: Self { Self(.extended21A, 6) }
  /// `X86_FEATURE_AUTO_IBRS`.
  @inlinable public static var autoIBRS: Self { Self(.extended21A, 8) }
}
