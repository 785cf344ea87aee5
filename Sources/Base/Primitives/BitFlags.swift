/// A set of bits over one integer: `OptionSet` without the array literal, which would allocate.
public protocol BitFlags: RawRepresentable, Equatable, BitwiseCopyable, Sendable
where RawValue: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable {
  /// Makes the set from its bits, known or not.
  init(rawValue: RawValue)
}

extension BitFlags {
  /// The set without any bit.
  public static var none: Self { Self(rawValue: 0) }
  /// Whether no bit is set.
  public var isEmpty: Bool { rawValue == 0 }
  /// The bits of either set.
  public static func | (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue | b.rawValue) }
  /// The bits of both sets.
  public static func & (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue & b.rawValue) }
  /// The first set without the bits of the second.
  public static func - (a: Self, b: Self) -> Self { Self(rawValue: a.rawValue & ~b.rawValue) }
  /// Whether all of `bits` are set.
  public func contains(_ bits: Self) -> Bool { rawValue & bits.rawValue == bits.rawValue }
  /// Whether any of `bits` is set.
  public func intersects(_ bits: Self) -> Bool { rawValue & bits.rawValue != 0 }
  /// Sets `bits`.
  public mutating func insert(_ bits: Self) { self = self | bits }
  /// Clears `bits`.
  public mutating func remove(_ bits: Self) { self = self - bits }
}
