/// Why an ACPI table could not be used.
public enum ACPIError: Error, Equatable {
  /// No root pointer was found where firmware may leave one.
  case notFound
  /// A table lies outside readable memory.
  case unreadable
  /// The table is not of the kind that the pointer to it promised.
  case wrongSignature
  /// The bytes do not add up to zero.
  case wrongChecksum
  /// The table, or an entry in it, is too short for what it holds, or too long to be true.
  case wrongLength
}

/// The four letters that name an ACPI table.
public struct ACPISignature: Equatable, BitwiseCopyable, Sendable {
  /// The letters, the first in the lowest byte.
  public var rawValue: UInt32

  /// The name of these letters.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar, _ d: Unicode.Scalar) {
    rawValue =
      a.value & 0xff | (b.value & 0xff) << 8 | (c.value & 0xff) << 16 | (d.value & 0xff) << 24
  }

  /// The root table with 32-bit pointers.
  public static var rsdt: Self { Self("R", "S", "D", "T") }
  /// The root table with 64-bit pointers.
  public static var xsdt: Self { Self("X", "S", "D", "T") }
  /// The MADT: interrupt controllers.
  public static var madt: Self { Self("A", "P", "I", "C") }
  /// The FADT: fixed hardware.
  public static var fadt: Self { Self("F", "A", "C", "P") }
  /// The FACS: the waking vector.
  public static var facs: Self { Self("F", "A", "C", "S") }
  /// The DSDT: the machine's own byte code.
  public static var dsdt: Self { Self("D", "S", "D", "T") }
  /// An SSDT: more byte code.
  public static var ssdt: Self { Self("S", "S", "D", "T") }
  /// The event timer.
  public static var hpet: Self { Self("H", "P", "E", "T") }
  /// PCI configuration space in memory.
  public static var mcfg: Self { Self("M", "C", "F", "G") }
  /// What is near to what.
  public static var srat: Self { Self("S", "R", "A", "T") }
  /// How far is what.
  public static var slit: Self { Self("S", "L", "I", "T") }
  /// Intel's IOMMUs.
  public static var dmar: Self { Self("D", "M", "A", "R") }
  /// AMD's IOMMUs.
  public static var ivrs: Self { Self("I", "V", "R", "S") }
}

/// A table's header with its place.
///
/// ```
/// 0         4      8        9        10    16          24           28         32            36
/// signature length revision checksum OEM   OEM table   OEM revision creator    creator rev.
/// ```
/// - Source: ACPI 6.5 §5.2.6.
public struct ACPITable: Equatable, Sendable {
  /// The table's name.
  public var signature: ACPISignature
  /// Its revision.
  public var revision: UInt8
  /// All its bytes.
  public var range: PhysicalRange

  /// The bytes of a header.
  public static var headerSize: Int { 36 }
  /// The longest table that is believed.
  public static var lengthLimit: UInt32 { 16 << 20 }

  /// Reads the header of the table at physical `address`.
  ///
  /// - Throws: `.unreadable` or `.wrongLength`.
  public init<Reader: PhysicalReader & ~Copyable>(
    at address: UInt64, _ reader: borrowing Reader
  ) throws(ACPIError) {
    guard address != 0, let signature = reader.integer(UInt32.self, at: address),
      let length = reader.integer(UInt32.self, at: address &+ 4),
      let revision = reader.integer(UInt8.self, at: address &+ 8)
    else { throw .unreadable }
    guard length >= UInt32(Self.headerSize), length <= Self.lengthLimit else { throw .wrongLength }
    self.signature = ACPISignature(rawValue: signature)
    self.revision = revision
    range = PhysicalRange(start: address, length: UInt64(length))
  }

  /// Calls `body` with the table's bytes, header included, once they were found to add up.
  ///
  /// - Throws: `.unreadable`, `.wrongChecksum`, or what `body` throws.
  public func withBytes<Result, Reader: PhysicalReader & ~Copyable>(
    _ reader: borrowing Reader, _ body: (RawSpan) throws(ACPIError) -> Result
  ) throws(ACPIError) -> Result {
    let count = Int(truncatingIfNeeded: range.length)
    let result = try reader.withBytes(at: range.start, count: count) {
      bytes throws(ACPIError) -> Result in
      guard bytes.sumsToZero(count: bytes.byteCount) else { throw .wrongChecksum }
      return try body(bytes)
    }
    guard let result else { throw .unreadable }
    return result
  }
}

/// An address in one of ACPI's address spaces.
/// - Source: ACPI 6.5 §5.2.3.2.
public struct ACPIAddress: Equatable, Sendable {
  /// The space: 0 memory, 1 I/O ports, 2 PCI configuration.
  public var space: UInt8
  /// The register's width in bits.
  public var bitWidth: UInt8
  /// Its lowest bit's place in what is read at `address`.
  public var bitOffset: UInt8
  /// The size of one access: 1 to 4 for 1 to 8 bytes, 0 if not told.
  public var accessSize: UInt8
  /// The address.
  public var address: UInt64

  /// An address of all its parts.
  public init(space: UInt8, bitWidth: UInt8, bitOffset: UInt8, accessSize: UInt8, address: UInt64) {
    self.space = space
    self.bitWidth = bitWidth
    self.bitOffset = bitOffset
    self.accessSize = accessSize
    self.address = address
  }

  /// The I/O port, if it is one.
  public var port: UInt16? { space == 1 ? UInt16(exactly: address) : nil }

  /// The physical address, if it is in memory.
  public var memory: UInt64? { space == 0 ? address : nil }

  /// Reads the address at `offset` of `bytes`; nil if it lies outside, or says there is none.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard let space = bytes.littleEndian(UInt8.self, at: offset),
      let bitWidth = bytes.littleEndian(UInt8.self, at: offset &+ 1),
      let bitOffset = bytes.littleEndian(UInt8.self, at: offset &+ 2),
      let accessSize = bytes.littleEndian(UInt8.self, at: offset &+ 3),
      let address = bytes.littleEndian(UInt64.self, at: offset &+ 4), address != 0
    else { return nil }
    self.init(
      space: space, bitWidth: bitWidth, bitOffset: bitOffset, accessSize: accessSize,
      address: address)
  }
}

extension RawSpan {
  /// Whether the first `count` bytes add up to zero, modulo 256.
  func sumsToZero(count: Int) -> Bool {
    guard count <= byteCount else { return false }
    var sum: UInt8 = 0
    var offset = 0
    while offset < count {
      sum &+= littleEndian(UInt8.self, at: offset) ?? 0
      offset &+= 1
    }
    return sum == 0
  }

  /// Calls `visit` with the type, place and length of each entry from `start` on, where an entry
  /// begins with its type and length in one byte each.
  ///
  /// - Throws: `.wrongLength` at an entry that is too short or leaves the table.
  func forEachEntry(
    from start: Int, _ visit: (UInt8, Int, Int) throws(ACPIError) -> Void
  ) throws(ACPIError) {
    var offset = start
    while offset < byteCount {
      guard let type = littleEndian(UInt8.self, at: offset),
        let length = littleEndian(UInt8.self, at: offset &+ 1).map({ Int($0) }),
        length >= 2, length <= byteCount &- offset
      else { throw .wrongLength }
      try visit(type, offset, length)
      offset &+= length
    }
  }

  /// Reads an integer that lies within the `length` bytes of an entry at `offset`.
  func field<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ place: Int, of offset: Int, _ length: Int
  ) throws(ACPIError) -> T {
    guard place &+ MemoryLayout<T>.size <= length,
      let value = littleEndian(type, at: offset &+ place)
    else { throw .wrongLength }
    return value
  }
}
