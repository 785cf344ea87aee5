// Control of domains: permissions, mappings, time, and what is set once.
//
// Source: xen/domctl.h.

/// Argument of `XEN_DOMCTL_setdomainhandle` (`struct xen_domctl_setdomainhandle`).
public struct DomctlSetDomainHandle: BitwiseCopyable, Sendable {
  /// UUID (`handle`).
  public var handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(handle: InlineArray<16, UInt8> = InlineArray(repeating: 0)) {
    self.handle = handle
  }
}

/// Argument of `XEN_DOMCTL_setdebugging` (`struct xen_domctl_setdebugging`).
public struct DomctlSetDebugging: BitwiseCopyable, Sendable {
  /// Nonzero to mark (`enable`).
  public var enable: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(enable: UInt8 = 0) {
    self.enable = enable
  }
}

/// Argument of `XEN_DOMCTL_irq_permission` (`struct xen_domctl_irq_permission`).
public struct DomctlIRQPermission: BitwiseCopyable, Sendable {
  /// PIRQ of the caller (`pirq`).
  public var pirq: UInt32 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  /// Unused (`pad`).
  public var pad: InlineArray<3, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    pirq: UInt32 = 0, allowAccess: UInt8 = 0, pad: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  ) {
    self.pirq = pirq
    self.allowAccess = allowAccess
    self.pad = pad
  }
}

/// Argument of `XEN_DOMCTL_iomem_permission` (`struct xen_domctl_iomem_permission`).
public struct DomctlIOMemoryPermission: BitwiseCopyable, Sendable {
  /// First frame (`first_mfn`).
  public var firstMFN: UInt64 = 0
  /// Frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  private var _pad0: InlineArray<7, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(firstMFN: UInt64 = 0, mfnCount: UInt64 = 0, allowAccess: UInt8 = 0) {
    self.firstMFN = firstMFN
    self.mfnCount = mfnCount
    self.allowAccess = allowAccess
  }
}

/// Argument of `XEN_DOMCTL_ioport_permission` (`struct xen_domctl_ioport_permission`).
public struct DomctlIOPortPermission: BitwiseCopyable, Sendable {
  /// First port (`first_port`).
  public var firstPort: UInt32 = 0
  /// Ports (`nr_ports`).
  public var portCount: UInt32 = 0
  /// Nonzero to permit (`allow_access`).
  public var allowAccess: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(firstPort: UInt32 = 0, portCount: UInt32 = 0, allowAccess: UInt8 = 0) {
    self.firstPort = firstPort
    self.portCount = portCount
    self.allowAccess = allowAccess
  }
}

/// Argument of `XEN_DOMCTL_hypercall_init` (`struct xen_domctl_hypercall_init`).
public struct DomctlHypercallInit: BitwiseCopyable, Sendable {
  /// Frame to fill (`gmfn`).
  public var gmfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(gmfn: UInt64 = 0) {
    self.gmfn = gmfn
  }
}

/// Argument of `XEN_DOMCTL_settimeoffset` (`struct xen_domctl_settimeoffset`).
public struct DomctlSetTimeOffset: BitwiseCopyable, Sendable {
  /// Offset (`time_offset_seconds`).
  public var timeOffsetSeconds: Int64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(timeOffsetSeconds: Int64 = 0) {
    self.timeOffsetSeconds = timeOffsetSeconds
  }
}

/// Argument of `XEN_DOMCTL_gethvmcontext` and `XEN_DOMCTL_sethvmcontext` (`struct
/// xen_domctl_hvmcontext`).
public struct DomctlHVMContext: BitwiseCopyable, Sendable {
  /// In and out: bytes (`size`).
  public var size: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// State; null asks for the size (`buffer`).
  public var buffer: GuestHandle<UInt8> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt32 = 0, buffer: GuestHandle<UInt8> = GuestHandle()) {
    self.size = size
    self.buffer = buffer
  }
}

