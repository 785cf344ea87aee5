import Domains
import Hypercalls
import FakeMachine
import Machine
import Memory
import Primitives
import Synchronization
import X86Devices
import X86Format
import XenABI

@testable import X86PV

/// What the fake processor holds, and a record of what was asked of it.
struct ProcessorState {
  var fsBase: UInt64 = 0
  var gsBase: UInt64 = 0
  var reserveGSBase: UInt64 = 0
  var cr0: UInt64 = 0x8005_0033
  var cr4: UInt64 = 0x0005_0668
  var tsc: UInt64 = 0x1_2345_6789
  var msrs: [UInt32: UInt64] = [MSR.efer.rawValue: 0x1d01]
  var xcr0: [UInt64] = []
  var cacheFlushes = 0
  /// What ports read as (default: their number), and what was written: port, bytes, value.
  var ports: [UInt16: UInt32] = [:]
  var portWrites: [[UInt32]] = []
  /// Accesses to configuration space: address, offset, bytes, value or -1.
  var pciAccesses: [[Int64]] = []
  var pciVendor: UInt32 = 0x1af4
  var freeVectors: [UInt8] = [0x31, 0x32, 0x33]
  /// Lines that raise a vector, those of them that may, and messages.
  var lines: [UInt32: [Int]] = [:]
  var openLines: Set<UInt32> = []
  var messages: [String: UInt8] = [:]
  var wallClock: [UInt64] = []
  /// The hypervisor's own root, and this CPU's descriptors.
  var hypervisorRoot = MFN(1)
  var reservedDescriptors = MFN(1)
  var loadedRoots: [MFN] = []
  var cr2: UInt64 = 0
  /// What was written to debug registers, in order: number and value.
  var debugWrites: [[UInt64]] = []
  var invalidated: [VirtualAddress] = []
  /// The debug keys that came down to the machine.
  var machineKeys: [DebugKey] = []
}

/// The processor of the test that runs.
enum Processor {
  @TaskLocal static var bound: Holder?

  final class Holder: Sendable {
    let state = Mutex(ProcessorState())
    let frame: FrameHolder
    init(_ frame: Ref<CPUUserRegs>) { self.frame = FrameHolder(frame) }
  }

  struct FrameHolder: Sendable {
    let frame: Ref<CPUUserRegs>
    init(_ frame: Ref<CPUUserRegs>) { self.frame = frame }
  }

  static var holder: Holder {
    guard let bound else { fatalError("no fake processor here") }
    return bound
  }

  @discardableResult static func update<R: Sendable>(_ body: (inout ProcessorState) -> R) -> R {
    holder.state.withLock { body(&$0) }
  }
}

