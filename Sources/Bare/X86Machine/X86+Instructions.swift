import CX86
import X86Format

// The processor's instructions under their manual names. Each is one instruction.
extension X86 {
  // MARK: Ports

  /// Writes a byte to an I/O port.
  @inline(__always) public static func outb(_ port: UInt16, _ value: UInt8) {
    x86_outb(port, value)
  }
  /// Writes two bytes to an I/O port.
  @inline(__always) public static func outw(_ port: UInt16, _ value: UInt16) {
    x86_outw(port, value)
  }
  /// Writes four bytes to an I/O port.
  @inline(__always) public static func outl(_ port: UInt16, _ value: UInt32) {
    x86_outl(port, value)
  }
  /// Reads a byte from an I/O port.
  @inline(__always) public static func inb(_ port: UInt16) -> UInt8 { x86_inb(port) }
  /// Reads two bytes from an I/O port.
  @inline(__always) public static func inw(_ port: UInt16) -> UInt16 { x86_inw(port) }
  /// Reads four bytes from an I/O port.
  @inline(__always) public static func inl(_ port: UInt16) -> UInt32 { x86_inl(port) }

  // MARK: Control and debug registers

  /// Reads CR0.
  @inline(__always) public static func readCR0() -> UInt64 { x86_read_cr0() }
  /// Reads CR2, the address of the last page fault.
  @inline(__always) public static func readCR2() -> UInt64 { x86_read_cr2() }
  /// Reads CR3, the address of the page tables in force.
  @inline(__always) public static func readCR3() -> UInt64 { x86_read_cr3() }
  /// Writes CR3, which discards all cached translations.
  @inline(__always) public static func writeCR3(_ value: UInt64) { x86_write_cr3(value) }
  /// Reads CR4.
  @inline(__always) public static func readCR4() -> UInt64 { x86_read_cr4() }
  /// Writes CR4.
  @inline(__always) public static func writeCR4(_ value: UInt64) { x86_write_cr4(value) }

  /// Reads debug register 0 to 3, 6 or 7; 0 for another number.
  public static func readDR(_ number: Int) -> UInt64 {
    switch number {
    case 0: x86_read_dr0()
    case 1: x86_read_dr1()
    case 2: x86_read_dr2()
    case 3: x86_read_dr3()
    case 6: x86_read_dr6()
    case 7: x86_read_dr7()
    default: 0
    }
  }

  /// Writes debug register 0 to 3, 6 or 7; nothing for another number. The caller has checked that
  /// the value neither faults nor watches the hypervisor.
  public static func writeDR(_ number: Int, _ value: UInt64) {
    switch number {
    case 0: x86_write_dr0(value)
    case 1: x86_write_dr1(value)
    case 2: x86_write_dr2(value)
    case 3: x86_write_dr3(value)
    case 6: x86_write_dr6(value)
    case 7: x86_write_dr7(value)
    default: break
    }
  }

  // MARK: Segments and descriptor tables

  /// Loads the GDT register.
  @inline(__always) public static func lgdt(base: UInt64, limit: UInt16) { x86_lgdt(base, limit) }
  /// Loads the LDT register.
  @inline(__always) public static func lldt(_ selector: UInt16) { x86_lldt(selector) }
  /// Reads DS.
  @inline(__always) public static func readDS() -> UInt16 { x86_read_ds() }
  /// Reads ES.
  @inline(__always) public static func readES() -> UInt16 { x86_read_es() }
  /// Reads FS.
  @inline(__always) public static func readFS() -> UInt16 { x86_read_fs() }
  /// Reads GS.
  @inline(__always) public static func readGS() -> UInt16 { x86_read_gs() }
  /// Loads DS; false if the selector faults, and DS is then unchanged.
  @inline(__always) public static func loadDS(_ selector: UInt16) -> Bool {
    x86_load_ds_safe(selector) == 0
  }
  /// Loads ES; false if the selector faults, and ES is then unchanged.
  @inline(__always) public static func loadES(_ selector: UInt16) -> Bool {
    x86_load_es_safe(selector) == 0
  }
  /// Loads FS; false if the selector faults, and FS is then unchanged.
  @inline(__always) public static func loadFS(_ selector: UInt16) -> Bool {
    x86_load_fs_safe(selector) == 0
  }
  /// Loads GS; false if the selector faults, and GS is then unchanged.
  @inline(__always) public static func loadGS(_ selector: UInt16) -> Bool {
    x86_load_gs_safe(selector) == 0
  }
  /// Exchanges the GS base with the one in `IA32_KERNEL_GS_BASE`.
  @inline(__always) public static func swapgs() { x86_swapgs() }

