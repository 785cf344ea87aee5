import Domains
import Hypercalls
import Machine
import Primitives
import Scheduling
import Sync
import Synchronization
import X86Format
import XenABI

/// What `mmu_update` and `mmuext_op` have in common: lists of requests that can be interrupted
/// between any two and, by way of the pending table, within one.
///
/// A continuation repeats the hypercall with what is left of the list. If only a pending table is
/// left, the list is null and the result that the guest will get stands in place of the address of
/// the number done.
extension Hypervisor where M: X86Hardware {
  /// The bit of a request count that says "this is a continuation" (`MMU_UPDATE_PREEMPTED`).
  static var preemptedMark: UInt64 { 1 << 31 }

  /// Runs the requests of a list.
  /// - Parameters:
  ///   - arguments: list, count, where the guest wants to know how many were done, domain.
  ///   - stride: the size of a request in bytes.
  ///   - run: carries out the request at an index.
  func runList(
    _ caller: Caller, _ arguments: HypercallArguments, stride: UInt64,
    prepare: () throws(XenErrno) -> Void, run: (_ index: UInt64) throws(XenErrno) -> Void
  ) throws(XenErrno) -> HypercallOutcome {
    let memory = caller.vcpu.pv
    if finishPending(caller) == .interrupted { return .again(arguments) }
    var count = arguments.second & 0xffff_ffff
    if isFinalContinuation(arguments) {
      return .done(Int64(Int32(truncatingIfNeeded: arguments.third)))
    }
    let doneHandle = GuestHandle<UInt32>(address: arguments.third)
    var before: UInt32 = 0
    if count & Self.preemptedMark != 0 {
      count &= ~Self.preemptedMark
      if !doneHandle.isNull { before = (try? read(doneHandle)) ?? 0 }
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: stride)
    guard !overflow, M.isGuestRange(VirtualAddress(arguments.first), count: bytes) else {
      throw .EFAULT
    }
    try prepare()
    var i: UInt64 = 0
    var failure: XenErrno?
    while i < count {
      if memory.pointee.memory.pending.table != nil || (i > 0 && M.shouldPauseWork) {
        failure = .ERESTART
        break
      }
      do throws(XenErrno) { try run(i) } catch {
        failure = error
        break
      }
      i += 1
    }
    if !doneHandle.isNull {
      try? write(before &+ UInt32(truncatingIfNeeded: i), to: doneHandle)
    }
    if failure == .ERESTART {
      return .again(
        HypercallArguments(
          arguments.first &+ i &* stride, (count &- i) | Self.preemptedMark, arguments.third,
          arguments.fourth))
    }
    let result = failure.map { -Int64($0.rawValue) } ?? 0
    if finishPending(caller) == .interrupted {
      return .again(
        HypercallArguments(0, Self.preemptedMark, UInt64(bitPattern: result)))
    }
    return .done(result)
  }

  /// Whether only a pending table was left, and the result stands in its place.
  func isFinalContinuation(_ arguments: HypercallArguments) -> Bool {
    arguments.first == 0 && arguments.second & 0xffff_ffff == Self.preemptedMark
  }

  private enum Progress { case finished, interrupted }

  // Goes on with a table that an earlier request of this vCPU left behind.
  private func finishPending(_ caller: Caller) -> Progress {
    let pv = caller.vcpu.pv
    guard pv.pointee.memory.pending.table != nil else { return .finished }
    do throws(XenErrno) {
      try mmu(for: caller.domain).finishPending(&pv.pointee.memory.pending)
      return .finished
    } catch {
      return .interrupted
    }
  }

  /// A domain named in a request that may be about another's memory.
  enum NamedDomain {
    /// The caller itself.
    case caller
    /// Frames that are no memory, or the hypervisor's.
    case special(DomainID)
    /// Another domain.
    case other(DomainID)

    /// The id.
    func id(_ caller: Caller) -> DomainID {
      switch self {
      case .caller: caller.domain.pointee.id
      case .special(let id), .other(let id): id
      }
    }
  }

  /// Finds the domain whose frames a request names.
  /// - Throws: `ESRCH` if there is none, or the caller names itself by number.
  func frameOwner(_ caller: Caller, _ raw: UInt16) throws(XenErrno) -> NamedDomain {
    let id = DomainID(raw)
    if id == .this { return .caller }
    if id == caller.domain.pointee.id { throw .ESRCH }
    if id == .io || id == .hypervisor { return .special(id) }
    guard domain(id) != nil else { throw .ESRCH }
    return .other(id)
  }

  /// Whether the caller may act on another domain's memory.
  /// - Throws: `EPERM` if not.
  func checkMayTouch(_ caller: Caller, _ owner: NamedDomain) throws(XenErrno) {
    switch owner {
    case .caller: return
    case .special, .other:
      guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    }
  }

  /// The CPUs that run the vCPUs named by a guest's bitmap.
  /// - Throws: `EFAULT` if the bitmap cannot be read.
  func cpus(running bitmap: GuestHandle<UInt64>, of domain: Ref<Domain>) throws(XenErrno) -> CPUSet
  {
    var cpus = CPUSet()
    let count = domain.pointee.maximumVCPUs
    var first = 0
    while first < count {
      var word = try read(bitmap, at: UInt64(first / 64))
      while word != 0 {
        let n = first + word.trailingZeroBitCount
        word &= word &- 1
        guard n < count, let vcpu = domain.pointee.vcpus[n] else { continue }
        if vcpu.pointee.isLoaded.load(ordering: .acquiring) {
          cpus.insert(vcpu.pointee.scheduling.cpu.index)
        }
      }
      first += 64
    }
    return cpus
  }

  /// Makes CPUs forget the translation of one page, or all.
  func flush(_ cpus: CPUSet, page: VirtualAddress? = nil) {
    guard !cpus.isEmpty else { return }
    var others = cpus
    others.remove(M.currentCPU.index)
    // One page is forgotten without asking anybody; for the rest a full flush is simplest.
    if page != nil, others.isEmpty { flushHere(page: page) } else { M.flushTLB(on: cpus) }
  }

  /// Makes this CPU forget the translation of one page, or all.
  func flushHere(page: VirtualAddress? = nil) {
    guard let page else {
      var mine = CPUSet()
      mine.insert(M.currentCPU.index)
      M.flushTLB(on: mine)
      return
    }
    if EntryRules.isGuestAddress(page) { M.invalidatePage(page) }
  }
}
