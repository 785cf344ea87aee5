import Domains
import Machine
import Memory
import Primitives
import Scheduling
import XenABI

extension FakeHost {
  /// Makes a frame table over all of the machine's memory.
  public func makeFrameTable() -> FrameTable {
    let count = Int(memory.frameCount)
    let pages = makeTable(count: count) { _ in PageInfo() }
    let present = makeTable(count: count / 64 + 1) { word in
      var bits: UInt64 = 0
      for bit in 0..<64 where word * 64 + bit < count { bits |= 1 << UInt64(bit) }
      return bits
    }
    return FrameTable(pages: pages, present: present)
  }

  /// Makes a heap of the frames that nobody has taken yet; from then on it hands out all frames.
  public func makeHeap(_ frames: FrameTable) -> FrameAllocator {
    let first = update { state in
      let first = state.nextFrame
      state.nextFrame = memory.frameCount
      return first
    }
    var heap = FrameAllocator(frames: frames)
    heap.add(from: MFN(first), count: memory.frameCount - first)
    return heap
  }

  /// Makes a hypervisor without domains on this machine.
  public func makeHypervisor(cpus count: Int = 2) -> Hypervisor<FakeMachine> {
    let slots = makeTable(count: DomainTable.slotCount) { _ -> Ref<Domain>? in nil }
    let cpus = makeTable(count: count) { PerCPU(index: CPUIndex($0)) }
    let queues = makeTable(count: count) { _ in RunQueue() }
    var online = CPUSet()
    for i in 0..<count { online.insert(i) }
    // Room for the state itself, which is made last.
    let room = takeFrames((MemoryLayout<HypervisorState>.size + 4095) / 4096)
    let frames = makeFrameTable()
    let heap = makeHeap(frames)
    let total = heap.freeFrames
    let state = place(
      HypervisorState(
        frames: frames, heap: heap, domainSlots: slots, cpus: cpus, runQueues: queues,
        online: online, totalFrames: total), at: room)
    return Hypervisor(state)
  }
}