  // MARK: Model-specific registers, identification, time-stamp counter

  /// Reads a model-specific register that is known to exist.
  @inline(__always) public static func rdmsr(_ msr: MSR) -> UInt64 { x86_rdmsr(msr.rawValue) }
  /// Writes a model-specific register that is known to take the value.
  @inline(__always) public static func wrmsr(_ msr: MSR, _ value: UInt64) {
    x86_wrmsr(msr.rawValue, value)
  }

  /// Reads a model-specific register; nil if the processor has none of that number.
  public static func rdmsrSafe(_ msr: MSR) -> UInt64? {
    var value: UInt64 = 0
    // Safety: the shim writes `value` before it returns.
    return unsafe x86_rdmsr_safe(msr.rawValue, &value) == 0 ? value : nil
  }

  /// Writes a model-specific register; false if the processor refuses.
  public static func wrmsrSafe(_ msr: MSR, _ value: UInt64) -> Bool {
    x86_wrmsr_safe(msr.rawValue, value) == 0
  }

  /// Asks the processor about itself.
  public static func cpuid(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> CPUIDLeaf {
    let r = x86_cpuid(leaf, subleaf)
    return CPUIDLeaf(eax: r.eax, ebx: r.ebx, ecx: r.ecx, edx: r.edx)
  }

  /// Reads the time-stamp counter.
  @inline(__always) public static func rdtsc() -> UInt64 { x86_rdtsc() }
  /// Reads the time-stamp counter after all earlier instructions.
  @inline(__always) public static func rdtscOrdered() -> UInt64 { x86_rdtsc_ordered() }

  // Bases come from guests, checked. One that slipped through must not be a fault of ours.

  /// The base of FS.
  public static var fsBase: UInt64 {
    get { rdmsr(.fsBase) }
    set { _ = wrmsrSafe(.fsBase, newValue) }
  }
  /// The base of GS (the guest's: the hypervisor never uses GS).
  public static var gsBase: UInt64 {
    get { rdmsr(.gsBase) }
    set { _ = wrmsrSafe(.gsBase, newValue) }
  }
  /// The base that SWAPGS exchanges with GS's.
  public static var kernelGSBase: UInt64 {
    get { rdmsr(.kernelGSBase) }
    set { _ = wrmsrSafe(.kernelGSBase, newValue) }
  }

  // MARK: Translations, caches, waiting

  /// Discards this CPU's cached translation of one address.
  @inline(__always) public static func invlpg(_ address: UInt64) { x86_invlpg(address) }
  /// Writes back and empties this CPU's caches.
  @inline(__always) public static func wbinvd() { x86_wbinvd() }
  /// Waits a moment in a spin loop.
  @inline(__always) public static func pause() { x86_pause() }
  /// Sleeps until an interrupt, serves it, and returns with interrupts off.
  @inline(__always) public static func waitForInterrupt() { x86_sti_hlt_cli() }
  /// Serves the interrupts that are pending.
  @inline(__always) public static func takePendingInterrupts() { x86_sti_nop_cli() }

  /// Turns interrupts off (they are, outside guests and `waitForInterrupt`).
  @inline(__always) static func cli() { x86_cli() }
  /// Sleeps until an interrupt or NMI.
  @inline(__always) static func hlt() { x86_hlt() }

  // MARK: Floating-point and extended state

  /// Clears CR0.TS.
  @inline(__always) public static func clts() { x86_clts() }

  /// Writes an extended control register; false if the processor refuses.
  public static func xsetbv(_ index: UInt32, _ value: UInt64) -> Bool {
    x86_xsetbv_safe(index, value) == 0
  }
}
