// The kinds of addresses, distinct types with no implicit conversion.

/// An address in real memory.
public struct MachineAddress: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The address in bytes.
  public var rawValue: UInt64

  /// The address of this value.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by value.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The address `bytes` further on, wrapping.
  @inlinable public func advanced(by bytes: UInt64) -> Self { Self(rawValue &+ bytes) }

  /// The offset into the page.
  @inlinable public var pageOffset: Int { Int(truncatingIfNeeded: rawValue & 0xfff) }

  /// The frame that holds the address.
  @inlinable public var frame: MFN { MFN(rawValue >> 12) }
}

/// An address in the physical address space of a translated guest.
public struct GuestAddress: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The address in bytes.
  public var rawValue: UInt64

  /// The address of this value.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by value.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The address `bytes` further on, wrapping.
  @inlinable public func advanced(by bytes: UInt64) -> Self { Self(rawValue &+ bytes) }

  /// The offset into the page.
  @inlinable public var pageOffset: Int { Int(truncatingIfNeeded: rawValue & 0xfff) }

  /// The frame that holds the address.
  @inlinable public var frame: GFN { GFN(rawValue >> 12) }
}

/// An address in the virtual address space that is in force.
public struct VirtualAddress: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The address in bytes.
  public var rawValue: UInt64

  /// The address of this value.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by value.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The address `bytes` further on, wrapping.
  @inlinable public func advanced(by bytes: UInt64) -> Self { Self(rawValue &+ bytes) }

  /// The offset into the page.
  @inlinable public var pageOffset: Int { Int(truncatingIfNeeded: rawValue & 0xfff) }

  /// The first byte of the page that holds the address.
  @inlinable public var pageStart: VirtualAddress { VirtualAddress(rawValue & ~0xfff) }
}
