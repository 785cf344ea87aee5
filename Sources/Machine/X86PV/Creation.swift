import Domains
import Machine
import Primitives
import XenABI

/// The PV parts of domains and vCPUs, made and given back.
extension Hypervisor where M: X86Hardware {
  /// Makes the PV part of a domain.
  public func makePVDomain(_ domain: Ref<Domain>) throws(XenErrno) {
    guard let frame = allocateOwnFrame() else { throw .ENOMEM }
    let record = PVRecords.makeDomain(in: frame, M.memory)
    domain.pointee.architecture = record.address
    makePlatform(domain)
    do throws(XenErrno) {
      try makeDomainMemory(domain)
    } catch {
      releasePVDomain(domain)
      throw error
    }
    publishWallClock(domain)
  }

  /// Makes the PV part of a vCPU: down, in its kernel, FPU as after reset.
  public func makePVVCPU(_ vcpu: Ref<VCPU>) throws(XenErrno) {
    guard let frames = allocateOwnFrames(order: PVVCPU.recordOrder) else { throw .ENOMEM }
    let record = PVRecords.makeVCPU(in: frames, M.memory)
    vcpu.pointee.architecture = record.address
    M.resetExtendedState(record.pointee.extendedStateFrame)
    do throws(XenErrno) {
      try makeVCPUMemory(vcpu)
    } catch {
      releasePVVCPU(vcpu)
      throw error
    }
    // Events start masked: the kernel unmasks them when it is ready.
    setUpcallMask(vcpu, true)
    publishTime(vcpu)
  }

  /// Gives the PV part of a vCPU back.
  public func releasePVVCPU(_ vcpu: Ref<VCPU>) {
    guard vcpu.pointee.architecture != 0 else { return }
    let record = vcpu.pv
    releaseVCPUMemory(vcpu)
    let frames = record.pointee.recordFrame
    vcpu.pointee.architecture = 0
    PVRecords.destroy(record)
    freeOwnFrames(frames, order: PVVCPU.recordOrder)
  }

  /// Gives the PV part of a domain back.
  public func releasePVDomain(_ domain: Ref<Domain>) {
    guard domain.pointee.architecture != 0 else { return }
    let record = domain.pv
    releasePlatform(domain)
    releaseDomainMemory(domain)
    if let map = record.pointee.memoryMapFrame { freeOwnFrames(map) }
    let frame = record.pointee.recordFrame
    domain.pointee.architecture = 0
    PVRecords.destroy(record)
    freeOwnFrames(frame)
  }

  /// Writes the wall clock into a domain's shared info.
  public func publishWallClock(_ domain: Ref<Domain>) {
    let page = M.memory[domain.pointee.sharedInfo]
    let base = M.wallClockAtStart
    let seconds = UInt64(
      bitPattern: Int64(bitPattern: base.seconds) &+ domain.pointee.timeOffsetSeconds)
    let version = (page.load(UInt32.self, at: SharedInfoLayout.wallclockVersion) ?? 0) &+ 1 | 1
    page.store(version, at: SharedInfoLayout.wallclockVersion)
    page.store(UInt32(truncatingIfNeeded: seconds), at: SharedInfoLayout.wallclockSeconds)
    page.store(base.nanoseconds, at: SharedInfoLayout.wallclockNanoseconds)
    page.store(
      UInt32(truncatingIfNeeded: seconds >> 32), at: SharedInfoLayout.wallclockSecondsHigh)
    page.store(version &+ 1, at: SharedInfoLayout.wallclockVersion)
  }
}
