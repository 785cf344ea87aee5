// Memory operations and their arguments.
//
// Source: xen/memory.h.

/// Command of `memory_op`, in the low 6 bits; a continuation's progress is above.
public enum MemoryOp: UInt32, Sendable {
  /// Allocates frames (`XENMEM_increase_reservation`).
  case increaseReservation = 0
  /// Frees frames (`XENMEM_decrease_reservation`).
  case decreaseReservation = 1
  /// Tells the last frame of RAM (`XENMEM_maximum_ram_page`).
  case maximumRAMPage = 2
  /// Tells a domain's pages (`XENMEM_current_reservation`).
  case currentReservation = 3
  /// Tells a domain's limit (`XENMEM_maximum_reservation`).
  case maximumReservation = 4
  /// Tells the frames of the m2p (`XENMEM_machphys_mfn_list`).
  case machphysMFNList = 5
  /// Allocates frames at given GFNs (`XENMEM_populate_physmap`).
  case populatePhysmap = 6
  /// Maps a page of another space at a GFN (`XENMEM_add_to_physmap`).
  case addToPhysmap = 7
  /// Tells the domain's memory map (`XENMEM_memory_map`).
  case memoryMap = 9
  /// Tells the machine's memory map (`XENMEM_machine_memory_map`).
  case machineMemoryMap = 10
  /// Exchanges frames for others (`XENMEM_exchange`).
  case exchange = 11
  /// Tells the virtual addresses of the m2p (`XENMEM_machphys_mapping`).
  case machphysMapping = 12
  /// Sets a domain's memory map (`XENMEM_set_memory_map`).
  case setMemoryMap = 13
  /// Tells a domain's last GFN (`XENMEM_maximum_gpfn`).
  case maximumGPFN = 14
  /// Unmaps a GFN (`XENMEM_remove_from_physmap`).
  case removeFromPhysmap = 15
  /// Sets the populate-on-demand target (`XENMEM_set_pod_target`).
  case setPODTarget = 16
  /// Tells the populate-on-demand target (`XENMEM_get_pod_target`).
  case getPODTarget = 17
  /// Tells the pages saved by sharing (`XENMEM_get_sharing_freed_pages`).
  case getSharingFreedPages = 18
  /// Tells the shared pages (`XENMEM_get_sharing_shared_pages`).
  case getSharingSharedPages = 19
  /// Paging to disk (`XENMEM_paging_op`).
  case pagingOp = 20
  /// Access rights of frames (`XENMEM_access_op`).
  case accessOp = 21
  /// Page sharing (`XENMEM_sharing_op`).
  case sharingOp = 22
  /// As `addToPhysmap`, for a list (`XENMEM_add_to_physmap_batch`).
  case addToPhysmapBatch = 23
  /// Claims a number of pages (`XENMEM_claim_pages`).
  case claimPages = 24
  /// Tells the frames of the 32-bit m2p (`XENMEM_machphys_compat_mfn_list`).
  case machphysCompatMFNList = 25
  /// Tells the virtual NUMA topology (`XENMEM_get_vnumainfo`).
  case getVNUMAInfo = 26
  /// Tells memory reserved for devices (`XENMEM_reserved_device_memory_map`).
  case reservedDeviceMemoryMap = 27
  /// Tells or maps the frames of a resource (`XENMEM_acquire_resource`).
  case acquireResource = 28
}

extension MemoryOp {
  /// Bits of the command word below a continuation's progress; Xen keeps its own start extent above.
  public static var commandBits: UInt32 { 6 }
}

/// Flags of `MemoryReservation.memoryFlags`; address width in bits 7:0, node plus one in bits 15:8.
public enum MemoryReservationFlags {
  /// Populate on demand (`XENMEMF_populate_on_demand`).
  public static var populateOnDemand: UInt32 { 1 << 16 }
  /// Only from the node (`XENMEMF_exact_node_request`).
  public static var exactNodeRequest: UInt32 { 1 << 17 }
  /// The node is a virtual one (`XENMEMF_vnode`).
  public static var virtualNode: UInt32 { 1 << 18 }
}

