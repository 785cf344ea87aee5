import Primitives

/// CR0: protection, paging, floating point state.
/// - Source: Intel SDM vol. 3A §2.5.
public struct CR0: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Protected mode.
  @inlinable public static var pe: Self { Self(rawValue: 1 << 0) }
  /// WAIT obeys TS.
  @inlinable public static var mp: Self { Self(rawValue: 1 << 1) }
  /// No x87: its instructions fault.
  @inlinable public static var em: Self { Self(rawValue: 1 << 2) }
  /// The next use of x87 or SSE faults.
  @inlinable public static var ts: Self { Self(rawValue: 1 << 3) }
  /// Always 1 now.
  @inlinable public static var et: Self { Self(rawValue: 1 << 4) }
  /// x87 errors are exceptions.
  @inlinable public static var ne: Self { Self(rawValue: 1 << 5) }
  /// Ring 0 obeys read-only pages.
  @inlinable public static var wp: Self { Self(rawValue: 1 << 16) }
  /// Alignment checks are possible.
  @inlinable public static var am: Self { Self(rawValue: 1 << 18) }
  /// Not write-through.
  @inlinable public static var nw: Self { Self(rawValue: 1 << 29) }
  /// Caches are off.
  @inlinable public static var cd: Self { Self(rawValue: 1 << 30) }
  /// Paging.
  @inlinable public static var pg: Self { Self(rawValue: 1 << 31) }
}

/// CR4: extensions.
/// - Source: Intel SDM vol. 3A §2.5.
public struct CR4: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Virtual-8086 mode extensions.
  @inlinable public static var vme: Self { Self(rawValue: 1 << 0) }
  /// Protected-mode virtual interrupts.
  @inlinable public static var pvi: Self { Self(rawValue: 1 << 1) }
  /// RDTSC is privileged.
  @inlinable public static var tsd: Self { Self(rawValue: 1 << 2) }
  /// I/O breakpoints.
  @inlinable public static var de: Self { Self(rawValue: 1 << 3) }
  /// Large pages without PAE.
  @inlinable public static var pse: Self { Self(rawValue: 1 << 4) }
  /// Physical address extension.
  @inlinable public static var pae: Self { Self(rawValue: 1 << 5) }
  /// Machine checks.
  @inlinable public static var mce: Self { Self(rawValue: 1 << 6) }
  /// Global pages.
  @inlinable public static var pge: Self { Self(rawValue: 1 << 7) }
  /// RDPMC in user mode.
  @inlinable public static var pce: Self { Self(rawValue: 1 << 8) }
  /// FXSAVE and SSE.
  @inlinable public static var osfxsr: Self { Self(rawValue: 1 << 9) }
  /// SIMD exceptions.
  @inlinable public static var osxmmexcpt: Self { Self(rawValue: 1 << 10) }
  /// SGDT, SIDT, SLDT, SMSW and STR are privileged.
  @inlinable public static var umip: Self { Self(rawValue: 1 << 11) }
  /// Five-level paging.
  @inlinable public static var la57: Self { Self(rawValue: 1 << 12) }
  /// VMX.
  @inlinable public static var vmxe: Self { Self(rawValue: 1 << 13) }
  /// SMX.
  @inlinable public static var smxe: Self { Self(rawValue: 1 << 14) }
  /// RDFSBASE and its siblings in user mode.
  @inlinable public static var fsgsbase: Self { Self(rawValue: 1 << 16) }
  /// Process-context identifiers.
  @inlinable public static var pcide: Self { Self(rawValue: 1 << 17) }
  /// XSAVE.
  @inlinable public static var osxsave: Self { Self(rawValue: 1 << 18) }
  /// Ring 0 may not execute user pages.
  @inlinable public static var smep: Self { Self(rawValue: 1 << 20) }
  /// Ring 0 may not touch user pages.
  @inlinable public static var smap: Self { Self(rawValue: 1 << 21) }
  /// Protection keys for user pages.
  @inlinable public static var pke: Self { Self(rawValue: 1 << 22) }
  /// Control-flow enforcement.
  @inlinable public static var cet: Self { Self(rawValue: 1 << 23) }
  /// Protection keys for supervisor pages.
  @inlinable public static var pks: Self { Self(rawValue: 1 << 24) }
}

