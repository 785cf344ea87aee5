import EventChannels
import GrantTables
import Machine
import Primitives
import Sync
import XenABI

/// The state of the subsystems that a domain embeds: made with it, given back with it.
extension Hypervisor {
  /// Makes a domain's event channels and grant table.
  /// - Throws: `ENOMEM`. What was made by then is given back by `releaseSubsystems`.
  func makeSubsystems(_ domain: Ref<Domain>, _ wanted: DomainSpecification) throws(XenErrno) {
    try makeEvents(domain, wanted)
    try makeGrants(domain, wanted)
  }

  private func makeEvents(_ domain: Ref<Domain>, _ wanted: DomainSpecification) throws(XenErrno) {
    var frames = InlineArray<3, MFN>(repeating: .invalid)
    for i in 0..<PortTable.initialFrames {
      guard let mfn = allocateOwnFrame() else {
        for made in 0..<i { freeOwnFrames(frames[made]) }
        throw .ENOMEM
      }
      frames[i] = mfn
    }
    let shared = SharedInfoView(M.memory[domain.pointee.sharedInfo])
    guard
      let ports = PortTable(
        in: frames, of: M.memory, sharedInfo: shared, highestPort: wanted.maximumPort)
    else { throw .ENOMEM }
    ports.vcpuCount = domain.pointee.maximumVCPUs
    domain.pointee.eventLock.withLock { domain.pointee.events = ports }
  }

  private func makeGrants(_ domain: Ref<Domain>, _ wanted: DomainSpecification) throws(XenErrno) {
    guard let frame = allocateOwnFrame() else { throw .ENOMEM }
    guard
      let grants = GrantTable(
        in: frame, of: M.memory, sharedFrames: Int(wanted.maximumGrantFrames),
        maptrackFrames: Int(wanted.maximumMapTrackFrames))
    else { throw .ENOMEM }
    domain.pointee.grantLock.withLock { domain.pointee.grants = grants }
    do throws(GrantStatus) {
      try grants.grow(to: 1) { kind in grantFrame(kind, for: domain) }
    } catch { throw .ENOMEM }
  }

  /// Takes a frame for a domain's grant table.
  public func grantFrame(_ kind: GrantFrameKind, for domain: Ref<Domain>) -> MFN? {
    switch kind {
    case .hidden: allocateOwnFrame()
    case .shared: try? allocateSharedFrame(for: domain)
    }
  }

  /// Gives the memory of the subsystems' state back. A second call does nothing.
  func releaseSubsystems(_ domain: Ref<Domain>) {
    let events = domain.pointee.eventLock.withLock { domain.pointee.events.take() }
    events?.forEachFrame { mfn in freeOwnFrames(mfn) }
    let grants = domain.pointee.grantLock.withLock { domain.pointee.grants.take() }
    guard let grants else { return }
    grants.removeEntries { mfn in releaseFromOwner(mfn) }
    grants.forEachFrame { mfn, _ in freeOwnFrames(mfn) }
  }
}
