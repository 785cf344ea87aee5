// Grant tables: operations, flags, and entries of both versions.
//
// Source: xen/grant_table.h.

/// Command of `grant_table_op`.
public enum GrantTableOp: UInt32, Sendable {
  /// Maps a granted frame (`GNTTABOP_map_grant_ref`).
  case mapGrantRef = 0
  /// Unmaps a granted frame (`GNTTABOP_unmap_grant_ref`).
  case unmapGrantRef = 1
  /// Sizes a grant table and tells its frames (`GNTTABOP_setup_table`).
  case setupTable = 2
  /// Prints a grant table to the console (`GNTTABOP_dump_table`).
  case dumpTable = 3
  /// Gives a frame away (`GNTTABOP_transfer`).
  case transfer = 4
  /// Copies between granted frames (`GNTTABOP_copy`).
  case copy = 5
  /// Tells the size of a grant table (`GNTTABOP_query_size`).
  case querySize = 6
  /// Unmaps and puts another mapping in the same place (`GNTTABOP_unmap_and_replace`).
  case unmapAndReplace = 7
  /// Sets the version of the caller's entries (`GNTTABOP_set_version`).
  case setVersion = 8
  /// Tells the frames of the version 2 status array (`GNTTABOP_get_status_frames`).
  case getStatusFrames = 9
  /// Tells the version of a domain's entries (`GNTTABOP_get_version`).
  case getVersion = 10
  /// Swaps two entries (`GNTTABOP_swap_grant_ref`).
  case swapGrantRef = 11
  /// Cleans or invalidates caches for a granted range; Arm (`GNTTABOP_cache_flush`).
  case cacheFlush = 12
}

/// Status of one grant operation.
public enum GrantStatus: Int16, Sendable {
  /// Done (`GNTST_okay`).
  case okay = 0
  /// Undefined error (`GNTST_general_error`).
  case generalError = -1
  /// No such domain (`GNTST_bad_domain`).
  case badDomain = -2
  /// No such or unfit grant reference (`GNTST_bad_gntref`).
  case badGrantRef = -3
  /// No such or unfit mapping handle (`GNTST_bad_handle`).
  case badHandle = -4
  /// Unfit virtual address (`GNTST_bad_virt_addr`).
  case badVirtualAddress = -5
  /// Unfit device address (`GNTST_bad_dev_addr`).
  case badDeviceAddress = -6
  /// No space in the I/O MMU (`GNTST_no_device_space`).
  case noDeviceSpace = -7
  /// Not privileged enough (`GNTST_permission_denied`).
  case permissionDenied = -8
  /// Unfit frame (`GNTST_bad_page`).
  case badPage = -9
  /// A copy crosses a page boundary (`GNTST_bad_copy_arg`).
  case badCopyArgument = -10
  /// Address of the transferred frame too large (`GNTST_address_too_big`).
  case addressTooBig = -11
  /// Not done; try again (`GNTST_eagain`).
  case again = -12
  /// Out of handles or other space (`GNTST_no_space`).
  case noSpace = -13
}

/// Flags of a grant entry.
public enum GrantFlags {
  /// Type: grants nothing (`GTF_invalid`).
  public static var invalid: UInt16 { 0x0 }
  /// Type: may be mapped and copied (`GTF_permit_access`).
  public static var permitAccess: UInt16 { 1 << 0 }
  /// Type: accepts a transfer (`GTF_accept_transfer`).
  public static var acceptTransfer: UInt16 { 1 << 1 }
  /// Type: stands for a grant of another domain; version 2 (`GTF_transitive`).
  public static var transitive: UInt16 { 0x3 }
  /// Mask of the type (`GTF_type_mask`).
  public static var typeMask: UInt16 { 0x3 }
  /// May only be read (`GTF_readonly`).
  public static var readOnly: UInt16 { 1 << 2 }
  /// Being read; set by the hypervisor (`GTF_reading`).
  public static var reading: UInt16 { 1 << 3 }
  /// Being written; set by the hypervisor (`GTF_writing`).
  public static var writing: UInt16 { 1 << 4 }
  /// Cache attribute, x86 (`GTF_PWT`).
  public static var pwt: UInt16 { 1 << 5 }
  /// Cache attribute, x86 (`GTF_PCD`).
  public static var pcd: UInt16 { 1 << 6 }
  /// Cache attribute, x86 (`GTF_PAT`).
  public static var pat: UInt16 { 1 << 7 }
  /// Only part of the frame; version 2 (`GTF_sub_page`).
  public static var subPage: UInt16 { 1 << 8 }
  /// A transfer is under way (`GTF_transfer_committed`).
  public static var transferCommitted: UInt16 { 1 << 2 }
  /// A transfer is complete (`GTF_transfer_completed`).
  public static var transferCompleted: UInt16 { 1 << 3 }
}

