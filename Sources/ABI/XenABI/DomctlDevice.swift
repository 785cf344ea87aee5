// Control of domains: devices, debugging, events and monitoring.
//
// Source: xen/domctl.h.

/// Kind of device of `DomctlAssignPCIDevice`.
public enum AssignDeviceType: UInt32, Sendable {
  /// PCI (`XEN_DOMCTL_DEV_PCI`).
  case pci = 0
  /// Device tree (`XEN_DOMCTL_DEV_DT`).
  case deviceTree = 1
}

/// Flags of `DomctlAssignPCIDevice`.
public enum AssignDeviceFlags {
  /// Reserved memory may be missing (`XEN_DOMCTL_DEV_RDM_RELAXED`).
  public static var relaxed: UInt32 { 1 << 0 }
}

/// Argument of `XEN_DOMCTL_assign_device`, `XEN_DOMCTL_test_assign_device` and
/// `XEN_DOMCTL_deassign_device` (`struct xen_domctl_assign_device`).
public struct DomctlAssignPCIDevice: BitwiseCopyable, Sendable {
  /// An `AssignDeviceType` (`dev`).
  public var device: UInt32 = 0
  /// `AssignDeviceFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Segment, bus, device and function (`u.pci.machine_sbdf`).
  public var machineSBDF: UInt32 = 0
  private var _pad0: InlineArray<12, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(device: UInt32 = 0, flags: UInt32 = 0, machineSBDF: UInt32 = 0) {
    self.device = device
    self.flags = flags
    self.machineSBDF = machineSBDF
  }
}

/// Argument of `XEN_DOMCTL_get_device_group` (`struct xen_domctl_get_device_group`).
public struct DomctlGetDeviceGroup: BitwiseCopyable, Sendable {
  /// Device (`machine_sbdf`).
  public var machineSBDF: UInt32 = 0
  /// Entries of the array (`max_sdevs`).
  public var maxDevices: UInt32 = 0
  /// Out: devices (`num_sdevs`).
  public var deviceCount: UInt32 = 0
  private var _pad0: UInt32 = 0
  /// Out: devices (`sdev_array`).
  public var devices: GuestHandle<UInt32> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    machineSBDF: UInt32 = 0, maxDevices: UInt32 = 0, deviceCount: UInt32 = 0,
    devices: GuestHandle<UInt32> = GuestHandle()
  ) {
    self.machineSBDF = machineSBDF
    self.maxDevices = maxDevices
    self.deviceCount = deviceCount
    self.devices = devices
  }
}

/// Argument of `XEN_DOMCTL_debug_op` (`struct xen_domctl_debug_op`).
public struct DomctlDebugOp: BitwiseCopyable, Sendable {
  /// 0 off, 1 on (`op`).
  public var op: UInt32 = 0
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(op: UInt32 = 0, vcpu: UInt32 = 0) {
    self.op = op
    self.vcpu = vcpu
  }
}

/// Argument of `XEN_DOMCTL_vm_event_op` (`struct xen_domctl_vm_event_op`).
public struct DomctlVMEventOp: BitwiseCopyable, Sendable {
  /// Operation (`op`).
  public var op: UInt32 = 0
  /// Ring (`mode`).
  public var mode: UInt32 = 0
  /// Out: port, or version (`u.enable.port`).
  public var portOrVersion: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(op: UInt32 = 0, mode: UInt32 = 0, portOrVersion: UInt32 = 0) {
    self.op = op
    self.mode = mode
    self.portOrVersion = portOrVersion
  }
}

/// Result of `XEN_DOMCTL_audit_p2m` (`struct xen_domctl_audit_p2m`).
public struct DomctlAuditP2M: BitwiseCopyable, Sendable {
  /// Frames with no entry (`orphans`).
  public var orphans: UInt64 = 0
  /// Wrong m2p entries (`m2p_bad`).
  public var m2pBad: UInt64 = 0
  /// Wrong p2m entries (`p2m_bad`).
  public var p2mBad: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(orphans: UInt64 = 0, m2pBad: UInt64 = 0, p2mBad: UInt64 = 0) {
    self.orphans = orphans
    self.m2pBad = m2pBad
    self.p2mBad = p2mBad
  }
}

/// Argument of `XEN_DOMCTL_set_access_required` (`struct xen_domctl_set_access_required`).
public struct DomctlSetAccessRequired: BitwiseCopyable, Sendable {
  /// Nonzero to require (`access_required`).
  public var accessRequired: UInt8 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(accessRequired: UInt8 = 0) {
    self.accessRequired = accessRequired
  }
}

