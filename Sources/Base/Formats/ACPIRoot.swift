/// The root pointer, from which all ACPI tables are found.
///
/// ```
/// 0           8        9    15       16        20     24        32           33    36
/// "RSD PTR "  checksum OEM  revision RSDT addr length XSDT addr ext checksum
/// ```
/// - Source: ACPI 6.5 §5.2.5.3.
public struct RSDP: Equatable, Sendable {
  /// 0 for ACPI 1.0, else 2.
  public var revision: UInt8
  /// The table of 32-bit pointers; 0 if there is none.
  public var rsdt: UInt32
  /// The table of 64-bit pointers; 0 if there is none.
  public var xsdt: UInt64

  /// Decodes the root pointer at the start of `bytes`: 20 bytes, or 36 from revision 2 on.
  ///
  /// - Throws: `.wrongSignature`, `.wrongLength` or `.wrongChecksum`.
  public init(_ bytes: RawSpan) throws(ACPIError) {
    guard let signature = bytes.littleEndian(UInt64.self, at: 0),
      let revision = bytes.littleEndian(UInt8.self, at: 15),
      let rsdt = bytes.littleEndian(UInt32.self, at: 16)
    else { throw .wrongLength }
    guard signature == Self.signature else { throw .wrongSignature }
    guard bytes.sumsToZero(count: 20) else { throw .wrongChecksum }
    self.revision = revision
    self.rsdt = rsdt
    xsdt = 0
    guard revision >= 2 else { return }
    guard let length = bytes.littleEndian(UInt32.self, at: 20),
      let address = bytes.littleEndian(UInt64.self, at: 24), length >= 36, length <= 4096
    else { throw .wrongLength }
    // The extended checksum covers the length told, of which we may have been given less.
    let count = Int(truncatingIfNeeded: length)
    guard count <= bytes.byteCount else { throw .wrongLength }
    guard bytes.sumsToZero(count: count) else { throw .wrongChecksum }
    xsdt = address
  }

  /// "RSD PTR " as a little-endian number.
  private static var signature: UInt64 { 0x2052_5450_2044_5352 }

  /// Decodes the root pointer at physical `address`.
  ///
  /// - Throws: as `init(_:)`, or `.unreadable`.
  public init<Reader: PhysicalReader & ~Copyable>(
    at address: UInt64, _ reader: borrowing Reader
  ) throws(ACPIError) {
    guard let revision = reader.integer(UInt8.self, at: address &+ 15) else { throw .unreadable }
    var count = 20
    if revision >= 2, let length = reader.integer(UInt32.self, at: address &+ 20), length <= 4096 {
      count = max(Int(length), 36)
    }
    let found = try reader.withBytes(at: address, count: count) {
      bytes throws(ACPIError) -> RSDP in try RSDP(bytes)
    }
    guard let found else { throw .unreadable }
    self = found
  }

  /// Looks for the root pointer where BIOS leaves it: in the first KiB of the extended BIOS data
  /// area, then from 0xE0000 to 0xFFFFF, on 16-byte borders.
  ///
  /// - Returns: the pointer and its address.
  /// - Throws: `.notFound`.
  /// - Source: ACPI 6.5 §5.2.5.1.
  public static func find<Reader: PhysicalReader & ~Copyable>(
    _ reader: borrowing Reader
  ) throws(ACPIError) -> (rsdp: RSDP, address: UInt64) {
    // The BIOS data area holds the segment of the extended area.
    if let segment = reader.integer(UInt16.self, at: 0x40E), segment >= 0x40 {
      let start = UInt64(segment) << 4
      if let found = search(PhysicalRange(start: start, length: 1024), reader) { return found }
    }
    let bios = PhysicalRange(start: 0xE0000, end: 0x100000)
    guard let found = search(bios, reader) else { throw .notFound }
    return found
  }

  private static func search<Reader: PhysicalReader & ~Copyable>(
    _ range: PhysicalRange, _ reader: borrowing Reader
  ) -> (rsdp: RSDP, address: UInt64)? {
    var address = range.start
    while address < range.end {
      if reader.integer(UInt64.self, at: address) == signature {
        do throws(ACPIError) {
          return (try RSDP(at: address, reader), address)
        } catch {
          // A broken copy: a good one may follow.
        }
      }
      address &+= 16
    }
    return nil
  }
}

/// The list of all tables, from the XSDT or, if that is missing or broken, the RSDT.
/// - Source: ACPI 6.5 §5.2.7, §5.2.8.
public struct ACPITables: Equatable, Sendable {
  /// The root table.
  public var root: ACPITable
  /// The bytes of one pointer in it: 8 or 4.
  public var pointerSize: Int

  /// The most tables that are looked at.
  public static var limit: Int { 512 }

  /// Opens the list that `rsdp` points at.
  ///
  /// - Throws: what is wrong with the RSDT, if the XSDT was of no use either.
  public init<Reader: PhysicalReader & ~Copyable>(
    _ rsdp: RSDP, _ reader: borrowing Reader
  ) throws(ACPIError) {
    if rsdp.xsdt != 0 {
      do throws(ACPIError) {
        root = try Self.open(rsdp.xsdt, .xsdt, reader)
        pointerSize = 8
        return
      } catch {
        guard rsdp.rsdt != 0 else { throw error }
      }
    }
    root = try Self.open(UInt64(rsdp.rsdt), .rsdt, reader)
    pointerSize = 4
  }

  private static func open<Reader: PhysicalReader & ~Copyable>(
    _ address: UInt64, _ signature: ACPISignature, _ reader: borrowing Reader
  ) throws(ACPIError) -> ACPITable {
    let table = try ACPITable(at: address, reader)
    guard table.signature == signature else { throw .wrongSignature }
    try table.withBytes(reader) { _ throws(ACPIError) in }
    return table
  }

  /// The number of tables.
  public var count: Int {
    let bytes = Int(truncatingIfNeeded: root.range.length) &- ACPITable.headerSize
    return min(bytes / pointerSize, Self.limit)
  }

  /// The physical address of the table at `index`; nil if there is none.
  public func address<Reader: PhysicalReader & ~Copyable>(
    _ index: Int, _ reader: borrowing Reader
  ) -> UInt64? {
    guard index >= 0, index < count else { return nil }
    let offset = UInt64(truncatingIfNeeded: ACPITable.headerSize &+ index &* pointerSize)
    let place = root.range.start &+ offset
    let address =
      pointerSize == 8
      ? reader.integer(UInt64.self, at: place)
      : reader.integer(UInt32.self, at: place).map { UInt64($0) }
    return address == 0 ? nil : address
  }

  /// Calls `visit` for every table whose header makes sense; its bytes were not added up yet.
  public func forEach<Reader: PhysicalReader & ~Copyable>(
    _ reader: borrowing Reader, _ visit: (ACPITable) -> Void
  ) {
    var index = 0
    while index < count {
      if let address = address(index, reader) {
        do throws(ACPIError) {
          visit(try ACPITable(at: address, reader))
        } catch {
          // A pointer to nothing sensible names no table.
        }
      }
      index &+= 1
    }
  }

  /// The table called `signature`, the `instance`th of them; nil if there is none. Its bytes were
  /// not added up yet: `ACPITable.withBytes` does.
  public func first<Reader: PhysicalReader & ~Copyable>(
    _ signature: ACPISignature, instance: Int = 0, _ reader: borrowing Reader
  ) -> ACPITable? {
    var found: ACPITable?
    var remaining = instance
    forEach(reader) { table in
      guard table.signature == signature else { return }
      if remaining == 0 { found = table }
      remaining &-= 1
    }
    return found
  }
}
