import Domains
import Hypercalls
import Machine
import Primitives
import X86Devices
import X86Format
import XenABI

/// What the PV code asks of a real (or fake) x86 processor.
public protocol X86Hardware: GuestArchitecture {
  /// The registers of the guest that this CPU runs, as they will be when it is entered.
  static var guestFrame: Ref<CPUUserRegs> { get }

  /// The frame that backs a page of the table that guests read, if one does.
  static func machineToPhysicalFrame(page index: UInt64) -> MFN?
  /// Entry `index` of the memory map that the firmware gave us, by address: first address, bytes,
  /// and kind (an `E820Type`). nil past the last.
  static func firmwareMapEntry(_ index: Int) -> (start: UInt64, bytes: UInt64, type: UInt32)?

  /// Copies up to 128 characters out of the console's ring, from `index` on or, if not
  /// `incremental`, from the oldest one; `next` is the index to go on from.
  static func consolePiece(
    from index: UInt32, incremental: Bool, count: Int
  ) -> (bytes: InlineArray<128, UInt8>, count: Int, next: UInt32)
  /// Makes `consolePiece` forget the characters before number `index`.
  static func discardConsole(before index: UInt32)
  /// Acts on a debug key that concerns the machine or its console.
  static func machineKey(_ key: DebugKey)
  /// The local APIC's id of a CPU; nil if there is no such CPU.
  static func apicID(of cpu: CPUIndex) -> UInt32?

  /// The address of the last page fault (CR2).
  static func readCR2() -> UInt64
  /// Loads a root of page tables (a validated guest root or the hypervisor's own) and forgets every
  /// translation, global ones included.
  static func loadRoot(_ root: MFN)
  /// Loads the other root of the same guest process; global translations (its user pages) stay.
  static func toggleRoot(_ root: MFN)
  /// This CPU's frame with the descriptors that every GDT ends with.
  static var reservedDescriptorFrame: MFN { get }
  /// The root of the hypervisor's own page tables.
  static var hypervisorRoot: MFN { get }
  /// Says whose vCPU this CPU is about to load: what another domain taught the branch predictors is
  /// not to serve this one.
  static func willRun(_ domain: DomainID)
  /// Forgets the translation of one page on this CPU.
  static func invalidatePage(_ address: VirtualAddress)
  /// Whether the processor knows the NX bit.
  static var hasNoExecute: Bool { get }
  /// The bits of a physical address that the processor knows.
  static var physicalAddressBits: UInt64 { get }
  /// Whether guests may only read a frame that is no memory.
  static func isReadOnlyDevice(_ mfn: MFN) -> Bool
  /// Writes a frame back from the caches.
  static func flushCache(_ mfn: MFN)
  /// Writes back and empties the caches of all CPUs (WBINVD).
  static func flushAllCaches()

  /// Exchanges the active GS base with the one in reserve (SWAPGS).
  static func swapGS()
  /// The FS base, the active GS base, and the GS base in reserve.
  static var fsBase: UInt64 { get set }
  static var gsBase: UInt64 { get set }
  static var reserveGSBase: UInt64 { get set }
  /// The selectors that the processor holds.
  static var dataSelectors: PVDataSelectors { get }
  /// Loads a selector; false if the processor refuses it (the register is then null).
  static func loadDS(_ selector: UInt16) -> Bool
  static func loadES(_ selector: UInt16) -> Bool
  static func loadFS(_ selector: UInt16) -> Bool
  static func loadGS(_ selector: UInt16) -> Bool
  /// Loads the GDT register for a vCPU's GDT window, or the LDT for its LDT window.
  static func loadGDT(base: VirtualAddress, entries: Int)
  /// Loads the GDT register for the hypervisor's own table, which every address space shows.
  static func loadOwnGDT()
  static func loadLDT(base: VirtualAddress, entries: Int)

  /// Saves and loads FPU, SSE and AVX state: an area of `extendedStateBytes`, aligned to 64.
  static func saveExtendedState(to area: MFN)
  static func loadExtendedState(from area: MFN)
  /// Gives an area the state of a processor after reset.
  static func resetExtendedState(_ area: MFN)
  /// XCR0 of the guest that is loaded.
  static func loadXCR0(_ value: UInt64)
  /// Sets or clears CR0.TS.
  static func setTaskSwitched(_ set: Bool)
  /// Debug registers 0...3, 6, 7.
  static func readDebugRegister(_ number: Int) -> UInt64
  static func writeDebugRegister(_ number: Int, _ value: UInt64)

