import Domains
import Machine
import Primitives

/// From a domain or vCPU to its PV part: the one place that trusts the `architecture` word.
extension Ref where Value == VCPU {
  /// The PV part.
  public var pv: Ref<PVVCPU> {
    // Safety: `makePVVCPU` stored the record's address before the vCPU could be found by anybody,
    // and the record lives as long as the vCPU.
    guard let pointer = unsafe UnsafeMutablePointer<PVVCPU>(bitPattern: pointee.architecture) else {
      fatalError("a vCPU without PV part")
    }
    return unsafe Ref<PVVCPU>(pointer)
  }
}

extension Ref where Value == Domain {
  /// The PV part.
  public var pv: Ref<PVDomain> {
    // Safety: as for vCPUs, by `makePVDomain`.
    guard let pointer = unsafe UnsafeMutablePointer<PVDomain>(bitPattern: pointee.architecture)
    else {
      fatalError("a domain without PV part")
    }
    return unsafe Ref<PVDomain>(pointer)
  }

  /// Whether the PV part exists.
  public var hasPV: Bool { pointee.architecture != 0 }
}

/// Makes and destroys the records.
enum PVRecords {
  static func makeVCPU(in frame: MFN, _ memory: PhysicalMemory) -> Ref<PVVCPU> {
    // Safety: a fresh frame of the hypervisor's own, which stays this record until `destroy`.
    let record = unsafe memory.makeRecord(at: frame) { PVVCPU() }
    record.pointee.recordFrame = frame
    return record
  }

  static func destroy(_ record: Ref<PVVCPU>) {
    // Safety: made by `makeVCPU`; the vCPU is going away.
    unsafe record.deinitialize()
  }

  static func makeDomain(in frame: MFN, _ memory: PhysicalMemory) -> Ref<PVDomain> {
    // Safety: as above.
    let record = unsafe memory.makeRecord(at: frame) { PVDomain() }
    record.pointee.recordFrame = frame
    return record
  }

  static func destroy(_ record: Ref<PVDomain>) {
    // Safety: made by `makeDomain`; the domain is going away.
    unsafe record.deinitialize()
  }
}
