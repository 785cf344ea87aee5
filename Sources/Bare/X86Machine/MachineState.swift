import CX86
import Formats
import Machine
import Primitives
import Sync

/// What the floor knows about the whole machine: the one object behind `X86`'s functions.
///
/// Written while the boot CPU is alone, read afterwards; what changes later has a lock or is atomic.
struct MachineState: ~Copyable {
  /// The console ring and serial line.
  var console: ConsoleState
  /// What the boot loader handed over.
  var boot: BootRecord

  init() {
    console = ConsoleState()
    boot = BootRecord()
  }
}

extension X86 {
  /// The machine's state; valid once `initialiseState` ran.
  static var state: Ref<MachineState> {
    // Safety: `initialiseState` is the first thing that runs, and the storage is never anything else.
    unsafe Ref(x86_state_storage().assumingMemoryBound(to: MachineState.self))
  }

  /// Makes the machine's state, once, before anything else runs.
  static func initialiseState() {
    precondition(MemoryLayout<MachineState>.size <= Int(X86_STATE_BYTES))
    // Safety: static storage, large enough, 4096-aligned, initialised once by the only CPU.
    unsafe x86_state_storage().initializeMemory(as: MachineState.self, to: MachineState())
  }
}
