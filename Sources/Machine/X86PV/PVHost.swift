import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// The hypervisor as `MMU` sees it, on behalf of one domain: facts about that domain need no
/// search.
public struct PVHost<M: X86Hardware>: MMUHost {
  let hypervisor: Hypervisor<M>
  // The domain whose request this is; held by whoever made this value. Nil for nobody's.
  let own: Ref<Domain>?

  public var frames: FrameTable { hypervisor.frames }
  public var memory: PhysicalMemory { M.memory }
  public var hypervisorRoot: MFN { M.hypervisorRoot }
  public var noExecute: Bool { M.hasNoExecute }
  public var shouldPreempt: Bool { M.shouldPauseWork }
  public var tlbTime: UInt32 { hypervisor.state.pointee.tlb.present }

  private func find(_ id: DomainID) -> Ref<Domain>? {
    if let own, id == own.pointee.id { return own }
    let domains = hypervisor.state
    let found = domains.pointee.domains.lock.withLock { domains.pointee.domains.find(id) }
    guard let found, found.hasPV else { return nil }
    return found
  }

  public func lockPageTables(of domain: DomainID) {
    find(domain)?.pv.pointee.memory.pageTableLock.acquire()
  }

  public func unlockPageTables(of domain: DomainID) {
    find(domain)?.pv.pointee.memory.pageTableLock.release()
  }

  public func perDomainTable(of domain: DomainID) -> MFN? {
    guard let root = find(domain)?.pv.pointee.memory.windowRoot, root != .invalid else {
      return nil
    }
    return root
  }

  public func isPrivileged(_ domain: DomainID) -> Bool {
    find(domain)?.pointee.isPrivileged ?? false
  }

  public func isEnding(_ domain: DomainID) -> Bool {
    guard let domain = find(domain) else { return true }
    return domain.pointee.isDying || domain.pointee.shutdownReason != nil
  }

  public func hidesMachineToPhysical(_ domain: DomainID) -> Bool {
    guard let assists = find(domain)?.pv.pointee.assists else { return false }
    return assists >> UInt64(VMAssistType.m2pStrict.rawValue) & 1 != 0
  }

  public func cachePolicy(of domain: DomainID) -> CachePolicy {
    guard let domain = find(domain) else { return .cachedOnly }
    let hasDevices =
      !domain.pointee.memoryPermissions.isEmpty || !domain.pointee.portPermissions.isEmpty
    return hasDevices ? .any : .cachedOnly
  }

  public func mayMapDevice(_ domain: DomainID, _ mfn: MFN) -> Bool {
    guard mfn.rawValue >> (M.physicalAddressBits &- 12) == 0 else { return false }
    return find(domain)?.pointee.memoryPermissions.contains(mfn.rawValue) ?? false
  }

  public func isReadOnlyDevice(_ mfn: MFN) -> Bool { M.isReadOnlyDevice(mfn) }

  public func putPage(_ mfn: MFN) { hypervisor.putPage(mfn) }

  public func flushStale(_ owner: DomainID?, since stamp: UInt32) {
    var suspects = hypervisor.state.pointee.onlineCPUs
    if let owner, let domain = find(owner) { suspects = domain.pointee.dirtyCPUs.members }
    let cpus = hypervisor.state.pointee.tlb.needingFlush(suspects, since: stamp)
    if !cpus.isEmpty { M.flushTLB(on: cpus) }
  }

  public func flushCache(_ mfn: MFN) { M.flushCache(mfn) }

  public func loadRoot(_ root: MFN) { hypervisor.loadRoot(root) }

  public func flushLocal() {
    var cpus = CPUSet()
    cpus.insert(M.currentCPU.index)
    M.flushTLB(on: cpus)
  }

  public func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) {
    M.setMachineToPhysical(mfn, pfn)
  }
}

extension Hypervisor where M: X86Hardware {
  /// The page-table rules on behalf of `domain`, which the caller holds.
  public func mmu(for domain: Ref<Domain>) -> MMU<PVHost<M>> {
    MMU(PVHost(hypervisor: self, own: domain))
  }

  /// Takes a reference to a frame of a domain's, and the right to write to it.
  /// - Throws: `EINVAL` if the frame is not the domain's or must not be written.
  public func holdWritableFrame(_ mfn: MFN, of domain: Ref<Domain>) throws(XenErrno) -> MFN {
    try mmu(for: domain).holdWritable(mfn, of: domain.pointee.id)
    return mfn
  }

  /// Gives back what `holdWritableFrame` took.
  public func releaseWritableFrame(_ mfn: MFN) {
    MMU(PVHost(hypervisor: self, own: nil)).releaseWritable(mfn)
  }
}

extension X86Hardware {
  /// By default what every 64-bit processor knows.
  public static var physicalAddressBits: UInt64 { 40 }
  /// By default there is nothing to forget.
  public static func willRun(_ domain: DomainID) {}
  /// By default no device is for guests to read only.
  public static func isReadOnlyDevice(_ mfn: MFN) -> Bool { false }
  /// By default the caches of this CPU are all written back.
  public static func flushCache(_ mfn: MFN) { wbinvd() }
  /// By default only the caches of this CPU: snooping keeps those of the others coherent.
  public static func flushAllCaches() { wbinvd() }
}
