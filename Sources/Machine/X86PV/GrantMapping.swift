import Domains
import GrantTables
import Machine
import Primitives
import XenABI

/// Granted frames in a guest's page tables, as the grant table asks for it.
extension Hypervisor where M: X86Hardware {
  /// Writes a granted frame into the page tables of a vCPU's domain.
  public func installPVGrantMapping(
    _ place: GrantPlacement, for vcpu: Ref<VCPU>
  ) throws(GrantStatus) {
    let status = mmu(for: vcpu.domain).mapGrant(
      place.mfn, at: place.address, place.mapFlags, root: vcpu.pv.pointee.memory.kernelRoot,
      of: vcpu.domain.pointee.id)
    if status != .okay { throw status }
  }

  /// Clears the entry of a granted frame, or puts what maps `replacement` there.
  public func removePVGrantMapping(
    _ place: GrantPlacement, replacement: UInt64, for vcpu: Ref<VCPU>
  ) throws(GrantStatus) {
    let status = mmu(for: vcpu.domain).unmapGrant(
      place.mfn, at: place.address, place.mapFlags, replacement: replacement,
      root: vcpu.pv.pointee.memory.kernelRoot, of: vcpu.domain.pointee.id)
    if status != .okay { throw status }
  }
}