extension FakeMachine: X86Hardware {
  public static var guestFrame: Ref<CPUUserRegs> { Processor.holder.frame.frame }
  public static func machineToPhysicalFrame(page index: UInt64) -> MFN? { nil }
  public static func firmwareMapEntry(_ index: Int) -> (start: UInt64, bytes: UInt64, type: UInt32)?
  { nil }
  public static func consolePiece(
    from index: UInt32, incremental: Bool, count: Int
  ) -> (bytes: InlineArray<128, UInt8>, count: Int, next: UInt32) {
    (InlineArray(repeating: 0), 0, index)
  }
  public static func discardConsole(before index: UInt32) {}
  public static func machineKey(_ key: DebugKey) {
    Processor.update { $0.machineKeys.append(key) }
  }
  public static func apicID(of cpu: CPUIndex) -> UInt32? {
    cpu.index < 2 ? UInt32(cpu.index) * 2 : nil
  }
  public static func readCR2() -> UInt64 { Processor.update { $0.cr2 } }
  public static func loadRoot(_ root: MFN) {
    Processor.update { $0.loadedRoots.append(root) }
  }
  public static func toggleRoot(_ root: MFN) {}
  public static var reservedDescriptorFrame: MFN {
    Processor.update { $0.reservedDescriptors }
  }
  public static var hypervisorRoot: MFN { Processor.update { $0.hypervisorRoot } }
  public static func invalidatePage(_ address: VirtualAddress) {
    Processor.update { $0.invalidated.append(address) }
  }
  public static var hasNoExecute: Bool { true }
  public static func swapGS() {
    Processor.update { state in
      let old = state.gsBase
      state.gsBase = state.reserveGSBase
      state.reserveGSBase = old
    }
  }
  public static var fsBase: UInt64 {
    get { Processor.update { $0.fsBase } }
    set { Processor.update { $0.fsBase = newValue } }
  }
  public static var gsBase: UInt64 {
    get { Processor.update { $0.gsBase } }
    set { Processor.update { $0.gsBase = newValue } }
  }
  public static var reserveGSBase: UInt64 {
    get { Processor.update { $0.reserveGSBase } }
    set { Processor.update { $0.reserveGSBase = newValue } }
  }
  public static var dataSelectors: PVDataSelectors {
    PVDataSelectors(ds: 0, es: 0, fs: 0, gs: 0)
  }
  public static func loadDS(_ selector: UInt16) -> Bool { true }
  public static func loadES(_ selector: UInt16) -> Bool { true }
  public static func loadFS(_ selector: UInt16) -> Bool { true }
  public static func loadGS(_ selector: UInt16) -> Bool { true }
  public static func loadGDT(base: VirtualAddress, entries: Int) {}
  public static func loadOwnGDT() {}
  public static func loadLDT(base: VirtualAddress, entries: Int) {}
  public static func saveExtendedState(to area: MFN) {}
  public static func loadExtendedState(from area: MFN) {}
  public static func resetExtendedState(_ area: MFN) {}
  public static func loadXCR0(_ value: UInt64) { Processor.update { $0.xcr0.append(value) } }
  public static func setTaskSwitched(_ set: Bool) {
    Processor.update { $0.cr0 = set ? $0.cr0 | 8 : $0.cr0 & ~8 }
  }
  public static func readDebugRegister(_ number: Int) -> UInt64 { 0 }
  public static func writeDebugRegister(_ number: Int, _ value: UInt64) {
    Processor.update { $0.debugWrites.append([UInt64(number), value]) }
  }
  public static func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> CPULeaf { epyc(leaf, subleaf) }
  public static func rdmsrSafe(_ msr: MSR) -> UInt64? {
    Processor.update { $0.msrs[msr.rawValue] }
  }
  public static func wrmsrSafe(_ msr: MSR, _ value: UInt64) -> Bool {
    Processor.update { $0.msrs[msr.rawValue] = value }
    return true
  }
  public static func rdtsc() -> UInt64 { Processor.update { $0.tsc } }
  public static func readCR0() -> UInt64 { Processor.update { $0.cr0 } }
  public static func readCR4() -> UInt64 { Processor.update { $0.cr4 } }
  public static func writeCR4(_ value: UInt64) { Processor.update { $0.cr4 = value } }
  public static func wbinvd() { Processor.update { $0.cacheFlushes += 1 } }

  private static func read(_ port: UInt16, _ mask: UInt32) -> UInt32 {
    Processor.update { $0.ports[port] ?? UInt32(port) } & mask
  }
  private static func write(_ port: UInt16, _ bytes: UInt32, _ value: UInt32) {
    Processor.update { $0.portWrites.append([UInt32(port), bytes, value]) }
  }
  public static func inb(_ port: UInt16) -> UInt8 { UInt8(read(port, 0xff)) }
  public static func inw(_ port: UInt16) -> UInt16 { UInt16(read(port, 0xffff)) }
  public static func inl(_ port: UInt16) -> UInt32 { read(port, UInt32.max) }
  public static func outb(_ port: UInt16, _ value: UInt8) { write(port, 1, UInt32(value)) }
  public static func outw(_ port: UInt16, _ value: UInt16) { write(port, 2, UInt32(value)) }
  public static func outl(_ port: UInt16, _ value: UInt32) { write(port, 4, value) }
  public static func accessPCI(
    address: UInt32, offset: UInt16, bytes: Int, value: UInt32?
  ) -> UInt32 {
    Processor.update { state in
      let written = value.map(Int64.init) ?? -1
      state.pciAccesses.append([Int64(address), Int64(offset), Int64(bytes), written])
      return state.pciVendor
    }
  }

