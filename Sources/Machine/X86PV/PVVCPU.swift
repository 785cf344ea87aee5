import Machine
import Primitives
import XenABI

/// What a PV vCPU has beyond a vCPU: its registers while it is not loaded, and where its kernel
/// wants to be told of things.
///
/// Lives in four frames of its own: this record, the trap table, and two frames of extended state.
/// All of it is the vCPU's own: changed by the CPU that runs it, or by whoever has paused it.
public struct PVVCPU: ~Copyable {
  /// Page tables, GDT and LDT.
  public var memory = PVVCPUMemory()
  /// The first of the record's frames.
  public var recordFrame = MFN.invalid
  /// The registers while the vCPU is not loaded.
  public var frame = CPUUserRegs()
  /// Whether it runs its kernel (both kernel and user programs run in ring 3).
  public var isKernelMode = true
  /// The kernel's stack for traps from user mode (`HYPERVISOR_stack_switch`).
  public var kernelSS: UInt16 = 0
  public var kernelSP: UInt64 = 0
  /// Where its kernel takes events, failed returns, and system calls; 0 for nowhere.
  public var eventCallback: UInt64 = 0
  public var failsafeCallback: UInt64 = 0
  public var syscallCallback: UInt64 = 0
  public var syscall32Callback: UInt64 = 0
  public var sysenterCallback: UInt64 = 0
  /// Which of them begin with events masked.
  public var failsafeMasksEvents = false
  public var syscallMasksEvents = false
  public var syscall32MasksEvents = false
  public var sysenterMasksEvents = false
  /// Whether an NMI is being handled: the next one waits for its end.
  public var isNMIMasked = false
  /// Segment bases while the vCPU is not loaded.
  public var fsBase: UInt64 = 0
  public var gsBaseKernel: UInt64 = 0
  public var gsBaseUser: UInt64 = 0
  /// CR0 and CR4 as the guest sees them.
  public var cr0: UInt64 = 0
  public var cr4: UInt64 = 0
  /// XCR0; bit 0 is always set.
  public var xcr0: UInt64 = 1
  /// Debug registers as the guest set them.
  public var debugRegisters = InlineArray<8, UInt64>(repeating: 0)
  /// The I/O privilege level it has asked for (`PHYSDEVOP_set_iopl`).
  public var iopl: UInt8 = 0
  /// Guest address and length of its I/O permission bitmap (`PHYSDEVOP_set_iobitmap`).
  public var ioBitmap: UInt64 = 0
  public var ioBitmapPorts: UInt32 = 0
  /// MSRs that are emulated per vCPU.
  public var miscEnables: UInt64 = 0
  public var tscAux: UInt32 = 0

  /// A vCPU before its first context.
  public init() {}

  /// The frame with the trap table.
  public var trapTableFrame: MFN { recordFrame.advanced(by: 1) }
  /// The first of two frames of extended state.
  public var extendedStateFrame: MFN { recordFrame.advanced(by: 2) }
  /// The number of frames of a record, as an order.
  public static var recordOrder: Int { 2 }
}

/// What a PV domain has beyond a domain. Lives in a frame of its own.
public struct PVDomain: ~Copyable {
  /// Page tables and what guards them.
  public var memory = PVDomainMemory()
  /// The record's frame.
  public var recordFrame = MFN.invalid
  /// `HYPERVISOR_vm_assist`: a bit for each assist that is enabled.
  public var assists: UInt64 = 0
  /// The frame with the memory map that the toolstack gave it (packed `E820Entry`s), and how many
  /// entries there are. Guarded by the domain's `stateLock`.
  public var memoryMapFrame: MFN?
  public var memoryMapEntries: UInt32 = 0
  /// CPUID, ports, time-stamp counter.
  public var platform = PlatformState()

  /// The assists that exist.
  public static var knownAssists: UInt64 {
    var bits: UInt64 = 0
    for number in 0..<UInt32(64) where VMAssistType(rawValue: number) != nil {
      bits |= 1 << UInt64(number)
    }
    return bits
  }

  /// A domain before its first vCPU.
  public init() {}
}
