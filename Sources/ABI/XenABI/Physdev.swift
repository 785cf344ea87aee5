// Operations on physical devices and interrupts, and their arguments.
//
// Source: xen/physdev.h.

/// Command of `physdev_op`.
public enum PhysdevOp: UInt32, Sendable {
  /// Obsolete (`PHYSDEVOP_IRQ_UNMASK_NOTIFY`).
  case irqUnmaskNotify = 4
  /// Tells whether an interrupt needs an end-of-interrupt call (`PHYSDEVOP_irq_status_query`).
  case irqStatusQuery = 5
  /// Sets the calling vCPU's I/O privilege level (`PHYSDEVOP_set_iopl`).
  case setIOPL = 6
  /// Sets the calling vCPU's I/O-port bitmap (`PHYSDEVOP_set_iobitmap`).
  case setIOBitmap = 7
  /// Reads an I/O APIC register (`PHYSDEVOP_apic_read`).
  case apicRead = 8
  /// Writes an I/O APIC register (`PHYSDEVOP_apic_write`).
  case apicWrite = 9
  /// Allocates a vector for an interrupt (`PHYSDEVOP_alloc_irq_vector`).
  case allocIRQVector = 10
  /// Frees a vector (`PHYSDEVOP_free_irq_vector`).
  case freeIRQVector = 11
  /// End of interrupt (`PHYSDEVOP_eoi`).
  case endOfInterrupt = 12
  /// Maps an interrupt to a PIRQ of a domain (`PHYSDEVOP_map_pirq`).
  case mapPIRQ = 13
  /// Unmaps a PIRQ (`PHYSDEVOP_unmap_pirq`).
  case unmapPIRQ = 14
  /// Announces a PCI function (`PHYSDEVOP_manage_pci_add`).
  case managePCIAdd = 15
  /// Announces that a PCI function is gone (`PHYSDEVOP_manage_pci_remove`).
  case managePCIRemove = 16
  /// Registers the page of end-of-interrupt bits; unmasks on call (`PHYSDEVOP_pirq_eoi_gmfn_v1`).
  case pirqEOIGMFNv1 = 17
  /// Restores a function's MSI state (`PHYSDEVOP_restore_msi`).
  case restoreMSI = 19
  /// Announces a PCI function with its kind (`PHYSDEVOP_manage_pci_add_ext`).
  case managePCIAddExt = 20
  /// Sets trigger and polarity of a GSI (`PHYSDEVOP_setup_gsi`).
  case setupGSI = 21
  /// Allocates a PIRQ (`PHYSDEVOP_get_free_pirq`).
  case getFreePIRQ = 23
  /// Tells that an MMCFG range is reserved (`PHYSDEVOP_pci_mmcfg_reserved`).
  case pciMMCFGReserved = 24
  /// Announces a PCI function (`PHYSDEVOP_pci_device_add`).
  case pciDeviceAdd = 25
  /// Announces that a PCI function is gone (`PHYSDEVOP_pci_device_remove`).
  case pciDeviceRemove = 26
  /// Restores a function's MSI state, with its segment (`PHYSDEVOP_restore_msi_ext`).
  case restoreMSIExt = 27
  /// Registers the page of end-of-interrupt bits (`PHYSDEVOP_pirq_eoi_gmfn_v2`).
  case pirqEOIGMFNv2 = 28
  /// Announces a reset of a debug port's controller (`PHYSDEVOP_dbgp_op`).
  case debugPortOp = 29
  /// A function's MSI-X memory will not change any more (`PHYSDEVOP_prepare_msix`).
  case prepareMSIX = 30
  /// A function's MSI-X memory may change (`PHYSDEVOP_release_msix`).
  case releaseMSIX = 31
}

/// Argument of `PHYSDEVOP_eoi` (`struct physdev_eoi`).
public struct PhysdevEOI: BitwiseCopyable, Sendable {
  /// PIRQ (`irq`).
  public var irq: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(irq: UInt32 = 0) {
    self.irq = irq
  }
}

/// Argument of `PHYSDEVOP_pirq_eoi_gmfn_v1` and `_v2` (`struct physdev_pirq_eoi_gmfn`).
public struct PhysdevPIRQEOIGMFN: BitwiseCopyable, Sendable {
  /// Frame for the bits (`gmfn`).
  public var gmfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(gmfn: UInt64 = 0) {
    self.gmfn = gmfn
  }
}

