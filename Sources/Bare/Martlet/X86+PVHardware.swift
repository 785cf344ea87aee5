import Domains
import Machine
import Primitives
import X86Format
import X86Machine
import X86PV
import XenABI

/// What the PV code asks of the processor, answered by the machine floor.
extension X86: X86Hardware {
  public static func loadRoot(_ root: MFN) {
    // The hypervisor's own root has no guest's descriptor window.
    if root == idleRoot { useDescriptorTable(window: nil) }
    writeCR3(root.rawValue << 12)
  }

  public static var physicalAddressBits: UInt64 {
    let bits = UInt64(cpuid(0x8000_0008).eax & 0xff)
    return bits >= 36 && bits <= 52 ? bits : 36
  }

  public static func toggleRoot(_ root: MFN) { writeCR3(root.rawValue << 12) }

  public static var reservedDescriptorFrame: MFN { descriptorTable(of: currentCPU) ?? .invalid }

  public static var hypervisorRoot: MFN { idleRoot }

  public static func invalidatePage(_ address: VirtualAddress) { invlpg(address.rawValue) }

  public static var hasNoExecute: Bool { has(.nx) }

  public static func swapGS() { swapgs() }

  public static var reserveGSBase: UInt64 {
    get { kernelGSBase }
    set { kernelGSBase = newValue }
  }

  public static var dataSelectors: PVDataSelectors {
    PVDataSelectors(ds: readDS(), es: readES(), fs: readFS(), gs: readGS())
  }

  public static func loadGDT(base: VirtualAddress, entries: Int) {
    useDescriptorTable(window: base)
  }

  public static func loadOwnGDT() { useDescriptorTable(window: nil) }

  public static func loadLDT(base: VirtualAddress, entries: Int) {
    useLocalTable(base: base, entries: entries)
  }

  public static func saveExtendedState(to area: MFN) {
    let address = memory.address(of: area)
    guard let raw = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
    if has(.xsave) {
      // All components, whichever of them the guest has enabled for itself.
      if xgetbv(0) != fullXCR0 { _ = xsetbv(0, fullXCR0) }
      // Safety: two frames of the vCPU's own, larger than any area we enable.
      unsafe xsave(raw, fullXCR0)
    } else {
      // Safety: as above; 512 bytes.
      unsafe fxsave(raw)
    }
  }

  public static func loadExtendedState(from area: MFN) {
    let address = memory.address(of: area)
    guard let raw = unsafe UnsafeRawPointer(bitPattern: address) else { return }
    if has(.xsave) {
      let guest = xgetbv(0)
      if guest != fullXCR0 { _ = xsetbv(0, fullXCR0) }
      // Safety: written by `saveExtendedState` or `resetExtendedState`; what the toolstack put there
      // may be refused, and then the old state stays.
      _ = unsafe xrstor(raw, fullXCR0)
      if guest != fullXCR0 { _ = xsetbv(0, guest) }
    } else {
      // Safety: as above.
      _ = unsafe fxrstor(raw)
    }
  }

  public static func resetExtendedState(_ area: MFN) {
    let bytes = memory[area]
    bytes.clear()
    memory[area.advanced(by: 1)].clear()
    // FCW and MXCSR after FNINIT and reset.
    bytes.store(UInt16(0x37f), at: 0)
    bytes.store(UInt32(0x1f80), at: 24)
  }

  public static func loadXCR0(_ value: UInt64) {
    if has(.xsave), xgetbv(0) != value { _ = xsetbv(0, value) }
  }

  // Every component that the processor has and whose area fits into our two frames.
  private static var fullXCR0: UInt64 {
    let leaf = cpuid(0xd, 0)
    return (UInt64(leaf.edx) << 32 | UInt64(leaf.eax)) & 0xe7
  }

  public static func setTaskSwitched(_ set: Bool) {
    if set { writeCR0(readCR0() | CR0.ts.rawValue) } else { clts() }
  }

  public static func readDebugRegister(_ number: Int) -> UInt64 { readDR(number) }

  public static func writeDebugRegister(_ number: Int, _ value: UInt64) { writeDR(number, value) }

  public static func withholdHardware(from domain: Ref<Domain>, in hv: Hypervisor<X86>) {
    // Interrupt controllers and timers that we drive ourselves.
    _ = domain.pointee.portPermissions.remove(0x20, through: 0x21)
    _ = domain.pointee.portPermissions.remove(0xa0, through: 0xa1)
    _ = domain.pointee.portPermissions.remove(0x40, through: 0x43)
    _ = domain.pointee.portPermissions.remove(0x61, through: 0x61)
  }

  public static func timeScale() -> X86TimeScale {
    let scale = clockScale
    return X86TimeScale(
      stamp: scale.stamp, systemTime: SystemTime(nanoseconds: 0), multiplier: scale.multiplier,
      shift: scale.shift)
  }
}
