import Domains
import Machine
import Primitives
import Sync
import X86Devices
import X86Format
import XenABI

/// Ports that a guest reaches only through the hypervisor: the clock and PCI configuration space,
/// whose index registers are shared by everybody, and the timer's second channel.
extension Hypervisor where M: X86Hardware {
  /// Reads from `port` at most `width` bytes.
  /// - Returns: the value and how many bytes it is: 1, 2 or 4.
  func readEmulatedPort(
    _ port: UInt16, _ width: UInt8, _ domain: Ref<Domain>
  ) -> (value: UInt32, width: UInt8) {
    let platform = domain.pv
    switch port {
    case PortNumber.timerChannel2, PortNumber.speaker:
      return (domain.pointee.isPrivileged ? UInt32(M.inb(port)) : UInt32.max, 1)
    case PortNumber.clockIndex:
      return (UInt32(platform.pointee.platform.clockIndex), 1)
    case PortNumber.clockData where permits(domain, PortNumber.clockIndex, PortNumber.clockData):
      return withClockPorts { () -> (UInt32, UInt8) in
        M.outb(PortNumber.clockIndex, platform.pointee.platform.clockIndex & 0x7f)
        return (UInt32(M.inb(PortNumber.clockData)), 1)
      }
    case PortNumber.pciAddress where width == 4:
      return (platform.pointee.platform.pciAddress, 4)
    case PortNumber.pciData...PortNumber.pciData + 3:
      let count = pciWidth(port, width)
      guard domain.pointee.isPrivileged else { return (UInt32.max, count) }
      return (
        M.accessPCI(
          address: platform.pointee.platform.pciAddress, offset: port & 3, bytes: Int(count),
          value: nil), count
      )
    default:
      // Part of an access that is not allowed as a whole.
      return (permits(domain, port, port) ? UInt32(M.inb(port)) : UInt32.max, 1)
    }
  }

  /// Writes to `port` at most `width` bytes.
  /// - Returns: how many bytes it wrote: 1, 2 or 4.
  func writeEmulatedPort(
    _ port: UInt16, _ width: UInt8, _ value: UInt32, _ domain: Ref<Domain>
  ) -> UInt8 {
    let platform = domain.pv
    let byte = UInt8(truncatingIfNeeded: value)
    switch port {
    case PortNumber.timerChannel2, PortNumber.speaker:
      if domain.pointee.isPrivileged { M.outb(port, byte) }
      return 1
    case PortNumber.timerControl:
      // Only the speaker's channel is anybody's but the hypervisor's.
      if domain.pointee.isPrivileged, byte >> 6 == 2 { M.outb(port, byte) }
      return 1
    case PortNumber.clockIndex:
      platform.pointee.platform.clockIndex = byte
      return 1
    case PortNumber.clockData where permits(domain, PortNumber.clockIndex, PortNumber.clockData):
      withClockPorts {
        M.outb(PortNumber.clockIndex, platform.pointee.platform.clockIndex & 0x7f)
        M.outb(PortNumber.clockData, byte)
      }
      return 1
    case PortNumber.pciAddress where width == 4:
      platform.pointee.platform.pciAddress = value
      return 4
    case PortNumber.pciData...PortNumber.pciData + 3:
      let count = pciWidth(port, width)
      if domain.pointee.isPrivileged {
        _ = M.accessPCI(
          address: platform.pointee.platform.pciAddress, offset: port & 3, bytes: Int(count),
          value: value)
      }
      return count
    default:
      if permits(domain, port, port) { M.outb(port, byte) }
      return 1
    }
  }

  private func permits(_ domain: Ref<Domain>, _ first: UInt16, _ last: UInt16) -> Bool {
    domain.pointee.portPermissions.contains(UInt64(first), through: UInt64(last))
  }

  // How much of an access to the data port lies within its four bytes.
  private func pciWidth(_ port: UInt16, _ width: UInt8) -> UInt8 {
    let count = min(width, 4 - UInt8(port & 3))
    return count == 3 ? 2 : count
  }

  // Runs `body` while nobody else uses the index register of the clock. dom0's record has the lock;
  // without dom0 nobody is there to share with.
  private func withClockPorts<R>(_ body: () -> R) -> R {
    guard let control = domain(.dom0), control.domain.hasPV else { return body() }
    return control.domain.pv.pointee.platform.portLock.withLock(body)
  }
}

/// What dom0 does not get of the machine's ports.
public enum WithheldPorts {
  /// Takes the hypervisor's own ports away from `domain`: interrupt controllers, interval timer,
  /// speaker gate, and the index registers that it emulates. What else a machine has of the
  /// hypervisor's own, its serial console for one, `X86Hardware.withholdHardware(from:in:)` takes.
  /// - Source: the I/O map of the PC/AT.
  public static func withhold(from domain: Ref<Domain>) {
    remove(0x20, 0x21, domain)
    remove(0xa0, 0xa1, domain)
    remove(0x4d0, 0x4d1, domain)
    remove(0x40, 0x43, domain)
    remove(0x61, 0x61, domain)
    remove(0xcfc, 0xcff, domain)
  }

  private static func remove(_ first: UInt64, _ last: UInt64, _ domain: Ref<Domain>) {
    _ = domain.pointee.portPermissions.remove(first, through: last)
  }
}
