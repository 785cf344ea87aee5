import Machine
import Primitives
import XenABI

/// Virtual interrupts: events that the hypervisor itself sends.
extension Hypervisor {
  /// Sends a per-vCPU VIRQ (timer, debug ...) to `vcpu`, if it has bound a port to it.
  public func raise(_ virq: VIRQ, for vcpu: Ref<VCPU>) {
  }

  /// Sends a global VIRQ (console, domain exception ...) to the domain that handles it: dom0, unless
  /// the toolstack has named another.
  public func raiseGlobal(_ virq: VIRQ) {
  }
}

extension Hypervisor {
  /// Whether the pending bit of a port is set in the domain's shared info.
  /// - Throws: `EINVAL` if there can be no such port.
  public func isPortPending(_ domain: Ref<Domain>, _ port: UInt32) throws(XenErrno) -> Bool {
    guard port < 4096 else { throw .EINVAL }
    let words = M.memory[domain.pointee.sharedInfo]
    let word = SharedInfoLayout.eventPending / 8 + Int(port >> 6)
    return words[word: word] >> UInt64(port & 63) & 1 != 0
  }

  /// Whether an upcall is pending in a vCPU's `vcpu_info`.
  public func isUpcallPending(_ vcpu: Ref<VCPU>) -> Bool {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallPending
    return info.load(UInt8.self, at: offset) ?? 0 != 0
  }
}

extension Hypervisor {
  /// Closes every port of a dying domain.
  func closeAllPorts(_ domain: Ref<Domain>) {
  }

  /// Ends every grant mapping that a dying domain holds, a bounded piece at a time.
  /// - Returns: whether nothing is left to do.
  func releaseGrants(_ domain: Ref<Domain>) -> Bool {
    true
  }
}

extension Hypervisor {
  /// Whether a vCPU has masked its upcalls.
  public func isUpcallMasked(_ vcpu: Ref<VCPU>) -> Bool {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallMask
    return info.load(UInt8.self, at: offset) ?? 0 != 0
  }

  /// Masks or unmasks a vCPU's upcalls on its behalf.
  public func setUpcallMask(_ vcpu: Ref<VCPU>, _ masked: Bool) {
    let info = M.memory[vcpu.pointee.infoFrame]
    let offset = vcpu.pointee.infoOffset + VCPUInfoLayout.eventUpcallMask
    info.store(UInt8(masked ? 1 : 0), at: offset)
  }
}
