import Domains
import GrantTables
import Hypercalls
import Machine
import Primitives
import Text
import X86Machine
import X86PV
import XenABI

/// The core's hooks into x86: every domain is a PV domain.
extension X86: GuestArchitecture {
  public static func makeDomain(
    _ domain: Ref<Domain>, in hv: Hypervisor<X86>
  ) throws(XenErrno) {
    try hv.makePVDomain(domain)
  }

  public static func makeVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<X86>) throws(XenErrno) {
    try hv.makePVVCPU(vcpu)
  }

  public static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<X86>) {
    hv.releasePVVCPU(vcpu)
  }

  public static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<X86>) {
    hv.releasePVDomain(domain)
  }

  public static func relinquishMemory(_ domain: Ref<Domain>, in hv: Hypervisor<X86>) -> Bool {
    hv.relinquishPVMemory(domain)
  }

  public static func switchContext(
    from previous: Ref<VCPU>?, to next: Ref<VCPU>?, in hv: Hypervisor<X86>
  ) {
    hv.switchPVContext(from: previous, to: next)
  }

  public static func controlDomainEnded(reason: UInt32) {
    switch ShutdownReason(rawValue: reason) {
    case .powerOff:
      log(.info, "Hardware Dom0 halted: halting machine")
      X86.powerOff()
    case .reboot:
      log(.info, "Hardware Dom0 shutdown: rebooting machine")
      X86.reboot()
    case .crash:
      log(.answer, "Hardware Dom0 crashed")
      X86.rebootOrHalt()
    case .watchdog:
      log(.answer, "Hardware Dom0 shutdown: its watchdog was not fed")
      X86.rebootOrHalt()
    case .suspend, .softReset, nil:
      log(.answer, "Hardware Dom0 shutdown (unknown reason \(reason))")
      X86.rebootOrHalt()
    }
  }

  public static func initialiseVCPU(
    _ vcpu: Ref<VCPU>, contextAt address: UInt64, in hv: Hypervisor<X86>
  ) throws(XenErrno) {
    try hv.setPVContext(vcpu, fromGuestAddress: address)
  }

  public static func publishTime(_ vcpu: Ref<VCPU>, in hv: Hypervisor<X86>) {
    hv.publishTime(vcpu)
  }

  public static func physicalID(of cpu: CPUIndex) -> UInt64? {
    guard let apicID = apicID(of: cpu) else { return nil }
    return UInt64(apicID) | UInt64(acpiID(of: cpu) ?? apicID) << 32
  }

  public static func marksRunstateUpdates(_ domain: Ref<Domain>) -> Bool {
    let bit = UInt64(VMAssistType.runstateUpdateFlag.rawValue)
    return domain.hasPV && domain.pv.pointee.assists >> bit & 1 != 0
  }

  public static func holdWritableFrame(
    _ frame: GFN, of domain: Ref<Domain>, in hv: Hypervisor<X86>
  ) throws(XenErrno) -> MFN {
    try hv.holdWritableFrame(MFN(frame.rawValue), of: domain)
  }

  public static func installGrantMapping(
    _ place: GrantPlacement, for vcpu: Ref<VCPU>, in hv: Hypervisor<X86>
  ) throws(GrantStatus) {
    try hv.installPVGrantMapping(place, for: vcpu)
  }

  public static func removeGrantMapping(
    _ place: GrantPlacement, replacement: UInt64, for vcpu: Ref<VCPU>, in hv: Hypervisor<X86>
  ) throws(GrantStatus) {
    try hv.removePVGrantMapping(place, replacement: replacement, for: vcpu)
  }

  public static func releaseWritableFrame(_ frame: MFN, in hv: Hypervisor<X86>) {
    hv.releaseWritableFrame(frame)
  }

  public static func bindInterrupt(
    _ pirq: UInt32, flags: UInt32, to domain: Ref<Domain>, in hv: Hypervisor<X86>
  ) throws(XenErrno) {
    try hv.bindPIRQ(pirq, flags: flags, to: domain)
  }

  public static func releaseInterrupt(
    _ pirq: UInt32, of domain: Ref<Domain>, in hv: Hypervisor<X86>
  ) {
    hv.releasePIRQ(pirq, of: domain)
  }

  public static func moveInterrupt(
    _ pirq: UInt32, to vcpu: Ref<VCPU>, in hv: Hypervisor<X86>
  ) {
    hv.movePIRQ(pirq, to: vcpu)
  }

  public static func pollConsole(in hv: Hypervisor<X86>) {
    if takeRingGrowth() { hv.raiseGlobal(.consoleRing) }
    hv.continueRegisterDump()
    while let event = nextConsoleEvent() {
      switch event {
      case .key(let key): hv.handleDebugKey(key)
      case .moved(let target): announceInput(to: target)
      }
    }
    if hasConsoleInput { hv.raiseGlobal(.console) }
  }
}
