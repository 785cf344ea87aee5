import Domains
import GrantTables
import Machine
import Memory
import Primitives
import Synchronization
import XenABI

/// The processor's part of domains and vCPUs: nothing but records of what was asked for. A page
/// table is a list of grant placements by address; a frame's type word counts its writers.
extension FakeMachine: GuestArchitecture {
  /// The processor's part of domains and vCPUs, for tests that have a real one; nil for none.
  @TaskLocal public static var parts: (any FakeParts.Type)?

  public static func makeDomain(
    _ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>
  ) throws(XenErrno) { try parts?.makeDomain(domain, in: hv) }

  public static func makeVCPU(
    _ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>
  ) throws(XenErrno) { try parts?.makeVCPU(vcpu, in: hv) }

  public static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) {
    parts?.releaseVCPU(vcpu, in: hv)
  }

  public static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) {
    parts?.releaseDomain(domain, in: hv)
  }

  /// Gives back every frame the domain owns.
  public static func relinquishMemory(
    _ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>
  ) -> Bool {
    if let parts { return parts.relinquishMemory(domain, in: hv) }
    var next = domain.pointee.pages.first
    while let mfn = next {
      next = domain.pointee.pages.next(after: mfn, in: hv.frames)
      hv.releaseFromOwner(mfn)
    }
    return true
  }

  public static func switchContext(
    from previous: Ref<VCPU>?, to next: Ref<VCPU>?, in hv: Hypervisor<FakeMachine>
  ) {}

  public static func controlDomainEnded(reason: UInt32) {
    host.update { $0.controlDomainEnd = reason }
  }

  public static func initialiseVCPU(
    _ vcpu: Ref<VCPU>, contextAt address: UInt64, in hv: Hypervisor<FakeMachine>
  ) throws(XenErrno) {}

  /// CPU n has APIC id 2n and ACPI id n.
  public static func physicalID(of cpu: CPUIndex) -> UInt64? {
    cpu.index < 2 ? UInt64(cpu.index) * 2 | UInt64(cpu.index) << 32 : nil
  }

  public static func publishTime(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) {}

  public static func holdWritableFrame(
    _ frame: GFN, of domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>
  ) throws(XenErrno) -> MFN {
    let mfn = MFN(frame.rawValue)
    guard hv.frames.takeReference(mfn, ownedBy: domain.pointee.id) else { throw .EINVAL }
    // All ones stands for a page table: not to be written.
    let page = hv.frames[mfn]
    guard page.pointee.type.load(ordering: .relaxed) != UInt64.max else {
      hv.putPage(mfn)
      throw .EPERM
    }
    page.pointee.type.wrappingAdd(1, ordering: .relaxed)
    return mfn
  }

  public static func releaseWritableFrame(_ frame: MFN, in hv: Hypervisor<FakeMachine>) {
    host.update { $0.onReleaseWritable }?(frame)
    hv.frames[frame].pointee.type.wrappingSubtract(1, ordering: .relaxed)
    hv.putPage(frame)
  }

  public static func writeConsole(_ bytes: InlineArray<128, UInt8>, count: Int) {
    host.update { state in
      for i in 0..<min(128, max(0, count)) { state.consoleOutput.append(bytes[i]) }
    }
  }

  public static func readConsole() -> UInt8? {
    host.update { $0.consoleInput.isEmpty ? nil : $0.consoleInput.removeFirst() }
  }

  public static func pollConsole(in hv: Hypervisor<FakeMachine>) {}

  public static func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) {
    host.update { $0.machineToPhysical[mfn.rawValue] = pfn }
  }

  public static func machineToPhysical(_ mfn: MFN) -> UInt64 {
    host.update { $0.machineToPhysical[mfn.rawValue] ?? UInt64.max }
  }

  /// Address 0xbad000 is one that no page-table entry belongs to.
  public static func installGrantMapping(
    _ place: GrantPlacement, for vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>
  ) throws(GrantStatus) {
    guard place.address != 0xbad000 else { throw .badVirtualAddress }
    host.update { $0.grantEntries[place.address] = place }
  }

  public static func removeGrantMapping(
    _ place: GrantPlacement, replacement: UInt64, for vcpu: Ref<VCPU>,
    in hv: Hypervisor<FakeMachine>
  ) throws(GrantStatus) {
    let removed = host.update { state in
      guard state.grantEntries[place.address]?.mfn == place.mfn else { return false }
      state.grantEntries[place.address] =
        replacement == 0 ? nil : state.grantEntries.removeValue(forKey: replacement)
      return true
    }
    if !removed { throw .generalError }
  }
}

/// A processor's part of domains and vCPUs, as in `GuestArchitecture`.
public protocol FakeParts: SendableMetatype {
  /// Makes the part of a domain.
  static func makeDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) throws(XenErrno)
  /// Makes the part of a vCPU.
  static func makeVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) throws(XenErrno)
  /// Gives the part of a vCPU back.
  static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>)
  /// Gives the part of a domain back.
  static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>)
  /// Takes memory away from a dying domain; returns whether nothing is left to do.
  static func relinquishMemory(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) -> Bool
}
