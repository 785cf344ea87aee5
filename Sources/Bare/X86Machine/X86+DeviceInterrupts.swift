import Machine
import Primitives
import X86Format

// What the PV code asks about device interrupts and processors (`X86Hardware`), in its words.
extension X86 {
  /// How the firmware says that a line is wired: as an ISA interrupt, as one of those that were given
  /// another pin, or as PCI's lines are.
  public static func firmwareWiring(ofGSI gsi: UInt32) -> (isLevel: Bool, isActiveLow: Bool) {
    for irq in 0..<UInt8(16) {
      let line = isaLine(irq)
      if line.gsi == gsi { return (line.isLevel, line.isActiveLow) }
    }
    return (true, true)
  }

  /// Makes a line raise a vector, masked until `unmaskGSI`; false if there is no such line.
  public static func routeGSI(
    _ gsi: UInt32, isLevel: Bool, isActiveLow: Bool, to vector: UInt8, on cpu: CPUIndex
  ) -> Bool {
    route(
      InterruptLine(gsi: gsi, isLevel: isLevel, isActiveLow: isActiveLow), to: vector, on: cpu)
  }

  /// Makes a PCI function's message raise a vector; false if it has none such.
  public static func routeMessage(
    bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool, to vector: UInt8,
    on cpu: CPUIndex
  ) -> Bool {
    routeMessage(
      PCIAddress(bus: bus, deviceFunction: deviceFunction), entry: entry, isMSIX: isMSIX,
      to: vector, on: cpu)
  }

  /// Stops a PCI function's message.
  public static func stopMessage(
    bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool
  ) {
    stopMessage(
      PCIAddress(bus: bus, deviceFunction: deviceFunction), entry: entry, isMSIX: isMSIX)
  }

  /// A register of the I/O APIC at `address`; nil if none is there.
  public static func readIOAPIC(_ address: MachineAddress, register: UInt8) -> UInt32? {
    readRegisterOfIOAPIC(at: address.frame, register)
  }

  /// The firmware's number of a CPU: processors are listed in the order of their APIC identifiers.
  public static func acpiID(of cpu: CPUIndex) -> UInt32? { apicID(of: cpu) }
}