/// Argument of the reservation operations and of `XENMEM_claim_pages` (`struct
/// xen_memory_reservation`).
public struct MemoryReservation: BitwiseCopyable, Sendable {
  /// First frame of each extent (`extent_start`).
  public var extentStart: GuestHandle<UInt64> = GuestHandle()
  /// Number of extents (`nr_extents`).
  public var extentCount: UInt64 = 0
  /// Log2 of the pages of an extent (`extent_order`).
  public var extentOrder: UInt32 = 0
  /// `MemoryReservationFlags` (`mem_flags`).
  public var memoryFlags: UInt32 = 0
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    extentStart: GuestHandle<UInt64> = GuestHandle(), extentCount: UInt64 = 0,
    extentOrder: UInt32 = 0, memoryFlags: UInt32 = 0, domain: UInt16 = 0
  ) {
    self.extentStart = extentStart
    self.extentCount = extentCount
    self.extentOrder = extentOrder
    self.memoryFlags = memoryFlags
    self.domain = domain
  }
}

/// Argument of `XENMEM_exchange` (`struct xen_memory_exchange`).
public struct MemoryExchange: BitwiseCopyable, Sendable {
  /// Frames to give (`in`).
  public var input: MemoryReservation = MemoryReservation()
  /// Frames to get (`out`).
  public var output: MemoryReservation = MemoryReservation()
  /// Out: input extents exchanged (`nr_exchanged`).
  public var exchangedCount: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    input: MemoryReservation = MemoryReservation(), output: MemoryReservation = MemoryReservation(),
    exchangedCount: UInt64 = 0
  ) {
    self.input = input
    self.output = output
    self.exchangedCount = exchangedCount
  }
}

/// Argument of operations on a whole domain (`struct xen_memory_domain`).
public struct MemoryDomain: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0) {
    self.domain = domain
  }
}

/// Argument of `XENMEM_machphys_mfn_list` (`struct xen_machphys_mfn_list`).
public struct MachPhysMFNList: BitwiseCopyable, Sendable {
  /// Entries of the array (`max_extents`).
  public var maxExtents: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: first frame of each 2 MiB extent (`extent_start`).
  public var extentStart: GuestHandle<UInt64> = GuestHandle()
  /// Out: entries written (`nr_extents`).
  public var extentCount: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    maxExtents: UInt32 = 0, extentStart: GuestHandle<UInt64> = GuestHandle(),
    extentCount: UInt32 = 0
  ) {
    self.maxExtents = maxExtents
    self.extentStart = extentStart
    self.extentCount = extentCount
  }
}

/// Argument of `XENMEM_machphys_mapping` (`struct xen_machphys_mapping`).
public struct MachPhysMapping: BitwiseCopyable, Sendable {
  /// Out: first address (`v_start`).
  public var virtualStart: UInt64 = 0
  /// Out: first address after (`v_end`).
  public var virtualEnd: UInt64 = 0
  /// Out: last frame in it (`max_mfn`).
  public var maxMFN: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(virtualStart: UInt64 = 0, virtualEnd: UInt64 = 0, maxMFN: UInt64 = 0) {
    self.virtualStart = virtualStart
    self.virtualEnd = virtualEnd
    self.maxMFN = maxMFN
  }
}

/// Source of a mapping of `XENMEM_add_to_physmap`.
public enum MapSpace: UInt32, Sendable {
  /// The shared page (`XENMAPSPACE_shared_info`).
  case sharedInfo = 0
  /// The grant table (`XENMAPSPACE_grant_table`).
  case grantTable = 1
  /// A frame of the domain (`XENMAPSPACE_gmfn`).
  case gmfn = 2
  /// A range of frames of the domain (`XENMAPSPACE_gmfn_range`).
  case gmfnRange = 3
  /// A frame of another domain (`XENMAPSPACE_gmfn_foreign`).
  case gmfnForeign = 4
  /// Device memory; Arm (`XENMAPSPACE_dev_mmio`).
  case deviceMMIO = 5
}

