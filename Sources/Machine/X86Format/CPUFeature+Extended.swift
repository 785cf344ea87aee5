// The features of the younger leaves, by the names the manuals give them.
extension CPUFeature {
  /// `X86_FEATURE_XSAVEOPT`.
  @inlinable public static var xsaveopt: Self { Self(.xsave1A, 0) }
  /// `X86_FEATURE_XSAVEC`.
  @inlinable public static var xsavec: Self { Self(.xsave1A, 1) }
  /// `X86_FEATURE_XGETBV1`.
  @inlinable public static var xgetbv1: Self { Self(.xsave1A, 2) }
  /// `X86_FEATURE_XSAVES`.
  @inlinable public static var xsaves: Self { Self(.xsave1A, 3) }
}

extension CPUFeature {
  /// `X86_FEATURE_FSGSBASE`.
  @inlinable public static var fsgsbase: Self { Self(.features7B, 0) }
  /// `X86_FEATURE_TSC_ADJUST`.
  @inlinable public static var tscAdjust: Self { Self(.features7B, 1) }
  /// `X86_FEATURE_SGX`.
  @inlinable public static var sgx: Self { Self(.features7B, 2) }
  /// `X86_FEATURE_BMI1`.
  @inlinable public static var bmi1: Self { Self(.features7B, 3) }
  /// `X86_FEATURE_HLE`.
  @inlinable public static var hle: Self { Self(.features7B, 4) }
  /// `X86_FEATURE_AVX2`.
  @inlinable public static var avx2: Self { Self(.features7B, 5) }
  /// `X86_FEATURE_FDP_EXCP_ONLY`.
  @inlinable public static var fdpExcpOnly: Self { Self(.features7B, 6) }
  /// `X86_FEATURE_SMEP`.
  @inlinable public static var smep: Self { Self(.features7B, 7) }
  /// `X86_FEATURE_BMI2`.
  @inlinable public static var bmi2: Self { Self(.features7B, 8) }
  /// `X86_FEATURE_ERMS`.
  @inlinable public static var erms: Self { Self(.features7B, 9) }
  /// `X86_FEATURE_INVPCID`.
  @inlinable public static var invpcid: Self { Self(.features7B, 10) }
  /// `X86_FEATURE_RTM`.
  @inlinable public static var rtm: Self { Self(.features7B, 11) }
  /// `X86_FEATURE_PQM`.
  @inlinable public static var pqm: Self { Self(.features7B, 12) }
  /// `X86_FEATURE_NO_FPU_SEL`.
  @inlinable public static var noFPUSEL: Self { Self(.features7B, 13) }
  /// `X86_FEATURE_MPX`.
  @inlinable public static var mpx: Self { Self(.features7B, 14) }
  /// `X86_FEATURE_PQE`.
  @inlinable public static var pqe: Self { Self(.features7B, 15) }
  /// `X86_FEATURE_AVX512F`.
  @inlinable public static var avx512f: Self { Self(.features7B, 16) }
  /// `X86_FEATURE_AVX512DQ`.
  @inlinable public static var avx512dq: Self { Self(.features7B, 17) }
  /// `X86_FEATURE_RDSEED`.
  @inlinable public static var rdseed: Self { Self(.features7B, 18) }
  /// `X86_FEATURE_ADX`.
  @inlinable public static var adx: Self { Self(.features7B, 19) }
  /// `X86_FEATURE_SMAP`.
  @inlinable public static var smap: Self { Self(.features7B, 20) }
  /// `X86_FEATURE_AVX512_IFMA`.
  @inlinable public static var avx512IFMA: Self { Self(.features7B, 21) }
  /// `X86_FEATURE_CLFLUSHOPT`.
  @inlinable public static var clflushopt: Self { Self(.features7B, 23) }
  /// `X86_FEATURE_CLWB`.
  @inlinable public static var clwb: Self { Self(.features7B, 24) }
  /// `X86_FEATURE_PROC_TRACE`.
  @inlinable public static var procTrace: Self { Self(.features7B, 25) }
  /// `X86_FEATURE_AVX512PF`.
  @inlinable public static var avx512pf: Self { Self(.features7B, 26) }
  /// `X86_FEATURE_AVX512ER`.
  @inlinable public static var avx512er: Self { Self(.features7B, 27) }
  /// `X86_FEATURE_AVX512CD`.
  @inlinable public static var avx512cd: Self { Self(.features7B, 28) }
  /// `X86_FEATURE_SHA`.
  @inlinable public static var sha: Self { Self(.features7B, 29) }
  /// `X86_FEATURE_AVX512BW`.
  @inlinable public static var avx512bw: Self { Self(.features7B, 30) }
  /// `X86_FEATURE_AVX512VL`.
  @inlinable public static var avx512vl: Self { Self(.features7B, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_PREFETCHWT1`.
  @inlinable public static var prefetchwt1: Self { Self(.features7C, 0) }
  /// `X86_FEATURE_AVX512_VBMI`.
  @inlinable public static var avx512VBMI: Self { Self(.features7C, 1) }
  /// `X86_FEATURE_UMIP`.
  @inlinable public static var umip: Self { Self(.features7C, 2) }
  /// `X86_FEATURE_PKU`.
  @inlinable public static var pku: Self { Self(.features7C, 3) }
  /// `X86_FEATURE_OSPKE`.
  @inlinable public static var ospke: Self { Self(.features7C, 4) }
  /// `X86_FEATURE_AVX512_VBMI2`.
  @inlinable public static var avx512Vbmi2: Self { Self(.features7C, 6) }
  /// `X86_FEATURE_CET_SS`.
  @inlinable public static var cetSS: Self { Self(.features7C, 7) }
  /// `X86_FEATURE_GFNI`.
  @inlinable public static var gfni: Self { Self(.features7C, 8) }
  /// `X86_FEATURE_VAES`.
  @inlinable public static var vaes: Self { Self(.features7C, 9) }
  /// `X86_FEATURE_VPCLMULQDQ`.
  @inlinable public static var vpclmulqdq: Self { Self(.features7C, 10) }
  /// `X86_FEATURE_AVX512_VNNI`.
  @inlinable public static var avx512VNNI: Self { Self(.features7C, 11) }
  /// `X86_FEATURE_AVX512_BITALG`.
  @inlinable public static var avx512Bitalg: Self { Self(.features7C, 12) }
  /// `X86_FEATURE_AVX512_VPOPCNTDQ`.
  @inlinable public static var avx512Vpopcntdq: Self { Self(.features7C, 14) }
  /// `X86_FEATURE_RDPID`.
  @inlinable public static var rdpid: Self { Self(.features7C, 22) }
  /// `X86_FEATURE_CLDEMOTE`.
  @inlinable public static var cldemote: Self { Self(.features7C, 25) }
  /// `X86_FEATURE_MOVDIRI`.
  @inlinable public static var movdiri: Self { Self(.features7C, 27) }
  /// `X86_FEATURE_MOVDIR64B`.
  @inlinable public static var movdir64b: Self { Self(.features7C, 28) }
  /// `X86_FEATURE_ENQCMD`.
  @inlinable public static var enqcmd: Self { Self(.features7C, 29) }
}

extension CPUFeature {
  /// `X86_FEATURE_HW_PSTATE`.
  @inlinable public static var hwPstate: Self { Self(.extended7D, 7) }
  /// `X86_FEATURE_ITSC`.
  @inlinable public static var itsc: Self { Self(.extended7D, 8) }
  /// `X86_FEATURE_CPB`.
  @inlinable public static var cpb: Self { Self(.extended7D, 9) }
  /// `X86_FEATURE_EFRO`.
  @inlinable public static var efro: Self { Self(.extended7D, 10) }
}

extension CPUFeature {
  /// `X86_FEATURE_CLZERO`.
  @inlinable public static var clzero: Self { Self(.extended8B, 0) }
  /// `X86_FEATURE_RSTR_FP_ERR_PTRS`.
  @inlinable public static var rstrFPErrPtrs: Self { Self(.extended8B, 2) }
  /// `X86_FEATURE_WBNOINVD`.
  @inlinable public static var wbnoinvd: Self { Self(.extended8B, 9) }
  /// `X86_FEATURE_IBPB`.
  @inlinable public static var ibpb: Self { Self(.extended8B, 12) }
  /// `X86_FEATURE_IBRS`.
  @inlinable public static var ibrs: Self { Self(.extended8B, 14) }
  /// `X86_FEATURE_AMD_STIBP`.
  @inlinable public static var amdStibp: Self { Self(.extended8B, 15) }
  /// `X86_FEATURE_IBRS_ALWAYS`.
  @inlinable public static var ibrsAlways: Self { Self(.extended8B, 16) }
  /// `X86_FEATURE_STIBP_ALWAYS`.
  @inlinable public static var stibpAlways: Self { Self(.extended8B, 17) }
  /// `X86_FEATURE_IBRS_FAST`.
  @inlinable public static var ibrsFast: Self { Self(.extended8B, 18) }
  /// `X86_FEATURE_IBRS_SAME_MODE`.
  @inlinable public static var ibrsSameMode: Self { Self(.extended8B, 19) }
  /// `X86_FEATURE_NO_LMSL`.
  @inlinable public static var noLMSL: Self { Self(.extended8B, 20) }
  /// `X86_FEATURE_AMD_PPIN`.
  @inlinable public static var amdPPIN: Self { Self(.extended8B, 23) }
  /// `X86_FEATURE_AMD_SSBD`.
  @inlinable public static var amdSSBD: Self { Self(.extended8B, 24) }
  /// `X86_FEATURE_VIRT_SSBD`.
  @inlinable public static var virtSSBD: Self { Self(.extended8B, 25) }
  /// `X86_FEATURE_SSB_NO`.
  @inlinable public static var ssbNo: Self { Self(.extended8B, 26) }
  /// `X86_FEATURE_PSFD`.
  @inlinable public static var psfd: Self { Self(.extended8B, 28) }
  /// `X86_FEATURE_BTC_NO`.
  @inlinable public static var btcNo: Self { Self(.extended8B, 29) }
  /// `X86_FEATURE_IBPB_RET`.
  @inlinable public static var ibpbRet: Self { Self(.extended8B, 30) }
}

extension CPUFeature {
  /// `X86_FEATURE_AVX512_4VNNIW`.
  @inlinable public static var avx5124VNNIW: Self { Self(.features7D, 2) }
  /// `X86_FEATURE_AVX512_4FMAPS`.
  @inlinable public static var avx5124FMAPS: Self { Self(.features7D, 3) }
  /// `X86_FEATURE_FSRM`.
  @inlinable public static var fsrm: Self { Self(.features7D, 4) }
  /// `X86_FEATURE_AVX512_VP2INTERSECT`.
  @inlinable public static var avx512Vp2intersect: Self { Self(.features7D, 8) }
  /// `X86_FEATURE_SRBDS_CTRL`.
  @inlinable public static var srbdsCtrl: Self { Self(.features7D, 9) }
  /// `X86_FEATURE_MD_CLEAR`.
  @inlinable public static var mdClear: Self { Self(.features7D, 10) }
  /// `X86_FEATURE_RTM_ALWAYS_ABORT`.
  @inlinable public static var rtmAlwaysAbort: Self { Self(.features7D, 11) }
  /// `X86_FEATURE_TSX_FORCE_ABORT`.
  @inlinable public static var tsxForceAbort: Self { Self(.features7D, 13) }
  /// `X86_FEATURE_SERIALIZE`.
  @inlinable public static var serialize: Self { Self(.features7D, 14) }
  /// `X86_FEATURE_HYBRID`.
  @inlinable public static var hybrid: Self { Self(.features7D, 15) }
  /// `X86_FEATURE_TSXLDTRK`.
  @inlinable public static var tsxldtrk: Self { Self(.features7D, 16) }
  /// `X86_FEATURE_CET_IBT`.
  @inlinable public static var cetIBT: Self { Self(.features7D, 20) }
  /// `X86_FEATURE_AVX512_FP16`.
  @inlinable public static var avx512FP16: Self { Self(.features7D, 23) }
  /// `X86_FEATURE_IBRSB`.
  @inlinable public static var ibrsb: Self { Self(.features7D, 26) }
  /// `X86_FEATURE_STIBP`.
  @inlinable public static var stibp: Self { Self(.features7D, 27) }
  /// `X86_FEATURE_L1D_FLUSH`.
  @inlinable public static var l1dFlush: Self { Self(.features7D, 28) }
  /// `X86_FEATURE_ARCH_CAPS`.
  @inlinable public static var archCaps: Self { Self(.features7D, 29) }
  /// `X86_FEATURE_CORE_CAPS`.
  @inlinable public static var coreCaps: Self { Self(.features7D, 30) }
  /// `X86_FEATURE_SSBD`.
  @inlinable public static var ssbd: Self { Self(.features7D, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_AVX_VNNI`.
  @inlinable public static var avxVNNI: Self { Self(.features7sub1A, 4) }
  /// `X86_FEATURE_AVX512_BF16`.
  @inlinable public static var avx512BF16: Self { Self(.features7sub1A, 5) }
  /// `X86_FEATURE_FZRM`.
  @inlinable public static var fzrm: Self { Self(.features7sub1A, 10) }
  /// `X86_FEATURE_FSRS`.
  @inlinable public static var fsrs: Self { Self(.features7sub1A, 11) }
  /// `X86_FEATURE_FSRCS`.
  @inlinable public static var fsrcs: Self { Self(.features7sub1A, 12) }
}

extension CPUFeature {
  /// `X86_FEATURE_LFENCE_DISPATCH`.
  @inlinable public static var lfenceDispatch: Self { Self(.extended21A, 2) }
  /// `X86_FEATURE_VERW_CLEAR`.
  @inlinable public static var verwClear: Self { Self(.extended21A, 5) }
  /// `X86_FEATURE_NSCB`.
  @inlinable public static var nscb: Self { Self(.extended21A, 6) }
  /// `X86_FEATURE_AUTO_IBRS`.
  @inlinable public static var autoIBRS: Self { Self(.extended21A, 8) }
  /// `X86_FEATURE_SBPB`.
  @inlinable public static var sbpb: Self { Self(.extended21A, 27) }
  /// `X86_FEATURE_IBPB_BRTYPE`.
  @inlinable public static var ibpbBrtype: Self { Self(.extended21A, 28) }
  /// `X86_FEATURE_SRSO_NO`.
  @inlinable public static var srsoNo: Self { Self(.extended21A, 29) }
  /// `X86_FEATURE_SRSO_US_NO`.
  @inlinable public static var srsoUSNo: Self { Self(.extended21A, 30) }
  /// `X86_FEATURE_SRSO_MSR_FIX`.
  @inlinable public static var srsoMSRFix: Self { Self(.extended21A, 31) }
}

extension CPUFeature {
  /// `X86_FEATURE_INTEL_PSFD`.
  @inlinable public static var intelPSFD: Self { Self(.features7sub2D, 0) }
  /// `X86_FEATURE_IPRED_CTRL`.
  @inlinable public static var ipredCtrl: Self { Self(.features7sub2D, 1) }
  /// `X86_FEATURE_RRSBA_CTRL`.
  @inlinable public static var rrsbaCtrl: Self { Self(.features7sub2D, 2) }
  /// `X86_FEATURE_BHI_CTRL`.
  @inlinable public static var bhiCtrl: Self { Self(.features7sub2D, 4) }
  /// `X86_FEATURE_MCDT_NO`.
  @inlinable public static var mcdtNo: Self { Self(.features7sub2D, 5) }
}
