import Testing
import XenABI

@Suite struct PhysdevNumbers {
  @Test func physdevOpHasTheNumbersOfTheHeader() {
    expectNumber(PhysdevOp.irqUnmaskNotify.rawValue, "PHYSDEVOP_IRQ_UNMASK_NOTIFY")
    expectNumber(PhysdevOp.irqStatusQuery.rawValue, "PHYSDEVOP_irq_status_query")
    expectNumber(PhysdevOp.setIOPL.rawValue, "PHYSDEVOP_set_iopl")
    expectNumber(PhysdevOp.setIOBitmap.rawValue, "PHYSDEVOP_set_iobitmap")
    expectNumber(PhysdevOp.apicRead.rawValue, "PHYSDEVOP_apic_read")
    expectNumber(PhysdevOp.apicWrite.rawValue, "PHYSDEVOP_apic_write")
    expectNumber(PhysdevOp.allocIRQVector.rawValue, "PHYSDEVOP_alloc_irq_vector")
    expectNumber(PhysdevOp.freeIRQVector.rawValue, "PHYSDEVOP_free_irq_vector")
    expectNumber(PhysdevOp.endOfInterrupt.rawValue, "PHYSDEVOP_eoi")
    expectNumber(PhysdevOp.mapPIRQ.rawValue, "PHYSDEVOP_map_pirq")
    expectNumber(PhysdevOp.unmapPIRQ.rawValue, "PHYSDEVOP_unmap_pirq")
    expectNumber(PhysdevOp.managePCIAdd.rawValue, "PHYSDEVOP_manage_pci_add")
    expectNumber(PhysdevOp.managePCIRemove.rawValue, "PHYSDEVOP_manage_pci_remove")
    expectNumber(PhysdevOp.pirqEOIGMFNv1.rawValue, "PHYSDEVOP_pirq_eoi_gmfn_v1")
    expectNumber(PhysdevOp.restoreMSI.rawValue, "PHYSDEVOP_restore_msi")
    expectNumber(PhysdevOp.managePCIAddExt.rawValue, "PHYSDEVOP_manage_pci_add_ext")
    expectNumber(PhysdevOp.setupGSI.rawValue, "PHYSDEVOP_setup_gsi")
    expectNumber(PhysdevOp.getFreePIRQ.rawValue, "PHYSDEVOP_get_free_pirq")
    expectNumber(PhysdevOp.pciMMCFGReserved.rawValue, "PHYSDEVOP_pci_mmcfg_reserved")
    expectNumber(PhysdevOp.pciDeviceAdd.rawValue, "PHYSDEVOP_pci_device_add")
    expectNumber(PhysdevOp.pciDeviceRemove.rawValue, "PHYSDEVOP_pci_device_remove")
    expectNumber(PhysdevOp.restoreMSIExt.rawValue, "PHYSDEVOP_restore_msi_ext")
    expectNumber(PhysdevOp.pirqEOIGMFNv2.rawValue, "PHYSDEVOP_pirq_eoi_gmfn_v2")
    expectNumber(PhysdevOp.debugPortOp.rawValue, "PHYSDEVOP_dbgp_op")
    expectNumber(PhysdevOp.prepareMSIX.rawValue, "PHYSDEVOP_prepare_msix")
    expectNumber(PhysdevOp.releaseMSIX.rawValue, "PHYSDEVOP_release_msix")
  }

  @Test func irqStatusFlagsHasTheNumbersOfTheHeader() {
    expectNumber(IRQStatusFlags.needsEOI, "XENIRQSTAT_needs_eoi")
    expectNumber(IRQStatusFlags.shared, "XENIRQSTAT_shared")
  }

  @Test func mapPIRQTypeHasTheNumbersOfTheHeader() {
    expectNumber(MapPIRQType.msi.rawValue, "MAP_PIRQ_TYPE_MSI")
    expectNumber(MapPIRQType.gsi.rawValue, "MAP_PIRQ_TYPE_GSI")
    expectNumber(MapPIRQType.unknown.rawValue, "MAP_PIRQ_TYPE_UNKNOWN")
    expectNumber(MapPIRQType.msiSegment.rawValue, "MAP_PIRQ_TYPE_MSI_SEG")
    expectNumber(MapPIRQType.multiMSI.rawValue, "MAP_PIRQ_TYPE_MULTI_MSI")
  }

  @Test func pcimmcfgFlagsHasTheNumbersOfTheHeader() {
    expectNumber(PCIMMCFGFlags.reserved, "XEN_PCI_MMCFG_RESERVED")
  }

  @Test func pciDeviceFlagsHasTheNumbersOfTheHeader() {
    expectNumber(PCIDeviceFlags.extendedFunction, "XEN_PCI_DEV_EXTFN")
    expectNumber(PCIDeviceFlags.virtualFunction, "XEN_PCI_DEV_VIRTFN")
    expectNumber(PCIDeviceFlags.proximity, "XEN_PCI_DEV_PXM")
  }

