// The three numberings of 4 KiB frames, distinct types with no implicit conversion.

/// A machine frame: a frame of real memory.
public struct MFN: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The frame's number: its address divided by the frame size.
  public var rawValue: UInt64

  /// The frame of this number.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The frame `count` further on; wraps at the end of the number range, as nothing there exists.
  @inlinable public func advanced(by count: UInt64) -> Self { Self(rawValue &+ count) }
}

/// A guest frame: a frame as a translated guest numbers it; for a PV guest the MFN itself.
public struct GFN: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The frame's number: its address divided by the frame size.
  public var rawValue: UInt64

  /// The frame of this number.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The frame `count` further on; wraps at the end of the number range, as nothing there exists.
  @inlinable public func advanced(by count: UInt64) -> Self { Self(rawValue &+ count) }
}

/// A pseudo-physical frame: a PV guest's own contiguous numbering.
public struct PFN: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// The frame's number: its address divided by the frame size.
  public var rawValue: UInt64

  /// The frame of this number.
  @inlinable public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  /// Orders by number.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The frame `count` further on; wraps at the end of the number range, as nothing there exists.
  @inlinable public func advanced(by count: UInt64) -> Self { Self(rawValue &+ count) }
}

extension MFN {
  /// No frame: what the ABI's `INVALID_MFN` is.
  @inlinable public static var invalid: MFN { MFN(UInt64.max) }
  /// The machine address of the frame's first byte.
  @inlinable public var address: MachineAddress { MachineAddress(rawValue << 12) }
}
