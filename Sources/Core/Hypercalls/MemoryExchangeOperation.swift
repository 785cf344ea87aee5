import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// `XENMEM_exchange`: other frames for a domain's own, to be contiguous or below an address.
extension Hypervisor {
  /// Exchanges chunk after chunk; a chunk is the larger of an input and an output extent.
  /// - Throws: `EPERM` for extents too large, `EINVAL` for lists that do not match and frames that
  ///   are in use, `ENOMEM`, `EFAULT`, `ESRCH`.
  func exchangeMemory(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let request = try read(GuestHandle<MemoryExchange>(address: arguments.second))
    let exchange = try Exchange(request, largestOrder: largestOrder(for: caller))
    let target = try administered(DomainID(request.input.domain), by: caller)
    let width = try widthBits(request.output.memoryFlags)
    let count = GuestHandle<UInt64>(
      address: arguments.second &+ UInt64(2 * MemoryLayout<MemoryReservation>.stride))
    var chunk = request.exchangedCount >> UInt64(exchange.inputChunkOrder)
    let first = chunk
    while chunk < exchange.chunks {
      if chunk != first, M.hasPendingInterrupt {
        try write(chunk << UInt64(exchange.inputChunkOrder), to: count)
        return .again(arguments)
      }
      do throws(XenErrno) {
        try self.exchange(chunk, of: exchange, for: target.domain, widthBits: width)
      } catch {
        try write(chunk << UInt64(exchange.inputChunkOrder), to: count)
        throw error
      }
      chunk += 1
    }
    try write(request.input.extentCount, to: count)
    return .success
  }

  private func exchange(
    _ chunk: UInt64, of exchange: Exchange, for domain: Ref<Domain>, widthBits: Int
  ) throws(XenErrno) {
    var taken = PageList()
    do throws(XenErrno) {
      try takeInput(chunk, of: exchange, from: domain, into: &taken)
      try placeOutput(chunk, of: exchange, for: domain, widthBits: widthBits)
    } catch {
      while let mfn = taken.first {
        taken.remove(mfn, in: frames)
        giveBack(mfn, to: domain)
      }
      throw error
    }
    while let mfn = taken.first {
      taken.remove(mfn, in: frames)
      freeTaken(mfn)
    }
  }

  private func takeInput(
    _ chunk: UInt64, of exchange: Exchange, from domain: Ref<Domain>, into taken: inout PageList
  ) throws(XenErrno) {
    let perChunk = UInt64(1) << UInt64(exchange.inputChunkOrder)
    for i in 0..<perChunk {
      let first = MFN(try read(exchange.input, at: chunk * perChunk + i))
      for k in 0..<(UInt64(1) << UInt64(exchange.inputOrder)) {
        let mfn = first.advanced(by: k)
        guard takeUnused(mfn, from: domain) else { throw .EINVAL }
        taken.append(mfn, in: frames)
      }
    }
  }

  // Allocates all of a chunk before any of it becomes the domain's: then nothing can fail but the
  // writing of results, which costs the guest the frames' numbers, not us the frames.
  private func placeOutput(
    _ chunk: UInt64, of exchange: Exchange, for domain: Ref<Domain>, widthBits: Int
  ) throws(XenErrno) {
    let perChunk = UInt64(1) << UInt64(exchange.outputChunkOrder)
    let size = UInt64(1) << UInt64(exchange.outputOrder)
    var blocks = PageList()
    for _ in 0..<perChunk {
      guard let mfn = allocateForExchange(order: exchange.outputOrder, widthBits: widthBits) else {
        while let block = blocks.first {
          blocks.remove(block, in: frames)
          freeUnowned(block, order: exchange.outputOrder)
        }
        throw .ENOMEM
      }
      blocks.append(mfn, in: frames)
    }
    for i in 0..<perChunk {
      guard let mfn = blocks.first else { return }
      blocks.remove(mfn, in: frames)
      giveBack(mfn, order: exchange.outputOrder, to: domain)
      let index = chunk * perChunk + i
      guard let pfn = try? read(exchange.output, at: index) else { continue }
      for k in 0..<size { setMachineToPhysical(mfn.advanced(by: k), pfn &+ k) }
      try? write(mfn.rawValue, to: exchange.output, at: index)
    }
  }
}

/// An exchange whose numbers fit together.
struct Exchange {
  var input: GuestHandle<UInt64>
  var output: GuestHandle<UInt64>
  var inputOrder: Int
  var outputOrder: Int
  /// Extents of a chunk, as orders; one of them is 0.
  var inputChunkOrder: Int
  var outputChunkOrder: Int
  /// How many chunks there are.
  var chunks: UInt64

  /// Checks a request.
  init(_ request: MemoryExchange, largestOrder: Int) throws(XenErrno) {
    let from = request.input
    let to = request.output
    guard from.extentOrder <= largestOrder, to.extentOrder <= largestOrder else { throw .EPERM }
    inputOrder = Int(from.extentOrder)
    outputOrder = Int(to.extentOrder)
    // Both lists name the same number of frames, of the same domain, and the count does not wrap.
    guard request.exchangedCount <= from.extentCount, from.domain == to.domain,
      UInt64.max >> UInt64(inputOrder) >= from.extentCount,
      UInt64.max >> UInt64(outputOrder) >= to.extentCount,
      from.extentCount << UInt64(inputOrder) == to.extentCount << UInt64(outputOrder)
    else { throw .EINVAL }
    input = from.extentStart
    output = to.extentStart
    inputChunkOrder = max(0, outputOrder - inputOrder)
    outputChunkOrder = max(0, inputOrder - outputOrder)
    chunks = from.extentCount >> UInt64(inputChunkOrder)
  }
}
