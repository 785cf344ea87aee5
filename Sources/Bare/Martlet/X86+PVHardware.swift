import Domains
import Machine
import Primitives
import X86Machine
import X86PV

/// What the PV code asks of the processor, answered by the machine floor (`X86+Hardware.swift` there).
extension X86: X86Hardware {
  public static func withholdHardware(from domain: Ref<Domain>, in hv: Hypervisor<X86>) {
    forEachOwnPortRange { first, last in
      _ = domain.pointee.portPermissions.remove(UInt64(first), through: UInt64(last))
    }
    forEachOwnDevice { frame in
      _ = domain.pointee.memoryPermissions.remove(frame.rawValue, through: frame.rawValue)
    }
  }
}