/// Flag in the index of the grant-table space.
public enum MapIndex {
  /// The status frames (`XENMAPIDX_grant_table_status`).
  public static var grantTableStatus: UInt64 { 0x8000_0000 }
}

/// Argument of `XENMEM_add_to_physmap` (`struct xen_add_to_physmap`).
public struct AddToPhysmap: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  /// Pages of a range (`size`).
  public var size: UInt16 = 0
  /// A `MapSpace` (`space`).
  public var space: UInt32 = 0
  /// Index in the space (`idx`).
  public var index: UInt64 = 0
  /// Where to map (`gpfn`).
  public var gpfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, size: UInt16 = 0, space: UInt32 = 0, index: UInt64 = 0, gpfn: UInt64 = 0
  ) {
    self.domain = domain
    self.size = size
    self.space = space
    self.index = index
    self.gpfn = gpfn
  }
}

/// Argument of `XENMEM_add_to_physmap_batch` (`struct xen_add_to_physmap_batch`).
public struct AddToPhysmapBatch: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  /// A `MapSpace` (`space`).
  public var space: UInt16 = 0
  /// Pages (`size`).
  public var size: UInt16 = 0
  /// Owner of foreign frames (`u.foreign_domid`).
  public var foreignDomain: UInt16 = 0
  /// Index of each page in the space (`idxs`).
  public var indexes: GuestHandle<UInt64> = GuestHandle()
  /// Where to map each (`gpfns`).
  public var gpfns: GuestHandle<UInt64> = GuestHandle()
  /// Out: an error for each (`errs`).
  public var errors: GuestHandle<Int32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, space: UInt16 = 0, size: UInt16 = 0, foreignDomain: UInt16 = 0,
    indexes: GuestHandle<UInt64> = GuestHandle(), gpfns: GuestHandle<UInt64> = GuestHandle(),
    errors: GuestHandle<Int32> = GuestHandle()
  ) {
    self.domain = domain
    self.space = space
    self.size = size
    self.foreignDomain = foreignDomain
    self.indexes = indexes
    self.gpfns = gpfns
    self.errors = errors
  }
}

/// Argument of `XENMEM_remove_from_physmap` (`struct xen_remove_from_physmap`).
public struct RemoveFromPhysmap: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// What to unmap (`gpfn`).
  public var gpfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, gpfn: UInt64 = 0) {
    self.domain = domain
    self.gpfn = gpfn
  }
}

/// Argument of `XENMEM_memory_map` and `XENMEM_machine_memory_map` (`struct xen_memory_map`).
public struct MemoryMap: BitwiseCopyable, Sendable {
  /// In and out: entries of the buffer (`nr_entries`).
  public var entryCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: the entries (`buffer`).
  public var buffer: GuestHandle<E820Entry> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(entryCount: UInt32 = 0, buffer: GuestHandle<E820Entry> = GuestHandle()) {
    self.entryCount = entryCount
    self.buffer = buffer
  }
}

/// One entry of a memory map, as BIOS call 0xE820 returns it; 20 bytes, not aligned to 8.
///
/// - Source: `XENMEM_memory_map`; ACPI specification, System Address Map Interfaces.
public struct E820Entry: BitwiseCopyable, Sendable {
  private var addressLow: UInt32 = 0
  private var addressHigh: UInt32 = 0
  private var sizeLow: UInt32 = 0
  private var sizeHigh: UInt32 = 0
  /// Kind of memory, an `E820Type`.
  public var type: UInt32 = 0

  /// First physical address.
  public var address: UInt64 {
    get { UInt64(addressHigh) << 32 | UInt64(addressLow) }
    set {
      addressLow = UInt32(truncatingIfNeeded: newValue)
      addressHigh = UInt32(truncatingIfNeeded: newValue >> 32)
    }
  }

  /// Length in bytes.
  public var size: UInt64 {
    get { UInt64(sizeHigh) << 32 | UInt64(sizeLow) }
    set {
      sizeLow = UInt32(truncatingIfNeeded: newValue)
      sizeHigh = UInt32(truncatingIfNeeded: newValue >> 32)
    }
  }

