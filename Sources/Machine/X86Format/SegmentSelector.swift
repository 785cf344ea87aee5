/// A segment selector: an index into a descriptor table and the privilege asked for.
/// - Source: Intel SDM vol. 3A §3.4.2.
public struct SegmentSelector: Equatable, BitwiseCopyable, Sendable {
  /// The selector as a segment register holds it.
  public var rawValue: UInt16

  /// The selector of these bits.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The selector of entry `index` of the GDT.
  @inlinable public init(gdtIndex index: Int, privilege: Int) {
    rawValue = UInt16(truncatingIfNeeded: index << 3 | privilege & 3)
  }

  /// The privilege level asked for, 0 to 3.
  @inlinable public var privilege: Int {
    get { Int(rawValue & 3) }
    set { rawValue = rawValue & ~3 | UInt16(truncatingIfNeeded: newValue & 3) }
  }

  /// Whether it names an entry of the LDT.
  @inlinable public var isLocal: Bool { rawValue & 4 != 0 }

  /// The entry's index.
  @inlinable public var index: Int { Int(rawValue >> 3) }

  /// Whether it is one of the four null selectors.
  @inlinable public var isNull: Bool { rawValue & ~3 == 0 }
}
