// Arguments of grant-table operations.
//
// Source: xen/grant_table.h.

/// Argument of `GNTTABOP_map_grant_ref` (`struct gnttab_map_grant_ref`).
public struct GrantMapRef: BitwiseCopyable, Sendable {
  /// Virtual address, or machine address of a page-table entry (`host_addr`).
  public var hostAddress: UInt64 = 0
  /// `GrantMapFlags` (`flags`).
  public var flags: UInt32 = 0
  /// Grant reference (`ref`).
  public var ref: UInt32 = 0
  /// Domain that granted (`dom`).
  public var domain: UInt16 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  /// Out: handle of the mapping (`handle`).
  public var handle: UInt32 = 0
  /// Out: address for devices (`dev_bus_addr`).
  public var deviceBusAddress: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    hostAddress: UInt64 = 0, flags: UInt32 = 0, ref: UInt32 = 0, domain: UInt16 = 0,
    status: Int16 = 0, handle: UInt32 = 0, deviceBusAddress: UInt64 = 0
  ) {
    self.hostAddress = hostAddress
    self.flags = flags
    self.ref = ref
    self.domain = domain
    self.status = status
    self.handle = handle
    self.deviceBusAddress = deviceBusAddress
  }
}

/// Argument of `GNTTABOP_unmap_grant_ref` (`struct gnttab_unmap_grant_ref`).
public struct GrantUnmapRef: BitwiseCopyable, Sendable {
  /// As mapped, or 0 (`host_addr`).
  public var hostAddress: UInt64 = 0
  /// As mapped, or 0 (`dev_bus_addr`).
  public var deviceBusAddress: UInt64 = 0
  /// Handle of the mapping (`handle`).
  public var handle: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    hostAddress: UInt64 = 0, deviceBusAddress: UInt64 = 0, handle: UInt32 = 0, status: Int16 = 0
  ) {
    self.hostAddress = hostAddress
    self.deviceBusAddress = deviceBusAddress
    self.handle = handle
    self.status = status
  }
}

/// Argument of `GNTTABOP_setup_table` (`struct gnttab_setup_table`).
public struct GrantSetupTable: BitwiseCopyable, Sendable {
  /// Owner of the table (`dom`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Frames wanted at least (`nr_frames`).
  public var frameCount: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad1: InlineArray<6, UInt8> = InlineArray(repeating: 0)
  /// Out: the frames (`frame_list`).
  public var frameList: GuestHandle<UInt64> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, frameCount: UInt32 = 0, status: Int16 = 0,
    frameList: GuestHandle<UInt64> = GuestHandle()
  ) {
    self.domain = domain
    self.frameCount = frameCount
    self.status = status
    self.frameList = frameList
  }
}

/// Argument of `GNTTABOP_dump_table` (`struct gnttab_dump_table`).
public struct GrantDumpTable: BitwiseCopyable, Sendable {
  /// Owner of the table (`dom`).
  public var domain: UInt16 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, status: Int16 = 0) {
    self.domain = domain
    self.status = status
  }
}

/// Argument of `GNTTABOP_transfer` (`struct gnttab_transfer`).
public struct GrantTransfer: BitwiseCopyable, Sendable {
  /// Frame to give away (`mfn`).
  public var mfn: UInt64 = 0
  /// Receiver (`domid`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Receiver's grant reference (`ref`).
  public var ref: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad1: InlineArray<6, UInt8> = InlineArray(repeating: 0)

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(mfn: UInt64 = 0, domain: UInt16 = 0, ref: UInt32 = 0, status: Int16 = 0) {
    self.mfn = mfn
    self.domain = domain
    self.ref = ref
    self.status = status
  }
}

/// One end of a grant copy (`struct gnttab_copy_ptr`).
public struct GrantCopyPointer: BitwiseCopyable, Sendable {
  /// Grant reference in the low half, or frame number (`u.gmfn`).
  public var refOrGMFN: UInt64 = 0
  /// Domain of the frame (`domid`).
  public var domain: UInt16 = 0
  /// First byte in the frame (`offset`).
  public var offset: UInt16 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(refOrGMFN: UInt64 = 0, domain: UInt16 = 0, offset: UInt16 = 0) {
    self.refOrGMFN = refOrGMFN
    self.domain = domain
    self.offset = offset
  }
}

/// Argument of `GNTTABOP_copy` (`struct gnttab_copy`).
public struct GrantCopy: BitwiseCopyable, Sendable {
  /// Source (`source`).
  public var source: GrantCopyPointer = GrantCopyPointer()
  /// Destination (`dest`).
  public var dest: GrantCopyPointer = GrantCopyPointer()
  /// Bytes to copy (`len`).
  public var length: UInt16 = 0
  /// `GrantCopyFlags` (`flags`).
  public var flags: UInt16 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    source: GrantCopyPointer = GrantCopyPointer(), dest: GrantCopyPointer = GrantCopyPointer(),
    length: UInt16 = 0, flags: UInt16 = 0, status: Int16 = 0
  ) {
    self.source = source
    self.dest = dest
    self.length = length
    self.flags = flags
    self.status = status
  }
}