  /// Makes a value of zeroes.
  public init() {}

  /// Makes an entry from its range and kind.
  public init(address: UInt64, size: UInt64, type: UInt32) {
    self.type = type
    self.address = address
    self.size = size
  }
}

/// Kinds of memory in a memory map.
public enum E820Type {
  /// Usable memory.
  public static var ram: UInt32 { 1 }
  /// Reserved.
  public static var reserved: UInt32 { 2 }
  /// ACPI tables, usable once read.
  public static var acpi: UInt32 { 3 }
  /// ACPI non-volatile storage.
  public static var nvs: UInt32 { 4 }
  /// Memory with errors.
  public static var unusable: UInt32 { 5 }
}

/// Argument of `XENMEM_set_memory_map` (`struct xen_foreign_memory_map`).
public struct ForeignMemoryMap: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Its memory map (`map`).
  public var map: MemoryMap = MemoryMap()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, map: MemoryMap = MemoryMap()) {
    self.domain = domain
    self.map = map
  }
}

/// Argument of `XENMEM_set_pod_target` and `XENMEM_get_pod_target` (`struct xen_pod_target`).
public struct PODTarget: BitwiseCopyable, Sendable {
  /// Target (`target_pages`).
  public var targetPages: UInt64 = 0
  /// Out: pages of the domain (`tot_pages`).
  public var totalPages: UInt64 = 0
  /// Out: pages in the cache (`pod_cache_pages`).
  public var podCachePages: UInt64 = 0
  /// Out: entries not yet populated (`pod_entries`).
  public var podEntries: UInt64 = 0
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: InlineArray<6, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    targetPages: UInt64 = 0, totalPages: UInt64 = 0, podCachePages: UInt64 = 0,
    podEntries: UInt64 = 0, domain: UInt16 = 0
  ) {
    self.targetPages = targetPages
    self.totalPages = totalPages
    self.podCachePages = podCachePages
    self.podEntries = podEntries
    self.domain = domain
  }
}

/// A range reserved for a device (`struct xen_reserved_device_memory`).
public struct ReservedDeviceMemory: BitwiseCopyable, Sendable {
  /// First frame (`start_pfn`).
  public var startPFN: UInt64 = 0
  /// Frames (`nr_pages`).
  public var pageCount: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(startPFN: UInt64 = 0, pageCount: UInt64 = 0) {
    self.startPFN = startPFN
    self.pageCount = pageCount
  }
}

/// Flags of `ReservedDeviceMemoryMap`.
public enum ReservedDeviceMemoryFlags {
  /// All ranges, whatever the device (`XENMEM_RDM_ALL`).
  public static var all: UInt32 { 1 }
}

/// Argument of `XENMEM_reserved_device_memory_map` (`struct xen_reserved_device_memory_map`).
public struct ReservedDeviceMemoryMap: BitwiseCopyable, Sendable {
  /// `ReservedDeviceMemoryFlags` (`flags`).
  public var flags: UInt32 = 0
  /// In and out: entries of the buffer (`nr_entries`).
  public var entryCount: UInt32 = 0
  /// Out: the entries (`buffer`).
  public var buffer: GuestHandle<ReservedDeviceMemory> = GuestHandle()
  /// Device's PCI segment (`dev.pci.seg`).
  public var segment: UInt16 = 0
  /// Device's bus (`dev.pci.bus`).
  public var bus: UInt8 = 0
  /// Device and function (`dev.pci.devfn`).
  public var devfn: UInt8 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    flags: UInt32 = 0, entryCount: UInt32 = 0,
    buffer: GuestHandle<ReservedDeviceMemory> = GuestHandle(), segment: UInt16 = 0, bus: UInt8 = 0,
    devfn: UInt8 = 0
  ) {
    self.flags = flags
    self.entryCount = entryCount
    self.buffer = buffer
    self.segment = segment
    self.bus = bus
    self.devfn = devfn
  }
}