/// Argument of `PHYSDEVOP_irq_status_query` (`struct physdev_irq_status_query`).
public struct PhysdevIRQStatusQuery: BitwiseCopyable, Sendable {
  /// PIRQ (`irq`).
  public var irq: UInt32 = 0
  /// Out: `IRQStatusFlags` (`flags`).
  public var flags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(irq: UInt32 = 0, flags: UInt32 = 0) {
    self.irq = irq
    self.flags = flags
  }
}

/// Flags of `PhysdevIRQStatusQuery.flags`.
public enum IRQStatusFlags {
  /// An end-of-interrupt call is needed (`XENIRQSTAT_needs_eoi`).
  public static var needsEOI: UInt32 { 1 << 0 }
  /// The line is shared among guests (`XENIRQSTAT_shared`).
  public static var shared: UInt32 { 1 << 1 }
}

/// Argument of `PHYSDEVOP_set_iopl` (`struct physdev_set_iopl`).
public struct PhysdevSetIOPL: BitwiseCopyable, Sendable {
  /// Level (`iopl`).
  public var iopl: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(iopl: UInt32 = 0) {
    self.iopl = iopl
  }
}

/// Argument of `PHYSDEVOP_set_iobitmap` (`struct physdev_set_iobitmap`).
public struct PhysdevSetIOBitmap: BitwiseCopyable, Sendable {
  /// A clear bit allows a port (`bitmap`).
  public var bitmap: GuestHandle<UInt8> = GuestHandle()
  /// Ports in the bitmap (`nr_ports`).
  public var portCount: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(bitmap: GuestHandle<UInt8> = GuestHandle(), portCount: UInt32 = 0) {
    self.bitmap = bitmap
    self.portCount = portCount
  }
}

/// Argument of `PHYSDEVOP_apic_read` and `PHYSDEVOP_apic_write` (`struct physdev_apic`).
public struct PhysdevAPIC: BitwiseCopyable, Sendable {
  /// Physical address of the I/O APIC (`apic_physbase`).
  public var apicPhysicalBase: UInt64 = 0
  /// Register (`reg`).
  public var register: UInt32 = 0
  /// In or out: its value (`value`).
  public var value: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(apicPhysicalBase: UInt64 = 0, register: UInt32 = 0, value: UInt32 = 0) {
    self.apicPhysicalBase = apicPhysicalBase
    self.register = register
    self.value = value
  }
}

/// Argument of `PHYSDEVOP_alloc_irq_vector` and `PHYSDEVOP_free_irq_vector` (`struct physdev_irq`).
public struct PhysdevIRQ: BitwiseCopyable, Sendable {
  /// Interrupt (`irq`).
  public var irq: UInt32 = 0
  /// In or out: vector (`vector`).
  public var vector: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(irq: UInt32 = 0, vector: UInt32 = 0) {
    self.irq = irq
    self.vector = vector
  }
}

/// Kind of interrupt to map.
public enum MapPIRQType: Int32, Sendable {
  /// Message (`MAP_PIRQ_TYPE_MSI`).
  case msi = 0
  /// Global system interrupt (`MAP_PIRQ_TYPE_GSI`).
  case gsi = 1
  /// Unknown (`MAP_PIRQ_TYPE_UNKNOWN`).
  case unknown = 2
  /// Message of a device with its segment (`MAP_PIRQ_TYPE_MSI_SEG`).
  case msiSegment = 3
  /// Several messages (`MAP_PIRQ_TYPE_MULTI_MSI`).
  case multiMSI = 4
}

/// Argument of `PHYSDEVOP_map_pirq` (`struct physdev_map_pirq`).
public struct PhysdevMapPIRQ: BitwiseCopyable, Sendable {
  /// Domain that gets the PIRQ (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// A `MapPIRQType` (`type`).
  public var type: Int32 = 0
  /// GSI, or -1 (`index`).
  public var index: Int32 = 0
  /// In or out: PIRQ, or -1 for any (`pirq`).
  public var pirq: Int32 = 0
  /// Bus; segment in bits 31:16 (`bus`).
  public var bus: Int32 = 0
  /// Device and function (`devfn`).
  public var devfn: Int32 = 0
  /// MSI-X entry, or number of messages (`entry_nr`).
  public var entryNumber: Int32 = 0
  private var _pad1: UInt32 = 0
  /// Physical address of the MSI-X table (`table_base`).
  public var tableBase: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, type: Int32 = 0, index: Int32 = 0, pirq: Int32 = 0, bus: Int32 = 0,
    devfn: Int32 = 0, entryNumber: Int32 = 0, tableBase: UInt64 = 0
  ) {
    self.domain = domain
    self.type = type
    self.index = index
    self.pirq = pirq
    self.bus = bus
    self.devfn = devfn
    self.entryNumber = entryNumber
    self.tableBase = tableBase
  }
}