/// EFER: long mode and its companions (MSR 0xC0000080).
/// - Source: AMD APM vol. 2 §3.1.7.
public struct EFER: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// SYSCALL and SYSRET (`EFER_SCE`).
  @inlinable public static var sce: Self { Self(rawValue: 1 << 0) }
  /// Long mode wanted (`EFER_LME`).
  @inlinable public static var lme: Self { Self(rawValue: 1 << 8) }
  /// Long mode in force (`EFER_LMA`).
  @inlinable public static var lma: Self { Self(rawValue: 1 << 10) }
  /// No-execute pages (`EFER_NXE`).
  @inlinable public static var nxe: Self { Self(rawValue: 1 << 11) }
  /// SVM (`EFER_SVME`).
  @inlinable public static var svme: Self { Self(rawValue: 1 << 12) }
  /// Segment limits in long mode.
  @inlinable public static var lmsle: Self { Self(rawValue: 1 << 13) }
  /// Fast FXSAVE.
  @inlinable public static var ffxse: Self { Self(rawValue: 1 << 14) }
  /// Automatic restricted speculation.
  @inlinable public static var automaticIBRS: Self { Self(rawValue: 1 << 21) }
}

/// XCR0: the state components that XSAVE manages.
/// - Source: Intel SDM vol. 1 §13.3.
public struct XCR0: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// x87; must be set.
  @inlinable public static var x87: Self { Self(rawValue: 1 << 0) }
  /// XMM registers.
  @inlinable public static var sse: Self { Self(rawValue: 1 << 1) }
  /// The high halves of YMM registers.
  @inlinable public static var avx: Self { Self(rawValue: 1 << 2) }
  /// Bound registers.
  @inlinable public static var mpx: Self { Self(rawValue: 3 << 3) }
  /// The three components of AVX-512.
  @inlinable public static var avx512: Self { Self(rawValue: 7 << 5) }
  /// The protection-key register.
  @inlinable public static var pkru: Self { Self(rawValue: 1 << 9) }

  /// Whether XSETBV takes the value: x87 set, AVX only with SSE, AVX-512 whole and with AVX, the
  /// bound registers whole.
  public var isConsistent: Bool {
    guard contains(.x87) else { return false }
    if contains(.avx), !contains(.sse) { return false }
    if intersects(.avx512), !contains(.avx512 | .avx) { return false }
    if intersects(.mpx), !contains(.mpx) { return false }
    return true
  }
}

/// RFLAGS.
/// - Source: Intel SDM vol. 1 §3.4.3.
public struct RFLAGS: BitFlags {
  /// The register's bits.
  public var rawValue: UInt64
  /// The register with these bits.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  /// Carry.
  @inlinable public static var cf: Self { Self(rawValue: 1 << 0) }
  /// Bit 1, which is always set.
  @inlinable public static var fixed: Self { Self(rawValue: 1 << 1) }
  /// Parity.
  @inlinable public static var pf: Self { Self(rawValue: 1 << 2) }
  /// Auxiliary carry.
  @inlinable public static var af: Self { Self(rawValue: 1 << 4) }
  /// Zero.
  @inlinable public static var zf: Self { Self(rawValue: 1 << 6) }
  /// Sign.
  @inlinable public static var sf: Self { Self(rawValue: 1 << 7) }
  /// Single step.
  @inlinable public static var tf: Self { Self(rawValue: 1 << 8) }
  /// Interrupts on.
  @inlinable public static var `if`: Self { Self(rawValue: 1 << 9) }
  /// String direction.
  @inlinable public static var df: Self { Self(rawValue: 1 << 10) }
  /// Overflow.
  @inlinable public static var of: Self { Self(rawValue: 1 << 11) }
  /// The two bits of the I/O privilege level.
  @inlinable public static var iopl: Self { Self(rawValue: 3 << 12) }
  /// Nested task.
  @inlinable public static var nt: Self { Self(rawValue: 1 << 14) }
  /// Resume: no instruction breakpoint on the next instruction.
  @inlinable public static var rf: Self { Self(rawValue: 1 << 16) }
  /// Virtual-8086 mode.
  @inlinable public static var vm: Self { Self(rawValue: 1 << 17) }
  /// Alignment check; with SMAP, permission to touch user pages.
  @inlinable public static var ac: Self { Self(rawValue: 1 << 18) }
  /// Virtual interrupt flag.
  @inlinable public static var vif: Self { Self(rawValue: 1 << 19) }
  /// Virtual interrupt pending.
  @inlinable public static var vip: Self { Self(rawValue: 1 << 20) }
  /// CPUID exists.
  @inlinable public static var id: Self { Self(rawValue: 1 << 21) }
  /// The status flags that arithmetic sets.
  @inlinable public static var arithmetic: Self { Self(rawValue: 0x8d5) }

  /// The I/O privilege level, 0 to 3.
  @inlinable public var ioPrivilege: Int {
    get { Int(truncatingIfNeeded: rawValue >> 12 & 3) }
    set { rawValue = rawValue & ~(3 << 12) | UInt64(truncatingIfNeeded: newValue & 3) << 12 }
  }
}
