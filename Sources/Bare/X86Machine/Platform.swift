import Formats
import Machine
import Primitives
import Text
import X86Format

/// An I/O APIC as firmware describes it.
struct IOAPICPlace: BitwiseCopyable, Sendable {
  var id: UInt8 = 0
  /// The frame of its registers.
  var frame = MFN(0)
  /// The first global system interrupt of its pins.
  var gsiBase: UInt32 = 0
  /// Where its registers are mapped.
  var registers: UInt64 = 0
  /// The number of its pins.
  var pins: UInt32 = 0
}

/// How an ISA interrupt line is wired where it differs from one to one, edge, active high.
struct InterruptOverride: BitwiseCopyable, Sendable {
  var irq: UInt8 = 0
  var gsi: UInt32 = 0
  var isLevel = false
  var isActiveLow = false
}

/// What ACPI's tables say of the machine, as far as the hypervisor needs it.
struct Platform {
  /// The physical address of the ACPI root pointer; 0 if there is none.
  var rootPointer: UInt64 = 0
  /// The local APIC ids of usable processors, in firmware's order.
  var processors = InlineArray<256, UInt32>(repeating: 0)
  /// The number of usable processors.
  var processorCount = 0
  /// The physical address of the local APICs' registers.
  var localAPICAddress: UInt64 = 0xfee0_0000
  /// The I/O APICs.
  var ioAPICs = InlineArray<8, IOAPICPlace>(repeating: IOAPICPlace())
  /// The number of I/O APICs.
  var ioAPICCount = 0
  /// Differently wired ISA lines.
  var overrides = InlineArray<16, InterruptOverride>(repeating: InterruptOverride())
  /// The number of those.
  var overrideCount = 0
  /// Fixed hardware.
  var fixed: FADT?
  /// What to write to power off.
  var powerOff: SleepType?
  /// The event timer's registers, where mapped; 0 if there is none.
  var hpet: UInt64 = 0
  /// The frame of those.
  var hpetFrame = MFN(0)
  /// PCI configuration space in memory, segment 0.
  var pciConfiguration: PCIConfigurationRange?
}

extension X86 {

  /// PCI configuration space in memory, segment 0, if firmware tells of it.
  public static var pciConfiguration: PCIConfigurationRange? {
    state.pointee.platform.pciConfiguration
  }

  /// Reads ACPI's tables. A machine without them has one processor and no I/O APIC.
  static func readPlatform() {
    let reader = DirectMapReader.all
    let state = Self.state
    do throws(ACPIError) {
      let root: RSDP
      if let told = boot.pointee.information.rsdp {
        root = try RSDP(at: told.start, reader)
        state.pointee.platform.rootPointer = told.start
      } else {
        let found = try RSDP.find(reader)
        root = found.rsdp
        state.pointee.platform.rootPointer = found.address
      }
      let tables = try ACPITables(root, reader)
      tables.forEach(reader) { readTable($0, reader) }
    } catch {
      log(.warning, "ACPI: no usable tables")
    }
    if state.pointee.platform.processorCount == 0 {
      state.pointee.platform.processors[0] = X86.cpuid(1).ebx >> 24
      state.pointee.platform.processorCount = 1
    }
  }

  private static func readTable(_ table: ACPITable, _ reader: DirectMapReader) {
    let state = Self.state
    do throws(ACPIError) {
      switch table.signature {
      case .madt: try table.withBytes(reader) { bytes throws(ACPIError) in try readMADT(bytes) }
      case .fadt:
        let fixed = try table.withBytes(reader) { bytes throws(ACPIError) in try FADT(bytes) }
        state.pointee.platform.fixed = fixed
        let dsdt = try ACPITable(at: fixed.dsdt, reader)
        state.pointee.platform.powerOff = try dsdt.withBytes(reader) { SleepType.find($0) }
      case .hpet:
        let hpet = try table.withBytes(reader) { bytes throws(ACPIError) in try HPETTable(bytes) }
        if let address = hpet.address.memory, state.pointee.platform.hpet == 0 {
          state.pointee.platform.hpetFrame = MachineAddress(address).frame
          state.pointee.platform.hpet = mapDevice(MachineAddress(address), bytes: 1024).rawValue
        }
      case .mcfg:
        try table.withBytes(reader) { bytes throws(ACPIError) in
          try MCFG.forEach(bytes) { range in
            if range.segment == 0 { state.pointee.platform.pciConfiguration = range }
          }
        }
      default: break
      }
    } catch {
      log(.warning, "ACPI: a table is unreadable or malformed")
    }
  }

  private static func readMADT(_ bytes: RawSpan) throws(ACPIError) {
    let state = Self.state
    state.pointee.platform.localAPICAddress = UInt64(try MADT.header(bytes).localAPICAddress)
    try MADT.forEach(bytes) { entry in
      switch entry {
      case .processor(_, let apicID, let isEnabled, _):
        let n = state.pointee.platform.processorCount
        guard isEnabled, n < CPULimit.count else { return }
        for i in 0..<n where state.pointee.platform.processors[i] == apicID { return }
        state.pointee.platform.processors[n] = apicID
        state.pointee.platform.processorCount = n &+ 1
      case .ioAPIC(let id, let address, let gsiBase):
        let n = state.pointee.platform.ioAPICCount
        guard n < 8 else { return }
        let registers = mapDevice(MachineAddress(UInt64(address)), bytes: 4096).rawValue
        state.pointee.platform.ioAPICs[n] = IOAPICPlace(
          id: id, frame: MachineAddress(UInt64(address)).frame, gsiBase: gsiBase,
          registers: registers)
        state.pointee.platform.ioAPICCount = n &+ 1
      case .sourceOverride(let irq, let gsi, let flags):
        let n = state.pointee.platform.overrideCount
        guard n < 16 else { return }
        state.pointee.platform.overrides[n] = InterruptOverride(
          irq: irq, gsi: gsi, isLevel: flags.isLevel ?? false,
          isActiveLow: flags.isActiveLow ?? false)
        state.pointee.platform.overrideCount = n &+ 1
      case .localAPICAddress(let address): state.pointee.platform.localAPICAddress = address
      case .nmiSource, .localNMI, .other: break
      }
    }
  }
}
