import Domains
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// The memory half of a PV vCPU.
public struct PVVCPUMemory: ~Copyable {
  /// The root that the guest kernel runs on.
  public var kernelRoot = MFN.invalid
  /// The root that user programs run on, `MFN.invalid` for none.
  public var userRoot = MFN.invalid

  /// A vCPU without page tables.
  public init() {}
}

/// The memory half of a PV domain.
public struct PVDomainMemory: ~Copyable {
  /// Held for every change to the domain's page tables.
  public let pageTableLock = TicketLock()

  /// A domain without page tables.
  public init() {}
}

extension Hypervisor where M: X86Hardware {
  func makeDomainMemory(_ domain: Ref<Domain>) throws(XenErrno) {}
  func releaseDomainMemory(_ domain: Ref<Domain>) {}
  func makeVCPUMemory(_ vcpu: Ref<VCPU>) throws(XenErrno) {}
  func releaseVCPUMemory(_ vcpu: Ref<VCPU>) {}
  func loadDescriptorTables(_ vcpu: Ref<VCPU>) {}
}

extension Hypervisor where M: X86Hardware {
  func adoptInitialRoot(_ root: MFN, for vcpu: Ref<VCPU>) throws(XenErrno) {}
}

extension Hypervisor where M: X86Hardware {
  public func relinquishPVMemory(_ domain: Ref<Domain>) -> Bool { true }
  public func holdWritableFrame(_ mfn: MFN, of domain: Ref<Domain>) throws(XenErrno) -> MFN {
    guard frames.takeReference(mfn, ownedBy: domain.pointee.id) else { throw .EINVAL }
    return mfn
  }
  public func releaseWritableFrame(_ mfn: MFN) { putPage(mfn) }
}