/// Argument of `XEN_DOMCTL_gethvmcontext_partial` (`struct xen_domctl_hvmcontext_partial`).
public struct DomctlHVMContextPartial: BitwiseCopyable, Sendable {
  /// Kind of record (`type`).
  public var type: UInt32 = 0
  /// Which of them (`instance`).
  public var instance: UInt32 = 0
  /// Bytes of the buffer (`bufsz`).
  public var bufferSize: UInt64 = 0
  /// Out: record (`buffer`).
  public var buffer: GuestHandle<UInt8> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    type: UInt32 = 0, instance: UInt32 = 0, bufferSize: UInt64 = 0,
    buffer: GuestHandle<UInt8> = GuestHandle()
  ) {
    self.type = type
    self.instance = instance
    self.bufferSize = bufferSize
    self.buffer = buffer
  }
}

/// Argument of `XEN_DOMCTL_set_address_size` and `XEN_DOMCTL_get_address_size` (`struct
/// xen_domctl_address_size`).
public struct DomctlAddressSize: BitwiseCopyable, Sendable {
  /// 32 or 64 (`size`).
  public var size: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt32 = 0) {
    self.size = size
  }
}

/// Argument of `XEN_DOMCTL_sendtrigger` (`struct xen_domctl_sendtrigger`).
public struct DomctlSendTrigger: BitwiseCopyable, Sendable {
  /// A `TriggerType` (`trigger`).
  public var trigger: UInt32 = 0
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(trigger: UInt32 = 0, vcpu: UInt32 = 0) {
    self.trigger = trigger
    self.vcpu = vcpu
  }
}

/// Argument of `XEN_DOMCTL_subscribe` (`struct xen_domctl_subscribe`).
public struct DomctlSubscribe: BitwiseCopyable, Sendable {
  /// Port of the caller (`port`).
  public var port: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(port: UInt32 = 0) {
    self.port = port
  }
}

/// Argument of `XEN_DOMCTL_set_target` (`struct xen_domctl_set_target`).
public struct DomctlSetTarget: BitwiseCopyable, Sendable {
  /// Domain (`target`).
  public var target: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(target: UInt16 = 0) {
    self.target = target
  }
}

/// Argument of `XEN_DOMCTL_set_virq_handler` (`struct xen_domctl_set_virq_handler`).
public struct DomctlSetVIRQHandler: BitwiseCopyable, Sendable {
  /// A `VIRQ` (`virq`).
  public var virq: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(virq: UInt32 = 0) {
    self.virq = virq
  }
}

/// Argument of `XEN_DOMCTL_gettscinfo` and `XEN_DOMCTL_settscinfo` (`struct xen_domctl_tsc_info`).
public struct DomctlTSCInfo: BitwiseCopyable, Sendable {
  /// Mode: 0 default, 1 always emulate, 2 never emulate (`tsc_mode`).
  public var tscMode: UInt32 = 0
  /// Frequency (`gtsc_khz`).
  public var guestTSCKHz: UInt32 = 0
  /// Migrations (`incarnation`).
  public var incarnation: UInt32 = 0
  /// Unused (`pad`).
  public var pad: UInt32 = 0
  /// Guest time (`elapsed_nsec`).
  public var elapsedNanoseconds: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    tscMode: UInt32 = 0, guestTSCKHz: UInt32 = 0, incarnation: UInt32 = 0, pad: UInt32 = 0,
    elapsedNanoseconds: UInt64 = 0
  ) {
    self.tscMode = tscMode
    self.guestTSCKHz = guestTSCKHz
    self.incarnation = incarnation
    self.pad = pad
    self.elapsedNanoseconds = elapsedNanoseconds
  }
}

/// Argument of `XEN_DOMCTL_memory_mapping` (`struct xen_domctl_memory_mapping`).
public struct DomctlMemoryMapping: BitwiseCopyable, Sendable {
  /// First guest frame (`first_gfn`).
  public var firstGFN: UInt64 = 0
  /// First machine frame (`first_mfn`).
  public var firstMFN: UInt64 = 0
  /// Frames (`nr_mfns`).
  public var mfnCount: UInt64 = 0
  /// 1 to map, 0 to unmap (`add_mapping`).
  public var addMapping: UInt32 = 0
  /// Unused (`padding`).
  public var padding: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    firstGFN: UInt64 = 0, firstMFN: UInt64 = 0, mfnCount: UInt64 = 0, addMapping: UInt32 = 0,
    padding: UInt32 = 0
  ) {
    self.firstGFN = firstGFN
    self.firstMFN = firstMFN
    self.mfnCount = mfnCount
    self.addMapping = addMapping
    self.padding = padding
  }
}

