import Machine
import Memory
import Primitives
import Synchronization
import X86Format
import XenABI

/// The roots that a vCPU uses; `.invalid` for none.
public struct GuestRoots: BitwiseCopyable, Sendable {
  /// What its kernel runs on.
  public var kernel = MFN.invalid
  /// What its user programs run on.
  public var user = MFN.invalid

  /// No roots.
  public init() {}
}

/// Pins, roots in use, and frames cleared and copied (`mmuext_op`). Every function takes the
/// page-table lock of the domain it is about, and wants nothing pending.
extension MMU {
  /// Keeps a frame of `owner`'s as a table of `level`, until it is unpinned.
  /// - Throws: `EINVAL` if it is not fit for that or pinned already; what checking it throws;
  ///   `ERESTART` if interrupted.
  public func pin(
    _ mfn: MFN, _ level: PageTableLevel, of owner: DomainID, _ pending: inout PendingTable
  ) throws(XenErrno) {
    flushAhead(mfn, PageKind(level), of: owner)
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    try acquireTable(mfn, level, of: owner, &pending)
    let old = host.frames[mfn].pointee.type.bitwiseOr(
      PageTypeWord.pinnedBit, ordering: .acquiringAndReleasing)
    if PageTypeWord(rawValue: old.oldValue).isPinned {
      releaseTable(mfn, &pending)
      throw .EINVAL
    }
    // The search for pins of a dying domain may have passed this frame already.
    if host.isEnding(owner) {
      _ = takePin(mfn)
      releaseTable(mfn, &pending)
    }
  }

  /// Ends a pin; undoing the table may be left pending.
  /// - Throws: `EINVAL` if the frame is not `owner`'s or not pinned.
  public func unpin(
    _ mfn: MFN, of owner: DomainID, _ pending: inout PendingTable
  ) throws(XenErrno) {
    try takeFrame(mfn, of: owner)
    defer { putFrame(mfn) }
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    guard takePin(mfn) else { throw .EINVAL }
    releaseTable(mfn, &pending)
  }

  /// Takes the mark of a pin off a frame; the pin's use and reference are then the caller's.
  /// - Returns: whether it was pinned.
  func takePin(_ mfn: MFN) -> Bool {
    let old = host.frames[mfn].pointee.type.bitwiseAnd(
      ~PageTypeWord.pinnedBit, ordering: .acquiringAndReleasing)
    return PageTypeWord(rawValue: old.oldValue).isPinned
  }

  /// Makes `mfn` the root that the running vCPU's kernel uses, and loads it.
  /// - Throws: `EINVAL` and what checking throws, `ERESTART` if interrupted.
  public func setKernelRoot(
    _ mfn: MFN, of owner: DomainID, _ roots: inout GuestRoots, _ pending: inout PendingTable,
    load: RootLoading
  ) throws(XenErrno) {
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    let old = roots.kernel
    if old != mfn {
      try acquireTable(mfn, .l4, of: owner, &pending)
      if !host.hidesMachineToPhysical(owner) { showMachineToPhysical(in: mfn) }
      roots.kernel = mfn
    }
    switch load {
    case .now: host.loadRoot(mfn)
    case .whenScheduled: break
    }
    if old != mfn, old != .invalid { releaseTable(old, &pending) }
  }

  /// Makes `mfn` the root that the vCPU's user programs use; `.invalid` for none.
  /// - Throws: as `setKernelRoot`.
  public func setUserRoot(
    _ mfn: MFN, of owner: DomainID, _ roots: inout GuestRoots, _ pending: inout PendingTable
  ) throws(XenErrno) {
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    let old = roots.user
    guard old != mfn else { return }
    if mfn != .invalid {
      try acquireTable(mfn, .l4, of: owner, &pending)
      if host.hidesMachineToPhysical(owner) { hideMachineToPhysical(in: mfn) }
    }
    roots.user = mfn
    if old != .invalid { releaseTable(old, &pending) }
  }

  /// Takes the roots away from a vCPU that will not use them any more.
  /// - Throws: `ERESTART` if interrupted: call again.
  public func dropRoots(
    of owner: DomainID, _ roots: inout GuestRoots, _ pending: inout PendingTable
  ) throws(XenErrno) {
    try finishPending(&pending)
    for _ in 0..<2 {
      let root = roots.kernel != .invalid ? roots.kernel : roots.user
      if root == .invalid { return }
      if roots.kernel != .invalid { roots.kernel = .invalid } else { roots.user = .invalid }
      host.lockPageTables(of: owner)
      releaseTable(root, &pending)
      host.unlockPageTables(of: owner)
      try finishPending(&pending)
    }
  }

  /// Fills a frame of `owner`'s with zeros.
  /// - Throws: `EINVAL` if it is not `owner`'s or must not be written.
  public func clear(_ mfn: MFN, of owner: DomainID) throws(XenErrno) {
    try holdWritable(mfn, of: owner)
    host.memory[mfn].clear()
    releaseWritable(mfn)
  }

  /// Copies a frame of `owner`'s over another of `owner`'s.
  /// - Throws: `EINVAL` if one is not `owner`'s or the second must not be written.
  public func copy(_ source: MFN, to destination: MFN, of owner: DomainID) throws(XenErrno) {
    try takeFrame(source, of: owner)
    defer { putFrame(source) }
    try holdWritable(destination, of: owner)
    if source != destination { host.memory[destination].copy(from: host.memory[source]) }
    releaseWritable(destination)
  }

  /// Takes a reference to a frame of `owner`'s and the right to write to it.
  /// - Throws: `EINVAL` if it is not `owner`'s or must not be written.
  public func holdWritable(_ mfn: MFN, of owner: DomainID) throws(XenErrno) {
    try takeFrame(mfn, of: owner)
    do throws(TypeRefusal) { try takeType(mfn, .writable) } catch {
      putFrame(mfn)
      throw error.reason
    }
  }

  /// Gives back what `holdWritable` took.
  public func releaseWritable(_ mfn: MFN) {
    putLeafType(mfn)
    putFrame(mfn)
  }
}

/// When a vCPU's new root comes into force.
public enum RootLoading: Sendable {
  /// At once: the vCPU runs on this CPU, in its kernel.
  case now
  /// When the vCPU is next loaded.
  case whenScheduled
}
