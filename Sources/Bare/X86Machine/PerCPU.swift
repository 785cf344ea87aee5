import CX86
import Machine
import Primitives
import Synchronization
import Text
import X86Format

/// What one CPU has for itself, besides its stack block.
struct PerCPU: ~Copyable {
  /// The CPU's number.
  let index: CPUIndex
  /// The number its local APIC answers to.
  let apicID: UInt32
  /// The frame of its GDT's reserved page; it also appears in the guest's GDT window.
  let descriptorTable: MFN
  /// The frame of its task-state segment.
  let taskState: MFN
  /// XCR0 of the guest it runs; only the CPU itself looks at this.
  var guestXCR0: UInt64 = 1
  /// The domain whose vCPU it ran last; only the CPU itself looks at this.
  var lastDomain = DomainID.invalid
  /// Counts the questions whether long work should stop; only the CPU itself looks at this.
  var pauseQuestions: UInt8 = 0
  /// Whether it runs and answers.
  let isOnline = Atomic<Bool>(false)
  /// Counts TLB shootdowns asked of it.
  let shootdownsWanted = Atomic<UInt32>(0)
  /// The count of those asked when it last flushed.
  let shootdownsServed = Atomic<UInt32>(0)

  init(index: CPUIndex, apicID: UInt32, descriptorTable: MFN, taskState: MFN) {
    self.index = index
    self.apicID = apicID
    self.descriptorTable = descriptorTable
    self.taskState = taskState
  }
}

/// The selectors of the hypervisor's part of every GDT: page 14 of the 16 a guest may see.
/// - Source: `FLAT_RING3_CS64` and the following in `xen/include/public/arch-x86/xen-x86_64.h`.
public enum Selector {
  /// The first selector that is the hypervisor's (`FIRST_RESERVED_GDT_BYTE`).
  public static var firstReserved: UInt16 { 0xe000 }
  /// The hypervisor's code.
  public static var hypervisorCode: UInt16 { 0xe008 }
  /// The hypervisor's stack.
  public static var hypervisorData: UInt16 { 0xe010 }
  /// A guest's 32-bit code (`FLAT_RING3_CS32`).
  public static var guestCode32: UInt16 { 0xe023 }
  /// A guest's data and stack (`FLAT_RING3_DS32`, `FLAT_RING3_SS64`).
  public static var guestData: UInt16 { 0xe02b }
  /// A guest's 64-bit code (`FLAT_RING3_CS64`).
  public static var guestCode64: UInt16 { 0xe033 }
  /// The task-state segment.
  public static var taskState: UInt16 { 0xe040 }
  /// The guest's LDT.
  public static var ldt: UInt16 { 0xe050 }
  /// The last byte of the GDT.
  public static var limit: UInt16 { 0xe05f }
}

/// The page attribute table.
public enum PageAttributes {
  /// What PV guests are told the table holds: WB, WT, UC-, UC, WC, WP, UC, UC.
  /// - Source: `XEN_MSR_PAT` as described in `xen/include/public/arch-x86/xen.h`'s neighbours.
  public static var guestValue: UInt64 { 0x0000_0501_0007_0406 }
}

/// The interrupt stacks of the task-state segment.
enum InterruptStack {
  static var nmi: Int { 1 }
  static var machineCheck: Int { 2 }
  static var doubleFault: Int { 3 }
  static var debug: Int { 4 }
}

extension X86 {
  /// The bytes of `TrapFrame` on the stack, and where the processor's part of it ends.
  enum FramePlace {
    static var bytes: UInt64 { 200 }
    static var processorEnd: UInt64 { 168 }
    static var block: UInt64 { 64 }
  }

  /// The number of CPUs that were found and started, numbered from 0.
  public static var cpuCount: Int { state.pointee.cpuCount }

  /// The area of `cpu`; nil if there is no such CPU.
  static func area(of cpu: CPUIndex) -> Ref<PerCPU>? {
    guard cpu.index < 256 else { return nil }
    let address = state.pointee.cpuAreas[cpu.index]
    // Safety: areas are made once, recorded here, and stay for ever.
    return address == 0 ? nil : unsafe Ref(pointer(address, as: PerCPU.self))
  }

