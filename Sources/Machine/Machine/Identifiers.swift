import Primitives

/// The name of a domain.
/// - Source: `domid_t` in `xen/include/public/xen.h`; ids from `firstReserved` up are not domains.
public struct DomainID: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The ABI's number.
  public var rawValue: UInt16

  /// The id of this number.
  @inlinable public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The control domain.
  @inlinable public static var dom0: DomainID { DomainID(0) }
  /// `DOMID_FIRST_RESERVED`.
  @inlinable public static var firstReserved: DomainID { DomainID(0x7ff0) }
  /// `DOMID_SELF`: the caller.
  @inlinable public static var this: DomainID { DomainID(0x7ff0) }
  /// `DOMID_IO`: owner of machine frames that are not memory.
  @inlinable public static var io: DomainID { DomainID(0x7ff1) }
  /// `DOMID_XEN`: owner of frames the hypervisor shares with privileged domains.
  @inlinable public static var hypervisor: DomainID { DomainID(0x7ff2) }
  /// `DOMID_COW`.
  @inlinable public static var copyOnWrite: DomainID { DomainID(0x7ff3) }
  /// `DOMID_INVALID`: nobody.
  @inlinable public static var invalid: DomainID { DomainID(0x7ff4) }
  /// `DOMID_IDLE`: the idle vCPUs' domain.
  @inlinable public static var idle: DomainID { DomainID(0x7fff) }

  /// Whether this can name a domain.
  @inlinable public var isOrdinary: Bool { rawValue < 0x7ff0 }
}

/// The number of a vCPU within its domain.
public struct VCPUID: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The ABI's number.
  public var rawValue: UInt32

  /// The vCPU of this number.
  @inlinable public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number as an index.
  @inlinable public var index: Int { Int(rawValue) }
}

/// The number of a physical CPU, dense from 0 (the boot CPU) in the order they were found.
public struct CPUIndex: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The number.
  public var rawValue: UInt16

  /// The CPU of this number.
  @inlinable public init(_ rawValue: Int) { self.rawValue = UInt16(truncatingIfNeeded: rawValue) }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The number as an index.
  @inlinable public var index: Int { Int(rawValue) }
}

/// The physical CPUs the tables are sized for.
public enum CPULimit {
  /// The number of them.
  public static let count = 256
}

/// A set of physical CPUs.
public typealias CPUSet = Bitmap<4>