  /// Asks the processor about itself.
  static func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> CPULeaf
  /// Model-specific registers; nil or false if the processor refuses.
  static func rdmsrSafe(_ msr: MSR) -> UInt64?
  static func wrmsrSafe(_ msr: MSR, _ value: UInt64) -> Bool
  /// The time-stamp counter.
  static func rdtsc() -> UInt64
  /// Control registers.
  static func readCR0() -> UInt64
  static func readCR4() -> UInt64
  static func writeCR4(_ value: UInt64)
  /// Writes back and empties this CPU's caches.
  static func wbinvd()
  /// I/O ports.
  static func inb(_ port: UInt16) -> UInt8
  static func inw(_ port: UInt16) -> UInt16
  static func inl(_ port: UInt16) -> UInt32
  static func outb(_ port: UInt16, _ value: UInt8)
  static func outw(_ port: UInt16, _ value: UInt16)
  static func outl(_ port: UInt16, _ value: UInt32)
  /// Accesses PCI configuration space as ports 0xCF8 and 0xCFC do: `address` for the first, `offset`
  /// (0...3) into the four of the second; reads if `value` is nil.
  static func accessPCI(address: UInt32, offset: UInt16, bytes: Int, value: UInt32?) -> UInt32

  /// Takes a vector for a device, or gives it back.
  static func allocateVector() -> UInt8?
  static func freeVector(_ vector: UInt8)
  /// The number of global system interrupts.
  static var gsiCount: UInt32 { get }
  /// How the firmware says that a line is wired.
  static func firmwareWiring(ofGSI gsi: UInt32) -> (isLevel: Bool, isActiveLow: Bool)
  /// Makes a line raise a vector, masked; false if there is no such line. A level-triggered line is
  /// masked when it interrupts, too.
  static func routeGSI(
    _ gsi: UInt32, isLevel: Bool, isActiveLow: Bool, to vector: UInt8, on cpu: CPUIndex
  ) -> Bool
  static func unmaskGSI(_ gsi: UInt32)
  static func maskGSI(_ gsi: UInt32)
  static func retarget(gsi: UInt32, to cpu: CPUIndex)
  /// Makes a PCI function's message raise a vector; false if it has none such.
  static func routeMessage(
    bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool, to vector: UInt8,
    on cpu: CPUIndex
  ) -> Bool
  static func stopMessage(bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool)
  /// A register of the I/O APIC at an address, for dom0 to look at; nil if none is there.
  static func readIOAPIC(_ address: MachineAddress, register: UInt8) -> UInt32?

  /// The firmware's number of a CPU; nil if it is not known.
  static func acpiID(of cpu: CPUIndex) -> UInt32?
  /// Writes sleep types to the power management registers; returns if nothing comes of it.
  static func enterSleep(pm1a: UInt8, pm1b: UInt8)
  /// Sets the wall clock: seconds and nanoseconds since 1970 that belong to system time 0.
  static func setWallClockAtStart(seconds: UInt64, nanoseconds: UInt32)

  /// Takes away from dom0 what the hypervisor keeps for itself: interrupt controllers, its timers,
  /// its console's ports.
  static func withholdHardware(from domain: Ref<Domain>, in hv: Hypervisor<Self>)

  /// The time-stamp counter, and how it becomes nanoseconds of system time:
  /// `((tsc - stamp) << shift) * multiplier >> 32` (a negative shift goes right).
  static func timeScale() -> X86TimeScale
  /// Sleeps until an interrupt comes and handles it.
  static func waitForInterrupt()
  /// Handles the interrupts that are pending, and comes back with interrupts off.
  static func takePendingInterrupts()
}

/// The data segment selectors.
public struct PVDataSelectors: BitwiseCopyable, Sendable {
  public var ds: UInt16
  public var es: UInt16
  public var fs: UInt16
  public var gs: UInt16

  /// The selectors given.
  public init(ds: UInt16, es: UInt16, fs: UInt16, gs: UInt16) {
    self.ds = ds
    self.es = es
    self.fs = fs
    self.gs = gs
  }
}

/// How the time-stamp counter becomes system time.
/// - Source: `struct vcpu_time_info` in `xen/include/public/xen.h`.
public struct X86TimeScale: BitwiseCopyable, Sendable {
  /// A reading of the counter.
  public var stamp: UInt64
  /// System time at that reading.
  public var systemTime: SystemTime
  /// Binary fraction of nanoseconds per (shifted) tick.
  public var multiplier: UInt32
  /// Left shift of ticks before the multiplication.
  public var shift: Int8

  /// The scale given.
  public init(stamp: UInt64, systemTime: SystemTime, multiplier: UInt32, shift: Int8) {
    self.stamp = stamp
    self.systemTime = systemTime
    self.multiplier = multiplier
    self.shift = shift
  }
}