  /// The running CPU's area.
  static var here: Ref<PerCPU> {
    // Safety: set when the CPU's stack block was made.
    unsafe Ref(pointer(thisCPUBlock.pointee.area, as: PerCPU.self))
  }

  /// The address of the end of a CPU's stack block.
  static func stackTop(of cpu: CPUIndex) -> UInt64 {
    AddressLayout.stacks &+ UInt64(cpu.index &+ 1) &* AddressLayout.stackBytes
  }

  /// The guest's registers on the running CPU's stack; they mean something once a guest has run, or
  /// once the scheduler has put a vCPU's registers there.
  public static var guestFrame: Ref<TrapFrame> {
    // Safety: the block's top holds the frame; nothing else is ever put there.
    unsafe Ref(pointer(guestFrameAddress, as: TrapFrame.self))
  }

  private static var guestFrameAddress: UInt64 {
    (x86_rsp() | (AddressLayout.stackBytes &- 1)) &+ 1 &- FramePlace.block &- FramePlace.bytes
  }

  /// Leaves for the guest whose registers are in `guestFrame`, after `martlet_leave`. Whatever is on
  /// the stack is forgotten.
  public static func enterGuest() -> Never {
    x86_enter_guest(guestFrameAddress)
    panic("returned from a guest")
  }

  /// The frame of `cpu`'s part of the GDT, to be mapped as page 14 of a vCPU's GDT window.
  public static func descriptorTable(of cpu: CPUIndex) -> MFN? {
    area(of: cpu)?.pointee.descriptorTable
  }

  /// Makes `window` (the address of page 0 of the 16 pages) this CPU's GDT; nil goes back to the
  /// CPU's own, in which no selector below 0xe000 means anything.
  public static func useDescriptorTable(window: VirtualAddress?) {
    let own =
      AddressLayout.directMapAddress(of: here.pointee.descriptorTable.address).rawValue
      &- UInt64(Selector.firstReserved)
    x86_lgdt(window?.rawValue ?? own, Selector.limit)
  }

  /// Loads an LDT of `entries` descriptors at `base`; none if there are no entries.
  public static func useLocalTable(base: VirtualAddress, entries: Int) {
    guard entries > 0, entries <= 8192 else {
      x86_lldt(0)
      return
    }
    let descriptor = SystemDescriptor(.ldt, base: base, limit: UInt32(entries &* 8 &- 1))
    let table = memory[here.pointee.descriptorTable]
    let index = Int(Selector.ldt &- Selector.firstReserved) / 8
    table[word: index] = descriptor.low.rawValue
    table[word: index &+ 1] = descriptor.high
    x86_lldt(Selector.ldt)
  }

  // MARK: Making them

  /// Makes the area, stack block, SYSCALL stub and descriptor tables of a CPU.
  static func makeCPU(_ cpu: CPUIndex, apicID: UInt32) {
    let state = Self.state
    let area = state.pointee.space.frames.take()
    let descriptorTable = state.pointee.space.frames.take()
    let taskState = state.pointee.space.frames.take()
    let address = AddressLayout.directMapAddress(of: area.address).rawValue
    precondition(MemoryLayout<PerCPU>.size <= 4096)
    // Safety: a fresh frame that is this area's for ever.
    unsafe pointer(address, as: PerCPU.self).initialize(
      to: PerCPU(
        index: cpu, apicID: apicID, descriptorTable: descriptorTable, taskState: taskState))
    state.pointee.cpuAreas[cpu.index] = address

    let top = stackTop(of: cpu)
    let bottom = top &- AddressLayout.stackBytes
    for page in 0..<16 where page != 4 {  // page 4 is the guard: see trap.S
      map(
        VirtualAddress(bottom &+ UInt64(page) &* 4096), to: state.pointee.space.frames.take(),
        .hypervisorData)
    }
    // Safety: the top of the stack block that was just mapped.
    let block = unsafe Ref(pointer(top &- FramePlace.block, as: x86_cpu_block.self))
    block.pointee.cpu = UInt64(cpu.index)
    block.pointee.area = address

    fillDescriptors(descriptorTable, taskState, top: top)
    fillStub(cpu, top: top)
  }

