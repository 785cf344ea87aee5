import Domains
import Machine
import Memory
import Primitives
import X86Format
import XenABI

/// dom0's memory while it is built: the PFN-to-MFN list, in frames of the hypervisor's own, and
/// writes through it by guest virtual address.
struct ControlDomainMemory<M: X86Hardware> {
  let hypervisor: Hypervisor<M>
  let domain: Ref<Domain>
  let layout: ControlDomainLayout
  private let list: MFN
  private let listOrder: Int

  /// Allocates all frames of the domain and enters them in both translation tables.
  init(
    _ hypervisor: Hypervisor<M>, _ domain: Ref<Domain>, _ layout: ControlDomainLayout
  ) throws(ControlDomainError) {
    self.hypervisor = hypervisor
    self.domain = domain
    self.layout = layout
    let order = FrameAllocator.order(forFrames: (layout.frames * 8 + 4095) / 4096)
    guard let list = hypervisor.allocateOwnFrames(order: order) else {
      throw .hypervisorOutOfMemory
    }
    self.list = list
    listOrder = order
    var pfn: UInt64 = 0
    // Large blocks first: they keep large memory whole for others.
    var blockOrder = 13
    while pfn < layout.frames {
      while UInt64(1) << UInt64(blockOrder) > layout.frames - pfn { blockOrder -= 1 }
      guard let mfn = try? hypervisor.allocateFrames(for: domain, order: blockOrder) else {
        guard blockOrder > 0 else { throw .notEnoughMemory }
        blockOrder -= 1
        continue
      }
      for i in 0..<(UInt64(1) << UInt64(blockOrder)) {
        set(pfn + i, mfn.advanced(by: i))
        hypervisor.setMachineToPhysical(mfn.advanced(by: i), pfn + i)
      }
      pfn += UInt64(1) << UInt64(blockOrder)
    }
  }

  private func set(_ pfn: UInt64, _ mfn: MFN) {
    M.memory[list.advanced(by: pfn >> 9)][word: Int(pfn & 511)] = mfn.rawValue
  }

  /// The machine frame of a PFN below the domain's size.
  func frame(_ pfn: UInt64) -> MFN {
    MFN(M.memory[list.advanced(by: pfn >> 9)][word: Int(pfn & 511)])
  }

  /// The frame mapped at an address of the common mapping, or nil outside it.
  func frame(at address: UInt64) -> MFN? {
    let offset = address &- layout.virtualBase
    guard offset < layout.end &- layout.virtualBase else { return nil }
    return frame(offset >> 12)
  }

  /// Copies bytes to an address of the common mapping.
  func write(_ bytes: RawSpan, _ range: Range<Int>, to address: UInt64) throws(ControlDomainError) {
    var at = address
    var from = range.lowerBound
    while from < range.upperBound {
      let offset = Int(at & 4095)
      let count = min(4096 - offset, range.upperBound - from)
      guard let mfn = frame(at: at) else { throw .badKernel }
      M.memory[mfn].copy(to: offset, from: bytes, at: from, count: count)
      at &+= UInt64(count)
      from += count
    }
  }

  /// Copies bytes to consecutive PFNs.
  func write(_ bytes: RawSpan, toPFN pfn: UInt64) {
    var from = 0
    var pfn = pfn
    while from < bytes.byteCount {
      let count = min(4096, bytes.byteCount - from)
      M.memory[frame(pfn)].copy(to: 0, from: bytes, at: from, count: count)
      from += count
      pfn += 1
    }
  }

  /// Copies the list into the domain's own frames for it.
  func writeList() {
    for i in 0..<layout.p2mFrames {
      M.memory[frame(layout.p2mPFN + i)].copy(from: M.memory[list.advanced(by: i)])
    }
    // What lies past the last PFN in the last frame means nothing.
    let used = Int(layout.frames & 511)
    if used != 0 {
      let last = M.memory[frame(layout.p2mPFN + layout.p2mFrames - 1)]
      for i in used..<512 { last[word: i] = UInt64.max }
    }
  }

  /// Gives the working list back.
  func finish() { hypervisor.freeOwnFrames(list, order: listOrder) }
}
