/// A half-open range of physical addresses, in bytes.
public struct PhysicalRange: Equatable, BitwiseCopyable, Sendable {
  /// The first byte's address.
  public private(set) var start: UInt64
  /// The address one past the last byte; never below `start`.
  public private(set) var end: UInt64

  /// The range from `start` up to `end`; empty at `start` if `end` lies below it.
  public init(start: UInt64, end: UInt64) {
    self.start = start
    self.end = end < start ? start : end
  }

  /// The range of `length` bytes from `start`, cut off at the end of the address space.
  public init(start: UInt64, length: UInt64) {
    let (end, overflow) = start.addingReportingOverflow(length)
    self.start = start
    self.end = overflow ? UInt64.max : end
  }

  /// The range that holds nothing.
  public static var none: PhysicalRange { PhysicalRange(start: 0, end: 0) }

  /// The number of bytes.
  public var length: UInt64 { end &- start }

  /// Whether the range holds no byte.
  public var isEmpty: Bool { start == end }

  /// Whether `address` lies in the range.
  public func contains(_ address: UInt64) -> Bool { start <= address && address < end }

  /// Whether the two ranges share a byte.
  public func overlaps(_ other: PhysicalRange) -> Bool {
    start < other.end && other.start < end && !isEmpty && !other.isEmpty
  }

  /// The bytes that lie in both ranges.
  public func intersection(_ other: PhysicalRange) -> PhysicalRange {
    PhysicalRange(start: max(start, other.start), end: min(end, other.end))
  }

  /// The whole 4 KiB frames inside the range.
  public var wholeFrames: PhysicalRange {
    let (up, overflow) = start.addingReportingOverflow(0xfff)
    guard !overflow else { return .none }
    return PhysicalRange(start: up & ~0xfff, end: end & ~0xfff)
  }

  /// The 4 KiB frames that the range touches.
  public var touchedFrames: PhysicalRange {
    let (up, overflow) = end.addingReportingOverflow(0xfff)
    return PhysicalRange(start: start & ~0xfff, end: overflow ? UInt64.max : up & ~0xfff)
  }
}

/// What a range of physical memory is for; the raw values are E820's.
///
/// Of two types claimed for the same byte the one with the higher number wins, as in every
/// consumer of such maps.
/// - Source: ACPI 6.5 §15 table 15.3 (`E820_RAM` and the following).
public enum MemoryType: UInt32, Equatable, Sendable {
  /// Ordinary memory (`E820_RAM`).
  case ram = 1
  /// Firmware's or a device's (`E820_RESERVED`); also every type we do not know.
  case reserved = 2
  /// ACPI tables, usable once they were read (`E820_ACPI`).
  case acpiReclaimable = 3
  /// Firmware memory that must survive sleep (`E820_NVS`).
  case acpiNVS = 4
  /// Memory with errors (`E820_UNUSABLE`).
  case unusable = 5

  /// The type firmware means by `number`; an unknown one is reserved.
  public init(firmware number: UInt32) {
    self = MemoryType(rawValue: number) ?? .reserved
  }
}

/// A range of physical memory with its type.
public struct MemoryRange: Equatable, Sendable {
  /// Where it is.
  public var range: PhysicalRange
  /// What it is for.
  public var type: MemoryType

  /// The memory at `range` of the given type.
  public init(_ range: PhysicalRange, _ type: MemoryType) {
    self.range = range
    self.type = type
  }
}
