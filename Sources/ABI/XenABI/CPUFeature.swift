// CPUID feature bits as the interface numbers them: 32 times the word, plus the bit.
//
// Source: xen/arch-x86/cpufeatureset.h.

/// A CPUID feature, by its bit number in a feature set.
public enum CPUFeature {
  /// Onboard FPU (`XEN_X86_FEATURE_FPU`).
  public static var fpu: UInt32 { 0 }
  /// Virtual Mode Extensions (`XEN_X86_FEATURE_VME`).
  public static var vme: UInt32 { 1 }
  /// Debugging Extensions (`XEN_X86_FEATURE_DE`).
  public static var de: UInt32 { 2 }
  /// Page Size Extensions (`XEN_X86_FEATURE_PSE`).
  public static var pse: UInt32 { 3 }
  /// Time Stamp Counter (`XEN_X86_FEATURE_TSC`).
  public static var tsc: UInt32 { 4 }
  /// Model-Specific Registers, RDMSR, WRMSR (`XEN_X86_FEATURE_MSR`).
  public static var msr: UInt32 { 5 }
  /// Physical Address Extensions (`XEN_X86_FEATURE_PAE`).
  public static var pae: UInt32 { 6 }
  /// Machine Check Architecture (`XEN_X86_FEATURE_MCE`).
  public static var mce: UInt32 { 7 }
  /// CMPXCHG8 instruction (`XEN_X86_FEATURE_CX8`).
  public static var cx8: UInt32 { 8 }
  /// Onboard APIC (`XEN_X86_FEATURE_APIC`).
  public static var apic: UInt32 { 9 }
  /// SYSENTER/SYSEXIT (`XEN_X86_FEATURE_SEP`).
  public static var sep: UInt32 { 11 }
  /// Memory Type Range Registers (`XEN_X86_FEATURE_MTRR`).
  public static var mtrr: UInt32 { 12 }
  /// Page Global Enable (`XEN_X86_FEATURE_PGE`).
  public static var pge: UInt32 { 13 }
  /// Machine Check Architecture (`XEN_X86_FEATURE_MCA`).
  public static var mca: UInt32 { 14 }
  /// CMOV instruction (FCMOVCC and FCOMI too if FPU present) (`XEN_X86_FEATURE_CMOV`).
  public static var cmov: UInt32 { 15 }
  /// Page Attribute Table (`XEN_X86_FEATURE_PAT`).
  public static var pat: UInt32 { 16 }
  /// 36-bit PSEs (`XEN_X86_FEATURE_PSE36`).
  public static var pse36: UInt32 { 17 }
  /// CLFLUSH instruction (`XEN_X86_FEATURE_CLFLUSH`).
  public static var clflush: UInt32 { 19 }
  /// Debug Store (`XEN_X86_FEATURE_DS`).
  public static var ds: UInt32 { 21 }
  /// ACPI via MSR (`XEN_X86_FEATURE_ACPI`).
  public static var acpi: UInt32 { 22 }
  /// Multimedia Extensions (`XEN_X86_FEATURE_MMX`).
  public static var mmx: UInt32 { 23 }
  /// FXSAVE and FXRSTOR instructions (`XEN_X86_FEATURE_FXSR`).
  public static var fxsr: UInt32 { 24 }
  /// Streaming SIMD Extensions (`XEN_X86_FEATURE_SSE`).
  public static var sse: UInt32 { 25 }
  /// Streaming SIMD Extensions-2 (`XEN_X86_FEATURE_SSE2`).
  public static var sse2: UInt32 { 26 }
  /// CPU self snoop (`XEN_X86_FEATURE_SS`).
  public static var ss: UInt32 { 27 }
  /// Hyper-Threading Technology (`XEN_X86_FEATURE_HTT`).
  public static var htt: UInt32 { 28 }
  /// Thermal Monitor 1 (`XEN_X86_FEATURE_TM1`).
  public static var tm1: UInt32 { 29 }
  /// Pending Break Enable (`XEN_X86_FEATURE_PBE`).
  public static var pbe: UInt32 { 31 }
  /// Streaming SIMD Extensions-3 (`XEN_X86_FEATURE_SSE3`).
  public static var sse3: UInt32 { 32 }
  /// Carry-less multiplication (`XEN_X86_FEATURE_PCLMULQDQ`).
  public static var pclmulqdq: UInt32 { 33 }
  /// 64-bit Debug Store (`XEN_X86_FEATURE_DTES64`).
  public static var dtes64: UInt32 { 34 }
  /// Monitor/Mwait support (`XEN_X86_FEATURE_MONITOR`).
  public static var monitor: UInt32 { 35 }
  /// CPL Qualified Debug Store (`XEN_X86_FEATURE_DSCPL`).
  public static var dscpl: UInt32 { 36 }
  /// Virtual Machine Extensions (`XEN_X86_FEATURE_VMX`).
  public static var vmx: UInt32 { 37 }
  /// Safer Mode Extensions (`XEN_X86_FEATURE_SMX`).
  public static var smx: UInt32 { 38 }
  /// Enhanced SpeedStep (`XEN_X86_FEATURE_EIST`).
  public static var eist: UInt32 { 39 }
  /// Thermal Monitor 2 (`XEN_X86_FEATURE_TM2`).
  public static var tm2: UInt32 { 40 }
  /// Supplemental Streaming SIMD Extensions-3 (`XEN_X86_FEATURE_SSSE3`).
  public static var ssse3: UInt32 { 41 }
  /// Fused Multiply Add (`XEN_X86_FEATURE_FMA`).
  public static var fma: UInt32 { 44 }
  /// CMPXCHG16B (`XEN_X86_FEATURE_CX16`).
  public static var cx16: UInt32 { 45 }
  /// Send Task Priority Messages (`XEN_X86_FEATURE_XTPR`).
  public static var xtpr: UInt32 { 46 }
  /// Perf/Debug Capability MSR (`XEN_X86_FEATURE_PDCM`).
  public static var pdcm: UInt32 { 47 }
  /// Process Context ID (`XEN_X86_FEATURE_PCID`).
  public static var pcid: UInt32 { 49 }
  /// Direct Cache Access (`XEN_X86_FEATURE_DCA`).
  public static var dca: UInt32 { 50 }
  /// Streaming SIMD Extensions 4.1 (`XEN_X86_FEATURE_SSE4_1`).
  public static var sse41: UInt32 { 51 }
  /// Streaming SIMD Extensions 4.2 (`XEN_X86_FEATURE_SSE4_2`).
  public static var sse42: UInt32 { 52 }
  /// Extended xAPIC (`XEN_X86_FEATURE_X2APIC`).
  public static var x2apic: UInt32 { 53 }
  /// MOVBE instruction (`XEN_X86_FEATURE_MOVBE`).
  public static var movbe: UInt32 { 54 }
  /// POPCNT instruction (`XEN_X86_FEATURE_POPCNT`).
  public static var popcnt: UInt32 { 55 }
  /// TSC Deadline Timer (`XEN_X86_FEATURE_TSC_DEADLINE`).
  public static var tscDeadline: UInt32 { 56 }
  /// AES instructions (`XEN_X86_FEATURE_AESNI`).
  public static var aesni: UInt32 { 57 }
  /// XSAVE/XRSTOR/XSETBV/XGETBV (`XEN_X86_FEATURE_XSAVE`).
  public static var xsave: UInt32 { 58 }
  /// OSXSAVE (`XEN_X86_FEATURE_OSXSAVE`).
  public static var osxsave: UInt32 { 59 }
  /// Advanced Vector Extensions (`XEN_X86_FEATURE_AVX`).
  public static var avx: UInt32 { 60 }
  /// Half-precision convert instruction (`XEN_X86_FEATURE_F16C`).
  public static var f16c: UInt32 { 61 }
  /// Digital Random Number Generator (`XEN_X86_FEATURE_RDRAND`).
  public static var rdrand: UInt32 { 62 }
  /// Running under some hypervisor (`XEN_X86_FEATURE_HYPERVISOR`).
  public static var hypervisor: UInt32 { 63 }
  /// SYSCALL/SYSRET (`XEN_X86_FEATURE_SYSCALL`).
  public static var syscall: UInt32 { 75 }
  /// Execute Disable (`XEN_X86_FEATURE_NX`).
  public static var nx: UInt32 { 84 }
  /// AMD MMX extensions (`XEN_X86_FEATURE_MMXEXT`).
  public static var mmxext: UInt32 { 86 }
  /// FFXSR instruction optimizations (`XEN_X86_FEATURE_FFXSR`).
  public static var ffxsr: UInt32 { 89 }
  /// 1Gb large page support (`XEN_X86_FEATURE_PAGE1GB`).
  public static var page1gb: UInt32 { 90 }
  /// RDTSCP (`XEN_X86_FEATURE_RDTSCP`).
  public static var rdtscp: UInt32 { 91 }
  /// Long Mode (x86-64) (`XEN_X86_FEATURE_LM`).
  public static var lm: UInt32 { 93 }
  /// AMD 3DNow! extensions (`XEN_X86_FEATURE_3DNOWEXT`).
  public static var amd3DNowExt: UInt32 { 94 }
  /// 3DNow! (`XEN_X86_FEATURE_3DNOW`).
  public static var amd3DNow: UInt32 { 95 }
  /// LAHF/SAHF in long mode (`XEN_X86_FEATURE_LAHF_LM`).
  public static var lahfLM: UInt32 { 96 }
  /// If yes HyperThreading not valid (`XEN_X86_FEATURE_CMP_LEGACY`).
  public static var cmpLegacy: UInt32 { 97 }
  /// Secure virtual machine (`XEN_X86_FEATURE_SVM`).
  public static var svm: UInt32 { 98 }
  /// Extended APIC space (`XEN_X86_FEATURE_EXTAPIC`).
  public static var extapic: UInt32 { 99 }
  /// CR8 in 32-bit mode (`XEN_X86_FEATURE_CR8_LEGACY`).
  public static var cr8Legacy: UInt32 { 100 }
  /// Advanced bit manipulation (`XEN_X86_FEATURE_ABM`).
  public static var abm: UInt32 { 101 }
  /// SSE-4A (`XEN_X86_FEATURE_SSE4A`).
  public static var sse4a: UInt32 { 102 }
  /// Misaligned SSE mode (`XEN_X86_FEATURE_MISALIGNSSE`).
  public static var misalignsse: UInt32 { 103 }
  /// 3DNow prefetch instructions (`XEN_X86_FEATURE_3DNOWPREFETCH`).
  public static var amd3DNowPrefetch: UInt32 { 104 }
  /// OS Visible Workaround (`XEN_X86_FEATURE_OSVW`).
  public static var osvw: UInt32 { 105 }
  /// Instruction Based Sampling (`XEN_X86_FEATURE_IBS`).
  public static var ibs: UInt32 { 106 }
  /// extended AVX instructions (`XEN_X86_FEATURE_XOP`).
  public static var xop: UInt32 { 107 }
  /// SKINIT/STGI instructions (`XEN_X86_FEATURE_SKINIT`).
  public static var skinit: UInt32 { 108 }
  /// Watchdog timer (`XEN_X86_FEATURE_WDT`).
  public static var wdt: UInt32 { 109 }
  /// Light Weight Profiling (`XEN_X86_FEATURE_LWP`).
  public static var lwp: UInt32 { 111 }
  /// 4 operands MAC instructions (`XEN_X86_FEATURE_FMA4`).
  public static var fma4: UInt32 { 112 }
  /// NodeId MSR (`XEN_X86_FEATURE_NODEID_MSR`).
  public static var nodeidMSR: UInt32 { 115 }
  /// trailing bit manipulations (`XEN_X86_FEATURE_TBM`).
  public static var tbm: UInt32 { 117 }
  /// topology extensions CPUID leafs (`XEN_X86_FEATURE_TOPOEXT`).
  public static var topoext: UInt32 { 118 }
  /// data breakpoint extension (`XEN_X86_FEATURE_DBEXT`).
  public static var dbext: UInt32 { 122 }
  /// MONITOR extension (MONITORX/MWAITX) (`XEN_X86_FEATURE_MONITORX`).
  public static var monitorx: UInt32 { 125 }
  /// XSAVEOPT instruction (`XEN_X86_FEATURE_XSAVEOPT`).
  public static var xsaveopt: UInt32 { 128 }
  /// XSAVEC/XRSTORC instructions (`XEN_X86_FEATURE_XSAVEC`).
  public static var xsavec: UInt32 { 129 }
  /// XGETBV with %ecx=1 (`XEN_X86_FEATURE_XGETBV1`).
  public static var xgetbv1: UInt32 { 130 }
  /// XSAVES/XRSTORS instructions (`XEN_X86_FEATURE_XSAVES`).
  public static var xsaves: UInt32 { 131 }
  /// {RD,WR}{FS,GS}BASE instructions (`XEN_X86_FEATURE_FSGSBASE`).
  public static var fsgsbase: UInt32 { 160 }
  /// TSC_ADJUST MSR available (`XEN_X86_FEATURE_TSC_ADJUST`).
  public static var tscAdjust: UInt32 { 161 }
  /// Software Guard extensions (`XEN_X86_FEATURE_SGX`).
  public static var sgx: UInt32 { 162 }
  /// 1st bit manipulation extensions (`XEN_X86_FEATURE_BMI1`).
  public static var bmi1: UInt32 { 163 }
  /// Hardware Lock Elision (`XEN_X86_FEATURE_HLE`).
  public static var hle: UInt32 { 164 }
  /// AVX2 instructions (`XEN_X86_FEATURE_AVX2`).
  public static var avx2: UInt32 { 165 }
  /// x87 FDP only updated on exception (`XEN_X86_FEATURE_FDP_EXCP_ONLY`).
  public static var fdpEXCPOnly: UInt32 { 166 }
  /// Supervisor Mode Execution Protection (`XEN_X86_FEATURE_SMEP`).
  public static var smep: UInt32 { 167 }
  /// 2nd bit manipulation extensions (`XEN_X86_FEATURE_BMI2`).
  public static var bmi2: UInt32 { 168 }
  /// Enhanced REP MOVSB/STOSB (`XEN_X86_FEATURE_ERMS`).
  public static var erms: UInt32 { 169 }
  /// Invalidate Process Context ID (`XEN_X86_FEATURE_INVPCID`).
  public static var invpcid: UInt32 { 170 }
  /// Restricted Transactional Memory (`XEN_X86_FEATURE_RTM`).
  public static var rtm: UInt32 { 171 }
  /// Platform QoS Monitoring (`XEN_X86_FEATURE_PQM`).
  public static var pqm: UInt32 { 172 }
  /// FPU CS/DS stored as zero (`XEN_X86_FEATURE_NO_FPU_SEL`).
  public static var noFPUSEL: UInt32 { 173 }
  /// Memory Protection Extensions (`XEN_X86_FEATURE_MPX`).
  public static var mpx: UInt32 { 174 }
  /// Platform QoS Enforcement (`XEN_X86_FEATURE_PQE`).
  public static var pqe: UInt32 { 175 }
  /// AVX-512 Foundation Instructions (`XEN_X86_FEATURE_AVX512F`).
  public static var avx512f: UInt32 { 176 }
  /// AVX-512 Doubleword & Quadword Instrs (`XEN_X86_FEATURE_AVX512DQ`).
  public static var avx512dq: UInt32 { 177 }
  /// RDSEED instruction (`XEN_X86_FEATURE_RDSEED`).
  public static var rdseed: UInt32 { 178 }
  /// ADCX, ADOX instructions (`XEN_X86_FEATURE_ADX`).
  public static var adx: UInt32 { 179 }
  /// Supervisor Mode Access Prevention (`XEN_X86_FEATURE_SMAP`).
  public static var smap: UInt32 { 180 }
  /// AVX-512 Integer Fused Multiply Add (`XEN_X86_FEATURE_AVX512_IFMA`).
  public static var avx512IFMA: UInt32 { 181 }
  /// CLFLUSHOPT instruction (`XEN_X86_FEATURE_CLFLUSHOPT`).
  public static var clflushopt: UInt32 { 183 }
  /// CLWB instruction (`XEN_X86_FEATURE_CLWB`).
  public static var clwb: UInt32 { 184 }
  /// Processor Trace (`XEN_X86_FEATURE_PROC_TRACE`).
  public static var procTrace: UInt32 { 185 }
  /// AVX-512 Prefetch Instructions (`XEN_X86_FEATURE_AVX512PF`).
  public static var avx512pf: UInt32 { 186 }
  /// AVX-512 Exponent & Reciprocal Instrs (`XEN_X86_FEATURE_AVX512ER`).
  public static var avx512er: UInt32 { 187 }
  /// AVX-512 Conflict Detection Instrs (`XEN_X86_FEATURE_AVX512CD`).
  public static var avx512cd: UInt32 { 188 }
  /// SHA1 & SHA256 instructions (`XEN_X86_FEATURE_SHA`).
  public static var sha: UInt32 { 189 }
  /// AVX-512 Byte and Word Instructions (`XEN_X86_FEATURE_AVX512BW`).
  public static var avx512bw: UInt32 { 190 }
  /// AVX-512 Vector Length Extensions (`XEN_X86_FEATURE_AVX512VL`).
  public static var avx512vl: UInt32 { 191 }
  /// PREFETCHWT1 instruction (`XEN_X86_FEATURE_PREFETCHWT1`).
  public static var prefetchwt1: UInt32 { 192 }
  /// AVX-512 Vector Byte Manipulation Instrs (`XEN_X86_FEATURE_AVX512_VBMI`).
  public static var avx512VBMI: UInt32 { 193 }
  /// User Mode Instruction Prevention (`XEN_X86_FEATURE_UMIP`).
  public static var umip: UInt32 { 194 }
  /// Protection Keys for Userspace (`XEN_X86_FEATURE_PKU`).
  public static var pku: UInt32 { 195 }
  /// OS Protection Keys Enable (`XEN_X86_FEATURE_OSPKE`).
  public static var ospke: UInt32 { 196 }
  /// Additional AVX-512 Vector Byte Manipulation Instrs (`XEN_X86_FEATURE_AVX512_VBMI2`).
  public static var avx512Vbmi2: UInt32 { 198 }
  /// CET - Shadow Stacks (`XEN_X86_FEATURE_CET_SS`).
  public static var cetSS: UInt32 { 199 }
  /// Galois Field Instrs (`XEN_X86_FEATURE_GFNI`).
  public static var gfni: UInt32 { 200 }
  /// Vector AES Instrs (`XEN_X86_FEATURE_VAES`).
  public static var vaes: UInt32 { 201 }
  /// Vector Carry-less Multiplication Instrs (`XEN_X86_FEATURE_VPCLMULQDQ`).
  public static var vpclmulqdq: UInt32 { 202 }
  /// Vector Neural Network Instrs (`XEN_X86_FEATURE_AVX512_VNNI`).
  public static var avx512VNNI: UInt32 { 203 }
  /// Support for VPOPCNT[B,W] and VPSHUFBITQMB (`XEN_X86_FEATURE_AVX512_BITALG`).
  public static var avx512Bitalg: UInt32 { 204 }
  /// POPCNT for vectors of DW/QW (`XEN_X86_FEATURE_AVX512_VPOPCNTDQ`).
  public static var avx512Vpopcntdq: UInt32 { 206 }
  /// RDPID instruction (`XEN_X86_FEATURE_RDPID`).
  public static var rdpid: UInt32 { 214 }
  /// CLDEMOTE instruction (`XEN_X86_FEATURE_CLDEMOTE`).
  public static var cldemote: UInt32 { 217 }
  /// MOVDIRI instruction (`XEN_X86_FEATURE_MOVDIRI`).
  public static var movdiri: UInt32 { 219 }
  /// MOVDIR64B instruction (`XEN_X86_FEATURE_MOVDIR64B`).
  public static var movdir64b: UInt32 { 220 }
  /// ENQCMD{,S} instructions (`XEN_X86_FEATURE_ENQCMD`).
  public static var enqcmd: UInt32 { 221 }
  /// Hardware Pstates (`XEN_X86_FEATURE_HW_PSTATE`).
  public static var hwPstate: UInt32 { 231 }
  /// Invariant TSC (`XEN_X86_FEATURE_ITSC`).
  public static var itsc: UInt32 { 232 }
  /// Core Performance Boost (Turbo) (`XEN_X86_FEATURE_CPB`).
  public static var cpb: UInt32 { 233 }
  /// APERF/MPERF Read Only interface (`XEN_X86_FEATURE_EFRO`).
  public static var efro: UInt32 { 234 }
  /// CLZERO instruction (`XEN_X86_FEATURE_CLZERO`).
  public static var clzero: UInt32 { 256 }
  /// (F)X{SAVE,RSTOR} always saves/restores FPU Error pointers
  /// (`XEN_X86_FEATURE_RSTR_FP_ERR_PTRS`).
  public static var rstrFPERRPTRS: UInt32 { 258 }
  /// WBNOINVD instruction (`XEN_X86_FEATURE_WBNOINVD`).
  public static var wbnoinvd: UInt32 { 265 }
  /// IBPB support only (no IBRS, used by AMD) (`XEN_X86_FEATURE_IBPB`).
  public static var ibpb: UInt32 { 268 }
  /// MSR_SPEC_CTRL.IBRS (`XEN_X86_FEATURE_IBRS`).
  public static var ibrs: UInt32 { 270 }
  /// MSR_SPEC_CTRL.STIBP (`XEN_X86_FEATURE_AMD_STIBP`).
  public static var amdStibp: UInt32 { 271 }
  /// IBRS preferred always on (`XEN_X86_FEATURE_IBRS_ALWAYS`).
  public static var ibrsAlways: UInt32 { 272 }
  /// STIBP preferred always on (`XEN_X86_FEATURE_STIBP_ALWAYS`).
  public static var stibpAlways: UInt32 { 273 }
  /// IBRS preferred over software options (`XEN_X86_FEATURE_IBRS_FAST`).
  public static var ibrsFast: UInt32 { 274 }
  /// IBRS provides same-mode protection (`XEN_X86_FEATURE_IBRS_SAME_MODE`).
  public static var ibrsSAMEMODE: UInt32 { 275 }
  /// EFER.LMSLE no longer supported (`XEN_X86_FEATURE_NO_LMSL`).
  public static var noLMSL: UInt32 { 276 }
  /// Protected Processor Inventory Number (`XEN_X86_FEATURE_AMD_PPIN`).
  public static var amdPPIN: UInt32 { 279 }
  /// MSR_SPEC_CTRL.SSBD available (`XEN_X86_FEATURE_AMD_SSBD`).
  public static var amdSSBD: UInt32 { 280 }
  /// MSR_VIRT_SPEC_CTRL.SSBD (`XEN_X86_FEATURE_VIRT_SSBD`).
  public static var virtSSBD: UInt32 { 281 }
  /// Hardware not vulnerable to SSB (`XEN_X86_FEATURE_SSB_NO`).
  public static var ssbNO: UInt32 { 282 }
  /// MSR_SPEC_CTRL.PSFD (`XEN_X86_FEATURE_PSFD`).
  public static var psfd: UInt32 { 284 }
  /// Hardware not vulnerable to Branch Type Confusion (`XEN_X86_FEATURE_BTC_NO`).
  public static var btcNO: UInt32 { 285 }
  /// IBPB clears RSB/RAS too (`XEN_X86_FEATURE_IBPB_RET`).
  public static var ibpbRET: UInt32 { 286 }
  /// AVX512 Neural Network Instructions (`XEN_X86_FEATURE_AVX512_4VNNIW`).
  public static var avx5124vnniw: UInt32 { 290 }
  /// AVX512 Multiply Accumulation Single Precision (`XEN_X86_FEATURE_AVX512_4FMAPS`).
  public static var avx5124fmaps: UInt32 { 291 }
  /// Fast Short REP MOVS (`XEN_X86_FEATURE_FSRM`).
  public static var fsrm: UInt32 { 292 }
  /// VP2INTERSECT{D,Q} insns (`XEN_X86_FEATURE_AVX512_VP2INTERSECT`).
  public static var avx512Vp2intersect: UInt32 { 296 }
  /// MSR_MCU_OPT_CTRL and RNGDS_MITG_DIS (`XEN_X86_FEATURE_SRBDS_CTRL`).
  public static var srbdsCTRL: UInt32 { 297 }
  /// VERW clears microarchitectural buffers (`XEN_X86_FEATURE_MD_CLEAR`).
  public static var mdClear: UInt32 { 298 }
  /// RTM disabled (but XBEGIN wont fault) (`XEN_X86_FEATURE_RTM_ALWAYS_ABORT`).
  public static var rtmAlwaysAbort: UInt32 { 299 }
  /// MSR_TSX_FORCE_ABORT.RTM_ABORT (`XEN_X86_FEATURE_TSX_FORCE_ABORT`).
  public static var tsxForceAbort: UInt32 { 301 }
  /// SERIALIZE insn (`XEN_X86_FEATURE_SERIALIZE`).
  public static var serialize: UInt32 { 302 }
  /// Heterogeneous platform (`XEN_X86_FEATURE_HYBRID`).
  public static var hybrid: UInt32 { 303 }
  /// TSX load tracking suspend/resume insns (`XEN_X86_FEATURE_TSXLDTRK`).
  public static var tsxldtrk: UInt32 { 304 }
  /// CET - Indirect Branch Tracking (`XEN_X86_FEATURE_CET_IBT`).
  public static var cetIBT: UInt32 { 308 }
  /// AVX512 FP16 instructions (`XEN_X86_FEATURE_AVX512_FP16`).
  public static var avx512FP16: UInt32 { 311 }
  /// IBRS and IBPB support (used by Intel) (`XEN_X86_FEATURE_IBRSB`).
  public static var ibrsb: UInt32 { 314 }
  /// STIBP (`XEN_X86_FEATURE_STIBP`).
  public static var stibp: UInt32 { 315 }
  /// MSR_FLUSH_CMD and L1D flush (`XEN_X86_FEATURE_L1D_FLUSH`).
  public static var l1dFlush: UInt32 { 316 }
  /// IA32_ARCH_CAPABILITIES MSR (`XEN_X86_FEATURE_ARCH_CAPS`).
  public static var archCAPS: UInt32 { 317 }
  /// IA32_CORE_CAPABILITIES MSR (`XEN_X86_FEATURE_CORE_CAPS`).
  public static var coreCAPS: UInt32 { 318 }
  /// MSR_SPEC_CTRL.SSBD available (`XEN_X86_FEATURE_SSBD`).
  public static var ssbd: UInt32 { 319 }
  /// AVX-VNNI Instructions (`XEN_X86_FEATURE_AVX_VNNI`).
  public static var avxVNNI: UInt32 { 324 }
  /// AVX512 BFloat16 Instructions (`XEN_X86_FEATURE_AVX512_BF16`).
  public static var avx512BF16: UInt32 { 325 }
  /// Fast Zero-length REP MOVSB (`XEN_X86_FEATURE_FZRM`).
  public static var fzrm: UInt32 { 330 }
  /// Fast Short REP STOSB (`XEN_X86_FEATURE_FSRS`).
  public static var fsrs: UInt32 { 331 }
  /// Fast Short REP CMPSB/SCASB (`XEN_X86_FEATURE_FSRCS`).
  public static var fsrcs: UInt32 { 332 }
  /// LFENCE always serializing (`XEN_X86_FEATURE_LFENCE_DISPATCH`).
  public static var lfenceDispatch: UInt32 { 354 }
  /// VERW clears microarchitectural buffers (`XEN_X86_FEATURE_VERW_CLEAR`).
  public static var verwClear: UInt32 { 357 }
  /// Null Selector Clears Base (and limit too) (`XEN_X86_FEATURE_NSCB`).
  public static var nscb: UInt32 { 358 }
  /// Automatic IBRS (`XEN_X86_FEATURE_AUTO_IBRS`).
  public static var autoIBRS: UInt32 { 360 }
  /// Selective Branch Predictor Barrier (`XEN_X86_FEATURE_SBPB`).
  public static var sbpb: UInt32 { 379 }
  /// IBPB flushes Branch Type predictions too (`XEN_X86_FEATURE_IBPB_BRTYPE`).
  public static var ibpbBrtype: UInt32 { 380 }
  /// Hardware not vulnerable to Speculative Return Stack Overflow (`XEN_X86_FEATURE_SRSO_NO`).
  public static var srsoNO: UInt32 { 381 }
  /// Hardware not vulnerable to SRSO across the User/Supervisor boundary
  /// (`XEN_X86_FEATURE_SRSO_US_NO`).
  public static var srsoUSNO: UInt32 { 382 }
  /// MSR_BP_CFG.BP_SPEC_REDUCE available (`XEN_X86_FEATURE_SRSO_MSR_FIX`).
  public static var srsoMSRFIX: UInt32 { 383 }
  /// Protected Processor Inventory Number (`XEN_X86_FEATURE_INTEL_PPIN`).
  public static var intelPPIN: UInt32 { 384 }
  /// MSR_SPEC_CTRL.PSFD (`XEN_X86_FEATURE_INTEL_PSFD`).
  public static var intelPSFD: UInt32 { 416 }
  /// MSR_SPEC_CTRL.IPRED_DIS_* (`XEN_X86_FEATURE_IPRED_CTRL`).
  public static var ipredCTRL: UInt32 { 417 }
  /// MSR_SPEC_CTRL.RRSBA_DIS_* (`XEN_X86_FEATURE_RRSBA_CTRL`).
  public static var rrsbaCTRL: UInt32 { 418 }
  /// MSR_SPEC_CTRL.BHI_DIS_S (`XEN_X86_FEATURE_BHI_CTRL`).
  public static var bhiCTRL: UInt32 { 420 }
  /// MCDT_NO (`XEN_X86_FEATURE_MCDT_NO`).
  public static var mcdtNO: UInt32 { 421 }
  /// CET Supervisor Shadow Stacks safe to use (`XEN_X86_FEATURE_CET_SSS`).
  public static var cetSSS: UInt32 { 498 }
  /// No Rogue Data Cache Load (Meltdown) (`XEN_X86_FEATURE_RDCL_NO`).
  public static var rdclNO: UInt32 { 512 }
  /// Enhanced IBRS (`XEN_X86_FEATURE_EIBRS`).
  public static var eibrs: UInt32 { 513 }
  /// RSB Alternative (Retpoline not safe) (`XEN_X86_FEATURE_RSBA`).
  public static var rsba: UInt32 { 514 }
  /// Don't need to flush L1D on VMEntry (`XEN_X86_FEATURE_SKIP_L1DFL`).
  public static var skipL1dfl: UInt32 { 515 }
  /// No Speculative Store Bypass (`XEN_X86_FEATURE_INTEL_SSB_NO`).
  public static var intelSSBNO: UInt32 { 516 }
  /// No Microarchitectural Data Sampling (`XEN_X86_FEATURE_MDS_NO`).
  public static var mdsNO: UInt32 { 517 }
  /// No Instruction fetch #MC (`XEN_X86_FEATURE_IF_PSCHANGE_MC_NO`).
  public static var ifPschangeMCNO: UInt32 { 518 }
  /// MSR_TSX_CTRL (`XEN_X86_FEATURE_TSX_CTRL`).
  public static var tsxCTRL: UInt32 { 519 }
  /// No TSX Async Abort (`XEN_X86_FEATURE_TAA_NO`).
  public static var taaNO: UInt32 { 520 }
  /// MSR_MCU_CTRL (`XEN_X86_FEATURE_MCU_CTRL`).
  public static var mcuCTRL: UInt32 { 521 }
  /// MSR_MISC_PKG_CTRL (`XEN_X86_FEATURE_MISC_PKG_CTRL`).
  public static var miscPKGCTRL: UInt32 { 522 }
  /// MSR_MISC_PKG_CTRL.ENERGY_FILTERING (`XEN_X86_FEATURE_ENERGY_FILTERING`).
  public static var energyFiltering: UInt32 { 523 }
  /// Data Operand Invariant Timing Mode (`XEN_X86_FEATURE_DOITM`).
  public static var doitm: UInt32 { 524 }
  /// No Shared Buffer Data Read or Sideband Stale Data Propagation
  /// (`XEN_X86_FEATURE_SBDR_SSDP_NO`).
  public static var sbdrSSDPNO: UInt32 { 525 }
  /// No Fill Buffer Stale Data Propagation (`XEN_X86_FEATURE_FBSDP_NO`).
  public static var fbsdpNO: UInt32 { 526 }
  /// No Primary Stale Data Propagation (`XEN_X86_FEATURE_PSDP_NO`).
  public static var psdpNO: UInt32 { 527 }
  /// Fill Buffers cleared by VERW (`XEN_X86_FEATURE_FB_CLEAR`).
  public static var fbClear: UInt32 { 529 }
  /// MSR_OPT_CPU_CTRL.FB_CLEAR_DIS (`XEN_X86_FEATURE_FB_CLEAR_CTRL`).
  public static var fbClearCTRL: UInt32 { 530 }
  /// Restricted RSB Alternative (`XEN_X86_FEATURE_RRSBA`).
  public static var rrsba: UInt32 { 531 }
  /// No Branch History Injection (`XEN_X86_FEATURE_BHI_NO`).
  public static var bhiNO: UInt32 { 532 }
  /// MSR_XAPIC_DISABLE_STATUS (`XEN_X86_FEATURE_XAPIC_STATUS`).
  public static var xapicStatus: UInt32 { 533 }
  /// MSR_OVERCLOCKING_STATUS (`XEN_X86_FEATURE_OVRCLK_STATUS`).
  public static var ovrclkStatus: UInt32 { 535 }
  /// No Post-Barrier RSB predictions (`XEN_X86_FEATURE_PBRSB_NO`).
  public static var pbrsbNO: UInt32 { 536 }
  /// MCU_OPT_CTRL.GDS_MIT_{DIS,LOCK} (`XEN_X86_FEATURE_GDS_CTRL`).
  public static var gdsCTRL: UInt32 { 537 }
  /// No Gather Data Sampling (`XEN_X86_FEATURE_GDS_NO`).
  public static var gdsNO: UInt32 { 538 }
  /// No Register File Data Sampling (`XEN_X86_FEATURE_RFDS_NO`).
  public static var rfdsNO: UInt32 { 539 }
  /// Register File(s) cleared by VERW (`XEN_X86_FEATURE_RFDS_CLEAR`).
  public static var rfdsClear: UInt32 { 540 }
  /// No Indirect Target Selection (`XEN_X86_FEATURE_ITS_NO`).
  public static var itsNO: UInt32 { 574 }
  /// No Store Queue Transitive Scheduler Attacks (`XEN_X86_FEATURE_TSA_SQ_NO`).
  public static var tsaSQNO: UInt32 { 577 }
  /// No L1D Transitive Scheduler Attacks (`XEN_X86_FEATURE_TSA_L1_NO`).
  public static var tsaL1NO: UInt32 { 578 }
}

