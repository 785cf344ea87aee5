import EventChannels
import Machine
import Primitives
import XenABI

/// Virtual interrupts: events that the hypervisor itself sends.
extension Hypervisor {
  /// Sends a per-vCPU VIRQ (timer, debug ...) to `vcpu`, if it has bound a port to it.
  public func raise(_ virq: VIRQ, for vcpu: Ref<VCPU>) {
    // A domain without ports is being made or taken apart: nobody to tell.
    try? notify(vcpu.pointee.domain) { ports in
      ports.notification(virq: virq, of: vcpu.pointee.id)
    }
  }

  /// Sends a global VIRQ (console, domain exception ...) to the domain that handles it: dom0, unless
  /// the toolstack has named another.
  public func raiseGlobal(_ virq: VIRQ) {
    guard let handler = domain(state.pointee.virqHandlers.handler(of: virq)) else { return }
    try? notify(handler.domain) { ports in ports.notification(virq: virq) }
  }

  /// Sends the event of a physical interrupt to the domain that has bound it.
  public func raiseInterrupt(_ pirq: UInt32, for domain: Ref<Domain>) {
    try? notify(domain) { ports in ports.notification(pirq: pirq) }
  }
}

extension Hypervisor {
  /// Whether an event is pending on a port, masked or not.
  /// - Throws: `EINVAL` if there is no such port.
  public func isPortPending(_ domain: Ref<Domain>, _ port: UInt32) throws(XenErrno) -> Bool {
    try withPorts(of: domain) { ports throws(XenErrno) in try ports.isPending(Port(port)) }
  }

  /// Whether an upcall is pending in a vCPU's `vcpu_info`.
  @inline(__always)
  public func isUpcallPending(_ vcpu: Ref<VCPU>) -> Bool {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallPending
    return info.load(UInt8.self, at: offset) ?? 0 != 0
  }
}

extension Hypervisor {
  /// Whether a vCPU has masked its upcalls.
  @inline(__always)
  public func isUpcallMasked(_ vcpu: Ref<VCPU>) -> Bool {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallMask
    return info.load(UInt8.self, at: offset) ?? 0 != 0
  }

  /// Masks or unmasks a vCPU's upcalls on its behalf.
  @inline(__always)
  public func setUpcallMask(_ vcpu: Ref<VCPU>, _ masked: Bool) {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallMask
    info.store(UInt8(masked ? 1 : 0), at: offset)
  }
}