/// Argument of `XEN_DOMCTL_set_broken_page_p2m` (`struct xen_domctl_set_broken_page_p2m`).
public struct DomctlSetBrokenPageP2M: BitwiseCopyable, Sendable {
  /// Frame (`pfn`).
  public var pfn: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(pfn: UInt64 = 0) {
    self.pfn = pfn
  }
}

/// Argument of `XEN_DOMCTL_psr_cmt_op` (`struct xen_domctl_psr_cmt_op`).
public struct DomctlPSRCMTOp: BitwiseCopyable, Sendable {
  /// Command (`cmd`).
  public var command: UInt32 = 0
  /// Out: RMID (`data`).
  public var data: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, data: UInt32 = 0) {
    self.command = command
    self.data = data
  }
}

/// Argument of `XEN_DOMCTL_psr_alloc` (`struct xen_domctl_psr_alloc`).
public struct DomctlPSRAlloc: BitwiseCopyable, Sendable {
  /// Command (`cmd`).
  public var command: UInt32 = 0
  /// Socket (`target`).
  public var target: UInt32 = 0
  /// In or out: value (`data`).
  public var data: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, target: UInt32 = 0, data: UInt64 = 0) {
    self.command = command
    self.target = target
    self.data = data
  }
}

/// Argument of `XEN_DOMCTL_vmtrace_op` (`struct xen_domctl_vmtrace_op`).
public struct DomctlVMTraceOp: BitwiseCopyable, Sendable {
  /// Command (`cmd`).
  public var command: UInt32 = 0
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0
  /// Key (`key`).
  public var key: UInt64 = 0
  /// In or out: value (`value`).
  public var value: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(command: UInt32 = 0, vcpu: UInt32 = 0, key: UInt64 = 0, value: UInt64 = 0) {
    self.command = command
    self.vcpu = vcpu
    self.key = key
    self.value = value
  }
}

/// Argument of `XEN_DOMCTL_gdbsx_guestmemio` (`struct xen_domctl_gdbsx_memio`).
public struct DomctlGDBSXMemoryIO: BitwiseCopyable, Sendable {
  /// Page-table entry (`pgd3val`).
  public var pgd3Value: UInt64 = 0
  /// Guest virtual address (`gva`).
  public var guestAddress: UInt64 = 0
  /// Buffer (`uva`).
  public var userAddress: UInt64 = 0
  /// Bytes (`len`).
  public var length: UInt32 = 0
  /// Nonzero to write (`gwr`).
  public var isWrite: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// Out: bytes not copied (`remain`).
  public var remaining: UInt32 = 0
  private var _pad1: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    pgd3Value: UInt64 = 0, guestAddress: UInt64 = 0, userAddress: UInt64 = 0, length: UInt32 = 0,
    isWrite: UInt8 = 0, remaining: UInt32 = 0
  ) {
    self.pgd3Value = pgd3Value
    self.guestAddress = guestAddress
    self.userAddress = userAddress
    self.length = length
    self.isWrite = isWrite
    self.remaining = remaining
  }
}

/// Argument of `XEN_DOMCTL_gdbsx_pausevcpu` and `XEN_DOMCTL_gdbsx_unpausevcpu` (`struct
/// xen_domctl_gdbsx_pauseunp_vcpu`).
public struct DomctlGDBSXPauseVCPU: BitwiseCopyable, Sendable {
  /// vCPU (`vcpu`).
  public var vcpu: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(vcpu: UInt32 = 0) {
    self.vcpu = vcpu
  }
}

/// Result of `XEN_DOMCTL_gdbsx_domstatus` (`struct xen_domctl_gdbsx_domstatus`).
public struct DomctlGDBSXDomainStatus: BitwiseCopyable, Sendable {
  /// Paused (`paused`).
  public var paused: UInt8 = 0
  private var _pad0: InlineArray<3, UInt8> = InlineArray(repeating: 0)
  /// vCPU with an event (`vcpu_id`).
  public var vcpu: UInt32 = 0
  /// The event (`vcpu_ev`).
  public var vcpuEvent: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(paused: UInt8 = 0, vcpu: UInt32 = 0, vcpuEvent: UInt32 = 0) {
    self.paused = paused
    self.vcpu = vcpu
    self.vcpuEvent = vcpuEvent
  }
}