  private static func fillDescriptors(_ table: MFN, _ taskState: MFN, top: UInt64) {
    let segment = directMapFrame(taskState)
    let bottom = top &- AddressLayout.stackBytes
    func store(_ value: UInt64, _ offset: Int) { _ = segment.store(value, at: offset) }
    store(
      top &- FramePlace.block &- FramePlace.bytes &+ FramePlace.processorEnd, TaskStateOffset.rsp0)
    for stack in 1...4 {
      store(bottom &+ UInt64(stack) &* 4096, TaskStateOffset.ist1 &+ (stack &- 1) &* 8)
    }
    // No I/O bitmap: guests' port accesses are trapped.
    segment.store(UInt16(TaskStateOffset.size), at: TaskStateOffset.ioMapBase)

    let gdt = directMapFrame(table)
    func entry(_ selector: UInt16, _ value: UInt64) {
      gdt[word: Int(selector &- Selector.firstReserved) / 8] = value
    }
    entry(Selector.hypervisorCode, SegmentDescriptor.code64(privilege: 0).rawValue)
    entry(Selector.hypervisorData, SegmentDescriptor.data(privilege: 0).rawValue)
    entry(Selector.guestCode32, SegmentDescriptor.code32(privilege: 3).rawValue)
    entry(Selector.guestData, SegmentDescriptor.data(privilege: 3).rawValue)
    entry(Selector.guestCode64, SegmentDescriptor.code64(privilege: 3).rawValue)
    let system = SystemDescriptor(
      .tssAvailable, base: AddressLayout.directMapAddress(of: taskState.address),
      limit: UInt32(TaskStateOffset.size &- 1))
    entry(Selector.taskState, system.low.rawValue)
    entry(Selector.taskState &+ 8, system.high)
  }

  /// Writes the code that SYSCALL enters: it must find this CPU's stack without any register of the
  /// hypervisor's, so the addresses are in the code.
  private static func fillStub(_ cpu: CPUIndex, top: UInt64) {
    let mfn = state.pointee.space.frames.take()
    let page = AddressLayout.stubs &+ UInt64(cpu.index) &* 4096
    let bytes = directMapFrame(mfn)
    func write(at start: Int, entry: UInt64) {
      var at = start
      func put(_ values: InlineArray<3, UInt8>, _ count: Int) {
        for i in 0..<count { _ = bytes.store(values[i], at: at &+ i) }
        at &+= count
      }
      put([0x48, 0xa3, 0], 2)  // movabs %rax, scratch
      bytes.store(top &- FramePlace.block, at: at)
      at &+= 8
      put([0x48, 0x89, 0xe0], 3)  // mov %rsp, %rax
      put([0x48, 0xbc, 0], 2)  // movabs $end of the frame's processor part, %rsp
      bytes.store(
        top &- FramePlace.block &- FramePlace.bytes &+ FramePlace.processorEnd, at: at)
      at &+= 8
      put([0xe9, 0, 0], 1)  // jmp entry
      bytes.store(
        UInt32(truncatingIfNeeded: entry &- (page &+ UInt64(at) &+ 4)), at: at)
    }
    write(at: 0, entry: x86_syscall_entry())
    write(at: 64, entry: x86_syscall32_entry())
    map(VirtualAddress(page), to: mfn, .hypervisorCode)
  }

  // MARK: Using them

