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
    precondition(MemoryLayout<Domain>.size <= 4096)
    // Safety: the frame is the hypervisor's own, fresh, and used for nothing else until
    // `destroyRecord`; a record fits into a frame.
    let address = M.memory.address(of: frame)
    let memory = unsafe UnsafeMutableRawPointer(bitPattern: address)
    guard let memory = unsafe memory else { fatalError("the direct map starts at zero") }
    let pointer = unsafe memory.bindMemory(to: Domain.self, capacity: 1)
    unsafe pointer.initialize(
      to: Domain(
        id: id, address: address, isPrivileged: wanted.isPrivileged,
        creationFlags: wanted.creationFlags, maximumVCPUs: wanted.maximumVCPUs,
        sharedInfo: sharedInfo))
    let domain = unsafe Ref(pointer)
    domain.pointee.handle = wanted.handle
    domain.pointee.recordFrame = frame
    domain.pointee.controllerPauses = 1
    domain.pointee.pauseCount.store(1, ordering: .relaxed)
    return domain
  }

  func destroyRecord(_ domain: Ref<Domain>) {
    let frame = domain.pointee.recordFrame
    // Safety: made by `makeRecord`, and this was the last reference.
    unsafe UnsafeMutablePointer<Domain>(bitPattern: domain.address)?.deinitialize(count: 1)
    freeOwnFrames(frame)
  }

  func makeVCPURecord(
    in frame: MFN, id: VCPUID, domain: Ref<Domain>, cpu: CPUIndex, affinity: CPUSet
  ) -> Ref<VCPU> {
    precondition(MemoryLayout<VCPU>.size <= 4096)
    let address = M.memory.address(of: frame)
    // Safety: as in `makeRecord`.
    guard let memory = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
      fatalError("the direct map starts at zero")
    }
    let pointer = unsafe memory.bindMemory(to: VCPU.self, capacity: 1)
    unsafe pointer.initialize(
      to: VCPU(
        id: id, domain: domain, address: address, cpu: cpu, affinity: affinity,
        infoFrame: domain.pointee.sharedInfo, infoOffset: id.index * MemoryLayout<VCPUInfo>.stride)
    )
    let vcpu = unsafe Ref(pointer)
    vcpu.pointee.recordFrame = frame
    return vcpu
  }

  func destroyVCPURecord(_ vcpu: Ref<VCPU>) {
    let frame = vcpu.pointee.recordFrame
    // Safety: made by `makeVCPURecord`; its domain's last reference is gone.
    unsafe UnsafeMutablePointer<VCPU>(bitPattern: vcpu.address)?.deinitialize(count: 1)
    freeOwnFrames(frame)
  }
}