/// Argument of `PHYSDEVOP_unmap_pirq` (`struct physdev_unmap_pirq`).
public struct PhysdevUnmapPIRQ: BitwiseCopyable, Sendable {
  /// Domain (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// PIRQ (`pirq`).
  public var pirq: Int32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, pirq: Int32 = 0) {
    self.domain = domain
    self.pirq = pirq
  }
}

/// Argument of `PHYSDEVOP_manage_pci_add` and `_remove` (`struct physdev_manage_pci`).
public struct PhysdevManagePCI: BitwiseCopyable, Sendable {
  /// Bus (`bus`).
  public var bus: UInt8 = 0
  /// Device and function (`devfn`).
  public var devfn: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(bus: UInt8 = 0, devfn: UInt8 = 0) {
    self.bus = bus
    self.devfn = devfn
  }
}

/// Argument of `PHYSDEVOP_restore_msi` (`struct physdev_restore_msi`).
public struct PhysdevRestoreMSI: BitwiseCopyable, Sendable {
  /// Bus (`bus`).
  public var bus: UInt8 = 0
  /// Device and function (`devfn`).
  public var devfn: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(bus: UInt8 = 0, devfn: UInt8 = 0) {
    self.bus = bus
    self.devfn = devfn
  }
}

/// Argument of `PHYSDEVOP_manage_pci_add_ext` (`struct physdev_manage_pci_ext`).
public struct PhysdevManagePCIExt: BitwiseCopyable, Sendable {
  /// Bus (`bus`).
  public var bus: UInt8 = 0
  /// Device and function (`devfn`).
  public var devfn: UInt8 = 0
  private var _pad0: UInt16 = 0
  /// Extended function (`is_extfn`).
  public var isExtendedFunction: UInt32 = 0
  /// Virtual function (`is_virtfn`).
  public var isVirtualFunction: UInt32 = 0
  /// Bus of the physical function (`physfn.bus`).
  public var physicalFunctionBus: UInt8 = 0
  /// Device and function of the physical function (`physfn.devfn`).
  public var physicalFunctionDevfn: UInt8 = 0
  private var _pad1: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    bus: UInt8 = 0, devfn: UInt8 = 0, isExtendedFunction: UInt32 = 0, isVirtualFunction: UInt32 = 0,
    physicalFunctionBus: UInt8 = 0, physicalFunctionDevfn: UInt8 = 0
  ) {
    self.bus = bus
    self.devfn = devfn
    self.isExtendedFunction = isExtendedFunction
    self.isVirtualFunction = isVirtualFunction
    self.physicalFunctionBus = physicalFunctionBus
    self.physicalFunctionDevfn = physicalFunctionDevfn
  }
}

/// Argument of `PHYSDEVOP_setup_gsi` (`struct physdev_setup_gsi`).
public struct PhysdevSetupGSI: BitwiseCopyable, Sendable {
  /// GSI (`gsi`).
  public var gsi: Int32 = 0
  /// 0 edge, 1 level (`triggering`).
  public var triggering: UInt8 = 0
  /// 0 high, 1 low (`polarity`).
  public var polarity: UInt8 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(gsi: Int32 = 0, triggering: UInt8 = 0, polarity: UInt8 = 0) {
    self.gsi = gsi
    self.triggering = triggering
    self.polarity = polarity
  }
}

/// Argument of `PHYSDEVOP_get_free_pirq` (`struct physdev_get_free_pirq`).
public struct PhysdevGetFreePIRQ: BitwiseCopyable, Sendable {
  /// A `MapPIRQType` (`type`).
  public var type: Int32 = 0
  /// Out: PIRQ (`pirq`).
  public var pirq: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: Int32 = 0, pirq: UInt32 = 0) {
    self.type = type
    self.pirq = pirq
  }
}

