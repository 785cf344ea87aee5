import Machine
import Memory
import Primitives
import Synchronization
import XenABI

/// The frames in which `Domain` and `VCPU` records live: the one place that turns frames into
/// records and back.
extension Hypervisor {
  func makeRecord(
    in frame: MFN, id: DomainID, sharedInfo: MFN, _ wanted: DomainSpecification
  ) -> Ref<Domain> {
    // Safety: the frame is the hypervisor's own, fresh, and used for nothing else until
    // `destroyRecord`.
    let domain = unsafe M.memory.makeRecord(at: frame) {
      Domain(
        id: id, address: M.memory.address(of: frame), isPrivileged: wanted.isPrivileged,
        creationFlags: wanted.creationFlags, maximumVCPUs: wanted.maximumVCPUs,
        sharedInfo: sharedInfo)
    }
    domain.pointee.handle = wanted.handle
    domain.pointee.recordFrame = frame
    domain.pointee.controllerPauses = 1
    domain.pointee.pauseCount.store(1, ordering: .relaxed)
    return domain
  }

  func destroyRecord(_ domain: Ref<Domain>) {
    let frame = domain.pointee.recordFrame
    // Safety: made by `makeRecord`, and this was the last reference.
    unsafe domain.deinitialize()
    freeOwnFrames(frame)
  }

  func makeVCPURecord(
    in frame: MFN, id: VCPUID, domain: Ref<Domain>, cpu: CPUIndex, affinity: CPUSet
  ) -> Ref<VCPU> {
    // Safety: as in `makeRecord`, until `destroyVCPURecord`.
    let vcpu = unsafe M.memory.makeRecord(at: frame) {
      VCPU(
        id: id, domain: domain, address: M.memory.address(of: frame), cpu: cpu,
        affinity: affinity, infoFrame: domain.pointee.sharedInfo,
        infoOffset: id.index * MemoryLayout<VCPUInfo>.stride)
    }
    vcpu.pointee.recordFrame = frame
    return vcpu
  }

  func destroyVCPURecord(_ vcpu: Ref<VCPU>) {
    let frame = vcpu.pointee.recordFrame
    // Safety: made by `makeVCPURecord`; its domain's last reference is gone.
    unsafe vcpu.deinitialize()
    freeOwnFrames(frame)
  }
}
