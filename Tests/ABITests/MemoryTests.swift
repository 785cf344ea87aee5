import Testing
import XenABI

@Suite struct MemoryNumbers {
  @Test func memoryOpHasTheNumbersOfTheHeader() {
    expectNumber(MemoryOp.increaseReservation.rawValue, "XENMEM_increase_reservation")
    expectNumber(MemoryOp.decreaseReservation.rawValue, "XENMEM_decrease_reservation")
    expectNumber(MemoryOp.maximumRAMPage.rawValue, "XENMEM_maximum_ram_page")
    expectNumber(MemoryOp.currentReservation.rawValue, "XENMEM_current_reservation")
    expectNumber(MemoryOp.maximumReservation.rawValue, "XENMEM_maximum_reservation")
    expectNumber(MemoryOp.machphysMFNList.rawValue, "XENMEM_machphys_mfn_list")
    expectNumber(MemoryOp.populatePhysmap.rawValue, "XENMEM_populate_physmap")
    expectNumber(MemoryOp.addToPhysmap.rawValue, "XENMEM_add_to_physmap")
    expectNumber(MemoryOp.memoryMap.rawValue, "XENMEM_memory_map")
    expectNumber(MemoryOp.machineMemoryMap.rawValue, "XENMEM_machine_memory_map")
    expectNumber(MemoryOp.exchange.rawValue, "XENMEM_exchange")
    expectNumber(MemoryOp.machphysMapping.rawValue, "XENMEM_machphys_mapping")
    expectNumber(MemoryOp.setMemoryMap.rawValue, "XENMEM_set_memory_map")
    expectNumber(MemoryOp.maximumGPFN.rawValue, "XENMEM_maximum_gpfn")
    expectNumber(MemoryOp.removeFromPhysmap.rawValue, "XENMEM_remove_from_physmap")
    expectNumber(MemoryOp.setPODTarget.rawValue, "XENMEM_set_pod_target")
    expectNumber(MemoryOp.getPODTarget.rawValue, "XENMEM_get_pod_target")
    expectNumber(MemoryOp.getSharingFreedPages.rawValue, "XENMEM_get_sharing_freed_pages")
    expectNumber(MemoryOp.getSharingSharedPages.rawValue, "XENMEM_get_sharing_shared_pages")
    expectNumber(MemoryOp.pagingOp.rawValue, "XENMEM_paging_op")
    expectNumber(MemoryOp.accessOp.rawValue, "XENMEM_access_op")
    expectNumber(MemoryOp.sharingOp.rawValue, "XENMEM_sharing_op")
    expectNumber(MemoryOp.addToPhysmapBatch.rawValue, "XENMEM_add_to_physmap_batch")
    expectNumber(MemoryOp.claimPages.rawValue, "XENMEM_claim_pages")
    expectNumber(MemoryOp.machphysCompatMFNList.rawValue, "XENMEM_machphys_compat_mfn_list")
    expectNumber(MemoryOp.getVNUMAInfo.rawValue, "XENMEM_get_vnumainfo")
    expectNumber(MemoryOp.reservedDeviceMemoryMap.rawValue, "XENMEM_reserved_device_memory_map")
    expectNumber(MemoryOp.acquireResource.rawValue, "XENMEM_acquire_resource")
  }

  @Test func memoryReservationFlagsHasTheNumbersOfTheHeader() {
    expectNumber(MemoryReservationFlags.populateOnDemand, "XENMEMF_populate_on_demand")
    expectNumber(MemoryReservationFlags.exactNodeRequest, "XENMEMF_exact_node_request")
    expectNumber(MemoryReservationFlags.virtualNode, "XENMEMF_vnode")
  }

  @Test func mapSpaceHasTheNumbersOfTheHeader() {
    expectNumber(MapSpace.sharedInfo.rawValue, "XENMAPSPACE_shared_info")
    expectNumber(MapSpace.grantTable.rawValue, "XENMAPSPACE_grant_table")
    expectNumber(MapSpace.gmfn.rawValue, "XENMAPSPACE_gmfn")
    expectNumber(MapSpace.gmfnRange.rawValue, "XENMAPSPACE_gmfn_range")
    expectNumber(MapSpace.gmfnForeign.rawValue, "XENMAPSPACE_gmfn_foreign")
    expectNumber(MapSpace.deviceMMIO.rawValue, "XENMAPSPACE_dev_mmio")
  }

  @Test func mapIndexHasTheNumbersOfTheHeader() {
    expectNumber(MapIndex.grantTableStatus, "XENMAPIDX_grant_table_status")
  }

  @Test func reservedDeviceMemoryFlagsHasTheNumbersOfTheHeader() {
    expectNumber(ReservedDeviceMemoryFlags.all, "XENMEM_RDM_ALL")
  }

  @Test func resourceTypeHasTheNumbersOfTheHeader() {
    expectNumber(ResourceType.ioreqServer.rawValue, "XENMEM_resource_ioreq_server")
    expectNumber(ResourceType.grantTable.rawValue, "XENMEM_resource_grant_table")
    expectNumber(ResourceType.vmtraceBuffer.rawValue, "XENMEM_resource_vmtrace_buf")
  }

  @Test func grantTableResourceIDHasTheNumbersOfTheHeader() {
    expectNumber(GrantTableResourceID.shared, "XENMEM_resource_grant_table_id_shared")
    expectNumber(GrantTableResourceID.status, "XENMEM_resource_grant_table_id_status")
  }
}