/// Argument of `GNTTABOP_query_size` (`struct gnttab_query_size`).
public struct GrantQuerySize: BitwiseCopyable, Sendable {
  /// Owner of the table (`dom`).
  public var domain: UInt16 = 0
  private var _pad0: UInt16 = 0
  /// Out: frames now (`nr_frames`).
  public var frameCount: UInt32 = 0
  /// Out: frames at most (`max_nr_frames`).
  public var maxFrameCount: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad1: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    domain: UInt16 = 0, frameCount: UInt32 = 0, maxFrameCount: UInt32 = 0, status: Int16 = 0
  ) {
    self.domain = domain
    self.frameCount = frameCount
    self.maxFrameCount = maxFrameCount
    self.status = status
  }
}

/// Argument of `GNTTABOP_unmap_and_replace` (`struct gnttab_unmap_and_replace`).
public struct GrantUnmapAndReplace: BitwiseCopyable, Sendable {
  /// As mapped (`host_addr`).
  public var hostAddress: UInt64 = 0
  /// Address whose mapping takes its place (`new_addr`).
  public var newAddress: UInt64 = 0
  /// Handle of the mapping (`handle`).
  public var handle: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    hostAddress: UInt64 = 0, newAddress: UInt64 = 0, handle: UInt32 = 0, status: Int16 = 0
  ) {
    self.hostAddress = hostAddress
    self.newAddress = newAddress
    self.handle = handle
    self.status = status
  }
}

/// Argument of `GNTTABOP_set_version` (`struct gnttab_set_version`).
public struct GrantSetVersion: BitwiseCopyable, Sendable {
  /// In and out: 1 or 2 (`version`).
  public var version: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(version: UInt32 = 0) {
    self.version = version
  }
}

/// Argument of `GNTTABOP_get_status_frames` (`struct gnttab_get_status_frames`).
public struct GrantGetStatusFrames: BitwiseCopyable, Sendable {
  /// Frames wanted (`nr_frames`).
  public var frameCount: UInt32 = 0
  /// Owner of the table (`dom`).
  public var domain: UInt16 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  /// Out: the frames (`frame_list`).
  public var frameList: GuestHandle<UInt64> = GuestHandle()

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    frameCount: UInt32 = 0, domain: UInt16 = 0, status: Int16 = 0,
    frameList: GuestHandle<UInt64> = GuestHandle()
  ) {
    self.frameCount = frameCount
    self.domain = domain
    self.status = status
    self.frameList = frameList
  }
}

/// Argument of `GNTTABOP_get_version` (`struct gnttab_get_version`).
public struct GrantGetVersion: BitwiseCopyable, Sendable {
  /// Owner of the table (`dom`).
  public var domain: UInt16 = 0
  /// Unused (`pad`).
  public var pad: UInt16 = 0
  /// Out: 1 or 2 (`version`).
  public var version: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(domain: UInt16 = 0, pad: UInt16 = 0, version: UInt32 = 0) {
    self.domain = domain
    self.pad = pad
    self.version = version
  }
}

/// Argument of `GNTTABOP_swap_grant_ref` (`struct gnttab_swap_grant_ref`).
public struct GrantSwapRef: BitwiseCopyable, Sendable {
  /// First reference (`ref_a`).
  public var refA: UInt32 = 0
  /// Second reference (`ref_b`).
  public var refB: UInt32 = 0
  /// Out: `GrantStatus` (`status`).
  public var status: Int16 = 0
  private var _pad0: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(refA: UInt32 = 0, refB: UInt32 = 0, status: Int16 = 0) {
    self.refA = refA
    self.refB = refB
    self.status = status
  }
}

/// Argument of `GNTTABOP_cache_flush` (`struct gnttab_cache_flush`).
public struct GrantCacheFlush: BitwiseCopyable, Sendable {
  /// Device address, or grant reference in the low half (`a.dev_bus_addr`).
  public var addressOrRef: UInt64 = 0
  /// First byte (`offset`).
  public var offset: UInt16 = 0
  /// Bytes (`length`).
  public var length: UInt16 = 0
  /// `GrantCacheFlushOp` (`op`).
  public var op: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(addressOrRef: UInt64 = 0, offset: UInt16 = 0, length: UInt16 = 0, op: UInt32 = 0) {
    self.addressOrRef = addressOrRef
    self.offset = offset
    self.length = length
    self.op = op
  }
}
