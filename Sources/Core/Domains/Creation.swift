import Machine
import Memory
import Primitives
import Sync
import Synchronization
import XenABI

/// What a new domain is to be.
public struct DomainSpecification: Sendable {
  /// Its id; nil for any free one.
  public var id: DomainID?
  /// Whether it may use the control interface.
  public var isPrivileged = false
  /// `XEN_DOMCTL_CDF_*`.
  public var creationFlags: UInt32 = 0
  /// Its UUID.
  public var handle = InlineArray<16, UInt8>(repeating: 0)
  /// The most vCPUs it can have.
  public var maximumVCPUs = 1
  /// The highest event-channel port, `UInt32.max` for the ABI's limit.
  public var maximumPort = UInt32.max
  /// The most frames its grant table and its map-track table can have.
  public var maximumGrantFrames: UInt32 = 64
  public var maximumMapTrackFrames: UInt32 = 1024

  /// A domain with one vCPU and default limits.
  public init() {}
}

/// Making domains and vCPUs.
extension Hypervisor {
  /// Makes a paused domain without memory and vCPUs. The pause belongs to the toolstack.
  /// - Throws: `EEXIST` if the id is taken, `ENOMEM`, `EINVAL`.
  public func createDomain(_ wanted: DomainSpecification) throws(XenErrno) -> DomainID {
    guard wanted.maximumVCPUs > 0, wanted.maximumVCPUs <= Domain.vcpuCapacity else {
      throw .EINVAL
    }
    guard let frame = allocateOwnFrame() else { throw .ENOMEM }
    guard let sharedInfo = allocateOwnFrame() else {
      freeOwnFrames(frame)
      throw .ENOMEM
    }
    // The id is taken from now on, but nobody finds the domain by it before it is complete.
    let lock = state.pointee.domains.lock.withLock { () -> Result<Ref<Domain>, XenErrno> in
      guard let id = wanted.id ?? state.pointee.domains.freeID() else { return .failure(.ENOMEM) }
      guard id.isOrdinary else { return .failure(.EINVAL) }
      guard state.pointee.domains.find(id) == nil else { return .failure(.EEXIST) }
      let domain = makeRecord(in: frame, id: id, sharedInfo: sharedInfo, wanted)
      guard state.pointee.domains.insert(domain) else { return .failure(.EEXIST) }
      return .success(domain)
    }
    let domain: Ref<Domain>
    switch lock {
    case .success(let made): domain = made
    case .failure(let error):
      freeOwnFrames(frame)
      freeOwnFrames(sharedInfo)
      throw error
    }
    // The shared info page becomes the domain's, as memory that the hypervisor shares with it.
    _ = shareFrame(sharedInfo, with: domain)
    do throws(XenErrno) {
      try makeSubsystems(domain, wanted)
      try M.makeDomain(domain, in: self)
    } catch {
      domain.pointee.stateLock.withLock { domain.pointee.lifecycle = .dead }
      releaseSubsystems(domain)
      releaseFromOwner(sharedInfo)
      dropDomainReference(domain)
      throw error
    }
    let id = domain.pointee.id
    // Releasing: whoever finds the domain finds all of it.
    domain.pointee.isPublished.store(true, ordering: .releasing)
    return id
  }

  /// Adds a vCPU that is down.
  /// - Throws: `EINVAL` for a number out of range and a dying domain, `EEXIST`, `ENOMEM`.
  public func createVCPU(
    _ id: VCPUID, of domain: Ref<Domain>, isPinned: Bool = false
  ) throws(XenErrno) {
    guard id.index < domain.pointee.maximumVCPUs, !domain.pointee.isDying else { throw .EINVAL }
    guard domain.pointee.vcpus[id.index] == nil else { throw .EEXIST }
    guard let frame = allocateOwnFrame() else { throw .ENOMEM }
    let cpu = initialCPU(for: id, of: domain)
    var affinity = state.pointee.onlineCPUs
    if isPinned {
      affinity = CPUSet()
      affinity.insert(cpu.index)
    }
    let vcpu = makeVCPURecord(in: frame, id: id, domain: domain, cpu: cpu, affinity: affinity)
    do throws(XenErrno) {
      // The first 32 vCPUs have their vcpu_info in the shared info page; the others get a frame that
      // serves until the guest registers its own.
      if id.index >= SharedInfoLimits.vcpuInfoCount {
        vcpu.pointee.infoFrame = try allocateSharedFrame(for: domain)
        vcpu.pointee.infoOffset = 0
      }
      try M.makeVCPU(vcpu, in: self)
    } catch {
      let info = vcpu.pointee.infoFrame
      if info != domain.pointee.sharedInfo { releaseFromOwner(info) }
      destroyVCPURecord(vcpu)
      throw error
    }
    domain.pointee.stateLock.withLock { domain.pointee.vcpus[id.index] = vcpu }
  }

  // Spreads the vCPUs of a domain over the CPUs, starting where the id says.
  private func initialCPU(for id: VCPUID, of domain: Ref<Domain>) -> CPUIndex {
    let online = state.pointee.onlineCPUs
    let count = max(1, online.count)
    var skip = (Int(domain.pointee.id.rawValue) + id.index) % count
    var n = online.next()
    while let cpu = n, skip > 0 {
      skip -= 1
      n = online.next(from: cpu + 1)
    }
    return CPUIndex(n ?? 0)
  }

  /// Gives the memory of a domain's record back: nobody refers to it any more.
  func releaseRecord(_ domain: Ref<Domain>) {
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let vcpu = domain.pointee.vcpus[i] else { continue }
      M.releaseVCPU(vcpu, in: self)
      domain.pointee.vcpus[i] = nil
      destroyVCPURecord(vcpu)
    }
    M.releaseDomain(domain, in: self)
    releaseSubsystems(domain)
    state.pointee.domains.lock.withLock { state.pointee.domains.remove(domain.pointee.id) }
    destroyRecord(domain)
  }
}