/// Resource of `XENMEM_acquire_resource`.
public enum ResourceType: UInt16, Sendable {
  /// Pages of an ioreq server (`XENMEM_resource_ioreq_server`).
  case ioreqServer = 0
  /// Frames of a grant table (`XENMEM_resource_grant_table`).
  case grantTable = 1
  /// Trace buffer of a vCPU (`XENMEM_resource_vmtrace_buf`).
  case vmtraceBuffer = 2
}

/// Identifier of a grant-table resource.
public enum GrantTableResourceID {
  /// The entries (`XENMEM_resource_grant_table_id_shared`).
  public static var shared: UInt32 { 0 }
  /// The status array (`XENMEM_resource_grant_table_id_status`).
  public static var status: UInt32 { 1 }
}

/// Argument of `XENMEM_acquire_resource` (`struct xen_mem_acquire_resource`).
public struct AcquireResource: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  /// A `ResourceType` (`type`).
  public var type: UInt16 = 0
  /// Identifier within the type (`id`).
  public var id: UInt32 = 0
  /// In and out: frames; 0 with no list asks for the size (`nr_frames`).
  public var frameCount: UInt32 = 0
  /// Zero (`pad`).
  public var pad: UInt32 = 0
  /// First frame (`frame`).
  public var frame: UInt64 = 0
  /// In or out: the frames (`frame_list`).
  public var frameList: GuestHandle<UInt64> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, type: UInt16 = 0, id: UInt32 = 0, frameCount: UInt32 = 0, pad: UInt32 = 0,
    frame: UInt64 = 0, frameList: GuestHandle<UInt64> = GuestHandle()
  ) {
    self.domain = domain
    self.type = type
    self.id = id
    self.frameCount = frameCount
    self.pad = pad
    self.frame = frame
    self.frameList = frameList
  }
}

/// Memory range of a virtual NUMA node (`struct xen_vmemrange`).
public struct VMemRange: BitwiseCopyable, Sendable {
  /// First address (`start`).
  public var start: UInt64 = 0
  /// First address after (`end`).
  public var end: UInt64 = 0
  /// Zero (`flags`).
  public var flags: UInt32 = 0
  /// The node (`nid`).
  public var node: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(start: UInt64 = 0, end: UInt64 = 0, flags: UInt32 = 0, node: UInt32 = 0) {
    self.start = start
    self.end = end
    self.flags = flags
    self.node = node
  }
}

/// Argument of `XENMEM_get_vnumainfo` (`struct xen_vnuma_topology_info`).
public struct VNUMATopologyInfo: BitwiseCopyable, Sendable {
  /// The domain (`domid`).
  public var domain: UInt16 = 0
  /// Unused (`pad`).
  public var pad: UInt16 = 0
  /// In and out: nodes (`nr_vnodes`).
  public var nodeCount: UInt32 = 0
  /// In and out: vCPUs (`nr_vcpus`).
  public var vcpuCount: UInt32 = 0
  /// In and out: ranges (`nr_vmemranges`).
  public var rangeCount: UInt32 = 0
  /// Out: distance table (`vdistance.h`).
  public var distances: GuestHandle<UInt32> = GuestHandle()
  /// Out: node of each vCPU (`vcpu_to_vnode.h`).
  public var vcpuToNode: GuestHandle<UInt32> = GuestHandle()
  /// Out: ranges (`vmemrange.h`).
  public var ranges: GuestHandle<VMemRange> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, pad: UInt16 = 0, nodeCount: UInt32 = 0, vcpuCount: UInt32 = 0,
    rangeCount: UInt32 = 0, distances: GuestHandle<UInt32> = GuestHandle(),
    vcpuToNode: GuestHandle<UInt32> = GuestHandle(), ranges: GuestHandle<VMemRange> = GuestHandle()
  ) {
    self.domain = domain
    self.pad = pad
    self.nodeCount = nodeCount
    self.vcpuCount = vcpuCount
    self.rangeCount = rangeCount
    self.distances = distances
    self.vcpuToNode = vcpuToNode
    self.ranges = ranges
  }
}