  @Test func debugPortOpHasTheNumbersOfTheHeader() {
    expectNumber(DebugPortOp.resetPrepare.rawValue, "PHYSDEVOP_DBGP_RESET_PREPARE")
    expectNumber(DebugPortOp.resetDone.rawValue, "PHYSDEVOP_DBGP_RESET_DONE")
  }

  @Test func debugPortBusHasTheNumbersOfTheHeader() {
    expectNumber(DebugPortBus.unknown.rawValue, "PHYSDEVOP_DBGP_BUS_UNKNOWN")
    expectNumber(DebugPortBus.pci.rawValue, "PHYSDEVOP_DBGP_BUS_PCI")
  }
}

@Suite struct PhysdevLayouts {
  @Test func physdevEOIIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevEOI.self, as: "physdev_eoi",
      [
        (\.irq, "irq")
      ])
  }

  @Test func physdevPIRQEOIGMFNIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevPIRQEOIGMFN.self, as: "physdev_pirq_eoi_gmfn",
      [
        (\.gmfn, "gmfn")
      ])
  }

  @Test func physdevIRQStatusQueryIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevIRQStatusQuery.self, as: "physdev_irq_status_query",
      [
        (\.irq, "irq"),
        (\.flags, "flags"),
      ])
  }

  @Test func physdevSetIOPLIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevSetIOPL.self, as: "physdev_set_iopl",
      [
        (\.iopl, "iopl")
      ])
  }

  @Test func physdevSetIOBitmapIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevSetIOBitmap.self, as: "physdev_set_iobitmap",
      [
        (\.bitmap, "bitmap"),
        (\.portCount, "nr_ports"),
      ])
  }

  @Test func physdevAPICIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevAPIC.self, as: "physdev_apic",
      [
        (\.apicPhysicalBase, "apic_physbase"),
        (\.register, "reg"),
        (\.value, "value"),
      ])
  }

  @Test func physdevIRQIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevIRQ.self, as: "physdev_irq",
      [
        (\.irq, "irq"),
        (\.vector, "vector"),
      ])
  }

  @Test func physdevMapPIRQIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevMapPIRQ.self, as: "physdev_map_pirq",
      [
        (\.domain, "domid"),
        (\.type, "type"),
        (\.index, "index"),
        (\.pirq, "pirq"),
        (\.bus, "bus"),
        (\.devfn, "devfn"),
        (\.entryNumber, "entry_nr"),
        (\.tableBase, "table_base"),
      ])
  }

  @Test func physdevUnmapPIRQIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevUnmapPIRQ.self, as: "physdev_unmap_pirq",
      [
        (\.domain, "domid"),
        (\.pirq, "pirq"),
      ])
  }

  @Test func physdevManagePCIIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevManagePCI.self, as: "physdev_manage_pci",
      [
        (\.bus, "bus"),
        (\.devfn, "devfn"),
      ])
  }

  @Test func physdevRestoreMSIIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevRestoreMSI.self, as: "physdev_restore_msi",
      [
        (\.bus, "bus"),
        (\.devfn, "devfn"),
      ])
  }

  @Test func physdevManagePCIExtIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevManagePCIExt.self, as: "physdev_manage_pci_ext",
      [
        (\.bus, "bus"),
        (\.devfn, "devfn"),
        (\.isExtendedFunction, "is_extfn"),
        (\.isVirtualFunction, "is_virtfn"),
        (\.physicalFunctionBus, "physfn.bus"),
        (\.physicalFunctionDevfn, "physfn.devfn"),
      ])
  }

  @Test func physdevSetupGSIIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevSetupGSI.self, as: "physdev_setup_gsi",
      [
        (\.gsi, "gsi"),
        (\.triggering, "triggering"),
        (\.polarity, "polarity"),
      ])
  }

  @Test func physdevGetFreePIRQIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevGetFreePIRQ.self, as: "physdev_get_free_pirq",
      [
        (\.type, "type"),
        (\.pirq, "pirq"),
      ])
  }

  @Test func physdevPCIMMCFGReservedIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevPCIMMCFGReserved.self, as: "physdev_pci_mmcfg_reserved",
      [
        (\.address, "address"),
        (\.segment, "segment"),
        (\.startBus, "start_bus"),
        (\.endBus, "end_bus"),
        (\.flags, "flags"),
      ])
  }

  @Test func physdevPCIDeviceAddIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevPCIDeviceAdd.self, as: "physdev_pci_device_add",
      [
        (\.segment, "seg"),
        (\.bus, "bus"),
        (\.devfn, "devfn"),
        (\.flags, "flags"),
        (\.physicalFunctionBus, "physfn.bus"),
        (\.physicalFunctionDevfn, "physfn.devfn"),
      ])
  }

  @Test func physdevPCIDeviceIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevPCIDevice.self, as: "physdev_pci_device",
      [
        (\.segment, "seg"),
        (\.bus, "bus"),
        (\.devfn, "devfn"),
      ])
  }

  @Test func physdevDebugPortOpIsLaidOutAsInC() {
    expectLayout(
      of: PhysdevDebugPortOp.self, as: "physdev_dbgp_op",
      [
        (\.op, "op"),
        (\.bus, "bus"),
        (\.pci, "u.pci"),
      ])
  }
}