/// Argument of `XEN_DOMCTL_ioport_mapping` (`struct xen_domctl_ioport_mapping`).
public struct DomctlIOPortMapping: BitwiseCopyable, Sendable {
  /// First guest port (`first_gport`).
  public var firstGuestPort: UInt32 = 0
  /// First machine port (`first_mport`).
  public var firstMachinePort: UInt32 = 0
  /// Ports (`nr_ports`).
  public var portCount: UInt32 = 0
  /// 1 to map, 0 to unmap (`add_mapping`).
  public var addMapping: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    firstGuestPort: UInt32 = 0, firstMachinePort: UInt32 = 0, portCount: UInt32 = 0,
    addMapping: UInt32 = 0
  ) {
    self.firstGuestPort = firstGuestPort
    self.firstMachinePort = firstMachinePort
    self.portCount = portCount
    self.addMapping = addMapping
  }
}

/// Argument of `XEN_DOMCTL_cacheflush` (`struct xen_domctl_cacheflush`).
public struct DomctlCacheFlush: BitwiseCopyable, Sendable {
  /// First frame (`start_pfn`).
  public var startPFN: UInt64 = 0
  /// Frames (`nr_pfns`).
  public var pfnCount: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(startPFN: UInt64 = 0, pfnCount: UInt64 = 0) {
    self.startPFN = startPFN
    self.pfnCount = pfnCount
  }
}

/// Argument of `XEN_DOMCTL_setvnumainfo` (`struct xen_domctl_vnuma`).
public struct DomctlVNUMA: BitwiseCopyable, Sendable {
  /// Nodes (`nr_vnodes`).
  public var nodeCount: UInt32 = 0
  /// Ranges (`nr_vmemranges`).
  public var rangeCount: UInt32 = 0
  /// vCPUs (`nr_vcpus`).
  public var vcpuCount: UInt32 = 0
  /// Zero (`pad`).
  public var pad: UInt32 = 0
  /// Distance table (`vdistance`).
  public var distances: GuestHandle<UInt32> = GuestHandle()
  /// Node of each vCPU (`vcpu_to_vnode`).
  public var vcpuToNode: GuestHandle<UInt32> = GuestHandle()
  /// Physical node of each node (`vnode_to_pnode`).
  public var nodeToPhysicalNode: GuestHandle<UInt32> = GuestHandle()
  /// Ranges (`vmemrange`).
  public var ranges: GuestHandle<VMemRange> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    nodeCount: UInt32 = 0, rangeCount: UInt32 = 0, vcpuCount: UInt32 = 0, pad: UInt32 = 0,
    distances: GuestHandle<UInt32> = GuestHandle(), vcpuToNode: GuestHandle<UInt32> = GuestHandle(),
    nodeToPhysicalNode: GuestHandle<UInt32> = GuestHandle(),
    ranges: GuestHandle<VMemRange> = GuestHandle()
  ) {
    self.nodeCount = nodeCount
    self.rangeCount = rangeCount
    self.vcpuCount = vcpuCount
    self.pad = pad
    self.distances = distances
    self.vcpuToNode = vcpuToNode
    self.nodeToPhysicalNode = nodeToPhysicalNode
    self.ranges = ranges
  }
}

/// Argument of `XEN_DOMCTL_get_paging_mempool_size` and `XEN_DOMCTL_set_paging_mempool_size`
/// (`struct xen_domctl_paging_mempool`).
public struct DomctlPagingMempool: BitwiseCopyable, Sendable {
  /// Bytes (`size`).
  public var size: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(size: UInt64 = 0) {
    self.size = size
  }
}
