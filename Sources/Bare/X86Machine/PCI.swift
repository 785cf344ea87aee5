import CX86
import Machine
import Primitives
import Sync
import Text
import X86Format

/// The place of a PCI function on segment 0.
public struct PCIAddress: Equatable, BitwiseCopyable, Sendable {
  /// The bus.
  public var bus: UInt8
  /// Device and function: `device << 3 | function`.
  public var deviceFunction: UInt8

  /// The function at that place.
  public init(bus: UInt8, deviceFunction: UInt8) {
    self.bus = bus
    self.deviceFunction = deviceFunction
  }
}

/// PCI configuration space by the ports that every PC has.
/// - Source: PCI Local Bus Specification 3.0 §3.2.2.3.2.
struct ConfigurationPorts: ~Copyable {
  /// Guards the address port until the data port was used. Innermost but for the console's.
  let lock = TicketLock()

  /// The address port.
  static var address: UInt16 { 0xcf8 }
  /// The data port.
  static var data: UInt16 { 0xcfc }
}

/// Registers of a function's configuration space that the hypervisor uses.
private enum PCIRegister {
  static var status: UInt16 { 0x06 }
  static var firstBAR: UInt16 { 0x10 }
  static var capabilities: UInt16 { 0x34 }
  static var capabilityMSI: UInt8 { 0x05 }
  static var capabilityMSIX: UInt8 { 0x11 }
}

extension X86 {
  /// Reads 1, 2 or 4 bytes of configuration space (register below 256); all ones if nobody answers.
  public static func readPCI(_ at: PCIAddress, _ register: UInt16, bytes: Int) -> UInt32 {
    state.pointee.configuration.lock.withLock {
      select(at, register)
      let port = ConfigurationPorts.data &+ (register & 3)
      return switch bytes {
      case 1: UInt32(X86.inb(port))
      case 2: UInt32(X86.inw(port & ~1))
      default: X86.inl(ConfigurationPorts.data)
      }
    }
  }

  /// Writes 1, 2 or 4 bytes of configuration space (register below 256).
  public static func writePCI(_ at: PCIAddress, _ register: UInt16, bytes: Int, _ value: UInt32) {
    state.pointee.configuration.lock.withLock {
      select(at, register)
      let port = ConfigurationPorts.data &+ (register & 3)
      switch bytes {
      case 1: X86.outb(port, UInt8(truncatingIfNeeded: value))
      case 2: X86.outw(port & ~1, UInt16(truncatingIfNeeded: value))
      default: X86.outl(ConfigurationPorts.data, value)
      }
    }
  }

  /// Performs an access to the data port on behalf of a guest that set the address port to
  /// `address`; nil for `value` reads.
  ///
  /// - Parameters:
  ///   - offset: 0 to 3, into the four data ports.
  ///   - bytes: 1, 2 or 4.
  public static func accessPCI(
    address: UInt32, offset: UInt16, bytes: Int, value: UInt32?
  ) -> UInt32 {
    state.pointee.configuration.lock.withLock {
      X86.outl(ConfigurationPorts.address, address)
      let port = ConfigurationPorts.data &+ (offset & 3)
      switch (bytes, value) {
      case (1, nil): return UInt32(X86.inb(port))
      case (2, nil): return UInt32(X86.inw(port))
      case (_, nil): return X86.inl(port)
      case (1, let value?): X86.outb(port, UInt8(truncatingIfNeeded: value))
      case (2, let value?): X86.outw(port, UInt16(truncatingIfNeeded: value))
      case (_, let value?): X86.outl(port, value)
      }
      return 0
    }
  }

  private static func select(_ at: PCIAddress, _ register: UInt16) {
    let address =
      1 << 31 | UInt32(at.bus) << 16 | UInt32(at.deviceFunction) << 8 | UInt32(register & 0xfc)
    X86.outl(ConfigurationPorts.address, address)
  }

  /// The register of the function's capability `id`, if it has it.
  private static func capability(_ at: PCIAddress, _ id: UInt8) -> UInt16? {
    guard readPCI(at, PCIRegister.status, bytes: 2) & 1 << 4 != 0 else { return nil }
    var place = UInt16(readPCI(at, PCIRegister.capabilities, bytes: 1) & 0xfc)
    // A list that runs in a circle ends with the patience.
    for _ in 0..<48 where place >= 0x40 {
      let head = readPCI(at, place, bytes: 2)
      if UInt8(truncatingIfNeeded: head) == id { return place }
      place = UInt16(head >> 8 & 0xfc)
    }
    return nil
  }