/// Argument of `PHYSDEVOP_pci_mmcfg_reserved` (`struct physdev_pci_mmcfg_reserved`).
public struct PhysdevPCIMMCFGReserved: BitwiseCopyable, Sendable {
  /// Physical address (`address`).
  public var address: UInt64 = 0
  /// Segment (`segment`).
  public var segment: UInt16 = 0
  /// First bus (`start_bus`).
  public var startBus: UInt8 = 0
  /// Last bus (`end_bus`).
  public var endBus: UInt8 = 0
  /// `PCIMMCFGFlags` (`flags`).
  public var flags: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    address: UInt64 = 0, segment: UInt16 = 0, startBus: UInt8 = 0, endBus: UInt8 = 0,
    flags: UInt32 = 0
  ) {
    self.address = address
    self.segment = segment
    self.startBus = startBus
    self.endBus = endBus
    self.flags = flags
  }
}

/// Flags of `PhysdevPCIMMCFGReserved`.
public enum PCIMMCFGFlags {
  /// The range is reserved (`XEN_PCI_MMCFG_RESERVED`).
  public static var reserved: UInt32 { 1 }
}

/// Flags of `PhysdevPCIDeviceAdd`.
public enum PCIDeviceFlags {
  /// Extended function (`XEN_PCI_DEV_EXTFN`).
  public static var extendedFunction: UInt32 { 1 << 0 }
  /// Virtual function (`XEN_PCI_DEV_VIRTFN`).
  public static var virtualFunction: UInt32 { 1 << 1 }
  /// A proximity domain follows (`XEN_PCI_DEV_PXM`).
  public static var proximity: UInt32 { 1 << 2 }
}

/// Argument of `PHYSDEVOP_pci_device_add`; an optional proximity domain follows it (`struct
/// physdev_pci_device_add`).
public struct PhysdevPCIDeviceAdd: BitwiseCopyable, Sendable {
  /// Segment (`seg`).
  public var segment: UInt16 = 0
  /// Bus (`bus`).
  public var bus: UInt8 = 0
  /// Device and function (`devfn`).
  public var devfn: UInt8 = 0
  /// `PCIDeviceFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Bus of the physical function (`physfn.bus`).
  public var physicalFunctionBus: UInt8 = 0
  /// Device and function of the physical function (`physfn.devfn`).
  public var physicalFunctionDevfn: UInt8 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    segment: UInt16 = 0, bus: UInt8 = 0, devfn: UInt8 = 0, flags: UInt32 = 0,
    physicalFunctionBus: UInt8 = 0, physicalFunctionDevfn: UInt8 = 0
  ) {
    self.segment = segment
    self.bus = bus
    self.devfn = devfn
    self.flags = flags
    self.physicalFunctionBus = physicalFunctionBus
    self.physicalFunctionDevfn = physicalFunctionDevfn
  }
}

/// A PCI function (`struct physdev_pci_device`).
public struct PhysdevPCIDevice: BitwiseCopyable, Sendable {
  /// Segment (`seg`).
  public var segment: UInt16 = 0
  /// Bus (`bus`).
  public var bus: UInt8 = 0
  /// Device and function (`devfn`).
  public var devfn: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(segment: UInt16 = 0, bus: UInt8 = 0, devfn: UInt8 = 0) {
    self.segment = segment
    self.bus = bus
    self.devfn = devfn
  }
}

/// Operation on a debug port.
public enum DebugPortOp: UInt8, Sendable {
  /// The controller will be reset (`PHYSDEVOP_DBGP_RESET_PREPARE`).
  case resetPrepare = 1
  /// The controller was reset (`PHYSDEVOP_DBGP_RESET_DONE`).
  case resetDone = 2
}

/// Bus of a debug port.
public enum DebugPortBus: UInt8, Sendable {
  /// Unknown (`PHYSDEVOP_DBGP_BUS_UNKNOWN`).
  case unknown = 0
  /// PCI (`PHYSDEVOP_DBGP_BUS_PCI`).
  case pci = 1
}

/// Argument of `PHYSDEVOP_dbgp_op` (`struct physdev_dbgp_op`).
public struct PhysdevDebugPortOp: BitwiseCopyable, Sendable {
  /// A `DebugPortOp` (`op`).
  public var op: UInt8 = 0
  /// A `DebugPortBus` (`bus`).
  public var bus: UInt8 = 0
  /// The controller (`u.pci`).
  public var pci: PhysdevPCIDevice = PhysdevPCIDevice()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(op: UInt8 = 0, bus: UInt8 = 0, pci: PhysdevPCIDevice = PhysdevPCIDevice()) {
    self.op = op
    self.bus = bus
    self.pci = pci
  }
}
