import Domains
import Formats
import Machine
import Memory
import Primitives
import Scheduling
import Text
import X86Machine

/// Makes the hypervisor's state out of the memory that the machine floor leaves.
enum Composition {
  /// Builds the state and publishes it.
  static func buildState() {
    let frames = X86.frameTable
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
    let place = take(bytes: MemoryLayout<HypervisorState>.size, &heap)
    guard let raw = unsafe UnsafeMutableRawPointer(bitPattern: X86.memory.address(of: place))
    else { fatalError("the direct map starts at zero") }
    // Safety: fresh frames of the size asked for, which stay the state for ever.
    let pointer = unsafe raw.bindMemory(to: HypervisorState.self, capacity: 1)
    unsafe pointer.initialize(
      to: HypervisorState(
        frames: frames, heap: heap, domainSlots: slots, cpus: cpus, runQueues: queues,
        online: X86.onlineCPUs, totalFrames: total))
    Root.set(unsafe Ref(pointer))
    Root.hypervisor.state.pointee.identity.commandLine = BootOptions.line()
  }

  // A table of `count` elements in frames of its own.
  private static func table<Element: ~Copyable>(
    _: Element.Type, count: Int, _ heap: inout FrameAllocator, _ make: (Int) -> Element
  ) -> Table<Element> {
    let place = take(bytes: MemoryLayout<Element>.stride * count, &heap)
    guard let raw = unsafe UnsafeMutableRawPointer(bitPattern: X86.memory.address(of: place))
    else { fatalError("the direct map starts at zero") }
    // Safety: fresh frames of the size asked for, which stay the table for ever.
    let base = unsafe raw.bindMemory(to: Element.self, capacity: count)
    for i in 0..<count { unsafe (base + i).initialize(to: make(i)) }
    return unsafe Table(base: base, count: count)
  }

  private static func take(bytes: Int, _ heap: inout FrameAllocator) -> MFN {
    var order = 0
    while 4096 << order < bytes { order += 1 }
    guard let mfn = heap.allocate(order: order) else {
      panic("not enough memory for the hypervisor's own tables")
    }
    return mfn
  }
}
