import CX86
import Machine
import Primitives
import X86Format
import X86PV

// What PV code asks of the processor (`X86Hardware`), in its words.
extension X86 {
  /// The root of the hypervisor's own page tables.
  public static var hypervisorRoot: MFN { idleRoot }

  /// This CPU's frame with the descriptors that every GDT ends with.
  public static var reservedDescriptorFrame: MFN { here.pointee.descriptorTable }

  /// Loads a root of page tables and forgets every translation. There are no global ones: CR4.PGE is
  /// off, because guests' user pages and ours would compete for it.
  public static func loadRoot(_ root: MFN) {
    // The hypervisor's own root has no guest's descriptor window.
    if root == idleRoot { loadOwnGDT() }
    x86_write_cr3(root.address.rawValue)
  }

  /// Loads the other root of the same guest process.
  public static func toggleRoot(_ root: MFN) { x86_write_cr3(root.address.rawValue) }

  /// Makes the branch predictors forget (IBPB) if this CPU ran another domain last.
  /// - Source: AMD64 Technology Indirect Branch Control Extension; Intel SDM vol. 4, IA32_PRED_CMD.
  public static func willRun(_ domain: DomainID) {
    guard here.pointee.lastDomain != domain else { return }
    here.pointee.lastDomain = domain
    if state.pointee.hasPredictionBarrier { _ = wrmsrSafe(.predCmd, 1) }
  }

  /// Forgets the translation of one page on this CPU.
  public static func invalidatePage(_ address: VirtualAddress) { x86_invlpg(address.rawValue) }

  /// Whether the processor knows the NX bit.
  public static var hasNoExecute: Bool { state.pointee.space.hasNoExecute }

  /// Exchanges the active GS base with the one in reserve.
  public static func swapGS() { x86_swapgs() }

  /// The GS base in reserve, which SWAPGS makes the active one.
  public static var reserveGSBase: UInt64 {
    get { kernelGSBase }
    set { kernelGSBase = newValue }
  }

  /// The selectors that the processor holds.
  public static var dataSelectors: PVDataSelectors {
    PVDataSelectors(ds: readDS(), es: readES(), fs: readFS(), gs: readGS())
  }

  /// Loads the GDT register for a vCPU's window, whose page 14 is `reservedDescriptorFrame`. The
  /// limit covers the reserved descriptors whatever `entries` says: the window's other pages are
  /// empty where the guest has none.
  public static func loadGDT(base: VirtualAddress, entries: Int) {
    x86_lgdt(base.rawValue, Selector.limit)
  }

  /// Goes back to this CPU's own GDT, which is mapped whichever root is in force.
  public static func loadOwnGDT() { useDescriptorTable(window: nil) }

  /// The number of bits of a machine address that page-table entries may have.
  public static var physicalAddressBits: UInt64 { state.pointee.physicalAddressBits }

  /// Loads the LDT of a vCPU's window; none if `entries` is 0.
  public static func loadLDT(base: VirtualAddress, entries: Int) {
    useLocalTable(base: base, entries: entries)
  }

  /// How the time-stamp counter becomes nanoseconds of system time, the same on every CPU and for
  /// ever.
  public static func timeScale() -> X86TimeScale {
    let time = state
    return X86TimeScale(
      stamp: time.pointee.time.start, systemTime: SystemTime(nanoseconds: 0),
      multiplier: time.pointee.time.multiplier, shift: time.pointee.time.shift)
  }

  /// Debug register 0 to 3, 6 or 7.
  public static func readDebugRegister(_ number: Int) -> UInt64 { readDR(number) }

  /// Sets debug register 0 to 3, 6 or 7 to a value that was checked.
  public static func writeDebugRegister(_ number: Int, _ value: UInt64) { writeDR(number, value) }

  /// Sets or clears CR0.TS.
  public static func setTaskSwitched(_ set: Bool) {
    if set { x86_write_cr0(x86_read_cr0() | CR0.ts.rawValue) } else { x86_clts() }
  }