/// Masks over a feature set, one word per CPUID register, from the remarks of cpufeatureset.h.
///
/// They bound what a guest may see; each is to be intersected with what the host has.
public enum CPUFeatureSetMask {
  /// Words of a feature set.
  public static var wordCount: Int { 19 }
  /// Features with a number.
  public static let known: InlineArray<19, UInt32> = [
    0xBFEB_FBFF, 0xFFFE_F3FF, 0xEE50_0800, 0x2469_BFFF, 0x0000_000F, 0xFFBF_FFFF,
    0x3A40_5FDF, 0x0000_0780, 0x779F_D205, 0xFC91_EF1C, 0x0000_1C30, 0xF800_0164,
    0x0000_0001, 0x0000_0037, 0x0000_0000, 0x0004_0000, 0x1FBE_FFFF, 0x4000_0000,
    0x0000_0006,
  ]
  /// Features that do not simply follow the hardware: the hypervisor sets them itself.
  public static let special: InlineArray<19, UInt32> = [
    0x1000_0200, 0xC820_0000, 0x0000_0000, 0x0000_0002, 0x0000_0000, 0x0100_2850,
    0x0000_0010, 0x0000_0000, 0x0200_0000, 0x2000_0C00, 0x0000_0000, 0x4000_0020,
    0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x100A_0004, 0x4000_0000,
    0x0000_0000,
  ]
  /// Most that a PV guest may be given.
  public static let pvMax: InlineArray<19, UInt32> = [
    0x1FC9_CBF5, 0xF6D8_3203, 0xEA50_0800, 0x0421_09E3, 0x0000_0007, 0xFDAF_0B39,
    0x1A40_5F43, 0x0000_0100, 0x6400_1005, 0xAC01_451C, 0x0000_1C30, 0x7800_0064,
    0x0000_0000, 0x0000_0021, 0x0000_0000, 0x0000_0000, 0x1D12_E173, 0x4000_0000,
    0x0000_0006,
  ]
  /// What a PV guest is given unless its configuration says otherwise.
  public static let pvDefault: InlineArray<19, UInt32> = [
    0x1FC9_CBF5, 0xF6D8_3203, 0xEA50_0800, 0x0421_09E3, 0x0000_0007, 0xFDAF_0B29,
    0x0240_5F43, 0x0000_0000, 0x6400_1005, 0xAC00_441C, 0x0000_1C30, 0x7800_0064,
    0x0000_0000, 0x0000_0021, 0x0000_0000, 0x0000_0000, 0x1D12_E173, 0x4000_0000,
    0x0000_0006,
  ]
  /// Most that an HVM guest with shadow paging may be given.
  public static let hvmShadowMax: InlineArray<19, UInt32> = [
    0x1FCB_FBFF, 0xF7F8_3203, 0xEA50_0800, 0x0421_09F3, 0x0000_000F, 0xFDBF_4BBB,
    0x1A40_5F47, 0x0000_0100, 0x751F_D005, 0xBC01_451C, 0x0000_1C30, 0x7800_0064,
    0x0000_0000, 0x0000_0037, 0x0000_0000, 0x0000_0000, 0x1D12_E173, 0x4000_0000,
    0x0000_0006,
  ]
  /// Most that an HVM guest with hardware-assisted paging may be given.
  public static let hvmHAPMax: InlineArray<19, UInt32> = [
    0x1FCB_FBFF, 0xF7FA_3223, 0xEE50_0800, 0x0421_09F7, 0x0000_000F, 0xFDBF_4FBB,
    0x1A40_5F4F, 0x0000_0100, 0x751F_D005, 0xBC01_451C, 0x0000_1C30, 0x7800_0064,
    0x0000_0000, 0x0000_0037, 0x0000_0000, 0x0000_0000, 0x1D12_E173, 0x4000_0000,
    0x0000_0006,
  ]
  /// What an HVM guest with hardware-assisted paging is given by default.
  public static let hvmHAPDefault: InlineArray<19, UInt32> = [
    0x1FCB_FBFF, 0xF7FA_3203, 0xEE50_0800, 0x0421_09F3, 0x0000_000F, 0xFDBF_0FAB,
    0x0240_5F4F, 0x0000_0000, 0x751F_D005, 0xBC00_441C, 0x0000_1C30, 0x7800_0064,
    0x0000_0000, 0x0000_0037, 0x0000_0000, 0x0000_0000, 0x1D12_E173, 0x4000_0000,
    0x0000_0006,
  ]
}
