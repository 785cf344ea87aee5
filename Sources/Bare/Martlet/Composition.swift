import Domains
import Formats
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import Text
import X86Machine
import X86PV

/// Makes the hypervisor's state out of the memory that the machine floor leaves.
enum Composition {
  /// Builds the state and publishes it.
  static func buildState() {
    let frames = X86.frameTable
    lendMachineToPhysical(frames)
    var heap = FrameAllocator(frames: frames)
    var total: UInt64 = 0
    X86.boot.pointee.firmwareMap.forEach { entry in
      if entry.type == .ram { total += entry.range.wholeFrames.length >> 12 }
    }
    X86.boot.pointee.freeMap.forEach { entry in
      guard entry.type == .ram else { return }
      let range = entry.range.wholeFrames
      guard !range.isEmpty else { return }
      let first = MFN(range.start >> 12)
      let count = range.length >> 12
      // What was in memory before we came is nobody's to see.
      for i in 0..<count { frames[first.advanced(by: i)].pointee.flags = .needsScrub }
      heap.add(from: first, count: count)
    }
    let slots = table(Ref<Domain>?.self, count: DomainTable.slotCount, &heap) { _ in nil }
    let cpus = table(PerCPU.self, count: X86.cpuCount, &heap) {
      PerCPU(index: CPUIndex($0))
    }
    let queues = table(RunQueue.self, count: X86.cpuCount, &heap) { _ in RunQueue() }
    let states = table(HypervisorState.self, count: 1, &heap) { _ in
      HypervisorState(
        frames: frames, heap: FrameAllocator(frames: frames), domainSlots: slots, cpus: cpus,
        runQueues: queues, online: X86.onlineCPUs, totalFrames: total)
    }
    states[0].pointee.heap.withLock { swap(&$0, &heap) }
    Root.set(states[0])
    let state = Root.hypervisor.state
    state.pointee.identity.commandLine = BootOptions.line()
    AppliedOptions.apply(X86.boot.pointee.options, to: state)
  }

  // The machine-to-physical table is nobody's memory, but dom0's tools may map it to read it.
  private static func lendMachineToPhysical(_ frames: FrameTable) {
    for index in 0..<(frames.limit + 511) / 512 {
      guard let mfn = X86.machineToPhysicalFrame(page: index), let page = frames.page(mfn) else {
        continue
      }
      page.pointee.type.store(PageTypeWord.lentReadOnly.rawValue, ordering: .relaxed)
      page.pointee.assign(to: .hypervisor)
    }
  }

  // A table of `count` elements in frames of its own. On its own stack frame: some are large.
  @inline(never)
  private static func table<Element: ~Copyable>(
    _: Element.Type, count: Int, _ heap: inout FrameAllocator, _ make: (Int) -> Element
  ) -> Table<Element> {
    let bytes = MemoryLayout<Element>.stride * count
    guard let place = heap.allocate(order: FrameAllocator.order(forBytes: bytes)) else {
      panic("not enough memory for the hypervisor's own tables")
    }
    // Safety: fresh frames of the size asked for, which stay the table for ever.
    return unsafe X86.memory.makeRecords(at: place, count: count, make)
  }
}