  // MARK: Extended state

  /// The frames of an extended state area.
  private static var areaBytes: UInt32 { 8192 }

  /// Asks the boot CPU what it can do, once: CPUID is slow, and traps under another hypervisor.
  static func findCapabilities() {
    let bits = UInt64(cpuid(CPUIDNumber.addressSizes).eax & 0xff)
    state.pointee.physicalAddressBits = bits >= 36 && bits <= 52 ? bits : 36
    state.pointee.hasPredictionBarrier = has(.ibpb) || has(.ibrsb)
    findExtendedState()
  }

  /// Finds out which components there are.
  private static func findExtendedState() {
    guard has(.xsave) else { return }
    let leaf = cpuid(CPUIDNumber.xsave)
    let known = XCR0.x87 | .sse | .avx | .avx512
    var usable = XCR0(rawValue: UInt64(leaf.edx) << 32 | UInt64(leaf.eax)) & known
    if !usable.contains(.avx512) { usable = usable - .avx512 }
    guard usable.isConsistent, xsetbv(0, usable.rawValue) else { return }
    // With all of them on, EBX tells the size of an area.
    if cpuid(CPUIDNumber.xsave).ebx > areaBytes {
      usable = XCR0.x87 | .sse
      guard xsetbv(0, usable.rawValue) else { return }
    }
    state.pointee.extendedState = usable.rawValue
    state.pointee.extendedStateBytes = cpuid(CPUIDNumber.xsave).ebx
  }

  /// The bytes of extended state that all supported components take.
  public static var extendedStateBytes: Int { Int(state.pointee.extendedStateBytes) }

  /// Saves FPU, SSE and AVX state to the two frames at `area`; CR0.TS is clear.
  public static func saveExtendedState(to area: MFN) {
    let components = state.pointee.extendedState
    // Safety: `area` is two frames of the hypervisor's own; `findExtendedState` made sure that all
    // components fit.
    let place = unsafe UnsafeMutableRawPointer(
      pointer(UInt64(memory.address(of: area)), as: UInt8.self))
    if components == 0 { return unsafe x86_fxsave(place) }
    // All components, also those the guest has off: what it leaves in them is still its own.
    _ = x86_xsetbv_safe(0, components)
    unsafe x86_xsave(place, components)
  }

  /// Loads FPU, SSE and AVX state from the two frames at `area`, reset state if the processor refuses
  /// it; CR0.TS is clear. XCR0 is afterwards what `loadXCR0` last set.
  public static func loadExtendedState(from area: MFN) {
    let components = state.pointee.extendedState
    // Safety: as above.
    let place = unsafe UnsafeMutableRawPointer(
      pointer(UInt64(memory.address(of: area)), as: UInt8.self))
    if components == 0 {
      x86_forget_x87_addresses()
      if unsafe x86_fxrstor_safe(place) != 0 { x86_fninit() }
      return
    }
    _ = x86_xsetbv_safe(0, components)
    x86_forget_x87_addresses()
    if unsafe x86_xrstor_safe(place, components) != 0 {
      resetExtendedState(area)
      _ = unsafe x86_xrstor_safe(place, components)
    }
    _ = x86_xsetbv_safe(0, here.pointee.guestXCR0)
  }

  /// Gives the two frames at `area` the state of a processor after reset.
  public static func resetExtendedState(_ area: MFN) {
    memory[area].clear()
    memory[area.advanced(by: 1)].clear()
    memory[area].store(UInt16(0x037f), at: 0)  // FCW: exceptions masked, extended precision
    memory[area].store(UInt32(0x1f80), at: 24)  // MXCSR: exceptions masked
  }

  /// Sets XCR0 for the guest that runs, or is about to; the caller has checked the value against
  /// `supportedXCR0`.
  public static func loadXCR0(_ value: UInt64) {
    guard state.pointee.extendedState != 0 else { return }
    here.pointee.guestXCR0 = value
    _ = x86_xsetbv_safe(0, value)
  }
}