  /// Makes the interrupt descriptor table that all CPUs use.
  static func makeInterruptTable() {
    let mfn = state.pointee.space.frames.take()
    state.pointee.interruptTable = mfn
    let table = directMapFrame(mfn)
    let code = SegmentSelector(rawValue: Selector.hypervisorCode)
    for vector in 0..<256 {
      var handler = x86_trap_stubs() &+ UInt64(vector) &* 16
      var stack = 0
      // INT3, INTO and INT 0x80 are the guests' to use; their other software interrupts arrive as
      // protection faults.
      let privilege = vector == 3 || vector == 4 || vector == 0x80 ? 3 : 0
      switch vector {
      case 1: (handler, stack) = (x86_debug_entry(), InterruptStack.debug)
      case 2: (handler, stack) = (x86_nmi_entry(), InterruptStack.nmi)
      case 8: (handler, stack) = (x86_double_fault_entry(), InterruptStack.doubleFault)
      case 18: (handler, stack) = (x86_mce_entry(), InterruptStack.machineCheck)
      default: break
      }
      let gate = GateDescriptor(
        .interruptGate, handler: VirtualAddress(handler), selector: code, stack: stack,
        privilege: privilege)
      table[word: vector &* 2] = gate.low
      table[word: vector &* 2 &+ 1] = gate.high
    }
  }

  /// Loads the running CPU's tables and registers; it already runs on its own stack.
  static func loadCPU() {
    useDescriptorTable(window: nil)
    x86_reload_segments(UInt64(Selector.hypervisorCode), UInt64(Selector.hypervisorData))
    x86_lidt(
      AddressLayout.directMapAddress(of: state.pointee.interruptTable.address).rawValue, 4095)
    x86_lldt(0)
    // A task-state segment can only be loaded while it is not marked busy.
    let system = SystemDescriptor(
      .tssAvailable, base: AddressLayout.directMapAddress(of: here.pointee.taskState.address),
      limit: UInt32(TaskStateOffset.size &- 1))
    memory[here.pointee.descriptorTable][
      word: Int(Selector.taskState &- Selector.firstReserved) / 8] = system.low.rawValue
    x86_ltr(Selector.taskState)
    loadControlRegisters()
    loadSystemCallRegisters()
    enableMachineChecks()
  }

  private static func loadControlRegisters() {
    x86_write_cr0((CR0.pg | .am | .wp | .ne | .et | .mp | .pe).rawValue)
    var cr4 = CR4.pae | .osfxsr | .osxmmexcpt | .de
    if has(.xsave) { cr4 = cr4 | .osxsave }
    if has(.smep) { cr4 = cr4 | .smep }
    if has(.fsgsbase) { cr4 = cr4 | .fsgsbase }
    x86_write_cr4(cr4.rawValue)
    // The page attribute table that PV guests are told of.
    if has(.pat) { wrmsr(.pat, PageAttributes.guestValue) }
    x86_fninit()
  }

  private static func loadSystemCallRegisters() {
    let stub = AddressLayout.stubs &+ UInt64(here.pointee.index.index) &* 4096
    wrmsr(.efer, rdmsr(.efer) | EFER.sce.rawValue)
    wrmsr(.star, UInt64(Selector.guestCode32) << 48 | UInt64(Selector.hypervisorCode) << 32)
    wrmsr(.lstar, stub)
    wrmsr(.cstar, stub &+ 64)
    wrmsr(.sfmask, (RFLAGS.if | .tf | .df | .iopl | .nt | .ac).rawValue)
    // SYSENTER exists in long mode on some makers' processors only.
    _ = wrmsrSafe(.sysenterCS, UInt64(Selector.hypervisorCode))
    _ = wrmsrSafe(
      .sysenterESP,
      stackTop(of: here.pointee.index) &- FramePlace.block &- FramePlace.bytes
        &+ FramePlace.processorEnd)
    _ = wrmsrSafe(.sysenterEIP, x86_sysenter_entry())
  }

  /// Whether the processor has a feature.
  public static func has(_ feature: CPUIDFeature) -> Bool {
    guard let word = feature.word else { return false }
    // The highest leaf of the range that the word's leaf is in.
    guard word.leaf <= cpuid(word.leaf & 0x8000_0000).eax else { return false }
    return cpuid(word.leaf, word.subleaf)[word.register] & feature.mask != 0
  }
}