@Suite struct MemoryLayouts {
  @Test func memoryReservationIsLaidOutAsInC() {
    expectLayout(
      of: MemoryReservation.self, as: "xen_memory_reservation",
      [
        (\.extentStart, "extent_start"),
        (\.extentCount, "nr_extents"),
        (\.extentOrder, "extent_order"),
        (\.memoryFlags, "mem_flags"),
        (\.domain, "domid"),
      ])
  }

  @Test func memoryExchangeIsLaidOutAsInC() {
    expectLayout(
      of: MemoryExchange.self, as: "xen_memory_exchange",
      [
        (\.input, "in"),
        (\.output, "out"),
        (\.exchangedCount, "nr_exchanged"),
      ])
  }

  @Test func memoryDomainIsLaidOutAsInC() {
    expectLayout(
      of: MemoryDomain.self, as: "xen_memory_domain",
      [
        (\.domain, "domid")
      ])
  }

  @Test func machPhysMFNListIsLaidOutAsInC() {
    expectLayout(
      of: MachPhysMFNList.self, as: "xen_machphys_mfn_list",
      [
        (\.maxExtents, "max_extents"),
        (\.extentStart, "extent_start"),
        (\.extentCount, "nr_extents"),
      ])
  }

  @Test func machPhysMappingIsLaidOutAsInC() {
    expectLayout(
      of: MachPhysMapping.self, as: "xen_machphys_mapping",
      [
        (\.virtualStart, "v_start"),
        (\.virtualEnd, "v_end"),
        (\.maxMFN, "max_mfn"),
      ])
  }

  @Test func addToPhysmapIsLaidOutAsInC() {
    expectLayout(
      of: AddToPhysmap.self, as: "xen_add_to_physmap",
      [
        (\.domain, "domid"),
        (\.size, "size"),
        (\.space, "space"),
        (\.index, "idx"),
        (\.gpfn, "gpfn"),
      ])
  }

  @Test func addToPhysmapBatchIsLaidOutAsInC() {
    expectLayout(
      of: AddToPhysmapBatch.self, as: "xen_add_to_physmap_batch",
      [
        (\.domain, "domid"),
        (\.space, "space"),
        (\.size, "size"),
        (\.foreignDomain, "u.foreign_domid"),
        (\.indexes, "idxs"),
        (\.gpfns, "gpfns"),
        (\.errors, "errs"),
      ])
  }

  @Test func removeFromPhysmapIsLaidOutAsInC() {
    expectLayout(
      of: RemoveFromPhysmap.self, as: "xen_remove_from_physmap",
      [
        (\.domain, "domid"),
        (\.gpfn, "gpfn"),
      ])
  }

  @Test func memoryMapIsLaidOutAsInC() {
    expectLayout(
      of: MemoryMap.self, as: "xen_memory_map",
      [
        (\.entryCount, "nr_entries"),
        (\.buffer, "buffer"),
      ])
  }

  @Test func foreignMemoryMapIsLaidOutAsInC() {
    expectLayout(
      of: ForeignMemoryMap.self, as: "xen_foreign_memory_map",
      [
        (\.domain, "domid"),
        (\.map, "map"),
      ])
  }

  @Test func podTargetIsLaidOutAsInC() {
    expectLayout(
      of: PODTarget.self, as: "xen_pod_target",
      [
        (\.targetPages, "target_pages"),
        (\.totalPages, "tot_pages"),
        (\.podCachePages, "pod_cache_pages"),
        (\.podEntries, "pod_entries"),
        (\.domain, "domid"),
      ])
  }

  @Test func reservedDeviceMemoryIsLaidOutAsInC() {
    expectLayout(
      of: ReservedDeviceMemory.self, as: "xen_reserved_device_memory",
      [
        (\.startPFN, "start_pfn"),
        (\.pageCount, "nr_pages"),
      ])
  }

  @Test func reservedDeviceMemoryMapIsLaidOutAsInC() {
    expectLayout(
      of: ReservedDeviceMemoryMap.self, as: "xen_reserved_device_memory_map",
      [
        (\.flags, "flags"),
        (\.entryCount, "nr_entries"),
        (\.buffer, "buffer"),
        (\.segment, "dev.pci.seg"),
        (\.bus, "dev.pci.bus"),
        (\.devfn, "dev.pci.devfn"),
      ])
  }

  @Test func acquireResourceIsLaidOutAsInC() {
    expectLayout(
      of: AcquireResource.self, as: "xen_mem_acquire_resource",
      [
        (\.domain, "domid"),
        (\.type, "type"),
        (\.id, "id"),
        (\.frameCount, "nr_frames"),
        (\.pad, "pad"),
        (\.frame, "frame"),
        (\.frameList, "frame_list"),
      ])
  }

  @Test func vMemRangeIsLaidOutAsInC() {
    expectLayout(
      of: VMemRange.self, as: "xen_vmemrange",
      [
        (\.start, "start"),
        (\.end, "end"),
        (\.flags, "flags"),
        (\.node, "nid"),
      ])
  }

  @Test func vnumaTopologyInfoIsLaidOutAsInC() {
    expectLayout(
      of: VNUMATopologyInfo.self, as: "xen_vnuma_topology_info",
      [
        (\.domain, "domid"),
        (\.pad, "pad"),
        (\.nodeCount, "nr_vnodes"),
        (\.vcpuCount, "nr_vcpus"),
        (\.rangeCount, "nr_vmemranges"),
        (\.distances, "vdistance.h"),
        (\.vcpuToNode, "vcpu_to_vnode.h"),
        (\.ranges, "vmemrange.h"),
      ])
  }
}
