import Machine
import Primitives
import XenABI

extension GrantStatus: Error {}

/// The number of an entry in a grant table.
/// - Source: `grant_ref_t`.
public struct GrantRef: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The ABI's number.
  public var rawValue: UInt32

  /// The reference of this number.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number as an index.
  @inlinable public var index: Int { Int(rawValue) }
}

/// The number of a mapping record of the domain that mapped.
/// - Source: `grant_handle_t`.
public struct GrantHandle: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The ABI's number.
  public var rawValue: UInt32

  /// The handle of this number.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number as an index.
  @inlinable public var index: Int { Int(rawValue) }
}

/// How a grant is used: by pCPUs, by devices, and whether to write.
public struct GrantUse: BitFlags {
  /// The bits.
  public let rawValue: UInt8
  /// The use of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// By devices.
  public static var device: GrantUse { GrantUse(rawValue: 1) }
  /// By pCPUs: a mapping, or a copy.
  public static var host: GrantUse { GrantUse(rawValue: 2) }
  /// To write as well as to read.
  public static var write: GrantUse { GrantUse(rawValue: 4) }

  /// The use that the flags of `GNTTABOP_map_grant_ref` ask for.
  public init(mapFlags: UInt32) {
    var use = GrantUse.none
    if mapFlags & GrantMapFlags.deviceMap != 0 { use.insert(.device) }
    if mapFlags & GrantMapFlags.hostMap != 0 { use.insert(.host) }
    if mapFlags & GrantMapFlags.readOnly == 0 { use.insert(.write) }
    self = use
  }

  /// The ways of access alone.
  public var parts: GrantUse { self & (.device | .host) }
  /// Whether the use is to write.
  public var writes: Bool { contains(.write) }
}

/// What kind of frame a grant table asks for.
public enum GrantFrameKind: Equatable, Sendable {
  /// Will be mapped by the domain: the domain's, but not of its allowance.
  case shared
  /// The hypervisor's own.
  case hidden
}

/// A grant in use, as `GrantTable.pin` found it.
public struct PinnedGrant: Equatable, Sendable {
  /// The frame.
  public var mfn: MFN
  /// The cache attributes the granter asked for (`GTF_PWT`, `GTF_PCD`, `GTF_PAT`); they count for
  /// frames that are not memory.
  public var cacheFlags: UInt16
}

/// What a handle stands for.
public struct GrantMapping: Equatable, Sendable {
  /// The domain that granted.
  public var domain: DomainID
  /// Its grant reference.
  public var ref: GrantRef
  /// The ways of access that are mapped, and whether to write.
  public var use: GrantUse
  /// The low half of the flags it was mapped with (`GrantMapFlags`).
  public var mapFlags: UInt16
  /// The frame.
  public var mfn: MFN

  /// Describes a mapping made with `mapFlags`.
  public init(domain: DomainID, ref: GrantRef, mapFlags: UInt32, mfn: MFN) {
    self.domain = domain
    self.ref = ref
    self.use = GrantUse(mapFlags: mapFlags)
    self.mapFlags = UInt16(truncatingIfNeeded: mapFlags)
    self.mfn = mfn
  }
}

/// Where the mapping of a grant goes.
public struct GrantPlacement: Equatable, Sendable {
  /// A virtual address of the mapping domain or, with `GNTMAP_contains_pte`, the machine address of
  /// the page-table entry.
  public var address: UInt64
  /// `GrantMapFlags`.
  public var mapFlags: UInt32
  /// The frame.
  public var mfn: MFN

  /// Describes a place.
  public init(address: UInt64, mapFlags: UInt32, mfn: MFN) {
    self.address = address
    self.mapFlags = mapFlags
    self.mfn = mfn
  }
}