/// Flags of `GrantMapRef.flags`.
public enum GrantMapFlags {
  /// For access by devices (`GNTMAP_device_map`).
  public static var deviceMap: UInt32 { 1 << 0 }
  /// For access by pCPUs (`GNTMAP_host_map`).
  public static var hostMap: UInt32 { 1 << 1 }
  /// Only to read (`GNTMAP_readonly`).
  public static var readOnly: UInt32 { 1 << 2 }
  /// Also for user mode (`GNTMAP_application_map`).
  public static var applicationMap: UInt32 { 1 << 3 }
  /// `hostAddress` is the machine address of a page-table entry (`GNTMAP_contains_pte`).
  public static var containsPTE: UInt32 { 1 << 4 }
  /// Bits for the page-table entry's available bits (`GNTMAP_guest_avail_mask`).
  public static var guestAvailMask: UInt32 { 0xFFFF_0000 }
}

/// Flags of `GrantCopy.flags`.
public enum GrantCopyFlags {
  /// The source is a grant reference (`GNTCOPY_source_gref`).
  public static var sourceGrantRef: UInt16 { 1 << 0 }
  /// The destination is a grant reference (`GNTCOPY_dest_gref`).
  public static var destGrantRef: UInt16 { 1 << 1 }
}

/// Operations of `GrantCacheFlush.op`.
public enum GrantCacheFlushOp {
  /// Writes back (`GNTTAB_CACHE_CLEAN`).
  public static var clean: UInt32 { 1 << 0 }
  /// Invalidates (`GNTTAB_CACHE_INVAL`).
  public static var invalidate: UInt32 { 1 << 1 }
  /// The target is a grant reference (`GNTTAB_CACHE_SOURCE_GREF`).
  public static var sourceGrantRef: UInt32 { 1 << 31 }
}

/// Grant references the toolstack fills in before a domain starts.
public enum GrantReserved {
  /// Entries kept across a change of version (`GNTTAB_NR_RESERVED_ENTRIES`).
  public static var count: UInt32 { 8 }
  /// The console ring (`GNTTAB_RESERVED_CONSOLE`).
  public static var console: UInt32 { 0 }
  /// The xenstore ring (`GNTTAB_RESERVED_XENSTORE`).
  public static var xenstore: UInt32 { 1 }
}

/// An entry of a version 1 table (`struct grant_entry_v1`).
public struct GrantEntryV1: BitwiseCopyable, Sendable {
  /// `GrantFlags` (`flags`).
  public var flags: UInt16 = 0
  /// Domain that is granted (`domid`).
  public var domain: UInt16 = 0
  /// The frame (`frame`).
  public var frame: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(flags: UInt16 = 0, domain: UInt16 = 0, frame: UInt32 = 0) {
    self.flags = flags
    self.domain = domain
    self.frame = frame
  }
}

/// The start of a version 2 entry (`struct grant_entry_header`).
public struct GrantEntryHeader: BitwiseCopyable, Sendable {
  /// `GrantFlags`, without reading and writing (`flags`).
  public var flags: UInt16 = 0
  /// Domain that is granted (`domid`).
  public var domain: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(flags: UInt16 = 0, domain: UInt16 = 0) {
    self.flags = flags
    self.domain = domain
  }
}

/// A version 2 entry for a whole frame (`grant_entry_v2.full_page`).
public struct GrantEntryV2FullPage: BitwiseCopyable, Sendable {
  /// Flags and domain (`full_page.hdr`).
  public var header: GrantEntryHeader = GrantEntryHeader()
  /// Unused (`full_page.pad0`).
  public var reserved: UInt32 = 0
  /// The frame (`full_page.frame`).
  public var frame: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    header: GrantEntryHeader = GrantEntryHeader(), reserved: UInt32 = 0, frame: UInt64 = 0
  ) {
    self.header = header
    self.reserved = reserved
    self.frame = frame
  }
}

/// A version 2 entry for part of a frame (`grant_entry_v2.sub_page`).
public struct GrantEntryV2SubPage: BitwiseCopyable, Sendable {
  /// Flags and domain (`sub_page.hdr`).
  public var header: GrantEntryHeader = GrantEntryHeader()
  /// First byte granted (`sub_page.page_off`).
  public var pageOffset: UInt16 = 0
  /// Bytes granted (`sub_page.length`).
  public var length: UInt16 = 0
  /// The frame (`sub_page.frame`).
  public var frame: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    header: GrantEntryHeader = GrantEntryHeader(), pageOffset: UInt16 = 0, length: UInt16 = 0,
    frame: UInt64 = 0
  ) {
    self.header = header
    self.pageOffset = pageOffset
    self.length = length
    self.frame = frame
  }
}

/// A version 2 entry that stands for another domain's grant (`grant_entry_v2.transitive`).
public struct GrantEntryV2Transitive: BitwiseCopyable, Sendable {
  /// Flags and domain (`transitive.hdr`).
  public var header: GrantEntryHeader = GrantEntryHeader()
  /// Domain whose grant is meant (`transitive.trans_domid`).
  public var transitiveDomain: UInt16 = 0
  /// Unused (`transitive.pad0`).
  public var reserved: UInt16 = 0
  /// The reference in that domain's table (`transitive.gref`).
  public var grantRef: UInt32 = 0
  private var _pad0: UInt32 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(
    header: GrantEntryHeader = GrantEntryHeader(), transitiveDomain: UInt16 = 0,
    reserved: UInt16 = 0, grantRef: UInt32 = 0
  ) {
    self.header = header
    self.transitiveDomain = transitiveDomain
    self.reserved = reserved
    self.grantRef = grantRef
  }
}