  // MARK: Message-signalled interrupts

  /// Makes message `entry` of a function raise `vector` on `cpu`: an entry of its MSI-X table, or its
  /// only MSI message. Whether messages are sent at all is dom0's to switch.
  ///
  /// - Returns: false if the function has no such capability or entry.
  /// - Source: PCI Local Bus Specification 3.0 §6.8; `PHYSDEVOP_map_pirq`.
  public static func routeMessage(
    _ at: PCIAddress, entry: UInt16, isMSIX: Bool, to vector: UInt8, on cpu: CPUIndex
  ) -> Bool {
    guard let apicID = apicID(of: cpu) else { return false }
    let message = MSIMessage(vector: vector, destination: UInt8(truncatingIfNeeded: apicID))
    guard isMSIX else { return routeMSI(at, message) }
    guard let place = tableEntry(at, entry) else { return false }
    x86_mmio_write32(place &+ 12, 1)
    x86_mmio_write32(place, UInt32(truncatingIfNeeded: message.address))
    x86_mmio_write32(place &+ 4, UInt32(truncatingIfNeeded: message.address >> 32))
    x86_mmio_write32(place &+ 8, message.data)
    x86_mmio_write32(place &+ 12, 0)
    return true
  }

  /// Stops message `entry` of a function.
  public static func stopMessage(_ at: PCIAddress, entry: UInt16, isMSIX: Bool) {
    if isMSIX {
      if let place = tableEntry(at, entry) { x86_mmio_write32(place &+ 12, 1) }
    } else if let place = capability(at, PCIRegister.capabilityMSI) {
      let control = readPCI(at, place &+ 2, bytes: 2)
      writePCI(at, place &+ 2, bytes: 2, control & ~1)
    }
  }

  private static func routeMSI(_ at: PCIAddress, _ message: MSIMessage) -> Bool {
    guard let place = capability(at, PCIRegister.capabilityMSI) else { return false }
    let control = readPCI(at, place &+ 2, bytes: 2)
    let is64Bit = control & 1 << 7 != 0
    writePCI(at, place &+ 4, bytes: 4, UInt32(truncatingIfNeeded: message.address))
    if is64Bit {
      writePCI(at, place &+ 8, bytes: 4, UInt32(truncatingIfNeeded: message.address >> 32))
    }
    writePCI(at, place &+ (is64Bit ? 12 : 8), bytes: 2, message.data)
    if control & 1 << 8 != 0 {  // per-vector masks
      writePCI(at, place &+ (is64Bit ? 16 : 12), bytes: 4, 0)
    }
    // One message only, and sent from now on.
    writePCI(at, place &+ 2, bytes: 2, control & ~0x70 | 1)
    return true
  }

  /// Where entry `entry` of a function's MSI-X table is mapped.
  private static func tableEntry(_ at: PCIAddress, _ entry: UInt16) -> UInt64? {
    guard let place = capability(at, PCIRegister.capabilityMSIX) else { return nil }
    let control = readPCI(at, place &+ 2, bytes: 2)
    guard entry <= control & 0x7ff else { return nil }
    let table = readPCI(at, place &+ 4, bytes: 4)
    let bar = PCIRegister.firstBAR &+ UInt16(table & 7) &* 4
    guard bar <= 0x24 else { return nil }
    let low = readPCI(at, bar, bytes: 4)
    guard low & 1 == 0 else { return nil }
    var base = UInt64(low & ~15)
    if low & 6 == 4, bar < 0x24 { base |= UInt64(readPCI(at, bar &+ 4, bytes: 4)) << 32 }
    guard base != 0 else { return nil }
    let address = base &+ UInt64(table & ~7) &+ UInt64(entry) &* 16
    // Entries do not straddle pages: the table is 8-byte aligned and entries are 16 bytes, so one may
    // begin in the last half of a page only if it is misaligned, which no known device is.
    guard address & 0xfff <= 0xff0 else { return nil }
    return mappedDevicePage(MachineAddress(address & ~0xfff)).map { $0.rawValue | address & 0xfff }
  }
}