  public static func allocateVector() -> UInt8? {
    Processor.update { $0.freeVectors.isEmpty ? nil : $0.freeVectors.removeFirst() }
  }
  public static func freeVector(_ vector: UInt8) {
    Processor.update { $0.freeVectors.append(vector) }
  }
  public static var gsiCount: UInt32 { 24 }
  public static func firmwareWiring(ofGSI gsi: UInt32) -> (isLevel: Bool, isActiveLow: Bool) {
    (gsi >= 16, gsi >= 16)
  }
  public static func routeGSI(
    _ gsi: UInt32, isLevel: Bool, isActiveLow: Bool, to vector: UInt8, on cpu: CPUIndex
  ) -> Bool {
    guard gsi < 24 else { return false }
    Processor.update {
      $0.lines[gsi] = [Int(vector), isLevel ? 1 : 0, isActiveLow ? 1 : 0, cpu.index]
    }
    return true
  }
  public static func unmaskGSI(_ gsi: UInt32) { Processor.update { $0.openLines.insert(gsi) } }
  public static func maskGSI(_ gsi: UInt32) { Processor.update { $0.openLines.remove(gsi) } }
  public static func retarget(gsi: UInt32, to cpu: CPUIndex) {
    Processor.update { $0.lines[gsi]?[3] = cpu.index }
  }
  public static func routeMessage(
    bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool, to vector: UInt8,
    on cpu: CPUIndex
  ) -> Bool {
    Processor.update { $0.messages["\(bus):\(deviceFunction) \(entry) \(isMSIX)"] = vector }
    return true
  }
  public static func stopMessage(bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool) {
    Processor.update { $0.messages["\(bus):\(deviceFunction) \(entry) \(isMSIX)"] = nil }
  }
  public static func readIOAPIC(_ address: MachineAddress, register: UInt8) -> UInt32? {
    address.rawValue == 0xfec0_0000 ? 0x0017_0020 : nil
  }
  public static func acpiID(of cpu: CPUIndex) -> UInt32? { apicID(of: cpu) }
  public static func enterSleep(pm1a: UInt8, pm1b: UInt8) {}
  public static func setWallClockAtStart(seconds: UInt64, nanoseconds: UInt32) {
    Processor.update { $0.wallClock = [seconds, UInt64(nanoseconds)] }
  }
  public static func withholdHardware(
    from domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>
  ) {}
  public static func timeScale() -> X86TimeScale {
    X86TimeScale(
      stamp: 0, systemTime: SystemTime(nanoseconds: 0), multiplier: 1 << 31, shift: 1)
  }
  public static func waitForInterrupt() {}
  public static func takePendingInterrupts() {}
}

/// Leaves of an EPYC 7001 (family 17h, model 1), with OSXSAVE set.
func epyc(_ leaf: UInt32, _ subleaf: UInt32) -> CPULeaf {
  switch (leaf, subleaf) {
  case (0, _): CPULeaf(eax: 0xd, ebx: 0x6874_7541, ecx: 0x444d_4163, edx: 0x6974_6e65)
  case (1, _): CPULeaf(eax: 0x0080_0f12, ebx: 0x0002_0800, ecx: 0x7ed8_320b, edx: 0x178b_fbff)
  case (5, _): CPULeaf(eax: 0x40, ebx: 0x40, ecx: 3, edx: 0x11)
  case (7, 0): CPULeaf(ebx: 0x209c_01a9)
  case (0xd, 0): CPULeaf(eax: 7, ebx: 0x340, ecx: 0x340)
  case (0xd, 1): CPULeaf(eax: 0xf, ebx: 0x340)
  case (0xd, 2): CPULeaf(eax: 0x100, ebx: 0x240)
  case (0x8000_0000, _):
    CPULeaf(eax: 0x8000_001f, ebx: 0x6874_7541, ecx: 0x444d_4163, edx: 0x6974_6e65)
  case (0x8000_0001, _): CPULeaf(eax: 0x0080_0f12, ecx: 0x35c2_33ff, edx: 0x2fd3_fbff)
  case (0x8000_0007, _): CPULeaf(edx: 0x6799)
  case (0x8000_0008, _): CPULeaf(eax: 0x3030, ebx: 0x1007)
  default: CPULeaf()
  }
}
