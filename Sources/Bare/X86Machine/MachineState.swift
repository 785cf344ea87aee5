import CX86
import Formats
import Machine
import Primitives
import Sync
import Text

/// What the floor knows about the whole machine: the one object behind `X86`'s functions.
///
/// Written while the boot CPU is alone, read afterwards; what changes later has a lock or is atomic.
struct MachineState: ~Copyable {
  /// The console ring and serial line.
  var console: ConsoleState
  /// What the boot loader handed over.
  var boot: BootRecord
  /// The hypervisor's page tables and what they map.
  var space: AddressSpace
  /// What ACPI says.
  var platform: Platform
  /// System time.
  var time: TimeBase
  /// Where the local APIC's registers are mapped; 0 if they are MSRs.
  var localAPIC: UInt64 = 0
  /// Which words of 32 vectors devices use, by bit.
  var usedVectorWords: UInt8 = 0
  /// Device interrupts.
  var routing = InterruptRouting()
  /// PCI configuration space.
  var configuration = ConfigurationPorts()
  /// Device pages mapped after start.
  var devicePages = DevicePages()
  /// What was typed on the serial line.
  var input = SerialInput()
  /// The number of bits of a machine address.
  var physicalAddressBits: UInt64 = 36
  /// Whether branch predictors can be made to forget (IBPB).
  var hasPredictionBarrier = false
  /// The components of extended state in use (XCR0); 0 if there is no XSAVE.
  var extendedState: UInt64 = 0
  /// The bytes all of them take.
  var extendedStateBytes: UInt32 = 512
  /// Whether the boot CPU is alone, so that mappings may be added as firmware's tables are read.
  var isStarting = true
  /// Where the CPUs' areas are, by CPU; 0 where there is none.
  var cpuAreas: InlineArray<256, UInt64>
  /// The number of CPUs that have an area.
  var cpuCount = 0
  /// The frame of the interrupt descriptor table that all CPUs use.
  var interruptTable = MFN(0)

  init() {
    console = ConsoleState()
    boot = BootRecord()
    space = AddressSpace()
    platform = Platform()
    time = TimeBase()
    cpuAreas = InlineArray(repeating: 0)
  }
}

extension X86 {
  /// The machine's state; valid once `initialiseState` ran.
  static var state: Ref<MachineState> {
    // Safety: `initialiseState` is the first thing that runs, and the storage is never anything else.
    unsafe Ref(x86_state_storage().assumingMemoryBound(to: MachineState.self))
  }

  /// The object of type `T` at `address`.
  /// - Safety: there is one, or there is memory to make one.
  @unsafe static func pointer<T: ~Copyable>(_ address: UInt64, as: T.Type) -> UnsafeMutablePointer<
    T
  > {
    guard let pointer = unsafe UnsafeMutablePointer<T>(bitPattern: UInt(address)) else {
      panic("null pointer")
    }
    return unsafe pointer
  }

  /// Makes the machine's state, once, before anything else runs.
  static func initialiseState() {
    precondition(MemoryLayout<MachineState>.size <= Int(X86_STATE_BYTES))
    // Safety: static storage, large enough, 4096-aligned, initialised once by the only CPU.
    unsafe x86_state_storage().initializeMemory(as: MachineState.self, to: MachineState())
  }
}
